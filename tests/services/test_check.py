"""The independent check finds every wrong value of every column."""

from dataclasses import fields, replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tunti.plan.checked import service_tables
from tunti.plan.verify_service_access import verify_services

from .conftest import settings_of, small_country, stages_of

TABLES = ("points", "duties", "offices", "access", "groups", "services", "cells", "languages", "money")


def checked(tables, country, asked, stages):
    everyone = int(stages.times().area.cells["people"].sum())
    return verify_services(tables, country, asked, everyone=everyone)


def changed(value, dtype):
    """Give another value of the same kind."""
    if isinstance(value, (bool, np.bool_)):
        return not value
    if dtype.kind == "M" if isinstance(dtype, np.dtype) else False:
        return pd.Timestamp("1999-01-01")
    if pd.isna(value):
        return "x" if not pd.api.types.is_numeric_dtype(dtype) else 7
    if isinstance(value, (int, np.integer)):
        return int(value) + 2
    if isinstance(value, (float, np.floating)):
        return float(value) * 1.25 + 0.01
    return f"{value}x"


def test_the_tables_agree(tables, country, settings, stages):
    assert checked(tables, country, settings, stages) == []


def columns():
    """List every column of every table."""
    names = {
        "points": "site name municipality region tier status hours_week days_week vehicle weekday visits_year "
        "staff_need hosts cost_cents_year people_served population_base below_base below_demand languages paid_by "
        "unlinked",
        "duties": "site agency mode days_week hours_week visits_year staff_need languages cost_cents_year duty "
        "referral referral_minutes commitment commitment_date record",
        "offices": "office agency municipality region customer_part replaced_by minutes_to_replacement "
        "saving_cents_year presence_cents_year needed work_part illustrative",
        "access": "region service agency standard_minutes people people_inside_today people_inside_after share_today "
        "share_after share_set in_person_today in_person_after",
        "groups": "group agency modes minutes share_set visits_year",
        "services": "service agency modes minutes share_set visits_year minutes_visit group",
        "cells": "cell group place minutes_today minutes_after",
        "languages": "municipality service agency language required met_by minutes met met_today",
        "money": "what today_cents_year after_cents_year",
    }
    return [(table, column) for table, text in names.items() for column in text.split()]


def test_every_column_is_listed(found):
    for table in TABLES:
        assert list(getattr(found, table).columns) == [c for t, c in columns() if t == table]


@pytest.mark.parametrize(("table", "column"), columns())
def test_a_wrong_value_is_found(tables, country, settings, stages, table, column):
    frame = getattr(tables, table)
    for row in {0, len(frame) // 2, len(frame) - 1}:
        value = frame[column].iloc[row]
        worse = frame.copy()
        plain = worse[column].astype(object)
        plain.iloc[row] = changed(value, frame[column].dtype)
        worse[column] = plain
        assert checked(replace(tables, **{table: worse}), country, settings, stages), (row, value)


@pytest.mark.parametrize("name", ["objective", "bound", "gap"])
def test_a_wrong_certificate_is_found(tables, country, settings, stages, name):
    worse = replace(tables, **{name: getattr(tables, name) * 1.2 + 1})
    assert checked(worse, country, settings, stages)


@pytest.mark.parametrize("table", TABLES)
def test_a_missing_row_is_found(tables, country, settings, stages, table):
    worse = replace(tables, **{table: getattr(tables, table).iloc[1:]})
    assert checked(worse, country, settings, stages)


def test_every_table_is_checked(tables):
    frames = {f.name for f in fields(tables) if isinstance(getattr(tables, f.name), pd.DataFrame)}
    assert frames - {"people", "sites", "today"} == set(TABLES)


@hypothesis_settings(max_examples=6, deadline=None)
@given(st.integers(0, 1000), st.sampled_from([15.0, 25.0]), st.sampled_from([0.0, 0.05]))
def test_results_of_random_countries_pass(tmp_path_factory, seed, minutes, drop):
    country, asked = small_country(seed), settings_of(minutes, share_drop=drop)
    stages = stages_of(tmp_path_factory.mktemp("random"), country, asked)
    found = stages.services()  # checked inside
    t = stages.times()
    tables = service_tables(found, t.area, t.times, t.office_times, t.served, t.served_place)
    assert checked(tables, country, asked, stages) == []
    region = str(t.area.regions["region"].iloc[0])
    alone = stages.services(region)
    assert set(alone.points["region"]) <= {region}
    assert set(alone.access["region"]) == {region}
