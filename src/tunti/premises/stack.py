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
