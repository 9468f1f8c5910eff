"""The public's pages: find your nearest service point now and in the plan, and say what you think of a draft."""

from __future__ import annotations

import time
from typing import Annotated, Any

from fastapi import APIRouter, Form, HTTPException, Query, Request
from fastapi.responses import JSONResponse, Response
from sqlalchemy import select

from tunti.errors import InputError, TuntiError
from tunti.locale import N_
from tunti.store.models import PlanRow, ProjectRow
from tunti.web import places
from tunti.web.degrees import to_degrees
from tunti.web.ground import NotReady, Ready
from tunti.web.page import SPOKEN, language_of, page
from tunti.web.picture import HEIGHT, WIDTH, place_at, public_map
from tunti.web.state import Service, service_of
from tunti.work import comments
from tunti.work.states import digest, published, published_mark

router = APIRouter(include_in_schema=False)


def public_project(service: Service) -> ProjectRow | None:
    """Give the project that the public sees, None when there is none."""
    with service.db.reading() as session:
        return session.execute(select(ProjectRow).where(ProjectRow.public).order_by(ProjectRow.id).limit(1)).scalar()


def public_plan(service: Service, project: ProjectRow) -> tuple[PlanRow | None, dict[str, Any] | None]:
    """Give the plan that the public sees and what is shown of it.

    On this machine alone the newest draft with figures stands in while none is published.
    """
    with service.db.reading() as session:
        mark = published_mark(session, project.id)
        if mark is not None:
            # What was put to hearing or decided does not change: it is read once, not for every visitor.
            kept = service.published.get(project.id)
            if kept is None or kept[0] != mark:
                plan = published(session, project.id)
                kept = mark, plan
                service.published[project.id] = kept
            return kept[1], None if kept[1] is None else kept[1].frozen
        if service.settings.alone:
            for draft in session.execute(
                select(PlanRow).where(PlanRow.project_id == project.id).order_by(PlanRow.id)
            ).scalars():
                if draft.result is not None:
                    return draft, draft.result["shown"]
    return None, None


def ready_of(service: Service, project: ProjectRow) -> Ready | None:
    """Give the project's drive times, None while they are not worked out or the tables have errors."""
    try:
        return service.ground(project).ready({"patches": [], "points": None})
    except (NotReady, InputError):
        return None


@router.get("/")
def front(
    request: Request,
    q: Annotated[str, Query(max_length=200)] = "",
    lon: Annotated[float | None, Query(ge=-180, le=180)] = None,
    lat: Annotated[float | None, Query(ge=-90, le=90)] = None,
    f: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    """Show the search and the points nearest to a place; programs get the landing page of the open data."""
    accepts = request.headers.get("accept", "")
    if f == "json" or ("application/json" in accepts and "text/html" not in accepts):
        from tunti.web.ogc import landing

        return JSONResponse(landing(request))
    service = service_of(request)
    project = public_project(service)
    if project is None:
        return page(request, "nothing.html")
    ready = ready_of(service, project)
    plan, shown = public_plan(service, project)
    language = language_of(request)
    place, options, answer, where = None, [], None, ""
    clicked = _clicked(request)
    if ready is not None:
        if clicked is not None:
            place = place_at(ready, *clicked)
        elif lon is not None and lat is not None:
            place = places.at(ready, lon, lat, q)
        elif q.strip():
            options = places.find(ready, q, language, least_people=service.settings.least_people)
            if len(options) == 1:
                place, options = options[0], []
        if place is not None:
            answer = places.nearest(ready, place, language=language, points=None if shown is None else shown["points"])
            where = place.name
    return page(
        request,
        "public.html",
        title=None if shown is None else shown["title"],
        q=q,
        where=where,
        place=place,
        options=[(p.name, *_degrees(ready, p)) for p in options] if ready is not None else [],
        answer=answer,
        ready=ready is not None,
        published=plan,
        shown=shown,
        minutes=60.0 if ready is None else ready.settings.standard.minutes,
        illustrative=_illustrative(service, project, shown),
        spoken=SPOKEN,
        width=WIDTH,
        height=HEIGHT,
        comments=_comments(service, plan),
        name=project.name if ready is None else ready.settings.project.name or project.name,
    )


def _clicked(request: Request) -> tuple[float, float] | None:
    """Give where the map was clicked: a picture button sends it as at.x and at.y."""
    try:
        return float(request.query_params["at.x"]), float(request.query_params["at.y"])
    except (KeyError, ValueError):
        return None


def _degrees(ready: Ready, place: places.Place) -> tuple[float, float]:
    lon, lat = to_degrees(ready.settings.project.crs, place.x, place.y)
    return round(lon, 5), round(lat, 5)


def _illustrative(service: Service, project: ProjectRow, shown: dict[str, Any] | None) -> bool:
    if shown is not None:
        return bool(shown["illustrative"])
    return service.ground(project).baseline()[1].project.illustrative


def _comments(service: Service, plan: PlanRow | None) -> list[Any]:
    if plan is None or plan.state != "heard":
        return []
    with service.db.reading() as session:
        return comments.comments_of(session, plan.id, public_only=True)


@router.get("/map.svg")
def drawn(request: Request) -> Response:
    """Draw the map of points as a picture."""
    service = service_of(request)
    project = public_project(service)
    if project is None:
        raise HTTPException(404)
    _, shown = public_plan(service, project)
    ready = ready_of(service, project)
    points = "" if shown is None else digest(shown)
    key = f"map:{service.ground(project).mark()}:{ready is None}:{points}"
    if key not in service.shown:
        for old in [k for k in service.shown if k.startswith("map:")]:
            del service.shown[old]
        service.shown[key] = public_map(service.ground(project).baseline()[0], ready, shown)
    return Response(service.shown[key], media_type="image/svg+xml", headers={"cache-control": "max-age=60"})


@router.get("/point/{site}")
def point(request: Request, site: str) -> Response:
    """Show one point of the plan."""
    service = service_of(request)
    project = public_project(service)
    shown = None if project is None else public_plan(service, project)[1]
    row = next((p for p in ([] if shown is None else shown["points"]) if p["site"] == site), None)
    if row is None or project is None or shown is None:
        raise HTTPException(404)
    ready = ready_of(service, project)
    language = language_of(request)
    return page(
        request,
        "point.html",
        row=row,
        names={} if ready is None else places.agency_names(ready, language),
        shown=shown,
        published=public_plan(service, project)[0],
        languages_here=() if ready is None else places.spoken(ready, row["municipality"]),
        spoken=SPOKEN,
        illustrative=shown["illustrative"],
        municipality=row["municipality_sv"] if language == "sv" and row["municipality_sv"] else row["municipality_fi"],
    )


@router.get("/data")
def data(request: Request) -> Response:
    """Show what open data there is and how to get it."""
    service = service_of(request)
    project = public_project(service)
    shown = None if project is None else public_plan(service, project)[1]
    return page(
        request,
        "data.html",
        shown=shown,
        available=project is not None,
        illustrative=False if project is None else _illustrative(service, project, shown),
    )


@router.get("/accessibility")
def accessibility(request: Request) -> Response:
    """Show the accessibility statement."""
    return page(request, "accessibility.html")


@router.get("/privacy")
def privacy(request: Request) -> Response:
    """Show what is kept of a visitor: nothing, but for the comments they send."""
    return page(request, "privacy.html", days=service_of(request).settings.comment_days)


def _form_key(service: Service) -> str:
    """Sign the moment when a comment form was made: no cookie is needed, and a form lasts a day."""
    moment = str(int(time.time()))
    return f"{moment}.{service.sign('comment', moment)}"


def _good_form(service: Service, key: str) -> bool:
    moment, _, signed = key.partition(".")
    return moment.isdigit() and signed == service.sign("comment", moment) and time.time() - int(moment) < 86_400


def _heard(service: Service) -> PlanRow:
    project = public_project(service)
    plan = None if project is None else public_plan(service, project)[0]
    if plan is None or plan.state != "heard":
        raise HTTPException(404)
    return plan


@router.get("/comment")
def comment_form(request: Request) -> Response:
    """Show the form to comment on the plan that is put to hearing."""
    service = service_of(request)
    plan = _heard(service)
    return page(
        request,
        "comment.html",
        published=plan,
        form_key=_form_key(service),
        days=service.settings.comment_days,
        longest=comments.LONGEST,
        problem=None,
        text="",
        by="",
        sent=None,
    )


@router.post("/comment")
def comment(
    request: Request,
    text: Annotated[str, Form(max_length=20_000)] = "",
    by: Annotated[str, Form(max_length=200)] = "",
    form_key: Annotated[str, Form(max_length=200)] = "",
    website: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Take a comment of the public; it shows when a moderator lets it."""
    service = service_of(request)
    plan = _heard(service)
    problem: str | None = None
    sent = None
    address = request.client.host if request.client else ""
    if not _good_form(service, form_key):
        problem = N_("The form was open too long. Send it again.")
    elif not service.rate.allows("comment", address, service.settings.comments_hour):
        problem = N_("Many comments came from your address. Try again in an hour.")
    elif website:
        # A field that people don't see was filled in: by a program. It is thanked and nothing is kept.
        sent = ("", "")
    else:
        try:
            with service.db.writing() as session:
                row, key = comments.public_comment(
                    session, plan, name=by, text=text, keep_days=service.settings.comment_days
                )
                sent = (str(row.id), key)
        except TuntiError as refused:
            problem = refused.text(language_of(request))
    return page(
        request,
        "comment.html",
        status=200 if problem is None else 400,
        published=plan,
        form_key=_form_key(service),
        days=service.settings.comment_days,
        longest=comments.LONGEST,
        problem=problem,
        text=text,
        by=by,
        sent=sent,
    )


@router.post("/comment/delete")
def delete_comment(
    request: Request,
    number: Annotated[str, Form(max_length=20)] = "",
    key: Annotated[str, Form(max_length=100)] = "",
) -> Response:
    """Delete one's own comment with the key that came with it."""
    service = service_of(request)
    address = request.client.host if request.client else ""
    if not service.rate.allows("delete", address, 30):
        raise HTTPException(429)
    if not number.isdigit() or len(number) > 9:
        raise HTTPException(404)
    with service.db.writing() as session:
        comments.remove(session, int(number), key=key)
    return page(request, "error.html", text=N_("The comment was deleted."), said=None, number=200)
