"""The search for each cell's few nearest sites."""
# mypy: disable-error-code="no-untyped-def,assignment,call-arg"

from __future__ import annotations

import numpy as np
from numba import njit

from tunti.network.graph import Connectors
from tunti.network.machine import prefetch
from tunti.network.queues import AHEAD
from tunti.network.rows import Rows
from tunti.network.search import SearchGraph

_SHIFT = 4
"""A bucket of the queue holds 2 ** 4 tenths of a second, as in the search from one site."""


def nearest_rows(prepared: SearchGraph, sites: Connectors, k: int) -> Rows:
    """Give each cell its ``k`` nearest sites over a network turned round; see ``tunti.network.shortest.k_nearest``."""
    rank = prepared.rank[sites.node]
    found = _settle(
        prepared.nodes,
        prepared.cells,
        prepared.indptr,
        prepared.arcs.reshape(-1),
        sites.indptr,
        rank,
        sites.ds,
        prepared.cutoff_ds,
        k,
    )
    held = found != _NONE
    indptr = np.zeros(prepared.cells + 1, np.int64)
    np.cumsum(held.sum(axis=1), out=indptr[1:])
    near = found[held]
    return indptr, (near & 0xFFFFFFFF).astype(np.int32), (near >> 32).astype(np.uint32)


_NONE = np.iinfo(np.int64).max


@njit(cache=True, nogil=True)
def _settle(nodes, cells, indptr, arcs, site_indptr, site_node, site_ds, cutoff, k):
    """Give each cell's ``k`` nearest sites, time and site in one number, ascending: ties go by the sites' order.

    Every vertex holds the ``k`` best pairs of time and site that have come so far, one a site. A pair that is among
    them is passed on, in about the order of times; one that is not needs not be: whatever lies behind is nearer to
    those that are, or equally near and they come first. What each vertex ends with does not depend on the order.
    """
    near = np.full((nodes + cells, k), _NONE, np.int64)
    bucket = np.full((cutoff >> _SHIFT) + 1 + 2 * AHEAD, -1, np.int32)
    vertex = np.empty(1024, np.int32)  # queue entries: vertex, next entry, time and site
    following = np.empty(1024, np.int32)
    pair = np.empty(1024, np.int64)
    used = np.int64(0)
    free = np.int64(-1)
    for j in range(len(site_indptr) - 1):
        for i in range(site_indptr[j], site_indptr[j + 1]):
            p = (np.int64(site_ds[i]) << 32) | j
            if site_ds[i] <= cutoff and _hold(near, np.int64(site_node[i]), p, k):
                if used == len(vertex):
                    vertex, following, pair = _more(vertex, following, pair)
                b = np.int64(site_ds[i]) >> _SHIFT
                vertex[used] = site_node[i]
                pair[used] = p
                following[used] = bucket[b]
                bucket[b] = used
                used += 1
    for b in range(len(bucket) - 2 * AHEAD):
        e = np.int64(bucket[b + 2 * AHEAD])
        while e >= 0:
            prefetch(indptr, np.int64(vertex[e]))
            e = np.int64(following[e])
        e = np.int64(bucket[b + AHEAD])
        while e >= 0:
            prefetch(arcs, 2 * np.int64(indptr[vertex[e]]))
            e = np.int64(following[e])
        e = np.int64(bucket[b])
        while e >= 0:
            v = np.int64(vertex[e])
            p = pair[e]
            bucket[b] = following[e]
            following[e] = free
            free = e
            if _holds(near, v, p, k):
                for a in range(indptr[v], indptr[v + 1]):
                    u = np.int64(arcs[2 * a])
                    t = p + (np.int64(arcs[2 * a + 1]) << 32)
                    if (t >> 32) <= cutoff and t < near[u, k - 1] and _hold(near, u, t, k) and u < nodes:
                        if free >= 0:
                            n = free
                            free = np.int64(following[n])
                        else:
                            if used == len(vertex):
                                vertex, following, pair = _more(vertex, following, pair)
                            n = used
                            used += 1
                        q = t >> (32 + _SHIFT)
                        vertex[n] = u
                        pair[n] = t
                        following[n] = bucket[q]
                        bucket[q] = n
            e = np.int64(bucket[b])
    return near[nodes:].copy()


@njit(cache=True, nogil=True)
def _hold(near, v, p, k):
    """Take a pair into a vertex's list if it is among its ``k`` best; tell whether it was taken."""
    if p >= near[v, k - 1]:
        return False
    site = p & 0xFFFFFFFF
    at = np.int64(k - 1)  # the place that becomes free: that of the same site, else the last
    for i in range(k):
        if near[v, i] == _NONE:
            at = np.int64(i)
            break
        if near[v, i] & 0xFFFFFFFF == site:
            if near[v, i] <= p:
                return False
            at = np.int64(i)
            break
    while at > 0 and near[v, at - 1] > p:
        near[v, at] = near[v, at - 1]
        at -= 1
    near[v, at] = p
    return True


@njit(cache=True, nogil=True)
def _holds(near, v, p, k):
    found = False
    for i in range(k):
        found |= near[v, i] == p
    return found


@njit(cache=True, nogil=True)
def _more(vertex, following, pair):
    """Give the queue twice the room."""
    n = len(vertex)
    more_vertex = np.empty(2 * n, np.int32)
    more_following = np.empty(2 * n, np.int32)
    more_pair = np.empty(2 * n, np.int64)
    more_vertex[:n] = vertex
    more_following[:n] = following
    more_pair[:n] = pair
    return more_vertex, more_following, more_pair
