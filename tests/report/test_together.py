"""The roll-up and the comparison: sums that hold, every conflict where it is, documents in three languages."""

from dataclasses import replace

import pandas as pd
import pytest

from tunti.inputs.frames import empty
from tunti.inputs.schemas import LIMITS
from tunti.plan.compare import compared
from tunti.plan.national import national
from tunti.report.comparison import comparison_document
from tunti.report.names import site_names
from tunti.report.national import national_document
from tunti.report.national.money import total_of
from tunti.report.words import words_for

from .invented_together import OTHER, make_comparison, make_national, make_regions, moved

LANGUAGES = ["fi", "sv", "en"]


@pytest.fixture(scope="module")
def roll_up():
    return make_national()


def of_kind(found, kind):
    return found.conflicts[found.conflicts["kind"] == kind]


def test_who_gains_and_who_loses_adds_up(plan):
    found = compared([plan, moved(plan)])
    changes = found.changes[found.changes["scenario"] == 1]
    whole, towns = changes[changes["municipality"].isna()], changes[changes["municipality"].notna()]
    for column in ("people", "longer", "shorter", "outside"):
        assert towns[column].sum() == whole[column].iloc[0]
    known = plan.proposed.cells
    assert whole["longer"].iloc[0] == known.loc[known["minutes"].notna(), "people"].sum()
    assert whole["shorter"].iloc[0] == 0
    figures = found.figures.set_index("measure")
    assert figures.loc["points", "0"] - figures.loc["points", "1"] == 1


def test_a_plan_compared_with_itself_changes_nothing(plan):
    found = compared([plan, plan])
    assert not found.changes[["shorter", "longer", "inside", "outside"]].to_numpy().any()


def test_a_point_that_the_other_plan_lacks_is_a_conflict(plan):
    found = national([plan], plan, empty(LIMITS))
    assert set(found.conflicts["kind"]) == {"missing_point"}
    other = replace(plan, region="other", points=pd.concat([plan.neighbours]), neighbours=plan.neighbours.iloc[:0])
    other = replace(other, region=str(plan.neighbours["region"].iloc[0]))
    found = national([plan, other], plan, empty(LIMITS))
    assert set(found.conflicts["kind"]) == {"counted_on"}
    assert found.regions["people"].sum() == plan.proposed.people + other.proposed.people


def test_people_who_count_on_a_missing_point_are_outside_when_all_plans_are_carried_out(plan):
    there = plan.proposed.cells
    without = there.assign(minutes=there["minutes"].where(there["nearest_site"] != "N1", 99.0))
    whole = replace(plan, proposed=replace(plan.proposed, cells=without))
    row = of_kind(national([plan], whole, empty(LIMITS)), "missing_point").iloc[0]
    people = there.loc[there["nearest_site"] == "N1", "people"].sum()
    assert (row["what"], row["outside"], row["people"]) == ("N1", people, plan.neighbours["people_served"].iloc[0])


def test_a_closure_in_the_neighbour_counts_who_is_left_outside(roll_up):
    region = roll_up.plans[0]
    today, after = region.today.cells, roll_up.whole.proposed.cells.set_index("cell")["minutes"]
    within = today[(today["minutes"] <= 60) & (today["people"] > 0)]
    left = sum(
        row.people
        for row in within.itertuples()
        if not after[row.cell] <= 60  # also those whose drive is not known
    )
    assert left > 0
    row = of_kind(roll_up, "closure")
    assert len(row) == 1
    assert row.iloc[0][["region", "other", "what"]].tolist() == ["90", OTHER, "X1"]
    assert (row.iloc[0]["people"], row.iloc[0]["outside"]) == (within["people"].sum(), left)


def test_a_closure_in_the_own_region_is_no_conflict_between_regions():
    region, neighbour = make_regions()
    alone = replace(region, services=neighbour.services)
    assert not len(of_kind(national([alone], region, empty(LIMITS)), "closure"))


def test_crews_and_money_are_held_against_the_regions_and_all_regions_limits(roll_up):
    # Two fit-outs of the first region meet in the second quarter, three of all; money falls evenly on quarters.
    crews = of_kind(roll_up, "crews").fillna({"region": "all"})
    told = {(r.region, r.quarter): (r.amount, r.limit) for r in crews.itertuples()}
    assert told == {("90", "2027Q2"): (2, 1), ("all", "2027Q2"): (3, 2)}
    budget = of_kind(roll_up, "budget").fillna({"region": "all"})
    told = {(r.region, r.quarter): (r.amount, r.limit) for r in budget.itertuples()}
    assert told == {("90", "2027"): (360_000, 350_000), ("all", "2027"): (460_000, 400_000)}
    assert roll_up.load.to_dict("records") == [{"year": 2027, "crews": 3, "cost_eur": 460_000.0}]


def test_without_limits_nothing_is_oversubscribed():
    region, neighbour = make_regions()
    found = national([region, neighbour], region, empty(LIMITS))
    assert not len(of_kind(found, "crews"))
    assert not len(of_kind(found, "budget"))


def test_money_adds_up_over_the_regions_with_a_programme(roll_up):
    assert total_of(roll_up, "net_state_year") == 200_000.5
    one = national([replace(p, programme=None) for p in roll_up.plans], roll_up.whole, empty(LIMITS))
    assert total_of(one, "net_state_year") is None
    assert one.cashflow is None
    document = national_document(one, language="en")
    assert next(s for s in document.sections if s.key == "totals").blocks[0].tone == "missing"


def test_agencies_count_each_office_and_presence_once(roll_up):
    sums = roll_up.agencies.groupby("agency")[["offices", "closes", "staffed", "remote", "saving_eur_year"]].sum()
    assert sums.loc["DVV"].tolist() == [2, 1, 2, 0, 0]
    assert sums.loc["Kela"].tolist() == [1, 1, 0, 2, 200_000.5]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_part_of_the_roll_up_is_there(roll_up, language):
    document = national_document(roll_up, language=language)
    keys = [s.key for _, s in document.all_sections()]
    assert keys == ["summary", "standard", "totals", "conflicts", "missing-point", "closure", "capacity",
                    "states", "agencies", "agency-1", "agency-2"]  # fmt: skip
    states = next(t for t in document.tables() if t.name == "states")
    said = {"fi": ("lausunnoilla", "päätetty, 2.2.2026"), "sv": ("på remiss", "beslutad, 2.2.2026"),
            "en": ("put to hearing", "decided, 2 February 2026")}  # fmt: skip
    assert states.rows[0][2] == said[language][0]
    assert states.rows[1][2] == f"{said[language][1]}, LVV/12/2026"
    assert document.tables()[0].columns[0].title == {"fi": "Maakunta", "sv": "Landskap", "en": "Region"}[language]


def test_the_public_roll_up_keeps_regions_budgets_and_agencies_savings_to_the_project(roll_up):
    public, project = (national_document(roll_up, language="en", audience=a) for a in ("public", "project"))

    def shown(document):
        return {str(v) for t in document.tables() for row in t.rows for v in row}

    assert "€350,000" in shown(project) - shown(public)
    assert not any("Saving" in c.title for t in public.tables() for c in t.columns)
    assert any("Saving" in c.title for t in project.tables() for c in t.columns)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_comparison_tells_money_and_who_loses(language):
    document = comparison_document(make_comparison(), language=language)
    assert [s.key for s in document.sections] == ["summary", "figures", "maps", "changes", "points", "towns"]
    assert len(document.figures()) == 1
    assert document.marks


def test_the_comparison_names_what_is_compared_and_puts_what_differs_first(plan):
    found = compared([plan, moved(plan)], descriptions=["", "Yksi piste vähemmän"])
    document = comparison_document(found, language="en")
    said = " ".join(t for b in document.sections[0].blocks if hasattr(b, "texts") for t in b.texts)
    assert "other: Yksi piste vähemmän" in said
    points = next(t for t in document.tables() if t.name == "points")
    alike = [len(set(row[1:])) == 1 for row in points.rows]
    assert alike == sorted(alike)
    assert not alike[0]


def test_maps_of_the_comparison_name_points_in_the_language(plan, monkeypatch):
    drawn = []
    monkeypatch.setattr("tunti.report.comparison.difference_map", lambda shown, *rest: drawn.append(shown) or b"<svg/>")
    for figure in comparison_document(compared([plan, moved(plan)]), language="sv").figures():
        figure.draw()
    names = set(site_names(plan, words_for("sv")).values())
    assert drawn
    assert {str(n) for n in drawn[0].points["name"]} <= names
    assert {str(n) for n in drawn[0].points["name"]} != {str(n) for n in plan.points["name"]}


def test_people_who_reach_a_service_are_the_regions_own_added_up(roll_up):
    rows = roll_up.services.set_index("service")
    assert rows.loc["DVV", ["people", "people_inside_today", "people_inside_after"]].tolist() == [1000, 590, 610]
    assert rows.loc["DVV", "share_after"] == 0.61
    assert rows.loc["Kela", "people"] == 900  # the other region's rows lack it


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_page_says_what_is_proposed_what_it_costs_and_who_loses(roll_up, language):
    first = national_document(roll_up, language=language).sections[0]
    proposed, _, costs, who, _ = first.blocks
    offices, closes = roll_up.agencies[["offices", "closes"]].sum()
    assert f": {offices}," in proposed.texts[0]
    assert f" {closes}" in proposed.texts[0]
    assert f" {len(roll_up.whole.points)}" in proposed.texts[0]
    assert "0,2" in costs.text or "0.2" in costs.text  # 200,000.5 euros a year
    assert "61" in who.text  # per cent reach a service whose goal is 90


def test_a_cost_is_never_a_negative_saving(roll_up):
    dearer = replace(roll_up, regions=roll_up.regions.assign(net_state_year=-1_000_000.0))
    for language, more in (("fi", "suuremmat"), ("sv", "mer per år"), ("en", "more than today")):
        document = national_document(dearer, language=language)
        said = document.sections[0].blocks[2].text + document.sections[2].blocks[0].text
        assert said.count(more) == 2
        assert "\u2212" not in said
        figure = document.sections[0].blocks[1].figures[-1]
        assert figure.value.startswith("2")


def test_no_limit_is_not_told_as_no_conflict(roll_up):
    region, neighbour = make_regions()
    found = national([region, neighbour], region, empty(LIMITS))
    assert not found.limited
    told = next(s for s in national_document(found, language="en").sections if s.key == "conflicts").blocks[1].items
    assert sum("no limit is given" in t for t in told) == 2
    assert roll_up.limited == {"crews", "budget"}
    told = next(s for s in national_document(roll_up, language="en").sections if s.key == "conflicts").blocks[1].items
    assert not any("no limit" in t for t in told)


def test_what_is_the_same_for_every_plan_is_a_sentence(roll_up):
    alike = replace(roll_up, plans=tuple(replace(p, hearing=None, lacking={}) for p in roll_up.plans))
    section = next(s for s in national_document(alike, language="en").sections if s.key == "states")
    assert len(section.blocks) == 1
    assert "baseline" in section.blocks[0].text
    assert "Every plan has all its parts." in section.blocks[0].text
