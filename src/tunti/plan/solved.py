"""What the stages before the plan have found, for the whole planned area."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tunti.access.times import TravelTimes
from tunti.location.problem import Network, Problem
from tunti.plan.area import Area


@dataclass(frozen=True, eq=False)
class Solved:
    """What the stages before the plan have found, for the whole planned area.

    Attributes
    ----------
    area : Area
        Planned cells and sites.
    times : TravelTimes
        From the area's cells to ``places``: the sites first, then the places of today's offices.
    offices : DataFrame
        Today's offices that serve customers.
    office_place : int64, shape (offices,)
        Row of ``times`` for each office.
    office_minutes : DataFrame
        Per office: ``nearest_point, minutes_to_point``.
    problem, network : Problem, Network
        The question and its answer.
    snap : DataFrame
        Snap report in short.
    means : DataFrame
        Access by other means.
    without_car, without_car_outside : int or None
        As in :class:`RegionalPlan`.
    """

    area: Area
    times: TravelTimes
    offices: pd.DataFrame
    office_place: NDArray[np.int64]
    office_minutes: pd.DataFrame
    problem: Problem
    network: Network
    snap: pd.DataFrame
    means: pd.DataFrame
    without_car: int | None
    without_car_outside: int | None


def today_open(
    solved_area: Area, offices: pd.DataFrame, office_place: NDArray[np.int64], places: int
) -> NDArray[np.bool_]:
    """Tell which places serve customers today: existing points and offices.

    Parameters
    ----------
    solved_area : Area
    offices : DataFrame
        Today's offices that serve customers.
    office_place : int64, shape (offices,)
        Their rows among the places.
    places : int
        Number of places.

    Returns
    -------
    bool, shape (places,)
    """
    is_open = np.zeros(places, bool)
    is_open[: len(solved_area.sites)] = (solved_area.sites["status"] == "existing").to_numpy(dtype=bool)
    is_open[office_place[: len(offices)]] = True
    return is_open
