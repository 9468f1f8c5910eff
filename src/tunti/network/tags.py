"""What the tags of an OpenStreetMap way mean for a car: may it drive there, which way, how fast."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

CLASSES = (
    "motorway",
    "motorway_link",
    "trunk",
    "trunk_link",
    "primary",
    "primary_link",
    "secondary",
    "secondary_link",
    "tertiary",
    "tertiary_link",
    "unclassified",
    "residential",
    "living_street",
    "service",
    "road",
    "track",
)
"""Values of ``highway`` that cars drive on, keys of the speed settings."""

_ACCESS = ("motorcar", "motor_vehicle", "vehicle", "access")
"""Keys of access, the most particular first: it decides."""

_SHUT = frozenset({"no", "private", "agricultural", "forestry", "emergency", "military", "psv", "bus", "delivery_only"})
"""Values that keep the public's cars out. ``destination``, ``permissive`` and ``customers`` let them in."""

_OPEN = frozenset({"yes", "designated", "permissive", "destination", "official", "customers", "permit"})

BARRIERS = frozenset(
    {"block", "bollard", "chain", "cycle_barrier", "debris", "jersey_barrier", "kissing_gate", "log",
    "motorcycle_barrier",
     "planter", "stile", "turnstile"}
)  # fmt: skip
"""Values of ``barrier`` on a node that stop cars unless its access tags let them pass."""

SURFACE_FACTORS = {
    "unpaved": 0.85, "compacted": 0.9, "gravel": 0.85, "fine_gravel": 0.85, "pebblestone": 0.75, "cobblestone": 0.75,
    "unhewn_cobblestone": 0.7, "sett": 0.85, "ground": 0.7, "dirt": 0.7, "earth": 0.7, "grass": 0.6, "sand": 0.6,
    "mud": 0.5, "ice": 0.6, "snow": 0.6, "wood": 0.8, "woodchips": 0.6,
}  # fmt: skip
"""Share of the speed that a surface leaves: defaults of this product, for roads whose class allows for none.

Tracks are left out, since their class speed is that of a bad surface already."""

SERVICE_FACTORS = {"parking_aisle": 0.6, "driveway": 0.7, "drive-through": 0.5, "emergency_access": 0.6, "alley": 0.8}
"""Share of the speed of ``highway=service`` that its kinds leave: defaults of this product."""

_ZONES = {"urban": 50.0, "rural": 80.0, "trunk": 100.0, "motorway": 120.0, "living_street": 20.0, "nsl_single": 96.6}
"""Limits that country words such as ``FI:urban`` stand for, km/h: those of Finland's road traffic act (729/2018), in
other countries near enough, since the limit is only a guide there."""

_WALK_KMH = 7.0
_MILE_KM = 1.609344
_KNOT_KMH = 1.852
_NUMBER = re.compile(r"^\s*(\d+(?:[.,]\d+)?)\s*(km/h|kmh|kph|mph|knots)?\s*$", re.IGNORECASE)
_ZONE_NUMBER = re.compile(r"(?::|zone)(\d{1,3})$")
_CLOCK = re.compile(r"^(\d{1,3}):(\d{1,2})(?::(\d{1,2}))?$")
_ISO = re.compile(r"^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$")


@dataclass(frozen=True)
class Way:
    """What a car needs to know of a way.

    Attributes
    ----------
    road_class : str
        One of :data:`CLASSES` or ``ferry``.
    along, against : bool
        Whether cars may drive in the way's direction and against it.
    kmh, kmh_back : float
        Posted limit along and against the way, NaN where none is given.
    factor : float
        Share of the speed that surface and use leave.
    minutes : float
        Duration of a ferry, NaN where none is given.
    headway : float
        Minutes from one departure of a ferry to the next, NaN where not given.
    """

    road_class: str
    along: bool
    against: bool
    kmh: float
    kmh_back: float
    factor: float
    minutes: float
    headway: float = math.nan


def read_way(tags: Mapping[str, str]) -> Way | None:
    """Tell what a way means for a car, or None where cars don't drive.

    Parameters
    ----------
    tags : mapping of str to str
        Tags of the way.

    Returns
    -------
    Way or None

    Notes
    -----
    Tagging as documented in the OpenStreetMap wiki: Key:highway, Key:access, Key:oneway (implied on motorways and in
    roundabouts), Key:maxspeed, Tag:route=ferry, Key:duration, Key:interval.
    """
    ferry = tags.get("route") == "ferry" or (tags.get("ferry") in CLASSES and "highway" not in tags)
    highway = tags.get("highway", "")
    if ferry:
        # Most ferries without a word about cars carry people only.
        if not (car_access(tags) or tags.get("ferry") in CLASSES) or car_access(tags) is False:
            return None
    elif (
        highway not in CLASSES
        or car_access(tags) is False
        or tags.get("area") == "yes"
        or tags.get("construction") == "yes"
        or tags.get("impassable") == "yes"
    ):
        return None
    along, against = directions(tags, motorway=highway == "motorway")
    if not (along or against):
        return None
    limit = tags.get("maxspeed:motorcar") or tags.get("maxspeed") or tags.get("zone:maxspeed") or ""
    kmh = read_limit(tags.get("maxspeed:forward", limit))
    kmh_back = read_limit(tags.get("maxspeed:backward", limit))
    if ferry:
        minutes, headway = read_duration(tags.get("duration", "")), read_headway(tags.get("interval", ""))
        return Way("ferry", along, against, kmh, kmh_back, 1.0, minutes, headway)
    factor = 1.0 if highway == "track" else SURFACE_FACTORS.get(tags.get("surface", ""), 1.0)
    if highway == "service":
        factor *= SERVICE_FACTORS.get(tags.get("service", ""), 1.0)
    return Way(highway, along, against, kmh, kmh_back, factor, math.nan)


def car_access(tags: Mapping[str, str]) -> bool | None:
    """Tell whether the public's cars may go: yes, no, or None where nothing is said.

    Parameters
    ----------
    tags : mapping of str to str

    Returns
    -------
    bool or None
        The most particular key decides: ``motorcar``, ``motor_vehicle``, ``vehicle``, ``access``.
    """
    for key in _ACCESS:
        value = tags.get(key)
        if value is None:
            continue
        words = {w.strip() for w in value.split(";")}
        if words & _OPEN:
            return True
        if words & _SHUT:
            return False
    return None


def stops_cars(tags: Mapping[str, str]) -> bool:
    """Tell whether a node is a barrier that cars can't pass.

    Parameters
    ----------
    tags : mapping of str to str
        Tags of the node. A gate without a word about access is taken as open.
    """
    if "barrier" not in tags:
        return False
    access = car_access(tags)
    return access is False or (access is None and tags["barrier"] in BARRIERS)


def directions(tags: Mapping[str, str], *, motorway: bool = False) -> tuple[bool, bool]:
    """Tell in which directions cars may drive: along the way, against it.

    Parameters
    ----------
    tags : mapping of str to str
    motorway : bool
        The way is a motorway, whose ``oneway=yes`` goes without saying.

    Returns
    -------
    (bool, bool)
        A way whose direction changes by the hour (``reversible``, ``alternating``) counts as two-way.
    """
    value = ""
    for key in ("oneway:motorcar", "oneway:motor_vehicle", "oneway:vehicle", "oneway"):
        if key in tags:
            value = tags[key].strip().lower()
            break
    if value in ("yes", "1", "true"):
        return True, False
    if value in ("-1", "reverse"):
        return False, True
    if value in ("no", "0", "false", "reversible", "alternating"):
        return True, True
    return True, not (motorway or tags.get("junction") in ("roundabout", "circular"))


def read_limit(text: str) -> float:
    """Read a speed limit.

    Parameters
    ----------
    text : str
        Such as ``80``, ``50 mph``, ``FI:urban``, ``FI:zone:30``, ``walk``, ``none``, ``80;60`` (the lower counts).

    Returns
    -------
    float
        Kilometres an hour; NaN for no limit, for signs that change, and for what can't be read.
    """
    found = [v for v in (_one_limit(part.strip()) for part in re.split(r"[;|]", text)) if not math.isnan(v)]
    return min(found) if found else math.nan


def limit_is_readable(text: str) -> bool:
    """Tell whether a limit says something that the reader knows, ``none`` and changing signs included."""
    known = text.strip().lower() in ("", "none", "signals", "variable", "unposted", "unlimited")
    return known or not math.isnan(read_limit(text))


def _one_limit(text: str) -> float:
    number = _NUMBER.match(text)
    if number:
        value = float(number.group(1).replace(",", "."))
        unit = (number.group(2) or "").lower()
        kmh = value * (_MILE_KM if unit == "mph" else _KNOT_KMH if unit == "knots" else 1.0)
        return kmh if 0.0 < kmh <= 250.0 else math.nan
    word = text.lower()
    if word.endswith("walk"):
        return _WALK_KMH
    zone = _ZONE_NUMBER.search(word)
    if zone:
        return float(zone.group(1)) or math.nan
    return _ZONES.get(word.rpartition(":")[2], math.nan)


def read_headway(text: str) -> float:
    """Read how often a ferry leaves, the tag ``interval``.

    Parameters
    ----------
    text : str
        As :func:`read_duration` takes it, or a range such as ``20-30``, of which the longer counts.

    Returns
    -------
    float
        Minutes; NaN where nothing can be read.
    """
    return max((read_duration(part) for part in text.split("-")), key=lambda v: -1.0 if math.isnan(v) else v)


def read_duration(text: str) -> float:
    """Read how long a ferry takes.

    Parameters
    ----------
    text : str
        ``HH:MM``, ``HH:MM:SS``, minutes as a number, or ISO 8601 such as ``PT1H20M``.

    Returns
    -------
    float
        Minutes; NaN where nothing (or nothing above zero) can be read.
    """
    text = text.strip()
    clock = _CLOCK.match(text)
    iso = _ISO.match(text)
    if clock:
        hours, minutes, seconds = (float(v or 0) for v in clock.groups())
        total = hours * 60.0 + minutes + seconds / 60.0
    elif iso:
        days, hours, minutes, seconds = (float(v or 0) for v in iso.groups())
        total = days * 1440.0 + hours * 60.0 + minutes + seconds / 60.0
    elif text.isdecimal():
        total = float(text)
    else:
        return math.nan
    return total if total > 0 else math.nan
