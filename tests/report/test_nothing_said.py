"""What says nothing is not shown: empty columns, points that nobody serves, equal rows; a sentence says it."""

import re
from dataclasses import replace
from types import SimpleNamespace

import pandas as pd
import pytest

from tunti.report.document import Column, Document, Figure, Section, Table
from tunti.report.sections.agencies import _duties, unserved_sites
from tunti.report.sections.context import context_for, records
from tunti.report.sections.impacts import _vitality
from tunti.report.sections.money_short import unsourced
from tunti.report.sections.premises import _customers
from tunti.report.sections.programme import _openings
from tunti.report.sections.summary import drives_change
from tunti.report.words import words_for
from tunti.report.writers.excel import sheet_name
from tunti.report.writers.pdf import typst_source


@pytest.fixture(scope="module")
def context(plan):
    return context_for(plan, words_for("en"))


def test_a_column_in_which_nothing_stands_is_left_out(context):
    columns = [Column("Point"), Column("Remarks"), Column("Cost", "euro", adds=True), Column("People", "whole")]
    rows = [("", "", None, 0), ("B", "", float("nan"), 2)]
    table = context.table("t", "T", columns, rows, total=("All", "", None, 2))
    assert [c.title for c in table.columns] == ["Point", "People"]
    assert table.rows == (("", 0), ("B", 2))
    assert table.total == ("All", 2)
    assert len(context.table("t", "T", columns, []).columns) == 4


@pytest.mark.parametrize("agencies", [2, 5])
def test_points_that_nobody_serves_are_no_rows_of_dashes(context, agencies):
    codes = [f"A{k}" for k in range(agencies)]
    duties = pd.DataFrame({"site": ["S1"] * agencies, "agency": codes, "mode": "assisted"})
    points = pd.DataFrame({"site": ["S1", "S2", "S3"]})
    none = pd.DataFrame({"site": ["S2"], "agency": ["A0"], "mode": ["none"]})
    services = SimpleNamespace(duties=pd.concat([duties, none]), points=points)
    assert unserved_sites(services) == ["S2", "S3"]
    table = _duties(context, services, duties)
    assert len(table.rows) == 1
    # A few agencies have room for the mode in words, and need no list of codes.
    assert table.rows[0][1] == ("assisted" if agencies == 2 else "as")
    assert bool(table.note) == (agencies == 5)


def test_equal_customer_areas_are_a_sentence(context):
    points = pd.DataFrame(
        {"site": ["S1", "S2"], "counters": [1, 1], "seats": [0, 0], "remote_rooms": [0, 0], "customer_m2": [15, 15]}
    )
    said = _customers(context, SimpleNamespace(points=points)).text
    assert "30 m² in all, 15 m² at each of 2" in said
    table = _customers(context, SimpleNamespace(points=points.assign(customer_m2=[15, 16])))
    assert len(table.rows) == 2


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
@pytest.mark.parametrize("stay", [False, True])
def test_nobody_s_longer_drive_is_said_in_words(plan, language, stay):
    context = context_for(plan, words_for(language))
    none, some = (drives_change(context, "2", 5, longer, stay=stay) for longer in (0, 7))
    assert "0" not in none.replace("2", "")
    assert "7" in some


def test_a_sheet_s_name_is_one_that_excel_takes():
    words, taken = words_for("en"), set()
    long = Table("long", "Accessibility of the agency's services", (Column("A"),), ())
    assert sheet_name(long, words, taken) == "Accessibility of the agency"
    names = [sheet_name(replace(long, name=n), words, taken) for n in ("agency-DVV", "services-DVV", "closing-DVV")]
    assert names == ["DVV", "DVV services", "DVV closing offices"]
    assert sheet_name(replace(long, name="closing-costs"), words, taken) == "Leaving points out"


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_equal_dates_of_all_points_are_a_sentence(plan, language):
    context = context_for(plan, words_for(language))
    day = pd.Timestamp("2030-04-01")
    rows = [
        {"site": s, "what": s, "kind": kind, "start_quarter": q, "end_quarter": q, "decide_by": day}
        for s in ("S1", "S2", "S3")
        for kind, q in (("fit_out", "2030Q2"), ("open", "2030Q4"))
    ]
    said = _openings(context, pd.DataFrame(rows)).text
    assert "(3)" in said
    assert "2/2030" in said
    assert "4/2030" in said
    rows[1]["start_quarter"] = "2030Q3"
    assert len(_openings(context, pd.DataFrame(rows)).rows) == 3


def test_a_low_figure_is_not_overtaken_by_a_floating_one():
    def picture(name, mm):
        svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="100pt" height="{mm * 72 / 25.4}pt"></svg>'
        return Figure(name, name, name, lambda: svg.encode())

    def places(*figures):
        source, _ = typst_source(Document("T", "", "en", (), (Section("a", "A", figures),)))
        return re.findall(r"place: (\w+)", source)

    low, tall = picture("low", 20), picture("tall", 200)
    assert places(low, tall) == ["auto", "auto"]
    assert places(tall, low) == ["auto", "none"]
    assert places(low) == ["none"]


def test_a_point_that_nobody_serves_gives_no_municipality_a_place_of_service(plan):
    offices = pd.DataFrame(columns=["office", "agency", "customer_part"])
    points = plan.points[["site"]]
    duties = pd.DataFrame({"site": points["site"], "agency": "A", "mode": "remote"})

    def told(served):
        services = SimpleNamespace(points=points, offices=offices, duties=duties[served])
        return _vitality(context_for(replace(plan, services=services), words_for("en")))[0].text

    municipalities = records(plan.proposed.municipalities)
    here = set(plan.points["municipality"].astype(str))
    names = [r["name_fi"] for r in municipalities if str(r["municipality"]) in here]
    plan = replace(plan, offices=plan.offices.iloc[:0], points=plan.points.assign(status="new"))
    assert names
    every, none = told([True] * len(points)), told([False] * len(points))
    assert all(name in every.split("get one")[1] for name in names)
    assert "none" in none.split("get one")[1]
    assert "no agency serves" in none
    assert "no agency serves" not in every


def test_unit_costs_without_a_source_are_said_to_be_illustrative_once(plan):
    assert unsourced(context_for(replace(plan, illustrative=False), words_for("en")))
    assert not unsourced(context_for(replace(plan, illustrative=True), words_for("en")))
