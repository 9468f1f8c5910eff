"""Names of agencies and sites, certainty near the standard, and people without a car."""

from dataclasses import replace

import pandas as pd
import pytest

from tunti.report import regional_document
from tunti.report.document import Paragraph

LANGUAGES = ["fi", "sv", "en"]


def table(plan, name, language="en"):
    return next(t for t in regional_document(plan, language=language).tables() if t.name == name)


def section(plan, key, language="en"):
    return next(s for _, s in regional_document(plan, language=language).all_sections() if s.key == key)


def said(plan, key, language="en"):
    texts = []
    for block in section(plan, key, language).blocks:
        texts += [block.text] if isinstance(block, Paragraph) else list(getattr(block, "texts", ()))
    return " ".join(texts)


def test_agencies_are_named_in_the_reader_s_language_and_in_finnish_for_want_of_it(plan):
    assert table(plan, "agencies").rows[0][:2] == ("Kansaneläkelaitos", "Kela")
    assert table(plan, "agencies").rows[1][:2] == ("Digital Agency", "DVV")
    assert table(plan, "agencies", "sv").rows[1][:2] == ("Myndigheten för digitalisering", "DVV")
    assert {r[0] for r in table(plan, "offices", "fi").rows} == {"Digi- ja väestötietovirasto", "Kansaneläkelaitos"}


def test_an_agency_without_a_name_keeps_its_code(plan):
    rows = table(replace(plan, agencies=plan.agencies.iloc[:0]), "agencies").rows
    assert {r[0] for r in rows} == {"DVV", "Kela"}


def test_a_site_outside_the_area_is_named_too(plan):
    outside = plan.proposed.outside.assign(fix_site="F9", fix_minutes=30.0)
    far = replace(plan, proposed=replace(plan.proposed, outside=outside))
    assert {r[6] for r in table(far, "outside", "fi").rows} == {"Töysänperä, Kylä"}
    assert {r[6] for r in table(far, "outside", "sv").rows} == {"Övermo, Kylä"}
    assert table(far, "fixes", "fi").rows[0][0] == "Töysänperä, Kylä"


def test_no_table_shows_a_raw_id_of_a_site(plan):
    ids = {*plan.site_names, *plan.offices["office"]}
    for shown in regional_document(plan, language="fi").tables():
        assert not ids & {v for row in shown.rows for v in row if isinstance(v, str)}, shown.name


@pytest.mark.parametrize("language", LANGUAGES)
def test_certainty_adds_up(plan, language):
    shown = table(plan, "certainty", language)
    people = plan.proposed.people
    assert shown.total[1] == people == sum(shown.total[2:5])
    assert all(row[1] == sum(row[2:5]) for row in shown.rows)
    assert shown.total[5] == pytest.approx(shown.total[2] / people)
    unsure = [row[1] - row[2] for row in shown.rows]
    assert unsure == sorted(unsure, reverse=True)
    assert "90" in shown.note


def test_certainty_is_explained(plan):
    text = said(plan, "certainty")
    surely = int(plan.certainty.total["people_surely"].iloc[0])
    assert f"Surely at most 60 minutes from a point: {surely:,} people" in text
    assert "hatched" in text


def test_people_without_a_municipality_stay_in_the_table_of_certainty(plan):
    places = plan.certainty.municipalities.copy()
    places["municipality"] = places["municipality"].astype("string")
    places.loc[0, ["municipality", "name_fi", "name_sv"]] = pd.NA
    sure = replace(plan.certainty, municipalities=places)
    assert "Municipality not known" in {r[0] for r in table(replace(plan, certainty=sure), "certainty").rows}


def test_where_everyone_is_surely_within_one_sentence_is_enough(plan):
    total = plan.certainty.total.assign(people_surely=plan.certainty.total["people"], people_likely=0)
    sure = section(replace(plan, certainty=replace(plan.certainty, total=total)), "certainty")
    assert len(sure.blocks) == 1
    assert "everyone in the area is surely" in sure.blocks[0].text


def test_without_certainty_it_is_said(bare_plan):
    assert "not estimated" in said(bare_plan, "certainty")


@pytest.mark.parametrize("language", LANGUAGES)
def test_people_without_a_car_are_told_from_those_outside_by_other_means(plan, language):
    text = said(replace(plan, without_car=4000, without_car_outside=1000), "means", language).replace("\u00a0", " ")
    for figure in {"fi": ("4 000", "1 000", "25,0 %"), "sv": ("4 000", "1 000", "25,0 %")}.get(
        language, ("4,000", "1,000", "25.0%")
    ):
        assert figure in text


def test_what_is_not_given_of_people_without_a_car_is_said(plan):
    nothing = said(plan, "means")
    assert "the share of people without a car are not given" in nothing
    only_people = said(replace(plan, without_car=4000), "means")
    assert "People without a car in all planned regions: 4,000." in only_people
    assert "not known how many people without a car reach a point" in only_people
    means = pd.DataFrame([{"means": "bus", "share": 0.5, "people_inside": 100, "mean_minutes": 30.0}])
    only_times = said(replace(plan, means=means), "means")
    assert "The share of people without a car is not given" in only_times
    none = said(replace(plan, without_car=0, without_car_outside=0), "means")
    assert "%" not in none


def test_steps_of_the_search_are_said_in_the_language(plan):
    steps = (
        ("merged", "5672 cells to 865 sets"),
        ("bound", "78.1564 in 100 steps"),
        ("settled", "25 of 300 sites, 2756 terms left"),
        ("exact rest", "275 sites, 2756 terms, 1 nodes"),
        ("second goal: bound", "2.72391e+09 in 72 steps"),
        ("second goal: looked further", "5672 cells"),
    )
    known = replace(plan, network=replace(plan.network, steps=steps))
    for language in ("fi", "sv"):
        shown = table(known, "certificate", language).rows[-len(steps) :]
        english = table(known, "certificate").rows[-len(steps) :]
        assert all(a[0] != b[0] and a[1] != b[1] for a, b in zip(shown, english, strict=True))
    assert table(known, "certificate").rows[-2] == ("Second goal: computing of the bound", "72 steps")
