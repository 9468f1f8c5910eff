"""Near-optimal alternatives: other networks almost as good, as different as can be."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tunti.errors import TuntiError
from tunti.findings import say
from tunti.locale import N_
from tunti.location.engine import Progress
from tunti.location.form import question
from tunti.location.miss import FREE, MissForm
from tunti.location.problem import Limits, Network, Problem
from tunti.location.rest import solve_form
from tunti.location.search import improve
from tunti.location.solve import DEFAULT, locate, network_of

WITHIN = 0.02
"""How much worse than the best one an alternative may be, as a part of it. A default of this product."""

COUNT = 5
"""How many networks are given, the best one included. A default of this product."""


_NO_CAPACITIES = N_(
    "Alternatives do not look at capacities yet. Ask again without them: set plan.capacity = false in project.toml or "
    "in the scenario."
)


def alternatives(
    problem: Problem,
    *,
    within: float = WITHIN,
    count: int = COUNT,
    limits: Limits = DEFAULT,
    network: Network | None = None,
    progress: Progress | None = None,
) -> tuple[Network, ...]:
    """Find other networks almost as good as the best, each differing most from those before it.

    Every alternative keeps all rules and is at most ``within`` worse than the best known network. The first is the best
    network; each further one keeps as few as it can of the points that the earlier ones use (the sum over the earlier
    networks of points kept, minimised under a row on the goal).

    Parameters
    ----------
    problem : Problem
        Goals ``fewest``, ``most_people``, ``least_travel`` and ``least_cost``.
    within : float
        How much worse an alternative may be, as a part of the best value; for ``fewest`` at least the same number.
    count : int
        How many networks in all.
    limits : Limits
    network : Network, optional
        The best network, if it is known already.
    progress : callable, optional

    Returns
    -------
    tuple of Network
        The best one first; fewer than ``count`` where no other network is that good. Bound and gap are those of the
        goal, not of the difference, which is sought exactly on small questions and by search on large ones. Where a
        key ended the search for more, the last network is marked ``interrupted``.

    Raises
    ------
    TuntiError
        The question has capacities.
    """
    if problem.capacity is not None:
        raise TuntiError(say(_NO_CAPACITIES))
    best = network or locate(problem, limits, progress=progress)
    found = [best]
    ceiling = best.objective + within * abs(best.objective) + 1e-6
    reach = np.full(len(problem.people), 65_534, np.uint16)
    form = question(problem, problem.goal, reach=reach).form
    used = best.open.astype(float)
    while len(found) < count and not found[-1].interrupted:
        try:
            opened, ended = _furthest(form, used, ceiling, found, limits)
        except KeyboardInterrupt:
            opened, ended = None, True
        if opened is not None:
            found.append(network_of(problem, opened, bound=best.bound))
            used += opened
        if ended:
            found[-1] = replace(found[-1], interrupted=True)
        if opened is None:
            break
    return tuple(found)


def _furthest(
    form: MissForm, used: NDArray[np.float64], ceiling: float, found: list[Network], limits: Limits
) -> tuple[NDArray[np.bool_] | None, bool]:
    """Find the plan under a ceiling of the goal that keeps least of what is used; tell whether a key ended it."""
    goal_terms = np.flatnonzero(form.weight > 0).astype(np.int32)
    row = form.rows
    apart = replace(
        form,
        cost=used,
        constant=0.0,
        weight=np.zeros(form.terms),
        y_row=np.vstack([form.y_row, form.cost]),
        z_row=np.concatenate([form.z_row, np.full(len(goal_terms), row, np.int32)]),
        z_term=np.concatenate([form.z_term, goal_terms]),
        z_coef=np.concatenate([form.z_coef, form.weight[goal_terms]]),
        low=np.append(form.low, -np.inf),
        high=np.append(form.high, ceiling - form.constant),
        integral=True,
    )
    seen = [n.open for n in found]
    interrupted = False
    if form.terms <= 20_000:
        rest = solve_form(apart, replace(limits, nodes=min(limits.nodes, 2_000)), known=seen[0], gap=0.05)
        opened, interrupted = rest.opened, rest.interrupted
    else:
        # on large questions the goal itself is searched with a growing charge for sites that are used already
        opened = _charged(form, used, ceiling, seen, limits)
    if opened is None or any((opened == s).all() for s in seen):
        return None, interrupted
    return opened, interrupted


def _charged(
    form: MissForm, used: NDArray[np.float64], ceiling: float, seen: list[NDArray[np.bool_]], limits: Limits
) -> NDArray[np.bool_] | None:
    best, least = None, np.inf
    start = seen[-1]
    free = form.state == FREE
    unit = (ceiling - form.constant) / max(int(start.sum()), 1)
    for charge in (0.003, 0.01, 0.03, 0.1):
        tried = improve(
            replace(form, cost=form.cost + np.where(free, used * unit * charge, 0.0)), start, kicks=0, seed=limits.seed
        ).opened
        if tried is None or form.value(tried) > ceiling or any((tried == s).all() for s in seen):
            continue
        kept = float(used[tried].sum())
        if kept < least:
            best, least = tried, kept
    return best
