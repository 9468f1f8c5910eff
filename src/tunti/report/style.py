"""The colours, symbols and sizes of maps and charts: the same thing looks the same everywhere.

Bands run from light to dark in even steps of lightness, so that they hold in greyscale; within the standard they are
blue, beyond it a dark red, beyond the cut-off nearly black, so that the colour-blind tell them apart too.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure as Canvas

from tunti.report.svg import smaller

MM = 1 / 25.4
"""Inches in a millimetre."""

INK = "#1b2733"
MUTED = "#55616d"
GROUND = "#e4e8ea"
LAND = "#faf9f5"
LAND_AROUND = "#f0efec"
BORDER = "#7d8790"
AREA_BORDER = "#3a4650"
ROAD = "#b9b4a8"
INSIDE = ("#d3e6f2", "#a0c8e2", "#6a9fce", "#3a72ae")
OVER = "#8a2a10"
NONE = "#1c1416"
BANDS = (*INSIDE, OVER, NONE)
"""Colours of the drive-time bands: within the standard, over it, beyond the cut-off."""
PEOPLE = "#6b1d5e"
EXISTING = "#1b2733"
NEW = "#ffd23f"
TODAY_LINE = "#6b7680"
AFTER_LINE = "#1f5a96"

_RC: dict[str, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 7.5,
    "svg.hashsalt": "tunti",
    "svg.fonttype": "path",
    "axes.linewidth": 0.5,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "path.simplify": True,
    "hatch.linewidth": 0.5,
}


@contextmanager
def house_style() -> Iterator[None]:
    """Draw with the house's fonts and sizes, whatever the user's own settings are."""
    with mpl.rc_context():
        mpl.rcdefaults()
        settings: Any = mpl.rcParams  # the stubs want each name as a literal
        settings.update(_RC)
        yield


def blank(width: float, height: float) -> Canvas:
    """Give an empty drawing of a size in millimetres."""
    canvas = Canvas(figsize=(width * MM, height * MM))
    FigureCanvasSVG(canvas)
    canvas.patch.set_facecolor("white")
    return canvas


def svg_bytes(canvas: Canvas) -> bytes:
    """Write a drawing as SVG without date or program, so that the same drawing gives the same bytes."""
    out = io.StringIO()
    canvas.savefig(out, format="svg", dpi=200, metadata={"Date": None, "Creator": None})
    return smaller(out.getvalue()).encode("utf-8")
