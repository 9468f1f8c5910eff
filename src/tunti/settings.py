"""Settings of a project: read from ``project.toml``, frozen, each default with its source.

A new project sets no share, no population base and summer speeds; the plan flags what falls short of the known goals.
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tunti.findings import Finding, Message, error, say
from tunti.settings_money import MoneySettings
from tunti.settings_premises import PremisesSettings
from tunti.settings_programme import ProgrammeSettings
from tunti.settings_remote import RemoteSettings
from tunti.settings_services import ServiceSettings

Season = Literal["summer", "winter", "peak"]
"""The weight sets of the road network."""

Kmh = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Factor = Annotated[float, Field(gt=0, le=1)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ProjectSettings(_Frozen):
    """What the project is called and which country it plans."""

    name: str = Field("", description="Name of the project, shown on every page.")
    country: str = Field("FI", description="ISO code of the country.")
    crs: str = Field(
        "EPSG:3067", description="Metric coordinate system of calculation and paper maps. JHS 197: ETRS-TM35FIN."
    )
    languages: tuple[Literal["fi", "sv", "en"], ...] = Field(
        ("fi", "sv", "en"), description="Languages of the reports, the first is the main one."
    )
    as_of: dt.date = Field(
        dt.date(2026, 1, 1), description="Day that 'today' means: offices and agencies are taken as they were then."
    )
    target_year: int = Field(
        2030, description="Year by which the network is in place. Source: Ministry of Finance FAQ 2026."
    )
    forecast_year: int | None = Field(
        None,
        description="Year of the population forecast that all figures are counted for; today's people without it. "
        "The table forecast gives the years.",
    )
    data_due: dt.date | None = Field(
        None,
        description="Day by which the agencies complete the table of offices; it dates the to-do list of data quality.",
    )
    regions_left_out: tuple[str, ...] = Field(
        (), description="Codes of regions outside the reform; Åland (21) is outside in Finland."
    )
    illustrative: bool = Field(False, description="The data hold invented figures; every page says so.")
    names: dict[str, dict[str, str]] = Field(
        default_factory=dict,
        description="Inflected place names: names.fi.'Lappi' = 'Lapissa'. Without a form, names stay uninflected.",
    )
    texts: dict[str, dict[str, str]] = Field(
        default_factory=dict,
        description="The input's own texts in other languages: texts.sv.'Tammisaari' = 'Ekenäs', for names of places, "
        "sources and remarks. Without one, a text stays as the input has it.",
    )


class StandardSettings(_Frozen):
    """The accessibility standard and the known goals that the plan flags."""

    minutes: float = Field(
        60.0,
        gt=0,
        le=600,
        description="Most minutes by car. Source: Ministry of Finance 27.4.2022, at most one hour's drive.",
    )
    share: float | None = Field(
        None,
        ge=0,
        le=1,
        description="Share of people within the standard that a plan must reach. No source states one, so none is set: "
        "the fewest points then leave out nobody whom any site can reach.",
    )
    region_share: float | None = Field(None, ge=0, le=1, description="The same in every region that is planned.")
    population_base: int | None = Field(
        None,
        ge=0,
        description="People within the standard of each point that a plan must keep; a rule that the user sets.",
    )
    known_minutes: float = Field(
        60.0, description="Goal that a plan is flagged against. Source: Ministry of Finance 27.4.2022."
    )
    known_population_base: int = Field(
        10_000, description="Population base that a plan is flagged against. Source: Ministry of Finance 27.4.2022."
    )


class SpeedSettings(_Frozen):
    """Free speeds by road class, km/h, and what the network does with places off the road."""

    season: Season = Field(
        "summer", description="Weight set that the standard is judged on: summer, winter or peak (the rush hour)."
    )
    summer: dict[str, Kmh] = Field(
        default_factory=lambda: {
            "national": 92.0,
            "main": 84.0,
            "regional": 75.0,
            "connecting": 62.0,
            "unnumbered": 50.0,
            "connector": 50.0,
            "ramp_or_street": 50.0,
            "motorway": 105.0,
            "motorway_link": 60.0,
            "trunk": 88.0,
            "trunk_link": 60.0,
            "primary": 80.0,
            "primary_link": 55.0,
            "secondary": 72.0,
            "secondary_link": 50.0,
            "tertiary": 62.0,
            "tertiary_link": 45.0,
            "unclassified": 52.0,
            "residential": 32.0,
            "living_street": 15.0,
            "service": 18.0,
            "road": 45.0,
            "track": 20.0,
            "skeleton": 85.0,
            "ferry": 15.0,
        },
        description="Summer speeds. National to connecting: mean free-flow speeds of 361 traffic stations "
        "(Fintraffic, CC BY 4.0); others: OpenStreetMap classes, defaults of this product, not measured.",
    )
    winter: dict[str, Kmh] = Field(
        default_factory=lambda: {"national": 85.0, "main": 79.0, "regional": 73.0, "connecting": 60.0},
        description="Winter speeds, never above the summer's; a class without one takes the summer speed times "
        "winter_factor. Source: as summer.",
    )
    winter_factor: float = Field(
        0.95,
        gt=0,
        le=1,
        description="Winter against summer for classes without a measured winter speed: mean of the measured classes.",
    )
    peak: dict[str, Factor] = Field(
        default_factory=lambda: {
            "national": 0.92,
            "main": 0.95,
            "regional": 0.97,
            "connecting": 1.0,
            "unnumbered": 1.0,
            "connector": 0.9,
            "ramp_or_street": 0.9,
            "motorway": 0.88,
            "motorway_link": 0.85,
            "trunk": 0.92,
            "trunk_link": 0.88,
            "primary": 0.93,
            "primary_link": 0.9,
            "secondary": 0.95,
            "secondary_link": 0.92,
            "tertiary": 0.97,
            "tertiary_link": 0.95,
            "unclassified": 1.0,
            "residential": 1.0,
            "living_street": 1.0,
            "service": 1.0,
            "road": 0.97,
            "track": 1.0,
            "skeleton": 0.95,
        },
        description="Speed at the rush hour against summer by road class. Defaults of this product, not measured; "
        "set those of your region.",
    )
    peak_factor: Factor = Field(
        0.95, description="The same for classes that peak does not name. A default of this product, not measured."
    )
    peak_town_factor: Factor = Field(
        0.8,
        description="The same in dense towns, on top of the class's. A default of this product, not measured.",
    )
    access_kmh: float = Field(
        40.0, gt=0, description="Speed of the leg from a place to the road. A default of this product, not measured."
    )
    access_detour: float = Field(
        1.3, ge=1, description="Length of that leg against the straight line. A default of this product."
    )
    access_limit_km: float = Field(
        25.0, gt=0, description="Longest leg from a place to the road; beyond it the place is reported as not joined."
    )
    roads_per_place: int = Field(3, ge=1, description="How many nearby roads a place may join.")
    straight_limit_km: float = Field(
        0.0,
        ge=0,
        description="Places this near each other are also joined by a straight leg; for sparse road tables. 0 = never.",
    )
    urban_factor: float = Field(1.0, gt=0, le=1, description="Speeds in dense towns against the class speed.")
    limit_factor: float = Field(
        0.92, gt=0, le=1, description="Driven speed against a posted limit (maxspeed). A default of this product."
    )
    ferry_boarding_minutes: float = Field(5.0, ge=0, description="Boarding a ferry whose time does not hold it.")
    ferry_wait_minutes: float = Field(
        15.0, ge=0, description="Expected wait for a ferry whose headway is not given: half of a 30-minute headway."
    )
    ferry_wait: Literal["expected", "guaranteed"] = Field(
        "expected",
        description="Wait that counts where a ferry leaves: expected, half of its headway, or guaranteed, all of it "
        "(twice ferry_wait_minutes where no headway is given).",
    )
    ferries: bool = Field(True, description="Whether ferries may be used.")


class PlanSettings(_Frozen):
    """What a plan asks of the location engine."""

    goal: Literal["fewest", "most_people", "least_travel", "worst_case", "backup", "least_cost"] = Field(
        "fewest", description="The goal."
    )
    points: int | None = Field(None, ge=1, description="Number of points for goals that take one.")
    points_per_region_at_least: int | None = Field(
        None, ge=0, description="Least number of points in each planned region."
    )
    points_per_region_at_most: int | None = Field(None, ge=0, description="Most points in each planned region.")
    budget_eur_year: float | None = Field(None, ge=0, description="Most that open points may cost together in a year.")
    changes: int | None = Field(None, ge=0, description="Most openings plus closures of points.")
    keep_existing: bool = Field(True, description="Existing points stay open.")
    capacity: bool = Field(
        False,
        description="Points serve no more people than their capacity_visits_year holds at visits_per_person_year; "
        "people of a place may be shared among points.",
    )
    gap: float = Field(0.0, ge=0, le=1, description="Gap at which the search may stop; 0 asks for a proof.")
    second_gap: float = Field(0.01, ge=0, le=1, description="The same for the second goal, least travel.")
    cutoff_minutes: float = Field(
        109.0,
        gt=0,
        le=1000,
        description="Drive times above it are not looked for; 109 minutes is what the fast kernels hold.",
    )
    travel_eur_hour: float = Field(
        10.0,
        ge=0,
        description="Value of an hour of travel for the goal least_cost. A default of this product; set your own.",
    )
    visits_per_person_year: float = Field(
        1.0,
        ge=0,
        description="Visits a person makes in a year, where services give no visits. A default of this product.",
    )


class Settings(_Frozen):
    """All settings of a project."""

    project: ProjectSettings = Field(default=ProjectSettings())
    standard: StandardSettings = Field(default=StandardSettings())
    speeds: SpeedSettings = Field(default=SpeedSettings())
    plan: PlanSettings = Field(default=PlanSettings())
    services: ServiceSettings = Field(default=ServiceSettings())
    premises: PremisesSettings = Field(default=PremisesSettings())
    money: MoneySettings = Field(default=MoneySettings())
    programme: ProgrammeSettings = Field(default=ProgrammeSettings())
    remote: RemoteSettings = Field(default=RemoteSettings())


def read_settings(text: str) -> tuple[Settings, list[Finding]]:
    """Read a project's settings from the text of ``project.toml``.

    Parameters
    ----------
    text : str
        TOML with the sections ``project``, ``standard``, ``speeds`` and ``plan``; what is left out keeps its default.

    Returns
    -------
    (Settings, list of Finding)
        All that is wrong at once, each with the setting's name as the column; on a finding the settings are the
        defaults.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        return Settings(), [
            error(
                "project.toml",
                toml_line(problem),
                None,
                say("The settings can't be read from this line on."),
                say(
                    "Mend the line: a setting is written as name = value, texts need quotation marks, "
                    "and the decimal mark is a point."
                ),
            )
        ]
    # One speed alone may be changed: the others keep their defaults.
    speeds = data.get("speeds")
    if isinstance(speeds, dict):
        for season in ("summer", "winter", "peak"):
            if isinstance(speeds.get(season), dict):
                speeds[season] = {**getattr(SpeedSettings(), season), **speeds[season]}
    try:
        return Settings.model_validate(data), []
    except ValidationError as problem:
        return Settings(), [setting_finding(dict(detail)) for detail in problem.errors()]


def toml_line(problem: tomllib.TOMLDecodeError) -> int | None:
    """Give the line on which a TOML text stops making sense, None for its end."""
    found = re.search(r"line (\d+)", str(problem))
    return int(found.group(1)) if found else None


def misfit(detail: Mapping[str, Any]) -> Message:
    """Say in a planner's words why a value does not fit.

    Parameters
    ----------
    detail : mapping
        One of pydantic's error details: ``type``, ``ctx``, ``input``, ``loc``.

    Returns
    -------
    Message
    """
    kind, limits, value = str(detail["type"]), dict(detail.get("ctx") or {}), str(detail.get("input"))
    percent = _percent(detail)
    if kind == "missing":
        return say("it is missing")
    if kind == "extra_forbidden":
        return say("there is no field of that name")
    if percent is not None:
        # The file takes a decimal point, whatever the reader's language.
        return say(
            "{value} is above {limit}: write {share} for {percent} %",
            value=value,
            limit=1,
            share=f"{percent / 100:.10g}",
            percent=percent,
        )
    if kind in ("greater_than", "greater_than_equal", "less_than", "less_than_equal"):
        limit = next(iter(limits.values()))
        if kind == "greater_than":
            return say("{value} is not above {limit}", value=value, limit=limit)
        if kind == "greater_than_equal":
            return say("{value} is below {limit}", value=value, limit=limit)
        return say("{value} is above {limit}", value=value, limit=limit)
    if kind in ("literal_error", "enum"):
        return say("{value} is not one of {choices}", value=value, choices=limits["expected"].replace(" or ", ", "))
    if kind.startswith(("float", "int", "decimal")):
        return say("{value} is not a number of the right kind", value=value)
    if kind.startswith("bool"):
        return say("{value} is not true or false", value=value)
    if kind.startswith("date"):
        return say("{value} is not a date of the form 2026-12-31", value=value)
    return say("{value} is not of the right kind", value=value)


def _percent(detail: Mapping[str, Any]) -> float | None:
    """Give the percentage that somebody wrote where a share is asked; None when it is none."""
    place = detail.get("loc") or ("",)
    found = re.fullmatch(r"\s*(\d{1,3}(?:[.,]\d+)?)\s*%?\s*", str(detail.get("input")))
    if not str(place[-1]).endswith("share") or found is None:
        return None
    percent = float(found[1].replace(",", "."))
    return percent if 1 < percent <= 100 else None


def setting_finding(detail: dict[str, Any]) -> Finding:
    """Make the finding of a setting that does not fit, from one of pydantic's error details."""
    place = detail["loc"]
    name = ".".join(str(p) for p in place)
    if detail["type"] == "extra_forbidden":
        section = str(place[0])
        known = getattr(Settings(), section, None) if len(place) > 1 else Settings()
        names = ", ".join(type(known).model_fields) if isinstance(known, BaseModel) else ""
        return error(
            "project.toml",
            None,
            name,
            say("There is no setting {name}.", name=name),
            say("Remove it or correct its name; the section knows: {names}.", names=names),
        )
    return error(
        "project.toml",
        None,
        name,
        say("The setting {name} does not fit: {reason}.", name=name, reason=misfit(detail)),
        say("Write a value that the setting takes; the settings page of the documentation lists them."),
    )
