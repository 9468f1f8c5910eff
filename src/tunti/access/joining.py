"""How cells and sites joined the road, told to the planner: the snap report, its short form and its findings."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tunti.access.times import TravelTimes
from tunti.findings import Finding, error, note, say, warning
from tunti.locale import N_
from tunti.network.snap import Snap

LONG_LEG_METRES = 5_000.0
"""Straight distance to the road from which on a leg is pointed out."""

_LISTED = 5
"""How many of the largest places are named one by one."""


def snap_report(cells: pd.DataFrame, sites: pd.DataFrame, from_cells: Snap, to_sites: Snap) -> pd.DataFrame:
    """Say of every cell and site whether and how it joins the road.

    Parameters
    ----------
    cells : DataFrame
        ``cell`` and, if there, ``people``.
    sites : DataFrame
        ``site``.
    from_cells, to_sites : Snap
        In the order of the tables.

    Returns
    -------
    DataFrame
        ``kind`` (``cell`` or ``site``), ``place``, ``people`` (0 for sites), ``joined, road_row, distance_m,
        access_minutes, reason``; cells first.
    """
    people = (
        cells["people"].fillna(0).to_numpy(np.int64) if "people" in cells.columns else np.zeros(len(cells), np.int64)
    )
    parts = [
        from_cells.report.assign(kind="cell", place=cells["cell"].astype("string").to_numpy(), people=people),
        to_sites.report.assign(kind="site", place=sites["site"].astype("string").to_numpy(), people=0),
    ]
    columns = ["kind", "place", "people", "joined", "road_row", "distance_m", "access_minutes", "reason"]
    return pd.concat(parts, ignore_index=True)[columns]


def snap_summary(report: pd.DataFrame) -> pd.DataFrame:
    """Put the snap report in short, for the plan's chapter on method.

    Parameters
    ----------
    report : DataFrame
        From :func:`snap_report`.

    Returns
    -------
    DataFrame
        ``what`` and ``note`` (keys of the catalogues), ``count, people``: cells joined, cells with a long leg, cells
        not joined, sites joined, sites not joined.
    """
    cell, joined = report["kind"] == "cell", report["joined"]
    far = joined & (report["distance_m"] > LONG_LEG_METRES)
    rows = [
        (N_("Cells joined to the road"), cell & joined, ""),
        (N_("Cells with a long leg"), cell & far, N_("More than 5 km to the nearest road in a straight line.")),
        (N_("Cells not joined"), cell & ~joined, N_("They count as outside the standard.")),
        (N_("Sites joined to the road"), ~cell & joined, ""),
        (N_("Sites not joined"), ~cell & ~joined, N_("They can't serve anyone.")),
    ]
    return pd.DataFrame(
        {
            "what": [what for what, _, _ in rows],
            "count": [int(chosen.sum()) for _, chosen, _ in rows],
            "people": [int(report.loc[chosen, "people"].sum()) for _, chosen, _ in rows],
            "note": [text for _, _, text in rows],
        }
    )


def snap_findings(report: pd.DataFrame, times: TravelTimes, cells: pd.DataFrame) -> list[Finding]:
    """Report the places that the road does not serve: sites not joined (errors), cells not joined, long legs, no site.

    Parameters
    ----------
    report : DataFrame
        From :func:`snap_report`.
    times : TravelTimes
    cells : DataFrame
        The cells of the times, in their order.

    Returns
    -------
    list of Finding
        In the order of gravity.
    """
    cell = report["kind"] == "cell"
    findings = [_site_not_joined(row) for _, row in report[~cell & ~report["joined"]].iterrows()]
    lost = report[cell & ~report["joined"]]
    if len(lost):
        findings.append(
            warning(
                "cells",
                None,
                None,
                say(
                    "{n} cells with {people} people are not joined to the road; they count as outside the standard",
                    n=len(lost),
                    people=int(lost["people"].sum()),
                ),
                say("Check their coordinates, add roads or ferries, or raise speeds.access_limit_km."),
            )
        )
        findings += [
            note(
                "cells",
                str(row["place"]),
                None,
                say("the cell ({people} people) is not joined: {reason}", people=int(row["people"]), reason=_why(row)),
                say("Check its coordinates and the roads near it."),
            )
            for _, row in lost.sort_values(["people", "place"], ascending=[False, True]).head(_LISTED).iterrows()
        ]
    far = report[cell & report["joined"] & (report["distance_m"] > LONG_LEG_METRES)]
    if len(far):
        findings.append(
            note(
                "cells",
                None,
                None,
                say(
                    "{n} cells with {people} people are more than {km} km from the nearest road; the farthest is"
                    " {cell}, {most} km",
                    n=len(far),
                    people=int(far["people"].sum()),
                    km=LONG_LEG_METRES / 1000.0,
                    cell=str(far.sort_values(["distance_m", "place"], ascending=[False, True])["place"].iloc[0]),
                    most=round(float(far["distance_m"].max()) / 1000.0, 1),
                ),
                say("Their times rest on an assumed speed and a detour off the roads; add smaller roads if there are."),
            )
        )
    reached = np.zeros(len(times.cells), np.bool_)
    reached[times.cell] = True
    alone = ~reached & report.loc[cell, "joined"].to_numpy(np.bool_)
    if alone.any():
        people = report.loc[cell, "people"].to_numpy(np.int64)
        findings.append(
            note(
                "cells",
                None,
                None,
                say(
                    "{n} cells with {people} people reach no site within {minutes} minutes",
                    n=int(alone.sum()),
                    people=int(people[alone].sum()),
                    minutes=times.cutoff_minutes,
                ),
                say("Nothing, unless a site or a road is missing there."),
            )
        )
    return findings


def _why(row: pd.Series) -> object:
    """Say why a place is not joined, with the distance where it is known."""
    if pd.notna(row["distance_m"]):
        return say("the nearest road is {km} km away", km=round(float(row["distance_m"]) / 1000.0, 1))
    return say(str(row["reason"]))


def _site_not_joined(row: pd.Series) -> Finding:
    return error(
        "sites",
        str(row["place"]),
        None,
        say("the site is not joined to the road: {reason}", reason=_why(row)),
        say("Check the site's coordinates, add the road that leads to it, or raise speeds.access_limit_km."),
    )
