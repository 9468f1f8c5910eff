"""Access by hand: small tables whose figures can be checked in the head."""

import numpy as np
import pandas as pd
import pytest

from tunti.access.demand import ANY_SERVICE, demand
from tunti.access.drive import drive_times
from tunti.access.groups import groups, settlement_classes
from tunti.access.isochrones import band_of_cells, people_in_bands
from tunti.access.joining import snap_summary
from tunti.access.means import standard_by_means, times_by_means, without_car
from tunti.access.measures import measures, worst_tenth
from tunti.access.standard import access_table, open_flags, population_base, standard
from tunti.access.times import TravelTimes
from tunti.errors import TuntiError
from tunti.findings import Level
from tunti.network.build import graph_from_tables
from tunti.settings import Settings, SpeedSettings

CELLS = pd.DataFrame(
    {
        "cell": ["a", "b", "c", "d"],
        "x": [0.0, 1.0, 2.0, 3.0],
        "y": 0.0,
        "municipality": pd.array(["091", "091", "049", None], dtype="string"),
        "people": [100, 50, 30, 20],
        "people_75": pd.array([10, 20, 30, None], dtype="Int64"),
        "speakers_sv": pd.array([None] * 4, dtype="Int64"),
    }
)
TOWNS = pd.DataFrame(
    {
        "municipality": ["091", "049"],
        "name_fi": ["Helsinki", "Espoo"],
        "name_sv": ["Helsingfors", "Esbo"],
        "region": "01",
        "region_fi": "Uusimaa",
        "region_sv": "Nyland",
        "region_en": "Uusimaa",
        "settlement_class": ["Urban", "Urban"],
        "without_car": [0.4, None],
    }
)
SITES = pd.DataFrame({"site": ["S", "T"]})
# S: a 10, b 60, c 61 minutes; T: c 30, d 100.
TIMES = TravelTimes(
    ("S", "T"),
    ("a", "b", "c", "d"),
    np.array([0, 3, 5]),
    np.array([0, 1, 2, 2, 3], np.int32),
    np.array([600, 3600, 3660, 1800, 6000], np.uint16),
    109.0,
)


def test_the_standard_is_met_at_exactly_its_minutes() -> None:
    row = standard(TIMES, CELLS, open_sites=["S"]).iloc[0]
    assert (row["people"], row["people_inside"], row["people_outside"], row["share"]) == (200, 150, 50, 0.75)
    assert row["mean_minutes"] == pytest.approx((100 * 10 + 50 * 60 + 30 * 61) / 180)


def test_the_table_in_full() -> None:
    a = access_table(TIMES, CELLS, TOWNS, SITES, open_sites=["S"], allowed_sites=["S", "T"])
    assert a.share == 0.75
    assert a.municipalities["municipality"].tolist()[:2] == ["049", "091"]
    assert a.municipalities["nearest_site"].tolist()[:2] == ["S", "S"]
    assert a.municipalities["share"].tolist()[:2] == [0, 1]
    assert pd.isna(a.municipalities["municipality"].iloc[2])
    assert a.regions["people"].tolist() == [180, 20]
    assert a.outside["cell"].tolist() == ["c", "d"]
    assert a.outside["minutes"].tolist() == pytest.approx([61, np.nan], nan_ok=True)
    assert a.outside["minutes_over"].tolist() == pytest.approx([1, np.nan], nan_ok=True)
    assert a.outside["fix_site"].tolist() == ["T", "T"]
    assert a.outside["fix_minutes"].tolist() == [30, 100]
    assert a.groups[["group", "people", "people_inside"]].values.tolist() == [["people_75", 60, 30]]
    assert a.cells["nearest_site"].tolist()[:3] == ["S", "S", "S"]
    assert access_table(TIMES, CELLS, TOWNS, SITES, open_sites=["S"], region="01").people == 180


def test_population_base_counts_people_whom_another_site_serves_too() -> None:
    assert population_base(TIMES, CELLS).to_dict() == {"S": 150, "T": 30}
    assert population_base(TIMES, CELLS, minutes=61).to_dict() == {"S": 180, "T": 30}
    assert population_base(TIMES, CELLS.iloc[[0]]).to_dict() == {"S": 100, "T": 0}


def test_wrong_ids_are_refused() -> None:
    with pytest.raises(ValueError, match="no such sites: X"):
        standard(TIMES, CELLS, open_sites=["X"])
    with pytest.raises(ValueError, match="flags"):
        open_flags(TIMES, np.ones(3, bool))
    with pytest.raises(ValueError, match="lack 1 cells, first z"):
        standard(TIMES, CELLS.assign(cell=["a", "b", "c", "z"]))
    with pytest.raises(ValueError, match="no column"):
        standard(TIMES, CELLS, by="planet")
    with pytest.raises(ValueError, match="municipalities"):
        standard(TIMES, CELLS, by="region")


def test_groups_and_settlement_classes() -> None:
    _, seconds = TIMES.nearest()
    assert groups(CELLS, seconds)["group"].tolist() == ["people_75"]
    assert groups(CELLS.assign(people_75=0), seconds)["share"].isna().all()
    classes = settlement_classes(CELLS.assign(settlement=pd.array(["Inner", None, None, None], "string")), TOWNS)
    assert classes.tolist()[:3] == ["Inner", "Urban", "Urban"]
    by = standard(TIMES, CELLS.assign(settlement=classes), by="settlement", open_sites=["S"])
    assert by["settlement"].tolist()[:2] == ["Inner", "Urban"]
    assert by["people"].tolist() == [100, 80, 20]


def test_measures() -> None:
    row = measures(TIMES, CELLS, open_sites=["S"]).iloc[0]
    assert row["people_without_time"] == 20
    assert row["median_minutes"] == 10
    assert np.isnan(row["p95_minutes"])
    assert np.isnan(row["worst_tenth_minutes"])
    assert worst_tenth(np.array([10.0, 60.0, 100.0]), np.array([100, 95, 5])) == pytest.approx(
        (5 * 100 + 14.99999999 * 60) / 20, abs=0.1
    )
    by = measures(TIMES, CELLS, by="municipality")
    assert by["people"].sum() == 200


def test_bands_of_minutes() -> None:
    assert band_of_cells(TIMES, CELLS, open_sites=["S"]).tolist() == pytest.approx([15, 60, 90, np.nan], nan_ok=True)
    table = people_in_bands(TIMES, CELLS, open_sites=["S"], limits=[10, 60])
    assert table["people"].tolist() == [100, 50, 50]
    assert table["share_so_far"].tolist() == [0.5, 0.75, 1]
    with pytest.raises(ValueError, match="ascend"):
        band_of_cells(TIMES, CELLS, limits=[60, 30])
    with pytest.raises(ValueError, match="cut-off"):
        band_of_cells(TIMES, CELLS, limits=[120])


def test_demand() -> None:
    d = demand(TIMES, CELLS, None, visits_per_person_year=2.0, open_sites=["S"])
    assert d.services == (ANY_SERVICE,)
    rows = d.by_site().set_index("site")
    assert rows.loc["S", "visits"] == 360
    assert d.frame()["visits"].sum() == 400
    only = demand(
        TIMES,
        CELLS,
        pd.DataFrame({"service": ["x", "y"], "visits_year": [200.0, 20.0]}),
        sites_of_service={"y": np.array([False, True])},
    ).frame()
    assert set(only.loc[only["service"] == "y", "site"].dropna()) == {"T"}
    assert only.loc[only["service"] == "x", "visits"].tolist() == [100, 50, 30, 20]


def test_other_means_and_people_without_a_car() -> None:
    table = pd.DataFrame(
        {
            "cell": ["a", "a", "b", "c", "zz", "a"],
            "site": ["S", "S", "S", "T", "S", "S"],
            "means": ["bus", "bus", "bus", "bus", "bus", "car"],
            "minutes": [50.0, 40.0, 90.0, 20.0, 5.0, 9.0],
            "departures_day": [10.0, 2.0, 4.0, np.nan, 1.0, np.nan],
        }
    )
    tables, findings = times_by_means(table, CELLS, SITES, cutoff_minutes=109)
    assert list(tables) == ["car", "bus"]
    assert [str(f.what) for f in findings] == ["1 rows are of cells or sites that are not planned; they are not used"]
    bus = tables["bus"]
    assert bus.seconds.tolist() == [2400, 5400, 1200]
    assert bus.departures is not None
    assert bus.departures.tolist()[:2] == [2, 4]
    said = standard_by_means(tables, CELLS).set_index("means")
    assert said.loc["bus", "people_inside"] == 130
    assert standard_by_means(tables, CELLS, departures_at_least=3).set_index("means").loc["bus", "people_inside"] == 0
    people = without_car(CELLS, TOWNS, tables=tables).set_index("municipality")
    assert people.loc["091", "without_car"] == 60
    assert people.loc["091", "without_car_outside"] == 20
    assert pd.isna(people.loc["049", "without_car"]), "not given stays not given"
    assert without_car(CELLS, TOWNS)["without_car_outside"].isna().all()


def road() -> tuple[pd.DataFrame, pd.DataFrame]:
    nodes = pd.DataFrame({"node": ["A", "B"], "x": [0.0, 10_000.0], "y": [0.0, 0.0]})
    return nodes, pd.DataFrame({"from_node": ["A"], "to_node": ["B"], "road_class": ["main"], "kmh": [60.0]})


def test_two_places_on_one_link_go_straight_along_it() -> None:
    graph, _ = graph_from_tables(*road(), Settings())
    cells = pd.DataFrame({"cell": ["c"], "x": [4000.0], "y": [0.0], "people": [5]})
    sites = pd.DataFrame({"site": ["s"], "x": [6000.0], "y": [0.0]})
    times, report, findings = drive_times(graph, cells, sites, SpeedSettings(), cutoff_minutes=60)
    assert times.seconds.tolist() == [120]
    assert not findings
    assert report["kind"].tolist() == ["cell", "site"]


def test_near_places_may_go_straight_across() -> None:
    graph, _ = graph_from_tables(*road(), Settings())
    cells = pd.DataFrame({"cell": ["c"], "x": [5000.0], "y": [3000.0], "people": [5]})
    sites = pd.DataFrame({"site": ["s"], "x": [5000.0], "y": [4000.0]})
    speeds = SpeedSettings(access_kmh=60.0, access_detour=1.0)
    assert drive_times(graph, cells, sites, speeds, cutoff_minutes=60)[0].seconds.tolist() == [420]
    near = speeds.model_copy(update={"straight_limit_km": 1.0})
    assert drive_times(graph, cells, sites, near, cutoff_minutes=60)[0].seconds.tolist() == [60]


def test_the_cutoff_is_judged_in_tenths_of_a_second() -> None:
    graph, _ = graph_from_tables(*road(), Settings())
    cells = pd.DataFrame({"cell": ["c"], "x": [0.0], "y": [0.0], "people": [5]})
    sites = pd.DataFrame({"site": ["s"], "x": [10_000.0], "y": [0.0]})
    assert drive_times(graph, cells, sites, SpeedSettings(), cutoff_minutes=10)[0].seconds.tolist() == [600]
    assert drive_times(graph, cells, sites, SpeedSettings(), cutoff_minutes=9.99)[0].seconds.tolist() == []
    with pytest.raises(TuntiError, match="out of range"):
        drive_times(graph, cells, sites, SpeedSettings(), cutoff_minutes=2000)


def test_places_that_the_road_does_not_serve_are_reported() -> None:
    graph, _ = graph_from_tables(*road(), Settings())
    cells = pd.DataFrame(
        {
            "cell": ["near", "far", "long", "lost"],
            "x": [0.0, 0.0, 0.0, np.nan],
            "y": [0.0, 90_000.0, 8_000.0, 0.0],
            "people": [5, 7, 9, 1],
        }
    )
    sites = pd.DataFrame({"site": ["s", "t"], "x": [0.0, 0.0], "y": [0.0, -70_000.0]})
    said: list[tuple[str, float]] = []
    times, report, findings = drive_times(
        graph, cells, sites, SpeedSettings(), cutoff_minutes=10, progress=lambda what, done: said.append((what, done))
    )
    assert [done for _, done in said] == sorted(done for _, done in said)
    assert said[-1][1] == 1
    levels = [(f.level, f.table, f.row) for f in findings]
    assert levels[0] == (Level.ERROR, "sites", "t")
    assert (Level.WARNING, "cells", None) in levels
    texts = " | ".join(str(f.what) for f in findings)
    assert "2 cells with 8 people are not joined" in texts
    assert "the nearest road is 90 km away" in texts
    assert "no coordinates" in texts
    assert "1 cells with 9 people are more than 5 km" in texts
    assert "1 cells with 9 people reach no site within 10 minutes" in texts
    summary = snap_summary(report)
    assert summary["count"].tolist() == [2, 1, 2, 1, 1]
    assert summary["people"].tolist() == [14, 9, 8, 0, 0]
    for f in findings:
        for language in ("fi", "sv"):
            assert f.what.text(language) != f.what.text("en")
            assert f.what_to_do.text(language) != f.what_to_do.text("en")
    assert times.cells == ("near", "far", "long", "lost")
