"""The interface of the map and of scripts: what is where, what a change would do, and jobs with their progress."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Header, Path, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select

from tunti.errors import TuntiError
from tunti.findings import unpack
from tunti.location.what_if import Change, Figures, Standing, figures, what_if
from tunti.report.words import missing, words_for
from tunti.store.models import Job, PlanRow, ProjectRow
from tunti.web.asked import sound
from tunti.web.changing import make_changes
from tunti.web.degrees import to_metres
from tunti.web.ground import NotReady, Ready
from tunti.web.guard import check_csrf, csrf, may_read
from tunti.web.here import counting, extent_of, figures_of, people_of, sites_in
from tunti.web.page import language_of
from tunti.web.running import end_job, points_of, start_job
from tunti.web.state import asked_of, service_of
from tunti.web.trying import times_to
from tunti.work import jobs
from tunti.work.changes import applied, read_changes
from tunti.work.plans import demand_edit
from tunti.work.roles import Act, may

_REFUSED: dict[int | str, dict[str, Any]] = {
    400: {"description": "The request does not fit."},
    401: {"description": "Log in first."},
    403: {"description": "The role does not allow it."},
    404: {"description": "There is no such project or plan."},
    409: {"description": "Somebody else has changed the same thing."},
    503: {"description": "Drive times are not worked out yet."},
}
router = APIRouter(tags=["workspace"], responses=_REFUSED)
_B = "/api/projects/{project}/plans/{plan}"
Slug = Annotated[str, Path(max_length=100)]
Token = Annotated[str | None, Header(alias="X-CSRF-Token", max_length=200)]
Site = Annotated[str, Field(max_length=200)]


class Body(BaseModel):
    """What is sent: nothing but what is named."""

    model_config = ConfigDict(extra="forbid")


class NewPlace(Body):
    """A place that is no site yet."""

    lon: float = Field(ge=-180, le=180)
    lat: float = Field(ge=-90, le=90)
    cost_eur_year: float | None = Field(None, ge=0, le=1e9)


class WhatIf(Body):
    """Points to open, close or move, and new places to open one at, to see what it changes."""

    open: list[Site] = Field(default_factory=list, max_length=200)
    close: list[Site] = Field(default_factory=list, max_length=200)
    move: list[tuple[Site, Site]] = Field(default_factory=list, max_length=200)
    new: list[NewPlace] = Field(default_factory=list, max_length=10)


class Changes(Body):
    """Changes of the plan, made on the version that was seen."""

    version: int = Field(ge=1, le=2**31 - 1)
    changes: list[dict[str, Any]] = Field(max_length=500)


class NewJob(Body):
    """A job to be done."""

    kind: str = Field(max_length=30)
    points: str = Field("", max_length=200)


@router.get("/health", tags=["service"])
def health() -> dict[str, str]:
    """Tell that the server runs."""
    return {"status": "ok"}


@router.get("/ready", tags=["service"])
def ready(request: Request) -> Response:
    """Tell that the database answers."""
    good = service_of(request).db.alive()
    return JSONResponse({"status": "ok" if good else "database"}, status_code=200 if good else 503)


@router.get("/api/projects")
def projects(request: Request) -> dict[str, Any]:
    """List the projects and plans that the person may see, and the token that changes carry."""
    asked = asked_of(request)
    found = []
    with service_of(request).db.reading() as session:
        for p in session.execute(select(ProjectRow).order_by(ProjectRow.slug)).scalars():
            if may_read(asked.person.grants, p.id):
                rows = session.execute(select(PlanRow).where(PlanRow.project_id == p.id).order_by(PlanRow.id)).scalars()
                plans = [
                    {"name": r.name, "title": r.title, "region": r.region, "state": r.state, "version": r.version}
                    for r in rows
                    if may(asked.person, Act.READ, project=p.id, region=r.region)
                ]
                found.append({"project": p.slug, "name": p.name, "plans": plans})
    return {"projects": found, "csrf": csrf(request)}


@router.get(_B)
def plan(request: Request, project: Slug, plan: Slug) -> dict[str, Any]:
    """Give a plan: state, version, changes, points, and figures where drive times are there."""
    asked = asked_of(request)
    row, p = sound(asked)
    told: dict[str, Any] = {
        "name": p.name,
        "title": p.title,
        "region": p.region,
        "state": p.state,
        "version": p.version,
        "patches": p.content["patches"],
        "points": p.content["points"],
        "csrf": csrf(request),
        **_live(request, row, p),
    }
    return told


def _live(request: Request, project: ProjectRow, p: PlanRow) -> dict[str, Any]:
    """Count a plan's figures, its region's with those of all regions beside them, where drive times are there."""
    told: dict[str, Any] = {"figures": None, "country": None}
    with contextlib.suppress(NotReady, TuntiError):
        ready, standing = service_of(request).ground(project).standing(p.content)
        own = figures_of(ready, standing, p.region)
        outside = people_of(ready, p.region) - own.people
        told["figures"] = _figures(own, ready.costs_known) | {"people_outside": outside}
        if p.region is not None:
            told["country"] = _figures(figures(standing), ready.costs_known)
    return told


def _figures(f: Figures, cost: bool) -> dict[str, Any]:
    return {
        "points": f.points,
        "people_inside": f.people,
        "share": round(f.share, 6),
        "mean_minutes": round(f.mean_minutes, 3),
        "longest_minutes": round(f.longest_minutes, 2),
        "cost_eur_year": f.cost / 100 if cost else None,
    }


@router.post(_B + "/what-if")
def what(request: Request, body: WhatIf, project: Slug, plan: Slug) -> dict[str, Any]:
    """See what opening, closing or moving points changes, at once and exactly; nothing is kept.

    A point can be tried at any new place, too: the drive there is searched on the road network at once.
    """
    row, p = sound(asked_of(request))
    ground = service_of(request).ground(row)
    ready, standing = ground.standing(p.content)
    new = times_to(ground, ready, [(n.lon, n.lat) for n in body.new]) if body.new else None
    prices = [round((n.cost_eur_year or 0) * 100) for n in body.new]
    whole = what_if(standing, open=body.open, close=body.close, move=body.move, new=new, new_cost=sum(prices))
    found, country = whole, None
    costs = ready.costs_known
    # A sum that lacks the cost of a new place would look like a saving: it is not told then.
    then = costs and all(n.cost_eur_year is not None for n in body.new)

    def told(change: Change, region: str | None) -> dict[str, Any]:
        total = people_of(ready, region)
        return {
            "before": _figures(change.before, costs) | {"people_outside": total - change.before.people},
            "after": _figures(change.after, then) | {"people_outside": total - change.after.people},
        }

    if p.region is not None:
        here = counting(ready, standing, p.region)
        found = what_if(here, open=body.open, close=body.close, move=body.move, new=new)
        found = _in_region(ready, standing, found, body, prices, p.region)
        country = told(whole, None)
    return {
        "version": p.version,
        **told(found, p.region),
        "country": country,
        "people_nearer": found.nearer,
        "people_further": found.further,
        "people_lost": found.lost,
        "people_gained": found.gained,
    }


def _in_region(ready: Ready, standing: Standing, found: Change, body: WhatIf, prices: list[int], region: str) -> Change:
    """Count the points of a region alone before and after a change, and what they cost."""
    before = figures_of(ready, standing, region)
    own = dict(zip(ready.timed.area.sites["site"], sites_in(ready, region), strict=True))
    cost_of = dict(zip(ready.timed.area.sites["site"], standing.problem.cost, strict=True))
    points, cost = before.points, before.cost
    for sites, sign in (
        ([*body.open, *(b for _, b in body.move)], 1),
        ([*body.close, *(a for a, _ in body.move)], -1),
    ):
        mine = [s for s in sites if own[s]]
        points, cost = points + sign * len(mine), cost + sign * sum(int(cost_of[s]) for s in mine)
    regions = ready.timed.area.cells["region"]
    for place, price in zip(body.new, prices, strict=True):
        # A new place is in the region of the people nearest to it.
        cell, _ = ready.cell_near(*to_metres(ready.settings.project.crs, place.lon, place.lat))
        if regions.iloc[cell] == region:
            points, cost = points + 1, cost + price
    return replace(found, before=before, after=replace(found.after, points=points, cost=cost))


@router.post(_B + "/changes")
def change(request: Request, body: Changes, project: Slug, plan: Slug, token: Token = None) -> dict[str, Any]:
    """Change the plan: open, close, require, forbid or add a site, change a value, or take a change back."""
    check_csrf(request, token)
    asked = asked_of(request)
    row, p = sound(asked)
    demand_edit(asked.person, p)
    applied(p.content, read_changes(body.changes))  # says what does not fit before anything is kept
    changed = make_changes(request, body.version, body.changes)
    return {"version": changed.version, "points": changed.content["points"], **_live(request, row, changed)}


def _standing(request: Request) -> tuple[Ready, Any]:
    row, p = sound(asked_of(request))
    return service_of(request).ground(row).standing(p.content)


@router.get(_B + "/sites")
def sites(request: Request, project: Slug, plan: Slug) -> dict[str, Any]:
    """Give all sites as GeoJSON: open or not, and what the plan says of them."""
    ready, standing = _standing(request)
    row, p = sound(asked_of(request))
    service_of(request).ground(row).roads_soon(ready)
    said = {x["site"]: x["status"] for x in p.content["patches"] if x["kind"] == "site_status"}
    rows = ready.timed.area.sites
    features = [
        _point(
            r["lon"],
            r["lat"],
            site=str(r["site"]),
            name=str(r["site"] if missing(r["name"]) else r["name"]),
            open=bool(standing.open[j]),
            status=said.get(str(r["site"]), str(r["status"])),
            tier=None if missing(r["tier"]) else str(r["tier"]),
        )
        for j, r in enumerate(rows.to_dict("records"))
        if not missing(r["lon"])
    ]
    return {"type": "FeatureCollection", "features": features}


@router.get(_B + "/cells")
def cells(request: Request, project: Slug, plan: Slug) -> dict[str, Any]:
    """Give the cells as columns: lon and lat in degrees, minutes to the nearest point; few people are not told.

    For a region's plan ``extent`` says where its people live: west, south, east, north.
    """
    ready, standing = _standing(request)
    table = ready.timed.area.cells
    people = table["people"].to_numpy(dtype=np.int64)
    shown = np.flatnonzero(people > 0)
    seconds = standing.first_seconds[shown].astype(np.float64)
    minutes = np.where(standing.first_seconds[shown] == 65_535, -1.0, np.round(seconds / 60, 1))
    least = service_of(request).settings.least_people
    counts = people[shown]
    return {
        "minutes_standard": ready.settings.standard.minutes,
        "lon": np.round(table["lon"].to_numpy(dtype=np.float64)[shown], 4).tolist(),
        "lat": np.round(table["lat"].to_numpy(dtype=np.float64)[shown], 4).tolist(),
        "minutes": minutes.tolist(),
        "people": [int(n) if n >= least else None for n in counts],
        "extent": extent_of(ready, sound(asked_of(request))[1].region),
    }


@router.get(_B + "/offices")
def offices(request: Request, project: Slug, plan: Slug) -> dict[str, Any]:
    """Give today's offices as GeoJSON."""
    ready, _ = _standing(request)
    features = [
        _point(r["lon"], r["lat"], office=str(r["office"]), agency=str(r["agency"]), serves=str(r["serves"]))
        for r in ready.timed.offices.to_dict("records")
        if not missing(r["lon"])
    ]
    return {"type": "FeatureCollection", "features": features}


@router.get(_B + "/borders")
def borders(request: Request, project: Slug, plan: Slug) -> Response:
    """Give the outlines of land and municipalities as GeoJSON, for the map's background."""
    row, _ = sound(asked_of(request))
    inputs, settings, _ = service_of(request).ground(row).baseline()
    layers = {}
    for name in ("land", "borders"):
        frame = getattr(inputs, name)
        if frame is not None:
            simple = frame.assign(geometry=frame.geometry.simplify(300)).to_crs("EPSG:4326")
            layers[name] = simple[["geometry"]].to_geo_dict(drop_id=True)
    return JSONResponse({"crs": settings.project.crs, **layers})


def _point(lon: float, lat: float, **values: Any) -> dict[str, Any]:
    geometry = {"type": "Point", "coordinates": [round(float(lon), 5), round(float(lat), 5)]}
    return {"type": "Feature", "geometry": geometry, "properties": values}


@router.get(_B + "/jobs")
def job_list(
    request: Request, project: Slug, plan: Slug, most: Annotated[int, Query(ge=1, le=50)] = 10
) -> dict[str, Any]:
    """List the plan's newest jobs with their progress."""
    row, p = sound(asked_of(request))
    words = words_for(language_of(request))
    with service_of(request).db.reading() as session:
        rows = jobs.jobs_of(session, row.id, plan=p.id, most=most)
    return {"jobs": [_told(j, words) for j in rows]}


def _told(job: Job, words: Any) -> dict[str, Any]:
    return {
        "job": job.id,
        "kind": job.kind,
        "state": job.state,
        "what": words.message(unpack(job.what)) if job.what else None,
        "done": job.done,
        "best": job.best,
        "bound": job.bound,
        "result": None if job.result is None else {k: v for k, v in job.result.items() if k != "network"},
    }


@router.post(_B + "/jobs", status_code=202)
def new_job(request: Request, body: NewJob, project: Slug, plan: Slug, token: Token = None) -> dict[str, Any]:
    """Ask for a job: optimise, plan, frontier or alternatives."""
    check_csrf(request, token)
    asked_for = {"points": points_of(body.points)} if body.kind == "frontier" else {}
    return _told(start_job(request, body.kind, asked_for), words_for(language_of(request)))


@router.post(_B + "/jobs/{number}/cancel", status_code=202)
def cancel(request: Request, project: Slug, plan: Slug, number: int, token: Token = None) -> dict[str, str]:
    """Ask a job to end."""
    check_csrf(request, token)
    end_job(request, number)
    return {"status": "asked"}
