"""What maps are drawn of: squares of the population grid, the area's outline, land and roads, clipped to the frame."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import geopandas as gpd
import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from shapely.geometry.base import BaseGeometry

from tunti.access.standard import Access
from tunti.plan.regional import RegionalPlan

MARGIN = 0.07
"""Room around the area, as a share of its larger side."""


@dataclass(frozen=True, eq=False)
class Ground:
    """The parts of a plan's maps that are the same in every map and language.

    Attributes
    ----------
    frame : (x0, y0, x1, y1)
        Metres.
    land, around : geometry or None
        Land in the frame: of the planned area and the rest.
    outline : geometry or None
        Outline of the planned area.
    borders : geometry or None
        Borders of municipalities, lines.
    roads : tuple of (class rank, lines)
        Main roads, the greatest first.
    country : geometry or None
        The whole land, coarse, for the locator.
    """

    frame: tuple[float, float, float, float]
    land: BaseGeometry | None
    around: BaseGeometry | None
    outline: BaseGeometry | None
    borders: BaseGeometry | None
    roads: tuple[tuple[int, BaseGeometry], ...]
    country: BaseGeometry | None


def grid_squares(
    x: NDArray[np.float64], y: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]] | None:
    """Give the corners of grid squares from their middles, or None when the places form no grid.

    The side is the usual distance to the nearest neighbour; a grid of another coordinate system lies askew, so the
    turn is taken from the directions to the neighbours (the mean of four times the angle, which a square repeats).

    Parameters
    ----------
    x, y : float64, shape (cells,)

    Returns
    -------
    squares : float64, shape (cells, 4, 2)
    on_grid : bool, shape (cells,)
        Which cells stand in the grid; towns may be given as places of their own between its squares.
    """
    if len(x) < 20:
        return None
    middles = np.column_stack([x, y])
    distance, nearest = cKDTree(middles).query(middles, k=9)
    side = _usual(distance[:, 1:5].ravel())
    step = middles[nearest[:, 1:]] - middles[:, None, :]
    beside = np.abs(distance[:, 1:] / side - 1) < 0.02
    on_grid = beside.sum(axis=1) >= 2
    if side <= 0 or on_grid.mean() < 0.5:
        return None
    turn = np.exp(4j * np.arctan2(step[..., 1], step[..., 0]))
    turn = np.where(beside, turn, 0).sum(axis=1)[on_grid]
    # The turn drifts over a country; the nearest sixty neighbours tell it locally.
    near = cKDTree(middles[on_grid]).query(middles, k=min(60, int(on_grid.sum())))[1]
    angle = np.angle(turn[near].sum(axis=1)) / 4
    half = side / 2 * 1.01
    corners = np.array([[-half, -half], [half, -half], [half, half], [-half, half]])
    cos, sin = np.cos(angle)[:, None], np.sin(angle)[:, None]
    turned = np.stack(
        [corners[:, 0] * cos - corners[:, 1] * sin, corners[:, 0] * sin + corners[:, 1] * cos],
        axis=2,
    )
    return np.asarray(middles[:, None, :] + turned, dtype=np.float64), on_grid


def _usual(distances: NDArray[np.float64]) -> float:
    """Give the commonest distance, to about one per cent."""
    there = distances[distances > 0]
    if not len(there):
        return 0.0
    step = np.round(np.log(there) / 0.01).astype(np.int64)
    values, counts = np.unique(step, return_counts=True)
    best = values[counts.argmax()]
    return float(np.median(there[np.abs(step - best) <= 1]))


@lru_cache(maxsize=8)
def band_shapes(access: Access, ends: tuple[float, ...]) -> tuple[BaseGeometry, ...] | None:
    """Join the grid squares of each drive-time band into one shape: crisp and small at any scale.

    Parameters
    ----------
    access : Access
    ends : tuple of float
        Upper ends of the bands within the standard.

    Returns
    -------
    tuple of geometry, or None
        One per band, as :func:`band_of` numbers them, of the cells that stand in the grid; None when there is no grid.
    """
    cells = access.cells
    found = grid_squares(cells["x"].to_numpy(float), cells["y"].to_numpy(float))
    if found is None:
        return None
    squares, on_grid = found
    band = band_of(cells["minutes"].to_numpy(float, na_value=np.nan), ends)
    there = (cells["people"].to_numpy(float) > 0) & on_grid
    shapes = np.asarray(shapely.polygons(squares))
    joined = [shapely.union_all(shapes[(band == k) & there], grid_size=1.0) for k in range(len(ends) + 2)]
    # Corners within an even edge go; no border moves by a hundredth of a millimetre on paper.
    return tuple(shapely.simplify(shape, 20.0) for shape in joined)


def bands(standard: float) -> tuple[float, ...]:
    """Give the upper ends of the drive-time bands within the standard: its quarters, the last being the standard.

    Parameters
    ----------
    standard : float
        Minutes.

    Returns
    -------
    tuple of float
        Whole minutes but for short standards.
    """
    quarters = [standard * k / 4 for k in (1, 2, 3)]
    return (*(float(round(q)) if standard >= 20 else q for q in quarters), standard)


def band_of(minutes: NDArray[np.float64], ends: tuple[float, ...]) -> NDArray[np.int64]:
    """Give each cell's band: within the standard from 0, then over it, last where no point is within the cut-off."""
    band = np.searchsorted(np.asarray(ends), minutes, side="left")
    return np.where(np.isnan(minutes), len(ends) + 1, band).astype(np.int64)


def _frame(plan: RegionalPlan, outline: BaseGeometry | None) -> tuple[float, float, float, float]:
    """Frame the area: its people and points, and its outline where that is not far off at sea."""
    xs = [plan.proposed.cells["x"], plan.points["x"]]
    ys = [plan.proposed.cells["y"], plan.points["y"]]
    x = np.concatenate([np.asarray(v, float) for v in xs])
    y = np.concatenate([np.asarray(v, float) for v in ys])
    if not len(x):
        if outline is not None:
            x0, y0, x1, y1 = outline.bounds
        else:
            x0, y0, x1, y1 = 0.0, 0.0, 100_000.0, 100_000.0
    else:
        x0, y0, x1, y1 = float(x.min()), float(y.min()), float(x.max()), float(y.max())
        if outline is not None:
            far = 0.12 * max(x1 - x0, y1 - y0, 50_000.0)
            ox0, oy0, ox1, oy1 = outline.bounds
            x0, y0 = max(min(x0, ox0), x0 - far), max(min(y0, oy0), y0 - far)
            x1, y1 = min(max(x1, ox1), x1 + far), min(max(y1, oy1), y1 + far)
    room = max(MARGIN * max(x1 - x0, y1 - y0), 5_000.0)
    return x0 - room, y0 - room, x1 + room, y1 + room


_RANKS = {
    "motorway": 0,
    "trunk": 0,
    "national": 0,
    "skeleton": 0,
    "primary": 1,
    "main": 1,
    "secondary": 2,
    "regional": 2,
}


def _roads(roads: gpd.GeoDataFrame | None, box: BaseGeometry, detail: float) -> tuple[tuple[int, BaseGeometry], ...]:
    """Give the main roads in the frame by rank; regional roads only on maps of a region."""
    if roads is None or not len(roads):
        return ()
    rank = roads["road_class"].astype("string").map(_RANKS).to_numpy(dtype=float, na_value=9)
    most = 2 if detail < 150 else 1
    lines = roads.geometry.to_numpy()
    found = []
    for r in range(most + 1):
        chosen = lines[(rank == r) & shapely.intersects(lines, box)]
        if len(chosen):
            merged = shapely.line_merge(shapely.union_all(chosen)) if len(chosen) < 5000 else shapely.union_all(chosen)
            found.append((r, shapely.simplify(merged, detail)))
    return tuple(found)


@dataclass(frozen=True, eq=False)
class _SamePlaces:
    """A plan told in several languages is one plan to the maps: told apart by its access only."""

    plan: RegionalPlan

    def __hash__(self) -> int:
        return hash(self.plan.proposed)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _SamePlaces) and other.plan.proposed is self.plan.proposed


def ground(plan: RegionalPlan) -> Ground:
    """Prepare what all maps of a plan share.

    Parameters
    ----------
    plan : RegionalPlan

    Returns
    -------
    Ground
        Shapes simplified to about a tenth of a millimetre on paper.
    """
    return _ground(_SamePlaces(plan))


@lru_cache(maxsize=4)
def _ground(same: _SamePlaces) -> Ground:
    plan = same.plan
    area = set(plan.proposed.municipalities["municipality"].astype(str))
    outline = None
    if plan.borders is not None and len(plan.borders):
        mine = plan.borders[plan.borders["municipality"].astype(str).isin(area)]
        if len(mine):
            outline = shapely.union_all(shapely.simplify(shapely.make_valid(mine.geometry.to_numpy()), 20.0))
    frame = _frame(plan, outline)
    box = shapely.box(*frame)
    detail = max(frame[2] - frame[0], frame[3] - frame[1]) / 180 / 8
    land = around = country = borders = None
    if plan.land is not None and len(plan.land):
        whole = shapely.union_all(shapely.make_valid(plan.land.geometry.to_numpy()))
        country = shapely.simplify(whole, 3_000.0)
        around = shapely.simplify(shapely.intersection(whole, box), detail)
        land = around if outline is None else shapely.intersection(around, shapely.simplify(outline, detail))
    elif outline is not None:
        land = shapely.simplify(shapely.intersection(outline, box), detail)
    if plan.borders is not None and len(plan.borders):
        rows = plan.borders.geometry.to_numpy()
        rows = shapely.make_valid(rows[shapely.intersects(rows, box)])
        # Neighbours keep one common line: simplified one by one they would part into slivers.
        lines = shapely.union_all(shapely.boundary(shapely.coverage_simplify(rows, detail)))
        borders = shapely.intersection(lines, box if around is None else around)
    if outline is not None:
        outline = shapely.simplify(outline, detail)
    return Ground(frame, land, around, outline, borders, _roads(plan.roads, box, detail), country)


def filled(axes: Axes, geometry: BaseGeometry | None, colour: str, *, order: float = 1.0) -> None:
    """Fill polygons as one path: a path for each would carry its own style.

    Parameters
    ----------
    axes : matplotlib axes
    geometry : geometry or None
    colour : str
    order : float
        Drawing order.
    """
    parts = paths(geometry)
    if parts:
        axes.add_patch(PathPatch(Path.make_compound_path(*parts), facecolor=colour, edgecolor="none", zorder=order))


def drawn_lines(axes: Axes, geometry: BaseGeometry | None, *, colour: str, width: float, order: float) -> None:
    """Draw lines as one path.

    Parameters
    ----------
    axes : matplotlib axes
    geometry : geometry or None
    colour : str
    width : float
        Points.
    order : float
        Drawing order.
    """
    parts = shapely.get_parts(shapely.get_parts(geometry)) if geometry is not None else ()
    lines = [Path(shapely.get_coordinates(p)) for p in parts if "Line" in p.geom_type and not p.is_empty]
    if lines:
        path = Path.make_compound_path(*lines)
        axes.add_patch(PathPatch(path, facecolor="none", edgecolor=colour, linewidth=width, zorder=order))


def paths(geometry: BaseGeometry | None) -> list[Path]:
    """Turn polygons into drawable paths with their holes.

    Parameters
    ----------
    geometry : geometry or None

    Returns
    -------
    list of Path
    """
    found = []
    for part in shapely.get_parts(geometry) if geometry is not None else ():
        for polygon in shapely.get_parts(part):
            if polygon.geom_type != "Polygon" or polygon.is_empty:
                continue
            rings = [polygon.exterior, *polygon.interiors]
            found.append(Path.make_compound_path(*(Path(np.asarray(r.coords)[:, :2], closed=True) for r in rings)))
    return found
