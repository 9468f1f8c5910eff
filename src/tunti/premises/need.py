"""How much room offices need: work area from presence and customer area from visits."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from tunti.premises.presence import places_needed, presence_of, weekdays
from tunti.settings import Settings
from tunti.settings_premises import PremisesSettings

WEEKS = 52
"""Weeks of a year in which points are open."""


def work_need(offices: pd.DataFrame, settings: PremisesSettings) -> pd.DataFrame:
    """Give the work area that each office needs, from how many are present and not from how many there are.

    Parameters
    ----------
    offices : DataFrame
        ``office, agency, municipality, staff, presence, work_m2``.
    settings : PremisesSettings

    Returns
    -------
    DataFrame
        ``office, agency, municipality, staff, presence, presence_from, presence_peak`` (expected people on the fullest
        weekday), ``places, sharing_ratio`` (places for a person), ``work_m2_need, special_m2, m2_today, m2_target``
        (10 m² for a person-year), ``above_target`` (the need is above it). The need is in whole square metres.
    """
    known = presence_of(offices, settings)
    staff = offices["staff"].fillna(0.0).to_numpy(np.float64)
    mean = known["presence"].to_numpy(np.float64)
    places = np.array([places_needed(n, p, settings) for n, p in zip(staff, mean, strict=True)], np.int64)
    peak = [
        max((d.people * d.share for d in weekdays(n, p, settings)), default=0.0)
        for n, p in zip(staff, mean, strict=True)
    ]
    special = 0.0 + np.ceil(
        staff * np.array([settings.special_m2_person.get(str(a), 0.0) for a in offices["agency"]]) - 1e-9
    )
    need = np.ceil(places * settings.m2_place - 1e-9)
    target = staff * settings.target_m2_person
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = np.where(staff > 0, places / staff, np.nan)
    return pd.DataFrame(
        {
            "office": offices["office"].to_numpy(),
            "agency": offices["agency"].to_numpy(),
            "municipality": offices["municipality"].to_numpy(),
            "staff": staff,
            "presence": mean,
            "presence_from": known["presence_from"].to_numpy(),
            "presence_peak": peak,
            "places": places,
            "sharing_ratio": ratio,
            "work_m2_need": need,
            "special_m2": special,
            "m2_today": offices["work_m2"].fillna(0.0).to_numpy(np.float64),
            "m2_target": target,
            "above_target": need + special > target + 1e-9,
        }
    ).astype(dict.fromkeys(("office", "agency", "municipality", "presence_from"), "string"))


def customer_need(
    points: pd.DataFrame,
    duties: pd.DataFrame,
    minutes: pd.Series,
    settings: Settings,
    *,
    queued: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Give the customer area that each point needs: counters, waiting, rooms for remote service and the lobby.

    Parameters
    ----------
    points : DataFrame
        ``site, hours_week``.
    duties : DataFrame
        ``site, agency, mode, visits_year``.
    minutes : Series
        Minutes of a visit by agency.
    settings : Settings
    queued : DataFrame, optional
        ``site, counters, rooms``: what a point's customers need by their queues, hour by hour; by the mean hours of use
        where it says nothing of the point.

    Returns
    -------
    DataFrame
        ``site, counters, seats, remote_rooms, customer_m2``; at least one counter.

    Notes
    -----
    Counters are the hours of visits with a clerk or a host over the opening hours times the share in which a counter
    may be in use; remote rooms the same for remote visits; seats the customers of the busiest hour times their mean
    wait.
    """
    own = settings.premises
    busy = duties[duties["mode"] != "none"].assign(
        minutes=lambda t: t["visits_year"] * t["agency"].map(minutes).fillna(own.visit_minutes).astype(float)
    )
    with_clerk = busy[busy["mode"] != "remote"].groupby("site")["minutes"].sum()
    remote = busy[busy["mode"] == "remote"].groupby("site")["minutes"].sum()
    rooms_open = set(busy.loc[busy["mode"] == "remote", "site"])
    visits = busy.groupby("site")["visits_year"].sum()
    sized = {} if queued is None else {str(q.site): q for q in queued.itertuples()}
    rows = []
    for point in points.itertuples():
        open_minutes = float(str(point.hours_week)) * 60 * WEEKS
        usable = open_minutes * own.counter_load
        counters = math.ceil(float(with_clerk.get(point.site, 0.0)) / usable - 1e-9) if usable > 0 else 0
        rooms = math.ceil(float(remote.get(point.site, 0.0)) / usable - 1e-9) if usable > 0 else 0
        rooms = max(rooms, 1 if point.site in rooms_open else 0)
        hourly = float(visits.get(point.site, 0.0)) / (open_minutes / 60) if open_minutes > 0 else 0.0
        seats = math.ceil(hourly * own.waiting_peak * own.waiting_minutes / 60 - 1e-9)
        if (known := sized.get(str(point.site))) is not None:
            counters, rooms = int(str(known.counters)), int(str(known.rooms))
        counters = max(counters, 1)
        area = counters * own.counter_m2 + seats * own.seat_m2 + rooms * own.remote_room_m2 + own.lobby_m2
        rows.append((point.site, counters, seats, rooms, math.ceil(area - 1e-9)))
    frame = pd.DataFrame(rows, columns=["site", "counters", "seats", "remote_rooms", "customer_m2"])
    return frame.astype({"site": "string"})
