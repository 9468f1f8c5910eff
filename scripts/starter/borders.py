"""Approximate municipality borders for map shading: land goes to the municipality of its nearest place."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import shapely
from shapely.geometry import MultiPoint
from shapely.ops import unary_union


def approximate_borders(places: pd.DataFrame, land: Any) -> list[tuple[dict[str, Any], Any]]:
    """Give an outline for each municipality: Voronoi areas of its places, merged and clipped to the land."""
    unique = places.drop_duplicates(["x", "y"])
    areas = shapely.get_parts(
        shapely.voronoi_polygons(MultiPoint(unique[["x", "y"]].to_numpy()), extend_to=land.envelope.buffer(50_000))
    )
    tree = shapely.STRtree(areas)
    points = shapely.points(unique["x"], unique["y"])
    of_point, of_area = tree.query(points, predicate="intersects")
    codes = np.full(len(areas), "", dtype=object)
    codes[of_area] = unique["municipality"].to_numpy()[of_point]
    simple = land.simplify(400)
    result = []
    for code in sorted(set(codes)):
        whole = unary_union(areas[codes == code]).intersection(simple)
        parts = [p for p in shapely.get_parts(whole) if p.geom_type == "Polygon" and p.area > 2e5]
        largest = max((p.area for p in parts), default=0.0)
        parts = [p for p in parts if p.area > 0.01 * largest]
        if parts:
            result.append(({"municipality": code}, unary_union(parts)))
    return result
