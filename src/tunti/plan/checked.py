"""A plan handed to the independent check: the border between the models' words and the checker's tables."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tunti.access.times import TravelTimes
from tunti.errors import InputError
from tunti.inputs.tables import Inputs
from tunti.plan.area import Area
from tunti.plan.duties import Services
from tunti.plan.regional import RegionalPlan
from tunti.plan.verify import Tables, verify
from tunti.plan.verify_service_access import verify_services
from tunti.plan.verify_services import Reach, ServiceTables
from tunti.settings import Settings


def verified(plan: RegionalPlan, area: Area) -> None:
    """Check a plan's tables independently; a plan that does not pass is not written.

    Parameters
    ----------
    plan : RegionalPlan
    area : Area

    Raises
    ------
    InputError
        The tables do not agree with each other or break a rule; its findings say where.
    """
    rules, asked, whole = plan.settings.standard, plan.settings.plan, plan.region is None
    proposed, points = plan.proposed, plan.all_points
    # A region's plan answers for its own sites and for the points across its border that serve it.
    sites = area.sites
    if not whole:
        sites = sites[(sites["region"] == plan.region).fillna(False) | sites["site"].isin(points["site"])]
    findings = verify(
        Tables(
            cells=proposed.cells,
            municipalities=proposed.municipalities,
            regions=proposed.regions,
            outside=proposed.outside,
            points=points,
            share=proposed.share,
            people=proposed.people,
            people_inside=proposed.people_inside,
            people_outside=proposed.people_outside,
            minutes=rules.minutes,
        ),
        sites=sites,
        share_at_least=rules.share if whole else None,
        region_share_at_least=rules.region_share,
        base_at_least=rules.population_base,
        points_at_most=asked.points,
        region_points=(asked.points_per_region_at_least, asked.points_per_region_at_most),
        budget_at_most=asked.budget_eur_year,
        kept=asked.keep_existing,
    )
    if findings:
        raise InputError(findings)


def services_verified(
    found: Services,
    area: Area,
    times: TravelTimes,
    office_times: TravelTimes,
    served: pd.DataFrame,
    served_place: NDArray[np.int64],
    inputs: Inputs,
    settings: Settings,
    region: str | None = None,
) -> None:
    """Check the tables of who serves where independently; a result that does not pass is not given.

    Parameters
    ----------
    found : Services
        With the points and offices of all planned regions.
    area : Area
    times : TravelTimes
        From cells to places.
    office_times : TravelTimes
        From offices to sites.
    served : DataFrame
        Offices that serve customers today.
    served_place : int64, shape (served,)
        Row of ``times`` of each.
    inputs : Inputs
    settings : Settings
    region : str, optional
        The region that was asked about alone.

    Raises
    ------
    InputError
        The tables do not agree or break a rule; its findings say where.
    """
    tables = service_tables(found, area, times, office_times, served, served_place, region)
    findings = verify_services(tables, inputs, settings, everyone=int(area.cells["people"].sum()))
    if findings:
        raise InputError(findings)


def service_tables(
    found: Services,
    area: Area,
    times: TravelTimes,
    office_times: TravelTimes,
    served: pd.DataFrame,
    served_place: NDArray[np.int64],
    region: str | None = None,
) -> ServiceTables:
    """Put a result into the checker's tables; parameters as :func:`services_verified`."""
    cells = area.cells[["cell", "people", "region", "municipality", "x", "y"]].assign(people_there=area.cells["people"])
    if region is not None:
        cells = cells.assign(people=cells["people"].where((cells["region"] == region).fillna(False), 0))
    places = np.array(times.sites, dtype=object)
    today = pd.DataFrame(
        {
            "office": served["office"].astype(str).to_numpy(),
            "mode_today": served["mode_today"].astype(str).to_numpy(),
            "place": places[served_place],
        }
    )
    return ServiceTables(
        points=found.points,
        duties=found.duties,
        offices=found.offices,
        access=found.access,
        groups=found.groups,
        services=found.services,
        cells=found.cells,
        languages=found.languages,
        money=found.money,
        objective=found.certificate.objective,
        bound=found.certificate.bound,
        gap=found.certificate.gap,
        people=cells,
        sites=area.sites,
        today=today,
        reach=_reach(times),
        from_offices=_reach(office_times),
        cutoff_minutes=times.cutoff_minutes,
        region=region,
    )


def _reach(times: TravelTimes) -> Reach:
    return Reach(times.sites, times.cells, times.indptr, times.cell, times.seconds)
