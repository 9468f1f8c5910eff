"""The points nearest to a place by drive time: what is told of each is put together once, then only looked up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tunti.report.words import missing
from tunti.web.ground import Ready
from tunti.web.places import agency_names, place_names, spoken
from tunti.web.staying import places_of_staying

STAYS = "stays"
"""Status of an office that stays beside the points."""

NEIGHBOUR = "neighbour"
"""Status of a point of another region that a region's plan counts on."""

FAR_KM = 40.0
"""A place farther than this from every inhabited cell is outside the area. A default of this product."""


@dataclass(frozen=True)
class Near:
    """A point near a place.

    Attributes
    ----------
    name : str
    minutes : float
    site : str or None
        Id, where it has a page of its own.
    status : str
    serving : tuple of (str, str)
        Agencies and how they serve.
    languages : tuple of str
    more : dict
        Hours, remote rooms and other things that are known.
    """

    name: str
    minutes: float
    site: str | None
    status: str
    serving: tuple[tuple[str, str], ...] = ()
    languages: tuple[str, ...] = ()
    more: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Told:
    """Points and what is told of each, but for the minutes.

    Attributes
    ----------
    places : int64, shape (points,)
        Rows of the drive times, ascending.
    points : tuple of Near
    """

    places: NDArray[np.int64]
    points: tuple[Near, ...]

    def nearest(self, seconds: NDArray[np.float64], most: int) -> list[Near]:
        """Give the nearest of the points.

        Parameters
        ----------
        seconds : float64, shape (places,)
            To every place; NaN where none is known.
        most : int

        Returns
        -------
        list of Near
            The nearest first; ties in the order of the places.
        """
        here = seconds[self.places]
        first = np.argsort(here, kind="stable")[:most]  # NaN is sorted to the end
        return [replace(self.points[k], minutes=float(here[k]) / 60) for k in first if not np.isnan(here[k])]


def nearest(
    ready: Ready,
    x: float,
    y: float,
    *,
    language: str,
    shown: dict[str, Any] | None,
    most: int = 3,
) -> tuple[list[Near], list[Near]] | None:
    """Give the nearest points by drive time, now and in the plan.

    Parameters
    ----------
    ready : Ready
    x, y : float
        The place, metres.
    language : {"fi", "sv", "en"}
    shown : dict or None
        What is shown of the plan, as :func:`tunti.web.shown.shown` gives it; None without a plan.
    most : int
        A joint point is told of in the plan although so many offices are nearer.

    Returns
    -------
    (list of Near, list of Near) or None
        Now and in the plan; None outside the area.
    """
    cell, metres = ready.cell_near(x, y)
    if not metres <= FAR_KM * 1000:
        return None
    seconds = ready.seconds_from(cell)
    now = today(ready, language).nearest(seconds, most)
    if shown is None:
        return now, []
    told = planned(ready, shown, language)
    found = told.nearest(seconds, most)
    if all(r.status == STAYS for r in found):
        found += [r for r in told.nearest(seconds, len(told.points)) if r.status != STAYS][:1]
    return now, found


def today(ready: Ready, language: str) -> Told:
    """Put together what is told of the places that serve customers today.

    Parameters
    ----------
    ready : Ready
    language : {"fi", "sv", "en"}

    Returns
    -------
    Told
    """
    kept: Told | None = ready.kept.get(("today", language))
    if kept is None:
        kept = ready.kept["today", language] = _today(ready, language)
    return kept


def _today(ready: Ready, language: str) -> Told:
    timed = ready.timed
    names, places = agency_names(ready, language), place_names(ready, language)
    offices: dict[int, list[dict[str, Any]]] = {}
    for place, office in zip(timed.office_place.tolist(), _rows(timed.offices), strict=True):
        offices.setdefault(place, []).append(office)
    sites = _rows(timed.area.sites)
    which = np.flatnonzero(ready.today)
    points = []
    for place in which.tolist():
        here = offices.get(place, [])
        serving = _serving(here, names)
        if place < len(sites):
            row = sites[place]
            name, site, status = row["site"] if missing(row["name"]) else row["name"], str(row["site"]), "existing"
        else:
            row = here[0]
            name, site, status = _office(row, places), None, "office"
        said = spoken(ready, row["municipality"], [mode for _, mode in serving])
        points.append(Near(str(name), 0.0, site, status, serving, said))
    return Told(which.astype(np.int64), tuple(points))


def planned(ready: Ready, shown: dict[str, Any], language: str) -> Told:
    """Put together what is told of the points of a plan, and of the offices that stay beside them.

    Parameters
    ----------
    ready : Ready
    shown : dict
        As :func:`tunti.web.shown.shown` gives it; the same dict gives the same answer, so it is not changed.
    language : {"fi", "sv", "en"}

    Returns
    -------
    Told
    """
    kept: tuple[dict[str, Any], Told] | None = ready.kept.get(("planned", language))
    # What is shown itself is kept beside the answer: a plan that was published, changed or withdrawn brings another.
    if kept is None or kept[0] is not shown:
        kept = ready.kept["planned", language] = shown, _planned(ready, shown, language)
    return kept[1]


def _planned(ready: Ready, shown: dict[str, Any], language: str) -> Told:
    names, places = agency_names(ready, language), place_names(ready, language)
    staying = places_of_staying(ready.timed, shown.get("offices", {}))
    elsewhere = {str(p["site"]): p for p in shown.get("neighbours", ())}
    known = elsewhere | {str(p["site"]): p for p in shown["points"]}
    sites = ready.timed.times.sites
    found = {}
    for j, site in enumerate(sites):
        here = _serving(staying.get(j, ()), names)
        if site in known:
            point = known[site]
            serving = [(names.get(s["agency"], s["agency"]), str(s["mode"])) for s in point.get("serving", ())]
            more = {k: point[k] for k in ("hours_week", "remote_rooms", "address") if point.get(k) is not None}
            name = point["name"]
            if language == "sv" and name == point["municipality_fi"] and point["municipality_sv"]:
                name = point["municipality_sv"]
            # An office that stays in the point's own place serves there, too.
            both = tuple(dict.fromkeys((*serving, *here)))
            said = spoken(ready, point["municipality"], [mode for _, mode in both])
            if site in elsewhere:
                found[j] = Near(str(name), 0.0, None, NEIGHBOUR, both, said)
            else:
                found[j] = Near(str(name), 0.0, str(point["site"]), str(point["status"]), both, said, more)
        elif j in staying:
            row = staying[j][0]
            said = spoken(ready, row["municipality"], [mode for _, mode in here])
            found[j] = Near(_office(row, places), 0.0, None, STAYS, here, said)
    return Told(np.array(list(found), np.int64), tuple(found.values()))


def _serving(offices: Sequence[dict[str, Any]], names: dict[str, str]) -> tuple[tuple[str, str], ...]:
    """Tell which agencies serve in some offices, and how."""
    return tuple(dict.fromkeys((names.get(str(o["agency"]), str(o["agency"])), str(o["serves"])) for o in offices))


def _office(row: dict[str, Any], places: dict[str, str]) -> str:
    """Call an office by its place, and by its address where it is known."""
    name = _named(places, row["municipality"])
    return name if missing(row["address"]) else f"{name}, {row['address']}"


def _named(known: dict[str, str], municipality: Any) -> str:
    return "" if missing(municipality) else known.get(str(municipality), str(municipality))


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(k): v for k, v in row.items()} for row in frame.to_dict("records")]
