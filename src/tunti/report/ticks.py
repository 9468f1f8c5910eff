"""Numbers along the axes of charts: even steps that can be read, and no number rounded to another one."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from matplotlib.axis import Axis
from matplotlib.ticker import Formatter, MaxNLocator

from tunti.report.words import Words

STEPS = (1, 2, 5, 10)
"""Steps between numbers, times a power of ten."""

MOST_DECIMALS = 6
"""Money in millions shown to the euro; no axis needs more."""


class NumberTicks(Formatter):
    """Write the numbers of an axis with as many decimals as the finest of them needs.

    Parameters
    ----------
    words : Words
        Writes numbers as the language does.
    """

    def __init__(self, words: Words) -> None:
        self.words = words
        self.decimals = 0

    def set_locs(self, locs: Any) -> None:
        """Learn all numbers of the axis, so that they share their decimals.

        Parameters
        ----------
        locs : sequence of float
        """
        super().set_locs(locs)
        self.decimals = decimals_of([float(v) for v in locs])

    def __call__(self, x: float, pos: int | None = None) -> str:
        """Write one number.

        Parameters
        ----------
        x : float
        pos : int, optional
            Which one along the axis; not needed.

        Returns
        -------
        str
        """
        return self.words.number(x, decimals=self.decimals)


def decimals_of(values: Sequence[float]) -> int:
    """Give the fewest decimals that write every number as it is.

    Parameters
    ----------
    values : sequence of float

    Returns
    -------
    int
        At most :data:`MOST_DECIMALS`.
    """
    near = 1e-6 * max((abs(b - a) for a, b in pairwise(values) if a != b), default=1.0)
    for decimals in range(MOST_DECIMALS):
        if all(abs(round(v, decimals) - v) <= near for v in values):
            return decimals
    return MOST_DECIMALS


def number_axis(axis: Axis, words: Words, *, most: int = 5, whole: bool = False) -> None:
    """Give an axis even steps and write them.

    Parameters
    ----------
    axis : Axis
    words : Words
    most : int
        Steps at most.
    whole : bool
        What is counted has no parts: whole numbers only, where the axis is long enough for two of them.
    """
    axis.set_major_locator(MaxNLocator(most, steps=list(STEPS), integer=whole))
    axis.set_major_formatter(NumberTicks(words))
