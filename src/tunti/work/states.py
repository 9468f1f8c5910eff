"""A plan's way from draft to decision: who may take it where, and what is frozen on the way."""

from __future__ import annotations

import hashlib
import json
from enum import StrEnum
from typing import Any

from sqlalchemy import case, select
from sqlalchemy.orm import Session

from tunti.errors import TuntiError
from tunti.findings import say
from tunti.locale import N_
from tunti.store.models import Decision, PlanRow, ProjectRow
from tunti.work.audit import now, record
from tunti.work.jobs import making
from tunti.work.plans import locked
from tunti.work.roles import Act, Person, demand


class State(StrEnum):
    """Where a plan is on its way."""

    DRAFT = "draft"
    PROPOSED = "proposed"
    HEARD = "heard"
    DECIDED = "decided"


STATE_WORDS = {
    State.DRAFT: N_("Draft"),
    State.PROPOSED: N_("Proposed"),
    State.HEARD: N_("Put to hearing"),
    State.DECIDED: N_("Decided"),
}

STEPS: dict[tuple[State, State], Act] = {
    (State.DRAFT, State.PROPOSED): Act.PROPOSE,
    (State.PROPOSED, State.DRAFT): Act.PROPOSE,
    (State.PROPOSED, State.HEARD): Act.HEAR,
    (State.HEARD, State.DRAFT): Act.HEAR,
    (State.HEARD, State.DECIDED): Act.DECIDE,
}
"""The steps that a plan can take, and the right that each needs. A decided plan takes none."""


def step(
    session: Session,
    person: Person,
    plan_id: int,
    to: State,
    *,
    version: int,
    why: str = "",
    record_number: str = "",
    shown: dict[str, Any] | None = None,
) -> PlanRow:
    """Take a plan to another state.

    Parameters
    ----------
    session : Session
        Writing.
    person : Person
    plan_id : int
    to : State
    version : int
        The version that the person saw: a plan that was changed since does not move.
    why : str
        Reasons; a decision and a way back need them.
    record_number : str
        Of the register of the authority that decides.
    shown : dict, optional
        What the public sees from hearing on: points and figures; frozen with the plan.

    Returns
    -------
    PlanRow

    Raises
    ------
    TuntiError
        The step is not possible, the role does not allow it, or jobs still make what would be proposed.
    """
    plan = locked(session, plan_id)
    at = State(plan.state)
    act = STEPS.get((at, to))
    if act is None:
        raise TuntiError(say("A plan can't go from this state to that."))
    demand(person, act, project=plan.project_id, region=plan.region)
    if plan.version != version:
        raise TuntiError(say("The plan was changed since you opened it. Look at it again first."))
    # Its network, figures and documents are what a proposal is judged by: they are not to change after it.
    if to is State.PROPOSED and making(session, plan.id) is not None:
        raise TuntiError(say("The plan is still being worked out: it can be proposed when that is done."))
    if to in (State.DRAFT, State.DECIDED) and not why.strip():
        raise TuntiError(say("Write the reasons."))
    if to is State.HEARD:
        if not shown:
            raise TuntiError(say("The plan has no figures of its newest version yet. Let its documents be made first."))
        plan.frozen, plan.frozen_hash = shown, digest(shown)
    if to is State.DRAFT:
        plan.frozen = plan.frozen_hash = None
    if to is State.DECIDED:
        plan.decided_by, plan.decided_at = person.name, now()
    plan.state = to.value
    note(
        session,
        person,
        project=plan.project_id,
        plan=plan.id,
        what=f"{at.value} → {to.value}",
        why=why,
        record_number=record_number,
    )
    record(
        session,
        person.name,
        "state changed",
        project=plan.project_id,
        plan=plan.id,
        before=at.value,
        after=to.value,
        version=plan.version,
        frozen=plan.frozen_hash,
    )
    return plan


def digest(value: dict[str, Any]) -> str:
    """Give the digest of what is frozen."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def note(
    session: Session,
    person: Person,
    *,
    project: int,
    plan: int | None,
    what: str,
    why: str,
    record_number: str = "",
) -> Decision:
    """Add a row to the decision log."""
    row = Decision(
        project_id=project,
        plan_id=plan,
        at=now(),
        by=person.name,
        what=what.strip()[:2000],
        why=why.strip()[:10_000],
        record=record_number.strip()[:200],
    )
    session.add(row)
    session.flush()
    return row


def log(session: Session, project: int) -> list[tuple[Decision, str | None]]:
    """Give the decision log of a project, the newest row first, with the title of the plan."""
    rows = session.execute(
        select(Decision, PlanRow.title)
        .outerjoin(PlanRow, PlanRow.id == Decision.plan_id)
        .where(Decision.project_id == project)
        .order_by(Decision.id.desc())
    )
    return [(d, title) for d, title in rows]


_PUBLIC = (
    select(ProjectRow, PlanRow.id, PlanRow.state, PlanRow.version, PlanRow.frozen_hash)
    .outerjoin(
        PlanRow,
        (PlanRow.project_id == ProjectRow.id) & PlanRow.state.in_((State.DECIDED.value, State.HEARD.value)),
    )
    .where(ProjectRow.public)
    .order_by(
        ProjectRow.id,
        case((PlanRow.state == State.DECIDED.value, 0), else_=1),
        PlanRow.decided_at.desc(),
        PlanRow.id.desc(),
    )
    .limit(1)
)

Mark = tuple[int, str, int, str | None]
"""Id, state, version and hash of a published plan: while it is the same, so is what the public sees of the plan."""


def public_now(session: Session) -> tuple[ProjectRow, Mark | None] | None:
    """Give the project that the public sees and the mark of its published plan, without reading what is in it.

    The published plan is the last one that was decided, else the newest that is put to hearing.

    Parameters
    ----------
    session : Session

    Returns
    -------
    (ProjectRow, Mark or None) or None
        None when no project is public.
    """
    found = session.execute(_PUBLIC).first()
    if found is None:
        return None
    project, plan, state, version, frozen = found
    return project, None if plan is None else (int(plan), str(state), int(version), frozen)
