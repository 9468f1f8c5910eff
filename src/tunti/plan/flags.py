"""Where a plan falls short of the known goals, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from tunti.findings import Message, Share, say
from tunti.locale import N_

if TYPE_CHECKING:
    from tunti.plan.regional import RegionalPlan

SMALL = N_("Points with fewer than {base} people within the standard ({n}): {names}.")
EMPTY = N_("Regions without a point of their own: {names}.")
LEFT_OUT = N_("Regions outside the reform are left out: {names}.")
"""Sentences with names: a reader in another language puts their own in."""


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
                N_("{n} person ({share}) stays more than {minutes} minutes by car from every point.")
                if plan.proposed.people_outside == 1
                else N_("{n} people ({share}) stay more than {minutes} minutes by car from every point."),
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
    both = plan.today.regions.merge(plan.proposed.regions, on="region", suffixes=("_today", ""))
    lower = both[both["share"] < both["share_today"] - 5e-5]
    if len(lower):
        found.append(
            say(
                "Regions where a smaller share of people is within the standard than today: {names}.",
                names=", ".join(lower["region_fi"]),
            )
        )
    small = plan.points[plan.points["below_base"]]
    if len(small):
        found.append(
            say(
                SMALL,
                n=len(small),
                base=standard.known_population_base,
                names=", ".join(small["name"]),
            )
        )
    empty = regions[~regions["region"].isin(plan.points["region"])]
    if plan.region is None and len(empty):
        found.append(say(EMPTY, names=", ".join(empty["region_fi"])))
    if plan.region is not None and not len(plan.points):
        found.append(say("The region has no point of its own; points across its border serve it."))
    if not plan.network.proven:
        found.append(
            say("The network is not proven to be the best: the gap to the bound is {gap}.", gap=Share(plan.network.gap))
        )
    if plan.settings.project.regions_left_out:
        found.append(say(LEFT_OUT, names=", ".join(_left_out(plan))))
    worse = plan.proposed.people_inside - plan.today.people_inside
    if worse < 0:
        found.append(
            say(
                N_("Compared with any agency's office today, {n} person fewer is within the standard.")
                if worse == -1
                else N_("Compared with any agency's office today, {n} fewer people are within the standard."),
                n=-worse,
            )
        )
    return tuple(found)


def _left_out(plan: RegionalPlan) -> list[str]:
    """Name the regions that the settings leave out, by their code where the input does not have them."""
    known = plan.left_out
    names = {} if known is None else dict(zip(known["region"], known["region_fi"], strict=True))
    return [str(names.get(code, code)) for code in plan.settings.project.regions_left_out]
