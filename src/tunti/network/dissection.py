"""The order in which a network is folded together, and keeping it on disk.

Finding a good order is the slow part of folding, and depends on neither speeds nor cells nor sites: it is kept in a
file named by the network's hash, so that it is found once for each network.

George (1973), Nested dissection of a regular finite element mesh; the cuts come from METIS (Karypis and Kumar 1998, A
fast and high quality multilevel scheme for partitioning irregular graphs).
"""
# mypy: disable-error-code="no-untyped-def,assignment"

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import numpy as np
from numba import njit
from numpy.typing import NDArray

from tunti.network.graph import RoadGraph


def contraction_order(graph: RoadGraph) -> NDArray[np.int32]:
    """Find a good order for folding the network together, least important node first.

    Dead ends and nodes between two neighbours go first, every other one in a round, because leaving them out needs no
    new road; what is left is cut in two along few nodes, again and again, and the cuts go last.

    Returns
    -------
    int32, shape (nodes,)
        ``order[i]`` is the node that is left out i-th. The same for the same network.
    """
    indptr, adjacent = neighbours(graph.indptr, graph.head)
    order, left = _fold_ways(indptr, adjacent)
    if left:
        core, core_indptr, core_adjacent = _core(indptr, adjacent, order, left)
        order[graph.nodes - left :] = core[_dissect(core_indptr, core_adjacent)]
    return np.asarray(order)


def _dissect(indptr: NDArray[np.int32], adjacent: NDArray[np.int32]) -> NDArray[np.int32]:
    import pymetis

    found = pymetis.nested_dissection(pymetis.CSRAdjacency(indptr, adjacent), options=pymetis.Options(seed=1))
    return np.asarray(found[0], np.int32)


def kept_order(directory: Path, graph: RoadGraph) -> NDArray[np.int32] | None:
    """Read the order that was kept for this network, or None if there is none (or it is not whole)."""
    try:
        order = np.load(order_path(directory, graph), allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    if order.dtype != np.int32 or order.shape != (graph.nodes,):
        return None
    seen = np.zeros(graph.nodes, bool)
    if len(order) and (order.min() < 0 or order.max() >= graph.nodes):
        return None
    seen[order] = True
    return np.asarray(order) if seen.all() else None


def keep_order(directory: Path, graph: RoadGraph, order: NDArray[np.int32]) -> Path:
    """Keep the order of this network in a directory: written aside and then renamed, so never half there."""
    directory.mkdir(parents=True, exist_ok=True)
    path = order_path(directory, graph)
    handle, aside = tempfile.mkstemp(dir=directory, prefix=path.stem, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            np.save(file, order.astype(np.int32, copy=False), allow_pickle=False)
        os.replace(aside, path)
    except BaseException:
        Path(aside).unlink(missing_ok=True)
        raise
    return path


def order_path(directory: Path, graph: RoadGraph) -> Path:
    """Name the file of a network's order: by the hash of its nodes and arcs, whatever the speeds."""
    return directory / f"order-{graph.topology}.npy"


@njit(cache=True, nogil=True)
def neighbours(indptr, head):
    """Give each node's neighbours in either direction, without itself and without repeats."""
    nodes = len(indptr) - 1
    start = np.zeros(nodes + 2, np.int32)
    for v in range(nodes):
        for a in range(indptr[v], indptr[v + 1]):
            start[v + 2] += 1
            start[head[a] + 2] += 1
    for v in range(nodes + 1):
        start[v + 1] += start[v]
    both = np.empty(2 * len(head), np.int32)
    for v in range(nodes):
        for a in range(indptr[v], indptr[v + 1]):
            h = head[a]
            both[start[v + 1]] = h
            start[v + 1] += 1
            both[start[h + 1]] = v
            start[h + 1] += 1
    mark = np.full(nodes, -1, np.int32)
    at = np.int32(0)
    first = np.int32(0)
    for v in range(nodes):
        last = start[v + 1]
        start[v] = at
        mark[v] = v
        for k in range(first, last):
            u = both[k]
            if mark[u] != v:
                mark[u] = v
                both[at] = u
                at += 1
        first = last
    start[nodes] = at
    return start[: nodes + 1].copy(), both[:at].copy()


@njit(cache=True, nogil=True)
def _fold_ways(indptr, adjacent):
    """Leave out nodes with at most two neighbours, in rounds that touch no neighbour of a node left out in the round.

    Edits ``adjacent`` (whose lists only ever get shorter, marked by -1) and gives the order so far and how many nodes
    are left.
    """
    nodes = len(indptr) - 1
    degree = np.empty(nodes, np.int32)
    order = np.empty(nodes, np.int32)
    done = np.zeros(nodes, np.bool_)
    touched = np.full(nodes, -1, np.int32)
    count = np.int64(0)
    waiting = np.empty(nodes, np.int32)
    n = np.int64(0)
    for v in range(nodes):
        degree[v] = indptr[v + 1] - indptr[v]
        if degree[v] <= 2:
            waiting[n] = v
            n += 1
    turn = np.int32(0)
    queued = np.zeros(nodes, np.bool_)
    later = np.empty(nodes, np.int32)
    while n > 0:
        m = np.int64(0)
        for i in range(n):
            v = waiting[i]
            queued[v] = False
            if done[v]:
                continue
            if touched[v] == turn:
                if not queued[v]:
                    queued[v] = True
                    later[m] = v
                    m += 1
                continue
            done[v] = True
            order[count] = v
            count += 1
            a = np.int32(-1)
            b = np.int32(-1)
            if degree[v] >= 1:
                a = adjacent[indptr[v]]
            if degree[v] == 2:
                b = adjacent[indptr[v] + 1]
            for u, w in ((a, b), (b, a)):
                if u < 0:
                    continue
                # In u's list v gives way to w, or goes when w is there already.
                at = np.int32(-1)
                known = w < 0
                for k in range(indptr[u], indptr[u] + degree[u]):
                    if adjacent[k] == v:
                        at = np.int32(k)
                    elif adjacent[k] == w:
                        known = True
                if known:
                    degree[u] -= 1
                    adjacent[at] = adjacent[indptr[u] + degree[u]]
                else:
                    adjacent[at] = w
                touched[u] = turn
                if degree[u] <= 2 and not queued[u]:
                    queued[u] = True
                    later[m] = u
                    m += 1
        waiting, later = later, waiting
        n = m
        turn += 1
    for v in range(nodes):
        if not done[v]:
            for k in range(indptr[v] + degree[v], indptr[v + 1]):
                adjacent[k] = -1
    return order, nodes - count


@njit(cache=True, nogil=True)
def _core(indptr, adjacent, order, left):
    """Give the nodes that are left, and their neighbours in positions among them."""
    nodes = len(indptr) - 1
    position = np.zeros(nodes, np.int32)
    for i in range(nodes - left):
        position[order[i]] = -1
    core = np.empty(left, np.int32)
    n = np.int32(0)
    for v in range(nodes):
        if position[v] == 0:
            position[v] = n
            core[n] = v
            n += 1
    core_indptr = np.zeros(left + 1, np.int32)
    core_adjacent = np.empty(len(adjacent), np.int32)
    at = np.int32(0)
    for i in range(left):
        v = core[i]
        for k in range(indptr[v], indptr[v + 1]):
            if adjacent[k] >= 0:
                core_adjacent[at] = position[adjacent[k]]
                at += 1
        core_indptr[i + 1] = at
    return core, core_indptr, core_adjacent[:at].copy()
