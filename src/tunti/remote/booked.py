"""Booked customers and walk-ins at the same clerks, and customers who come back."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tunti.remote.queues import ServiceLevel, Waiting, checked, erlang_c, erlang_c_each, waiting_with_patience

Floats = NDArray[np.float64]

_TERMS = 18


def booked_and_walk_in(
    booked: float, walk_in: float, servers: int, minutes: float, *, within: float
) -> tuple[Waiting, Waiting]:
    """Tell the waits of booked customers, who go first, and of walk-ins, who take what is left.

    Parameters
    ----------
    booked, walk_in : float
        Loads in Erlang; not both zero.
    servers : int
    minutes : float
        Mean handling time of both.
    within : float

    Returns
    -------
    (Waiting, Waiting)
        Of the booked and of the walk-ins.

    Notes
    -----
    M/M/c with two classes, the first served first, no service broken off (Cobham 1954). Bookings that come at regular
    times vary less than these, so true waits are shorter: the figure is safe. The walk-in's wait, once he waits, is as
    many busy periods of the booked as a geometric number says (Davis 1966); its transform is turned back by the Euler
    method of Abate and Whitt (1995).
    """
    load = booked + walk_in
    checked(load, servers, minutes)
    if min(booked, walk_in) < 0:
        raise ValueError("loads can't be below zero")
    if load >= servers:
        walk = Waiting(1.0, np.inf, 0.0, np.inf, 0.0, 1.0)
        if booked >= servers:
            return walk, walk
        waits = 1.0
    else:
        waits = float(erlang_c(load, servers))
    pace = (servers - booked) / minutes
    first = Waiting(
        wait_share=waits,
        mean_wait=waits / pace,
        answered=1 - waits * float(np.exp(-pace * within)),
        wait_95=max(float(np.log(waits / 0.05)) / pace, 0.0) if waits > 0 else 0.0,
        lost=0.0,
        occupancy=min(load / servers, 1.0),
    )
    if load >= servers:
        return first, walk
    late = waits * float(walk_in_over(np.array(within), np.array(booked), np.array(walk_in), servers, minutes))
    wait_95 = 0.0
    if waits > 0.05:
        low, high = 0.0, minutes
        while waits * float(walk_in_over(np.array(high), np.array(booked), np.array(walk_in), servers, minutes)) > 0.05:
            low, high = high, 2 * high
        for _ in range(40):
            t = (low + high) / 2
            over = (
                waits * float(walk_in_over(np.array(t), np.array(booked), np.array(walk_in), servers, minutes)) > 0.05
            )
            low, high = (t, high) if over else (low, t)
        wait_95 = high
    mean = waits / ((1 - booked / servers) * (servers - load) / minutes)
    return first, Waiting(waits, mean, 1 - late, wait_95, 0.0, load / servers)


def walk_in_over(
    within: Floats, booked: Floats, walk_in: Floats, servers: int | NDArray[np.int64], minutes: float
) -> Floats:
    """Give the share of those walk-ins who wait at all that wait longer than a time.

    Parameters
    ----------
    within, booked, walk_in : float64
        Of one shape.
    servers : int or int64
    minutes : float

    Returns
    -------
    float64
    """
    t = np.maximum(np.asarray(within, np.float64), 1e-9 * minutes)
    work, rate = np.asarray(servers) / minutes, booked / minutes
    full = np.minimum((booked + walk_in) / np.asarray(servers), 1 - 1e-12)

    def tail(s: NDArray[Any]) -> NDArray[np.complex128]:
        total = rate + work + s
        root = np.sqrt(total * total - 4 * rate * work)
        busy = 2 * work / (total + root)  # busy period of the booked, the form that keeps its digits
        return np.asarray((1 - (1 - full) * busy / (1 - full * busy)) / s, np.complex128)

    a = 18.4
    k = np.arange(_TERMS + 12).reshape(-1, *(1,) * t.ndim)
    terms = (-1.0) ** k * np.real(tail((a + 2j * np.pi * k) / (2 * t)))
    terms[0] /= 2
    sums = np.cumsum(terms, axis=0)[_TERMS:]
    weights = np.array([1, 11, 55, 165, 330, 462, 462, 330, 165, 55, 11, 1]) / 2.0**11
    over = np.exp(a / 2) / t * np.tensordot(weights, sums, axes=1)
    return np.asarray(np.clip(over, 0.0, 1.0), np.float64)


def most_load_with_booked(most: float, share: float, minutes: float, level: ServiceLevel) -> Floats:
    """Give the largest load that 0, 1, 2... clerks serve when a share of customers is booked.

    As :func:`tunti.remote.queues.most_load`; the level is that of the walk-ins, who wait longest, or of the booked
    where everybody is.

    Parameters
    ----------
    most : float
    share : float
        Share of the load that is booked, 0 to 1.
    minutes : float
    level : ServiceLevel

    Returns
    -------
    float64
    """
    count = 1
    table = np.zeros(1)
    while table[-1] < most:
        more = np.arange(count, count + max(count, 8))
        low, high = np.zeros(len(more)), more * min(level.occupancy, 1.0)
        for _ in range(36):
            middle = (low + high) / 2
            good = _kept(middle, share, more, minutes, level)
            low, high = np.where(good, middle, low), np.where(good, high, middle)
        table = np.concatenate([table, np.maximum.accumulate(np.maximum(low, table[-1]))])
        count += len(more)
    return np.asarray(table[: int(np.searchsorted(table, most)) + 1], np.float64)


def _kept(
    load: Floats, share: float, clerks: NDArray[np.int64], minutes: float, level: ServiceLevel
) -> NDArray[np.bool_]:
    load = np.minimum(load, clerks * (1 - 1e-9))
    waits = erlang_c_each(load, clerks)
    booked, walk_in = share * load, (1 - share) * load

    def over(t: float) -> Floats:
        if share <= 0:
            return np.asarray(np.exp(-(clerks - load) * t / minutes), np.float64)
        if share >= 1:
            return np.asarray(np.exp(-(clerks - booked) * t / minutes), np.float64)
        return walk_in_over(np.full(len(load), t), booked, walk_in, clerks, minutes)

    good = 1 - waits * over(level.within) >= level.answered
    good &= load <= level.occupancy * clerks
    if level.wait_95 < np.inf:
        good &= waits * over(level.wait_95) <= 0.05
    if level.mean_wait < np.inf:
        good &= waits * minutes <= level.mean_wait * (1 - booked / clerks) * (clerks - load)
    return np.asarray(good, np.bool_)


def with_repeats(rate: float, repeat: float) -> float:
    """Give the visits when a share of them is not settled at once and leads to another.

    Parameters
    ----------
    rate : float
        First visits.
    repeat : float
        Share of visits that lead to one more, below 1.

    Returns
    -------
    float
        ``rate / (1 - repeat)``.
    """
    if not 0 <= repeat < 1:
        raise ValueError(f"the share of repeat visits must be at least 0 and below 1, not {repeat}")
    return rate / (1 - repeat)


def with_retrials(
    load: float, servers: int, minutes: float, patience: float, *, again: float, within: float
) -> tuple[float, Waiting]:
    """Tell the load and the waits when a share of those who give up tries again later.

    Parameters
    ----------
    load : float
        Erlang of first tries.
    servers : int
    minutes, patience : float
    again : float
        Share of those who give up that come again, below 1.
    within : float

    Returns
    -------
    (float, Waiting)
        The load with those who came again, and what all meet.

    Notes
    -----
    The load is the least solution of a = load + again x a x lost(a), found by bisection: the right side less the left
    falls through zero, as less than all come again.
    """
    if not 0 <= again < 1:
        raise ValueError(f"the share that comes again must be at least 0 and below 1, not {again}")
    low, high = load, load / (1 - again)
    for _ in range(50):
        middle = (low + high) / 2
        lost = waiting_with_patience(middle, servers, minutes, patience, within=within).lost
        low, high = (middle, high) if load + again * middle * lost > middle else (low, middle)
    return high, waiting_with_patience(high, servers, minutes, patience, within=within)
