"""The legend of a map: bands of drive time, symbols, sizes, scale bar, north arrow and where the area lies."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection
from matplotlib.figure import Figure as Canvas
from matplotlib.patches import Circle, PathPatch, Polygon, Rectangle

from tunti.access.standard import Access
from tunti.locale import N_
from tunti.plan.regional import RegionalPlan
from tunti.report import style
from tunti.report.hatching import GAP, LINE, hatch
from tunti.report.labels import text_size
from tunti.report.shapes import Ground, band_of, bands, grid_squares, paths
from tunti.report.symbols import Circles, Symbols, circle_area
from tunti.report.words import Words

if TYPE_CHECKING:
    from tunti.report.maps import Layout

ROW = 4.3
"""Height of a legend row, millimetres."""


@dataclass(frozen=True)
class Look:
    """How a symbol looks.

    Attributes
    ----------
    shape : str
        Marker.
    size : float
        Width in points.
    face, edge : str
        Colours.
    line : float
        Width of its edge, points.
    label : str
        What it is, a key of the catalogues.
    order : int
        Drawing order.
    """

    shape: str
    size: float
    face: str
    edge: str
    line: float
    label: str
    order: int

    def marker(self) -> dict[str, Any]:
        """Give the options of a scatter drawing."""
        return {
            "marker": self.shape,
            "facecolors": self.face,
            "edgecolors": self.edge,
            "linewidths": self.line,
            "zorder": self.order,
        }


LOOKS: dict[str, Look] = {
    "office": Look("s", 3.0, "white", style.MUTED, 0.5, N_("Agency's office"), 5),
    "neighbour": Look("^", 6.2, "white", style.INK, 0.9, N_("Point of a neighbouring area"), 7),
    "existing": Look("o", 6.4, style.EXISTING, "white", 0.8, N_("Existing point"), 8),
    "new": Look("D", 6.2, style.NEW, style.INK, 0.9, N_("New point"), 9),
}


def band_labels(words: Words, *, standard: float, cutoff: float) -> list[str]:
    """Name the bands of drive time, in the order of their colours.

    Parameters
    ----------
    words : Words
    standard, cutoff : float
        Minutes.

    Returns
    -------
    list of str
    """
    ends = bands(standard)
    return [
        words.text(N_("at most {minutes} min"), minutes=ends[0]),
        *(f"{words.number(a)}–{words.number(b)} min" for a, b in pairwise(ends)),
        words.text(N_("over {minutes} min"), minutes=standard),
        words.text(N_("over {minutes} min, or no road"), minutes=cutoff),
    ]


def wrapped(text: str, *, width: float, size: float, weight: str = "normal") -> list[str]:
    """Break a text into lines that fit a width.

    Parameters
    ----------
    text : str
    width : float
        Millimetres.
    size : float
        Font size in points.
    weight : str

    Returns
    -------
    list of str
    """
    most = width * 72 / 25.4
    lines: list[str] = []
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_size(longer, size, weight=weight)[0] <= most:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def round_length(metres: float) -> int:
    """Give the longest round length (1, 2 or 5 times a power of ten) that is not over a length."""
    power = 10 ** math.floor(math.log10(metres))
    return int(max(k * power for k in (1, 2, 5) if k * power <= metres))


@dataclass(frozen=True)
class Key:
    """A colour of a map and what it says."""

    colour: str
    text: str
    hatched: bool = False


class _Panel:
    """Writes rows of a legend from the top down, column by column, in millimetres."""

    def __init__(self, axes: Axes, width: float, height: float, columns: int) -> None:
        self.axes, self.height, self.columns = axes, height, columns
        self.column_width = width / columns
        self.x, self.y = 0.0, height

    def column(self, k: int) -> None:
        self.x, self.y = k * self.column_width, self.height

    def text(
        self, text: str, *, x: float = 0.0, bold: bool = False, size: float = 6.6, colour: str = style.INK
    ) -> None:
        """Write a text, broken to the column's width."""
        weight = "bold" if bold else "normal"
        lines = wrapped(text, width=self.column_width - x - 2.0, size=size, weight=weight)
        for line in lines:
            self.axes.text(
                self.x + x,
                self.y - ROW / 2,
                line,
                va="center_baseline",
                ha="left",
                fontsize=size,
                weight=weight,
                color=colour,
            )
            self.y -= ROW if line is lines[-1] else ROW * 0.72

    def box(self, colour: str, *, hatched: bool = False) -> None:
        """Draw the colour that the next text names."""
        left, low, wide, high = self.x, self.y - ROW + 0.7, 5.0, ROW - 1.2
        self.axes.add_patch(Rectangle((left, low), wide, high, facecolor=colour, edgecolor=style.MUTED, lw=0.3))
        if hatched:
            for line in shapely.get_parts(hatch(shapely.box(left, low, left + wide, low + high), GAP)):
                self.axes.plot(*shapely.get_coordinates(line).T, color="white", lw=LINE)

    def gap(self, height: float = 2.0) -> None:
        self.y -= height


def dotted(access: Access) -> bool:
    """Tell whether a map shows people as dots: their places form no grid."""
    cells = access.cells
    return bool(len(cells)) and grid_squares(cells["x"].to_numpy(float), cells["y"].to_numpy(float)) is None


def draw(
    canvas: Canvas,
    plan: RegionalPlan,
    words: Words,
    *,
    box: Layout,
    base: Ground,
    shown: Symbols,
    access: Access,
    outside: Circles,
    unnamed: int,
    doubt: bool = False,
    compact: bool = False,
) -> None:
    """Draw the legend of a network map beside or below it.

    Parameters
    ----------
    canvas : matplotlib figure
    plan : RegionalPlan
    words : Words
    box : Layout
    base : Ground
    shown : Symbols
        What the map shows: the legend names only that.
    access : Access
    outside : Circles
    unnamed : int
        Points whose name found no room.
    doubt : bool
        The map hatches cells that are likely, but not surely, within the standard.
    compact : bool
        Name no lines and show no map of the country.
    """
    panel = _panel(canvas, box, columns=4)
    standard = plan.settings.standard.minutes
    ends = bands(standard)
    cutoff = max(plan.settings.plan.cutoff_minutes, standard)
    texts = band_labels(words, standard=standard, cutoff=cutoff)
    there = set(band_of(access.cells["minutes"].to_numpy(float, na_value=np.nan), ends).tolist())
    panel.text(words.text(N_("Drive time to the nearest point")), bold=True)
    for k, text in enumerate(texts):
        if k == 5 and 5 not in there:
            continue
        panel.box(style.BANDS[k])
        panel.text(text, x=6.5)
    dots = words.text(N_("A larger dot has more people.")) if dotted(access) else ""
    if dots and box.beside:
        panel.text(dots, size=5.6, colour=style.MUTED)
    hatched = words.text(N_("at most {minutes} min likely, not surely"), minutes=standard) if doubt else ""
    if hatched and box.beside:
        _hatched(panel, hatched)
    panel.gap()
    if not box.beside or box.columns == 2:
        panel.column(1)
    _symbols(panel, words, shown, base, lines=not compact)
    if unnamed:
        panel.text(words.text(N_("Names that did not fit are in the table of points.")), size=5.6, colour=style.MUTED)
    panel.gap()
    if not box.beside:
        panel.column(2)
        if dots:
            panel.text(dots, size=5.6, colour=style.MUTED)
            panel.gap()
        if hatched:
            _hatched(panel, hatched)
            panel.gap()
    if len(outside.people):
        _circles(panel, words, outside)
    if not box.beside:
        panel.column(3)
    _scale(panel, words, base, box)
    if not compact:
        _locator(canvas, box, base, plan, room=panel.y)


def draw_changes(
    canvas: Canvas, words: Words, *, box: Layout, base: Ground, shown: Symbols, unnamed: int, keys: Sequence[Key]
) -> None:
    """Draw the legend of a map of changes beside or below it.

    Parameters
    ----------
    canvas : matplotlib figure
    words : Words
    box : Layout
    base : Ground
    shown : Symbols
        What the map shows: the legend names only that.
    unnamed : int
        Points whose name found no room.
    keys : sequence of Key
        Colours and what they say.
    """
    panel = _panel(canvas, box, columns=3)
    panel.text(words.text(N_("Change of drive time")), bold=True)
    for key in keys:
        panel.box(key.colour, hatched=key.hatched)
        panel.text(key.text, x=6.5)
    panel.gap()
    if not box.beside:
        panel.column(1)
    _symbols(panel, words, shown, base, lines=True)
    if unnamed:
        panel.text(words.text(N_("Names that did not fit are in the table of points.")), size=5.6, colour=style.MUTED)
    panel.gap()
    if not box.beside:
        panel.column(2)
    _scale(panel, words, base, box)


def _panel(canvas: Canvas, box: Layout, *, columns: int) -> _Panel:
    """Give the panel of a legend, in millimetres: one or two columns beside the map, several below it."""
    x, y, width, height = box.legend_box
    axes = canvas.add_axes((x / box.width, y / box.height, width / box.width, height / box.height))
    axes.set_xlim(0, width)
    axes.set_ylim(0, height)
    axes.axis("off")
    return _Panel(axes, width, height, box.columns if box.beside else columns)


def _hatched(panel: _Panel, text: str) -> None:
    """Name the hatching by a box of the darkest colour within the standard."""
    panel.box(style.INSIDE[-1], hatched=True)
    panel.text(text, x=6.5)


def _symbols(panel: _Panel, words: Words, shown: Symbols, base: Ground, *, lines: bool) -> None:
    kinds = set(shown.points["kind"])
    panel.text(words.text(N_("Points")), bold=True)
    for kind in ("existing", "new", "neighbour", "office"):
        if kind not in kinds and not (kind == "office" and len(shown.offices)):
            continue
        look = LOOKS[kind]
        panel.axes.scatter([panel.x + 2.5], [panel.y - ROW / 2], s=look.size**2, clip_on=False, **look.marker())
        panel.text(words.text(look.label), x=6.5)
    if not kinds and not len(shown.offices):
        panel.text(words.text(N_("none")), x=6.5)
    for there, label, colour, width in (
        (base.outline is not None, N_("Border of the area"), style.AREA_BORDER, 0.8),
        (base.borders is not None, N_("Municipal border"), style.BORDER, 0.4),
        (bool(base.roads), N_("Main road"), style.ROAD, 1.0),
    ):
        if there and lines:
            panel.axes.plot([panel.x, panel.x + 5], [panel.y - ROW / 2] * 2, color=colour, lw=width)
            panel.text(words.text(label), x=6.5)


def _circles(panel: _Panel, words: Words, outside: Circles) -> None:
    """Show what the circles' areas mean, three round numbers."""
    most = outside.most
    side = words.number(outside.side / 1000, decimals=0 if outside.side >= 1000 else 1)
    panel.text(words.text(N_("People outside the standard, by squares of {side} km"), side=side), bold=True)
    panel.gap(0.6)
    numbers = sorted(
        {round_length(most), round_length(max(most / 5, 1)), round_length(max(most / 25, 1))}, reverse=True
    )
    x = panel.x
    radii = [math.sqrt(circle_area(n, most) / math.pi) * 25.4 / 72 for n in numbers]
    top = panel.y
    for number, radius in zip(numbers, radii, strict=True):
        panel.axes.add_patch(
            Circle(
                (x + radii[0], top - 2 * radii[0] + radius), radius, facecolor="white", edgecolor=style.PEOPLE, lw=0.6
            )
        )
        height = top - 2 * radii[0] + 2 * radius
        line = top - numbers.index(number) * 3.0 - 0.9
        panel.axes.plot(
            [x + radii[0], x + 2 * radii[0] + 1.5, x + 2 * radii[0] + 3],
            [height, line, line],
            color=style.MUTED,
            lw=0.3,
        )
        panel.axes.text(x + 2 * radii[0] + 3.6, line, words.number(number), fontsize=6.2, va="center_baseline")
    panel.y = top - max(2 * radii[0], 3.0 * len(numbers)) - 2.5


def _scale(panel: _Panel, words: Words, base: Ground, box: Layout) -> None:
    """Draw the scale bar in two halves and the north arrow."""
    metres_per_mm = (base.frame[2] - base.frame[0]) / box.map_box[2]
    length = round_length(metres_per_mm * 26)
    long = length / metres_per_mm
    y = panel.y - 7.5 if box.beside else panel.height - 7.5
    x = panel.x
    for k, colour in enumerate((style.INK, "white")):
        panel.axes.add_patch(
            Rectangle((x + k * long / 2, y), long / 2, 1.3, facecolor=colour, edgecolor=style.INK, lw=0.5)
        )
    unit, divisor = ("km", 1000) if length >= 1000 else ("m", 1)
    for part, ha in ((0.0, "left"), (0.5, "center"), (1.0, "left")):
        number = words.number(length * part / divisor, decimals=0 if (length * part / divisor).is_integer() else 1)
        text = f"{number}\u00a0{unit}" if part == 1.0 else number
        panel.axes.text(x + part * long - (1.0 if part == 1.0 else 0.0), y - 2.1, text, fontsize=6, ha=ha, va="center")
    north = x + long + 9
    panel.axes.add_patch(Polygon([(north - 1.6, y), (north, y + 5.2), (north, y + 1.3)], facecolor=style.INK, lw=0))
    panel.axes.add_patch(
        Polygon([(north + 1.6, y), (north, y + 5.2), (north, y + 1.3)], facecolor="white", edgecolor=style.INK, lw=0.4)
    )
    panel.axes.text(north, y - 2.1, "N", fontsize=6.4, ha="center", va="center", weight="bold")
    panel.y = y - 5


def _locator(canvas: Canvas, box: Layout, base: Ground, plan: RegionalPlan, *, room: float) -> None:
    """Show where the area lies in the country, when the country's land is known and there is room for it.

    ``room`` is the height under the scale bar and the north arrow, millimetres.
    """
    if base.country is None or base.outline is None or plan.region is None:
        return
    x0, y0, x1, y1 = base.country.bounds
    height = min(24.0, room - 1.5)
    if height < 10.0:
        return
    width = height * (x1 - x0) / (y1 - y0)
    left = box.width - width - 1
    bottom = box.legend_box[1] + 0.5
    if box.beside:
        left = box.legend_box[0] + box.legend_box[2] - width - 0.5
    axes = canvas.add_axes((left / box.width, bottom / box.height, width / box.width, height / box.height))
    axes.set_xlim(x0, x1)
    axes.set_ylim(y0, y1)
    axes.axis("off")
    for shape, colour in ((base.country, "#d8dcde"), (base.outline, style.AFTER_LINE)):
        axes.add_collection(PatchCollection([PathPatch(p) for p in paths(shape)], facecolor=colour, edgecolor="none"))
