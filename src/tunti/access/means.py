"""Travel by other means than a car, from a table of times that another system gives; and people without a car."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tunti.access.standard import OpenSites, head_counts, nearest, open_flags, standard
from tunti.access.times import UNREACHABLE, TravelTimes
from tunti.findings import Finding, note, say

CAR = "car"
"""Name of the means 'by car'."""


def times_by_means(
    travel_times: pd.DataFrame, cells: pd.DataFrame, sites: pd.DataFrame, *, cutoff_minutes: float
) -> tuple[dict[str, TravelTimes], list[Finding]]:
    """Turn a table of times into one table per means of travel.

    Parameters
    ----------
    travel_times : DataFrame
        ``cell, site, means, minutes`` and, where known, ``departures_day``; see
        :data:`tunti.inputs.schemas.TRAVEL_TIMES`. Rows of cells or sites that are not in the tables are left out (a
        part of the country may be planned) and counted.
    cells, sites : DataFrame
        ``cell`` and ``site``: columns and rows of the result, in their order.
    cutoff_minutes : float
        Rows above it are left out; 1,092 minutes at most.

    Returns
    -------
    dict of str to TravelTimes
        By means, ``car`` first where given, then by name. Of rows that say the same pair twice the fastest counts.
        ``departures`` holds departures a day, NaN where not given.
    list of Finding
    """
    cell = pd.Index(cells["cell"].astype(str)).get_indexer(pd.Index(travel_times["cell"].astype(str)))
    site = pd.Index(sites["site"].astype(str)).get_indexer(pd.Index(travel_times["site"].astype(str)))
    means = travel_times["means"].astype(str).to_numpy(object)
    minutes = travel_times["minutes"].to_numpy(np.float64, na_value=np.nan)
    departures = (
        travel_times["departures_day"].to_numpy(np.float64, na_value=np.nan)
        if "departures_day" in travel_times.columns
        else np.full(len(travel_times), np.nan)
    )
    known = (cell >= 0) & (site >= 0)
    findings = []
    if not known.all():
        findings.append(
            note(
                "travel_times",
                None,
                None,
                say("{n} rows are of cells or sites that are not planned; they are not used", n=int((~known).sum())),
                say("Nothing, if only a part of the country is planned."),
            )
        )
    seconds = np.floor(minutes * 60.0 + 0.5)
    inside = known & (minutes <= cutoff_minutes) & (seconds < float(UNREACHABLE))
    tables = {}
    for name in sorted(set(means), key=lambda m: (m != CAR, m)):
        rows = np.flatnonzero(inside & (means == name))
        rows = rows[np.lexsort((seconds[rows], cell[rows], site[rows]))]
        new = np.ones(len(rows), np.bool_)
        new[1:] = (cell[rows][1:] != cell[rows][:-1]) | (site[rows][1:] != site[rows][:-1])
        rows = rows[new]
        indptr = np.zeros(len(sites) + 1, np.int64)
        np.cumsum(np.bincount(site[rows], minlength=len(sites)), out=indptr[1:])
        tables[name] = TravelTimes(
            sites=tuple(sites["site"].astype(str)),
            cells=tuple(cells["cell"].astype(str)),
            indptr=indptr,
            cell=cell[rows].astype(np.int32),
            seconds=seconds[rows].astype(np.uint16),
            cutoff_minutes=float(cutoff_minutes),
            means=name,
            departures=departures[rows].astype(np.float32),
        )
    return tables, findings


def standard_by_means(
    tables: dict[str, TravelTimes],
    cells: pd.DataFrame,
    *,
    open_sites: OpenSites = None,
    minutes: float = 60.0,
    departures_at_least: float = 0.0,
) -> pd.DataFrame:
    """Give the share of people within the standard by each means of travel.

    Parameters
    ----------
    tables : dict of str to TravelTimes
        From :func:`times_by_means`.
    cells : DataFrame
        ``cell, people``.
    open_sites : bool array or ids, optional
    minutes : float
        The standard.
    departures_at_least : float
        Only pairs with at least so many departures a day count; pairs without the figure count when it is 0.

    Returns
    -------
    DataFrame
        ``means, share, people_inside, mean_minutes``.
    """
    rows = []
    for name, times in tables.items():
        usable = times if departures_at_least <= 0 else with_departures(times, departures_at_least)
        row = standard(usable, cells, open_sites=open_sites, minutes=minutes).iloc[0]
        rows.append((name, float(row["share"]), int(row["people_inside"]), float(row["mean_minutes"])))
    return pd.DataFrame(rows, columns=["means", "share", "people_inside", "mean_minutes"])


def with_departures(times: TravelTimes, at_least: float) -> TravelTimes:
    """Give only the pairs with at least so many departures a day; pairs without the figure are left out.

    Parameters
    ----------
    times : TravelTimes
    at_least : float

    Returns
    -------
    TravelTimes
    """
    if times.departures is None:
        return times
    return times.with_entries(times.departures >= at_least)


def without_car(
    cells: pd.DataFrame,
    municipalities: pd.DataFrame,
    *,
    tables: dict[str, TravelTimes] | None = None,
    open_sites: OpenSites = None,
    minutes: float = 60.0,
) -> pd.DataFrame:
    """Count people without a car by municipality, and those of them whom no other means takes there in time.

    Parameters
    ----------
    cells : DataFrame
        ``cell, municipality, people``.
    municipalities : DataFrame
        ``municipality, without_car`` (share, 0 to 1; empty where not given).
    tables : dict of str to TravelTimes, optional
        Times by means; the car is left out.
    open_sites : bool array or ids, optional
    minutes : float
        The standard.

    Returns
    -------
    DataFrame
        By municipality: ``municipality, people, without_car`` (whole people, NA: not given), ``without_car_outside``
        (those of them outside the standard by every other means; NA where the share or the times are not given).

    Notes
    -----
    The share of the municipality is taken for each of its cells, since no finer one is given; people are rounded per
    municipality.
    """
    people = head_counts(cells)
    far = np.ones(len(cells), np.bool_)
    others = [t for name, t in (tables or {}).items() if name != CAR]
    for times in others:
        _, seconds = nearest(times, cells, open_flags(times, open_sites))
        far &= ~(seconds <= minutes * 60.0)
    counted = (
        pd.DataFrame(
            {
                "municipality": cells["municipality"].astype("string").to_numpy(),
                "people": people,
                "far": np.where(far, people, 0),
            }
        )
        .groupby("municipality", dropna=False)
        .sum()
        .reset_index()
    )
    known = municipalities.drop_duplicates("municipality").set_index("municipality")
    share = (
        counted["municipality"].map(known["without_car"])
        if "without_car" in known.columns
        else pd.Series(np.nan, index=counted.index)
    ).astype("Float64")
    counted["without_car"] = (counted["people"] * share).round().astype("Int64")
    outside = (counted["far"] * share).round().astype("Int64")
    counted["without_car_outside"] = outside if others else pd.array([pd.NA] * len(counted), dtype="Int64")
    return counted[["municipality", "people", "without_car", "without_car_outside"]]
