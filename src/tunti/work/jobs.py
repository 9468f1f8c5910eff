"""Jobs: work that outlives a page and a crash. Each is done once, can be cancelled, and says why when it failed."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tunti.findings import Message, pack, say
from tunti.store.models import Job, PlanRow
from tunti.work.audit import now, record

MOST_ATTEMPTS = 3
"""How often a job whose worker died is taken up again. A default of this product."""

SILENCE = 20.0
"""Seconds without a sign of life after which a worker counts as dead. A default of this product."""

MAKERS = ("optimise", "plan", "stages")
"""Kinds that make what a plan is judged by: its network, figures and documents."""


def ask_job(
    session: Session,
    by: str,
    *,
    project: int,
    kind: str,
    plan: int | None = None,
    asked: dict[str, Any] | None = None,
) -> Job:
    """Put a job in the queue; the same job that waits or runs already is given instead.

    Parameters
    ----------
    session : Session
        Writing.
    by : str
    project : int
    kind : str
        ``times``, ``optimise``, ``plan``, ``frontier``, ``alternatives`` or ``stages``.
    plan : int, optional
    asked : dict, optional
        Plain values that the kind takes.

    Returns
    -------
    Job
    """
    asked = asked or {}
    for job in session.execute(
        select(Job).where(
            Job.project_id == project, Job.plan_id == plan, Job.kind == kind, Job.state.in_(("queued", "running"))
        )
    ).scalars():
        if job.asked == asked and not job.cancel:
            return job
    job = Job(
        project_id=project,
        plan_id=plan,
        kind=kind,
        asked=asked,
        state="queued",
        by=by,
        made_at=now(),
        attempts=0,
        cancel=False,
    )
    session.add(job)
    session.flush()
    record(session, by, "job asked", project=project, plan=plan, job=job.id, kind=kind)
    return job


def take(session: Session) -> Job | None:
    """Take the oldest waiting job for a worker; jobs of dead workers wait again, or fail with the reason.

    Parameters
    ----------
    session : Session
        Writing.

    Returns
    -------
    Job or None
    """
    dead = now() - dt.timedelta(seconds=SILENCE)
    for lost in session.execute(select(Job).where(Job.state == "running", Job.alive_at < dead)).scalars():
        give_back(session, lost)
    job = session.execute(
        select(Job).where(Job.state == "queued").order_by(Job.id).limit(1).with_for_update(skip_locked=True)
    ).scalar()
    if job is None:
        return None
    if job.cancel:
        end(session, job, "cancelled", say("Cancelled before it began."))
        return None
    job.state, job.alive_at, job.attempts = "running", now(), job.attempts + 1
    return job


def give_back(session: Session, job: Job) -> None:
    """Let a job whose worker died wait again, or fail when that has happened too often."""
    if job.attempts >= MOST_ATTEMPTS:
        end(session, job, "failed", say("The work was broken off {n} times. Ask for it again.", n=job.attempts))
    else:
        job.state = "queued"
        record(session, "worker", "job taken up again", project=job.project_id, plan=job.plan_id, job=job.id)


def tell(
    session: Session,
    job_id: int,
    what: Message,
    done: float | None,
    *,
    best: float | None = None,
    bound: float | None = None,
) -> bool:
    """Say how far a job is; give whether it should go on."""
    session.execute(
        update(Job).where(Job.id == job_id).values(what=pack(what), done=done, best=best, bound=bound, alive_at=now())
    )
    return not session.execute(select(Job.cancel).where(Job.id == job_id)).scalar()


def end(session: Session, job: Job, state: str, what: Message, result: dict[str, Any] | None = None) -> None:
    """End a job: done, failed or cancelled, with a sentence that says how."""
    job.state, job.what, job.ended_at, job.result = state, pack(what), now(), result
    if state == "done":
        job.done = 1.0
    record(session, "worker", f"job {state}", project=job.project_id, plan=job.plan_id, job=job.id, kind=job.kind)


def cancel(session: Session, by: str, job: Job) -> None:
    """Ask a job to end: it does so at its next step."""
    if job.state in ("queued", "running"):
        job.cancel = True
        record(session, by, "job cancelled", project=job.project_id, plan=job.plan_id, job=job.id)


def jobs_of(session: Session, project: int, *, plan: int | None = None, most: int = 20) -> list[Job]:
    """Give the newest jobs of a project or a plan."""
    query = select(Job).where(Job.project_id == project).order_by(Job.id.desc()).limit(most)
    return list(session.execute(query if plan is None else query.where(Job.plan_id == plan)).scalars())


def making(session: Session, plan: int) -> Job | None:
    """Give the job that still makes a plan's network, figures or documents; None when all is done."""
    unfinished = Job.state.in_(("queued", "running"))
    query = select(Job).where(Job.plan_id == plan, Job.kind.in_(MAKERS), unfinished).order_by(Job.id).limit(1)
    return session.execute(query).scalar()


def chosen_by(session: Session, plan: PlanRow) -> str:
    """Tell how a plan's points came about, by the newest job that found them.

    Parameters
    ----------
    session : Session
        Reading.
    plan : PlanRow

    Returns
    -------
    str
        ``optimise``: by drive times alone; ``joint``: together with agencies and modes; empty: by hand, or not chosen.
    """
    points = plan.content["points"]
    if points is None:
        return ""
    found = session.execute(
        select(Job)
        .where(Job.plan_id == plan.id, Job.kind.in_(("optimise", "joint")), Job.state == "done")
        .order_by(Job.id.desc())
    ).scalars()
    return next((job.kind for job in found if job.result and sorted(job.result["network"]) == sorted(points)), "")
