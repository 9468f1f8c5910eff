"""Whose drive the proposal changes: by cell, how many people, and the municipalities that lose most."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tunti.locale import N_
from tunti.plan.area import OFFICE_PLACE
from tunti.plan.regional import RegionalPlan
from tunti.report.sections.context import Context, records


def changes(plan: RegionalPlan) -> pd.DataFrame:
    """Give each cell's drive to the nearest place of service today and after, and its change.

    Parameters
    ----------
    plan : RegionalPlan

    Returns
    -------
    DataFrame
        ``cell, municipality, x, y, people, before, after, change``, minutes; what is beyond the cut-off counts as
        infinite in the change, and as the cut-off in ``before`` and ``after``.
    """
    return changes_with(plan, None if plan.services is None else staying(plan.services.cells))


def changes_with(plan: RegionalPlan, stays: pd.Series | None) -> pd.DataFrame:
    """Give each cell's drive today and after, where some offices stay beside the points.

    Parameters
    ----------
    plan : RegionalPlan
    stays : Series or None
        Minutes to the nearest office that stays, by cell.

    Returns
    -------
    DataFrame
        As :func:`changes` gives it.
    """
    both = plan.today.cells[["cell", "municipality", "x", "y", "people", "minutes"]].merge(
        plan.proposed.cells[["cell", "minutes"]], on="cell", suffixes=("", "_after")
    )
    if stays is not None:
        # Today counts offices, so those that stay count in the proposal too.
        near = both["cell"].astype(str).map(stays).to_numpy(float)
        both = both.assign(minutes_after=np.fmin(both["minutes_after"].to_numpy(float, na_value=np.nan), near))
    far = max(plan.settings.plan.cutoff_minutes, plan.settings.standard.minutes)
    before = np.nan_to_num(both["minutes"].to_numpy(float, na_value=np.nan), nan=np.inf)
    after = np.nan_to_num(both["minutes_after"].to_numpy(float, na_value=np.nan), nan=np.inf)
    with np.errstate(invalid="ignore"):
        change = np.where(before == after, 0.0, after - before)
    known = both[["cell", "municipality", "x", "y", "people"]]
    return known.assign(before=np.minimum(before, far), after=np.minimum(after, far), change=change)


def staying(cells: pd.DataFrame) -> pd.Series:
    """Give the minutes from each cell to the nearest office that stays and serves it in the proposal.

    Parameters
    ----------
    cells : DataFrame
        Cells of the services: ``cell, place, minutes_after``.

    Returns
    -------
    Series
        By cell; a cell that no staying office serves is not there.
    """
    rows = cells[cells["place"].astype("string").str.startswith(OFFICE_PLACE).fillna(False)]
    return rows.groupby(rows["cell"].astype(str))["minutes_after"].min()


def changed_people(context: Context, *, least: float = 1.0) -> tuple[int, int]:
    """Count the people whose drive to the nearest point gets shorter and longer.

    Parameters
    ----------
    context : Context
    least : float
        Changes of fewer minutes do not count.

    Returns
    -------
    shorter, longer : int
        Someone who loses the only point within the cut-off has a longer drive.
    """
    return moved_people(changes(context.plan), least=least)


def moved_people(moved: pd.DataFrame, *, least: float = 1.0) -> tuple[int, int]:
    """Count the people whose drive gets shorter and longer.

    Parameters
    ----------
    moved : DataFrame
        As :func:`changes` gives it.
    least : float
        Changes of fewer minutes do not count.

    Returns
    -------
    shorter, longer : int
    """
    people = moved["people"].to_numpy(float)
    change = moved["change"].to_numpy(float)
    return int(people[change <= -least].sum()), int(people[change >= least].sum())


LOSES = 5.0
"""Minutes by which the mean drive of a municipality must grow before the summary names it."""


def losing(context: Context, moved: pd.DataFrame | None = None) -> list[str]:
    """Name the municipalities whose people's drive grows most: how many people, from what to what.

    Parameters
    ----------
    context : Context
    moved : DataFrame, optional
        As :func:`changes` gives it, which is the default.

    Returns
    -------
    list of str
        At most four, the most minutes in all first.
    """
    words = context.words
    moved = changes(context.plan) if moved is None else moved
    moved = moved[(moved["change"] >= 1.0) & moved["municipality"].notna() & (moved["people"] > 0)]
    names = {str(r["municipality"]): words.place(r) for r in records(context.plan.proposed.municipalities)}
    found = []
    for code, rows in moved.groupby(moved["municipality"].astype(str), sort=True):
        people = rows["people"].to_numpy(float)
        before, after = (float((rows[k].to_numpy(float) * people).sum() / people.sum()) for k in ("before", "after"))
        if after - before >= LOSES and code in names:
            found.append((-(after - before) * people.sum(), str(code), people.sum(), before, after))
    return [
        context.say(
            N_("{place} ({people} people, from {before} to {after} min)"),
            place=names[code],
            people=words.number(people),
            before=words.number(before),
            after=words.number(after),
        )
        for _, code, people, before, after in sorted(found)[:4]
    ]
