"""Maps of what changes between two plans: where the drive gets shorter and where longer."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely
from matplotlib.patches import Rectangle

from tunti.locale import N_
from tunti.plan.regional import RegionalPlan
from tunti.report import style
from tunti.report.maps import draw_foot, draw_ground, draw_lines, layout, map_axes
from tunti.report.shapes import filled, grid_squares, ground
from tunti.report.words import Words

BANDS = (-np.inf, -15.0, -5.0, -1.0, 1.0, 5.0, 15.0, np.inf)
COLOURS = ("#1f5a96", "#6a9fce", "#c6dcec", "#f4f2ec", "#f3cdb4", "#d9824f", "#8a2a10")
"""From shorter (blue) over no change (pale) to longer (red brown); the ends are dark in greyscale, too."""

LABELS = (
    N_("over 15 min shorter"), N_("5–15 min shorter"), N_("1–5 min shorter"), N_("changes by less than 1 min"),
    N_("1–5 min longer"), N_("5–15 min longer"), N_("over 15 min longer"),
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
    known = cells[cells[change].notna() & (cells["people"] > 0)]
    band = np.digitize(known[change].to_numpy(float), BANDS[1:-1], right=False)
    x, y = known["x"].to_numpy(float), known["y"].to_numpy(float)
    with style.house_style():
        canvas = style.blank(box.width, box.height)
        axes = map_axes(canvas, box, base)
        draw_ground(axes, base)
        found = grid_squares(x, y) if len(known) else None
        for k, colour in enumerate(COLOURS):
            mine = band == k
            if not mine.any():
                continue
            if found is not None:
                squares, on_grid = found
                filled(axes, shapely.union_all(shapely.polygons(squares[mine & on_grid])), colour)
                mine = mine & ~on_grid
            axes.plot(x[mine], y[mine], "o", color=colour, markersize=2.2, markeredgewidth=0, rasterized=True)
        draw_lines(axes, base)
        points = plan.all_points
        axes.plot(
            points["x"], points["y"], "o", color=style.NEW, markeredgecolor=style.INK, markersize=4.5,
            markeredgewidth=0.8, zorder=8,
        )  # fmt: skip
        left, bottom, _, height = box.legend_box
        canvas.text(
            left / box.width, (bottom + height) / box.height, words.text(N_("Change of drive time")), va="top",
            weight="bold", fontsize=7,
        )  # fmt: skip
        per = len(COLOURS) if box.beside else 4
        for k, (colour, label) in enumerate(zip(COLOURS, LABELS, strict=True)):
            at = left + (k // per) * 55.0, bottom + height - 7.5 - (k % per) * 4.6
            canvas.add_artist(
                Rectangle(
                    (at[0] / box.width, at[1] / box.height), 4.5 / box.width, 3.0 / box.height, facecolor=colour,
                    edgecolor=style.MUTED, linewidth=0.3, transform=canvas.transFigure, figure=canvas,
                )
            )  # fmt: skip
            canvas.text((at[0] + 6) / box.width, (at[1] + 0.5) / box.height, words.text(label), fontsize=6.5)
        draw_foot(canvas, plan, words, box)
        return style.svg_bytes(canvas)
