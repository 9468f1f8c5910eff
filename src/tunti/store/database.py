"""The work database: SQLite in a project folder, PostgreSQL for a shared service, the same tables in both."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.orm import Session

from tunti.errors import TuntiError
from tunti.findings import say

_CHAIN = 7_104_151
"""Number of the lock under which PostgreSQL lets one writer at a time go on with the audit trail."""


class Database:
    """An open work database.

    Parameters
    ----------
    engine : Engine
        Its tables are of the newest version.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._writer = engine.execution_options(writes=True)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a session that only reads."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Open a session whose changes are all kept when the block ends, or none after an error.

        What is kept is on the disk before the block ends: a crash loses nothing of it.
        """
        with Session(self._writer, expire_on_commit=False) as session, session.begin():
            if self.engine.dialect.name == "postgresql":
                # SQLite lets one writer in at a time anyway.
                session.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": _CHAIN})
            yield session

    def alive(self) -> bool:
        """Tell whether the database answers."""
        try:
            with self.engine.connect() as connection:
                connection.execute(text("SELECT 1"))
        except DBAPIError:
            return False
        return True

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def sqlite_url(path: Path) -> str:
    """Give the URL of a SQLite file; its folder is made when it is not there.

    Parameters
    ----------
    path : Path

    Returns
    -------
    str
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    return f"sqlite:///{path}"


def open_database(url: str) -> Database:
    """Open a work database and bring its tables to the newest version.

    Parameters
    ----------
    url : str
        ``sqlite:///path`` or ``postgresql://user@host/name``.

    Returns
    -------
    Database

    Raises
    ------
    TuntiError
        The database can't be reached; the message never holds the URL, which may hold a password.
    """
    try:
        address = make_url(url)
        if address.drivername in ("postgresql", "postgres"):
            address = address.set(drivername="postgresql+psycopg")
        options: dict[str, Any] = {"pool_pre_ping": True, "json_deserializer": _read_json}
        if address.get_backend_name() == "sqlite":
            options["connect_args"] = {"timeout": 30, "check_same_thread": False}
        else:
            options |= {"pool_size": 10, "max_overflow": 30}
        engine = create_engine(address, **options)
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError):
        raise TuntiError(
            say(
                "The database's address can't be used. Write sqlite:///path or postgresql://user@host/name; "
                "PostgreSQL needs the extra 'postgres'."
            )
        ) from None
    if address.get_backend_name() == "sqlite":
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    try:
        _upgrade(engine)
    except DBAPIError as problem:
        engine.dispose()
        raise TuntiError(
            say(
                "The database can't be reached ({reason}). Check its address and that it is running.",
                reason=type(problem.orig).__name__,
            )
        ) from None
    return Database(engine)


def _read_json(text: str | bytes) -> Any:
    """Read a JSON column. Nobody changes what comes out in place: a plan's big ones are read once and given again."""
    return _big_json(text) if len(text) > _BIG else json.loads(text)


_BIG = 2_000
"""Characters from which it pays to look a text up instead of reading it again."""

_big_json = lru_cache(maxsize=32)(json.loads)


def _set_up_sqlite(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # SQLAlchemy's begin event says when a transaction begins
    for words in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000"):
        connection.execute(f"PRAGMA {words}")


def _begin_sqlite(connection: Any) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _upgrade(engine: Engine) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with engine.execution_options(writes=True).begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": _CHAIN})
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
