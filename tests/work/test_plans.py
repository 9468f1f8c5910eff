"""Plans: nobody's change is lost or overwrites another's unseen, and what is decided stays as it is."""

import json
from threading import Barrier, Thread

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError

from tunti.errors import TuntiError
from tunti.scenario.scenario import read_scenario
from tunti.store.database import open_database
from tunti.store.models import Audit, Base, PlanRow, PlanVersion, ProjectRow
from tunti.work import audit, comments, jobs, statements, states
from tunti.work.changes import applied, clash, read_changes
from tunti.work.plans import Outdated, change_plan, content_of, make_plan, newest, scenario_text, versions
from tunti.work.roles import LOCAL, PUBLIC, Act, Grant, Person, Refused, Role, agencies_of, may, sees
from tunti.work.states import State

SHOWN = {"points": [{"site": "a"}], "share": 0.9}


def person(role, **where):
    return Person(role, (Grant(Role(role), **where),))


@pytest.fixture
def plan(db):
    with db.writing() as session:
        project = ProjectRow(slug="p", name="P", folder="/nowhere", public=True, made_at=audit.now())
        session.add(project)
        session.flush()
        made = make_plan(session, LOCAL, project=project.id, name="plan", title='A "plan"')
        change_plan(session, LOCAL, made.id, base=1, changes=[{"do": "points", "points": ["a", "b"]}])
    return made.id


def test_the_migrations_make_the_tables_of_the_model(db):
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection)
        differences = compare_metadata(context, Base.metadata)
    kinds = [d[0] if isinstance(d, tuple) else d[0][0] for d in differences]
    # SQLite can't tell the type of a moment from that of our own.
    assert all(k == "modify_type" for k in kinds), differences


def test_opening_again_changes_nothing(db, url, plan):
    other = open_database(url)
    with other.reading() as session:
        assert session.get(PlanRow, plan).version == 2
    other.close()


def test_changes_in_different_places_are_both_kept(db, plan):
    with db.writing() as session:
        change_plan(session, LOCAL, plan, base=2, changes=[{"do": "open", "site": "c"}])
    with db.writing() as session:
        kept = change_plan(session, LOCAL, plan, base=2, changes=[{"do": "close", "site": "b"}])
    assert kept.content["points"] == ["a", "c"]
    assert kept.version == 4


def test_the_versions_lead_from_the_first_to_the_plan(db, plan):
    patch = {"kind": "site_status", "site": "d", "status": "required"}
    changes = (
        {"do": "open", "site": "c"},
        {"do": "patch", "patch": patch},
        {"do": "drop", "key": "site:d"},
        {"do": "close", "site": "c"},
        {"do": "points", "points": ["z", "a"]},
    )
    for change in changes:
        with db.writing() as session:
            at = session.get(PlanRow, plan).version
            kept = change_plan(session, LOCAL, plan, base=at, changes=[change])
    with db.reading() as session:
        first, *rest = versions(session, plan)
        last = newest(session, plan, 2)
    assert [v.version for v in last] == [kept.version, kept.version - 1]
    content = first.content
    for version in rest:
        assert version.content is None
        content = applied(content, read_changes(version.changes))
    assert content == kept.content


def test_changes_in_the_same_place_are_refused_with_both(db, plan):
    with db.writing() as session:
        change_plan(session, LOCAL, plan, base=2, changes=[{"do": "close", "site": "b"}])
    status = {"do": "patch", "patch": {"kind": "site_status", "site": "b", "status": "required"}}
    with pytest.raises(Outdated) as refused, db.writing() as session:
        change_plan(session, LOCAL, plan, base=2, changes=[status])
    assert refused.value.both == {"site:b"}
    assert [v.version for v in refused.value.theirs] == [3]
    assert refused.value.mine[0]["patch"]["status"] == "required"
    with db.reading() as session:
        assert session.get(PlanRow, plan).version == 3


def test_a_whole_network_clashes_with_a_single_point(db, plan):
    with db.writing() as session:
        change_plan(session, LOCAL, plan, base=2, changes=[{"do": "open", "site": "c"}])
    with pytest.raises(Outdated), db.writing() as session:
        change_plan(session, LOCAL, plan, base=2, changes=[{"do": "points", "points": ["z"]}])


def test_two_at_once_both_get_through_or_are_told(db, plan):
    """Eight people change at the same moment: every change that was acknowledged is in the plan."""
    gate, kept = Barrier(8), []

    def change(k):
        gate.wait()
        try:
            with db.writing() as session:
                change_plan(session, LOCAL, plan, base=2, changes=[{"do": "open", "site": f"s{k % 6}"}])
            kept.append(k)
        except Outdated:
            pass

    threads = [Thread(target=change, args=(k,)) for k in range(8)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    with db.reading() as session:
        row = session.get(PlanRow, plan)
        numbers = session.execute(select(PlanVersion.version).where(PlanVersion.plan_id == plan)).scalars().all()
        assert audit.broken(session) is None
    assert len(kept) == 6
    assert {f"s{k % 6}" for k in kept} <= set(row.content["points"])
    assert sorted(numbers) == list(range(1, row.version + 1))


CHANGES = st.lists(
    st.one_of(
        st.builds(lambda s, d: {"do": d, "site": s}, st.sampled_from("abcd"), st.sampled_from(["open", "close"])),
        st.builds(
            lambda s, t: {"do": "patch", "patch": {"kind": "site_status", "site": s, "status": t}},
            st.sampled_from("abcd"),
            st.sampled_from(["required", "forbidden", "candidate"]),
        ),
        st.builds(
            lambda v: {"do": "patch", "patch": {"kind": "setting", "name": "standard.minutes", "value": v}},
            st.integers(1, 99),
        ),
        st.builds(lambda s: {"do": "drop", "key": f"site:{s}"}, st.sampled_from("abcd")),
    ),
    max_size=5,
)


@given(CHANGES, CHANGES)
@settings(max_examples=200, deadline=None)
def test_changes_that_do_not_clash_can_be_made_in_either_order(mine, theirs):
    a, b = read_changes(mine), read_changes(theirs)
    start = {"patches": [], "points": ["a", "c"]}
    if clash(a, b):
        return

    def sorted_out(content):
        return sorted(json.dumps(p, sort_keys=True) for p in content["patches"]), content["points"]

    assert sorted_out(applied(applied(start, a), b)) == sorted_out(applied(applied(start, b), a))


@given(CHANGES, st.text(max_size=40))
@settings(max_examples=100, deadline=None)
def test_a_plan_as_a_scenario_file_reads_back_the_same(changes, title):
    content = applied({"patches": [], "points": ["a", "c"]}, read_changes(changes))
    row = PlanRow(title=title, content=content)
    scenario, findings = read_scenario("x", scenario_text(row))
    assert not findings
    assert scenario.description == title
    back = content_of(scenario.patches)
    assert back["points"] == content["points"]
    assert back["patches"] == [p for p in content["patches"] if p["kind"] != "site_status"]


def test_the_way_to_a_decision(db, plan):
    editor, approver, steering = person("editor"), person("approver"), person("steering")
    with pytest.raises(Refused), db.writing() as session:
        states.step(session, editor, plan, State.PROPOSED, version=2)
    with db.writing() as session:
        states.step(session, approver, plan, State.PROPOSED, version=2)
    with pytest.raises(TuntiError), db.writing() as session:
        change_plan(session, editor, plan, base=2, changes=[{"do": "open", "site": "c"}])
    with pytest.raises(TuntiError), db.writing() as session:
        states.step(session, steering, plan, State.HEARD, version=2)  # no figures
    with pytest.raises(Refused), db.writing() as session:
        states.step(session, approver, plan, State.HEARD, version=2, shown=SHOWN)
    with db.writing() as session:
        states.step(session, steering, plan, State.HEARD, version=2, shown=SHOWN)
    with pytest.raises(TuntiError, match="reasons"), db.writing() as session:
        states.step(session, steering, plan, State.DECIDED, version=2)
    with db.writing() as session:
        decided = states.step(session, steering, plan, State.DECIDED, version=2, why="Good.", record_number="VN/1")
    assert decided.decided_by == "steering"
    assert decided.frozen_hash == states.digest(SHOWN)
    for to in State:
        with pytest.raises(TuntiError), db.writing() as session:
            states.step(session, LOCAL, plan, to, version=2, why="x", shown=SHOWN)
    with db.reading() as session:
        assert states.public_now(session)[1] == (plan, "decided", 2, decided.frozen_hash)
        assert [d.record for d, _ in states.log(session, decided.project_id)] == ["VN/1", "", ""]


def test_a_plan_that_was_changed_meanwhile_does_not_move(db, plan):
    with pytest.raises(TuntiError, match="changed"), db.writing() as session:
        states.step(session, LOCAL, plan, State.PROPOSED, version=1)


def test_the_statement_round(db, plan):
    import datetime as dt

    with db.writing() as session:
        states.step(session, LOCAL, plan, State.PROPOSED, version=2)
        row = states.step(session, LOCAL, plan, State.HEARD, version=2, shown=SHOWN)
        asked = statements.ask(session, LOCAL, row, body="Kela", agency="Kela", deadline=dt.date(2027, 1, 31))
    of_kela, of_dvv = person("viewer", agency="Kela"), person("viewer", agency="DVV")
    with pytest.raises(Refused), db.writing() as session:
        statements.give(session, of_dvv, asked.id, stand="for", text="Yes.")
    with pytest.raises(TuntiError), db.writing() as session:
        statements.answer(session, LOCAL, asked.id, text="Thanks.")
    with db.writing() as session:
        statements.give(session, of_kela, asked.id, stand="changes", text="Open Kuhmo too.")
        statements.answer(session, LOCAL, asked.id, text="Kuhmo opens.")
    with pytest.raises(TuntiError), db.writing() as session:
        statements.give(session, of_kela, asked.id, stand="against", text="No.")
    with db.reading() as session:
        (row,) = statements.round_of(session, plan)
    assert (row.stand, row.answer) == ("changes", "Kuhmo opens.")


def test_public_comments_wait_and_are_deleted_with_their_key_or_when_their_time_is_over(db, plan):
    with db.writing() as session:
        row = session.get(PlanRow, plan)
        with pytest.raises(TuntiError):
            comments.public_comment(session, row, name="", text="Hi", keep_days=1)
        states.step(session, LOCAL, plan, State.PROPOSED, version=2)
        row = states.step(session, LOCAL, plan, State.HEARD, version=2, shown=SHOWN)
        first, key = comments.public_comment(session, row, name="A", text="Hi", keep_days=1)
        comments.public_comment(session, row, name="B", text="Hello", keep_days=-1)
        assert comments.comments_shown(session, plan) == []
        comments.moderate(session, LOCAL, first.id, show=True)
        assert [c.by for c in comments.comments_shown(session, plan)] == ["A"]
    for wrong in ("", "x", key + "x"):
        with pytest.raises(TuntiError), db.writing() as session:
            comments.remove(session, first.id, key=wrong)
    with db.writing() as session:
        assert comments.forget(session) == 1
        comments.remove(session, first.id, key=key)
        assert comments.comments_of(session, plan) == []
        told = session.execute(select(Audit.detail)).scalars().all()
    assert not any("Hello" in json.dumps(d) for d in told), "the trail keeps no text of a deleted comment"


@pytest.mark.parametrize(
    "change", ["UPDATE audit SET what = 'other'", "DELETE FROM audit", "DELETE FROM audit WHERE id = 2"]
)
def test_the_database_lets_the_trail_only_grow(db, plan, change):
    with db.reading() as session:
        before = session.execute(select(Audit.id, Audit.digest).order_by(Audit.id)).all()
    with pytest.raises(DBAPIError, match="the audit trail only grows"), db.writing() as session:
        session.execute(text(change))
    with db.writing() as session:
        audit.record(session, "x", "login")
    with db.reading() as session:
        after = session.execute(select(Audit.id, Audit.digest).order_by(Audit.id)).all()
        assert after[:-1] == before
        assert audit.broken(session) is None


@pytest.mark.parametrize("column", ["by", "what", "detail", "at", "project_id"])
def test_the_trail_shows_every_change_to_it(db, plan, column):
    with db.writing() as session:
        assert audit.broken(session) is None
        # Somebody who rules the database takes away what keeps it from changing entries.
        postgres = db.engine.dialect.name == "postgresql"
        session.execute(
            text("ALTER TABLE audit DISABLE TRIGGER audit_only_grows" if postgres else "DROP TRIGGER audit_no_update")
        )
        second = session.execute(select(Audit.id).order_by(Audit.id)).scalars().all()[1]
        value = {"detail": {"x": 1}, "at": audit.now(), "project_id": 99}.get(column, "other")
        session.execute(update(Audit).where(Audit.id == second).values({column: value}))
        session.expire_all()
        assert audit.broken(session) == second


def test_an_error_keeps_nothing(db, plan):
    def broken_off():
        with db.writing() as session:
            change_plan(session, LOCAL, plan, base=2, changes=[{"do": "open", "site": "c"}])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        broken_off()
    with db.reading() as session:
        assert session.get(PlanRow, plan).version == 2
        assert audit.broken(session) is None


def test_jobs_of_dead_workers_are_taken_up_again_then_given_up(db, plan):
    import datetime as dt

    with db.writing() as session:
        project = session.get(PlanRow, plan).project_id
        job = jobs.ask_job(session, "x", project=project, plan=plan, kind="optimise")
        assert jobs.ask_job(session, "y", project=project, plan=plan, kind="optimise").id == job.id
    for k in range(jobs.MOST_ATTEMPTS):
        with db.writing() as session:
            taken = jobs.take(session)
            assert (taken.id, taken.attempts) == (job.id, k + 1)
            assert jobs.take(session) is None
            taken.alive_at = audit.now() - dt.timedelta(hours=1)
    with db.writing() as session:
        assert jobs.take(session) is None
        given_up = jobs.jobs_of(session, project)[0]
        assert given_up.state == "failed"
        assert "3 times" in given_up.what["say"].format(n=3)


def test_a_job_ends_when_it_is_asked_to(db, plan):
    from tunti.findings import say

    with db.writing() as session:
        project = session.get(PlanRow, plan).project_id
        jobs.ask_job(session, "x", project=project, plan=plan, kind="optimise")
        taken = jobs.take(session)
        assert jobs.tell(session, taken.id, say("x"), 0.5)
        jobs.cancel(session, "x", taken)
        session.flush()
        assert not jobs.tell(session, taken.id, say("x"), 0.5)


def test_roles_end_at_their_project_region_and_agency():
    viewer = person("viewer", project=1, region="11")
    assert may(viewer, Act.READ, project=1, region="11")
    assert may(viewer, Act.READ, project=1), "a plan of all regions is read by everyone in the project"
    assert not may(viewer, Act.READ, project=1, region="12")
    assert not may(viewer, Act.READ, project=2, region="11")
    assert not may(viewer, Act.EDIT, project=1, region="11")
    editor = person("editor", project=1, region="11")
    assert may(editor, Act.EDIT, project=1, region="11")
    assert not may(editor, Act.EDIT, project=1)
    of_agency = person("editor", project=1, agency="DVV")
    assert not may(of_agency, Act.EDIT, project=1, region="11")
    assert may(of_agency, Act.EDIT, project=1, region="11", agency="DVV")
    assert agencies_of(of_agency, Act.EDIT, project=1, region="11") == {"DVV"}
    assert agencies_of(editor, Act.EDIT, project=1, region="11") is None
    assert sees(PUBLIC, project=1, region="11") == "public"
    assert sees(viewer, project=1, region="11") == "project"
    assert sees(editor, project=1, region="11") == "restricted"
    assert sees(of_agency, project=1, region="11", agency="Kela") == "project"
    assert sees(of_agency, project=1, region="11", agency="DVV") == "restricted"
    assert not may(person("administrator"), Act.DECIDE, project=1)
    assert not any(may(PUBLIC, act, project=1) for act in Act)
