"""The document tells the whole plan, in three languages, and its tables add up."""

from dataclasses import replace

import pandas as pd
import pytest

from tunti.report import regional_document
from tunti.report.document import Callout, Column, Figure, KeyFigures, Table
from tunti.report.words import words_for
from tunti.report.writers.pdf import cut_note

from .invented_plan import MARKS

SECTIONS = [
    "summary",
    "today",
    "people",
    "points",
    "offices",
    "access",
    "certainty",
    "groups",
    "means",
    "outside",
    "services",
    "closing",
    "premises",
    "remote",
    "programme",
    "money",
    "impacts",
    "impacts-customers",
    "impacts-equality",
    "impacts-languages",
    "impacts-staff",
    "impacts-vitality",
    "impacts-environment",
    "alternatives",
    "borders",
    "risks",
    "follow",
    "network",
    "flags",
    "method",
    "sources",
    "findings",
    "run",
]
LANGUAGES = ["fi", "sv", "en"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("which", ["plan", "bare_plan", "void_plan"])
def test_every_section_is_there_and_says_something(which, language, request):
    document = regional_document(request.getfixturevalue(which), language=language)
    assert [s.key for _, s in document.all_sections()] == SECTIONS
    assert all(s.blocks for _, s in document.all_sections())
    names = [b.name for b in document.blocks() if isinstance(b, Table | Figure)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("language", LANGUAGES)
def test_shown_rows_add_up_to_the_shown_total(plan, language):
    for table in regional_document(plan, language=language).tables():
        if table.total is None:
            continue
        for k, column in enumerate(table.columns):
            if column.adds:
                for rows in (table.rows, table.shown()):
                    assert sum(r[k] for r in rows if r[k] is not None) == table.total[k], (table.name, column)


def test_totals_agree_across_the_document(plan):
    tables = {t.name: t for t in regional_document(plan, language="fi").tables()}
    places = tables["municipalities"].total
    assert places[1] == plan.proposed.people
    assert places[2:4] == (plan.today.people_outside, plan.proposed.people_outside)
    assert tables["outside"].total[2] == plan.proposed.people_outside
    assert tables["excess"].total[1:] == (plan.today.people_outside, plan.proposed.people_outside)


def test_people_without_a_municipality_stay_in_the_sum(plan):
    from dataclasses import replace

    fewer = replace(plan.proposed, municipalities=plan.proposed.municipalities.iloc[1:])
    table = next(
        t
        for t in regional_document(replace(plan, proposed=fewer), language="en").tables()
        if t.name == "municipalities"
    )
    assert table.rows[-1][0] == "Municipality not known"
    assert sum(r[1] for r in table.rows) == table.total[1] == plan.proposed.people


def test_a_cut_table_ends_in_the_rest():
    columns = (Column("Place"), Column("People", "whole", adds=True), Column("Mean", "number"))
    rows = tuple((f"p{k}", k, 1.5) for k in range(10))
    table = Table("t", "c", columns, rows, ("All", 45, None), paper_rows=3, rest_label="Others, {n} rows")
    assert table.shown() == (*rows[:3], ("Others, 7 rows", 42, None))
    assert Table("t", "c", columns, rows).shown() == rows
    assert Table("t", "c", columns, rows, paper_rows=9).shown() == rows


def test_a_cut_table_says_how_much_of_it_is_there():
    columns = (Column("Place"), Column("People", "whole", adds=True))
    rows = tuple((f"p{k}", k) for k in range(50))
    words = words_for("en")
    added = Table("t", "c", columns, rows, ("All", 1225), paper_rows=40, rest_label="Others, {n} rows")
    assert cut_note(added, words) == "The whole table, 50 rows, is in the workbook."
    plain = Table("t", "c", (Column("Place"), Column("Where")), tuple((p, p) for p, _ in rows), paper_rows=40)
    assert cut_note(plain, words) == "Here are the first 40 of 50 rows; the whole table is in the workbook."
    assert cut_note(Table("t", "c", columns, rows), words) == ""


def test_offices_that_do_not_fit_on_paper_are_those_near_a_point(plan):
    one = plan.offices.iloc[[0]]
    many = pd.concat(
        [one.assign(office=f"X{k}", name=f"Office {k}", minutes_to_point=float(k)) for k in range(50)],
        ignore_index=True,
    )
    table = next(
        t for t in regional_document(replace(plan, offices=many), language="en").tables() if t.name == "offices"
    )
    assert [row[4] for row in table.shown()] == [float(k) for k in range(49, 9, -1)]
    assert "farthest" in table.note


def test_a_table_refuses_a_ragged_row():
    with pytest.raises(ValueError, match="2 values"):
        Table("t", "c", (Column("a"), Column("b")), (("x",),))


def test_the_summary_holds_decision_five_figures_and_a_map(plan):
    summary = regional_document(plan, language="fi").sections[0]
    assert isinstance(summary.blocks[0], Callout)
    assert len(next(b for b in summary.blocks if isinstance(b, KeyFigures)).figures) == 5
    assert any(isinstance(b, Figure) for b in summary.blocks)


@pytest.mark.parametrize("language", LANGUAGES)
def test_illustrative_plans_are_marked(plan, bare_plan, language):
    assert regional_document(plan, language=language).marks == (MARKS[language],)
    assert regional_document(bare_plan, language=language).marks == ()


@pytest.mark.parametrize("which", ["bare_plan", "void_plan"])
def test_what_is_lacking_is_said(which, request):
    document = regional_document(request.getfixturevalue(which), language="en")
    lacking = {s.key for _, s in document.all_sections() for b in s.blocks if getattr(b, "tone", "") == "missing"}
    assert {"today", "offices", "groups", "means", "services", "programme", "money", "sources", "run"} <= lacking


def test_visits_are_for_the_project_group_only(plan):
    def titles(audience):
        document = regional_document(plan, language="en", audience=audience)
        return {c.title for t in document.tables() for c in t.columns}

    assert "Visits a year" not in titles("public")
    assert "Visits a year" in titles("project")


def test_points_called_after_a_municipality_take_its_swedish_name(plan):
    table = next(t for t in regional_document(plan, language="sv").tables() if t.name == "points")
    assert {row[0] for row in table.rows} == {"Åminne", "Äijälä sv"}


def test_names_are_sorted_the_nordic_way(plan):
    table = next(t for t in regional_document(plan, language="fi").tables() if t.name == "municipalities")
    assert [row[0] for row in table.rows] == ["Töysänperä", "Yläjärvi", "Åminne", "Äijälä"]


def test_a_place_is_inflected_only_from_the_names_table(plan):
    from dataclasses import replace

    from tunti.settings import ProjectSettings, Settings

    def text(names):
        settings = Settings(project=ProjectSettings(names=names))
        document = regional_document(replace(plan, settings=settings), language="fi")
        blocks = document.sections[0].blocks
        return " ".join(t for b in blocks for t in (getattr(b, "text", ""), *getattr(b, "texts", ())))

    assert "Ääkköslässä on" in text({"fi": {"Ääkköslä": "Ääkköslässä"}})
    assert "Ääkkösl" not in text({})
