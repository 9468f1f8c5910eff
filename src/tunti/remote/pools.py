"""Pools of remote clerks and of interpreters: how many are needed at every half-hour, and what their customers meet."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tunti.inputs.day import HALF_HOURS
from tunti.remote.booked import most_load_with_booked, walk_in_over
from tunti.remote.hours import MONTH_DAYS, Calendar
from tunti.remote.queues import ServiceLevel, erlang_c_each
from tunti.settings_remote import RemoteSettings

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def service_level(settings: RemoteSettings) -> ServiceLevel:
    """Give the service level that the settings promise.

    Raises
    ------
    ValueError
        The share answered is 1: no number of clerks reaches it.
    """
    return ServiceLevel(
        answered=settings.answered_share,
        within=settings.within_minutes,
        mean_wait=settings.mean_wait_minutes or np.inf,
        wait_95=settings.wait_95_minutes or np.inf,
        occupancy=settings.occupancy,
    )


@dataclass(frozen=True, eq=False)
class Pools:
    """Groups that serve together, and their work.

    Attributes
    ----------
    names : DataFrame
        One row per pool: ``pool`` and what tells it apart (``agency, skill`` or ``language``; ``region``, ``site``).
    group : int64, shape (services,)
        Agency and skill of each service, or pool of each language; -1 for none.
    unit : int64, shape (services, sites)
        Pool of each service (of each language for interpreters) at each site, -1 for none.
    work, visits : float64, shape (pools, kinds)
        Minutes of work and customers in a year by kind of calendar.
    minutes : float64, shape (pools,)
        Mean minutes of a customer.
    booked : float64, shape (pools,)
        Share of customers who are booked.
    """

    names: pd.DataFrame
    group: Ints
    unit: Ints
    work: Floats
    visits: Floats
    minutes: Floats
    booked: Floats


@dataclass(frozen=True, eq=False)
class Staffing:
    """How many serve in each half-hour of the year's months, and what their customers meet.

    Attributes
    ----------
    load : float64, shape (pools, 12, 7, 48)
        Erlang.
    staff : int64, shape (pools, 12, 7, 48)
    peak : int64, shape (pools,)
        Most at a time: the workplaces that the pool needs.
    hours : float64, shape (pools,)
        Hours at work in a year, before shifts.
    answered, mean_wait, wait_95, occupancy : float64, shape (pools,)
        In the busiest month, over all customers, booked and not.
    """

    load: Floats
    staff: Ints
    peak: Ints
    hours: Floats
    answered: Floats
    mean_wait: Floats
    wait_95: Floats
    occupancy: Floats


@dataclass(eq=False)
class Sizes:
    """Tables of the largest loads that so many clerks serve, each made once.

    Attributes
    ----------
    level : ServiceLevel
    """

    level: ServiceLevel
    _known: dict[tuple[float, float], Floats] = field(default_factory=dict)

    def needed(self, load: Floats, minutes: float, booked: float) -> Ints:
        """Give the clerks that each load needs.

        Parameters
        ----------
        load : float64
        minutes : float
            Handling time.
        booked : float
            Share of customers who are booked.

        Returns
        -------
        int64
            Of the load's shape; 0 where there is no load.
        """
        most = float(load.max(initial=0.0))
        if most <= 0:
            return np.zeros(load.shape, np.int64)
        key = (round(minutes, 2), round(booked, 3))
        table = self._known.get(key)
        if table is None or table[-1] < most:
            table = most_load_with_booked(1.05 * most, key[1], max(key[0], 0.01), self.level)
            self._known[key] = table
        return np.searchsorted(table, load * (1 - 1e-12), side="left").astype(np.int64)


def staffing(pools: Pools, calendar: Calendar, sizes: Sizes) -> Staffing:
    """Size each pool for each half-hour of each month.

    Parameters
    ----------
    pools : Pools
    calendar : Calendar
    sizes : Sizes

    Returns
    -------
    Staffing
    """
    n = len(pools.work)
    load = (
        np.stack([calendar.load(pools.work, m) for m in range(12)], axis=1) if n else np.zeros((0, 12, 7, HALF_HOURS))
    )
    staff = np.zeros(load.shape, np.int64)
    for u in range(n):
        staff[u] = sizes.needed(load[u], pools.minutes[u], pools.booked[u])
    weeks = MONTH_DAYS / 7
    figures = np.zeros((4, n))
    for u in range(n):
        month = int(load[u].sum(axis=(1, 2)).argmax())
        figures[:, u] = met(load[u, month], staff[u, month], pools.minutes[u], pools.booked[u], sizes.level.within)
    return Staffing(
        load=load,
        staff=staff,
        peak=staff.max(axis=(1, 2, 3), initial=0),
        hours=(staff.sum(axis=(2, 3)) * weeks).sum(axis=1) / 2,
        answered=figures[0],
        mean_wait=figures[1],
        wait_95=figures[2],
        occupancy=figures[3],
    )


def summed_up(
    work: Floats, calendar: Calendar, sizes: Sizes, *, parent: Ints, minutes: Floats, booked: Floats
) -> tuple[Ints, Floats]:
    """Size many small pools without keeping their half-hours: what it would take without sharing.

    Parameters
    ----------
    work : float64, shape (units, kinds)
    calendar : Calendar
    sizes : Sizes
    parent : int64, shape (units,)
        Row of ``minutes`` and ``booked``: handling times are those of the whole, so that only sharing differs.
    minutes, booked : float64, shape (parents,)

    Returns
    -------
    peak : int64, shape (units,)
    hours : float64, shape (units,)
        Hours at work in a year.
    """
    peak, hours = np.zeros(len(work), np.int64), np.zeros(len(work))
    for p in range(len(minutes)):
        own = np.flatnonzero(parent == p)
        # One month at a time: thousands of points would not fit into memory with all their half-hours of a year.
        most = [float(calendar.load(work[own], m).max(initial=0.0)) for m in range(12)]
        # The busiest month first, so that the table of sizes is made once.
        for m in np.argsort(-np.array(most), kind="stable"):
            staff = sizes.needed(calendar.load(work[own], int(m)), minutes[p], booked[p])
            peak[own] = np.maximum(peak[own], staff.max(axis=(1, 2), initial=0))
            hours[own] += staff.sum(axis=(1, 2)) * MONTH_DAYS[m] / 14
    return peak, hours


def met(
    load: Floats, staff: Ints, minutes: float, booked: float, within: float, *, wait_of_95: bool = True
) -> tuple[float, float, float, float]:
    """Tell what customers meet over a week: share answered, mean wait, wait of 95 %, occupancy.

    Parameters
    ----------
    load : float64
        Erlang of each half-hour.
    staff : int64
        Of the same shape; more than the load wherever there is one.
    minutes : float
    booked : float
    within : float
    wait_of_95 : bool
        Whether the wait of 95 % is asked for; 0 otherwise.

    Returns
    -------
    (float, float, float, float)
    """
    busy = load > 0
    a, c = load[busy], staff[busy]
    if not len(a):
        return 1.0, 0.0, 0.0, 0.0
    # Each size and load once: weeks repeat themselves.
    pairs, back = np.unique(np.stack([a, c.astype(np.float64)], axis=1), axis=0, return_inverse=True)
    weight = np.asarray(np.bincount(back.ravel(), weights=a), np.float64)
    weight = weight / weight.sum()
    a, c = pairs[:, 0], pairs[:, 1].astype(np.int64)
    waits = erlang_c_each(a, c)
    first, walk = booked * a, (1 - booked) * a

    def late(t: float) -> float:
        share = booked * np.exp(-(c - first) * t / minutes)
        if booked < 1:
            over = (
                np.exp(-(c - a) * t / minutes)
                if booked <= 0
                else walk_in_over(np.full(len(a), t), first, walk, c, minutes)
            )
            share = share + (1 - booked) * over
        return float((weight * waits * share).sum())

    pace = (c - first) / minutes
    mean = waits * (booked / pace + (1 - booked) / ((1 - first / c) * (c - a) / minutes))
    wait_95 = 0.0
    if wait_of_95 and late(0.0) > 0.05:
        low, high = 0.0, minutes
        while late(high) > 0.05:
            low, high = high, 2 * high
        for _ in range(25):
            middle = (low + high) / 2
            low, high = (middle, high) if late(middle) > 0.05 else (low, middle)
        wait_95 = high
    return 1 - late(within), float((weight * mean).sum()), wait_95, float(load.sum() / staff[busy].sum())


def by_scope(group: Ints, scope: list[str], sites: tuple[str, ...], region: list[str]) -> tuple[Ints, pd.DataFrame]:
    """Split groups into pools by how far each is shared.

    Parameters
    ----------
    group : int64, shape (services,)
        Group of each service, -1 for none.
    scope : list of str
        ``country``, ``region`` or ``point`` for each group.
    sites : tuple of str
    region : list of str
        Region of each site.

    Returns
    -------
    unit : int64, shape (services, sites)
    names : DataFrame
        ``group, region, site`` of each pool; empty texts where shared more widely.
    """
    rows: dict[tuple[int, str, str], int] = {}
    unit = np.full((len(group), len(sites)), -1, np.int64)
    for s, g in enumerate(group):
        if g < 0:
            continue
        for j, site in enumerate(sites):
            where = {"country": ("", ""), "region": (region[j], "")}.get(scope[g], (region[j], site))
            unit[s, j] = rows.setdefault((int(g), *where), len(rows))
    return unit, pd.DataFrame(list(rows), columns=["group", "region", "site"])
