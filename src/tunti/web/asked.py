"""The project and plan that a request is about, as the guard found them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Form, HTTPException

from tunti.inputs.tables import Inputs
from tunti.plan.area import area
from tunti.report.sections.access import sort_key
from tunti.report.words import Words
from tunti.settings import Settings
from tunti.store.models import PlanRow, ProjectRow
from tunti.web.state import Asked

Token = Annotated[str, Form(max_length=200)]
"""The token of a form, see :func:`tunti.web.guard.check_csrf`."""


def sound(asked: Asked) -> tuple[ProjectRow, PlanRow]:
    """Give the project and plan that the guard found."""
    if asked.project is None or asked.plan is None:
        raise HTTPException(404)
    return asked.project, asked.plan


def place_of(plan: PlanRow, project: ProjectRow) -> str:
    """Give the address of a plan's page."""
    return f"/work/{project.slug}/plans/{plan.name}"


def regions_of(inputs: Inputs, settings: Settings, words: Words) -> list[tuple[str, str]]:
    """Give code and name of the regions that are planned, by name as the reader's language sorts."""
    rows = rows_of(area(inputs, settings.project).regions)
    named = [(str(r["region"]), words.place(r, "region")) for r in rows if isinstance(r["region"], str)]
    return sorted(named, key=lambda r: sort_key(r[1], words.language))


def rows_of(frame: Any) -> list[dict[str, Any]]:
    """Give a table's rows as plain values."""
    return [{str(k): v for k, v in r.items()} for r in frame.to_dict("records")]
