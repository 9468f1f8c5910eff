"""Checks of the places where points could be."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tunti.findings import Finding, Level, error, say
from tunti.inputs.checks.rows import same_place
from tunti.inputs.frames import tell
from tunti.inputs.tables import Inputs
from tunti.settings import Settings

_FAR_KM = 150.0
"""From the middle of the municipality's people, and farther than any of its cells."""


def check_sites(inputs: Inputs, settings: Settings) -> Iterator[Finding]:
    """Check that some site is allowed and that each lies in a municipality."""
    sites = inputs.sites
    if len(sites) and (sites["status"] == "forbidden").fillna(False).all():
        yield error(
            "sites",
            None,
            "status",
            say("No site is allowed: all are forbidden."),
            say("Mark at least one site as existing, required or candidate."),
        )
    yield from tell(
        Level.WARNING,
        "sites",
        sites.index.to_numpy(),
        sites["municipality"].isna().to_numpy(),
        "municipality",
        say("The site has no municipality."),
        say("Write the municipality's code; without it the site belongs to no region's plan."),
    )
    yield from tell(
        Level.WARNING,
        "sites",
        sites.index.to_numpy(),
        (sites["capacity_visits_year"] == 0).to_numpy(),
        "capacity_visits_year",
        say("The site can't serve any visit: its capacity is 0."),
        say("Correct the capacity, leave it empty for no limit, or mark the site as forbidden."),
    )


def check_same_place(inputs: Inputs, settings: Settings) -> Iterator[Finding]:
    """Check that sites are at places of their own, and that no place is both required and forbidden."""
    sites = inputs.sites
    if sites.empty:
        return
    rows = sites.index.to_numpy()
    first = same_place(sites)
    again = first != np.arange(len(sites))
    status = sites["status"].astype(object).where(sites["status"].notna(), "").to_numpy()
    pair = {"required", "forbidden"}
    clash = np.array([a and {status[i], status[first[i]]} == pair for i, a in enumerate(again)], bool)
    # The same name in the same municipality is also the same place for a planner.
    named = sites[["name", "municipality"]]
    twin = (named.duplicated(keep=False) & named.notna().all(axis=1)).to_numpy()
    if twin.any():
        for _, places in sites[twin].assign(at=np.flatnonzero(twin)).groupby(["name", "municipality"])["at"]:
            at = places.to_numpy()
            if pair <= set(status[at]):
                clash[at] |= (status[at] == "forbidden") & ~clash[at].any()
    yield from tell(
        Level.ERROR,
        "sites",
        rows,
        clash,
        "status",
        say("The same place is both required and forbidden."),
        say("Leave one of the two rows, or change the status of one."),
    )
    yield from tell(
        Level.WARNING,
        "sites",
        rows,
        again & ~clash,
        "x",
        lambda i: say("The site is at the same place as the site on row {row}.", row=str(rows[first[i]])),
        say("Keep one of the sites, or correct the coordinates."),
    )


def check_far(inputs: Inputs, settings: Settings) -> Iterator[Finding]:
    """Check that sites and offices are near the people of the municipality that they name."""
    cells = inputs.cells
    located = cells[cells["x"].notna() & cells["municipality"].notna()]
    if located.empty:
        return
    middle = located.groupby("municipality")[["x", "y"]].median()
    away_x = located["x"] - located["municipality"].map(middle["x"]).astype("float64")
    away_y = located["y"] - located["municipality"].map(middle["y"]).astype("float64")
    reach = ((away_x**2 + away_y**2) ** 0.5).groupby(located["municipality"]).max() / 1000
    for table, frame in (("sites", inputs.sites), ("offices", inputs.offices)):
        dx = frame["x"] - frame["municipality"].map(middle["x"]).astype("float64")
        dy = frame["y"] - frame["municipality"].map(middle["y"]).astype("float64")
        km = np.hypot(dx.to_numpy("float64"), dy.to_numpy("float64")) / 1000
        yield from tell(
            Level.WARNING,
            table,
            frame.index.to_numpy(),
            (km > np.maximum(1.2 * frame["municipality"].map(reach).astype("float64").to_numpy(), _FAR_KM))
            & ~inputs.told(table, "x", "y", "lon", "lat"),
            "municipality",
            lambda i, km=km: say(  # type: ignore[misc]
                "The place is {km} km from the middle of its municipality.", km=round(float(km[i]))
            ),
            say("Check the coordinates and the municipality's code: one of them is wrong."),
        )


CHECKS = (check_sites, check_same_place, check_far)
