"""The certainty band at the edge of the standard: who is surely, likely or unlikely within the minutes of a point."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numba import njit
from numpy.typing import NDArray
from scipy.special import ndtr

from tunti.access.speed_error import DEFAULT, SpeedError, kernel, pair_covariance, scores, trip_sd
from tunti.access.standard import OpenSites, head_counts, open_flags, positions
from tunti.access.times import UNREACHABLE, TravelTimes
from tunti.findings import Finding, Message, say, warning
from tunti.locale import N_

LABELS = ("surely", "likely", "unlikely")
"""The three classes of certainty, surest first."""

NEGLIGIBLE = 1e-6
"""A chance below it counts as 0 and above one less it as 1, so that the far and the near cost nothing."""


@dataclass(frozen=True, eq=False)
class CertaintyTable:
    """How many people are surely, likely or unlikely within the standard; rows add up to the total.

    Attributes
    ----------
    total : DataFrame
        One row: ``people, people_surely, people_likely, people_unlikely, share_surely, share_likely`` (surely or
        likely; NaN without people). The three counts are apart and add up to ``people``.
    regions : DataFrame
        ``region, region_fi, region_sv, region_en`` and the same columns, by code, NA last.
    municipalities : DataFrame
        ``municipality, name_fi, name_sv, region`` and the same columns, by code, NA last.
    minutes : float
        The standard that was asked.
    error : SpeedError
        The speed error that was taken.
    """

    total: pd.DataFrame
    regions: pd.DataFrame
    municipalities: pd.DataFrame
    minutes: float
    error: SpeedError


def certainty(
    times: TravelTimes, *, open_sites: OpenSites = None, minutes: float = 60.0, error: SpeedError = DEFAULT
) -> pd.DataFrame:
    """Tell for each cell how sure it is that its people are within the standard of an open point.

    Parameters
    ----------
    times : TravelTimes
        Its cut-off should lie well above ``minutes``: see :func:`certainty_findings`.
    open_sites : bool array or ids, optional
        Sites that count; all by default.
    minutes : float
        The standard.
    error : SpeedError
        How far speeds stray, and the chances from which on a cell is 'surely' and 'likely' within;
        :func:`tunti.access.speed_error.speed_error` gives that of a season.

    Returns
    -------
    DataFrame
        In the order of the times' cells: ``cell``; ``minutes`` to the nearest open site (NaN beyond the cut-off);
        ``chance`` that at least one open site is within the standard, at least (see Notes); ``certainty``, one of
        :data:`LABELS`: ``surely`` from ``error.surely`` on (0.9), else ``likely`` from ``error.likely`` on (0.5), else
        ``unlikely``; ``points``, the number of sites that the chance rests on (0, 1 or 2).

    Raises
    ------
    ValueError
        If an id is not among the sites, there are not as many flags as sites, or the standard is not above 0.

    Notes
    -----
    One site: :func:`tunti.access.speed_error.chance`. Two sites: ``P(A or B) = Phi(a) + Phi(b) - Phi2(a, b; rho)``,
    with ``rho`` from the covariance of two trips that share their first ``s`` minutes. The times do not tell ``s``, but
    the triangle bounds it: the trips part after at most ``s = (t_A + t_B - d_AB) / 2`` minutes (the Gromov product),
    and ``d_AB`` is at least ``t_hB - t_hA`` for any cell ``h``; the cells nearest to A and to B are asked. Taking the
    greatest ``s`` takes the greatest ``rho``, hence the least chance (Slepian 1962), and the best pair of all is a
    lower bound of the chance of any. So the chance is never overstated under the model, and opening a site never
    lowers it. Ways back are taken to be as long as ways there.
    """
    if not minutes > 0:
        raise ValueError(f"the standard must be above 0 minutes, not {minutes}")
    flags = open_flags(times, open_sites)
    site = np.repeat(np.arange(len(times.sites), dtype=np.int32), np.diff(times.indptr))
    counts = flags[site]
    site, cell, seconds = site[counts], times.cell[counts], times.seconds[counts]
    nearest = np.full(len(times.cells), UNREACHABLE, np.uint16)
    np.minimum.at(nearest, cell, seconds)
    score = _scores_by_second(minutes, error)
    single = ndtr(score)
    single[single < NEGLIGIBLE] = 0.0
    single[single > 1.0 - NEGLIGIBLE] = 1.0
    best = single[nearest]
    points = (best > 0).astype(np.int8)
    # Only where the nearest leaves a doubt can a second site add to the chance.
    matters = (best[cell] < 1.0) & (single[seconds] > 0.0)
    if matters.any() and error.sigma > 0:
        ways = _ways_between(times, flags, site, cell, seconds)
        rank = np.cumsum(flags) - 1
        site, cell, seconds = rank[site[matters]].astype(np.int32), cell[matters], seconds[matters]
        order = np.lexsort((site, seconds, cell))
        indptr = np.zeros(len(times.cells) + 1, np.int64)
        np.cumsum(np.bincount(cell, minlength=len(times.cells)), out=indptr[1:])
        mean = np.arange(int(UNREACHABLE) + 1) / 60.0
        # Standard deviation of the log of a trip's time, from which correlations are taken.
        with np.errstate(divide="ignore", invalid="ignore"):
            variance = np.log1p((trip_sd(mean, error) / (mean * (1.0 + error.bias))) ** 2)
        log_sd = np.sqrt(np.nan_to_num(variance))
        nodes, weights = np.polynomial.legendre.leggauss(32)
        _add_pairs(
            indptr,
            site[order],
            seconds[order],
            ways,
            score,
            single,
            log_sd,
            nodes,
            weights,
            *kernel(error),
            best,
            points,
        )
        best[best > 1.0 - NEGLIGIBLE] = 1.0
    label = np.where(best >= error.surely, 0, np.where(best >= error.likely, 1, 2))
    return pd.DataFrame(
        {
            "cell": pd.array(np.array(times.cells, object), dtype="string"),
            "minutes": np.where(nearest == UNREACHABLE, np.nan, nearest / 60.0),
            "chance": best,
            "certainty": pd.Categorical(np.array(LABELS, object)[label], categories=list(LABELS), ordered=True),
            "points": points,
        }
    )


def certainty_table(
    times: TravelTimes,
    cells: pd.DataFrame,
    municipalities: pd.DataFrame,
    *,
    open_sites: OpenSites = None,
    minutes: float = 60.0,
    error: SpeedError = DEFAULT,
    people: str = "people",
) -> CertaintyTable:
    """Count the people who are surely, likely and unlikely within the standard, in all and by place.

    Parameters
    ----------
    times : TravelTimes
        Must hold all cells of the table; the table may be a part of them, in any order.
    cells : DataFrame
        ``cell, municipality`` and the column of people; :data:`tunti.inputs.schemas.CELLS`.
    municipalities : DataFrame
        ``municipality, name_fi, name_sv, region, region_fi, region_sv, region_en``.
    open_sites, minutes, error
        As :func:`certainty` takes them.
    people : str
        Column of people: all by default, or a group such as ``people_75``.

    Returns
    -------
    CertaintyTable

    Raises
    ------
    ValueError
        If the times lack a cell or a site.
    """
    found = certainty(times, open_sites=open_sites, minutes=minutes, error=error)
    label = found["certainty"].cat.codes.to_numpy()[positions(times, cells)]
    counted = head_counts(cells, people)
    known = municipalities.drop_duplicates("municipality").set_index("municipality")
    region_of = cells["municipality"].map(known["region"]).astype("string")
    everyone = _counted(pd.Series(0, index=cells.index), label, counted).drop(columns="key")
    by_region = _counted(region_of, label, counted).rename(columns={"key": "region"})
    by_place = _counted(cells["municipality"], label, counted).rename(columns={"key": "municipality"})
    named = municipalities.drop_duplicates("region").set_index("region")
    region_names, place_names = ["region_fi", "region_sv", "region_en"], ["name_fi", "name_sv", "region"]
    for column in region_names:
        by_region[column] = by_region["region"].map(named[column])
    for column in place_names:
        by_place[column] = by_place["municipality"].map(known[column])
    figures = list(everyone.columns)
    return CertaintyTable(
        total=everyone,
        regions=by_region[["region", *region_names, *figures]],
        municipalities=by_place[["municipality", *place_names, *figures]],
        minutes=minutes,
        error=error,
    )


def certainty_findings(times: TravelTimes, *, minutes: float = 60.0, error: SpeedError = DEFAULT) -> list[Finding]:
    """Warn where drive times end so near the standard that chances beyond it are missing.

    Parameters
    ----------
    times : TravelTimes
    minutes : float
        The standard.
    error : SpeedError

    Returns
    -------
    list of Finding
        One warning if a trip just beyond the cut-off still has a chance of 1 % or more; else none.
    """
    chances = ndtr(_scores_by_second(minutes, error))
    # The last second that still has a chance; without an error it is the standard's own.
    needed = math.ceil((int(np.argmax(chances < 0.01)) - 1) / 60.0)
    if times.cutoff_minutes >= needed:
        return []
    return [
        warning(
            "project.toml",
            None,
            "plan.cutoff_minutes",
            say(
                "Drive times end at {cutoff} minutes, too near the standard of {minutes} minutes: "
                "some who may reach a point in time count as unlikely.",
                cutoff=times.cutoff_minutes,
                minutes=minutes,
            ),
            say("Set plan.cutoff_minutes to {needed} or more.", needed=needed),
        )
    ]


def certainty_label(label: str) -> str:
    """Give the English name of a class of certainty, a key of the catalogues.

    Parameters
    ----------
    label : {"surely", "likely", "unlikely"}

    Returns
    -------
    str
    """
    names = {
        "surely": N_("surely within the standard"),
        "likely": N_("likely within the standard"),
        "unlikely": N_("unlikely within the standard"),
    }
    return names[label]


def certainty_note(error: SpeedError = DEFAULT, *, minutes: float = 60.0) -> Message:
    """Say what the classes mean, as a note under a table or map.

    Parameters
    ----------
    error : SpeedError
    minutes : float
        The standard.

    Returns
    -------
    Message
    """
    return say(
        "Surely: the chance of reaching a point in {minutes} minutes is at least {surely}%; likely: at least {likely}%."
        " The chance comes from how speeds measured at traffic stations stray from the model's; on small roads, where "
        "nothing is measured, the spread is assumed to be {widen} times as great.",
        minutes=minutes,
        surely=error.surely * 100,
        likely=error.likely * 100,
        widen=error.widen,
    )


def _scores_by_second(minutes: float, error: SpeedError) -> NDArray[np.float64]:
    """Give the normal score of the chance for every whole second, never rising; the last, 'no way', is -inf."""
    z = scores(np.arange(int(UNREACHABLE) + 1) / 60.0, minutes, error)
    z[int(UNREACHABLE)] = -np.inf
    # The lognormal's own tail could rise by a hair far below the limit, where the chance is 1 anyway.
    return np.minimum.accumulate(z)


def _ways_between(
    times: TravelTimes,
    flags: NDArray[np.bool_],
    site: NDArray[np.int32],
    cell: NDArray[np.int32],
    seconds: NDArray[np.uint16],
) -> NDArray[np.float32]:
    """Give a lower bound of the seconds between each two open sites, float32, shape (open, open).

    The entries are those of open sites. From the cell ``h`` nearest to A: ``d_AB >= t_hB - t_hA``, and what has no
    entry is at least the cut-off away.
    """
    count = int(flags.sum())
    rank = np.cumsum(flags) - 1
    entry = _nearest_entries(times.indptr, times.seconds)[flags]
    has = entry >= 0
    home, own = np.full(count, -1, np.int64), np.zeros(count, np.float32)
    home[has], own[has] = times.cell[entry[has]], times.seconds[entry[has]]
    ways = np.full((count, count), times.cutoff_minutes * 60.0, np.float32)
    ways[home < 0] = 0.0
    is_home = np.zeros(len(times.cells), np.bool_)
    is_home[home[home >= 0]] = True
    near = is_home[cell]
    by_home = pd.DataFrame({"home": cell[near], "to": rank[site[near]], "seconds": seconds[near]})
    joined = pd.DataFrame({"home": home, "of": np.arange(count)}).merge(by_home, on="home", how="inner")
    ways[joined["of"].to_numpy(), joined["to"].to_numpy()] = joined["seconds"].to_numpy(np.float32)
    # A second for rounding: times are whole seconds.
    ways -= own[:, None] + np.float32(1.0)
    return np.asarray(np.maximum(np.maximum(ways, ways.T), 0.0), np.float32)


def _counted(key: pd.Series, label: NDArray[np.integer], people: NDArray[np.int64]) -> pd.DataFrame:
    """Count people by a key and class, NA last."""
    parts = {f"people_{name}": np.where(label == code, people, 0) for code, name in enumerate(LABELS)}
    summed = (
        pd.DataFrame({"key": key.to_numpy(), "people": people, **parts})
        .groupby("key", dropna=False, sort=True)
        .sum()
        .reset_index()
    )
    summed["key"] = summed["key"].astype(key.dtype)
    whole = summed["people"].where(summed["people"] > 0)
    summed["share_surely"] = summed["people_surely"] / whole
    summed["share_likely"] = (summed["people_surely"] + summed["people_likely"]) / whole
    return summed


@njit(cache=True, nogil=True)
def _nearest_entries(indptr, seconds):  # type: ignore[no-untyped-def]
    """Give each site's entry with the fewest seconds, the first on a tie, -1 for a site without entries."""
    entry = np.full(len(indptr) - 1, -1, np.int64)
    for j in range(len(entry)):
        for k in range(indptr[j], indptr[j + 1]):
            if entry[j] < 0 or seconds[k] < seconds[entry[j]]:
                entry[j] = k
    return entry


@njit(cache=True, nogil=True)
def _both(a, b, rho, nodes, weights):  # type: ignore[no-untyped-def]
    """Give the chance that two standard normals with correlation ``rho >= 0`` are at most a and b.

    ``Phi(a) Phi(b)`` plus the integral over the angle from 0 to asin(rho) (Drezner and Wesolowsky 1990, eq. 3).
    """
    product = 0.25 * math.erfc(-a / math.sqrt(2.0)) * math.erfc(-b / math.sqrt(2.0))
    angle = math.asin(rho)
    total = 0.0
    for k in range(len(nodes)):
        theta = 0.5 * angle * (nodes[k] + 1.0)
        sine = math.sin(theta)
        total += weights[k] * math.exp(-(a * a + b * b - 2.0 * a * b * sine) / (2.0 * (1.0 - sine * sine)))
    return product + total * 0.5 * angle / (2.0 * math.pi)


@njit(cache=True, nogil=True)
def _add_pairs(  # type: ignore[no-untyped-def]
    indptr,
    site,
    seconds,
    ways,
    score,
    single,
    log_sd,
    nodes,
    gauss,
    wide,
    sigma,
    common,
    lower,
    low_rate,
    rate,
    best,
    points,
):
    """Raise each cell's chance to that of its best pair of sites."""
    for c in range(len(indptr) - 1):
        for i in range(indptr[c], indptr[c + 1]):
            p = single[seconds[i]]
            for j in range(i + 1, indptr[c + 1]):
                q = single[seconds[j]]
                # Trips never go against each other, so independent ones would give the most.
                if 1.0 - (1.0 - p) * (1.0 - q) <= best[c]:
                    break
                first, second = seconds[i] / 60.0, seconds[j] / 60.0
                shared = max(0.0, min(first, 0.5 * (first + second - ways[site[i], site[j]] / 60.0)))
                covariance = pair_covariance(first, second, shared, wide, sigma, common, lower, low_rate, rate)
                scale = log_sd[seconds[i]] * log_sd[seconds[j]]
                rho = math.log1p(covariance / (first * second)) / scale if scale > 0.0 else 1.0
                if rho > 0.999:
                    continue
                union = p + q - _both(score[seconds[i]], score[seconds[j]], max(rho, 0.0), nodes, gauss)
                if union > best[c]:
                    best[c] = union
                    points[c] = 2
