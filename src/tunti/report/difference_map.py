"""Maps of what changes between two plans: where the drive gets shorter and where longer."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely
from matplotlib.axes import Axes

from tunti.locale import N_
from tunti.plan.regional import RegionalPlan
from tunti.report import legend, style
from tunti.report.hatching import hatch
from tunti.report.maps import draw_foot, draw_ground, draw_labels, draw_lines, draw_symbols, layout, lettering, map_axes
from tunti.report.shapes import drawn_lines, filled, grid_squares, ground
from tunti.report.symbols import Circles, symbols, within
from tunti.report.words import Words

BANDS = (-np.inf, -15.0, -5.0, -1.0, 1.0, 5.0, 15.0, np.inf)
COLOURS = ("#1f5a96", "#6a9fce", "#c6dcec", "#f4f2ec", "#f3cdb4", "#d9824f", "#8a2a10")
"""From shorter (blue) over no change (pale) to longer (red brown); the ends are dark in greyscale, too."""

LABELS = (
    N_("over 15 min shorter"), N_("5–15 min shorter"), N_("1–5 min shorter"), N_("changes by less than 1 min"),
    N_("1–5 min longer"), N_("5–15 min longer"), N_("over 15 min longer"),
)  # fmt: skip

LONGER = 4
"""From this band on the drive is longer: those are hatched, so that they are told apart in greyscale."""


def draw_changes(axes: Axes, changed: pd.DataFrame, metres_per_mm: float) -> None:
    """Colour cells by how their drive changes; where it gets longer they are hatched, or dots are turned triangles.

    Parameters
    ----------
    axes : Axes
    changed : DataFrame
        ``x, y, people, change``.
    metres_per_mm : float
    """
    rows = changed[(changed["people"] > 0) & changed["change"].notna()]
    if not len(rows):
        return
    band = np.digitize(rows["change"].to_numpy(float), BANDS[1:-1], right=False)
    x, y = rows["x"].to_numpy(float), rows["y"].to_numpy(float)
    found = grid_squares(x, y)
    dots = np.ones(len(rows), bool)
    if found is not None:
        squares, on_grid = found
        dots = ~on_grid
        for k, colour in enumerate(COLOURS):
            mine = (band == k) & on_grid
            if not mine.any():
                continue
            shape = shapely.union_all(np.asarray(shapely.polygons(squares[mine])), grid_size=1.0)
            filled(axes, shape, colour)
            if k >= LONGER:
                drawn_lines(axes, hatch(shape, metres_per_mm), colour="white", width=0.3, order=2.5)
    for k, colour in enumerate(COLOURS):
        mine = (band == k) & dots
        if mine.any():
            axes.plot(
                x[mine], y[mine], "v" if k >= LONGER else "o", color=colour, markersize=2.4, markeredgewidth=0.2,
                markeredgecolor=style.MUTED, zorder=2.6, rasterized=int(dots.sum()) > 1500,
            )  # fmt: skip


def difference_map(
    plan: RegionalPlan, cells: pd.DataFrame, change: str, words: Words, *, width: float = 160.0
) -> bytes:
    """Draw the change of drive time, cell by cell, with the points of the plan that is compared.

    Parameters
    ----------
    plan : RegionalPlan
        The plan whose points are shown.
    cells : DataFrame
        ``x, y, people`` and the change in minutes.
    change : str
        Name of its column.
    words : Words
    width : float
        Millimetres on paper.

    Returns
    -------
    bytes
        SVG.
    """
    base = ground(plan)
    box = layout(base.frame, width=width, most_height=190.0, marked=plan.illustrative)
    metres_per_mm = (base.frame[2] - base.frame[0]) / box.map_box[2]
    shown = within(symbols(plan, "proposed"), base.frame)
    small, scale, size = lettering(shown, box)
    none = np.zeros(0)
    nobody = Circles(1, none, none, none)
    keys = [
        legend.Key(colour, words.text(label), hatched=k >= LONGER)
        for k, (colour, label) in enumerate(zip(COLOURS, LABELS, strict=True))
    ]
    with style.house_style():
        canvas = style.blank(box.width, box.height)
        axes = map_axes(canvas, box, base)
        draw_ground(axes, base)
        draw_changes(axes, cells.assign(change=cells[change]), metres_per_mm)
        draw_lines(axes, base)
        draw_symbols(axes, shown, scale)
        unnamed = len(shown.points)
        if not small:
            unnamed = draw_labels(axes, shown, box, base, nobody, size=size, scale=scale)
        legend.draw_changes(canvas, words, box=box, base=base, shown=shown, unnamed=unnamed, keys=keys)
        draw_foot(canvas, plan, words, box)
        return style.svg_bytes(canvas)
