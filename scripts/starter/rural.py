"""People outside the places: a model, labelled as such in the cells.

No registry package tells where Finland's scattered population lives. Each municipality gets a rural share from its size
and density, with the country's sum at the published share outside urban settlements, and the rural people are put on a
grid of points: thinner away from the municipality's places and from the main roads.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import shapely
from scipy.optimize import brentq
from scipy.spatial import cKDTree

from starter.places import shared_out

STEP = 8_000
"""Metres between the grid's points."""
COUNTRY_SHARE = 0.131
"""Share of people outside urban settlements. Statistics Finland: 86.9 per cent live in an urban settlement (2022)."""
BY_PEOPLE, BY_DENSITY = 0.45, 0.30
"""How fast the rural share falls with the municipality's people and density (log-odds by natural logarithm)."""
PLACE_REACH, ROAD_REACH, FLOOR = 9_000.0, 6_000.0, 0.05
"""Metres over which rural people thin out by a factor e from a place and a main road; share that stays anywhere."""
USUAL, WIDEST = 60, 2.0
"""Points from which a municipality is so wide that its people thin out more slowly, and how much at most."""
LIMIT = 60_000.0
"""Metres from the nearest place beyond which nobody is put."""
LEAST = 5
"""People on a rural point at least."""


def points(land: Any, places: pd.DataFrame, shift: tuple[float, float] = (4_000.0, 4_000.0)) -> pd.DataFrame:
    """Give the grid's points on land, each with the municipality of the nearest place."""
    x0, y0, x1, y1 = land.bounds
    east = np.arange(np.floor(x0 / STEP) * STEP + shift[0], x1, STEP)
    north = np.arange(np.floor(y0 / STEP) * STEP + shift[1], y1, STEP)
    x, y = (a.ravel() for a in np.meshgrid(east, north))
    shapely.prepare(land)
    on_land = shapely.contains_xy(land, x, y)
    x, y = x[on_land], y[on_land]
    distance, where = cKDTree(places[["x", "y"]].to_numpy()).query(np.column_stack([x, y]))
    table = pd.DataFrame(
        {"x": x, "y": y, "municipality": places["municipality"].to_numpy()[where], "from_place": distance}
    )
    return table[table["from_place"] < LIMIT].reset_index(drop=True)


def rural_shares(people: pd.Series, grid: pd.DataFrame) -> pd.Series:
    """Give each municipality's share of rural people; the country's sum is the published one."""
    area = grid.groupby("municipality").size().reindex(people.index).fillna(0.3) * (STEP / 1000) ** 2
    slope = -BY_PEOPLE * np.log(people) - BY_DENSITY * np.log(people / area)
    some = (grid.groupby("municipality").size().reindex(people.index).fillna(0) > 0).astype(float)

    def share(level: float) -> pd.Series:
        return some * (1 / (1 + np.exp(-(level + slope)))).clip(upper=0.65)

    level = brentq(lambda v: float((share(v) * people).sum() / people.sum()) - COUNTRY_SHARE, -20, 30)
    return share(level)


def rural_people(grid: pd.DataFrame, rural: dict[str, int], roads: Any) -> pd.Series:
    """Share each municipality's rural people out to its points."""
    from_road = shapely.distance(shapely.points(grid["x"], grid["y"]), roads)
    points_each = grid["municipality"].map(grid.groupby("municipality").size())
    reach = PLACE_REACH * (points_each / USUAL).clip(1, WIDEST)
    near = np.exp(-grid["from_place"] / reach)
    weight = near + 0.25 * np.exp(-from_road / ROAD_REACH) * near**0.25 + FLOOR * near ** (1 / 3)
    result = pd.Series(0, index=grid.index, dtype=int)
    for code, rows in grid.groupby("municipality"):
        total = rural[str(code)]
        if not total:
            continue
        # The thinnest points are left out, as few as leave LEAST people on each of the others.
        ordered = weight[rows.index].sort_values(ascending=False, kind="stable")
        enough = np.flatnonzero(total * ordered.to_numpy() / ordered.cumsum().to_numpy() >= LEAST)
        kept = ordered.index[: int(enough.max()) + 1 if len(enough) else 1]
        result[kept] = shared_out(total, weight[kept].to_numpy())
    return result
