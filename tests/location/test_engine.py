import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tunti.errors import Infeasible, TuntiError
from tunti.location import branch as branching
from tunti.location import engine
from tunti.location.alternatives import alternatives
from tunti.location.bound import fixed_by, relax
from tunti.location.dominate import dominate
from tunti.location.form import question
from tunti.location.problem import Goal, Limits, Rules, Status
from tunti.location.reduce import settle
from tunti.location.rest import solve_form
from tunti.location.search import improve
from tunti.location.solve import locate

from .brute import problem, problems

SLOW = [HealthCheck.too_slow, HealthCheck.filter_too_much]
FORMS = (Goal.FEWEST, Goal.MOST_PEOPLE, Goal.LEAST_TRAVEL, Goal.LEAST_COST)


def plans(form):
    """Give every plan of a form that keeps its rows, with its value."""
    free = form.free
    for bits in itertools.product([False, True], repeat=len(free)):
        opened = form.opened.copy()
        opened[free] = bits
        if not form.excess(opened).any():
            yield opened, form.value(opened)


def form_of(p):
    try:
        return question(p, p.goal).form
    except Infeasible:
        return None


@settings(max_examples=150, deadline=None, suppress_health_check=SLOW)
@given(problems(goals=FORMS), st.integers(1, 60))
def test_the_bound_is_one_however_early_it_stops(p, steps):
    form = form_of(p)
    if form is None:
        return
    least = min((v for _, v in plans(form)), default=np.inf)
    assert relax(form, steps=steps).value <= least + 1e-6 * max(1.0, abs(least))


@settings(max_examples=150, deadline=None, suppress_health_check=SLOW)
@given(problems(goals=FORMS))
def test_settling_loses_no_better_plan(p):
    form = form_of(p)
    if form is None:
        return
    every = list(plans(form))
    if not every:
        return
    known = max(v for _, v in every)
    left = settle(form, fixed_by(form, relax(form), known))
    least = min(v for _, v in every)
    if least < known - 1:
        assert min((v for _, v in plans(left)), default=np.inf) == pytest.approx(least)


@settings(max_examples=150, deadline=None, suppress_health_check=SLOW)
@given(problems(goals=FORMS), st.integers(0, 1000))
def test_settled_forms_say_the_same_of_every_plan(p, seed):
    form = form_of(p)
    if form is None:
        return
    rng = np.random.default_rng(seed)
    state = np.where(form.state != 0, form.state, rng.integers(-1, 2, form.sites)).astype(np.int8)
    left = settle(form, state)
    here = {tuple(o): v for o, v in plans(left)}
    there = {tuple(o): v for o, v in plans(form) if not ((state > 0) & ~o).any() and not ((state < 0) & o).any()}
    assert here.keys() == there.keys()
    for key, value in here.items():
        assert value == pytest.approx(there[key])


@settings(max_examples=200, deadline=None, suppress_health_check=SLOW)
@given(problems(goals=(Goal.FEWEST, Goal.MOST_PEOPLE)))
def test_domination_keeps_the_best_value(p):
    form = form_of(p)
    if form is None:
        return
    least = min((v for _, v in plans(form)), default=np.inf)
    assert min((v for _, v in plans(dominate(form))), default=np.inf) == pytest.approx(least)


@settings(max_examples=60, deadline=None, suppress_health_check=SLOW)
@given(problems(goals=FORMS, max_sites=8, max_cells=14))
def test_branch_and_bound_finds_what_the_solver_finds(p):
    form = form_of(p)
    if form is None:
        return
    exact = solve_form(form, Limits())
    best = branching.Found(form)
    kept = branching.small
    branching.small = lambda part: len(part.free) <= 2
    try:
        bound, _, ended = branching.branch(
            form,
            best,
            lambda part, known: solve_form(part, Limits(), known=known),
            ceiled=engine.ceiled,
            gap=0.0,
            nodes=500,
        )
    finally:
        branching.small = kept
    assert not ended
    if exact.opened is None:
        assert best.opened is None
        assert bound == np.inf
    else:
        assert best.value == pytest.approx(form.value(exact.opened))
        assert bound == pytest.approx(best.value)


def test_no_plan_is_no_proof():
    form = question(
        problem([[100, 200], [300, 100]], [1, 1], Goal.LEAST_TRAVEL, rules=Rules(points=1)), Goal.LEAST_TRAVEL
    ).form
    bound, nodes, ended = branching.branch(
        form, branching.Found(form), lambda part, known: None, ceiled=engine.ceiled, gap=0.01, nodes=0
    )
    assert (bound, nodes, ended) == (-np.inf, 0, True)


def big(goal, seed=5, cells=400, sites=40, **options):
    rng = np.random.default_rng(seed)
    x, s = rng.random((cells, 2)), rng.random((sites, 2))
    seconds = np.round(np.hypot(*(x[:, None] - s[None]).transpose(2, 0, 1)) * 6000).astype(int)
    return problem(
        np.where(seconds > 5000, -1, seconds), rng.integers(1, 100, cells), goal, far_seconds=7200, **options
    )


@pytest.mark.parametrize("goal", FORMS)
def test_larger_questions_agree_with_one_solve(goal):
    points = 7 if goal in (Goal.MOST_PEOPLE, Goal.LEAST_TRAVEL) else None
    p = big(goal, rules=Rules(points=points, share=0.7), cost=np.full(40, 2_000_000), second_goal=goal)
    network = locate(p)
    form = question(p, goal).form
    rest = solve_form(form, Limits())
    assert network.proven
    assert network.objective == pytest.approx(form.value(rest.opened))


def test_an_interruption_gives_the_best_plan_and_its_gap():
    seen = []

    def stop(what, done, best, bound):
        seen.append(what)
        if best is not None and str(what).startswith("Searching"):
            raise KeyboardInterrupt

    network = locate(big(Goal.LEAST_TRAVEL, rules=Rules(points=6)), progress=stop)
    assert network.interrupted
    assert len(network.points) <= 6
    assert network.bound <= network.objective


def test_the_same_again_and_from_a_known_plan():
    p = big(Goal.LEAST_COST, cost=np.full(40, 3_000_000))
    a, b = locate(p), locate(p)
    assert a.points == b.points
    assert a.steps == b.steps
    assert locate(p, known=a.open).objective == a.objective


@pytest.mark.parametrize("goal", [Goal.LEAST_TRAVEL, Goal.LEAST_COST, Goal.MOST_PEOPLE])
def test_a_changed_question_starts_from_the_last_relaxation(goal):
    rules = Rules(points=6, share=0.5) if goal is not Goal.LEAST_COST else Rules()
    p = big(goal, cost=np.full(40, 3_000_000), rules=rules)
    before = locate(p)
    assert before.relaxed is not None
    status = tuple(Status.FORBIDDEN if s == before.points[0] else Status.CANDIDATE for s in p.times.sites)
    changed = replace(p, status=status)
    warm, cold = locate(changed, known=before), locate(changed)
    assert warm.proven
    assert warm.objective == cold.objective
    # with another number of rules the prices do not fit, the plan does
    other = replace(p, rules=replace(rules, points_at_least=2))
    assert locate(other, known=before).objective == locate(other).objective


def test_alternatives_say_that_they_do_not_look_at_capacities():
    with pytest.raises(TuntiError, match="capacities"):
        alternatives(big(Goal.LEAST_COST, capacity=np.full(40, 5)))


@pytest.mark.parametrize("said", ["Improving by the second goal", "Done"])
def test_a_key_in_the_second_goal_keeps_what_the_first_has_proven(said):
    def stop(what, done, best, bound):
        if what.text("en") == said:
            raise KeyboardInterrupt

    p = big(Goal.FEWEST, rules=Rules(share=0.9))
    whole = locate(p)
    network = locate(p, progress=stop)
    assert network.interrupted
    assert network.objective == whole.objective
    assert network.bound == whole.bound


def test_the_search_keeps_rows_over_sites():
    p = big(Goal.LEAST_TRAVEL, rules=Rules(points=6, budget=5_000), cost=np.full(40, 1_000))
    form = question(p, p.goal).form
    found = improve(form, np.ones(40, bool), kicks=3)
    assert found.opened is not None
    assert found.opened.sum() <= 5


@pytest.mark.long
def test_shares_of_many_regions_have_a_plan_from_all_sites(monkeypatch):
    """Where priced search meets no plan, points are taken away from all sites: that always keeps shares."""
    rng = np.random.default_rng(5)
    cells, sites, regions = 120, 14, 6
    seconds = np.where(rng.random((cells, sites)) < 0.25, 600, -1)
    region = np.arange(cells, dtype=np.int32) % regions
    people = rng.integers(1, 50, cells)
    best = (seconds > 0).any(axis=1)
    shares = {r: 0.8 * float(people[(region == r) & best].sum() / people[region == r].sum()) for r in range(regions)}
    p = problem(seconds, people, Goal.FEWEST, region=region, rules=Rules(region_share=shares), second_goal=Goal.FEWEST)
    least = min(sum(o) for o, _ in plans(question(p, Goal.FEWEST).form))
    assert locate(p).objective == least

    def lost(form, *args, **options):
        return engine.Found(form)

    monkeypatch.setattr(engine, "improve", lost)
    monkeypatch.setattr(engine, "LONG_SHARES", 1)
    found = locate(p, Limits(nodes=1))
    assert found.bound <= least <= found.objective <= least + 1
