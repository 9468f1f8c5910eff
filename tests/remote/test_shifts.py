"""Shifts cover the need with the fewest paid hours: against trying everything."""

import itertools

import numpy as np
import pytest
from scipy.optimize import linprog

from tunti.remote.shifts import cover, shift_plan, shifts_of
from tunti.settings_remote import RemoteSettings


def day(*need, first=18):
    whole = np.zeros(48, np.int64)
    whole[first : first + len(need)] = need
    return whole


def covered(chosen):
    on_duty = np.zeros(48, np.int64)
    for shift, count in chosen:
        on_duty[shift.start : shift.end] += count
        if shift.rest is not None:
            on_duty[shift.rest] -= count
    return on_duty


def paid(chosen):
    return sum(s.paid * n for s, n in chosen)


SHORT = RemoteSettings(shift_hours=(1.0, 1.5, 2.0), break_over_hours=1.5)


@pytest.mark.parametrize("seed", range(12))
def test_no_cover_is_cheaper(seed):
    rng = np.random.default_rng(seed)
    need = day(*rng.integers(0, 4, 6))
    if not need.any():
        return
    chosen = cover(need, SHORT)
    assert (covered(chosen) >= need).all()
    open_ = np.flatnonzero(need)
    shifts = shifts_of(int(open_[0]), int(open_[-1]) + 1, SHORT)
    best = min(
        sum(s.paid * n for s, n in zip(shifts, counts, strict=True))
        for counts in itertools.product(range(int(need.max()) + 1), repeat=len(shifts))
        if (covered(list(zip(shifts, counts, strict=True))) >= need).all()
    ) if (int(need.max()) + 1) ** len(shifts) < 200_000 else None  # fmt: skip
    if best is not None:
        assert paid(chosen) == best


@pytest.mark.parametrize("seed", range(10))
def test_without_breaks_the_linear_programme_is_whole(seed):
    rng = np.random.default_rng([3, seed])
    need = day(*rng.integers(1, 40, 12))
    settings = RemoteSettings(shift_hours=(2.0, 3.5, 6.0), break_over_hours=24.0)
    shifts = shifts_of(18, 30, settings)
    rows = np.array([[s.start <= h < s.end for s in shifts] for h in range(18, 30)], float)
    relaxed = linprog([s.paid for s in shifts], A_ub=-rows, b_ub=-need[18:30], method="highs")
    assert paid(cover(need, settings)) == pytest.approx(relaxed.fun)


def test_long_shifts_hold_a_break():
    need = day(*[3] * 16)
    plan, on_duty = shift_plan(["A"], need[None, None, :], RemoteSettings(shift_hours=(7.5,)))
    assert (on_duty[0, 0] >= need).all()
    assert (plan["rest"] != "").all()
    # A shift of 7.5 hours stays for eight: the break is not paid, and somebody else stands in.
    assert plan["paid_hours"].sum() == 7.5 * plan["clerks"].sum()
    assert plan["clerks"].sum() > 3
    assert shift_plan(["A"], np.zeros((1, 7, 48), np.int64), RemoteSettings())[0].empty
