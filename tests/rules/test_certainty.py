"""Rules that the certainty band keeps whatever the network and the error."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tunti.access.certainty import certainty
from tunti.access.speed_error import SpeedError, chance, route_variance, shared_covariance, time_band, trip_sd
from tunti.access.times import TravelTimes

errors = st.builds(
    SpeedError,
    sigma=st.floats(0.01, 0.5),
    common=st.floats(0.0, 1.0),
    length_km=st.floats(0.5, 200.0),
    bias=st.floats(-0.2, 0.2),
    widen=st.floats(0.5, 3.0),
    lower_minutes=st.floats(0.0, 60.0),
)


@st.composite
def networks(draw):
    """Times that shortest ways could have: places in a plane with a detour, whole seconds, some beyond the cut-off."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    sites, cells = draw(st.integers(1, 8)), draw(st.integers(1, 30))
    at, home = rng.random((sites, 2)) * 120, rng.random((cells, 2)) * 120
    minutes = np.hypot(*(at[:, None] - home).transpose(2, 0, 1))
    cutoff = float(draw(st.sampled_from([60.0, 75.0, 109.0])))
    known = minutes <= cutoff
    return TravelTimes(
        tuple(f"s{j}" for j in range(sites)),
        tuple(f"c{i}" for i in range(cells)),
        np.concatenate([[0], np.cumsum(known.sum(axis=1))]).astype(np.int64),
        np.nonzero(known)[1].astype(np.int32),
        np.round(minutes[known] * 60).astype(np.uint16),
        cutoff,
    )


@given(networks(), errors, st.data())
@settings(max_examples=60, deadline=None)
def test_an_open_point_more_never_lowers_a_chance(times, error, data):
    count = len(times.sites)
    few = np.array(data.draw(st.lists(st.booleans(), min_size=count, max_size=count)))
    more = few | np.array(data.draw(st.lists(st.booleans(), min_size=count, max_size=count)))
    before, after = certainty(times, open_sites=few, error=error), certainty(times, open_sites=more, error=error)
    assert (after["chance"] >= before["chance"]).all()
    # The first category is the surest.
    assert (after["certainty"].cat.codes <= before["certainty"].cat.codes).all()


@given(networks(), errors)
@settings(max_examples=60, deadline=None)
def test_a_chance_lies_between_the_best_points_and_that_of_independent_ones(times, error):
    found = certainty(times, error=error)
    single = np.where(times.seconds >= 0, chance(times.seconds / 60.0, 60.0, error), 0.0)
    best, missed = np.zeros(len(times.cells)), np.ones(len(times.cells))
    np.maximum.at(best, times.cell, single)
    np.multiply.at(missed, times.cell, 1.0 - single)
    assert (found["chance"] >= best - 2e-6).all()
    assert (found["chance"] <= 1.0 - missed + 2e-6).all()


@given(networks(), errors, st.floats(20.0, 59.0))
@settings(max_examples=40, deadline=None)
def test_a_longer_standard_never_lowers_a_chance(times, error, minutes):
    shorter, longer = certainty(times, minutes=minutes, error=error), certainty(times, minutes=60.0, error=error)
    assert (longer["chance"] >= shorter["chance"] - 1e-4).all()


@given(networks())
@settings(max_examples=40, deadline=None)
def test_without_error_only_the_standard_is_left(times):
    _, seconds = times.nearest()
    inside = seconds <= 3_600
    sharp = certainty(times, error=SpeedError(sigma=0.0))
    assert ((sharp["certainty"] == "surely") == inside).all()
    assert ((sharp["certainty"] == "unlikely") == ~inside).all()
    # An error that shrinks leads there, a few seconds beside the limit.
    tiny = certainty(times, error=SpeedError(sigma=1e-5))
    clear = np.abs(seconds.astype(int) - 3_600) > 2
    assert ((tiny["certainty"] == "surely") == inside)[clear].all()


@given(errors, st.floats(1.0, 300.0), st.floats(0.02, 100.0))
@settings(max_examples=300, deadline=None)
def test_the_chance_of_a_trip_falls_with_its_minutes(error, minutes, more):
    near, far = chance(np.array([minutes, minutes + more]), 60.0, error)
    assert far <= near + 1e-6


@given(errors, st.floats(0.0, 300.0), st.floats(0.0, 0.98), st.floats(0.0, 0.98))
@settings(max_examples=300, deadline=None)
def test_bands_nest(error, minutes, one, other):
    inner, outer = time_band(minutes, min(one, other), error), time_band(minutes, max(one, other), error)
    assert outer[0] <= inner[0] <= inner[1] <= outer[1]


@given(errors, st.floats(0.1, 300.0))
@settings(max_examples=300, deadline=None)
def test_a_trip_strays_at_most_as_its_worst_road(error, minutes):
    sd = float(trip_sd(minutes, replace(error, bias=0.0)))
    assert sd <= error.sigma * max(1.0, error.widen) * minutes * (1 + 1e-9)
    assert sd >= error.sigma * min(1.0, error.widen) * np.sqrt(error.common) * minutes * (1 - 1e-9)


@given(errors, st.floats(1.0, 200.0), st.floats(1.0, 200.0), st.floats(0.0, 1.0), st.floats(0.0, 1.0))
@settings(max_examples=300, deadline=None)
def test_trips_go_together_the_more_they_share(error, first, second, one, other):
    least, most = sorted((one * min(first, second), other * min(first, second)))
    small, great = (shared_covariance(first, second, s, error) for s in (least, most))
    bound = float(trip_sd(first, error) * trip_sd(second, error))
    assert 0.0 <= small <= great * (1 + 1e-7) + 1e-9
    assert great <= bound * (1 + 1e-7) + 1e-9
    assert np.isclose(shared_covariance(first, first, first, error), float(trip_sd(first, error)) ** 2)


@given(
    st.lists(st.tuples(st.floats(0.1, 30.0), st.floats(0.0, 40.0), st.floats(0.0, 0.5)), min_size=1, max_size=6),
    st.floats(0.5, 100.0),
    st.floats(0.0, 1.0),
)
@settings(max_examples=200, deadline=None)
def test_the_variance_of_a_route_is_none_below_zero_and_the_same_backwards(sections, length, common):
    minutes, km, sigma = (np.array(v) for v in zip(*sections, strict=True))
    there = route_variance(minutes, km, sigma, length_km=length, common=common)
    back = route_variance(minutes[::-1], km[::-1], sigma[::-1], length_km=length, common=common)
    assert there >= -1e-9
    assert np.isclose(there, back, rtol=1e-6, atol=1e-9)
    assert there <= float(minutes @ sigma) ** 2 * (1 + 1e-6) + 1e-9
