"""Times of day as people write them: 9:00, 9.30, klo 9, 0930."""

from __future__ import annotations

import re

HALF_HOURS = 48
"""Half-hours of a day."""

_TIME = re.compile(r"(?:klo|kl|kello)?\.?\s*(\d{1,2})(?:[:.]?([0-5]\d)(?::[0-5]\d)?)?\s*(?:h)?", re.IGNORECASE)


def half_hour(text: object) -> int | None:
    """Give the half-hour of the day that a time begins or lies in.

    Parameters
    ----------
    text : object
        ``9:00``, ``9.30``, ``09:30:00``, ``0930``, ``9`` or ``klo 9``.

    Returns
    -------
    int or None
        0 for midnight to 48 for 24:00; None when it is no time of day.
    """
    found = _TIME.fullmatch(str(text).strip())
    if found is None:
        return None
    hour, minute = int(found[1]), int(found[2] or 0)
    if hour > 24 or (hour == 24 and minute):
        return None
    return 2 * hour + minute // 30


def clock(half: int) -> str:
    """Write the start of a half-hour, ``9:30``."""
    return f"{half // 2}:{half % 2 * 30:02d}"
