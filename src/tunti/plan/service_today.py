"""Who reaches each service at today's offices, by region and language: what a cut of an agency's network changes."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tunti.access.times import TravelTimes
from tunti.inputs.tables import Inputs
from tunti.location.rules import seconds_of
from tunti.plan.area import Area
from tunti.plan.service_groups import service_table, taking_part, tuples
from tunti.settings import Settings

SPEAKERS = {"speakers_fi": "fi", "speakers_sv": "sv", "speakers_sami": "se", "speakers_other": "other"}
"""Columns of the cells that count speakers, and the language of each."""

CLERKS = ("staffed", "visiting")
_REGION = ["region", "region_fi", "region_sv", "region_en"]


def service_today(
    times: TravelTimes,
    area: Area,
    served: pd.DataFrame,
    served_place: NDArray[np.int64],
    inputs: Inputs,
    settings: Settings,
) -> pd.DataFrame:
    """Count who is within each service's standard of today's offices, by region and language.

    Parameters
    ----------
    times : TravelTimes
        From cells to sites and offices' places.
    area : Area
    served : DataFrame
        Offices that serve customers today, with ``mode_today``.
    served_place : int64, shape (served,)
        Row of ``times`` of each.
    inputs : Inputs
    settings : Settings

    Returns
    -------
    DataFrame
        ``service, agency, minutes, region`` (NA for a cell without one) with its names, ``language, people, inside,
        in_person``: people of that language, those within the standard in any mode that the service allows, and those
        within it of a clerk. Languages are counted from the cells' columns of speakers; where they give none,
        ``language`` is the official languages of the municipality, as ``fi sv``.
    """
    services = service_table(inputs, taking_part(inputs, settings), settings)
    region = area.cells["region"].astype("string")
    groups = _language_groups(area)
    rows = []
    known: dict[tuple[str, str, float], tuple[NDArray[np.bool_], NDArray[np.bool_]]] = {}
    for service in tuples(services):
        key = (str(service.agency), str(service.modes), float(service.minutes))
        if key not in known:
            known[key] = _inside(times, served, served_place, *key)
        inside, near = known[key]
        for language, people in groups.items():
            table = pd.DataFrame(
                {"region": region, "people": people, "inside": people * inside, "in_person": people * near}
            )
            summed = table.groupby("region", dropna=False)[["people", "inside", "in_person"]].sum().reset_index()
            summed = summed[summed["people"] > 0]
            rows.append(
                summed.assign(
                    service=service.service, agency=service.agency, minutes=service.minutes, language=language
                )
            )
    columns = ["service", "agency", "minutes", *_REGION, "language", "people", "inside", "in_person"]
    return pd.concat(rows, ignore_index=True).merge(area.regions, on="region", how="left")[columns]


def _inside(
    times: TravelTimes,
    served: pd.DataFrame,
    served_place: NDArray[np.int64],
    agency: str,
    modes: str,
    minutes: float,
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    found = []
    for allowed in (modes.split(), [m for m in modes.split() if m in CLERKS]):
        mine = (served["agency"] == agency).fillna(False) & served["mode_today"].isin(allowed)
        serves = np.zeros(len(times.sites), bool)
        serves[served_place[mine.to_numpy(dtype=bool)]] = True
        _, seconds = times.nearest(serves)
        found.append(np.asarray(seconds <= seconds_of(minutes), np.bool_))
    return found[0], found[1]


def _language_groups(area: Area) -> dict[str, NDArray[np.int64]]:
    """Give the people of each cell by language."""
    cells = area.cells
    told = {c: name for c, name in SPEAKERS.items() if c in cells and cells[c].notna().any()}
    if told:
        return {name: cells[c].fillna(0).to_numpy(dtype=np.int64) for c, name in told.items()}
    official = cells["municipality"].map(area.municipalities.set_index("municipality")["languages"]).fillna("fi")
    people = cells["people"].to_numpy(dtype=np.int64)
    return {str(x): np.where(official == x, people, 0).astype(np.int64) for x in sorted(official.unique())}


def service_change(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Put two states of the offices side by side.

    Parameters
    ----------
    before, after : DataFrame
        As :func:`service_today` gives them.

    Returns
    -------
    DataFrame
        ``service, agency, minutes, region`` with its names, ``language, people, outside_before, outside_after,
        far_before, far_after``; the last two count those who are outside the standard of a clerk. Only services that
        both states have.
    """
    keys = ["service", "agency", "minutes", *_REGION, "language"]
    both = before.merge(after, on=keys, suffixes=("_before", "_after"))
    return both[keys].assign(
        people=both["people_after"],
        outside_before=both["people_before"] - both["inside_before"],
        outside_after=both["people_after"] - both["inside_after"],
        far_before=both["people_before"] - both["in_person_before"],
        far_after=both["people_after"] - both["in_person_after"],
    )
