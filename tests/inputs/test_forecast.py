"""The forecast year: people by cell and by municipality, sums that hold, visits that follow."""

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from tunti.inputs.forecast import shared, with_forecast
from tunti.inputs.frames import empty, typed
from tunti.inputs.schemas import CELLS, FORECAST, SCHEMAS, SERVICES
from tunti.inputs.tables import Inputs


def inputs(forecast):
    tables = {name: empty(schema) for name, schema in list(SCHEMAS.items())[:9]}
    cells = pd.DataFrame(
        {
            "cell": ["a", "b", "c", "d"],
            "municipality": ["001", "001", "002", "003"],
            "people": [10, 21, 5, 7],
            "people_75": [1, 2, 5, None],
        }
    )
    tables["cells"] = typed(cells, CELLS)
    tables["services"] = typed(pd.DataFrame({"service": ["s"], "visits_year": [430.0]}), SERVICES)
    return Inputs(**tables, forecast=typed(pd.DataFrame(forecast), FORECAST))


FORECAST_ROWS = [
    {"municipality": "001", "year": 2030, "people": 62, "people_75": 10},
    {"cell": "c", "year": 2030, "people": 10},
    {"municipality": "001", "year": 2040, "people": 0},
]


def test_people_of_the_year_take_the_place_of_todays():
    made, findings = with_forecast(inputs(FORECAST_ROWS), 2030)
    assert made.cells["people"].tolist() == [20, 42, 10, 7]
    assert made.cells["people_75"].tolist()[:3] == [3, 7, 10]
    assert made.services["visits_year"].iloc[0] == 430 * 79 / 43
    assert [f.level for f in findings] == ["note"]  # the third municipality is not covered


def test_without_a_year_nothing_changes_and_an_unknown_year_is_an_error():
    given_ = inputs(FORECAST_ROWS)
    assert with_forecast(given_, None) == (given_, [])
    made, findings = with_forecast(given_, 2035)
    assert made is given_
    assert [f.level for f in findings] == ["error"]
    assert "2030, 2040" in findings[0].what_to_do.text()


def test_a_municipality_may_empty():
    made, _ = with_forecast(inputs(FORECAST_ROWS), 2040)
    assert made.cells["people"].tolist() == [0, 0, 5, 7]


@given(st.lists(st.floats(0, 1e5), min_size=1, max_size=40))
def test_rounded_figures_add_up(values):
    found = shared(np.array(values))
    assert found.sum() == round(float(np.array(values).sum()))
    assert (np.abs(found - np.array(values)) <= 1.0 + 1e-6).all()
