"""A plan handed to the independent check: the border between the models' words and the checker's tables."""

from __future__ import annotations

from tunti.errors import InputError
from tunti.plan.area import Area
from tunti.plan.regional import RegionalPlan
from tunti.plan.verify import Tables, verify


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
