"""When the programme begins, and that nothing of it is to be decided before."""

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tunti.errors import Infeasible
from tunti.inputs.checks.programme import check_quarters
from tunti.programme.phase import programme
from tunti.programme.quarters import Quarters
from tunti.settings import Settings

from .upstream import small


@pytest.mark.parametrize(
    ("day", "first", "last", "names"),
    [
        (dt.date(2026, 1, 1), "2027Q1", "2027Q3", ("2027Q1", "2027Q2", "2027Q3")),  # data of the year before
        (dt.date(2026, 12, 31), "2027Q1", "2027Q2", ("2027Q1", "2027Q2")),
        (dt.date(2027, 5, 3), "2027Q1", "2027Q4", ("2027Q2", "2027Q3", "2027Q4")),  # data newer than the beginning
        (dt.date(2031, 5, 3), "2027Q1", "2030Q4", ("2031Q2",)),
    ],
)
def test_the_programme_begins_when_set_and_not_before_the_data(day, first, last, names):
    assert Quarters.between(first, last, day=day).names == names


def test_by_default_it_begins_with_the_third_phase():
    own = Settings().programme
    assert (own.first_quarter, own.horizon) == ("2027Q1", "2030Q4")
    assert "phase 3" in type(own).model_fields["first_quarter"].description


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 100_000))
def test_nothing_is_late_when_the_programme_begins_after_the_data(seed):
    country = small(3 * (seed // 3) + 2)  # begins a year after the data's day
    assert country.settings.programme.first_quarter == "2027Q1"
    try:
        found = programme(country.services, country.premises, country.today, country.inputs, country.settings)
    except Infeasible:
        return
    first = pd.Timestamp("2027-01-01")
    own = found.events[found.events["kind"] != "temporary"]  # bad air is left in time, whenever the programme begins
    assert (own["decide_by"].dropna() >= first).all()
    assert found.cashflow["year"].min() >= 2027
    # Prices have risen once since the data's day.
    early = found.cashflow[found.cashflow["year"] == 2027]
    assert (early["cents"] == (early["real_cents"] * 1.02).round()).all()


@pytest.mark.parametrize(
    ("day", "own", "said"),
    [
        ("2026-01-01", {}, 0),
        ("2026-01-01", {"horizon": "2026Q4"}, 1),
        ("2026-01-01", {"horizon": "2026Q4", "first_quarter": "2026Q2"}, 0),
        ("2031-01-01", {}, 1),
    ],
)
def test_an_end_before_the_beginning_is_told(day, own, said):
    given_ = Settings.model_validate({"project": {"as_of": day}, "programme": own})
    found = list(check_quarters(None, given_))
    assert [f.column for f in found] == ["programme.horizon"] * said
