"""The bounded search: one search from each site over the network turned round.

People drive from a cell to a site, so the search starts at the site and follows the roads backwards: one search gives
the times from every cell. Times are whole tenths of a second inside, judged against the cut-off in that unit, and
rounded to whole seconds once, at the end.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from queue import SimpleQueue

import numpy as np
from numba import njit
from numpy.typing import NDArray

from tunti.network.core import thinned
from tunti.network.graph import Connectors, RoadGraph
from tunti.network.order import spatial_ranks
from tunti.network.queues import AHEAD, count_bits, search_buckets, take_row
from tunti.network.rows import (
    Progress,
    Rows,
    RowsBuilder,
    check_connectors,
    check_cutoff,
    in_order,
    to_seconds,
    usable_cores,
)

FAR = np.uint32(0xFFFF_FFFF)
"""Label of a vertex that no search has reached."""

_SHIFT = 4
"""A bucket holds 2 ** 4 tenths of a second: wide enough that few are empty, narrow enough that few nodes come twice."""

_ROOM = 1 << 16
"""Queue entries to begin with; the memory is only taken as far as it is used."""

_SITES_AT_ONCE = 8
"""Sites that one task searches: enough to make handing out tasks cost nothing, few enough to share the work evenly."""


@dataclass(frozen=True, eq=False)
class SearchGraph:
    """The network turned round for searching from sites, its nodes renumbered so that neighbours lie together.

    Cells hang on their nodes as vertices that lead nowhere, so that a search times them like any other vertex.

    Attributes
    ----------
    nodes, cells : int
        Vertices ``0 .. nodes - 1`` are road nodes, ``nodes + i`` is cell ``i``.
    core : int
        Nodes below are those that a search may reach; the others can only be where it starts.
    rank : int32, shape (nodes,)
        Number here of each node of the graph.
    indptr : int32, shape (nodes + 1,)
        Arcs that *end* at road node ``v`` here are ``indptr[v]:indptr[v + 1]``.
    arcs : int32, shape (arcs, 2)
        Vertex that the arc comes from, and its time in tenths of a second. Arcs longer than the cut-off are left out,
        and so are nodes that only shape a road (:mod:`tunti.network.core`).
    cutoff_ds : int
        Tenths of a second up to which the searches may run.
    """

    nodes: int
    cells: int
    core: int
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
    check_cutoff(cutoff_ds)
    if len(ds) != graph.arcs:
        raise ValueError(f"{len(ds)} drive times for {graph.arcs} arcs")
    check_connectors(graph, cells)
    rank, core, indptr, arcs = thinned(
        graph.indptr, graph.head, ds, spatial_ranks(graph), cells.indptr, cells.node, cells.ds, cutoff_ds
    )
    return SearchGraph(graph.nodes, cells.places, core, rank, indptr, arcs, cutoff_ds)


def search_rows(
    prepared: SearchGraph,
    sites: Connectors,
    *,
    workers: int | None = None,
    tenths: bool = False,
    progress: Progress | None = None,
) -> Rows:
    """Search from each site over a network that is already turned round; rows as ``many_to_many`` gives."""
    rows = RowsBuilder(sites.places, np.uint32 if tenths else np.uint16)
    done = 0
    for counts, cell, ds in _searched(prepared, sites, workers or usable_cores()):
        rows.add(counts, cell, ds if tenths else to_seconds(ds))
        done += len(counts)
        if progress is not None:
            progress(done / sites.places)
    return rows.finish()


def add_site(rows: Rows, prepared: SearchGraph, site: Connectors) -> Rows:
    """Add sites to a table of times at the cost of one search each; the other rows stay as they are.

    Parameters
    ----------
    rows : tuple
        What ``many_to_many`` or :func:`search_rows` gave for the same network, weights and cut-off.
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
            first, last, sites.indptr, rank, sites.ds, prepared.nodes, prepared.indptr, prepared.arcs.reshape(-1),
            prepared.cutoff_ds, space.base, _SHIFT, space.label, space.seen, space.bucket, space.pool,
        )  # fmt: skip
        spaces.put(space)
        return counts, cell, ds

    yield from in_order(search, starts, workers)


class _Space:
    """What one thread works in."""

    def __init__(self, prepared: SearchGraph) -> None:
        self.label = np.full(prepared.nodes + prepared.cells, FAR, np.uint32)
        self.seen = np.zeros((prepared.cells + 63) // 64, np.uint64)
        self.bucket = np.full((prepared.cutoff_ds >> _SHIFT) + 1 + 2 * AHEAD, -1, np.int32)
        self.pool = np.empty((_ROOM, 3), np.int32)
        self.base = int(FAR)


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
        a, b = site_indptr[j], site_indptr[j + 1]
        while True:
            if base <= cutoff:
                label[:] = FAR
                base = np.int64(FAR)
            base -= cutoff + 1
            if search_buckets(
                nodes, indptr, arcs, site_node[a:b], site_ds[a:b], cutoff, base, shift, label, seen, bucket, pool
            ):
                break
            seen[:] = 0
            bucket[:] = -1
            pool = np.empty((4 * len(pool), 3), np.int32)
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
