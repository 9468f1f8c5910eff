"""What remote service is worth: minutes, kilometres, euros and carbon dioxide saved, against its cost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tunti.money import annuity
from tunti.remote.languages import billed_minutes
from tunti.settings import Settings
from tunti.settings_remote import RemoteSettings

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Travel:
    """Travel that is saved in a year.

    Attributes
    ----------
    minutes, km : float64
    cents : float64
        Value of the time and of the kilometres.
    co2_kg : float64
    """

    minutes: Floats
    km: Floats
    cents: Floats
    co2_kg: Floats


def travel(minutes: Floats, settings: RemoteSettings, *, eur_hour: float) -> Travel:
    """Turn saved minutes of driving into kilometres, money and carbon dioxide.

    Parameters
    ----------
    minutes : float64
    settings : RemoteSettings
    eur_hour : float
        Value of an hour of travel, ``plan.travel_eur_hour``.

    Returns
    -------
    Travel
    """
    km = minutes / 60 * settings.travel_kmh
    return Travel(minutes, km, 100 * (minutes / 60 * eur_hour + km * settings.travel_eur_km), km * settings.co2_kg_km)


@dataclass(frozen=True)
class Prices:
    """Unit costs in cents, those of the other layers where they have them.

    Attributes
    ----------
    clerk_hour, host_hour : float
        A person-year of ``services.staff_eur_year`` and ``services.host_eur_year`` over its hours.
    room_year : float
        A remote room's rent, and its equipment as an annuity.
    counter_year : float
        A counter's rent.
    """

    clerk_hour: float
    host_hour: float
    room_year: float
    counter_year: float


def prices(settings: Settings) -> Prices:
    """Give the unit costs that remote service is priced with.

    Parameters
    ----------
    settings : Settings
        ``services`` for people, ``premises`` for floor areas, ``money`` for rents and the rate.

    Returns
    -------
    Prices
    """
    remote, rent = settings.remote, settings.money.new_rent_eur_m2_year[1]
    equipment = annuity(
        remote.room_equipment_eur, settings.money.discount_rate, max(round(remote.room_equipment_years), 1)
    )
    return Prices(
        clerk_hour=100 * settings.services.staff_eur_year / remote.person_year_hours,
        host_hour=100 * settings.services.host_eur_year / remote.person_year_hours,
        room_year=100 * (settings.premises.remote_room_m2 * rent + equipment),
        counter_year=100 * settings.premises.counter_m2 * rent,
    )


def break_even(fixed: Floats, gained: Floats, visits: Floats) -> Floats:
    """Give the visits a year from which a point's rooms are worth their cost.

    Parameters
    ----------
    fixed : float64
        Cost of the rooms in a year, cents.
    gained : float64
        Travel saved less the hosts' time in a year, cents.
    visits : float64
        Visits of a year that gain it.

    Returns
    -------
    float64
        NaN where a visit gains nothing: no demand is then enough.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        each = gained / visits
        return np.asarray(np.where((visits > 0) & (each > 0), fixed / each, np.nan), np.float64)


def interpreter_cents(count: Floats, minutes: Floats, settings: RemoteSettings) -> tuple[Floats, Floats, Floats]:
    """Compare interpretation by remote connection with an interpreter on site.

    Parameters
    ----------
    count : float64
        Interpretations in a year.
    minutes : float64
        Minutes of one.
    settings : RemoteSettings

    Returns
    -------
    remote, on_site : float64
        Cents in a year: billed time, and on site the travel time and kilometres too.
    travel_minutes : float64
        Interpreters' travel that the remote connection saves.
    """
    remote = billed_minutes(
        minutes, least=settings.interpreter_remote_least_minutes, step=settings.interpreter_step_minutes
    )
    there = billed_minutes(
        minutes, least=settings.interpreter_site_least_minutes, step=settings.interpreter_step_minutes
    )
    way = settings.interpreter_travel_minutes
    km = way / 60 * settings.travel_kmh
    each = there / 60 * settings.interpreter_site_eur_hour
    each = each + way / 60 * settings.interpreter_travel_eur_hour + km * settings.travel_eur_km
    return (
        100 * count * remote / 60 * settings.interpreter_remote_eur_hour,
        100 * count * each,
        count * way,
    )
