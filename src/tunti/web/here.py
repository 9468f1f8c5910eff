"""A plan's own figures: those of its region first, and those of all planned regions beside them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tunti.location.what_if import Figures, Standing, figures
from tunti.web.ground import Ready


def cells_in(ready: Ready, region: str) -> NDArray[np.bool_]:
    """Tell which cells lie in a region."""
    found: NDArray[np.bool_] = (ready.timed.area.cells["region"] == region).fillna(False).to_numpy(dtype=bool)
    return found


def sites_in(ready: Ready, region: str) -> NDArray[np.bool_]:
    """Tell which sites lie in a region."""
    found: NDArray[np.bool_] = (ready.timed.area.sites["region"] == region).fillna(False).to_numpy(dtype=bool)
    return found


def counting(ready: Ready, state: Standing, region: str | None) -> Standing:
    """Give the same network with nobody counted but the people of a region.

    Parameters
    ----------
    ready : Ready
    state : Standing
        Of all planned regions.
    region : str or None
        None counts everybody.

    Returns
    -------
    Standing
    """
    if region is None:
        return state
    people = np.where(cells_in(ready, region), np.asarray(state.problem.people, np.int64), 0)
    return replace(state, problem=replace(state.problem, people=people))


def figures_of(ready: Ready, state: Standing, region: str | None) -> Figures:
    """Count what a network comes to in a region: its people, wherever they drive, and the points in it.

    Parameters
    ----------
    ready : Ready
    state : Standing
        Of all planned regions.
    region : str or None
        None counts everything.

    Returns
    -------
    Figures
    """
    found = figures(counting(ready, state, region))
    if region is None:
        return found
    own = state.open & sites_in(ready, region)
    return replace(found, points=int(own.sum()), cost=int(state.problem.cost[own].sum()))


def people_of(ready: Ready, region: str | None) -> int:
    """Count the people of a region, or of all planned regions."""
    people = np.asarray(ready.problem.people, np.int64)
    return int((people if region is None else people[cells_in(ready, region)]).sum())


def extent_of(ready: Ready, region: str | None) -> list[float] | None:
    """Give west, south, east and north of a region's people in degrees; None for all regions or where nobody lives."""
    if region is None:
        return None
    cells = ready.timed.area.cells[cells_in(ready, region)]
    cells = cells[(cells["people"] > 0) & cells["lon"].notna()]
    if not len(cells):
        return None
    lon, lat = cells["lon"].to_numpy(dtype=np.float64), cells["lat"].to_numpy(dtype=np.float64)
    return [round(float(v), 4) for v in (lon.min(), lat.min(), lon.max(), lat.max())]
