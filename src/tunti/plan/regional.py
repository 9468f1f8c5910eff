"""A region's plan as tables and figures, before any document is written."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from tunti.findings import Finding, Message
from tunti.inputs.tables import Source
from tunti.location.problem import Network
from tunti.settings import Settings


@dataclass(frozen=True, eq=False)
class Access:
    """How well a network serves the people of the planned area.

    Attributes
    ----------
    share : float
        Share of people within the standard.
    people, people_inside, people_outside : int
        People in all, within and outside the standard.
    mean_minutes : float
        Mean minutes to the nearest point over the people who reach one within the cut-off.
    municipalities : DataFrame
        ``municipality, name_fi, name_sv, region, people, people_inside, share, mean_minutes, nearest_site``.
    regions : DataFrame
        ``region, region_fi, region_sv, region_en, people, people_inside, share, mean_minutes``.
    groups : DataFrame
        ``group`` (a cells column such as ``people_75``), ``label`` (key of the catalogues), ``people, people_inside, share``.
    outside : DataFrame
        Cells outside: ``cell, municipality, name_fi, name_sv, x, y, people, minutes`` (NaN beyond the cut-off),
        ``minutes_over, nearest_site, fix_site`` (nearest site that could open), ``fix_minutes``; most people first.
    cells : DataFrame
        Every cell: ``cell, municipality, x, y, people, minutes, nearest_site``.
    """

    share: float
    people: int
    people_inside: int
    people_outside: int
    mean_minutes: float
    municipalities: pd.DataFrame
    regions: pd.DataFrame
    groups: pd.DataFrame
    outside: pd.DataFrame
    cells: pd.DataFrame


@dataclass(frozen=True, eq=False)
class RegionalPlan:
    """Everything that a region's plan (or the country's) says, as tables and figures.

    Attributes
    ----------
    region : str or None
        Code of the region, None for all planned regions together.
    region_names : dict of str to str
        Name of the region or the country per language.
    scenario : str
        Name of the scenario, ``"baseline"`` without changes.
    settings : Settings
        Settings after the scenario's changes.
    today, proposed : Access
        Access to today's network (existing points and offices open to customers) and to the proposed points.
    points : DataFrame
        Proposed points that lie in the area: ``site, name, municipality, municipality_fi, municipality_sv, region, x, y,
        status`` (``existing`` or ``new``), ``required`` (bool), ``people_served`` (nearest point), ``population_base``,
        ``mean_minutes, below_base`` (bool: under the known population base), ``cost_eur_year`` (NaN when not given).
    neighbours : DataFrame
        Points outside the area that serve people in it, same columns as ``points`` with ``people_served`` counted in the
        area.
    offices : DataFrame
        Today's offices in the area that serve customers: ``office, agency, name, municipality, municipality_fi,
        municipality_sv, x, y, serves, visits_year, nearest_point, minutes_to_point, illustrative``.
    candidates : DataFrame
        Sites that were considered and not chosen: ``site, name, municipality, x, y, status``.
    network : Network
        The optimiser's answer with its certificate.
    rules : tuple of Message
        The rules that the plan keeps, in words.
    flags : tuple of Message
        Where the plan falls short of the known goals or of what a reader would expect.
    findings : tuple of Finding
        What the checks of the input said (warnings and notes).
    snap : DataFrame
        Snap report in short: ``what, count, people, note``.
    means : DataFrame
        Access by other means, when a table of times gives them: ``means, share, people_inside, mean_minutes``; empty
        otherwise.
    without_car : int or None
        People without a car outside the standard by other means, None when not given.
    sources : tuple of Source
        Sources of the input tables.
    illustrative : bool
        Some figures are invented; every page says so.
    run : dict of str to str
        Run record: versions, hashes of inputs and settings, command, seconds per stage.
    borders, land : GeoDataFrame or None
        Outlines for maps.
    roads : GeoDataFrame or None
        Main roads for maps, with ``road_class``.
    """

    region: str | None
    region_names: dict[str, str]
    scenario: str
    settings: Settings
    today: Access
    proposed: Access
    points: pd.DataFrame
    neighbours: pd.DataFrame
    offices: pd.DataFrame
    candidates: pd.DataFrame
    network: Network
    rules: tuple[Message, ...]
    flags: tuple[Message, ...]
    findings: tuple[Finding, ...]
    snap: pd.DataFrame
    means: pd.DataFrame
    without_car: int | None
    sources: tuple[Source, ...]
    illustrative: bool
    run: dict[str, str]
    borders: gpd.GeoDataFrame | None = None
    land: gpd.GeoDataFrame | None = None
    roads: gpd.GeoDataFrame | None = None
