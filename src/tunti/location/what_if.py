"""What if: open, close or move a point and see at once what changes, without optimising.

A :class:`Standing` keeps for each cell its nearest and second nearest open point, so a change costs one look at the
sites that change, and the exact figures of every single opening and closing come from the same arrays.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from tunti.access.times import TravelTimes
from tunti.errors import TuntiError
from tunti.findings import say
from tunti.location.problem import Network, Problem
from tunti.location.rules import seconds_of

NONE = 65_535


@dataclass(frozen=True, eq=False)
class Standing:
    """How a network serves the cells.

    Attributes
    ----------
    problem : Problem
    open : bool, shape (sites,)
    first, second : int32, shape (cells,)
        Nearest and second nearest open site within the cut-off, -1 for none; ties go to the first in order.
    first_seconds, second_seconds : uint16, shape (cells,)
        65,535 where there is none.
    """

    problem: Problem
    open: NDArray[np.bool_]
    first: NDArray[np.int32]
    second: NDArray[np.int32]
    first_seconds: NDArray[np.uint16]
    second_seconds: NDArray[np.uint16]


@dataclass(frozen=True)
class Figures:
    """What a network comes to.

    Attributes
    ----------
    points : int
    people : int
        People within the standard.
    share : float
        The same as a share of all people.
    backup : int
        People with two points within the standard.
    person_seconds : int
        All trips, ``far_seconds`` where no point is within the cut-off.
    mean_minutes : float
        Mean trip per person.
    longest_minutes : float
        Longest trip that occurs, ``far_seconds`` counted.
    cost : int
        Cost of the open points, cents a year.
    """

    points: int
    people: int
    share: float
    backup: int
    person_seconds: int
    mean_minutes: float
    longest_minutes: float
    cost: int


@dataclass(frozen=True, eq=False)
class Change:
    """What a what-if leads to.

    Attributes
    ----------
    before, after : Figures
    standing : Standing or None
        The changed network, for a further what-if; None where new places were tried, which are no sites yet.
    nearer, further : int
        People whose trip became shorter, or longer.
    lost, gained : int
        People who fall out of the standard, or come into it.
    """

    before: Figures
    after: Figures
    standing: Standing | None
    nearer: int
    further: int
    lost: int
    gained: int


@njit(cache=True, nogil=True)
def _add(
    j: int, row: int, indptr: Any, cell: Any, seconds: Any, s1: Any, s2: Any, d1: Any, d2: Any
) -> None:  # pragma: no cover
    """Take site ``j`` in, whose times are one row of a table."""
    for e in range(indptr[row], indptr[row + 1]):
        i, d = cell[e], seconds[e]
        if d < d1[i] or (d == d1[i] and j < s1[i]):
            s2[i], d2[i], s1[i], d1[i] = s1[i], d1[i], j, d
        elif d < d2[i] or (d == d2[i] and j < s2[i]):
            s2[i], d2[i] = j, d


@njit(cache=True, nogil=True)
def _all(
    opened: Any, cells: int, indptr: Any, cell: Any, seconds: Any
) -> tuple[Any, Any, Any, Any]:  # pragma: no cover
    s1, s2 = np.full(cells, -1, np.int32), np.full(cells, -1, np.int32)
    d1, d2 = np.full(cells, NONE, np.uint16), np.full(cells, NONE, np.uint16)
    for j in range(len(opened)):
        if opened[j]:
            _add(j, j, indptr, cell, seconds, s1, s2, d1, d2)
    return s1, s2, d1, d2


@njit(cache=True, nogil=True)
def _remove(
    gone: Any, opened: Any, indptr: Any, cell: Any, seconds: Any, s1: Any, s2: Any, d1: Any, d2: Any
) -> None:  # pragma: no cover
    """Forget closed sites and look the cells that they served up again among the open ones."""
    again = np.zeros(len(s1), np.bool_)
    for j in gone:
        for e in range(indptr[j], indptr[j + 1]):
            i = cell[e]
            if s1[i] == j or s2[i] == j:
                again[i] = True
    for i in range(len(s1)):
        if again[i]:
            s1[i] = -1
            s2[i] = -1
            d1[i] = NONE
            d2[i] = NONE
    for j in range(len(opened)):
        if not opened[j]:
            continue
        for e in range(indptr[j], indptr[j + 1]):
            i = cell[e]
            if again[i]:
                d = seconds[e]
                if d < d1[i]:
                    s2[i], d2[i], s1[i], d1[i] = s1[i], d1[i], j, d
                elif d < d2[i]:
                    s2[i], d2[i] = j, d


@njit(cache=True, nogil=True)
def _count(d1: Any, d2: Any, people: Any, standard: int, far: int) -> tuple[int, int, int, int]:  # pragma: no cover
    inside, twice, travel, longest = 0, 0, 0, 0
    for i in range(len(d1)):
        if d1[i] <= standard:
            inside += people[i]
        if d2[i] <= standard:
            twice += people[i]
        trip = far if d1[i] == NONE else min(int(d1[i]), far)
        travel += people[i] * trip
        if people[i] > 0 and trip > longest:
            longest = trip
    return inside, twice, travel, longest


@njit(cache=True, nogil=True)
def _differ(a: Any, b: Any, people: Any, standard: int) -> tuple[int, int, int, int]:  # pragma: no cover
    nearer, further, lost, gained = 0, 0, 0, 0
    for i in range(len(a)):
        if b[i] < a[i]:
            nearer += people[i]
            if a[i] > standard and b[i] <= standard:
                gained += people[i]
        elif b[i] > a[i]:
            further += people[i]
            if a[i] <= standard and b[i] > standard:
                lost += people[i]
    return nearer, further, lost, gained


def standing(problem: Problem, opened: NDArray[np.bool_] | Network) -> Standing:
    """Find out how a network serves the cells, once, so that what-ifs on it are quick.

    Trips go to the nearest point; capacities are left aside.

    Parameters
    ----------
    problem : Problem
    opened : bool, shape (sites,), or Network

    Returns
    -------
    Standing
    """
    now = np.asarray(opened.open if isinstance(opened, Network) else opened, bool).copy()
    t = problem.times
    s1, s2, d1, d2 = _all(now, len(t.cells), t.indptr, t.cell, t.seconds)
    return Standing(problem, now, s1, s2, d1, d2)


def figures(state: Standing) -> Figures:
    """Count what a network comes to.

    Parameters
    ----------
    state : Standing

    Returns
    -------
    Figures
    """
    p = state.problem
    points, cost = int(state.open.sum()), int(p.cost[state.open].sum())
    return _figures(p, points, cost, state.first_seconds, state.second_seconds)


def _figures(p: Problem, points: int, cost: int, first: NDArray[np.uint16], second: NDArray[np.uint16]) -> Figures:
    people = np.asarray(p.people, np.int64)
    inside, twice, travel, longest = _count(first, second, people, seconds_of(p.minutes), int(p.far_seconds))
    total = max(int(people.sum()), 1)
    return Figures(
        points=points,
        people=int(inside),
        share=inside / total,
        backup=int(twice),
        person_seconds=int(travel),
        mean_minutes=travel / total / 60,
        longest_minutes=longest / 60,
        cost=cost,
    )


def crossed(before: Standing, after: Standing) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Mark the cells that fall out of the standard when a network changes, and those that come into it.

    Parameters
    ----------
    before, after : Standing
        Of one problem.

    Returns
    -------
    lost, gained : bool, shape (cells,)
    """
    standard = seconds_of(before.problem.minutes)
    was, now = before.first_seconds <= standard, after.first_seconds <= standard
    return was & ~now, now & ~was


def what_if(
    state: Standing,
    *,
    open: Iterable[str] = (),
    close: Iterable[str] = (),
    move: Iterable[tuple[str, str]] = (),
    new: TravelTimes | None = None,
    new_cost: int = 0,
) -> Change:
    """See what opening, closing or moving points changes, at once and exactly, without optimising.

    Parameters
    ----------
    state : Standing
        From :func:`standing`, or from an earlier change.
    open, close : iterable of str
        Ids of sites to open and of points to close.
    move : iterable of (str, str)
        Points to close, each with the site that opens in its place.
    new : TravelTimes, optional
        From the same cells to places that are no sites yet: a point opens at each.
    new_cost : int
        What those cost together, cents a year.

    Returns
    -------
    Change

    Raises
    ------
    TuntiError
        An id is not among the sites, a point to close is not open, or a site to open already is.
    """
    p = state.problem
    t = p.times
    place = {s: j for j, s in enumerate(t.sites)}
    moves = list(move)
    out = [*close, *(a for a, _ in moves)]
    into = [*open, *(b for _, b in moves)]
    for site in [*out, *into]:
        if site not in place:
            raise TuntiError(say("There is no site '{site}'.", site=site))
    for site in out:
        if not state.open[place[site]]:
            raise TuntiError(say("There is no open point at '{site}' to close.", site=site))
    for site in into:
        if state.open[place[site]] and site not in out:
            raise TuntiError(say("The point at '{site}' is already open.", site=site))
    now = state.open.copy()
    now[[place[s] for s in out]] = False
    now[[place[s] for s in into]] = True
    s1, s2 = state.first.copy(), state.second.copy()
    d1, d2 = state.first_seconds.copy(), state.second_seconds.copy()
    gone = np.array([place[s] for s in out if not now[place[s]]], np.int64)
    opening = [place[s] for s in into if not state.open[place[s]]]
    kept = now.copy()
    kept[opening] = False
    if len(gone):
        _remove(gone, kept, t.indptr, t.cell, t.seconds, s1, s2, d1, d2)
    for j in opening:
        _add(j, j, t.indptr, t.cell, t.seconds, s1, s2, d1, d2)
    points, cost = int(now.sum()), int(p.cost[now].sum())
    after = Standing(p, now, s1, s2, d1, d2)
    if new is not None:
        points, cost = points + len(new.sites), cost + new_cost
        for k in range(len(new.sites)):
            _add(len(now) + k, k, new.indptr, new.cell, new.seconds, s1, s2, d1, d2)
    people = np.asarray(p.people, np.int64)
    nearer, further, lost, gained = _differ(state.first_seconds, d1, people, seconds_of(p.minutes))
    return Change(
        figures(state),
        _figures(p, points, cost, d1, d2),
        after if new is None else None,
        int(nearer),
        int(further),
        int(lost),
        int(gained),
    )
