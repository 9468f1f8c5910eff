"""The public's pages: find your nearest service point now and in the plan, and say what you think of a draft."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Form, HTTPException, Query, Request
from fastapi.responses import JSONResponse, Response
from markupsafe import Markup
from sqlalchemy import select

from tunti import __version__
from tunti.errors import InputError, TuntiError
from tunti.locale import N_
from tunti.store.models import PlanRow, ProjectRow
from tunti.web import places
from tunti.web.degrees import to_degrees
from tunti.web.ground import NotReady, Ready
from tunti.web.near import nearest
from tunti.web.page import SPOKEN, VARY, language_of, page, part
from tunti.web.picture import HEIGHT, WIDTH, place_at, public_map
from tunti.web.state import Service, asked_of, service_of
from tunti.work import comments
from tunti.work.states import public_now

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Seen:
    """What the public sees.

    Attributes
    ----------
    project : ProjectRow
    plan : PlanRow or None
        Decided, else put to hearing; on this machine alone the first draft with figures stands in.
    shown : dict or None
        What is shown of the plan, as :func:`tunti.web.shown.shown` gives it; the same dict while the plan is the same.
    """

    project: ProjectRow
    plan: PlanRow | None = None
    shown: dict[str, Any] | None = None


def public_view(service: Service) -> Seen | None:
    """Give what the public sees at this moment; None when no project is public."""
    with service.db.reading() as session:
        now = public_now(session)
        if now is None:
            return None
        project, mark = now
        if mark is not None:
            # What was put to hearing or decided does not change: it is read once, not for every visitor.
            kept = service.published.get(project.id)
            if kept is None or kept[0] != mark:
                kept = service.published[project.id] = mark, session.get_one(PlanRow, mark[0])
            return Seen(project, kept[1], kept[1].frozen)
        if service.settings.alone:
            for draft in session.execute(
                select(PlanRow).where(PlanRow.project_id == project.id).order_by(PlanRow.id)
            ).scalars():
                if draft.result is not None:
                    return Seen(project, draft, draft.result["shown"])
        return Seen(project)


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
    seen = public_view(service)
    if seen is None:
        return page(request, "nothing.html")
    project, plan, shown = seen.project, seen.plan, seen.shown
    ready = ready_of(service, project)
    language = language_of(request)
    said = _comments(service, plan)
    tag = _tag(request, service, seen, ready, language, said)
    if tag is not None and request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers={"etag": tag, "vary": VARY})
    place, options, answer, where, instead = None, [], None, "", None
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
            elif not options:
                instead = places.within(ready, q, language, least_people=service.settings.least_people)
                if instead is not None:
                    place = instead[1]
        if place is not None:
            answer = nearest(ready, place.x, place.y, language=language, shown=shown)
            where = place.name
    made = page(
        request,
        "public.html",
        title=None if shown is None else shown["title"],
        q=q,
        where=where,
        instead=instead is not None,
        place=place,
        options=[(p.name, *_degrees(ready, p)) for p in options] if ready is not None else [],
        answer=answer,
        ready=ready is not None,
        published=plan,
        shown=shown,
        in_short=_in_short(service, seen, language),
        minutes=60.0 if ready is None else ready.settings.standard.minutes,
        illustrative=_illustrative(service, seen),
        spoken=SPOKEN,
        width=WIDTH,
        height=HEIGHT,
        comments=said,
    )
    if tag is not None:
        made.headers["etag"] = tag
    return made


def _tag(
    request: Request, service: Service, seen: Seen, ready: Ready | None, language: str, said: Sequence[Any]
) -> str | None:
    """Name the state of all that the page is made of, so that a browser that has it need not get it again.

    On this machine alone figures come into a draft without a new version: there the page is always made.
    """
    plan, person = seen.plan, asked_of(request).person
    if service.settings.alone:
        return None
    parts = (
        __version__,
        service.settings.feedback,
        service.settings.least_people,
        None if plan is None else (plan.id, plan.state, plan.frozen_hash),
        seen.project.name,
        service.ground(seen.project).mark(),
        ready is None,
        language,
        request.url.query,
        person.user,
        person.grants,
        [tuple(row) for row in said],
    )
    return f'W/"{service.sign("page", repr(parts))[:32]}"'


def _in_short(service: Service, seen: Seen, language: str) -> Markup:
    """Write the part about the plan, with all its points: the same for every visitor of a language."""
    plan, shown = seen.plan, seen.shown
    if plan is None or shown is None:
        return Markup()
    key, mark = f"short:{language}", (plan.id, plan.state, plan.decided_at)
    kept = service.shown.get(key)
    if kept is None or kept[0] is not shown or kept[1] != mark:
        text = part("in_short.html", language, published=plan, shown=shown)
        kept = service.shown[key] = shown, mark, text
    made: Markup = kept[2]
    return made


def _clicked(request: Request) -> tuple[float, float] | None:
    """Give where the map was clicked: a picture button sends it as at.x and at.y."""
    try:
        return float(request.query_params["at.x"]), float(request.query_params["at.y"])
    except (KeyError, ValueError):
        return None


def _degrees(ready: Ready, place: places.Place) -> tuple[float, float]:
    lon, lat = to_degrees(ready.settings.project.crs, place.x, place.y)
    return round(lon, 5), round(lat, 5)


def _illustrative(service: Service, seen: Seen) -> bool:
    if seen.shown is not None:
        return bool(seen.shown["illustrative"])
    return service.ground(seen.project).baseline()[1].project.illustrative


def _comments(service: Service, plan: PlanRow | None) -> Sequence[Any]:
    if plan is None or plan.state != "heard":
        return []
    with service.db.reading() as session:
        return comments.comments_shown(session, plan.id)


@router.get("/map.svg")
def drawn(request: Request) -> Response:
    """Draw the map of points as a picture."""
    service = service_of(request)
    seen = public_view(service)
    if seen is None:
        raise HTTPException(404)
    ground, shown = service.ground(seen.project), seen.shown
    ready = ready_of(service, seen.project)
    mark, kept = (ground.mark(), ready is None), service.shown.get("map")
    if kept is None or kept[0] != mark or kept[1] is not shown:
        drawing = public_map(ground.baseline()[0], ready, shown)
        kept = service.shown["map"] = mark, shown, drawing, f'"{hashlib.sha256(drawing).hexdigest()[:32]}"'
    headers = {"cache-control": "max-age=60", "etag": kept[3]}
    if request.headers.get("if-none-match") == kept[3]:
        return Response(status_code=304, headers=headers)
    return Response(kept[2], media_type="image/svg+xml", headers=headers)


@router.get("/point/{site}")
def point(request: Request, site: str) -> Response:
    """Show one point of the plan."""
    service = service_of(request)
    seen = public_view(service)
    if seen is None or seen.shown is None:
        raise HTTPException(404)
    row = next((p for p in seen.shown["points"] if p["site"] == site), None)
    if row is None:
        raise HTTPException(404)
    ready = ready_of(service, seen.project)
    language = language_of(request)
    return page(
        request,
        "point.html",
        row=row,
        names={} if ready is None else places.agency_names(ready, language),
        shown=seen.shown,
        published=seen.plan,
        languages_here=()
        if ready is None
        else places.spoken(ready, row["municipality"], [s["mode"] for s in row.get("serving", ())]),
        spoken=SPOKEN,
        illustrative=seen.shown["illustrative"],
        municipality=row["municipality_sv"] if language == "sv" and row["municipality_sv"] else row["municipality_fi"],
    )


@router.get("/data")
def data(request: Request) -> Response:
    """Show what open data there is and how to get it."""
    from tunti.web.ogc import ABOUT

    service = service_of(request)
    seen = public_view(service)
    return page(
        request,
        "data.html",
        about=list(ABOUT.values()),
        address=str(request.base_url),
        shown=None if seen is None else seen.shown,
        available=seen is not None,
        illustrative=False if seen is None else _illustrative(service, seen),
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
    seen = public_view(service)
    plan = None if seen is None else seen.plan
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
        illustrative=bool((plan.frozen or {}).get("illustrative")),
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
        illustrative=bool((plan.frozen or {}).get("illustrative")),
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
