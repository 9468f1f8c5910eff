"""Jobs of a plan: asked for and ended from its pages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import Response

from tunti.errors import TuntiError
from tunti.findings import say
from tunti.locale import N_
from tunti.store.models import Job
from tunti.web.asked import Token, place_of, sound
from tunti.web.guard import check_csrf
from tunti.web.page import away
from tunti.web.state import asked_of, service_of
from tunti.work import jobs

router = APIRouter(include_in_schema=False)

JOB_WORDS = {
    "times": N_("Work out drive times"),
    "optimise": N_("Optimise the network"),
    "plan": N_("Make figures and documents"),
    "joint": N_("Choose points together with agencies and modes"),
    "stages": N_("Services, premises, programme and remote service"),
    "frontier": N_("Draw the trade-off curve"),
    "alternatives": N_("Look for alternatives"),
}
JOB_STATES = {
    "queued": N_("waiting"),
    "running": N_("running"),
    "done": N_("done"),
    "failed": N_("failed"),
    "cancelled": N_("cancelled"),
}


def working_of(rows: Sequence[Job]) -> Job | None:
    """Give the job that still makes a plan's figures or documents, the running one before those that wait."""
    found = [j for j in rows if j.kind in jobs.MAKERS and j.state in ("queued", "running")]
    return min(found, key=lambda j: (j.state != "running", j.id), default=None)


@router.post("/work/{project}/plans/{plan}/jobs")
def ask_job(
    request: Request,
    kind: Annotated[str, Form(max_length=30)] = "",
    points: Annotated[str, Form(max_length=200)] = "",
    back: Annotated[str, Form(max_length=300)] = "",
    csrf: Token = "",
) -> Response:
    """Ask for a job."""
    check_csrf(request, csrf)
    asked = asked_of(request)
    project, plan = sound(asked)
    start_job(request, kind, {"points": points_of(points)} if kind == "frontier" else {})
    return away(back if back.startswith(place_of(plan, project)) else place_of(plan, project))


def start_job(request: Request, kind: str, asked_for: dict[str, Any]) -> Job:
    """Put a job of the plan in the queue.

    Raises
    ------
    TuntiError
        There is no job of this kind.
    """
    asked = asked_of(request)
    project, plan = sound(asked)
    if kind not in JOB_WORDS:
        raise TuntiError(say("There is no job of this kind."))
    if kind == "optimise":
        asked_for = {"version": plan.version}
    with service_of(request).db.writing() as session:
        return jobs.ask_job(session, asked.person.name, project=project.id, plan=plan.id, kind=kind, asked=asked_for)


def points_of(text: str) -> list[int]:
    """Read numbers of points: ``20, 30, 40``, or ``20-60:10`` as on the command line; at most 12 of them."""
    found: set[int] = set()
    for first, last, step in re.findall(r"(\d{1,4})(?:\s*[-–]\s*(\d{1,4})(?:\s*:\s*(\d{1,4}))?)?", text):
        found |= set(range(int(first), int(last or first) + 1, max(int(step or 1), 1)))
    return sorted(n for n in found if n > 0)[:12]


@router.post("/work/{project}/plans/{plan}/jobs/{number}/cancel")
def cancel_job(request: Request, number: int, csrf: Token = "") -> Response:
    """Ask a job to end."""
    check_csrf(request, csrf)
    project, plan = sound(asked_of(request))
    end_job(request, number)
    return away(place_of(plan, project))


def end_job(request: Request, number: int) -> None:
    """Ask a job of the plan to end."""
    asked = asked_of(request)
    _, plan = sound(asked)
    with service_of(request).db.writing() as session:
        job = session.get(Job, number) if 0 < number < 2**31 else None
        if job is None or job.plan_id != plan.id:
            raise HTTPException(404)
        jobs.cancel(session, asked.person.name, job)
