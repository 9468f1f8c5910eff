"""The rules of a move, for the independent check: recomputed from the inputs, without the model's code."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pandas as pd

from tunti.findings import Message, say
from tunti.locale import N_
from tunti.settings import Settings

LEVEL = {"open": 0, "controlled": 1, "high": 2}
"""Security from least to most."""


def lets_go(office: Any, settings: Settings) -> pd.Timestamp:
    """Give the day on which an office's lease lets it go at the earliest.

    Parameters
    ----------
    office : Series
        Row of the input.
    settings : Settings

    Returns
    -------
    Timestamp
    """
    today = pd.Timestamp(settings.project.as_of)
    dates = []
    if pd.notna(office["lease_end"]):
        dates.append(office["lease_end"])
    else:
        dates.append(
            today + pd.DateOffset(months=int(0 if pd.isna(office["notice_months"]) else office["notice_months"]))
        )
    if pd.notna(office["break_date"]):
        dates.append(office["break_date"])
    return pd.Timestamp(max(min(dates), today))


def broken_rules(office: Any, to: Mapping[Any, Any], minutes: float, settings: Settings) -> list[tuple[str, Message]]:
    """Name the rules that an office breaks in some premises.

    Parameters
    ----------
    office : Series
        Row of the input.
    to : mapping
        Row of the premises.
    minutes : float
        Drive between the two.
    settings : Settings

    Returns
    -------
    list of (str, Message)
        Column and what is broken.
    """
    own, agency = settings.premises, str(office["agency"])
    must = office["condition"] == "indoor_air" if pd.notna(office["condition"]) else False
    last = pd.Timestamp(dt.date(own.move_before, 12, 31))
    level = LEVEL[own.security_by_agency.get(agency, "open")]
    rules = (
        (not 0 <= minutes <= own.commute_minutes, "minutes_change", N_("The premises are too far away.")),
        (lets_go(office, settings) > last and not must, "earliest", N_("The lease does not let go in time.")),
        (LEVEL[str(to["security"])] < level, "to_premise", N_("The premises are not secure enough.")),
        (agency in own.quiet_agencies and not to["quiet_rooms"], "to_premise", N_("Private rooms are missing.")),
        (bool(to["private"]) and not own.private_partners, "to_premise", N_("Private partners are ruled out.")),
        (str(to["condition"]) == "indoor_air", "to_premise", N_("The premises have bad indoor air.")),
        (_by(to["available_to"], last), "to_premise", N_("The premises are given up.")),
        (not _by(to["available_from"], last, unknown=True), "to_premise", N_("They come too late.")),
    )
    return [(column, say(what)) for broken, column, what in rules if broken]


def _by(day: Any, last: pd.Timestamp, *, unknown: bool = False) -> bool:
    """Tell whether a day is there by the last one."""
    return unknown if pd.isna(day) else bool(pd.Timestamp(day) <= last)
