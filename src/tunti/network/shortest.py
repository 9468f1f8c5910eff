"""Drive times from many places to many sites, up to a cut-off.

People drive from a cell to a site, so the search starts at the site and follows the roads backwards: one search gives
the times from every cell. Times are whole tenths of a second inside, judged against the cut-off in that unit, and
rounded to whole seconds once, at the end.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from tunti.network.graph import Connectors, RoadGraph
from tunti.network.order import spatial_ranks
from tunti.network.queues import count_bits, search_buckets, take_row

CUTOFF_LIMIT = 655_344
"""Largest cut-off in tenths of a second: 65,534 seconds, the most that a ``uint16`` of whole seconds can say."""

FAR = np.uint32(0xFFFF_FFFF)
"""Label of a vertex that no search has reached."""

_BUCKETS = 1 << 17
"""Buckets at most: half a megabyte, so that they stay in the cache near the core."""

_SITES_AT_ONCE = 8
"""Sites that one task searches: enough to make handing out tasks cost nothing, few enough to share the work evenly."""

Rows = tuple[NDArray[np.int64], NDArray[np.int32], NDArray[Any]]


@dataclass(frozen=True, eq=False)
class SearchGraph:
    """The network turned round for searching from sites, its nodes renumbered so that neighbours lie together.

    Cells hang on their nodes as vertices that lead nowhere, so that a search times them like any other vertex.

    Attributes
    ----------
    nodes, cells : int
        Vertices ``0 .. nodes - 1`` are road nodes, ``nodes + i`` is cell ``i``.
    rank : int32, shape (nodes,)
        Number here of each node of the graph.
    indptr : int32, shape (nodes + 1,)
        Arcs that *end* at road node ``v`` here are ``indptr[v]:indptr[v + 1]``.
    arcs : int32, shape (arcs, 2)
        Vertex that the arc comes from, and its time in tenths of a second. Arcs longer than the cut-off are left out.
    cutoff_ds : int
        Tenths of a second up to which the searches may run.
    """

    nodes: int
    cells: int
    rank: NDArray[np.int32]
    indptr: NDArray[np.int32]
    arcs: NDArray[np.int32]
    cutoff_ds: int


def search_graph(graph: RoadGraph, ds: NDArray[np.uint32], cells: Connectors, *, cutoff_ds: int) -> SearchGraph:
    """Turn the network round once, so that what-ifs with a new site cost one search each.

    Parameters
    ----------
    graph : RoadGraph
    ds : uint32, shape (arcs,)
        Drive time of each arc, tenths of a second.
    cells : Connectors
        How cells join the network.
    cutoff_ds : int
        Longest time asked for, tenths of a second, 0 to 655,344.

    Raises
    ------
    ValueError
        If the sizes do not match, a connector names no node, or the cut-off is out of range.
    """
    if not 0 <= cutoff_ds <= CUTOFF_LIMIT:
        raise ValueError(f"cut-off of {cutoff_ds} tenths of a second is outside 0 to {CUTOFF_LIMIT}")
    if len(ds) != graph.arcs:
        raise ValueError(f"{len(ds)} drive times for {graph.arcs} arcs")
    _check_connectors(graph, cells)
    rank = spatial_ranks(graph)
    indptr, arcs = _turn_round(graph.indptr, graph.head, ds, rank, cells.indptr, cells.node, cells.ds, cutoff_ds)
    return SearchGraph(graph.nodes, cells.places, rank, indptr, arcs, cutoff_ds)


def many_to_many(
    graph: RoadGraph,
    ds: NDArray[np.uint32],
    cells: Connectors,
    sites: Connectors,
    *,
    cutoff_ds: int,
    workers: int | None = None,
    tenths: bool = False,
) -> Rows:
    """Give the drive time from every cell to every site that it can reach within the cut-off.

    Parameters
    ----------
    graph : RoadGraph
        The network.
    ds : uint32, shape (arcs,)
        Drive time of each arc, tenths of a second (a weight set). An arc longer than the cut-off is never driven.
    cells, sites : Connectors
        How cells and sites join the network. A pair's time is the least of connector + drive + connector; a place
        without a connector has no times.
    cutoff_ds : int
        Longest time, tenths of a second, 0 to 655,344. A pair at exactly this time is inside.
    workers : int, optional
        Threads; as many as the process may use by default. The result does not depend on it.
    tenths : bool
        Give tenths of a second (uint32) instead of whole seconds (uint16).

    Returns
    -------
    indptr : int64, shape (sites + 1,)
        Entries of site ``j`` are ``indptr[j]:indptr[j + 1]``.
    cell : int32, shape (entries,)
        Position of the cell, ascending within a row.
    seconds : uint16, shape (entries,)
        ``(tenths + 5) // 10``: rounded once, half a second up, after the cut-off was judged in tenths. Never 65,535.

    Raises
    ------
    ValueError
        If the sizes do not match, a connector names no node, or the cut-off is out of range.

    Notes
    -----
    Dijkstra (1959), A note on two problems in connexion with graphs, on the reversed graph, one search from each site,
    with the bucket queue of Dial (1969); nodes along a Hilbert curve.
    """
    _check_connectors(graph, sites)
    prepared = search_graph(graph, ds, cells, cutoff_ds=cutoff_ds)
    return search_rows(prepared, sites, workers=workers, tenths=tenths)


def search_rows(prepared: SearchGraph, sites: Connectors, *, workers: int | None = None, tenths: bool = False) -> Rows:
    """Search from each site over a network that is already turned round; rows as in :func:`many_to_many`."""
    rows = RowsBuilder(sites.places, np.uint32 if tenths else np.uint16)
    for counts, cell, ds in _searched(prepared, sites, workers or usable_cores()):
        rows.add(counts, cell, ds if tenths else to_seconds(ds))
    return rows.finish()


def add_site(rows: Rows, prepared: SearchGraph, site: Connectors) -> Rows:
    """Add sites to a table of times at the cost of one search each; the other rows stay as they are.

    Parameters
    ----------
    rows : tuple
        What :func:`many_to_many` or :func:`search_rows` gave for the same network, weights and cut-off.
    prepared : SearchGraph
        The network turned round, from :func:`search_graph`.
    site : Connectors
        The new site or sites; their rows come last.
    """
    indptr, cell, value = rows
    more_indptr, more_cell, more_value = search_rows(prepared, site, tenths=value.dtype == np.uint32)
    return (
        np.concatenate((indptr, indptr[-1] + more_indptr[1:])),
        np.concatenate((cell, more_cell)),
        np.concatenate((value, more_value)),
    )


def to_seconds(ds: NDArray[np.uint32]) -> NDArray[np.uint16]:
    """Round tenths of a second to whole seconds, half a second up."""
    return ((ds + np.uint32(5)) // np.uint32(10)).astype(np.uint16)


def usable_cores() -> int:
    """Count the cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class RowsBuilder:
    """Collects sparse rows into arrays that grow in place.

    The system moves the pages of a growing array instead of copying it, so that the table is never held twice.
    """

    def __init__(self, rows: int, dtype: Any) -> None:
        self._indptr = np.zeros(rows + 1, np.int64)
        self._rows = 0
        self._cell = np.empty(0, np.int32)
        self._value = np.empty(0, dtype)

    def add(self, counts: NDArray[np.int64], cell: NDArray[np.int32], value: NDArray[Any]) -> None:
        """Append rows of the given lengths."""
        start = int(self._indptr[self._rows])
        ends = start + np.cumsum(counts)
        self._indptr[self._rows + 1 : self._rows + 1 + len(counts)] = ends
        self._rows += len(counts)
        end = int(self._indptr[self._rows])
        if end > len(self._cell):
            # What the rows so far let expect, a quarter at least; untouched pages of it are given back at the end.
            expected = end * (len(self._indptr) - 1) // max(self._rows, 1)
            room = max(end, min(expected, 2 * end), end + end // 4)
            self._cell.resize(room, refcheck=False)
            self._value.resize(room, refcheck=False)
        self._cell[start:end] = cell[: end - start]
        self._value[start:end] = value[: end - start]

    def finish(self) -> Rows:
        """Give the table and let go of the room that was not needed."""
        entries = int(self._indptr[self._rows])
        self._cell.resize(entries, refcheck=False)
        self._value.resize(entries, refcheck=False)
        return self._indptr, self._cell, self._value


Searched = tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.uint32]]


def _searched(prepared: SearchGraph, sites: Connectors, workers: int) -> Iterator[Searched]:
    """Yield the rows of a few sites at a time, in the sites' order, searched by threads."""
    rank = prepared.rank[sites.node]
    starts = range(0, sites.places, _SITES_AT_ONCE)
    workers = max(1, min(workers, len(starts)))
    spaces: SimpleQueue[_Space] = SimpleQueue()

    def search(first: int) -> Searched:
        space = _Space(prepared) if spaces.empty() else spaces.get()
        last = min(first + _SITES_AT_ONCE, sites.places)
        counts, cell, ds, space.base, space.pool = _search_sites(
            first, last, sites.indptr, rank, sites.ds, prepared.nodes, prepared.indptr, prepared.arcs,
            prepared.cutoff_ds, space.base, space.shift, space.label, space.seen, space.bucket, space.pool,
        )  # fmt: skip
        spaces.put(space)
        return counts, cell, ds

    if workers == 1:
        yield from map(search, starts)
        return
    for _ in range(workers):
        spaces.put(_Space(prepared))
    with ThreadPoolExecutor(workers) as pool:
        ahead: deque[Future[Searched]] = deque()
        try:
            for first in starts:
                ahead.append(pool.submit(search, first))
                if len(ahead) >= 3 * workers:
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()
        finally:
            for future in ahead:
                future.cancel()


class _Space:
    """What one thread works in."""

    def __init__(self, prepared: SearchGraph) -> None:
        self.label = np.full(prepared.nodes + prepared.cells, FAR, np.uint32)
        self.seen = np.zeros((prepared.cells + 63) // 64, np.uint64)
        self.shift = max(0, int(prepared.cutoff_ds).bit_length() - _BUCKETS.bit_length() + 1)
        self.bucket = np.full((prepared.cutoff_ds >> self.shift) + 1, -1, np.int32)
        self.pool = np.empty((1024, 3), np.int32)
        self.base = int(FAR)


def _check_connectors(graph: RoadGraph, places: Connectors) -> None:
    if len(places.node) and not (places.node.min() >= 0 and places.node.max() < graph.nodes):
        raise ValueError("a connector names a node that is not in the graph")
    if len(places.node) != len(places.ds) or places.indptr[-1] != len(places.node):
        raise ValueError("the connectors' arrays do not match")


@njit(cache=True, nogil=True)
def _turn_round(indptr, head, ds, rank, cell_indptr, cell_node, cell_ds, cutoff):  # type: ignore[no-untyped-def]
    """Group arcs and cell connectors by the (renumbered) node where they end."""
    nodes = len(indptr) - 1
    start = np.zeros(nodes + 2, np.int32)
    for v in range(nodes):
        for a in range(indptr[v], indptr[v + 1]):
            if ds[a] <= cutoff and head[a] != v:
                start[rank[head[a]] + 2] += 1
    for k in range(len(cell_node)):
        if cell_ds[k] <= cutoff:
            start[rank[cell_node[k]] + 2] += 1
    for v in range(nodes + 1):
        start[v + 1] += start[v]
    arcs = np.empty((start[nodes + 1], 2), np.int32)
    for v in range(nodes):
        for a in range(indptr[v], indptr[v + 1]):
            if ds[a] <= cutoff and head[a] != v:
                h = rank[head[a]] + 1
                arcs[start[h], 0] = rank[v]
                arcs[start[h], 1] = ds[a]
                start[h] += 1
    for c in range(len(cell_indptr) - 1):
        for k in range(cell_indptr[c], cell_indptr[c + 1]):
            if cell_ds[k] <= cutoff:
                h = rank[cell_node[k]] + 1
                arcs[start[h], 0] = nodes + c
                arcs[start[h], 1] = cell_ds[k]
                start[h] += 1
    return start[: nodes + 1].copy(), arcs


@njit(cache=True, nogil=True)
def _search_sites(  # type: ignore[no-untyped-def]
    first, last, site_indptr, site_node, site_ds, nodes, indptr, arcs, cutoff, base, shift, label, seen, bucket, pool
):
    """Search from sites ``first`` to ``last - 1``; give lengths of rows, cells, tenths of a second."""
    counts = np.zeros(last - first, np.int64)
    cell = np.empty(1024, np.int32)
    ds = np.empty(1024, np.uint32)
    at = np.int64(0)
    for j in range(first, last):
        if base <= cutoff:
            label[:] = FAR
            base = np.int64(FAR)
        base -= cutoff + 1
        a, b = site_indptr[j], site_indptr[j + 1]
        pool = search_buckets(
            nodes, indptr, arcs, site_node[a:b], site_ds[a:b], cutoff, base, shift, label, seen, bucket, pool
        )
        n = count_bits(seen)
        if at + n > len(cell):
            room = max(at + n, 2 * len(cell))
            more_cell = np.empty(room, np.int32)
            more_ds = np.empty(room, np.uint32)
            more_cell[:at] = cell[:at]
            more_ds[:at] = ds[:at]
            cell, ds = more_cell, more_ds
        at = take_row(nodes, label, seen, base, cell, ds, at)
        counts[j - first] = n
    return counts, cell, ds, base, pool
