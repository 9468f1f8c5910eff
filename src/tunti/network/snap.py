"""How places join the road: the nearest points on nearby links, with a leg from the place to the road."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tunti.locale import N_
from tunti.network.graph import DS_PER_MINUTE, Connectors, RoadGraph
from tunti.network.index import RoadIndex, near_links, road_index
from tunti.network.speeds import CLOSED
from tunti.settings import SpeedSettings

Towards = Literal["cell", "site"]

JOINED = ""
NO_COORDINATES = N_("no coordinates")
TOO_FAR = N_("farther from the road than the access limit")
NO_ROAD = N_("there is no road")

_DS_PER_METRE_AT_1_KMH = 36.0
_AT_END = 1e-7
"""Share of a link within which a nearest point counts as its end node."""


@dataclass(frozen=True, eq=False)
class Joins:
    """Where places touch links, for the direct way between two places on one link.

    Attributes
    ----------
    place : int32, shape (joins,)
        Position of the place.
    link : int32, shape (joins,)
        Link of the :class:`~tunti.network.index.RoadIndex`.
    along : float64, shape (joins,)
        Share of the link's length from its beginning.
    access_ds : float64, shape (joins,)
        Time of the leg between place and road, tenths of a second, not rounded yet.
    """

    place: NDArray[np.int32]
    link: NDArray[np.int32]
    along: NDArray[np.float64]
    access_ds: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Snap:
    """How places join the network, and the report of it.

    Attributes
    ----------
    connectors : Connectors
        Nodes that each place starts from (cells) or ends at (sites), with the time of the leg and the partial link.
    report : DataFrame
        One row per place: ``joined`` (bool), ``road_row`` (row of the nearest road in the road table, -1 for none),
        ``distance_m`` (straight line to it, NaN for none), ``access_minutes`` (leg to it), ``reason`` (why the place is
        not joined, a key of the catalogues; empty for joined places).
    joins : Joins
        Points on links that places touch.
    """

    connectors: Connectors
    report: pd.DataFrame
    joins: Joins


def snap(
    graph: RoadGraph,
    ds: NDArray[np.uint32],
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    *,
    towards: Towards,
    speeds: SpeedSettings,
    index: RoadIndex | None = None,
) -> Snap:
    """Join places to the nearest points on nearby roads.

    Parameters
    ----------
    graph : RoadGraph
        Its connected part, so that a joined place can be left and reached.
    ds : uint32, shape (arcs,)
        Weight set, tenths of a second.
    x, y : float64, shape (places,)
        Coordinates in the project's metric CRS; NaN where not known.
    towards : {"cell", "site"}
        A cell is left (place to road), a site is reached (road to place); one-way links tell the two apart.
    speeds : SpeedSettings
        ``access_kmh, access_detour, access_limit_km`` and ``roads_per_place``.
    index : RoadIndex, optional
        From :func:`tunti.network.index.road_index`, so that cells and sites share one.

    Returns
    -------
    Snap

    Notes
    -----
    A place joins the nearest point on each of its ``roads_per_place`` nearest links (straight distance; ferries never).
    The leg is ``distance * access_detour`` long and driven at ``access_kmh``; a leg longer than ``access_limit_km``
    joins nothing. Distances count in whole millimetres, roads equally near in the order of their rows. Link time is
    shared out by length: a cell at share ``f`` of a link leaves by its end after ``(1 - f) * t`` and, where the link is
    two-way, by its beginning after ``f * t``. The sum of leg and partial link is rounded once, half up.
    """
    index = road_index(graph, ds) if index is None else index
    x = np.ascontiguousarray(x, np.float64)
    y = np.ascontiguousarray(y, np.float64)
    known = np.isfinite(x) & np.isfinite(y)
    limit = speeds.access_limit_km * 1000.0 / speeds.access_detour
    link, along, distance = near_links(index, x, y, speeds.roads_per_place, limit)
    nearest, far = link[:, 0].copy(), distance[:, 0].copy()
    lost = np.flatnonzero(known & (nearest < 0))
    if len(lost) and len(index.row):
        # How far the road is from the few places that are not joined is worth a search without a limit.
        l_link, _, l_distance = near_links(index, x[lost], y[lost], 1, np.inf)
        nearest[lost], far[lost] = l_link[:, 0], l_distance[:, 0]

    per_metre = speeds.access_detour * _DS_PER_METRE_AT_1_KMH / speeds.access_kmh
    place, k = np.nonzero(link >= 0)
    joins = Joins(place.astype(np.int32), link[place, k], along[place, k], distance[place, k] * per_metre)
    connectors = _connect(index, ds, joins, len(x), towards)

    reason = np.full(len(x), JOINED, object)
    reason[~known] = NO_COORDINATES
    reason[lost] = TOO_FAR if len(index.row) else NO_ROAD
    report = pd.DataFrame(
        {
            "joined": np.diff(connectors.indptr) > 0,
            "road_row": np.where(nearest >= 0, index.row[nearest] if len(index.row) else -1, -1),
            "distance_m": np.where(nearest >= 0, far, np.nan),
            "access_minutes": np.where(nearest >= 0, far * per_metre / DS_PER_MINUTE, np.nan),
            "reason": reason,
        }
    )
    return Snap(connectors, report, joins)


def _connect(index: RoadIndex, ds: NDArray[np.uint32], joins: Joins, places: int, towards: Towards) -> Connectors:
    """Turn points on links into nodes with times, in the direction that people drive."""
    of, f = joins.link, joins.along
    at_start, at_end = f <= _AT_END, f >= 1.0 - _AT_END
    # A cell goes on to the link's end by the arc along it; a site is reached from the link's beginning by the same arc.
    first, second = (index.to_node, index.from_node) if towards == "cell" else (index.from_node, index.to_node)
    share = 1.0 - f if towards == "cell" else f
    node, time, ok = [], [], []
    for at, arc, part in ((first[of], index.along[of], share), (second[of], index.against[of], 1.0 - share)):
        there = (at_start & (at == index.from_node[of])) | (at_end & (at == index.to_node[of]))
        drive = np.where(arc >= 0, ds[arc].astype(np.float64), 0.0) * np.clip(part, 0.0, 1.0)
        node.append(at)
        time.append(joins.access_ds + np.where(there, 0.0, drive))
        ok.append((arc >= 0) | there)
    keep = np.concatenate(ok)
    place = np.tile(joins.place, 2)[keep]
    nodes = np.concatenate(node)[keep].astype(np.int32)
    whole = np.minimum(np.floor(np.concatenate(time)[keep] + 0.5), float(CLOSED) - 1.0).astype(np.uint32)
    order = np.lexsort((whole, nodes, place))
    place, nodes, whole = place[order], nodes[order], whole[order]
    new = np.ones(len(place), np.bool_)
    new[1:] = (place[1:] != place[:-1]) | (nodes[1:] != nodes[:-1])
    indptr = np.zeros(places + 1, np.int32)
    np.cumsum(np.bincount(place[new], minlength=places), out=indptr[1:])
    return Connectors(indptr, nodes[new], whole[new])
