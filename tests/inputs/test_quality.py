"""The data-quality score: complete own rows score full, invented and faulty ones less; mending what is listed helps."""

import datetime as dt

import pandas as pd
import pytest

from tunti.findings import Finding, Level, error, say, warning
from tunti.inputs.frames import empty, typed
from tunti.inputs.quality import WEIGHTS, quality
from tunti.inputs.schemas import MUNICIPALITIES, OFFICES, SCHEMAS
from tunti.inputs.tables import Inputs

FULL = {
    "x": 1.0, "y": 2.0, "municipality": "001", "customer_m2": 10.0, "work_m2": 20.0, "rent_eur_year": 5.0,
    "lease_end": "2027-12-31", "notice_months": 6, "staff": 3.0, "visits_year": 9.0, "condition": "good",
}  # fmt: skip


def inputs(rows):
    tables = {name: empty(schema) for name, schema in list(SCHEMAS.items())[:9]}
    frame = pd.DataFrame(rows)
    if "lease_end" in frame:
        frame["lease_end"] = pd.to_datetime(frame["lease_end"])
    tables["offices"] = typed(frame, OFFICES)
    towns = pd.DataFrame({"municipality": ["001"], "name_fi": ["K"], "region": ["01"], "region_fi": ["M"]})
    tables["municipalities"] = typed(towns, MUNICIPALITIES)
    return Inputs(**tables)


def test_full_rows_score_full_and_gaps_cost_their_weight():
    columns = {k: v for k, v in FULL.items() if k in OFFICES.names}
    made = inputs([{"office": "a", "agency": "X", **columns}, {"office": "b", "agency": "Y", **columns, "staff": None}])
    found = quality(made, [])
    scores = found.scores.set_index("agency")["score"]
    used = sum(w for c, w in WEIGHTS.items() if c in OFFICES.names)
    assert scores["X"] == pytest.approx(100 * sum(w for c, w in WEIGHTS.items() if c in columns) / used)
    assert scores["X"] - scores["Y"] == pytest.approx(100 * WEIGHTS["staff"] / used)
    todo = found.todo[found.todo["agency"] == "Y"]
    assert todo.set_index("column").loc["staff", "gain"] == pytest.approx(scores["X"] - scores["Y"])


def test_invented_and_faulty_rows_cost():
    columns = {k: v for k, v in FULL.items() if k in OFFICES.names}
    made = inputs(
        [
            {"office": "a", "agency": "X", **columns, "illustrative": True},
            {"office": "b", "agency": "Y", **columns},
            {"office": "c", "agency": "Z", **columns},
        ]
    )
    row = int(made.offices.index[2])
    found = quality(
        made,
        [
            warning("offices", "b", "staff", say("no"), say("yes")),
            error("offices", row, "staff", say("no"), say("yes")),
            error("cells", 1, "people", say("no"), say("yes")),
        ],
    )
    scores = found.scores.set_index("agency")["score"]
    assert scores["X"] == scores["Z"] == 0
    assert 0 < scores["Y"] < 100
    assert set(found.todo["agency"]) >= {"X", "Y", "Z"}
    assert found.todo["gain"].is_monotonic_decreasing


def test_dates_and_names_of_what_is_to_be_done():
    columns = {k: v for k, v in FULL.items() if k != "staff"}
    made = inputs([{"office": "a", "agency": "X", **columns}, {"office": "b", "agency": "Y", **columns}])
    found = quality(made, [warning("offices", "b", "staff", say("no"), say("yes"))], due=dt.date(2027, 1, 29))
    due = found.todo.set_index(["agency", "column"])["due"]
    assert due["X", "staff"] == dt.date(2027, 1, 29)
    assert due["Y", ""] == dt.date(2027, 1, 1)
    assert set(found.todo["region_fi"]) == set(found.scores["region_sv"]) == {"M"}
    assert quality(made, []).todo["due"].isna().all()


def test_a_lease_until_notice_is_a_known_lease():
    columns = {**FULL, "lease_end": None}
    made = inputs([{"office": "a", "agency": "X", **columns}])
    assert quality(made, []).scores["score"].tolist() == [100]


def test_every_row_of_a_fault_that_is_summed_up_counts():
    made = inputs([{"office": k, "agency": "X", **FULL} for k in "abc"])
    rows = tuple(int(r) for r in made.offices.index[1:])
    summed = Finding(Level.ERROR, "offices", None, "staff", say("no"), say("yes"), rows)
    assert quality(made, [summed]).scores["faulty"].tolist() == [pytest.approx(2 / 3)]


def test_no_offices_no_scores():
    found = quality(inputs([]), [])
    assert not len(found.scores)
    assert not len(found.todo)
