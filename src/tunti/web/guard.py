"""The door: every route with the right that it asks for. A route that is not in the table is closed."""

from __future__ import annotations

import hmac
from typing import Literal
from urllib.parse import urlsplit

from fastapi import HTTPException, Request
from sqlalchemy import select

from tunti.store.models import PlanRow, ProjectRow
from tunti.web.state import Asked, service_of
from tunti.work.accounts import person_of, user_of_session
from tunti.work.roles import LOCAL, PUBLIC, RIGHTS, Act, Grant, may

Rule = Act | Literal["anyone", "person"]
"""The right that a route asks for; ``anyone`` asks for none, ``person`` for an account only."""

SESSION = "tunti-session"
"""Name of the cookie with the session's key."""

_P, _L = "/work/{project}", "/work/{project}/plans/{plan}"
_A = "/api/projects/{project}"
_B = _A + "/plans/{plan}"

ROUTES: dict[tuple[str, str], Rule] = {
    # The public's pages and open data.
    ("GET", "/"): "anyone",
    ("GET", "/map.svg"): "anyone",
    ("GET", "/point/{site}"): "anyone",
    ("GET", "/comment"): "anyone",
    ("POST", "/comment"): "anyone",
    ("POST", "/comment/delete"): "anyone",
    ("GET", "/accessibility"): "anyone",
    ("GET", "/privacy"): "anyone",
    ("GET", "/data"): "anyone",
    ("GET", "/api"): "anyone",
    ("GET", "/conformance"): "anyone",
    ("GET", "/collections"): "anyone",
    ("GET", "/collections/{collection}"): "anyone",
    ("GET", "/collections/{collection}/items"): "anyone",
    ("GET", "/collections/{collection}/items/{item}"): "anyone",
    ("GET", "/health"): "anyone",
    ("GET", "/ready"): "anyone",
    ("GET", "/openapi.json"): "anyone",
    # Accounts.
    ("GET", "/login"): "anyone",
    ("POST", "/login"): "anyone",
    ("GET", "/login/provider"): "anyone",
    ("GET", "/login/back"): "anyone",
    ("POST", "/logout"): "person",
    ("GET", "/users"): Act.ADMINISTER,
    ("POST", "/users"): Act.ADMINISTER,
    ("POST", "/users/{user}/roles"): Act.ADMINISTER,
    ("POST", "/users/{user}/close"): Act.ADMINISTER,
    # The workspace.
    ("GET", "/work"): "person",
    ("POST", "/work"): Act.ADMINISTER,
    ("GET", _P): Act.READ,
    ("GET", _P + "/findings"): Act.READ,
    ("GET", _P + "/waiting"): Act.EDIT,
    ("POST", _P + "/waiting"): Act.EDIT,
    ("GET", _P + "/rows/{table}"): Act.EDIT,
    ("POST", _P + "/cells"): Act.EDIT,
    ("POST", _P + "/tables"): Act.EDIT,
    ("GET", _P + "/export.zip"): Act.EDIT,
    ("POST", _P + "/plans"): Act.EDIT,
    ("GET", _P + "/compare"): Act.READ,
    ("GET", _P + "/log"): Act.READ,
    ("POST", _P + "/log"): Act.DECIDE,
    ("GET", _P + "/national"): Act.NATIONAL,
    ("GET", _L): Act.READ,
    ("GET", _L + "/map"): Act.READ,
    ("POST", _L + "/map"): Act.EDIT,
    ("GET", _L + "/tables/{table}"): Act.READ,
    ("POST", _L + "/tables/{table}"): Act.EDIT,
    ("POST", _L + "/changes"): Act.EDIT,
    ("GET", _L + "/choices"): Act.READ,
    ("GET", _L + "/choices/{job}/{row}"): Act.READ,
    ("POST", _L + "/choices/{job}/{row}"): Act.EDIT,
    ("GET", _L + "/services"): Act.READ,
    ("GET", _L + "/programme"): Act.READ,
    ("GET", _L + "/money"): Act.READ,
    ("GET", _L + "/remote"): Act.READ,
    ("GET", _L + "/documents"): Act.READ,
    ("GET", _L + "/documents/{file}"): Act.READ,
    ("GET", _L + "/statements"): Act.READ,
    ("POST", _L + "/statements"): Act.HEAR,
    ("POST", _L + "/statements/{number}"): Act.COMMENT,
    ("POST", _L + "/statements/{number}/answer"): Act.PROPOSE,
    ("GET", _L + "/comments"): Act.READ,
    ("POST", _L + "/comments"): Act.COMMENT,
    ("GET", _L + "/comments.csv"): Act.MODERATE,
    ("POST", _L + "/comments/{number}"): Act.COMMENT,
    ("POST", _L + "/state"): Act.READ,
    ("POST", _L + "/jobs"): Act.EDIT,
    ("POST", _L + "/jobs/{number}/cancel"): Act.EDIT,
    # The map's and scripts' interface.
    ("GET", "/api/projects"): "person",
    ("GET", _B): Act.READ,
    ("POST", _B + "/changes"): Act.EDIT,
    ("POST", _B + "/what-if"): Act.READ,
    ("GET", _B + "/sites"): Act.READ,
    ("GET", _B + "/cells"): Act.READ,
    ("GET", _B + "/offices"): Act.READ,
    ("GET", _B + "/borders"): Act.READ,
    ("GET", _B + "/jobs"): Act.READ,
    ("POST", _B + "/jobs"): Act.EDIT,
    ("POST", _B + "/jobs/{number}/cancel"): Act.EDIT,
}
"""Method and path of every route and the right that it asks for in the project and the plan's region."""

_FINER = {_L + "/statements/{number}", _L + "/state", _L + "/tables/{table}"}
"""Routes that look closer at the right themselves: the agency's or the step's."""


def guard(request: Request) -> None:
    """Let a request in or not; the first thing that happens to it.

    Raises
    ------
    HTTPException
        401 without an account where one is needed, 404 for what the person may not know of, 403 for what they may
        not do.
    """
    service = service_of(request)
    path = request.scope["route"].path
    rule = ROUTES.get((request.method, path))
    if rule is None:
        raise HTTPException(403)
    person, key = PUBLIC, ""
    if service.settings.alone:
        person, key = LOCAL, "local"
    elif cookie := request.cookies.get(SESSION):
        with service.db.reading() as session:
            user = user_of_session(session, cookie)
            if user is not None:
                person, key = person_of(session, user), cookie
    request.state.asked = Asked(person, key)
    if request.method != "GET":
        _from_here(request)
    if rule == "anyone":
        return
    if person is PUBLIC:
        raise HTTPException(401)
    if rule == "person":
        return
    project = plan = None
    if "project" in request.path_params:
        with service.db.reading() as session:
            project = session.execute(
                select(ProjectRow).where(ProjectRow.slug == request.path_params["project"])
            ).scalar()
            if project is not None and "plan" in request.path_params:
                plan = session.execute(
                    select(PlanRow).where(PlanRow.project_id == project.id, PlanRow.name == request.path_params["plan"])
                ).scalar()
                if plan is None:
                    raise HTTPException(404)
        # What a person may not read is not there for them: the answer does not tell one from the other.
        if project is None or not may_read(person.grants, project.id):
            raise HTTPException(404)
        if plan is not None and not may(person, Act.READ, project=project.id, region=plan.region):
            raise HTTPException(404)
    assert isinstance(rule, Act)
    number = None if project is None else project.id
    region = None if plan is None else plan.region
    bare = plan is None and any(g.project in (None, number) for g in person.grants if rule in RIGHTS[g.role])
    if not (may(person, rule, project=number, region=region) or bare or path in _FINER):
        raise HTTPException(403)
    request.state.asked = Asked(person, key, project, plan)


def csrf(request: Request) -> str:
    """Give the token that a form of this session carries."""
    key = request.state.asked.key if hasattr(request.state, "asked") else ""
    return service_of(request).sign("form", key)


def check_csrf(request: Request, given: str | None) -> None:
    """Refuse a form that was not made for this session.

    Raises
    ------
    HTTPException
        403.
    """
    if not given or not hmac.compare_digest(given, csrf(request)):
        raise HTTPException(403)


def may_read(grants: tuple[Grant, ...], project: int) -> bool:
    """Tell whether any role lets a person into a project."""
    return any(g.project in (None, project) for g in grants)


def _from_here(request: Request) -> None:
    """Refuse what another site's page sends in a person's name."""
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    if site in ("cross-site", "same-site"):
        raise HTTPException(403)
    if origin and origin != "null" and urlsplit(origin).netloc != request.headers.get("host"):
        raise HTTPException(403)
    if origin == "null" and site != "same-origin":
        raise HTTPException(403)
