"""Small maps side by side: the drive today, with the proposal, and where it gets shorter and longer."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon, Rectangle

from tunti.access.standard import Access
from tunti.locale import N_
from tunti.plan.regional import RegionalPlan
from tunti.report import legend, style
from tunti.report.difference_map import COLOURS, LABELS, LONGER, draw_changes
from tunti.report.labels import text_size
from tunti.report.maps import Layout, draw_cells, draw_foot, draw_ground, draw_lines
from tunti.report.shapes import Ground, bands, ground
from tunti.report.symbols import symbols, within
from tunti.report.words import Words

_GAP, _TITLE, _ROW = 3.0, 5.0, 3.9
_LEGEND = 34.0
_DEEP = 53.0
"""Height of the legend in a row under the maps, and beside the third one, millimetres."""
_TALLEST = 92.0


@dataclass(frozen=True)
class _Sheet:
    """Where the three maps and the legend stand, millimetres from the lower left corner."""

    width: float
    height: float
    maps: tuple[tuple[float, float, float, float], ...]
    legend: tuple[float, float]


def _sheet(frame: tuple[float, float, float, float], *, width: float, foot: float) -> _Sheet:
    """Set three maps in a row, or two over one where the area is wide; the legend fills what is left."""
    shape = (frame[3] - frame[1]) / (frame[2] - frame[0])
    if shape < 0.8:
        wide = (width - _GAP) / 2
        high = wide * shape
        block = max(high, _DEEP) + _TITLE
        lower = foot + block - _TITLE - high
        upper = foot + block + high + _GAP
        places = ((0.3, upper - high, wide - 0.3, high), (wide + _GAP, upper - high, wide - 0.3, high),
                  (0.3, lower, wide - 0.3, high))  # fmt: skip
        return _Sheet(width, upper + _TITLE, places, (wide + _GAP, foot + block - _TITLE))
    wide = min((width - 2 * _GAP) / 3, _TALLEST / shape)
    high = wide * shape
    bottom = foot + _LEGEND + 2
    maps = tuple((0.3 + k * (wide + _GAP), bottom, wide - 0.3, high) for k in range(3))
    return _Sheet(width, bottom + high + _TITLE, maps, (0.3, foot + _LEGEND))


def before_after(plan: RegionalPlan, changed: pd.DataFrame, words: Words, *, width: float = 160.0) -> bytes:
    """Draw the drive today and with the proposal and its change as three small maps with one legend.

    Parameters
    ----------
    plan : RegionalPlan
    changed : DataFrame
        ``x, y, people, change`` of the area's cells; infinite where the only point in reach is lost or gained.
    words : Words
    width : float
        Millimetres on paper.

    Returns
    -------
    bytes
        SVG, the same bytes for the same plan.
    """
    base = ground(plan)
    foot = 11.5 if plan.illustrative else 7.0
    sheet = _sheet(base.frame, width=width, foot=foot)
    room = min(place[2] for place in sheet.maps)
    titles = (
        _title(plan, words, N_("Today"), plan.today.share, room),
        _title(plan, words, N_("Proposal"), plan.proposed.share, room),
        words.text(N_("Change of drive time")),
    )
    metres_per_mm = (base.frame[2] - base.frame[0]) / sheet.maps[0][2]
    with style.house_style():
        canvas = style.blank(sheet.width, sheet.height)
        for k, (title, place) in enumerate(zip(titles, sheet.maps, strict=True)):
            axes = _axes(canvas, sheet, base, place)
            draw_ground(axes, base)
            if k < 2:
                _times(axes, plan, plan.today if k == 0 else plan.proposed, metres_per_mm)
            else:
                draw_changes(axes, changed, metres_per_mm)
            draw_lines(axes, base)
            _points(axes, plan, base, today=k == 0)
            canvas.text(
                place[0] / sheet.width, (place[1] + place[3] + 1.4) / sheet.height, title, fontsize=7, weight="bold"
            )
        _legend(canvas, sheet, plan, words, base, metres_per_mm)
        draw_foot(canvas, plan, words, Layout(sheet.width, sheet.height, sheet.maps[0], (0, 0, 0, 0), False))
        return style.svg_bytes(canvas)


def _title(plan: RegionalPlan, words: Words, what: str, share: float, room: float) -> str:
    """Head a map with its share of people, and within what where there is room for it (millimetres)."""
    minutes = plan.settings.standard.minutes
    said = words.text(N_("{share} within {minutes} min"), share=words.share(share), minutes=minutes)
    long = f"{words.text(what)}: {said}"
    fits = text_size(long, 7.0, weight="bold")[0] <= room * 72 / 25.4
    return long if fits else f"{words.text(what)}: {words.share(share)}"


def _axes(canvas: Canvas, sheet: _Sheet, base: Ground, place: tuple[float, float, float, float]) -> Axes:
    x, y, w, h = place
    axes = canvas.add_axes((x / sheet.width, y / sheet.height, w / sheet.width, h / sheet.height))
    axes.set_xlim(base.frame[0], base.frame[2])
    axes.set_ylim(base.frame[1], base.frame[3])
    axes.set_xticks([])
    axes.set_yticks([])
    return axes


def _times(axes: Axes, plan: RegionalPlan, access: Access, metres_per_mm: float) -> None:
    draw_cells(axes, access, plan.settings.standard.minutes, metres_per_mm=metres_per_mm)


def _points(axes: Axes, plan: RegionalPlan, base: Ground, *, today: bool) -> None:
    shown = within(symbols(plan, "today" if today else "proposed"), base.frame)
    for kind, look in legend.LOOKS.items():
        rows = shown.offices if kind == "office" else shown.points[shown.points["kind"] == kind]
        if len(rows):
            axes.scatter(
                rows["x"].to_numpy(float), rows["y"].to_numpy(float), s=(look.size * 0.6) ** 2,
                **{**look.marker(), "linewidths": look.line * 0.6},
            )  # fmt: skip


def _legend(
    canvas: Canvas, sheet: _Sheet, plan: RegionalPlan, words: Words, base: Ground, metres_per_mm: float
) -> None:
    """Name the colours of both kinds of maps and the symbols, and draw the scale bar and the north arrow."""
    left, top = sheet.legend
    columns = (0.0, 40.0, 82.0) if len({m[1] for m in sheet.maps}) == 1 else (0.0, 36.0, 0.0)
    standard = plan.settings.standard.minutes
    ends = bands(standard)
    times = [words.text(N_("at most {minutes} min"), minutes=ends[0])]
    times += [f"{words.number(a)}–{words.number(b)} min" for a, b in pairwise(ends)]
    times.append(words.text(N_("over {minutes} min"), minutes=standard))
    far = max(plan.settings.plan.cutoff_minutes, standard)
    times.append(words.text(N_("over {minutes} min, or no road"), minutes=far))
    banded = list(zip(style.BANDS, times, strict=True))
    _key(canvas, sheet, left + columns[0], top, words.text(N_("Drive time")), banded)
    said = [(colour, words.text(label)) for colour, label in zip(COLOURS, LABELS, strict=True)]
    _key(canvas, sheet, left + columns[1], top, words.text(N_("Change of drive time")), said, hatched=LONGER)
    beside = columns[2] > 0
    x, y = (left + columns[2], top) if beside else (left + columns[1], top - 34.5)
    canvas.text(x / sheet.width, y / sheet.height, words.text(N_("Points")), va="top", weight="bold", fontsize=6.6)
    kinds = {*symbols(plan, "proposed").points["kind"], *symbols(plan, "today").points["kind"]}
    kinds |= {"office"} if len(plan.offices) else set()
    at = y - 6.2
    for kind in ("existing", "new", "neighbour", "office"):
        if kind not in kinds:
            continue
        look = legend.LOOKS[kind]
        canvas.add_artist(_marker(look, x + 1.6, at + 1.1, sheet))
        canvas.text((x + 6) / sheet.width, at / sheet.height, words.text(look.label), fontsize=6.2)
        at -= _ROW
    _scale(canvas, sheet, words, metres_per_mm, beside=beside)


def _marker(look: legend.Look, x: float, y: float, sheet: _Sheet) -> Line2D:
    return Line2D(
        [x / sheet.width], [y / sheet.height], marker=look.shape, markersize=look.size * 0.7, color="none",
        markerfacecolor=look.face, markeredgecolor=look.edge, markeredgewidth=look.line * 0.7,
    )  # fmt: skip


def _key(
    canvas: Canvas, sheet: _Sheet, x: float, top: float, title: str, rows: list[tuple[str, str]], *, hatched: int = 99
) -> None:
    canvas.text(x / sheet.width, top / sheet.height, title, va="top", weight="bold", fontsize=6.6)
    for k, (colour, text) in enumerate(rows):
        y = top - 6.4 - k * _ROW
        canvas.add_artist(
            Rectangle(
                (x / sheet.width, y / sheet.height), 4.5 / sheet.width, 2.9 / sheet.height, facecolor=colour,
                edgecolor="white" if k >= hatched else style.MUTED, linewidth=0.3, figure=canvas,
                transform=canvas.transFigure, hatch="//////" if k >= hatched else None,
            )
        )  # fmt: skip
        canvas.text((x + 6) / sheet.width, (y + 0.6) / sheet.height, text, fontsize=6.2)


def _scale(canvas: Canvas, sheet: _Sheet, words: Words, metres_per_mm: float, *, beside: bool) -> None:
    length = legend.round_length(metres_per_mm * 22)
    long = length / metres_per_mm
    x = sheet.width - long - 14 if beside else sheet.legend[0] + 2
    y = sheet.legend[1] - (4.0 if beside else 40.0)
    unit, number = ("km", length / 1000) if length >= 1000 else ("m", float(length))

    def at(mm_x: float, mm_y: float) -> tuple[float, float]:
        return mm_x / sheet.width, mm_y / sheet.height

    canvas.add_artist(
        Rectangle(
            at(x, y), long / sheet.width, 1.1 / sheet.height, facecolor=style.INK, figure=canvas,
            transform=canvas.transFigure,
        )
    )  # fmt: skip
    canvas.text(*at(x, y + 2.0), "0", fontsize=6, ha="center")
    canvas.text(*at(x + long, y + 2.0), f"{words.number(number)}\u00a0{unit}", fontsize=6, ha="center")
    north = x + long + 8
    canvas.add_artist(
        Polygon([at(north - 1.4, y), at(north, y + 4.6), at(north + 1.4, y)], facecolor=style.INK, figure=canvas,
                transform=canvas.transFigure)
    )  # fmt: skip
    canvas.text(*at(north, y - 2.6), "N", fontsize=6, ha="center", weight="bold")
