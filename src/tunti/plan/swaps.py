"""Which other site could stand in for a point of a region's plan, and what that would cost people in minutes."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tunti.access.times import UNREACHABLE, TravelTimes

SWAPS = {"site": "string", "instead": "string", "outside": "int64", "longer": "int64", "shorter": "int64",
         "minutes": "float64"}  # fmt: skip
"""Columns of the table and their kinds."""


def swaps(
    times: TravelTimes,
    people: NDArray[np.int64],
    *,
    chosen: NDArray[np.bool_],
    leave: NDArray[np.bool_],
    instead: NDArray[np.bool_],
    minutes: float,
) -> pd.DataFrame:
    """Find for each point the site that could replace it at the least loss, all other points staying.

    Parameters
    ----------
    times : TravelTimes
        From cells to sites.
    people : int64, shape (cells,)
    chosen : bool, shape (sites,)
        Open points.
    leave : bool, shape (sites,)
        Points that may be replaced.
    instead : bool, shape (sites,)
        Closed sites that may replace one.
    minutes : float
        The standard.

    Returns
    -------
    DataFrame
        One row per point that may be replaced: ``site, instead, outside`` (how many more people are beyond the
        standard), ``longer, shorter`` (people whose drive grows or falls), ``minutes`` (mean change of theirs). The
        site with the fewest more people outside, then with the least driving. Someone without any point within the
        cut-off counts as being the cut-off away.
    """
    far = min(int(times.cutoff_minutes * 60), int(UNREACHABLE) - 1)
    limit = int(minutes * 60)
    ids = np.asarray(times.sites, dtype=object)
    others = np.flatnonzero(instead & ~chosen)
    first, seconds = times.nearest(chosen)
    now = np.minimum(seconds.astype(np.int64), far)
    rows = []
    for i in np.flatnonzero(leave & chosen):
        without = chosen.copy()
        without[i] = False
        left = now.copy()
        mine = first == i
        left[mine] = np.minimum(times.nearest(without)[1].astype(np.int64), far)[mine]
        best: tuple[int, int, int] | None = None
        for j in others:
            here = slice(times.indptr[j], times.indptr[j + 1])
            then = left.copy()
            cells = times.cell[here]
            then[cells] = np.minimum(left[cells], times.seconds[here].astype(np.int64))
            lost = int(people[(now <= limit) & (then > limit)].sum() - people[(now > limit) & (then <= limit)].sum())
            driven = int(np.dot(people, then - now))
            if best is None or (lost, driven) < best[:2]:
                best = (lost, driven, int(j))
                change = then - now
        if best is not None:
            longer, shorter = int(people[change > 0].sum()), int(people[change < 0].sum())
            mean = best[1] / 60 / (longer + shorter) if longer + shorter else 0.0
            rows.append((ids[i], ids[best[2]], best[0], longer, shorter, mean))
    return pd.DataFrame(rows, columns=list(SWAPS)).astype(SWAPS)
