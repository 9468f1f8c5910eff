"""Branch and bound on the sites, for forms where bound and settling leave too much for one exact solve.

Each node settles one site more than its parent, merges the terms again, bounds them from the parent's relaxed plan,
stops bounding as soon as the node cannot beat the plan at hand, and settles what reduced costs allow. Nodes with little
left go to the exact solver. Nodes are taken by their bound, so that the bound of the whole rises as fast as it can;
nothing depends on a clock but the caller's.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tunti.location.bound import fixed_by, relax
from tunti.location.exact import sizes
from tunti.location.miss import CLOSED, FREE, OPEN, MissForm
from tunti.location.reduce import settle
from tunti.location.search import Found, improve, rounded


def small(form: MissForm) -> bool:
    """Tell whether a form is small enough for one exact solve."""
    if len(form.free) <= 25:
        return True
    active = form.weight > 0
    active[form.z_term] = True
    entries = int(sizes(form)[active].sum())
    return entries <= 5_000 or (len(form.z_term) > 0 and not form.weight.any())


def branch(
    form: MissForm,
    best: Found,
    exact: Callable[[MissForm, Any], Any],
    *,
    ceiled: Callable[[MissForm, float], float],
    gap: float,
    nodes: int,
    seed: int = 1,
    watch: Callable[[float, float], None] | None = None,
    out_of_time: Callable[[], bool] = lambda: False,
) -> tuple[float, int, bool]:
    """Search a form by branch and bound.

    Parameters
    ----------
    form : MissForm
    best : Found
        The plan at hand; better ones are put into it.
    exact : callable
        Exact solver of small forms: form and known plan to ``Rest``.
    ceiled : callable
        Rounds a bound up where the objective is a whole number.
    gap : float
        Stop when plan and bound are this close.
    nodes : int
        Most nodes.
    seed : int
    watch, out_of_time : callable

    Returns
    -------
    bound : float
        No plan of the form is better.
    nodes : int
    ended : bool
        The limits ended it before the gap was closed.
    """
    count = 0
    order = 0
    first = form.opened.astype(float)
    heap: list[tuple[float, int, NDArray[np.int8], NDArray[np.float64]]] = [(-math.inf, 0, form.state, first)]
    while heap:
        lowest = heap[0][0]
        bound = min(lowest, best.value)
        close = best.value - bound <= gap * max(abs(best.value), 1.0) or lowest >= best.value
        if math.isfinite(best.value) and close:
            return bound, count, False
        if count >= nodes or out_of_time():
            return bound, count, True
        _, _, state, guess = heapq.heappop(heap)
        count += 1
        if watch is not None:
            watch(best.value, bound)
        here = settle(form, state) if (state != form.state).any() else form
        enough = best.value - (1.0 - 1e-6 if form.integral else 0.0) if math.isfinite(best.value) else math.inf
        for turn in range(3):
            relaxed = relax(here, start=guess if turn or count > 1 else None, gap=1e-6, enough=enough)
            guess = relaxed.y
            value = ceiled(form, relaxed.value)
            if value >= best.value or not len(here.free):
                break
            found = improve(
                here, rounded(here, relaxed.y), price=relaxed.price, multiplier=relaxed.multiplier, guess=relaxed.y,
                kicks=2 if len(here.z_term) == 0 else 12, seed=seed + count,
            )  # fmt: skip
            if found.opened is not None:
                best.offer(found.opened)
            if not math.isfinite(best.value):
                break
            settled = fixed_by(here, relaxed, best.value)
            less = int(((settled != FREE) & (here.state == FREE)).sum())
            if not less:
                break
            here = settle(here, settled)
            if less < 0.1 * len(relaxed.y):
                break
        if not len(here.free):
            best.offer(here.opened)
            continue
        if value >= best.value:
            continue
        if small(here):
            rest = exact(here, best.opened)
            if rest.opened is not None:
                best.offer(rest.opened)
            if rest.ended:
                order += 1
                heapq.heappush(heap, (max(value, ceiled(form, rest.bound)), order, here.state, guess))
                return min(heap[0][0], best.value), count, True
            continue
        free = here.free
        split = np.minimum(guess[free], 1 - guess[free])
        j = int(free[int(np.argmax(split))])
        for choice in (OPEN, CLOSED):
            child = here.state.copy()
            child[j] = choice
            order += 1
            heapq.heappush(heap, (value, order, child, guess))
    return best.value, count, False
