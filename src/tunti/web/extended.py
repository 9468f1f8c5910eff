"""Drive times of a plan with a few more sites: what is known stays, only the new sites are searched."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from tunti.access.drive import Roads
from tunti.access.joining import snap_findings, snap_report
from tunti.access.times import TravelTimes
from tunti.findings import Finding
from tunti.network.graph import RoadGraph
from tunti.stages import Driver, Stages, Timed


@dataclass(frozen=True, eq=False)
class Joined:
    """The road network with a plan's cells joined to it, and with its offices.

    Attributes
    ----------
    cells, offices : Roads
    findings : tuple of Finding
        Of the network.
    """

    cells: Roads
    offices: Roads
    findings: tuple[Finding, ...]


class Extended(Stages):
    """Stages of a plan that adds sites to one whose drive times are known; the results are the same.

    Parameters
    ----------
    *given
        As for :class:`tunti.stages.Stages`.
    known : Timed
        Drive times without the new sites.
    joined : Joined
        The network of the same tables and settings.
    """

    def __init__(self, *given: Any, known: Timed, joined: Joined) -> None:
        super().__init__(*given)
        self.known, self.joined = known, joined

    def graph(self) -> tuple[RoadGraph, list[Finding]]:
        """Give the network that is at hand."""
        return self.joined.cells.graph, list(self.joined.findings)

    def driver(self, graph: RoadGraph, cutoff: float) -> Driver:
        """Give what takes the known times over and searches the others."""

        def drive(cells: pd.DataFrame, places: pd.DataFrame, *_: Any, **__: Any) -> Any:
            mine = tuple(cells["cell"]) == self.known.times.cells
            roads, known = (
                (self.joined.cells, self.known.times) if mine else (self.joined.offices, self.known.office_times)
            )
            times = woven(places, known, roads)
            report = snap_report(cells, places, roads.joined, roads.snapped(places))
            return times, report, snap_findings(report, times, cells)

        return drive


def woven(places: pd.DataFrame, known: TravelTimes, roads: Roads) -> TravelTimes:
    """Give the times to places in their order: known rows as they are, the others searched.

    Parameters
    ----------
    places : DataFrame
        ``site, x, y``.
    known : TravelTimes
        From the same cells.
    roads : Roads

    Returns
    -------
    TravelTimes
    """
    at = {s: j for j, s in enumerate(known.sites)}
    names = tuple(places["site"].astype(str))
    lacking = ~places["site"].astype(str).isin(known.sites).to_numpy(dtype=bool)
    new = roads.times_to(places[lacking])
    place = {s: j for j, s in enumerate(new.sites)}
    rows = [(known, at[s]) if s in at else (new, place[s]) for s in names]
    spans = [(t, int(t.indptr[j]), int(t.indptr[j + 1])) for t, j in rows]
    return replace(
        known,
        sites=names,
        indptr=np.concatenate(([0], np.cumsum([b - a for _, a, b in spans], dtype=np.int64))).astype(np.int64),
        cell=np.concatenate([known.cell[:0], *(t.cell[a:b] for t, a, b in spans)]),
        seconds=np.concatenate([known.seconds[:0], *(t.seconds[a:b] for t, a, b in spans)]),
    )
