"""Comments: of the project group on a row or a view, and of the public on a plan put to hearing."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session

from tunti.errors import TuntiError
from tunti.findings import say
from tunti.store.models import Comment, PlanRow
from tunti.work.audit import now, record
from tunti.work.roles import Act, Person, demand

LONGEST = 5_000
"""Characters of a comment. A default of this product."""

_BOUND = {"to", "table", "row", "column", "x", "y", "zoom", "layers"}


def comment(
    session: Session, person: Person, plan: PlanRow, *, text: str, bound: dict[str, Any] | None = None
) -> Comment:
    """Comment on a plan as one of the project group.

    Parameters
    ----------
    session : Session
        Writing.
    person : Person
    plan : PlanRow
    text : str
    bound : dict, optional
        What the comment is about: ``to`` is ``plan``, ``row`` (with ``table, row, column``) or ``view`` (with ``x, y,
        zoom, layers``).

    Returns
    -------
    Comment
    """
    demand(person, Act.COMMENT, project=plan.project_id, region=plan.region)
    row = Comment(
        plan_id=plan.id, bound=_checked(bound), text=_text(text), by=person.name, at=now(), public=False, shown="shown"
    )
    session.add(row)
    session.flush()
    record(session, person.name, "comment made", project=plan.project_id, plan=plan.id, comment=row.id)
    return row


def public_comment(
    session: Session, plan: PlanRow, *, name: str, text: str, keep_days: int, moderated: bool = True
) -> tuple[Comment, str]:
    """Take a comment of the public on a plan put to hearing; it shows when a moderator lets it.

    Parameters
    ----------
    session : Session
        Writing.
    plan : PlanRow
    name : str
        What the writer wants to be called; may be empty.
    text : str
    keep_days : int
        Days until it is deleted.
    moderated : bool

    Returns
    -------
    (Comment, str)
        The comment and the key with which its writer can delete it.
    """
    if plan.state != "heard":
        raise TuntiError(say("The plan is not open for comments."))
    key = secrets.token_urlsafe(18)
    row = Comment(
        plan_id=plan.id,
        bound={"to": "plan"},
        text=_text(text),
        by=name.strip()[:100],
        at=now(),
        public=True,
        shown="waiting" if moderated else "shown",
        keep_until=now() + dt.timedelta(days=keep_days),
        key_hash=hashlib.sha256(key.encode()).hexdigest(),
    )
    session.add(row)
    session.flush()
    record(session, "public", "comment made", project=plan.project_id, plan=plan.id, comment=row.id)
    return row, key


def moderate(session: Session, person: Person, comment_id: int, *, show: bool) -> Comment:
    """Let a comment of the public show, or hide it."""
    row, plan = _found(session, comment_id)
    demand(person, Act.MODERATE, project=plan.project_id, region=plan.region)
    row.shown = "shown" if show else "hidden"
    record(
        session,
        person.name,
        "comment moderated",
        project=plan.project_id,
        plan=plan.id,
        comment=row.id,
        shown=row.shown,
    )
    return row


def remove(session: Session, comment_id: int, *, key: str | None = None, person: Person | None = None) -> None:
    """Delete a comment: its writer with the key, a moderator, or the member who wrote it.

    The trail keeps that there was one, not what it said.

    Raises
    ------
    TuntiError
        There is no such comment, or it is not theirs to delete; both sound the same.
    """
    row = session.get(Comment, comment_id)
    plan = None if row is None else session.get(PlanRow, row.plan_id)
    if row is None or plan is None:
        raise TuntiError(_GONE)
    by_key = key is not None and row.key_hash == hashlib.sha256(key.encode()).hexdigest()
    if not by_key:
        if person is None:
            raise TuntiError(_GONE)
        if row.public or row.by != person.name:
            demand(person, Act.MODERATE, project=plan.project_id, region=plan.region)
    who = "public" if person is None else person.name
    session.delete(row)
    record(session, who, "comment deleted", project=plan.project_id, plan=plan.id, comment=comment_id)


def comments_of(session: Session, plan_id: int) -> list[Comment]:
    """Give the comments on a plan, the newest first."""
    return list(
        session.execute(select(Comment).where(Comment.plan_id == plan_id).order_by(Comment.id.desc())).scalars()
    )


_SHOWN = (
    select(Comment.text, Comment.by, Comment.at)
    .where(Comment.plan_id == bindparam("plan"), Comment.public, Comment.shown == "shown")
    .order_by(Comment.id.desc())
)


def comments_shown(session: Session, plan_id: int) -> Sequence[Any]:
    """Give the comments on a plan that the public sees, the newest first: rows of ``text, by, at``."""
    return session.execute(_SHOWN, {"plan": plan_id}).all()


def forget(session: Session) -> int:
    """Delete comments of the public whose time is over; give their number."""
    over = session.execute(select(Comment.id).where(Comment.keep_until < now())).scalars().all()
    if over:
        session.execute(delete(Comment).where(Comment.id.in_(over)))
        record(session, "retention", "comments deleted", comments=list(over))
    return len(over)


_GONE = say("There is no such comment.")


def _text(text: str) -> str:
    text = text.strip()
    if not text or len(text) > LONGEST:
        raise TuntiError(say("Write a comment of at most {n} characters.", n=LONGEST))
    return text


def _checked(bound: dict[str, Any] | None) -> dict[str, Any]:
    """Keep what a comment can be bound to, as short plain values."""
    kept = {k: (v if isinstance(v, int | float) else str(v)[:200]) for k, v in (bound or {}).items() if k in _BOUND}
    kept.setdefault("to", "plan")
    return kept


def _found(session: Session, comment_id: int) -> tuple[Comment, PlanRow]:
    row = session.get(Comment, comment_id)
    plan = None if row is None else session.get(PlanRow, row.plan_id)
    if row is None or plan is None:
        raise TuntiError(_GONE)
    return row, plan
