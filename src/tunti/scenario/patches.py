"""The typed changes that a scenario is made of: each changes input tables or settings, and nothing else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Annotated, Any, Literal

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pyproj import Transformer

from tunti.findings import Finding, error, say
from tunti.inputs.readers.values import read_column
from tunti.inputs.schemas import SCHEMAS
from tunti.inputs.tables import Inputs
from tunti.scenario.remote import (
    ChannelShift,
    OpeningHours,
    PoolLanguage,
    RemoteRoom,
    change_hours,
    open_room,
    pool_language,
    shift_channel,
)
from tunti.scenario.services import AgencyAt, LanguageDuty, agency_at, language_duty
from tunti.settings import Settings, misfit


class _Patch(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)


class SiteStatus(_Patch):
    """Say of a site that it must open, must not, exists or is a candidate."""

    kind: Literal["site_status"]
    site: str
    status: Literal["existing", "required", "forbidden", "candidate"]


class Points(_Patch):
    """Open exactly these sites: they are required, and every other site is forbidden."""

    kind: Literal["points"]
    sites: tuple[str, ...]


class AddSite(_Patch):
    """Add a site at a place (degrees)."""

    kind: Literal["add_site"]
    site: str
    lon: float = Field(ge=-180, le=180)
    lat: float = Field(ge=-90, le=90)
    name: str = ""
    municipality: str | None = None
    status: Literal["existing", "required", "forbidden", "candidate"] = "candidate"
    cost_eur_year: float | None = Field(None, ge=0, le=1e9)


class OfficeServes(_Patch):
    """Change how customers are served at an office from a day on: ``none`` closes its customer part."""

    kind: Literal["office_serves"]
    office: str
    serves: Literal["staffed", "visiting", "remote", "assisted", "none"]
    from_day: dt.date | None = None


class AgencyServes(_Patch):
    """Change how an agency serves in named municipalities: its cuts as one patch."""

    kind: Literal["agency_serves"]
    agency: str
    municipalities: tuple[str, ...]
    serves: Literal["staffed", "visiting", "remote", "assisted", "none"]


class People(_Patch):
    """Multiply the people of a municipality's or region's cells: growth or decline."""

    kind: Literal["people"]
    factor: float = Field(ge=0, le=10)
    municipality: str | None = None
    region: str | None = None


class Value(_Patch):
    """Change one value of a row, written as in a file; empty takes it away."""

    kind: Literal["value"]
    table: Literal["sites", "offices", "services", "agencies", "municipalities", "cells"]
    row: str
    column: str
    value: str = ""


class Setting(_Patch):
    """Change a setting, named with its section: ``standard.minutes``."""

    kind: Literal["setting"]
    name: str
    value: Any


Patch = Annotated[
    SiteStatus
    | Points
    | AddSite
    | OfficeServes
    | AgencyServes
    | People
    | Value
    | Setting
    | RemoteRoom
    | PoolLanguage
    | OpeningHours
    | ChannelShift
    | AgencyAt
    | LanguageDuty,
    Field(discriminator="kind"),
]

Outcome = tuple[Inputs, Settings, list[Finding]]


def _missing(n: int, column: str, table: str, value: str) -> Finding:
    return error(
        "scenario",
        n,
        column,
        say("There is no row {value} in the table {table}.", value=value, table=table),
        say("Write a name that the table {table} has.", table=table),
    )


def _site_status(n: int, patch: SiteStatus, inputs: Inputs, settings: Settings) -> Outcome:
    sites = inputs.sites.copy()
    hit = sites["site"] == patch.site
    if not hit.any():
        return inputs, settings, [_missing(n, "site", "sites", patch.site)]
    sites.loc[hit, "status"] = patch.status
    return inputs.with_table("sites", sites), settings, []


def _points(n: int, patch: Points, inputs: Inputs, settings: Settings) -> Outcome:
    missing = sorted(set(patch.sites) - set(inputs.sites["site"]))
    if missing:
        return inputs, settings, [_missing(n, "sites", "sites", site) for site in missing]
    opened = inputs.sites["site"].isin(patch.sites)
    status = pd.Series("forbidden", index=inputs.sites.index, dtype="string").mask(opened, "required")
    return inputs.with_table("sites", inputs.sites.assign(status=status)), settings, []


def _add_site(n: int, patch: AddSite, inputs: Inputs, settings: Settings) -> Outcome:
    if (inputs.sites["site"] == patch.site).any():
        return (
            inputs,
            settings,
            [
                error(
                    "scenario",
                    n,
                    "site",
                    say("There is already a site {value}.", value=patch.site),
                    say("Give the new site a name that no other site has."),
                )
            ],
        )
    x, y = Transformer.from_crs("EPSG:4326", settings.project.crs, always_xy=True).transform(patch.lon, patch.lat)
    new = inputs.sites.iloc[:0].reindex([int(inputs.sites.index.max() if len(inputs.sites) else 1) + 1])
    new = new.astype(inputs.sites.dtypes.to_dict())
    for column, value in {
        "site": patch.site,
        "name": patch.name or patch.site,
        "municipality": patch.municipality,
        "x": x,
        "y": y,
        "lon": patch.lon,
        "lat": patch.lat,
        "status": patch.status,
        "cost_eur_year": patch.cost_eur_year,
    }.items():
        new[column] = pd.Series([value], index=new.index, dtype=new[column].dtype)
    new.index.name = inputs.sites.index.name
    return inputs.with_table("sites", pd.concat([inputs.sites, new])), settings, []


def _office_serves(n: int, patch: OfficeServes, inputs: Inputs, settings: Settings) -> Outcome:
    hit = inputs.offices["office"] == patch.office
    if not hit.any():
        return inputs, settings, [_missing(n, "office", "offices", patch.office)]
    if patch.from_day and patch.from_day > settings.project.as_of:
        return inputs, settings, []
    offices = inputs.offices.copy()
    offices.loc[hit, "serves"] = patch.serves
    return inputs.with_table("offices", offices), settings, []


def _agency_serves(n: int, patch: AgencyServes, inputs: Inputs, settings: Settings) -> Outcome:
    offices = inputs.offices.copy()
    of_agency = offices["agency"] == patch.agency
    if not of_agency.any():
        return inputs, settings, [_missing(n, "agency", "offices", patch.agency)]
    findings = [
        _missing(n, "municipalities", "offices", f"{patch.agency} {m}")
        for m in patch.municipalities
        if not (of_agency & (offices["municipality"] == m)).any()
    ]
    offices.loc[of_agency & offices["municipality"].isin(patch.municipalities), "serves"] = patch.serves
    return inputs.with_table("offices", offices), settings, findings


def _people(n: int, patch: People, inputs: Inputs, settings: Settings) -> Outcome:
    cells = inputs.cells.copy()
    known = inputs.municipalities
    hit = pd.Series(True, index=cells.index)
    if patch.municipality is not None:
        if not (known["municipality"] == patch.municipality).any():
            return inputs, settings, [_missing(n, "municipality", "municipalities", patch.municipality)]
        hit &= (cells["municipality"] == patch.municipality).fillna(False)
    if patch.region is not None:
        inside = known.loc[known["region"] == patch.region, "municipality"]
        if inside.empty:
            return inputs, settings, [_missing(n, "region", "municipalities", patch.region)]
        hit &= cells["municipality"].isin(inside)
    # Every head count of the cell grows alike, so groups never exceed the people.
    counts = [c for c in cells.columns if c == "people" or c.startswith(("people_", "speakers_"))]
    for column in counts:
        grown = (cells.loc[hit, column].astype("Float64") * patch.factor).round().astype("Int64")
        cells.loc[hit, column] = grown
    return inputs.with_table("cells", cells), settings, []


def _value(n: int, patch: Value, inputs: Inputs, settings: Settings) -> Outcome:
    schema = SCHEMAS[patch.table]
    frame: pd.DataFrame = getattr(inputs, patch.table)
    hit = (frame[schema.key[0]] == patch.row).fillna(False)
    if not hit.any():
        return inputs, settings, [_missing(n, "row", patch.table, patch.row)]
    if patch.column not in schema.names or patch.column in (*schema.key, "x", "y", "lon", "lat"):
        names = ", ".join(c for c in schema.names if c not in (*schema.key, "x", "y", "lon", "lat"))
        return (
            inputs,
            settings,
            [
                error(
                    "scenario",
                    n,
                    "column",
                    say("The column {value} can't be changed.", value=patch.column),
                    say("Write one of: {names}.", names=names),
                )
            ],
        )
    column = schema[patch.column]
    read, found = read_column(pd.Series([patch.value]), column, table="scenario", rows=[n])
    value = read.iloc[0]
    wrong = bool(pd.isna(value)) and column.required
    if not pd.isna(value):
        known = None if not column.refers_to else getattr(inputs, column.refers_to)[SCHEMAS[column.refers_to].key[0]]
        low, high = column.at_least, column.at_most
        wrong = (
            (low is not None and value < low)
            or (high is not None and value > high)
            or (known is not None and not bool((known == value).any()))
        )
    if wrong:
        what = say("{value} does not fit the column {column}.", value=patch.value or "-", column=patch.column)
        found = [
            *found,
            error("scenario", n, "value", what, say("The tables page of the documentation lists what fits.")),
        ]
    if found:
        return inputs, settings, found
    changed = frame.copy()
    changed[patch.column] = changed[patch.column].mask(hit, value).astype(frame[patch.column].dtype)
    return inputs.with_table(patch.table, changed), settings, []


def _setting(n: int, patch: Setting, inputs: Inputs, settings: Settings) -> Outcome:
    section, _, name = patch.name.partition(".")
    known = settings.model_dump(mode="python")
    if section not in known or name not in known[section]:
        names = ", ".join(f"{s}.{k}" for s in ("standard", "speeds", "plan") for k in known[s])
        return (
            inputs,
            settings,
            [
                error(
                    "scenario",
                    n,
                    "name",
                    say("There is no setting {value}.", value=patch.name),
                    say("Write one of: {names}.", names=names),
                )
            ],
        )
    old = known[section][name]
    # As in project.toml, one road class's speed alone may be changed: the others stay.
    both = isinstance(old, dict) and isinstance(patch.value, dict)
    known[section][name] = {**old, **patch.value} if both else patch.value
    try:
        return inputs, Settings.model_validate(known), []
    except ValidationError as problem:
        reason = misfit(dict(problem.errors()[0]))
        return (
            inputs,
            settings,
            [
                error(
                    "scenario",
                    n,
                    "value",
                    say(
                        "{value} does not fit the setting {name} ({reason}).",
                        value=str(patch.value),
                        name=patch.name,
                        reason=reason,
                    ),
                    say("Write a value that the setting takes; the settings page of the documentation lists them."),
                )
            ],
        )


_APPLY: dict[type[BaseModel], Callable[[int, Any, Inputs, Settings], Outcome]] = {
    SiteStatus: _site_status,
    Points: _points,
    AddSite: _add_site,
    OfficeServes: _office_serves,
    AgencyServes: _agency_serves,
    People: _people,
    Value: _value,
    Setting: _setting,
    RemoteRoom: open_room,
    PoolLanguage: pool_language,
    OpeningHours: change_hours,
    ChannelShift: shift_channel,
    AgencyAt: agency_at,
    LanguageDuty: language_duty,
}


def apply(n: int, patch: BaseModel, inputs: Inputs, settings: Settings) -> Outcome:
    """Make one change of a scenario.

    Parameters
    ----------
    n : int
        Number of the patch in its scenario, 1 for the first; findings name it as the row.
    patch : BaseModel
        One of the patches of this module.
    inputs : Inputs
    settings : Settings

    Returns
    -------
    (Inputs, Settings, list of Finding)
        The changed tables and settings; on a finding the patch changes nothing.
    """
    return _APPLY[type(patch)](n, patch, inputs, settings)


__all__ = [
    "AddSite",
    "AgencyAt",
    "AgencyServes",
    "LanguageDuty",
    "OfficeServes",
    "Patch",
    "People",
    "Points",
    "Setting",
    "SiteStatus",
    "Value",
    "apply",
]
