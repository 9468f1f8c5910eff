"""When customers come: weeks and months of visits by service, over the opening hours of each point."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tunti.inputs.day import HALF_HOURS, half_hour
from tunti.settings_remote import RemoteSettings

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

MONTH_DAYS = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31], np.float64)
"""Days of the months of a common year."""

ALL = "*"
"""Stands in a table for every service, site or region without rows of its own."""


@dataclass(frozen=True, eq=False)
class Calendar:
    """Shares of visits by half-hour of the week and by month, for each kind of opening hours and of service.

    Attributes
    ----------
    kind : int64, shape (services, sites)
        Row of ``week`` and ``month`` for a service at a site.
    week : float64, shape (kinds, 7, 48)
        Share of a week's visits in each half-hour, Monday first; 0 while closed.
    month : float64, shape (kinds, 12)
        A week's visits in each month as a share of the year's.
    """

    kind: NDArray[np.int64]
    week: Floats
    month: Floats

    def load(self, work: Floats, month: int) -> Floats:
        """Give the clerks busy on average in each half-hour of a week.

        Parameters
        ----------
        work : float64, shape (units, kinds)
            Minutes of work in a year.
        month : int
            0 for January.

        Returns
        -------
        float64, shape (units, 7, 48)
            Erlang.
        """
        flat = (work * self.month[:, month]) @ self.week.reshape(len(self.week), -1)
        return np.asarray(flat.reshape(len(work), 7, HALF_HOURS) / 30.0, np.float64)

    def summed(self, unit: NDArray[np.int64], values: Floats, units: int) -> Floats:
        """Add up values of services and sites by unit and kind.

        Parameters
        ----------
        unit : int64, shape (services, sites)
            Unit of each, -1 for none.
        values : float64, shape (services, sites)
        units : int

        Returns
        -------
        float64, shape (units, kinds)
        """
        kinds = len(self.week)
        there = unit >= 0
        at = unit[there] * kinds + self.kind[there]
        flat = np.bincount(at, weights=values[there], minlength=units * kinds)
        return np.asarray(flat.reshape(units, kinds), np.float64)


def calendar(
    services: tuple[str, ...],
    sites: tuple[str, ...],
    settings: RemoteSettings,
    *,
    visit_hours: pd.DataFrame,
    visit_months: pd.DataFrame,
    opening_hours: pd.DataFrame,
    hours_per_week: Floats | None = None,
    days_per_week: Floats | None = None,
    agency: NDArray[np.int64] | None = None,
) -> Calendar:
    """Say when the customers of each service come to each site.

    Parameters
    ----------
    services, sites : tuple of str
    settings : RemoteSettings
        Weights of hours, weekdays and months where the tables say nothing.
    visit_hours, visit_months, opening_hours : DataFrame
        See :mod:`tunti.inputs.schemas_remote`; may be empty.
    hours_per_week : float64, shape (services, sites), optional
        Hours that an agency serves at a point, NaN for all of its opening hours; fewer are taken from the middle of
        every day.
    days_per_week : float64, shape (services, sites), optional
        Days on which it serves, NaN for all; the hours are then taken from the middle of these alone, and agencies have
        theirs one after another, so that those who visit a point do not come on the same day before all days are used.
    agency : int64, shape (services,), optional
        Whose each service is; each service its own by default.

    Returns
    -------
    Calendar

    Notes
    -----
    A day's visits are shared over its open half-hours by their weights, so longer hours thin out every hour. Hours that
    nobody counted take the lowest weight that was counted: they never become a new peak, and the mean wait of the same
    clerks can only fall (waits are convex in the load).
    """
    opening = opening_of(sites, settings, opening_hours)
    week_rows, week_of = _profiles(services, visit_hours, settings)
    month_rows, month_of = _months(services, visit_months, settings)
    open_rows, open_of = np.unique(opening.reshape(len(sites), -1), axis=0, return_inverse=True)
    open_rows = open_rows.reshape(-1, 7, HALF_HOURS)
    open_of = np.broadcast_to(open_of.reshape(1, -1), (len(services), len(sites))).copy()
    if hours_per_week is not None:
        days = np.full(hours_per_week.shape, np.nan) if days_per_week is None else days_per_week
        first = _first_days(days, np.arange(len(services)) if agency is None else agency)
        open_rows, open_of = _shortened(open_rows, open_of, hours_per_week, days, first)
    keys = np.stack(
        [
            open_of,
            np.broadcast_to(week_of[:, None], open_of.shape),
            np.broadcast_to(month_of[:, None], open_of.shape),
        ],
        axis=-1,
    ).reshape(-1, 3)
    kinds, kind = np.unique(keys, axis=0, return_inverse=True)
    week = np.stack([_shared(open_rows[o], week_rows[w]) for o, w, _ in kinds]) if len(kinds) else np.zeros((0, 7, 48))
    month = month_rows[kinds[:, 2]] if len(kinds) else np.zeros((0, 12))
    return Calendar(kind.reshape(len(services), len(sites)).astype(np.int64), week, month)


def opening_of(sites: tuple[str, ...], settings: RemoteSettings, opening_hours: pd.DataFrame) -> Flags:
    """Give the half-hours in which each site is open.

    Parameters
    ----------
    sites : tuple of str
    settings : RemoteSettings
        Opening hours on weekdays, where the table has no row for a site.
    opening_hours : DataFrame

    Returns
    -------
    bool, shape (sites, 7, 48)
    """
    standard = np.zeros((7, HALF_HOURS), bool)
    standard[:5, half_hour(settings.opens) : half_hour(settings.closes)] = True
    own: dict[str, Flags] = {}
    for row in opening_hours.to_dict("records"):
        begins, ends = half_hour(row["opens"]), half_hour(row["closes"])
        if begins is not None and ends is not None:
            week = own.setdefault(str(row["site"]), np.zeros((7, HALF_HOURS), bool))
            week[int(row["weekday"]) - 1, begins:ends] = True
    usual = own.get(ALL, standard)
    return np.stack([own.get(site, usual) for site in sites]) if sites else np.zeros((0, 7, HALF_HOURS), bool)


def _shared(is_open: Flags, weights: Floats) -> Floats:
    """Share a week's visits over the open half-hours."""
    weighted = np.where(is_open, weights, 0.0)
    if weighted.sum() <= 0:
        weighted = is_open.astype(np.float64)
    return np.asarray(weighted / max(weighted.sum(), 1e-300), np.float64)


def _profiles(
    services: tuple[str, ...], visit_hours: pd.DataFrame, settings: RemoteSettings
) -> tuple[list[Floats], NDArray[np.int64]]:
    """Weights of the week's half-hours, and which of them each service has."""
    hours = np.full(HALF_HOURS, np.nan)
    for name, weight in settings.hour_weights.items():
        half = half_hour(name)
        if half is not None:
            hours[half : half + (1 if ":30" in name else 2)] = weight
    hours = np.where(np.isnan(hours), np.nanmin(hours) if np.isfinite(hours).any() else 1.0, hours)
    rows = [np.array(settings.weekday_weights)[:, None] * hours[None, :]]
    counted = visit_hours.dropna(subset=["service", "weekday", "hour", "visits"])
    names: dict[str, int] = {}
    for service, group in counted.groupby("service", sort=True):
        halves = [half_hour(h) for h in group["hour"]]
        table = np.full((7, HALF_HOURS), np.nan)
        by_half = any(h is not None and h % 2 for h in halves)
        for day, half, visits in zip(group["weekday"], halves, group["visits"], strict=True):
            if half is None or half >= HALF_HOURS:
                continue
            width = 1 if by_half else 2
            table[int(day) - 1, half : half + width] = float(visits) / width
        if np.nansum(table) > 0:
            names[str(service)] = len(rows)
            rows.append(np.where(np.isnan(table), np.nanmin(table), table))
    usual = names.get(ALL, 0)
    return rows, np.array([names.get(s, usual) for s in services], np.int64)


def _months(
    services: tuple[str, ...], visit_months: pd.DataFrame, settings: RemoteSettings
) -> tuple[Floats, NDArray[np.int64]]:
    """Share of the year's visits in a week of each month, and which row each service has."""
    by_day = np.array(settings.month_weights) * MONTH_DAYS
    rows = [by_day / by_day.sum() if by_day.sum() > 0 else MONTH_DAYS / 365]
    names: dict[str, int] = {}
    for service, group in visit_months.dropna(subset=["service", "month", "visits"]).groupby("service", sort=True):
        counted = np.zeros(12)
        np.add.at(counted, group["month"].to_numpy(np.int64) - 1, group["visits"].to_numpy(np.float64))
        if counted.sum() > 0:
            names[str(service)] = len(rows)
            rows.append(counted / counted.sum())
    usual = names.get(ALL, 0)
    return np.array(rows) * 7 / MONTH_DAYS, np.array([names.get(s, usual) for s in services], np.int64)


def _first_days(days: Floats, agency: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give the number of the first day of each agency at each site: the day after those who came before it there.

    All come on the first day where nobody has more of them: a mobile point has one day for all.
    """
    first = np.zeros(days.shape, np.int64)
    known = np.where(np.isfinite(days), days, 0.0)
    visits = (known > 0) & (known < known.max(axis=0, initial=0.0))
    for j in np.flatnonzero(visits.any(axis=0)):
        taken = 0
        for a in np.unique(agency[visits[:, j]]):
            mine = visits[:, j] & (agency == a)
            first[mine, j] = taken
            taken += int(np.ceil(known[mine, j].max()))
    return first


def _on_days(is_open: Flags, first: int, count: int) -> Flags:
    """Keep some open days of a week, from the given one on and round again."""
    open_days = np.flatnonzero(is_open.any(axis=1))
    kept = np.zeros_like(is_open)
    for k in range(min(count, len(open_days))):
        day = open_days[(first + k) % len(open_days)]
        kept[day] = is_open[day]
    return kept


def _shortened(
    rows: Flags, of: NDArray[np.int64], hours: Floats, days: Floats, first: NDArray[np.int64]
) -> tuple[Flags, NDArray[np.int64]]:
    """Add opening hours cut to the hours, and the days, that an agency serves in a week."""
    week = rows.sum(axis=(1, 2)) / 2
    made: dict[tuple[int, float, int, int], int] = {}
    more, of = list(rows), of.copy()
    for s, j in np.argwhere(np.isfinite(hours) & (hours < week[of]) & (hours > 0)):
        count = 0 if np.isnan(days[s, j]) else int(np.ceil(days[s, j]))
        key = (int(of[s, j]), float(hours[s, j]), count, int(first[s, j]))
        if key not in made:
            made[key] = len(more)
            base = _on_days(rows[key[0]], key[3], count) if count else rows[key[0]]
            more.append(_middle(base, min(key[1] / (base.sum() / 2), 1.0)))
        of[s, j] = made[key]
    return np.stack(more), of


def _middle(is_open: Flags, share: float) -> Flags:
    kept = np.zeros_like(is_open)
    for day in range(7):
        halves = np.flatnonzero(is_open[day])
        if len(halves):
            length = max(round(len(halves) * share), 1)
            first = (len(halves) - length) // 2
            kept[day, halves[first : first + length]] = True
    return kept
