"""Logging in and out, by password or an identity provider, and the page of people and roles."""

from __future__ import annotations

from typing import Annotated, Any

from authlib.common.security import generate_token
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from fastapi import APIRouter, Form, HTTPException, Query, Request
from fastapi.responses import RedirectResponse, Response
from httpx2 import AsyncClient, HTTPError
from itsdangerous import BadSignature, URLSafeTimedSerializer
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from sqlalchemy import select
from starlette.concurrency import run_in_threadpool

from tunti.errors import TuntiError
from tunti.locale import N_
from tunti.store.models import Membership, ProjectRow, User
from tunti.web.guard import SESSION, check_csrf
from tunti.web.logs import tell
from tunti.web.page import away, page
from tunti.web.state import Service, asked_of, service_of
from tunti.work import accounts
from tunti.work.audit import record
from tunti.work.roles import Role

router = APIRouter(include_in_schema=False)
_WAY = "tunti-way"


@router.get("/login")
def login_form(request: Request, to: Annotated[str, Query(max_length=500)] = "/work") -> Response:
    """Show the form to log in with."""
    return _form(request, to, None)


def _form(request: Request, to: str, problem: str | None, login: str = "") -> Response:
    settings = service_of(request).settings
    return page(
        request,
        "login.html",
        status=200 if problem is None else 400,
        to=_inside(to),
        problem=problem,
        login=login,
        provider=settings.oidc_name or settings.oidc_issuer,
    )


def _inside(to: str) -> str:
    """Keep the way on to this service's own pages."""
    return to if to.startswith("/work") and "\\" not in to and "//" not in to else "/work"


@router.post("/login")
def log_in(
    request: Request,
    login: Annotated[str, Form(max_length=200)] = "",
    password: Annotated[str, Form(max_length=1000)] = "",
    to: Annotated[str, Form(max_length=500)] = "/work",
    csrf: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Check login and password and open a session."""
    check_csrf(request, csrf)
    service = service_of(request)
    address = request.client.host if request.client else ""
    with service.db.writing() as session:
        user = accounts.log_in(session, login, password, who=address, most_failures=service.settings.login_failures)
        key = None if user is None else accounts.open_session(session, user, hours=service.settings.session_hours)
    if key is None:
        tell("login failed")
        return _form(request, to, N_("Login or password is wrong, or there were too many attempts."), login)
    return _with_session(service, _inside(to), key)


def _with_session(service: Service, to: str, key: str) -> Response:
    response = away(to)
    response.set_cookie(
        SESSION,
        key,
        max_age=int(service.settings.session_hours * 3600),
        httponly=True,
        secure=service.settings.secure_cookies,
        samesite="lax",
    )
    return response


@router.post("/logout")
def log_out(request: Request, csrf: Annotated[str, Form(max_length=200)] = "") -> Response:
    """End the session."""
    check_csrf(request, csrf)
    with service_of(request).db.writing() as session:
        accounts.close_session(session, asked_of(request).key)
    response = away("/")
    response.delete_cookie(SESSION)
    return response


def _signer(service: Service) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(service.settings.secret.get_secret_value(), salt="identity provider")


async def _provider(service: Service) -> dict[str, Any]:
    """Read what the identity provider says of itself."""
    settings = service.settings
    if not settings.oidc_issuer or not settings.oidc_client:
        raise HTTPException(404)
    async with AsyncClient(timeout=10) as client:
        answer = await client.get(settings.oidc_issuer.rstrip("/") + "/.well-known/openid-configuration")
        answer.raise_for_status()
        known: dict[str, Any] = answer.json()
    if known.get("issuer") != settings.oidc_issuer:
        raise HTTPException(503)
    return known


def _client(service: Service, **more: Any) -> AsyncOAuth2Client:
    settings = service.settings
    return AsyncOAuth2Client(
        settings.oidc_client,
        settings.oidc_secret.get_secret_value() or None,
        scope="openid profile",
        redirect_uri=settings.address.rstrip("/") + "/login/back",
        timeout=10,
        **more,
    )


@router.get("/login/provider")
async def to_provider(request: Request) -> Response:
    """Send the person to the identity provider."""
    service = service_of(request)
    try:
        known = await _provider(service)
    except HTTPError:
        raise HTTPException(503) from None
    state, nonce, verifier = generate_token(32), generate_token(32), generate_token(48)
    async with _client(service) as client:
        url, _ = client.create_authorization_url(
            known["authorization_endpoint"],
            state=state,
            nonce=nonce,
            code_challenge=create_s256_code_challenge(verifier),
            code_challenge_method="S256",
        )
    response = RedirectResponse(url, status_code=303)
    # What the way back is checked against, signed and only in the person's browser.
    kept = _signer(service).dumps([state, nonce, verifier])
    response.set_cookie(
        _WAY, kept, max_age=600, httponly=True, secure=service.settings.secure_cookies, samesite="lax", path="/login"
    )
    return response


@router.get("/login/back")
async def from_provider(
    request: Request,
    code: Annotated[str, Query(max_length=4000)] = "",
    state: Annotated[str, Query(max_length=500)] = "",
) -> Response:
    """Take what the identity provider says of the person and open a session."""
    service = service_of(request)
    settings = service.settings
    failed = N_("The identity provider did not let you in. Try again.")
    try:
        kept_state, nonce, verifier = _signer(service).loads(request.cookies.get(_WAY, ""), max_age=600)
        if not code or kept_state != state:
            return _form(request, "/work", failed)
        known = await _provider(service)
        async with _client(service) as client:
            token = await client.fetch_token(known["token_endpoint"], code=code, code_verifier=verifier)
            keys = (await client.request("GET", known["jwks_uri"], withhold_token=True)).json()
        algorithms = [
            a for a in known.get("id_token_signing_alg_values_supported", ["RS256"]) if a[:2] in ("RS", "ES", "PS")
        ]
        read = jwt.decode(token["id_token"], KeySet.import_key_set(keys), algorithms=algorithms)
        claims = CodeIDToken(
            read.claims,
            read.header,
            options={
                "iss": {"essential": True, "value": settings.oidc_issuer},
                "aud": {"essential": True, "value": settings.oidc_client},
            },
            params={"nonce": nonce, "client_id": settings.oidc_client, "access_token": token.get("access_token")},
        )
        claims.validate(leeway=30)
    except (BadSignature, HTTPError, OAuthError, JoseError, KeyError, ValueError) as problem:
        tell("identity provider refused", kind=type(problem).__name__)
        return _form(request, "/work", failed)
    name = str(claims.get("name") or claims.get("preferred_username") or claims["sub"])[:200]

    def enter() -> str | None:
        with service.db.writing() as session:
            user = accounts.user_of_provider(session, settings.oidc_issuer, str(claims["sub"])[:300], name)
            return accounts.open_session(session, user, hours=settings.session_hours) if user.active else None

    key = await run_in_threadpool(enter)
    if key is None:
        return _form(request, "/work", failed)
    response = _with_session(service, "/work", key)
    response.delete_cookie(_WAY, path="/login")
    return response


@router.get("/users")
def users(request: Request) -> Response:
    """Show all people and their roles."""
    return _users(request, None)


def _users(request: Request, problem: str | None) -> Response:
    with service_of(request).db.reading() as session:
        people = session.execute(select(User).order_by(User.name)).scalars().all()
        roles: dict[int, list[Membership]] = {}
        for m in session.execute(select(Membership).order_by(Membership.id)).scalars():
            roles.setdefault(m.user_id, []).append(m)
        projects = session.execute(select(ProjectRow).order_by(ProjectRow.name)).scalars().all()
    return page(
        request,
        "users.html",
        status=200 if problem is None else 400,
        people=people,
        roles=roles,
        projects=projects,
        names={p.id: p.name for p in projects},
        problem=problem,
        workspace=True,
    )


@router.post("/users")
def add_user(
    request: Request,
    login: Annotated[str, Form(max_length=200)] = "",
    name: Annotated[str, Form(max_length=200)] = "",
    password: Annotated[str, Form(max_length=1000)] = "",
    csrf: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Make an account."""
    check_csrf(request, csrf)
    try:
        with service_of(request).db.writing() as session:
            accounts.add_user(session, asked_of(request).person.name, login, name, password)
    except TuntiError as problem:
        from tunti.web.page import language_of

        return _users(request, problem.text(language_of(request)))
    return away("/users")


@router.post("/users/{user}/roles")
def give_role(
    request: Request,
    user: int,
    role: Annotated[Role, Form()],
    project: Annotated[str, Form(max_length=20)] = "",
    region: Annotated[str, Form(max_length=30)] = "",
    agency: Annotated[str, Form(max_length=100)] = "",
    csrf: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Give a person a role, or take all of theirs away first when asked."""
    check_csrf(request, csrf)
    with service_of(request).db.writing() as session:
        found = session.get(User, user) if user < 2**31 else None
        number = int(project) if project.isdigit() and len(project) < 10 else None
        if found is None or (number is not None and session.get(ProjectRow, number) is None):
            raise HTTPException(404)
        accounts.grant(
            session,
            asked_of(request).person.name,
            found,
            role,
            project=number,
            region=region.strip() or None,
            agency=agency.strip() or None,
        )
    return away("/users")


@router.post("/users/{user}/close")
def close_user(request: Request, user: int, csrf: Annotated[str, Form(max_length=200)] = "") -> Response:
    """Close an account, or open it again: closed people can't log in, and their sessions end."""
    check_csrf(request, csrf)
    asked = asked_of(request)
    with service_of(request).db.writing() as session:
        found = session.get(User, user) if user < 2**31 else None
        if found is None or found.id == asked.person.user:
            raise HTTPException(404)
        found.active = not found.active
        record(session, asked.person.name, "account " + ("opened" if found.active else "closed"), user=found.id)
    return away("/users")
