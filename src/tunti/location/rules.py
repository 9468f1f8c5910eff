"""Rules of a network as bounds on sites and terms, each with its name in a planner's words."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tunti.errors import Infeasible
from tunti.findings import Message, say
from tunti.location.miss import CLOSED, FREE, OPEN
from tunti.location.problem import Goal, Problem, Status

RuleKind = Literal[
    "share",
    "region_share",
    "points",
    "points_at_least",
    "region_points",
    "budget",
    "changes",
    "everyone",
    "best",
    "required",
]


@dataclass(frozen=True, eq=False)
class SiteRow:
    """A rule over sites: ``low <= sum of coef over the open sites <= high``."""

    kind: RuleKind
    name: Message
    coef: NDArray[np.float64]
    low: float
    high: float
    region: int | None = None


@dataclass(frozen=True, eq=False)
class ShareRow:
    """A rule over people: at most ``most_missed`` people of a region (-1: of all) are beyond the standard."""

    kind: RuleKind
    name: Message
    region: int
    most_missed: int
    people: int


def seconds_of(minutes: float) -> int:
    """Give the standard in whole seconds, as travel times are kept."""
    return math.floor(minutes * 60 + 1e-6)


def base_of_sites(problem: Problem) -> NDArray[np.int64]:
    """Count the people within the standard of each site, whatever else opens.

    Returns
    -------
    int64, shape (sites,)
    """
    t = problem.times
    site = np.repeat(np.arange(len(t.sites)), np.diff(t.indptr))
    near = t.seconds <= seconds_of(problem.minutes)
    base = np.bincount(site[near], weights=problem.people[t.cell[near]].astype(float), minlength=len(t.sites))
    return np.rint(base).astype(np.int64)


def existing_sites(problem: Problem) -> NDArray[np.bool_]:
    """Tell which sites are open today: those of status 'existing' and those that ``problem.open_today`` names."""
    now = np.array([s is Status.EXISTING for s in problem.status], bool)
    return now if problem.open_today is None else now | problem.open_today


def site_states(problem: Problem) -> NDArray[np.int8]:
    """Settle what the rules say of single sites: required, forbidden, kept, or too few people around.

    Returns
    -------
    int8, shape (sites,)
        1 must open, -1 must not, 0 free.

    Raises
    ------
    Infeasible
        A site must be open and must not at the same time.
    """
    state = np.full(len(problem.status), FREE)
    state[[s is Status.REQUIRED for s in problem.status]] = OPEN
    if problem.rules.keep_existing:
        state[[s is Status.EXISTING for s in problem.status]] = OPEN
    state[[s is Status.FORBIDDEN for s in problem.status]] = CLOSED
    least = problem.rules.population_base
    if least is not None:
        base = base_of_sites(problem)
        short = base < least
        bad = np.flatnonzero(short & (state == OPEN))
        if len(bad):
            raise Infeasible(
                [
                    say(
                        "{site} must be open, but only {people} people live within {minutes} minutes of it and the"
                        " population base asks for {base}.",
                        site=problem.times.sites[j],
                        people=int(base[j]),
                        minutes=plain(problem.minutes),
                        base=int(least),
                    )
                    for j in bad[:20]
                ]
                + [
                    say(
                        "Lower the population base to {base}, or do not require these sites.",
                        base=int(base[bad].min()),
                    )
                ]
            )
        state[short] = CLOSED
    return state


def plain(number: float) -> str:
    """Write a number without needless decimals."""
    return f"{number:.4f}".rstrip("0").rstrip(".")


def exactly(points: int) -> Message:
    """Say how many points there must be."""
    return say("exactly one point") if points == 1 else say("exactly {n} points", n=points)


def at_most(points: int) -> Message:
    """Say how many points there may be."""
    return say("at most one point") if points == 1 else say("at most {n} points", n=points)


def site_rows(problem: Problem, state: NDArray[np.int8]) -> list[SiteRow]:
    """Turn the rules on numbers, money and changes into rows over sites."""
    rules, n = problem.rules, len(problem.status)
    one = np.ones(n)
    rows: list[SiteRow] = []
    exact = problem.goal in (Goal.FEWEST, Goal.LEAST_COST)
    if rules.points is not None:
        low = float(rules.points) if exact else -math.inf
        name = exactly(rules.points) if exact else at_most(rules.points)
        rows.append(SiteRow("points", name, one, low, float(rules.points)))
    if rules.points_at_least is not None:
        few = rules.points_at_least == 1
        name = say("at least one point") if few else say("at least {n} points", n=rules.points_at_least)
        rows.append(SiteRow("points_at_least", name, one, float(rules.points_at_least), math.inf))
    for region, (low_r, high_r) in sorted(rules.region_points.items()):
        name = say("{low} to {high} points in region {region}", low=low_r, high=high_r, region=region)
        coef = (problem.site_region == region).astype(float)
        rows.append(SiteRow("region_points", name, coef, float(low_r), float(high_r), region))
    if rules.budget is not None:
        name = say("a budget of {euros} euros a year", euros=plain(rules.budget / 100))
        rows.append(SiteRow("budget", name, problem.cost.astype(float), -math.inf, float(rules.budget)))
    if rules.changes is not None:
        now = existing_sites(problem)
        single = rules.changes == 1
        name = say("at most one change", n=1) if single else say("at most {n} changes", n=rules.changes)
        rows.append(
            SiteRow("changes", name, np.where(now, -1.0, 1.0), -math.inf, float(rules.changes - int(now.sum())))
        )
    return rows


def share_rows(problem: Problem) -> list[ShareRow]:
    """Turn the rules on shares of people into the number of people who may be missed."""
    rules = problem.rules
    rows: list[ShareRow] = []
    minutes = plain(problem.minutes)
    if rules.share is not None:
        total = int(problem.people.sum())
        name = say("{share} % of all people within {minutes} minutes", share=plain(rules.share * 100), minutes=minutes)
        rows.append(ShareRow("share", name, -1, total - needed(rules.share, total), total))
    for region, share in sorted(rules.region_share.items()):
        total = int(problem.people[problem.region == region].sum())
        name = say(
            "{share} % of the people of region {region} within {minutes} minutes",
            share=plain(share * 100),
            region=region,
            minutes=minutes,
        )
        rows.append(ShareRow("region_share", name, region, total - needed(share, total), total))
    return rows


def needed(share: float, people: int) -> int:
    """Count the people that a share asks for, rounded up to whole people."""
    return min(people, math.ceil(share * people - 1e-6))


def check_rows(problem: Problem, state: NDArray[np.int8], rows: list[SiteRow]) -> None:
    """Refuse rows over sites that no choice of the free sites can keep, one sentence for each.

    Raises
    ------
    Infeasible
    """
    reasons = []
    for row in rows:
        free = row.coef[state == FREE]
        base = float(row.coef[state == OPEN].sum())
        least, most = base + float(np.minimum(free, 0).sum()), base + float(np.maximum(free, 0).sum())
        if least > row.high + 1e-6:
            reasons.append(
                say(
                    "The rule '{rule}' cannot be kept: the sites that must open already come to {value}.",
                    rule=row.name,
                    value=_said(row, least),
                )
            )
        elif most < row.low - 1e-6:
            reasons.append(
                say(
                    "The rule '{rule}' cannot be kept: the sites that may open come to {value} at most.",
                    rule=row.name,
                    value=_said(row, most),
                )
            )
    if reasons:
        raise Infeasible([*reasons, say("Change this rule, or what is said of the sites.")])


def _said(row: SiteRow, value: float) -> str:
    """Write the value of a row in the unit in which its rule is given."""
    if row.kind == "budget":
        return plain(value / 100)
    if row.kind == "changes":
        return plain(value - row.high + float(dict(row.name.values)["n"]))
    return plain(value)


def check_shares(problem: Problem, reached: NDArray[np.bool_], shares: list[ShareRow]) -> None:
    """Refuse shares that even all allowed sites together do not reach.

    Parameters
    ----------
    problem : Problem
    reached : bool, shape (cells,)
        Cells that some allowed site reaches within the standard.
    shares : list of ShareRow

    Raises
    ------
    Infeasible
    """
    reasons = []
    for row in shares:
        mask = np.ones(len(reached), bool) if row.region < 0 else problem.region == row.region
        missed = int(problem.people[mask & ~reached].sum())
        if missed > row.most_missed:
            reach = math.floor((row.people - missed) / max(row.people, 1) * 1e4) / 100
            reasons.append(
                say(
                    "The rule '{rule}' cannot be kept: with every allowed site open the share is {reach} %,"
                    " and {people} people stay outside.",
                    rule=row.name,
                    reach=plain(reach),
                    people=missed,
                )
            )
    if reasons:
        raise Infeasible([*reasons, say("Lower this share, allow more minutes, or allow more sites.")])
