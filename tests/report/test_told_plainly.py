"""What a planner asks first: which services miss their goal, whose office stays, and when the money is back."""

from dataclasses import replace
from types import SimpleNamespace

import pandas as pd
import pytest

from tunti.report.document import Table
from tunti.report.sections.closing import closing_section, office_counts, remote_only
from tunti.report.sections.context import context_for
from tunti.report.sections.missed import missed, missed_short, missed_texts
from tunti.report.sections.money_short import paid_back, points_and_premises, range_text, unsure
from tunti.report.sections.moved import changed_people, changes
from tunti.report.sections.programme import _late
from tunti.report.sections.summary import _decision
from tunti.report.sections.today import _agencies as today_agencies
from tunti.report.words import words_for


def access(*rows):
    """Give accessibility by service: name, people, inside today, inside after, set share."""
    frame = pd.DataFrame(rows, columns=["service", "people", "people_inside_today", "people_inside_after", "share_set"])
    return frame.assign(
        region="01",
        agency="DVV",
        share_today=frame["people_inside_today"] / frame["people"],
        share_after=frame["people_inside_after"] / frame["people"],
    )


@pytest.fixture
def lacking(plan):
    people = plan.proposed.people
    reach = plan.proposed.people_inside
    return SimpleNamespace(
        access=access(
            ("all", people, 0, reach, None),
            ("none", people, 0, 0, None),
            ("lost", people, 10, 0, None),
            ("kept", people, 10, 10, None),
            ("some", people, 10, 20, None),
            ("low-but-set", people, 10, 20, 1e-9),
            ("high-and-set", people, 0, reach, 1.0001),
        )
    )


def test_a_service_misses_when_it_falls_behind_the_set_share_or_the_network(plan, lacking):
    context = context_for(plan, words_for("en"))
    assert [r["service"] for r in missed(context, lacking)] == ["lost", "none", "kept", "some", "high-and-set"]
    texts = missed_texts(context, lacking)
    assert "no point takes it up" in texts[0]
    assert "nobody gives it" not in texts[0]
    assert "nobody gives it within reach today" in texts[1]
    assert "no worse than today" in texts[2]
    assert "better than today" in texts[3]
    assert context.words.number(plan.proposed.people) in texts[1]


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_the_summary_counts_those_it_does_not_name(plan, lacking, language):
    context = context_for(plan, words_for(language))
    assert missed_short(context, lacking).endswith("2.")
    assert not missed_short(context, SimpleNamespace(access=lacking.access.iloc[:1]))


def test_an_office_that_stays_keeps_its_people_from_losing(plan):
    context = context_for(plan, words_for("en"))
    cells = plan.today.cells
    kept = pd.DataFrame(
        {"cell": cells["cell"], "place": "office:X1", "minutes_after": cells["minutes"].to_numpy(float, na_value=109.0)}
    )
    stays = replace(plan, services=SimpleNamespace(cells=kept))
    worse = replace(plan, proposed=replace(plan.proposed, cells=plan.proposed.cells.assign(minutes=100.0)))
    assert changed_people(replace(context, plan=worse))[1] > 0
    assert changed_people(replace(context, plan=replace(worse, services=stays.services)))[1] == 0
    # A point's own minutes are known already: only offices are added.
    points = SimpleNamespace(cells=kept.assign(place="S1"))
    pd.testing.assert_frame_equal(changes(plan), changes(replace(plan, services=points)))


def money(saving, flows, **source):
    """Give a programme's money: euros a year at the end, euros by year, cents by source."""
    return SimpleNamespace(
        indicators=pd.DataFrame({"measure": ["net_state_year"], "value": [saving]}),
        cashflow=pd.DataFrame(
            [(y, True, eur * 100) for y, eur in flows] + [(2026, False, 10**9)], columns=["year", "state", "cents"]
        ),
        uncertainty=pd.DataFrame(
            {"measure": "net_state_year", "quantile": [0.05, 0.95], "cents": [-30_000_000, 50_000_000]}
        ),
        savings=pd.DataFrame({"level": "source", "key": list(source), "running_cents_year": list(source.values())}),
        events=pd.DataFrame({"kind": ["move"], "office": ["a"]}),
    )


@pytest.mark.parametrize(
    ("saving", "flows", "year"),
    [
        (10.0, [(2026, -100.0), (2027, 60.0), (2028, 60.0)], 2028),
        (10.0, [(2026, 5.0), (2027, 5.0)], 2026),
        (10.0, [(2026, 50.0), (2027, -80.0), (2028, 40.0)], 2028),
        (10.0, [(2026, -100.0), (2027, 75.0)], 2030),
        (-1.0, [(2026, 5.0)], None),
        (10.0, [], None),
    ],
)
def test_paid_back_when_the_sum_from_the_beginning_stays_above_zero(saving, flows, year):
    assert paid_back(money(saving, flows)) == year


def test_points_and_premises_are_told_apart_and_withheld_where_few(plan):
    found = money(1.0, [], point=-200_000_000, presence=-100_000_000, rent=90_000_000, new_rent=-40_000_000, staff=0)
    words = words_for("en")
    said = points_and_premises(context_for(plan, words, audience="project"), found)
    assert words.mega(3e6) in said
    assert words.mega(0.5e6) in said
    assert not points_and_premises(context_for(plan, words), found)
    context = context_for(plan, words)
    assert words.mega(-0.3e6) in range_text(context, found)
    assert words.mega(0.5e6) in range_text(context, found)
    assert unsure(context, found)
    less = replace_value(found, -1.0)
    assert range_text(context, less).startswith("range " + words.mega(-0.5e6))


def replace_value(found, value):
    """Give the programme's money with another yearly saving."""
    return SimpleNamespace(**{**vars(found), "indicators": found.indicators.assign(value=value)})


def office(name, part, **more):
    """Give an office of the services' plan."""
    row = {"office": name, "agency": "DVV", "customer_part": part, "replaced_by": "S1", "minutes_to_replacement": 1.0}
    return row | {"saving_cents_year": 100_000, "presence_cents_year": 50_000} | more


@pytest.fixture
def closes(plan):
    first = str(plan.offices["office"].iloc[0])
    offices = pd.DataFrame([office(first, "closes"), office("only-remote", "closes"), office("work-only", "none")])
    points = pd.DataFrame({"site": ["S1"], "unlinked": [False]})
    return replace(plan, services=SimpleNamespace(offices=offices, points=points))


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_what_each_closing_frees_is_for_the_project(closes, language):
    words = words_for(language)
    project = closing_section(context_for(closes, words, audience="project"), closes.services)
    table = next(b for b in project.blocks if isinstance(b, Table))
    assert [row[-1] for row in table.rows] == [1500.0, 1500.0]
    public = closing_section(context_for(closes, words), closes.services)
    shown = next(b for b in public.blocks if isinstance(b, Table))
    assert len(shown.columns) == len(table.columns) - 1
    assert 1500.0 not in [v for row in shown.rows for v in row]
    assert all(len(row) == len(shown.columns) for row in shown.rows)
    assert "only-remote" in shown.note


def test_offices_that_meet_nobody_in_person_are_named(closes, plan):
    assert remote_only(context_for(closes, words_for("en"))) == ["only-remote"]
    assert remote_only(context_for(plan, words_for("en"))) == []


def test_offices_are_counted_by_what_is_said_of_them(closes):
    """Those that close and stay are all with customers; the table of today's has those that meet them in person."""
    points = closes.services.points
    duties = pd.DataFrame({"site": ["S1"], "agency": ["DVV"], "mode": ["staffed"]})
    closes = replace(closes, services=SimpleNamespace(offices=closes.services.offices, points=points, duties=duties))
    context = context_for(closes, words_for("en"))
    assert office_counts(context) == (2, 0, 1)
    said = " ".join(_decision(context).texts)
    assert "with customers: 2, of which 1 meet them in person. Closing that part: 2; keeping it: 0." in said
    lead = today_agencies(context)[0].text
    assert f"meet customers in person in the area today: {len(closes.offices)}." in lead
    assert "only remotely today: 1 (only-remote)." in lead
    one = SimpleNamespace(offices=closes.services.offices[:1], points=points, duties=duties)
    stays = replace(closes, services=one)
    told = " ".join(_decision(context_for(stays, words_for("en"))).texts)
    assert "with customers: 1. Closing that part: 1; keeping it: 0." in told


def test_a_decision_day_that_has_passed_is_told_first(plan):
    as_of = pd.Timestamp(plan.settings.project.as_of)
    events = pd.DataFrame(
        {
            "site": ["S1", "S2", None],
            "office": [None, None, "x"],
            "kind": ["fit_out", "open", "close_customer"],
            "decide_by": [as_of - pd.Timedelta(days=1), as_of, as_of - pd.Timedelta(days=9)],
        }
    )
    context = context_for(plan, words_for("en"))
    assert _late(context, SimpleNamespace(events=events)) == [context.site("S1")]


def test_captions_of_a_region_say_when_figures_are_of_all_regions(plan):
    context = context_for(plan, words_for("en"))
    assert context.of_all("Interpreters by language").endswith("all planned regions together")
    country = replace(context, plan=replace(plan, region=None))
    assert country.of_all("Interpreters by language") == "Interpreters by language"
