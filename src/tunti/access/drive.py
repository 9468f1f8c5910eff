"""Drive times from cells to sites: over the road, along one link, or straight between near places."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numba import njit
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from tunti.access.joining import snap_findings, snap_report
from tunti.access.times import TravelTimes
from tunti.access.workers import many_to_many
from tunti.errors import TuntiError
from tunti.findings import Finding, say
from tunti.locale import N_
from tunti.network.graph import DS_PER_MINUTE, RoadGraph
from tunti.network.index import RoadIndex, road_index
from tunti.network.shortest import CUTOFF_LIMIT, Rows, SearchGraph, search_graph, search_rows
from tunti.network.snap import Snap, snap
from tunti.network.speeds import weights
from tunti.settings import SpeedSettings

Progress = Callable[[str, float], None]
"""Called with what is being done (a key of the catalogues) and how far it is, 0 to 1."""

Pairs = tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.uint32]]
"""Site, cell and tenths of a second of single pairs."""


def drive_times(
    graph: RoadGraph,
    cells: pd.DataFrame,
    sites: pd.DataFrame,
    speeds: SpeedSettings,
    *,
    cutoff_minutes: float,
    workers: str | int | None = None,
    progress: Progress | None = None,
    orders: Path | None = None,
) -> tuple[TravelTimes, pd.DataFrame, list[Finding]]:
    """Give the minutes by car from every cell to every site within a cut-off.

    Parameters
    ----------
    graph : RoadGraph
        The network, from :mod:`tunti.network.build` or :mod:`tunti.network.osm`.
    cells : DataFrame
        ``cell, x, y, people``; see :data:`tunti.inputs.schemas.CELLS`.
    sites : DataFrame
        ``site, x, y``.
    speeds : SpeedSettings
        Speeds, season, ferries, and how places join the road.
    cutoff_minutes : float
        Pairs above it are left out; at most 1,092 minutes.
    workers : str or int, optional
        Who searches, as :meth:`tunti.access.workers.Workers.named` reads it; all cores by default. The result does not
        depend on it.
    progress : callable, optional
        Called with what is being done and how far it is.
    orders : Path, optional
        Directory where contraction orders are kept for the next weight set on the same network.

    Returns
    -------
    TravelTimes
        Rows in the order of ``sites``, columns in the order of ``cells``.
    DataFrame
        The snap report, cells first, then sites: ``kind`` (``cell`` or ``site``), ``place`` (its id), ``people`` (0 for
        sites), ``joined, road_row, distance_m, access_minutes, reason``; see :class:`tunti.network.snap.Snap`.
    list of Finding
        See :func:`tunti.access.joining.snap_findings`.

    Raises
    ------
    TuntiError
        If the cut-off is too great or a road class has no speed.

    Notes
    -----
    A pair's time is the least of (1) leg, drive over the network and leg; (2) leg, the way along a link that both touch
    and leg, in the direction that is allowed; (3) where both lie within ``straight_limit_km`` of each other, the
    straight line times ``access_detour`` at ``access_kmh``. Each is rounded once to tenths of a second; the cut-off is
    judged in that unit; then tenths become whole seconds, half up.
    """
    cutoff_ds = round(cutoff_minutes * DS_PER_MINUTE)
    if not 0 <= cutoff_ds <= CUTOFF_LIMIT:
        raise TuntiError(
            say(
                "A cut-off of {minutes} minutes is out of range; choose one from 0 to {most}.",
                minutes=cutoff_minutes,
                most=CUTOFF_LIMIT // DS_PER_MINUTE,
            )
        )
    tell = progress or _silent
    tell(N_("joining places to the road"), 0.0)
    ds = weights(graph, speeds)
    index = road_index(graph, ds)
    from_cells = snap(graph, ds, *_coordinates(cells), towards="cell", speeds=speeds, index=index)
    to_sites = snap(graph, ds, *_coordinates(sites), towards="site", speeds=speeds, index=index)

    tell(N_("searching drive times"), 0.1)
    rows = many_to_many(
        graph,
        ds,
        from_cells.connectors,
        to_sites.connectors,
        cutoff_ds=cutoff_ds,
        workers=workers,
        tenths=True,
        orders=orders,
    )
    tell(N_("adding direct ways"), 0.9)
    times = _times(rows, index, ds, from_cells, to_sites, cells, sites, speeds, cutoff_minutes)
    report = snap_report(cells, sites, from_cells, to_sites)
    tell(N_("drive times are ready"), 1.0)
    return times, report, snap_findings(report, times, cells)


@dataclass(frozen=True, eq=False)
class Roads:
    """The network with the cells joined to it: the times to one more place cost one search.

    Attributes
    ----------
    graph : RoadGraph
    ds : uint32, shape (arcs,)
        Drive time of each arc, tenths of a second.
    index : RoadIndex
    cells : DataFrame
        ``cell, x, y``.
    joined : Snap
        How the cells join the network.
    turned : SearchGraph
        The network turned round for searching from places.
    speeds : SpeedSettings
    cutoff_minutes : float
    """

    graph: RoadGraph
    ds: NDArray[np.uint32]
    index: RoadIndex
    cells: pd.DataFrame
    joined: Snap
    turned: SearchGraph
    speeds: SpeedSettings
    cutoff_minutes: float

    def times_to(self, sites: pd.DataFrame) -> TravelTimes:
        """Give the drive times from the cells to some places, the same as :func:`drive_times` gives for them.

        Parameters
        ----------
        sites : DataFrame
            ``site, x, y``.

        Returns
        -------
        TravelTimes
        """
        to_sites = self.snapped(sites)
        rows = search_rows(self.turned, to_sites.connectors, workers=1, tenths=True)
        return _times(
            rows, self.index, self.ds, self.joined, to_sites, self.cells, sites, self.speeds, self.cutoff_minutes
        )

    def snapped(self, sites: pd.DataFrame) -> Snap:
        """Join places to the network, as :func:`tunti.network.snap.snap` does."""
        return snap(self.graph, self.ds, *_coordinates(sites), towards="site", speeds=self.speeds, index=self.index)


def roads(
    graph: RoadGraph, cells: pd.DataFrame, speeds: SpeedSettings, *, cutoff_minutes: float, like: Roads | None = None
) -> Roads:
    """Join the cells to the network once, so that a new place can be tried at once.

    Parameters
    ----------
    graph, cells, speeds, cutoff_minutes
        As in :func:`drive_times`.
    like : Roads, optional
        Of the same network and speeds with other cells: what both need is made once.

    Returns
    -------
    Roads
    """
    ds = weights(graph, speeds) if like is None else like.ds
    index = road_index(graph, ds) if like is None else like.index
    joined = snap(graph, ds, *_coordinates(cells), towards="cell", speeds=speeds, index=index)
    turned = search_graph(graph, ds, joined.connectors, cutoff_ds=round(cutoff_minutes * DS_PER_MINUTE))
    return Roads(graph, ds, index, cells[["cell", "x", "y"]], joined, turned, speeds, float(cutoff_minutes))


def _times(
    rows: Rows,
    index: RoadIndex,
    ds: NDArray[np.uint32],
    from_cells: Snap,
    to_sites: Snap,
    cells: pd.DataFrame,
    sites: pd.DataFrame,
    speeds: SpeedSettings,
    cutoff_minutes: float,
) -> TravelTimes:
    """Take the direct ways into what was searched, and round once."""
    cutoff_ds, many = round(cutoff_minutes * DS_PER_MINUTE), len(cells)
    rows = with_pairs(rows, along_link(index, ds, from_cells, to_sites), cells=many, cutoff_ds=cutoff_ds)
    if speeds.straight_limit_km > 0:
        direct = straight(_coordinates(cells), _coordinates(sites), speeds)
        rows = with_pairs(rows, direct, cells=many, cutoff_ds=cutoff_ds)
    indptr, cell, tenths = rows
    return TravelTimes(
        sites=tuple(sites["site"].astype(str)),
        cells=tuple(cells["cell"].astype(str)),
        indptr=indptr,
        cell=cell,
        seconds=((tenths + np.uint32(5)) // np.uint32(10)).astype(np.uint16),
        cutoff_minutes=float(cutoff_minutes),
    )


def along_link(index: RoadIndex, ds: NDArray[np.uint32], cells: Snap, sites: Snap) -> Pairs:
    """Give the time of pairs that touch the same link: along it, without a turn at its ends.

    Parameters
    ----------
    index : RoadIndex
    ds : uint32, shape (arcs,)
    cells, sites : Snap
        Places joined with the same index.

    Returns
    -------
    Pairs
        One row per pair and link that both touch, where the direction is allowed.
    """
    c, s = cells.joins, sites.joins
    order = np.argsort(c.link, kind="stable")
    low = np.searchsorted(c.link[order], s.link, side="left")
    high = np.searchsorted(c.link[order], s.link, side="right")
    many = high - low
    of_site = np.repeat(np.arange(len(many)), many)
    of_cell = order[np.repeat(low - (np.cumsum(many) - many), many) + np.arange(int(many.sum()))]
    way = s.along[of_site] - c.along[of_cell]
    link = s.link[of_site]
    arc = np.where(way >= 0, index.along[link], index.against[link])
    same = way == 0
    drive = np.where(same, 0.0, np.abs(way) * np.where(arc >= 0, ds[arc].astype(np.float64), 0.0))
    ok = (arc >= 0) | same
    time = np.floor(c.access_ds[of_cell] + drive + s.access_ds[of_site] + 0.5)
    return _pairs(s.place[of_site][ok], c.place[of_cell][ok], time[ok])


def straight(
    cells: tuple[NDArray[np.float64], NDArray[np.float64]],
    sites: tuple[NDArray[np.float64], NDArray[np.float64]],
    speeds: SpeedSettings,
) -> Pairs:
    """Give the time of pairs that lie near each other, straight across, where the road table is too sparse.

    Parameters
    ----------
    cells, sites : (float64, float64)
        Coordinates, metres.
    speeds : SpeedSettings
        ``straight_limit_km`` (of the straight line), ``access_kmh``, ``access_detour``.

    Returns
    -------
    Pairs
    """
    known_cells = np.flatnonzero(np.isfinite(cells[0]) & np.isfinite(cells[1]))
    known_sites = np.flatnonzero(np.isfinite(sites[0]) & np.isfinite(sites[1]))
    if not (len(known_cells) and len(known_sites)):
        return _pairs(np.zeros(0, np.int64), np.zeros(0, np.int32), np.zeros(0))
    tree = cKDTree(np.column_stack((cells[0][known_cells], cells[1][known_cells])))
    place = np.column_stack((sites[0][known_sites], sites[1][known_sites]))
    near = tree.query_ball_point(place, speeds.straight_limit_km * 1000.0, return_sorted=True)
    many = np.array([len(n) for n in near], np.int64)
    site = np.repeat(known_sites, many)
    cell = known_cells[np.concatenate([np.asarray(n, np.int64) for n in near])]
    distance = np.hypot(cells[0][cell] - sites[0][site], cells[1][cell] - sites[1][site])
    return _pairs(site, cell, np.floor(distance * speeds.access_detour * 36.0 / speeds.access_kmh + 0.5))


def with_pairs(
    rows: tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.uint32]],
    pairs: Pairs,
    *,
    cells: int,
    cutoff_ds: int,
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.uint32]]:
    """Take the faster of a table of times and some single pairs.

    Parameters
    ----------
    rows : tuple
        ``indptr, cell, tenths`` of the table, cells ascending within a row; not changed.
    pairs : Pairs
        In any order, a pair may come twice.
    cells : int
        Number of cells.
    cutoff_ds : int
        Pairs above it are left out.

    Returns
    -------
    tuple
        The table with the pairs.
    """
    indptr, cell, tenths = rows
    site, other, time = pairs
    inside = time <= cutoff_ds
    site, other, time = site[inside], other[inside], time[inside]
    if not len(site):
        return rows
    order = np.lexsort((time, other, site))
    site, other, time = site[order], other[order], time[order]
    new = np.ones(len(site), np.bool_)
    new[1:] = (site[1:] != site[:-1]) | (other[1:] != other[:-1])
    site, other, time = site[new], other[new], time[new]
    at, found = _locate(indptr, cell, site, other)
    tenths = tenths.copy()
    tenths[at[found]] = np.minimum(tenths[at[found]], time[found])
    lacking = ~found
    if not lacking.any():
        return indptr, cell, tenths
    more = np.bincount(site[lacking], minlength=len(indptr) - 1)
    grown = indptr.copy()
    grown[1:] += np.cumsum(more)
    return (
        grown,
        np.insert(cell, at[lacking], other[lacking]).astype(np.int32),
        np.insert(tenths, at[lacking], time[lacking]).astype(np.uint32),
    )


def _pairs(site: NDArray[np.int64] | NDArray[np.int32], cell: NDArray[np.int32], time: NDArray[np.float64]) -> Pairs:
    return site.astype(np.int64), cell.astype(np.int32), np.minimum(time, 4_294_967_294.0).astype(np.uint32)


def _coordinates(frame: pd.DataFrame) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give a table's coordinates as float64."""
    return (
        frame["x"].to_numpy(np.float64, na_value=np.nan),
        frame["y"].to_numpy(np.float64, na_value=np.nan),
    )


def _silent(what: str, done: float) -> None:
    """Say nothing."""


@njit(cache=True, nogil=True)
def _locate(indptr, cell, site, other):  # type: ignore[no-untyped-def]
    """Find each pair in the table: where it is or would be put in, and whether it is there."""
    at = np.empty(len(site), np.int64)
    found = np.zeros(len(site), np.bool_)
    for k in range(len(site)):
        low, high = indptr[site[k]], indptr[site[k] + 1]
        end = high
        while low < high:
            middle = (low + high) // 2
            if cell[middle] < other[k]:
                low = middle + 1
            else:
                high = middle
        at[k] = low
        found[k] = low < end and cell[low] == other[k]
    return at, found
