"""How wide a table's columns are on paper: no word is broken while there is room for whole words."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from tunti.report.document import Column, Table
from tunti.report.labels import text_size
from tunti.report.words import Words

FACTOR = 0.88
"""Width of the documents' text faces against DejaVu Sans, which is measured; rather too wide than too narrow."""

GAP = 6.0
"""Room more before a text that follows a column of figures, points."""

_HEADING_LINES = 2.4
"""Lines that a long heading may take; a little over two, as its words seldom fill them."""

_WIDEST = 0.6
"""Largest part of the table that one column's text may ask for."""

_MORE_LINES = 1.15
"""Times as many lines as in smaller type that the largest type may take."""

_SOME_LINES = 6
"""Lines more than in smaller type that a short table may take in any case."""

_PIECES = re.compile(r"[ \u200b]|(?<=[-/–])")


def _width(text: str, size: float, *, bold: bool = False) -> float:
    return text_size(text, size, weight="bold" if bold else "normal")[0] * FACTOR


def _longest(texts: Sequence[str], size: float, *, bold: bool = False) -> float:
    """Measure the widest of texts; only the few with most letters are measured."""
    most = sorted(set(texts), key=lambda t: (-len(t), t))[:6]
    return max((_width(t, size, bold=bold) for t in most), default=0.0)


def _needs(
    column: Column, texts: Sequence[str], bold: Sequence[str], *, size: float, padding: float
) -> tuple[float, float]:
    """Give the narrowest width that breaks no word and the width at which no cell is broken, points."""
    words = [p for t in texts for p in _PIECES.split(t)]
    heading = _PIECES.split(column.title)
    strong = [p for t in bold for p in _PIECES.split(t)]
    least = max(_longest(words, size), _longest([*heading, *strong], size, bold=True))
    wished = max(
        _longest(texts, size), _longest(bold, size, bold=True), _width(column.title, size, bold=True) / _HEADING_LINES
    )
    return least + padding, max(least, wished) + padding


def column_widths(
    table: Table, words: Words, *, size: float, room: float, padding: float = 8.0
) -> tuple[tuple[float, ...], bool]:
    """Divide a table's room between its columns by what stands in them.

    Every column gets at least its longest word; what is left goes to columns whose texts would run over several
    lines, then to all by their weight.

    Parameters
    ----------
    table : Table
    words : Words
        Language of the figures.
    size : float
        Font size, points.
    room : float
        Width of the table, points.
    padding : float
        Room that is kept free in each column, points.

    Returns
    -------
    widths : tuple of float
        Points; they add up to the room.
    fits : bool
        Whether every column has room for its longest word.
    """
    columns = table.columns
    needs: list[tuple[float, float]] = []
    for k, column in enumerate(columns):
        # A text beside figures that are set to the right stands farther off.
        beside = k > 0 and columns[k - 1].numeric and not column.numeric
        texts = [words.value(row[k], column) for row in table.shown()]
        bold = [] if table.total is None or table.total[k] is None else [words.value(table.total[k], column)]
        needs.append(_needs(column, texts, bold, size=size, padding=padding + (GAP if beside else 0.0)))
    cap = room * _WIDEST
    least = [min(n, cap) for n, _ in needs]
    at = 0
    for text, span in table.groups():
        if text:
            short = _longest(_PIECES.split(text), size, bold=True) + padding - sum(least[at : at + span])
            for k in range(at, at + span):
                least[k] += max(short, 0.0) / span
        at += span
    wished = [max(low, min(w, cap)) for low, (_, w) in zip(least, needs, strict=True)]
    if sum(least) > room:
        return tuple(n * room / sum(least) for n in least), False
    if sum(wished) > room:
        # What runs over several lines anyway shares the room by its length: a long remark is not a narrow tower.
        longed = [max(low, w) for low, (_, w) in zip(least, needs, strict=True)]
        part = (room - sum(least)) / (sum(longed) - sum(least))
        return tuple(a + (b - a) * part for a, b in zip(least, longed, strict=True)), True
    spare, weights = room - sum(wished), sum(c.weight for c in columns)
    return tuple(w + spare * c.weight / weights for w, c in zip(wished, columns, strict=True)), True


def fitting(
    table: Table, words: Words, *, sizes: Sequence[float], room: float, padding: float = 8.0
) -> tuple[float, tuple[float, ...], bool]:
    """Give the font size of a table, its columns' widths and whether no word is broken.

    The largest size that breaks no word is taken, unless cells that run over many lines there need far fewer in
    smaller type.

    Parameters
    ----------
    table : Table
    words : Words
    sizes : sequence of float
        Points, the largest first.
    room, padding : float
        As :func:`column_widths`.

    Returns
    -------
    size : float
        The smallest one when none breaks no word.
    widths : tuple of float
    fits : bool
    """
    found = [(size, *column_widths(table, words, size=size, room=room, padding=padding)) for size in sizes]
    whole = [(size, widths) for size, widths, fits in found if fits]
    if not whole:
        return found[-1]
    lines = [lines_of(table, words, widths, size) for size, widths in whole]
    few = max(_MORE_LINES * min(lines), min(lines) + _SOME_LINES)
    size, widths = next(w for w, n in zip(whole, lines, strict=True) if n <= few)
    return size, widths, True


def lines_of(table: Table, words: Words, widths: Sequence[float], size: float) -> int:
    """Estimate how many lines the rows of a table take on paper.

    Parameters
    ----------
    table : Table
    words : Words
    widths : sequence of float
        Points.
    size : float
        Font size, points.

    Returns
    -------
    int
    """
    letters = [max((width - 8.0) / (size * 0.46), 4) for width in widths]
    return sum(
        max(math.ceil(len(words.value(v, c)) / most) for v, c, most in zip(row, table.columns, letters, strict=True))
        for row in table.shown()
    )
