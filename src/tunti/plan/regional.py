"""A region's plan as tables and figures, before any document is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tunti.access.certainty import CertaintyTable, certainty, certainty_table
from tunti.access.speed_error import speed_error
from tunti.access.standard import Access, access_table, population_base
from tunti.access.times import TravelTimes
from tunti.findings import Finding, Level, Message
from tunti.inputs.tables import Inputs, Source
from tunti.location.problem import Network
from tunti.plan.area import Area, part
from tunti.plan.around import Around
from tunti.plan.duties import Services
from tunti.plan.flags import flags
from tunti.plan.question import rules_in_words
from tunti.plan.solved import Solved, today_open
from tunti.premises.consolidate import Premises
from tunti.programme.result import Programme
from tunti.remote.service import RemoteService
from tunti.settings import Settings
from tunti.work.hearing import Hearing


@dataclass(frozen=True, eq=False)
class Considered:
    """What else was considered than the network that was chosen, all planned regions together.

    Attributes
    ----------
    points : tuple of str
        Points of the chosen network.
    objective, share : float
        Value of the goal in the engine's unit, and share of people within the standard.
    alternatives : DataFrame
        Networks almost as good: ``points`` (tuple of ids), ``objective, share, people``.
    closing : DataFrame
        What closing each point alone would mean, see :func:`tunti.location.explain.closing_costs`.
    """

    points: tuple[str, ...]
    objective: float
    share: float
    alternatives: pd.DataFrame
    closing: pd.DataFrame


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
        Proposed points that lie in the area: ``site, name, municipality, municipality_fi, municipality_sv, region, x,
        y, status`` (``existing`` or ``new``), ``required`` (bool), ``people_served`` (nearest point),
        ``population_base, mean_minutes, below_base`` (bool: under the known population base), ``cost_eur_year`` (NaN
        when not given), ``source`` (of the site's row).
    neighbours : DataFrame
        Points outside the area that serve people in it, same columns as ``points`` with ``people_served`` counted in
        the area.
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
    without_car, without_car_outside : int or None
        People without a car, and those of them outside the standard by every other means, in all planned regions; None
        when not given.
    sources : tuple of Source
        Sources of the input tables.
    illustrative : bool
        Some figures are invented; every page says so.
    agencies : DataFrame
        ``agency, name_fi, name_sv, name_en`` of the agencies that the offices name.
    site_names : dict of str to str
        Shown name of every site of all planned regions, by id: a nearest site or a fix may lie outside the area.
    certainty : CertaintyTable or None
        People surely, likely and unlikely within the standard of the proposed points, given how much driven speeds
        differ from the model's, counted in the area.
    certainty_cells : Series or None
        Label of each row of ``proposed.cells``, for maps.
    run : dict of str to str
        Run record: versions and hashes of inputs and settings. Seconds are no part of it: they stand in the file
        ``run.json`` beside the plan, so that the same input gives the same documents.
    borders, land : GeoDataFrame or None
        Outlines for maps.
    roads : GeoDataFrame or None
        Main roads for maps, with ``road_class``.
    road_classes : tuple of str
        Classes of all roads of the input's tables; empty when the roads come from an extract.
    left_out : DataFrame or None
        Regions that the settings leave out: ``region, region_fi, region_sv, region_en``.
    services, premises, programme, remote : results of the stages, or None
        Who serves where and how; shared premises; what happens when and what it costs whom; remote service. With
        ``services`` the points are those that it chose.
    considered : Considered or None
        Alternatives to the network.
    lacking : mapping of str to Message
        Why a stage has no results, by its name.
    service_names : DataFrame or None
        ``service, name_fi, name_sv, name_en`` of the services of the input.
    around : Around or None
        People of other regions at the region's points, and what sites not chosen would have given; for a region.
    towns : DataFrame or None
        ``municipality, languages, sami_homeland`` of the area's municipalities.
    hearing : Hearing or None
        State of the plan and the statements on it, when a work database knows the plan.
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
    without_car_outside: int | None
    sources: tuple[Source, ...]
    illustrative: bool
    agencies: pd.DataFrame
    site_names: dict[str, str]
    run: dict[str, str]
    certainty: CertaintyTable | None = None
    certainty_cells: pd.Series | None = None
    borders: gpd.GeoDataFrame | None = None
    land: gpd.GeoDataFrame | None = None
    roads: gpd.GeoDataFrame | None = None
    road_classes: tuple[str, ...] = ()
    left_out: pd.DataFrame | None = None
    services: Services | None = None
    premises: Premises | None = None
    programme: Programme | None = None
    remote: RemoteService | None = None
    considered: Considered | None = None
    lacking: Mapping[str, Message] = field(default_factory=dict)
    service_names: pd.DataFrame | None = None
    hearing: Hearing | None = None
    around: Around | None = None
    towns: pd.DataFrame | None = None

    @property
    def state(self) -> str:
        """How far the plan has come: ``draft`` when no work database knows it."""
        return "draft" if self.hearing is None else self.hearing.state

    @property
    def all_points(self) -> pd.DataFrame:
        """Points of the area, then those across its border that serve people in it."""
        return pd.concat([self.points, self.neighbours], ignore_index=True)


def regional_plan(
    inputs: Inputs,
    settings: Settings,
    solved: Solved,
    *,
    region: str | None,
    scenario: str,
    findings: tuple[Finding, ...],
    run: dict[str, str],
    roads: gpd.GeoDataFrame | None = None,
) -> RegionalPlan:
    """Put a region's plan together from what the stages before it found.

    The network is solved for all planned regions together, so a point serves people on both sides of a border; a
    region's plan shows its own part of it.

    Parameters
    ----------
    inputs : Inputs
        After the scenario's changes.
    settings : Settings
        After the scenario's changes.
    solved : Solved
    region : str or None
        Code of the region, None for all planned regions.
    scenario : str
    findings : tuple of Finding
        Warnings and notes of the input.
    run : dict of str to str
        Run record.
    roads : GeoDataFrame or None
        Main roads for maps.

    Returns
    -------
    RegionalPlan
    """
    area, network, minutes = solved.area, solved.network, settings.standard.minutes
    n_sites = len(area.sites)
    cells = area.cells
    site_times = part(solved.times, np.arange(n_sites))
    allowed = (area.sites["status"] != "forbidden").to_numpy(dtype=bool)

    def access(
        times: TravelTimes, is_open: NDArray[np.bool_], can_open: NDArray[np.bool_], names: pd.DataFrame
    ) -> Access:
        return access_table(
            times,
            cells,
            area.municipalities,
            names,
            open_sites=is_open,
            allowed_sites=can_open,
            minutes=minutes,
            region=region,
        )

    places = pd.DataFrame({"site": pd.Series(solved.times.sites, dtype="string")})
    is_open = today_open(area, solved.offices, solved.office_place, len(places))
    can_open = np.zeros(len(places), bool)
    can_open[:n_sites] = allowed
    today = access(solved.times, is_open, can_open, places)
    proposed = access(site_times, network.open, allowed, area.sites)

    error = speed_error("winter" if settings.speeds.season == "winter" else "summer")
    here = cells if region is None else cells[(cells["region"] == region).fillna(False)]
    sure = certainty_table(site_times, here, area.municipalities, open_sites=network.open, minutes=minutes, error=error)
    labels = certainty(site_times, open_sites=network.open, minutes=minutes, error=error).set_index("cell")["certainty"]
    labels = labels.reindex(proposed.cells["cell"]).reset_index(drop=True)

    points = _points(solved, site_times, region, settings)
    within = (points["region"] == region).fillna(False) if region else pd.Series(True, index=points.index)
    inside = points[within].reset_index(drop=True)
    neighbours = points[~within & (points["people_served"] > 0)].reset_index(drop=True)
    chosen = set(network.points)
    left = area.sites[~area.sites["site"].isin(chosen)]
    if region:
        left = left[(left["region"] == region).fillna(False)]
    named = area.regions.set_index("region")
    plan = RegionalPlan(
        region=region,
        region_names=_names(named, region, settings),
        scenario=scenario,
        settings=settings,
        today=today,
        proposed=proposed,
        points=inside,
        neighbours=neighbours,
        offices=_offices(solved, area, region),
        candidates=left[["site", "name", "municipality", "x", "y", "status"]].reset_index(drop=True),
        network=network,
        rules=rules_in_words(solved.problem, settings),
        flags=(),
        findings=tuple(f for f in findings if f.level is not Level.ERROR),
        snap=solved.snap,
        means=solved.means,
        without_car=solved.without_car,
        without_car_outside=solved.without_car_outside,
        sources=inputs.sources,
        illustrative=settings.project.illustrative,
        agencies=inputs.agencies[["agency", "name_fi", "name_sv", "name_en"]],
        site_names=dict(zip(area.sites["site"], area.sites["name"].fillna(area.sites["site"]), strict=True)),
        certainty=sure,
        certainty_cells=labels,
        run=run,
        borders=inputs.borders,
        land=inputs.land,
        roads=roads,
        road_classes=tuple(sorted(inputs.road_links["road_class"].dropna().unique())),
        left_out=area.left_out,
        towns=area.municipalities.loc[
            area.municipalities["municipality"].isin(proposed.municipalities["municipality"]),
            ["municipality", "languages", "sami_homeland"],
        ].reset_index(drop=True),
        service_names=inputs.services[["service", "name_fi", "name_sv", "name_en"]],
    )
    return replace(plan, flags=flags(plan, area.regions))


def _names(named: pd.DataFrame, region: str | None, settings: Settings) -> dict[str, str]:
    if region is None:
        name = settings.project.name
        return {"fi": name, "sv": name, "en": name}
    row = named.loc[region]
    fi = str(row["region_fi"])
    return {
        "fi": fi,
        "sv": fi if pd.isna(row["region_sv"]) else str(row["region_sv"]),
        "en": fi if pd.isna(row["region_en"]) else str(row["region_en"]),
    }


def _points(solved: Solved, site_times: TravelTimes, region: str | None, settings: Settings) -> pd.DataFrame:
    """Give the open points with the people they serve: all of them, people counted in the region only."""
    area, network = solved.area, solved.network
    nearest, seconds = site_times.nearest(network.open)
    people = area.cells["people"].to_numpy(dtype=np.int64)
    counted = np.ones(len(people), bool)
    if region:
        counted = (area.cells["region"] == region).fillna(False).to_numpy(dtype=bool)
    reached = counted & (nearest >= 0)
    served = np.bincount(nearest[reached], weights=people[reached], minlength=len(area.sites)).astype(np.int64)
    travel = np.bincount(nearest[reached], weights=people[reached] * (seconds[reached] / 60), minlength=len(area.sites))
    base = population_base(site_times, area.cells, minutes=settings.standard.minutes).to_numpy()
    rows = np.flatnonzero(network.open)
    sites = area.sites.iloc[rows]
    names = area.municipalities.set_index("municipality")
    existing = sites["status"] == "existing"
    with np.errstate(invalid="ignore"):
        mean = travel[rows] / served[rows]
    return pd.DataFrame(
        {
            "site": sites["site"],
            "name": sites["name"].fillna(sites["site"]),
            "municipality": sites["municipality"],
            "municipality_fi": sites["municipality"].map(names["name_fi"]),
            "municipality_sv": sites["municipality"].map(names["name_sv"].fillna(names["name_fi"])),
            "region": sites["region"],
            "x": sites["x"],
            "y": sites["y"],
            "status": np.where(existing, "existing", "new"),
            "required": (sites["status"] == "required").to_numpy(dtype=bool),
            "people_served": served[rows],
            "population_base": base[rows],
            "mean_minutes": mean,
            "below_base": base[rows] < settings.standard.known_population_base,
            "cost_eur_year": sites["cost_eur_year"],
            "source": sites["source"],
        }
    ).reset_index(drop=True)


def _offices(solved: Solved, area: Area, region: str | None) -> pd.DataFrame:
    offices = solved.offices
    names = area.municipalities.set_index("municipality")
    table = pd.DataFrame(
        {
            "office": offices["office"],
            "agency": offices["agency"],
            "name": offices["name"].fillna(offices["office"]),
            "municipality": offices["municipality"],
            "municipality_fi": offices["municipality"].map(names["name_fi"]),
            "municipality_sv": offices["municipality"].map(names["name_sv"].fillna(names["name_fi"])),
            "x": offices["x"],
            "y": offices["y"],
            "serves": offices["serves"],
            "visits_year": offices["visits_year"],
            "nearest_point": solved.office_minutes["nearest_point"].to_numpy(),
            "minutes_to_point": solved.office_minutes["minutes_to_point"].to_numpy(),
            "illustrative": offices["illustrative"].fillna(False).astype(bool),
        }
    )
    if region:
        table = table[(offices["region"] == region).fillna(False)]
    return table.reset_index(drop=True)
