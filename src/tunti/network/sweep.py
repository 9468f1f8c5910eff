"""Drive times for many sites at once: one sweep over the folded network times 16 or 32 sites side by side.

Sites that lie together are searched together. From each site the search climbs the folded network
(:mod:`tunti.network.contraction`); then one sweep from the most important node down gives every node its time to each
of the sites of the group. Only nodes that some cell's fastest way can use are swept, and whole districts that no site
of the group reaches within the cut-off are passed over.

Delling, Goldberg, Nowatzyk and Werneck (2013), PHAST: Hardware-accelerated shortest path trees; Delling, Goldberg and
Werneck (2011), Faster batched shortest paths in road networks (RPHAST).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tunti.network.contraction import Contraction
from tunti.network.customize import Times
from tunti.network.graph import Connectors
from tunti.network.lanes import FAR_16, FAR_32, label_rows, lanes
from tunti.network.rows import Progress, Rows, check_cutoff, in_order, usable_cores
from tunti.network.sweep_kernels import (
    SweepArrays,
    cell_times,
    climb,
    climb_arcs,
    gate_arcs,
    gates,
    listed_climb,
    needed_rows,
    packed_rows,
    sweep,
    swept_arcs,
    take_rows,
    take_tile,
)

LONGEST_16 = 65_534
"""Longest cut-off in tenths of a second (109 minutes) that 16-bit labels can hold."""

_DISTRICTS = np.array([65_536, 16_384, 4_096, 1_024, 256, 64], np.int32)
"""Sizes of the districts that are tried for passing over: small enough for the edge of an hour's reach, large enough
that looking costs little."""


@dataclass(frozen=True, eq=False)
class SweepGraph:
    """The folded network cut to what the cells need, ready to be swept for any sites.

    Attributes
    ----------
    nodes, cells : int
        Nodes of the graph and cells.
    index : int32, shape (nodes,)
        Number of each node of the graph in the folded network.
    cutoff_ds : int
        Longest time, tenths of a second.
    arrays : SweepArrays
        What the kernels read.
    """

    nodes: int
    cells: int
    index: NDArray[np.int32]
    cutoff_ds: int
    arrays: SweepArrays

    @property
    def rows(self) -> int:
        """Number of nodes swept."""
        return len(self.arrays.indptr) - 1

    @property
    def lanes(self) -> int:
        """Sites searched side by side."""
        return int(lanes(self.arrays.weight.dtype.type))


def sweep_graph(
    folded: Contraction, times: Times, cells: Connectors, *, cutoff_ds: int, wide: bool = False
) -> SweepGraph:
    """Cut the folded network to what the cells need within a cut-off.

    Parameters
    ----------
    folded : Contraction
    times : Times
        The weight set, from :func:`tunti.network.customize.customize`.
    cells : Connectors
    cutoff_ds : int
        Longest time, tenths of a second. Up to 109 minutes labels take 16 bits, above it 32.
    wide : bool
        Take 32 bits all the same.
    """
    check_cutoff(cutoff_ds)
    dtype: Any = np.uint16 if cutoff_ds <= LONGEST_16 and not wide else np.uint32
    cell_node = folded.index[cells.node]
    joined = cells.ds <= cutoff_ds
    row_of, rows = needed_rows(folded.indptr, folded.head, times.climb, cell_node, cells.ds, cutoff_ds)
    sample = np.empty(0, dtype)
    indptr, head, weight = swept_arcs(folded.indptr, folded.head, times.climb, row_of, rows, cutoff_ds, sample)
    gate_start, gate_end = gates(folded.end, folded.indptr, folded.head, row_of, rows, _DISTRICTS)
    gate_indptr, gate_head, gate_weight, gate_next, inner = gate_arcs(gate_start, gate_end, indptr, head, weight)
    cell, first, cell_indptr, kept = _cells_in_order(cells.indptr, cell_node, row_of, folded.end, joined)
    cell_row = row_of[cell_node[kept]]
    parent, up_indptr, up_head, up_weight = climb_arcs(folded.indptr, folded.head, times.descend, cutoff_ds, sample)
    arrays = SweepArrays(
        indptr, head, weight,
        gate_start, gate_end, gate_next, gate_indptr, gate_head, gate_weight,
        cell, first, cell_indptr, cell_row, cells.ds[kept].astype(dtype), inner[cell_row] if rows else cell_row,
        parent, up_indptr, up_head, up_weight, row_of,
        dtype(cutoff_ds), dtype(FAR_16 if dtype is np.uint16 else FAR_32),
    )  # fmt: skip
    return SweepGraph(len(folded.index), cells.places, folded.index, cutoff_ds, arrays)


def _cells_in_order(
    indptr: NDArray[np.int32],
    node: NDArray[np.int32],
    row_of: NDArray[np.int32],
    end: NDArray[np.int32],
    joined: NDArray[np.bool_],
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int64], NDArray[np.int64]]:
    """Put the joined cells in the order of the sweep.

    Cells all of whose connectors lie below the first of them in the folded network come first, by that first row: a
    sweep that did not come there came to none of them. The others follow. Gives the cells, the first rows, where each
    one's connectors start, and which connectors these are, a cell's first row first.
    """
    place = np.repeat(np.arange(len(indptr) - 1, dtype=np.int32), np.diff(indptr))[joined]
    which = np.flatnonzero(joined)
    top = np.full(len(indptr) - 1, np.iinfo(np.int32).max, np.int32)
    np.minimum.at(top, place, node[which])
    loose = np.zeros(len(top), bool)
    loose[place[node[which] >= end[top[place]]]] = True
    by_row = np.lexsort((node[which], place, top[place], loose[place]))
    cell, counts = place[by_row], np.bincount(place, minlength=len(top))
    cell = cell[np.r_[True, cell[1:] != cell[:-1]]] if len(cell) else cell
    ends = np.zeros(len(cell) + 1, np.int64)
    np.cumsum(counts[cell], out=ends[1:])
    related = cell[: len(cell) - int(loose.sum())]
    return cell, row_of[top[related]], ends, which[by_row]


def groups(prepared: SweepGraph, sites: Connectors) -> list[NDArray[np.int32]]:
    """Put sites that lie together into groups of as many as are searched side by side.

    Sites are taken in the order of their first node in the folded network, which cuts the map into districts. Sites
    without a connector are in no group.
    """
    joined = np.flatnonzero(np.diff(sites.indptr) > 0).astype(np.int32)
    order = joined[np.argsort(prepared.index[sites.node[sites.indptr[joined]]], kind="stable")]
    return [order[i : i + prepared.lanes] for i in range(0, len(order), prepared.lanes)]


def sweep_rows(
    prepared: SweepGraph,
    sites: Connectors,
    *,
    workers: int | None = None,
    tenths: bool = False,
    progress: Progress | None = None,
) -> Rows:
    """Give each site's cells within the cut-off; rows as in :func:`tunti.network.shortest.many_to_many`.

    Parameters
    ----------
    prepared : SweepGraph
    sites : Connectors
    workers : int, optional
        Threads; as many as the process may use by default.
    tenths : bool
        Give tenths of a second (uint32) instead of whole seconds (uint16).
    progress : callable, optional
        Called with the share of the groups that is done, 0 to 1.
    """
    members = groups(prepared, sites)
    found: list[tuple[NDArray[np.int32], NDArray[Any]]] = []
    counts = np.zeros(sites.places, np.int64)
    for group, (count, cell, value) in zip(members, _swept(prepared, sites, members, workers, tenths), strict=True):
        counts[group] = count
        found.append((cell, value))
        del cell, value
        if progress is not None:
            progress(len(found) / len(members))
    indptr = np.zeros(sites.places + 1, np.int64)
    np.cumsum(counts, out=indptr[1:])
    all_cells = np.empty(indptr[-1], np.int32)
    values = np.empty(indptr[-1], np.uint32 if tenths else np.uint16)
    for group in reversed(members):  # each group's rows are let go of once they are in their place
        cell, value = found.pop()
        at = 0
        for j in group:
            n = counts[j]
            all_cells[indptr[j] : indptr[j + 1]] = cell[at : at + n]
            values[indptr[j] : indptr[j + 1]] = value[at : at + n]
            at += n
        del cell, value
    return indptr, all_cells, values


def sweep_tiles(
    prepared: SweepGraph, sites: Connectors, *, workers: int | None = None
) -> Iterator[tuple[NDArray[np.int32], NDArray[np.uint16]]]:
    """Yield the whole table a group of sites at a time: for tables that are too large to hold.

    Yields
    ------
    site : int32, shape (group,)
        Positions of the sites of the group; together the groups are all joined sites, each once.
    seconds : uint16, shape (group, cells)
        Whole seconds, 65,535 beyond the cut-off.
    """
    members = groups(prepared, sites)
    spaces: SimpleQueue[_Space] = SimpleQueue()

    def tile(group: NDArray[np.int32]) -> tuple[NDArray[np.int32], NDArray[np.uint16]]:
        space = _Space(prepared) if spaces.empty() else spaces.get()
        space.search(prepared, sites, group)
        seconds = np.empty((len(group), prepared.cells), np.uint16)
        take_tile(prepared.arrays, space.times, space.seen, seconds)
        spaces.put(space)
        return group, seconds

    yield from in_order(tile, members, min(workers or usable_cores(), max(1, len(members))))


def _swept(
    prepared: SweepGraph, sites: Connectors, members: list[NDArray[np.int32]], workers: int | None, tenths: bool
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int32], NDArray[Any]]]:
    spaces: SimpleQueue[_Space] = SimpleQueue()
    sample = np.empty(0, np.uint32 if tenths else np.uint16)

    def rows(group: NDArray[np.int32]) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[Any]]:
        space = _Space(prepared) if spaces.empty() else spaces.get()
        space.search(prepared, sites, group)
        take_rows(prepared.arrays, space.times, space.seen, space.count, space.entry)
        count = space.count[: len(group)].copy()
        cell, value = packed_rows(count, space.entry, sample)
        spaces.put(space)
        return count, cell, value

    return in_order(rows, members, min(workers or usable_cores(), max(1, len(members))))


class _Space:
    """What one thread works in."""

    def __init__(self, prepared: SweepGraph) -> None:
        dtype = prepared.arrays.weight.dtype.type
        self.label = label_rows(prepared.rows + 1, dtype)
        self.up = label_rows(1024, dtype)
        self.slot = np.full(prepared.nodes, -1, np.int32)
        self.listed = np.empty(1024, np.int32)
        self.seeds = np.empty(prepared.rows, np.int32)
        self.stamp = np.zeros(len(prepared.arrays.gate_start) + 1, np.int32)
        self.turn = np.int32(0)
        self.times = label_rows(prepared.cells, dtype)
        self.seen = np.empty((prepared.cells + 63) // 64, np.uint64)
        self.count = np.zeros(prepared.lanes, np.int64)
        self.entry = np.empty((prepared.lanes, prepared.cells), np.int64)  # pages that no row needs are never touched
        self.runs = np.empty(2 * len(self.stamp) + 2, np.int32)
        self.swept = self.runs[:0]

    def search(self, prepared: SweepGraph, sites: Connectors, group: NDArray[np.int32]) -> None:
        """Find the cells' times to the sites of a group."""
        first, count = sites.indptr[group], sites.indptr[group + 1] - sites.indptr[group]
        lane = np.repeat(np.arange(len(group), dtype=np.int32), count)
        k = np.repeat(first - np.r_[0, np.cumsum(count)[:-1]], count) + np.arange(len(lane))
        node, ds = prepared.index[sites.node[k]], sites.ds[k]
        a = prepared.arrays
        n, self.listed = listed_climb(a, node, ds, self.slot, self.listed)
        if n * prepared.lanes > len(self.up):
            self.up = label_rows(2 * n, a.weight.dtype.type)
        seeds = climb(a, lane, node, ds, self.listed[:n], self.slot, self.up, self.label, self.seeds)
        self.turn += np.int32(1)
        runs = sweep(a, self.label, self.seeds[:seeds], self.stamp, self.turn, self.runs)
        self.swept = self.runs[: 2 * runs]
        cell_times(a, self.label, self.stamp, self.turn, self.swept, self.times, self.seen)
