"""Finds a place by its name or its coordinates, for the public's pages."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tunti.inputs.spoken import in_order, languages_at, languages_by_municipality
from tunti.report.words import missing
from tunti.web.degrees import to_metres
from tunti.web.ground import Ready


@dataclass(frozen=True)
class Place:
    """A place that somebody meant: its name and where it is, in the project's coordinates."""

    name: str
    x: float
    y: float


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
    known: list[Place] | None = ready.kept.get(("places", language))
    if known is None:
        known = ready.kept["places", language] = _known(ready, language, least_people)
    for place in known:
        name = place.name.casefold()
        rank = 0 if name == wanted else 1 if name.startswith(wanted) else 2 if wanted in name else 3
        if rank < 3 and (place.name not in ranked or rank < ranked[place.name][0]):
            ranked[place.name] = rank, place
    found = sorted(ranked.values(), key=lambda r: (r[0], r[1].name))
    exact = [p for rank, p in found if rank == 0]
    return exact[:1] if exact else [p for _, p in found][:most]


def within(ready: Ready, text: str, language: str, *, least_people: int) -> tuple[str, Place] | None:
    """Find a place whose name stands in a text, for want of what the text says as a whole: Torikatu 1, Kajaani.

    Parts between commas are looked at first, then runs of the last six words; the last first, and only whole names
    count.

    Parameters
    ----------
    ready : Ready
    text : str
    language : {"fi", "sv", "en"}
    least_people : int

    Returns
    -------
    (str, Place) or None
        The name that was found, as the text has it, and its place.
    """
    parts = [p.strip() for p in text.split(",") if p.strip()]
    words = text.replace(",", " ").split()[-6:]
    runs = [" ".join(words[i : i + n]) for n in (3, 2, 1) for i in range(len(words) - n, -1, -1)]
    for part in dict.fromkeys([*reversed(parts[1:][-3:]), *runs]):
        found = find(ready, part, language, least_people=least_people) if re.search(r"[^\W\d]", part) else []
        if len(found) == 1 and found[0].name.casefold() == part.casefold():
            return part, found[0]
    return None


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


def agency_names(ready: Ready, language: str) -> dict[str, str]:
    """Name the agencies in the language, in Finnish for want of it."""
    known: dict[str, str] | None = ready.kept.get(("agencies", language))
    if known is None:
        known = {}
        for row in ready.inputs.agencies.to_dict("records"):
            name = row.get(f"name_{language}")
            known[str(row["agency"])] = str(row["name_fi"] if missing(name) else name)
        ready.kept["agencies", language] = known
    return known


def place_names(ready: Ready, language: str) -> dict[str, str]:
    """Name the municipalities in the language, in Finnish for want of it."""
    known: dict[str, str] | None = ready.kept.get(("municipalities", language))
    if known is None:
        known = {}
        for row in ready.inputs.municipalities.to_dict("records"):
            name = row["name_sv"] if language == "sv" else None
            known[str(row["municipality"])] = str(row["name_fi"] if missing(name) else name)
        ready.kept["municipalities", language] = known
    return known


def spoken(ready: Ready, municipality: Any, modes: Iterable[str] = ()) -> tuple[str, ...]:
    """Give the languages of service at a place, as the plan's tables have them.

    Parameters
    ----------
    ready : Ready
    municipality : str
        Code; nothing is told of a place without one.
    modes : iterable of str
        How agencies serve there.

    Returns
    -------
    tuple of str
        Codes.
    """
    if missing(municipality):
        return ()
    known: dict[str, frozenset[str]] | None = ready.kept.get("spoken")
    if known is None:
        known = ready.kept["spoken"] = languages_by_municipality(ready.inputs.municipalities)
    return in_order(languages_at(known.get(str(municipality), ()), remotely="remote" in set(modes)))
