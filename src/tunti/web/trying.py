"""A point at a place that is no site yet: what it would do, before it is kept."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from tunti.access.times import TravelTimes
from tunti.web.degrees import to_metres
from tunti.web.ground import Ground, Ready


def times_to(ground: Ground, ready: Ready, places: Sequence[tuple[float, float]]) -> TravelTimes:
    """Give the drive times from a plan's cells to new places, each at the cost of one search on the road network.

    Parameters
    ----------
    ground : Ground
    ready : Ready
    places : sequence of (float, float)
        Longitude and latitude.

    Returns
    -------
    TravelTimes
    """
    xy = np.array([to_metres(ready.settings.project.crs, lon, lat) for lon, lat in places], np.float64)
    # A place that the coordinate system has no room for is reached from nowhere.
    xy[~np.isfinite(xy)] = np.nan
    names = [f"new {n + 1}" for n in range(len(places))]
    return ground.roads(ready).times_to(pd.DataFrame({"site": names, "x": xy[:, 0], "y": xy[:, 1]}))
