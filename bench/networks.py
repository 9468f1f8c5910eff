"""Optimal networks: ours against spopt, direct HiGHS and SCIP, on public and invented instances.

    python bench/networks.py --data DIR [--tool road_country.py] [--cache DIR] [--finland TIMES.npz]
                             [--only REGEX] [--peers] [--peer-seconds 120] [--seconds 300] [--json FILE]

``--data`` is a folder with ``pmed/pmed1.txt ...`` and ``pmed/optima.csv`` (OR-Library) and ``tsplib/rl1304.tsp``,
``tsplib/pcb3038.tsp``. ``--tool`` makes the invented countries, once, into the cache; drive times are computed once
with scipy on the reversed, spatially renumbered graph and kept there too. ``--finland`` is a times file: ``indptr,
cell, seconds`` (rows of sites), ``people``. CPU seconds of one thread (set OPENBLAS_NUM_THREADS=1); compiling is done
before on a small instance. Peers get the same table of times: spopt builds its own model and solves with CBC, HiGHS
gets the plain model (a row per cell, or an assignment per pair), SCIP the same model from an MPS file. Not everyone can
be reached in every region of these countries: '99 % in each region' is of those whom some site reaches.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from tunti.access.times import TravelTimes
from tunti.location.problem import Goal, Limits, Problem, Rules, Status
from tunti.location.solve import locate
from tunti.location.what_if import standing, what_if

MINUTES = 109.0
COUNTRIES = {
    "10k-300": ("300000", "10000", "300"),
    "100k-600": ("2000000", "100000", "600"),
    "300k-1000": ("2000000", "300000", "1000"),
    "300k-3000": ("2000000", "300000", "3000"),
}


# --- instances ---------------------------------------------------------------------------------------------------


def problem_of(indptr, cell, seconds, people, goal, *, cutoff=MINUTES, region=None, cost=None, far=7200, **options):
    sites, cells = len(indptr) - 1, len(people)
    times = TravelTimes(
        tuple(map(str, range(sites))), tuple(map(str, range(cells))), indptr, cell, seconds, float(cutoff)
    )
    return Problem(
        times=times,
        people=np.asarray(people, np.int64),
        region=np.zeros(cells, np.int32) if region is None else np.asarray(region, np.int32),
        site_region=np.full(sites, -1, np.int32),
        status=(Status.CANDIDATE,) * sites,
        cost=np.zeros(sites, np.int64) if cost is None else np.asarray(cost, np.int64),
        goal=goal,
        far_seconds=far,
        **options,
    )


def dense(distance, points):
    n, m = distance.shape
    indptr = np.arange(m + 1, dtype=np.int64) * n
    cell = np.tile(np.arange(n, dtype=np.int32), m)
    seconds = np.ascontiguousarray(distance.T).astype(np.uint16).ravel()
    return problem_of(
        indptr, cell, seconds, np.ones(n), Goal.LEAST_TRAVEL, cutoff=1092, far=65_000, rules=Rules(points=points)
    )


def pmed(path: Path):
    from scipy.sparse.csgraph import shortest_path

    numbers = iter(path.read_text().split())
    n, edges, p = (int(next(numbers)) for _ in range(3))
    d = np.zeros((n, n))
    for _ in range(edges):
        a, b, c = (int(next(numbers)) for _ in range(3))
        d[a - 1, b - 1] = d[b - 1, a - 1] = c
    return shortest_path(d, directed=False, method="D").astype(int), p


def tsplib(path: Path):
    xy = [
        [float(v) for v in w[1:]]
        for w in map(str.split, path.read_text().splitlines())
        if len(w) == 3 and w[0].isdigit()
    ]
    x = np.array(xy)
    return np.floor(np.hypot(*(x[:, None] - x[None]).transpose(2, 0, 1)) + 1e-9).astype(int)


def morton(lon, lat):
    def spread(v):
        v = v.astype(np.uint64)
        for shift, mask in (
            (16, 0x0000FFFF0000FFFF),
            (8, 0x00FF00FF00FF00FF),
            (4, 0x0F0F0F0F0F0F0F0F),
            (2, 0x3333333333333333),
            (1, 0x5555555555555555),
        ):
            v = (v | (v << np.uint64(shift))) & np.uint64(mask)
        return v

    x = ((lon - lon.min()) / (lon.max() - lon.min()) * 262_140).astype(np.uint32)
    y = ((lat - lat.min()) / (lat.max() - lat.min()) * 524_280).astype(np.uint32)
    return np.argsort(spread(x) | (spread(y) << np.uint64(1)), kind="stable")


def country(name: str, cache: Path, tool: Path | None):
    """Give an invented country's times, from the cache or made now."""
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import dijkstra

    nodes, cells, sites = COUNTRIES[name]
    stem = f"{nodes}-{cells}-{sites}"
    kept = cache / f"times-{stem}.npz"
    if not kept.exists():
        road = cache / f"road-{stem}.npz"
        if not road.exists():
            if tool is None:
                return None
            cache.mkdir(parents=True, exist_ok=True)
            subprocess.run(
                [sys.executable, str(tool), str(road), "--nodes", nodes, "--cells", cells, "--sites", sites], check=True
            )
        g = np.load(road)
        n = len(g["lon"])
        rank = np.empty(n, np.int64)
        rank[morton(g["lon"], g["lat"])] = np.arange(n)
        key = rank[g["head"]] * n + rank[g["tail"]]  # reversed: people drive from the cell to the site
        order = np.lexsort((g["ds"], key))
        key, ds = key[order], g["ds"][order]
        first = np.r_[True, key[1:] != key[:-1]]  # of parallel arcs the fastest
        key, ds = key[first], ds[first]
        indptr = np.zeros(n + 1, np.int64)
        np.cumsum(np.bincount(key // n, minlength=n), out=indptr[1:])
        graph = csr_matrix((ds.astype(float), (key % n).astype(np.int32), indptr.astype(np.int32)), shape=(n, n))
        at, ends, cell, seconds = rank[g["cell_node"]], [0], [], []
        for s in rank[g["site_node"]]:
            d = dijkstra(graph, indices=s, limit=MINUTES * 600 + 0.5)[at]
            near = np.flatnonzero(np.isfinite(d)).astype(np.int32)
            cell.append(near)
            seconds.append(np.floor((d[near] + 5) / 10).astype(np.uint16))
            ends.append(ends[-1] + len(near))
        np.savez(
            kept,
            indptr=np.array(ends, np.int64),
            cell=np.concatenate(cell),
            seconds=np.concatenate(seconds),
            people=g["cell_people"],
            region=g["cell_region"],
            cost=g["site_cost"],
        )
    return np.load(kept)


def on(d, goal, **options):
    return problem_of(
        d["indptr"], d["cell"], d["seconds"], d["people"], goal, region=d["region"], cost=d["cost"] * 100, **options
    )


def in_every_region(p: Problem, share: float) -> dict[int, float]:
    """Give the share of those whom any site reaches, region by region (not all can be reached)."""
    site, seconds = p.times.nearest()
    reached = (site >= 0) & (seconds <= 3600)
    regions = np.unique(p.region)
    return {
        int(r): share * float(p.people[(p.region == r) & reached].sum() / p.people[p.region == r].sum())
        for r in regions
    }


def square(points: int, radius: float, goal: Goal, rules: Rules, seed: int = 1):
    """Make a covering instance as Cordeau, Furini, Ljubić (2019): 100 sites, uniform points on a 30 x 30 square."""
    rng = np.random.default_rng(seed)
    sites = rng.random((100, 2)) * 30
    x, y = (rng.random(points, np.float32) * 30 for _ in range(2))
    people = rng.integers(1, 101, points)
    ends, cell = [0], []
    for a, b in sites:
        cell.append(np.flatnonzero((x - a) ** 2 + (y - b) ** 2 <= radius**2).astype(np.int32))
        ends.append(ends[-1] + len(cell[-1]))
    cell = np.concatenate(cell)
    return problem_of(np.array(ends, np.int64), cell, np.ones(len(cell), np.uint16), people, goal, rules=rules)


def instances(a: argparse.Namespace) -> Iterator[tuple[str, Callable[[], Problem | None], float | None]]:
    """Yield name, maker and best known value."""
    if a.data:
        folder = Path(a.data)
        with (folder / "pmed" / "optima.csv").open() as f:
            best = {row[0]: float(row[3]) for row in list(csv.reader(f))[1:]}
        for k in range(1, 26):
            path = folder / "pmed" / f"pmed{k}.txt"
            yield f"pmed{k}", lambda path=path: dense(*pmed(path)), best.get(f"pmed{k}")
        for name, numbers in (("rl1304", (5, 10, 20, 50, 100, 200, 300, 500)), ("pcb3038", (100, 300, 500))):
            for p in numbers:
                yield (
                    f"{name} p={p}",
                    lambda name=name, p=p: dense(tsplib(folder / "tsplib" / f"{name}.tsp"), p),
                    None,
                )
    cache, tool = Path(a.cache).expanduser(), Path(a.tool) if a.tool else None

    def made(name, goal, **options):
        def make():
            d = country(name, cache, tool)
            if d is None:
                return None
            if "everywhere" in options:
                rest = {k: v for k, v in options.items() if k != "everywhere"}
                shares = in_every_region(on(d, goal), options["everywhere"])
                return on(d, goal, rules=Rules(region_share=shares), **rest)
            return on(d, goal, **options)

        return make

    first_only = {"second_goal": Goal.FEWEST}
    for name, p in (("10k-300", 60), ("100k-600", 150), ("300k-1000", 200), ("300k-3000", 300)):
        yield f"{name} least travel p={p}", made(name, Goal.LEAST_TRAVEL, rules=Rules(points=p)), None
    for name in ("10k-300", "100k-600"):
        for price in (1.0, 0.2):
            options = {"travel_cost": price}
            yield f"{name} cost + travel x{price}", made(name, Goal.LEAST_COST, **options), None
            yield (
                f"{name} cost + travel x{price}, 99 % in each region",
                made(name, Goal.LEAST_COST, everywhere=0.99, **options),
                None,
            )
        for minutes, p in ((30.0, 60), (60.0, 30)):
            yield (
                f"{name} most people {minutes:.0f} min p={p}",
                made(name, Goal.MOST_PEOPLE, minutes=minutes, rules=Rules(points=p)),
                None,
            )
    for name in ("10k-300", "100k-600", "300k-3000"):
        yield f"{name} fewest", made(name, Goal.FEWEST, **first_only), None
    for points in (100_000, 1_000_000, 20_000_000):
        for radius in (5.5, 6.25):
            size = f"{points // 1_000_000}M" if points >= 1_000_000 else f"{points // 1000}k"
            yield (
                f"square {size} x 100 r={radius} most people p=10",
                lambda points=points, radius=radius: square(points, radius, Goal.MOST_PEOPLE, Rules(points=10)),
                None,
            )
            yield (
                f"square {size} x 100 r={radius} fewest 60 %",
                lambda points=points, radius=radius: _first(square(points, radius, Goal.FEWEST, Rules(share=0.6))),
                None,
            )
    if a.finland:
        d = np.load(a.finland)
        for share in (0.95, 0.99):
            yield (
                f"Finland fewest {share:.0%}",
                lambda share=share: _first(
                    problem_of(d["indptr"], d["cell"], d["seconds"], d["people"], Goal.FEWEST, rules=Rules(share=share))
                ),
                None,
            )


def _first(p: Problem) -> Problem:
    return replace(p, second_goal=Goal.FEWEST)


# --- peers -------------------------------------------------------------------------------------------------------


def plain_model(p: Problem):
    """Give the plain model for a peer: objective, integrality, rows, bounds; None where no peer form is given."""
    start, site, seconds = p.times.by_cell()
    cells, sites = len(p.people), len(p.times.sites)
    standard = p.minutes * 60
    row = np.repeat(np.arange(cells), np.diff(start))
    if p.rules.region_share or p.rules.share:
        return None
    if p.goal in (Goal.FEWEST, Goal.MOST_PEOPLE):
        near = seconds <= standard
        row, site = row[near], site[near]
        reached = np.zeros(cells, bool)
        reached[row] = True
        number = np.cumsum(reached) - 1
        row = number[row]
        n = int(reached.sum())
        if p.goal is Goal.FEWEST:
            return (
                np.ones(sites),
                np.ones(sites, bool),
                row,
                site,
                np.ones(len(row)),
                np.ones(n),
                np.full(n, np.inf),
            ), 0.0
        r = np.r_[row, np.arange(n), np.full(sites, n)]
        c = np.r_[site, sites + np.arange(n), np.arange(sites)]
        low, high = np.r_[np.ones(n), -np.inf], np.r_[np.full(n, np.inf), float(p.rules.points)]
        objective = np.r_[np.zeros(sites), p.people[reached].astype(float)]
        integer = np.r_[np.ones(sites, bool), np.zeros(n, bool)]
        return (objective, integer, r, c, np.ones(len(r)), low, high), float(p.people[~reached].sum())
    pairs = len(site)
    pair, out = sites + np.arange(pairs), sites + pairs + np.arange(cells)
    rows = [row, np.arange(cells), cells + np.arange(pairs), cells + np.arange(pairs)]
    cols = [pair, out, pair, site]
    vals = [np.ones(pairs), np.ones(cells), -np.ones(pairs), np.ones(pairs)]
    low, high = np.r_[np.ones(cells), np.zeros(pairs)], np.r_[np.ones(cells), np.full(pairs, np.inf)]
    if p.rules.points is not None:
        rows.append(np.full(sites, cells + pairs))
        cols.append(np.arange(sites))
        vals.append(np.ones(sites))
        low, high = np.r_[low, -np.inf], np.r_[high, float(p.rules.points)]
    unit = p.travel_cost if p.goal is Goal.LEAST_COST else 1.0
    fixed = p.cost.astype(float) if p.goal is Goal.LEAST_COST else np.zeros(sites)
    objective = np.r_[
        fixed,
        unit * p.people[row] * np.minimum(seconds, p.far_seconds).astype(float),
        unit * p.people * float(p.far_seconds),
    ]
    integer = np.zeros(len(objective), bool)
    integer[:sites] = True
    return (objective, integer, np.concatenate(rows), np.concatenate(cols), np.concatenate(vals), low, high), 0.0


def highs_of(model):
    import highspy

    objective, integer, r, c, v, low, high = model
    order = np.lexsort((c, r))
    start = np.zeros(len(low) + 1, np.int64)
    np.cumsum(np.bincount(r, minlength=len(low)), out=start[1:])
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(objective), len(low)
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = objective, np.zeros(len(objective)), np.ones(len(objective))
    lp.row_lower_, lp.row_upper_ = low, high
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = (
        start.astype(np.int32),
        c[order].astype(np.int32),
        v[order],
    )
    kinds = [highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger]
    lp.integrality_ = [kinds[int(i)] for i in integer]
    h = highspy.Highs()
    h.silent()
    h.setOptionValue("threads", 1)
    h.passModel(lp)
    return h


def by_highs(p, seconds):
    made = plain_model(p)
    if made is None or len(made[0][2]) > 30_000_000:
        return None
    h = highs_of(made[0])
    h.setOptionValue("mip_rel_gap", 0.0)
    h.setOptionValue("time_limit", float(seconds))
    h.run()
    info = h.getInfo()
    return info.objective_function_value + made[1], info.mip_dual_bound + made[1]


def by_scip(p, seconds):
    try:
        from pyscipopt import Model
    except ImportError:
        return None
    made = plain_model(p)
    if made is None or len(made[0][2]) > 10_000_000:
        return None
    h = highs_of(made[0])
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "model.mps")
        h.writeModel(path)
        model = Model()
        model.hideOutput()
        model.readProblem(path)
    model.setParam("limits/time", float(seconds))
    model.optimize()
    value = model.getObjVal() if model.getNSols() else float("inf")
    return value + made[1], model.getDualbound() + made[1]


def by_spopt(p, seconds):
    sites, cells = len(p.times.sites), len(p.people)
    if sites * cells > 4_000_000 or p.rules.region_share or p.rules.share or p.goal is Goal.LEAST_COST:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pulp
        from spopt.locate import LSCP, MCLP, PMedian

        table = np.full((cells, sites), float(p.far_seconds))
        for j in range(sites):
            row = slice(p.times.indptr[j], p.times.indptr[j + 1])
            table[p.times.cell[row], j] = np.minimum(p.times.seconds[row], p.far_seconds)
        if p.goal is Goal.FEWEST:
            table = table[(table <= p.minutes * 60).any(axis=1)]
            model = LSCP.from_cost_matrix(table, p.minutes * 60)
        elif p.goal is Goal.MOST_PEOPLE:
            model = MCLP.from_cost_matrix(table, p.people, p.minutes * 60, p.rules.points)
        else:
            model = PMedian.from_cost_matrix(table, p.people, p.rules.points)
        model = model.solve(pulp.PULP_CBC_CMD(msg=False, threads=1, timeLimit=seconds))
        value = model.problem.objective.value()
    if p.goal is Goal.MOST_PEOPLE:
        value = float(p.people.sum()) - value
    return value, float("nan")


PEERS = {"spopt": by_spopt, "HiGHS": by_highs, "SCIP": by_scip}


def cpu() -> float:
    """Give CPU seconds of this process and of its ended children (CBC is one)."""
    t = os.times()
    return t.user + t.system + t.children_user + t.children_system


# --- what if -----------------------------------------------------------------------------------------------------


def changes(cache: Path, tool: Path | None):
    """Open, close and move each of 20 points of the 100k x 600 network, then optimise again with one site forbidden."""
    d = country("100k-600", cache, tool)
    if d is None:
        return []
    p = on(d, Goal.LEAST_TRAVEL, rules=Rules(points=150))
    start = cpu()
    best = locate(p)
    cold = cpu() - start
    state = standing(p, best)
    closed = [s for s, o in zip(p.times.sites, best.open, strict=True) if not o]
    what_if(state, close=[best.points[0]], open=[closed[0]])
    rows = []
    for kind in ("open", "close", "move"):
        took = []
        for point, site in zip(best.points[:20], closed[:20], strict=True):
            asked = {"open": [site]} if kind == "open" else {"close": [point]}
            start = time.process_time()
            what_if(state, **({"move": [(point, site)]} if kind == "move" else asked))
            took.append(1000 * (time.process_time() - start))
        rows.append({"instance": f"what if, {kind}", "median_ms": float(np.median(took)), "most_ms": max(took)})
        print(
            f"what if, {kind:6s} 100k x 600: median {np.median(took):6.1f} ms, most {max(took):6.1f} ms (CPU)",
            flush=True,
        )
    status = tuple(Status.FORBIDDEN if s == best.points[0] else Status.CANDIDATE for s in p.times.sites)
    without = replace(p, status=status)
    for name, known in (("warm", best), ("cold", None)):
        start = cpu()
        again = locate(without, known=known)
        spent = cpu() - start
        rows.append({"instance": f"optimised again, {name}", "cpu_seconds": spent, "first_cpu_seconds": cold})
        print(
            f"what if, optimised again ({name}): {spent:.2f} CPU s, proven {again.proven}; first time {cold:.2f}",
            flush=True,
        )
    return rows


# --- the run -----------------------------------------------------------------------------------------------------


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data")
    parser.add_argument("--tool")
    parser.add_argument("--cache", default="~/.cache/tunti-bench")
    parser.add_argument("--finland")
    parser.add_argument("--only", default=".")
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--peer-seconds", type=float, default=120.0)
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--json")
    a = parser.parse_args()
    warm = square(2000, 5.5, Goal.FEWEST, Rules(share=0.9))
    locate(warm)
    rng = np.random.default_rng(1)
    locate(dense(rng.integers(1, 1000, (60, 20)), 4))
    rows = []
    if re.search(a.only, "what_if"):
        rows += changes(Path(a.cache).expanduser(), Path(a.tool) if a.tool else None)
        if a.json:
            Path(a.json).write_text(json.dumps(rows, indent=1))
    print(f"{'instance':52s} {'CPU s':>8s} {'objective':>16s} {'bound':>18s} {'gap %':>8s}  proven")
    for name, make, known in instances(a):
        if not re.search(a.only, name):
            continue
        p = make()
        if p is None:
            continue
        start = cpu()
        n = locate(p, Limits(seconds=a.seconds))
        spent = cpu() - start
        row = {
            "instance": name,
            "cpu_seconds": round(spent, 2),
            "objective": n.objective,
            "bound": n.bound,
            "gap": n.gap,
            "proven": n.proven,
            "best_known": known,
            "steps": [list(s) for s in n.steps],
            "peers": {},
        }
        note = "" if known is None else (" = best known" if n.objective == known else f" best known {known:.0f}")
        print(
            f"{name:52s} {spent:8.2f} {n.objective:16,.0f} {n.bound:18,.1f} {100 * n.gap:8.4f}  {n.proven}{note}",
            flush=True,
        )
        if a.peers:
            for peer, solve in PEERS.items():
                start = cpu()
                try:
                    answer = solve(p, a.peer_seconds)
                except Exception as error:  # a peer that fails is a result, not an end
                    print(f"    {peer}: {type(error).__name__}: {error}")
                    continue
                if answer is None:
                    continue
                took = cpu() - start
                row["peers"][peer] = {"cpu_seconds": round(took, 2), "objective": answer[0], "bound": answer[1]}
                print(
                    f"    {peer:10s} {took:8.2f} s  {took / max(spent, 1e-3):8.1f} x  {answer[0]:,.0f}"
                    f"  bound {answer[1]:,.1f}",
                    flush=True,
                )
        rows.append(row)
        if a.json:
            Path(a.json).write_text(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
