"""Comments that are bound to a view of the map: their numbers are the same on the map, beside it and in the list."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from tunti.store.models import Comment, PlanRow, ProjectRow
from tunti.web.state import Asked, Service
from tunti.work import comments
from tunti.work.roles import Act, may

FARTHEST = 24.0
"""The map's closest zoom."""


@dataclass(frozen=True)
class Mark:
    """A comment on a view of the map.

    Attributes
    ----------
    number : int
        From 1, the oldest comment first.
    comment : int
        Its id.
    text, by : str
    at : datetime
    lon, lat, zoom : float
        The middle of what the map showed, and how close.
    """

    number: int
    comment: int
    text: str
    by: str
    at: dt.datetime
    lon: float
    lat: float
    zoom: float

    @property
    def view(self) -> str:
        """The part of an address that opens the map at this view."""
        return f"#{self.zoom:.2f}/{self.lat:.5f}/{self.lon:.5f}"


def seen_by(service: Service, asked: Asked, project: ProjectRow, plan: PlanRow) -> tuple[list[Comment], bool]:
    """Give the comments on a plan that a person sees, the newest first, and whether they moderate."""
    moderator = may(asked.person, Act.MODERATE, project=project.id, region=plan.region)
    with service.db.reading() as session:
        rows = comments.comments_of(session, plan.id)
    return [c for c in rows if moderator or not c.public or c.shown == "shown"], moderator


def marks_of(rows: Sequence[Comment]) -> list[Mark]:
    """Give numbers to the comments bound to a view of the map; those that lie nowhere on earth are left out."""
    views = [c for c in sorted(rows, key=lambda c: c.id) if c.bound.get("to") == "view" and _on_earth(c)]
    return [
        Mark(n, c.id, c.text, c.by, c.at, float(c.bound["x"]), float(c.bound["y"]), float(c.bound.get("zoom") or 0.0))
        for n, c in enumerate(views, 1)
    ]


def _on_earth(c: Comment) -> bool:
    x, y, zoom = (c.bound.get(k) for k in ("x", "y", "zoom"))
    if not all(isinstance(v, int | float) for v in (x, y)):
        return False
    return abs(float(x or 0)) <= 180 and abs(float(y or 0)) <= 90 and 0 <= float(zoom or 0) <= FARTHEST
