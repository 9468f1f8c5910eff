"""The engine: bound, search, settle and solve the rest, for one goal in miss form.

Travel goals start from a short look: each cell's trips only up to its third nearest point of a good plan. That form is
a relaxation, exact for every plan that stays within the look, and many times smaller. The bound and the search on it
settle most sites; what is left is solved exactly, and where the answer goes beyond the look, the look is widened.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numba import njit
from numpy.typing import NDArray

from tunti.findings import Message, say
from tunti.location.bound import Bound, fixed_by, relax
from tunti.location.branch import MOST_ROWS, branch, small
from tunti.location.cover import applies, fewer
from tunti.location.covering import covers_only
from tunti.location.dominate import dominate
from tunti.location.form import Best, Question, question
from tunti.location.miss import CLOSED, FREE, OPEN, MissForm
from tunti.location.problem import Goal, Limits, Problem
from tunti.location.reduce import settle
from tunti.location.rules import site_states
from tunti.location.search import Found, improve, rounded
from tunti.location.share_cuts import share_cuts, with_rows

LONG_SHARES = 2_000
"""Sets in rules from which shares asked of several regions at once are long to solve."""

LONG_SHARES_NODES = 5
"""Nodes that such a question is worth: with 18 regions and 4,600 sets each takes seconds, and the bound stays."""

Progress = Callable[[Message, float, "float | None", "float | None"], None]
"""What is being done, how far it is (0 to 1), best value so far, bound so far."""


@dataclass(frozen=True, eq=False)
class Rest:
    """What an exact solver says of a form: a plan or None, a bound, nodes, whether limits ended it, rows it added."""

    opened: NDArray[np.bool_] | None
    bound: float
    nodes: int
    ended: bool
    interrupted: bool = False
    cuts: int = 0


class Exact(Protocol):
    """An exact solver of forms; ``known`` is a plan to start from."""

    def __call__(
        self, form: MissForm, *, known: NDArray[np.bool_] | None, gap: float, nodes: int | None = None
    ) -> Rest:
        """Solve a form."""
        ...


@dataclass
class Pursuit:
    """How one goal stands: the best plan, the bound, and the certificate's steps.

    ``value`` and ``bound`` are in the goal's own unit; ``opened`` is None while no plan that keeps the rules is known.
    """

    opened: NDArray[np.bool_] | None = None
    value: float = math.inf
    bound: float = -math.inf
    nodes: int = 0
    infeasible: bool = False
    interrupted: bool = False
    relaxed: Bound | None = None
    price: NDArray[np.float64] | None = None
    steps: list[tuple[str, str]] = field(default_factory=list)

    def gap(self) -> float:
        """Give the gap between plan and bound."""
        return math.inf if self.opened is None else (self.value - self.bound) / max(abs(self.value), 1.0)


@njit(cache=True)
def _gain(j: Any, indptr: Any, cell: Any, seconds: Any, people: Any, near: Any) -> float:  # pragma: no cover
    total = 0.0
    for e in range(indptr[j], indptr[j + 1]):
        saved = near[cell[e]] - np.int64(seconds[e])
        if saved > 0:
            total += people[cell[e]] * saved
    return total


@njit(cache=True)
def _greedy(
    indptr: Any, cell: Any, seconds: Any, people: Any, far: int, count: int, price: Any, state: Any
) -> Any:  # pragma: no cover
    """Open the site that saves most travel for its price, again and again (lazily evaluated)."""
    sites = len(indptr) - 1
    near = np.full(len(people), far, np.int64)
    opened = state > 0
    gain = np.empty(sites)
    fresh = np.full(sites, -1, np.int64)
    number = 0
    for j in range(sites):
        if opened[j]:
            number += 1
            for e in range(indptr[j], indptr[j + 1]):
                near[cell[e]] = min(near[cell[e]], np.int64(seconds[e]))
    for j in range(sites):
        gain[j] = -np.inf if opened[j] or state[j] < 0 else np.inf
    turn = 0
    while number < count:
        while True:
            b = np.argmax(gain)
            if fresh[b] == turn or gain[b] == -np.inf:
                break
            gain[b] = _gain(b, indptr, cell, seconds, people, near) - price[b]
            fresh[b] = turn
        if gain[b] <= 0.0:
            break
        opened[b] = True
        gain[b] = -np.inf
        number += 1
        turn += 1
        for e in range(indptr[b], indptr[b + 1]):
            near[cell[e]] = min(near[cell[e]], np.int64(seconds[e]))
    return opened


@njit(cache=True)
def third_nearest(indptr: Any, cell: Any, seconds: Any, opened: Any, cells: int, none: int) -> Any:  # pragma: no cover
    """Give each cell the seconds to its third nearest open site, ``none`` where there are fewer."""
    d = np.full((cells, 3), none, np.int64)
    for j in range(len(indptr) - 1):
        if opened[j]:
            for e in range(indptr[j], indptr[j + 1]):
                i, s = cell[e], np.int64(seconds[e])
                if s < d[i, 0]:
                    d[i, 2], d[i, 1], d[i, 0] = d[i, 1], d[i, 0], s
                elif s < d[i, 1]:
                    d[i, 2], d[i, 1] = d[i, 1], s
                elif s < d[i, 2]:
                    d[i, 2] = s
    return d[:, 2].copy()


def ceiled(form: MissForm, value: float) -> float:
    """Round a bound up to the next whole number where the objective is one for every plan."""
    if not form.integral or not math.isfinite(value):
        return value
    return float(math.ceil(value - 1e-6 - 4e-12 * abs(value)))


def pursue(
    problem: Problem,
    goal: Goal,
    exact: Exact,
    limits: Limits,
    evaluate: Callable[[NDArray[np.bool_]], float],
    *,
    gap: float,
    best: Best | None = None,
    within: int | None = None,
    known: NDArray[np.bool_] | None = None,
    warm: tuple[NDArray[np.float64], NDArray[np.float64]] | None = None,
    tell: Progress = lambda what, done, best, bound: None,
    out_of_time: Callable[[], bool] = lambda: False,
) -> tuple[Pursuit, Question]:
    """Pursue one goal of a problem.

    Parameters
    ----------
    problem : Problem
    goal : Goal
        Not ``worst_case``, which is a series of these.
    exact : Exact
        Solves what bound and search leave open.
    limits : Limits
    evaluate : callable
        The goal's value of a plan on the travel times themselves.
    gap : float
        Good enough.
    best, within
        As in :func:`~tunti.location.form.question`.
    known : bool, shape (sites,), optional
        A plan to start from (of a changed question, for example); it need not keep the rules.
    warm : tuple of two arrays, optional
        The relaxed plan and the rules' prices to start from, in the same way.
    tell, out_of_time : callable

    Returns
    -------
    Pursuit
    Question
        The first form, for the names of its rules.
    """
    now = Pursuit()
    travel = goal in (Goal.LEAST_TRAVEL, Goal.LEAST_COST)
    settled = site_states(problem)
    reach: NDArray[np.uint16] | None = None
    first: Question | None = None
    if travel:
        tell(say("Looking for a first plan"), 0.02, None, None)
        start = known if known is not None else _first_plan(problem, goal, settled)
        reach = _look(problem, start)
    else:
        start = np.zeros(len(settled), bool) if known is None else known
    try:
        for widened in range(8):
            tell(say("Merging cells with the same sites"), 0.05, _said(now.value), _said(now.bound))
            q = question(problem, goal, best=best, within=within, reach=reach)
            form = q.form
            if first is None:
                first = q
                now.steps.append(("merged", f"{q.merged[0]} cells to {q.merged[1]} sets"))
            if form.twice:
                _finish(now, form, exact(form, known=now.opened, gap=gap), evaluate)
                break
            settled_so = not (((form.state > 0) & ~start) | ((form.state < 0) & start)).any()
            if first is q and settled_so and not form.excess(start).any():
                _offer(now, start, evaluate)  # a plan that keeps the rules is kept from the first moment on
            if not travel:
                form = dominate(form)
                now.steps.append(
                    ("reduced", f"{len(form.free)} free sites, {len(np.unique(form.z_term))} sets in rules")
                )
            if travel and widened == 0 and form.terms:
                plan = improve(form, start, kicks=0, most=4 * len(settled), known=None)
                if plan.opened is not None:
                    start = plan.opened
                    _offer(now, start, evaluate)
                reach = _look(problem, start)
                form = question(problem, goal, best=best, within=within, reach=reach).form
            first_look = warm if now.relaxed is None else None
            form, answer = _bound_and_search(now, form, start, first_look, limits, gap, evaluate, tell, out_of_time)
            if now.infeasible or now.gap() <= gap or now.interrupted or out_of_time():
                break
            tell(say("Solving what is left"), 0.6, _said(now.value), _said(now.bound))
            if answer is not None and now.relaxed is not None and not small(form):
                if goal is Goal.MOST_PEOPLE and not len(form.z_term):
                    answer = _longer(form, answer, now.relaxed, limits, now, evaluate, tell)
                else:
                    answer = _nearby(form, answer, now.relaxed, exact, limits, now, evaluate, tell, gap)
                if now.gap() <= gap or out_of_time():
                    break
            rest = _rest(form, answer, exact, limits, gap, now, tell, out_of_time)
            beyond = _finish(now, form, rest, evaluate)
            if beyond is None or reach is None or rest.ended:
                break
            # the look was too short for this plan: look further where it goes
            wider = _look(problem, beyond)
            reach = np.maximum(reach, wider)
            start = now.opened if now.opened is not None else beyond
            now.steps.append(("looked further", f"{int((wider > 0).sum())} cells"))
    except KeyboardInterrupt:
        if now.opened is None:
            raise
        now.interrupted = True
    assert first is not None
    now.bound = min(now.bound, now.value)
    return now, first


def _longer(
    form: MissForm,
    answer: NDArray[np.bool_],
    bound: Bound,
    limits: Limits,
    now: Pursuit,
    evaluate: Callable[[NDArray[np.bool_]], float],
    tell: Progress,
) -> NDArray[np.bool_]:
    """Search on from the plan before branching: every person less that it misses makes the tree smaller."""
    tell(say("Searching around the plan"), 0.55, _said(now.value), _said(now.bound))
    kicks = int(min(limits.iterations, 1e8 / (form.terms + 1000)))
    found = improve(
        form, answer, guess=bound.y, kicks=kicks, patience=kicks, seed=limits.seed, enough=now.bound, known=answer
    )
    if found.opened is not None:
        answer = found.opened
        _offer(now, answer, evaluate)
    now.steps.append(("searched around the plan", f"{now.value:.10g}"))
    return answer


def _nearby(
    form: MissForm,
    answer: NDArray[np.bool_],
    bound: Bound,
    exact: Exact,
    limits: Limits,
    now: Pursuit,
    evaluate: Callable[[NDArray[np.bool_]], float],
    tell: Progress,
    gap: float,
) -> NDArray[np.bool_]:
    """Solve exactly around the plan: all sites keep its choice but those about which the relaxation is least sure."""
    tell(say("Searching around the plan"), 0.55, _said(now.value), _said(now.bound))
    best = Found(form, answer)
    doubt = np.abs(bound.reduced) / max(float(np.abs(bound.reduced).max()), 1e-300) - np.minimum(bound.y, 1 - bound.y)
    for count in (60, 120, 180) if limits.nodes > 1 else (60, 120):
        free = form.free
        if count > 0.6 * len(free):
            break  # that is no longer around the plan but everything
        kept = best.opened if best.opened is not None else answer
        if form.implied and count == 60:
            kept = bound.y > 0.5  # with its rules sharpened the relaxation is nearer to the best than the search's plan
        state = np.where(kept, OPEN, CLOSED).astype(np.int8)
        state[form.state != FREE] = form.state[form.state != FREE]
        state[free[np.argsort(doubt[free], kind="stable")[:count]]] = FREE
        part = settle(form, state)
        if part.terms > 12_000:
            break
        rest = exact(part, known=best.opened, gap=max(1e-4, gap / 4), nodes=min(300, 20 * limits.nodes))
        if rest.opened is not None and best.offer(rest.opened):
            _offer(now, rest.opened, evaluate)
        if rest.interrupted:
            now.interrupted = True
            break
    now.steps.append(("searched around the plan", f"{now.value:.10g}"))
    return best.opened if best.opened is not None else answer


def _rest(
    form: MissForm,
    answer: NDArray[np.bool_] | None,
    exact: Exact,
    limits: Limits,
    gap: float,
    now: Pursuit,
    tell: Progress,
    out_of_time: Callable[[], bool],
) -> Rest:
    """Solve what is left: at once where it is small, otherwise by branch and bound."""
    if small(form):
        soft = form.rows - form.implied > 1 and len(form.z_term) > LONG_SHARES and not form.strict().any()
        return exact(form, known=answer, gap=gap, nodes=LONG_SHARES_NODES if soft else None)
    best = Found(form, answer)

    def watch(value: float, bound: float) -> None:
        tell(say("Branching"), 0.7, _said(min(value, now.value)), _said(max(bound, now.bound)))

    bound, nodes, ended = branch(
        form,
        best,
        lambda part, known: exact(part, known=known, gap=0.0),
        ceiled=ceiled,
        gap=gap,
        nodes=limits.nodes,
        seed=limits.seed,
        price=now.price,
        watch=watch,
        out_of_time=out_of_time,
    )
    now.steps.append(("branched", f"{nodes} nodes"))
    return Rest(best.opened, bound, nodes, ended)


def _said(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _first_plan(problem: Problem, goal: Goal, state: NDArray[np.int8]) -> NDArray[np.bool_]:
    """Open sites greedily for travel, as many as the rules allow or as pay for themselves."""
    t, rules = problem.times, problem.rules
    count = len(state) if rules.points is None else rules.points
    price = np.zeros(len(state))
    if goal is Goal.LEAST_COST and problem.travel_cost > 0:
        price = problem.cost / problem.travel_cost
    opened: NDArray[np.bool_] = _greedy(
        t.indptr, t.cell, t.seconds, problem.people.astype(float), problem.far_seconds, count, price, state
    )
    return opened


def _look(problem: Problem, opened: NDArray[np.bool_]) -> NDArray[np.uint16]:
    """Give how far each cell is looked at: to the third nearest point of a plan."""
    t = problem.times
    third = third_nearest(t.indptr, t.cell, t.seconds, opened, len(t.cells), 65_534)
    return np.asarray(np.minimum(third, 65_534), np.uint16)


def _bound_and_search(
    now: Pursuit,
    form: MissForm,
    start: NDArray[np.bool_],
    warm: tuple[NDArray[np.float64], NDArray[np.float64]] | None,
    limits: Limits,
    gap: float,
    evaluate: Callable[[NDArray[np.bool_]], float],
    tell: Progress,
    out_of_time: Callable[[], bool],
) -> tuple[MissForm, NDArray[np.bool_] | None]:
    """Bound, search and settle by turns until little more is settled; give the form that is left and its best plan."""
    floor = -math.inf
    guess = start.astype(float)
    answer: NDArray[np.bool_] | None = None
    for turn in range(6):
        tell(say("Computing the bound"), 0.1 + 0.08 * turn, _said(now.value), _said(now.bound))
        free = form.free
        blurred = 0.9 * guess + 0.1 * (guess[free].mean() if len(free) else 0.0)
        if turn == 0 and warm is not None:
            prices = warm[1] if len(warm[1]) == form.rows else None
            bound = relax(form, start=0.99 * warm[0] + 0.005, centre=1.0, prices=prices)
        else:
            bound = relax(form, start=blurred if guess[free].any() else None)
        rough = bound.price  # of the rules themselves, which the search pays; sharper rows would take them over
        form, bound = _sharpened(form, bound, out_of_time)
        if turn == 0:
            now.relaxed, now.price = bound, rough
            now.steps.append(("bound", f"{bound.value:.6g} in {bound.steps} steps"))
            if form.implied:
                now.steps.append(("rules sharpened", f"{form.implied} rows"))
        if bound.value == math.inf and now.opened is None:
            now.infeasible = True
            return form, None
        floor = max(floor, ceiled(form, bound.value))
        now.bound = max(now.bound, min(floor, now.value))
        tell(say("Searching for better plans"), 0.14 + 0.08 * turn, _said(now.value), _said(now.bound))
        work = max(1, form.terms + 1000)
        kicks = int(min(limits.iterations, 3e7 / work)) if turn else int(min(100, 1e7 / work))
        if not len(form.z_term) and form.terms < 3_000:
            kicks = min(kicks, 10)  # the exact rest is quicker than a long search
        begin = rounded(form, bound.y) if turn == 0 or answer is None else answer
        # with prices on rules a search from afar and one from the best plan find different things
        ways = [(begin, None), (now.opened, now.opened)] if len(form.z_term) and now.opened is not None else []
        found = Found(form, now.opened)
        for origin, kept in ways or [(begin, now.opened)]:
            if kept is not None and found.opened is not None:
                origin = kept = found.opened
            tried = improve(
                form,
                begin if origin is None else origin,
                price=now.price,
                multiplier=bound.multiplier,
                guess=bound.y,
                kicks=kicks,
                seed=limits.seed + turn,
                enough=floor,
                known=kept,
            )
            if tried.opened is not None:
                found.offer(tried.opened)
        if found.opened is None and turn == 0 and applies(form.plain()):
            found.offer(form.state != CLOSED)  # all sites keep rules on people if anything does; points are taken away
        if found.opened is not None:
            answer = found.opened
            if turn == 0 and found.value > floor and applies(form.plain()):
                # where only sets must be hit, local cuts come next, and the search goes on when they say how far
                effort = 1e8 if covers_only(form) else 1e9
                answer = fewer(form.plain(), answer, target=floor, work=effort, seed=limits.seed)
            _offer(now, answer, evaluate)
        now.bound = max(now.bound, min(floor, now.value))
        if now.gap() <= gap or out_of_time():
            break
        if not math.isfinite(now.value):
            break
        state = fixed_by(form, bound, now.value)
        settled_now = int(((state != FREE) & (form.state == FREE)).sum())
        if settled_now:
            form = settle(form, state)
            now.steps.append(
                ("settled", f"{int((state != FREE).sum())} of {form.sites} sites, {form.terms} terms left")
            )
        if settled_now < 0.1 * len(free):
            break
        guess = bound.y
    return form, answer


def _sharpened(form: MissForm, bound: Bound, out_of_time: Callable[[], bool]) -> tuple[MissForm, Bound]:
    """Add rows that sharpen the rules on people for as long as they raise the bound."""
    for _ in range(8):
        rows = share_cuts(form, bound.y) if math.isfinite(bound.value) and len(form.free) else np.empty((0, 0))
        if not len(rows) or form.implied + len(rows) > MOST_ROWS or out_of_time():
            break
        sharper = with_rows(form, rows)
        near = 0.9 * bound.y + 0.1 * float(bound.y[form.free].mean())
        better = relax(sharper, start=near, centre=1.0, prices=bound.price, gap=1e-6)
        if better.value <= bound.value:
            break  # the next one would be without use too
        form, rise, bound = sharper, better.value - bound.value, better
        if rise < 1e-4 * abs(bound.value):
            break
    return form, bound


def _offer(now: Pursuit, opened: NDArray[np.bool_], evaluate: Callable[[NDArray[np.bool_]], float]) -> None:
    value = evaluate(opened)
    if value < now.value:
        now.opened, now.value = opened.copy(), value


def _finish(
    now: Pursuit, form: MissForm, rest: Rest, evaluate: Callable[[NDArray[np.bool_]], float]
) -> NDArray[np.bool_] | None:
    """Take what the exact solver found; give its plan if its true value is above what the form says."""
    now.nodes += rest.nodes
    now.interrupted |= rest.interrupted
    if rest.cuts:
        now.steps.append(("local cuts", f"{rest.cuts} rows, bound {rest.bound:.10g}"))
    now.steps.append(("exact rest", f"{len(form.free)} sites, {form.terms} terms, {rest.nodes} nodes"))
    if rest.opened is None:
        if now.opened is None and not rest.ended:
            now.infeasible = True
        now.bound = now.value if not rest.ended else max(now.bound, min(ceiled(form, rest.bound), now.value))
        return None
    said = form.value(rest.opened)
    _offer(now, rest.opened, evaluate)
    floor = min(ceiled(form, rest.bound), said if not rest.ended else math.inf)
    now.bound = max(now.bound, min(floor, now.value))
    return rest.opened if evaluate(rest.opened) > said * (1 + 1e-12) + 1e-6 else None
