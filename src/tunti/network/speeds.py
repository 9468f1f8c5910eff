"""Drive times of arcs from road classes, limits and seasons: one weight set per season over the same graph."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tunti.errors import TuntiError
from tunti.findings import say
from tunti.network.graph import DS_PER_MINUTE, FERRY, POSTED, WAITS, RoadGraph
from tunti.settings import SpeedSettings

CLOSED = np.uint32(0xFFFF_FFFF)
"""Weight of an arc that may not be driven: longer than any cut-off."""

TOWN_SQUARE = 1_000.0
"""Side of the squares in which junctions are counted to tell dense towns, metres."""

TOWN_JUNCTIONS = 60
"""Junctions in a square from which on its roads count as a dense town's."""


def weights(
    graph: RoadGraph,
    speeds: SpeedSettings,
    *,
    season: Literal["summer", "winter"] | None = None,
    ferries: bool = True,
) -> NDArray[np.uint32]:
    """Give the drive time of every arc in a season.

    Parameters
    ----------
    graph : RoadGraph
    speeds : SpeedSettings
        Speeds by class and what limits, winter, towns and ferries do to them.
    season : {"summer", "winter"}, optional
        The settings' season by default.
    ferries : bool
        Whether ferries may be used; the settings' ``ferries`` must allow them too.

    Returns
    -------
    uint32, shape (arcs,)
        Whole tenths of a second, rounded once (half up), at least 1; :data:`CLOSED` for a ferry that may not be used.

    Raises
    ------
    TuntiError
        If a road class has no speed in the settings.

    Notes
    -----
    ``ds = 36 * metres / v`` with the speed ``v`` in km/h: a given speed (a posted limit times ``limit_factor``) before
    the class's speed, times the factors of surface and town. Winter takes the class's winter speed, else the summer
    speed times ``winter_factor``. A ferry's time is the given one or length over speed, the same in winter; boarding
    and waiting are added where the ferry leaves land, unless the given time holds them.
    """
    season = season or speeds.season
    metres = graph.metres.astype(np.float64)
    kmh = class_speeds(graph.classes, speeds, season=season)[graph.road_class]
    given = graph.kmh.astype(np.float64)
    if graph.flags is not None:
        given = np.where((graph.flags & POSTED) > 0, given * speeds.limit_factor, given)
    if season == "winter":
        given = np.where(graph.is_ferry, given, given * speeds.winter_factor)
    kmh = np.where(np.isnan(given), kmh, given)
    if graph.factor is not None:
        kmh = kmh * graph.factor
    if speeds.urban_factor < 1.0:
        kmh = np.where(in_town(graph) & ~graph.is_ferry, kmh * speeds.urban_factor, kmh)
    ds = np.where(graph.fixed_ds >= 0, graph.fixed_ds, metres * 36.0 / kmh)
    if graph.flags is not None:
        waits = ((graph.flags & WAITS) > 0) & _leaves_land(graph)
        ds = ds + np.where(waits, (speeds.ferry_boarding_minutes + speeds.ferry_wait_minutes) * DS_PER_MINUTE, 0.0)
    whole = np.clip(np.floor(ds + 0.5), 1.0, float(CLOSED) - 1.0).astype(np.uint32)
    if not (ferries and speeds.ferries):
        whole[graph.is_ferry] = CLOSED
    return whole


def class_speeds(
    classes: tuple[str, ...], speeds: SpeedSettings, *, season: Literal["summer", "winter"]
) -> NDArray[np.float64]:
    """Give the speed of each road class in a season.

    Parameters
    ----------
    classes : tuple of str
        Names of road classes.
    speeds : SpeedSettings
    season : {"summer", "winter"}

    Returns
    -------
    float64, shape (classes,)
        Kilometres an hour.

    Raises
    ------
    TuntiError
        If a class has no summer speed.
    """
    missing = sorted(c for c in classes if c not in speeds.summer)
    if missing:
        raise TuntiError(
            say("Road classes without a speed: {classes}. Add each to speeds.summer.", classes=", ".join(missing))
        )
    summer = [speeds.summer[c] for c in classes]
    if season == "summer":
        return np.array(summer, np.float64)
    return np.array(
        [
            v if c == FERRY else speeds.winter.get(c, v * speeds.winter_factor)
            for c, v in zip(classes, summer, strict=True)
        ],
        np.float64,
    )


def in_town(graph: RoadGraph) -> NDArray[np.bool_]:
    """Tell which arcs begin in a dense town.

    Parameters
    ----------
    graph : RoadGraph

    Returns
    -------
    bool, shape (arcs,)
        True where the arc's first node lies in a square of 1 km with at least 60 junctions. A sparse road table has no
        such squares, so its class speeds stay as they are.
    """
    if graph.nodes == 0:
        return np.zeros(0, np.bool_)
    column = np.floor(graph.x / TOWN_SQUARE).astype(np.int64)
    row = np.floor(graph.y / TOWN_SQUARE).astype(np.int64)
    _, square, count = np.unique(row * 100_003 + column, return_inverse=True, return_counts=True)
    dense = count[square] >= TOWN_JUNCTIONS
    return np.asarray(dense[graph.tail], np.bool_)


def _leaves_land(graph: RoadGraph) -> NDArray[np.bool_]:
    """Tell which arcs start at a node with a road: a ferry drawn in several lines waits once, at the quay."""
    road = ~graph.is_ferry
    land = np.zeros(graph.nodes, np.bool_)
    land[graph.tail[road]] = True
    land[graph.head[road]] = True
    return np.asarray(land[graph.tail], np.bool_)
