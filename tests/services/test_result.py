"""Whole results: every goal, a set share, promises, languages, capacity, missing tables and scenarios."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from tunti.errors import TuntiError
from tunti.inputs.frames import empty
from tunti.inputs.schemas import SCHEMAS
from tunti.scenario.scenario import read_scenario, resolve
from tunti.settings import Settings

from .conftest import settings_of, small_country, stages_of


def planned(asked: Settings, **plan):
    return asked.model_copy(update={"plan": asked.plan.model_copy(update=plan)})


@pytest.mark.parametrize("goal", ["fewest", "most_people", "least_travel", "worst_case", "backup", "least_cost"])
def test_every_goal_keeps_what_its_network_gave(tmp_path, country, settings, goal):
    points = None if goal in ("fewest", "least_cost") else 5
    asked = planned(settings, goal=goal, points=points, keep_existing=False)
    sites = country.sites.assign(cost_eur_year=country.sites["cost_eur_year"].fillna(90_000.0))
    country = country.with_table("sites", sites).with_table("commitments", empty(SCHEMAS["commitments"]))
    stages = stages_of(tmp_path, country, asked)
    problem, network = stages.network()
    found = stages.services()
    assert found.open.sum() <= len(network.points)
    sites = stages.times().area.sites
    _, seconds = problem.times.nearest(found.open)
    assert problem.people[seconds <= problem.minutes * 60].sum() >= network.people
    assert set(sites["site"][found.open]) == set(found.points["site"])
    if goal in ("least_travel", "worst_case", "backup", "least_cost"):
        assert np.array_equal(found.open, network.open)


def test_an_office_that_a_standard_needs_stays_beside_a_point(tmp_path, country, settings):
    """Points are those of the network; closing every office near them would leave people of a region outside."""
    asked = planned(settings, goal="worst_case", points=5, keep_existing=False)
    found = stages_of(tmp_path, country, asked).services()
    needed = found.offices[found.offices["needed"]]
    assert len(needed)
    assert (needed["customer_part"] == "stays").all()
    assert any("because a standard needs them" in flag.text() for flag in found.flags)


def test_a_set_share_is_reached_in_every_region(tmp_path, country):
    asked = settings_of(40.0, share=0.6)
    country = country.with_table("commitments", empty(SCHEMAS["commitments"]))
    stages = stages_of(tmp_path, country, asked)
    found = stages.services()
    regions = found.access[found.access["region"].notna()]
    assert (regions["share_after"] >= 0.6 - 1e-9).all()


def test_promises_are_kept_and_shown(found, country):
    duties = found.duties.set_index(["agency", "site"])
    for row in country.commitments.itertuples():
        if (row.agency, row.site) not in duties.index:
            continue
        duty = duties.loc[(row.agency, row.site)]
        assert duty["commitment"] == row.commitment
        if row.commitment in ("committed", "decided"):
            assert duty["mode"] == row.mode
        if row.commitment == "refused" and pd.isna(row.mode):
            assert duty["mode"] == "none"


def test_a_scenario_changes_promises_and_languages(country, settings):
    site, town = country.sites["site"].iloc[4], country.municipalities["municipality"].iloc[1]
    text = (
        f'[[patch]]\nkind = "agency_at"\nagency = "KOE"\nsite = "{site}"\nmode = "remote"\n'
        f'[[patch]]\nkind = "agency_at"\nagency = "KOE"\nsite = "{site}"\nmode = "staffed"\ncommitment = "decided"\n'
        f'[[patch]]\nkind = "language_duty"\nmunicipality = "{town}"\nlanguages = "fi se"\n'
        '[[patch]]\nkind = "agency_at"\nagency = "NOBODY"\nsite = "nowhere"\n'
    )
    scenario, findings = read_scenario("x", text)
    assert not findings
    inputs, _, findings = resolve(country, settings, scenario.patches)
    assert {(f.row, f.column) for f in findings} == {(4, "agency"), (4, "site")}
    mine = inputs.commitments[(inputs.commitments["agency"] == "KOE") & (inputs.commitments["site"] == site)]
    assert mine[["mode", "commitment"]].values.tolist() == [["staffed", "decided"]]
    assert len(inputs.commitments) == len(country.commitments) + 1
    assert inputs.language_duties["languages"].iloc[-1] == "fi se"
    assert inputs.commitments.dtypes.equals(country.commitments.dtypes)


def test_a_required_language_is_met(tmp_path, country, settings):
    town = str(country.municipalities["municipality"].iloc[2])
    rows = pd.DataFrame([{"municipality": town, "service": "*", "languages": "fi se"}])
    frame = empty(SCHEMAS["language_duties"])
    duties = pd.concat([frame, rows.astype(dict.fromkeys(rows, "string"))])
    stages = stages_of(tmp_path, country.with_table("language_duties", duties[frame.columns]), settings)
    found = stages.services()
    asked = found.languages[(found.languages["municipality"] == town) & (found.languages["language"] == "se")]
    assert len(asked)
    assert asked["met"].all()


def test_capacity_keeps_visits_away(tmp_path, country, settings):
    sites = country.sites.assign(capacity_visits_year=1e9)
    loose = stages_of(tmp_path / "a", country, settings).services()
    wide = stages_of(tmp_path / "b", country.with_table("sites", sites), settings).services()
    assert wide.certificate.objective == pytest.approx(loose.certificate.objective, rel=0.011)


@pytest.mark.parametrize("tables", [("agencies", "services", "offices"), ("services",), ("agencies",), ("offices",)])
def test_missing_tables(tmp_path, country, settings, tables):
    inputs = replace(country, commitments=empty(SCHEMAS["commitments"]))
    for name in tables:
        inputs = inputs.with_table(name, empty(SCHEMAS[name]))
    stages = stages_of(tmp_path, inputs, settings)
    if len(tables) == 3:
        with pytest.raises(TuntiError, match="nothing to choose"):
            stages.services()
        return
    assert len(stages.services().points)


def test_the_answer_is_kept_and_the_same_to_the_byte(tmp_path, settings):
    country = small_country(5)
    first = stages_of(tmp_path / "one", country, settings).services()
    again = stages_of(tmp_path / "one", country, settings).services()
    other = stages_of(tmp_path / "two", country, settings).services()
    for name in ("points", "duties", "offices", "access", "languages", "money", "cells"):
        pd.testing.assert_frame_equal(getattr(first, name), getattr(again, name))
        pd.testing.assert_frame_equal(getattr(first, name), getattr(other, name))
