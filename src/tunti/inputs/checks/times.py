"""Checks of travel times that come as a table."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tunti.findings import Finding, Level, say
from tunti.inputs.frames import tell
from tunti.inputs.tables import Inputs
from tunti.settings import Settings

_LONGEST_MINUTES = 600.0
_FASTEST_KMH = 250.0


def check_times(inputs: Inputs, settings: Settings) -> Iterator[Finding]:
    """Check that the minutes of trips are possible."""
    times = inputs.travel_times
    if times.empty:
        return
    rows = times.index.to_numpy()
    minutes = times["minutes"].to_numpy("float64")
    yield from tell(
        Level.WARNING,
        "travel_times",
        rows,
        (minutes > _LONGEST_MINUTES) & (minutes <= 1440),
        "minutes",
        lambda i: say("The trip takes {minutes} minutes, over ten hours.", minutes=float(minutes[i])),
        say("Check that the unit is minutes; leave out trips that can't be made."),
    )
    cells = inputs.cells.drop_duplicates("cell").set_index("cell")
    sites = inputs.sites.drop_duplicates("site").set_index("site")
    if cells.empty or sites.empty:
        return
    dx = (times["cell"].map(cells["x"]).astype("float64") - times["site"].map(sites["x"]).astype("float64")).to_numpy()
    dy = (times["cell"].map(cells["y"]).astype("float64") - times["site"].map(sites["y"]).astype("float64")).to_numpy()
    km = np.hypot(dx, dy) / 1000
    with np.errstate(divide="ignore", invalid="ignore"):
        kmh = km / minutes * 60
    yield from tell(
        Level.WARNING,
        "travel_times",
        rows,
        (kmh > _FASTEST_KMH) & (km > 5),
        "minutes",
        lambda i: say(
            "{km} km in a straight line in {minutes} minutes is too fast.",
            km=round(float(km[i])),
            minutes=float(minutes[i]),
        ),
        say("Check that the unit is minutes, not hours, and that the cell and the site are the right ones."),
    )


CHECKS = (check_times,)
