"""The workspace's pages of projects and of a plan's way: overview, states, jobs, comparison, log, national roll-up."""

from __future__ import annotations

import re
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, HTTPException, Query, Request, UploadFile
from fastapi.responses import Response
from sqlalchemy import select
from starlette.concurrency import run_in_threadpool

from tunti.errors import InputError, TuntiError
from tunti.findings import Level, say, stops
from tunti.locale import N_
from tunti.location.what_if import figures
from tunti.report.words import words_for
from tunti.store.models import Audit, Job, PlanRow, ProjectRow
from tunti.web.charts import bars
from tunti.web.ground import NotReady
from tunti.web.guard import check_csrf, may_read
from tunti.web.page import away, found_in, language_of, page
from tunti.web.state import Asked, asked_of, service_of
from tunti.web.uploads import take_table
from tunti.work import audit, bundle, jobs, plans, states
from tunti.work.changes import key_of, read_changes
from tunti.work.roles import Act, may
from tunti.work.states import STEPS, State

router = APIRouter(include_in_schema=False)
Token = Annotated[str, Form(max_length=200)]

JOB_WORDS = {
    "times": N_("Work out drive times"),
    "optimise": N_("Optimise the network"),
    "plan": N_("Make figures and documents"),
    "stages": N_("Services, premises, programme and remote service"),
    "frontier": N_("Draw the trade-off curve"),
    "alternatives": N_("Look for alternatives"),
}
JOB_STATES = {
    "queued": N_("waiting"),
    "running": N_("running"),
    "done": N_("done"),
    "failed": N_("failed"),
    "cancelled": N_("cancelled"),
}
STEP_WORDS = {
    (State.DRAFT, State.PROPOSED): N_("Propose the plan"),
    (State.PROPOSED, State.DRAFT): N_("Take back to draft"),
    (State.PROPOSED, State.HEARD): N_("Send out for statements"),
    (State.HEARD, State.DRAFT): N_("Take back to draft"),
    (State.HEARD, State.DECIDED): N_("Decide the plan"),
}


def sound(asked: Asked) -> tuple[ProjectRow, PlanRow]:
    """Give the project and plan that the guard found."""
    if asked.project is None or asked.plan is None:
        raise HTTPException(404)
    return asked.project, asked.plan


def _rows(frame: Any) -> list[dict[str, Any]]:
    return [{str(k): v for k, v in r.items()} for r in frame.to_dict("records")]


def place_of(plan: PlanRow, project: ProjectRow) -> str:
    """Give the address of a plan's page."""
    return f"/work/{project.slug}/plans/{plan.name}"


@router.get("/work")
def projects(request: Request) -> Response:
    """List the projects that the person may see."""
    return _projects(request, None)


def _projects(request: Request, problem: str | None) -> Response:
    asked = asked_of(request)
    with service_of(request).db.reading() as session:
        rows = [
            p
            for p in session.execute(select(ProjectRow).order_by(ProjectRow.name)).scalars()
            if may_read(asked.person.grants, p.id)
        ]
        count: dict[int, int] = {}
        for number in session.execute(select(PlanRow.project_id)).scalars():
            count[number] = count.get(number, 0) + 1
    status = 200 if problem is None else 400
    return page(request, "projects.html", status=status, rows=rows, count=count, problem=problem, workspace=True)


@router.post("/work")
def import_project(
    request: Request,
    file: Annotated[UploadFile, File()],
    slug: Annotated[str, Form(max_length=100)] = "",
    public: Annotated[str, Form(max_length=10)] = "",
    csrf: Token = "",
) -> Response:
    """Take a project in from a zip file."""
    check_csrf(request, csrf)
    service = service_of(request)
    if service.settings.alone:
        raise HTTPException(403)
    try:
        with service.db.writing() as session:
            made = bundle.import_project(
                session,
                asked_of(request).person.name,
                file.file.read(),
                slug=slug,
                data=service.settings.data.absolute(),
                most_bytes=service.settings.unpacked_megabytes * 1_000_000,
            )
            made.public = bool(public)
    except TuntiError as problem:
        return _projects(request, problem.text(language_of(request)))
    return away(f"/work/{made.slug}")


@router.get("/work/{project}")
def project(request: Request) -> Response:
    """Show a project: its plans, what was found in its tables, and the ways in and out."""
    return _project(request, None)


def _project(request: Request, problem: str | None, findings: list[Any] | None = None) -> Response:
    asked, service = asked_of(request), service_of(request)
    assert asked.project is not None
    row = asked.project
    inputs, settings, found = service.ground(row).baseline()
    with service.db.reading() as session:
        shown = [
            p
            for p in session.execute(select(PlanRow).where(PlanRow.project_id == row.id).order_by(PlanRow.id)).scalars()
            if may(asked.person, Act.READ, project=row.id, region=p.region)
        ]
    regions = inputs.municipalities.drop_duplicates("region")[["region", "region_fi", "region_sv", "region_en"]]
    words = words_for(language_of(request))
    sizes = [
        (name, len(getattr(inputs, name)))
        for name in ("cells", "municipalities", "agencies", "services", "offices", "sites")
    ]
    return page(
        request,
        "project.html",
        status=200 if problem is None else 400,
        plans=shown,
        regions=[(r["region"], words.place(r, "region")) for r in _rows(regions)],
        sizes=sizes,
        count={level.value: sum(1 for f in found if f.level is level) for level in Level},
        problem=problem,
        refused=[] if findings is None else found_in(findings, words),
        name=settings.project.name or row.name,
        illustrative=settings.project.illustrative,
        stopped=stops(found),
        workspace=True,
    )


@router.get("/work/{project}/findings")
def findings(request: Request, level: Annotated[str, Query(max_length=10)] = "") -> Response:
    """Show everything that was found in the tables."""
    asked = asked_of(request)
    assert asked.project is not None
    _, settings, found = service_of(request).ground(asked.project).baseline()
    rows = found_in([f for f in found if level in ("", f.level.value)], words_for(language_of(request)))
    return page(
        request,
        "findings.html",
        rows=rows[:2000],
        many=len(rows),
        level=level,
        illustrative=settings.project.illustrative,
        workspace=True,
    )


@router.post("/work/{project}/tables")
def upload(request: Request, file: Annotated[UploadFile, File()], csrf: Token = "") -> Response:
    """Take a table into the project when nothing in it stops a plan; else say all that is wrong and change nothing."""
    check_csrf(request, csrf)
    asked, service = asked_of(request), service_of(request)
    assert asked.project is not None
    try:
        found = take_table(service.ground(asked.project).folder, file.filename or "", file.file.read())
    except InputError as refused:
        text = refused.text(language_of(request))
        return _project(request, text, [f for f in refused.findings if f.level is Level.ERROR][:200])
    except TuntiError as problem:
        return _project(request, problem.text(language_of(request)))
    with service.db.writing() as session:
        audit.record(session, asked.person.name, "table taken", project=asked.project.id, file=found)
    return away(f"/work/{asked.project.slug}/findings")


@router.get("/work/{project}/export.zip")
def export(request: Request) -> Response:
    """Give the whole project as a zip file; it holds rents and staffing, so it needs the right to edit everything."""
    asked = asked_of(request)
    assert asked.project is not None
    if not may(asked.person, Act.EDIT, project=asked.project.id):
        raise HTTPException(403)
    with service_of(request).db.reading() as session:
        content = bundle.export_project(session, asked.project)
    name = f'attachment; filename="{asked.project.slug}.zip"'
    return Response(content, media_type="application/zip", headers={"content-disposition": name})


@router.post("/work/{project}/plans")
def make_plan(
    request: Request,
    title: Annotated[str, Form(max_length=300)] = "",
    region: Annotated[str, Form(max_length=30)] = "",
    copy_of: Annotated[str, Form(max_length=60)] = "",
    csrf: Token = "",
) -> Response:
    """Make a plan, empty or a copy of another."""
    check_csrf(request, csrf)
    asked, service = asked_of(request), service_of(request)
    assert asked.project is not None
    project = asked.project
    folded = title.casefold().translate(str.maketrans("åäöéü", "aaoeu"))
    base = re.sub(r"[^a-z0-9]+", "-", folded).strip("-")[:50] or "plan"
    try:
        with service.db.writing() as session:
            known = {
                p.name: p for p in session.execute(select(PlanRow).where(PlanRow.project_id == project.id)).scalars()
            }
            name = next(n for k in range(1, 10_000) if (n := base if k == 1 else f"{base}-{k}") not in known)
            other = known.get(copy_of)
            if other is not None and not may(asked.person, Act.READ, project=project.id, region=other.region):
                raise HTTPException(404)
            plan = plans.make_plan(
                session,
                asked.person,
                project=project.id,
                name=name,
                title=title,
                region=region or None,
                content=None if other is None else other.content,
            )
    except TuntiError as problem:
        return _project(request, problem.text(language_of(request)))
    return away(place_of(plan, project))


@router.get("/work/{project}/plans/{plan}")
def overview(request: Request) -> Response:
    """Show a plan: its state, figures, flags, changes and jobs."""
    asked, service = asked_of(request), service_of(request)
    project, plan = sound(asked)
    with service.db.reading() as session:
        rows = jobs.jobs_of(session, project.id, plan=plan.id, most=8)
        history = plans.versions(session, plan.id)[-10:]
    steps = [
        (to.value, STEP_WORDS[at, to])
        for (at, to), act in STEPS.items()
        if at.value == plan.state and may(asked.person, act, project=project.id, region=plan.region)
    ]
    result = plan.result
    live = _live(service_of(request), project, plan)
    words = words_for(language_of(request))
    regions = (
        [] if result is None else [(words.place(r, "region"), r["share_today"], r["share"]) for r in result["regions"]]
    )
    return page(
        request,
        "plan.html",
        jobs=rows,
        job_words=JOB_WORDS,
        job_states=JOB_STATES,
        history=list(reversed(history)),
        steps=steps,
        result=result,
        live=live,
        patches=[(key_of(p), p) for p in plan.content["patches"]],
        chart=bars(regions, words) if len(regions) > 1 else None,
        illustrative=bool(result and result["illustrative"]),
        running=any(j.state in ("queued", "running") for j in rows),
        editable=plan.state == "draft" and may(asked.person, Act.EDIT, project=project.id, region=plan.region),
        workspace=True,
    )


def _live(service: Any, project: ProjectRow, plan: PlanRow) -> Any:
    """Count the figures of the newest version at once, where drive times are there."""
    if plan.content["points"] is None:
        return None
    try:
        return figures(service.ground(project).standing(plan.content)[1])
    except (NotReady, TuntiError):
        return None


@router.post("/work/{project}/plans/{plan}/changes")
async def change(request: Request) -> Response:
    """Change a plan from a form; where others have changed the same thing, show both."""
    return await from_form(request)


async def from_form(request: Request, *, agency: str | None = None) -> Response:
    """Change a plan from a form, in an agency's own rows where one is named."""
    form = await request.form()
    check_csrf(request, str(form.get("csrf", "")))
    return await run_in_threadpool(_changed, request, {k: str(v) for k, v in form.items()}, agency)


def _changed(request: Request, form: dict[str, str], agency: str | None) -> Response:
    asked = asked_of(request)
    project, plan = sound(asked)
    kind = form.get("do", "")
    change: dict[str, Any] = {"do": kind}
    if kind in ("open", "close"):
        change["site"] = form.get("site", "")
    elif kind == "drop":
        change["key"] = form.get("key", "")
    elif kind == "status":
        patch = {"kind": "site_status", "site": form.get("site", ""), "status": form.get("status", "")}
        change = {"do": "patch", "patch": patch}
    elif kind == "setting":
        patch = {"kind": "setting", "name": form.get("name", ""), "value": _value(form.get("value", ""))}
        change = {"do": "patch", "patch": patch}
    elif kind == "value":
        patch = {"kind": "value", **{k: form.get(k, "") for k in ("table", "row", "column", "value")}}
        change = {"do": "patch", "patch": patch}
    elif kind == "points":
        with service_of(request).db.reading() as session:
            job = session.get(Job, int(form["job"])) if form.get("job", "").isdigit() else None
        if job is None or job.plan_id != plan.id or not job.result:
            raise HTTPException(404)
        found = job.result if "network" in job.result else job.result["rows"][int(form.get("row", "0") or 0)]
        change["points"] = found["network"]
    base = int(form["version"]) if form.get("version", "").isdigit() else plan.version
    make_changes(request, base, [change], agency=agency)
    back = form.get("back", "")
    return away(back if back.startswith(place_of(plan, project)) else place_of(plan, project))


def make_changes(request: Request, base: int, changes: list[dict[str, Any]], *, agency: str | None = None) -> PlanRow:
    """Make changes of a plan after trying them on the tables.

    Raises
    ------
    TuntiError
        A change does not fit the tables, or others have changed the same thing.
    """
    asked, service = asked_of(request), service_of(request)
    project, plan = sound(asked)
    ground = service.ground(project)
    read = read_changes(changes)
    patches = [c.patch.model_dump(mode="json", exclude_none=True) for c in read if hasattr(c, "patch")]
    sites = set(ground.baseline()[0].sites["site"])
    own = {p["site"] for p in [*plan.content["patches"], *patches] if p["kind"] == "add_site"}
    for c in read:
        if getattr(c, "site", None) is not None and c.site not in sites | own:
            raise TuntiError(say("There is no site '{site}'.", site=c.site))
    if patches:
        _, _, found = ground.changed(patches)
        wrong = [f for f in found if f.table == "scenario" and f.level is Level.ERROR]
        if wrong:
            raise TuntiError(wrong[0].what)
    with service.db.writing() as session:
        changed = plans.change_plan(session, asked.person, plan.id, base=base, changes=changes, agency=agency)
    try:
        ground.ready(changed.content)
    except NotReady:
        # A new site or another speed: a job works the drive times out while the person goes on.
        with service.db.writing() as session:
            jobs.ask_job(session, asked.person.name, project=project.id, plan=plan.id, kind="times")
    except InputError:
        pass
    return changed


def _value(text: str) -> Any:
    """Read a setting's value from a form: a number, yes or no, or a word."""
    plain = text.strip().replace(",", ".")
    if re.fullmatch(r"-?\d+", plain):
        return int(plain)
    if re.fullmatch(r"-?\d+\.\d+", plain):
        return float(plain)
    return {"true": True, "false": False}.get(plain, text.strip())


@router.post("/work/{project}/plans/{plan}/state")
def step(
    request: Request,
    to: Annotated[State, Form()],
    version: Annotated[int, Form(ge=0, le=2**31)],
    why: Annotated[str, Form(max_length=10_000)] = "",
    number: Annotated[str, Form(max_length=200)] = "",
    csrf: Token = "",
) -> Response:
    """Take a plan to another state."""
    check_csrf(request, csrf)
    asked = asked_of(request)
    project, plan = sound(asked)
    shown = None
    if plan.result is not None and plan.result["version"] == plan.version:
        shown = plan.result["shown"]
    with service_of(request).db.writing() as session:
        states.step(session, asked.person, plan.id, to, version=version, why=why, record_number=number, shown=shown)
    return away(place_of(plan, project))


@router.post("/work/{project}/plans/{plan}/jobs")
def ask_job(
    request: Request,
    kind: Annotated[str, Form(max_length=30)] = "",
    points: Annotated[str, Form(max_length=200)] = "",
    back: Annotated[str, Form(max_length=300)] = "",
    csrf: Token = "",
) -> Response:
    """Ask for a job."""
    check_csrf(request, csrf)
    asked = asked_of(request)
    project, plan = sound(asked)
    start_job(request, kind, {"points": points_of(points)} if kind == "frontier" else {})
    return away(back if back.startswith(place_of(plan, project)) else place_of(plan, project))


def start_job(request: Request, kind: str, asked_for: dict[str, Any]) -> Job:
    """Put a job of the plan in the queue.

    Raises
    ------
    TuntiError
        There is no job of this kind.
    """
    asked = asked_of(request)
    project, plan = sound(asked)
    if kind not in JOB_WORDS:
        raise TuntiError(say("There is no job of this kind."))
    if kind == "optimise":
        asked_for = {"version": plan.version}
    with service_of(request).db.writing() as session:
        return jobs.ask_job(session, asked.person.name, project=project.id, plan=plan.id, kind=kind, asked=asked_for)


def points_of(text: str) -> list[int]:
    """Read numbers of points: ``20, 30, 40``; at most 12 of them."""
    found = [int(n) for n in re.findall(r"\d{1,4}", text)]
    return sorted({n for n in found if n > 0})[:12]


@router.post("/work/{project}/plans/{plan}/jobs/{number}/cancel")
def cancel_job(request: Request, number: int, csrf: Token = "") -> Response:
    """Ask a job to end."""
    check_csrf(request, csrf)
    project, plan = sound(asked_of(request))
    end_job(request, number)
    return away(place_of(plan, project))


def end_job(request: Request, number: int) -> None:
    """Ask a job of the plan to end."""
    asked = asked_of(request)
    _, plan = sound(asked)
    with service_of(request).db.writing() as session:
        job = session.get(Job, number) if 0 < number < 2**31 else None
        if job is None or job.plan_id != plan.id:
            raise HTTPException(404)
        jobs.cancel(session, asked.person.name, job)


@router.get("/work/{project}/compare")
def compare(request: Request, plan: Annotated[list[str] | None, Query(max_length=8)] = None) -> Response:
    """Show plans side by side."""
    asked, service = asked_of(request), service_of(request)
    assert asked.project is not None
    with service.db.reading() as session:
        rows = [
            p
            for p in session.execute(
                select(PlanRow).where(PlanRow.project_id == asked.project.id).order_by(PlanRow.id)
            ).scalars()
            if may(asked.person, Act.READ, project=asked.project.id, region=p.region)
        ]
    chosen = [p for p in rows if not plan or p.name in plan]
    done = [p for p in chosen if p.result is not None]
    sites = {p.name: set(p.content["points"] or ()) for p in done}
    everywhere = set.intersection(*sites.values()) if sites else set()
    differ = sorted(set().union(*sites.values()) - everywhere) if sites else []
    return page(
        request,
        "compare.html",
        rows=rows,
        chosen=[p.name for p in chosen],
        done=done,
        sites=sites,
        differ=differ,
        illustrative=any(p.result["illustrative"] for p in done if p.result),
        workspace=True,
    )


@router.get("/work/{project}/log")
def log(request: Request) -> Response:
    """Show the decision log and the trail of what was done."""
    asked = asked_of(request)
    assert asked.project is not None
    with service_of(request).db.reading() as session:
        decided = states.log(session, asked.project.id)
        trail = (
            session.execute(
                select(Audit).where(Audit.project_id == asked.project.id).order_by(Audit.id.desc()).limit(200)
            )
            .scalars()
            .all()
        )
        broken = audit.broken(session)
    return page(request, "log.html", decided=decided, trail=trail, broken=broken, workspace=True)


@router.post("/work/{project}/log")
def add_to_log(
    request: Request,
    what: Annotated[str, Form(max_length=2000)] = "",
    why: Annotated[str, Form(max_length=10_000)] = "",
    number: Annotated[str, Form(max_length=200)] = "",
    csrf: Token = "",
) -> Response:
    """Add a decision to the log."""
    check_csrf(request, csrf)
    asked = asked_of(request)
    assert asked.project is not None
    if not what.strip() or not why.strip():
        raise TuntiError(say("Write what was decided and why."))
    with service_of(request).db.writing() as session:
        states.note(
            session, asked.person, project=asked.project.id, plan=None, what=what, why=why, record_number=number
        )
        audit.record(session, asked.person.name, "decision noted", project=asked.project.id, decided=what[:200])
    return away(f"/work/{asked.project.slug}/log")


@router.get("/work/{project}/national")
def national(request: Request) -> Response:
    """Show the newest plan of each region and what they add up to."""
    asked, service = asked_of(request), service_of(request)
    assert asked.project is not None
    rank = {"decided": 3, "heard": 2, "proposed": 1, "draft": 0}
    with service.db.reading() as session:
        rows = session.execute(
            select(PlanRow).where(PlanRow.project_id == asked.project.id).order_by(PlanRow.id)
        ).scalars()
        best: dict[str | None, PlanRow] = {}
        for p in rows:
            if p.result is not None and (p.region not in best or rank[p.state] >= rank[best[p.region].state]):
                best[p.region] = p
    inputs, settings, _ = service.ground(asked.project).baseline()
    words = words_for(language_of(request))
    known = inputs.municipalities.drop_duplicates("region").sort_values("region")
    regions = [
        (str(r["region"]), words.place(r, "region"), best.get(str(r["region"])))
        for r in _rows(known)
        if r["region"] not in settings.project.regions_left_out
    ]
    made = [p for _, _, p in regions if p is not None and p.result is not None]
    people = sum(p.result["people"] for p in made if p.result)
    total = {
        "regions": len(made),
        "points": sum(p.result["points"] for p in made if p.result),
        "people": people,
        "share_today": sum(p.result["share_today"] * p.result["people"] for p in made if p.result) / people
        if people
        else None,
        "share": sum(p.result["share"] * p.result["people"] for p in made if p.result) / people if people else None,
    }
    return page(
        request,
        "national.html",
        regions=regions,
        whole=best.get(None),
        total=total,
        illustrative=settings.project.illustrative,
        workspace=True,
    )
