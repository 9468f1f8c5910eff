"""The best plans of points that serve so many people and no more; see :mod:`tunti.location.capacity_form`."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tunti.findings import Message, say
from tunti.location.capacity_form import Found, Programme, pairs_of
from tunti.location.form import Best
from tunti.location.miss import CLOSED
from tunti.location.problem import Goal, Limits, Problem
from tunti.location.rules import site_states

SECOND_GOAL_PAIRS = 150_000
"""With more pairs the second goal is left out: its relaxation alone would take longer than the whole first goal."""


def binding(problem: Problem) -> bool:
    """Tell whether some site may reach more people than it can serve; otherwise capacities say nothing."""
    assert problem.capacity is not None
    t, allowed = problem.times, site_states(problem) != CLOSED
    site = np.repeat(np.arange(len(t.sites)), np.diff(t.indptr))
    reach = np.bincount(site, weights=problem.people[t.cell].astype(float), minlength=len(t.sites))
    return bool((allowed & (problem.capacity < reach)).any())


@dataclass(frozen=True, eq=False)
class Answer:
    """The best plan found (or None), the bound, the second goal's value and bound, and what was done."""

    opened: NDArray[np.bool_] | None
    bound: float
    second: tuple[Goal, float, float, float] | None
    interrupted: bool
    steps: tuple[tuple[str, str], ...]


def answer(
    problem: Problem,
    limits: Limits,
    second: Goal | None,
    left: Callable[[], float | None],
    tell: Callable[[float, float], None],
) -> Answer:
    """Find the best plan under capacities, then the best by the second goal among those.

    Parameters
    ----------
    problem : Problem
    limits : Limits
    second : Goal, optional
    left : callable
        Seconds that are left, None where no clock is set.
    tell : callable
        Called with the best value and the bound.

    Returns
    -------
    Answer
        Without a plan where the rules conflict (the bound is then infinite) or the limits came first.
    """
    within = None
    if problem.goal is Goal.WORST_CASE:
        found, within = _shortest(problem, limits, left, tell)
        size = "bisection"
    else:
        programme = Programme(problem, problem.goal)
        found = programme.solve(limits, gap=limits.gap, seconds=left())
        size = f"{len(programme.pairs.people)} groups, {len(programme.pairs.group)} pairs"
    steps = [("capacities", size), ("exact", f"{found.nodes} nodes")]
    opened = found.opened
    if opened is None or second is None or found.interrupted:
        return Answer(opened, found.bound, None, found.interrupted, tuple(steps))
    value = value_with_capacity(problem, problem.goal, opened)
    tell(value, min(found.bound, value))
    then = Programme(problem, second, best=Best(problem.goal, value, int(opened.sum())), within=within)
    if len(then.pairs.group) > SECOND_GOAL_PAIRS:
        steps.append(("second goal", f"left out, {len(then.pairs.group)} pairs"))
        return Answer(opened, found.bound, None, False, tuple(steps))
    better = then.solve(limits, gap=limits.second_gap, seconds=left())
    if better.opened is not None:
        kept = value_with_capacity(problem, problem.goal, better.opened)
        opened = better.opened if kept <= value * (1 + 1e-9) + 1e-6 else opened
    value2 = then.value(opened)
    bound2 = min(better.bound, value2)
    steps.append(("second goal", f"{better.nodes} nodes"))
    gap2 = abs(value2 - bound2) / max(abs(value2), 1.0)
    return Answer(opened, found.bound, (second, value2, bound2, gap2), better.interrupted, tuple(steps))


def _steps(problem: Problem) -> NDArray[np.int64]:
    """List the trips that occur, in seconds."""
    pairs = pairs_of(problem, site_states(problem), trips=True)
    return np.unique(pairs.seconds).astype(np.int64)


def _shortest(
    problem: Problem, limits: Limits, left: Callable[[], float | None], tell: Callable[[float, float], None]
) -> tuple[Found, int | None]:
    """Find the shortest longest trip by bisection: does a plan serve all whom a site reaches within so many seconds."""
    steps = _steps(problem)
    low, high, nodes, excluded = 0, len(steps), 0, -1
    opened: NDArray[np.bool_] | None = None
    interrupted = False
    while low < high and not interrupted:
        middle = (low + high) // 2
        programme = Programme(problem, Goal.WORST_CASE, within=int(steps[middle]))
        found = programme.solve(limits, gap=0.0, seconds=left())
        nodes, interrupted = nodes + found.nodes, found.interrupted
        if found.opened is not None and programme.value(found.opened) < 0.5:
            opened, high = found.opened, middle
        else:
            if found.bound >= 0.5:  # else the limits came first: no plan was found, and none is excluded
                excluded = max(excluded, middle)
            low = middle + 1
        tell(float(steps[min(high, len(steps) - 1)]), float(steps[excluded + 1]) if excluded + 1 < len(steps) else 0.0)
    if opened is None:  # nobody can be sure of room, so all plans that keep the rules are alike
        alike = float(problem.far_seconds) if len(steps) else 0.0
        found = Programme(problem, Goal.MOST_PEOPLE).solve(limits, gap=0.0, seconds=left())
        bound = math.inf if found.opened is None and found.bound == math.inf else alike
        return Found(found.opened, bound, nodes + found.nodes, interrupted or found.interrupted), None
    return Found(opened, float(steps[excluded + 1]), nodes, interrupted), int(steps[high])


def value_with_capacity(problem: Problem, goal: Goal, opened: NDArray[np.bool_]) -> float:
    """Evaluate a plan under capacities: people are shared among its points as well as the goal and the rules allow.

    Parameters
    ----------
    problem : Problem
    goal : Goal
    opened : bool, shape (sites,)

    Returns
    -------
    float
        Points, people missed, person-seconds, seconds or cents; ``inf`` where a rule cannot be kept.
    """
    if goal is not Goal.WORST_CASE:
        return Programme(problem, goal).value(opened)
    steps = _steps(problem)
    if not len(steps):
        return 0.0
    low, high = 0, len(steps)
    while low < high:
        middle = (low + high) // 2
        if Programme(problem, goal, within=int(steps[middle])).value(opened) < 0.5:
            high = middle
        else:
            low = middle + 1
    return float(steps[high] if high < len(steps) else problem.far_seconds)


def room_needed(problem: Problem, limits: Limits) -> list[Message]:
    """Say how much more room the rules need, where capacities are what stands in their way.

    Parameters
    ----------
    problem : Problem
        One whose rules can be kept without capacities.
    limits : Limits

    Returns
    -------
    list of Message
    """
    assert problem.capacity is not None
    programme = Programme(problem, problem.goal, short=True)
    found = programme.solve(limits, gap=0.01, seconds=None)
    if found.opened is None:
        return [say("The points have too little room for these rules."), _REMEDY]
    reach = np.bincount(
        programme.pairs.site, weights=programme.pairs.people[programme.pairs.group], minlength=programme.sites
    )
    room = np.minimum(problem.capacity, reach)
    more = programme.spare(found.opened)
    at = np.argsort(-more, kind="stable")
    at = at[more[at] > 0.5][:10]
    return [
        say(
            "The points have too little room for these rules: at least {people} more people must find room.",
            people=math.ceil(found.bound - 1e-6),
        ),
        *[
            say(
                "- {site}: {room} people fit, {more} more would be served there",
                site=problem.times.sites[j],
                room=int(room[j]),
                more=math.ceil(more[j] - 1e-6),
            )
            for j in at
        ],
        _REMEDY,
    ]


_REMEDY = say("Raise these capacities, allow more sites, or loosen the rules.")
