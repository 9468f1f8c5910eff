"""Pages on which what was found in the tables is corrected: the findings with their cells, and a row as it is filed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from tunti.errors import InputError, TuntiError
from tunti.findings import Finding, Level, Message, say
from tunti.inputs.columns import Visibility
from tunti.inputs.correct import open_tables
from tunti.inputs.schemas import SCHEMAS, Schema, visible_columns
from tunti.locale import plural
from tunti.report.words import Words, words_for
from tunti.store.models import ProjectRow
from tunti.web.guard import check_csrf
from tunti.web.page import away, found_in, language_of, page
from tunti.web.state import asked_of, service_of
from tunti.web.uploads import Cells, correct, correct_waiting, give_up, waiting_of
from tunti.work import audit
from tunti.work.roles import Act, may, sees

router = APIRouter(include_in_schema=False)
_P = "/work/{project}"
MOST = 500
"""Findings on a page. A default of this product."""


def demand_tables(request: Request) -> ProjectRow:
    """Give the project to those who may change its tables: they are every region's and every agency's."""
    asked = asked_of(request)
    if asked.project is None:
        raise HTTPException(404)
    if not may(asked.person, Act.EDIT, project=asked.project.id):
        raise HTTPException(403)
    return asked.project


@router.get(_P + "/findings")
def findings(
    request: Request,
    level: Annotated[str, Query(max_length=10)] = "",
    done: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    """Show everything that was found in the tables, with the cells that it was found in."""
    return _findings(request, level, done=done)


def _findings(request: Request, level: str, *, problem: Message | None = None, done: str = "") -> Response:
    asked = asked_of(request)
    assert asked.project is not None
    project = asked.project
    settings = service_of(request).ground(project).baseline()[1]
    told = [f for f in told_findings(request) if level in ("", f.level.value)]
    editable = may(asked.person, Act.EDIT, project=project.id)
    rows = _with_cells(told[:MOST], Path(project.folder), words_for(language_of(request)), editable=editable)
    return page(
        request,
        "findings.html",
        status=200 if problem is None else 400,
        rows=rows,
        many=len(told),
        level=level,
        problem=problem,
        done=done,
        waiting=waiting_of(Path(project.folder)) is not None,
        illustrative=settings.project.illustrative,
        workspace=True,
    )


def told_findings(request: Request) -> list[Finding]:
    """Give the findings that the person may see, the same on every page that counts or lists them."""
    asked = asked_of(request)
    assert asked.project is not None
    # What only planners see is not told to others by way of what is wrong with it.
    seen = sees(asked.person, project=asked.project.id, region=None, agency=None)
    return [f for f in service_of(request).ground(asked.project).findings() if _visible(f, seen)]


def counted(found: list[Finding], words: Words) -> str:
    """Count findings by level in words: 14 errors, 2 warnings, 1 note."""

    def said(level: Level, one: str, many: str) -> str:
        n = sum(1 for f in found if f.level is level)
        return plural(words.language, one, many, n).format(n=words.number(n))

    return ", ".join(
        (
            said(Level.ERROR, "{n} error", "{n} errors"),
            said(Level.WARNING, "{n} warning", "{n} warnings"),
            said(Level.NOTE, "{n} note", "{n} notes"),
        )
    )


def _visible(finding: Finding, level: Visibility) -> bool:
    schema: Schema | None = SCHEMAS.get(finding.table)
    if schema is None or finding.column not in schema.names:
        return True
    return finding.column in visible_columns(schema, level)


def _with_cells(findings: list[Finding], folder: Path, words: Words, *, editable: bool) -> list[dict[str, Any]]:
    """Say findings, each with the row and cell of the file that it is about where there is one."""
    tables = open_tables(folder)
    rows = found_in(findings, words)
    for row, finding in zip(rows, findings, strict=True):
        row |= {"number": None, "cell": None, "at": "", "label": finding.column or ""}
        schema = SCHEMAS.get(finding.table)
        if schema is not None:
            row["table_label"] = words.text(schema.label)
            if finding.column in schema.names:
                row["label"] = words.text(schema[finding.column].label)
        else:
            row["table_label"] = finding.table
        opened = tables.get(finding.table) if editable else None
        if opened is not None:
            row["number"] = opened.number_of(finding.row)
            row["cell"] = opened.value(finding.row, finding.column)
            row["at"] = json.dumps([finding.table, row["number"], finding.column])
    return rows


@router.get(_P + "/waiting")
def waiting(request: Request) -> Response:
    """Show what is wrong in a file that was sent, with its cells to be corrected."""
    return _waiting(request)


def _waiting(request: Request, problem: Message | None = None) -> Response:
    project = demand_tables(request)
    found = waiting_of(Path(project.folder))
    if found is None:
        return away(f"/work/{project.slug}/findings")
    errors = [f for f in found.findings if f.level is Level.ERROR]
    words = words_for(language_of(request))
    return page(
        request,
        "waiting.html",
        status=200 if problem is None else 400,
        file=found.path.name,
        rows=_with_cells(errors[:MOST], found.path.parent, words, editable=True),
        many=len(errors),
        others=len(found.findings) - len(errors),
        problem=problem,
        workspace=True,
    )


@router.get(_P + "/rows/{table}")
def row(
    request: Request,
    table: str,
    number: Annotated[int, Query(ge=1, le=10_000_000)],
    of: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    """Show a row of a table as it stands in its file, with what is wrong in it."""
    return _row(request, table, number, of)


def _row(request: Request, table: str, number: int, of: str, problem: Message | None = None) -> Response:
    project = demand_tables(request)
    folder = Path(project.folder)
    found = waiting_of(folder) if of == "waiting" else None
    if table not in SCHEMAS or (of == "waiting" and found is None):
        raise HTTPException(404)
    told = service_of(request).ground(project).baseline()[2] if found is None else found.findings
    opened = open_tables(folder if found is None else found.path.parent).get(table)
    cells = () if opened is None else opened.row(number)
    if opened is None or not cells:
        raise HTTPException(404)
    words = words_for(language_of(request))
    here = [f for f in told if f.table == table and opened.number_of(f.row) == number]
    schema = SCHEMAS[table]
    known = {c.name: c for c in schema.columns}
    shown = [
        {
            "at": json.dumps([table, number, c.column]),
            "label": words.text(known[c.column].label) if c.column in known else c.header,
            "unit": words.text(known[c.column].unit) if c.column in known and known[c.column].unit else "",
            "value": c.value,
            "wrong": found_in([f for f in here if f.column in (c.column, c.header)], words),
        }
        for c in cells
    ]
    named = {n for c in cells for n in (c.column, c.header)}
    return page(
        request,
        "row.html",
        status=200 if problem is None else 400,
        table=table,
        title=schema.label,
        number=number,
        of=of,
        cells=shown,
        about=found_in([f for f in here if f.column not in named], words),
        problem=problem,
        workspace=True,
    )


@router.post(_P + "/cells")
async def cells(request: Request) -> Response:
    """Change cells of the project's tables, or of a file that waits, and check everything again."""
    form = await request.form()
    check_csrf(request, str(form.get("csrf", "")))
    given = [[str(v) for v in form.getlist(name)] for name in ("at", "was", "value")]
    return await run_in_threadpool(_changed, request, given, str(form.get("of", "")))


@router.post(_P + "/waiting")
async def end_waiting(request: Request) -> Response:
    """Give up a file that waits."""
    form = await request.form()
    check_csrf(request, str(form.get("csrf", "")))
    project = demand_tables(request)
    await run_in_threadpool(give_up, Path(project.folder))
    return away(f"/work/{project.slug}")


def _changed(request: Request, given: list[list[str]], of: str) -> Response:
    project = demand_tables(request)
    changed = _asked(*given)
    folder = Path(project.folder)
    do: Callable[[Path, Cells], object] = correct_waiting if of == "waiting" else correct
    try:
        do(folder, changed)
    except InputError as refused:
        if of == "waiting":
            _note(request, project, changed)
            return away(f"/work/{project.slug}/waiting")
        first = next((f for f in refused.findings if (f.table, f.row, f.column) in changed), None) or next(
            f for f in refused.findings if f.level is Level.ERROR
        )
        told = say("The change was not made, it would make an error: {what} {what_to_do}",
                   what=first.what, what_to_do=first.what_to_do)  # fmt: skip
        return _findings(request, "", problem=told)
    except TuntiError as problem:
        said = problem.message if isinstance(problem.message, Message) else say("{reason}", reason=str(problem))
        return _waiting(request, said) if of == "waiting" else _findings(request, "", problem=said)
    _note(request, project, changed)
    return away(f"/work/{project.slug}/findings?done={'taken' if of == 'waiting' else 'changed'}")


def _note(request: Request, project: ProjectRow, changed: Cells) -> None:
    """Write down which cells were changed, not what they say: a rent does not belong into the trail."""
    told = [f"{table} {row} {column}" for table, row, column in changed][:100]
    with service_of(request).db.writing() as session:
        audit.record(session, asked_of(request).person.name, "cells corrected", project=project.id, cells=told)


def _asked(at: list[str], was: list[str], value: list[str]) -> dict[tuple[str, int, str], str]:
    """Read which cells a form changes; those that were left as they were don't count."""
    if not len(at) == len(was) == len(value) or len(at) > 5 * MOST or any(len(v) > 2000 for v in value):
        raise HTTPException(422)
    found: dict[tuple[str, int, str], str] = {}
    for where, before, after in zip(at, was, value, strict=True):
        try:
            table, row, column = json.loads(where)
        except (ValueError, TypeError):
            raise HTTPException(422) from None
        if not (isinstance(table, str) and isinstance(row, int) and isinstance(column, str) and table in SCHEMAS):
            raise HTTPException(422)
        if before != after.replace("\r\n", "\n"):
            found[table, row, column] = after
    return found
