"""Covering to the end: cheap covers, local cuts and the search against brute force and HiGHS's own search."""

import itertools

import highspy
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tunti.location.covering import cover, covers_only
from tunti.location.covers import EXACT, cheapest_cover
from tunti.location.dominate import turned
from tunti.location.highs import quiet_highs
from tunti.location.local_cuts import local_cuts
from tunti.location.miss import MissForm
from tunti.location.problem import Limits
from tunti.location.rest import solve_form


def random_sets(rng, rows, columns, most):
    """Give sets in CSR form, none empty."""
    sizes = rng.integers(1, min(most, columns) + 1, rows)
    start = np.r_[0, np.cumsum(sizes)].astype(np.int64)
    site = np.concatenate([np.sort(rng.choice(columns, s, replace=False)) for s in sizes]).astype(np.int64)
    return start, site


def table(start, site, columns):
    hit = np.zeros((len(start) - 1, columns), bool)
    hit[np.repeat(np.arange(len(start) - 1), np.diff(start)), site] = True
    return hit


def form_of(start, site, cost, y_row=None, high=None):
    """Write sets as a miss form: each a chain of terms, the last of which must be hit."""
    parent, elem, last = [], [], []
    for k in range(len(start) - 1):
        at = -1
        for j in site[start[k] : start[k + 1]]:
            parent.append(at)
            elem.append(j)
            at = len(parent) - 1
        last.append(at)
    rules = np.zeros((0, len(cost))) if y_row is None else y_row
    n = len(last)
    return MissForm(
        state=np.zeros(len(cost), np.int8),
        cost=cost.astype(float),
        constant=0.0,
        parent=np.array(parent, np.int32),
        elem=np.array(elem, np.int32),
        weight=np.zeros(len(parent)),
        y_row=np.vstack([np.zeros((1, len(cost))), rules]),
        z_row=np.zeros(n, np.int32),
        z_term=np.array(last, np.int32),
        z_coef=np.ones(n),
        low=np.full(1 + len(rules), -np.inf),
        high=np.r_[0.0, [] if high is None else high],
    )


def best_of(hit, cost, rules=None, high=None):
    """Give the least cost of a cover by looking at all plans."""
    least = np.inf
    for bits in itertools.product([False, True], repeat=hit.shape[1]):
        y = np.array(bits)
        if hit[:, y].any(axis=1).all() and (rules is None or (rules @ y <= np.asarray(high) + 1e-9).all()):
            least = min(least, float(cost[y].sum()))
    return least


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 10**6), st.booleans())
def test_the_cheapest_cover_is_the_cheapest(seed, whole):
    rng = np.random.default_rng(seed)
    columns, rows = int(rng.integers(1, 10)), int(rng.integers(1, 90))
    start, site = random_sets(rng, rows, columns, 4)
    hit = table(start, site, columns)
    mask = np.zeros((columns, (rows + 63) // 64), np.uint64)
    for r, k in zip(*np.nonzero(hit), strict=True):
        mask[k, r // 64] |= np.uint64(1) << np.uint64(r % 64)
    weight = rng.integers(0, 6, columns).astype(float) if whole else rng.random(columns)
    value, chosen = cheapest_cover(mask, weight, rows, 1e9, EXACT if whole else 1e-9, 10**6)
    assert value == pytest.approx(best_of(hit, weight), abs=1e-7)
    assert hit[:, chosen].any(axis=1).all()
    assert weight[chosen].sum() == pytest.approx(value)


def relaxed(start, site, cost):
    h = quiet_highs()
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(cost), len(start) - 1
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = cost.astype(float), np.zeros(len(cost)), np.ones(len(cost))
    lp.row_lower_, lp.row_upper_ = np.ones(len(start) - 1), np.full(len(start) - 1, highspy.kHighsInf)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_, lp.a_matrix_.index_ = start.astype(np.int32), site.astype(np.int32)
    lp.a_matrix_.value_ = np.ones(len(site))
    h.passModel(lp)
    h.run()
    return np.array(h.getSolution().col_value), np.array(h.getSolution().col_dual)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([3, 6, 60]), st.sampled_from([0, 3, 40]))
def test_a_local_cut_holds_for_every_cover_and_not_for_the_relaxed_plan(seed, most, turns):
    rng = np.random.default_rng(seed)
    columns, rows = int(rng.integers(4, 13)), int(rng.integers(4, 30))
    start, site = random_sets(rng, rows, columns, 3)
    y, reduced = relaxed(start, site, rng.integers(1, 4, columns))
    begin, row_of = turned(start, site, columns)
    ends, column, value = local_cuts(
        start, site, begin, row_of, y, reduced, np.zeros(columns, bool), most=most, turns=turns, seed=seed
    )
    hit = table(start, site, columns)
    covers = [np.array(b) for b in itertools.product([False, True], repeat=columns)]
    covers = [b for b in covers if hit[:, b].any(axis=1).all()]
    for k in range(len(ends) - 1):
        a = np.zeros(columns)
        a[column[ends[k] : ends[k + 1]]] = value[ends[k] : ends[k + 1]]
        assert min(float(a[b].sum()) for b in covers) >= 1 - 1e-9
        assert a @ y < 1 - 1e-4


def test_an_odd_cycle_is_cut_whole():
    """Five rows in a ring: the relaxation opens five halves, one local cut says three, and nothing is branched on."""
    start = np.arange(0, 11, 2)
    site = np.array([[k, (k + 1) % 5] for k in range(5)]).ravel()
    form = form_of(start, site, np.ones(5))
    found = cover(form, None, gap=0.0, nodes=100, seed=1)
    assert found.bound == 3
    assert found.opened is not None
    assert found.opened.sum() == 3
    assert found.cuts == 1
    assert not found.ended


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(["ones", "costs", "fractions"]), st.booleans())
def test_covering_agrees_with_brute_force(seed, kind, ruled):
    rng = np.random.default_rng(seed)
    columns, rows = int(rng.integers(1, 12)), int(rng.integers(1, 25))
    start, site = random_sets(rng, rows, columns, 4)
    cost = {
        "ones": np.ones(columns),
        "costs": rng.integers(1, 9, columns) * 3.0,
        "fractions": rng.random(columns) + 0.1,
    }
    rules = rng.integers(0, 3, (2, columns)).astype(float) if ruled else None
    high = rng.integers(1, 8, 2).astype(float) if ruled else None
    form = form_of(start, site, cost[kind], rules, high)
    assert covers_only(form)
    if form.impossible():
        return
    found = cover(form, None, gap=0.0, nodes=10_000, seed=seed)
    least = best_of(table(start, site, columns), cost[kind], rules, high)
    assert not found.ended
    if not np.isfinite(least):
        assert found.opened is None
        return
    assert found.opened is not None
    assert form.value(found.opened) == pytest.approx(least)
    assert found.bound == pytest.approx(least)
    assert not form.excess(found.opened).any()


@pytest.mark.parametrize("seed", range(4))
def test_covering_agrees_with_the_solver_on_middling_questions(seed):
    """Points on a plane: sets as neighbourhoods, hard enough to branch; a bound of few nodes stays a bound."""
    rng = np.random.default_rng(seed)
    sites, cells = rng.random((90, 2)), rng.random((260, 2))
    near = ((cells[:, None] - sites[None]) ** 2).sum(axis=2) < 0.17**2
    near = near[near.any(axis=1)]
    start = np.r_[0, np.cumsum(near.sum(axis=1))].astype(np.int64)
    form = form_of(start, np.nonzero(near)[1], np.ones(90))
    rest = solve_form(form, Limits())
    found = cover(form, None, gap=0.0, nodes=10_000, seed=1)
    assert found.opened is not None
    assert not found.ended
    assert found.bound == form.value(found.opened) == form.value(rest.opened)
    again = cover(form, None, gap=0.0, nodes=10_000, seed=1)
    assert (again.opened == found.opened).all()
    assert (again.cuts, again.nodes) == (found.cuts, found.nodes)
    early = cover(form, None, gap=0.0, nodes=10_000, seed=1, out_of_time=lambda: True)
    assert early.ended
    assert early.bound <= found.bound


@pytest.mark.parametrize("gap", [0.02, 0.1, 0.3])
@pytest.mark.parametrize("seed", range(6))
def test_a_gap_that_is_good_enough_is_no_proof(seed, gap, monkeypatch):
    """Without cuts and search, nodes are given up for the gap: the bound stays below every plan."""
    monkeypatch.setattr("tunti.location.covering.SIZES", (1,))
    monkeypatch.setattr("tunti.location.covering._Search._improve", lambda self, work: None)
    rng = np.random.default_rng(seed)
    start, site = random_sets(rng, 60, 30, 3)
    form = form_of(start, site, rng.integers(1, 4, 30).astype(float))
    best = cover(form, None, gap=0.0, nodes=10_000, seed=1)
    found = cover(form, np.ones(30, bool), gap=gap, nodes=10_000, seed=1)
    assert best.opened is not None
    assert found.opened is not None
    assert found.bound <= form.value(best.opened) + 1e-9
    assert form.value(found.opened) - found.bound <= gap * form.value(found.opened) + 1e-9
