"""The statement round: who is asked for a statement on a plan, what they said and what was answered."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from tunti.errors import TuntiError
from tunti.findings import say
from tunti.locale import N_
from tunti.store.models import PlanRow, Request
from tunti.work.audit import now, record
from tunti.work.roles import Act, Person, demand

STANDS = {
    "for": N_("For"),
    "changes": N_("For, with changes"),
    "against": N_("Against"),
    "none": N_("No statement to give"),
}
"""What a body can say of a plan."""

LONGEST = 50_000
"""Characters of a statement. A default of this product."""


def ask(
    session: Session, person: Person, plan: PlanRow, *, body: str, deadline: dt.date, agency: str | None = None
) -> Request:
    """Ask a body for a statement.

    Parameters
    ----------
    session : Session
        Writing.
    person : Person
        May put plans to hearing.
    plan : PlanRow
        Put to hearing.
    body : str
        Authority, municipality or organisation.
    deadline : date
        The last day.
    agency : str, optional
        Code of the agency whose people may give the statement here.

    Returns
    -------
    Request
    """
    demand(person, Act.HEAR, project=plan.project_id, region=plan.region)
    if plan.state != "heard":
        raise TuntiError(say("Statements are asked for while the plan is put to hearing."))
    if not body.strip():
        raise TuntiError(say("Write who is asked."))
    row = Request(
        plan_id=plan.id,
        body=body.strip()[:200],
        agency=agency or None,
        deadline=dt.datetime.combine(deadline, dt.time(23, 59, 59), dt.UTC),
        asked_by=person.name,
        asked_at=now(),
    )
    session.add(row)
    session.flush()
    record(session, person.name, "statement asked", project=plan.project_id, plan=plan.id, body=row.body)
    return row


def give(session: Session, person: Person, request_id: int, *, stand: str, text: str) -> Request:
    """Give a body's statement; until the answer it can be given anew, and the trail keeps that it was.

    Raises
    ------
    TuntiError
        The round is over, or the stand is not one of the known, or the role does not allow it.
    """
    row, plan = _found(session, request_id)
    demand(person, Act.STATE, project=plan.project_id, region=plan.region, agency=row.agency)
    if plan.state != "heard" or row.answer is not None:
        raise TuntiError(say("The statement round is over."))
    if stand not in STANDS:
        raise TuntiError(say("Choose one of: {names}.", names=", ".join(STANDS)))
    if len(text) > LONGEST:
        raise TuntiError(say("The text is longer than {n} characters.", n=LONGEST))
    row.stand, row.statement, row.given_by, row.given_at = stand, text.strip(), person.name, now()
    record(session, person.name, "statement given", project=plan.project_id, plan=plan.id, body=row.body, stand=stand)
    return row


def answer(session: Session, person: Person, request_id: int, *, text: str) -> Request:
    """Answer a statement: what was done because of it, or why not."""
    row, plan = _found(session, request_id)
    demand(person, Act.PROPOSE, project=plan.project_id, region=plan.region)
    if row.stand is None:
        raise TuntiError(say("There is no statement to answer yet."))
    if not text.strip() or len(text) > LONGEST:
        raise TuntiError(say("Write the answer, at most {n} characters.", n=LONGEST))
    row.answer, row.answered_by, row.answered_at = text.strip(), person.name, now()
    record(session, person.name, "statement answered", project=plan.project_id, plan=plan.id, body=row.body)
    return row


def round_of(session: Session, plan_id: int) -> list[Request]:
    """Give the table of requests, statements and answers of a plan, by body."""
    return list(
        session.execute(select(Request).where(Request.plan_id == plan_id).order_by(Request.body, Request.id)).scalars()
    )


def _found(session: Session, request_id: int) -> tuple[Request, PlanRow]:
    row = session.get(Request, request_id)
    plan = None if row is None else session.get(PlanRow, row.plan_id)
    if row is None or plan is None:
        raise TuntiError(say("There is no such request."))
    return row, plan
