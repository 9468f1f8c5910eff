"""Which premises an office may move to: availability, security, privacy, condition, distance and its lease."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tunti.settings import Settings

LEVEL = {"open": 0, "controlled": 1, "high": 2}
"""Security from least to most."""


def premises_table(given: pd.DataFrame, points: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Give the premises that offices may share: those of the input, and one without an address at every other point.

    Parameters
    ----------
    given : DataFrame
        The input table of premises with ``region``, those of the planned area.
    points : DataFrame
        Open points: ``site, name, municipality, region, tier``. Mobile points have no premises.
    settings : Settings

    Returns
    -------
    DataFrame
        ``premise, name, municipality, region, kind, site, owner, private, m2, available_from, available_to, rent``
        (low, likely and high as ``rent_low``, ``rent``, ``rent_high``, euros for a square metre in a year),
        ``fit_out, security, quiet_rooms, condition, energy_kwh_m2, illustrative``; gaps filled.
    """
    money = settings.money
    low, likely, high = money.new_rent_eur_m2_year
    rows = given.assign(
        name=given["name"].fillna(given["premise"]),
        rent=given["rent_eur_m2_year"].fillna(likely),
        rent_low=given["rent_eur_m2_year"].fillna(low),
        rent_high=given["rent_eur_m2_year"].fillna(high),
        fit_out=given["fit_out"].fillna("light"),
        security=given["security"].fillna("controlled"),
        quiet_rooms=given["quiet_rooms"].fillna(True),
        private=given["private"].fillna(False),
        illustrative=given["illustrative"].fillna(False),
    )
    fixed_points = points[(points["tier"] != "mobile") & ~points["site"].isin(given["site"])]
    planned = pd.DataFrame(
        {
            "premise": fixed_points["site"],
            "name": fixed_points["name"].fillna(fixed_points["site"]),
            "municipality": fixed_points["municipality"],
            "region": fixed_points["region"],
            "kind": "no_address",
            "site": fixed_points["site"],
            "owner": pd.NA,
            "private": False,
            "m2": np.nan,
            "available_from": pd.NaT,
            "available_to": pd.NaT,
            "rent": likely,
            "rent_low": low,
            "rent_high": high,
            "fit_out": "light",
            # What is still to be found is asked for with the security and rooms that its agencies need.
            "security": "high",
            "quiet_rooms": True,
            "condition": pd.NA,
            "energy_kwh_m2": np.nan,
            "illustrative": False,
        }
    )
    columns = list(planned.columns)
    both = pd.concat([rows[columns].astype(object), planned.astype(object)], ignore_index=True)
    texts = ("premise", "name", "municipality", "region", "kind", "site", "owner", "fit_out", "security", "condition")
    numbers = ("m2", "rent", "rent_low", "rent_high", "energy_kwh_m2")
    flags = ("private", "quiet_rooms", "illustrative")
    return both.astype(
        {**dict.fromkeys(texts, "string"), **dict.fromkeys(numbers, "float64"), **dict.fromkeys(flags, "bool")}
    )


def lets_go(offices: pd.DataFrame, settings: Settings) -> tuple[NDArray[np.bool_], pd.Series]:
    """Tell which leases let their office go in time, and when at the earliest.

    Parameters
    ----------
    offices : DataFrame
        ``lease_end, break_date, notice_months``.
    settings : Settings
        ``project.as_of`` is today; ``premises.move_before`` the last year.

    Returns
    -------
    in_time : bool, shape (offices,)
    earliest : Series of datetime
        The earliest of the lease's end, its break and, where it runs until notice, today and the notice.
    """
    today = pd.Timestamp(settings.project.as_of)
    months = offices["notice_months"].fillna(0.0)
    given_notice = pd.Series([today + pd.DateOffset(months=int(m)) for m in months], index=offices.index)
    # Without an end the lease runs until notice; with one only the end or a break lets go.
    until_notice = given_notice.where(offices["lease_end"].isna())
    breaks = offices["break_date"].where(offices["break_date"] >= today, today).where(offices["break_date"].notna())
    dates = pd.concat([offices["lease_end"], breaks, until_notice], axis=1)
    earliest = pd.to_datetime(dates.min(axis=1))
    earliest = earliest.where(~(earliest < today), today)
    last = pd.Timestamp(dt.date(settings.premises.move_before, 12, 31))
    return (earliest <= last).to_numpy(dtype=bool), earliest


def fits(
    offices: pd.DataFrame, premises: pd.DataFrame, minutes: NDArray[np.float64], settings: Settings
) -> NDArray[np.bool_]:
    """Tell which offices may move to which premises.

    Parameters
    ----------
    offices : DataFrame
        ``agency``.
    premises : DataFrame
        As :func:`premises_table` gives it.
    minutes : float64, shape (offices, premises)
        Drive from the office to the premises, NaN beyond the cut-off.
    settings : Settings

    Returns
    -------
    bool, shape (offices, premises)
        Near enough, secure enough, private rooms where the agency needs them, no bad indoor air, not of a private
        partner where those are ruled out, and available past the year by which moves are over.
    """
    own = settings.premises
    needs = np.array([LEVEL[own.security_by_agency.get(str(a), "open")] for a in offices["agency"]], np.int64)
    offers = premises["security"].map(LEVEL).to_numpy(np.int64)
    quiet = offices["agency"].isin(own.quiet_agencies).to_numpy(dtype=bool)
    last = pd.Timestamp(dt.date(own.move_before, 12, 31))
    usable = (premises["condition"] != "indoor_air").fillna(True).to_numpy(dtype=bool)
    stays = (premises["available_to"].isna() | (pd.to_datetime(premises["available_to"]) > last)).to_numpy(dtype=bool)
    ready = (premises["available_from"].isna() | (pd.to_datetime(premises["available_from"]) <= last)).to_numpy(
        dtype=bool
    )
    usable &= stays & ready
    if not own.private_partners:
        usable &= ~premises["private"].to_numpy(dtype=bool)
    with np.errstate(invalid="ignore"):
        near = minutes <= own.commute_minutes
    secure = offers[None, :] >= needs[:, None]
    private = ~quiet[:, None] | premises["quiet_rooms"].to_numpy(dtype=bool)[None, :]
    return np.asarray(near & secure & private & usable[None, :])
