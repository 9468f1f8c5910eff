"""The trail of what was done: entries are only added, and each holds the digest of the one before it."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tunti.store.models import Audit


def now() -> dt.datetime:
    """Give the moment of an entry: the record of work has a clock, plans have none."""
    return dt.datetime.now(dt.UTC)


def record(
    session: Session,
    by: str,
    what: str,
    *,
    project: int | None = None,
    plan: int | None = None,
    **detail: Any,
) -> Audit:
    """Add an entry to the trail, in the same transaction as what it tells of.

    Parameters
    ----------
    session : Session
        Of :meth:`tunti.store.database.Database.writing`: one writer at a time.
    by : str
        Who did it.
    what : str
        A word for what was done.
    project, plan : int, optional
        What it was done to.
    **detail
        Plain values.

    Returns
    -------
    Audit
    """
    last = session.execute(select(Audit.digest).order_by(Audit.id.desc()).limit(1)).scalar()
    entry = Audit(
        at=now().replace(microsecond=0), by=by, what=what, project_id=project, plan_id=plan, detail=detail, digest=""
    )
    entry.digest = _digest(last or "", entry)
    session.add(entry)
    session.flush()
    return entry


def broken(session: Session) -> int | None:
    """Look for an entry that was changed, taken out or put in afterwards.

    Parameters
    ----------
    session : Session

    Returns
    -------
    int or None
        Number of the first entry that does not follow from the one before it; None when the trail is whole.
    """
    before = ""
    for entry in session.execute(select(Audit).order_by(Audit.id)).scalars():
        if entry.digest != _digest(before, entry):
            return entry.id
        before = entry.digest
    return None


def _digest(before: str, entry: Audit) -> str:
    told = [
        before,
        entry.at.isoformat(),
        entry.by,
        entry.what,
        entry.project_id,
        entry.plan_id,
        json.dumps(entry.detail, sort_keys=True, ensure_ascii=False),
    ]
    return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()
