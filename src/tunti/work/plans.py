"""Plans in the making: versions of their content, so that nobody's change is lost or overwrites another's unseen."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import Session

from tunti.errors import TuntiError
from tunti.findings import say
from tunti.store.models import PlanRow, PlanVersion
from tunti.work.audit import now, record
from tunti.work.changes import CHANGES, EMPTY, applied, clash, read_changes
from tunti.work.roles import Act, Person, demand

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
"""Names of plans: they are also names of files."""


class Outdated(TuntiError):
    """A change was made on a version that others have changed since, in the same place.

    Attributes
    ----------
    plan : PlanRow
        As it is now.
    both : set of str
        What both changes touch.
    theirs : list
        The versions since then.
    mine : list
        The changes that were refused, for making them again.
    """

    def __init__(self, plan: PlanRow, both: set[str], theirs: list[PlanVersion], mine: list[Any]) -> None:
        self.plan, self.both, self.theirs, self.mine = plan, both, theirs, mine
        super().__init__(say("Somebody else has changed the same thing since you opened it. Look at both and choose."))


def make_plan(
    session: Session,
    person: Person,
    *,
    project: int,
    name: str,
    title: str,
    region: str | None = None,
    content: dict[str, Any] | None = None,
) -> PlanRow:
    """Make a plan, a draft.

    Parameters
    ----------
    session : Session
        Writing.
    person : Person
    project : int
    name : str
        Small letters, digits and hyphens.
    title : str
    region : str, optional
        Code of the region; all planned regions without it.
    content : dict, optional
        Of another plan to begin with.

    Returns
    -------
    PlanRow

    Raises
    ------
    TuntiError
        The name does not fit or is taken, or the role does not allow it.
    """
    demand(person, Act.EDIT, project=project, region=region)
    if not NAME.fullmatch(name):
        raise TuntiError(say("A plan's name has small letters a to z, digits and hyphens."))
    if session.execute(select(PlanRow.id).where(PlanRow.project_id == project, PlanRow.name == name)).first():
        raise TuntiError(say("There is already a plan {name}. Choose another name.", name=name))
    content = content or EMPTY
    plan = PlanRow(
        project_id=project,
        name=name,
        title=title.strip()[:300] or name,
        region=region,
        state="draft",
        version=1,
        content=content,
        made_by=person.name,
        made_at=now(),
    )
    session.add(plan)
    session.flush()
    session.add(PlanVersion(plan_id=plan.id, version=1, changes=[], content=content, by=person.name, at=now()))
    record(session, person.name, "plan made", project=project, plan=plan.id, name=name)
    return plan


def change_plan(
    session: Session, person: Person, plan_id: int, *, base: int, changes: Any, agency: str | None = None
) -> PlanRow:
    """Change a plan that somebody has seen in a version.

    Changes that others have made since then in other places are kept beside it. Where both touch the same thing the
    change is refused with what both did.

    Parameters
    ----------
    session : Session
        Writing.
    person : Person
    plan_id : int
    base : int
        The version that the person saw.
    changes : list
        Plain values, see :mod:`tunti.work.changes`.
    agency : str, optional
        The agency whose rows the changes are about, where they are about one agency's rows only.

    Returns
    -------
    PlanRow

    Raises
    ------
    Outdated
        Somebody else has changed the same thing.
    TuntiError
        The plan is frozen, or a change does not fit, or the role does not allow it.
    """
    plan = locked(session, plan_id)
    demand_edit(person, plan, agency=agency)
    mine = read_changes(changes)
    if not mine:
        return plan
    if not 1 <= base <= plan.version:
        raise TuntiError(say("The plan has no version {n}.", n=str(base)))
    if base < plan.version:
        theirs = versions(session, plan_id, after=base)
        both = clash(mine, [c for v in theirs for c in CHANGES.validate_python(v.changes)])
        if both:
            # What is shown beside one's own change outlives the transaction that is given up here.
            for seen in (plan, *theirs):
                session.expunge(seen)
            raise Outdated(plan, both, theirs, CHANGES.dump_python(mine, mode="json"))
    plan.content = applied(plan.content, mine)
    plan.version += 1
    told = CHANGES.dump_python(mine, mode="json", exclude_none=True)
    session.add(
        PlanVersion(plan_id=plan.id, version=plan.version, changes=told, content=None, by=person.name, at=now())
    )
    record(session, person.name, "plan changed", project=plan.project_id, plan=plan.id, version=plan.version)
    return plan


def demand_edit(person: Person, plan: PlanRow, *, agency: str | None = None) -> None:
    """Refuse a change of a plan that is no draft, or by a person without the right."""
    demand(person, Act.EDIT, project=plan.project_id, region=plan.region, agency=agency)
    if plan.state != "draft":
        raise TuntiError(say("The plan is not a draft any more: it can't be changed. Copy it to a new draft to go on."))


def locked(session: Session, plan_id: int) -> PlanRow:
    """Give a plan that nobody else can change until the session ends.

    Raises
    ------
    TuntiError
        There is none.
    """
    plan = session.execute(select(PlanRow).where(PlanRow.id == plan_id).with_for_update()).scalar()
    if plan is None:
        raise TuntiError(say("There is no such plan."))
    return plan


def versions(session: Session, plan_id: int, *, after: int = 0) -> list[PlanVersion]:
    """Give the versions of a plan after one, in order."""
    return list(
        session.execute(
            select(PlanVersion)
            .where(PlanVersion.plan_id == plan_id, PlanVersion.version > after)
            .order_by(PlanVersion.version)
        ).scalars()
    )


def newest(session: Session, plan_id: int, most: int) -> list[PlanVersion]:
    """Give the newest versions of a plan, the last one first."""
    wanted = select(PlanVersion).where(PlanVersion.plan_id == plan_id).order_by(PlanVersion.version.desc()).limit(most)
    return list(session.execute(wanted).scalars())


def scenario_text(plan: PlanRow, *, pinned: bool = True) -> str:
    """Write a plan as a scenario's file, so that the command line plans the same.

    Parameters
    ----------
    plan : PlanRow
    pinned : bool
        Where the plan has a network, exactly its points open; otherwise the optimiser chooses under the plan's rules.

    Returns
    -------
    str
        TOML.
    """
    patches = [dict(p) for p in plan.content["patches"]]
    points = plan.content["points"]
    if pinned and points is not None:
        patches = [p for p in patches if p["kind"] != "site_status"]
        patches.append({"kind": "points", "sites": points})
    lines = [f"description = {_toml(plan.title)}", ""]
    for patch in patches:
        lines += ["[[patch]]", *(f"{k} = {_toml(v)}" for k, v in patch.items()), ""]
    return "\n".join(lines)


def content_of(patches: Iterable[BaseModel]) -> dict[str, Any]:
    """Turn a scenario's changes into a plan's content.

    Parameters
    ----------
    patches : iterable of patches

    Returns
    -------
    dict
    """
    plain = [p.model_dump(mode="json", exclude_none=True) for p in patches]
    points = [sorted(p["sites"]) for p in plain if p["kind"] == "points"]
    return {"patches": [p for p in plain if p["kind"] != "points"], "points": points[-1] if points else None}


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_toml(v) for v in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_toml(str(k))} = {_toml(v)}" for k, v in value.items()) + "}"
    safe = "".join(
        f"\\u{ord(c):04x}" if ord(c) < 32 or ord(c) == 127 else "\\" + c if c in '"\\' else c for c in str(value)
    )
    return f'"{safe}"'
