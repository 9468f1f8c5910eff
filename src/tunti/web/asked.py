"""The project and plan that a request is about, as the guard found them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Form, HTTPException

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


def rows_of(frame: Any) -> list[dict[str, Any]]:
    """Give a table's rows as plain values."""
    return [{str(k): v for k, v in r.items()} for r in frame.to_dict("records")]
