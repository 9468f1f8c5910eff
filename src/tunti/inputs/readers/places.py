"""Brings coordinates to one form and finds those that are swapped, in degrees or in another system."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from tunti.findings import Finding, Level, Message, error, say
from tunti.inputs.frames import tell
from tunti.inputs.schemas import Schema
from tunti.inputs.words import heading

Floats = NDArray[np.float64]
Marks = NDArray[np.bool_]

_MARGIN_M = 200_000.0
_MARGIN_DEGREES = 3.0
_FAR_APART_M = 1_000.0

# Older and other systems that Finnish and Nordic registers still hold, by the box that their coordinates fall in.
_OTHER_SYSTEMS: tuple[tuple[str, float, float, float, float], ...] = (
    ("EPSG:2393 (KKJ, YKJ)", 3.0e6, 6.5e6, 3.9e6, 7.9e6),
    *((f"EPSG:{3873 + z - 19} (ETRS-GK{z})", z * 1e6 + 2e5, 6.5e6, z * 1e6 + 8e5, 7.9e6) for z in range(19, 32)),
    ("EPSG:3857 (Web Mercator)", 2.1e6, 8.0e6, 3.6e6, 11.2e6),
    ("EPSG:3035 (LAEA Europe)", 4.6e6, 3.9e6, 5.6e6, 5.5e6),
)


@dataclass(frozen=True)
class Area:
    """Where the places of a project may lie: the area that its coordinate system is made for."""

    west: float
    south: float
    east: float
    north: float
    left: float
    bottom: float
    right: float
    top: float

    def holds_metres(self, x: Floats, y: Floats, margin: float = 0.0) -> Marks:
        """Mark the metric points inside."""
        return (
            (x >= self.left - margin)
            & (x <= self.right + margin)
            & (y >= self.bottom - margin)
            & (y <= self.top + margin)
        )

    def holds_degrees(self, lon: Floats, lat: Floats, margin: float = 0.0) -> Marks:
        """Mark the points in degrees inside."""
        return (
            (lon >= self.west - margin)
            & (lon <= self.east + margin)
            & (lat >= self.south - margin)
            & (lat <= self.north + margin)
        )


@lru_cache(maxsize=16)
def transformer(start: str, end: str) -> Transformer:
    """Give the transformation between two systems, east first."""
    return Transformer.from_crs(start, end, always_xy=True)


@lru_cache(maxsize=16)
def area_of(crs: str) -> Area | None:
    """Give the area that a coordinate system is made for; None when it does not say."""
    box = CRS(crs).area_of_use
    if box is None:
        return None
    metres = transformer("EPSG:4326", crs).transform_bounds(box.west, box.south, box.east, box.north)
    return Area(box.west, box.south, box.east, box.north, *metres)


def check_crs(crs: str) -> list[Finding]:
    """Check that a coordinate system is known and metric."""
    try:
        metric = not CRS(crs).is_geographic
    except CRSError:
        metric = False
    if metric:
        return []
    return [
        error(
            "project.toml",
            None,
            "crs",
            say("'{crs}' is not a known metric coordinate system.", crs=crs),
            say("Write the code of a metric system, in Finland EPSG:3067."),
        )
    ]


def bring(frame: pd.DataFrame, schema: Schema, crs: str, table: str) -> tuple[pd.DataFrame, list[Finding]]:
    """Fill both metres and degrees of every row and report coordinates that can't be right.

    Parameters
    ----------
    frame : DataFrame
        With ``x, y, lon, lat`` as the user gave them.
    schema : Schema
    crs : str
        The project's metric system, in which x and y are.
    table : str

    Returns
    -------
    frame : DataFrame
        ``x, y`` and ``lon, lat`` filled wherever either pair was given.
    findings : list of Finding
    """
    x, y, lon, lat = (frame[c].to_numpy("float64").copy() for c in ("x", "y", "lon", "lat"))
    rows = frame.index.to_numpy()
    has_metres, has_degrees = ~np.isnan(x) & ~np.isnan(y), ~np.isnan(lon) & ~np.isnan(lat)
    findings = [*_halves(x, y, lon, lat, rows, schema, table)]
    area = area_of(crs)
    ok_metres, ok_degrees = has_metres.copy(), has_degrees.copy()
    if area is not None:
        found, bad = _metres(x, y, has_metres, area, crs, rows, table)
        findings += found
        ok_metres &= ~bad
        found, bad = _degrees(lon, lat, has_degrees & ~has_metres, area, rows, table)
        findings += found
        ok_degrees &= ~bad
    both = ok_metres & ok_degrees
    to_metres, to_degrees = transformer("EPSG:4326", crs), transformer(crs, "EPSG:4326")
    if both.any():
        bx, by = to_metres.transform(lon[both], lat[both])
        apart = np.zeros(len(x))
        apart[both] = np.hypot(bx - x[both], by - y[both])
        findings += tell(
            Level.WARNING,
            table,
            rows,
            apart > _FAR_APART_M,
            "lon",
            lambda i: say("lon and lat are {km} km from x and y.", km=round(float(apart[i]) / 1000, 1)),
            say("x and y were used. Correct one pair or leave it empty."),
        )
    only = ok_degrees & ~has_metres
    if only.any():
        x[only], y[only] = to_metres.transform(lon[only], lat[only])
    if ok_metres.any():
        lon[ok_metres], lat[ok_metres] = to_degrees.transform(x[ok_metres], y[ok_metres])
    for values in (x, y, lon, lat):
        values[~np.isfinite(values)] = np.nan
    return frame.assign(x=x, y=y, lon=lon, lat=lat), findings


def from_geometry(x: Floats, y: Floats, start: str | None, crs: str) -> tuple[Floats, Floats]:
    """Bring the points of a layer to the project's system."""
    if start is None:
        return x, y
    new = transformer(start, crs).transform(x, y)
    return np.where(np.isfinite(new[0]), new[0], np.nan), np.where(np.isfinite(new[1]), new[1], np.nan)


def _halves(x: Floats, y: Floats, lon: Floats, lat: Floats, rows: Any, schema: Schema, table: str) -> Iterator[Finding]:
    half_metres = np.isnan(x) != np.isnan(y)
    half_degrees = np.isnan(lon) != np.isnan(lat)
    pair = ~np.isnan(x) & ~np.isnan(y) | ~np.isnan(lon) & ~np.isnan(lat)
    for half, one, other, value in ((half_metres, "x", "y", x), (half_degrees, "lon", "lat", lon)):
        yield from tell(
            Level.ERROR,
            table,
            rows,
            half & ~pair,
            # The column that is empty is the one to fill.
            one if half.any() and np.isnan(value[half][0]) else other,
            say("Only one of {one} and {other} is given.", one=heading(schema[one]), other=heading(schema[other])),
            say("Give both coordinates."),
        )
    none = ~pair & ~half_metres & ~half_degrees
    yield from tell(
        Level.ERROR if schema.needs_place else Level.WARNING,
        table,
        rows,
        none,
        "x",
        say("The row has no coordinates."),
        say("Give x and y (metres) or the longitude and latitude (degrees)."),
    )


def _metres(
    x: Floats, y: Floats, has: Marks, area: Area, crs: str, rows: Any, table: str
) -> tuple[list[Finding], Marks]:
    inside = area.holds_metres(x, y)
    left = has & ~inside
    if not left.any():
        return [], left
    zero = left & (x == 0) & (y == 0)
    swapped = left & ~zero & area.holds_metres(y, x)
    degrees = left & ~zero & ~swapped & (np.abs(x) <= 180) & (np.abs(y) <= 180)
    rest = left & ~zero & ~swapped & ~degrees
    near = rest & area.holds_metres(x, y, _MARGIN_M)
    far = rest & ~near
    change = say("Put the easting (east) in x and the northing (north) in y.")
    findings = [
        *tell(Level.ERROR, table, rows, zero, "x", say("The coordinates are 0, 0."), _find_place()),
        *tell(
            Level.ERROR,
            table,
            rows,
            swapped,
            "x",
            lambda i: say("x {x} and y {y} have changed places.", x=_short(x[i]), y=_short(y[i])),
            change,
        ),
        *tell(
            Level.ERROR,
            table,
            rows,
            degrees,
            "x",
            lambda i: say("x {x} and y {y} are degrees, not metres.", x=_short(x[i]), y=_short(y[i])),
            say("Put degrees in the columns lon (longitude) and lat (latitude)."),
        ),
        *tell(
            Level.ERROR,
            table,
            rows,
            far,
            "x",
            lambda i: say("x {x} and y {y} are far outside the country.", x=_short(x[i]), y=_short(y[i])),
            lambda i: _other_system(float(x[i]), float(y[i]), crs),
        ),
        *tell(
            Level.WARNING,
            table,
            rows,
            near,
            "x",
            lambda i: say("x {x} and y {y} are outside the country.", x=_short(x[i]), y=_short(y[i])),
            say("Check the coordinates; leave the row if the place is across the border."),
        ),
    ]
    return findings, left & ~near


def _degrees(lon: Floats, lat: Floats, has: Marks, area: Area, rows: Any, table: str) -> tuple[list[Finding], Marks]:
    left = has & ~area.holds_degrees(lon, lat)
    if not left.any():
        return [], left
    zero = left & (lon == 0) & (lat == 0)
    swapped = left & ~zero & area.holds_degrees(lat, lon)
    metres = left & ~zero & ~swapped & ((np.abs(lon) > 180) | (np.abs(lat) > 180))
    rest = left & ~zero & ~swapped & ~metres
    near = rest & area.holds_degrees(lon, lat, _MARGIN_DEGREES)
    far = rest & ~near
    findings = [
        *tell(Level.ERROR, table, rows, zero, "lon", say("The coordinates are 0, 0."), _find_place()),
        *tell(
            Level.ERROR,
            table,
            rows,
            swapped,
            "lon",
            lambda i: say("lon {lon} and lat {lat} have changed places.", lon=_short(lon[i]), lat=_short(lat[i])),
            say("Put the longitude (east) in lon and the latitude (north) in lat."),
        ),
        *tell(
            Level.ERROR,
            table,
            rows,
            metres,
            "lon",
            lambda i: say("lon {lon} and lat {lat} are metres, not degrees.", lon=_short(lon[i]), lat=_short(lat[i])),
            say("Put metres in the columns x (east) and y (north)."),
        ),
        *tell(
            Level.ERROR,
            table,
            rows,
            far,
            "lon",
            lambda i: say(
                "lon {lon} and lat {lat} are far outside the country.", lon=_short(lon[i]), lat=_short(lat[i])
            ),
            _find_place(),
        ),
        *tell(
            Level.WARNING,
            table,
            rows,
            near,
            "lon",
            lambda i: say("lon {lon} and lat {lat} are outside the country.", lon=_short(lon[i]), lat=_short(lat[i])),
            say("Check the coordinates; leave the row if the place is across the border."),
        ),
    ]
    return findings, left & ~near


def _find_place() -> Message:
    return say("Look the place up on a map and write its coordinates.")


def _other_system(x: float, y: float, crs: str) -> Message:
    """Name the coordinate system that a point outside the country seems to be in."""
    for name, left, bottom, right, top in _OTHER_SYSTEMS:
        if left <= x <= right and bottom <= y <= top:
            return say("They look like coordinates in {other}; turn them to {crs}.", other=name, crs=crs)
        if left <= y <= right and bottom <= x <= top:
            return say(
                "They look like coordinates in {other} with x and y swapped; turn them to {crs}.", other=name, crs=crs
            )
    return say("Check the coordinates and their system, which is {crs} in this project.", crs=crs)


def _short(value: float) -> float:
    return round(float(value), 2 if abs(value) <= 180 else 0)
