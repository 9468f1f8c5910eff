"""The command ``tunti serve``: the workspace and the public view in a browser; and ``tunti account`` for its people."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tunti.cli.options import Lang, language_of
from tunti.cli.show import tell
from tunti.errors import TuntiError
from tunti.findings import say

if TYPE_CHECKING:
    from fastapi import FastAPI


def serve(
    folder: Annotated[
        Path | None, typer.Argument(metavar="DIR", help="Project folder, served on this machine without accounts.")
    ] = None,
    port: Annotated[int | None, typer.Option("--port", min=0, max=65535, help="Port to listen at; 8000.")] = None,
    host: Annotated[str | None, typer.Option("--host", help="Address to listen at; 127.0.0.1.")] = None,
    database: Annotated[
        str | None,
        typer.Option(
            "--database", help="Work database of a shared service with accounts: postgresql://... or sqlite:///..."
        ),
    ] = None,
    data: Annotated[Path | None, typer.Option("--data", help="Directory of a shared service's projects.")] = None,
    config: Annotated[Path | None, typer.Option("--config", help="TOML file with the service's settings.")] = None,
    lang: Lang = None,
) -> None:
    """Serve the workspace and the public view to browsers."""
    from tunti.store.folder import FolderStore
    from tunti.web.logs import start_logs
    from tunti.web.opening import run
    from tunti.web.settings import read_serve_settings

    if config is not None and not config.is_file():
        raise TuntiError(say("There is no file {path}.", path=str(config)))
    settings = read_serve_settings(config, folder=folder, port=port, host=host, database=database, data=data)
    if settings.folder is None and settings.database is None:
        raise TuntiError(say("Give a project folder, or --database for a shared service."))
    if settings.folder is not None and settings.database is not None:
        raise TuntiError(say("A shared service takes no folder: its projects are imported as zip files."))
    if settings.alone and settings.host not in ("127.0.0.1", "localhost", "::1"):
        raise TuntiError(
            say(
                "Without accounts only this machine is served. Use --database to serve others at {host}.",
                host=settings.host,
            )
        )
    if settings.folder is not None:
        FolderStore(settings.folder)  # says what is wrong before anything listens
    start_logs()

    def make() -> FastAPI:
        from tunti.web.app import create_app

        return create_app(settings)

    address = f"http://{settings.host}:{settings.port}/"
    tell(say("Serving at {address}. Ctrl-C ends it.", address=address).text(language_of(lang)))
    run(
        make,
        settings.host,
        settings.port,
        {
            "log_config": None,
            "access_log": False,
            "server_header": False,
            "proxy_headers": bool(settings.proxies),
            "forwarded_allow_ips": settings.proxies or None,
            "timeout_graceful_shutdown": 5,
            "limit_concurrency": 500,
        },
    )


def account(
    login: Annotated[str, typer.Argument(help="Name to log in with.")],
    database: Annotated[str, typer.Option("--database", envvar="TUNTI_DATABASE", help="Work database.")],
    role: Annotated[str, typer.Option("--role", help="viewer, editor, approver, steering, national or administrator.")],
    name: Annotated[str | None, typer.Option("--name", help="Name that others see.")] = None,
    region: Annotated[str | None, typer.Option("--region", help="Code of the region; all without it.")] = None,
    agency: Annotated[str | None, typer.Option("--agency", help="Agency; all without it.")] = None,
    lang: Lang = None,
) -> None:
    """Make an account of a shared service, or give one a role; the password is asked for or read from stdin."""
    from sqlalchemy import select

    from tunti.store.database import open_database
    from tunti.store.models import User
    from tunti.work import accounts
    from tunti.work.roles import Role

    if role not in set(Role):
        raise TuntiError(say("There is no role {value}. Choose one of: {names}.", value=role, names=", ".join(Role)))
    db = open_database(database)
    with db.reading() as session:
        there = session.execute(select(User.id).where(User.login == login.strip().casefold())).first()
    password = None
    if there is None:
        password = typer.prompt("", hide_input=True) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    with db.writing() as session:
        user = session.execute(select(User).where(User.login == login.strip().casefold())).scalar()
        if user is None:
            user = accounts.add_user(session, "command line", login, name or login, password)
        accounts.grant(session, "command line", user, Role(role), region=region, agency=agency)
    db.close()
    tell(say("{login} has the role {role}.", login=login, role=role).text(language_of(lang)))
