"""Points that serve so many people and no more: against all plans and a linear programme written without the engine."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
import scipy.optimize
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tunti.errors import Infeasible
from tunti.location.problem import Goal, Rules, Status
from tunti.location.solve import locate, value_of

from .brute import allowed, close, problem, problems

SLOW = [HealthCheck.too_slow, HealthCheck.filter_too_much]


def served(p, opened, goal, within=None):
    """Serve people at the open points as well as they can be; give the goal's value, ``inf`` where a rule breaks."""
    t, n = p.times, len(p.people)
    trips = [
        (int(i), j, int(s))
        for j in range(len(t.sites))
        for i, s in zip(t.cell[t.indptr[j] : t.indptr[j + 1]], t.seconds[t.indptr[j] : t.indptr[j + 1]], strict=True)
        if opened[j]
    ]
    standard = p.minutes * 60
    if within is not None:
        trips = [x for x in trips if x[2] <= within]
    elif goal in (Goal.MOST_PEOPLE, Goal.BACKUP):
        trips = [x for x in trips if x[2] <= standard]
    m = len(trips)
    near = np.array([s <= standard for _, _, s in trips], bool)
    up, top = [], []
    for i in range(n):
        up.append([float(x[0] == i) for x in trips])
        top.append(p.people[i])
    for j in np.flatnonzero(opened):
        up.append([float(x[1] == j) for x in trips])
        top.append(p.capacity[j])
    shares = [(np.ones(n, bool), p.rules.share)] if p.rules.share is not None else []
    shares += [(p.region == r, s) for r, s in p.rules.region_share.items()]
    for mask, share in shares:
        up.append([-float(mask[x[0]] and near[k]) for k, x in enumerate(trips)])
        top.append(-math.ceil(share * p.people[mask].sum() - 1e-6))
    if p.goal is Goal.FEWEST and not shares:
        may = np.array([s is not Status.FORBIDDEN for s in p.status])
        reached = set()
        for j in np.flatnonzero(may):
            row = slice(t.indptr[j], t.indptr[j + 1])
            reached |= set(t.cell[row][t.seconds[row] <= standard].tolist())
        for i in reached:
            up.append([-float(x[0] == i and near[k]) for k, x in enumerate(trips)])
            top.append(-p.people[i])
    far = p.far_seconds
    if goal in (Goal.LEAST_TRAVEL, Goal.LEAST_COST):
        cost = np.array([min(s, far) - far for _, _, s in trips], float)
    elif goal is Goal.BACKUP:
        twice = {i for i in range(n) if len({x[1] for x in trips if x[0] == i}) > 1}
        cost = np.array([-float(x[0] in twice) for x in trips])
    else:
        cost = -np.ones(m)
    if not m:
        feasible = all(v >= 0 for v in top)
        value = 0.0 if feasible else math.inf
    else:
        got = scipy.optimize.linprog(cost, A_ub=np.array(up, float).reshape(len(top), m), b_ub=top)
        value = float(got.fun) if got.status == 0 else math.inf
    people = float(p.people.sum())
    if goal is Goal.LEAST_TRAVEL:
        return value + far * people
    if goal is Goal.LEAST_COST:
        return (value + far * people) * p.travel_cost + float(p.cost[opened].sum())
    if goal is Goal.FEWEST:
        return float(opened.sum()) if value < math.inf else math.inf
    return value + people


def best(p):
    """Give the least value over all plans that keep the rules with capacities."""
    least = math.inf
    loose = replace(p, rules=replace(p.rules, share=None, region_share={}), capacity=None)
    if p.goal is Goal.FEWEST:
        loose = replace(loose, goal=Goal.LEAST_COST)  # the same rules on numbers, none on people
    for bits in itertools.product([False, True], repeat=len(p.status)):
        opened = np.array(bits)
        if allowed(loose, opened):
            least = min(least, served(p, opened, p.goal))
    return least


def with_capacity(p, seed):
    rng = np.random.default_rng(seed)
    return replace(p, capacity=rng.integers(0, 120, len(p.status)), second_goal=p.goal)


@settings(max_examples=250, deadline=None, suppress_health_check=SLOW)
@given(
    problems(
        goals=(Goal.FEWEST, Goal.MOST_PEOPLE, Goal.LEAST_TRAVEL, Goal.LEAST_COST, Goal.BACKUP), max_sites=5, max_cells=7
    ),
    st.integers(0, 10**6),
)
def test_every_goal_and_rule_with_capacities_against_all_plans(p, seed):
    p = with_capacity(replace(p, rules=replace(p.rules, population_base=None)), seed)
    least = best(p)
    try:
        found = locate(p)
    except Infeasible:
        assert least == math.inf
        return
    assert found.proven
    assert close(found.objective, least)
    assert close(served(p, found.open, p.goal), least)


@settings(max_examples=80, deadline=None, suppress_health_check=SLOW)
@given(problems(goals=(Goal.WORST_CASE,), max_sites=5, max_cells=7, plain=True), st.integers(0, 10**6))
def test_the_longest_trip_with_capacities(p, seed):
    p = with_capacity(p, seed)
    p = replace(p, second_goal=Goal.WORST_CASE)
    t = p.times
    reached = np.zeros(len(p.people), bool)
    reached[t.cell[t.seconds <= max(p.far_seconds, p.minutes * 60)]] = True
    least = float(p.far_seconds) if p.people[reached].any() else 0.0
    for bits in itertools.product([False, True], repeat=len(p.status)):
        opened = np.array(bits)
        if not allowed(replace(p, capacity=None), opened):
            continue
        for s in np.unique(np.minimum(t.seconds, p.far_seconds)):
            if s < least and served(p, opened, Goal.MOST_PEOPLE, within=s) <= p.people[~reached].sum() + 0.5:
                least = float(s)
    found = locate(p)
    assert found.objective == least
    assert found.proven


@settings(max_examples=100, deadline=None, suppress_health_check=SLOW)
@given(problems(max_sites=5, max_cells=7))
def test_room_for_everyone_is_as_if_there_were_no_capacities(p):
    p = replace(p, second_goal=p.goal)
    roomy = replace(p, capacity=np.full(len(p.status), 10**6))
    try:
        free = locate(p)
    except Infeasible:
        with pytest.raises(Infeasible):
            locate(roomy)
        return
    found = locate(roomy)
    assert close(found.objective, free.objective)
    assert value_of(roomy, p.goal, free.open) == pytest.approx(value_of(p, p.goal, free.open))


@settings(max_examples=60, deadline=None, suppress_health_check=SLOW)
@given(
    problems(goals=(Goal.MOST_PEOPLE, Goal.LEAST_TRAVEL), max_sites=5, max_cells=7, plain=True), st.integers(0, 10**6)
)
def test_more_room_never_makes_it_worse(p, seed):
    p = with_capacity(p, seed)
    more = replace(p, capacity=p.capacity + 10)
    assert locate(more).objective <= locate(p).objective + 1e-6


def test_too_little_room_is_said_with_what_it_takes():
    p = problem([[600, 3000], [600, 3000]], [50, 50], Goal.FEWEST, rules=Rules(share=0.9), capacity=np.array([60, 60]))
    with pytest.raises(Infeasible) as told:
        locate(p)
    text = " ".join(r.text("en") for r in told.value.reasons)
    assert "30 more people" in text
    assert "s0" in text
    assert "Raise these capacities" in text


def test_the_fewest_with_room_travel_as_little_as_they_can():
    p = problem(
        [[300, 900, 300], [300, 600, 900]],
        [40, 40],
        Goal.FEWEST,
        rules=Rules(share=1.0),
        capacity=np.array([40, 80, 80]),
    )
    found = locate(p)
    assert len(found.points) == 1
    assert found.second is not None
    assert found.second[0] is Goal.LEAST_TRAVEL
    assert found.points == ("s2",)
    assert found.second[1] == 40 * 300 + 40 * 900
    assert found.people == 80
