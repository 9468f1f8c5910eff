"""The search for each cell's few nearest sites."""
# mypy: disable-error-code="no-untyped-def,assignment"

from __future__ import annotations

import numpy as np
from numba import njit

from tunti.network.graph import Connectors
from tunti.network.rows import Rows
from tunti.network.search import SearchGraph


def nearest_rows(prepared: SearchGraph, sites: Connectors, k: int) -> Rows:
    """Give each cell its ``k`` nearest sites over a network turned round; see ``tunti.network.shortest.k_nearest``."""
    rank = prepared.rank[sites.node]
    count, site, ds = _settle(
        prepared.nodes,
        prepared.cells,
        prepared.indptr,
        prepared.arcs,
        sites.indptr,
        rank,
        sites.ds,
        prepared.cutoff_ds,
        k,
    )
    indptr = np.zeros(prepared.cells + 1, np.int64)
    np.cumsum(count, out=indptr[1:])
    held = np.arange(k)[None, :] < count[:, None]
    return indptr, site[held], ds[held]


@njit(cache=True, nogil=True)
def _settle(nodes, cells, indptr, arcs, site_indptr, site_node, site_ds, cutoff, k):
    """Settle each vertex by its ``k`` nearest sites, in the order of time and then of sites.

    A vertex beyond ``k`` sites passes none of them on: whatever is behind it is nearer to those ``k``, or equally near
    and they come first.
    """
    held = np.zeros(nodes + cells, np.int32)
    near = np.empty((nodes + cells, k), np.int32)
    cell_ds = np.empty((cells, k), np.uint32)
    key = np.empty(1024, np.int64)  # time and site in one number: ties go by the sites' order
    vertex = np.empty(1024, np.int32)
    size = np.int64(0)
    for j in range(len(site_indptr) - 1):
        for i in range(site_indptr[j], site_indptr[j + 1]):
            if site_ds[i] <= cutoff:
                if size == len(key):
                    key, vertex = _more(key, vertex)
                size = _push(key, vertex, size, (np.int64(site_ds[i]) << 32) | j, np.int64(site_node[i]))
    while size > 0:
        top = key[0]
        v = np.int64(vertex[0])
        size = _pop(key, vertex, size)
        if held[v] == k:
            continue
        d = top >> 32
        j = top & 0xFFFFFFFF
        known = False
        for i in range(held[v]):
            if near[v, i] == j:
                known = True
                break
        if known:
            continue
        near[v, held[v]] = j
        if v >= nodes:
            cell_ds[v - nodes, held[v]] = d
        held[v] += 1
        if v >= nodes:
            continue
        for a in range(indptr[v], indptr[v + 1]):
            u = np.int64(arcs[a, 0])
            t = d + arcs[a, 1]
            if t <= cutoff and held[u] < k:
                if size == len(key):
                    key, vertex = _more(key, vertex)
                size = _push(key, vertex, size, (t << 32) | j, u)
    return held[nodes:].copy(), near[nodes:].copy(), cell_ds


@njit(cache=True, nogil=True)
def _more(key, vertex):
    more_key = np.empty(2 * len(key), np.int64)
    more_vertex = np.empty(2 * len(key), np.int32)
    more_key[: len(key)] = key
    more_vertex[: len(key)] = vertex
    return more_key, more_vertex


@njit(cache=True, nogil=True, inline="always")
def _push(key, vertex, size, k, v):
    i = size
    while i > 0:
        up = (i - 1) >> 2
        if key[up] <= k:
            break
        key[i] = key[up]
        vertex[i] = vertex[up]
        i = up
    key[i] = k
    vertex[i] = v
    return size + 1


@njit(cache=True, nogil=True, inline="always")
def _pop(key, vertex, size):
    size -= 1
    k = key[size]
    v = vertex[size]
    i = np.int64(0)
    while True:
        first = 4 * i + 1
        if first >= size:
            break
        least = first
        for c in range(first + 1, min(first + 4, size)):
            if key[c] < key[least]:
                least = c
        if key[least] >= k:
            break
        key[i] = key[least]
        vertex[i] = vertex[least]
        i = least
    key[i] = k
    vertex[i] = v
    return size
