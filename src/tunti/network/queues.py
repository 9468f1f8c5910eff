"""Kernels of the bounded search: one Dijkstra from a site outwards, over a bucket queue or a heap.

The arrays are those of :class:`tunti.network.search.SearchGraph`. Labels are ``uint32`` tenths of a second *above a
base* that falls from search to search: what an earlier search left behind is larger than anything the present one can
write, so that no array is cleared between searches.
"""
# mypy: disable-error-code="no-untyped-def,assignment,call-arg"

from __future__ import annotations

import numpy as np
from numba import njit

from tunti.network.machine import lowest, ones, prefetch

AHEAD = 2
"""Buckets between asking for a vertex's arcs and following them."""


@njit(cache=True, nogil=True)
def search_buckets(nodes, indptr, arcs, starts, start_ds, cutoff, base, shift, label, seen, bucket, pool):
    """Search outwards from one site up to the cut-off; mark the cells reached.

    Parameters
    ----------
    nodes : int
        Vertices below are road nodes, from it on they are cells (which lead nowhere).
    indptr, arcs : int32, shapes (nodes + 1,) and (2 * arcs,)
        Reversed arcs: vertex that the arc comes from and tenths of a second, in turn.
    starts, start_ds : int32, uint32
        The site's connectors.
    cutoff, base, shift : int
        Tenths of a second; labels are stored above ``base``; a bucket holds ``2 ** shift`` tenths.
    label : uint32, shape (nodes + cells,)
    seen : uint64, shape (cells / 64,)
        One bit per cell: set when reached.
    bucket : int32, shape (buckets + 2 * AHEAD,)
        First entry of each bucket, -1 when empty; left empty.
    pool : int32, shape (room, 3)
        Queue entries: vertex, next entry, label.

    Returns
    -------
    bool
        False where the pool had too little room: then labels, bits and buckets are of no use.

    Notes
    -----
    Dial (1969), Algorithm 360: Shortest-path forest with topological ordering. Where a bucket is wider than a tenth,
    a vertex may be taken twice out of the same bucket, each time with a smaller label: right all the same.
    Entries are never moved: one that was overtaken is thrown away when its turn comes. The arcs of the vertices two
    buckets ahead are asked for in time, which saves a quarter of the search: it waits for memory more than it counts.
    """
    used = np.int64(0)  # entries of the pool ever used; entries below it may be in the free list
    free = np.int64(-1)
    live = np.int64(0)
    room = np.int64(len(pool))
    for i in range(len(starts)):
        d = np.int64(start_ds[i])
        v = np.int64(starts[i])
        if d <= cutoff and d + base < label[v]:
            if used == room:
                return False
            label[v] = d + base
            b = d >> shift
            pool[used, 0] = v
            pool[used, 1] = bucket[b]
            pool[used, 2] = d
            bucket[b] = used
            used += 1
            live += 1
    b = np.int64(-1)
    while live > 0:
        b += 1
        e = np.int64(bucket[b + 2 * AHEAD])
        while e >= 0:
            prefetch(indptr, np.int64(pool[e, 0]))
            e = np.int64(pool[e, 1])
        e = np.int64(bucket[b + AHEAD])
        while e >= 0:
            first = 2 * np.int64(indptr[pool[e, 0]])
            prefetch(arcs, first)
            prefetch(arcs, first + 8)
            e = np.int64(pool[e, 1])
        e = np.int64(bucket[b])
        while e >= 0:
            v = np.int64(pool[e, 0])
            d = np.int64(pool[e, 2])
            bucket[b] = pool[e, 1]
            pool[e, 1] = free
            free = e
            live -= 1
            if label[v] == d + base:
                for k in range(indptr[v], indptr[v + 1]):
                    u = np.int64(arcs[2 * k])
                    t = d + arcs[2 * k + 1]
                    if t <= cutoff and t + base < label[u]:
                        label[u] = t + base
                        if u >= nodes:
                            c = u - nodes
                            seen[c >> 6] |= np.uint64(1) << np.uint64(c & 63)
                            continue
                        if free >= 0:
                            n = free
                            free = np.int64(pool[n, 1])
                        elif used < room:
                            n = used
                            used += 1
                        else:
                            return False
                        q = t >> shift
                        pool[n, 0] = u
                        pool[n, 1] = bucket[q]
                        pool[n, 2] = t
                        bucket[q] = n
                        live += 1
            e = np.int64(bucket[b])
    return True


@njit(cache=True, nogil=True)
def search_heap(nodes, indptr, arcs, starts, start_ds, cutoff, base, label, seen, heap):
    """Search like :func:`search_buckets`, with a heap of four children instead of buckets.

    ``heap`` is int64, shape (room,): label and vertex in one number. May be replaced by a larger one (returned).
    Johnson (1975), Priority queues with update and finding minimum spanning trees.
    """
    size = np.int64(0)
    for i in range(len(starts)):
        d = np.int64(start_ds[i])
        if d <= cutoff and d + base < label[starts[i]]:
            label[starts[i]] = d + base
            heap, size = _push(heap, size, (d << 32) | np.int64(starts[i]))
    while size > 0:
        top = heap[0]
        size = _pop(heap, size)
        d = top >> 32
        v = top & 0xFFFFFFFF
        if label[v] != d + base:
            continue
        for k in range(indptr[v], indptr[v + 1]):
            u = np.int64(arcs[2 * k])
            t = d + arcs[2 * k + 1]
            if t <= cutoff and t + base < label[u]:
                label[u] = t + base
                if u >= nodes:
                    c = u - nodes
                    seen[c >> 6] |= np.uint64(1) << np.uint64(c & 63)
                else:
                    heap, size = _push(heap, size, (t << 32) | u)
    return heap


@njit(cache=True, nogil=True, inline="always")
def _push(heap, size, key):
    if size == len(heap):
        larger = np.empty(2 * size, np.int64)
        larger[:size] = heap
        heap = larger
    i = size
    while i > 0:
        up = (i - 1) >> 2
        if heap[up] <= key:
            break
        heap[i] = heap[up]
        i = up
    heap[i] = key
    return heap, size + 1


@njit(cache=True, nogil=True, inline="always")
def _pop(heap, size):
    size -= 1
    key = heap[size]
    i = np.int64(0)
    while True:
        first = 4 * i + 1
        if first >= size:
            break
        least = first
        for c in range(first + 1, min(first + 4, size)):
            if heap[c] < heap[least]:
                least = c
        if heap[least] >= key:
            break
        heap[i] = heap[least]
        i = least
    heap[i] = key
    return size


@njit(cache=True, nogil=True)
def take_row(nodes, label, seen, base, cell, ds, at):
    """Write the cells that a search reached and their tenths of a second from ``at`` on, ascending; forget them.

    Returns the position after the last one written.
    """
    for w in range(len(seen)):
        bits = seen[w]
        seen[w] = np.uint64(0)
        while bits != 0:
            c = (np.int64(w) << 6) + lowest(bits)
            bits &= bits - np.uint64(1)
            cell[at] = c
            ds[at] = np.int64(label[nodes + c]) - base
            at += 1
    return at


@njit(cache=True, nogil=True)
def count_bits(seen):
    """Count the cells reached."""
    n = np.int64(0)
    for w in range(len(seen)):
        n += ones(seen[w])
    return n
