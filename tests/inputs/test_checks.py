"""Checks on tables made in code: odd sizes, speed, and findings that files can't bring about."""

from __future__ import annotations

import time

import pandas as pd
import pytest

from tunti.inputs.checks import CHECKS, check
from tunti.inputs.frames import closest, empty, typed
from tunti.inputs.invent import invent
from tunti.inputs.schemas import CELLS, SCHEMAS, SITES
from tunti.inputs.tables import Inputs
from tunti.settings import Settings


def told(inputs: Inputs, **how: str) -> list[tuple[str, object, str | None]]:
    return [(f.table, f.row, f.column) for f in check(inputs, Settings())]


def nothing() -> Inputs:
    return Inputs(**{name: empty(schema) for name, schema in SCHEMAS.items()})


def test_empty_tables_are_told_once_each() -> None:
    assert told(nothing()) == [
        ("cells", None, None),
        ("municipalities", None, None),
        ("sites", None, None),
        ("road_links", None, None),
    ]


@pytest.mark.parametrize("one", CHECKS, ids=lambda c: c.__name__)
def test_every_check_bears_empty_tables_and_missing_values(one) -> None:
    list(one(nothing(), Settings()))
    bare = {}
    for name, schema in SCHEMAS.items():
        bare[name] = typed(pd.DataFrame(index=pd.RangeIndex(2, 5, name="row")), schema)
    list(one(Inputs(**bare), Settings()))
    assert one.__doc__
    assert one.__doc__.startswith(("Check", "Count"))


@pytest.mark.parametrize("one", CHECKS, ids=lambda c: c.__name__)
@pytest.mark.parametrize("name", list(SCHEMAS))
def test_every_check_bears_one_empty_table(one, name: str) -> None:
    list(one(invent(cells=20, sites=3).with_table(name, empty(SCHEMAS[name])), Settings()))


def test_tables_with_the_wrong_form_are_told_first() -> None:
    inputs = invent(cells=20)
    wrong = inputs.with_table("cells", inputs.cells.drop(columns="people").assign(people_75="many"))
    found = check(wrong, Settings())
    assert {(f.table, f.column) for f in found} == {("cells", "people"), ("cells", "people_75")}


def test_missing_places_in_code() -> None:
    inputs = invent(cells=20, sites=3)
    sites = inputs.sites.copy()
    sites.loc[3, ["x", "y"]] = float("nan")
    assert ("sites", 3, "x") in told(inputs.with_table("sites", sites))


def test_required_and_forbidden_under_one_name() -> None:
    inputs = invent(cells=20, sites=3)
    sites = inputs.sites.assign(name="Sama", municipality=inputs.sites["municipality"].iloc[0])
    sites.loc[2, "status"] = "required"
    sites.loc[4, "status"] = "forbidden"
    assert ("sites", 4, "status") in told(inputs.with_table("sites", sites))


def test_a_key_of_three_columns() -> None:
    inputs = invent(cells=20, sites=3)
    row = {"cell": "r000001", "site": "s0000", "means": "bus", "minutes": 30.0}
    times = typed(pd.DataFrame([row, row, {**row, "means": "train"}]), SCHEMAS["travel_times"])
    assert told(inputs.with_table("travel_times", times)) == [("travel_times", 3, "cell")]


def test_opposite_one_ways_are_one_road() -> None:
    inputs = invent(cells=20)
    links = inputs.road_links
    first = links.iloc[[0]].assign(oneway=True)
    back = first.rename(columns={"from_node": "to_node", "to_node": "from_node"})[links.columns]
    pair = pd.concat([first, back, links.iloc[1:]]).set_index(pd.RangeIndex(2, len(links) + 3, name="row"))
    assert told(inputs.with_table("road_links", pair)) == []


def test_travel_times_stand_beside_roads_and_not_in_their_place() -> None:
    inputs = invent(cells=5, sites=2)
    times = pd.DataFrame({"cell": inputs.cells["cell"], "site": "s0000", "means": "car", "minutes": 30.0})
    inputs = inputs.with_table("road_links", empty(SCHEMAS["road_links"]))
    inputs = inputs.with_table("road_nodes", empty(SCHEMAS["road_nodes"]))
    assert [t for t, _, _ in told(inputs)] == ["road_links"]
    with_times = inputs.with_table("travel_times", typed(times, SCHEMAS["travel_times"]))
    assert [t for t, _, _ in told(with_times)] == ["road_links"]


def test_closest_names() -> None:
    assert closest("helsnki", ["Helsinki", "Espoo"]) == "Helsinki"
    assert closest("zzz", ["Helsinki"]) is None
    assert closest("588", ["889"]) is None, "codes of digits are not guessed"


def test_three_hundred_thousand_cells_in_seconds() -> None:
    inputs = invent(cells=2_000, sites=10)
    n = 300_000
    cells = inputs.cells.iloc[[i % 2_000 for i in range(n)]].reset_index(drop=True)
    cells["cell"] = pd.Series(range(n)).astype("string")
    cells["x"] += pd.Series(range(n)) // 2_000 * 2.0
    cells.index = pd.RangeIndex(2, n + 2, name="row")
    municipalities = inputs.municipalities.assign(people=inputs.municipalities["people"] * 150)
    big = inputs.with_table("cells", typed(cells, CELLS)).with_table("municipalities", municipalities)
    start = time.process_time()
    assert check(big, Settings()) == []
    assert time.process_time() - start < 10


def test_sites_keep_their_row_numbers() -> None:
    frame = typed(pd.DataFrame({"site": ["a"], "status": ["candidate"]}), SITES)
    assert frame.index.name == "row"
    assert list(frame.index) == [2]
