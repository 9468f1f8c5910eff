"""The search: good plans by adding, dropping and swapping sites, for any goal in miss form.

For a plan, three tables say what each move is worth: what opening a site gains, what closing one loses, and what a swap
gains on top because the closed site's terms are taken over by the opened one (Whitaker 1983; Resende and Werneck 2004).
Here they come from two passes over the terms, so one search serves covering, travel and cost alike, and rules on people
enter as prices on their terms.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from tunti.location.miss import FREE, OPEN, MissForm
from tunti.location.passes import normal_matrix

Floats = NDArray[np.float64]

AROUND = 20
"""Kicks from which it pays to find out which sites are neighbours, so that most kicks stay in one neighbourhood."""


@njit(cache=True)
def _tables(
    parent: Any, elem: Any, w: Any, y: Any, count: Any, who: Any, a0: Any, a1: Any, rank: Any, gain: Any, loss: Any,
    extra: Any,
) -> float:  # fmt: skip # pragma: no cover
    """Fill what each move is worth; give the weight of missed terms."""
    missed = 0.0
    gain[:] = 0.0
    loss[:] = 0.0
    extra[:] = 0.0
    for t in range(len(parent)):
        p = parent[t]
        c = count[p] if p >= 0 else np.int8(0)
        u = who[p] if p >= 0 else np.int32(-1)
        e = elem[t]
        if y[e] and c < 2:
            c += 1
            if c == 1:
                u = e
        count[t] = c
        who[t] = u
        a0[t] = 0.0
        a1[t] = 0.0
        if c == 0:
            missed += w[t]
    for t in range(len(parent) - 1, -1, -1):
        c = count[t]
        p = parent[t]
        if c == 0:
            a = a0[t] + w[t]
            if a != 0.0:
                gain[elem[t]] += a
                if p >= 0:
                    a0[p] += a
        elif c == 1:
            a = a1[t] + w[t]
            if a != 0.0:
                e, u = elem[t], who[t]
                if e != u:
                    extra[rank[u], e] += a
                    a1[p] += a
                else:
                    loss[u] += a
                    while p >= 0:
                        extra[rank[u], elem[p]] += a
                        p = parent[p]
    return missed


@njit(cache=True)
def _broken(g: Any, low: Any, high: Any, used: Any, out: Any, into: Any) -> float:  # pragma: no cover
    """Give by how much rows over sites are broken when ``out`` closes and ``into`` opens (-1: none)."""
    total = 0.0
    for r in range(len(low)):
        v = used[r]
        if out >= 0:
            v -= g[r, out]
        if into >= 0:
            v += g[r, into]
        if v > high[r] + 1e-7:
            total += v - high[r]
        elif v < low[r] - 1e-7:
            total += low[r] - v
    return total


@njit(cache=True)
def descend(
    parent: Any, elem: Any, w: Any, f: Any, y: Any, free: Any, g: Any, low: Any, high: Any, fine: float, most: int
) -> tuple[float, int]:  # pragma: no cover
    """Take the best move until none helps; ``y`` is changed in place.

    ``g, low, high`` are the rows over sites; ``fine`` is the price of breaking one of them by one.
    Gives the weight missed plus the cost of open sites, and the number of moves.
    """
    n, m = len(parent), len(y)
    count, who = np.empty(n, np.int8), np.empty(n, np.int32)
    a0, a1 = np.empty(n), np.empty(n)
    gain, loss, rank = np.empty(m), np.empty(m), np.full(m, -1, np.int64)
    rows = len(low)
    used = np.empty(rows)
    moves = 0
    room = int(y.sum()) + 8
    extra = np.empty((room, m))
    while True:
        opens: Any = np.flatnonzero(y)
        if len(opens) > room:
            room = 2 * len(opens)
            extra = np.empty((room, m))
        for k, j in enumerate(opens):
            rank[j] = k
        value: Any = _tables(parent, elem, w, y, count, who, a0, a1, rank, gain, loss, extra[: max(1, len(opens))])
        for j in opens:
            value += f[j]
        for r in range(rows):
            used[r] = 0.0
            for j in opens:
                used[r] += g[r, j]
        now: Any = _broken(g, low, high, used, -1, -1)
        if moves >= most:
            return value, moves
        least: Any = -1e-12 * abs(value) - 1e-9
        out: Any = np.int64(-1)
        into: Any = np.int64(-1)
        for j in range(m):
            if free[j]:
                d: Any = loss[j] - f[j] if y[j] else f[j] - gain[j]
                if d - fine * now < least:
                    a = np.int64(j if y[j] else -1)
                    b = np.int64(-1 if y[j] else j)
                    d += fine * (_broken(g, low, high, used, a, b) - now)
                    if d < least:
                        least = d
                        out = a
                        into = b
        for k in range(len(opens)):
            r = opens[k]
            if not free[r]:
                continue
            base = loss[r] - f[r] - fine * now
            for j in range(m):
                if base + f[j] - gain[j] - extra[k, j] < least and free[j] and not y[j]:
                    d = base + f[j] - gain[j] - extra[k, j] + fine * _broken(g, low, high, used, r, j)
                    if d < least:
                        least = d
                        out = np.int64(r)
                        into = np.int64(j)
        if out < 0 and into < 0:
            return value, moves
        if out >= 0:
            y[out] = False
        if into >= 0:
            y[into] = True
        moves += 1


class Found:
    """The best plan that keeps all rules so far: ``opened`` and ``value``; ``offer`` takes a better one."""

    def __init__(self, form: MissForm, opened: NDArray[np.bool_] | None = None) -> None:
        self.form = form
        self.opened: NDArray[np.bool_] | None = None
        self.value = np.inf
        if opened is not None:
            self.offer(opened)

    def offer(self, opened: NDArray[np.bool_]) -> bool:
        """Keep a plan if it keeps the rules and is better."""
        value = self.form.value(opened)
        if value < self.value and not self.form.excess(opened).any():
            self.opened, self.value = opened.copy(), value
            return True
        return False


def rounded(form: MissForm, y: Floats) -> NDArray[np.bool_]:
    """Open the sites that a relaxation opens most, as many as it opens in all."""
    opened = form.opened.copy()
    free = form.free
    count = round(float(y[free].sum()))
    opened[free[np.argsort(-y[free], kind="stable")[:count]]] = True
    return opened


def _site_rows(form: MissForm) -> tuple[Floats, Floats, Floats]:
    """Give the rows that concern sites only."""
    plain = np.ones(form.rows, bool)
    plain[form.z_row] = False
    plain[form.rows - form.implied :] = False
    return form.y_row[plain], form.low[plain], form.high[plain]


def likeness(form: MissForm) -> Floats:
    """Tell how much the terms of two sites overlap, 0 to 1, for all pairs of sites."""
    shared = np.zeros((form.sites, form.sites))
    weight = form.weight.copy()
    if len(form.z_term):
        np.add.at(weight, form.z_term, form.z_coef * (float(weight.sum()) or 1.0) / float(form.z_coef.sum()))
    normal_matrix(form.parent, form.elem, weight, shared)
    size = np.sqrt(np.maximum(np.diag(shared), 1e-300))
    shared += np.tril(shared, -1).T
    shared /= size[:, None]
    shared /= size[None, :]
    return shared


def _kick_around(
    rng: np.random.Generator,
    y: NDArray[np.bool_],
    free: NDArray[np.bool_],
    alike: Floats,
    odds: Floats,
) -> bool:
    """Close a few open sites around one site and open as many others there; ``y`` is changed in place.

    A local optimum of swaps is often wrong in one neighbourhood only, where several points must move at once.
    """
    around = alike[int(rng.choice(np.flatnonzero(free)))]
    opens = np.flatnonzero(y & free)
    k = min(int(rng.integers(2, 5)), len(opens))
    near = around if np.count_nonzero(around[opens]) >= k else around @ alike
    out = opens[np.argsort(-near[opens], kind="stable")[:k]]
    into = np.flatnonzero(free & ~y & (alike[out].sum(axis=0) + around > 0))
    if not k or len(into) < k:
        return False
    y[out] = False
    y[rng.choice(into, k, replace=False, p=odds[into] / odds[into].sum())] = True
    return True


def improve(
    form: MissForm,
    start: NDArray[np.bool_],
    *,
    price: Floats | None = None,
    multiplier: Floats | None = None,
    guess: Floats | None = None,
    kicks: int = 100,
    most: int = 1000,
    seed: int = 1,
    patience: int = 40,
    enough: float = -np.inf,
    known: NDArray[np.bool_] | None = None,
) -> Found:
    """Improve a plan by moves, then by moves after random kicks, with prices on the rules that concern people.

    A rule that a local optimum breaks becomes dearer, one that it keeps with room to spare cheaper; terms that must be
    hit and are missed become heavier one by one.

    Parameters
    ----------
    form : MissForm
    start : bool, shape (sites,)
    price : float64, shape (rows,), optional
        First prices, from the relaxation.
    multiplier : float64, shape (terms,), optional
        First weights of terms that must be hit, from the relaxation.
    guess : float64, shape (sites,), optional
        The relaxation's plan: kicks open what it favours.
    kicks, most : int
        Number of kicks, and most moves of one descent.
    seed : int
    patience : int
        Stop after so many kicks without a better plan.
    enough : float
        Stop at a plan of this value.
    known : bool, shape (sites,), optional
        A plan that keeps the rules.

    Returns
    -------
    Found
        ``opened`` is None where no plan that keeps the rules was met.
    """
    best = Found(form, known)
    rng = np.random.default_rng(seed)
    free = form.state == FREE
    g, low, high = _site_rows(form)
    strict = form.strict()
    must = form.must()
    priced = np.flatnonzero(np.bincount(form.z_row, minlength=form.rows) > 0) if form.rows else np.empty(0, np.int64)
    soft_rows = priced[~strict[priced]]
    theta = np.zeros(form.rows) if price is None else np.maximum(price, 0.0)
    typical = max(
        float(np.abs(form.cost[free]).mean()) if free.any() else 0.0,
        float(form.weight.sum()) / max(form.sites, 1),
        1e-9,
    )
    in_row = [form.z_row == r for r in range(form.rows)]
    for r in soft_rows:
        people = float(form.z_coef[in_row[r]].sum())
        theta[r] = max(theta[r], 1e-3 * typical / max(people / max(form.sites, 1), 1e-9))
    heavy = np.zeros(form.terms)
    if must.any():
        heavy[must] = 0.05 * typical if multiplier is None else np.maximum(multiplier[must], 0.02 * typical)
    y = start & (form.state >= 0) | (form.state == OPEN)
    current = y.copy()
    here = np.inf
    idle = 0
    odds = np.full(form.sites, 1.0) if guess is None else np.maximum(guess, 0.02)
    alike = likeness(form) if kicks >= AROUND and free.any() else None
    for kick in range(kicks + 1):
        w = form.weight + heavy
        for r in soft_rows:
            w[form.z_term[in_row[r]]] += theta[r] * form.z_coef[in_row[r]]
        fine = 1.0 + float(w.sum()) + float(np.abs(form.cost).sum())  # no move pays for a broken row over sites
        value, _ = descend(form.parent, form.elem, w, form.cost, y, free, g, low, high, fine, most)
        idle = 0 if best.offer(y) else idle + 1
        if best.value <= enough or (idle > patience and not len(soft_rows) and best.opened is not None):
            break
        if len(priced):
            missed = form.missed(y)
            for r in soft_rows:
                at = in_row[r]
                people = float(form.z_coef[at][missed[form.z_term[at]]].sum())
                limit = form.high[r] - float(form.y_row[r] @ y)
                step = 0.3 / (1.0 + kick / 15.0)
                theta[r] *= 1.0 + step if people > limit else (1.0 - 0.4 * step if people < 0.98 * limit else 1.0)
            heavy[must & missed] += 0.15 * typical
            here = value
            # every eighth time from the best plan again, so that prices and plan do not drift apart
            back = best.opened is not None and kick % 8 == 7
            current = best.opened.copy() if back and best.opened is not None else y.copy()
        elif value <= here:
            here, current = value, y.copy()
        y = current.copy()
        if kick == kicks:
            break
        if alike is not None and kick % 4 and _kick_around(rng, y, free, alike, odds):
            continue
        opens, closed = np.flatnonzero(y & free), np.flatnonzero(~y & free)
        k = min(int(rng.integers(1, 4)), len(opens), len(closed))
        if k:
            out = rng.choice(opens, k, replace=False)
            into = rng.choice(closed, k, replace=False, p=odds[closed] / odds[closed].sum())
            y[out], y[into] = False, True
    return best
