"""How far people have it, and how evenly: means, quantiles, the worst-served tenth and the Gini coefficient."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tunti.access.standard import OpenSites, head_counts, nearest, to_minutes
from tunti.access.times import TravelTimes

Numbers = NDArray[np.float64]


def weighted_mean(minutes: Numbers, people: NDArray[Any]) -> float:
    """Give the mean minutes of a person.

    Parameters
    ----------
    minutes : float64, shape (cells,)
        NaN where there is no time; these people are left out.
    people : shape (cells,)

    Returns
    -------
    float
        NaN without people.
    """
    known = ~np.isnan(minutes)
    weight = people[known].astype(np.float64)
    return float((minutes[known] * weight).sum() / weight.sum()) if weight.sum() > 0 else float("nan")


def weighted_quantile(minutes: Numbers, people: NDArray[Any], q: float) -> float:
    """Give the minutes within which a share of the people is.

    Parameters
    ----------
    minutes : float64, shape (cells,)
        NaN counts as longer than any time.
    people : shape (cells,)
    q : float
        Share of people, 0 to 1.

    Returns
    -------
    float
        The least ``m`` such that at least ``q`` of the people need at most ``m`` minutes; NaN where that share is not
        reached.
    """
    inhabited = people > 0
    minutes, weight = minutes[inhabited], people[inhabited].astype(np.float64)
    if not len(weight):
        return float("nan")
    order = np.argsort(np.where(np.isnan(minutes), np.inf, minutes), kind="stable")
    upto = np.cumsum(weight[order])
    k = int(np.searchsorted(upto, q * upto[-1] * (1.0 - 1e-12), side="left"))
    return float(minutes[order][min(k, len(order) - 1)])


def worst_tenth(minutes: Numbers, people: NDArray[Any], *, share: float = 0.1) -> float:
    """Give the mean minutes of the tenth of people who have it farthest.

    Parameters
    ----------
    minutes : float64, shape (cells,)
        NaN counts as longer than any time.
    people : shape (cells,)
    share : float
        Share of people that counts as the worst served.

    Returns
    -------
    float
        NaN when someone in the tenth has no time at all: a mean would make light of it.
    """
    weight = people.astype(np.float64)
    if weight.sum() <= 0:
        return float("nan")
    order = np.argsort(-np.where(np.isnan(minutes), np.inf, minutes), kind="stable")
    weight, minutes = weight[order], minutes[order]
    left = np.maximum(share * weight.sum() - (np.cumsum(weight) - weight), 0.0)
    taken = np.minimum(weight, left)
    used = taken > 0
    return float((minutes[used] * taken[used]).sum() / taken[used].sum())


def gini(minutes: Numbers, people: NDArray[Any]) -> float:
    """Tell how unevenly travel is shared: 0 when all have it equally far, towards 1 when a few travel all.

    Parameters
    ----------
    minutes : float64, shape (cells,)
        NaN where there is no time; these people are left out.
    people : shape (cells,)

    Returns
    -------
    float
        NaN without people or travel.

    Notes
    -----
    Half the mean difference between two people over the mean: ``1 - sum_i w_i (2 S_i - w_i m_i) / (W * S)`` with the
    cells sorted by minutes, ``S_i`` the travel up to and with cell ``i``, ``W`` all people and ``S`` all travel (Sen
    (1973), On Economic Inequality, in its weighted form).
    """
    known = ~np.isnan(minutes) & (people > 0)
    order = np.argsort(minutes[known], kind="stable")
    m, w = minutes[known][order], people[known][order].astype(np.float64)
    travel = np.cumsum(m * w)
    if not len(w) or travel[-1] <= 0:
        return float("nan")
    return float(1.0 - (w * (2.0 * travel - m * w)).sum() / (w.sum() * travel[-1]))


def measures(
    times: TravelTimes,
    cells: pd.DataFrame,
    *,
    open_sites: OpenSites = None,
    by: str | None = None,
    people: str = "people",
) -> pd.DataFrame:
    """Give how far people have it and how evenly, in all or by a column of the cells.

    Parameters
    ----------
    times : TravelTimes
    cells : DataFrame
        ``cell``, the column of people and ``by``.
    open_sites : bool array or ids, optional
    by : str, optional
        Column of the cells, such as ``municipality`` or ``region``; one row for all by default.
    people : str
        Column of people.

    Returns
    -------
    DataFrame
        ``by`` (if asked), ``people, people_without_time`` (beyond the cut-off or not joined), ``mean_minutes,
        median_minutes, p90_minutes, p95_minutes, worst_tenth_minutes, gini``.
    """
    _, seconds = nearest(times, cells, open_sites)
    minutes, counted = to_minutes(seconds), head_counts(cells, people)
    if by is None:
        return pd.DataFrame([_figures(minutes, counted)])
    rows = []
    key = cells[by].astype("string").reset_index(drop=True)
    for name, at in key.groupby(key, dropna=False).groups.items():
        chosen = np.asarray(at, np.int64)
        rows.append({by: name, **_figures(minutes[chosen], counted[chosen])})
    return pd.DataFrame(rows)


def _figures(minutes: Numbers, people: NDArray[np.int64]) -> dict[str, float | int]:
    return {
        "people": int(people.sum()),
        "people_without_time": int(people[np.isnan(minutes)].sum()),
        "mean_minutes": weighted_mean(minutes, people),
        "median_minutes": weighted_quantile(minutes, people, 0.5),
        "p90_minutes": weighted_quantile(minutes, people, 0.9),
        "p95_minutes": weighted_quantile(minutes, people, 0.95),
        "worst_tenth_minutes": worst_tenth(minutes, people),
        "gini": gini(minutes, people),
    }
