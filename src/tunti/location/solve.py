"""Find the network: the one place of this layer that talks to the solver."""

from __future__ import annotations

import contextlib
import ctypes
import math
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import highspy
import numpy as np
from numpy.typing import NDArray

from tunti.errors import Infeasible, TuntiError
from tunti.findings import Message, say
from tunti.location.exact import Programme, programme
from tunti.location.form import Best, Question, question
from tunti.location.miss import OPEN
from tunti.location.problem import Goal, Limits, Network, Problem
from tunti.location.rules import check_rows, seconds_of, site_rows, site_states

Progress = Callable[[Message, float, "float | None", "float | None"], None]
"""What is being done, how far it is (0 to 1), best value so far, bound so far."""


DEFAULT = Limits()
"""Limits that suit a region; the country's questions end well within them too."""


@dataclass(frozen=True, eq=False)
class Answer:
    """What the solver said of one question."""

    open: NDArray[np.bool_]
    bound: float
    nodes: int
    ended: bool


def _quiet_highs() -> Any:
    """Make a solver without its banner, which goes to the process's output before any option can stop it."""
    sys.stdout.flush()
    kept = os.dup(1)
    null = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(null, 1)
        h: Any = highspy.Highs()  # type: ignore[no-untyped-call]
        h.setOptionValue("output_flag", False)
        with contextlib.suppress(OSError, TypeError, AttributeError):
            ctypes.CDLL(None).fflush(None)
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(null)
    return h


def _run(p: Programme, limits: Limits, gap: float, *, integral: bool, seconds: float | None) -> Answer | None:
    """Solve a programme with HiGHS, one thread; None means that it has no solution.

    The objective is scaled so that the solver's absolute tolerances mean little against it.
    """
    if p.columns == 0:
        kept = bool((p.low <= 1e-9).all() and (p.high >= -1e-9).all())
        return Answer(np.empty(0, bool), p.offset, 0, False) if kept else None
    scale = max(1.0, float(np.abs(p.objective).sum()) / 1e6)
    if integral and p.objective.max(initial=0) <= 1:
        scale = 1.0
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = p.columns, len(p.low)
    lp.col_cost_ = p.objective / scale
    lp.col_lower_ = np.zeros(p.columns)
    lp.col_upper_ = p.upper
    lp.row_lower_ = np.where(np.isinf(p.low), -highspy.kHighsInf, p.low)
    lp.row_upper_ = np.where(np.isinf(p.high), highspy.kHighsInf, p.high)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = p.start, p.index, p.value
    kinds = [highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger]
    lp.integrality_ = [kinds[i] for i in p.integer.astype(int)]
    h = _quiet_highs()
    options: dict[str, Any] = {
        "output_flag": False,
        "threads": 1,
        "random_seed": limits.seed,
        "mip_rel_gap": gap,
        "mip_abs_gap": 0.999 if integral and scale == 1.0 else 1e-6,
        "mip_feasibility_tolerance": 1e-7,
        "mip_max_nodes": limits.nodes,
        "time_limit": highspy.kHighsInf if seconds is None else max(0.1, seconds),
    }
    for key, value in options.items():
        h.setOptionValue(key, value)
    h.passModel(lp)
    h.run()
    status = h.getModelStatus()
    if status in (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible):
        return None
    info = h.getInfo()
    if info.primal_solution_status != 2:
        raise TuntiError(
            say("No network was found within the limits; allow more nodes or more time, or loosen the rules.")
        )
    x = np.asarray(h.getSolution().col_value)
    bound = info.mip_dual_bound if p.integer.any() else info.objective_function_value
    return Answer(
        x[: len(p.free)] > 0.5,
        bound * scale + p.offset,
        max(0, int(info.mip_node_count)),
        status not in (highspy.HighsModelStatus.kOptimal,),
    )


def _answer(q: Question, limits: Limits, gap: float, seconds: float | None) -> Answer | None:
    """Solve a question; the answer's ``open`` has one entry per site."""
    p = programme(q.form)
    found = _run(p, limits, gap, integral=q.form.integral, seconds=seconds)
    if found is None:
        return None
    opened = q.form.state == OPEN
    opened[p.free[found.open]] = True
    bound = math.ceil(found.bound - 1e-6 * max(1.0, abs(found.bound) * 1e-3)) if q.form.integral else found.bound
    return Answer(opened, float(bound), found.nodes, found.ended)


def value_of(problem: Problem, goal: Goal, opened: NDArray[np.bool_]) -> float:
    """Evaluate a network on the travel times themselves, whatever a solver said of it.

    Parameters
    ----------
    problem : Problem
    goal : Goal
    opened : bool, shape (sites,)

    Returns
    -------
    float
        Points, people missed, person-seconds, seconds or cents, as in :class:`~tunti.location.problem.Network`.
    """
    if goal is Goal.FEWEST:
        return float(opened.sum())
    standard = seconds_of(problem.minutes)
    people = problem.people
    if goal is Goal.BACKUP:
        count = np.zeros(len(people), np.int64)
        t = problem.times
        for j in np.flatnonzero(opened):
            row = slice(t.indptr[j], t.indptr[j + 1])
            count[t.cell[row][t.seconds[row] <= standard]] += 1
        return float(people[count < 2].sum())
    site, near = problem.times.nearest(opened)
    if goal is Goal.MOST_PEOPLE:
        return float(people[(site < 0) | (near > standard)].sum())
    far = problem.far_seconds
    trip = np.where(site >= 0, np.minimum(near.astype(np.int64), far), far)
    if goal is Goal.WORST_CASE:
        allowed = site_states(problem) >= 0
        reached = problem.times.nearest(allowed)[0] >= 0
        return float(trip[reached & (people > 0)].max(initial=0))
    travel = int((trip * people).sum())
    if goal is Goal.LEAST_COST:
        return float(problem.cost[opened].sum()) + problem.travel_cost * travel
    return float(travel)


def second_goal_of(problem: Problem) -> Goal | None:
    """Tell which second goal a problem has: least travel among the fewest unless something else is said."""
    if problem.second_goal is problem.goal:
        return None
    if problem.second_goal is None and problem.goal is Goal.FEWEST:
        return Goal.LEAST_TRAVEL
    return problem.second_goal


def locate(problem: Problem, limits: Limits = DEFAULT, *, progress: Progress | None = None) -> Network:
    """Find the best network for a goal under the rules, and say what is proven about it.

    Cells with equal sets of sites are merged exactly, then the rest is solved as a mixed integer programme. A second
    goal is pursued among the networks that keep the first goal's value and number of points.

    Parameters
    ----------
    problem : Problem
    limits : Limits
        Work limits; ``gap`` and ``second_gap`` say when it is good enough.
    progress : callable, optional
        Called with what is being done, how far it is (0 to 1), the best value and the bound.

    Returns
    -------
    Network

    Raises
    ------
    Infeasible
        No network keeps all the rules; the reasons say which conflict.
    TuntiError
        The limits ended the search before any network was found.
    """
    started = time.perf_counter()
    tell: Progress = progress or (lambda what, done, best, bound: None)
    steps: list[tuple[str, str]] = []

    def left() -> float | None:
        return None if limits.seconds is None else limits.seconds - (time.perf_counter() - started)

    tell(say("Merging cells with the same sites"), 0.0, None, None)
    if problem.goal is Goal.WORST_CASE:
        found, value, within = _worst_case(problem, limits, tell, steps, left)
    else:
        q = question(problem, problem.goal)
        steps.append(("merged", f"{q.merged[0]} cells to {q.merged[1]} sets"))
        tell(say("Solving"), 0.1, None, None)
        answer = _answer(q, limits, limits.gap, left())
        if answer is None:
            raise Infeasible(_conflict(problem, q, limits))
        found, within = answer, None
        value = value_of(problem, problem.goal, found.open)
        steps.append(("solver", f"HiGHS, {found.nodes} nodes"))
    bound = min(found.bound, value)
    gap = abs(value - bound) / max(abs(value), 1.0)
    second = None
    goal2 = second_goal_of(problem)
    ended = found.ended
    if goal2 is not None:
        tell(say("Improving by the second goal"), 0.5, value, bound)
        best = Best(problem.goal, value, int(found.open.sum()))
        q2 = question(problem, goal2, best=best, within=within)
        answer2 = _answer(q2, limits, limits.second_gap, left())
        if answer2 is not None:
            first = value_of(problem, goal2, found.open)
            now = value_of(problem, goal2, answer2.open)
            if now <= first:
                found = replace(found, open=answer2.open)
            now = min(now, first)
            bound2 = min(answer2.bound, now)
            second = (goal2, now, bound2, abs(now - bound2) / max(abs(now), 1.0))
            ended = ended or answer2.ended
            steps.append(("second goal", f"{q2.merged[1]} terms, {answer2.nodes} nodes"))
    opened = found.open
    people = int(problem.people.sum()) - int(value_of(problem, Goal.MOST_PEOPLE, opened))
    tell(say("Done"), 1.0, value, bound)
    return Network(
        points=tuple(s for s, o in zip(problem.times.sites, opened, strict=True) if o),
        open=opened,
        goal=problem.goal,
        objective=value,
        bound=bound,
        gap=gap,
        proven=gap <= 1e-9,
        second=second,
        share=people / max(int(problem.people.sum()), 1),
        people=people,
        seconds=time.perf_counter() - started,
        interrupted=ended and limits.seconds is not None,
        steps=tuple(steps),
    )


def _worst_case(
    problem: Problem,
    limits: Limits,
    tell: Progress,
    steps: list[tuple[str, str]],
    left: Callable[[], float | None],
) -> tuple[Answer, float, int | None]:
    """Find the shortest longest trip by bisection over the trips that occur."""
    allowed = site_states(problem) >= 0
    check_rows(problem, site_states(problem), site_rows(problem, site_states(problem)))
    floor = value_of(problem, Goal.WORST_CASE, allowed)
    trips = np.unique(problem.times.seconds).astype(int)
    trips = trips[(trips >= floor) & (trips < problem.far_seconds)]
    low, high = 0, len(trips)
    best: Answer | None = None
    nodes = 0
    while low < high:
        mid = (low + high) // 2
        tell(say("Trying a longest trip of {minutes} minutes", minutes=round(trips[mid] / 60, 1)), 0.2, None, None)
        answer = _answer(question(problem, Goal.FEWEST, within=int(trips[mid])), limits, math.inf, left())
        if answer is None:
            low = mid + 1
        else:
            nodes += answer.nodes
            best = answer
            reached = value_of(problem, Goal.WORST_CASE, answer.open)
            high = min(mid, int(np.searchsorted(trips, reached)))
    steps.append(("solver", f"HiGHS, bisection over {len(trips)} trips, {nodes} nodes"))
    if best is None:
        q = question(problem, Goal.MOST_PEOPLE)
        answer = _answer(q, limits, limits.gap, left())
        if answer is None:
            raise Infeasible(_conflict(problem, q, limits))
        value = value_of(problem, Goal.WORST_CASE, answer.open)
        return replace(answer, bound=value), value, None
    value = value_of(problem, Goal.WORST_CASE, best.open)
    return replace(best, bound=value), value, int(value)


def _conflict(problem: Problem, q: Question, limits: Limits) -> list[Message]:
    """Name rules that conflict: a set of which none can be left out (deletion filter)."""
    left = set(range(q.form.rows))
    for r in range(q.form.rows):
        out = frozenset(range(q.form.rows)) - (left - {r})
        try:
            kept = _answer(question(problem, problem.goal, relaxed=out), limits, math.inf, None)
        except Infeasible:
            kept = None
        if kept is None:
            left.discard(r)
    reasons = [say("No network keeps these rules together:")]
    reasons += [say("- {rule}", rule=q.names[r]) for r in sorted(left)]
    reasons.append(say("Give up or loosen any one of them."))
    return reasons
