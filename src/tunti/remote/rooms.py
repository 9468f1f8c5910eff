"""Remote rooms of each point, the trade with counters, and which small points can be led by remote service."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tunti.inputs.columns import MODES
from tunti.remote.channels import IN_PERSON, Channelled
from tunti.remote.hours import Calendar
from tunti.remote.pools import Sizes, met
from tunti.settings_remote import RemoteSettings

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Rooms:
    """Rooms and counters by point.

    Attributes
    ----------
    load : float64, shape (sites,)
        Erlang of the remote rooms in the busiest half-hour of the year.
    rooms : int64, shape (sites,)
        Rooms needed.
    answered, mean_wait : float64, shape (sites,)
        Share of customers with a room in time, and mean wait for it, in the busiest month.
    counters, counters_if_staffed : int64, shape (sites,)
        Counters for the visits to staff, and for those of the remote rooms too.
    hosts : int64, shape (sites,)
        Hosts for digital support and for those who use the rooms.
    minutes : float64, shape (sites,)
        Minutes that a customer keeps a room.
    """

    load: Floats
    rooms: Ints
    answered: Floats
    mean_wait: Floats
    counters: Ints
    counters_if_staffed: Ints
    hosts: Ints
    minutes: Floats


def rooms_and_counters(
    visits: Channelled,
    minutes: Floats,
    calendar: Calendar,
    sizes: Sizes,
    settings: RemoteSettings,
    *,
    clerk_wait: Floats,
) -> Rooms:
    """Size the rooms and counters of each point from its own demand.

    Parameters
    ----------
    visits : Channelled
    minutes : float64, shape (services, sites)
        Clerk's minutes a visit, interpretation included.
    calendar : Calendar
    sizes : Sizes
    settings : RemoteSettings
    clerk_wait : float64, shape (services, sites)
        Mean minutes that a customer waits in the room for the clerk elsewhere.

    Returns
    -------
    Rooms

    Notes
    -----
    A room is kept from the time the customer enters: the wait for the clerk, the visit and the change of customers. A
    counter is kept for the visit. Agencies share the rooms and the counters of a point.
    """
    n = len(visits.sites)
    own = np.broadcast_to(np.arange(n), visits.mode.shape)
    in_room = visits.visits["remote_room"]
    room_minutes = minutes + clerk_wait + settings.turnover_minutes
    load, rooms, kept = _sized(own, in_room, room_minutes, calendar, sizes, settings.booked_share, n)
    at_counter = visits.visits["counter"]
    _, counters, _ = _sized(own, at_counter, minutes, calendar, sizes, settings.booked_share, n)
    both = at_counter + in_room
    _, staffed, _ = _sized(own, both, minutes, calendar, sizes, settings.booked_share, n)
    support = visits.visits["digital_support"]
    hosted = support + in_room
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(hosted > 0, (support * visits.minutes[:, None] + in_room * settings.host_minutes) / hosted, 0.0)
    _, hosts, _ = _sized(own, hosted, mean, calendar, sizes, 0.0, n)
    answered, wait = np.ones(n), np.zeros(n)
    peak = load.max(axis=(1, 2, 3), initial=0.0)
    for j in np.flatnonzero(rooms > 0):
        month = int(load[j].sum(axis=(1, 2)).argmax())
        week = load[j, month]
        answered[j], wait[j], _, _ = met(
            week,
            np.where(week > 0, rooms[j], 0),
            float(kept[j]),
            settings.booked_share,
            sizes.level.within,
            wait_of_95=False,
        )
    return Rooms(peak, rooms, answered, wait, counters, staffed, hosts, kept)


def _sized(
    own: NDArray[np.int64],
    customers: Floats,
    minutes: Floats,
    calendar: Calendar,
    sizes: Sizes,
    booked: float,
    n: int,
) -> tuple[Floats, Ints, Floats]:
    """Load by half-hour, places needed at the peak, and mean minutes of a customer, by site."""
    work = calendar.summed(own, customers * minutes, n)
    count = customers.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(count > 0, (customers * minutes).sum(axis=0) / count, 0.0)
    load = np.stack([calendar.load(work, m) for m in range(12)], axis=1)
    peak = load.max(axis=(1, 2, 3), initial=0.0)
    needed = np.zeros(n, np.int64)
    # Sites with handling times of the same whole minute share a table of sizes; the larger minute is safe.
    whole = np.ceil(mean)
    for minute in np.unique(whole[peak > 0]):
        same = (whole == minute) & (peak > 0)
        needed[same] = sizes.needed(peak[same], float(minute), booked)
    return load, needed, mean


def remote_led(
    visits: Channelled, shares: Floats, settings: RemoteSettings
) -> tuple[Floats, Floats, NDArray[np.bool_], NDArray[np.bool_]]:
    """Tell which points are, or could be, led by remote service.

    Parameters
    ----------
    visits : Channelled
    shares : float64, shape (services,)
        Share of each service's visits that a remote connection can settle.
    settings : RemoteSettings
        ``small_visits_week, remote_led_share``.

    Returns
    -------
    week : float64, shape (sites,)
        Visits to the point in a week.
    share : float64, shape (sites,)
        Share of the point's visits that need no staff of an agency there, now or if what can be were remote.
    is_led : bool, shape (sites,)
        No agency has staff there, and visits are served remotely or with a host's help.
    can_be : bool, shape (sites,)
        Agencies have staff there, demand is low, and enough visits could be settled remotely.
    """
    away = visits.visits["remote_room"] + visits.visits["digital_support"]
    whole = visits.visits["counter"] + away
    could = away + visits.visits["counter"] * shares[:, None]
    total = whole.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(total > 0, could.sum(axis=0) / total, 0.0)
    week = total / (365 / 7)
    staffed = np.isin(visits.mode, [MODES.index(m) for m in IN_PERSON]).any(axis=0)
    is_led = ~staffed & (away.sum(axis=0) > 0)
    low = (week < settings.small_visits_week) & (total > 0)
    return week, share, is_led, staffed & low & (share >= settings.remote_led_share)
