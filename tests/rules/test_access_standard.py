"""What must hold of every access table, whatever the country."""

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from tunti.access.demand import demand
from tunti.access.measures import gini, measures, weighted_mean, weighted_quantile, worst_tenth
from tunti.access.standard import access_table, outside, population_base, standard
from tunti.access.times import TravelTimes

SEEDS = st.integers(0, 2**32 - 1)


def invented(seed: int) -> tuple[TravelTimes, pd.DataFrame, pd.DataFrame, pd.DataFrame, np.ndarray]:
    """Times, cells, municipalities, sites and which are open; some cells without a municipality or people."""
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(1, 40)), int(rng.integers(1, 9))
    table = np.where(rng.random((m, n)) < 0.4, np.nan, rng.integers(0, 6540, (m, n)))
    site, cell = np.nonzero(~np.isnan(table))
    indptr = np.zeros(m + 1, np.int64)
    np.cumsum(np.bincount(site, minlength=m), out=indptr[1:])
    sites = pd.DataFrame({"site": [f"s{j}" for j in range(m)]})
    cells = pd.DataFrame({"cell": [f"c{i}" for i in range(n)], "x": rng.random(n), "y": rng.random(n)})
    towns = pd.DataFrame({"municipality": [f"{k:03d}" for k in range(6)]})
    for column in ("name_fi", "name_sv"):
        towns[column] = "Town " + towns["municipality"]
    towns["region"] = ["01", "01", "02", "02", "03", "03"]
    for column in ("region_fi", "region_sv", "region_en"):
        towns[column] = "Region " + towns["region"]
    cells["municipality"] = pd.array(rng.choice([*towns["municipality"], None], n), dtype="string")
    cells["people"] = pd.array(rng.integers(0, 50, n), dtype="Int64")
    cells["people_75"] = pd.array((cells["people"] * rng.random(n)).astype(int), dtype="Int64")
    times = TravelTimes(
        tuple(sites["site"]),
        tuple(cells["cell"]),
        indptr,
        cell.astype(np.int32),
        table[site, cell].astype(np.uint16),
        109.0,
    )
    return times, cells, towns, sites, rng.random(m) < 0.6


@given(SEEDS)
@settings(max_examples=20, deadline=None)
def test_parts_add_up_to_the_whole(seed: int) -> None:
    times, cells, towns, sites, is_open = invented(seed)
    a = access_table(times, cells, towns, sites, open_sites=is_open, minutes=60)
    total = standard(times, cells, open_sites=is_open).iloc[0]
    assert (a.people, a.people_inside, a.people_outside) == tuple(
        total[["people", "people_inside", "people_outside"]].astype(int)
    )
    for table in (a.municipalities, a.regions):
        assert table["people"].sum() == a.people
        assert table["people_inside"].sum() == a.people_inside
    assert a.outside["people"].sum() == a.people_outside
    assert a.cells["people"].sum() == a.people
    by_region = standard(times, cells, open_sites=is_open, by="region", municipalities=towns)
    assert by_region["people_inside"].tolist() == a.regions["people_inside"].tolist()
    regions = [
        access_table(times, cells, towns, sites, open_sites=is_open, minutes=60, region=r) for r in ("01", "02", "03")
    ]
    homeless = a.regions.loc[a.regions["region"].isna(), "people"].sum()
    assert sum(r.people for r in regions) + homeless == a.people


@given(SEEDS, st.sampled_from([15.0, 60.0, 90.0]))
@settings(max_examples=20, deadline=None)
def test_closing_a_point_or_a_stricter_standard_never_improves_access(seed: int, minutes: float) -> None:
    times, cells, _, _, is_open = invented(seed)
    before = standard(times, cells, open_sites=is_open, minutes=minutes, by="municipality")
    stricter = standard(times, cells, open_sites=is_open, minutes=minutes - 5, by="municipality")
    assert (stricter["people_inside"] <= before["people_inside"]).all()
    site, seconds = times.nearest(is_open)
    for j in np.flatnonzero(is_open):
        fewer = is_open.copy()
        fewer[j] = False
        after = standard(times, cells, open_sites=fewer, minutes=minutes, by="municipality")
        assert (after["people_inside"] <= before["people_inside"]).all()
        later, longer = times.nearest(fewer)
        assert (longer >= seconds).all()
        assert (later[site != j] == site[site != j]).all(), "who did not use it goes where they went"


@given(SEEDS)
@settings(max_examples=15, deadline=None)
def test_the_order_of_rows_does_not_matter(seed: int) -> None:
    times, cells, towns, sites, is_open = invented(seed)
    shuffled = cells.sample(frac=1, random_state=seed % 2**31)
    chosen = [s for s, o in zip(times.sites, is_open, strict=True) if o]
    one = access_table(times, cells, towns, sites, open_sites=is_open, minutes=60)
    other = access_table(times, shuffled, towns, sites, open_sites=chosen, minutes=60)
    assert one.share == other.share or (np.isnan(one.share) and np.isnan(other.share))
    for name in ("municipalities", "regions", "groups", "outside"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name))
    assert population_base(times, shuffled).tolist() == population_base(times, cells).tolist()


@given(SEEDS)
@settings(max_examples=15, deadline=None)
def test_a_fix_is_a_closed_site_that_is_nearer(seed: int) -> None:
    times, cells, towns, _, is_open = invented(seed)
    allowed = np.random.default_rng(seed).random(len(is_open)) < 0.7
    table = outside(times, cells, open_sites=is_open, allowed_sites=allowed, municipalities=towns)
    position = {s: j for j, s in enumerate(times.sites)}
    assert table["people"].is_monotonic_decreasing
    for row in table.itertuples():
        assert row.people > 0
        assert np.isnan(row.minutes) or row.minutes_over == row.minutes - 60 > 0
        if pd.isna(row.fix_site):
            assert np.isnan(row.fix_minutes)
        else:
            j = position[row.fix_site]
            assert allowed[j]
            assert not is_open[j]
            assert np.isnan(row.minutes) or row.fix_minutes < row.minutes


@given(SEEDS)
@settings(max_examples=15, deadline=None)
def test_measures_are_those_of_one_row_per_person(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 30))
    minutes, people = rng.integers(1, 90, n).astype(float), rng.integers(0, 9, n)
    each = np.sort(np.repeat(minutes, people))
    if not len(each):
        assert np.isnan(weighted_mean(minutes, people))
        assert np.isnan(gini(minutes, people))
        return
    assert np.isclose(weighted_mean(minutes, people), each.mean())
    for q in (0.1, 0.5, 0.9, 1.0):
        assert weighted_quantile(minutes, people, q) == each[int(np.ceil(q * len(each) - 1e-9)) - 1]
    whole = np.repeat(each, 10)
    assert np.isclose(worst_tenth(minutes, people), whole[-len(each) :].mean())
    assert np.isclose(gini(minutes, people), np.abs(each[:, None] - each).mean() / (2 * each.mean()))


@given(SEEDS)
@settings(max_examples=15, deadline=None)
def test_no_visit_is_lost(seed: int) -> None:
    times, cells, _, _, is_open = invented(seed)
    services = pd.DataFrame({"service": ["a", "b", "c"], "visits_year": [1000.0, 250.0, np.nan]})
    d = demand(times, cells, services, open_sites=is_open)
    people = int(cells["people"].sum())
    frame, by_site = d.frame(), d.by_site()
    for service, visits in (("a", 1000.0), ("b", 250.0)):
        expected = visits if people else 0.0
        assert np.isclose(frame.loc[frame["service"] == service, "visits"].sum(), expected)
        assert np.isclose(by_site.loc[by_site["service"] == service, "visits"].sum(), expected)
    assert set(frame["site"].dropna()) <= {s for s, o in zip(times.sites, is_open, strict=True) if o}
    figures = measures(times, cells, open_sites=is_open).iloc[0]
    unreached = by_site[by_site["site"].isna() & (by_site["service"] == "a")]["people"].sum()
    assert figures["people_without_time"] == unreached
