"""Winter, the rush hour, longer waits and no ferries: never faster than summer, on one network and one order."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tunti.access.drive import drive_times
from tunti.inputs.invent import invent
from tunti.inputs.schemas import SCHEMAS
from tunti.network.build import graph_from_tables
from tunti.network.repair import repair
from tunti.network.speeds import CLOSED, TOWN_JUNCTIONS, in_town, weights
from tunti.scenario.patches import Setting
from tunti.scenario.scenario import resolve
from tunti.settings import Settings

CLASSES = ("motorway", "main", "regional", "connecting", "residential", "ferry")
COUNTRY = invent(seed=1, cells=4)
SLOWER = {
    "winter": [("speeds.season", "winter")],
    "peak": [("speeds.season", "peak")],
    "guaranteed": [("speeds.ferry_wait", "guaranteed")],
    "without ferries": [("speeds.ferries", False)],
    "all": [("speeds.season", "winter"), ("speeds.ferry_wait", "guaranteed"), ("speeds.ferries", False)],
}


def roads(seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Invent roads with ferries: timed or not, with or without a headway."""
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(3, 14)), int(rng.integers(8, 40))
    nodes = pd.DataFrame({"node": [f"n{i}" for i in range(n)], "x": rng.random(n) * 3e4, "y": rng.random(n) * 3e4})
    tail = rng.integers(0, n, m)
    head = (tail + rng.integers(1, n, m)) % n
    links = pd.DataFrame(
        {
            "from_node": [f"n{i}" for i in tail],
            "to_node": [f"n{i}" for i in head],
            "road_class": rng.choice(CLASSES, m, p=[0.1, 0.2, 0.2, 0.15, 0.1, 0.25]),
            "oneway": rng.random(m) < 0.2,
            "kmh": np.where(rng.random(m) < 0.7, np.nan, rng.integers(20, 120, m)),
        }
    )
    ferry = (links["road_class"] == "ferry").to_numpy()
    links["minutes"] = np.where(ferry & (rng.random(m) < 0.5), rng.random(m) * 40, np.nan)
    links["headway_minutes"] = np.where(ferry & (rng.random(m) < 0.6), rng.integers(5, 240, m), np.nan)
    return nodes, links


def places(rng: np.random.Generator, count: int, name: str) -> pd.DataFrame:
    at = rng.random((count, 2)) * 3e4
    return pd.DataFrame({name: [f"{name}{i}" for i in range(count)], "x": at[:, 0], "y": at[:, 1], "people": 1})


def changed(base: Settings, changes: list[tuple[str, object]]) -> Settings:
    """Give the settings after a scenario's patches."""
    patches = [Setting(kind="setting", name=name, value=value) for name, value in changes]
    _, after, findings = resolve(COUNTRY, base, patches)
    assert not findings
    return after


def table(graph, cells, sites, speeds) -> np.ndarray:
    """Seconds of every pair, infinite where there is no way within three hours."""
    times, _, _ = drive_times(graph, cells, sites, speeds, cutoff_minutes=180, workers="inline")
    full = np.full((len(sites), len(cells)), np.inf)
    row = np.repeat(np.arange(len(sites)), np.diff(times.indptr))
    full[row, times.cell] = times.seconds
    return full


@given(seed=st.integers(0, 10_000), slower=st.sampled_from(sorted(SLOWER)))
@settings(max_examples=40, deadline=None)
def test_no_scenario_of_speeds_shortens_a_time(seed: int, slower: str) -> None:
    rng = np.random.default_rng(seed)
    # A project that lowered its own summer speeds only.
    base = changed(Settings(), [("speeds.summer", {"main": float(rng.uniform(40, 90))}), ("speeds.urban_factor", 0.9)])
    graph, _ = repair(graph_from_tables(*roads(seed), base)[0])
    after = changed(base, SLOWER[slower])
    before, now = weights(graph, base.speeds), weights(graph, after.speeds)
    assert (now >= before).all()
    cells, sites = places(rng, 8, "cell"), places(rng, 4, "site")
    assert (table(graph, cells, sites, after.speeds) >= table(graph, cells, sites, base.speeds)).all()


@pytest.fixture(scope="module")
def grid():
    """A dense town of 100 m blocks with a main road out of it and a ferry with a headway beyond."""
    side = 9
    nodes = [(f"t{i}_{j}", 100.0 * i + 1, 100.0 * j + 1) for i in range(side) for j in range(side)]
    links = [(f"t{i}_{j}", f"t{i + 1}_{j}", "residential") for i in range(side - 1) for j in range(side)]
    links += [(f"t{i}_{j}", f"t{i}_{j + 1}", "residential") for i in range(side) for j in range(side - 1)]
    nodes += [("out", 20_000.0, 400.0), ("quay", 21_000.0, 400.0), ("island", 23_000.0, 400.0), ("end", 24_000.0, 0.0)]
    links += [("t8_4", "out", "main"), ("out", "quay", "main"), ("island", "end", "connecting")]
    assert side * side >= TOWN_JUNCTIONS
    road_nodes = pd.DataFrame(nodes, columns=["node", "x", "y"])
    road_links = pd.DataFrame(links, columns=["from_node", "to_node", "road_class"])
    ferry = {"from_node": "quay", "to_node": "island", "road_class": "ferry", "minutes": 10.0, "headway_minutes": 40.0}
    road_links = pd.concat([road_links, pd.DataFrame([ferry])], ignore_index=True)
    return repair(graph_from_tables(road_nodes, road_links, Settings())[0])[0]


def test_each_scenario_changes_what_it_should(grid) -> None:
    speeds = Settings().speeds
    summer = weights(grid, speeds)
    ferry, town = grid.is_ferry, in_town(grid)
    winter = weights(grid, speeds, season="winter")
    assert (winter[~ferry] > summer[~ferry]).all()
    assert (winter[ferry] == summer[ferry]).all()
    peak = weights(grid, speeds, season="peak")
    out = ~town & ~ferry & (grid.road_class == grid.classes.index("main"))
    assert peak[out] / summer[out] == pytest.approx(1 / 0.95, rel=0.003)
    streets = town & (grid.road_class == grid.classes.index("residential"))
    assert streets.sum() > 200
    assert peak[streets] / summer[streets] == pytest.approx(1 / 0.8, rel=0.01)
    assert (peak[ferry] == summer[ferry]).all()

    assert (summer[ferry] == (10 + 20) * 600).all(), "the time holds boarding, the headway gives the wait"
    guaranteed = weights(grid, speeds.model_copy(update={"ferry_wait": "guaranteed"}))
    assert (guaranteed[ferry] == (10 + 40) * 600).all()
    assert (guaranteed[~ferry] == summer[~ferry]).all()
    without = weights(grid, speeds.model_copy(update={"ferries": False}))
    assert (without[ferry] == CLOSED).all()
    assert (without[~ferry] == summer[~ferry]).all()


def test_waits_without_a_time_or_a_headway() -> None:
    nodes = pd.DataFrame({"node": list("ABCD"), "x": [0.0, 1000, 2000, 3000], "y": 0.0})
    road = {"road_class": "main", "km": 1.0}
    ferry = {"from_node": "B", "to_node": "C", "road_class": "ferry", "km": 1.5}
    ends = [{"from_node": "A", "to_node": "B", **road}, {"from_node": "C", "to_node": "D", **road}]
    for given_minutes, headway, expected, guaranteed in (
        (None, None, 6 + 5 + 15, 6 + 5 + 30),
        (None, 60.0, 6 + 5 + 30, 6 + 5 + 60),
        (12.0, None, 12, 12),
        (12.0, 60.0, 12 + 30, 12 + 60),
        (12.0, 0.0, 12, 12),
        (None, 0.0, 6 + 5, 6 + 5),
    ):
        links = pd.DataFrame([*ends, {**ferry, "minutes": given_minutes, "headway_minutes": headway}])
        graph, findings = graph_from_tables(nodes, links, Settings())
        assert not findings
        for wait, minutes in (("expected", expected), ("guaranteed", guaranteed)):
            speeds = Settings().speeds.model_copy(update={"ferry_wait": wait})
            assert weights(graph, speeds)[graph.is_ferry].tolist() == [minutes * 600] * 2, (given_minutes, headway)


def test_a_headway_off_a_ferry_is_noted() -> None:
    nodes = pd.DataFrame({"node": list("AB"), "x": [0.0, 1000], "y": 0.0})
    links = pd.DataFrame([{"from_node": "A", "to_node": "B", "road_class": "main", "headway_minutes": 5.0}])
    graph, findings = graph_from_tables(nodes, links, Settings())
    assert [(f.level.value, f.column) for f in findings] == [("note", "headway_minutes")]
    assert graph.headway is None


def test_weight_sets_share_the_networks_hash() -> None:
    nodes, links = roads(3)
    with_headway = repair(graph_from_tables(nodes, links, Settings())[0])[0]
    without = repair(graph_from_tables(nodes, links.drop(columns="headway_minutes"), Settings())[0])[0]
    assert with_headway.headway is not None
    assert without.headway is None
    assert with_headway.topology == without.topology


def test_the_column_is_in_the_schema() -> None:
    column = next(c for c in SCHEMAS["road_links"].columns if c.name == "headway_minutes")
    assert (column.unit, column.required) == ("min", False)
