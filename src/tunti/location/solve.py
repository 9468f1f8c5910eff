"""Find the network: the one place of this layer that talks to the solver."""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tunti.errors import Infeasible, TuntiError
from tunti.findings import say
from tunti.location.capacity import answer, binding, room_needed, value_with_capacity
from tunti.location.conflict import conflict
from tunti.location.covering import cover, covers_only
from tunti.location.engine import Exact, Progress, Pursuit, Rest, pursue
from tunti.location.form import Best, question
from tunti.location.miss import MissForm
from tunti.location.polish import polish
from tunti.location.problem import Goal, Limits, Network, Problem
from tunti.location.rest import solve_form
from tunti.location.rules import check_rows, seconds_of, site_rows, site_states

DEFAULT = Limits()
"""Limits that suit a region; the country's questions end well within them too."""


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
    if problem.capacity is not None:
        return value_with_capacity(problem, goal, opened)
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


def locate(
    problem: Problem,
    limits: Limits = DEFAULT,
    *,
    progress: Progress | None = None,
    known: NDArray[np.bool_] | Network | None = None,
) -> Network:
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

    known : bool, shape (sites,), or Network, optional
        A plan to start from, such as the answer before a rule was changed; it need not keep the rules. Of a network
        the relaxed plan and the rules' prices are a start too.

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
    with _one_thread():
        return _locate(problem, limits, progress, known)


SECOND_GOAL_NODES = 1
"""Most branch-and-bound nodes of a second goal, for the same reason."""

SECOND_GOAL_TERMS = 12_000
"""Terms that may be left of a second goal for the exact solver; with more, the search's plan and its gap are given."""


def _one_thread() -> contextlib.AbstractContextManager[object]:
    """Keep linear algebra to one thread: quicker at these sizes on a busy machine, and the same to the last bit."""
    try:
        from threadpoolctl import threadpool_limits  # type: ignore[import-untyped,unused-ignore]
    except ImportError:
        return contextlib.nullcontext()
    limited: contextlib.AbstractContextManager[object] = threadpool_limits(1, "blas")
    return limited


def _locate(
    problem: Problem, limits: Limits, progress: Progress | None, start: NDArray[np.bool_] | Network | None
) -> Network:
    """Find the network; see :func:`locate`."""
    known, warm = (start.open, start.relaxed) if isinstance(start, Network) else (start, None)
    started = time.perf_counter()
    tell: Progress = progress or (lambda what, done, best, bound: None)
    steps: list[tuple[str, str]] = []

    def left() -> float | None:
        return None if limits.seconds is None else limits.seconds - (time.perf_counter() - started)

    def exact(form: MissForm, *, known: NDArray[np.bool_] | None, gap: float, nodes: int | None = None) -> Rest:
        if covers_only(form) and not form.impossible():
            most = limits.nodes if nodes is None else min(nodes, limits.nodes)
            return _cover(form, known, gap, most, limits.seed, tell, late)
        return solve_form(form, limits, known=known, gap=gap, seconds=left(), nodes=nodes)

    def exact_if_small(
        form: MissForm, *, known: NDArray[np.bool_] | None, gap: float, nodes: int | None = None
    ) -> Rest:
        # The second goal only picks among equals: its stated gap is worth seconds, not minutes.
        if form.terms > SECOND_GOAL_TERMS:
            return Rest(None, -np.inf, 0, ended=True)
        return exact(form, known=known, gap=gap, nodes=nodes)

    def loosely(form: MissForm, gap: float) -> Rest:
        return solve_form(form, limits, gap=gap)

    def late() -> bool:
        remaining = left()
        return remaining is not None and remaining <= 0

    if problem.capacity is not None and not binding(problem):
        problem = replace(problem, capacity=None)
    if problem.capacity is not None:
        tell(say("Sharing people among points with room"), 0.1, None, None)
        return _with_capacity(problem, limits, left, tell, started)
    within = None
    if problem.goal is Goal.WORST_CASE:
        now, within = _worst_case(problem, limits, exact, tell)
    else:
        now, asked = pursue(
            problem,
            problem.goal,
            exact,
            limits,
            lambda opened: value_of(problem, problem.goal, opened),
            gap=limits.gap,
            known=known,
            warm=warm,
            tell=tell,
            out_of_time=late,
        )
        if now.infeasible:
            raise Infeasible(conflict(problem, asked, loosely))
    steps += now.steps
    if now.opened is None:
        raise TuntiError(_NONE_FOUND)
    value, opened = now.value, now.opened
    bound = min(now.bound, value)
    second = None
    goal2 = second_goal_of(problem)
    interrupted = now.interrupted or late()
    try:
        if goal2 is not None:
            tell(say("Improving by the second goal"), 0.5, value, bound)
            opened, second, then = _second_goal(
                problem, goal2, opened, value, within, limits, exact_if_small, tell, late
            )
            interrupted = interrupted or then.interrupted or late()
            steps += [(f"second goal: {what}", how) for what, how in then.steps]
        tell(say("Done"), 1.0, value, bound)
    except KeyboardInterrupt:
        interrupted = True  # what the first goal has found and proven stays
    return network_of(
        problem,
        opened,
        bound=bound,
        second=second,
        seconds=time.perf_counter() - started,
        interrupted=interrupted,
        steps=tuple(steps),
        relaxed=None if now.relaxed is None or now.price is None else (now.relaxed.y, now.price),
    )


def _second_goal(
    problem: Problem,
    goal: Goal,
    opened: NDArray[np.bool_],
    value: float,
    within: int | None,
    limits: Limits,
    exact: Exact,
    tell: Progress,
    late: Callable[[], bool],
) -> tuple[NDArray[np.bool_], tuple[Goal, float, float, float], Pursuit]:
    """Improve a plan by the second goal; give the plan, the goal's value, bound and gap, and how it went."""
    best = Best(problem.goal, value, int(opened.sum()))
    if goal is Goal.LEAST_TRAVEL and within is None:
        opened = polish(problem, opened)
    then, _ = pursue(
        problem,
        goal,
        exact,
        replace(limits, nodes=min(limits.nodes, SECOND_GOAL_NODES)),
        lambda plan: value_of(problem, goal, plan),
        gap=limits.second_gap,
        best=best,
        within=within,
        known=opened,
        tell=tell,
        out_of_time=late,
    )
    reached = value_of(problem, goal, opened)
    if then.opened is not None and then.value <= reached:
        opened, reached = then.opened, then.value
    if abs(reached - then.bound) > limits.second_gap * max(abs(reached), 1.0) and within is None:
        polished = polish(problem, opened)
        swapped = value_of(problem, goal, polished)
        if swapped < reached:
            opened, reached = polished, swapped
            then.steps.append(("swaps", f"to {reached:.6g}"))
    bound = min(then.bound, reached)
    return opened, (goal, reached, bound, abs(reached - bound) / max(abs(reached), 1.0)), then


def _with_capacity(
    problem: Problem, limits: Limits, left: Callable[[], float | None], tell: Progress, started: float
) -> Network:
    """Find the network of points with capacities; see :mod:`tunti.location.capacity`."""

    def watch(value: float, bound: float) -> None:
        tell(say("Sharing people among points with room"), 0.5, value, bound)

    found = answer(problem, limits, second_goal_of(problem), left, watch)
    if found.opened is None:
        if found.bound < math.inf:
            raise TuntiError(_NONE_FOUND)
        _locate(replace(problem, capacity=None), limits, None, None)  # says which rules conflict, if they do anyway
        raise Infeasible(room_needed(problem, limits))
    return network_of(
        problem,
        found.opened,
        bound=found.bound,
        second=found.second,
        seconds=time.perf_counter() - started,
        interrupted=found.interrupted or (left() or 1.0) <= 0,
        steps=found.steps,
    )


_NONE_FOUND = say("No network was found within the limits; allow more nodes or more time, or loosen the rules.")


def _cover(
    form: MissForm,
    known: NDArray[np.bool_] | None,
    gap: float,
    nodes: int,
    seed: int,
    tell: Progress,
    out_of_time: Callable[[], bool],
) -> Rest:
    """Solve a form that only asks to hit sets, with local cuts; see :mod:`tunti.location.covering`."""

    def watch(value: float, bound: float) -> None:
        tell(
            say("Proving that fewer do not suffice"),
            0.7,
            form.base + value if math.isfinite(value) else None,
            form.base + bound if math.isfinite(bound) else None,
        )

    found = cover(form, known, gap=gap, nodes=nodes, seed=seed, tell=watch, out_of_time=out_of_time)
    return Rest(found.opened, found.bound, found.nodes, found.ended, found.interrupted, cuts=found.cuts)


def network_of(
    problem: Problem,
    opened: NDArray[np.bool_],
    *,
    bound: float,
    second: tuple[Goal, float, float, float] | None = None,
    seconds: float = 0.0,
    interrupted: bool = False,
    steps: tuple[tuple[str, str], ...] = (),
    relaxed: tuple[NDArray[np.float64], NDArray[np.float64]] | None = None,
) -> Network:
    """Put a choice of sites with its bound into a network's figures.

    Parameters
    ----------
    problem : Problem
    opened : bool, shape (sites,)
    bound : float
    second, seconds, interrupted, steps, relaxed
        As in :class:`~tunti.location.problem.Network`.

    Returns
    -------
    Network
    """
    value = value_of(problem, problem.goal, opened)
    gap = abs(value - min(bound, value)) / max(abs(value), 1.0)
    total = int(problem.people.sum())
    people = total - int(value_of(problem, Goal.MOST_PEOPLE, opened))
    return Network(
        points=tuple(s for s, o in zip(problem.times.sites, opened, strict=True) if o),
        open=opened,
        goal=problem.goal,
        objective=value,
        bound=float(min(bound, value)),
        gap=float(gap),
        proven=bool(gap <= 1e-9),
        second=second,
        share=people / max(total, 1),
        people=people,
        seconds=seconds,
        interrupted=interrupted,
        steps=steps,
        relaxed=relaxed,
    )


def _worst_case(problem: Problem, limits: Limits, exact: Exact, tell: Progress) -> tuple[Pursuit, int | None]:
    """Find the shortest longest trip by bisection over the trips that occur."""
    states = site_states(problem)
    check_rows(problem, states, site_rows(problem, states))
    floor = value_of(problem, Goal.WORST_CASE, states >= 0)
    trips = np.unique(problem.times.seconds).astype(int)
    trips = trips[(trips >= floor) & (trips < problem.far_seconds)]
    low, high = 0, len(trips)
    now = Pursuit(bound=floor)
    while low < high:
        mid = (low + high) // 2
        tell(say("Trying a longest trip of {minutes} minutes", minutes=round(trips[mid] / 60, 1)), 0.2, None, None)
        q = question(problem, Goal.FEWEST, within=int(trips[mid]))
        rest = exact(q.form, known=None, gap=math.inf)
        now.nodes += rest.nodes
        if rest.opened is None and rest.ended:
            now.interrupted = rest.interrupted
            break
        if rest.opened is None:
            low = mid + 1
            now.bound = float(trips[low]) if low < len(trips) else float(problem.far_seconds)
        else:
            now.opened = rest.opened
            now.value = value_of(problem, Goal.WORST_CASE, rest.opened)
            high = min(mid, int(np.searchsorted(trips, now.value)))
    else:
        now.bound = now.value
    now.steps.append(("solver", f"HiGHS, bisection over {len(trips)} trips, {now.nodes} nodes"))
    if now.opened is not None:
        return now, int(now.value)
    q = question(problem, Goal.MOST_PEOPLE)
    rest = exact(q.form, known=None, gap=limits.gap)
    if rest.opened is None and not rest.ended:
        raise Infeasible(conflict(problem, q, lambda form, gap: exact(form, known=None, gap=gap)))
    now.opened = rest.opened
    if rest.opened is not None:
        now.value = now.bound = value_of(problem, Goal.WORST_CASE, rest.opened)
    return now, None
