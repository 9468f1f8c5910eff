"""Invented countries are sound, whatever their size."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tunti.inputs.checks import check
from tunti.inputs.contract import contract
from tunti.inputs.invent import invent
from tunti.inputs.schemas import SCHEMAS
from tunti.settings import Settings


@settings(max_examples=15, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    cells=st.integers(1, 150),
    sites=st.integers(1, 20),
    regions=st.integers(1, 5),
    parts=st.integers(1, 5),
)
def test_no_findings(seed: int, cells: int, sites: int, regions: int, parts: int) -> None:
    inputs = invent(seed=seed, cells=cells, sites=sites, regions=regions, municipalities_per_region=parts)
    assert check(inputs, Settings()) == []
    assert len(inputs.cells) == cells
    assert len(inputs.sites) == min(sites, cells)


def test_the_same_seed_gives_the_same_country() -> None:
    one, two, other = invent(seed=4), invent(seed=4), invent(seed=5)
    for name, schema in SCHEMAS.items():
        pd.testing.assert_frame_equal(getattr(one, name), getattr(two, name))
        contract(schema).validate(getattr(one, name))
    assert not one.cells["people"].equals(other.cells["people"])


def test_places_are_known_in_both_systems() -> None:
    inputs = invent()
    for name in ("cells", "sites", "offices", "road_nodes"):
        frame = getattr(inputs, name)
        assert frame[["x", "y", "lon", "lat"]].notna().all().all()
        assert frame["lat"].between(59, 71).all()


@pytest.mark.parametrize("regions", [1, 3])
def test_everything_invented_says_so(regions: int) -> None:
    inputs = invent(regions=regions)
    assert inputs.offices["illustrative"].all()
    assert inputs.offices["name"].str.startswith("Esimerkki").all()
    assert inputs.sites["illustrative"].all()
    assert inputs.municipalities["region"].nunique() == regions
