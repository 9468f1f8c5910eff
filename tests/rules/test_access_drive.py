"""Drive times against an independent model: networkx, with every place an explicit node of its own."""

import math

import networkx as nx
import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, Point

from tunti.access.drive import drive_times
from tunti.access.times import TravelTimes
from tunti.network.build import graph_from_tables
from tunti.network.repair import repair
from tunti.settings import Settings, SpeedSettings

CLASSES = ("main", "regional", "connecting")


def country(seed: int) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame, SpeedSettings]:
    """Invent a small country; random coordinates keep two ways from taking the very same time."""
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(2, 12)), int(rng.integers(1, 25))
    nodes = pd.DataFrame(
        {"node": [f"n{i}" for i in range(n)], "x": rng.random(n) * 20_000, "y": rng.random(n) * 20_000}
    )
    tail = rng.integers(0, n, m)
    head = (tail + rng.integers(1, n, m)) % n
    links = pd.DataFrame(
        {
            "from_node": [f"n{i}" for i in tail],
            "to_node": [f"n{i}" for i in head],
            "road_class": rng.choice([*CLASSES, "ferry"], m, p=[0.3, 0.3, 0.3, 0.1]),
            "oneway": rng.random(m) < 0.3,
            "km": np.where(rng.random(m) < 0.5, np.nan, rng.random(m) * 30),
            "kmh": np.where(rng.random(m) < 0.7, np.nan, rng.integers(20, 120, m)),
        }
    )
    links["minutes"] = np.where((links["road_class"] == "ferry") & (rng.random(m) < 0.5), rng.random(m) * 40, np.nan)

    def places(count: int, name: str) -> pd.DataFrame:
        at = rng.random((count, 2)) * 24_000 - 2_000
        return pd.DataFrame({name: [f"{name}{i}" for i in range(count)], "x": at[:, 0], "y": at[:, 1]})

    cells, sites = places(int(rng.integers(1, 9)), "cell"), places(int(rng.integers(1, 6)), "site")
    cells["people"] = rng.integers(0, 100, len(cells))
    speeds = SpeedSettings(
        roads_per_place=int(rng.integers(1, 4)),
        straight_limit_km=float(rng.choice([0.0, 0.0, 4.0, 9.0])),
        access_limit_km=float(rng.choice([2.0, 8.0, 25.0])),
        season=str(rng.choice(["summer", "winter"])),  # type: ignore[arg-type]
        ferries=bool(rng.random() < 0.8),
    )
    return nodes, links, cells, sites, speeds


def half_up(value: float) -> int:
    return math.floor(value + 0.5)


def link_ds(link: object, metres: float, speeds: SpeedSettings) -> int:
    ferry = link.road_class == "ferry"  # type: ignore[attr-defined]
    if not math.isnan(link.minutes):  # type: ignore[attr-defined]
        return max(1, half_up(link.minutes * 600))  # type: ignore[attr-defined]
    kmh = speeds.summer[link.road_class]  # type: ignore[attr-defined]
    if speeds.season == "winter" and not ferry:
        kmh = speeds.winter.get(link.road_class, kmh * speeds.winter_factor)  # type: ignore[attr-defined]
    if not math.isnan(link.kmh):  # type: ignore[attr-defined]
        kmh = float(np.float32(link.kmh)) * (speeds.winter_factor if speeds.season == "winter" and not ferry else 1.0)  # type: ignore[attr-defined]
    return max(1, half_up(float(np.float32(metres)) * 36.0 / kmh))


def model(
    nodes: pd.DataFrame, links: pd.DataFrame, cells: pd.DataFrame, sites: pd.DataFrame, speeds: SpeedSettings
) -> dict[tuple[str, str], int]:
    """Tenths of a second of every pair, the slow and plain way."""
    at = {r.node: (r.x, r.y) for r in nodes.itertuples()}
    whole = nx.MultiDiGraph()
    rows = []
    for k, r in enumerate(links.itertuples()):
        a, b = at[r.from_node], at[r.to_node]
        metres = math.hypot(a[0] - b[0], a[1] - b[1]) if math.isnan(r.km) else r.km * 1000.0
        rows.append((k, r, metres, LineString([a, b])))
        whole.add_edge(r.from_node, r.to_node, key=(k, 0), link=k, metres=metres)
        if not r.oneway:
            whole.add_edge(r.to_node, r.from_node, key=(k, 1), link=k, metres=metres)
    parts = []
    for part in nx.strongly_connected_components(whole):
        inside = whole.subgraph(part)
        # A two-way link counts in both directions here as there: the part with most metres of arcs.
        parts.append((sum(float(np.float32(d["metres"])) for *_, d in inside.edges(data=True)), sorted(part)))
    main = set(max(parts)[1])
    # Which nodes of the main part touch land: there a ferry without a timetable is waited for.
    land = {
        v
        for k, r, *_ in rows
        if r.road_class != "ferry"
        for v in (r.from_node, r.to_node)
        if r.from_node in main and r.to_node in main
    }
    road = nx.DiGraph()
    road.add_nodes_from(main)

    def join(a: str, b: str, ds: int) -> None:
        if not road.has_edge(a, b) or road[a][b]["ds"] > ds:
            road.add_edge(a, b, ds=ds)

    usable = []
    for k, r, metres, line in rows:
        if r.from_node not in main or r.to_node not in main:
            continue
        for a, b in ((r.from_node, r.to_node), (r.to_node, r.from_node)):
            if r.oneway and a != r.from_node:
                continue
            ds = link_ds(r, metres, speeds)
            if r.road_class == "ferry":
                if not speeds.ferries:
                    continue
                if math.isnan(r.minutes):
                    kmh = speeds.summer["ferry"] if math.isnan(r.kmh) else float(np.float32(r.kmh))
                    wait = (speeds.ferry_boarding_minutes + speeds.ferry_wait_minutes) * 600 if a in land else 0.0
                    ds = max(1, half_up(float(np.float32(metres)) * 36.0 / kmh + wait))
            join(a, b, ds)
        if r.road_class != "ferry":
            usable.append((k, r, link_ds(r, metres, speeds), line))

    per_metre = speeds.access_detour * 36.0 / speeds.access_kmh
    touched: dict[str, list[tuple[int, float, float]]] = {}
    for name, frame in (("cell", cells), ("site", sites)):
        for p in frame.itertuples():
            place, point = getattr(p, name), Point(p.x, p.y)
            near = sorted(
                (math.floor(line.distance(point) * 1000 + 0.5) / 1000, k, r, t, line) for k, r, t, line in usable
            )[: speeds.roads_per_place]
            for distance, k, r, t, line in near:
                if distance * speeds.access_detour > speeds.access_limit_km * 1000.0:
                    continue
                f, access = line.project(point, normalized=True), distance * per_metre
                touched.setdefault(place, []).append((k, f, access))
                end = r.from_node if f <= 1e-7 else r.to_node if f >= 1 - 1e-7 else None
                if end is not None:
                    join(*((place, end) if name == "cell" else (end, place)), half_up(access))
                if name == "cell":
                    join(place, r.to_node, half_up(access + (1 - f) * t))
                    if not r.oneway:
                        join(place, r.from_node, half_up(access + f * t))
                else:
                    join(r.from_node, place, half_up(access + f * t))
                    if not r.oneway:
                        join(r.to_node, place, half_up(access + (1 - f) * t))
    times = {k: t for k, _, t, _ in usable}
    one = {k: bool(r.oneway) for k, r, *_ in usable}
    for c in cells.itertuples():
        for s in sites.itertuples():
            for k, f, access in touched.get(c.cell, []):
                for k2, f2, access2 in touched.get(s.site, []):
                    if k == k2 and (f2 >= f or not one[k]):
                        join(c.cell, s.site, half_up(access + abs(f2 - f) * times[k] + access2))
            distance = math.hypot(c.x - s.x, c.y - s.y)
            if 0 < speeds.straight_limit_km * 1000.0 >= distance:
                join(c.cell, s.site, half_up(distance * per_metre))
    found = {}
    for c in cells["cell"]:
        if c in road:
            reached = nx.single_source_dijkstra_path_length(road, c, weight="ds")
            found.update({(c, s): reached[s] for s in sites["site"] if s in reached})
    return found


def table(times: TravelTimes) -> dict[tuple[str, str], int]:
    site = np.repeat(np.arange(len(times.sites)), np.diff(times.indptr))
    return {(times.cells[c], times.sites[j]): int(s) for c, j, s in zip(times.cell, site, times.seconds, strict=True)}


@given(st.integers(0, 2**32 - 1), st.sampled_from([5.0, 30.0, 109.0, 600.0]))
@settings(max_examples=80, deadline=None)
def test_times_are_those_of_a_model_with_places_as_nodes(seed: int, cutoff: float) -> None:
    nodes, links, cells, sites, speeds = country(seed)
    graph, _ = repair(graph_from_tables(nodes, links, Settings(speeds=speeds))[0])
    times, report, _ = drive_times(graph, cells, sites, speeds, cutoff_minutes=cutoff, workers=1)
    expected = {
        pair: (ds + 5) // 10
        for pair, ds in model(nodes, links, cells, sites, speeds).items()
        if ds <= round(cutoff * 600)
    }
    assert table(times) == expected
    assert len(report) == len(cells) + len(sites)


@given(st.integers(0, 2**32 - 1), st.integers(2, 4))
@settings(max_examples=20, deadline=None)
def test_order_of_rows_and_number_of_workers_do_not_matter(seed: int, workers: int) -> None:
    nodes, links, cells, sites, speeds = country(seed)
    rng = np.random.default_rng(seed + 1)
    graph, _ = repair(graph_from_tables(nodes, links, Settings(speeds=speeds))[0])
    first = table(drive_times(graph, cells, sites, speeds, cutoff_minutes=109, workers=1)[0])
    nodes, links = nodes.iloc[rng.permutation(len(nodes))], links.iloc[rng.permutation(len(links))]
    cells, sites = cells.iloc[rng.permutation(len(cells))], sites.iloc[rng.permutation(len(sites))]
    graph, _ = repair(graph_from_tables(nodes, links, Settings(speeds=speeds))[0])
    assert table(drive_times(graph, cells, sites, speeds, cutoff_minutes=109, workers=workers)[0]) == first
