"""Checks of the agencies' present premises: leases, opening dates, areas and rents."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from tunti.findings import Finding, Level, say
from tunti.inputs.checks.agencies import ended_agencies, use_successor
from tunti.inputs.frames import tell
from tunti.inputs.tables import Inputs
from tunti.inputs.words import three
from tunti.settings import Settings

_RENT_M2 = (20.0, 1_000.0)
"""Plausible rent, euros for a square metre in a year."""
_AREA_STAFF = (3.0, 120.0)
"""Plausible work area, square metres for a person-year."""
_MONTH_DAYS = 30.4375


def check_leases(inputs: Inputs, settings: Settings) -> Iterator[Finding]:
    """Check that leases run on, and that breaks and notice fit in them."""
    offices = inputs.offices
    rows = offices.index.to_numpy()
    today = pd.Timestamp(settings.project.as_of)
    end, chance = offices["lease_end"], offices["break_date"]
    over = (end < today).to_numpy()
    yield from tell(
        Level.WARNING,
        "offices",
        rows,
        over,
        "lease_end",
        lambda i: say("The lease ended on {date}, before the project's date.", date=end.iloc[i].date()),
        say("Write the new end, leave it empty if the lease runs until notice, or remove an office that was left."),
    )
    yield from tell(
        Level.ERROR,
        "offices",
        rows,
        (chance > end).to_numpy(),
        "break_date",
        lambda i: say(
            "The lease can be broken on {date}, after it ends on {end}.",
            date=chance.iloc[i].date(),
            end=end.iloc[i].date(),
        ),
        say("Correct the dates, or leave the break empty."),
    )
    left = ((end - today).dt.days / _MONTH_DAYS).to_numpy("float64")
    notice = offices["notice_months"].to_numpy("float64")
    yield from tell(
        Level.NOTE,
        "offices",
        rows,
        (notice > left) & ~over,
        "notice_months",
        lambda i: say(
            "The notice of {notice} months is longer than the lease, which ends in {left} months.",
            notice=float(notice[i]),
            left=int(left[i]),
        ),
        say("Check both: a lease for a fixed time ends without notice; then leave the notice empty."),
    )


def check_opening(inputs: Inputs, settings: Settings) -> Iterator[Finding]:
    """Check that offices open before they close and serve as the dates say."""
    offices = inputs.offices
    rows = offices.index.to_numpy()
    today = pd.Timestamp(settings.project.as_of)
    start, stop, remote = offices["open_from"], offices["open_to"], offices["remote_from"]
    yield from tell(
        Level.ERROR,
        "offices",
        rows,
        (stop < start).to_numpy(),
        "open_to",
        lambda i: say(
            "The office closes on {end}, before it opens on {start}.",
            end=stop.iloc[i].date(),
            start=start.iloc[i].date(),
        ),
        say("Correct the dates."),
    )
    yield from tell(
        Level.WARNING,
        "offices",
        rows,
        ((remote < start) | (remote > stop)).to_numpy(),
        "remote_from",
        say("Remote service begins outside the days when the office is open."),
        say("Correct the dates."),
    )
    serves = offices["serves"].fillna("")
    silent = (serves == "none").to_numpy(bool)
    yield from tell(
        Level.WARNING,
        "offices",
        rows,
        silent & (offices["visits_year"] > 0).to_numpy(),
        "serves",
        say("The office has visits but serves no customers."),
        say("Correct how customers are served, or clear the visits."),
    )
    closed = (stop < today).to_numpy() & ~silent & (serves != "").to_numpy(bool)
    yield from tell(
        Level.NOTE,
        "offices",
        rows,
        closed,
        "open_to",
        lambda i: say("Customer service ended on {date}; today's network is without it.",
                      date=stop.iloc[i].date()),
        say("Nothing needs to be done if the date is right."),
    )  # fmt: skip
    ended = ended_agencies(inputs, settings)
    gone = offices["agency"].isin(ended.index).to_numpy(bool) & ~(stop < today).to_numpy()
    yield from tell(
        Level.WARNING,
        "offices",
        rows,
        gone,
        "agency",
        lambda i: say("{agency} had ended by the project's date.", agency=offices["agency"].iloc[i]),
        lambda i: use_successor(ended, str(offices["agency"].iloc[i])),
    )


def check_size(inputs: Inputs, settings: Settings) -> Iterator[Finding]:
    """Check that areas, staff and rents are of a plausible size."""
    offices = inputs.offices
    rows = offices.index.to_numpy()
    area = offices[["customer_m2", "work_m2"]].sum(axis=1, min_count=1).to_numpy("float64")
    rent, staff = offices["rent_eur_year"].to_numpy("float64"), offices["staff"].to_numpy("float64")
    work = offices["work_m2"].to_numpy("float64")
    with np.errstate(divide="ignore", invalid="ignore"):
        per_m2 = np.where(area > 0, rent / area, np.nan)
        per_head = np.where((staff >= 1) & (work > 0), work / staff, np.nan)
    yield from tell(
        Level.WARNING,
        "offices",
        rows,
        ((per_m2 > 0) & (per_m2 < _RENT_M2[0])) | (per_m2 > _RENT_M2[1]),
        "rent_eur_year",
        lambda i: say("The rent is {rent} € for a square metre in a year.", rent=three(per_m2[i])),
        say("Check the rent and the area: the rent is for a whole year, not for a month, in euros."),
    )
    yield from tell(
        Level.WARNING,
        "offices",
        rows,
        (per_head < _AREA_STAFF[0]) | (per_head > _AREA_STAFF[1]),
        "work_m2",
        lambda i: say("The work area is {m2} m² for a person-year.", m2=round(float(per_head[i]), 1)),
        say("Check the area and the staff."),
    )
    yield from tell(
        Level.WARNING,
        "offices",
        rows,
        (area == 0) & (rent > 0),
        "work_m2",
        say("The office has a rent but no area."),
        say("Write the area, or leave it empty if it is not known."),
    )


CHECKS = (check_leases, check_opening, check_size)
