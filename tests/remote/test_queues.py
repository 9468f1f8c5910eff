"""The formulas of waiting: published figures, limits, and that more clerks, pooling and longer hours never hurt."""

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tunti.remote.booked import booked_and_walk_in, most_load_with_booked, with_repeats, with_retrials
from tunti.remote.hours import calendar
from tunti.remote.queues import (
    ServiceLevel,
    erlang_b,
    erlang_c,
    most_load,
    staff_needed,
    waiting,
    waiting_with_patience,
)
from tunti.remote.small import balance, known_customers, waiting_room
from tunti.settings_remote import RemoteSettings

LEVEL = ServiceLevel(answered=0.8, within=5.0)

loads = st.floats(0.05, 60)
clerks = st.integers(1, 80)
minutes = st.floats(1, 60)


@pytest.mark.parametrize(
    ("load", "servers", "share"),
    # Exact: 1/2; (1/2)/(5/2); the well-known tables of B with one per cent at 4.461 Erlang and 10 lines,
    # 0.1 % at 67.6 Erlang and 90 lines... are rounded, hence the tolerance.
    [(1.0, 1, 0.5), (1.0, 2, 0.2), (4.461, 10, 0.01), (12.03, 20, 0.01), (84.06, 100, 0.01)],
)
def test_erlang_b_is_that_of_the_tables(load, servers, share):
    assert erlang_b(load, servers) == pytest.approx(share, rel=1e-3)


@pytest.mark.parametrize(("load", "servers"), [(0.3, 1), (3.7, 5), (20.0, 24), (150.0, 160)])
def test_erlang_b_and_c_are_their_sums(load, servers):
    terms = [servers * math.log(load) - math.lgamma(servers + 1)]
    below = [n * math.log(load) - math.lgamma(n + 1) for n in range(servers)]
    top = math.exp(terms[0])
    rest = sum(math.exp(v) for v in below)
    assert erlang_b(load, servers) == pytest.approx(top / (top + rest), rel=1e-12)
    queue = top * servers / (servers - load)
    assert erlang_c(load, servers) == pytest.approx(queue / (queue + rest), rel=1e-11)


def test_thousands_of_clerks_keep_their_digits():
    # Square-root staffing: with c = a + sqrt(a) the share who wait nears Halfin and Whitt's 0.2234.
    found = erlang_c(1_000_000 - 1000.0, 1_000_000)
    assert found == pytest.approx(0.2234, abs=0.002)
    assert erlang_b(5000.0, 20_000) == 0.0
    big = waiting_with_patience(5000.0, 4900, 10.0, 20.0, within=1.0)
    assert big.lost == pytest.approx(1 - 4900 / 5000, rel=0.05)
    assert 0 < big.answered < 1
    assert waiting_with_patience(0.01, 3000, 10.0, 20.0, within=1.0).lost == 0.0


def test_the_two_known_pooling_figures():
    assert 20 * staff_needed(1.2, 20.0, LEVEL) == 60
    assert staff_needed(20 * 1.2, 20.0, LEVEL) == 28
    assert 12 * staff_needed(0.4, 20.0, LEVEL) == 24
    assert staff_needed(12 * 0.4, 20.0, LEVEL) == 7


@given(loads, clerks, minutes, st.floats(0, 30))
@settings(max_examples=150, deadline=None)
def test_more_clerks_never_lengthen_waiting(load, servers, handling, within):
    less, more = (waiting(load, servers + k, handling, within=within) for k in (0, 1))
    assert more.mean_wait <= less.mean_wait
    assert more.wait_95 <= less.wait_95
    assert more.answered >= less.answered - 1e-12


@given(loads, clerks, minutes, st.floats(0.5, 60), st.floats(0, 30))
@settings(max_examples=100, deadline=None)
def test_more_clerks_never_lengthen_waiting_of_those_who_give_up(load, servers, handling, patience, within):
    less, more = (waiting_with_patience(load, servers + k, handling, patience, within=within) for k in (0, 1))
    assert more.lost <= less.lost + 1e-9
    assert more.mean_wait <= less.mean_wait + 1e-9
    assert more.answered >= less.answered - 1e-9


@given(st.floats(0, 20), st.floats(0.05, 20), clerks, minutes, st.floats(0, 30))
@settings(max_examples=100, deadline=None)
def test_more_clerks_never_lengthen_waiting_of_booked_and_walk_ins(booked, walk_in, servers, handling, within):
    less, more = (booked_and_walk_in(booked, walk_in, servers + k, handling, within=within) for k in (0, 1))
    for a, b in zip(less, more, strict=True):
        assert b.mean_wait <= a.mean_wait + 1e-9
        assert b.answered >= a.answered - 1e-6


@given(st.lists(st.tuples(st.floats(0.05, 8), st.integers(1, 5)), min_size=2, max_size=5), minutes, st.floats(0, 30))
@settings(max_examples=150, deadline=None)
def test_pooling_never_lengthens_waiting(groups, handling, within):
    groups = [(a, int(a) + c) for a, c in groups]
    alone = [(a, waiting(a, c, handling, within=within)) for a, c in groups]
    load = sum(a for a, _ in groups)
    together = waiting(load, sum(c for _, c in groups), handling, within=within)
    assert together.mean_wait <= sum(a * w.mean_wait for a, w in alone) / load + 1e-9
    # Those with the shortest waits of all may lose; all together never need more people for the same promise.
    needed = sum(staff_needed(a, handling, LEVEL) for a, _ in groups)
    assert staff_needed(load, handling, LEVEL) <= needed


@given(
    st.integers(0, 9),
    st.integers(0, 9),
    st.integers(1, 6),
    st.floats(1, 400),
    st.lists(st.floats(0.1, 1), min_size=20, max_size=20),
)
@settings(max_examples=20, deadline=None)
def test_longer_hours_never_lengthen_waiting(earlier, later, core, daily, weights):
    # Hours that nobody counted take the lowest weight that was counted.
    first, last = 20, 20 + 2 * core
    counted = pd.DataFrame(
        [("*", d, f"{h // 2}:{h % 2 * 30:02d}", weights[h - first]) for d in range(1, 6) for h in range(first, last)],
        columns=["service", "weekday", "hour", "visits"],
    )

    def waits(opens, closes):
        hours = pd.DataFrame(
            [
                ("*", d, f"{opens // 2}:{opens % 2 * 30:02d}", f"{closes // 2}:{closes % 2 * 30:02d}")
                for d in range(1, 6)
            ],
            columns=["site", "weekday", "opens", "closes"],
        )
        months = pd.DataFrame(columns=["service", "month", "visits"])
        made = calendar(("s",), ("j",), RemoteSettings(), visit_hours=counted, visit_months=months, opening_hours=hours)
        load = made.load(np.array([[daily * 200 * 20.0]]), 0).ravel()
        load = load[load > 0]
        mean = sum(a * waiting(a, staff, 20.0, within=5.0).mean_wait for a in load) / load.sum()
        return mean, load.max()

    staff = 10_000
    _, peak = waits(first, last)
    staff = int(peak) + 1
    short, long = waits(first, last), waits(first - earlier, last + later)
    assert long[1] <= short[1] + 1e-9
    assert long[0] <= short[0] + 1e-9


@given(loads, minutes, st.floats(0.3, 0.99), st.floats(0, 30), st.sampled_from([np.inf, 3.0]), st.floats(0.5, 1.0))
@settings(max_examples=80, deadline=None)
def test_the_table_of_sizes_is_the_fewest_who_keep_the_promise(load, handling, answered, within, wait_95, occupancy):
    level = ServiceLevel(answered, within, wait_95=wait_95, occupancy=occupancy)
    needed = staff_needed(load, handling, level)
    table = most_load(80.0, handling, level)
    assert abs(int(np.searchsorted(table, load, side="left")) - needed) <= (
        0 if abs(table[needed] - load) > 1e-6 and abs(table[needed - 1] - load) > 1e-6 else 1
    )
    kept = waiting(load, needed, handling, within=within)
    assert kept.answered >= answered - 1e-12
    assert kept.occupancy <= occupancy + 1e-12
    assert needed == 1 or not (load < needed - 1 and level.kept(np.array(load), needed - 1, handling))


@pytest.mark.parametrize("load", [0.4, 1.2, 5.0, 24.0])
def test_sizes_without_bookings_are_erlang_c(load):
    table = most_load_with_booked(30.0, 0.0, 20.0, LEVEL)
    assert np.searchsorted(table, load) == staff_needed(load, 20.0, LEVEL)


@given(st.floats(0.1, 10), st.integers(1, 14), minutes, st.floats(0, 30))
@settings(max_examples=60, deadline=None)
def test_without_bookings_walk_ins_are_the_plain_queue(load, servers, handling, within):
    if load >= servers:
        return
    plain = waiting(load, servers, handling, within=within)
    _, walk = booked_and_walk_in(0.0, load, servers, handling, within=within)
    assert walk.mean_wait == pytest.approx(plain.mean_wait, rel=1e-9)
    assert walk.answered == pytest.approx(plain.answered, abs=1e-6)
    assert walk.wait_95 == pytest.approx(plain.wait_95, rel=1e-3, abs=1e-3)


def test_the_mean_of_both_classes_is_that_of_one_queue():
    # The order of service changes who waits, not how much is waited.
    first, walk = booked_and_walk_in(3.0, 5.0, 10, 20.0, within=5.0)
    plain = waiting(8.0, 10, 20.0, within=5.0)
    assert (3 * first.mean_wait + 5 * walk.mean_wait) / 8 == pytest.approx(plain.mean_wait)
    assert first.mean_wait < plain.mean_wait < walk.mean_wait
    # Its share over a time is an integral of the tail.
    times = np.linspace(0, 600, 6001)
    over = [1 - booked_and_walk_in(3.0, 5.0, 10, 20.0, within=float(t))[1].answered for t in times[::20]]
    assert np.trapezoid(over, times[::20]) == pytest.approx(walk.mean_wait, rel=5e-3)


@given(st.floats(0.2, 6), st.integers(1, 6), minutes, st.floats(0.1, 20))
@settings(max_examples=60, deadline=None)
def test_endless_room_patience_and_people_are_erlang_c(load, servers, handling, within):
    if load > 0.9 * servers:
        return
    plain = waiting(load, servers, handling, within=within)
    for other in (
        waiting_room(load, servers, handling, 3000, within=within),
        waiting_with_patience(load, servers, handling, 1e9, within=within),
        known_customers(load / handling / 300_000, 300_000, servers, handling, within=within),
    ):
        assert other.mean_wait == pytest.approx(plain.mean_wait, rel=2e-3, abs=1e-9)
        assert other.answered == pytest.approx(plain.answered, rel=1e-3)
        assert other.wait_95 == pytest.approx(plain.wait_95, rel=2e-2, abs=2e-2)
        assert other.occupancy == pytest.approx(plain.occupancy, rel=1e-3)


def test_no_waiting_room_is_erlang_b():
    assert waiting_room(3.0, 4, 20.0, 4, within=5.0).lost == pytest.approx(erlang_b(3.0, 4))


@given(loads, clerks, minutes, st.floats(0.5, 100))
@settings(max_examples=80, deadline=None)
def test_those_who_give_up_are_balanced(load, servers, handling, patience):
    # Straight from the balance equations, with states enough for a queue twice as long as its mean and thousands more.
    states = np.arange(servers + 4000 + 2 * int(load * patience / handling))
    down = np.minimum(states[1:], servers) / handling + np.maximum(states[1:] - servers, 0) / patience
    share = balance(np.full(len(down), load / handling), down)
    lost = float((np.maximum(states - servers, 0) * share).sum()) / patience / (load / handling)
    found = waiting_with_patience(load, servers, handling, patience, within=0.0)
    assert found.lost == pytest.approx(lost, rel=1e-7, abs=1e-14)
    assert found.wait_share == pytest.approx(float(share[servers:].sum()), rel=1e-7, abs=1e-14)
    assert found.answered == pytest.approx(1 - found.wait_share, abs=1e-7)


def test_repeats_and_retrials():
    assert with_repeats(90.0, 0.1) == pytest.approx(100.0)
    assert with_repeats(5.0, 0.0) == 5.0
    load, met = with_retrials(10.0, 9, 20.0, 10.0, again=0.5, within=5.0)
    assert load == pytest.approx(10.0 + 0.5 * load * met.lost, rel=1e-9)
    assert with_retrials(10.0, 9, 20.0, 10.0, again=0.0, within=5.0)[0] == pytest.approx(10.0)


def refuse(what):
    with pytest.raises(ValueError):
        what()


def test_queues_that_cannot_be_are_refused():
    for load, servers, handling in itertools.product((0.0, -1.0, math.nan), (1,), (20.0,)):
        refuse(lambda load=load, servers=servers, handling=handling: waiting(load, servers, handling, within=1))
    refuse(lambda: waiting(1.0, 0, 20.0, within=1))
    refuse(lambda: waiting(1.0, 1, 0.0, within=1))
    refuse(lambda: ServiceLevel(answered=1.0))
    refuse(lambda: ServiceLevel(answered=0.0))
    refuse(lambda: ServiceLevel(occupancy=1.2))
    refuse(lambda: with_repeats(1.0, 1.0))
    refuse(lambda: waiting_with_patience(1.0, 1, 1.0, 0.0, within=1))
    refuse(lambda: waiting_room(1.0, 3, 1.0, 2, within=1))
    refuse(lambda: known_customers(1.0, 0, 1, 1.0, within=1))
    refuse(lambda: booked_and_walk_in(-1.0, 2.0, 3, 1.0, within=1))
    assert waiting(5.0, 4, 20.0, within=5.0).mean_wait == math.inf
