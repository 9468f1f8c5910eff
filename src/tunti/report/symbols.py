"""What stands on a map of a network: points, offices, and circles of the people outside."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tunti.access.standard import Access
from tunti.plan.regional import RegionalPlan

Which = Literal["today", "proposed"]

POINTS_PER_MM = 72 / 25.4


def circle_area(people: float, most: float) -> float:
    """Give a circle's area in square points: people outside are read by area, the largest is 7 mm wide."""
    widest = math.pi * (3.5 * POINTS_PER_MM) ** 2
    return widest * people / max(most, 1.0)


LEAST_CIRCLE = math.pi * (0.45 * POINTS_PER_MM) ** 2
"""Area of the smallest circle that is drawn, square points."""


@dataclass(frozen=True, eq=False)
class Circles:
    """People outside the standard, added up over squares as wide as a fingertip on the map.

    Attributes
    ----------
    side : int
        Side of the squares, metres; a round length.
    x, y : float64
        Where the people of each square are, on the average.
    people : float64
        Most people first.
    scale : float
        People of the largest circle of the map that this one is compared with; 0 for none.
    """

    side: int
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    people: NDArray[np.float64]
    scale: float = 0.0

    @property
    def most(self) -> float:
        """People of a circle as wide as the widest may be."""
        return max(float(self.people[0]) if len(self.people) else 0.0, self.scale)


def circles(access: Access, *, side: int) -> Circles:
    """Add up the people outside for a map: cell by cell their circles would hide each other.

    Parameters
    ----------
    access : Access
    side : int
        Side of the squares, metres.

    Returns
    -------
    Circles
    """
    rows = access.outside
    x, y, people = (rows[k].to_numpy(float) for k in ("x", "y", "people"))
    key = np.stack([np.floor(x / side), np.floor(y / side)], axis=1)
    _, square = np.unique(key, axis=0, return_inverse=True)
    square = square.reshape(-1)
    sums = np.bincount(square, weights=people).astype(np.float64)
    order = np.argsort(-sums, kind="stable")
    order = order[sums[order] > 0]
    return Circles(
        side,
        np.bincount(square, weights=x * people)[order] / sums[order],
        np.bincount(square, weights=y * people)[order] / sums[order],
        sums[order],
    )


MOST_APART = 10.0
"""Two maps share the scale of their circles unless one's circles would be a third as wide as the other's."""


def compared_circles(access: Access, other: Access, *, side: int) -> Circles:
    """Add up the people outside for a map that is read beside another: the same circle means as many people on both.

    Parameters
    ----------
    access, other : Access
        What the map shows, and what the map beside it shows.
    side : int
        Side of the squares, metres.

    Returns
    -------
    Circles
        With a scale of their own where the two are too far apart for one.
    """
    mine, most = circles(access, side=side), circles(other, side=side).most
    return replace(mine, scale=most) if most <= MOST_APART * mine.most else mine


@dataclass(frozen=True, eq=False)
class Symbols:
    """Points and offices of one map."""

    points: pd.DataFrame
    offices: pd.DataFrame


def symbols(plan: RegionalPlan, which: Which) -> Symbols:
    """Give the points that a map shows.

    Parameters
    ----------
    plan : RegionalPlan
    which : {"today", "proposed"}

    Returns
    -------
    Symbols
        ``points`` has ``site, name, x, y, kind`` (``existing``, ``new`` or ``neighbour``) and ``people_served``, the
        most people first; ``offices`` has ``x, y`` and is empty on the map of the proposal.
    """
    keep = ["site", "name", "x", "y", "people_served"]
    mine = plan.points.assign(kind=plan.points["status"].astype(str))
    near = plan.neighbours.assign(kind="neighbour", was=plan.neighbours["status"].astype(str))
    if which == "today":
        closing = plan.candidates[plan.candidates["status"].astype(str) == "existing"]
        closing = closing.assign(kind="existing", people_served=0)
        mine = pd.concat([mine[mine["kind"] == "existing"][[*keep, "kind"]], closing[[*keep, "kind"]]])
        near = near[near["was"] == "existing"]
    rows = pd.concat([mine[[*keep, "kind"]], near[[*keep, "kind"]]], ignore_index=True)
    rows = rows.sort_values(["people_served", "site"], ascending=[False, True], kind="stable")
    offices = plan.offices if which == "today" else plan.offices.iloc[:0]
    return Symbols(rows.reset_index(drop=True), offices)


def within(shown: Symbols, frame: tuple[float, float, float, float]) -> Symbols:
    """Leave out symbols that the frame would cut.

    Parameters
    ----------
    shown : Symbols
    frame : (x0, y0, x1, y1)
        Metres.

    Returns
    -------
    Symbols
    """
    room = (frame[2] - frame[0]) * 0.008

    def inside(rows: pd.DataFrame) -> pd.DataFrame:
        x, y = rows["x"].astype(float), rows["y"].astype(float)
        kept = x.between(frame[0] + room, frame[2] - room) & y.between(frame[1] + room, frame[3] - room)
        return rows[kept.to_numpy(bool)]

    return Symbols(inside(shown.points), inside(shown.offices))
