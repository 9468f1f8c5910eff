"""Documents from the command line: every region side by side, the roll-up with the states of plans, the comparison."""

import json

import pytest

from tunti.inputs.invent import invent
from tunti.project import Project
from tunti.store.database import open_database, sqlite_url
from tunti.store.models import ProjectRow
from tunti.work import audit, statements, states
from tunti.work.plans import make_plan, scenario_text
from tunti.work.roles import LOCAL
from tunti.work.states import State

from .commands import tunti, write_project

FILES = ("plan.docx", "plan.gpkg", "plan.html", "plan.pdf", "plan.xlsx")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("report") / "maa"
    write_project(made, invent(seed=3, cells=300, sites=25, regions=3))
    return made


@pytest.mark.long
def test_every_region_is_written_and_the_number_of_workers_changes_no_byte(folder, tmp_path):
    said = json.loads(
        tunti("report", folder, "--each-region", "--out", tmp_path / "two", "--workers", 2, "--json").stdout
    )
    names = {names["fi"] for names in Project(folder).regions().values()}
    assert sorted(said["files"]) == sorted(f"{name}/{file}" for name in names for file in FILES)
    tunti("report", folder, "--each-region", "--out", tmp_path / "one", "--workers", 1)
    one = sorted(names)[0]
    tunti("report", folder, "--region", one, "--out", tmp_path / "alone")
    for name in names:
        for file in FILES:
            assert (tmp_path / "two" / name / file).read_bytes() == (tmp_path / "one" / name / file).read_bytes()
    for file in FILES:
        assert (tmp_path / "two" / one / file).read_bytes() == (tmp_path / "alone" / file).read_bytes()


@pytest.mark.long
def test_a_region_that_can_not_be_planned_is_named_and_the_others_are_there(folder, tmp_path):
    tunti("report", folder, "--each-region", "--national", "--out", tmp_path / "x", code=1)
    tunti("report", folder, "--each-region", "--region", "R1", "--out", tmp_path / "x", code=1)
    (tmp_path / "out").mkdir()
    first = next(iter(Project(folder).regions().values()))["fi"]
    (tmp_path / "out" / first).write_text("a file where a folder should be")
    run = tunti("report", folder, "--each-region", "--out", tmp_path / "out", "--workers", 2, code=1)
    assert first in run.stderr
    assert len(list((tmp_path / "out").glob("*/plan.pdf"))) == 2


def test_the_roll_up_takes_the_plan_that_has_come_furthest_and_tells_its_state(folder, tmp_path):
    regions = list(Project(folder).regions())
    base = open_database(sqlite_url(folder / ".tunti" / "work.sqlite"))
    with base.writing() as session:
        row = ProjectRow(slug="project", name="Maa", folder=str(folder), public=True, made_at=audit.now())
        session.add(row)
        session.flush()
        plan = make_plan(session, LOCAL, project=row.id, name="ehdotus", title="Alueen ehdotus", region=regions[0])
        states.step(session, LOCAL, plan.id, State.PROPOSED, version=1)
        states.step(session, LOCAL, plan.id, State.HEARD, version=1, shown={"points": []})
        asked = statements.ask(session, LOCAL, plan, body="Esimerkkilän kunta", deadline=audit.now().date())
        statements.give(session, LOCAL, asked.id, stand="changes", text="Lisää aukioloa.")
        statements.answer(session, LOCAL, asked.id, text="Aukioloa lisätään.")
        (folder / "scenarios").mkdir(exist_ok=True)
        (folder / "scenarios" / "ehdotus.toml").write_text(scenario_text(plan), encoding="utf-8")
    base.close()
    tunti("report", folder, "--national", "--out", tmp_path / "all", "--lang", "fi")
    page = (tmp_path / "all" / "national.html").read_text(encoding="utf-8")
    for said in ("Alueen ehdotus", "lausunnoilla", "luonnos", "1/1"):
        assert said in page
    tunti("report", folder, "--region", regions[0], "--scenario", "ehdotus", "--out", tmp_path / "one", "--lang", "fi")
    page = (tmp_path / "one" / "plan.html").read_text(encoding="utf-8")
    for said in (
        "Lausunnot ja vastineet",
        "Esimerkkilän kunta",
        "puoltaa muutoksin",
        "Aukioloa lisätään.",
        "lausunnoilla",
    ):
        assert said in page
    tunti("report", folder, "--compare", "--out", tmp_path / "pair", "--lang", "sv", "ehdotus")
    assert (tmp_path / "pair" / "comparison.pdf").stat().st_size > 10_000
