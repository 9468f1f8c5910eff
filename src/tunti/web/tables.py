"""A plan's tables and map as pages: sites, offices, agencies at points; every change is a change of the plan."""

from __future__ import annotations

from importlib.resources import files
from typing import Annotated, Any

import pandas as pd
from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import Response

from tunti.findings import stops
from tunti.inputs.schemas import CHOICE_LABELS, SCHEMAS, Column, visible_columns
from tunti.locale import N_
from tunti.location.what_if import figures
from tunti.report.words import missing, words_for
from tunti.store.models import ProjectRow
from tunti.web.asked import place_of, sound
from tunti.web.changing import change, from_form
from tunti.web.ground import NotReady
from tunti.web.here import figures_of, people_of
from tunti.web.map_words import MAP_WORDS
from tunti.web.marks import marks_of, seen_by
from tunti.web.overview import region_name
from tunti.web.page import language_of, page
from tunti.web.places import agency_names
from tunti.web.state import asked_of, service_of
from tunti.work import comments
from tunti.work.roles import Act, Person, agencies_of, may, sees

router = APIRouter(include_in_schema=False)
_L = "/work/{project}/plans/{plan}"
ROWS = 50
"""Rows of a page. A default of this product."""

TABLES = {
    "sites": N_("Sites"),
    "offices": N_("Present offices"),
    "services": N_("Services"),
    "agencies": N_("Agencies"),
    "municipalities": N_("Municipalities"),
    "duties": N_("Agencies at points"),
}
_HIDDEN = ("x", "y", "lon", "lat", "source", "illustrative")


@router.get(_L + "/tables/{table}")
def table(
    request: Request,
    table: str,
    q: Annotated[str, Query(max_length=100)] = "",
    start: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
    row: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Show a table of the plan, and one row of it to change."""
    asked, service = asked_of(request), service_of(request)
    project, plan = sound(asked)
    if table == "duties":
        return _duties(request, start, q)
    if table not in TABLES:
        raise HTTPException(404)
    inputs, settings, findings = service.ground(project).changed(plan.content["patches"])
    schema, frame = SCHEMAS[table], getattr(inputs, table)
    if plan.region is not None and "municipality" in frame.columns:
        here = inputs.municipalities.set_index("municipality")["region"]
        frame = frame[(frame["municipality"].map(here) == plan.region).fillna(False)]
    key = schema.key[0]
    columns = [c for c in schema.columns if c.name in visible_columns(schema, "restricted") and c.name not in _HIDDEN]
    if q:
        wanted = q.casefold()
        hit = pd.Series(False, index=frame.index)
        for c in columns:
            if c.kind in ("id", "text") and c.visibility == "public":
                hit |= frame[c.name].astype("string").str.casefold().str.contains(wanted, regex=False).fillna(False)
        frame = frame[hit]
    words = words_for(language_of(request))
    editable = plan.state == "draft"
    shown = []
    for values in frame.iloc[start : start + ROWS].to_dict("records"):
        seen = _seen(asked.person, project, plan.region, table, values)
        shown.append((str(values[key]), [_cell(values[c.name], c, words) if c.name in seen else None for c in columns]))
    open_row = None
    if row:
        hit = frame[(frame[key] == row).fillna(False)]
        if len(hit):
            values = hit.iloc[0].to_dict()
            seen = _seen(asked.person, project, plan.region, table, values)
            open_row = [
                (c, "" if missing(values[c.name]) else _plain(values[c.name]))
                for c in columns
                if c.name in seen and c.name != key
            ]
    with service.db.reading() as session:
        said = [
            c
            for c in comments.comments_of(session, plan.id)
            if c.bound.get("to") == "row" and c.bound.get("table") == table
        ]
    return page(
        request,
        "table.html",
        table=table,
        title=TABLES[table],
        tables=TABLES,
        columns=columns,
        choice_labels=CHOICE_LABELS,
        rows=shown,
        many=len(frame),
        start=start,
        step=ROWS,
        q=q,
        row=row,
        open_row=open_row,
        comments=[c for c in said if c.bound.get("row") == row],
        commented={c.bound.get("row") for c in said},
        open_points=set(plan.content["points"] or ()),
        has_points=plan.content["points"] is not None,
        editable=editable and _may_edit(asked.person, project, plan.region, table, inputs, row),
        stopped=stops(findings),
        illustrative=settings.project.illustrative,
        workspace=True,
    )


def _seen(person: Person, project: ProjectRow, region: str | None, table: str, row: dict[Any, Any]) -> tuple[str, ...]:
    """Name the columns of a row that the person sees: rents and staffing are seen by those who plan them."""
    agency = None if missing(row.get("agency")) else str(row["agency"])
    level = sees(person, project=project.id, region=region, agency=agency)
    return visible_columns(SCHEMAS[table], level)


def _may_edit(person: Person, project: ProjectRow, region: str | None, table: str, inputs: Any, row: str) -> bool:
    own = agencies_of(person, Act.EDIT, project=project.id, region=region)
    if own is None:
        return True
    if table != "offices" or not own:
        return False
    hit = inputs.offices[(inputs.offices["office"] == row).fillna(False)]
    return bool(len(hit)) and str(hit["agency"].iloc[0]) in own


@router.post(_L + "/tables/{table}")
async def change_table(request: Request, table: str) -> Response:
    """Change a value of a table; an agency's own people change the rows of their agency."""
    form = await request.form()
    asked = asked_of(request)
    project, plan = sound(asked)
    name = str(form.get("table", table))
    if name not in TABLES or name != table:
        raise HTTPException(404)
    agency = None
    if not may(asked.person, Act.EDIT, project=project.id, region=plan.region):
        inputs = service_of(request).ground(project).baseline()[0]
        row, kind = str(form.get("row", "")), str(form.get("do", ""))
        # Nobody moves an office to another agency, or makes another change of the plan, by way of their own rows.
        own_value = kind == "value" and str(form.get("column", "")) != "agency"
        if not own_value or not _may_edit(asked.person, project, plan.region, table, inputs, row):
            raise HTTPException(403)
        agency = str(inputs.offices.loc[(inputs.offices["office"] == row).fillna(False), "agency"].iloc[0])
    return await from_form(request, agency=agency)


def _cell(value: Any, column: Column, words: Any) -> str:
    if missing(value):
        return "–"
    if column.kind == "yes_no":
        return str(words.text(N_("yes")) if value else words.text(N_("no")))
    if column.kind == "choice":
        return str(words.text(CHOICE_LABELS.get(str(value), str(value))))
    if column.kind == "date":
        return str(words.date(value.date()))
    if column.kind in ("number", "whole"):
        return str(words.number(value, decimals=0 if float(value).is_integer() else 1))
    if column.kind == "share":
        return str(words.share(value))
    return str(value)


def _plain(value: Any) -> str:
    if hasattr(value, "isoformat"):
        return str(value.isoformat()[:10])
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _duties(request: Request, start: int, q: str) -> Response:
    """Show which agency is nearest each point today and how it serves: the table that modes are agreed from."""
    asked, service = asked_of(request), service_of(request)
    project, plan = sound(asked)
    words, language = words_for(language_of(request)), language_of(request)
    rows: list[tuple[str, dict[str, str]]] = []
    names: dict[str, str] = {}
    agencies: list[str] = []
    ready_ = True
    try:
        ready, standing = service.ground(project).standing(plan.content)
        names = agency_names(ready, language)
        offices = ready.timed.offices
        agencies = sorted(set(offices["agency"]))
        near = ready.timed.office_times.nearest(standing.open)[0][: len(offices)]
        modes: dict[int, dict[str, str]] = {}
        rank = {"staffed": 0, "visiting": 1, "assisted": 2, "remote": 3}
        for site, agency, serves in zip(near, offices["agency"], offices["serves"], strict=True):
            if site >= 0:
                old = modes.setdefault(int(site), {}).get(agency)
                if old is None or rank.get(str(serves), 9) < rank.get(old, 9):
                    modes[int(site)][agency] = str(serves)
        sites = ready.timed.area.sites
        for j in range(len(sites)):
            if standing.open[j] and q.casefold() in str(sites["site"].iloc[j]).casefold():
                name = sites["name"].iloc[j]
                rows.append((str(sites["site"].iloc[j] if missing(name) else name), modes.get(j, {})))
    except NotReady:
        ready_ = False
    return page(
        request,
        "duties.html",
        tables=TABLES,
        table="duties",
        title=TABLES["duties"],
        rows=rows[start : start + ROWS],
        many=len(rows),
        start=start,
        step=ROWS,
        q=q,
        agencies=agencies,
        names=names,
        ready=ready_,
        words=words,
        illustrative=bool(plan.result and plan.result["illustrative"]),
        workspace=True,
    )


@router.get(_L + "/map")
def map_page(
    request: Request,
    q: Annotated[str, Query(max_length=100)] = "",
    start: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
) -> Response:
    """Show the map of the plan, and the table of sites that does the same with a keyboard."""
    asked, service = asked_of(request), service_of(request)
    project, plan = sound(asked)
    language = language_of(request)
    rows: list[dict[str, Any]] = []
    now = country = None
    outside = 0
    ready_ = True
    try:
        ready, standing = service.ground(project).standing(plan.content)
        now = figures_of(ready, standing, plan.region)
        outside = people_of(ready, plan.region) - now.people
        country = None if plan.region is None else figures(standing)
        sites = ready.timed.area.sites
        said = {p["site"]: p["status"] for p in plan.content["patches"] if p["kind"] == "site_status"}
        for j, r in enumerate(sites.to_dict("records")):
            name = str(r["site"] if missing(r["name"]) else r["name"])
            if (plan.region is None or r["region"] == plan.region) and q.casefold() in name.casefold():
                rows.append(
                    {
                        "site": str(r["site"]),
                        "name": name,
                        "open": bool(standing.open[j]),
                        "status": said.get(r["site"], r["status"]),
                    }
                )
    except NotReady:
        ready_ = False
    built = files("tunti.web").joinpath("static", "map", "map.js").is_file()
    return page(
        request,
        "map.html",
        rows=rows[start : start + ROWS],
        many=len(rows),
        start=start,
        step=ROWS,
        q=q,
        now=now,
        outside=outside,
        country=country,
        region_name=region_name(service, project, plan, words_for(language)),
        ready=ready_,
        built=built,
        marks=marks_of(seen_by(service, asked, project, plan)[0]),
        map_words={key: words_for(language).text(text) for key, text in MAP_WORDS.items()},
        api=f"/api/projects/{project.slug}/plans/{plan.name}",
        at=place_of(plan, project),
        editable=plan.state == "draft" and may(asked.person, Act.EDIT, project=project.id, region=plan.region),
        illustrative=service.ground(project).baseline()[1].project.illustrative,
        language=language,
        workspace=True,
    )


@router.post(_L + "/map")
async def change_map(request: Request) -> Response:
    """Change the plan from the map's table."""
    return await change(request)
