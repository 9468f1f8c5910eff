"""Who is within the standard of which places: cells that are reached from the same places are one row.

Only places that change matter: a cell that keeps a place throughout the programme is inside in every quarter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tunti.access.times import TravelTimes


@dataclass(frozen=True, eq=False)
class Group:
    """Services that are reached from the same places within the same time.

    Attributes
    ----------
    name : str
    agency : str
    services : tuple of str
    minutes : float
    places : int64
        Positions in the list of places that serve the group at some time.
    share : float or None
        The set share.
    """

    name: str
    agency: str
    services: tuple[str, ...]
    minutes: float
    places: NDArray[np.int64]
    share: float | None = None


@dataclass(frozen=True, eq=False)
class Patterns:
    """Cells put together by the places that reach them.

    Attributes
    ----------
    group : int64, shape (patterns,)
        Position of the group.
    region : int64, shape (patterns,)
        Position of the region.
    people : int64, shape (patterns,)
    start : int64, shape (patterns + 1,)
        Places of pattern ``i`` are ``place[start[i]:start[i + 1]]``, ascending; none where nobody ever reaches it.
    place : int64
        Positions in the list of places. Where a place stays open throughout, it stands alone.
    """

    group: NDArray[np.int64]
    region: NDArray[np.int64]
    people: NDArray[np.int64]
    start: NDArray[np.int64]
    place: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.group)

    def row(self) -> NDArray[np.int64]:
        """Give the pattern of each entry of ``place``."""
        return np.repeat(np.arange(len(self)), np.diff(self.start))

    def inside(self, open_places: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Tell which patterns are reached.

        Parameters
        ----------
        open_places : bool, shape (places,) or (places, quarters)

        Returns
        -------
        bool, shape (patterns,) or (patterns, quarters)
        """
        hits = open_places[self.place]
        out = np.zeros((len(self), *open_places.shape[1:]), bool)
        full = np.flatnonzero(np.diff(self.start))
        if len(full):
            out[full] = np.logical_or.reduceat(hits, self.start[full], axis=0)
        return out

    def people_inside(self, open_places: NDArray[np.bool_], groups: int, regions: int) -> NDArray[np.int64]:
        """Count the people inside by group and region.

        Parameters
        ----------
        open_places : bool, shape (places, quarters)
        groups, regions : int

        Returns
        -------
        int64, shape (groups, regions, quarters)
        """
        inside = self.inside(open_places)
        out = np.zeros((groups * regions, inside.shape[1]), np.int64)
        np.add.at(out, self.group * regions + self.region, inside * self.people[:, None])
        return out.reshape(groups, regions, -1)


def patterns(
    times: TravelTimes,
    people: NDArray[np.int64],
    region: NDArray[np.int64],
    groups: Sequence[Group],
    place_row: NDArray[np.int64],
    constant: NDArray[np.bool_],
) -> Patterns:
    """Put cells together by the places that reach them.

    Parameters
    ----------
    times : TravelTimes
        From cells to places to drive to.
    people, region : int64, shape (cells,)
        People and position of the region of each cell.
    groups : sequence of Group
    place_row : int64, shape (places,)
        Row of ``times`` of each place.
    constant : bool, shape (places,)
        Places that are open throughout.

    Returns
    -------
    Patterns
        By group, region and set of places.
    """
    draw = np.random.default_rng(20_300)
    key = draw.integers(1, 2**63 - 1, size=(2, len(place_row)), dtype=np.int64).astype(np.uint64)
    parts: list[tuple[NDArray[np.int64], ...]] = []
    lists: list[NDArray[np.int64]] = []
    for g, group in enumerate(groups):
        cell, place = _pairs(times, group, place_row)
        stays = np.full(len(people), len(place_row), np.int64)
        np.minimum.at(stays, cell[constant[place]], place[constant[place]])
        kept = stays < len(place_row)
        moving = ~kept[cell]
        # A cell that keeps a place is known by the first such place alone.
        cell = np.concatenate([cell[moving], np.flatnonzero(kept)])
        place = np.concatenate([place[moving], stays[kept]])
        order = np.lexsort((place, cell))
        cell, place = cell[order], place[order]
        hashes = np.zeros((2, len(people)), np.uint64)
        for k in range(2):
            np.add.at(hashes[k], cell, key[k][place])
        count = np.bincount(cell, minlength=len(people))
        frame = pd.DataFrame({"region": region, "stays": kept, "a": hashes[0], "b": hashes[1], "people": people})
        merged = frame[people > 0].reset_index(names="cell").groupby(["region", "stays", "a", "b"], sort=True)
        rows = merged.agg(cell=("cell", "first"), people=("people", "sum")).reset_index()
        first = rows["cell"].to_numpy(np.int64)
        start = np.concatenate([[0], np.cumsum(count)])
        lists += [place[start[c] : start[c + 1]] for c in first]
        parts.append(
            (np.full(len(rows), g, np.int64), rows["region"].to_numpy(np.int64), rows["people"].to_numpy(np.int64))
        )
    if not parts:
        nothing = np.empty(0, np.int64)
        return Patterns(nothing, nothing, nothing, np.zeros(1, np.int64), nothing)
    size = np.fromiter((len(x) for x in lists), np.int64, len(lists))
    return Patterns(
        np.concatenate([p[0] for p in parts]),
        np.concatenate([p[1] for p in parts]),
        np.concatenate([p[2] for p in parts]),
        np.concatenate([[0], np.cumsum(size)]).astype(np.int64),
        np.concatenate(lists).astype(np.int64) if lists else np.empty(0, np.int64),
    )


def _pairs(
    times: TravelTimes, group: Group, place_row: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """List which cells each place of a group reaches in time."""
    cells, places = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for place in group.places:
        at = slice(times.indptr[place_row[place]], times.indptr[place_row[place] + 1])
        near = times.cell[at][times.seconds[at] <= group.minutes * 60].astype(np.int64)
        cells.append(near)
        places.append(np.full(len(near), place, np.int64))
    return np.concatenate(cells), np.concatenate(places)
