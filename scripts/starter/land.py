"""Land outlines from Natural Earth (npm ``world-atlas``), clipped to Finland and its neighbours' coasts."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path
from typing import Any

import shapely
from pyproj import Transformer
from shapely.geometry import MultiPolygon, Polygon, box, mapping, shape
from shapely.ops import transform, unary_union

TO_METRES = Transformer.from_crs("EPSG:4326", "EPSG:3067", always_xy=True).transform
TO_DEGREES = Transformer.from_crs("EPSG:3067", "EPSG:4326", always_xy=True).transform

COUNTRIES = {
    "246": ("FI", "Suomi"),
    "248": ("AX", "Ahvenanmaa"),
    "752": ("SE", "Ruotsi"),
    "578": ("NO", "Norja"),
    "643": ("RU", "Venäjä"),
    "233": ("EE", "Viro"),
}
FRAME = box(-60_000, 6_560_000, 830_000, 7_860_000)
"""What the maps show, in EPSG:3067."""


def countries(package: Path) -> dict[str, Any]:
    """Read the outlines of Finland, Åland and the neighbours, in EPSG:3067, keyed by country code."""
    with tarfile.open(package) as tar:
        member = tar.extractfile("package/countries-10m.json")
        assert member is not None
        atlas = json.load(member)
    arcs = [_arc(a, atlas["transform"]) for a in atlas["arcs"]]
    found: dict[str, Any] = {}
    for geometry in atlas["objects"]["countries"]["geometries"]:
        if geometry.get("id") in COUNTRIES:
            parts = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
            rings = [[_ring(r, arcs) for r in part] for part in parts]
            degrees = MultiPolygon([Polygon(r[0], r[1:]) for r in rings])
            near = shapely.make_valid(degrees).intersection(box(8, 57, 40, 73))
            found[COUNTRIES[geometry["id"]][0]] = shapely.make_valid(transform(TO_METRES, near))
    return found


def _arc(deltas: list[list[int]], quantized: dict[str, list[float]]) -> list[tuple[float, float]]:
    x = y = 0
    points = []
    for dx, dy in deltas:
        x, y = x + dx, y + dy
        points.append(
            (
                x * quantized["scale"][0] + quantized["translate"][0],
                y * quantized["scale"][1] + quantized["translate"][1],
            )
        )
    return points


def _ring(numbers: list[int], arcs: list[list[tuple[float, float]]]) -> list[tuple[float, float]]:
    points: list[tuple[float, float]] = []
    for number in numbers:
        arc = arcs[number] if number >= 0 else arcs[~number][::-1]
        points += arc[1:] if points else arc
    return [(x + 360 if x < -100 else x, y) for x, y in points]  # Russia goes on past 180 degrees


def features(outlines: list[tuple[dict[str, Any], Any]], *, decimals: int = 3) -> str:
    """Give a GeoJSON text, a feature a line, of outlines in EPSG:3067: the same bytes on every machine."""
    lines = []
    for properties, geometry in outlines:
        degrees = shapely.make_valid(shapely.set_precision(transform(TO_DEGREES, geometry), 10**-decimals))
        degrees = _areas(degrees)
        body = {"type": "Feature", "properties": properties, "geometry": _rounded(mapping(degrees), decimals)}
        lines.append(json.dumps(body, ensure_ascii=False, separators=(",", ":")))
    return '{"type":"FeatureCollection","features":[\n' + ",\n".join(lines) + "\n]}\n"


def _areas(geometry: Any) -> Any:
    if geometry.geom_type in ("Polygon", "MultiPolygon"):
        return geometry
    return unary_union([g for g in getattr(geometry, "geoms", []) if g.geom_type in ("Polygon", "MultiPolygon")])


def _rounded(value: Any, decimals: int) -> Any:
    if isinstance(value, dict):
        return {k: _rounded(v, decimals) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(v, decimals) for v in value]
    return round(value, decimals) if isinstance(value, float) else value


def map_land(outlines: dict[str, Any]) -> list[tuple[dict[str, Any], Any]]:
    """Give the outlines that maps draw: clipped to the frame and simplified to half a kilometre."""
    result = []
    for code, name in COUNTRIES.values():
        if code == "AX":
            continue
        whole = outlines["FI"].union(outlines["AX"]) if code == "FI" else outlines[code]
        tolerance = 300 if code == "FI" else 1000
        parts = shapely.get_parts(whole.intersection(FRAME).simplify(tolerance))
        least = 0.5e6 if code == "FI" else 8e6
        kept = [p for p in parts if p.geom_type == "Polygon" and p.area >= least]
        result.append(({"country": code, "name": name}, MultiPolygon(kept)))
    return result


__all__ = ["COUNTRIES", "FRAME", "TO_DEGREES", "TO_METRES", "countries", "features", "map_land", "shape"]
