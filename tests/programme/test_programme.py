"""Whole programmes of small invented countries: they pass the independent check, and every corruption is found."""

from dataclasses import fields, replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tunti.errors import Infeasible
from tunti.inputs.frames import typed
from tunti.inputs.schemas import ACTUALS, AGREED
from tunti.plan.verify_programme import verify_programme
from tunti.plan.verify_tables import ProgrammeTables
from tunti.programme.phase import programme

from .upstream import small


def run(country):
    return programme(country.services, country.premises, country.today, country.inputs, country.settings)


def tables(country, found):
    own = {f.name: getattr(found, f.name) for f in fields(ProgrammeTables) if hasattr(found, f.name)}
    s, p = country.services, country.premises
    return ProgrammeTables(
        **own, services=s.services, points=s.points, duties=s.duties, service_offices=s.offices,
        workplaces=p.workplaces, premises=p.premises, moves=p.moves, premise_offices=p.offices,
    )  # fmt: skip


def checked(country, found):
    return [
        (f.table, f.row, f.column, str(f.what))
        for f in verify_programme(tables(country, found), country.inputs, country.settings)
    ]


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 100_000))
def test_random_countries_pass_the_independent_check(seed):
    country = small(seed)
    try:
        found = run(country)
    except Infeasible:
        return
    assert checked(country, found) == []
    assert (found.shares["people_inside"] >= found.shares["floor"] * found.shares["people"] - 1e-6).all()
    assert found.certificate.gap <= country.settings.programme.gap + 1e-9


@pytest.fixture(scope="module")
def solved():
    """A country with every kind of event: temporary premises, notices, fit-outs, changes, outcomes, decisions."""
    for seed in range(60):
        country = small(seed)
        inputs = country.inputs
        closing = country.services.offices
        office = closing.loc[closing["customer_part"] == "closes", "office"]
        if not len(office):
            continue
        moved = inputs.offices.copy()
        moved.loc[moved["office"] == office.iloc[0], "remote_from"] = pd.Timestamp("2026-02-01")
        moved.loc[moved["office"] == office.iloc[-1], "open_to"] = pd.Timestamp("2026-01-31")
        country = replace(country, inputs=inputs.with_table("offices", moved))
        try:
            first = run(country)
        except Infeasible:
            continue
        if "temporary" not in set(first.events["kind"]) or not (first.events["kind"] == "fit_out").sum() > 1:
            continue
        opened = first.events[first.events["event"].str.startswith("open:")]
        agreed = opened[["event"]].assign(quarter=["2026Q1", *["2028Q3"] * (len(opened) - 1)])
        site = country.services.points["site"].iloc[0]
        actuals = pd.DataFrame(
            {
                "what": [site, country.premises.workplaces["premise"].iloc[0], site],
                "measure": ["cost_eur", "cost_eur", "opened"],
                "date": pd.Timestamp("2026-06-30"),
                "value": [123_456.0, 900_000.0, np.nan],
            }
        )
        inputs = country.inputs.with_table("agreed", typed(agreed, AGREED))
        country = replace(country, inputs=inputs.with_table("actuals", typed(actuals, ACTUALS)))
        try:
            found = run(country)
        except Infeasible:
            continue
        if all(len(getattr(found, n)) for n in ("changes", "estimates", "followed", "decisions")):
            return country, found
    raise AssertionError("no seed gives such a country")


def test_the_whole_country_passes(solved):
    country, found = solved
    assert checked(country, found) == []


def corrupted(value):
    if isinstance(value, (bool, np.bool_)):
        return not value
    if isinstance(value, pd.Timestamp):
        return value + pd.Timedelta(days=40)
    if isinstance(value, str):
        return value + "x"
    return value + max(1, abs(value) * 0.1)


TABLES = (
    "events", "shares", "cashflow", "payers", "savings", "travel", "indicators", "uncertainty", "tornado", "patterns",
    "reach", "groups", "changes", "followed", "estimates", "decisions",
)  # fmt: skip


def test_every_corruption_is_found(solved):
    country, found = solved
    missed = []
    for name in TABLES:
        frame = getattr(found, name)
        for column in frame.columns:
            known = np.flatnonzero(frame[column].notna())
            row = int(known[len(known) // 2]) if len(known) else 0
            wrong = corrupted(frame[column].iloc[row]) if len(known) else 0.5  # a figure where there is none
            broken = frame.copy()
            broken[column] = broken[column].astype(object)
            broken.iloc[row, broken.columns.get_loc(column)] = wrong
            kinds = frame.dtypes[column]
            broken[column] = broken[column].astype("float64" if kinds.kind == "i" else kinds)
            if not checked(country, replace(found, **{name: broken})):
                missed.append((name, column))
    assert not missed


def test_the_same_input_gives_the_same_tables(solved):
    country, found = solved
    again = run(country)
    for name in TABLES:
        pd.testing.assert_frame_equal(getattr(found, name), getattr(again, name))


def test_an_agreed_programme_stays_when_nothing_changes():
    country = small(3)
    found = run(country)
    main = found.events[~found.events["event"].str.contains("^(?:notice|fit_out|temporary):", regex=True)]
    agreed = typed(main[["event", "start_quarter"]].rename(columns={"start_quarter": "quarter"}), AGREED)
    again = run(replace(country, inputs=country.inputs.with_table("agreed", agreed)))
    assert again.certificate.changes == 0
    assert not len(again.changes)
    pd.testing.assert_frame_equal(found.events, again.events)
