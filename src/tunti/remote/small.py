"""Small groups: a waiting room that can be full, and a known number of people who may come."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaincc

from tunti.remote.queues import Waiting, checked

Floats = NDArray[np.float64]


def balance(births: ArrayLike, deaths: ArrayLike) -> Floats:
    """Give the share of time in each state of a queue that moves one up or down at a time.

    Parameters
    ----------
    births, deaths : array, shape (states - 1,)
        Rate from state n to n + 1, and back from n + 1 to n.

    Returns
    -------
    float64, shape (states,)
        Adds up to 1; worked out in logarithms, so any number of states will do.
    """
    up, down = np.asarray(births, np.float64), np.asarray(deaths, np.float64)
    with np.errstate(divide="ignore"):
        logs = np.concatenate([[0.0], np.cumsum(np.log(up) - np.log(down))])
    share = np.exp(logs - logs.max())
    return np.asarray(share / share.sum(), np.float64)


def waiting_room(load: float, servers: int, minutes: float, room: int, *, within: float) -> Waiting:
    """Tell the waits where at most so many customers fit in, clerks' chairs included (M/M/c/K).

    Parameters
    ----------
    load : float
        Erlang, above zero; may be above the number of clerks.
    servers : int
    minutes : float
    room : int
        Most customers in service and waiting together; at least the number of clerks.
    within : float

    Returns
    -------
    Waiting
        ``lost`` are those who find it full; waits are those of the served.
    """
    checked(load, servers, minutes)
    if room < servers:
        raise ValueError(f"{room} places can't seat the customers of {servers} clerks")
    states = np.arange(room + 1)
    share = balance(np.full(room, load / minutes), np.minimum(states[1:], servers) / minutes)
    return _seen(share[:-1] / share[:-1].sum(), servers, minutes, within, float(share[-1]), load)


def known_customers(each: float, customers: int, servers: int, minutes: float, *, within: float) -> Waiting:
    """Tell the waits where only so many people can come, each after a while of being away (finite source).

    Parameters
    ----------
    each : float
        Rate at which one who is away comes, a minute.
    customers : int
        People of the group.
    servers : int
    minutes : float
    within : float

    Returns
    -------
    Waiting

    Notes
    -----
    Whoever comes sees the group without himself (Sevast'yanov 1957; Lavenberg and Reiser 1980).
    """
    checked(each, servers, minutes)
    if customers < 1:
        raise ValueError(f"there must be somebody to come, not {customers}")
    whole = np.arange(customers + 1)
    share = balance(each * (customers - whole[:-1]), np.minimum(whole[1:], servers) / minutes)
    busy = float((share * np.minimum(whole, servers)).sum())
    others = np.arange(customers)
    seen = balance(each * (customers - 1 - others[:-1]), np.minimum(others[1:], servers) / minutes)
    return _seen(seen, servers, minutes, within, 0.0, busy)


def _seen(seen: Floats, servers: int, minutes: float, within: float, lost: float, load: float) -> Waiting:
    """Tell the waits of those who come in and find n there, by the shares of n; served in the order of coming."""
    ahead = np.arange(len(seen)) - servers + 1  # services that must end first
    late = ahead > 0
    weight, ahead = seen[late], ahead[late]

    def over(t: float) -> float:
        return float((weight * gammaincc(ahead, servers * t / minutes)).sum())

    wait_95 = 0.0
    if weight.sum() > 0.05:
        low, high = 0.0, minutes
        while over(high) > 0.05:
            low, high = high, 2 * high
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (middle, high) if over(middle) > 0.05 else (low, middle)
        wait_95 = high
    return Waiting(
        wait_share=float(weight.sum()),
        mean_wait=float((weight * ahead).sum()) * minutes / servers,
        answered=(1 - lost) * (1 - over(within)),
        wait_95=wait_95,
        lost=lost,
        occupancy=load * (1 - lost) / servers,
    )
