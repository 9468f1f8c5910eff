"""Drive times from many places to many sites, up to a cut-off."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tunti.network.graph import Connectors, RoadGraph
from tunti.network.rows import CUTOFF_LIMIT, Rows, check_connectors, to_seconds
from tunti.network.search import SearchGraph, add_site, search_graph, search_rows

__all__ = [
    "CUTOFF_LIMIT",
    "Rows",
    "SearchGraph",
    "add_site",
    "many_to_many",
    "search_graph",
    "search_rows",
    "to_seconds",
]


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
    check_connectors(graph, sites)
    prepared = search_graph(graph, ds, cells, cutoff_ds=cutoff_ds)
    return search_rows(prepared, sites, workers=workers, tenths=tenths)
