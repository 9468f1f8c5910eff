"""The network turned round and thinned: what a search outwards from a site has to visit.

Most nodes of a road network only shape a road: dead ends where nobody lives, and bends and side roads between two
crossings. A search for cells need not stop at them. They are left out of the roads that lead *to* them, and two
neighbours of a node that was left out are joined by a direct arc; a site at such a node still starts there.
"""
# mypy: disable-error-code="no-untyped-def,assignment,call-arg"

from __future__ import annotations

import numpy as np
from numba import njit

from tunti.network.machine import prefetch


@njit(cache=True, nogil=True)
def thinned(indptr, head, ds, number, cell_indptr, cell_node, cell_ds, cutoff):
    """Give the arcs of the network turned round and thinned, cells hung on their nodes.

    Parameters
    ----------
    indptr, head, ds
        The graph and its weight set.
    number : int32, shape (nodes,)
        Number of each node along a curve through the map.
    cell_indptr, cell_node, cell_ds
        The cells' connectors.
    cutoff : int
        Tenths of a second; longer arcs are left out.

    Returns
    -------
    rank : int32, shape (nodes,)
        New number of each node: those that a search may reach come first.
    core : int
        How many these are.
    indptr : int32, shape (nodes + 1,)
    arcs : int32, shape (arcs, 2)
        See :class:`tunti.network.search.SearchGraph`.

    Notes
    -----
    Leaving out a node with neighbours ``a`` and ``b`` and lowering the arcs ``a - b`` to the way through it keeps every
    distance between the nodes that are left (Geisberger et al. 2008, Contraction hierarchies, cut short at degree two).
    """
    nodes = len(indptr) - 1
    start, degree, near = _both_ways(indptr, head, ds, number, cutoff)
    stays = np.zeros(nodes, np.bool_)
    for i in range(len(cell_node)):
        if cell_ds[i] <= cutoff:
            stays[number[cell_node[i]]] = True
    gone = _left_out(start, degree, near, stays, cutoff)
    return _numbered(start, degree, near, gone, number, cell_indptr, cell_node, cell_ds, cutoff)


@njit(cache=True, nogil=True)
def _both_ways(indptr, head, ds, number, cutoff):
    """Give each node's neighbours in either direction, once each, with the time of the arc turned round.

    The time is from the neighbour to the node, ``cutoff + 1`` where there is no arc that way.
    """
    nodes = len(indptr) - 1
    order = np.empty(nodes, np.int32)
    for v in range(nodes):
        order[number[v]] = v
    start = np.zeros(nodes + 2, np.int64)
    begin = np.empty(nodes + 1, np.int64)
    to = np.empty(len(head), np.int32)
    time = np.empty(len(head), np.int32)
    at = np.int64(0)
    for t in range(nodes):  # along the curve, so that what is written lies near what was written last
        begin[t] = at
        for a in range(indptr[order[t]], indptr[order[t] + 1]):
            if ds[a] <= cutoff:
                to[at] = head[a]
                time[at] = ds[a]
                at += 1
        if t + 16 < nodes:  # the graph itself lies in any order
            prefetch(indptr, np.int64(order[t + 16]))
            first = np.int64(indptr[order[t + 8]])
            prefetch(head, first)
            prefetch(ds, first)
    begin[nodes] = at
    for k in range(at):
        to[k] = number[to[k]]
    for t in range(nodes):
        for k in range(begin[t], begin[t + 1]):
            if to[k] != t:
                start[t + 2] += 1
                start[to[k] + 2] += 1
    for v in range(nodes + 1):
        start[v + 1] += start[v]
    near = np.empty((start[nodes + 1], 2), np.int32)
    for t in range(nodes):
        for k in range(begin[t], begin[t + 1]):
            h = to[k]
            if h != t:
                near[start[h + 1], 0] = t
                near[start[h + 1], 1] = time[k]
                start[h + 1] += 1
                near[start[t + 1], 0] = h
                near[start[t + 1], 1] = cutoff + 1
                start[t + 1] += 1
    degree = np.zeros(nodes, np.int32)
    where = np.full(nodes, -1, np.int64)
    for v in range(nodes):
        first = start[v]
        at = first
        for k in range(first, start[v + 1]):
            u = near[k, 0]
            if first <= where[u] < at:
                near[where[u], 1] = min(near[where[u], 1], near[k, 1])
            else:
                where[u] = at
                near[at, 0] = u
                near[at, 1] = near[k, 1]
                at += 1
        degree[v] = at - first
    return start, degree, near


@njit(cache=True, nogil=True)
def _left_out(start, degree, near, stays, cutoff):
    """Leave out nodes with at most two neighbours, as long as there are any; edits ``degree`` and ``near``."""
    nodes = len(degree)
    gone = np.zeros(nodes, np.bool_)
    for first in range(nodes):
        v = np.int64(first)
        while v >= 0 and degree[v] <= 2 and not stays[v] and not gone[v]:
            gone[v] = True
            a = np.int64(near[start[v], 0]) if degree[v] >= 1 else np.int64(-1)
            b = np.int64(near[start[v] + 1, 0]) if degree[v] == 2 else np.int64(-1)
            to_a = np.int64(near[start[v], 1]) if a >= 0 else np.int64(0)
            to_b = np.int64(near[start[v] + 1, 1]) if b >= 0 else np.int64(0)
            if a >= 0:
                _bypass(start, degree, near, a, v, b, to_b, cutoff)
            if b >= 0:
                _bypass(start, degree, near, b, v, a, to_a, cutoff)
            # A neighbour that was passed may have too few neighbours only now.
            v = a if a >= 0 and a < first and degree[a] <= 2 else b if b >= 0 and b < first and degree[b] <= 2 else -1
    return gone


@njit(cache=True, nogil=True, inline="always")
def _bypass(start, degree, near, u, v, w, onwards, cutoff):
    """In the list of ``u`` put ``w``, which lies ``onwards`` behind ``v``, in the place of ``v``."""
    at = np.int64(-1)
    known = np.int64(-1)
    for k in range(start[u], start[u] + degree[u]):
        if near[k, 0] == v:
            at = np.int64(k)
        elif near[k, 0] == w:
            known = np.int64(k)
    through = min(near[at, 1] + onwards, cutoff + 1)
    if w >= 0 and known < 0:
        near[at, 0] = w
        near[at, 1] = through
        return
    if known >= 0:
        near[known, 1] = min(near[known, 1], through)
    last = start[u] + degree[u] - 1
    near[at, 0] = near[last, 0]
    near[at, 1] = near[last, 1]
    degree[u] -= 1


@njit(cache=True, nogil=True)
def _numbered(start, degree, near, gone, number, cell_indptr, cell_node, cell_ds, cutoff):
    nodes = len(degree)
    place = np.empty(nodes, np.int32)
    core = np.int32(0)
    for v in range(nodes):
        if not gone[v]:
            place[v] = core
            core += 1
    at = core
    for v in range(nodes):
        if gone[v]:
            place[v] = at
            at += 1
    rank = np.empty(nodes, np.int32)
    for v in range(nodes):
        rank[v] = place[number[v]]
    out = np.zeros(nodes + 2, np.int32)
    for v in range(nodes):
        for k in range(start[v], start[v] + degree[v]):
            if near[k, 1] <= cutoff:
                out[place[v] + 2] += 1
    for k in range(len(cell_node)):
        if cell_ds[k] <= cutoff:
            out[rank[cell_node[k]] + 2] += 1
    for v in range(nodes + 1):
        out[v + 1] += out[v]
    arcs = np.empty((out[nodes + 1], 2), np.int32)
    for v in range(nodes):
        p = place[v] + 1
        for k in range(start[v], start[v] + degree[v]):
            if near[k, 1] <= cutoff:
                arcs[out[p], 0] = place[near[k, 0]]
                arcs[out[p], 1] = near[k, 1]
                out[p] += 1
    for c in range(len(cell_indptr) - 1):
        for k in range(cell_indptr[c], cell_indptr[c + 1]):
            if cell_ds[k] <= cutoff:
                p = rank[cell_node[k]] + 1
                arcs[out[p], 0] = nodes + c
                arcs[out[p], 1] = cell_ds[k]
                out[p] += 1
    return rank, core, out[: nodes + 1].copy(), arcs
