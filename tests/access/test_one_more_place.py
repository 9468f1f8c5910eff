"""A new place is tried with one search: the same times, and the same figures, as if it had been a site all along."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tunti.access.drive import drive_times, roads
from tunti.inputs.invent import invent
from tunti.location.problem import Goal, Problem, Status
from tunti.location.what_if import figures, standing, what_if
from tunti.network.build import graph_from_tables
from tunti.settings import Settings

COUNTRY = invent(seed=3, cells=120, sites=8, regions=2)
SETTINGS = Settings()
GRAPH, _ = graph_from_tables(COUNTRY.road_nodes, COUNTRY.road_links, SETTINGS)
WARM = roads(GRAPH, COUNTRY.cells, SETTINGS.speeds, cutoff_minutes=40)


def places(seed, many):
    draw = np.random.default_rng(seed)
    cells = COUNTRY.cells.iloc[draw.integers(0, len(COUNTRY.cells), many)]
    x = cells["x"].to_numpy(float) + draw.normal(0, 4000, many)
    y = cells["y"].to_numpy(float) + draw.normal(0, 4000, many)
    return pd.DataFrame({"site": [f"n{k}" for k in range(many)], "x": x, "y": y})


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 4))
def test_the_times_are_those_of_the_whole_run(seed, many):
    sites = places(seed, many)
    found = WARM.times_to(sites)
    whole, _, _ = drive_times(GRAPH, COUNTRY.cells, sites, SETTINGS.speeds, cutoff_minutes=40, workers="inline")
    assert (found.sites, found.cells, found.cutoff_minutes) == (whole.sites, whole.cells, whole.cutoff_minutes)
    for name in ("indptr", "cell", "seconds"):
        assert getattr(found, name).dtype == getattr(whole, name).dtype
        np.testing.assert_array_equal(getattr(found, name), getattr(whole, name))


def test_a_place_without_coordinates_is_reached_from_nowhere():
    sites = pd.DataFrame({"site": ["n"], "x": [np.nan], "y": [np.nan]})
    assert len(WARM.times_to(sites).cell) == 0


@pytest.mark.parametrize("seed", range(5))
def test_the_figures_are_those_of_a_site_that_was_there_all_along(seed):
    sites = pd.concat([COUNTRY.sites[["site", "x", "y"]], places(seed, 2)], ignore_index=True)
    times, _, _ = drive_times(GRAPH, COUNTRY.cells, sites, SETTINGS.speeds, cutoff_minutes=40, workers="inline")
    old = len(COUNTRY.sites)
    first, _, _ = drive_times(GRAPH, COUNTRY.cells, sites[:old], SETTINGS.speeds, cutoff_minutes=40, workers="inline")
    cost = np.arange(len(sites)) * 1000

    def problem(t, n):
        people = COUNTRY.cells["people"].to_numpy(np.int64)
        none = np.zeros(len(people), np.int32)
        status = (Status.CANDIDATE,) * n
        return Problem(t, people, none, none[:n], status, cost[:n].astype(np.int64), Goal.LEAST_TRAVEL, minutes=20)

    opened = np.random.default_rng(seed).random(len(sites)) < 0.4
    opened[old:], opened[0] = False, True
    before = standing(problem(first, old), opened[:old])
    new, price = WARM.times_to(sites[old:]), int(cost[old:].sum())
    change = what_if(before, close=[sites["site"].iloc[0]], new=new, new_cost=price)
    now = opened.copy()
    now[old:], now[0] = True, False
    assert change.before == figures(before)
    assert change.after == figures(standing(problem(times, len(sites)), now))
    assert change.standing is None
    assert figures(before) == figures(standing(problem(first, old), opened[:old])), "nothing is changed in place"
