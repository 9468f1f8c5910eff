"""Pages of projects: the list of them, one with its plans and tables, and the ways in and out."""

from __future__ import annotations

import re
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, HTTPException, Request, UploadFile
from fastapi.responses import Response
from sqlalchemy import select

from tunti.errors import InputError, TuntiError
from tunti.findings import Level, stops
from tunti.inputs.schemas import SCHEMAS
from tunti.plan.area import area, find_region
from tunti.report.words import words_for
from tunti.store.models import PlanRow, ProjectRow
from tunti.web.asked import Token, place_of, regions_of
from tunti.web.correcting import counted, demand_tables, told_findings
from tunti.web.guard import check_csrf, may_read
from tunti.web.page import away, found_in, language_of, page
from tunti.web.state import asked_of, service_of
from tunti.web.uploads import take_table, waiting_of
from tunti.work import audit, bundle, plans
from tunti.work.roles import Act, may

router = APIRouter(include_in_schema=False)


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
    words = words_for(language_of(request))
    told = told_findings(request)
    with service.db.reading() as session:
        shown = [
            p
            for p in session.execute(select(PlanRow).where(PlanRow.project_id == row.id).order_by(PlanRow.id)).scalars()
            if may(asked.person, Act.READ, project=row.id, region=p.region)
        ]
    regions = regions_of(inputs, settings, words)
    sizes = [
        (SCHEMAS[name].label, len(getattr(inputs, name)))
        for name in ("cells", "municipalities", "agencies", "services", "offices", "sites")
    ]
    return page(
        request,
        "project.html",
        status=200 if problem is None else 400,
        plans=shown,
        regions=regions,
        region_names=dict(regions),
        sizes=sizes,
        counts=counted(told, words),
        problem=problem,
        refused=[] if findings is None else found_in(findings, words),
        name=settings.project.name or row.name,
        illustrative=settings.project.illustrative,
        stopped=stops(found),
        workspace=True,
    )


@router.post("/work/{project}/tables")
def upload(request: Request, file: Annotated[UploadFile, File()], csrf: Token = "") -> Response:
    """Take a table into the project when nothing in it stops a plan; else show all that is wrong, to be corrected."""
    check_csrf(request, csrf)
    asked, service = asked_of(request), service_of(request)
    row = demand_tables(request)
    folder = service.ground(row).folder
    try:
        found = take_table(folder, file.filename or "", file.file.read())
    except InputError as refused:
        with service.db.writing() as session:
            audit.record(session, asked.person.name, "table refused", project=row.id, file=(file.filename or "")[:200])
        if waiting_of(folder) is not None:
            return away(f"/work/{row.slug}/waiting")
        text = refused.text(language_of(request))
        return _project(request, text, [f for f in refused.findings if f.level is Level.ERROR][:200])
    except TuntiError as problem:
        return _project(request, problem.text(language_of(request)))
    with service.db.writing() as session:
        audit.record(session, asked.person.name, "table taken", project=row.id, file=found)
    return away(f"/work/{row.slug}/findings?done=taken")


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
        if region:
            inputs, settings, _ = service.ground(project).baseline()
            planned = area(inputs, settings.project)
            region = find_region(planned.regions, region, left_out=planned.left_out)
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
