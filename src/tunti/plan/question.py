"""From tables and settings to the question that the location engine answers, and the same rules in words."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tunti.access.times import TravelTimes
from tunti.errors import TuntiError
from tunti.findings import Message, Share, say
from tunti.locale import N_
from tunti.location.problem import Goal, Limits, Problem, Rules, Status
from tunti.plan.area import Area
from tunti.settings import Settings

GOALS = {
    Goal.FEWEST: N_("the fewest points that keep the standard"),
    Goal.MOST_PEOPLE: N_("the most people within the standard with a given number of points"),
    Goal.LEAST_TRAVEL: N_("the least travel with a given number of points"),
    Goal.WORST_CASE: N_("the shortest longest trip with a given number of points"),
    Goal.BACKUP: N_("the most people with two points within the standard"),
    Goal.LEAST_COST: N_("the least cost of points and of travel together"),
}
"""What each goal asks for, in words."""

_NEED_POINTS = (Goal.MOST_PEOPLE, Goal.LEAST_TRAVEL, Goal.WORST_CASE, Goal.BACKUP)


def question(times: TravelTimes, area: Area, settings: Settings) -> tuple[Problem, Limits]:
    """Make the location problem of the planned area from its tables and the project's settings.

    Parameters
    ----------
    times : TravelTimes
        From the area's cells to the area's sites, in their order.
    area : Area
    settings : Settings

    Returns
    -------
    (Problem, Limits)

    Raises
    ------
    TuntiError
        A setting that the goal needs is missing; the message names it.
    """
    plan, standard = settings.plan, settings.standard
    goal = Goal(plan.goal)
    if goal in _NEED_POINTS and plan.points is None and plan.budget_eur_year is None:
        raise TuntiError(
            say(
                "The goal {goal} needs a number of points. Set plan.points in project.toml, or give --points.",
                goal=say(GOALS[goal]),
            )
        )
    cost = area.sites["cost_eur_year"].to_numpy(dtype=np.float64)
    needs_cost = goal is Goal.LEAST_COST or plan.budget_eur_year is not None
    if needs_cost and np.isnan(cost).any():
        missing = area.sites.loc[np.isnan(cost), "site"]
        raise TuntiError(
            say(
                "Cost and budget need the column cost_eur_year of the table sites; {n} sites lack it, first {site}.",
                n=len(missing),
                site=str(missing.iloc[0]),
            )
        )
    code = {r: i for i, r in enumerate(area.regions["region"])}

    def number(names: pd.Series) -> NDArray[np.int32]:
        return names.map(code).fillna(-1).to_numpy(dtype=np.int32)

    people, region = area.cells["people"].to_numpy(dtype=np.int64), number(area.cells["region"])
    region_share = {} if standard.region_share is None else dict.fromkeys(code.values(), standard.region_share)
    at_least, at_most = plan.points_per_region_at_least, plan.points_per_region_at_most
    rules = Rules(
        share=standard.share,
        region_share=region_share,
        population_base=standard.population_base,
        points=plan.points,
        region_points={}
        if at_least is None and at_most is None
        else dict.fromkeys(code.values(), (at_least or 0, len(area.sites) if at_most is None else at_most)),
        budget=None if plan.budget_eur_year is None else round(plan.budget_eur_year * 100),
        changes=plan.changes,
        keep_existing=plan.keep_existing,
    )
    problem = Problem(
        times=times,
        people=people,
        region=region,
        site_region=number(area.sites["region"]),
        status=tuple(Status(s) for s in area.sites["status"]),
        cost=np.nan_to_num(np.round(cost * 100)).astype(np.int64),
        goal=goal,
        minutes=standard.minutes,
        rules=rules,
        travel_cost=2 * plan.visits_per_person_year * plan.travel_eur_hour * 100 / 3600,
        second_goal=Goal.LEAST_TRAVEL
        if goal in (Goal.FEWEST, Goal.MOST_PEOPLE, Goal.BACKUP, Goal.WORST_CASE)
        else None,
        capacity=_capacity(area, people, settings) if plan.capacity else None,
    )
    return problem, Limits(gap=plan.gap, second_gap=plan.second_gap)


def _capacity(area: Area, people: NDArray[np.int64], settings: Settings) -> NDArray[np.int64]:
    """Turn visits that points can serve in a year into people; points without a capacity hold everyone."""
    visits = area.sites["capacity_visits_year"].to_numpy(dtype=np.float64)
    each = settings.plan.visits_per_person_year
    everyone = float(people.sum())
    room = np.full(len(visits), everyone) if each == 0 else np.floor(visits / each + 1e-9)
    return np.minimum(np.where(np.isnan(room), everyone, room), everyone).astype(np.int64)


def rules_in_words(problem: Problem, settings: Settings) -> tuple[Message, ...]:
    """Say the goal and every rule of a question in the planner's words.

    Parameters
    ----------
    problem : Problem
    settings : Settings

    Returns
    -------
    tuple of Message
        The goal first.
    """
    rules, minutes = problem.rules, problem.minutes
    words = [say("Goal: {goal}.", goal=say(GOALS[problem.goal]))]
    words.append(say("Standard: at most {minutes} minutes by car.", minutes=minutes))
    if rules.share is not None:
        words.append(say("At least {share} of people are within the standard.", share=Share(rules.share)))
    elif problem.goal is Goal.FEWEST and not rules.region_share:
        words.append(
            say("No share is set: everyone whom any allowed site can reach within the standard stays within it.")
        )
    if settings.standard.region_share is not None:
        share = Share(settings.standard.region_share)
        words.append(say("In every region at least {share} of people are within the standard.", share=share))
    if rules.population_base is not None:
        words.append(say("At least {n} people live within the standard of each point.", n=rules.population_base))
    if problem.capacity is not None:
        words.append(
            say(
                "A point serves no more people than its capacity holds, at {n} visits a year each.",
                n=f"{settings.plan.visits_per_person_year:g}",
            )
        )
    if rules.points is not None:
        words.append(say("Number of points in all planned regions together: {n}.", n=rules.points))
    if rules.region_points:
        low, high = next(iter(rules.region_points.values()))
        if low > 0:
            words.append(say("Every region has at least {n} points.", n=low))
        if settings.plan.points_per_region_at_most is not None:
            words.append(say("Every region has at most {n} points.", n=high))
    if rules.budget is not None:
        words.append(
            say("Points of all planned regions together cost at most {euros} € a year.", euros=rules.budget / 100)
        )
    if rules.changes is not None:
        words.append(say("Points that open or close in all planned regions together: at most {n}.", n=rules.changes))
    count = {s: sum(1 for t in problem.status if t is s) for s in Status}
    if count[Status.EXISTING]:
        template = (
            N_("Existing points stay open; in all planned regions together there are {n}.")
            if rules.keep_existing
            else N_("Existing points may close; in all planned regions together there are {n}.")
        )
        words.append(say(template, n=count[Status.EXISTING]))
    if count[Status.REQUIRED]:
        words.append(
            say("Sites that the input orders to open, in all planned regions together: {n}.", n=count[Status.REQUIRED])
        )
    if count[Status.FORBIDDEN]:
        words.append(say("Sites that must not open, in all planned regions together: {n}.", n=count[Status.FORBIDDEN]))
    if problem.second_goal is not None:
        words.append(say("Among the networks that are equally good, the one with the least travel is chosen."))
    return tuple(words)
