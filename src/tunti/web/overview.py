"""A plan's first page: its state, figures, changes and jobs; and its way from draft to decision."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from tunti.errors import TuntiError
from tunti.locale import N_
from tunti.location.what_if import Figures, figures
from tunti.report.words import Words, missing, words_for
from tunti.store.models import PlanRow, ProjectRow
from tunti.web.asked import Token, place_of, regions_of, sound
from tunti.web.charts import bars
from tunti.web.correcting import counted, told_findings
from tunti.web.ground import NotReady
from tunti.web.guard import check_csrf
from tunti.web.here import figures_of
from tunti.web.page import away, language_of, page
from tunti.web.running import JOB_STATES, JOB_WORDS, working_of
from tunti.web.said import SETTING_CHOICES, SETTING_WORDS, in_words
from tunti.web.state import Service, asked_of, service_of
from tunti.work import jobs, plans, states
from tunti.work.changes import key_of
from tunti.work.roles import Act, may
from tunti.work.states import STEPS, State

router = APIRouter(include_in_schema=False)

STEP_WORDS = {
    (State.DRAFT, State.PROPOSED): N_("Propose the plan"),
    (State.PROPOSED, State.DRAFT): N_("Take back to draft"),
    (State.PROPOSED, State.HEARD): N_("Send out for statements"),
    (State.HEARD, State.DRAFT): N_("Take back to draft"),
    (State.HEARD, State.DECIDED): N_("Decide the plan"),
}


@router.get("/work/{project}/plans/{plan}")
def overview(request: Request) -> Response:
    """Show a plan: its state, figures, flags, changes and jobs."""
    asked, service = asked_of(request), service_of(request)
    project, plan = sound(asked)
    with service.db.reading() as session:
        rows = jobs.jobs_of(session, project.id, plan=plan.id, most=8)
        history = plans.newest(session, plan.id, 10)
        chosen_by = jobs.chosen_by(session, plan)
    steps = [
        (to.value, STEP_WORDS[at, to])
        for (at, to), act in STEPS.items()
        if at.value == plan.state and may(asked.person, act, project=project.id, region=plan.region)
    ]
    result = plan.result
    own, country = both_figures(service, project, plan)
    words = words_for(language_of(request))
    working = working_of(rows)
    regions = (
        [] if result is None else [(words.place(r, "region"), r["share_today"], r["share"]) for r in result["regions"]]
    )
    names = names_of(service, project, plan)
    running = any(j.state in ("queued", "running") for j in rows)
    return page(
        request,
        "plan.html",
        step=_next_step(plan, working is not None),
        steps_in_all=WAY,
        setting_words={k: v for k, v in SETTING_WORDS.items() if k not in SETTING_CHOICES},
        setting_choices=[
            (name, SETTING_WORDS[name], options, _now(service, project, plan, name))
            for name, options in SETTING_CHOICES.items()
        ],
        jobs=rows,
        job_words=JOB_WORDS,
        job_states=JOB_STATES,
        history=[(v, "; ".join(in_words(c, words, names) for c in v.changes)) for v in history],
        steps=steps,
        result=result,
        live=own,
        country=country,
        region_name=region_name(service, project, plan, words),
        counts=counted(told_findings(request), words),
        working=working,
        patches=[(key_of(p), in_words(p, words, names)) for p in plan.content["patches"]],
        chart=bars(regions, words) if len(regions) > 1 else None,
        illustrative=bool(result and result["illustrative"]),
        running=running,
        chosen_by=chosen_by,
        editable=plan.state == "draft" and may(asked.person, Act.EDIT, project=project.id, region=plan.region),
        workspace=True,
    )


WAY = (
    ("network", N_("Network")),
    ("figures", N_("Figures and documents")),
    ("propose", N_("Proposal")),
    ("hear", N_("Hearing")),
    ("decide", N_("Decision")),
    ("decided", N_("Decided")),
)
"""The steps of a plan's way, in order."""


def _now(service: Service, project: ProjectRow, plan: PlanRow, name: str) -> str:
    """Give what a setting of one of a few words is now, the plan's changes counted."""
    part, key = name.split(".")
    value = getattr(getattr(service.ground(project).changed(plan.content["patches"])[1], part), key)
    return str(value).lower()


def _next_step(plan: PlanRow, working: bool) -> str:
    """Tell which step of its way a plan takes next; nothing is proposed while its figures are worked out."""
    if plan.state != "draft":
        return {"proposed": "hear", "heard": "decide"}.get(plan.state, "decided")
    if plan.content["points"] is None:
        return "network"
    fresh = plan.result is not None and plan.result["version"] == plan.version
    return "propose" if fresh and not working else "figures"


def names_of(service: Service, project: ProjectRow, plan: PlanRow) -> dict[str, str]:
    """Give the names of the plan's sites by their ids."""
    sites = service.ground(project).changed(plan.content["patches"])[0].sites
    return {str(r["site"]): str(r["site"] if missing(r["name"]) else r["name"]) for r in sites.to_dict("records")}


def live_figures(service: Any, project: ProjectRow, plan: PlanRow) -> Any:
    """Count the figures of the newest version at once, where drive times are there."""
    if plan.content["points"] is None:
        return None
    try:
        return figures(service.ground(project).standing(plan.content)[1])
    except (NotReady, TuntiError):
        return None


def both_figures(service: Service, project: ProjectRow, plan: PlanRow) -> tuple[Figures | None, Figures | None]:
    """Count the figures of the newest version: its region's, and for a region's plan those of all regions, too."""
    if plan.content["points"] is None:
        return None, None
    try:
        ready, standing = service.ground(project).standing(plan.content)
    except (NotReady, TuntiError):
        return None, None
    own = figures_of(ready, standing, plan.region)
    return own, None if plan.region is None else figures(standing)


def region_name(service: Service, project: ProjectRow, plan: PlanRow, words: Words) -> str:
    """Name the region of a plan in the reader's language; empty for all regions together."""
    if plan.region is None:
        return ""
    inputs, settings, _ = service.ground(project).baseline()
    return dict(regions_of(inputs, settings, words)).get(plan.region, plan.region)


@router.post("/work/{project}/plans/{plan}/state")
def step(
    request: Request,
    to: Annotated[State, Form()],
    version: Annotated[int, Form(ge=0, le=2**31)],
    why: Annotated[str, Form(max_length=10_000)] = "",
    number: Annotated[str, Form(max_length=200)] = "",
    csrf: Token = "",
) -> Response:
    """Take a plan to another state."""
    check_csrf(request, csrf)
    asked = asked_of(request)
    project, plan = sound(asked)
    shown = None
    if plan.result is not None and plan.result["version"] == plan.version:
        shown = plan.result["shown"]
    with service_of(request).db.writing() as session:
        states.step(session, asked.person, plan.id, to, version=version, why=why, record_number=number, shown=shown)
        if to is State.DECIDED:
            # The documents tell the decision and the answers to the statements.
            jobs.ask_job(session, asked.person.name, project=project.id, plan=plan.id, kind="stages")
    return away(place_of(plan, project))
