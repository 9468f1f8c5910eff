"""Checks of agencies and their services."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from tunti.findings import Finding, Level, Message, say
from tunti.inputs.frames import tell
from tunti.inputs.tables import Inputs
from tunti.inputs.words import label, listed
from tunti.settings import Settings


def ended_agencies(inputs: Inputs, settings: Settings) -> pd.DataFrame:
    """Give the agencies that had ended by the project's date, indexed by their short name."""
    agencies = inputs.agencies
    over = (agencies["valid_to"] < pd.Timestamp(settings.project.as_of)).to_numpy()
    return agencies[over].drop_duplicates("agency").set_index("agency")


def use_successor(ended: pd.DataFrame, agency: str) -> Message:
    """Say what to do with a row of an agency that has ended."""
    successor = ended["successor"].get(agency)
    if isinstance(successor, str):
        return say("Move the row to its successor {successor}, or remove it.", successor=successor)
    return say("Move the row to the agency that goes on with the tasks, or remove it.")


def check_validity(inputs: Inputs, settings: Settings) -> Iterator[Finding]:
    """Check that agencies begin before they end, and that ended ones name who goes on."""
    agencies = inputs.agencies
    rows = agencies.index.to_numpy()
    yield from tell(
        Level.ERROR,
        "agencies",
        rows,
        (agencies["valid_to"] < agencies["valid_from"]).to_numpy(),
        "valid_to",
        say("The agency ends before it begins."),
        say("Correct the dates."),
    )
    over = (agencies["valid_to"] < pd.Timestamp(settings.project.as_of)).to_numpy()
    yield from tell(
        Level.NOTE,
        "agencies",
        rows,
        over & agencies["successor"].isna().to_numpy(),
        "successor",
        lambda i: say("{agency} has ended and has no successor.", agency=agencies["agency"].iloc[i]),
        say("Name the agency that goes on with the tasks, if there is one."),
    )


def check_successors(inputs: Inputs, settings: Settings) -> Iterator[Finding]:
    """Check that chains of successors come to an end."""
    agencies = inputs.agencies
    pairs = agencies.dropna(subset=["agency", "successor"])
    after = dict(zip(pairs["agency"], pairs["successor"], strict=True))
    looped: set[str] = set()
    for start in after:
        seen: list[str] = []
        here: str | None = start
        while here is not None and here not in seen:
            seen.append(here)
            here = after.get(here)
        if here is not None and here == start:
            looped.add(start)
    yield from tell(
        Level.ERROR,
        "agencies",
        agencies.index.to_numpy(),
        agencies["agency"].isin(looped).to_numpy(bool),
        "successor",
        lambda i: say("The successors of {agency} come back to itself.", agency=agencies["agency"].iloc[i]),
        say("Correct the successor: the newest agency has none."),
    )


def check_services(inputs: Inputs, settings: Settings) -> Iterator[Finding]:
    """Check that services can be delivered, by an agency that exists on the project's date."""
    services = inputs.services
    rows = services.index.to_numpy()
    modes = services["modes"].fillna("")
    yield from tell(
        Level.WARNING,
        "services",
        rows,
        (modes == "").to_numpy(bool) & ~inputs.told("services", "modes"),
        "modes",
        say("The service has no mode: it can't be delivered at any point."),
        say("Write the modes, for example {modes}.", modes=listed([label("staffed"), label("remote")])),
    )
    yield from tell(
        Level.WARNING,
        "services",
        rows,
        (modes.str.contains(r"\bnone\b") & (modes != "none")).to_numpy(bool),
        "modes",
        lambda i: say(
            "'{none}' stands beside other modes: {modes}.",
            none=label("none"),
            modes=listed([label(mode) for mode in str(modes.iloc[i]).split() if mode != "none"]),
        ),
        say("Remove '{none}' or the other modes.", none=label("none")),
    )
    ended = ended_agencies(inputs, settings)
    gone = services["agency"].isin(ended.index).to_numpy(bool)
    yield from tell(
        Level.WARNING,
        "services",
        rows,
        gone,
        "agency",
        lambda i: say("{agency} had ended by the project's date.", agency=services["agency"].iloc[i]),
        lambda i: use_successor(ended, str(services["agency"].iloc[i])),
    )
    visits, minutes = services["visits_year"].to_numpy("float64"), services["minutes_visit"].to_numpy("float64")
    yield from tell(
        Level.WARNING,
        "services",
        rows,
        (visits > 0) & (minutes == 0),
        "minutes_visit",
        say("A visit takes 0 minutes."),
        say("Write the clerk's minutes a visit, or leave the value empty if it is not known."),
    )
    if len(services) and np.isfinite(visits).any() and np.nansum(visits) == 0:
        yield from tell(
            Level.WARNING,
            "services",
            rows[:1],
            np.array([True]),
            "visits_year",
            say("No service has visits."),
            say("Write the visits a year, or leave the column empty if they are not known."),
        )


CHECKS = (check_validity, check_successors, check_services)
