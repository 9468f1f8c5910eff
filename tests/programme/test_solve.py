"""The programme's search against brute force on tiny cases, and what rules do to its objective."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tunti.errors import Infeasible
from tunti.findings import say
from tunti.programme.cover import Patterns
from tunti.programme.solve import Limit, Shares, Steps, schedule

QUARTERS = 4


def keeps(steps, shares, quarter):
    if (quarter < steps.first).any() or (quarter > steps.last).any():
        return False
    if any(quarter[s] < quarter[p] + lag for s, p, lag in steps.after):
        return False
    for limit in steps.limits:
        used = limit.amount[quarter[limit.step] == limit.quarter].sum()
        if used > limit.most + 1e-9:
            return False
    return shares is None or not (shares.inside(quarter) < shares.floor).any()


def brute(steps, shares):
    best = None
    for choice in product(range(QUARTERS), repeat=len(steps.names)):
        quarter = np.array(choice)
        if keeps(steps, shares, quarter):
            cost = steps.cost[np.arange(len(quarter)), quarter].sum()
            best = cost if best is None else min(best, cost)
    return best


def country(seed, n=5, places=6, rows=8):
    """Draw steps with orders and limits, and patterns of places that some of them open or close."""
    draw = np.random.default_rng(seed)
    first = draw.integers(0, 2, n)
    last = np.full(n, QUARTERS - 1)
    cost = draw.integers(-400, 400, (n, QUARTERS)) * 1e5
    after = np.array(
        [(s, p, draw.integers(0, 2)) for s in range(1, n) for p in range(s) if draw.random() < 0.3], np.int64
    ).reshape(-1, 3)
    entries = [(s, t) for s in range(n) for t in range(QUARTERS)]
    limits = [
        Limit(
            say("crews"),
            float(draw.integers(1, 3)),
            np.array([s for s, t in entries if t == q], np.int64),
            np.array([t for _, t in entries if t == q], np.int64),
            np.ones(n),
        )
        for q in range(QUARTERS)
    ]
    steps = Steps(tuple(f"s{i}" for i in range(n)), first, last, cost, after, limits if draw.random() < 0.7 else ())
    opens, closes = np.full(places, -1), np.full(places, -1)
    for k in range(places):
        (opens if k % 2 else closes)[k] = draw.integers(0, n)
    today = np.arange(places) % 2 == 0
    sets = [np.flatnonzero(draw.random(places) < 0.4) for _ in range(rows)]
    start = np.concatenate([[0], np.cumsum([len(s) for s in sets])])
    patterns = Patterns(
        np.zeros(rows, np.int64),
        draw.integers(0, 2, rows),
        draw.integers(1, 50, rows),
        start,
        np.concatenate(sets).astype(np.int64),
    )
    bare = Shares(patterns, opens, closes, today, np.zeros((1, 2, QUARTERS), np.int64))
    begin = bare.inside(np.full(n, QUARTERS))[:, :, :1]
    floor = np.floor(begin * draw.choice([0.5, 0.8, 1.0])).astype(np.int64) + np.zeros((1, 2, QUARTERS), np.int64)
    return steps, replace(bare, floor=floor)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000))
def test_agrees_with_brute_force(seed):
    steps, shares = country(seed)
    best = brute(steps, shares)
    if best is None:
        with pytest.raises(Infeasible):
            schedule(steps, shares, gap=0.0)
        return
    found = schedule(steps, shares, gap=0.0)
    assert keeps(steps, shares, found.quarter)
    assert found.objective == pytest.approx(best, abs=10)
    assert found.bound <= found.objective
    assert found.bound == pytest.approx(best, abs=10)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_a_rule_taken_away_never_makes_it_worse(seed):
    steps, shares = country(seed)
    try:
        whole = schedule(steps, shares, gap=0.0).objective
    except Infeasible:
        return
    looser = [
        (steps, None),
        (replace(steps, limits=()), shares),
        (replace(steps, after=steps.after[1:]), shares),
        (replace(steps, first=np.zeros_like(steps.first)), shares),
    ]
    for fewer, share in looser:
        assert schedule(fewer, share, gap=0.0).objective <= whole + 10


def test_refusal_names_the_limit():
    steps, _ = country(1)
    tight = Limit(say("crews in Lappi"), 0.0, np.arange(5), np.full(5, 3), np.ones(5))
    steps = replace(steps, limits=[tight], first=np.full(5, 3), after=np.empty((0, 3), np.int64))
    with pytest.raises(Infeasible) as refusal:
        schedule(steps)
    assert "crews in Lappi" in refusal.value.text()
