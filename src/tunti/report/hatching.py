"""Cells near the edge of the standard: likely within it but not surely, hatched on the map of the proposal."""

from __future__ import annotations

import numpy as np
import shapely
from matplotlib.axes import Axes
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from tunti.plan.regional import RegionalPlan
from tunti.report.shapes import drawn_lines, grid_squares

GAP = 0.9
"""Distance of the lines on paper, millimetres."""
LINE = 0.45
"""Width of the lines, points."""


def doubtful(plan: RegionalPlan) -> NDArray[np.bool_]:
    """Tell which cells of the proposal are neither surely within the standard nor plainly beyond it.

    Parameters
    ----------
    plan : RegionalPlan

    Returns
    -------
    bool, shape (cells,)
        Inhabited cells that are 'likely', and 'unlikely' ones that the sharp standard counts as within.
    """
    cells = plan.proposed.cells
    if plan.certainty_cells is None:
        return np.zeros(len(cells), np.bool_)
    label = plan.certainty_cells.astype("object").to_numpy()
    inside = cells["minutes"].to_numpy(float, na_value=np.inf) <= plan.settings.standard.minutes
    there = cells["people"].to_numpy(float) > 0
    return np.asarray(there & ((label == "likely") | ((label == "unlikely") & inside)), dtype=np.bool_)


def hatch(shape: BaseGeometry, gap: float) -> BaseGeometry:
    """Cover a shape with lines at 45 degrees; shapes side by side are hatched as one.

    Parameters
    ----------
    shape : geometry
        Polygons, metres.
    gap : float
        Distance of the lines, metres.

    Returns
    -------
    geometry
        Lines.
    """
    if shape.is_empty:
        return shapely.MultiLineString()
    x0, y0, x1, y1 = shape.bounds
    step = gap * np.sqrt(2.0)
    # Counted from the origin, so that the lines of any two maps of the area fall together.
    offsets = np.arange(np.floor((y0 - x1) / step), np.ceil((y1 - x0) / step) + 1) * step
    ends = np.stack([np.column_stack([np.full_like(offsets, x), x + offsets]) for x in (x0, x1)], axis=1)
    lines = shapely.MultiLineString(list(ends))
    return lines.intersection(shape)


def draw(axes: Axes, plan: RegionalPlan, *, metres_per_mm: float) -> bool:
    """Hatch the doubtful cells of a map of the proposal, or prick them where cells are dots.

    Parameters
    ----------
    axes : matplotlib axes
    plan : RegionalPlan
    metres_per_mm : float
        Scale of the map.

    Returns
    -------
    bool
        Whether the map has such cells, which the legend then names.
    """
    doubt = doubtful(plan)
    if not doubt.any():
        return False
    cells = plan.proposed.cells
    x, y = cells["x"].to_numpy(float), cells["y"].to_numpy(float)
    found = grid_squares(x, y)
    dots = doubt
    if found is not None:
        squares, on_grid = found
        dots = doubt & ~on_grid
        shape = shapely.union_all(np.asarray(shapely.polygons(squares[doubt & on_grid])), grid_size=1.0)
        drawn_lines(axes, hatch(shape, GAP * metres_per_mm), colour="white", width=LINE, order=2.5)
    if dots.any():
        axes.plot(
            x[dots], y[dots], "o", color="white", markersize=0.8, markeredgewidth=0, zorder=2.5,
            rasterized=int(dots.sum()) > 1500,
        )  # fmt: skip
    return True
