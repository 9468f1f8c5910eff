"""The workspace's pages around a plan: services, programme, money, remote service, documents, statements, comments."""

from __future__ import annotations

import csv
import datetime as dt
import io
import mimetypes
from functools import partial
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Form, HTTPException, Query, Request
from fastapi.responses import FileResponse, Response

from tunti.errors import TuntiError
from tunti.findings import say
from tunti.inputs.schemas import SCHEMAS
from tunti.locale import N_
from tunti.report.words import Words, words_for
from tunti.store.models import Comment, Job
from tunti.web.asked import Token, place_of, regions_of, sound
from tunti.web.by_region import only_region
from tunti.web.guard import check_csrf
from tunti.web.marks import FARTHEST, marks_of, seen_by
from tunti.web.page import LANGUAGE_NAMES, away, language_of, page
from tunti.web.results import PAGES, sections_of, shortened
from tunti.web.running import JOB_WORDS, working_of
from tunti.web.state import asked_of, service_of
from tunti.work import audit, comments, jobs, statements
from tunti.work.roles import Act, may

router = APIRouter(include_in_schema=False)
_L = "/work/{project}/plans/{plan}"


Region = Annotated[str, Query(max_length=30)]


def _made(request: Request) -> list[Job]:
    """Give the newest jobs that make the plan's figures and documents, the newest first."""
    project, plan = sound(asked_of(request))
    with service_of(request).db.reading() as session:
        return [j for j in jobs.jobs_of(session, project.id, plan=plan.id, most=50) if j.kind in jobs.MAKERS]


def _working(request: Request) -> Job | None:
    return working_of(_made(request))


def _stage(request: Request, name: str, region: str = "") -> Response:
    asked = asked_of(request)
    project, plan = sound(asked)
    heading, lacking, _ = PAGES[name]
    language = language_of(request)
    version, sections = sections_of(Path(project.folder), plan.name, name, language)
    regions: list[tuple[str, str]] = []
    if plan.region is None and sections:
        inputs, settings, _ = service_of(request).ground(project).changed(plan.content["patches"])
        regions = regions_of(inputs, settings, words_for(language))
        region = region if region in dict(regions) else ""
        if region:
            sections = only_region(sections, inputs, region)
    return page(
        request,
        "stage.html",
        name=name,
        heading=heading,
        editable=plan.state == "draft" and may(asked.person, Act.EDIT, project=project.id, region=plan.region),
        lacking=lacking,
        version=version,
        sections=shortened(sections),
        regions=regions,
        region=region,
        working=_working(request),
        job_words=JOB_WORDS,
        illustrative=bool(plan.result and plan.result["illustrative"]),
        workspace=True,
    )


@router.get(_L + "/services")
def services(request: Request, region: Region = "") -> Response:
    """Show who serves where and how, and who reaches each service."""
    return _stage(request, "services", region)


@router.get(_L + "/programme")
def programme(request: Request, region: Region = "") -> Response:
    """Show what opens, closes and moves when, and who sits where."""
    return _stage(request, "programme", region)


@router.get(_L + "/money")
def money(request: Request, region: Region = "") -> Response:
    """Show what the plan costs whom."""
    return _stage(request, "money", region)


@router.get(_L + "/remote")
def remote(request: Request, region: Region = "") -> Response:
    """Show remote service: rooms, channels and pools."""
    return _stage(request, "remote", region)


def _folder(request: Request) -> Path:
    project, plan = sound(asked_of(request))
    return Path(project.folder) / "plans" / plan.name


@router.get(_L + "/documents")
def documents(request: Request) -> Response:
    """List the documents to download."""
    _, plan = sound(asked_of(request))
    folder = _folder(request)
    files = sorted(p for p in folder.iterdir() if p.is_file()) if folder.is_dir() else []
    made = _made(request)
    # Documents are whole when the last run that writes them has written them; a run that is under way counts, too.
    begun = max((j.made_at for j in made if j.kind in ("plan", "stages") and j.state != "cancelled"), default=None)
    rows = []
    for p in files:
        about = p.stat()
        at = dt.datetime.fromtimestamp(about.st_mtime, dt.UTC)
        if not p.name.startswith("."):
            rows.append((p.name, about.st_size, at, begun is not None and at < begun))
    return page(
        request,
        "documents.html",
        files=rows,
        what_is=partial(_what_is, words=words_for(language_of(request))),
        working=working_of(made),
        job_words=JOB_WORDS,
        result=plan.result,
        illustrative=bool(plan.result and plan.result["illustrative"]),
        workspace=True,
    )


_KINDS = {
    "html": N_("The plan as a web page"),
    "pdf": N_("The plan to print"),
    "docx": N_("The plan to edit in Word"),
    "xlsx": N_("The plan's tables to calculate with"),
    "gpkg": N_("Map layers for map programs"),
    "json": N_("What the figures were made of: versions and digests"),
}
"""What a document is, by the end of its name."""


def _what_is(name: str, *, words: Words) -> str:
    """Say what a document is and in which language."""
    parts = name.split(".")
    kind = words.text(_KINDS[parts[-1]]) if parts[-1] in _KINDS else ""
    language = LANGUAGE_NAMES.get(parts[-2]) if len(parts) > 2 else None
    return f"{kind}, {language}" if kind and language else kind


@router.get(_L + "/documents/{file}")
def document(request: Request, file: str) -> Response:
    """Give a document."""
    folder = _folder(request)
    names = {p.name: p for p in folder.iterdir() if p.is_file()} if folder.is_dir() else {}
    if file not in names or file.startswith("."):
        raise HTTPException(404)
    kind = mimetypes.guess_type(file)[0] or "application/octet-stream"
    # A document opens as a download: its own scripts and styles never run on this site.
    return FileResponse(names[file], media_type=kind, filename=file, content_disposition_type="attachment")


@router.get(_L + "/statements")
def statement_round(request: Request) -> Response:
    """Show the statement round: who was asked, what they said, what was answered."""
    asked = asked_of(request)
    project, plan = sound(asked)
    inputs = service_of(request).ground(project).baseline()[0]
    with service_of(request).db.reading() as session:
        rows = statements.round_of(session, plan.id)
    return page(
        request,
        "statements.html",
        rows=rows,
        mine={
            r.id for r in rows if may(asked.person, Act.STATE, project=project.id, region=plan.region, agency=r.agency)
        },
        agencies=list(inputs.agencies["agency"]),
        today=dt.datetime.now(dt.UTC).date(),
        illustrative=False,
        workspace=True,
    )


@router.post(_L + "/statements")
def ask_statement(
    request: Request,
    body: Annotated[str, Form(max_length=200)] = "",
    deadline: Annotated[str, Form(max_length=20)] = "",
    agency: Annotated[str, Form(max_length=100)] = "",
    csrf: Token = "",
) -> Response:
    """Ask a body for a statement."""
    check_csrf(request, csrf)
    project, plan = sound(asked_of(request))
    try:
        day = dt.date.fromisoformat(deadline)
    except ValueError:
        raise TuntiError(say("Write the last day as 2027-01-31.")) from None
    with service_of(request).db.writing() as session:
        statements.ask(session, asked_of(request).person, plan, body=body, deadline=day, agency=agency or None)
    return away(place_of(plan, project) + "/statements")


@router.post(_L + "/statements/{number}")
def give_statement(
    request: Request,
    number: int,
    stand: Annotated[str, Form(max_length=20)] = "",
    text: Annotated[str, Form(max_length=100_000)] = "",
    csrf: Token = "",
) -> Response:
    """Give a statement."""
    check_csrf(request, csrf)
    project, plan = sound(asked_of(request))
    with service_of(request).db.writing() as session:
        _of_plan(statements.round_of(session, plan.id), number)
        statements.give(session, asked_of(request).person, number, stand=stand, text=text)
    return away(place_of(plan, project) + "/statements")


@router.post(_L + "/statements/{number}/answer")
def answer_statement(
    request: Request, number: int, text: Annotated[str, Form(max_length=100_000)] = "", csrf: Token = ""
) -> Response:
    """Answer a statement."""
    check_csrf(request, csrf)
    project, plan = sound(asked_of(request))
    with service_of(request).db.writing() as session:
        _of_plan(statements.round_of(session, plan.id), number)
        statements.answer(session, asked_of(request).person, number, text=text)
        # The documents take the answer along.
        jobs.ask_job(session, asked_of(request).person.name, project=project.id, plan=plan.id, kind="stages")
    return away(place_of(plan, project) + "/statements")


def _of_plan(rows: list[Any], number: int) -> None:
    """Refuse a number that is not one of the plan's."""
    if number not in {r.id for r in rows}:
        raise HTTPException(404)


@router.get(_L + "/comments")
def all_comments(request: Request) -> Response:
    """Show the comments on a plan; those of the public wait for a moderator."""
    asked = asked_of(request)
    project, plan = sound(asked)
    rows, moderator = seen_by(service_of(request), asked, project, plan)
    marks = {m.comment: m for m in marks_of(rows)}
    return page(
        request,
        "comments.html",
        rows=rows,
        marks=marks,
        table_words={name: schema.label for name, schema in SCHEMAS.items()},
        moderator=moderator,
        workspace=True,
        illustrative=False,
    )


@router.post(_L + "/comments")
def comment(
    request: Request,
    text: Annotated[str, Form(max_length=20_000)] = "",
    table: Annotated[str, Form(max_length=60)] = "",
    row: Annotated[str, Form(max_length=200)] = "",
    x: Annotated[float | None, Form(ge=-180, le=180)] = None,
    y: Annotated[float | None, Form(ge=-90, le=90)] = None,
    zoom: Annotated[float | None, Form(ge=0, le=FARTHEST)] = None,
    back: Annotated[str, Form(max_length=300)] = "",
    csrf: Token = "",
) -> Response:
    """Comment on a plan, a row of a table or a view of the map."""
    check_csrf(request, csrf)
    project, plan = sound(asked_of(request))
    bound: dict[str, Any] = {"to": "plan"}
    if table and row:
        bound = {"to": "row", "table": table, "row": row}
    elif x is not None and y is not None:
        bound = {"to": "view", "x": x, "y": y, "zoom": zoom or 0.0}
    with service_of(request).db.writing() as session:
        comments.comment(session, asked_of(request).person, plan, text=text, bound=bound)
    return away(back if back.startswith(place_of(plan, project)) else place_of(plan, project) + "/comments")


@router.post(_L + "/comments/{number}")
def moderate(request: Request, number: int, do: Annotated[str, Form(max_length=10)] = "", csrf: Token = "") -> Response:
    """Show, hide or delete a comment."""
    check_csrf(request, csrf)
    asked = asked_of(request)
    project, plan = sound(asked)
    with service_of(request).db.writing() as session:
        _of_plan(comments.comments_of(session, plan.id), number)
        if do == "delete":
            comments.remove(session, number, person=asked.person)
        elif do in ("show", "hide"):
            comments.moderate(session, asked.person, number, show=do == "show")
        else:
            raise TuntiError(say("Choose one of: {names}.", names="show, hide, delete"))
    return away(place_of(plan, project) + "/comments")


@router.get(_L + "/comments.csv")
def export_comments(request: Request) -> Response:
    """Give all comments as a table, for the record of the hearing."""
    asked = asked_of(request)
    project, plan = sound(asked)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["at", "by", "public", "shown", "about", "text", "keep_until"])
    with service_of(request).db.writing() as session:
        for c in comments.comments_of(session, plan.id):
            writer.writerow([_safe(v) for v in _told(c)])
        audit.record(session, asked.person.name, "comments exported", project=project.id, plan=plan.id)
    headers = {"content-disposition": f'attachment; filename="{plan.name}-comments.csv"'}
    return Response(out.getvalue().encode("utf-8-sig"), media_type="text/csv; charset=utf-8", headers=headers)


def _told(c: Comment) -> list[str]:
    about = " ".join(f"{k}={v}" for k, v in c.bound.items())
    until = "" if c.keep_until is None else c.keep_until.date().isoformat()
    return [c.at.isoformat(timespec="minutes"), c.by, "yes" if c.public else "no", c.shown, about, c.text, until]


def _safe(text: str) -> str:
    """Write a text so that a spreadsheet takes it for no formula."""
    return "'" + text if text[:1] in "=+-@\t\r" else text
