"""Reads how far plans have come, for their documents and for the roll-up."""

from __future__ import annotations

import pandas as pd
from sqlalchemy import select
from sqlalchemy.orm import Session

from tunti.store.models import Decision, PlanRow, ProjectRow
from tunti.work.hearing import COLUMNS, Hearing
from tunti.work.statements import round_of
from tunti.work.states import State

_RANK = {state.value: n for n, state in enumerate(State)}


def furthest(session: Session, project: int, *, made: bool = False) -> dict[str | None, PlanRow]:
    """Give the plan of each region that has come furthest, the newest of those that are equally far.

    Parameters
    ----------
    session : Session
    project : int
    made : bool
        Only plans whose figures have been made.

    Returns
    -------
    dict of str to PlanRow
        By the code of the region; None stands for plans of all regions.
    """
    best: dict[str | None, PlanRow] = {}
    for plan in session.execute(select(PlanRow).where(PlanRow.project_id == project).order_by(PlanRow.id)).scalars():
        if made and plan.result is None:
            continue
        known = best.get(plan.region)
        if known is None or _RANK[plan.state] >= _RANK[known.state]:
            best[plan.region] = plan
    return best


def hearing_of(session: Session, plan: PlanRow) -> Hearing:
    """Tell how far a plan has come, with its round of statements.

    Parameters
    ----------
    session : Session
    plan : PlanRow

    Returns
    -------
    Hearing
    """
    rows = [
        (r.body, r.deadline.date(), None if r.given_at is None else r.given_at.date(), r.stand, r.statement, r.answer)
        for r in round_of(session, plan.id)
    ]
    decided = session.execute(
        select(Decision.record)
        .where(Decision.plan_id == plan.id, Decision.what.endswith(f"→ {State.DECIDED.value}"))
        .order_by(Decision.id.desc())
        .limit(1)
    ).scalar()
    return Hearing(
        name=plan.name,
        title=plan.title,
        region=plan.region,
        state=plan.state,
        decided=None if plan.decided_at is None else plan.decided_at.date(),
        record=decided or "",
        statements=pd.DataFrame(rows, columns=list(COLUMNS)),
    )


def hearings(session: Session) -> tuple[dict[str, Hearing], dict[str | None, Hearing]]:
    """Tell how far the plans of a folder's own work database have come; it holds one project.

    Parameters
    ----------
    session : Session

    Returns
    -------
    by_name : dict of str to Hearing
        All plans.
    by_region : dict of str to Hearing
        The one of each region that has come furthest; None stands for plans of all regions.
    """
    project = session.execute(select(ProjectRow.id).order_by(ProjectRow.id).limit(1)).scalar()
    if project is None:
        return {}, {}
    plans = session.execute(select(PlanRow).where(PlanRow.project_id == project)).scalars()
    named = {p.name: hearing_of(session, p) for p in plans}
    return named, {region: named[p.name] for region, p in furthest(session, project).items()}
