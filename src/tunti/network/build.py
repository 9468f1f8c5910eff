"""The road graph from a table of nodes and a table of links."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tunti.findings import Finding, error, note, say
from tunti.network.graph import DS_PER_MINUTE, FERRY, WAITS, RoadGraph
from tunti.settings import Settings

_MINUTES_LIMIT = (2**31 - 2) / DS_PER_MINUTE


def graph_from_tables(
    road_nodes: pd.DataFrame, road_links: pd.DataFrame, settings: Settings
) -> tuple[RoadGraph, list[Finding]]:
    """Make the road network of a project from its node and link tables.

    Parameters
    ----------
    road_nodes : DataFrame
        ``node, x, y`` (metres in the project's CRS).
    road_links : DataFrame
        ``from_node, to_node, road_class`` and, where known, ``km, oneway, kmh, minutes, headway_minutes``; see
        :data:`tunti.inputs.schemas.ROAD_LINKS`. A missing or empty optional column is not given.
    settings : Settings
        The speed settings name the road classes.

    Returns
    -------
    RoadGraph
        All roads; :func:`tunti.network.repair.repair` takes its connected part. ``link`` is the link's index label in
        the table.
    list of Finding
        Links without nodes, unknown classes (errors) and loops.

    Notes
    -----
    A link is driven both ways unless ``oneway``. Its length is ``km``, else the straight line between its nodes. Where
    ``minutes`` are given they hold boarding, and waiting too unless ``headway_minutes`` tell how often the ferry
    leaves; a ferry without them takes length over speed, boards and waits. ``kmh`` is the speed that is driven, so no
    ``limit_factor`` applies. Arcs are sorted by tail and, within it, by link.
    """
    findings: list[Finding] = []
    rows = _row_labels(road_links)
    twice = road_nodes["node"].astype(str).duplicated()
    if twice.any():
        findings += [
            error(
                "road_nodes",
                str(name),
                "node",
                say("node {node} is in the table more than once", node=str(name)),
                say("Give each node a name of its own."),
            )
            for name in road_nodes.loc[twice, "node"].unique()
        ]
        road_nodes = road_nodes[~twice]
    node = pd.Index(road_nodes["node"].astype(str))
    tail = node.get_indexer(pd.Index(road_links["from_node"].astype(str)))
    head = node.get_indexer(pd.Index(road_links["to_node"].astype(str)))
    for column, at in (("from_node", tail), ("to_node", head)):
        findings += [
            error(
                "road_links",
                int(rows[k]),
                column,
                say("node {node} is not in the table of road nodes", node=str(road_links[column].iloc[k])),
                say("Add the node or mend its name."),
            )
            for k in np.flatnonzero(at < 0)
        ]
    named = road_links["road_class"].astype(str).to_numpy(object)
    findings += _unknown_classes(named, settings)

    loop = (tail == head) & (tail >= 0)
    if loop.any():
        findings.append(
            note(
                "road_links",
                int(rows[np.flatnonzero(loop)[0]]),
                None,
                say("{n} links begin and end at the same node; they are not used", n=int(loop.sum())),
                say("Nothing, unless the nodes are wrong."),
            )
        )
    ok = (tail >= 0) & (head >= 0) & ~loop
    x = road_nodes["x"].to_numpy(np.float64)
    y = road_nodes["y"].to_numpy(np.float64)
    u, v = tail[ok], head[ok]
    km = _numbers(road_links, "km")[ok]
    metres = np.where(np.isnan(km), np.hypot(x[u] - x[v], y[u] - y[v]), km * 1000.0)
    minutes = np.clip(_numbers(road_links, "minutes")[ok], 0.0, _MINUTES_LIMIT)
    fixed = np.where(np.isnan(minutes), -1.0, np.floor(np.nan_to_num(minutes) * DS_PER_MINUTE + 0.5))
    classes, road_class = np.unique(named[ok].astype(str), return_inverse=True)
    ferry = named[ok] == FERRY
    headway = _numbers(road_links, "headway_minutes")[ok]
    findings += _headways_off_ferries(rows[ok], ~np.isnan(headway) & ~ferry)
    headway = np.where(ferry & (headway >= 0), headway, np.nan)
    graph = assemble(
        x,
        y,
        tail=u,
        head=v,
        oneway=_yes(road_links, "oneway")[ok],
        metres=metres,
        road_class=road_class,
        classes=tuple(str(c) for c in classes),
        link=rows[ok],
        kmh=_numbers(road_links, "kmh")[ok],
        fixed_ds=fixed,
        flags=np.where(ferry & np.isnan(minutes), WAITS, 0),
        headway=None if np.isnan(headway).all() else headway,
    )
    return graph, findings


def assemble(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    *,
    tail: NDArray[Any],
    head: NDArray[Any],
    oneway: NDArray[np.bool_],
    metres: NDArray[Any],
    road_class: NDArray[Any],
    classes: tuple[str, ...],
    link: NDArray[Any],
    kmh: NDArray[Any],
    fixed_ds: NDArray[Any],
    flags: NDArray[Any] | None = None,
    factor: NDArray[Any] | None = None,
    kmh_back: NDArray[Any] | None = None,
    headway: NDArray[Any] | None = None,
) -> RoadGraph:
    """Turn links into a graph: arcs in both directions unless one-way, sorted by tail.

    Parameters
    ----------
    x, y : float64, shape (nodes,)
        Coordinates of all nodes, metres.
    tail, head : int, shape (links,)
        Nodes where each link begins and ends.
    oneway : bool, shape (links,)
        Links that are driven only along.
    metres, road_class, link, kmh, fixed_ds, flags, factor, headway : shape (links,)
        As in :class:`~tunti.network.graph.RoadGraph`.
    classes : tuple of str
    kmh_back : float, shape (links,), optional
        Speed against the link where it differs.

    Returns
    -------
    RoadGraph
        Arcs of a node in the order of the links, along before against.
    """
    back = ~oneway
    forward = np.concatenate((np.ones(len(tail), np.bool_), np.zeros(int(back.sum()), np.bool_)))
    of = np.concatenate((np.arange(len(tail)), np.flatnonzero(back)))
    a = np.where(forward, tail[of], head[of])
    b = np.where(forward, head[of], tail[of])
    order = np.lexsort((~forward, link[of], a))
    of, forward, a, b = of[order], forward[order], a[order], b[order]
    indptr = np.zeros(len(x) + 1, np.int32)
    np.cumsum(np.bincount(a, minlength=len(x)), out=indptr[1:])
    speed = kmh[of] if kmh_back is None else np.where(forward, kmh[of], kmh_back[of])
    return RoadGraph(
        x=np.ascontiguousarray(x, np.float64),
        y=np.ascontiguousarray(y, np.float64),
        indptr=indptr,
        head=b.astype(np.int32),
        metres=metres[of].astype(np.float32),
        road_class=road_class[of].astype(np.int16),
        classes=classes,
        link=link[of].astype(np.int32),
        kmh=speed.astype(np.float32),
        fixed_ds=fixed_ds[of].astype(np.int32),
        forward=forward,
        flags=None if flags is None else flags[of].astype(np.uint8),
        factor=None if factor is None else factor[of].astype(np.float32),
        headway=None if headway is None else headway[of].astype(np.float32),
    )


def _row_labels(frame: pd.DataFrame) -> NDArray[np.int64]:
    """Give the rows' labels: the numbers that the user sees in the file, else positions."""
    if pd.api.types.is_integer_dtype(frame.index.dtype) and frame.index.is_unique:
        return frame.index.to_numpy(np.int64)
    return np.arange(len(frame), dtype=np.int64)


def _numbers(frame: pd.DataFrame, column: str) -> NDArray[np.float64]:
    """Give a column as float64, NaN where not given."""
    if column not in frame.columns:
        return np.full(len(frame), np.nan)
    return pd.to_numeric(frame[column], errors="coerce").to_numpy(np.float64, na_value=np.nan)


def _yes(frame: pd.DataFrame, column: str) -> NDArray[np.bool_]:
    """Give a yes_no column as bool, no where not given."""
    if column not in frame.columns:
        return np.zeros(len(frame), np.bool_)
    return frame[column].astype("boolean").fillna(False).to_numpy(np.bool_)


def _headways_off_ferries(rows: NDArray[np.int64], wrong: NDArray[np.bool_]) -> list[Finding]:
    """Note headways of links that are no ferries."""
    if not wrong.any():
        return []
    return [
        note(
            "road_links",
            int(rows[np.flatnonzero(wrong)[0]]),
            "headway_minutes",
            say("{n} links have a headway but are no ferries; it is not used", n=int(wrong.sum())),
            say("Nothing, unless the road class should be ferry."),
        )
    ]


def _unknown_classes(named: NDArray[np.object_], settings: Settings) -> list[Finding]:
    """Report road classes that have no speed."""
    names, count = np.unique(named.astype(str), return_counts=True)
    return [
        error(
            "road_links",
            None,
            "road_class",
            say("{n} links have the class {name}, which has no speed in the settings", n=int(n), name=str(name)),
            say("Add the class to speeds.summer in project.toml, or mend the name."),
        )
        for name, n in zip(names, count, strict=True)
        if str(name) not in settings.speeds.summer
    ]
