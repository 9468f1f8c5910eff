"""The time of day where the readers are."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Helsinki")
"""What is kept in UTC is shown in Finland's time."""


def local(at: dt.datetime) -> dt.datetime:
    """Give a moment in the readers' time.

    Parameters
    ----------
    at : datetime
        With its time zone, as the work database keeps it.

    Returns
    -------
    datetime
    """
    return at.astimezone(ZONE)
