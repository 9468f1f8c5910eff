"""Main roads of Finland from OpenStreetMap's trunk and primary roads (PyPI ``scgraph_data``).

The package's file is a Python module of 36 MB whose import takes minutes and gigabytes: it is read as text.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from starter.land import TO_METRES

NODE = re.compile(rb"\[(-?[\d.eE+-]+), (-?[\d.eE+-]+)\]")
ARCS = re.compile(rb"\{([^}]*)\}")
CHUNK = 1 << 20
GAP = 4_000.0
"""Metres over which a gap is closed."""


def _matches(stream: Any, pattern: re.Pattern[bytes], ends: bytes) -> Iterator[re.Match[bytes]]:
    """Yield the pattern's matches of one line that is far too long to parse at once."""
    rest = b""
    while piece := stream.readline(CHUNK):
        rest += piece
        last = 0
        for match in pattern.finditer(rest):
            last = match.end()
            yield match
        rest = rest[last:]
        if piece.endswith(b"\n") or not piece:
            return
    assert rest.strip(b" ]\n") in (b"", ends)


def read_graph(package: Path) -> tuple[np.ndarray, list[dict[int, float]]]:
    """Read all nodes (latitude, longitude) and, for the nodes around Finland, their arcs with kilometres."""
    name = "scgraph_data/world_highways.py"
    with zipfile.ZipFile(package) as whole:
        with whole.open(name) as stream:
            while not (stream.readline(6)).startswith(b"nodes="):
                while not stream.readline(CHUNK).endswith(b"\n"):
                    pass
            nodes = np.array([[float(m[1]), float(m[2])] for m in _matches(stream, NODE, b"")])
        near = (nodes[:, 0] > 59) & (nodes[:, 0] < 70.5) & (nodes[:, 1] > 19) & (nodes[:, 1] < 32)
        arcs: list[dict[int, float]] = [{} for _ in range(len(nodes))]
        with whole.open(name) as stream:
            while not (stream.readline(6)).startswith(b"graph="):
                while not stream.readline(CHUNK).endswith(b"\n"):
                    pass
            for number, match in enumerate(_matches(stream, ARCS, b"")):
                if near[number] and match[1]:
                    pairs = (p.split(b":") for p in match[1].split(b","))
                    arcs[number] = {int(a): float(km) for a, km in pairs if near[int(a)]}
    return nodes, arcs


def finnish_roads(package: Path, finland: Any) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, float]]:
    """Give the nodes and links of Finland's main roads, the largest connected part, and what was left out."""
    nodes, arcs = read_graph(package)
    x, y = TO_METRES(nodes[:, 1], nodes[:, 0])
    inside = np.zeros(len(nodes), dtype=bool)
    window = (nodes[:, 0] > 59) & (nodes[:, 0] < 70.5) & (nodes[:, 1] > 19) & (nodes[:, 1] < 32)
    area = finland.buffer(1500)
    shapely.prepare(area)
    inside[window] = shapely.contains_xy(area, x[window], y[window])
    found: dict[tuple[int, int], float] = {}
    for a in np.flatnonzero(inside).tolist():
        found |= {(min(a, b), max(a, b)): km for b, km in arcs[a].items() if inside[b] and a != b}
    pairs = sorted(found.items())
    numbers = np.flatnonzero(inside)
    place = {int(n): i for i, n in enumerate(numbers)}
    rows = np.array([place[int(a)] for (a, _), _ in pairs])
    columns = np.array([place[int(b)] for (_, b), _ in pairs])
    km = np.array([k for _, k in pairs])
    at = np.column_stack([x[numbers], y[numbers]])
    rows, columns, km, joined = _joined(rows, columns, km, at)
    graph = coo_matrix((km, (rows, columns)), shape=(len(numbers), len(numbers)))
    count, part = connected_components(graph, directed=False)
    kept = part == np.bincount(part).argmax()
    names = np.full(len(numbers), "", dtype=object)
    names[kept] = [f"R{i:04d}" for i in range(1, int(kept.sum()) + 1)]
    road_nodes = pd.DataFrame(
        {
            "node": names[kept],
            "lon": nodes[numbers[kept], 1].round(5),
            "lat": nodes[numbers[kept], 0].round(5),
        }
    )
    keep = kept[rows]
    road_links = pd.DataFrame(
        {"from_node": names[rows[keep]], "to_node": names[columns[keep]], "km": km[keep].round(3)}
    ).assign(road_class="skeleton")
    left = {
        "gaps joined": joined,
        "nodes inside": int(inside.sum()),
        "km inside": float(km.sum()),
        "parts": int(count),
        "nodes left out": int((~kept).sum()),
        "km left out": float(km[~keep].sum()),
    }
    return road_nodes, road_links, left


def _joined(
    rows: np.ndarray, columns: np.ndarray, km: np.ndarray, at: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, int]:
    """Close the gaps that the package's simplification left: a straight link where a part lies near the largest one."""
    graph = coo_matrix((km, (rows, columns)), shape=(len(at), len(at)))
    count, part = connected_components(graph, directed=False)
    largest = np.bincount(part).argmax()
    main = np.flatnonzero(part == largest)
    tree = cKDTree(at[main])
    gaps = []
    for number in range(count):
        own = np.flatnonzero(part == number)
        if number == largest or len(own) < 3:
            continue
        distance, where = tree.query(at[own])
        nearest = int(distance.argmin())
        if distance[nearest] <= GAP:
            gaps.append((int(own[nearest]), int(main[where[nearest]]), float(distance[nearest]) / 1000))
    if gaps:
        first, second, length = (np.array(v) for v in zip(*gaps, strict=True))
        rows, columns, km = np.append(rows, first), np.append(columns, second), np.append(km, length)
    return rows, columns, km, len(gaps)


def lines(road_nodes: pd.DataFrame, road_links: pd.DataFrame) -> Any:
    """Give all links as straight lines, in EPSG:3067."""
    x, y = TO_METRES(road_nodes["lon"].to_numpy(), road_nodes["lat"].to_numpy())
    place = dict(zip(road_nodes["node"], zip(x, y, strict=True), strict=True))
    ends = zip(road_links["from_node"], road_links["to_node"], strict=True)
    result = shapely.MultiLineString([[place[a], place[b]] for a, b in ends])
    shapely.prepare(result)
    return result
