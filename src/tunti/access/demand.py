"""Who goes where: visits by cell, service and nearest open site."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tunti.access.standard import OpenSites, head_counts, nearest
from tunti.access.times import UNREACHABLE, TravelTimes

ANY_SERVICE = "visits"
"""Name of the one service of a project whose services give no visits."""


@dataclass(frozen=True, eq=False)
class Demand:
    """Visits of each cell by service, and the open site that they go to.

    Kept as small arrays: a cell's visits of a service are its people times the service's visits per person, so the
    table of all (300,000 cells x 30 services) is made only when :meth:`frame` is asked for.

    Attributes
    ----------
    cells, sites, services : tuple of str
        Ids.
    people : int64, shape (cells,)
    rate : float64, shape (services,)
        Visits of a person in a year.
    site : int32, shape (services, cells)
        Position of the nearest open site that gives the service, -1 where none is within the cut-off.
    seconds : uint16, shape (services, cells)
        Time to it, 65,535 for none.
    """

    cells: tuple[str, ...]
    sites: tuple[str, ...]
    services: tuple[str, ...]
    people: NDArray[np.int64]
    rate: NDArray[np.float64]
    site: NDArray[np.int32]
    seconds: NDArray[np.uint16]

    def frame(self) -> pd.DataFrame:
        """Give visits as a table: ``cell, service, site`` (NA: none within the cut-off), ``visits, minutes``.

        Cells without people have no rows.
        """
        inhabited = np.flatnonzero(self.people > 0)
        n = len(inhabited)
        site = self.site[:, inhabited].ravel()
        seconds = self.seconds[:, inhabited].ravel()
        return pd.DataFrame(
            {
                "cell": _named(np.tile(inhabited, len(self.services)), self.cells),
                "service": _named(np.repeat(np.arange(len(self.services)), n), self.services),
                "site": _named(site, self.sites),
                "visits": (self.rate[:, None] * self.people[inhabited][None, :]).ravel(),
                "minutes": np.where(seconds == UNREACHABLE, np.nan, seconds / 60.0),
            }
        )

    def by_site(self) -> pd.DataFrame:
        """Give visits a year by site and service.

        Returns
        -------
        DataFrame
            ``site, service, visits, people, mean_minutes``. The row with site NA holds the visits of people whom no
            open site reaches, so the rows of a service add up to all.
        """
        rows = []
        for k, service in enumerate(self.services):
            at = np.where(self.site[k] < 0, len(self.sites), self.site[k])
            people = np.bincount(at, weights=self.people, minlength=len(self.sites) + 1)
            travel = np.bincount(at, weights=self.people * (self.seconds[k] / 60.0), minlength=len(self.sites) + 1)
            travel[-1] = np.nan
            rows.append(
                pd.DataFrame(
                    {
                        "site": pd.array([*self.sites, pd.NA], dtype="string"),
                        "service": service,
                        "visits": people * self.rate[k],
                        "people": people.astype(np.int64),
                        "mean_minutes": travel / np.where(people > 0, people, np.nan),
                    }
                )
            )
        whole = pd.concat(rows, ignore_index=True)
        return whole[whole["people"] > 0].reset_index(drop=True)


def demand(
    times: TravelTimes,
    cells: pd.DataFrame,
    services: pd.DataFrame | None = None,
    *,
    open_sites: OpenSites = None,
    sites_of_service: Mapping[str, NDArray[np.bool_]] | None = None,
    visits_per_person_year: float = 1.0,
) -> Demand:
    """Say who goes where: each cell's visits of each service, to the nearest open site that gives it.

    Parameters
    ----------
    times : TravelTimes
    cells : DataFrame
        ``cell, people``: all cells of the times, or a part of them.
    services : DataFrame, optional
        ``service, visits_year`` (in the whole country, shared out by people). A service without visits is left out;
        without any, one service of ``visits_per_person_year`` is assumed.
    open_sites : bool array or ids, optional
        Open sites; all by default.
    sites_of_service : mapping of str to bool array, optional
        For services that only some of the open sites give.
    visits_per_person_year : float

    Returns
    -------
    Demand

    Notes
    -----
    People go to the nearest open site in minutes, the first in the order of the sites on a tie. Where a site stays away
    from a cell, its visits stay in the table without a site: nothing is lost.
    """
    people = head_counts(cells)
    known = services[services["visits_year"].notna()] if services is not None and len(services) else None
    if known is None or not len(known):
        names: tuple[str, ...] = (ANY_SERVICE,)
        rate = np.array([visits_per_person_year])
    else:
        names = tuple(known["service"].astype(str))
        rate = known["visits_year"].to_numpy(np.float64) / max(int(people.sum()), 1)
    site, seconds = nearest(times, cells, open_sites)
    all_sites = np.tile(site, (len(names), 1))
    all_seconds = np.tile(seconds, (len(names), 1))
    for k, name in enumerate(names):
        if sites_of_service and name in sites_of_service:
            all_sites[k], all_seconds[k] = nearest(times, cells, sites_of_service[name])
    return Demand(
        cells=tuple(cells["cell"].astype(str)),
        sites=times.sites,
        services=names,
        people=people,
        rate=rate,
        site=all_sites,
        seconds=all_seconds,
    )


def _named(codes: NDArray[Any], names: tuple[str, ...]) -> pd.Categorical[str]:
    """Give names for positions, NA for -1, without a copy of each name."""
    return pd.Categorical.from_codes(codes, pd.Index(names))
