"""What a reader may see of a plan: everything that the schemas keep from them is taken out before a word is written."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any, Literal

import pandas as pd

from tunti.access.standard import Access
from tunti.findings import Finding
from tunti.inputs.schemas import SCHEMAS, visible_columns
from tunti.plan.regional import RegionalPlan

Audience = Literal["public", "project"]

_FRAMES = {
    "points": "sites",
    "neighbours": "sites",
    "candidates": "sites",
    "offices": "offices",
    "agencies": "agencies",
}
"""The plan's tables and the input table whose columns each of them takes along."""

_TELLS_MORE = {
    "The office has visits but serves no customers.": "visits_year",
    "The work area is {m2} m² for a person-year.": "staff",
    "The office has a rent but no area.": "rent_eur_year",
}
"""Findings that stand at a public column but tell of another one."""


@dataclass(frozen=True)
class Withheld:
    """What was taken out of a plan for a reader.

    Attributes
    ----------
    columns : frozenset of str
        Columns that had values.
    findings : int
        Number of findings.
    """

    columns: frozenset[str] = frozenset()
    findings: int = 0


def plan_for(plan: RegionalPlan, audience: Audience) -> tuple[RegionalPlan, Withheld]:
    """Take out of a plan what its reader may not see.

    Parameters
    ----------
    plan : RegionalPlan
    audience : {"public", "project"}

    Returns
    -------
    plan : RegionalPlan
        Without the columns whose visibility is above the reader's, and without findings on them.
    withheld : Withheld
    """
    gone: set[str] = set()
    change: dict[str, Any] = {}
    for name, table in _FRAMES.items():
        frame: pd.DataFrame = getattr(plan, name)
        away = [c for c in frame.columns if c in hidden_columns(table, audience)]
        gone |= {c for c in away if not frame[c].isna().all()}
        change[name] = frame.drop(columns=away)
    kept = tuple(f for f in plan.findings if not _is_hidden(f, audience))
    shown = replace(
        plan,
        **change,
        findings=kept,
        today=_access(plan.today, audience),
        proposed=_access(plan.proposed, audience),
    )
    return shown, Withheld(frozenset(gone), len(plan.findings) - len(kept))


def hidden_columns(table: str, audience: Audience) -> frozenset[str]:
    """Name the columns of an input table that a reader may not see.

    Parameters
    ----------
    table : str
    audience : {"public", "project"}

    Returns
    -------
    frozenset of str
        Empty for a table without a schema.
    """
    schema = SCHEMAS.get(table)
    return frozenset() if schema is None else frozenset(schema.names) - frozenset(visible_columns(schema, audience))


def _is_hidden(finding: Finding, audience: Audience) -> bool:
    hidden = hidden_columns(finding.table, audience)
    named = set(re.split(r"\W+", finding.column or ""))
    return bool(hidden & named) or _TELLS_MORE.get(finding.what.template) in hidden


def _access(access: Access, audience: Audience) -> Access:
    cells = list(hidden_columns("cells", audience))
    places = list(hidden_columns("municipalities", audience))
    return replace(
        access,
        cells=access.cells.drop(columns=cells, errors="ignore"),
        outside=access.outside.drop(columns=cells, errors="ignore"),
        municipalities=access.municipalities.drop(columns=places, errors="ignore"),
    )
