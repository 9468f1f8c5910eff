"""Small random problems and their answers by looking at every choice of sites."""

from __future__ import annotations

import itertools
import math

import numpy as np
from hypothesis import strategies as st

from tunti.access.times import TravelTimes
from tunti.location.problem import Goal, Problem, Rules, Status
from tunti.location.solve import second_goal_of, value_of

NEEDS_POINTS = (Goal.MOST_PEOPLE, Goal.LEAST_TRAVEL, Goal.WORST_CASE, Goal.BACKUP)


def table(seconds, cutoff=100.0):
    """Make travel times from a dense array (cells, sites); entries of -1 are beyond the cut-off."""
    seconds = np.asarray(seconds)
    cells, sites = seconds.shape
    indptr, cell, value = [0], [], []
    for j in range(sites):
        at = np.flatnonzero(seconds[:, j] >= 0)
        cell.append(at)
        value.append(seconds[at, j])
        indptr.append(indptr[-1] + len(at))
    return TravelTimes(
        tuple(f"s{j}" for j in range(sites)),
        tuple(f"c{i}" for i in range(cells)),
        np.array(indptr, np.int64),
        np.concatenate(cell).astype(np.int32),
        np.concatenate(value).astype(np.uint16),
        cutoff,
    )


def problem(seconds, people, goal, **options):
    """Make a problem with defaults for what a test does not care about."""
    seconds = np.asarray(seconds)
    cells, sites = seconds.shape
    values = {
        "region": np.zeros(cells, np.int32),
        "site_region": np.zeros(sites, np.int32),
        "status": (Status.CANDIDATE,) * sites,
        "cost": np.full(sites, 1000, np.int64),
        "minutes": 20.0,
        "rules": Rules(),
        "travel_cost": 1.0,
        "far_seconds": 4000,
    } | options
    return Problem(times=table(seconds), people=np.asarray(people, np.int64), goal=goal, **values)


@st.composite
def problems(draw, goals=tuple(Goal), max_sites=6, max_cells=9, plain=False, lines=True):
    sites = draw(st.integers(1, max_sites))
    cells = draw(st.integers(1, max_cells))
    seed = draw(st.integers(0, 2**31))
    rng = np.random.default_rng(seed)
    if lines and draw(st.booleans()):
        x, s = rng.integers(0, 40, cells), rng.integers(0, 40, sites)
        seconds = np.abs(x[:, None] - s[None]) * 100
    else:
        seconds = rng.integers(0, 30, (cells, sites)) * 100
    seconds = np.where((seconds > 2400) | (rng.random((cells, sites)) < 0.1), -1, seconds)
    people = rng.integers(0, 60, cells)
    goal = draw(st.sampled_from(goals))
    points = draw(st.integers(1, sites)) if goal in NEEDS_POINTS else None
    options = {
        "region": rng.integers(-1, 3, cells).astype(np.int32),
        "site_region": rng.integers(-1, 3, sites).astype(np.int32),
        "cost": rng.integers(1, 20, sites) * 1000,
        "far_seconds": 3000,
    }
    rules = {"points": points}
    if not plain:
        options["status"] = tuple(
            rng.choice(list(Status), sites, p=[0.25, 0.1, 0.1, 0.55]).tolist()
            if draw(st.booleans())
            else (Status.CANDIDATE,) * sites
        )
        options["status"] = tuple(Status(s) for s in options["status"])
        for name, value in {
            "share": st.sampled_from([0.3, 0.6, 0.8, 0.95, 1.0]),
            "region_share": st.dictionaries(st.integers(0, 2), st.sampled_from([0.3, 0.7, 1.0]), min_size=1),
            "population_base": st.integers(1, 150),
            "points": st.integers(1, sites),
            "points_at_least": st.integers(0, sites),
            "region_points": st.dictionaries(
                st.integers(0, 2), st.tuples(st.integers(0, 1), st.integers(1, 4)), min_size=1
            ),
            "budget": st.integers(1, 80).map(lambda k: k * 1000),
            "changes": st.integers(0, sites),
            "keep_existing": st.just(True),
        }.items():
            if draw(st.integers(0, 4)) == 0:
                rules[name] = draw(value)
    return problem(seconds, people, goal, rules=Rules(**rules), **options)


def allowed(p: Problem, opened: np.ndarray) -> bool:
    """Tell whether a choice of sites keeps all rules, written without the engine."""
    r, n = p.rules, int(opened.sum())
    for j, s in enumerate(p.status):
        if (s is Status.REQUIRED and not opened[j]) or (s is Status.FORBIDDEN and opened[j]):
            return False
        if r.keep_existing and s is Status.EXISTING and not opened[j]:
            return False
    t = p.times
    reach = np.zeros((len(p.people), len(t.sites)), bool)
    for j in range(len(t.sites)):
        row = slice(t.indptr[j], t.indptr[j + 1])
        reach[t.cell[row][t.seconds[row] <= p.minutes * 60], j] = True
    if r.population_base is not None and (p.people @ reach[:, opened] < r.population_base).any():
        return False
    exact = p.goal in (Goal.FEWEST, Goal.LEAST_COST)
    if r.points is not None and (n != r.points if exact else n > r.points):
        return False
    if r.points_at_least is not None and n < r.points_at_least:
        return False
    for region, (low, high) in r.region_points.items():
        if not low <= int((opened & (p.site_region == region)).sum()) <= high:
            return False
    if r.budget is not None and p.cost[opened].sum() > r.budget:
        return False
    now = np.array([s is Status.EXISTING for s in p.status])
    if r.changes is not None and (now != opened).sum() > r.changes:
        return False
    inside = reach[:, opened].any(axis=1)
    total = p.people.sum()
    if r.share is not None and p.people[inside].sum() < r.share * total - 1e-6:
        return False
    for region, share in r.region_share.items():
        mine = p.region == region
        if p.people[mine & inside].sum() < share * p.people[mine].sum() - 1e-6:
            return False
    if p.goal is Goal.FEWEST and r.share is None and not r.region_share:
        may = np.array([s is not Status.FORBIDDEN for s in p.status])
        if r.population_base is not None:
            may &= p.people @ reach >= r.population_base
        if (p.people[reach[:, may].any(axis=1) & ~inside] > 0).any():
            return False
    return True


def best(p: Problem):
    """Give the least value of the goal and the least value of the second goal among the best, or None."""
    choices = []
    for bits in itertools.product([False, True], repeat=len(p.status)):
        opened = np.array(bits)
        if allowed(p, opened):
            choices.append((value_of(p, p.goal, opened), opened))
    if not choices:
        return None
    value = min(v for v, _ in choices)
    second = second_goal_of(p)
    if second is None:
        return value, None
    return value, {
        int(o.sum()): min(value_of(p, second, q) for v, q in choices if v == value and q.sum() == o.sum())
        for v, o in choices
        if v == value
    }


def close(a: float, b: float) -> bool:
    return math.isclose(a, b, rel_tol=1e-7, abs_tol=1e-6)
