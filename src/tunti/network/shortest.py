"""Drive times from many places to many sites: the one door to both engines.

Two engines give the same times to the last tenth of a second. The *search* (:mod:`tunti.network.search`) starts
afresh at every site. The *sweep* (:mod:`tunti.network.sweep`) folds the network together first, which takes seconds,
and then does 16 or 32 sites at once. Which one is quicker is worked out from the sizes (:func:`choose`), never asked of
the user.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from tunti.network.contraction import Contraction, contraction
from tunti.network.customize import customize
from tunti.network.dissection import contraction_order, keep_order, kept_order, order_path
from tunti.network.graph import Connectors, RoadGraph
from tunti.network.nearest import nearest_rows
from tunti.network.rows import CUTOFF_LIMIT, Progress, Rows, check_connectors, check_cutoff, places, to_seconds
from tunti.network.search import SearchGraph, add_site, search_graph, search_rows
from tunti.network.sweep import SweepGraph, sweep_graph, sweep_rows, sweep_tiles

__all__ = [
    "CUTOFF_LIMIT",
    "Choice",
    "Progress",
    "Rows",
    "SearchGraph",
    "SweepGraph",
    "add_site",
    "choose",
    "fold",
    "k_nearest",
    "many_to_many",
    "prepare",
    "search_graph",
    "search_rows",
    "stream_tiles",
    "to_seconds",
]

_PROBES = 8
"""Sites that are searched to see how far a search reaches before an engine is chosen."""

_FEW = 64
"""Up to so many sites nothing but the search is considered."""

# Microseconds for each node, node reached or pair found, on one core, as bench/drive_times.py measures them.
_SEARCH_REACHED = 0.019
_SEARCH_PAIR = 0.07
_SWEEP_REACHED = 0.0012
_SWEEP_PAIR = 0.01
_ORDER = 2.9
_FOLD = 0.5
_CUSTOMIZE = 0.8
_PERFECT = 0.6
_CUT = 0.13
_LOAD = 500_000.0
"""Loading the sweep's compiled kernels: what keeps small tables with the search."""

_folded: WeakKeyDictionary[RoadGraph, Contraction] = WeakKeyDictionary()


@dataclass(frozen=True)
class Choice:
    """Which engine was chosen for a table of times, and why.

    Attributes
    ----------
    engine : str
        ``"search"`` or ``"sweep"``.
    search_s, sweep_s : float
        Seconds that each was expected to take on one core, everything included that is not at hand.
    perfect : bool
        Whether the sweep is long enough to be worth closing the shortcuts that it does not need.
    """

    engine: str
    search_s: float
    sweep_s: float
    perfect: bool = False


def many_to_many(
    graph: RoadGraph,
    ds: NDArray[np.uint32],
    cells: Connectors,
    sites: Connectors,
    *,
    cutoff_ds: int,
    workers: int | None = None,
    tenths: bool = False,
    orders: Path | None = None,
    progress: Progress | None = None,
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
    orders : Path, optional
        Directory where contraction orders are kept for the next weight set or scenario on the same network.
    progress : callable, optional
        Called now and then with the share of the sites that is done, 0 to 1.

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
    with the bucket queue of Dial (1969), nodes along a Hilbert curve; or, where :func:`choose` finds it quicker, sweeps
    over the folded network (Delling, Goldberg, Nowatzyk and Werneck 2013; Dibbelt, Strasser and Wagner 2016). The
    result is the same to the byte.
    """
    prepared = prepare(graph, ds, cells, sites, cutoff_ds=cutoff_ds, orders=orders)
    if isinstance(prepared, SweepGraph):
        return sweep_rows(prepared, sites, workers=workers, tenths=tenths, progress=progress)
    return search_rows(prepared, sites, workers=workers, tenths=tenths, progress=progress)


def prepare(
    graph: RoadGraph,
    ds: NDArray[np.uint32],
    cells: Connectors,
    sites: Connectors,
    *,
    cutoff_ds: int,
    orders: Path | None = None,
) -> SearchGraph | SweepGraph:
    """Make the network ready for the engine that is quicker for these sites; arguments as in :func:`many_to_many`."""
    check_connectors(graph, sites)
    turned = search_graph(graph, ds, cells, cutoff_ds=cutoff_ds)
    choice = choose(graph, turned, sites, orders=orders)
    if choice.engine == "search":
        return turned
    del turned
    folded = fold(graph, orders=orders)
    return sweep_graph(folded, customize(folded, ds, perfect=choice.perfect), cells, cutoff_ds=cutoff_ds)


def choose(graph: RoadGraph, turned: SearchGraph, sites: Connectors, *, orders: Path | None = None) -> Choice:
    """Work out which engine is quicker for a table of times.

    Parameters
    ----------
    graph : RoadGraph
    turned : SearchGraph
        The network turned round, with the cells and the cut-off.
    sites : Connectors
    orders : Path, optional
        Directory of kept orders.

    Notes
    -----
    A few sites, evenly spread over the table, are searched; the share of cells that they find says how many nodes ``r``
    one search reaches and how many pairs ``p`` a site has. With ``n`` nodes and ``s`` sites, in microseconds: search =
    (0.019 r + 0.07 p) s; sweep = (0.0012 r + 0.01 p) s, plus what is not at hand: finding the order 2.9 n (a quarter
    of it where it will be kept), folding 0.5 n, giving times to the shortcuts 0.8 n (1.4 n where closing those that are
    not needed pays), cutting to the cells 0.13 n, and half a second for loading its kernels. It depends on sizes and on
    what is at hand, not on the clock.
    """
    if sites.places <= _FEW or turned.cells == 0:
        return Choice("search", 0.0, float("inf"))
    chosen = np.linspace(0, sites.places - 1, _PROBES).astype(np.int64)
    found = search_rows(turned, places(sites, chosen), workers=1)[0][-1]
    reached = graph.nodes * min(1.0, float(found) / (_PROBES * turned.cells))
    pairs = float(found) / _PROBES
    search = (_SEARCH_REACHED * reached + _SEARCH_PAIR * pairs) * sites.places
    sweeping = (_SWEEP_REACHED * reached + _SWEEP_PAIR * pairs) * sites.places
    perfect = 0.4 * sweeping > _PERFECT * graph.nodes
    sweep = sweeping + (_CUSTOMIZE + _CUT + _PERFECT * perfect) * graph.nodes + _LOAD
    if graph not in _folded:
        sweep += _FOLD * graph.nodes
        if orders is None or not order_path(orders, graph).exists():
            sweep += _ORDER * graph.nodes * (1.0 if orders is None else 0.25)
    return Choice("sweep" if sweep < search else "search", search * 1e-6, sweep * 1e-6, perfect)


def fold(graph: RoadGraph, *, orders: Path | None = None) -> Contraction:
    """Fold the network together, or take what is at hand: a new weight set only needs new times on it.

    The folded network is kept with the graph as long as that lives; its order is kept in the directory ``orders``, in a
    file named by the network's hash, for other runs.
    """
    found = _folded.get(graph)
    if found is None:
        order = kept_order(orders, graph) if orders is not None else None
        if order is None:
            order = contraction_order(graph)
            if orders is not None:
                keep_order(orders, graph, order)
        found = contraction(graph, order)
        _folded[graph] = found
    elif orders is not None and not order_path(orders, graph).exists():
        keep_order(orders, graph, np.argsort(-found.index).astype(np.int32))
    return found


def stream_tiles(
    graph: RoadGraph,
    ds: NDArray[np.uint32],
    cells: Connectors,
    sites: Connectors,
    *,
    cutoff_ds: int = CUTOFF_LIMIT,
    workers: int | None = None,
    orders: Path | None = None,
) -> Iterator[tuple[NDArray[np.int32], NDArray[np.uint16]]]:
    """Give the whole table of times a few sites at a time, for tables that are too large to hold.

    Parameters
    ----------
    graph, ds, cells, sites, cutoff_ds, workers, orders
        As in :func:`many_to_many`; by default everything within 18 hours.

    Yields
    ------
    site : int32, shape (group,)
        Positions of at most 32 sites that lie together. Every site that joins the network comes once.
    seconds : uint16, shape (group, cells)
        Whole seconds, 65,535 where there is no way within the cut-off.
    """
    check_connectors(graph, sites)
    check_connectors(graph, cells)
    check_cutoff(cutoff_ds)
    folded = fold(graph, orders=orders)
    yield from sweep_tiles(
        sweep_graph(folded, customize(folded, ds), cells, cutoff_ds=cutoff_ds), sites, workers=workers
    )


def k_nearest(
    graph: RoadGraph,
    ds: NDArray[np.uint32],
    cells: Connectors,
    sites: Connectors,
    k: int,
    *,
    cutoff_ds: int = CUTOFF_LIMIT,
) -> Rows:
    """Give each cell its ``k`` nearest sites only: enough for most what-ifs, at a fraction of the table.

    Parameters
    ----------
    graph, ds, cells, sites, cutoff_ds
        As in :func:`many_to_many`.
    k : int
        Sites for each cell, at least 1.

    Returns
    -------
    indptr : int64, shape (cells + 1,)
    site : int32, shape (entries,)
        The nearest first; equally near ones (in tenths of a second) in the sites' order.
    ds : uint32, shape (entries,)
        Tenths of a second.

    Notes
    -----
    One search from all sites at once in which every node is settled by its ``k`` nearest sites: the work grows with
    ``k`` times the network, whatever the number of sites.
    """
    if k < 1:
        raise ValueError(f"{k} nearest sites")
    check_connectors(graph, sites)
    return nearest_rows(search_graph(graph, ds, cells, cutoff_ds=cutoff_ds), sites, k)
