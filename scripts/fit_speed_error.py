"""Fit the speed error model on half of the speed stations and check it on the other half.

    python scripts/fit_speed_error.py SHARED_DIR

prints the parameters that stand as defaults in ``tunti.access.speed_error``, the share of the held-out stations, pairs
and short routes that lie in the bands, and what lower roads take of real trips. Data: Fintraffic / digitraffic.fi, CC
BY 4.0 (stations, state roads); National Land Survey of Finland, CC BY 4.0 (borders); Eurostat/JRC GEOSTAT 2018 (cells).
None of them is kept in the repository.
"""

from __future__ import annotations

import argparse
import math
from dataclasses import dataclass, replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyproj import Transformer
from scipy.optimize import OptimizeResult, brentq, minimize_scalar
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from tunti.access.speed_error import SUMMER, WINTER, SpeedError, log_band
from tunti.settings import SpeedSettings

SEASONS = ("summer", "winter")
SHARES = (0.5, 0.8, 0.9)
CIRCUITY = 1.2
"""Way along a road against the straight line between two of its stations (assumed)."""
BORDER_KM = 2.0
"""Stations this near the national border stand at crossings where traffic halts: no trip to a point passes them."""
ROUTE_KM = 100.0
"""Longest way between the ends of a short route, along the road."""
MEASURED = ("national", "main", "regional")
"""Classes with enough stations; the others, and the leg to the road, count as lower."""


def stations(shared: Path) -> pd.DataFrame:
    """Read the usable stations: ``road, x, y, cls, summer, winter`` (pace against the class speed), sorted by id.

    Left out, by rules that do not look at the error: no road class, a season or direction without a measured speed
    (0), coordinates of another system, and stations within :data:`BORDER_KM` of the national border.
    """
    table = pd.read_csv(shared / "data/finland/free_flow_speeds.csv").sort_values("id")
    # The source gives the northing as X.
    table = table.rename(columns={"TIE": "road"}).assign(x=table["Y"].astype(float), y=table["X"].astype(float))
    land = gpd.read_file(shared / "data/finland/municipality_borders_2021.gpkg").union_all()
    border_km = gpd.GeoSeries.from_xy(table["x"], table["y"]).distance(land.boundary) / 1000.0
    measured = (table[["s1", "s2", "w1", "w2"]] > 0).all(axis=1)
    table = table[measured & table["cls"].notna() & (table["x"] < 1e6) & (border_km > BORDER_KM)]
    speeds = SpeedSettings()
    return pd.DataFrame(
        {
            "road": table["road"],
            "x": table["x"],
            "y": table["y"],
            "cls": table["cls"],
            "summer": table["cls"].map(speeds.summer) / table["s"],
            "winter": table["cls"].map(speeds.winter) / table["w"],
        }
    ).reset_index(drop=True)


def halves(table: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Split by road: even road numbers to fit on, odd ones held out, so that no two neighbours on a road part."""
    even = table["road"] % 2 == 0
    return table[even], table[~even]


def way_km(rows: pd.DataFrame) -> NDArray[np.float64]:
    """Way along the road between all pairs of its stations, km."""
    x, y = rows["x"].to_numpy(), rows["y"].to_numpy()
    return CIRCUITY * np.hypot(x[:, None] - x, y[:, None] - y) / 1000.0


def correlation(km: NDArray[np.float64], length_km: float, common: float) -> NDArray[np.float64]:
    return common + (1.0 - common) * np.exp(-km / length_km)


@dataclass(frozen=True)
class Fit:
    """What a half of the stations says: best values, and the cautious ones that the code takes."""

    best: dict[str, SpeedError]
    cautious: dict[str, SpeedError]
    bias: dict[str, tuple[float, float]]


def fit(table: pd.DataFrame) -> Fit:
    """Fit by maximum likelihood: one correlation for both seasons, a mean and a sigma for each.

    The logs of pace against class speed are normal, with correlation ``c + (1 - c) exp(-d / l)`` on one road and none
    between roads. For given ``l`` and ``c`` mean and sigma have closed forms (generalised least squares), so only two
    parameters are searched. The seasons of a station are nearly one observation (correlation about 0.9), so the joint
    likelihood counts half. ``cautious`` takes ``c`` and ``l`` each at the upper end of its one-sided 95 % profile
    interval, and sigma for these: a road has few stations, so how far errors go together is the least known, and a
    band too narrow is the worse mistake. (The best values leave routes of several stations out of their bands too
    often on the half that they are fitted on, let alone on the other.)
    """
    blocks = [
        (way_km(rows), {s: np.log(rows[s].to_numpy()) for s in SEASONS}) for _, rows in table.groupby("road", sort=True)
    ]

    def profile(length: float, common: float) -> tuple[float, dict[str, tuple[float, float, float]]]:
        logdet, found = 0.0, {}
        whitened = []
        for km, logs in blocks:
            factor = np.linalg.cholesky(correlation(km, length, common) + 1e-9 * np.eye(len(km)))
            logdet += float(np.log(np.diag(factor)).sum())
            both = np.column_stack([np.ones(len(km)), *(logs[s] for s in SEASONS)])
            whitened.append(np.linalg.solve(factor, both))
        white, loss = np.concatenate(whitened), 0.0
        one = white[:, 0]
        for column, season in enumerate(SEASONS, 1):
            log = white[:, column]
            mean = float(one @ log / (one @ one))
            sigma = math.sqrt(float(np.mean((log - mean * one) ** 2)))
            loss += (len(log) * math.log(sigma) + logdet) / len(SEASONS)
            found[season] = (mean, sigma, sigma / math.sqrt(float(one @ one)))
        return loss, found

    def over_common(length: float) -> OptimizeResult:
        return minimize_scalar(lambda c: profile(length, c)[0], bounds=(0.0, 0.9), method="bounded")

    def over_length(common: float) -> OptimizeResult:
        return minimize_scalar(lambda u: profile(math.exp(u), common)[0], bounds=(-1.0, 4.5), method="bounded")

    outer = minimize_scalar(lambda c: over_length(c).fun, bounds=(0.0, 0.9), method="bounded")
    common, least = float(outer.x), float(outer.fun)
    length = math.exp(over_length(common).x)
    # Half the 90 % point of chi-squared with one degree of freedom: one-sided 95 %.
    rise = least + 2.7055 / 2.0
    upper_common = brentq(lambda c: over_length(c).fun - rise, common, 0.9, xtol=1e-3)
    upper_length = math.exp(brentq(lambda u: over_common(math.exp(u)).fun - rise, math.log(length), 4.5, xtol=1e-3))

    def errors(length: float, common: float) -> dict[str, SpeedError]:
        return {
            season: SpeedError(sigma=math.sqrt(math.expm1(sigma**2)), common=common, length_km=length)
            for season, (_, sigma, _) in profile(length, common)[1].items()
        }

    bias = {s: (math.expm1(mean + sigma**2 / 2.0), se) for s, (mean, sigma, se) in profile(length, common)[1].items()}
    return Fit(errors(length, common), errors(upper_length, float(upper_common)), bias)


def routes(table: pd.DataFrame, size: int) -> list[NDArray[np.int64]]:
    """Rows of ``table`` that follow each other on one road, ``size`` at a time, over at most :data:`ROUTE_KM`."""
    found = []
    for _, rows in table.assign(row=np.arange(len(table))).groupby("road", sort=True):
        spread = rows["x"].max() - rows["x"].min() > rows["y"].max() - rows["y"].min()
        rows = rows.sort_values("x" if spread else "y", kind="stable")
        km = way_km(rows)
        for first in range(len(rows) - size + 1):
            if km[first, first + size - 1] <= ROUTE_KM:
                found.append(rows["row"].to_numpy()[first : first + size])
    return found


def held(table: pd.DataFrame, season: str, error: SpeedError, size: int, share: float) -> pd.DataFrame:
    """Tell where each route of ``size`` stations lies to the band of ``share``: ``road, inside, slower`` (above it).

    The route's time is that of equal stretches at its stations' speeds, against the same at their class speeds.
    """
    pace, road, rows = table[season].to_numpy(), table["road"].to_numpy(), []
    for at in routes(table, size):
        corr = correlation(way_km(table.iloc[at]), error.length_km, error.common)
        low, high = log_band(error.sigma * math.sqrt(float(corr.mean())), share, bias=error.bias)
        log = math.log(float(pace[at].mean()))
        rows.append((int(road[at[0]]), bool(low <= log <= high), bool(log > high)))
    return pd.DataFrame(rows, columns=["road", "inside", "slower"])


def coverage(table: pd.DataFrame, errors: dict[str, SpeedError], *, draws: int = 400) -> pd.DataFrame:
    """Share of single stations, pairs and short routes in the bands: ``season, size, n, share, held, slower, se``.

    ``slower`` is the share that lies above the band (a trip longer than said); below it the road is faster.
    ``se`` is the standard error when whole roads are drawn again (bootstrap, seed 1): stations of a road go together.
    """
    rows = []
    for season in SEASONS:
        for size in (1, 2, 3, 5):
            for share in SHARES:
                inside = held(table, season, errors[season], size, share)
                by_road = inside.groupby("road")["inside"].agg(["sum", "count"]).to_numpy(float)
                rng = np.random.default_rng(1)
                drawn = by_road[rng.integers(0, len(by_road), (draws, len(by_road)))].sum(axis=1)
                se = float((drawn[:, 0] / drawn[:, 1]).std()) if draws else math.nan
                means = inside[["inside", "slower"]].mean()
                rows.append((season, size, len(inside), share, float(means["inside"]), float(means["slower"]), se))
    return pd.DataFrame(rows, columns=["season", "size", "n", "share", "held", "slower", "se"])


def lower_part(shared: Path) -> pd.DataFrame:
    """Minutes on lower roads and mean speeds of trips of 45 to 75 minutes to the nearest municipal seat."""
    folder, speeds = shared / "data/finland", SpeedSettings()
    nodes, links = pd.read_csv(folder / "road_nodes.csv"), pd.read_csv(folder / "road_links.csv")
    links["minutes"] = links["km"] / links["cls"].map(speeds.summer) * 60.0
    links = links[links["a"] != links["b"]].sort_values("minutes")
    links = links.assign(low=links[["a", "b"]].min(axis=1), high=links[["a", "b"]].max(axis=1))
    links = links.drop_duplicates(["low", "high"])
    n = len(nodes)
    arcs = csr_array((links["minutes"].clip(1e-6), (links["low"], links["high"])), shape=(n, n))
    to_metres = Transformer.from_crs("EPSG:4326", "EPSG:3067", always_xy=True)
    tree = cKDTree(nodes[["x", "y"]])
    seats = pd.read_csv(folder / "municipality_seats.csv")
    _, seat = tree.query(np.column_stack(to_metres.transform(seats["lon"], seats["lat"])))
    minutes, before, _ = dijkstra(arcs, directed=False, indices=seat, min_only=True, return_predecessors=True)
    of_link = links.set_index(["low", "high"])[["km", "minutes", "cls"]]
    step = [(min(a, b), max(a, b)) for a, b in enumerate(before) if b >= 0]
    taken = of_link.loc[step]
    lower_link = ~taken["cls"].isin(MEASURED).to_numpy()
    part = {name: np.zeros(n) for name in ("lower_minutes", "lower_km", "km")}
    each = {
        "lower_minutes": np.where(lower_link, taken["minutes"], 0.0),
        "lower_km": np.where(lower_link, taken["km"], 0.0),
        "km": taken["km"].to_numpy(),
    }
    position = np.full(n, -1)
    position[before >= 0] = np.arange(len(step))
    for v in np.argsort(minutes):  # A node comes after the one before it on its way to the seat.
        if before[v] >= 0:
            for name, summed in part.items():
                summed[v] = summed[before[v]] + each[name][position[v]]
    cells = pd.read_csv(folder / "grid_5km_2018.csv")
    metres, node = tree.query(np.column_stack(to_metres.transform(cells["lon"], cells["lat"])))
    leg_km = metres / 1000.0 * speeds.access_detour
    leg = leg_km / speeds.access_kmh * 60.0
    trip = pd.DataFrame(
        {
            "people": cells["population"],
            "minutes": minutes[node] + leg,
            "lower_minutes": part["lower_minutes"][node] + leg,
            "lower_km": part["lower_km"][node] + leg_km,
            "km": part["km"][node] + leg_km,
        }
    )
    trip = trip[trip["minutes"].between(45.0, 75.0) & (trip["people"] > 0)]
    trip["lower_kmh"] = trip["lower_km"] / trip["lower_minutes"] * 60.0
    trip["other_kmh"] = (trip["km"] - trip["lower_km"]) / (trip["minutes"] - trip["lower_minutes"]) * 60.0
    return trip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shared", type=Path, help="folder that holds data/finland")
    shared = parser.parse_args().shared
    table = stations(shared)
    fitted_on, held_out = halves(table)
    print(f"stations {len(table)}: fitted on {len(fitted_on)} (even roads), held out {len(held_out)} (odd roads)\n")
    fitted = fit(fitted_on)
    for season, default in (("summer", SUMMER), ("winter", WINTER)):
        for what, e in (("best", fitted.best[season]), ("cautious", fitted.cautious[season]), ("in code", default)):
            print(f"{season} {what:8}: sigma {e.sigma:.4f}, common {e.common:.4f}, length {e.length_km:.3f} km")
        print(f"{season} bias {fitted.bias[season][0]:+.3f} (se {fitted.bias[season][1]:.3f}), taken as 0")
    in_code = {"summer": SUMMER, "winter": WINTER}
    print("\nHeld-out half, defaults of the code (size = stations of the route, 1 = a single station):")
    checked = coverage(held_out, in_code)
    print(checked.round(3).to_string(index=False))
    print("\nThe same with the best values:")
    print(coverage(held_out, fitted.best).query("share != 0.5").round(3).to_string(index=False))
    print("\nBy class, 80 %, held out, single stations:")
    for season in SEASONS:
        inside = held(held_out, season, in_code[season], 1, 0.8)["inside"].to_numpy()
        order = np.concatenate(routes(held_out, 1))
        by_class = pd.Series(inside).groupby(held_out["cls"].to_numpy()[order]).agg(["mean", "count"])
        print(season, by_class.round(3).to_dict("index"))
    swapped = fit(held_out).cautious
    print("\nThe other way round (fitted on odd roads, checked on even roads):")
    for season in SEASONS:
        e = swapped[season]
        print(f"{season}: sigma {e.sigma:.4f}, common {e.common:.4f}, length {e.length_km:.3f} km")
    print(coverage(fitted_on, swapped).round(3).to_string(index=False))
    print("\nTwenty random halves by road (seeds 0-19), each fitted on one and checked on the other: mean and spread")
    rows = []
    roads = np.unique(table["road"])
    for seed in range(20):
        chosen = np.random.default_rng(seed).permutation(roads)[: len(roads) // 2]
        to_fit = table["road"].isin(chosen)
        own = fit(table[to_fit]).cautious
        rows.append(coverage(table[~to_fit], own, draws=0).assign(length=own["summer"].length_km))
    many = pd.concat(rows).groupby(["season", "size", "share"])["held"].agg(["mean", "std"])
    print(many.round(3).to_string())
    print("\nWithout a correlation (common 0, length 0.001 km), held out: why it is needed")
    loose = {s: replace(in_code[s], common=0.0, length_km=0.001) for s in SEASONS}
    print(coverage(held_out, loose).query("share != 0.5").round(3).to_string(index=False))
    trip = lower_part(shared)
    columns = ["lower_minutes", "lower_kmh", "other_kmh"]
    print(f"\nLower roads of {len(trip)} cells' trips of 45-75 minutes to the nearest seat:")
    print(trip[columns].quantile([0.1, 0.25, 0.5, 0.75, 0.9]).round(1).to_string())


if __name__ == "__main__":
    main()
