"""How far plans have come, as their documents and the roll-up read it."""

import datetime as dt

import pytest

from tunti.project import Project
from tunti.store.database import open_database, sqlite_url
from tunti.store.models import ProjectRow
from tunti.work import audit, statements, states
from tunti.work.plans import make_plan
from tunti.work.reading import furthest, hearing_of, hearings
from tunti.work.roles import LOCAL
from tunti.work.states import State

SHOWN = {"points": [], "share": 0.9}


def taken(session, plan, *steps):
    for to in steps:
        states.step(session, LOCAL, plan.id, to, version=plan.version, why="Syy", record_number="LVV/7", shown=SHOWN)
        if to is State.HEARD:
            asked = statements.ask(session, LOCAL, plan, body="Kunta", deadline=dt.date(2026, 3, 1))
            statements.ask(session, LOCAL, plan, body="Kela", deadline=dt.date(2026, 3, 2))
            statements.give(session, LOCAL, asked.id, stand="changes", text="Lisää aukioloa.")
            statements.answer(session, LOCAL, asked.id, text="Lisätään.")
    return plan


@pytest.fixture
def plans(db):
    with db.writing() as session:
        project = ProjectRow(slug="p", name="P", folder="/nowhere", public=True, made_at=audit.now())
        session.add(project)
        session.flush()

        def plan(name, region, *steps):
            made = make_plan(session, LOCAL, project=project.id, name=name, title=name.title(), region=region)
            return taken(session, made, *steps).id

        plan("old", "19", State.PROPOSED, State.HEARD, State.DECIDED)
        plan("newer", "19", State.PROPOSED)
        plan("first", "17", State.PROPOSED)
        plan("second", "17", State.PROPOSED)
        plan("country", None)
        return project.id


def test_the_furthest_plan_of_each_region_is_found(db, plans):
    with db.reading() as session:
        found = furthest(session, plans)
        assert {region: p.name for region, p in found.items()} == {"19": "old", "17": "second", None: "country"}
        assert furthest(session, plans, made=True) == {}  # no figures have been made of any


def test_a_hearing_tells_state_statements_and_answers(db, plans):
    with db.reading() as session:
        heard = hearing_of(session, furthest(session, plans)["19"])
        named, by_region = hearings(session)
    assert (heard.state, heard.record, heard.decided) == ("decided", "LVV/7", dt.datetime.now(dt.UTC).date())
    rows = heard.statements.set_index("body")
    assert rows.loc["Kunta", ["stand", "statement", "answer"]].tolist() == ["changes", "Lisää aukioloa.", "Lisätään."]
    assert rows.loc["Kunta", "deadline"] == dt.date(2026, 3, 1)
    assert rows.loc["Kela", ["stand", "given", "answer"]].isna().all()
    assert set(named) == {"old", "newer", "first", "second", "country"}
    assert by_region["17"].name == "second"


def test_a_folder_tells_of_its_own_workspace(tmp_path):
    project = Project.create(tmp_path / "project")
    assert project.hearings() == ({}, {})
    base = open_database(sqlite_url(tmp_path / "project" / ".tunti" / "work.sqlite"))
    with base.writing() as session:
        row = ProjectRow(slug="p", name="P", folder=str(tmp_path / "project"), public=True, made_at=audit.now())
        session.add(row)
        session.flush()
        taken(session, make_plan(session, LOCAL, project=row.id, name="one", title="One", region="19"), State.PROPOSED)
    base.close()
    named, by_region = Project(tmp_path / "project").hearings()
    assert named["one"].state == by_region["19"].state == "proposed"
