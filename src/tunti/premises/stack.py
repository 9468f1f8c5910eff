"""Who sits where on a day: the stack of each shared premises and of the buildings that are left."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import pandas as pd

COLUMNS = ("premise", "agency", "office", "m2", "staff", "since")


def stack(
    moves: pd.DataFrame,
    *,
    when: Mapping[str, dt.date] | None = None,
    at: dt.date | None = None,
) -> pd.DataFrame:
    """Give who sits in each shared premises on a day.

    Parameters
    ----------
    moves : DataFrame
        ``office, agency, to_premise, m2, staff, earliest``.
    when : mapping of str to date, optional
        Day on which each office moves, from the programme; without it the earliest day that its lease allows.
    at : date, optional
        The day; all moves are over without it.

    Returns
    -------
    DataFrame
        ``premise, agency, office, m2, staff, since``, by premises and agency; the largest agency of a premises first.
    """
    since = pd.Series(
        [
            (when or {}).get(str(office), None if when is not None else pd.Timestamp(earliest).date())
            for office, earliest in zip(moves["office"], moves["earliest"], strict=True)
        ],
        index=moves.index,
        dtype="object",
    )
    frame = moves.assign(premise=moves["to_premise"], since=since)
    if at is not None:
        frame = frame[[day is not None and day <= at for day in frame["since"]]]
    size = frame.groupby(["premise", "agency"])["m2"].transform("sum")
    ordered = frame.assign(size=-size).sort_values(["premise", "size", "agency", "office"], kind="stable")
    return ordered[list(COLUMNS)].reset_index(drop=True)


def days_of(events: pd.DataFrame) -> dict[str, dt.date]:
    """Give the day on which each office moves by the programme: the first of its quarter.

    Parameters
    ----------
    events : DataFrame
        The programme's: ``kind, office, end_quarter`` (``2027Q3``).

    Returns
    -------
    dict
        By office; without those whose move is put off.
    """
    moves = events[(events["kind"] == "move") & events["end_quarter"].notna()]
    return {
        str(office): pd.Period(str(quarter), freq="Q").start_time.date()
        for office, quarter in zip(moves["office"], moves["end_quarter"], strict=True)
    }


def stack_by_year(moves: pd.DataFrame, *, when: Mapping[str, dt.date], first: int, last: int) -> pd.DataFrame:
    """Give how full the shared premises are at the end of each year.

    Parameters
    ----------
    moves : DataFrame
        As for :func:`stack`.
    when : mapping of str to date
        Day on which each office moves.
    first, last : int
        Years.

    Returns
    -------
    DataFrame
        ``year, premises, offices, m2, staff``, each at the year's end.
    """
    rows = []
    for year in range(first, last + 1):
        there = stack(moves, when=when, at=dt.date(year, 12, 31))
        rows.append(
            (year, there["premise"].nunique(), len(there), float(there["m2"].sum()), float(there["staff"].sum()))
        )
    return pd.DataFrame(rows, columns=["year", "premises", "offices", "m2", "staff"])
