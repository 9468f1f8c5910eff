"""The tables that readers see: points, pools, load by hour, and the totals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tunti.inputs.day import clock
from tunti.remote.channels import CHANNELS
from tunti.remote.pools import Pools, Sizes, Staffing, by_scope, summed_up
from tunti.remote.queues import waiting_with_patience
from tunti.remote.rooms import Rooms
from tunti.remote.value import break_even, interpreter_cents, prices, travel
from tunti.settings import Settings

if TYPE_CHECKING:
    from tunti.remote.service import Dimensioned, RemoteService

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def clerk_frame(
    pools: Pools,
    staff: Staffing,
    shifts: pd.DataFrame,
    peak_week: Ints,
    settings: Settings,
    *,
    parent: Ints,
    alone: tuple[Ints, Floats],
) -> pd.DataFrame:
    """Give one row per pool of clerks.

    Returns
    -------
    DataFrame
        ``pool, agency, skill, region, site, visits_year, minutes, peak_load, clerks, hours_year, paid_hours_year,
        person_years, answered, mean_wait, wait_95, occupancy, lost, cents_year, clerks_alone, cents_alone``; lost is
        the share who give up at the busiest half-hour (Erlang A) where the setting ``patience_minutes`` says when.
    """
    remote = settings.remote
    needed = peak_week.sum(axis=(1, 2)) / 2
    paid = shifts.groupby("pool")["paid_hours"].sum().reindex(pools.names["pool"]).fillna(0).to_numpy(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        # Whole shifts cost more hours than the half-hours need; the busiest week tells how much more.
        over = np.where(needed > 0, paid / needed, 1.0)
    hours = staff.hours * over
    table = pools.names[["pool", "agency", "skill", "region", "site"]].copy()
    table["visits_year"] = pools.visits.sum(axis=1)
    table["minutes"] = pools.minutes
    table["peak_load"] = staff.load.max(axis=(1, 2, 3), initial=0.0)
    table["clerks"] = staff.peak
    table["hours_year"] = staff.hours
    table["paid_hours_year"] = hours
    table["person_years"] = hours / remote.person_year_hours
    table["answered"] = staff.answered
    table["mean_wait"] = staff.mean_wait
    table["wait_95"] = staff.wait_95
    table["occupancy"] = staff.occupancy
    table["lost"] = _lost(pools, staff, settings)
    clerk = prices(settings).clerk_hour
    table["cents_year"] = np.rint(hours * clerk).astype(np.int64)
    peak, own_hours = alone
    table["clerks_alone"] = np.bincount(parent, weights=peak, minlength=len(table)).astype(np.int64)
    each = np.bincount(parent, weights=own_hours, minlength=len(table)) * over
    table["cents_alone"] = np.rint(each * clerk).astype(np.int64)
    return table


def interpreter_frame(
    detail: Dimensioned, settings: Settings, sizes: Sizes, site_region: list[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give one row per pool of interpreters, and what each region would need alone.

    Returns
    -------
    pools : DataFrame
        ``pool, language, region, site, visits_year, minutes, booked, peak_load, interpreters, hours_year, answered,
        mean_wait, wait_95, cents_remote, cents_on_site, travel_minutes_saved, interpreters_alone``; alone means that
        every region has its own.
    alone : DataFrame
        ``kind, pool, region, alone``.
    """
    pools, staff, remote = detail.interpreters, detail.interpreter_staff, settings.remote
    visits, n = detail.visits, len(detail.interpreters.names)
    table = pools.names[["pool", "language", "region", "site"]].copy()
    table["visits_year"] = pools.visits.sum(axis=1)
    table["minutes"] = pools.minutes
    table["booked"] = pools.booked
    table["peak_load"] = staff.load.max(axis=(1, 2, 3), initial=0.0)
    table["interpreters"] = staff.peak
    table["hours_year"] = pools.work.sum(axis=1) / 60
    table["answered"] = staff.answered
    table["mean_wait"] = staff.mean_wait
    table["wait_95"] = staff.wait_95
    money = np.zeros((3, n))
    alone = np.zeros(n)
    by_region, names = by_scope(
        np.arange(len(detail.languages.names)), ["region"] * len(detail.languages.names), visits.sites, site_region
    )
    work = np.zeros((len(names), len(detail.calendar.week)))
    parent = np.full(len(names), -1, np.int64)
    each = visits.minutes * remote.interpreted_factor
    for k in range(len(detail.languages.names)):
        count = detail.interpreted[k]
        there = np.broadcast_to(pools.unit[k], count.shape)
        ok = there >= 0
        for row, cents in enumerate(interpreter_cents(count, np.broadcast_to(each[:, None], count.shape), remote)):
            money[row] += np.bincount(there[ok], weights=cents[ok], minlength=n)
        if not ok.any():
            continue
        places = np.broadcast_to(by_region[k], count.shape)
        kept = pools.minutes[np.maximum(there, 0)]
        work += detail.calendar.summed(places, count * kept, len(names))
        parent[by_region[k]] = pools.unit[k]
    known = parent >= 0
    peak, _ = summed_up(
        work[known], detail.calendar, sizes, parent=parent[known], minutes=pools.minutes, booked=pools.booked
    )
    alone += np.bincount(parent[known], weights=peak, minlength=n)
    table["cents_remote"] = np.rint(money[0]).astype(np.int64)
    table["cents_on_site"] = np.rint(money[1]).astype(np.int64)
    table["travel_minutes_saved"] = money[2]
    table["interpreters_alone"] = alone.astype(np.int64)
    own = pd.DataFrame(
        {
            "kind": "interpreters",
            "pool": pools.names["pool"].to_numpy()[parent[known]],
            "region": names["region"].to_numpy()[known],
            "alone": peak,
        }
    )
    return table, own.groupby(["kind", "pool", "region"], sort=True)["alone"].sum().reset_index()


def point_frame(
    detail: Dimensioned,
    sites: pd.DataFrame,
    settings: Settings,
    *,
    is_open: NDArray[np.bool_],
    rooms_given: Ints,
    week: Floats,
    share: Floats,
    is_led: NDArray[np.bool_],
    can_be: NDArray[np.bool_],
    own_names: pd.DataFrame,
    alone: tuple[Ints, Floats],
    clerk_table: pd.DataFrame,
) -> pd.DataFrame:
    """Give one row per open point.

    Returns
    -------
    DataFrame
        ``site, name, region, tier``; visits a year by channel (home: nearest point), ``visits_week``;
        ``rooms, rooms_needed, rooms_given, room_load, room_answered, room_wait``; ``counters, counters_if_staffed,
        clerks_if_staffed, hosts``; ``remote_share, remote_led`` (``now``, ``could`` or ``no``); ``minutes_saved,
        km_saved, co2_kg_saved, home_minutes_saved, value_cents, room_cents, host_cents, pool_cents, staffed_cents,
        break_even_visits``.
    """
    remote, visits, rooms = settings.remote, detail.visits, detail.rooms
    price = prices(settings)
    rows = np.flatnonzero(is_open)
    frame = pd.DataFrame(
        {
            "site": sites["site"].astype("string").to_numpy()[rows],
            "name": sites["name"].fillna(sites["site"]).astype("string").to_numpy()[rows],
            "region": sites["region"].astype("string").to_numpy()[rows],
            "tier": sites["tier"].astype("string").to_numpy()[rows],
        }
    )
    for channel in CHANNELS:
        frame[channel] = visits.visits[channel].sum(axis=0)[rows]
    frame["visits_week"] = week[rows]
    frame["rooms"] = detail.room_count[rows]
    frame["rooms_needed"], frame["rooms_given"] = rooms.rooms[rows], rooms_given[rows]
    frame["room_load"] = rooms.load[rows]
    frame["room_answered"], frame["room_wait"] = rooms.answered[rows], rooms.mean_wait[rows]
    frame["counters"], frame["counters_if_staffed"] = rooms.counters[rows], rooms.counters_if_staffed[rows]
    frame["hosts"] = rooms.hosts[rows]
    peak, hours = alone
    at = pd.Index(visits.sites).get_indexer(pd.Index(own_names["site"])) if len(own_names) else np.zeros(0, int)
    # Own clerks also serve those at home; the point needs the part that comes to it.
    part = _room_part(detail, own_names)
    n = len(visits.sites)
    frame["clerks_if_staffed"] = np.bincount(at, weights=np.where(part > 0, peak, 0), minlength=n)[rows].astype(
        np.int64
    )
    frame["remote_share"] = share[rows]
    frame["remote_led"] = np.where(is_led[rows], "now", np.where(can_be[rows], "could", "no"))
    saved = travel(visits.minutes_saved.sum(axis=0)[rows], remote, eur_hour=settings.plan.travel_eur_hour)
    frame["minutes_saved"], frame["km_saved"], frame["co2_kg_saved"] = saved.minutes, saved.km, saved.co2_kg
    frame["home_minutes_saved"] = visits.home_minutes_saved.sum(axis=0)[rows]
    frame["value_cents"] = np.rint(saved.cents).astype(np.int64)
    frame["room_cents"] = np.rint(frame["rooms"] * price.room_year).astype(np.int64)
    served = frame["remote_room"].to_numpy(np.float64)
    host = served * remote.host_minutes / 60 * price.host_hour
    frame["host_cents"] = np.rint(host).astype(np.int64)
    each = _pool_cents(detail, clerk_table)
    frame["pool_cents"] = np.rint((visits.visits["remote_room"] * detail.minutes * each).sum(axis=0)[rows]).astype(
        np.int64
    )
    over = clerk_table["paid_hours_year"].sum() / max(clerk_table["hours_year"].sum(), 1e-300)
    own = np.bincount(at, weights=hours * part, minlength=n)[rows] * price.clerk_hour * max(over, 1.0)
    more = frame["counters_if_staffed"] - frame["counters"]
    area = more * price.counter_year
    frame["staffed_cents"] = np.rint(own + area).astype(np.int64)
    frame["break_even_visits"] = break_even(frame["room_cents"].to_numpy(np.float64), saved.cents - host, served)
    return frame.sort_values("site", kind="stable").reset_index(drop=True)


def _lost(pools: Pools, staff: Staffing, settings: Settings) -> Floats:
    """Give the share who give up at the busiest half-hour, by pool; zero while nobody does."""
    patience = settings.remote.patience_minutes
    lost = np.zeros(len(pools.names))
    if patience is None:
        return lost
    for u, (load, clerks) in enumerate(zip(staff.load.max(axis=(1, 2, 3)), staff.peak, strict=True)):
        met = waiting_with_patience(
            float(load), int(clerks), float(pools.minutes[u]), patience, within=settings.remote.within_minutes
        )
        lost[u] = met.lost
    return lost


def _room_part(detail: Dimensioned, own_names: pd.DataFrame) -> Floats:
    """Share of each point's own clerks' work that comes to its rooms."""
    visits = detail.visits
    group = detail.clerks.group
    at = pd.Index(visits.sites).get_indexer(pd.Index(own_names["site"])) if len(own_names) else np.zeros(0, int)
    room = visits.visits["remote_room"] * detail.minutes
    home = (visits.visits["home_video"] + visits.visits["phone"]) * detail.minutes
    part = np.zeros(len(own_names))
    for k, (g, j) in enumerate(zip(own_names["group"], at, strict=True)):
        mine = group == g
        both = float((room[mine, j] + home[mine, j]).sum())
        part[k] = float(room[mine, j].sum()) / both if both > 0 else 0.0
    return part


def _pool_cents(detail: Dimensioned, clerk_table: pd.DataFrame) -> Floats:
    """Cents of a minute of work in the pool that serves each service at each site."""
    work = detail.clerks.work.sum(axis=1)
    each = clerk_table["cents_year"].to_numpy(np.float64) / np.where(work > 0, work, 1.0)
    unit = detail.clerks.unit
    return np.where(unit >= 0, each[np.maximum(unit, 0)], 0.0) if len(each) else np.zeros(unit.shape)


def load_frame(detail: Dimensioned, rooms: Rooms) -> pd.DataFrame:
    """Give load and people by half-hour of the busiest month's week.

    Returns
    -------
    DataFrame
        ``weekday, hour, clerk_load, clerks_needed, clerks_on_duty, interpreter_load, interpreters_needed, room_load``;
        closed half-hours are left out.
    """
    staff = detail.clerk_staff
    month = int(staff.load.sum(axis=(0, 2, 3)).argmax()) if len(staff.load) else 0
    own = np.zeros(detail.visits.mode.shape, np.int64)
    work = detail.visits.visits["remote_room"] * rooms.minutes[None, :]
    room = detail.calendar.load(detail.calendar.summed(own, work, 1), month)[0]
    day, half = np.nonzero(detail.calendar.week.sum(axis=0) > 0)
    pick = (slice(None), month, day, half)
    return pd.DataFrame(
        {
            "weekday": day + 1,
            "hour": [clock(int(h)) for h in half],
            "clerk_load": staff.load[pick].sum(axis=0),
            "clerks_needed": staff.staff[pick].sum(axis=0),
            "clerks_on_duty": detail.on_duty[:, day, half].sum(axis=0),
            "interpreter_load": detail.interpreter_staff.load[pick].sum(axis=0),
            "interpreters_needed": detail.interpreter_staff.staff[pick].sum(axis=0),
            "room_load": room[day, half],
            "month": month + 1,
        }
    )


def totals(answer: RemoteService, sizes: Sizes, detail: Dimensioned, settings: Settings) -> dict[str, float]:
    """Add up the figures of the whole; money in cents."""
    points, clerks, interpreters = answer.points, answer.clerks, answer.interpreters
    saved_home = float(detail.visits.home_minutes_saved.sum())
    saved_room = float(points["minutes_saved"].sum())
    worth = travel(np.array([saved_room + saved_home]), settings.remote, eur_hour=settings.plan.travel_eur_hour)
    way = travel(
        np.array([interpreters["travel_minutes_saved"].sum()]),
        settings.remote,
        eur_hour=settings.remote.interpreter_travel_eur_hour,
    )
    whole = detail.calendar
    # If every interpreter spoke every language: one pool.
    together, _ = summed_up(
        detail.interpreters.work.sum(axis=0, keepdims=True), whole, sizes, parent=np.zeros(1, np.int64),
        minutes=np.array([_mean(detail.interpreters)]),
        booked=np.array([_mean_booked(detail.interpreters)]),
    )  # fmt: skip
    return {
        "points": len(points),
        "rooms": int(points["rooms"].sum()),
        "hosts": int(points["hosts"].sum()),
        "clerks": int(clerks["clerks"].sum()),
        "clerks_unpooled": int(clerks["clerks_alone"].sum()),
        "clerk_person_years": float(clerks["person_years"].sum()),
        "interpreters": int(interpreters["interpreters"].sum()),
        "interpreters_unpooled": int(interpreters["interpreters_alone"].sum()),
        "interpreters_interchangeable": int(together.sum()),
        "languages": int((detail.interpreted.sum(axis=(1, 2)) > 0).sum()),
        "agencies": int(clerks["agency"].nunique()),
        "visits": float(answer.channels["visits"].sum()),
        "remote_visits": float(
            answer.channels.set_index("channel").loc[["remote_room", "home_video", "phone"], "visits"].sum()
        ),
        "interpretations": float(interpreters["visits_year"].sum()),
        "unreached_visits": float(detail.visits.unreached.sum()),
        "travel_minutes_saved": saved_room + saved_home,
        "travel_minutes_saved_rooms": saved_room,
        "travel_minutes_saved_home": saved_home,
        "km_saved": float(worth.km[0]),
        "co2_kg_saved": float(worth.co2_kg[0]),
        "travel_value_cents": round(float(worth.cents[0])),
        "clerk_cents": int(clerks["cents_year"].sum()),
        "clerk_cents_unpooled": int(clerks["cents_alone"].sum()),
        "room_cents": int(points["room_cents"].sum()),
        "host_cents": int(points["host_cents"].sum()),
        "interpreter_cents": int(interpreters["cents_remote"].sum()),
        "interpreter_cents_on_site": int(interpreters["cents_on_site"].sum()),
        "interpreter_travel_minutes_saved": float(way.minutes[0]),
        "interpreter_km_saved": float(way.km[0]),
        "interpreter_co2_kg_saved": float(way.co2_kg[0]),
        "remote_led_now": int((points["remote_led"] == "now").sum()),
        "remote_led_could": int((points["remote_led"] == "could").sum()),
        "busiest_month": int(answer.load["month"].iloc[0]) if len(answer.load) else 0,
    }


def _mean(pools: Pools) -> float:
    count = float(pools.visits.sum())
    return float(pools.work.sum()) / count if count > 0 else 1.0


def _mean_booked(pools: Pools) -> float:
    count = pools.visits.sum(axis=1)
    return float((count * pools.booked).sum() / count.sum()) if count.sum() > 0 else 0.0
