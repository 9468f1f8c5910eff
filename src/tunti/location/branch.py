"""Branch and bound on the sites, for forms where bound and settling leave too much for one exact solve.

Each node settles one site more than its parent, merges the terms again, bounds them from the parent's relaxed plan,
stops bounding as soon as the node cannot beat the plan at hand, and settles what reduced costs allow. Nodes with little
left go to the exact solver. Nodes are taken by their bound, so that the bound of the whole rises as fast as it can;
nothing depends on a clock but the caller's.

Which site is settled next decides how large the tree grows. What settling a site did to the bound is remembered per
site and choice; a site of which nothing is known is tried both ways with a rough bound first, and the site goes first
whose two choices raise the bound most, measured by the product (reliability branching: Achterberg, Koch, Martin 2005).
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tunti.location.bound import Bound, Floats, fixed_by, relax
from tunti.location.exact import sizes
from tunti.location.miss import CLOSED, FREE, OPEN, MissForm
from tunti.location.reduce import settle
from tunti.location.search import Found, improve, rounded
from tunti.location.share_cuts import share_cuts, with_rows

TRIED = 8
"""Sites that are tried both ways before a node is split, at most."""

IDLE = 4
"""Tries without a better site after which the best so far is taken."""

ROUGH = 0.1
"""How exact a tried bound is, as a part of the gap that is left; a node's own bound is ten times as exact."""


MOST_ROWS = 200
"""Rows sharpening rules on people that are gathered along the tree, at most."""


def small(form: MissForm) -> bool:
    """Tell whether a form is small enough for one exact solve."""
    if len(form.free) <= 25:
        return True
    active = form.weight > 0
    active[form.z_term] = True
    entries = int(sizes(form)[active].sum())
    return entries <= 5_000 or (len(form.z_term) > 0 and not form.weight.any())


class _Experience:
    """How much the bound rose when a site was settled, per unit of how far the relaxation was from it."""

    def __init__(self, sites: int) -> None:
        self.rise = {OPEN: np.zeros(sites), CLOSED: np.zeros(sites)}
        self.count = {OPEN: np.zeros(sites), CLOSED: np.zeros(sites)}

    def learn(self, site: int, choice: np.int8, y: float, rise: float) -> None:
        """Remember one rise."""
        self.rise[choice][site] += rise / max(1 - y if choice == OPEN else y, 1e-3)
        self.count[choice][site] += 1

    def known(self, site: int) -> bool:
        """Tell whether both choices of a site have been seen."""
        return bool(self.count[OPEN][site] and self.count[CLOSED][site])

    def expected(self, free: NDArray[np.int64], y: Floats) -> tuple[Floats, Floats]:
        """Give the rise that opening and closing each free site promises, from the average where nothing is known."""
        out = []
        for choice, way in ((OPEN, 1 - y), (CLOSED, y)):
            total, count = self.rise[choice], self.count[choice]
            average = float(total.sum() / count.sum()) if count.any() else 1.0
            out.append(np.where(count > 0, total / np.maximum(count, 1), average)[free] * way)
        return out[0], out[1]


def _split(
    here: MissForm,
    guess: Floats,
    prices: Floats,
    value: float,
    learned: _Experience,
    bounded: Callable[[MissForm, Floats, Floats, float], Bound],
) -> tuple[int, float, float]:
    """Choose the site to settle next; give it with what is known of the bound when it opens and when it closes."""
    free = here.free
    y = guess[free]
    opening, closing = learned.expected(free, y)
    promise = np.maximum(opening, 1e-9) * np.maximum(closing, 1e-9)
    doubt = np.minimum(y, 1 - y)
    unsure = doubt > min(0.02, float(doubt.max()))
    order = np.argsort(np.where(unsure, -promise, 1.0), kind="stable")
    best, chosen, idle = -1.0, (int(free[int(np.argmax(doubt))]), value, value), 0
    for k in order[: min(TRIED, max(1, int(unsure.sum())))]:
        j = int(free[k])
        up = down = value
        if not learned.known(j):
            state = here.state.copy()
            state[j] = OPEN
            up = max(value, bounded(settle(here, state), guess, prices, ROUGH).value)
            state[j] = CLOSED
            down = max(value, bounded(settle(here, state), guess, prices, ROUGH).value)
            opening[k], closing[k] = up - value, down - value
            if math.isfinite(up):
                learned.learn(j, OPEN, float(y[k]), up - value)
            if math.isfinite(down):
                learned.learn(j, CLOSED, float(y[k]), down - value)
        score = max(opening[k], 1e-9) * max(closing[k], 1e-9)
        idle += 1
        if score > best:
            best, chosen, idle = score, (j, up, down), 0
        if idle >= IDLE:
            break
    return chosen


def branch(
    form: MissForm,
    best: Found,
    exact: Callable[[MissForm, Any], Any],
    *,
    ceiled: Callable[[MissForm, float], float],
    gap: float,
    nodes: int,
    seed: int = 1,
    price: Floats | None = None,
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
    price : float64, shape (rows,), optional
        Prices of the rules for the search; those of the relaxation where none are given.
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
    learned = _Experience(form.sites)
    heap: list[tuple[float, int, NDArray[np.int8], Floats, Floats, tuple[int, np.int8, float, float] | None]]
    heap = [(-math.inf, 0, form.state, first, np.empty(0), None)]
    lowest = -math.inf

    def enough() -> float:
        return best.value - (1.0 - 1e-6 if form.integral else 0.0) if math.isfinite(best.value) else math.inf

    def bounded(part: MissForm, guess: Floats | None, prices: Floats, rough: float) -> Bound:
        # a bound need not be more exact than the gap to the best plan asks for
        exactly = 1e-6
        if math.isfinite(lowest) and math.isfinite(best.value):
            exactly = min(1e-2, max(1e-7, rough * (best.value - lowest) / max(abs(best.value), 1e-9)))
        if guess is None:
            return relax(part, gap=exactly, enough=enough())
        near = 0.9 * guess + 0.1 * (guess[part.free].mean() if len(part.free) else 0.0)
        return relax(part, start=near, centre=1.0, prices=prices, gap=exactly, enough=enough())

    while heap:
        lowest = heap[0][0]
        bound = min(lowest, best.value)
        close = best.value - bound <= gap * max(abs(best.value), 1.0) or lowest >= best.value
        if math.isfinite(best.value) and close:
            return bound, count, False
        if count >= nodes or out_of_time():
            return bound, count, True
        before, _, state, guess, prices, settled_last = heapq.heappop(heap)
        count += 1
        if watch is not None:
            watch(best.value, bound)
        here = settle(form, state) if (state != form.state).any() else form
        for turn in range(3):
            relaxed = bounded(here, guess if turn or count > 1 else None, prices, ROUGH / 10)
            guess, prices = relaxed.y, relaxed.price
            if settled_last is not None and turn == 0 and math.isfinite(relaxed.value):
                site, choice, y, parent = settled_last
                learned.learn(site, choice, y, max(0.0, relaxed.value - parent))
            value = max(before, ceiled(form, relaxed.value))
            if value >= best.value or not len(here.free):
                break
            if len(here.z_term) and form.implied < MOST_ROWS:
                # sought in the whole form, so that they hold in every node
                rows = share_cuts(form, guess, least=0.05)
                if len(rows):
                    form, here = with_rows(form, rows), with_rows(here, rows)
            found = improve(
                here,
                rounded(here, relaxed.y),
                price=relaxed.price if price is None else price,
                multiplier=relaxed.multiplier,
                guess=relaxed.y,
                kicks=2 if len(here.z_term) == 0 else 12,
                seed=seed + count,
            )
            if found.opened is not None:
                best.offer(found.opened)
            if not math.isfinite(best.value):
                break
            settled = fixed_by(here, relaxed, best.value)
            less = int(((settled != FREE) & (here.state == FREE)).sum())
            if less:
                here = settle(here, settled)
            if less < 0.1 * len(relaxed.y) and here.rows == len(prices):
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
                heapq.heappush(heap, (max(value, ceiled(form, rest.bound)), order, here.state, guess, prices, None))
                return min(heap[0][0], best.value), count, True
            continue
        j, opening, closing = _split(here, guess, prices, value, learned, bounded)
        for choice, known in ((OPEN, opening), (CLOSED, closing)):
            if ceiled(form, known) >= best.value:
                continue
            child = here.state.copy()
            child[j] = choice
            order += 1
            entry = (max(value, ceiled(form, known)), order, child, guess, prices, (j, choice, float(guess[j]), value))
            heapq.heappush(heap, entry)
    return best.value, count, False
