"""Places join the nearest points on nearby roads, in the direction that people drive."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import STRtree, linestrings, points

from tunti.network.build import assemble, graph_from_tables
from tunti.network.graph import LinkShapes, RoadGraph
from tunti.network.index import road_index
from tunti.network.repair import repair
from tunti.network.snap import Snap, snap
from tunti.network.speeds import weights
from tunti.settings import Settings, SpeedSettings

PLAIN = SpeedSettings(access_kmh=36.0, access_detour=1.0, access_limit_km=5.0, roads_per_place=1)
"""One metre of leg is one tenth of a second."""


def line(oneway: bool) -> RoadGraph:
    """A one-kilometre road of 100 seconds, and a way back round for one-way traffic."""
    nodes = pd.DataFrame({"node": ["A", "B", "C"], "x": [0.0, 1000.0, 500.0], "y": [0.0, 0.0, 9000.0]})
    links = pd.DataFrame(
        {
            "from_node": ["A", "B", "C"],
            "to_node": ["B", "C", "A"],
            "road_class": "main",
            "km": [1.0, 9.0, 9.0],
            "kmh": 36.0,
            "oneway": oneway,
        }
    )
    return repair(graph_from_tables(nodes, links, Settings())[0])[0]


def joined(s: Snap, i: int = 0) -> dict[int, int]:
    at = slice(s.connectors.indptr[i], s.connectors.indptr[i + 1])
    return dict(zip(s.connectors.node[at].tolist(), s.connectors.ds[at].tolist(), strict=True))


def at(graph: RoadGraph, x: float, y: float, towards: str, speeds: SpeedSettings = PLAIN) -> Snap:
    return snap(graph, weights(graph, speeds), np.array([x]), np.array([y]), towards=towards, speeds=speeds)  # type: ignore[arg-type]


@pytest.mark.parametrize("towards", ["cell", "site"])
def test_a_place_beside_a_two_way_road_joins_both_ends(towards: str) -> None:
    s = at(line(False), 300.0, 100.0, towards)
    assert joined(s) == {0: 100 + 300, 1: 100 + 700}
    row = s.report.iloc[0]
    assert (row["joined"], row["road_row"], row["distance_m"], row["reason"]) == (True, 0, 100.0, "")
    assert row["access_minutes"] == pytest.approx(100 / 600)


def test_a_one_way_road_is_left_at_its_end_and_reached_from_its_beginning() -> None:
    assert joined(at(line(True), 300.0, 100.0, "cell")) == {1: 100 + 700}
    assert joined(at(line(True), 300.0, 100.0, "site")) == {0: 100 + 300}


def test_a_place_off_the_end_joins_the_end_itself() -> None:
    assert joined(at(line(True), -30.0, -40.0, "cell"))[0] == 50
    assert joined(at(line(True), 1030.0, -40.0, "site"))[1] == 50


def test_ferries_are_not_snapped_to() -> None:
    nodes = pd.DataFrame({"node": ["A", "B", "C"], "x": [0.0, 1000.0, 500.0], "y": [0.0, 0.0, 5000.0]})
    links = pd.DataFrame(
        {"from_node": ["A", "B", "C"], "to_node": ["B", "C", "A"], "road_class": ["ferry", "main", "main"]}
    )
    s = at(graph_from_tables(nodes, links, Settings())[0], 500.0, -100.0, "cell")
    assert s.report["road_row"].iloc[0] != 0
    assert s.report["distance_m"].iloc[0] > 450


def test_places_too_far_or_without_coordinates_are_reported() -> None:
    g = line(False)
    x, y = np.array([300.0, 300.0, np.nan]), np.array([-5001.0, -5000.0, 0.0])
    s = snap(g, weights(g, PLAIN), x, y, towards="cell", speeds=PLAIN)
    assert s.report["joined"].tolist() == [False, True, False]
    assert s.report["reason"].tolist() == ["farther from the road than the access limit", "", "no coordinates"]
    assert s.report["distance_m"].tolist()[:2] == [5001.0, 5000.0]
    assert s.report["road_row"].tolist() == [0, 0, -1]
    assert np.isnan(s.report["distance_m"].iloc[2])


def test_places_snap_to_the_true_line_of_a_bent_link() -> None:
    g = assemble(
        np.array([0.0, 1000.0]),
        np.array([0.0, 0.0]),
        tail=np.array([0]),
        head=np.array([1]),
        oneway=np.array([False]),
        metres=np.array([3000.0]),
        road_class=np.array([0]),
        classes=("main",),
        link=np.array([0]),
        kmh=np.array([36.0]),
        fixed_ds=np.array([-1]),
    )
    bend = LinkShapes(np.array([0, 4]), np.array([0.0, 0.0, 1000.0, 1000.0]), np.array([0.0, 1000.0, 1000.0, 0.0]))
    g = replace(g, shapes=bend)
    assert joined(at(g, 250.0, 1100.0, "cell")) == {0: 100 + 1250, 1: 100 + 1750}


@given(st.integers(0, 2**32 - 1), st.integers(1, 5))
@settings(max_examples=40, deadline=None)
def test_the_nearest_links_are_those_of_shapely_and_more_never_makes_it_farther(seed: int, roads: int) -> None:
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(2, 60)), int(rng.integers(1, 120))
    scale = float(rng.choice([500.0, 50_000.0, 500_000.0]))
    nodes = pd.DataFrame({"node": [str(i) for i in range(n)], "x": rng.random(n) * scale, "y": rng.random(n) * scale})
    tail = rng.integers(0, n, m)
    head = (tail + rng.integers(1, n, m)) % n
    links = pd.DataFrame({"from_node": tail.astype(str), "to_node": head.astype(str), "road_class": "main"})
    graph, _ = repair(graph_from_tables(nodes, links, Settings())[0])
    x, y = (rng.random((2, 30)) * 1.6 - 0.3) * scale
    speeds = SpeedSettings(roads_per_place=roads, access_limit_km=1e6)
    s = snap(graph, weights(graph, speeds), x, y, towards="cell", speeds=speeds)
    index = road_index(graph, weights(graph, speeds))
    lines = linestrings([[(a, b), (c, d)] for a, b, c, d in zip(index.ax, index.ay, index.bx, index.by, strict=True)])
    _, distance = STRtree(lines).query_nearest(points(x, y), return_distance=True, all_matches=False)
    assert s.report["distance_m"].to_numpy() == pytest.approx(distance, abs=1e-3)
    assert np.bincount(s.joins.place, minlength=30).tolist() == [min(roads, len(index.row))] * 30

    fewer = SpeedSettings(roads_per_place=roads, access_limit_km=scale / 4000.0)
    near = snap(graph, weights(graph, fewer), x, y, towards="cell", speeds=fewer)
    assert not (near.report["joined"] & ~s.report["joined"]).any(), "a smaller limit joins no more places"
    # One road more never lengthens the way to the nearest one.
    extra = pd.concat([links, pd.DataFrame({"from_node": ["0"], "to_node": [str(n - 1)], "road_class": ["main"]})])
    more, _ = repair(graph_from_tables(nodes, extra.reset_index(drop=True), Settings())[0])
    wider = snap(more, weights(more, speeds), x, y, towards="cell", speeds=speeds)
    if more.nodes >= graph.nodes and set(graph.link.tolist()) <= set(more.link.tolist()):
        assert (wider.report["distance_m"] <= s.report["distance_m"] + 1e-9).all()
