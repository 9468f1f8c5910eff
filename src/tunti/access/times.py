"""Travel times from cells to sites, as a sparse table."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

UNREACHABLE = np.uint16(65_535)
"""Seconds value that means 'no time': beyond the cut-off or not joined."""


@dataclass(frozen=True, eq=False)
class TravelTimes:
    """Drive times from cells to sites up to a cut-off, one sparse row per site.

    Attributes
    ----------
    sites, cells : tuple of str
        Ids in the order of rows and columns.
    indptr : int64, shape (sites + 1,)
        Entries of site ``j`` are ``indptr[j]:indptr[j + 1]``.
    cell : int32, shape (entries,)
        Position of the cell, ascending within a row.
    seconds : uint16, shape (entries,)
        Whole seconds, rounded once from tenths; never ``65,535``.
    cutoff_minutes : float
        Pairs above it have no entry.
    means : str
        ``"car"`` or another means of travel that a table of times gave.
    departures : float32, shape (entries,), optional
        Departures a day of each entry, NaN where not given.
    """

    sites: tuple[str, ...]
    cells: tuple[str, ...]
    indptr: NDArray[np.int64]
    cell: NDArray[np.int32]
    seconds: NDArray[np.uint16]
    cutoff_minutes: float
    means: str = "car"
    departures: NDArray[np.float32] | None = None

    def with_entries(self, keep: NDArray[np.bool_]) -> TravelTimes:
        """Give the table with only some of its entries.

        Parameters
        ----------
        keep : bool, shape (entries,)

        Returns
        -------
        TravelTimes
        """
        upto = np.concatenate(([0], np.cumsum(keep, dtype=np.int64)))
        return replace(
            self,
            indptr=upto[self.indptr],
            cell=self.cell[keep],
            seconds=self.seconds[keep],
            departures=None if self.departures is None else self.departures[keep],
        )

    def by_cell(self) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.uint16]]:
        """Turn the table: one sparse row per cell, its sites from the nearest on (ties by the sites' order).

        Returns
        -------
        indptr : int64, shape (cells + 1,)
        site : int32, shape (entries,)
        seconds : uint16, shape (entries,)
        """
        site = np.repeat(np.arange(len(self.sites), dtype=np.int32), np.diff(self.indptr))
        order = np.lexsort((site, self.seconds, self.cell))
        counts = np.bincount(self.cell, minlength=len(self.cells))
        indptr = np.zeros(len(self.cells) + 1, np.int64)
        np.cumsum(counts, out=indptr[1:])
        return indptr, site[order], self.seconds[order]

    def nearest(self, open_sites: NDArray[np.bool_] | None = None) -> tuple[NDArray[np.int32], NDArray[np.uint16]]:
        """Give each cell's nearest open site and the seconds to it.

        Parameters
        ----------
        open_sites : bool, shape (sites,), optional
            Which sites count; all by default.

        Returns
        -------
        site : int32, shape (cells,)
            Position of the nearest site (the first in order on a tie), -1 where none is within the cut-off.
        seconds : uint16, shape (cells,)
            65,535 where none is within the cut-off.
        """
        site = np.full(len(self.cells), -1, np.int32)
        best = np.full(len(self.cells), UNREACHABLE, np.uint16)
        for j in range(len(self.sites)):
            if open_sites is not None and not open_sites[j]:
                continue
            row = slice(self.indptr[j], self.indptr[j + 1])
            cells, seconds = self.cell[row], self.seconds[row]
            closer = seconds < best[cells]
            best[cells[closer]] = seconds[closer]
            site[cells[closer]] = j
        return site, best
