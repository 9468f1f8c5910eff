"""Quarters of the programme: whole numbers from the first quarter on, and their names and days."""

from __future__ import annotations

import datetime as dt
import math
import re
from dataclasses import dataclass

_NAME = re.compile(r"(\d{4})Q([1-4])")


@dataclass(frozen=True)
class Quarters:
    """The quarters of a programme, 0 being its first.

    Attributes
    ----------
    begin : int
        Quarters from year 0 to the first quarter of the programme.
    count : int
        Number of quarters.
    """

    begin: int
    count: int

    @classmethod
    def between(cls, first: str, last: str, *, day: dt.date) -> Quarters:
        """Make the quarters from one to another, ends included, none before the day's own; at least one."""
        begin = max(_number(first), day.year * 4 + (day.month - 1) // 3)
        return cls(begin, max(_number(last) - begin + 1, 1))

    def name(self, quarter: int) -> str:
        """Name a quarter: ``2027Q3``."""
        n = self.begin + quarter
        return f"{n // 4}Q{n % 4 + 1}"

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all quarters."""
        return tuple(self.name(q) for q in range(self.count))

    def number(self, name: str) -> int:
        """Give the number of a named quarter; it may lie outside the programme.

        Raises
        ------
        ValueError
            The name is not of the form ``2027Q3``.
        """
        return _number(name) - self.begin

    def year(self, quarter: int) -> int:
        """Give the calendar year of a quarter."""
        return (self.begin + quarter) // 4

    def first_day(self, quarter: int) -> dt.date:
        """Give the first day of a quarter."""
        n = self.begin + quarter
        return dt.date(n // 4, n % 4 * 3 + 1, 1)

    def first_decision(self, day: dt.date) -> dt.date:
        """Give the first day on which the programme is decided on: its own first day, or the data's day inside it."""
        return max(self.first_day(0), day)

    def of(self, day: dt.date) -> int:
        """Give the quarter that holds a day."""
        return day.year * 4 + (day.month - 1) // 3 - self.begin

    def after(self, day: dt.date) -> int:
        """Give the first quarter that begins after a day, when something that ends on the day is over."""
        return self.of(day + dt.timedelta(days=1)) + (0 if self._begins(day + dt.timedelta(days=1)) else 1)

    @staticmethod
    def _begins(day: dt.date) -> bool:
        return day.day == 1 and day.month % 3 == 1


def quarters_of(months: float) -> int:
    """Give the whole quarters that hold a number of months."""
    return math.ceil(round(months, 6) / 3)


def months_before(day: dt.date, months: float) -> dt.date:
    """Give the day a number of months earlier: the last day of a shorter month where the day is missing."""
    whole = math.ceil(round(months, 6))
    n = day.year * 12 + day.month - 1 - whole
    year, month = n // 12, n % 12 + 1
    last = (dt.date(year + month // 12, month % 12 + 1, 1) - dt.timedelta(days=1)).day
    return dt.date(year, month, min(day.day, last))


def _number(name: str) -> int:
    found = _NAME.fullmatch(str(name))
    if found is None:
        raise ValueError(f"{name!r} is no quarter of the form 2027Q3")
    return int(found[1]) * 4 + int(found[2]) - 1
