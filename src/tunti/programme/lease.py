"""When a lease lets go: the first quarter without its rent, and the day by which notice is given."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd

from tunti.programme.quarters import Quarters, months_before


@dataclass(frozen=True)
class Lease:
    """The lease of an office as the programme sees it.

    Attributes
    ----------
    release : int
        First quarter in which no rent runs if the premises have been left.
    notice_months : float
    reason : str
        ``lease_end``, ``break``, ``notice`` (runs until notice) or ``unknown`` (nothing is known; taken to let go at
        once).
    today : date
        First day on which notice can be given.
    """

    release: int
    notice_months: float
    reason: str
    today: dt.date

    def rent_ends(self, left: int) -> int:
        """Give the first quarter without rent when the premises are left at the beginning of a quarter."""
        return max(left, self.release)

    def decide_by(self, left: int, quarters: Quarters) -> dt.date:
        """Give the last day for notice, the first possible one where it should have been given before."""
        return max(months_before(quarters.first_day(self.rent_ends(left)), self.notice_months), self.today)


def lease_of(
    lease_end: pd.Timestamp | None,
    break_date: pd.Timestamp | None,
    notice_months: float | None,
    *,
    quarters: Quarters,
    day: dt.date,
    default_notice: float,
) -> Lease:
    """Read an office's lease: its end, its break or its notice lets it go, whichever comes first.

    A lease that ends before its office leaves goes on at the same rent until then.

    Parameters
    ----------
    lease_end, break_date : Timestamp or None
    notice_months : float or None
    quarters : Quarters
    day : date
        First day on which the programme is decided on: no notice can be given before it.
    default_notice : float
        Notice in months where the lease names none.

    Returns
    -------
    Lease
    """
    notice = default_notice if notice_months is None or pd.isna(notice_months) else float(notice_months)
    ends = None if lease_end is None or pd.isna(lease_end) else lease_end.date()
    breaks = None if break_date is None or pd.isna(break_date) else break_date.date()
    soonest = months_before(day, -notice)
    candidates: list[tuple[int, str]] = []
    if ends is not None:
        candidates.append((max(quarters.after(ends), 0), "lease_end"))
    if breaks is not None:
        from_break = max(breaks, soonest)
        candidates.append((max(quarters.after(from_break - dt.timedelta(days=1)), 0), "break"))
    if not candidates:
        if notice_months is None or pd.isna(notice_months):
            return Lease(0, notice, "unknown", day)
        candidates.append((max(quarters.after(soonest - dt.timedelta(days=1)), 0), "notice"))
    release, reason = min(candidates)
    return Lease(release, notice, reason, day)
