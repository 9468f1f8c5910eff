"""Remote service: the pooling figures, the formulas against Ciw, and how long the starter's country takes.

    python bench/remote.py [--weeks 10]

CPU seconds of one process (set OPENBLAS_NUM_THREADS=1, NUMBA_NUM_THREADS=1). Ciw simulates the same queue for the same
number of customers as the own simulation; both give the mean wait with its 95 % interval beside the formula's.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import ciw
import numpy as np

from tunti.inputs.starter import copy_starter
from tunti.plan.area import part
from tunti.project import Project
from tunti.remote.queues import ServiceLevel, staff_needed, waiting, waiting_with_patience
from tunti.remote.service import dimension
from tunti.remote.simulate import simulate
from tunti.remote.single import Interval, interval, simulate_queue
from tunti.stages import Stages


def pooling() -> None:
    level = ServiceLevel(answered=0.8, within=5.0)
    print("| 80 % in 5 min, 20 min a visit | alone | together |\n|---|---|---|")
    for text, n, load in (("20 points x 1.2 Erlang", 20, 1.2), ("12 languages x 0.4 Erlang", 12, 0.4)):
        print(f"| {text} | {n * staff_needed(load, 20.0, level)} | {staff_needed(n * load, 20.0, level)} |")


def by_ciw(load: float, servers: int, minutes: float, customers: int, runs: int) -> Interval:
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(load / minutes)],
        service_distributions=[ciw.dists.Exponential(1 / minutes)],
        number_of_servers=[servers],
    )
    length, means = customers / load * minutes, []
    for run in range(runs):
        ciw.seed(run)
        world = ciw.Simulation(network)
        world.simulate_until_max_time(1.1 * length)
        # Who came last is not yet served and would be missed: they are left out of both ends.
        records = [r for r in world.get_all_records() if 0.1 * length < r.arrival_date < 1.05 * length]
        means.append(np.mean([r.waiting_time for r in records]))
    return interval(np.array(means))


def against_ciw() -> None:
    print("\n| M/M/c | formula, min | own simulation | CPU s | Ciw | CPU s |\n|---|---|---|---|---|---|")
    for load, servers in ((2.2, 3), (8.0, 10), (24.0, 28)):
        exact = waiting(load, servers, 20.0, within=5.0).mean_wait
        start = time.process_time()
        own = simulate_queue(load, servers, 20.0, within=5.0, customers=20_000, runs=10)["mean_wait"]
        middle = time.process_time()
        other = by_ciw(load, servers, 20.0, 20_000, 10)
        end = time.process_time()
        print(
            f"| {load:g} Erlang, {servers} | {exact:.3f} | {own.mean:.3f} ± {own.half:.3f} | {middle - start:.2f} "
            f"| {other.mean:.3f} ± {other.half:.3f} | {end - middle:.2f} |"
        )


def large() -> None:
    print("\n| formula | Erlang, clerks | ms |\n|---|---|---|")
    for name, load, servers, make in (
        ("Erlang C", 5000.0, 5050, lambda a, c: waiting(a, c, 20.0, within=5.0)),
        ("Erlang A", 5000.0, 4950, lambda a, c: waiting_with_patience(a, c, 20.0, 15.0, within=5.0)),
    ):
        start = time.process_time()
        make(load, servers)
        print(f"| {name} | {load:g}, {servers} | {1000 * (time.process_time() - start):.0f} |")


def country(weeks: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        copy_starter(Path(folder))
        project = Project(folder)
        inputs, settings, _ = project.baseline()
        stages = Stages(project.store, inputs, settings, lambda *_: None)
        timed, (_, network) = stages.times(), stages.network()
        times = part(timed.times, np.arange(len(timed.area.sites)))
        start = time.process_time()
        found, detail = dimension(times, timed.area.cells, timed.area.sites, inputs, settings, open_sites=network.open)
        middle = time.process_time()
        simulated = simulate(detail, settings.remote, weeks=weeks)
        end = time.process_time()
    t = found.totals
    print("\n| the starter's country | |\n|---|---|")
    for name in ("points", "agencies", "languages", "rooms", "clerks", "clerks_unpooled", "interpreters"):
        print(f"| {name} | {t[name]} |")
    print(f"| interpreters_unpooled | {t['interpreters_unpooled']} |")
    print(f"| dimensioned, CPU s | {middle - start:.1f} |")
    print(f"| {weeks} weeks simulated, CPU s | {end - middle:.1f} |")
    print(f"| customers simulated | {simulated.customers[:, 0].sum():,.0f} |")


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--weeks", type=int, default=10)
    chosen = asked.parse_args()
    pooling()
    against_ciw()
    large()
    country(chosen.weeks)
