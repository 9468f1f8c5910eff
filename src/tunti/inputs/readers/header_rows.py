"""Finds the row, or the two rows, of headers under titles, descriptions and units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from tunti.inputs.readers.headers import understand
from tunti.inputs.readers.values import clean, to_date, to_number
from tunti.inputs.schemas import Schema
from tunti.inputs.words import fold
from tunti.locale import LANGUAGES, translator

WITHIN = 40
"""Rows from the top in which headers are looked for."""


@dataclass(frozen=True)
class HeaderRow:
    """The headers of a table as they stand in a file.

    Attributes
    ----------
    at : int
        Position of the row of headers from 0; of two rows of headers the lower one.
    names : tuple of str
        One per column of the file, empty where the file has none.
    """

    at: int
    names: tuple[str, ...]


def find_header(grid: Sequence[Sequence[str]], schema: Schema) -> HeaderRow | None:
    """Find the row of headers, or the two that only together name the columns.

    Parameters
    ----------
    grid : sequence of rows
    schema : Schema

    Returns
    -------
    HeaderRow or None
        The row that names most columns, the first of equals; two rows when they name more than each alone. None when
        no row names any.
    """
    best: HeaderRow | None = None
    most = 0
    for i, row in enumerate(grid[:WITHIN]):
        n = known_columns(row, schema)
        if n > most:
            best, most = HeaderRow(i, tuple(row)), n
    if best is None:
        return None
    for lower in (best.at, best.at + 1):
        if not 1 <= lower < min(len(grid), WITHIN):
            continue
        names = _joined(grid[lower - 1], grid[lower], schema)
        n = 0 if names is None else known_columns(names, schema)
        if names is not None and n > most:
            best, most = HeaderRow(lower, names), n
    return best


def known_columns(row: Sequence[str], schema: Schema) -> int:
    """Count the columns of a table that a row of headers names."""
    return len({understand(cell, schema) for cell in row if cell} - {None})


def _joined(upper: Sequence[str], lower: Sequence[str], schema: Schema) -> tuple[str, ...] | None:
    """Join two rows of headers; None when the lower one holds values.

    A cell of the lower row stands for itself or, under a heading that is merged over several columns, for the two
    together ('Lease' over 'ends'). A heading that is merged over both rows, or has only its unit below, stands alone.
    """
    if any(_is_value(cell) for cell in (*upper, *lower)):
        return None
    width = max(len(upper), len(lower))
    above, below = [*upper, *[""] * (width - len(upper))], [*lower, *[""] * (width - len(lower))]
    names, group = [], ""
    for own, cell in zip(above, below, strict=True):
        group = own or group
        both = f"{group} {cell}".strip()
        if not cell or (own and fold(cell) in _units(schema) and understand(own, schema)):
            names.append(own)
        elif understand(cell, schema) is None and understand(both, schema):
            names.append(both)
        else:
            names.append(cell)
    return tuple(names)


def _is_value(cell: str) -> bool:
    text = clean(cell)
    return bool(text) and (to_number(text) is not None or to_date(text) is not None)


@cache
def _units(schema: Schema) -> frozenset[str]:
    units = {c.unit for c in schema.columns if c.unit}
    return frozenset(fold(translator(language)(unit)) for unit in units for language in LANGUAGES)
