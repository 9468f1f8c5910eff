"""Finds a place by its name, and the points nearest to it, for the public's pages."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tunti.report.words import missing
from tunti.web.degrees import to_metres
from tunti.web.ground import Ready

FAR_KM = 40.0
"""A place farther than this from every inhabited cell is outside the area. A default of this product."""


@dataclass(frozen=True)
class Place:
    """A place that somebody meant: its name and where it is, in the project's coordinates."""

    name: str
    x: float
    y: float


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


def find(ready: Ready, text: str, language: str, *, least_people: int, most: int = 12) -> list[Place]:
    """Find the places that a text may mean.

    Parameters
    ----------
    ready : Ready
    text : str
        A municipality, a point, an office's address, or coordinates ``60.17, 24.94``.
    language : {"fi", "sv", "en"}
    least_people : int
        Cells with fewer people are not looked at.
    most : int

    Returns
    -------
    list of Place
        Exact names first, then those that begin with the text, then those that hold it.
    """
    wanted = " ".join(text.split()).casefold()
    if not wanted:
        return []
    # Degrees with decimal points or commas: latitude first, as people copy them.
    if hit := re.fullmatch(r"(-?\d{1,3}(?:[.,]\d+)?)[,;\s]\s*(-?\d{1,3}(?:[.,]\d+)?)", wanted):
        lat, lon = (float(g.replace(",", ".")) for g in hit.groups())
        if abs(lat) <= 90 and abs(lon) <= 180:
            return [at(ready, lon, lat)]
    ranked: dict[str, tuple[int, Place]] = {}
    if ("places", language) not in ready.kept:
        ready.kept["places", language] = _known(ready, language, least_people)
    for place in ready.kept["places", language]:
        name = place.name.casefold()
        rank = 0 if name == wanted else 1 if name.startswith(wanted) else 2 if wanted in name else 3
        if rank < 3 and (place.name not in ranked or rank < ranked[place.name][0]):
            ranked[place.name] = rank, place
    found = sorted(ranked.values(), key=lambda r: (r[0], r[1].name))
    exact = [p for rank, p in found if rank == 0]
    return exact[:1] if exact else [p for _, p in found][:most]


def at(ready: Ready, lon: float, lat: float, name: str = "") -> Place:
    """Give the place at a longitude and latitude."""
    x, y = to_metres(ready.settings.project.crs, lon, lat)
    return Place(name or f"{lat:.4f}, {lon:.4f}", x, y)


def _known(ready: Ready, language: str, least_people: int) -> list[Place]:
    area = ready.timed.area
    cells = area.cells[area.cells["people"] >= least_people]
    # A municipality is found where most of its people live together.
    top = cells.sort_values("people", ascending=False, kind="stable").drop_duplicates("municipality")
    middle = top.set_index("municipality")[["x", "y"]]
    places = []
    for row in area.municipalities.to_dict("records"):
        if row["municipality"] not in middle.index:
            continue
        x, y = middle.loc[row["municipality"]]
        names = {row["name_fi"], row["name_sv"]} - {None}
        own = row["name_sv"] if language == "sv" and not missing(row["name_sv"]) else row["name_fi"]
        places += [Place(str(n), float(x), float(y)) for n in [own, *names] if not missing(n)]
    for frame, key in (
        (area.sites, "name"),
        (cells[~cells["cell"].str.contains(r"\d")], "cell"),
        (ready.timed.offices, "address"),
    ):
        rows = zip(frame[key], frame["x"], frame["y"], strict=True)
        places += [Place(str(n), float(x), float(y)) for n, x, y in rows if not missing(n)]
    return places


def nearest(
    ready: Ready,
    place: Place,
    *,
    language: str,
    points: list[dict[str, Any]] | None,
    most: int = 3,
) -> tuple[list[Near], list[Near]] | None:
    """Give the nearest points by drive time, now and in the plan.

    Parameters
    ----------
    ready : Ready
    place : Place
    language : {"fi", "sv", "en"}
    points : list of dict or None
        Points of the plan, as :func:`tunti.web.shown.shown` gives them; None without a plan.
    most : int

    Returns
    -------
    (list of Near, list of Near) or None
        Now and in the plan; None outside the area.
    """
    cell, metres = ready.cell_near(place.x, place.y)
    if not metres <= FAR_KM * 1000:
        return None
    seconds = ready.seconds_from(cell)
    now = [_now(ready, int(j), seconds[j], language) for j in _first(seconds, ready.today, most)]
    if points is None:
        return now, []
    known = {str(p["site"]): p for p in points}
    sites = ready.timed.times.sites
    chosen = np.array([s in known for s in sites], np.bool_)
    plan = [_planned(known[sites[j]], seconds[j], ready, language) for j in _first(seconds, chosen, most)]
    return now, plan


def _first(seconds: NDArray[np.float64], mask: NDArray[np.bool_], most: int) -> NDArray[np.int64]:
    which = np.flatnonzero(mask & ~np.isnan(seconds))
    return which[np.argsort(seconds[which], kind="stable")][:most]


def _now(ready: Ready, place: int, seconds: float, language: str) -> Near:
    area, timed = ready.timed.area, ready.timed
    offices = timed.offices[timed.office_place == place]
    names = agency_names(ready, language)
    serving = tuple(
        dict.fromkeys(
            (names.get(str(a), str(a)), str(m)) for a, m in zip(offices["agency"], offices["serves"], strict=True)
        )
    )
    if place < len(area.sites):
        row = area.sites.iloc[place]
        name, site, status = (row["site"] if missing(row["name"]) else row["name"]), str(row["site"]), "existing"
    else:
        row = offices.iloc[0]
        name, site, status = place_name(ready, row["municipality"], language), None, "office"
        if not missing(row["address"]):
            name = f"{name}, {row['address']}"
    return Near(str(name), seconds / 60, site, status, serving, spoken(ready, row["municipality"]))


def _planned(point: dict[str, Any], seconds: float, ready: Ready, language: str) -> Near:
    names = agency_names(ready, language)
    serving = tuple((names.get(s["agency"], s["agency"]), str(s["mode"])) for s in point.get("serving", ()))
    more = {k: point[k] for k in ("hours_week", "remote_rooms", "address") if point.get(k) is not None}
    name = point["name"]
    if language == "sv" and name == point["municipality_fi"] and point["municipality_sv"]:
        name = point["municipality_sv"]
    return Near(
        str(name),
        seconds / 60,
        str(point["site"]),
        str(point["status"]),
        serving,
        spoken(ready, point["municipality"]),
        more,
    )


def agency_names(ready: Ready, language: str) -> dict[str, str]:
    """Name the agencies in the language, in Finnish for want of it."""
    if ("agencies", language) in ready.kept:
        known: dict[str, str] = ready.kept["agencies", language]
        return known
    said = {}
    for row in ready.inputs.agencies.to_dict("records"):
        name = row.get(f"name_{language}")
        said[str(row["agency"])] = str(row["name_fi"] if missing(name) else name)
    ready.kept["agencies", language] = said
    return said


def place_name(ready: Ready, municipality: Any, language: str) -> str:
    """Name a municipality in the language, in Finnish for want of it."""
    rows = ready.inputs.municipalities
    hit = rows[(rows["municipality"] == municipality).fillna(False)]
    if hit.empty:
        return "" if missing(municipality) else str(municipality)
    name = hit["name_sv"].iloc[0] if language == "sv" else None
    return str(hit["name_fi"].iloc[0] if missing(name) else name)


def spoken(ready: Ready, municipality: Any) -> tuple[str, ...]:
    """Give the languages in which service is a right in a municipality."""
    rows = ready.inputs.municipalities
    hit = rows[(rows["municipality"] == municipality).fillna(False)]
    if hit.empty:
        return ()
    said = [] if missing(hit["languages"].iloc[0]) else str(hit["languages"].iloc[0]).split()
    if not missing(hit["sami_homeland"].iloc[0]) and bool(hit["sami_homeland"].iloc[0]):
        said.append("sami")
    return tuple(said)
