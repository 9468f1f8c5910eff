"""A week of all points and pools together, simulated: breaks, no-shows, overruns, sick clerks, a link that is down."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tunti.errors import TuntiError
from tunti.findings import Message, say
from tunti.inputs.day import half_hour
from tunti.remote.channels import CLERK_CHANNELS
from tunti.remote.engine import Customer, Engine, Group
from tunti.remote.service import Dimensioned
from tunti.remote.shifts import shift_plan
from tunti.remote.single import interval
from tunti.settings_remote import RemoteSettings

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

DAY = 1440.0
"""Minutes of a day."""

SPOKEN = ("remote_room", "home_video", "phone", "counter")
"""Channels in which somebody talks with the customer: those that are simulated."""


@dataclass(frozen=True, eq=False)
class Simulated:
    """What happened in the simulated weeks.

    Attributes
    ----------
    kinds, names : list of str
        What each row is: ``clerks``, ``interpreters``, ``rooms``, ``counters``, ``all`` or ``day``, and the name
        of the pool or the number of the weekday.
    month : int
        1 for January.
    customers, mean_wait, answered, wait_95, lost, occupancy : float64, shape (weeks, rows)
    points : DataFrame
        ``site, customers, mean_wait, answered`` of the remote rooms.
    """

    kinds: list[str]
    names: list[str]
    month: int
    customers: Floats
    mean_wait: Floats
    answered: Floats
    wait_95: Floats
    lost: Floats
    occupancy: Floats
    points: pd.DataFrame


def read_outage(text: str) -> tuple[float, float]:
    """Read when the remote link is down: ``2@10:00+90`` is Tuesday from 10 for 90 minutes.

    Returns
    -------
    (float, float)
        Minutes from Monday midnight.

    Raises
    ------
    TuntiError
        The text says something else.
    """
    found = re.fullmatch(r"\s*([1-7])\s*@\s*([\d:.]+)\s*\+\s*(\d+(?:\.\d+)?)\s*", text)
    half = half_hour(found[2]) if found else None
    if found is None or half is None:
        raise TuntiError(
            say("{value} is no outage. Write weekday, time and minutes: 2@10:00+90 is Tuesday from 10.", value=text)
        )
    begins = (int(found[1]) - 1) * DAY + 30.0 * half
    return begins, begins + float(found[3])


def simulate(
    detail: Dimensioned,
    settings: RemoteSettings,
    *,
    month: int | None = None,
    weeks: int | None = None,
    outage: tuple[float, float] | None = None,
    progress: Callable[[Message, float | None], None] | None = None,
) -> Simulated:
    """Simulate weeks of a month over all points and pools together.

    Parameters
    ----------
    detail : Dimensioned
        From :func:`tunti.remote.service.dimension`.
    settings : RemoteSettings
        ``replications, seed, no_show_share, overrun_share, overrun_factor, sick_share, patience_minutes``.
    month : int, optional
        1 for January; the month with most work by default.
    weeks : int, optional
        Independent weeks; the setting by default.
    outage : (float, float), optional
        Minutes from Monday midnight between which the remote link is down.
    progress : callable, optional

    Returns
    -------
    Simulated

    Notes
    -----
    Walk-ins come at random (Poisson within each half-hour), booked customers evenly; times of service are exponential
    and overrun at times. Clerks keep the shifts of the month's plan with their breaks; on each day some are sick, but
    never all of a pool. Who waits at closing is served. The same seed gives the same weeks.
    """
    load = detail.clerk_staff.load
    at = (int(load.sum(axis=(0, 2, 3)).argmax()) if len(load) else 0) if month is None else month - 1
    _, on_duty = shift_plan(list(detail.clerks.names["pool"]), detail.clerk_staff.staff[:, at], settings)
    count = settings.replications if weeks is None else weeks
    runs, rooms = [], []
    for r in range(count):
        if progress is not None:
            progress(say("simulating weeks"), r / count)
        one = _week(detail, settings, at, on_duty, outage, np.random.default_rng([settings.seed, at, r]))
        runs.append(one[0])
        rooms.append(one[1])
    if progress is not None:
        progress(say("simulating weeks"), 1.0)
    stacked = np.array(runs)
    served = np.array(rooms)
    sites = np.array(detail.visits.sites, object)
    busy = served[:, :, 0].sum(axis=0) > 0
    with np.errstate(invalid="ignore", divide="ignore"):
        means = served[:, busy, 1:].sum(axis=0) / served[:, busy, :1].sum(axis=0)
    points = pd.DataFrame(
        {
            "site": sites[busy],
            "customers": served[:, busy, 0].mean(axis=0),
            "mean_wait": means[:, 0],
            "answered": means[:, 1],
        }
    )
    clerks, interpreters = list(detail.clerks.names["pool"]), list(detail.interpreters.names["pool"])
    kinds = ["all", "rooms", "counters", *["clerks"] * len(clerks), *["interpreters"] * len(interpreters)]
    kinds += ["day"] * 7
    names = ["", "", "", *clerks, *interpreters, *(str(day) for day in range(1, 8))]
    return Simulated(
        kinds=kinds,
        names=names,
        month=at + 1,
        customers=stacked[:, :, 0],
        mean_wait=stacked[:, :, 1],
        answered=stacked[:, :, 2],
        wait_95=stacked[:, :, 3],
        lost=stacked[:, :, 4],
        occupancy=stacked[:, :, 5],
        points=points,
    )


def _week(
    detail: Dimensioned,
    settings: RemoteSettings,
    month: int,
    on_duty: Ints,
    outage: tuple[float, float] | None,
    rng: np.random.Generator,
) -> tuple[Floats, Floats]:
    engine = Engine(outage=outage)
    n = len(detail.visits.sites)
    clerks = [Group(engine, 0) for _ in range(len(detail.clerks.names))]
    interpreters = [Group(engine, 0) for _ in range(len(detail.interpreters.names))]
    rooms = [Group(engine, int(k)) for k in detail.room_count]
    counters = [Group(engine, int(max(k, 1))) for k in detail.rooms.counters]
    duty = _with_sick(on_duty, settings, rng)
    _shifts(engine, clerks, duty)
    _shifts(engine, interpreters, detail.interpreter_staff.staff[:, month])
    open_ = np.stack([detail.calendar.week[np.unique(detail.calendar.kind[:, j])].sum(axis=0) > 0 for j in range(n)])
    for places in (rooms, counters):
        used = [j for j, g in enumerate(places) if g.places > 0]
        _shifts(
            engine,
            [places[j] for j in used],
            open_[used] * np.array([places[j].places for j in used], np.int64)[:, None, None],
        )
    engine.feed(_customers(detail, settings, month, rng, clerks, interpreters, rooms, counters))
    engine.run()
    rows = [_figures([engine.served_wait], settings.within_minutes, 0, 0.0, 0.0)]
    came, waited = np.array(engine.served_came), np.array(engine.served_wait)
    days = [
        _figures([waited[(came >= day * DAY) & (came < (day + 1) * DAY)]], settings.within_minutes, 0, 0.0, 0.0)
        for day in range(7)
    ]
    for groups in (rooms, counters, *([g] for g in clerks), *([g] for g in interpreters)):
        for g in groups:
            g.close()
        rows.append(
            _figures(
                [g.waits for g in groups],
                settings.within_minutes,
                sum(g.lost for g in groups),
                sum(g.kept for g in groups),
                sum(g.offered for g in groups),
            )
        )
    rows[0][4] = sum(g.lost for g in (*rooms, *counters, *clerks, *interpreters)) / max(rows[0][0], 1.0)
    by_room = np.zeros((n, 3))
    for j, room in enumerate(rooms):
        waits = np.array(room.waits)
        by_room[j] = len(waits), waits.sum(), (waits <= settings.within_minutes).sum()
    return np.array([*rows, *days]), by_room


def _figures(waits: list[Any], within: float, lost: int, kept: float, offered: float) -> list[float]:
    known = np.concatenate([np.array(w) for w in waits]) if waits else np.zeros(0)
    came = len(known) + lost
    if not len(known):
        return [float(came), 0.0, 1.0 if not came else 0.0, 0.0, lost / came if came else 0.0, 0.0]
    return [
        float(came),
        float(known.mean()),
        float((known <= within).sum()) / came,
        float(np.quantile(known, 0.95)),
        lost / came,
        kept / offered if offered > 0 else 0.0,
    ]


def _with_sick(on_duty: Ints, settings: RemoteSettings, rng: np.random.Generator) -> Ints:
    """Take the sick of each day off, but leave one at work where there was one."""
    most = on_duty.max(axis=2, initial=0)
    sick = rng.binomial(most, settings.sick_share)
    return np.where(on_duty > 0, np.maximum(on_duty - sick[:, :, None], 1), 0)


def _shifts(engine: Engine, groups: list[Group], duty: Ints) -> None:
    """Let people come and go by the half-hour; after the last one who is left serves who still waits."""
    for g, group in enumerate(groups):
        week = duty[g].ravel()
        # In the night the last number stays until all are served; nobody new comes.
        for k in np.flatnonzero(week > 0):
            if k == 0 or week[k - 1] != week[k]:
                engine.later(30.0 * float(k), lambda _, group=group, n=int(week[k]): group.change(n))
            if (k + 1) % 48 and week[(k + 1) % len(week)] == 0:
                engine.later(
                    30.0 * float(k + 1), lambda _, group=group: group.change(max(group.busy, 1), is_open=False)
                )


def _customers(
    detail: Dimensioned,
    settings: RemoteSettings,
    month: int,
    rng: np.random.Generator,
    clerks: list[Group],
    interpreters: list[Group],
    rooms: list[Group],
    counters: list[Group],
) -> Iterator[Customer]:
    """Make a week's customers in the order of coming."""
    visits, weekly = detail.visits, detail.calendar
    services, sites = np.nonzero(np.asarray(sum(visits.visits[c] for c in SPOKEN)) > 0)
    kind = weekly.kind[services, sites]
    week = weekly.week.reshape(len(weekly.week), -1)
    parts = []
    for c, channel in enumerate(SPOKEN):
        expected = visits.visits[channel][services, sites] * weekly.month[kind, month]
        # First how many of each service and point, then when: the same as by the half-hour, and quicker.
        count = rng.poisson(expected)
        who = np.repeat(np.arange(len(services)), count)
        half = np.empty(len(who), np.int64)
        for k in range(len(week)):
            mine = kind[who] == k
            half[mine] = rng.choice(week.shape[1], size=int(mine.sum()), p=week[k])
        parts.append(np.stack([np.full(len(who), c), who, half]))
    channel, who, half = np.concatenate(parts, axis=1)
    s, j = services[who], sites[who]
    n = len(who)
    booked = rng.random(n) < settings.booked_share
    times = 30.0 * (half + rng.random(n))
    # Booked customers of a pool come evenly over the half-hour.
    place = np.where(channel < len(CLERK_CHANNELS), detail.clerks.unit[s, j], len(clerks) + j)
    order = np.lexsort((times, half, place, ~booked))
    key = place[order] * 400 + half[order]
    first = np.flatnonzero(booked[order])
    if len(first):
        same = key[first]
        starts = np.concatenate([[0], np.flatnonzero(np.diff(same)) + 1])
        sizes = np.diff(np.concatenate([starts, [len(same)]]))
        rank = np.arange(len(same)) - np.repeat(starts, sizes)
        times[order[first]] = 30.0 * (half[order[first]] + rank / np.repeat(sizes, sizes))
    spoken = np.asarray(sum(visits.visits[c] for c in SPOKEN))
    with np.errstate(invalid="ignore", divide="ignore"):
        odds = np.cumsum(np.where(spoken > 0, detail.interpreted / spoken, 0.0), axis=0)
    draw = rng.random(n)
    language = np.full(n, -1, np.int64)
    needs = np.flatnonzero(draw < odds[-1, s, j]) if len(odds) else np.zeros(0, np.int64)
    language[needs] = (draw[needs] >= odds[:, s[needs], j[needs]]).sum(axis=0)
    mean = visits.minutes[s] * np.where(language >= 0, settings.interpreted_factor, 1.0)
    minutes = rng.exponential(mean)
    minutes = np.where(rng.random(n) < settings.overrun_share, minutes * settings.overrun_factor, minutes)
    absent = booked & (rng.random(n) < settings.no_show_share)
    patience = np.full(n, np.inf)
    if settings.patience_minutes is not None:
        patience = np.where(booked, np.inf, rng.exponential(settings.patience_minutes, n))
    unit, spoken_pool = detail.clerks.unit, detail.interpreters.unit
    for i in np.argsort(times, kind="stable"):
        if absent[i]:
            continue
        name = SPOKEN[channel[i]]
        groups: list[Group] = []
        if name == "remote_room":
            groups.append(rooms[j[i]])
        if name == "counter":
            groups.append(counters[j[i]])
        else:
            groups.append(clerks[unit[s[i], j[i]]])
        if language[i] >= 0:
            groups.append(interpreters[spoken_pool[language[i], j[i]]])
        yield Customer(
            float(times[i]),
            tuple(groups),
            float(minutes[i]),
            first=bool(booked[i]),
            link=name in ("remote_room", "home_video"),
            patience=float(patience[i]),
            after=settings.turnover_minutes if name == "remote_room" else 0.0,
        )


def simulated_frame(simulated: list[Simulated], *, confidence: float = 0.95) -> pd.DataFrame:
    """Put simulated weeks into a table with confidence intervals.

    Parameters
    ----------
    simulated : list of Simulated
        One per month.
    confidence : float

    Returns
    -------
    DataFrame
        ``month, kind, pool, customers, mean_wait, mean_wait_half, answered, answered_half, wait_95, lost, occupancy``;
        an interval is the mean plus and minus its half.
    """
    rows = []
    for one in simulated:
        for k, (kind, name) in enumerate(zip(one.kinds, one.names, strict=True)):
            wait = interval(one.mean_wait[:, k], confidence=confidence)
            answered = interval(one.answered[:, k], confidence=confidence)
            rows.append(
                {
                    "month": one.month,
                    "kind": kind,
                    "pool": name,
                    "customers": float(one.customers[:, k].mean()),
                    "mean_wait": wait.mean,
                    "mean_wait_half": wait.half,
                    "answered": answered.mean,
                    "answered_half": answered.half,
                    "wait_95": float(one.wait_95[:, k].mean()),
                    "lost": float(one.lost[:, k].mean()),
                    "occupancy": float(one.occupancy[:, k].mean()),
                }
            )
    return pd.DataFrame(rows)
