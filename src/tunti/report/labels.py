"""Place names on a map so that none covers another, a symbol or the frame: the most important name is set first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from matplotlib.font_manager import FontProperties, findfont, get_font
from numpy.typing import NDArray

# Where a name may stand against its symbol, the most readable first: (share of its width, share of its height) by which
# the name's lower left corner moves, and the direction of the gap.
_PLACES = (
    (0.0, -0.5, 1.0, 0.0),
    (-1.0, -0.5, -1.0, 0.0),
    (0.0, 0.0, 0.7, 0.7),
    (0.0, -1.0, 0.7, -0.7),
    (-1.0, 0.0, -0.7, 0.7),
    (-1.0, -1.0, -0.7, -0.7),
    (-0.5, 0.0, 0.0, 1.0),
    (-0.5, -1.0, 0.0, -1.0),
)
_GAPS = (1.0, 5.0, 10.0)
_MEASURED_AT = 48.0


@dataclass(frozen=True)
class Placed:
    """A name that found room.

    Attributes
    ----------
    index : int
        Its position among the names asked for.
    x, y : float
        Lower left corner of its box, points.
    width, height : float
        Size of its box, points.
    far : bool
        It stands so far from its symbol that a line should tie them.
    """

    index: int
    x: float
    y: float
    width: float
    height: float
    far: bool


def text_size(text: str, size: float, *, weight: str = "normal") -> tuple[float, float]:
    """Measure a text in points.

    Parameters
    ----------
    text : str
    size : float
        Font size in points.
    weight : str

    Returns
    -------
    width, height : float
        Height is that of the line, the same for every text.
    """
    return _width(text, weight) * size / _MEASURED_AT, size * 1.15


@lru_cache(maxsize=4096)
def _width(text: str, weight: str) -> float:
    font = get_font(findfont(FontProperties(family="DejaVu Sans", weight=weight)))
    font.set_size(_MEASURED_AT, 72)
    font.set_text(text, 0.0)
    return float(font.get_width_height()[0]) / 64


def place_labels(
    texts: Sequence[str],
    anchors: NDArray[np.float64],
    radii: NDArray[np.float64],
    *,
    frame: tuple[float, float, float, float],
    size: float,
    obstacles: NDArray[np.float64] | None = None,
) -> list[Placed]:
    """Find room for names, the first ones first; a name without room is left out.

    Parameters
    ----------
    texts : sequence of str
        Names, the most important first.
    anchors : float64, shape (n, 2)
        Middles of their symbols, points.
    radii : float64, shape (n,)
        Radii of the symbols, points.
    frame : (x0, y0, x1, y1)
        The map's frame, points.
    size : float
        Font size, points.
    obstacles : float64, shape (m, 4), optional
        Further boxes ``x0, y0, x1, y1`` that no name may touch.

    Returns
    -------
    list of Placed
    """
    boxes = [np.column_stack([anchors - radii[:, None], anchors + radii[:, None]])]
    if obstacles is not None and len(obstacles):
        boxes.append(obstacles)
    taken = np.concatenate(boxes) if len(anchors) else np.zeros((0, 4))
    placed: list[Placed] = []
    for k, text in enumerate(texts):
        width, height = text_size(text, size)
        for gap in _GAPS:
            found = None
            for dx, dy, gx, gy in _PLACES:
                reach = radii[k] + gap
                x = anchors[k, 0] + dx * width + gx * reach
                y = anchors[k, 1] + dy * height + gy * reach
                if x < frame[0] + 1 or y < frame[1] + 1 or x + width > frame[2] - 1 or y + height > frame[3] - 1:
                    continue
                hit = (
                    (taken[:, 0] < x + width + 0.8)
                    & (taken[:, 2] > x - 0.8)
                    & (taken[:, 1] < y + height)
                    & (taken[:, 3] > y)
                )
                if not hit.any():
                    found = Placed(k, float(x), float(y), width, height, gap > _GAPS[0])
                    break
            if found is not None:
                placed.append(found)
                box = [[found.x, found.y, found.x + width, found.y + height]]
                taken = np.concatenate([taken, box])
                break
    return placed
