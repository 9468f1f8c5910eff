"""The section on shared premises: three languages, what the public may see, totals and a steady picture."""

import dataclasses
import datetime as dt

import pandas as pd
import pytest
from tests.premises.test_premises import found
from tests.report.invented_plan import make_plan

from tunti.premises.stack import stack
from tunti.report.document import Callout, Figure, Table
from tunti.report.sections.context import context_for
from tunti.report.sections.premises import premises_section
from tunti.report.stack_chart import stack_chart
from tunti.report.words import words_for


@pytest.fixture(scope="module")
def premises():
    return found(5, offices=30)[1]


def context(language, audience):
    plan = make_plan()
    return context_for(plan, words_for(language, plan.settings.project.names), audience=audience)


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_the_project_sees_all_and_totals_add_up(premises, language):
    section = premises_section(context(language, "project"), premises)
    tables = {b.name: b for b in section.blocks if isinstance(b, Table)}
    assert set(tables) == {"workplaces", "stack", "without", "sizes", "work-need", "customer-need"}
    for table in tables.values():
        for k, column in enumerate(table.columns):
            if column.adds:
                assert sum(row[k] or 0 for row in table.rows) == pytest.approx(table.total[k]), column.title
    assert len(tables["stack"].rows) == len(premises.moves)
    figure = next(b for b in section.blocks if isinstance(b, Figure))
    assert figure.draw() == figure.draw()
    assert b"<svg" in figure.draw()


def test_the_public_sees_no_money_staff_or_office(premises):
    section = premises_section(context("en", "public"), premises)
    tables = {b.name: b for b in section.blocks if isinstance(b, Table)}
    assert set(tables) == {"workplaces", "customer-need"}
    titles = " ".join(c.title for t in tables.values() for c in t.columns)
    assert "€" not in titles
    assert "Person-years" not in titles
    cells = [str(v) for t in tables.values() for row in t.rows for v in row]
    assert not any(office in cells for office in premises.offices["office"])
    # A callout with the names of offices in bad air is for the project too.
    assert all(office not in p for b in section.blocks if isinstance(b, Callout) for p in b.texts
               for office in premises.offices.loc[premises.offices["stuck"], "office"])  # fmt: skip


def test_a_day_between_shows_only_those_who_have_moved(premises):
    at = dt.date(2027, 1, 1)
    section = premises_section(context("en", "project"), premises, at=at)
    table = next((b for b in section.blocks if isinstance(b, Table) and b.name == "stack"), None)
    seated = stack(premises.moves, at=at)
    assert len(seated) < len(premises.moves)
    assert (0 if table is None else len(table.rows)) == len(seated)
    when = {office: dt.date(2029, 6, 30) for office in premises.moves["office"]}
    none = premises_section(context("en", "project"), premises, when=when, at=at)
    assert not [b for b in none.blocks if isinstance(b, Figure)]
    years = next(b for b in none.blocks if isinstance(b, Table) and b.name == "stack-years")
    assert [row[2] for row in years.rows][-2:] == [len(when), len(when)]
    assert years.rows[-1][5] == pytest.approx(premises.staff_shared / premises.staff)


def test_nothing_moves(premises):
    none = dataclasses.replace(
        premises, moves=premises.moves[:0], workplaces=premises.workplaces[:0], regret=premises.regret[:0],
        staff_shared=0.0, points=premises.points[:0],
    )  # fmt: skip
    assert premises_section(context("fi", "project"), none).blocks


def test_more_agencies_than_colours_share_one():

    stacked = pd.DataFrame(
        {"premise": [f"P{k % 20}" for k in range(40)], "agency": [f"A{k:02}" for k in range(40)], "m2": range(1, 41)}
    )
    words = words_for("en", {})
    picture = stack_chart(stacked, {}, {}, words, illustrative=True)
    assert picture == stack_chart(stacked.iloc[::-1], {}, {}, words, illustrative=True)
