"""Where a plan falls short of the known goals, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from tunti.findings import Message, Share, say

if TYPE_CHECKING:
    from tunti.plan.regional import RegionalPlan


def flags(plan: RegionalPlan, regions: pd.DataFrame) -> tuple[Message, ...]:
    """Say where a plan falls short of the known goals, or stands on less than a reader would expect.

    Parameters
    ----------
    plan : RegionalPlan
    regions : DataFrame
        All planned regions: ``region, region_fi``.

    Returns
    -------
    tuple of Message
    """
    standard, found = plan.settings.standard, []
    if plan.proposed.people_outside:
        found.append(
            say(
                "{n} people ({share}) stay more than {minutes} minutes by car from every point.",
                n=plan.proposed.people_outside,
                share=Share(1 - plan.proposed.share),
                minutes=standard.minutes,
            )
        )
    if standard.minutes != standard.known_minutes:
        found.append(
            say(
                "The plan is made for {minutes} minutes; the goal of the reform is {known} minutes.",
                minutes=standard.minutes,
                known=standard.known_minutes,
            )
        )
    if standard.share is None and standard.region_share is None:
        found.append(say("No share of people is set as a rule; no public source states one."))
    small = plan.points[plan.points["below_base"]]
    if len(small):
        found.append(
            say(
                "Points with fewer than {base} people within the standard ({n}): {names}.",
                n=len(small),
                base=standard.known_population_base,
                names=", ".join(small["name"]),
            )
        )
    empty = regions[~regions["region"].isin(plan.points["region"])]
    if plan.region is None and len(empty):
        found.append(say("Regions without a point of their own: {names}.", names=", ".join(empty["region_fi"])))
    if plan.region is not None and not len(plan.points):
        found.append(say("The region has no point of its own; points across its border serve it."))
    if not plan.network.proven:
        found.append(
            say("The network is not proven to be the best: the gap to the bound is {gap}.", gap=Share(plan.network.gap))
        )
    if plan.settings.project.regions_left_out:
        found.append(
            say(
                "Regions outside the reform are left out: {codes}.",
                codes=", ".join(plan.settings.project.regions_left_out),
            )
        )
    worse = plan.proposed.people_inside - plan.today.people_inside
    if worse < 0:
        found.append(
            say(
                "Compared with any agency's office today, {n} fewer people are within the standard.",
                n=-worse,
            )
        )
    return tuple(found)
