"""Points, agencies and modes together: the question, and the rows that its cells merge to."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tunti.access.times import TravelTimes
from tunti.location.rules import SiteRow

MODES = ("staffed", "visiting", "remote", "assisted")
"""Modes in which an agency may serve at a point, in the order of the arrays."""

STAFFED, VISITING, REMOTE, ASSISTED = range(4)
STRENGTH = (3, 2, 0, 1)
"""How much of a service each mode gives: a clerk there, on some days, a host, a connection."""

SEED = 20_260
"""Seed of the numbers that sets of places are hashed with."""


@dataclass(frozen=True, eq=False)
class Group:
    """Services of one agency with the same standard and modes.

    Attributes
    ----------
    name : str
        Name of the group.
    agency : int
        Position of the agency.
    modes : tuple of int
        Modes that count, positions in :data:`MODES`.
    seconds : int
        The standard.
    floor : int64, shape (regions,)
        People of each region who must be within the standard.
    visits : float
        Visits of a person in a year.
    """

    name: str
    agency: int
    modes: tuple[int, ...]
    seconds: int
    floor: NDArray[np.int64]
    visits: float


@dataclass(frozen=True, eq=False)
class Cover:
    """A rule of the network of points: people of a region (-1: of all) who must be within the standard of a point."""

    seconds: int
    region: int
    people: int


@dataclass(frozen=True, eq=False)
class LanguageRow:
    """A language that a municipality must have: one of the places must serve the group in one of the modes.

    Attributes
    ----------
    group : int
        Position of the group.
    municipality, language : str
    places : int32
        Sites and offices (offices after the sites, ``sites + office``) near enough.
    speaks : bool
        Whether staff there speak it; where not, only a remote connection does.
    """

    group: int
    municipality: str
    language: str
    places: NDArray[np.int32]
    speaks: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class ServiceProblem:
    """One question to the model of points, agencies and modes.

    Attributes
    ----------
    times : TravelTimes
        From cells to places: first the sites, then the offices' places.
    people, region : int64 and int32, shape (cells,)
        ``region`` is -1 for none.
    agencies : tuple of str
    groups : tuple of Group
    office_agency, office_place, office_mode : int32, shape (offices,)
        Today's offices: agency, row of ``times``, mode in :data:`MODES`.
    office_cost : int64, shape (offices,)
        Cents a year that end when the customer part closes.
    close_office, close_site : int32
        Pairs of an office and a site near enough to take its customers over.
    state : int8, shape (sites,)
        1 must open, -1 must not, 0 free.
    site_region : int32, shape (sites,)
    site_cost : int64, shape (sites,)
        Cents a year of an open point.
    mobile : bool, shape (sites,)
    allowed : bool, shape (agencies, sites, modes)
    cost : int64, shape (agencies, sites, modes)
        Cents a year of presence.
    must : bool, shape (agencies, sites)
        The agency must serve there if the point opens.
    fixed : bool, shape (agencies, sites, modes)
        The agency has promised this mode there if the point opens.
    rows : tuple of SiteRow
        Rules over points: numbers, money, changes.
    covers : tuple of Cover
        Rules over people within the standard of a point.
    languages : tuple of LanguageRow
    capacity : float64, shape (sites,)
        Visits a year that a point can serve, infinite where not given.
    staff_at_least : int
        People at work in a point.
    host_cost, room_cost, vehicle_cost : int
        Cents a year of a host, of a point's remote room and of a vehicle.
    vehicle_days : int
        Mobile points that a vehicle serves in a week.
    edges : tuple of int
        Seconds at which the classes of travel end.
    weights : tuple of float
        Cents that a visit costs more beyond each edge.
    may_stay : int
        Offices that may stay although their agency serves as well near by, because a standard needs them.
    """

    times: TravelTimes
    people: NDArray[np.int64]
    region: NDArray[np.int32]
    agencies: tuple[str, ...]
    groups: tuple[Group, ...]
    office_agency: NDArray[np.int32]
    office_place: NDArray[np.int32]
    office_mode: NDArray[np.int32]
    office_cost: NDArray[np.int64]
    close_office: NDArray[np.int32]
    close_site: NDArray[np.int32]
    state: NDArray[np.int8]
    site_region: NDArray[np.int32]
    site_cost: NDArray[np.int64]
    mobile: NDArray[np.bool_]
    allowed: NDArray[np.bool_]
    cost: NDArray[np.int64]
    must: NDArray[np.bool_]
    fixed: NDArray[np.bool_]
    rows: tuple[SiteRow, ...] = ()
    covers: tuple[Cover, ...] = ()
    languages: tuple[LanguageRow, ...] = ()
    capacity: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    staff_at_least: int = 2
    host_cost: int = 0
    room_cost: int = 0
    vehicle_cost: int = 0
    vehicle_days: int = 5
    edges: tuple[int, ...] = ()
    weights: tuple[float, ...] = ()
    may_stay: int = 0

    @property
    def sites(self) -> int:
        """Number of sites."""
        return len(self.state)

    @property
    def offices(self) -> int:
        """Number of offices."""
        return len(self.office_agency)

    def offices_of(self, group: Group) -> NDArray[np.int64]:
        """Give the offices that serve a group today."""
        return np.flatnonzero((self.office_agency == group.agency) & np.isin(self.office_mode, group.modes))


@dataclass(frozen=True, eq=False)
class ServiceAnswer:
    """Which points open, who serves there how, and which offices keep their customer part.

    Attributes
    ----------
    open : bool, shape (sites,)
    mode : int8, shape (agencies, sites)
        Position in :data:`MODES`, -1 for none.
    kept : bool, shape (offices,)
    hosts : int64, shape (sites,)
        Hosts that fill a point up to the least staff.
    objective, bound, gap : float
        Cents a year.
    proven : bool
        The gap is zero.
    nodes : int
    seconds : float
        Goes into the run record, never into a hash.
    steps : tuple of (str, str)
        What was done.
    """

    open: NDArray[np.bool_]
    mode: NDArray[np.int8]
    kept: NDArray[np.bool_]
    hosts: NDArray[np.int64]
    objective: float
    bound: float
    gap: float
    proven: bool
    nodes: int
    seconds: float
    steps: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, eq=False)
class MergedRows:
    """Cells with the same places within reach, as one row each.

    Attributes
    ----------
    people : int64, shape (rows,)
    region : int32, shape (rows,)
    indptr, place : int64 and int32
        Places of each row (rows of the times), ascending.
    """

    people: NDArray[np.int64]
    region: NDArray[np.int32]
    indptr: NDArray[np.int64]
    place: NDArray[np.int32]


class ByCell:
    """Times turned to one row per cell, kept for many questions about sets of places.

    Parameters
    ----------
    times : TravelTimes
    """

    def __init__(self, times: TravelTimes) -> None:
        self.indptr, self.place, self.seconds = times.by_cell()
        rng = np.random.default_rng(SEED)
        self.hashes = rng.integers(0, 2**63, (2, len(times.sites)), dtype=np.uint64)
        self.cell = np.repeat(np.arange(len(times.cells)), np.diff(self.indptr))

    def merged(
        self,
        people: NDArray[np.int64],
        region: NDArray[np.int32],
        *,
        seconds: int,
        counts: NDArray[np.bool_],
    ) -> MergedRows:
        """Merge cells that have the same places within some seconds.

        Parameters
        ----------
        people, region : arrays, shape (cells,)
            Cells of different regions never merge; cells without people are left out.
        seconds : int
        counts : bool, shape (places,)
            Places that count.

        Returns
        -------
        MergedRows
        """
        near = (self.seconds <= seconds) & counts[self.place]
        ends = []
        for hashes in self.hashes:
            # Sums that wrap around are a fine hash: a difference of two running sums is the row's own sum.
            running = np.concatenate(([np.uint64(0)], np.cumsum(np.where(near, hashes[self.place], np.uint64(0)))))
            ends.append(running[self.indptr[1:]] - running[self.indptr[:-1]])
        live = np.flatnonzero(people > 0)
        key = np.stack([ends[0][live], ends[1][live], region[live].astype(np.int64).view(np.uint64)], axis=1)
        _, first, number = np.unique(key, axis=0, return_index=True, return_inverse=True)
        summed = np.bincount(number.ravel(), weights=people[live].astype(float), minlength=len(first))
        chosen = live[first]
        upto = np.concatenate(([0], np.cumsum(near)))
        length = upto[self.indptr[1:]][chosen] - upto[self.indptr[:-1]][chosen]
        indptr = np.concatenate(([0], np.cumsum(length))).astype(np.int64)
        place_near = self.place[near]
        start = upto[self.indptr[:-1]][chosen]
        take = np.repeat(start - indptr[:-1], length) + np.arange(indptr[-1])
        return MergedRows(
            np.rint(summed).astype(np.int64), region[chosen].astype(np.int32), indptr, place_near[take].astype(np.int32)
        )
