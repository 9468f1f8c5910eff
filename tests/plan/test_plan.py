import dataclasses

import numpy as np
import pandas as pd
import pytest

from tunti.errors import InputError, TuntiError
from tunti.plan.area import area, destinations, find_region, part, serving_offices
from tunti.plan.checked import verified
from tunti.settings import Settings
from tunti.stages import Stages
from tunti.store.folder import FolderStore


def quiet(what, done):
    pass


def test_the_plan_passes_the_independent_check(made):
    plan, solved = made
    verified(plan, solved.area)
    assert plan.network.proven
    assert plan.points["people_served"].sum() <= plan.proposed.people


def test_every_region_adds_up_to_the_country(tmp_path, made, country, settings, plan_of):
    whole, solved = made
    shares = 0
    points = []
    for code in solved.area.regions["region"]:
        plan, _ = plan_of(tmp_path, country, settings, region=code)
        verified(plan, solved.area)
        shares += plan.proposed.people_inside
        points += list(plan.points["site"])
        assert plan.region_names["fi"]
    assert shares == whole.proposed.people_inside
    assert sorted(points) == sorted(whole.network.points)


def corrupted(plan):
    """Yield the plan with one figure of one table wrong, for each column that states something."""
    proposed = plan.proposed
    for name in ("municipalities", "regions"):
        for column in ("people", "people_inside", "share"):
            table = getattr(proposed, name).copy()
            table.loc[table.index[0], column] = table[column].iloc[0] + (0.01 if column == "share" else 1)
            yield f"{name}.{column}", dataclasses.replace(plan, proposed=dataclasses.replace(proposed, **{name: table}))
    for column, change in (("people", 1), ("minutes", 100.0)):
        cells = proposed.cells.copy()
        row = cells.index[(cells["minutes"] < 15) & (cells["people"] > 0)][0]
        cells.loc[row, column] = cells.loc[row, column] + change
        yield f"cells.{column}", dataclasses.replace(plan, proposed=dataclasses.replace(proposed, cells=cells))
    cells = proposed.cells.copy()
    cells.loc[cells.index[0], "nearest_site"] = "nowhere"
    yield "cells.nearest_site", dataclasses.replace(plan, proposed=dataclasses.replace(proposed, cells=cells))
    for column in ("people", "minutes_over", "cell"):
        outside = proposed.outside.copy()
        if outside.empty:
            continue
        outside.loc[outside.index[0], column] = "x" if column == "cell" else outside[column].iloc[0] + 1
        yield f"outside.{column}", dataclasses.replace(plan, proposed=dataclasses.replace(proposed, outside=outside))
    for column in ("site", "people_served"):
        points = plan.points.copy()
        points.loc[points.index[0], column] = "nowhere" if column == "site" else points[column].iloc[0] + 1
        yield f"points.{column}", dataclasses.replace(plan, points=points)
    for figure in ("people", "people_inside", "people_outside", "share"):
        value = getattr(proposed, figure) + (0.01 if figure == "share" else 1)
        yield figure, dataclasses.replace(plan, proposed=dataclasses.replace(proposed, **{figure: value}))


def test_the_check_finds_every_corruption(tmp_path, country, plan_of):
    settings = Settings.model_validate({"standard": {"minutes": 20, "share": 0.8}})
    plan, solved = plan_of(tmp_path, country, settings)
    assert len(plan.proposed.outside)
    verified(plan, solved.area)
    unnoticed = []
    for what, wrong in corrupted(plan):
        try:
            verified(wrong, solved.area)
        except InputError:
            continue
        unnoticed.append(what)
    assert not unnoticed


@pytest.mark.parametrize(
    ("section", "rule", "value"),
    [
        ("standard", "population_base", 10_000_000),
        ("standard", "share", 1.0),
        ("standard", "region_share", 1.0),
        ("plan", "points", 1),
        ("plan", "points_per_region_at_least", 99),
        ("plan", "points_per_region_at_most", 0),
        ("plan", "budget_eur_year", 0.0),
    ],
)
def test_a_rule_that_is_broken_is_found(made, settings, section, rule, value):
    plan, solved = made
    costly = dataclasses.replace(plan, points=plan.points.assign(cost_eur_year=1.0))
    strict = settings.model_copy(update={section: getattr(settings, section).model_copy(update={rule: value})})
    verified(costly, solved.area)
    with pytest.raises(InputError):
        verified(dataclasses.replace(costly, settings=strict), solved.area)


def test_an_existing_point_that_is_gone_is_found(made):
    plan, solved = made
    sites = solved.area.sites.copy()
    closed = sites.index[~sites["site"].isin(plan.points["site"])][0]
    sites.loc[closed, "status"] = "existing"
    with pytest.raises(InputError):
        verified(plan, dataclasses.replace(solved.area, sites=sites))


def test_kept_results_are_the_same_as_fresh_ones(tmp_path, country, settings, plan_of):
    first, _ = plan_of(tmp_path, country, settings)
    store = FolderStore(tmp_path)
    stages = Stages(store, country, settings, quiet)
    again = stages.solved()
    assert again.network.points == first.network.points
    assert stages._graph is None
    pd.testing.assert_frame_equal(first.snap, again.snap)


def test_left_out_regions_have_no_cells_sites_or_offices(country):
    code = country.municipalities["region"].iloc[0]
    settings = Settings.model_validate({"project": {"regions_left_out": [code]}})
    left = area(country, settings.project)
    inside = set(left.municipalities["municipality"])
    assert set(left.cells["municipality"].dropna()) <= inside
    assert set(left.sites["municipality"].dropna()) <= inside
    assert code not in set(serving_offices(country, settings)["region"])


def test_offices_serve_by_their_dates(country):
    offices = country.offices.copy()
    offices["serves"] = "staffed"
    offices["open_from"] = offices["open_to"] = offices["remote_from"] = pd.NaT
    days = pd.to_datetime(["2025-12-31", "2026-01-01", "2027-01-01"])
    offices.loc[offices.index[0], "open_to"] = days[0]
    offices.loc[offices.index[1], "open_from"] = days[2]
    offices.loc[offices.index[2], "remote_from"] = days[1]
    offices.loc[offices.index[3], "open_to"] = days[1]
    serving = serving_offices(country.with_table("offices", offices), Settings())
    assert set(offices["office"]) - set(serving["office"]) == set(offices["office"].iloc[:3])


def test_an_office_without_a_place_is_left_out_alone(tmp_path, country, settings, plan_of):
    offices = country.offices.copy()
    offices["serves"] = "staffed"
    without = country.with_table("offices", offices.drop(offices.index[4]))
    offices.loc[offices.index[4], ["x", "y"]] = float("nan")
    unplaced = country.with_table("offices", offices)
    first, _ = plan_of(tmp_path, unplaced, settings)
    second, _ = plan_of(tmp_path, without, settings)
    pd.testing.assert_frame_equal(first.today.cells, second.today.cells)


def test_tables_may_be_left_out(tmp_path, country, settings, plan_of):
    bare = country
    for name in ("agencies", "services", "offices", "travel_times"):
        bare = bare.with_table(name, getattr(country, name).iloc[:0])
    plan, solved = plan_of(tmp_path, bare, settings)
    verified(plan, solved.area)
    assert plan.offices.empty


def test_offices_at_one_place_share_a_destination(country):
    offices = country.offices.copy()
    offices["x"], offices["y"] = 400_000.0, 7_000_000.0
    places, row = destinations(country.sites, offices)
    assert len(places) == len(country.sites) + 1
    assert set(row) == {len(country.sites)}


def test_a_region_is_found_by_any_of_its_names(country):
    regions = area(country, Settings().project).regions
    row = regions.iloc[0]
    for name in (row["region"], row["region_fi"], str(row["region_fi"]).upper()):
        assert find_region(regions, name) == row["region"]
    with pytest.raises(TuntiError, match=row["region_fi"]):
        find_region(regions, "Atlantis")


def test_part_gives_rows_in_the_order_asked(made):
    times = made[1].times
    some = part(times, np.array([3, 0]))
    assert some.sites == (times.sites[3], times.sites[0])
    row = slice(times.indptr[3], times.indptr[4])
    assert (some.cell[: some.indptr[1]] == times.cell[row]).all()
    assert (some.seconds[: some.indptr[1]] == times.seconds[row]).all()
    first = part(times, np.arange(3))
    assert first.sites == times.sites[:3]
    assert first.indptr.tolist() == times.indptr[:4].tolist()
    assert (first.cell == times.cell[: times.indptr[3]]).all()
    assert (first.seconds == times.seconds[: times.indptr[3]]).all()
    assert np.shares_memory(first.cell, times.cell), "a country's table is not copied"
