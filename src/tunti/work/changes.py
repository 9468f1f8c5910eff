"""What a change does to a plan, and which two changes touch the same thing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from tunti.errors import TuntiError
from tunti.findings import say
from tunti.scenario.patches import Patch

Content = dict[str, Any]
"""A plan's content: ``patches``, a list of the scenario's changes as plain values, and ``points``, the ids of the open
points, or None while the plan leaves them to the optimiser."""

EMPTY: Content = {"patches": [], "points": None}


class _Change(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class OpenPoint(_Change):
    """Open a point at a site."""

    do: Literal["open"]
    site: str = Field(max_length=200)


class ClosePoint(_Change):
    """Close the point at a site."""

    do: Literal["close"]
    site: str = Field(max_length=200)


class SetPatch(_Change):
    """Make a change of the scenario; it takes the place of one to the same thing."""

    do: Literal["patch"]
    patch: Patch


class DropPatch(_Change):
    """Take a change of the scenario back."""

    do: Literal["drop"]
    key: str = Field(max_length=600)


class SetPoints(_Change):
    """Take a whole network: of the optimiser, of an alternative, or none."""

    do: Literal["points"]
    points: tuple[str, ...] | None = None


Change = Annotated[OpenPoint | ClosePoint | SetPatch | DropPatch | SetPoints, Field(discriminator="do")]
CHANGES: TypeAdapter[list[Change]] = TypeAdapter(list[Change])


def read_changes(data: Any) -> list[Any]:
    """Read changes from plain values.

    Raises
    ------
    TuntiError
        A change is not one of those that a plan knows.
    """
    try:
        return list(CHANGES.validate_python(data))
    except ValidationError as problem:
        detail = problem.errors()[0]
        where = ".".join(str(p) for p in detail["loc"])
        raise TuntiError(say("The change can't be made: {where} does not fit.", where=where or "-")) from None


def key_of(patch: dict[str, Any]) -> str:
    """Name the thing that a change of the scenario is about; two with the same name can't both hold."""
    names = ("kind", "table", "row", "column", "site", "office", "agency", "municipality", "region", "name")
    if patch["kind"] == "site_status":
        return f"site:{patch['site']}"
    if patch["kind"] == "add_site":
        return f"new:{patch['site']}"
    listed = patch.get("municipalities")
    return ":".join([*(str(patch[n]) for n in names if patch.get(n) is not None), *map(str, listed or ())])


def touches(change: Any) -> set[str]:
    """Name what a change touches."""
    match change:
        case OpenPoint() | ClosePoint():
            return {f"site:{change.site}"}
        case SetPatch():
            return {key_of(change.patch.model_dump(mode="json"))}
        case DropPatch():
            return {change.key}
        case _:
            return {"points"}


def clash(mine: Iterable[Any], theirs: Iterable[Any]) -> set[str]:
    """Name what two lists of changes both touch; a whole network clashes with every single point.

    Parameters
    ----------
    mine, theirs : iterable of changes

    Returns
    -------
    set of str
    """
    a: set[str] = set().union(*(touches(c) for c in mine))
    b: set[str] = set().union(*(touches(c) for c in theirs))
    both = a & b
    for one, other in ((a, b), (b, a)):
        if "points" in one:
            both |= {t for t in other if t.startswith(("site:", "points"))}
    return both


def applied(content: Content, changes: Sequence[Any]) -> Content:
    """Give a plan's content after some changes.

    Parameters
    ----------
    content : dict
        It stays as it is.
    changes : sequence of changes

    Returns
    -------
    dict

    Raises
    ------
    TuntiError
        A point is opened or closed in a plan that has no network yet.
    """
    patches = {key_of(p): p for p in content["patches"]}
    points = None if content["points"] is None else list(content["points"])
    for change in changes:
        match change:
            case SetPoints():
                points = None if change.points is None else sorted(set(change.points))
            case SetPatch():
                patch = change.patch.model_dump(mode="json", exclude_none=True)
                patches[key_of(patch)] = patch
                if patch["kind"] == "site_status" and points is not None:
                    # A site that must open is open at once, one that must not is closed.
                    points = _with(points, patch["site"], patch["status"])
            case DropPatch():
                patches.pop(change.key, None)
            case OpenPoint() | ClosePoint():
                if points is None:
                    raise TuntiError(say("The plan has no network yet. Let it be optimised first, or take one over."))
                kept = [p for p in points if p != change.site]
                points = sorted([*kept, change.site]) if isinstance(change, OpenPoint) else kept
    return {"patches": list(patches.values()), "points": points}


def _with(points: list[str], site: str, status: str) -> list[str]:
    if status == "required":
        return sorted({*points, site})
    return [p for p in points if p != site] if status == "forbidden" else points
