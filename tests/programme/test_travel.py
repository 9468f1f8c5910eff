"""Customers' hours of travel: only trips that somebody makes today can get shorter."""

import numpy as np
import pandas as pd
import pytest

from tunti.access.times import TravelTimes
from tunti.programme.cashflow import travel
from tunti.programme.cover import Group

CELLS = pd.DataFrame({"people": [100.0, 300.0], "region": ["A", "A"]})
REGIONS = pd.DataFrame({"region": ["A"]})


def _travel(open_today):
    groups = (Group("old", "X", ("old",), 60.0, np.array([0, 1])), Group("new", "Y", ("new",), 60.0, np.array([1])))
    # The first cell reaches the first place in 10 and the second in 20 minutes, the other cell only the second in 5.
    minutes = np.array([10, 20, 5])
    times = TravelTimes(
        ("p", "q"),
        ("c", "d"),
        np.array([0, 1, 3]),
        np.array([0, 0, 1], np.int32),
        (minutes * 60).astype(np.uint16),
        109.0,
    )
    return travel(
        times, CELLS, REGIONS, groups, np.array([0, 1]), np.array(open_today), np.array([True, True]),
        {"old": 400.0, "new": 800.0},
    ).set_index("group")  # fmt: skip


def test_a_service_that_nobody_gives_today_saves_no_hours():
    found = _travel([True, False])
    assert pd.isna(found.loc["new", "minutes_today"])
    assert found.loc["new", "hours_year_change"] == 0
    assert found.loc["new", "minutes_after"] == pytest.approx((20 * 100 + 5 * 300) / 400)


def test_a_service_given_today_counts_the_cut_off_where_nobody_reaches_it():
    found = _travel([True, False])
    # 100 people go 10 minutes before and after; 300 had nobody within the cut-off and now go 5 minutes.
    cutoff = 109
    assert found.loc["old", "minutes_today"] == pytest.approx((10 * 100 + cutoff * 300) / 400)
    assert found.loc["old", "hours_year_change"] == pytest.approx(300 * (5 - cutoff) * 2 / 60)
