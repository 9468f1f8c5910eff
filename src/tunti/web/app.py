"""The service as an ASGI application: routes, door, errors in words, and the processes that do jobs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from importlib.resources import files
from threading import Event, Thread

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from fastapi.staticfiles import StaticFiles
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException as StarletteError
from starlette.middleware.trustedhost import TrustedHostMiddleware

from tunti import __version__
from tunti.errors import TuntiError
from tunti.locale import N_, translator
from tunti.report.words import words_for
from tunti.store.models import Job, PlanRow, ProjectRow
from tunti.web import (
    accounts,
    api,
    changing,
    choosing,
    correcting,
    ogc,
    overview,
    projects,
    public,
    reading,
    running,
    tables,
    together,
)
from tunti.web.described import describe, described
from tunti.web.ground import NotReady
from tunti.web.guard import guard
from tunti.web.logs import LOG, tell
from tunti.web.page import language_of, page
from tunti.web.said import in_words
from tunti.web.security import Door, is_open
from tunti.web.settings import ServeSettings
from tunti.web.state import Service, open_service
from tunti.web.workers import Workers
from tunti.work.changes import EMPTY
from tunti.work.comments import forget
from tunti.work.jobs import ask_job
from tunti.work.plans import Outdated
from tunti.work.roles import Refused

_WORDS = {
    400: N_("The request can't be understood."),
    401: N_("Log in first."),
    403: N_("You may not do this."),
    404: N_("There is no such page."),
    405: N_("This can't be done here."),
    409: N_("Somebody else has changed the same thing."),
    422: N_("The request can't be understood."),
    429: N_("Too many requests. Try again later."),
    500: N_("Something went wrong in the service. It has been noted."),
    503: N_("The service is not ready yet. Try again in a moment."),
}


def create_app(settings: ServeSettings, *, jobs: bool = True) -> FastAPI:
    """Make the service.

    Parameters
    ----------
    settings : ServeSettings
    jobs : bool
        Start the processes that do jobs.

    Returns
    -------
    FastAPI
    """
    service = open_service(settings)

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        workers = Workers(settings) if jobs and settings.workers else None
        over = Event()
        Thread(target=_keep_warm, args=(service, over), daemon=True, name="warm").start()
        yield
        over.set()
        if workers is not None:
            workers.stop()
        service.db.close()

    app = FastAPI(
        title="Tunti",
        version=__version__,
        description="Open data of a network of joint public service points, and the interface of the workspace.",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        dependencies=[Depends(guard)],
        lifespan=life,
        swagger_ui_oauth2_redirect_url=None,
    )
    app.state.service = service
    app.openapi = partial(described, app)  # type: ignore[method-assign]
    app.add_api_route("/openapi.json", describe, include_in_schema=False)
    for part in (
        public,
        ogc,
        accounts,
        projects,
        correcting,
        overview,
        changing,
        running,
        together,
        reading,
        choosing,
        tables,
        api,
    ):
        app.include_router(part.router)
    app.mount("/static", StaticFiles(directory=str(files("tunti.web") / "static")), name="static")
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=_hosts(settings), www_redirect=False)
    app.add_middleware(
        Door, most=settings.upload_megabytes * 1_000_000, https=settings.secure_cookies and not settings.alone
    )

    @app.exception_handler(StarletteError)
    async def refused(request: Request, problem: StarletteError) -> Response:
        return _answer(request, problem.status_code, None, dict(problem.headers or {}))

    @app.exception_handler(HTTPException)
    async def refused_too(request: Request, problem: HTTPException) -> Response:
        said = problem.detail if isinstance(problem.detail, dict) else None
        return _answer(request, problem.status_code, said, dict(problem.headers or {}))

    @app.exception_handler(RequestValidationError)
    async def misfit(request: Request, problem: RequestValidationError) -> Response:
        where = [".".join(str(p) for p in e["loc"]) for e in problem.errors()]
        # The standard of the open data has a code of its own for a parameter that can't be understood.
        return _answer(request, 400 if is_open(request.url.path) else 422, {"where": where})

    @app.exception_handler(TuntiError)
    async def told(request: Request, problem: TuntiError) -> Response:
        status = 403 if isinstance(problem, Refused) else 409 if isinstance(problem, Outdated) else 400
        said = {"message": problem.text(language_of(request))}
        if isinstance(problem, Outdated) and not _plain(request):
            words = words_for(language_of(request))
            told = partial(in_words, words=words, names={})
            sent = getattr(request.state, "sent", {})
            return page(request, "conflict.html", status=409, problem=problem, in_words=told, sent=sent, workspace=True)
        if isinstance(problem, Outdated):
            said |= {"version": str(problem.plan.version), "both": ", ".join(sorted(problem.both))}
        return _answer(request, status, said)

    @app.exception_handler(NotReady)
    async def not_ready(request: Request, problem: NotReady) -> Response:
        return _answer(request, 503, None, {"Retry-After": "10"})

    @app.exception_handler(OperationalError)
    async def no_database(request: Request, problem: OperationalError) -> Response:
        LOG.error("database", exc_info=problem)
        return _answer(request, 503, None, {"Retry-After": "5"})

    @app.exception_handler(Exception)
    async def broken(request: Request, problem: Exception) -> Response:
        LOG.error("fault", exc_info=problem)
        return _answer(request, 500, None)

    return app


def _hosts(settings: ServeSettings) -> list[str]:
    if settings.hosts:
        return list(settings.hosts)
    # One project on this machine answers to this machine's names only: other names are a trick of another site.
    return ["localhost", "127.0.0.1", "[::1]", "::1", "testserver"] if settings.alone else ["*"]


def _plain(request: Request) -> bool:
    """Tell whether the answer goes to a program and not to a person."""
    path = request.url.path
    return path.startswith(("/api", "/collections", "/conformance", "/openapi", "/health", "/ready")) or (
        "application/json" in request.headers.get("accept", "") and "text/html" not in request.headers.get("accept", "")
    )


def _answer(
    request: Request, status: int, said: Mapping[str, object] | None, headers: dict[str, str] | None = None
) -> Response:
    text = _WORDS.get(status, _WORDS[400 if status < 500 else 500])
    if _plain(request):
        told = {"message": translator(language_of(request))(text), **(said or {})}
        return JSONResponse({"status": status, **told}, status_code=status, headers=headers)
    made = page(request, "error.html", status=status, text=text, said=(said or {}).get("message"), number=status)
    made.headers.update(headers or {})
    return made


def _keep_warm(service: Service, over: Event) -> None:
    """Read the projects' tables before somebody asks, whenever they change; forget comments whose time is over."""
    marks: dict[int, str] = {}
    while True:
        with service.db.writing() as session:
            forget(session)
        with service.db.reading() as session:
            projects = session.execute(select(ProjectRow)).scalars().all()
        for project in projects[:20]:
            mark = service.ground(project).mark()
            if marks.get(project.id) != mark and _warm(service, project):
                marks[project.id] = mark
        if over.wait(15):
            return


def _warm(service: Service, project: ProjectRow) -> bool:
    """Get a project's drive times into memory, or have a job work them out; tell whether nothing is left to do."""
    try:
        ground = service.ground(project)
        ground.baseline()
        ground.standing(EMPTY)
    except NotReady:
        with service.db.writing() as session:
            plan = session.execute(
                select(PlanRow).where(PlanRow.project_id == project.id).order_by(PlanRow.id).limit(1)
            ).scalar()
            busy = select(Job.id).where(Job.project_id == project.id, Job.state.in_(("queued", "running")))
            if plan is not None and session.execute(busy).first() is None:
                ask_job(session, "service", project=project.id, plan=plan.id, kind="times", asked={"baseline": True})
        return False
    except TuntiError:
        tell("tables can't be used", project=project.slug)
        return True
    tell("warm", project=project.slug)
    return True
