"""Changes of who serves where: what an agency promises at a site, and the languages that a service must be given in."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

import pandas as pd
from pydantic import BaseModel, ConfigDict

from tunti.findings import Finding, error, say
from tunti.inputs.frames import typed
from tunti.inputs.schemas_services import COMMITMENTS, LANGUAGE_DUTIES
from tunti.inputs.tables import Inputs
from tunti.settings import Settings

Outcome = tuple[Inputs, Settings, list[Finding]]


class _Patch(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)


class AgencyAt(_Patch):
    """Write down what an agency promises, refuses or has decided at a site; it replaces an earlier row of the two."""

    kind: Literal["agency_at"]
    agency: str
    site: str
    mode: Literal["staffed", "visiting", "remote", "assisted", "none"] | None = None
    commitment: Literal["proposed", "committed", "refused", "decided"] = "committed"
    date: dt.date | None = None
    record: str | None = None


class LanguageDuty(_Patch):
    """Require languages, separated by spaces, of a service (* for all) in a municipality."""

    kind: Literal["language_duty"]
    municipality: str
    service: str = "*"
    languages: str


def _unknown(n: int, inputs: Inputs, names: dict[str, tuple[str, str]]) -> list[Finding]:
    """Find the fields whose value their table does not have."""
    return [
        error(
            "scenario",
            n,
            field,
            say("There is no row {value} in the table {table}.", value=value, table=table),
            say("Write a name that the table {table} has.", table=table),
        )
        for field, (table, value) in names.items()
        if not (getattr(inputs, table)[field] == value).any()
    ]


def _replaced(frame: pd.DataFrame, row: dict[str, Any], schema: Any) -> pd.DataFrame:
    """Put a row under a table in place of the one with the same key."""
    same = pd.Series(True, index=frame.index)
    for name in schema.key:
        same &= (frame[name] == row[name]).fillna(False).astype(bool)
    at = int(frame.index.max()) + 1 if len(frame) else 2
    new = typed(pd.DataFrame([row], index=pd.Index([at], name="row")), schema)
    new.index = pd.Index([at], name="row")
    return pd.concat([frame[~same], new])


def agency_at(n: int, patch: AgencyAt, inputs: Inputs, settings: Settings) -> Outcome:
    """Make the change of a promise; parameters as :func:`tunti.scenario.patches.apply` has them."""
    found = _unknown(n, inputs, {"agency": ("agencies", patch.agency), "site": ("sites", patch.site)})
    if found:
        return inputs, settings, found
    row = patch.model_dump(exclude={"kind"})
    changed = _replaced(inputs.commitments, row, COMMITMENTS)
    return inputs.with_table("commitments", changed), settings, []


def language_duty(n: int, patch: LanguageDuty, inputs: Inputs, settings: Settings) -> Outcome:
    """Make the change of required languages; parameters as :func:`tunti.scenario.patches.apply` has them."""
    names = {"municipality": ("municipalities", patch.municipality)}
    if patch.service != "*":
        names["service"] = ("services", patch.service)
    found = _unknown(n, inputs, names)
    if found:
        return inputs, settings, found
    changed = _replaced(inputs.language_duties, patch.model_dump(exclude={"kind"}), LANGUAGE_DUTIES)
    return inputs.with_table("language_duties", changed), settings, []
