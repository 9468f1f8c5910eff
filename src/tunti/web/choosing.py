"""Choices of a plan: the trade-off curve and the alternatives; each dot opens its plan."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response
from sqlalchemy import select

from tunti.findings import say
from tunti.location.alternatives import WITHIN
from tunti.report.words import words_for
from tunti.store.models import Job, PlanRow
from tunti.web.asked import Token, place_of, sound
from tunti.web.charts import curve, others
from tunti.web.guard import check_csrf
from tunti.web.overview import live_figures, names_of
from tunti.web.page import away, language_of, page
from tunti.web.state import asked_of, service_of
from tunti.work import plans
from tunti.work.roles import Act, may

router = APIRouter(include_in_schema=False)
_L = "/work/{project}/plans/{plan}"


@router.get(_L + "/choices")
def choices(request: Request) -> Response:
    """Show the trade-off curve and the alternatives; each dot and row opens its plan."""
    asked = asked_of(request)
    project, plan = sound(asked)
    newest: dict[str, Job] = {}
    with service_of(request).db.reading() as session:
        for job in session.execute(
            select(Job)
            .where(Job.plan_id == plan.id, Job.kind.in_(("frontier", "alternatives")), Job.state == "done")
            .order_by(Job.id)
        ).scalars():
            newest[job.kind] = job
        running = (
            session.execute(select(Job).where(Job.plan_id == plan.id, Job.state.in_(("queued", "running"))))
            .scalars()
            .first()
        )
    words = words_for(language_of(request))
    at = place_of(plan, project) + "/choices"
    drawn: dict[str, Any] = {}
    for kind, draw in (("frontier", curve), ("alternatives", others)):
        if kind in newest and newest[kind].result:
            rows = newest[kind].result["rows"]  # type: ignore[index]
            made = [(k, r) for k, r in enumerate(rows) if r.get("network")]
            links = [f"{at}/{newest[kind].id}/{k}" for k, _ in made]
            drawn[kind] = draw([r for _, r in made], words, links=links)
    return page(
        request,
        "choices.html",
        newest=newest,
        running=running,
        charts=drawn,
        at=at,
        within=WITHIN,
        offered=_around(len(plan.content["points"] or ())),
        now=set(plan.content["points"] or ()),
        illustrative=bool(plan.result and plan.result["illustrative"]),
        workspace=True,
    )


def _around(n: int) -> str:
    """Offer numbers of points around what the plan has."""
    if not n:
        return "20, 40, 60, 80"
    return ", ".join(str(k) for k in sorted({max(1, round(n * share)) for share in (0.6, 0.8, 1, 1.2)}))


@router.get(_L + "/choices/{job}/{row}")
def choice(request: Request, job: int, row: int) -> Response:
    """Show a plan of the curve or an alternative beside the plan as it is."""
    asked = asked_of(request)
    project, plan = sound(asked)
    found, made = _found(request, plan, job, row)
    names = names_of(service_of(request), project, plan)
    now, then = set(plan.content["points"] or ()), set(found["network"])
    return page(
        request,
        "choice.html",
        job=made,
        row=row,
        found=found,
        now=live_figures(service_of(request), project, plan),
        count=(len(now) if plan.content["points"] is not None else None, len(then)),
        opens=sorted(names.get(s, s) for s in then - now),
        closes=sorted(names.get(s, s) for s in now - then),
        old=made.result is not None and made.result.get("version") != plan.version,
        editable=plan.state == "draft" and may(asked.person, Act.EDIT, project=project.id, region=plan.region),
        illustrative=bool(plan.result and plan.result["illustrative"]),
        workspace=True,
    )


@router.post(_L + "/choices/{job}/{row}")
def make_choice(request: Request, job: int, row: int, csrf: Token = "") -> Response:
    """Make a plan of its own of a choice, under the same rules."""
    check_csrf(request, csrf)
    asked = asked_of(request)
    project, plan = sound(asked)
    found, _ = _found(request, plan, job, row)
    words = words_for(language_of(request))
    title = words.message(say("{plan}: {n} points", plan=plan.title, n=len(found["network"])))
    with service_of(request).db.writing() as session:
        taken = set(session.execute(select(PlanRow.name).where(PlanRow.project_id == project.id)).scalars())
        base = f"{plan.name[:45]}-{len(found['network'])}"
        name = next(n for k in range(1, 10_000) if (n := base if k == 1 else f"{base}-{k}") not in taken)
        made = plans.make_plan(
            session,
            asked.person,
            project=project.id,
            name=name,
            title=title,
            region=plan.region,
            content={"patches": plan.content["patches"], "points": sorted(found["network"])},
        )
    return away(place_of(made, project))


def _found(request: Request, plan: PlanRow, number: int, row: int) -> tuple[dict[str, Any], Job]:
    with service_of(request).db.reading() as session:
        job = session.get(Job, number) if 0 < number < 2**31 else None
    if job is None or job.plan_id != plan.id or not job.result:
        raise HTTPException(404)
    rows = job.result.get("rows", ())
    if not 0 <= row < len(rows) or not rows[row].get("network"):
        raise HTTPException(404)
    return rows[row], job
