"""The certainty band: small networks worked by hand, simulated routes, tables, texts and the held-out stations."""

import importlib.util
import os
import sys
import time
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import dblquad
from scipy.spatial import cKDTree
from scipy.stats import multivariate_normal

from tunti.access.certainty import (
    LABELS,
    _both,
    certainty,
    certainty_findings,
    certainty_label,
    certainty_note,
    certainty_table,
)
from tunti.access.speed_error import (
    DEFAULT,
    SUMMER,
    WINTER,
    SpeedError,
    chance,
    route_variance,
    shared_covariance,
    speed_error,
    time_band,
    trip_sd,
)
from tunti.access.standard import standard
from tunti.access.times import TravelTimes

ROOT = Path(__file__).parents[2]
SHARED = Path(os.environ.get("TUNTI_SHARED", ROOT.parent / "shared"))
TOLERANCE = 0.10
"""Stated tolerance of held-out coverage: about one standard error when whole roads are drawn again."""


def table_of_times(minutes, cutoff=109.0):
    """Make times from a table of minutes, sites in rows; NaN for none."""
    minutes = np.asarray(minutes, float)
    known = ~np.isnan(minutes)
    return TravelTimes(
        tuple(f"s{j}" for j in range(minutes.shape[0])),
        tuple(f"c{i}" for i in range(minutes.shape[1])),
        np.concatenate([[0], np.cumsum(known.sum(axis=1))]).astype(np.int64),
        np.nonzero(known)[1].astype(np.int32),
        np.round(minutes[known] * 60).astype(np.uint16),
        cutoff,
    )


def test_near_is_sure_and_far_is_unlikely():
    found = certainty(table_of_times([[10.0, 58.0, 62.0, 100.0, np.nan]]))
    assert list(found["certainty"]) == ["surely", "likely", "unlikely", "unlikely", "unlikely"]
    assert found["chance"].iloc[0] == 1.0
    assert found["chance"].iloc[-1] == 0.0
    assert np.isnan(found["minutes"].iloc[-1])
    assert list(found["points"]) == [1, 1, 1, 0, 0]


def test_no_cell_within_the_standard_is_unlikely():
    found = certainty(table_of_times([[59.5, 60.0, 60.5]]))
    assert list(found["certainty"].iloc[:2]) == ["likely", "likely"]
    assert 0.5 <= found["chance"].iloc[1] < 0.55


def test_two_points_by_other_roads_are_surer_than_one():
    # Cell c0 lies between the sites; c1 and c2 are their towns, 118 minutes apart.
    apart = table_of_times([[58.0, 0.0, np.nan], [59.0, np.nan, 0.0]])
    one = certainty(apart, open_sites=["s0"])["chance"].iloc[0]
    both = certainty(apart)
    assert both["chance"].iloc[0] > one + 0.05
    assert both["points"].iloc[0] == 2


def test_two_points_in_one_town_are_no_surer_than_one():
    together = table_of_times([[58.0, 0.0], [58.0, 0.0]])
    assert certainty(together)["chance"].iloc[0] == certainty(together, open_sites=["s0"])["chance"].iloc[0]


def test_the_longer_the_shared_way_the_less_a_second_point_helps():
    chances = []
    for ways in (100.0, 60.0, 30.0, 10.0):
        chances.append(certainty(table_of_times([[58.0, 0.0, ways], [59.0, ways, 0.0]]))["chance"].iloc[0])
    assert chances == sorted(chances, reverse=True)
    assert chances[0] - chances[-1] > 0.03


def test_without_error_it_is_the_sharp_standard():
    times = table_of_times([[59.99, 60.0, 60.02, 20.0], [np.nan, 70.0, 90.0, 61.0]])
    found = certainty(times, error=replace(DEFAULT, sigma=0.0))
    assert list(found["certainty"]) == ["surely", "surely", "unlikely", "surely"]
    assert list(found["chance"]) == [1.0, 1.0, 0.0, 1.0]


@pytest.mark.parametrize("rho", [0.0, 0.3, 0.8, 0.95, 0.99, 0.999])
@pytest.mark.parametrize(("a", "b"), [(0.2, 0.1), (1.5, -0.5), (-1.0, -2.0), (2.5, 2.4), (0.0, 0.0), (3.0, -3.0)])
def test_chance_of_both_is_that_of_the_bivariate_normal(a, b, rho):
    nodes, weights = np.polynomial.legendre.leggauss(32)
    exact = multivariate_normal([0, 0], [[1, rho], [rho, 1]]).cdf([a, b])
    assert _both(a, b, rho, nodes, weights) == pytest.approx(exact, abs=2e-4)


def test_variance_of_one_section_is_vanmarckes():
    a = 70.0 / 8.0
    expected = (60 * 0.15) ** 2 * 2 * (a - 1 + np.exp(-a)) / a**2
    assert route_variance([60.0], [70.0], [0.15], length_km=8.0) == pytest.approx(expected)


def test_variance_does_not_depend_on_where_a_route_is_cut():
    whole = route_variance([60.0], [70.0], [0.15], length_km=8.0, common=0.2)
    cut = route_variance([6.0, 30.0, 24.0], [7.0, 35.0, 28.0], [0.15] * 3, length_km=8.0, common=0.2)
    assert cut == pytest.approx(whole)


def test_trip_is_a_route_of_two_sections():
    e = DEFAULT
    t = 60.0
    km = [e.lower_minutes * e.lower_kmh / 60, (t - e.lower_minutes) * e.kmh / 60]
    variance = route_variance(
        [e.lower_minutes, t - e.lower_minutes], km, [e.sigma * e.widen, e.sigma], length_km=e.length_km, common=e.common
    )
    assert trip_sd(t, e) ** 2 == pytest.approx(variance)


def test_covariance_after_a_fork_is_the_double_integral():
    e = replace(DEFAULT, lower_minutes=12.0)
    first, second, shared = 50.0, 40.0, 8.0

    def km(m):
        return min(m, e.lower_minutes) * e.lower_kmh / 60 + max(0.0, m - e.lower_minutes) * e.kmh / 60

    def at(u, v):
        way = abs(km(u) - km(v)) if min(u, v) <= shared else km(u) + km(v) - 2 * km(shared)
        s = [e.sigma * (e.widen if m <= e.lower_minutes else 1.0) for m in (u, v)]
        return s[0] * s[1] * (e.common + (1 - e.common) * np.exp(-way / e.length_km))

    # Split where the integrand has corners.
    cuts_u, cuts_v = [0.0, shared, 12.0, first], [0.0, shared, 12.0, second]
    total = sum(
        dblquad(lambda v, u: at(u, v), a, b, c, d, epsabs=1e-6)[0]
        for a, b in pairwise(cuts_u)
        for c, d in pairwise(cuts_v)
    )
    assert shared_covariance(first, second, shared, e) == pytest.approx(total, rel=1e-4)


def simulated(rng, km, sigma, length, common, draws):
    """Draw relative errors along a route at the places ``km``, from a lognormal field with unit mean."""
    s = np.sqrt(np.log1p(sigma**2))
    z = np.empty((draws, len(km)))
    z[:, 0] = rng.standard_normal(draws)
    for k in range(1, len(km)):
        r = np.exp(-(km[k] - km[k - 1]) / length)
        z[:, k] = r * z[:, k - 1] + np.sqrt(1 - r * r) * rng.standard_normal(draws)
    whole = np.sqrt(common) * rng.standard_normal((draws, 1)) + np.sqrt(1 - common) * z
    return np.exp(s * whole - s**2 / 2)


@pytest.mark.parametrize("minutes", [20.0, 45.0, 58.0, 75.0])
def test_simulated_trips_agree_with_the_formula(minutes):
    e, draws = DEFAULT, 20_000
    step = np.arange(0.0, minutes, 0.25) + 0.125
    lower = step < e.lower_minutes
    km = np.where(lower, step * e.lower_kmh, e.lower_minutes * e.lower_kmh + (step - e.lower_minutes) * e.kmh) / 60
    paces = simulated(
        np.random.default_rng(7), km, np.where(lower, e.widen, 1.0) * e.sigma, e.length_km, e.common, draws
    )
    taken = paces.sum(axis=1) * minutes / len(step)
    assert taken.mean() == pytest.approx(minutes, rel=0.01)
    assert taken.std() == pytest.approx(float(trip_sd(minutes, e)), rel=0.03)
    assert (taken <= 60).mean() == pytest.approx(float(chance(minutes, 60.0, e)), abs=0.015)
    for share in (0.8, 0.9):
        low, high = time_band(minutes, share, e)
        assert ((taken >= low) & (taken <= high)).mean() == pytest.approx(share, abs=0.015)


def test_simulated_fork_agrees_with_the_stated_chance():
    """Two points 58 and 59 minutes off, 30 minutes of them together: simulated on the tree of roads."""
    e, draws, rng = replace(DEFAULT, lower_minutes=0.0), 20_000, np.random.default_rng(3)
    minutes, shared, step = (58.0, 59.0), 30.0, 0.25
    common = rng.standard_normal((draws, 1))
    s = np.sqrt(np.log1p(e.sigma**2))
    r = np.exp(-step * e.kmh / 60 / e.length_km)

    def walk(start, steps):
        z = start
        for _ in range(steps):
            z = r * z + np.sqrt(1 - r * r) * rng.standard_normal(draws)
            yield z

    stem = list(walk(rng.standard_normal(draws), round(shared / step)))
    taken = []
    for m in minutes:
        field = np.column_stack([*stem, *walk(stem[-1], round((m - shared) / step))])
        whole = np.sqrt(e.common) * common + np.sqrt(1 - e.common) * field
        taken.append(np.exp(s * whole - s**2 / 2).sum(axis=1) * step)
    ways = minutes[0] + minutes[1] - 2 * shared
    times = table_of_times([[58.0, 0.0, ways], [59.0, ways, 0.0]])
    said = certainty(times, error=e)["chance"].iloc[0]
    assert (np.minimum(*taken) <= 60).mean() == pytest.approx(said, abs=0.02)


def places():
    cells = pd.DataFrame(
        {
            "cell": [f"c{i}" for i in range(6)],
            "municipality": pd.array(["005", "005", "010", "010", "016", pd.NA], dtype="string"),
            "people": [100, 20, 30, 0, 7, 3],
        }
    )
    municipalities = pd.DataFrame(
        {
            "municipality": ["005", "010", "016"],
            "name_fi": ["A", "B", "C"],
            "name_sv": ["A", "B", "C"],
            "region": ["14", "14", "07"],
            "region_fi": ["X", "X", "Y"],
            "region_sv": ["X", "X", "Y"],
            "region_en": ["X", "X", "Y"],
        }
    )
    return cells, municipalities


def test_rows_of_the_table_add_up():
    cells, municipalities = places()
    times = table_of_times([[10.0, 57.0, 63.0, 20.0, np.nan, 59.0]])
    table = certainty_table(times, cells, municipalities)
    counts = ["people", *(f"people_{c}" for c in LABELS)]
    total = table.total[counts].iloc[0]
    assert list(total) == [160, 100, 23, 37]
    for rows in (table.regions, table.municipalities):
        assert (rows[counts].sum() == total).all()
        assert (rows[counts[1:]].sum(axis=1) == rows["people"]).all()
    assert table.municipalities["municipality"].iloc[-1] is pd.NA
    assert table.regions.set_index("region").loc["14", "share_surely"] == pytest.approx(100 / 150)
    assert table.total["share_likely"].iloc[0] == pytest.approx(123 / 160)


def test_a_part_of_the_cells_in_any_order():
    cells, municipalities = places()
    times = table_of_times([[10.0, 57.0, 63.0, 20.0, np.nan, 59.0]])
    part = certainty_table(times, cells.iloc[[2, 0]], municipalities)
    assert list(part.total.iloc[0][["people_surely", "people_likely", "people_unlikely"]]) == [100, 0, 30]


def test_table_without_error_is_the_standards():
    cells, municipalities = places()
    times = table_of_times([[10.0, 57.0, 63.0, 20.0, np.nan, 59.0]])
    table = certainty_table(times, cells, municipalities, error=replace(DEFAULT, sigma=0.0))
    sharp = standard(times, cells, by="municipality")
    assert table.municipalities["people_surely"].tolist() == sharp["people_inside"].tolist()
    assert table.total["people_likely"].iloc[0] == 0


def test_no_cells_and_no_open_sites():
    cells, municipalities = places()
    times = table_of_times([[10.0, 57.0, 63.0, 20.0, np.nan, 59.0]])
    assert (certainty(times, open_sites=[])["certainty"] == "unlikely").all()
    assert certainty_table(times, cells.iloc[:0], municipalities).total.empty


def test_seasons():
    assert speed_error("summer") == SUMMER == DEFAULT
    assert speed_error("winter") == WINTER
    assert WINTER.length_km == SUMMER.length_km


@pytest.mark.parametrize(
    "wrong",
    [
        {"sigma": -0.1},
        {"common": 1.5},
        {"length_km": 0.0},
        {"likely": 0.95},
        {"surely": 1.0},
        {"bias": -1.0},
        {"sigma": float("nan")},
    ],
)
def test_values_that_make_no_sense_are_refused(wrong):
    with pytest.raises(ValueError):
        SpeedError(**wrong)


def test_wrong_questions_are_refused():
    times = table_of_times([[10.0]])
    with pytest.raises(ValueError):
        certainty(times, minutes=0.0)
    with pytest.raises(ValueError):
        certainty(times, open_sites=["nowhere"])
    with pytest.raises(ValueError):
        time_band(60.0, 1.0)


def test_a_cut_off_at_the_standard_is_warned_of_in_all_languages():
    short = certainty_findings(table_of_times([[10.0]], cutoff=60.0))
    assert len(short) == 1
    assert not certainty_findings(table_of_times([[10.0]], cutoff=109.0))
    assert not certainty_findings(table_of_times([[10.0]], cutoff=60.0), error=replace(DEFAULT, sigma=0.0))
    for text in (short[0].what, short[0].what_to_do, certainty_note()):
        said = {text.text(language) for language in ("fi", "sv", "en")}
        assert len(said) == 3
        assert not any("{" in s for s in said)
    assert [certainty_label(c) for c in LABELS] == [f"{c} within the standard" for c in LABELS]


def test_a_country_takes_seconds():
    rng = np.random.default_rng(1)
    sites, cells, cutoff = 600, 300_000, 90.0
    # About 15 sites within the hour on average, but a sparse north where there are few.
    at, home = (rng.beta(1.0, 2.5, (n, 2)) * 900.0 for n in (sites, cells))
    within = cKDTree(home).query_ball_point(at, cutoff, return_sorted=True)
    cell = np.concatenate(within).astype(np.int32)
    counts = np.array([len(w) for w in within])
    minutes = np.hypot(*(np.repeat(at, counts, axis=0) - home[cell]).T)
    times = TravelTimes(
        tuple(map(str, range(sites))),
        tuple(map(str, range(cells))),
        np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        cell,
        np.round(minutes * 60).astype(np.uint16),
        cutoff,
    )
    certainty(table_of_times([[58.0, 0.0], [59.0, 50.0]]))  # compile
    start = time.perf_counter()
    found = certainty(times)
    assert len(found) == cells
    taken = time.perf_counter() - start
    assert taken < 60.0


@cache
def fit_script():
    spec = importlib.util.spec_from_file_location("fit_speed_error", ROOT / "scripts" / "fit_speed_error.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["fit_speed_error"] = module
    spec.loader.exec_module(module)
    return module


def stations():
    if not (SHARED / "data/finland/free_flow_speeds.csv").exists():
        pytest.skip("the shared folder with the speed stations is missing: set TUNTI_SHARED to it")
    return fit_script().stations(SHARED)


@pytest.mark.shared
def test_defaults_are_what_the_script_fits():
    table, script = stations(), fit_script()
    fitted_on, held_out = script.halves(table)
    assert (len(fitted_on), len(held_out)) == (168, 170)
    assert not set(fitted_on["road"]) & set(held_out["road"])
    fitted = script.fit(fitted_on)
    for season, default in (("summer", SUMMER), ("winter", WINTER)):
        found = fitted.cautious[season]
        assert found.sigma == pytest.approx(default.sigma, abs=0.0006)
        assert found.common == pytest.approx(default.common, abs=0.006)
        assert found.length_km == pytest.approx(default.length_km, abs=0.06)
        bias, se = fitted.bias[season]
        assert abs(bias) < 2 * se


@pytest.mark.shared
@pytest.mark.parametrize("season", ["summer", "winter"])
@pytest.mark.parametrize("share", [0.8, 0.9])
@pytest.mark.parametrize("size", [1, 2, 3])
def test_held_out_stations_pairs_and_short_routes_lie_in_the_bands(season, share, size):
    table = stations()
    _, held_out = fit_script().halves(table)
    inside = fit_script().held(held_out, season, speed_error(season), size, share)["inside"]
    assert inside.mean() == pytest.approx(share, abs=TOLERANCE)


@pytest.mark.shared
@pytest.mark.parametrize("season", ["summer", "winter"])
@pytest.mark.parametrize("share", [0.8, 0.9])
@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_held_out_routes_are_not_slower_than_said(season, share, size):
    """The side that matters for 'surely': the share above the band is at most its half of what is left out."""
    _, held_out = fit_script().halves(stations())
    slower = fit_script().held(held_out, season, speed_error(season), size, share)["slower"]
    assert slower.mean() <= (1.0 - share) / 2.0
