"""Who may do what: roles of people in a project, a region and an agency."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tunti.errors import TuntiError
from tunti.findings import say
from tunti.inputs.columns import Visibility
from tunti.locale import N_


class Role(StrEnum):
    """What a person is in a project."""

    VIEWER = "viewer"
    EDITOR = "editor"
    APPROVER = "approver"
    STEERING = "steering"
    NATIONAL = "national"
    ADMINISTRATOR = "administrator"


ROLE_WORDS = {
    Role.VIEWER: N_("Viewer"),
    Role.EDITOR: N_("Editor"),
    Role.APPROVER: N_("Approver"),
    Role.STEERING: N_("Steering group"),
    Role.NATIONAL: N_("National steering"),
    Role.ADMINISTRATOR: N_("Administrator"),
}


class Act(StrEnum):
    """What can be done to a project and its plans."""

    READ = "read"
    COMMENT = "comment"
    EDIT = "edit"
    PROPOSE = "propose"
    STATE = "give a statement"
    HEAR = "put to hearing"
    DECIDE = "decide"
    MODERATE = "moderate"
    NATIONAL = "see all regions together"
    ADMINISTER = "administer"


_GROUP = frozenset({Act.READ, Act.COMMENT, Act.STATE})
RIGHTS: dict[Role, frozenset[Act]] = {
    Role.VIEWER: _GROUP,
    Role.EDITOR: _GROUP | {Act.EDIT},
    Role.APPROVER: _GROUP | {Act.EDIT, Act.PROPOSE},
    Role.STEERING: _GROUP | {Act.PROPOSE, Act.HEAR, Act.DECIDE, Act.MODERATE},
    Role.NATIONAL: _GROUP | {Act.NATIONAL},
    Role.ADMINISTRATOR: frozenset({Act.READ, Act.MODERATE, Act.ADMINISTER, Act.NATIONAL}),
}
"""What each role may do. An administrator runs the service and decides nothing."""

_SEES_ALL = frozenset({Act.EDIT, Act.PROPOSE, Act.DECIDE})


@dataclass(frozen=True)
class Grant:
    """A role, in one project, region and agency, or in all where None."""

    role: Role
    project: int | None = None
    region: str | None = None
    agency: str | None = None


@dataclass(frozen=True)
class Person:
    """Who acts.

    Attributes
    ----------
    name : str
        Shown in trails and logs.
    grants : tuple of Grant
    user : int or None
        The account; None for the person at the machine that a single project is served on, and for the public.
    """

    name: str
    grants: tuple[Grant, ...] = ()
    user: int | None = None


LOCAL = Person("local", tuple(Grant(role) for role in (Role.EDITOR, Role.APPROVER, Role.STEERING, Role.NATIONAL)))
"""The person at the machine that one project folder is served on: no account, all roles of a project."""

PUBLIC = Person("public")
"""Anyone."""


def may(
    person: Person,
    act: Act,
    *,
    project: int | None = None,
    region: str | None = None,
    agency: str | None = None,
) -> bool:
    """Tell whether a person may do something.

    Parameters
    ----------
    person : Person
    act : Act
    project : int, optional
        The project; None asks for a role in all projects.
    region : str, optional
        The plan's region. A plan of all regions (None) is read by everyone in the project and changed only by those
        whose role is not bound to a region.
    agency : str, optional
        The agency whose rows or statement it is. Without one, a role that is bound to an agency only reads, comments
        and changes nothing.

    Returns
    -------
    bool
    """
    mild = act in (Act.READ, Act.COMMENT)
    for grant in person.grants:
        if act not in RIGHTS[grant.role] or (grant.project is not None and grant.project != project):
            continue
        if grant.region is not None and grant.region != region and not (mild and region is None):
            continue
        if grant.agency is not None and grant.agency != agency and not mild:
            continue
        return True
    return False


def agencies_of(person: Person, act: Act, *, project: int, region: str | None) -> frozenset[str] | None:
    """Name the agencies for whose rows a person may do something; None means all.

    Parameters
    ----------
    person : Person
    act : Act
    project : int
    region : str or None

    Returns
    -------
    frozenset of str or None
    """
    if may(person, act, project=project, region=region):
        return None
    return frozenset(
        g.agency
        for g in person.grants
        if g.agency is not None and may(person, act, project=project, region=region, agency=g.agency)
    )


def sees(person: Person, *, project: int, region: str | None, agency: str | None = None) -> Visibility:
    """Tell which columns a person sees: those of everyone, of the project group, or rents and staffing too.

    Parameters
    ----------
    person : Person
    project : int
    region : str or None
    agency : str, optional
        The agency whose row it is.

    Returns
    -------
    {"public", "project", "restricted"}
    """
    if any(may(person, act, project=project, region=region, agency=agency) for act in _SEES_ALL):
        return "restricted"
    return "project" if may(person, Act.READ, project=project, region=region) else "public"


def demand(
    person: Person,
    act: Act,
    *,
    project: int | None = None,
    region: str | None = None,
    agency: str | None = None,
) -> None:
    """Refuse what a person may not do.

    Raises
    ------
    Refused
        With what the person lacks.
    """
    if not may(person, act, project=project, region=region, agency=agency):
        raise Refused(say("Your role does not allow this. Ask the project's administrator for the right."))


class Refused(TuntiError):
    """A person may not do what was asked."""
