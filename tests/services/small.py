"""Small random questions of points, agencies and modes, and their answers by looking at every choice."""

from __future__ import annotations

import itertools
import math

import numpy as np
from scipy.optimize import linprog

from tunti.access.times import TravelTimes
from tunti.findings import say
from tunti.location.rules import SiteRow
from tunti.location.services import ASSISTED, REMOTE, STAFFED, STRENGTH, Cover, Group, LanguageRow, ServiceProblem


def table(seconds):
    """Make travel times from a dense array (cells, places); -1 is beyond the cut-off."""
    cells, places = seconds.shape
    at = [np.flatnonzero(seconds[:, j] >= 0) for j in range(places)]
    return TravelTimes(
        tuple(f"p{j}" for j in range(places)),
        tuple(f"c{i}" for i in range(cells)),
        np.concatenate(([0], np.cumsum([len(x) for x in at]))).astype(np.int64),
        np.concatenate(at).astype(np.int32),
        np.concatenate([seconds[x, j] for j, x in enumerate(at)]).astype(np.uint16),
        109.0,
    )


def random_problem(seed, *, agencies=2, sites=2, offices=2, cells=5, capacity=False):
    """Make a question; about every second has each optional rule."""
    rng = np.random.default_rng(seed)
    x = rng.integers(0, 40, cells)
    at = rng.integers(0, 40, sites + offices)
    seconds = np.abs(x[:, None] - at[None]) * 100
    seconds = np.where(seconds > 3000, -1, seconds)
    people = rng.integers(0, 50, cells)
    region = rng.integers(-1, 2, cells).astype(np.int32)
    office_agency = rng.integers(0, agencies, offices).astype(np.int32)
    office_mode = rng.integers(0, 4, offices).astype(np.int32)
    office_place = (sites + np.arange(offices)).astype(np.int32)
    groups = []
    for a in range(agencies):
        for n in range(rng.integers(1, 3)):
            modes = tuple(int(m) for m in np.flatnonzero(rng.random(4) < 0.6)) or (STAFFED,)
            limit = int(rng.choice([800, 1500]))
            near = np.zeros(cells, bool)
            for o in range(offices):
                if office_agency[o] == a and office_mode[o] in modes:
                    near |= (seconds[:, office_place[o]] >= 0) & (seconds[:, office_place[o]] <= limit)
            floor = np.array([int(people[near & (region == r)].sum()) for r in range(2)])
            groups.append(Group(f"{a}-{n}", a, modes, limit, floor, float(rng.integers(0, 4))))
    distance = np.abs(at[sites:, None] - at[None, :sites]) * 100
    office, site = np.nonzero(distance <= 1000)
    allowed = rng.random((agencies, sites, 4)) < 0.8
    any_modes = np.array(
        [[any(m in g.modes for g in groups if g.agency == a) for m in range(4)] for a in range(agencies)]
    )
    allowed &= any_modes[:, None]
    fixed = np.zeros_like(allowed)
    if rng.random() < 0.3:
        a, j = rng.integers(agencies), rng.integers(sites)
        choices = np.flatnonzero(allowed[a, j])
        if len(choices):
            fixed[a, j, rng.choice(choices)] = True
    languages = []
    if rng.random() < 0.6:
        g = int(rng.integers(len(groups)))
        serving = [
            o for o in range(offices) if office_agency[o] == groups[g].agency and office_mode[o] in groups[g].modes
        ]
        places = [*range(sites), *(sites + o for o in serving)]
        speaks = rng.random(len(places)) < 0.7
        if len(serving):
            speaks[sites:] = True
            languages.append(LanguageRow(g, "x", "sv", np.array(places, np.int32), speaks))
    state = rng.choice([0, 0, 0, 1, -1], sites).astype(np.int8)
    reach = np.zeros(cells, bool)
    for j in range(sites):
        if state[j] >= 0:
            reach |= (seconds[:, j] >= 0) & (seconds[:, j] <= 1500)
    wanted = int(people[reach].sum() * rng.choice([0.5, 1.0]))
    rows = []
    if rng.random() < 0.5:
        most = float(rng.integers(1, sites + 1))
        if most >= (state == 1).sum():
            rows.append(SiteRow("points", say("points"), np.ones(sites), -math.inf, most))
    return ServiceProblem(
        times=table(seconds),
        people=people,
        region=region,
        agencies=tuple(f"a{k}" for k in range(agencies)),
        groups=tuple(groups),
        office_agency=office_agency,
        office_place=office_place,
        office_mode=office_mode,
        office_cost=rng.integers(0, 60, offices) * 100_000,
        close_office=office.astype(np.int32),
        close_site=site.astype(np.int32),
        state=state,
        site_region=rng.integers(0, 2, sites).astype(np.int32),
        site_cost=rng.integers(1, 50, sites) * 100_000,
        mobile=rng.random(sites) < 0.3,
        allowed=allowed,
        cost=rng.integers(0, 40, (agencies, sites, 4)) * 100_000,
        must=rng.random((agencies, sites)) < 0.5,
        fixed=fixed,
        rows=tuple(rows),
        covers=(Cover(1500, -1, wanted),) if wanted and rng.random() < 0.7 else (),
        languages=tuple(languages),
        capacity=rng.integers(20, 150, sites).astype(float) if capacity else np.full(sites, np.inf),
        staff_at_least=int(rng.integers(0, 3)),
        host_cost=int(rng.integers(0, 20)) * 100_000,
        room_cost=int(rng.integers(0, 20)) * 100_000,
        vehicle_cost=int(rng.integers(0, 20)) * 100_000,
        vehicle_days=1,
        edges=(600, 1500),
        weights=(float(rng.integers(0, 3)) * 10_000, float(rng.integers(0, 3)) * 10_000),
    )


def served(p, group, mode, kept):
    """Give the seconds of each cell to the nearest place of a group, infinite for none; written without the engine."""
    best = np.full(len(p.people), np.inf)
    t = p.times
    places = [j for j in range(p.sites) if mode[group.agency][j] in group.modes]
    places += [
        int(p.office_place[o])
        for o in range(p.offices)
        if kept[o] and p.office_agency[o] == group.agency and p.office_mode[o] in group.modes
    ]
    for j in places:
        for k in range(t.indptr[j], t.indptr[j + 1]):
            best[t.cell[k]] = min(best[t.cell[k]], t.seconds[k])
    return best


def keeps(p, opened, mode, kept, without=frozenset(), needed=()):
    """Tell whether a choice keeps every rule, written without the engine."""
    for j in range(p.sites):
        if (p.state[j] == 1 and not opened[j]) or (p.state[j] == -1 and opened[j]):
            return False
        for a in range(len(p.agencies)):
            m = mode[a][j]
            if m >= 0 and not (opened[j] and p.allowed[a, j, m]):
                return False
            if "must" not in without and opened[j] and p.must[a, j] and p.allowed[a, j].any() and m < 0:
                return False
            if "fixed" not in without and opened[j] and p.fixed[a, j].any() and (m < 0 or not p.fixed[a, j, m]):
                return False
    if "points" not in without and any(not r.low <= r.coef @ opened <= r.high for r in p.rows):
        return False
    for o in range(p.offices):
        near = p.close_site[p.close_office == o]
        agency = p.office_agency[o]
        fits = {m for g in p.groups if g.agency == agency for m in g.modes}
        there = [mode[agency][j] for j in near if mode[agency][j] in fits]
        if not kept[o] and not there:
            return False
        if o not in needed and kept[o] and any(STRENGTH[m] >= STRENGTH[p.office_mode[o]] for m in there):
            return False
    if "cover" not in without:
        for cover in p.covers:
            best = np.full(len(p.people), np.inf)
            for j in np.flatnonzero(opened):
                for k in range(p.times.indptr[j], p.times.indptr[j + 1]):
                    best[p.times.cell[k]] = min(best[p.times.cell[k]], p.times.seconds[k])
            if p.people[best <= cover.seconds].sum() < cover.people:
                return False
    if "floor" not in without:
        for group in p.groups:
            inside = served(p, group, mode, kept) <= group.seconds
            for r, floor in enumerate(group.floor):
                if p.people[inside & (p.region == r)].sum() < floor:
                    return False
    if "language" not in without:
        for row in p.languages:
            group, met = p.groups[row.group], False
            for place, speaks in zip(row.places.tolist(), row.speaks.tolist(), strict=True):
                if place < p.sites:
                    m = mode[group.agency][place]
                else:
                    m = p.office_mode[place - p.sites] if kept[place - p.sites] else -1
                met |= m in group.modes and (speaks or m == REMOTE)
            if not met:
                return False
    return True


def cost(p, opened, mode, kept, without=frozenset()):
    """Price a choice, written without the engine."""
    total = float(p.site_cost[opened].sum() + p.office_cost[np.array(kept, bool)].sum())
    for j in np.flatnonzero(opened):
        here = [mode[a][j] for a in range(len(p.agencies))]
        total += sum(float(p.cost[a, j, m]) for a, m in enumerate(here) if m >= 0)
        total += p.room_cost if REMOTE in here else 0
        if not p.mobile[j]:
            least = 0 if "staff" in without else p.staff_at_least - here.count(STAFFED)
            total += max(least, 1 if ASSISTED in here else 0, 0) * p.host_cost
    for r in np.unique(p.site_region):
        total += -(-int((opened & p.mobile & (p.site_region == r)).sum()) // p.vehicle_days) * p.vehicle_cost
    for group in p.groups:
        best = served(p, group, mode, kept)
        for edge, weight in zip(p.edges, p.weights, strict=True):
            total += float(p.people[best > edge].sum()) * weight * group.visits
    return total


def beside(p, mode, kept):
    """Count the offices that stay although their agency serves as well at a point near by."""
    count = 0
    for o in np.flatnonzero(kept):
        agency = p.office_agency[o]
        sites = p.close_site[p.close_office == o]
        fit = {m for g in p.groups if g.agency == agency for m in g.modes}
        here = [m for m in mode[agency, sites] if m >= 0 and m in fit]
        count += any(STRENGTH[m] >= STRENGTH[p.office_mode[o]] for m in here)
    return count


def best(p, without=frozenset()):
    """Look at every choice and give the least cost, None when no choice keeps the rules.

    Where only closing stands in the way, the fewest offices may stay; the cost is the least of all such choices.
    """
    for count in range(p.offices + 1):
        values = [_best(p, without, needed) for needed in itertools.combinations(range(p.offices), count)]
        if any(v is not None for v in values):
            return [v for v in values if v is not None]
    return None


def _best(p, without, needed):
    least = None
    options = [list(range(-1, 4))] * (len(p.agencies) * p.sites)
    for opened in itertools.product([False, True], repeat=p.sites):
        flags = np.array(opened)
        mine = [o if opened[n % p.sites] else [-1] for n, o in enumerate(options)]
        for modes in itertools.product(*mine):
            mode = [modes[a * p.sites : (a + 1) * p.sites] for a in range(len(p.agencies))]
            for kept in itertools.product([False, True], repeat=p.offices):
                if keeps(p, flags, mode, kept, without, needed) and fits(p, mode, kept):
                    value = cost(p, flags, mode, kept, without)
                    least = value if least is None else min(least, value)
    return least


def fits(p, mode, kept):
    """Tell whether points can take the visits: each group's people within its standard go to any place there."""
    flows, demand = [], []
    t = p.times
    for group in p.groups:
        places = [j for j in range(p.sites) if mode[group.agency][j] in group.modes]
        places += [
            int(p.office_place[o])
            for o in range(p.offices)
            if kept[o] and p.office_agency[o] == group.agency and p.office_mode[o] in group.modes
        ]
        for i, people in enumerate(p.people):
            near = [
                j
                for j in places
                for k in range(t.indptr[j], t.indptr[j + 1])
                if t.cell[k] == i and t.seconds[k] <= group.seconds
            ]
            # A place without a limit takes everybody, so only those who have none matter.
            if people and near and all(j < p.sites and np.isfinite(p.capacity[j]) for j in near):
                flows += [(len(demand), j) for j in near]
                demand.append(people * group.visits)
    if not flows:
        return True
    inside = np.array([[f[0] == i for f in flows] for i in range(len(demand))], float)
    into = np.array([[f[1] == j for f in flows] for j in range(p.sites)], float)
    limit = np.where(np.isfinite(p.capacity), p.capacity, 1e9)
    answer = linprog(np.zeros(len(flows)), A_ub=into, b_ub=limit + 1e-6, A_eq=inside, b_eq=demand)
    return answer.status == 0
