"""The public's map as one picture that works without scripts: a click on it is a place."""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import escape

import numpy as np
import shapely
from pyproj import Transformer

from tunti.inputs.tables import Inputs
from tunti.web.ground import Ready
from tunti.web.places import Place

WIDTH, HEIGHT = 300, 460
"""Size of the picture in pixels, the same on a phone so that a click falls where it points."""

_MARGIN = 8
_HOLLOW = 'fill="#fff" stroke="#003479" stroke-width="1.2"'


def _frame(x0: float, y0: float, x1: float, y1: float) -> tuple[float, float, float]:
    """Give the scale (pixels a metre) and where the corner lies."""
    scale = min((WIDTH - 2 * _MARGIN) / max(x1 - x0, 1), (HEIGHT - 2 * _MARGIN) / max(y1 - y0, 1))
    left = x0 - (WIDTH / scale - (x1 - x0)) / 2
    top = y1 + (HEIGHT / scale - (y1 - y0)) / 2
    return scale, left, top


def _bounds(inputs: Inputs) -> tuple[float, float, float, float]:
    cells = inputs.cells
    return (
        float(cells["x"].min()),
        float(cells["y"].min()),
        float(cells["x"].max()),
        float(cells["y"].max()),
    )


def place_at(ready: Ready, px: float, py: float) -> Place:
    """Give the place that a click on the picture means."""
    scale, left, top = _frame(*_bounds(ready.inputs))
    x, y = left + px / scale, top - py / scale
    lon, lat = Transformer.from_crs(ready.settings.project.crs, "EPSG:4326", always_xy=True).transform(x, y)
    return Place(f"{lat:.3f}, {lon:.3f}", x, y)


def public_map(inputs: Inputs, ready: Ready | None, shown: dict[str, Any] | None) -> bytes:
    """Draw the land, today's places and the plan's points.

    Parameters
    ----------
    inputs : Inputs
    ready : Ready or None
        Gives today's places, when it is there.
    shown : dict or None
        What is shown of the plan.

    Returns
    -------
    bytes
        SVG without styles or scripts.
    """
    scale, left, top = _frame(*_bounds(inputs))

    def at(x: Any, y: Any) -> tuple[Any, Any]:
        return np.round((np.asarray(x) - left) * scale, 1), np.round((top - np.asarray(y)) * scale, 1)

    parts = [f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#eaf2fa"/>']
    outline = inputs.land if inputs.land is not None else inputs.borders
    if outline is not None:
        for shape in shapely.get_parts(outline.geometry.simplify(1.0 / scale).to_numpy()):
            if shape.is_empty or shape.geom_type != "Polygon" or shape.area * scale * scale < 2:
                continue
            x, y = at(*shape.exterior.xy)
            path = " ".join(f"{a},{b}" for a, b in zip(x, y, strict=True))
            parts.append(f'<polygon points="{path}" fill="#fff" stroke="#a5acb1" stroke-width=".6"/>')
    if ready is not None:
        rows = ready.timed.offices
        part = {} if shown is None else shown.get("offices", {})
        # Of several offices in one place one that stays is drawn, and those that stay lie on top.
        stays = rows["office"].astype(str).map(part).eq("stays").to_numpy(dtype=bool)
        rows = rows.assign(stays=stays).sort_values("stays", kind="stable").drop_duplicates(["x", "y"], keep="last")
        other = "#8c8c8c" if part else "#6b6b6b"
        for x, y, kept in zip(*at(rows["x"], rows["y"]), rows["stays"], strict=True):
            side, colour = (3, "#003479") if kept else (2, other)
            corner = f'x="{x - side / 2:.1f}" y="{y - side / 2:.1f}" width="{side}" height="{side}"'
            parts.append(f'<rect {corner} fill="{colour}"/>')
    if shown is not None and ready is not None:
        sites = ready.timed.area.sites.set_index("site")
        for row, here in [*((p, False) for p in shown.get("neighbours", ())), *((p, True) for p in shown["points"])]:
            if row["site"] in sites.index:
                x, y = at(*sites.loc[row["site"], ["x", "y"]])
                paint = 'fill="#003479" stroke="#fff" stroke-width=".8"' if here else _HOLLOW
                mark = f'<circle cx="{x}" cy="{y}" r="{3.2 if here else 2.4}" {paint}>'
                parts.append(f"{mark}<title>{escape(row['name'])}</title></circle>")
    body = "".join(parts)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}">'
    return f"{head}{body}</svg>".encode()
