"""Maps on paper: drive times, points and the people outside, before and after, with all that a map needs to be read."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.patches import PathPatch
from numpy.typing import NDArray

from tunti.access.standard import Access
from tunti.locale import N_
from tunti.plan.regional import RegionalPlan
from tunti.report import hatching, legend, style
from tunti.report.labels import place_labels
from tunti.report.shapes import Ground, band_of, band_shapes, bands, drawn_lines, filled, grid_squares, ground, paths
from tunti.report.svg import halo
from tunti.report.symbols import (
    LEAST_CIRCLE,
    POINTS_PER_MM,
    Circles,
    Symbols,
    Which,
    circle_area,
    compared_circles,
    symbols,
    within,
)
from tunti.report.words import ILLUSTRATIVE, Words


@dataclass(frozen=True)
class Layout:
    """Where the map and its legend stand on the drawing, millimetres from the lower left corner."""

    width: float
    height: float
    map_box: tuple[float, float, float, float]
    legend_box: tuple[float, float, float, float]
    beside: bool
    columns: int = 1
    """Columns of a legend beside the map."""


MOST_HEIGHT = 190.0
"""Height of a map that has a page, millimetres."""

COMPACT, ROW = 76.0, 4.6
"""Height of a short legend with one kind of symbols, and of a row more, millimetres."""

TWO_COLUMNS, ROOM = 54.0, 86.0
"""Height of a short legend in two columns, and the width from which it has them, millimetres: beside the map of a tall
area there is room, and the summary's page has little height to give."""

_FEW = 6
"""Points whose names all find room, so that the legend needs no row to say where the others are."""

_CIRCLE_ROWS = 3
"""Rows of a legend that tell what circles of people outside mean: not there where nobody is outside."""


def layout(
    frame: tuple[float, float, float, float],
    *,
    width: float,
    most_height: float,
    marked: bool = False,
    compact: bool = False,
    rows: int = 0,
) -> Layout:
    """Divide the drawing between the map and its legend by the shape of the area.

    Parameters
    ----------
    frame : (x0, y0, x1, y1)
        Metres.
    width, most_height : float
        Millimetres.
    marked : bool
        Whether the drawing says under the map that the figures are illustrative.
    compact : bool
        The legend is short and stands beside the map.
    rows : int
        Rows of a short legend beyond the usual ones; below zero for fewer.

    Returns
    -------
    Layout
        The legend stands beside the map or below it, whichever leaves the larger map.
    """
    shape = (frame[3] - frame[1]) / (frame[2] - frame[0])
    foot, side, below = (11.5 if marked else 7.0), 45.0, 37.0
    beside = min(width - side, (most_height - foot) / shape)
    over = min(width - 0.6, (most_height - foot - below) / shape)
    if compact or beside >= over * 0.9:
        map_height = beside * shape
        columns = 2 if compact and width - beside - 4 >= ROOM else 1
        least = (TWO_COLUMNS if columns == 2 else COMPACT) + ROW * rows if compact else 104.0
        height = max(map_height, least) + foot
        legend_box = (beside + 4, foot, width - beside - 4, height - foot)
        return Layout(width, height, (0.3, height - map_height, beside, map_height), legend_box, True, columns)
    map_height = over * shape
    height = map_height + foot + below
    return Layout(width, height, (0.3, foot + below, over, map_height), (0.0, foot, width, below - 2), False)


def draw_cells(axes: Axes, access: Access, standard: float, *, metres_per_mm: float) -> None:
    """Colour cells by their band, as squares of a grid or as dots whose area tells people."""
    cells = access.cells
    if not len(cells):
        return
    ends = bands(standard)
    shapes = band_shapes(access, ends)
    x, y = cells["x"].to_numpy(float), cells["y"].to_numpy(float)
    people = cells["people"].to_numpy(float)
    dots = people > 0
    if shapes is not None:
        for shape, colour in zip(shapes, style.BANDS, strict=True):
            filled(axes, shape, colour)
        found = grid_squares(x, y)
        dots &= ~found[1] if found is not None else True
    band = band_of(cells["minutes"].to_numpy(float, na_value=np.nan), ends)
    # Five sizes are told apart and keep the file small; thousands of dots are better as a picture.
    unit = 1.6
    if shapes is None:
        # Alone on the map, dots take up as much of the room between them as a reader needs to see their colour.
        apart = math.sqrt(max(float(np.ptp(x)) * float(np.ptp(y)), 1.0) / len(x)) / metres_per_mm
        unit = float(np.clip(0.3 * apart * POINTS_PER_MM, 1.6, 3.2))
    large = max(float(people.max() if shapes is not None else np.quantile(people, 0.98)), 1.0)
    size = np.clip(np.ceil(np.sqrt(people / large) * 5), 1, 5)
    for s in np.unique(size)[::-1]:
        for k, colour in enumerate(style.BANDS):
            mine = dots & (band == k) & (size == s)
            if mine.any():
                axes.plot(
                    x[mine],
                    y[mine],
                    "o",
                    color=colour,
                    markersize=unit * (s + 1) / 2 if shapes is None else unit * s,
                    markeredgewidth=0.2,
                    markeredgecolor=style.MUTED if shapes is None else "white",
                    zorder=2,
                    rasterized=int(dots.sum()) > 1500,
                )


def _draw_outside(axes: Axes, outside: Circles) -> None:
    areas = np.array([circle_area(p, outside.most) for p in outside.people])
    # Below half a millimetre a circle is a speck: the cell's colour says that someone is there.
    drawn = areas >= LEAST_CIRCLE
    if not drawn.any():
        return
    axes.scatter(
        outside.x[drawn],
        outside.y[drawn],
        s=areas[drawn] * 4 / math.pi,  # scatter's size is the square of the diameter
        facecolors="#ffffffa6",
        edgecolors=style.PEOPLE,
        linewidths=0.8,
        zorder=6,
    )


def draw_symbols(axes: Axes, shown: Symbols, size: float) -> None:
    """Draw points and offices, each kind with its own look."""
    for kind, look in legend.LOOKS.items():
        rows = shown.offices if kind == "office" else shown.points[shown.points["kind"] == kind]
        if len(rows):
            axes.scatter(
                rows["x"].to_numpy(float), rows["y"].to_numpy(float), s=(look.size * size) ** 2, **look.marker()
            )


def draw_labels(
    axes: Axes, shown: Symbols, box: Layout, base: Ground, outside: Circles, *, size: float, scale: float
) -> int:
    """Set the names of points beside symbols and circles; gives how many found no room."""
    x0, y0, x1, y1 = base.frame
    wide, high = box.map_box[2] * POINTS_PER_MM, box.map_box[3] * POINTS_PER_MM
    rows = shown.points
    if not len(rows):
        return 0

    def on_paper(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack([(x - x0) / (x1 - x0) * wide, (y - y0) / (y1 - y0) * high])

    anchors = on_paper(rows["x"].to_numpy(float), rows["y"].to_numpy(float))
    areas = np.array([circle_area(p, outside.most) for p in outside.people])
    drawn = areas >= LEAST_CIRCLE
    middles = on_paper(outside.x[drawn], outside.y[drawn])
    # The square in the circle with a little more: a name may touch the rim, not cross it.
    half = np.sqrt(areas[drawn] / math.pi)[:, None] * 0.85
    rings = np.column_stack([middles - half, middles + half])
    radii = np.array([legend.LOOKS[k].size * scale / 2 for k in rows["kind"]]) + 0.6
    texts = [str(t) for t in rows["name"]]
    placed = place_labels(texts, anchors, radii, frame=(0, 0, wide, high), size=size, obstacles=rings)
    to_metres = (x1 - x0) / wide
    for label in placed:
        if label.far:
            end_x = min(max(anchors[label.index, 0], label.x), label.x + label.width)
            end_y = min(max(anchors[label.index, 1], label.y), label.y + label.height)
            axes.plot(
                [x0 + anchors[label.index, 0] * to_metres, x0 + end_x * to_metres],
                [y0 + anchors[label.index, 1] * to_metres, y0 + end_y * to_metres],
                color=style.INK,
                linewidth=0.4,
                zorder=8,
            )
        # Once as a white halo, once in ink: a path effect would write every letter's outline twice.
        for colour, gid in (("white", halo(1.6, size=size)), (style.INK, None)):
            axes.text(
                x0 + label.x * to_metres,
                y0 + (label.y + 0.22 * size) * to_metres,
                texts[label.index],
                fontsize=size,
                ha="left",
                va="baseline",
                color=colour,
                gid=gid,
                zorder=9.8 if gid else 10,
                style="italic" if rows["kind"].iloc[label.index] == "neighbour" else "normal",
            )
    return len(rows) - len(placed)


def draw_ground(axes: Axes, base: Ground) -> None:
    """Draw land, borders and roads."""
    axes.set_facecolor(style.GROUND)
    filled(axes, base.around, style.LAND_AROUND)
    filled(axes, base.land, style.LAND)


def draw_lines(axes: Axes, base: Ground) -> None:
    """Draw roads, borders and the outline of the area."""
    for rank, geometry in reversed(base.roads):
        drawn_lines(axes, geometry, colour=style.ROAD, width=(0.9, 0.6, 0.35)[rank], order=3)
    if base.borders is not None:
        drawn_lines(axes, shapely.line_merge(base.borders), colour=style.BORDER, width=0.3, order=4)
    for path in paths(base.outline):
        axes.add_patch(PathPatch(path, facecolor="none", edgecolor=style.AREA_BORDER, linewidth=0.8, zorder=5))


def network_map(
    plan: RegionalPlan,
    words: Words,
    *,
    which: Which,
    width: float = 160.0,
    most_height: float = MOST_HEIGHT,
    hatched: bool = False,
    compact: bool = False,
) -> bytes:
    """Draw today's or the proposed network on the drive times of the area's people.

    Parameters
    ----------
    plan : RegionalPlan
    words : Words
        Language of the legend.
    which : {"today", "proposed"}
    width, most_height : float
        Millimetres on paper.
    hatched : bool
        Hatch the cells of the proposal that are likely, but not surely, within the standard.
    compact : bool
        A short legend, which names no lines and shows no map of the country: for a summary.

    Returns
    -------
    bytes
        SVG, the same bytes for the same plan.
    """
    base = ground(plan)
    access = plan.today if which == "today" else plan.proposed
    shown = within(symbols(plan, which), base.frame)
    kinds = len(set(shown.points["kind"])) + bool(len(shown.offices))
    ends = bands(plan.settings.standard.minutes)
    far = 5 in set(band_of(access.cells["minutes"].to_numpy(float, na_value=np.nan), ends).tolist())
    more, fewer = max(kinds - 1, 0) + legend.dotted(access), (not far) + (len(shown.points) <= _FEW)
    rows = more - fewer - (0 if access.people_outside else _CIRCLE_ROWS)
    box = layout(base.frame, width=width, most_height=most_height, marked=plan.illustrative, compact=compact, rows=rows)
    small, scale, size = lettering(shown, box)
    with style.house_style():
        canvas = style.blank(box.width, box.height)
        axes = map_axes(canvas, box, base)
        draw_ground(axes, base)
        metres_per_mm = (base.frame[2] - base.frame[0]) / box.map_box[2]
        draw_cells(axes, access, plan.settings.standard.minutes, metres_per_mm=metres_per_mm)
        doubt = hatched and which == "proposed" and hatching.draw(axes, plan, metres_per_mm=metres_per_mm)
        draw_lines(axes, base)
        other = plan.proposed if which == "today" else plan.today
        outside = compared_circles(access, other, side=_side(base.frame, width=width, box=box, compact=compact))
        _draw_outside(axes, outside)
        draw_symbols(axes, shown, scale)
        unnamed = len(shown.points)
        if not small:
            unnamed = draw_labels(axes, shown, box, base, outside, size=size, scale=scale)
        legend.draw(
            canvas, plan, words, box=box, base=base, shown=shown, access=access, outside=outside, unnamed=unnamed,
            doubt=doubt, compact=compact,
        )  # fmt: skip
        draw_foot(canvas, plan, words, box)
        return style.svg_bytes(canvas)


def _side(frame: tuple[float, float, float, float], *, width: float, box: Layout, compact: bool) -> int:
    """Give the side of the squares whose people are one circle, metres; the same on all but a summary's small map."""
    wide = box.map_box[2] if compact else layout(frame, width=width, most_height=MOST_HEIGHT).map_box[2]
    return legend.round_length((frame[2] - frame[0]) / wide * 13)


def lettering(shown: Symbols, box: Layout) -> tuple[bool, float, float]:
    """Say whether a map is too small for names, how large its symbols are, and its letters in points."""
    small = len(shown.points) > 30 and box.map_box[2] < 90
    scale, size = (0.45, 5.0) if small else (0.72, 5.2) if len(shown.points) > 60 else (1.0, 6.6)
    return small, scale, size


def map_axes(canvas: Canvas, box: Layout, base: Ground) -> Axes:
    """Give the axes of the map in the layout, in metres, with a thin frame."""
    x, y, w, h = box.map_box
    axes = canvas.add_axes((x / box.width, y / box.height, w / box.width, h / box.height))
    axes.set_xlim(base.frame[0], base.frame[2])
    axes.set_ylim(base.frame[1], base.frame[3])
    axes.set_xticks([])
    axes.set_yticks([])
    return axes


_MAPPED = {"cells", "roads", "road_nodes", "road_links", "travel_times", "borders", "land"}
"""Tables whose sources stand under a map; the section on sources names all."""


def _publishers(text: str) -> list[str]:
    return [n for n in re.split(r"[;,]", text) if n.strip()]


def draw_foot(canvas: Canvas, plan: RegionalPlan, words: Words, box: Layout) -> None:
    """Write the sources under the map, and the mark when figures are illustrative."""
    shown = [s for s in plan.sources if set(re.split(r"[^a-z_]+", s.table)) & _MAPPED] or list(plan.sources)
    # One source may name several publishers; each is named once.
    names = list(dict.fromkeys(words.own(n.strip()) for s in shown for n in _publishers(s.publisher)))
    parts = [words.text(N_("Coordinate system {crs}."), crs=plan.settings.project.crs)]
    if names:
        parts.append(words.text(N_("Data: {publishers}."), publishers="; ".join(names)))
    text = legend.wrapped(" ".join(parts), width=box.width - 1, size=5.4)
    common: dict[str, Any] = {"va": "top", "fontsize": 5.4, "transform": canvas.transFigure}
    canvas.text(0.3 / box.width, 5.9 / box.height, "\n".join(text[:2]), color=style.MUTED, ha="left", **common)
    if plan.illustrative:
        mark = words.text(ILLUSTRATIVE)
        canvas.text(
            0.3 / box.width, 10.6 / box.height, mark, color=style.OVER, weight="bold", **{**common, "fontsize": 7}
        )
