"""The model against looking at every choice, and what its rules cost."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tunti.errors import Infeasible
from tunti.location.services import ByCell
from tunti.location.services_reduce import useful_modes
from tunti.location.services_rows import must_serve
from tunti.location.services_solve import solve_services

from .small import beside, best, cost, fits, keeps, random_problem

RULES = ("floor", "language", "cover", "points", "must", "fixed", "staff")


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.booleans())
def test_the_least_cost_is_that_of_looking_at_every_choice(seed, capacity):
    p = random_problem(seed, capacity=capacity)
    wanted = best(p)
    if wanted is None:
        with pytest.raises(Infeasible):
            solve_services(p, gap=0.0)
        return
    found = solve_services(p, gap=0.0)
    assert keeps(p, found.open, found.mode, found.kept, needed=range(p.offices))
    assert fits(p, found.mode, found.kept)
    # Where several sets of offices may stay in equal number, that of the least cost is chosen.
    assert found.objective == pytest.approx(min(wanted), abs=1)
    assert found.objective == pytest.approx(cost(p, found.open, found.mode, found.kept), abs=1)
    assert found.bound <= min(wanted) + 1


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(RULES))
def test_removing_a_rule_never_makes_the_cost_higher(seed, rule):
    p = random_problem(seed, agencies=3, sites=4, offices=5, cells=12)
    try:
        whole = solve_services(p, gap=0.0)
    except Infeasible:
        return
    looser = solve_services(p, gap=0.0, without=frozenset([rule]))
    # First as few offices as can be stay beside a point of their agency, then the cost is the least.
    few, cost_of_few = beside(p, looser.mode, looser.kept), looser.objective
    many, cost_of_many = beside(p, whole.mode, whole.kept), whole.objective
    assert few <= many
    if few == many:
        assert looser.bound <= cost_of_many + 1
        assert cost_of_few <= cost_of_many + max(1, 1e-6 * cost_of_many)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6))
def test_the_same_question_has_the_same_answer(seed):
    p = random_problem(seed, agencies=3, sites=4, offices=4, cells=10)
    try:
        first = solve_services(p, gap=0.0)
    except Infeasible:
        return
    second = solve_services(p, gap=0.0)
    for name in ("open", "mode", "kept", "hosts"):
        assert np.array_equal(getattr(first, name), getattr(second, name))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6))
def test_modes_left_out_are_never_missed(seed):
    p = random_problem(seed)
    useful = useful_modes(p, must_serve(p))
    assert not (useful & ~p.allowed).any()
    assert (useful.any(axis=2) == p.allowed.any(axis=2)).all()


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 3))
def test_cells_with_the_same_places_become_one_row(seed, kinds):
    p = random_problem(seed, cells=12, sites=3, offices=3)
    counts = np.random.default_rng(seed).random(6) < 0.7
    rows = ByCell(p.times).merged(p.people, p.region, seconds=600 * kinds, counts=counts)
    wanted = {}
    for i, people in enumerate(p.people):
        if people:
            near = frozenset(
                j
                for j in range(6)
                for k in range(p.times.indptr[j], p.times.indptr[j + 1])
                if counts[j] and p.times.cell[k] == i and p.times.seconds[k] <= 600 * kinds
            )
            wanted[near, int(p.region[i])] = wanted.get((near, int(p.region[i])), 0) + int(people)
    found = {
        (frozenset(rows.place[rows.indptr[r] : rows.indptr[r + 1]].tolist()), int(rows.region[r])): int(rows.people[r])
        for r in range(len(rows.people))
    }
    assert found == wanted
