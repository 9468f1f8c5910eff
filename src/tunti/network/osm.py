"""The road graph from an OpenStreetMap extract."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import osmium
import pyproj
from numpy.typing import NDArray

from tunti.errors import InputError
from tunti.findings import Finding, error, note, say, warning
from tunti.network.build import assemble
from tunti.network.graph import DS_PER_MINUTE, FERRY, POSTED, WAITS, LinkShapes, RoadGraph
from tunti.network.tags import CLASSES, limit_is_readable, read_way, stops_cars
from tunti.settings import Settings

_NAMES = (*CLASSES, FERRY)


@dataclass
class _Ways:
    """Drivable ways as they are read: plain arrays, since a country has millions."""

    ref: array[int]
    length: array[int]
    road_class: array[int]
    way: list[tuple[bool, bool, float, float, float, float, float]]
    shut: int = 0
    silent_ferries: int = 0
    unreadable: int = 0


def graph_from_extract(path: str | Path, crs: str, settings: Settings) -> tuple[RoadGraph, list[Finding]]:
    """Make the road network from an OpenStreetMap extract.

    Parameters
    ----------
    path : str or Path
        File as ``.osm.pbf`` or ``.osm``; nothing outside it is asked for.
    crs : str
        Metric coordinate system of the project, such as ``EPSG:3067``.
    settings : Settings
        Not needed to read; kept so that both readers are called alike.

    Returns
    -------
    RoadGraph
        All roads; :func:`tunti.network.repair.repair` takes its connected part. Nodes are junctions and ends of ways
        only; the points between them are kept in ``shapes``, so that places still snap to the true line. ``link``
        numbers the links of the extract in the order of its ways.
    list of Finding
        Roads closed to cars, limits that can't be read, ways cut at the extract's edge.

    Raises
    ------
    InputError
        If the file can't be read or holds no drivable road.

    Notes
    -----
    See :mod:`tunti.network.tags` for what tags mean. The file is read twice: ways first, then only the nodes that they
    name. Lengths are geodesic (WGS 84), not those of the map's plane. A ferry's ``duration`` is shared out by length
    over its links; its ``interval`` is the headway. Restrictions on turning are not read. Memory: about 60 bytes a
    point of the roads.
    """
    ways = _read_ways(path)
    if not ways.length:
        raise InputError(
            [
                error(
                    "road_extract",
                    None,
                    None,
                    say("The extract {file} holds no road for cars.", file=Path(path).name),
                    say("Check that it is the right file, or put the road tables in its place."),
                )
            ]
        )
    ref = np.frombuffer(ways.ref, np.int64)
    ids, at = np.unique(ref, return_inverse=True)
    lon, lat, barrier = _read_nodes(path, ids)
    findings = _tag_findings(ways)

    # Points that the extract lacks (its edge) and barriers cut a way in two.
    there = ~np.isnan(lon[at])
    of = np.repeat(np.arange(len(ways.length)), np.frombuffer(ways.length, np.int32))
    cut = len(np.unique(of[~there]))
    if cut:
        findings.append(
            note(
                "road_extract",
                None,
                None,
                say("{n} roads lead out of the extract; their parts inside it are used", n=cut),
                say("Take an extract that reaches farther than the longest drive that counts."),
            )
        )
    return _links(ways, at, of, there, lon, lat, barrier, crs), findings


def _read_ways(path: str | Path) -> _Ways:
    """Read the drivable ways."""
    ways = _Ways(array("q"), array("i"), array("b"), [])
    number = {name: k for k, name in enumerate(_NAMES)}
    reader: Any = osmium
    try:
        found = reader.FileProcessor(str(path), reader.osm.WAY).with_filter(
            reader.filter.KeyFilter("highway", "route", "ferry")
        )
        for w in found:
            tags = {t.k: t.v for t in w.tags}
            way = read_way(tags)
            if way is None:
                ways.shut += tags.get("highway") in CLASSES
                ways.silent_ferries += tags.get("route") == "ferry"
                continue
            refs = [n.ref for n in w.nodes]
            if len(refs) < 2:
                continue
            ways.unreadable += not limit_is_readable(tags.get("maxspeed", ""))
            ways.ref.extend(refs)
            ways.length.append(len(refs))
            ways.road_class.append(number[way.road_class])
            facts = (way.along, way.against, way.kmh, way.kmh_back, way.factor, way.minutes, way.headway)
            ways.way.append(facts)
    except (RuntimeError, OSError) as problem:
        raise InputError(
            [
                error(
                    "road_extract",
                    None,
                    None,
                    say("The extract {file} is broken or is no OpenStreetMap file.", file=Path(path).name),
                    say("Fetch the extract again, or put the road tables in its place."),
                )
            ]
        ) from problem
    return ways


def _read_nodes(
    path: str | Path, ids: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    """Read the coordinates of the nodes that roads name, and which of them stop cars."""
    lon, lat = np.full(len(ids), np.nan), np.full(len(ids), np.nan)
    barrier = np.zeros(len(ids), np.bool_)
    reader: Any = osmium
    wanted = reader.IdTracker()
    for k in ids.tolist():
        wanted.add_node(k)
    name, x, y, stop = array("q"), array("d"), array("d"), array("b")
    for n in reader.FileProcessor(str(path), reader.osm.NODE).with_filter(wanted.id_filter()):
        if not n.location.valid():
            continue
        name.append(n.id)
        x.append(n.lon)
        y.append(n.lat)
        stop.append(bool(n.tags) and stops_cars({t.k: t.v for t in n.tags}))
    at = np.searchsorted(ids, np.frombuffer(name, np.int64))
    lon[at], lat[at] = np.frombuffer(x), np.frombuffer(y)
    barrier[at] = np.frombuffer(stop, np.int8) > 0
    return lon, lat, barrier


def _links(
    ways: _Ways,
    at: NDArray[np.int64],
    of: NDArray[np.int64],
    there: NDArray[np.bool_],
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    barrier: NDArray[np.bool_],
    crs: str,
) -> RoadGraph:
    """Cut ways into links at junctions and keep the points between as shapes."""
    at, of = at[there], of[there]
    position = np.flatnonzero(there)
    # A step joins two points of the same way that follow each other in it.
    step = (of[1:] == of[:-1]) & (position[1:] == position[:-1] + 1) & (at[1:] != at[:-1])
    used = np.bincount(at, minlength=len(lon))
    end = np.ones(len(at), np.bool_)
    end[1:-1] = ~(step[:-1] & step[1:])
    junction = end | (used[at] > 1) | barrier[at]
    # Loops (first and last node the same, nothing between) are halved, so that both directions can be told apart.
    first_point = np.flatnonzero(junction[:-1] & step)
    after = np.flatnonzero(junction)
    last_point = after[np.searchsorted(after, first_point, side="right")]
    loop = at[first_point] == at[last_point]
    junction[(first_point[loop] + last_point[loop]) // 2] = True
    first_point = np.flatnonzero(junction[:-1] & step)
    after = np.flatnonzero(junction)
    last_point = after[np.searchsorted(after, first_point, side="right")]

    # Where a barrier stops cars, each road ends at it in a node of its own.
    node = at.astype(np.int64).copy()
    stopped = np.flatnonzero(barrier[at] & junction)
    extra = len(lon) + np.arange(2 * len(stopped))
    tail, head = node[first_point], node[last_point]
    arriving = dict(zip(stopped.tolist(), extra[0::2].tolist(), strict=True))
    leaving = dict(zip(stopped.tolist(), extra[1::2].tolist(), strict=True))
    for k in np.flatnonzero(np.isin(first_point, stopped)):
        tail[k] = leaving[int(first_point[k])]
    for k in np.flatnonzero(np.isin(last_point, stopped)):
        head[k] = arriving[int(last_point[k])]
    names, number = np.unique(np.concatenate((tail, head)), return_inverse=True)
    source = np.where(names < len(lon), names, 0)
    source[names >= len(lon)] = at[stopped[(names[names >= len(lon)] - len(lon)) // 2]]

    to_plane = pyproj.Transformer.from_crs("EPSG:4326", crs, always_xy=True)
    x, y = to_plane.transform(lon, lat)
    count = last_point - first_point + 1
    indptr = np.zeros(len(count) + 1, np.int64)
    np.cumsum(count, out=indptr[1:])
    point = np.repeat(first_point - indptr[:-1], count) + np.arange(indptr[-1])
    shapes = LinkShapes(indptr, x[at[point]], y[at[point]])
    upto = np.concatenate(([0.0], np.cumsum(_step_metres(lon[at], lat[at]))))
    metres = upto[last_point] - upto[first_point]

    way = of[first_point]
    facts = np.array(ways.way, np.float64)[way]
    along, against = facts[:, 0] > 0, facts[:, 1] > 0
    road_class = np.frombuffer(ways.road_class, np.int8)[way]
    ferry = road_class == len(_NAMES) - 1
    fixed = np.full(len(way), -1.0)
    headway = np.where(ferry, facts[:, 6], np.nan)
    timed = ferry & ~np.isnan(facts[:, 5])
    whole = np.bincount(way, weights=metres, minlength=len(ways.length))
    share = metres / np.maximum(whole[way], 1e-9)
    fixed[timed] = np.maximum(np.floor(facts[timed, 5] * DS_PER_MINUTE * share[timed] + 0.5), 1.0)
    present, number_of_class = np.unique(road_class, return_inverse=True)
    graph = assemble(
        x[source],
        y[source],
        tail=np.where(along, number[: len(tail)], number[len(tail) :]),
        head=np.where(along, number[len(tail) :], number[: len(tail)]),
        oneway=~(along & against),
        metres=metres,
        road_class=number_of_class,
        classes=tuple(_NAMES[k] for k in present),
        link=np.arange(len(way)),
        kmh=np.where(along, facts[:, 2], facts[:, 3]),
        kmh_back=facts[:, 3],
        fixed_ds=fixed,
        flags=np.where(ferry, WAITS, POSTED),
        factor=facts[:, 4],
        headway=None if np.isnan(headway).all() else headway,
    )
    # Ways that are driven only against their direction were turned round above; their shapes were not.
    forward = graph.forward if graph.forward is not None else np.ones(graph.arcs, np.bool_)
    return replace(graph, shapes=shapes, forward=forward ^ ~along[graph.link])


def _step_metres(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Geodesic length of the step from each point to the next."""
    if len(lon) < 2:
        return np.zeros(0)
    _, _, metres = pyproj.Geod(ellps="WGS84").inv(lon[:-1], lat[:-1], lon[1:], lat[1:])
    return np.asarray(metres, np.float64)


def _tag_findings(ways: _Ways) -> list[Finding]:
    """Say what the tags kept out or left open."""
    findings = []
    if ways.shut:
        findings.append(
            note(
                "road_extract",
                None,
                None,
                say("{n} roads are closed to the public's cars and are not used", n=ways.shut),
                say("Nothing, unless roads are missing that people drive on."),
            )
        )
    if ways.silent_ferries:
        findings.append(
            note(
                "road_extract",
                None,
                None,
                say("{n} ferry lines do not say that they take cars and are not used", n=ways.silent_ferries),
                say("Add motor_vehicle=yes to those that do."),
            )
        )
    if ways.unreadable:
        findings.append(
            warning(
                "road_extract",
                None,
                "maxspeed",
                say(
                    "{n} roads have a speed limit that can't be read; the speed of their class counts",
                    n=ways.unreadable,
                ),
                say("Nothing, unless there are many."),
            )
        )
    return findings
