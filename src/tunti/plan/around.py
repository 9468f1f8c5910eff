"""What a region's plan leaves unsaid: people across the border who use its points, sites not chosen, and swaps."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tunti.access.times import UNREACHABLE, TravelTimes
from tunti.plan.area import Area
from tunti.plan.swaps import SWAPS, swaps


@dataclass(frozen=True, eq=False)
class Around:
    """People of other regions at the region's points, and what each site that was not chosen would have given.

    Attributes
    ----------
    beyond : DataFrame
        ``region, site, people``: people of another region whose nearest point lies in the region, and which one.
    not_chosen : DataFrame
        ``site, people`` (of the region, to whom it would be nearer than any proposed point), ``minutes`` (by how much
        on average), ``brought`` (of them those whom it would bring within the standard).
    swaps : DataFrame
        The best other site of the region for each of its points: see :func:`tunti.plan.swaps.swaps`; people of all
        planned regions count.
    """

    beyond: pd.DataFrame
    not_chosen: pd.DataFrame
    swaps: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(SWAPS)).astype(SWAPS))


def around(
    area: Area,
    times: TravelTimes,
    *,
    region: str,
    chosen: NDArray[np.bool_],
    elsewhere: NDArray[np.bool_],
    stay: NDArray[np.bool_],
    minutes: float,
) -> Around:
    """Look across a region's border and at the sites that its plan leaves closed.

    Parameters
    ----------
    area : Area
    times : TravelTimes
        From the area's cells to its sites.
    region : str
        Code.
    chosen : bool, shape (sites,)
        Points of the region's plan with those outside it that it counts on.
    elsewhere : bool, shape (sites,)
        Points of the network of all regions: those outside the region stand for the neighbours' plans.
    stay : bool, shape (sites,)
        Points that may not be replaced: required ones, and existing ones where they are kept.
    minutes : float
        The standard.

    Returns
    -------
    Around
        Someone without any point within the cut-off counts as being the cut-off away.
    """
    own_site = (area.sites["region"] == region).fillna(False).to_numpy(dtype=bool)
    own_cell = (area.cells["region"] == region).fillna(False).to_numpy(dtype=bool)
    people = area.cells["people"].to_numpy(dtype=np.int64)
    everywhere = np.where(own_site, chosen, elsewhere | chosen)
    near, _ = times.nearest(everywhere)
    across = ~own_cell & (near >= 0) & (people > 0)
    across[across] = own_site[near[across]]
    ids = np.asarray(times.sites, dtype=object)
    found = pd.DataFrame(
        {"region": area.cells["region"][across], "site": ids[near[across]], "people": people[across]}
    ).dropna(subset="region")
    beyond = found.groupby(["region", "site"], sort=True)[["people"]].sum().reset_index()
    beyond = beyond.astype({"region": "string", "site": "string", "people": "int64"})
    _, best = times.nearest(chosen)
    far = min(int(times.cutoff_minutes * 60), int(UNREACHABLE) - 1)
    now = np.minimum(best.astype(np.int64), far)
    limit = int(minutes * 60)
    rows = []
    closed = own_site & ~chosen & (area.sites["status"] != "forbidden").to_numpy(dtype=bool)
    for j in np.flatnonzero(closed):
        part = slice(times.indptr[j], times.indptr[j + 1])
        cells, seconds = times.cell[part], times.seconds[part].astype(np.int64)
        mine = own_cell[cells] & (seconds < now[cells])
        helped = people[cells[mine]]
        gained = ((now[cells] - seconds)[mine] / 60.0).astype(np.float64)
        brought = (now[cells] > limit) & (seconds <= limit)
        total = int(helped.sum())
        saved = float(np.dot(helped.astype(np.float64), gained))
        rows.append(
            (
                ids[j], total, saved / total if total else 0.0, int(people[cells[mine & brought]].sum()),
            )
        )  # fmt: skip
    not_chosen = pd.DataFrame(rows, columns=["site", "people", "minutes", "brought"])
    kinds = {"site": "string", "people": "int64", "minutes": "float64", "brought": "int64"}
    other = swaps(times, people, chosen=everywhere, leave=own_site & ~stay, instead=closed, minutes=minutes)
    return Around(beyond, not_chosen.astype(kinds), other)


def staying(status: pd.Series, *, keep_existing: bool) -> NDArray[np.bool_]:
    """Tell which sites' points may not be replaced by their status: required ones, and existing ones if kept."""
    fixed = ("required", "existing") if keep_existing else ("required",)
    return np.asarray(status.isin(fixed).to_numpy(dtype=bool))
