"""When customers come: shares add up, closed hours are empty, tables and settings are followed."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tunti.inputs.frames import typed
from tunti.inputs.schemas import SCHEMAS
from tunti.remote.hours import MONTH_DAYS, calendar, opening_of
from tunti.settings_remote import RemoteSettings

EMPTY = {name: typed(pd.DataFrame(), SCHEMAS[name]) for name in ("visit_hours", "visit_months", "opening_hours")}


def table(name, columns, rows):
    return typed(pd.DataFrame(rows, columns=columns), SCHEMAS[name])


def test_defaults_are_weekdays_nine_to_three():
    is_open = opening_of(("j",), RemoteSettings(), EMPTY["opening_hours"])[0]
    assert is_open[:5, 18:30].all()
    assert is_open.sum() == 5 * 12


def test_own_hours_go_before_common_ones():
    hours = table(
        "opening_hours",
        ["site", "weekday", "opens", "closes"],
        [("*", 1, "8:00", "12:00"), ("j", 2, "9:00", "10:00"), ("j", 2, "12.30", "13.00")],
    )
    own, other = opening_of(("j", "k"), RemoteSettings(), hours)
    assert np.argwhere(own).tolist() == [[1, 18], [1, 19], [1, 25]]
    assert other.sum() == 8
    assert other[0].all() == other[1:].any() == False  # noqa: E712


@given(
    st.lists(st.tuples(st.integers(1, 7), st.integers(8, 17), st.integers(0, 50)), min_size=1, max_size=30),
    st.lists(st.integers(0, 9), min_size=12, max_size=12),
)
@settings(max_examples=60, deadline=None)
def test_shares_of_the_week_and_of_the_year_add_up(hours, months):
    counted = table(
        "visit_hours", ["service", "weekday", "hour", "visits"], [("s", d, f"{h}:00", n) for d, h, n in hours]
    )
    season = table("visit_months", ["service", "month", "visits"], [("*", m + 1, n) for m, n in enumerate(months)])
    made = calendar(
        ("s", "t"), ("j",), RemoteSettings(), visit_hours=counted, visit_months=season,
        opening_hours=EMPTY["opening_hours"],
    )  # fmt: skip
    assert made.week.sum(axis=(1, 2)) == pytest.approx(1)
    assert (made.month * MONTH_DAYS / 7).sum(axis=1) == pytest.approx(1)
    assert (made.week[:, 5:] == 0).all()
    year = made.summed(np.zeros(made.kind.shape, np.int64), np.array([[600.0], [0.0]]), 1)
    minutes = sum(made.load(year, m).sum() * 30 * MONTH_DAYS[m] / 7 for m in range(12))
    assert minutes == pytest.approx(600)


def test_fewer_hours_are_taken_from_the_middle():
    made = calendar(("s",), ("j", "k"), RemoteSettings(), **EMPTY, hours_per_week=np.array([[10.0, np.nan]]))
    short, whole = made.week[made.kind[0, 0]], made.week[made.kind[0, 1]]
    assert (short > 0).sum() == 20
    assert (whole > 0).sum() == 60
    assert ((short > 0) <= (whole > 0)).all()
    assert short[0, 24] > 0
    assert short.sum() == pytest.approx(1)


def test_agencies_that_visit_have_days_of_their_own():
    """Two agencies visit a day each, one of them with two services; a third serves every day."""
    nan = np.nan
    made = calendar(
        ("a", "b", "c", "d"), ("j",), RemoteSettings(), **EMPTY,
        hours_per_week=np.array([[6.0], [6.0], [6.0], [nan]]), days_per_week=np.array([[1.0], [1.0], [1.0], [5.0]]),
        agency=np.array([0, 0, 1, 2]),
    )  # fmt: skip
    a, b, c, d = (made.week[made.kind[s, 0]] > 0 for s in range(4))
    assert (a == b).all()
    assert a.any(axis=1).sum() == c.any(axis=1).sum() == 1
    assert not (a & c).any()
    assert d.any(axis=1).sum() == 5
    assert a.sum() == 12  # half-hours


def test_at_a_mobile_point_all_come_on_the_same_day():
    one = np.array([[4.0], [4.0]])
    made = calendar(("a", "b"), ("j",), RemoteSettings(), **EMPTY, hours_per_week=one, days_per_week=one / 4)
    a, b = (made.week[made.kind[s, 0]] > 0 for s in range(2))
    assert (a == b).all()
    assert a.any(axis=1).sum() == 1


def test_a_service_without_counts_follows_all():
    counted = table(
        "visit_hours",
        ["service", "weekday", "hour", "visits"],
        [("*", 1, "9:30", 5), ("s", 1, "10:00", 6), ("s", 1, "11:00", 1)],
    )
    made = calendar(
        ("s", "t"), ("j",), RemoteSettings(), visit_hours=counted, visit_months=EMPTY["visit_months"],
        opening_hours=EMPTY["opening_hours"],
    )  # fmt: skip
    s, t = (made.week[made.kind[k, 0]] for k in (0, 1))
    assert s[0, 20] == s[0, 21] == pytest.approx(6 * s[0, 22])
    assert s[3, 24] == s[0, 22]  # not counted: the lowest
    assert len(np.unique(t[t > 0])) == 1
