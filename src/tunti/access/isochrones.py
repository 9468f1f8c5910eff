"""How many people live how far: bands of minutes around open sites, and the cells of each band for maps."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from tunti.access.standard import OpenSites, head_counts, nearest, to_minutes
from tunti.access.times import TravelTimes

BANDS = (15.0, 30.0, 45.0, 60.0, 90.0)
"""Usual limits of bands, minutes."""


def band_of_cells(
    times: TravelTimes, cells: pd.DataFrame, *, open_sites: OpenSites = None, limits: Sequence[float] = BANDS
) -> pd.Series:
    """Say in which band of minutes each cell lies.

    Parameters
    ----------
    times : TravelTimes
    cells : DataFrame
        ``cell``.
    open_sites : bool array or ids, optional
        Sites that count; one id gives the surroundings of one site.
    limits : sequence of float
        Upper ends of the bands, ascending; each belongs to its band.

    Returns
    -------
    Series of float64
        The upper end of the cell's band, NaN beyond the last, in the order of the cells.

    Raises
    ------
    ValueError
        If the limits do not ascend or the last lies beyond the cut-off of the times.
    """
    ends = np.asarray(limits, np.float64)
    if not len(ends) or (np.diff(ends) <= 0).any() or ends[-1] > times.cutoff_minutes:
        raise ValueError(f"limits must ascend and end at most at the cut-off, {times.cutoff_minutes:g} minutes")
    _, seconds = nearest(times, cells, open_sites)
    minutes = to_minutes(seconds)
    at = np.searchsorted(ends, np.where(np.isnan(minutes), np.inf, minutes), side="left")
    return pd.Series(np.append(ends, np.nan)[at], index=cells.index, name="minutes_at_most")


def people_in_bands(
    times: TravelTimes,
    cells: pd.DataFrame,
    *,
    open_sites: OpenSites = None,
    limits: Sequence[float] = BANDS,
    people: str = "people",
) -> pd.DataFrame:
    """Count the people of each band of minutes.

    Parameters
    ----------
    times : TravelTimes
    cells : DataFrame
        ``cell`` and the column of people.
    open_sites : bool array or ids, optional
    limits : sequence of float
        As for :func:`band_of_cells`.
    people : str

    Returns
    -------
    DataFrame
        ``minutes_at_most`` (NaN: farther, or no time at all), ``people, share, people_so_far, share_so_far``. The rows
        add up to all people.
    """
    band = band_of_cells(times, cells, open_sites=open_sites, limits=limits)
    counted = pd.Series(head_counts(cells, people), index=cells.index)
    summed = counted.groupby(band, dropna=False).sum()
    ends = [*np.asarray(limits, np.float64), np.nan]
    each = np.array([int(summed.get(e, 0)) if not np.isnan(e) else int(counted[band.isna()].sum()) for e in ends])
    total = max(int(each.sum()), 1)
    return pd.DataFrame(
        {
            "minutes_at_most": ends,
            "people": each,
            "share": each / total,
            "people_so_far": np.cumsum(each),
            "share_so_far": np.cumsum(each) / total,
        }
    )
