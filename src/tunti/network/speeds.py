"""Drive times of arcs from road classes, limits and seasons: one weight set per season over the same graph."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tunti.errors import TuntiError
from tunti.findings import say
from tunti.network.graph import DS_PER_MINUTE, FERRY, POSTED, WAITS, RoadGraph
from tunti.settings import Season, SpeedSettings

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
    season: Season | None = None,
    ferries: bool = True,
) -> NDArray[np.uint32]:
    """Give the drive time of every arc in a season.

    Parameters
    ----------
    graph : RoadGraph
    speeds : SpeedSettings
        Speeds by class and what limits, winter, the rush hour, towns and ferries do to them.
    season : {"summer", "winter", "peak"}, optional
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
    the class's speed, times the factors of surface and town. Winter takes the class's winter speed, but never more than
    its summer speed; a class without one, and a given speed, are taken times ``winter_factor``. Peak takes summer times
    the class's factor of ``peak``, and ``peak_town_factor`` in dense towns. A ferry's time is the given one or length
    over speed, in every season. Where it leaves land, boarding is added unless the given time holds it, and the wait:
    half of the headway (``ferry_wait = "expected"``) or all of it (``"guaranteed"``); without a headway
    ``ferry_wait_minutes`` or twice that, unless the given time holds the wait. So no arc is faster than in summer with
    expected waits and with ferries. Only weights differ: all of these share one contraction order.
    """
    season = season or speeds.season
    metres = graph.metres.astype(np.float64)
    kmh = class_speeds(graph.classes, speeds, season=season)[graph.road_class]
    given = graph.kmh.astype(np.float64)
    if graph.flags is not None:
        given = np.where((graph.flags & POSTED) > 0, given * speeds.limit_factor, given)
    if season == "winter":
        given = np.where(graph.is_ferry, given, given * speeds.winter_factor)
    elif season == "peak":
        given = given * _peak_factors(graph.classes, speeds)[graph.road_class]
    kmh = np.where(np.isnan(given), kmh, given)
    if graph.factor is not None:
        kmh = kmh * graph.factor
    town = speeds.urban_factor * (speeds.peak_town_factor if season == "peak" else 1.0)
    if town < 1.0:
        kmh = np.where(in_town(graph) & ~graph.is_ferry, kmh * town, kmh)
    ds = np.where(graph.fixed_ds >= 0, graph.fixed_ds, metres * 36.0 / kmh)
    if graph.flags is not None or graph.headway is not None:
        ds = ds + np.where(_leaves_land(graph), _at_the_quay(graph, speeds) * DS_PER_MINUTE, 0.0)
    whole = np.clip(np.floor(ds + 0.5), 1.0, float(CLOSED) - 1.0).astype(np.uint32)
    if not (ferries and speeds.ferries):
        whole[graph.is_ferry] = CLOSED
    return whole


def class_speeds(classes: tuple[str, ...], speeds: SpeedSettings, *, season: Season) -> NDArray[np.float64]:
    """Give the speed of each road class in a season.

    Parameters
    ----------
    classes : tuple of str
        Names of road classes.
    speeds : SpeedSettings
    season : {"summer", "winter", "peak"}

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
    summer = np.array([speeds.summer[c] for c in classes], np.float64)
    if season == "peak":
        return summer * _peak_factors(classes, speeds)
    if season == "winter":
        # A project that lowers a summer speed alone does not want its winter to be the faster one.
        return np.array(
            [
                v if c == FERRY else min(v, speeds.winter.get(c, v * speeds.winter_factor))
                for c, v in zip(classes, summer.tolist(), strict=True)
            ],
            np.float64,
        )
    return summer


def _peak_factors(classes: tuple[str, ...], speeds: SpeedSettings) -> NDArray[np.float64]:
    """Give what the rush hour leaves of each class's speed; ferries keep their timetable."""
    return np.array([1.0 if c == FERRY else speeds.peak.get(c, speeds.peak_factor) for c in classes], np.float64)


def _at_the_quay(graph: RoadGraph, speeds: SpeedSettings) -> NDArray[np.float64]:
    """Give the minutes of boarding and waiting that are to be added to each arc where it leaves land."""
    untimed = np.zeros(graph.arcs, np.bool_) if graph.flags is None else (graph.flags & WAITS) > 0
    headway = np.full(graph.arcs, np.nan) if graph.headway is None else graph.headway.astype(np.float64)
    wait = np.where(np.isnan(headway), np.where(untimed, speeds.ferry_wait_minutes, 0.0), headway / 2.0)
    if speeds.ferry_wait == "guaranteed":
        wait = wait * 2.0
    return np.where(untimed, speeds.ferry_boarding_minutes, 0.0) + wait


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
