"""Degrees to the project's metres and back, with one transformer a thread: making one takes long."""

from __future__ import annotations

import threading

from pyproj import Transformer

_WGS84 = "EPSG:4326"
_kept = threading.local()


def to_metres(crs: str, lon: float, lat: float) -> tuple[float, float]:
    """Give the metric coordinates of a longitude and latitude."""
    x, y = _transformer(_WGS84, crs).transform(lon, lat)
    return float(x), float(y)


def to_degrees(crs: str, x: float, y: float) -> tuple[float, float]:
    """Give the longitude and latitude of metric coordinates."""
    lon, lat = _transformer(crs, _WGS84).transform(x, y)
    return float(lon), float(lat)


def _transformer(a: str, b: str) -> Transformer:
    # Transformers of the library must not be shared between threads.
    known: dict[tuple[str, str], Transformer] = _kept.__dict__.setdefault("known", {})
    if (a, b) not in known:
        known[a, b] = Transformer.from_crs(a, b, always_xy=True)
    return known[a, b]
