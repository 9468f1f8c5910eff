"""What-ifs through the web, as the map asks for them: open, close, move, and a new place dragged over the map.

    python bench/web_what_if.py --tool road_country.py [--country FILE.npz] [--nodes 300000] [--cells 100000]
                                [--sites 600] [--requests 200] [--folder DIR]

The country is invented by ``--tool`` (or taken from ``--country``, a file that the tool made). It becomes a project
folder whose drive times are worked out first; then ``tunti serve`` opens it and one planner asks, one request after
the other. A new place is searched on the road network within each request. Prints a table; ends with 1 when a bar is
missed: 95 % of the answers in 1 s, no error. ``--folder`` keeps the project for another run.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import requests

from tunti.store.database import open_database, sqlite_url
from tunti.store.models import ProjectRow
from tunti.web.ground import Ground
from tunti.work.audit import now
from tunti.work.changes import EMPTY
from tunti.work.plans import make_plan
from tunti.work.roles import LOCAL

TOML = '[project]\nname = "Keksitty maa"\nillustrative = true\n\n[speeds]\nroads_per_place = 1\n'
WEST, SOUTH = 250_000.0, 6_650_000.0
BAR = 1000.0
API = "/api/projects/project/plans/plan"


def project(country: Path, folder: Path) -> None:
    """Write the country as a project's tables; the links keep the tool's times."""
    with np.load(country) as z:
        x = WEST + (z["lon"].astype(float) - 21) * 111_200 * 0.5
        y = SOUTH + (z["lat"].astype(float) - 60) * 111_200
        tail, head, ds = z["tail"].astype(np.int64), z["head"].astype(np.int64), z["ds"]
        cell, people, region = z["cell_node"], z["cell_people"], z["cell_region"]
        site, cost = z["site_node"], z["site_cost"]
    nodes = len(x)
    key = np.minimum(tail, head) * nodes + np.maximum(tail, head)
    links = pd.DataFrame({"key": key, "tail": tail, "head": head, "ds": ds}).sort_values(["key", "ds"], kind="stable")
    ways = links.groupby("key")["tail"].nunique()
    links = links.drop_duplicates("key")
    km = np.maximum(np.hypot(x[links["tail"]] - x[links["head"]], y[links["tail"]] - y[links["head"]]) / 1000, 0.001)
    code = np.array([f"{n + 1:03d}" for n in region])
    place = pd.Series(code, index=cell)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "project.toml").write_text(TOML, encoding="utf-8")
    tables = {
        "road_nodes": pd.DataFrame({"node": np.arange(nodes).astype(str), "x": x, "y": y}),
        "road_links": pd.DataFrame(
            {
                "from_node": links["tail"].to_numpy().astype(str),
                "to_node": links["head"].to_numpy().astype(str),
                "km": km,
                "road_class": "connecting",
                "kmh": np.clip(km * 36_000 / links["ds"].to_numpy(), 1, 180),
                "oneway": ways.loc[links["key"]].to_numpy() == 1,
            }
        ),
        "cells": pd.DataFrame(
            {
                "cell": [f"r{n:06d}" for n in range(len(cell))],
                "x": x[cell],
                "y": y[cell],
                "municipality": code,
                "people": people,
            }
        ),
        "municipalities": pd.DataFrame(
            [
                {
                    "municipality": c,
                    "name_fi": f"Kunta {c}",
                    "name_sv": f"Kommun {c}",
                    "region": c[1:],
                    "region_fi": f"Maakunta {c}",
                    "region_sv": f"Landskap {c}",
                    "region_en": f"Region {c}",
                    "languages": "fi",
                    "sami_homeland": False,
                    "people": int(people[code == c].sum()),
                }
                for c in sorted(set(code))
            ]
        ),
        "sites": pd.DataFrame(
            {
                "site": [f"s{n:04d}" for n in range(len(site))],
                "name": [f"Paikka {n + 1}" for n in range(len(site))],
                "municipality": [place.get(n, code[0]) if n in place.index else code[0] for n in site],
                "x": x[site],
                "y": y[site],
                "status": "candidate",
                "cost_eur_year": cost.astype(float),
            }
        ),
    }
    for name, table in tables.items():
        table.to_parquet(folder / f"{name}.parquet", index=False)


def prepare(folder: Path) -> tuple[list[str], pd.DataFrame]:
    """Work the drive times out and keep a plan with a third of the sites open; give the sites and the cells."""
    ground = Ground(folder, least_people=10)
    start, cpu = time.perf_counter(), time.process_time()
    inputs, _, findings = ground.baseline()
    for f in findings[:5]:
        print("finding:", f.table, f.what.text("en"))
    timed = ground.stages(EMPTY, lambda what, done: None).times()
    sites = [str(s) for s in timed.area.sites["site"]]
    print(
        f"{len(inputs.road_nodes):,} nodes, {len(inputs.road_links):,} links, {len(timed.area.cells):,} cells, "
        f"{len(sites):,} sites, {len(timed.times.cell):,} pairs; tables and times in "
        f"{time.perf_counter() - start:.0f} s ({time.process_time() - cpu:.0f} s of CPU)",
        flush=True,
    )
    db = open_database(sqlite_url(folder / ".tunti" / "work.sqlite"))
    with db.writing() as session:
        if session.query(ProjectRow).first() is None:
            row = ProjectRow(slug="project", name="Keksitty maa", folder=str(folder), public=True, made_at=now())
            session.add(row)
            session.flush()
            content = {"patches": [], "points": sites[::3]}
            make_plan(session, LOCAL, project=row.id, name="plan", title="Ehdotus", content=content)
    db.close()
    return sites, timed.area.cells


def asked(session, base: str, pid: int, kind: str, draw: random.Random, sites: list[str], cells) -> tuple[float, float]:
    """Ask for one what-if and give the milliseconds and the server's CPU seconds."""
    plan = session.get(base + API).json()
    opened = set(plan["points"])
    shut = [s for s in sites if s not in opened]
    cell = cells.iloc[draw.randrange(len(cells))]
    new = {"lon": cell["lon"] + draw.uniform(-0.01, 0.01), "lat": cell["lat"] + draw.uniform(-0.005, 0.005)}
    body = {
        "open": {"open": [draw.choice(shut)]},
        "close": {"close": [draw.choice(sorted(opened))]},
        "move": {"move": [[draw.choice(sorted(opened)), draw.choice(shut)]]},
        "new place": {"new": [new | {"cost_eur_year": 120_000}]},
        "point to a new place": {"close": [draw.choice(sorted(opened))], "new": [new | {"cost_eur_year": 120_000}]},
    }
    cpu = used(pid)[0]
    if kind != "change":
        start = time.perf_counter()
        answer = session.post(base + API + "/what-if", json=body[kind])
    else:
        site = draw.choice(sites)
        change = {"do": "close" if site in plan["points"] else "open", "site": site}
        token = {"X-CSRF-Token": plan["csrf"]}
        told = {"version": plan["version"], "changes": [change]}
        start = time.perf_counter()
        answer = session.post(base + API + "/changes", json=told, headers=token)
    ms, cpu = 1000 * (time.perf_counter() - start), used(pid)[0] - cpu
    assert answer.status_code == 200, (kind, answer.status_code, answer.text[:300])
    found = answer.json()
    if kind != "change":
        assert found["after"]["cost_eur_year"] is not None
        assert found["before"]["people_outside"] >= 0
    return ms, cpu


def used(pid: int) -> tuple[float, float]:
    """Give a process's CPU seconds and resident megabytes."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    memory = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    ticks = os.sysconf("SC_CLK_TCK")
    return (int(fields[11]) + int(fields[12])) / ticks, int(memory.group(1)) / 1024 if memory else 0.0


def measure(base: str, pid: int, sites: list[str], cells: pd.DataFrame, count: int) -> bool:
    session, draw, good = requests.Session(), random.Random(1), True
    end = time.monotonic() + 900
    while session.get(base + "/ready").status_code != 200 or session.get(base + API).json()["figures"] is None:
        assert time.monotonic() < end, "the server does not get ready"
        time.sleep(1)
    start = time.perf_counter()
    for part in ("borders", "sites", "cells", "offices"):
        assert session.get(f"{base}{API}/{part}").status_code == 200
    shown = time.perf_counter() - start
    asked(session, base, pid, "new place", draw, sites, cells)
    print(
        f"after the start: the map has its data in {shown:.1f} s, the road network is joined (once, beside it) and a "
        f"first new place told in {time.perf_counter() - start:.1f} s\n"
    )
    print("| what-if | answers | median ms | 95 % ms | slowest ms | CPU ms | bar ms |\n|---|---|---|---|---|---|---|")
    first = used(pid)[1]
    for kind in ("open", "close", "move", "new place", "point to a new place", "change"):
        found = [asked(session, base, pid, kind, draw, sites, cells) for _ in range(count)]
        ms, cpu = sorted(f[0] for f in found), 1000 * sum(f[1] for f in found) / count
        p95 = ms[min(count - 1, int(0.95 * count))]
        good &= p95 < BAR
        print(
            f"| {kind} | {count} | {ms[count // 2]:.0f} | {p95:.0f} | {ms[-1]:.0f} | {cpu:.0f} | {BAR:.0f} |",
            flush=True,
        )
    print(f"\nmemory MB: {first:.0f} before, {used(pid)[1]:.0f} after; load average {os.getloadavg()[0]:.1f}")
    return good


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--tool", type=Path, help="road_country.py")
    options.add_argument("--country", type=Path, help="a file that the tool made")
    options.add_argument("--nodes", default="300000")
    options.add_argument("--cells", default="100000")
    options.add_argument("--sites", default="600")
    options.add_argument("--requests", type=int, default=200)
    options.add_argument("--folder", type=Path)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = given.folder or Path(scratch) / "project"
        if not (folder / "project.toml").exists():
            country = given.country or Path(scratch) / "country.npz"
            if given.country is None:
                assert given.tool is not None, "give --tool or --country"
                sizes = ["--nodes", given.nodes, "--cells", given.cells, "--sites", given.sites]
                subprocess.run([sys.executable, str(given.tool), str(country), *sizes], check=True)
            project(country, folder)
        sites, cells = prepare(folder)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        with (Path(scratch) / "log").open("w") as log:
            server = subprocess.Popen(
                [sys.executable, "-m", "tunti", "serve", str(folder), "--port", str(port)],
                env={**os.environ, "TUNTI_WORKERS": "0"},
                stdout=log,
                stderr=log,
            )
        try:
            end = time.monotonic() + 120
            while True:
                try:
                    requests.get(f"http://127.0.0.1:{port}/health", timeout=5)
                    break
                except requests.RequestException:
                    assert time.monotonic() < end, "the server does not answer"
                    time.sleep(0.3)
            return 0 if measure(f"http://127.0.0.1:{port}", server.pid, sites, cells, given.requests) else 1
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(30)


if __name__ == "__main__":
    sys.exit(main())
