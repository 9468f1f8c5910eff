"""Waiting in queues: Erlang B, C and A, steady to thousands of clerks, and the clerks that a service level needs.

Time may be in any unit as long as all arguments share it; this product uses minutes. ``load`` is in Erlang:
customers an hour times the hours that one takes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammainc, gammaln

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Waiting:
    """What customers of a queue meet in the long run.

    Attributes
    ----------
    wait_share : float
        Share of customers who wait at all.
    mean_wait : float
        Mean wait of all customers who come in, those who give up with the time that they waited.
    answered : float
        Share of all who come that are served within the asked time.
    wait_95 : float
        Wait that 95 % of the served stay below or at.
    lost : float
        Share of all who come that find no room or give up.
    occupancy : float
        Mean share of clerks who are busy.
    """

    wait_share: float
    mean_wait: float
    answered: float
    wait_95: float
    lost: float
    occupancy: float


def checked(load: float, servers: int, minutes: float) -> None:
    """Refuse a queue that can't be.

    Raises
    ------
    ValueError
        A load or a time that is not above zero, or no clerk.
    """
    if not (np.isfinite(load) and load > 0):
        raise ValueError(f"the load must be above zero, not {load}")
    if servers < 1:
        raise ValueError(f"there must be a clerk, not {servers}")
    if not (np.isfinite(minutes) and minutes > 0):
        raise ValueError(f"the handling time must be above zero, not {minutes}")


def erlang_b(load: ArrayLike, servers: int) -> Any:
    """Give the share of customers who find all busy and go away.

    Parameters
    ----------
    load : float or array
        Erlang, 0 or more.
    servers : int

    Returns
    -------
    float or array
        Of the load's shape.

    Notes
    -----
    Erlang (1917) by the recursion B(n) = a B(n-1) / (n + a B(n-1)), all of whose terms are positive: no digits are
    lost, and a vanishing share becomes 0.
    """
    a = np.asarray(load, np.float64)
    blocked = np.ones_like(a)
    for n in range(1, servers + 1):
        blocked = a * blocked / (n + a * blocked)
    return float(blocked) if blocked.ndim == 0 else blocked


def erlang_c(load: ArrayLike, servers: int) -> Any:
    """Give the share of customers who wait when nobody gives up.

    Parameters
    ----------
    load : float or array
        Erlang, 0 or more.
    servers : int

    Returns
    -------
    float or array
        1 where the load reaches the number of clerks: the queue then grows without end.
    """
    a = np.asarray(load, np.float64)
    blocked = np.asarray(erlang_b(a, servers))
    with np.errstate(divide="ignore", invalid="ignore"):
        waits = servers * blocked / (servers - a * (1 - blocked))
    waits = np.where(a >= servers, 1.0, waits)
    return float(waits) if waits.ndim == 0 else waits


def answered_within(load: ArrayLike, servers: int, minutes: float, within: float) -> Any:
    """Give the share of customers who wait at most some minutes (Erlang C).

    Parameters
    ----------
    load : float or array
    servers : int
    minutes : float
        Handling time.
    within : float

    Returns
    -------
    float or array
        0 where the load reaches the number of clerks.
    """
    a = np.asarray(load, np.float64)
    share = 1 - np.asarray(erlang_c(a, servers)) * np.exp(-np.maximum(servers - a, 0) * within / minutes)
    share = np.where(a >= servers, 0.0, share)
    return float(share) if share.ndim == 0 else share


def waiting(load: float, servers: int, minutes: float, *, within: float) -> Waiting:
    """Tell the waits of a queue in which nobody gives up (M/M/c, Erlang C).

    Parameters
    ----------
    load : float
        Erlang, above zero.
    servers : int
    minutes : float
        Mean handling time.
    within : float
        Time of the service level.

    Returns
    -------
    Waiting
        Infinite waits where the load reaches the number of clerks.
    """
    checked(load, servers, minutes)
    if load >= servers:
        return Waiting(1.0, np.inf, 0.0, np.inf, 0.0, 1.0)
    waits = float(erlang_c(load, servers))
    pace = (servers - load) / minutes
    return Waiting(
        wait_share=waits,
        mean_wait=waits / pace,
        answered=1 - waits * float(np.exp(-pace * within)),
        wait_95=max(float(np.log(waits / 0.05)) / pace, 0.0) if waits > 0 else 0.0,
        lost=0.0,
        occupancy=load / servers,
    )


def waiting_with_patience(load: float, servers: int, minutes: float, patience: float, *, within: float) -> Waiting:
    """Tell the waits of a queue whose customers give up after a while (M/M/c+M, Erlang A).

    Parameters
    ----------
    load : float
        Erlang, above zero; may be above the number of clerks.
    servers : int
    minutes : float
        Mean handling time.
    patience : float
        Mean time after which a waiting customer gives up; infinite for Erlang C.
    within : float

    Returns
    -------
    Waiting

    Notes
    -----
    Palm (1957). Queue lengths by their balance equations in logarithms; the wait that a customer with endless patience
    would meet has the density L pi(c-1) exp(L/t (1 - e^(-t u)) - c m u), whose integrals are incomplete gamma functions
    (L arrivals, m services, t giving up a minute).
    """
    checked(load, servers, minutes)
    if patience == np.inf:
        return waiting(load, servers, minutes, within=within)
    if not patience > 0:
        raise ValueError(f"patience must be above zero, not {patience}")
    rate, theta = load / minutes, 1 / patience
    work = servers / minutes
    queue = _queue_lengths(rate, work, theta)
    # Everything against the state with all clerks busy and nobody waiting; states below it add up to 1 / B.
    below = 1 / float(erlang_b(load, servers)) if erlang_b(load, servers) > 0 else np.inf
    if below == np.inf:
        return Waiting(0.0, 0.0, 1.0, 0.0, 0.0, load / servers)
    top = float(queue.max())
    scaled = np.exp(queue - top)
    total = float(below * np.exp(-top) + scaled[1:].sum())
    waits = float(scaled.sum()) / total
    lost = theta * float((np.arange(len(queue)) * scaled).sum()) / total / rate

    def late(t: float) -> float:
        """Share of all who are served, but later than t."""
        # Density of the offered wait times the share whose patience lasts so long.
        return waits * float(np.exp(_log_tail(rate, work + theta, theta, t) - _log_tail(rate, work, theta, 0.0)))

    served = 1 - lost
    wait_95 = 0.0
    if late(0.0) > 0.05 * served:
        low, high = 0.0, minutes
        while late(high) > 0.05 * served:
            low, high = high, 2 * high
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (middle, high) if late(middle) > 0.05 * served else (low, middle)
        wait_95 = high
    return Waiting(
        wait_share=waits,
        mean_wait=lost / theta,
        answered=max(served - late(within), 0.0),
        wait_95=wait_95,
        lost=lost,
        occupancy=load * served / servers,
    )


def _queue_lengths(rate: float, work: float, theta: float) -> Floats:
    """Logarithms of the shares of time with 0, 1, 2... waiting, against that with none waiting."""
    n = 64
    while True:
        logs = np.concatenate([[0.0], np.cumsum(np.log(rate) - np.log(work + theta * np.arange(1, n)))])
        ratio = rate / (work + theta * n)
        # The rest is below a geometric series; stop when it is beyond sixteen digits.
        if ratio < 1 and logs[-1] - np.log1p(-ratio) < logs.max() - 40:
            return logs
        n *= 2


def _log_tail(rate: float, pace: float, theta: float, start: float) -> float:
    """Logarithm of the integral of exp(rate/theta (1 - e^(-theta u)) - pace u) from ``start`` on."""
    a, x = pace / theta, rate / theta * np.exp(-theta * start)
    return float(rate / theta - np.log(theta) - a * np.log(rate / theta) + _log_lower_gamma(a, x))


def _log_lower_gamma(a: float, x: float) -> float:
    """Logarithm of the lower incomplete gamma function, also where it is far below the smallest number."""
    if x == 0:
        return -np.inf
    if x > a:
        return float(np.log(gammainc(a, x)) + gammaln(a))
    n = 64
    while True:
        # x^a e^-x sum of x^k / (a (a+1) ... (a+k)): all terms positive.
        logs = np.concatenate([[0.0], np.cumsum(np.log(x) - np.log(a + np.arange(1, n)))])
        if logs[-1] + np.log((a + n) / (a + n - x)) < logs.max() - 40:
            break
        n *= 2
    return float(a * np.log(x) - x - np.log(a) + logs.max() + np.log(np.exp(logs - logs.max()).sum()))


@dataclass(frozen=True)
class ServiceLevel:
    """What customers are promised.

    Attributes
    ----------
    answered : float
        Share of customers served within the time, below 1.
    within : float
        Minutes.
    mean_wait : float
        Longest mean wait in minutes; infinite for none.
    wait_95 : float
        Most minutes that 95 % of customers wait; infinite for none.
    occupancy : float
        Largest mean share of clerks who are busy.
    """

    answered: float = 0.8
    within: float = 5.0
    mean_wait: float = np.inf
    wait_95: float = np.inf
    occupancy: float = 1.0

    def __post_init__(self) -> None:
        if not 0 < self.answered < 1:
            raise ValueError(f"a share of {self.answered} can't be answered in time: no number of clerks reaches all")
        if self.within < 0 or self.mean_wait <= 0 or self.wait_95 <= 0 or not 0 < self.occupancy <= 1:
            raise ValueError("times must be above zero and the occupancy between 0 and 1")

    def kept(self, load: Floats, servers: int, minutes: float) -> NDArray[np.bool_]:
        """Tell where so many clerks keep the promise for each load."""
        a = np.asarray(load, np.float64)
        waits = np.asarray(erlang_c(a, servers))
        pace = np.maximum(servers - a, 0) / minutes
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            good = 1 - waits * np.exp(-pace * self.within) >= self.answered
            if self.mean_wait < np.inf:
                good &= waits <= self.mean_wait * pace
            if self.wait_95 < np.inf:
                good &= waits * np.exp(-pace * self.wait_95) <= 0.05
        good &= a <= self.occupancy * servers
        return np.asarray(np.where(a >= servers, a <= 0, good | (a <= 0)), np.bool_)


def staff_needed(load: float, minutes: float, level: ServiceLevel) -> int:
    """Give the fewest clerks who keep a service level (Erlang C).

    Parameters
    ----------
    load : float
        Erlang, above zero.
    minutes : float
        Handling time.
    level : ServiceLevel

    Returns
    -------
    int
    """
    checked(load, 1, minutes)
    servers = int(load) + 1
    while not level.kept(np.array(load), servers, minutes):
        servers += 1
    return servers


def most_load(most: float, minutes: float, level: ServiceLevel) -> Floats:
    """Give the largest load that 0, 1, 2... clerks serve at a service level: a table to size many hours at once.

    Parameters
    ----------
    most : float
        Largest load that will be asked for.
    minutes : float
    level : ServiceLevel

    Returns
    -------
    float64
        Rising; position is the number of clerks, and the last is at least ``most``.
        ``numpy.searchsorted(table, load)`` gives the clerks that a load needs.

    Notes
    -----
    Every part of a service level gets worse with the load, so each number of clerks serves an interval from zero.
    """
    count = max(staff_needed(most, minutes, level) if most > 0 else 0, 0)
    clerks = np.arange(1, count + 1)
    low, high = np.zeros(count), clerks * min(level.occupancy, 1.0)
    for _ in range(45):
        middle = (low + high) / 2
        good = _kept_each(middle, clerks, minutes, level)
        low, high = np.where(good, middle, low), np.where(good, high, middle)
    table = np.concatenate([[0.0], np.maximum.accumulate(low)])
    if count:
        table[-1] = max(table[-1], most)
    return np.asarray(table, np.float64)


def erlang_c_each(load: Floats, clerks: NDArray[np.int64]) -> Floats:
    """Give the share of customers who wait for pairs of a load and a number of clerks: one recursion for all.

    Parameters
    ----------
    load : float64
        Below the number of clerks.
    clerks : int64
        Of the same shape.

    Returns
    -------
    float64
    """
    blocked = np.ones_like(load)
    for n in range(1, int(clerks.max(initial=0)) + 1):
        blocked = np.where(n <= clerks, load * blocked / (n + load * blocked), blocked)
    return np.asarray(clerks * blocked / (clerks - load * (1 - blocked)), np.float64)


def _kept_each(load: Floats, clerks: NDArray[np.int64], minutes: float, level: ServiceLevel) -> NDArray[np.bool_]:
    """Tell for pairs of a load and a number of clerks whether the level is kept."""
    waits = erlang_c_each(load, clerks)
    pace = (clerks - load) / minutes
    good = (1 - waits * np.exp(-pace * level.within) >= level.answered) & (load <= level.occupancy * clerks)
    if level.mean_wait < np.inf:
        good &= waits <= level.mean_wait * pace
    if level.wait_95 < np.inf:
        good &= waits * np.exp(-pace * level.wait_95) <= 0.05
    return np.asarray(good & (load < clerks), np.bool_)
