"""Graphs from tables, their repair, and drive times of arcs."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from tunti.errors import TuntiError
from tunti.findings import Finding, Level
from tunti.network.build import graph_from_tables
from tunti.network.graph import RoadGraph
from tunti.network.repair import first_arcs, repair
from tunti.network.speeds import CLOSED, in_town, weights
from tunti.settings import Settings, SpeedSettings


def tables(links: list[dict[str, object]], **places: tuple[float, float]) -> tuple[pd.DataFrame, pd.DataFrame]:
    nodes = pd.DataFrame([(k, *v) for k, v in places.items()], columns=["node", "x", "y"])
    frame = pd.DataFrame(links, index=pd.RangeIndex(2, 2 + len(links), name="row"))
    return nodes, frame.rename(columns={"a": "from_node", "b": "to_node", "cls": "road_class"})


PLACES = {"A": (0.0, 0.0), "B": (1000.0, 0.0), "C": (1000.0, 2000.0), "D": (9000.0, 0.0), "E": (9000.0, 1000.0)}


def build(*links: dict[str, object]) -> tuple[RoadGraph, list[Finding]]:
    graph, findings = graph_from_tables(*tables(list(links), **PLACES), Settings())
    kept, left_out = repair(graph)
    return kept, findings + left_out


def arcs(g: RoadGraph) -> set[tuple[float, float, float, float]]:
    return {(g.x[t], g.y[t], g.x[h], g.y[h]) for t, h in zip(g.tail, g.head, strict=True)}


def test_links_are_two_way_unless_one_way_and_straight_unless_given() -> None:
    g, found = build(
        {"a": "A", "b": "B", "cls": "main", "km": None, "oneway": None},
        {"a": "B", "b": "C", "cls": "regional", "km": 5.0, "oneway": True},
        {"a": "C", "b": "A", "cls": "regional", "km": 3.0, "oneway": True},
    )
    assert not found
    assert g.classes == ("main", "regional")
    assert g.arcs == 4
    assert g.metres.tolist() == [1000, 1000, 5000, 3000]
    assert g.link.tolist() == [2, 2, 3, 4], "the rows that the user sees"
    assert g.tail.tolist() == sorted(g.tail.tolist())
    assert (1000.0, 2000.0, 0.0, 0.0) in arcs(g)
    assert (0.0, 0.0, 1000.0, 2000.0) not in arcs(g)


def test_weights_take_given_minutes_then_given_speed_then_class() -> None:
    g, _ = build(
        {"a": "A", "b": "B", "cls": "main", "km": 1.0},
        {"a": "B", "b": "C", "cls": "main", "km": 1.0, "kmh": 36.0},
        {"a": "C", "b": "D", "cls": "ferry", "km": 1.0, "minutes": 12.5},
        {"a": "D", "b": "E", "cls": "ferry", "km": 1.5},
        {"a": "A", "b": "D", "cls": "connecting", "km": 0.0},
        {"a": "A", "b": "E", "cls": "connecting", "km": 0.0},
    )
    speeds = SpeedSettings()
    ds = weights(g, speeds)
    by_link = {int(k): int(v) for k, v in zip(g.link, ds, strict=True)}
    assert by_link == {
        2: round(36_000 / 84),
        3: 1000,
        4: 7500,
        5: round(1500 * 36 / 15) + 20 * 600,
        6: 1,
        7: 1,
    }
    winter = weights(g, speeds, season="winter")
    assert winter[g.link == 2].tolist() == [round(36_000 / 79)] * 2
    assert winter[g.link == 3].tolist() == [round(1000 / 0.95)] * 2
    assert (winter[g.is_ferry] == ds[g.is_ferry]).all()
    assert (weights(g, speeds, ferries=False)[g.is_ferry] == CLOSED).all()
    assert (weights(g, SpeedSettings(ferries=False))[g.is_ferry] == CLOSED).all()


def test_a_class_without_winter_speed_takes_the_factor_and_one_without_any_is_an_error() -> None:
    g, found = build({"a": "A", "b": "B", "cls": "unnumbered", "km": 10.0}, {"a": "B", "b": "C", "cls": "lane"})
    assert weights(replace(g, classes=("main", "unnumbered")), SpeedSettings(), season="winter").max() == round(
        360_000 / (50 * 0.95)
    )
    assert [(f.level, f.column) for f in found] == [(Level.ERROR, "road_class")]
    with pytest.raises(TuntiError, match="lane"):
        weights(g, SpeedSettings())


def test_towns_are_slower_only_where_junctions_are_dense() -> None:
    rng = np.random.default_rng(1)
    n = 70
    nodes = pd.DataFrame({"node": [str(i) for i in range(n + 1)], "x": 0.0, "y": 0.0})
    nodes.loc[: n - 1, ["x", "y"]] = rng.random((n, 2)) * 990
    nodes.loc[n, ["x", "y"]] = 5000.0
    links = pd.DataFrame({"from_node": [str(i) for i in range(n)], "to_node": [str(i + 1) for i in range(n)]})
    g, _ = graph_from_tables(nodes, links.assign(road_class="main", km=1.0), Settings())
    assert in_town(g).sum() == g.arcs - 1
    slow = weights(g, SpeedSettings(urban_factor=0.5))
    assert sorted(set(slow.tolist())) == [round(36_000 / 84), round(36_000 / 42)]


def test_only_the_connected_part_is_used_and_the_rest_is_told() -> None:
    g, found = build(
        {"a": "A", "b": "B", "cls": "main", "km": 20.0},
        {"a": "B", "b": "C", "cls": "main", "km": 1.0, "oneway": True},
        {"a": "D", "b": "E", "cls": "main", "km": 3.0},
        {"a": "D", "b": "D", "cls": "main", "km": 1.0},
    )
    assert g.nodes == 2
    assert set(g.link.tolist()) == {2}
    said = [str(f.what) for f in found]
    assert any("1 links begin and end at the same node" in s for s in said)
    assert any("1 links (1 km) can be entered but not left" in s for s in said)
    assert any("1 parts of the network with 1 links (3 km) are not joined" in s for s in said)


def test_islands_with_a_ferry_stay() -> None:
    links = [
        {"a": "A", "b": "B", "cls": "main", "km": 20.0},
        {"a": "D", "b": "E", "cls": "main", "km": 3.0},
        {"a": "B", "b": "D", "cls": "ferry", "km": 8.0},
    ]
    g, found = build(*links)
    assert g.nodes == 4
    assert any("1 parts of the network with 1 links (3 km) are joined only by ferry" in str(f.what) for f in found)


def test_missing_nodes_and_double_nodes_are_errors() -> None:
    nodes, links = tables([{"a": "A", "b": "X", "cls": "main"}, {"a": "A", "b": "B", "cls": "main"}], **PLACES)
    g, found = graph_from_tables(pd.concat([nodes, nodes.head(1)]), links, Settings())
    assert {(f.table, f.row, f.column, f.level) for f in found} == {
        ("road_links", 2, "to_node", Level.ERROR),
        ("road_nodes", "A", "node", Level.ERROR),
    }
    assert g.arcs == 2


def test_repair_leaves_a_connected_graph_alone() -> None:
    g, _ = build({"a": "A", "b": "B", "cls": "main"}, {"a": "B", "b": "C", "cls": "main"})
    again, found = repair(g)
    assert not found
    assert again.topology == g.topology
    assert first_arcs(g).sum() == 2


def test_every_finding_is_said_in_all_languages() -> None:
    _, found = build(
        {"a": "A", "b": "B", "cls": "main", "km": 20.0},
        {"a": "B", "b": "C", "cls": "mian", "km": 1.0, "oneway": True},
        {"a": "D", "b": "E", "cls": "main", "km": 3.0},
        {"a": "D", "b": "X", "cls": "main", "km": 1.0},
        {"a": "D", "b": "D", "cls": "main", "km": 1.0},
    )
    assert len(found) >= 6
    for f in found:
        english = (f.what.text("en"), f.what_to_do.text("en"))
        for language in ("fi", "sv"):
            assert f.what.text(language) != english[0], english
            assert f.what_to_do.text(language) != english[1], english
