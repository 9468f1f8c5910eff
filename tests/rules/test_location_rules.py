"""Properties that any planner would expect of the location engine."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from tests.location.brute import close, problems, table

from tunti.errors import Infeasible
from tunti.location.problem import Goal, Limits, Rules, Status
from tunti.location.solve import locate, value_of

EXACT = Limits(second_gap=0.0)
SLOW = [HealthCheck.too_slow, HealthCheck.filter_too_much]
GOALS = (Goal.FEWEST, Goal.MOST_PEOPLE, Goal.LEAST_TRAVEL, Goal.LEAST_COST, Goal.BACKUP, Goal.WORST_CASE)


def without(rules, name):
    return replace(rules, **{name: getattr(Rules(), name)})


@settings(max_examples=60, deadline=None, suppress_health_check=SLOW)
@given(problems(), st.data())
def test_removing_a_rule_never_makes_it_worse(p, data):
    names = [n for n in Rules.__dataclass_fields__ if getattr(p.rules, n) != getattr(Rules(), n)]
    assume(names)
    name = data.draw(st.sampled_from(names))
    if p.goal is Goal.FEWEST and name in ("share", "region_share", "population_base"):
        # without any share 'fewest' asks for everyone, which is more; and more sites allowed reach more people
        assume(len([n for n in names if n in ("share", "region_share")]) == 2 and name != "population_base")
    if p.goal is Goal.WORST_CASE:
        assume(name != "population_base")
    try:
        with_rule = locate(p, EXACT)
    except Infeasible:
        return
    freer = locate(replace(p, rules=without(p.rules, name)), EXACT)
    assert freer.objective <= with_rule.objective + 1e-6


@settings(max_examples=60, deadline=None, suppress_health_check=SLOW)
@given(problems(), st.integers(0, 1000))
def test_order_of_sites_and_cells_does_not_matter(p, seed):
    rng = np.random.default_rng(seed)
    sites, cells = len(p.times.sites), len(p.times.cells)
    s, c = rng.permutation(sites), rng.permutation(cells)
    dense = np.full((cells, sites), -1, np.int64)
    for j in range(sites):
        row = slice(p.times.indptr[j], p.times.indptr[j + 1])
        dense[p.times.cell[row], j] = p.times.seconds[row]
    q = replace(
        p,
        times=table(dense[c][:, s]),
        people=p.people[c],
        region=p.region[c],
        site_region=p.site_region[s],
        status=tuple(p.status[j] for j in s),
        cost=p.cost[s],
    )
    try:
        a = locate(p, EXACT)
    except Infeasible:
        with pytest.raises(Infeasible):
            locate(q, EXACT)
        return
    b = locate(q, EXACT)
    assert close(a.objective, b.objective)
    assert len(a.points) == len(b.points) or a.second is None
    if a.second is not None and len(a.points) == len(b.points):
        assert close(a.second[1], b.second[1])


@settings(max_examples=60, deadline=None, suppress_health_check=SLOW)
@given(problems(plain=True), st.integers(0, 1000))
def test_closing_a_point_never_improves_access(p, seed):
    rng = np.random.default_rng(seed)
    opened = rng.random(len(p.status)) < 0.6
    assume(opened.any())
    fewer = opened.copy()
    fewer[rng.choice(np.flatnonzero(opened))] = False
    for goal in (Goal.MOST_PEOPLE, Goal.BACKUP, Goal.LEAST_TRAVEL, Goal.WORST_CASE):
        assert value_of(p, goal, fewer) >= value_of(p, goal, opened)


@settings(max_examples=40, deadline=None, suppress_health_check=SLOW)
@given(problems(plain=True))
def test_requiring_what_was_chosen_changes_nothing(p):
    a = locate(p, EXACT)
    status = tuple(Status.REQUIRED if o else Status.CANDIDATE for o in a.open)
    assert close(locate(replace(p, status=status), EXACT).objective, a.objective)
