"""A table as it lies in the user's file, before anything is understood."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tunti.findings import Finding
from tunti.inputs.readers.header_rows import HeaderRow


class Unreadable(Exception):
    """A file that can't be read at all; carries the finding that says why. Never leaves the readers."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(str(finding.what))
        self.finding = finding


@dataclass(frozen=True, eq=False)
class Raw:
    """Headers and values as the user wrote them.

    Attributes
    ----------
    headers : tuple of str
        As typed.
    values : tuple of Series
        One per header: text (empty for no value), or numbers, dates and yes/no where the file holds such.
    rows : int64, shape (rows,)
        Row numbers as the user sees them, the first row of the file being 1.
    header_row : int
        Row number of the headers.
    x, y : float64, shape (rows,), or None
        Coordinates from the file's geometry in ``crs``.
    crs : str or None
        Coordinate system of the geometry; None when the file does not say.
    from_excel : bool
        Dates may be Excel's day numbers.
    """

    headers: tuple[str, ...]
    values: tuple[pd.Series[Any], ...]
    rows: NDArray[np.int64]
    header_row: int = 1
    x: NDArray[np.float64] | None = None
    y: NDArray[np.float64] | None = None
    crs: str | None = None
    from_excel: bool = False


def from_grid(grid: Sequence[Sequence[str]], header: HeaderRow, *, from_excel: bool = False) -> Raw:
    """Cut a grid of texts into headers and columns, leaving empty rows out.

    Parameters
    ----------
    grid : sequence of rows
        All rows of the file, the first one being row 1; rows may differ in length.
    header : HeaderRow
    from_excel : bool

    Returns
    -------
    Raw
    """
    headers = header.names
    width = len(headers)
    body = list(grid[header.at + 1 :])
    full = np.fromiter((any(row) for row in body), bool, len(body))
    rows = np.flatnonzero(full).astype(np.int64) + header.at + 2
    kept = [row for row, keep in zip(body, full, strict=True) if keep]
    if any(len(row) != width for row in kept):
        kept = [list(row[:width]) + [""] * (width - len(row)) for row in kept]
    columns = list(zip(*kept, strict=True)) if kept else [()] * width
    values = tuple(pd.Series(list(c), dtype=object) for c in columns)
    used = [i for i, h in enumerate(headers) if h.strip() or any(columns[i])]
    return Raw(
        tuple(headers[i].strip() for i in used),
        tuple(values[i] for i in used),
        rows,
        header.at + 1,
        from_excel=from_excel,
    )
