"""Rows that sharpen rules on people leave out no plan that keeps them, and branching ends with the proven best."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tunti.errors import Infeasible
from tunti.location.bound import relax
from tunti.location.branch import branch
from tunti.location.engine import Rest, ceiled
from tunti.location.form import question
from tunti.location.problem import Goal, Rules
from tunti.location.search import Found, improve, likeness
from tunti.location.share_cuts import share_cuts, with_rows

from .brute import problem


def form_of(seed, goal, shares=True):
    """Make a form of a small random country with three regions, or None where its rules cannot be kept."""
    rng = np.random.default_rng(seed)
    sites, cells = int(rng.integers(3, 9)), int(rng.integers(6, 20))
    seconds = np.abs(rng.integers(0, 40, cells)[:, None] - rng.integers(0, 40, sites)[None]) * 100
    seconds = np.where(seconds > 1500, -1, seconds)
    asked = {int(r): float(rng.uniform(0.2, 0.8)) for r in range(3)} if shares else {}
    p = problem(
        seconds,
        rng.integers(1, 60, cells),
        goal,
        region=rng.integers(0, 3, cells).astype(np.int32),
        cost=rng.integers(1, 20, sites) * 1000,
        rules=Rules(region_share=asked, points=int(rng.integers(1, 4)) if goal is Goal.MOST_PEOPLE else None),
        minutes=12.0,
    )
    try:
        return question(p, goal).form
    except Infeasible:
        return None


def plans(form):
    """Give every choice of the free sites."""
    for choice in itertools.product((False, True), repeat=len(form.free)):
        opened = form.opened.copy()
        opened[form.free] = choice
        yield opened


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**31), st.sampled_from((Goal.LEAST_COST, Goal.FEWEST)), st.integers(0, 2**31))
def test_no_plan_that_keeps_the_rules_is_left_out(seed, goal, other):
    form = form_of(seed, goal)
    if form is None:
        return
    rng = np.random.default_rng(other)
    relaxed = relax(form).y
    for y in (relaxed, rng.random(form.sites), np.round(rng.random(form.sites), 1)):
        rows = share_cuts(form, np.where(form.state == 0, y, form.opened))
        assert (rows @ np.where(form.state == 0, y, form.opened) < 1).all()
        sharper = with_rows(form, rows)
        assert sharper.plain().rows == form.rows
        for opened in plans(form):
            if not form.excess(opened).any():
                assert not sharper.excess(opened).any()


def test_a_third_of_a_site_is_not_enough():
    # two sites serve 30 people each, one may be missed of 60: both are needed, and half of each never was a plan
    p = problem(
        [[0, -1], [-1, 0]], [30, 30], Goal.LEAST_COST, cost=np.array([1000, 1000]), travel_cost=0.0,
        rules=Rules(region_share={0: 0.6}),
    )  # fmt: skip
    form = question(p, Goal.LEAST_COST).form
    bound = relax(form)
    assert bound.value == pytest.approx(1200, rel=1e-4)
    for _ in range(2):
        rows = share_cuts(form, bound.y)
        assert len(rows) == 1
        form = with_rows(form, rows)
        bound = relax(form)
    assert bound.value == pytest.approx(2000, rel=1e-4)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**31), st.sampled_from((Goal.LEAST_COST, Goal.MOST_PEOPLE)))
def test_branching_finds_the_best_of_all_choices(seed, goal):
    form = form_of(seed, goal, shares=goal is Goal.LEAST_COST)
    if form is None:
        return
    kept = [form.value(opened) for opened in plans(form) if not form.excess(opened).any()]
    best = Found(form)

    def exact(part, known):
        values = [(part.value(o), k) for k, o in enumerate(plans(part)) if not part.excess(o).any()]
        if not values:
            return Rest(None, np.inf, 0, ended=False)
        value, k = min(values)
        return Rest(next(itertools.islice(plans(part), k, None)), value, 0, ended=False)

    for small in (False, True):
        best = Found(form)
        with pytest.MonkeyPatch.context() as patch:
            if not small:
                patch.setattr("tunti.location.branch.small", lambda part: len(part.free) <= 1)
            bound, _, ended = branch(form, best, exact, ceiled=ceiled, gap=0.0, nodes=10_000)
        assert not ended
        if not kept:
            assert best.opened is None
            continue
        assert best.value == pytest.approx(min(kept))
        assert bound <= min(kept) * (1 + 1e-9) + 1e-6
        assert bound == pytest.approx(min(kept), rel=1e-6, abs=1e-3)


def test_prices_and_a_near_start_change_how_long_a_bound_takes_and_not_what_it_says():
    form = form_of(7, Goal.LEAST_COST)
    cold = relax(form)
    warm = relax(form, start=0.9 * cold.y + 0.05, centre=1.0, prices=cold.price)
    assert warm.value == pytest.approx(cold.value, rel=1e-5)
    short = relax(form, start=cold.y, prices=cold.price[:1])
    assert short.value == pytest.approx(cold.value, rel=1e-5)


def test_neighbours_share_terms():
    form = form_of(3, Goal.MOST_PEOPLE, shares=False)
    alike = likeness(form)
    assert np.allclose(alike, alike.T)
    assert alike.max() <= 1 + 1e-9
    assert improve(replace(form), form.opened, kicks=60, patience=60).value == min(
        form.value(o) for o in plans(form) if not form.excess(o).any()
    )
