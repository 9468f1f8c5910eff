"""The bound: the linear relaxation of a miss form by an interior-point method made for it.

Every term has few unknowns of its own (missed or not, slack, two multipliers), so Newton's equations shrink to one per
site: a positive definite matrix that is filled by walking up each term's chain, and a handful of rows for the rules. A
problem of 100,000 cells and 600 sites costs about 25 steps of some 10 milliseconds. Any multipliers give a true bound:

    L = constant + sum_T lam_T - mu'c + sum_j min(0, cost_j + (A'mu)_j - sum_{T holds j} lam_T),
    0 <= lam_T <= weight_T + (B'mu)_T,  mu >= 0 for rows 'at most'

so the value given is valid however far the method got. ``cost_j + (A'mu)_j - sum lam_T`` is the reduced cost of a site.

Literature: Mehrotra (1992), On the implementation of a primal-dual interior point method; Erlenkotter (1978) and
Cornuejols, Fisher, Nemhauser (1977) for the Lagrangian bound of location problems.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.linalg
from numpy.typing import NDArray

from tunti.location.miss import MissForm
from tunti.location.passes import after, directions, down, move, normal_matrix, prepare, right_side, up

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Bound:
    """What the linear relaxation says.

    Attributes
    ----------
    value : float
        No plan of the form is better; ``inf`` where no plan exists.
    y : float64, shape (sites,)
        How far open each site is in the relaxation (settled ones 0 or 1).
    multiplier : float64, shape (terms,)
        Multipliers that prove ``value``.
    price : float64, shape (rows,)
        Price of each rule: what one unit more of its bound would save, at the margin; negative for 'at least' rows.
    reduced : float64, shape (sites,)
        Reduced costs; opening a free site with a positive one costs at least that, closing one with a negative one too.
    steps : int
    """

    value: float
    y: Floats
    multiplier: Floats
    price: Floats
    reduced: Floats
    steps: int


@dataclass(frozen=True, eq=False)
class _Rows:
    """Rows in the form ``G y + B z <= c`` and ``E y = e`` over the free sites, with where they came from."""

    g: Floats
    c: Floats
    e: Floats
    e_right: Floats
    source: NDArray[np.int64]
    sign: Floats
    e_source: NDArray[np.int64]
    term: list[NDArray[np.int32]]
    coef: list[Floats]


def _split(form: MissForm, free: NDArray[np.int64], strict: NDArray[np.bool_]) -> _Rows:
    low, high = form.limits_left()
    equal = (high - low < 1e-9) & ~strict
    upper = np.flatnonzero(np.isfinite(high) & ~equal & ~strict)
    lower = np.flatnonzero(np.isfinite(low) & ~equal & ~strict)
    a = form.y_row[:, free]
    order = np.argsort(form.z_row, kind="stable")
    ends = np.searchsorted(form.z_row[order], np.arange(form.rows + 1))
    term, coef = [], []
    for r in upper:
        at = order[ends[r] : ends[r + 1]]
        term.append(form.z_term[at])
        coef.append(form.z_coef[at])
    for _ in lower:
        term.append(np.empty(0, np.int32))
        coef.append(np.empty(0))
    same = np.flatnonzero(equal)
    return _Rows(
        np.vstack([a[upper], -a[lower]]),
        np.r_[high[upper], -low[lower]],
        a[same],
        high[same],
        np.r_[upper, lower],
        np.r_[np.ones(len(upper)), -np.ones(len(lower))],
        same,
        term,
        coef,
    )


@dataclass(frozen=True, eq=False)
class _Step:
    """All that one Newton step looks at; arrays over terms are filled by the passes."""

    parent: NDArray[np.int32]
    elem: NDArray[np.int32]
    kind: NDArray[np.int8]
    rows: _Rows
    coef: list[Floats]
    with_terms: list[int]
    y: Floats
    u: Floats
    al: Floats
    be: Floats
    mu: Floats
    q: Floats
    ry: Floats
    rq: Floats
    re: Floats
    factor: Any
    small: Any
    border: Floats
    inner: Floats
    z: Floats
    pi: Floats
    s: Floats
    lam: Floats
    d: Floats
    zeta: Floats
    rp: Floats
    rz: Floats
    gg: Floats
    hh: Floats
    ds: Floats
    dl: Floats
    dz: Floats
    dp: Floats
    dyt: Floats
    dpriced: Floats
    acc: Floats
    held: Floats


def _direction(
    k: _Step, target: float, second: bool, push: tuple[Floats, Floats, Floats]
) -> tuple[Floats, Floats, Floats, Floats, Floats, Floats, float, float]:
    """Solve Newton's equations: directions of sites, prices, multipliers and slacks, and the longest steps."""
    ca, cb, cq = target - k.al * k.y - push[0], target - k.be * k.u - push[1], target - k.mu * k.q - push[2]
    terms = (k.z, k.pi, k.s, k.lam, k.kind)
    right_side(k.rp, k.rz, *terms, k.d, target, second, k.ds, k.dl, k.dz, k.dp, k.gg, k.hh, k.acc)
    up(k.parent, k.elem, k.acc, k.held)
    x = scipy.linalg.cho_solve(k.factor, k.held - k.ry + ca / k.y - cb / k.u, check_finite=False)
    dm, dn = np.empty(0), np.empty(0)
    if k.small is not None:
        below = np.concatenate([k.rq - cq / k.mu, k.re])
        for r in k.with_terms:
            t = k.rows.term[r]
            below[r] -= float(k.coef[r] @ (k.hh[t] + k.zeta[t] * k.d[t] * k.gg[t]))
        v = scipy.linalg.lu_solve(k.small, k.border @ x - below, check_finite=False)
        x = x - k.inner @ v
        dm, dn = v[: len(k.mu)], v[len(k.mu) :]
    down(k.parent, k.elem, x, k.dyt)
    if k.with_terms:
        k.dpriced[:] = 0.0
        for r in k.with_terms:
            k.dpriced[k.rows.term[r]] += k.coef[r] * dm[r]
    primal, dual = directions(
        k.dyt, k.dpriced, k.rz, *terms, k.d, k.zeta, k.gg, k.hh, target, second, k.ds, k.dl, k.dz, k.dp
    )
    da, db, dq = (ca - k.al * x) / k.y, (cb + k.be * x) / k.u, (cq - k.q * dm) / k.mu
    primal = min(primal, _longest(k.y, x), _longest(k.u, -x), _longest(k.q, dq))
    dual = min(dual, _longest(k.al, da), _longest(k.be, db), _longest(k.mu, dm))
    return x, dm, dn, da, db, dq, primal, dual


def _longest(value: Floats, step: Floats) -> float:
    back = step < 0
    return float(min(1.0, (-value[back] / step[back]).min())) if back.any() else 1.0


@np.errstate(divide="ignore", invalid="ignore", over="ignore")
def relax(
    form: MissForm,
    *,
    start: Floats | None = None,
    centre: float = 10.0,
    prices: Floats | None = None,
    gap: float = 1e-7,
    steps: int = 100,
    enough: float = np.inf,
    watch: Callable[[float, float], None] | None = None,
) -> Bound:
    """Bound a form from below by its linear relaxation.

    Parameters
    ----------
    form : MissForm
        Not of the kind ``twice``.
    start : float64, shape (sites,), optional
        A guess of the answer, such as a good plan blurred; speeds things up.
    centre : float
        How far from the border of what is allowed to start, in mean weights of terms; a start that is close to the
        answer needs less.
    prices : float64, optional
        A guess of the rules' prices, for the first rows of the form.
    gap : float
        Stop when the relaxation's own gap is at most this part of its value.
    steps : int
        Most Newton steps.
    enough : float
        Stop when the bound is above this (the plan at hand cannot be beaten).
    watch : callable, optional
        Called with the bound so far and the part of the work done.

    Returns
    -------
    Bound
    """
    free = form.free
    n, terms = len(free), form.terms
    y_full = form.opened.astype(float)
    nothing = Bound(np.inf, y_full, np.zeros(terms), np.zeros(form.rows), np.zeros(form.sites), 0)
    strict = form.strict()
    if form.impossible() or (form.high[strict] < 0).any():
        return nothing
    if n == 0:
        return Bound(form.base, y_full, np.zeros(terms), np.zeros(form.rows), np.zeros(form.sites), 0)
    column = np.full(form.sites, -1, np.int32)
    column[free] = np.arange(n, dtype=np.int32)
    parent, elem = form.parent, column[form.elem]
    rows = _split(form, free, strict)
    if (~np.array([len(t) > 0 for t in rows.term], bool) & (np.minimum(rows.g, 0).sum(axis=1) > rows.c + 1e-6)).any():
        return nothing
    nr, ne = len(rows.c), len(rows.e_right)
    with_terms = [r for r in range(nr) if len(rows.term[r])]
    kind = np.zeros(terms, np.int8)
    kind[form.weight > 0] = 1
    kind[form.z_term] = 1
    kind[form.must()] = 2
    scale = max((np.abs(form.cost[free]).sum() + form.weight.sum()) / n, 1e-300)
    if not form.weight.any() and form.cost[free].max(initial=0) <= 1:
        scale = 1.0
    w, f = form.weight / scale, form.cost[free] / scale
    # rows with people are scaled to the size of the others
    norm = np.array(
        [max(1.0, float(np.abs(rows.coef[r]).max(initial=0)), float(np.abs(rows.g[r]).max())) for r in range(nr)]
    )
    g_rows, c = rows.g / norm[:, None] if nr else rows.g, rows.c / norm
    coef = [rows.coef[r] / norm[r] for r in range(nr)]
    e_rows, e_right = rows.e, rows.e_right

    # start: given y, every term is put exactly on the central path of one common complementarity
    soft = kind == 1
    y = np.full(n, 0.5) if start is None else np.clip(start[free], 0.02, 0.98)
    if start is None and nr + ne:
        only = [r for r in range(nr) if r not in with_terms and (g_rows[r] > 0).all()]
        room = [c[r] / g_rows[r].sum() for r in only] + [e_right[r] / max(e_rows[r].sum(), 1e-9) for r in range(ne)]
        y[:] = np.clip(min([0.5, *room]), 0.02, 0.5)
    m = centre * float(w[soft].mean()) if soft.any() and w.any() else 1.0
    yt = np.empty(terms)
    down(parent, elem, y, yt)
    short = 1.0 - yt
    mu = np.full(nr, m) / np.maximum(c - g_rows @ y, 0.05 * np.abs(c) + 0.05)
    priced = np.zeros(terms)
    for r in with_terms:
        guessed = 0.0 if prices is None or rows.source[r] >= len(prices) else float(prices[rows.source[r]])
        mu[r] = max(m, guessed * norm[r] / scale)
        priced[rows.term[r]] += coef[r] * mu[r]
    total = np.maximum(w + priced, 1e-12)
    part = total * short - 2 * m
    root = np.sqrt(total * total * short * short + 4 * m * m)
    s = np.where(part < 0, (root - part) / (2 * total), 2 * m * short / np.maximum(part + root, 1e-300))
    s = np.where(kind == 2, np.maximum(-short, 0.3), np.maximum(s, 1e-12))
    z = np.where(soft, np.maximum(s + short, 1e-12), 1.0)
    lam = np.where(kind > 0, m / s, 0.0)
    pi = np.where(soft, m / z, 1.0)
    acc, held = lam.copy(), np.empty(n)
    up(parent, elem, acc, held)
    for r in range(nr):
        k = c[r]
        if r not in with_terms and (g_rows[r] == 1.0).all() and 1 <= k < n:
            mu[r] = max(float(np.sort(held - f)[-int(k)]), mu[r])
    nu = np.zeros(ne)
    for r in range(ne):
        k = e_right[r]
        if (e_rows[r] == 1.0).all() and 1 <= k < n:
            nu[r] = float(np.sort(held - f)[-int(k)])
    reduced = f + g_rows.T @ mu + e_rows.T @ nu - held
    al, be = np.maximum(reduced, 0) + m / y, np.maximum(-reduced, 0) + m / (1 - y)
    bz = np.array([float(coef[r] @ z[rows.term[r]]) for r in range(nr)])
    q = np.maximum(c - g_rows @ y - bz, 0.05 * np.abs(c) + 0.05)

    d, zeta, rp, rz = np.empty(terms), np.empty(terms), np.empty(terms), np.empty(terms)
    gg, hh = np.zeros(terms), np.zeros(terms)
    ds, dl, dz, dp = np.zeros(terms), np.zeros(terms), np.zeros(terms), np.zeros(terms)
    dyt, dpriced = np.empty(terms), np.zeros(terms)
    matrix = np.zeros((n, n))
    diagonal = np.arange(n)
    best = nothing
    best_value = -np.inf
    most = float(np.abs(f).sum() + w.sum()) + 1.0
    done = 0

    for done in range(1, steps + 1):
        u = 1.0 - y
        down(parent, elem, y, yt)
        if with_terms:
            priced[:] = 0.0
            for r in with_terms:
                priced[rows.term[r]] += coef[r] * mu[r]
            bz = np.array([float(coef[r] @ z[rows.term[r]]) for r in range(nr)])
        together, count, worst = prepare(yt, w, z, pi, s, lam, kind, priced, d, zeta, rp, rz)
        # the bound that these multipliers prove
        proof = np.where(soft, np.minimum(lam, w + priced), lam)
        acc = proof.copy()
        up(parent, elem, acc, held)
        reduced = f + g_rows.T @ mu + e_rows.T @ nu - held
        value = float(proof.sum() - mu @ c - nu @ e_right + np.minimum(reduced, 0).sum())
        ry = reduced - al + be
        rq = c - g_rows @ y - bz - q
        re = e_right - e_rows @ y
        if value > best_value:
            best_value = value
            price = np.zeros(form.rows)
            np.add.at(price, rows.source, rows.sign * mu / norm * scale)
            np.add.at(price, rows.e_source, nu * scale)
            wide = np.zeros(form.sites)
            wide[free] = reduced * scale
            y_full[free] = y
            best = Bound(value * scale + form.base, y_full.copy(), proof * scale, price, wide, done)
        plan = float(f @ y + w[soft] @ np.maximum(1.0 - yt[soft], 0.0))
        if watch is not None:
            watch(best.value, min(1.0, done / 40))
        off = max(
            worst,
            float(np.abs(rq).max(initial=0)) / (1 + float(np.abs(c).max(initial=0))),
            float(np.abs(re).max(initial=0)) / (1 + float(np.abs(e_right).max(initial=0))),
        )
        if off < 1e-6 and plan - value <= gap * max(abs(plan), 1e-9):
            break
        if best.value > enough:
            break
        if value > most:
            return Bound(np.inf, best.y, best.multiplier, best.price, best.reduced, done)
        acc = d.copy()
        normal_matrix(parent, elem, acc, matrix)
        matrix[diagonal, diagonal] += al / y + be / u
        try:
            factor = scipy.linalg.cho_factor(matrix, lower=True, check_finite=False)
        except np.linalg.LinAlgError:
            break
        border = np.vstack([g_rows, e_rows])
        for r in with_terms:
            acc[:] = 0.0
            acc[rows.term[r]] = zeta[rows.term[r]] * d[rows.term[r]] * coef[r]
            up(parent, elem, acc, held)
            border[r] -= held
        small, inner = None, border
        if nr + ne:
            inner = scipy.linalg.cho_solve(factor, border.T, check_finite=False)
            square = border @ inner
            square[np.arange(nr), np.arange(nr)] += q / mu
            left = zeta - zeta * zeta * d
            mark = np.zeros(terms)
            for r in with_terms:
                mark[:] = 0.0
                mark[rows.term[r]] = coef[r]
                for k in with_terms:
                    square[r, k] += float((mark[rows.term[k]] * coef[k]) @ left[rows.term[k]])
            square[np.arange(nr + ne), np.arange(nr + ne)] += 1e-14 * (1.0 + np.abs(square).max())
            small = scipy.linalg.lu_factor(square, check_finite=False)
        m = (together + float(al @ y + be @ u + mu @ q)) / (count + 2 * n + nr)

        step = _Step(
            parent, elem, kind, rows, coef, with_terms, y, u, al, be, mu, q, ry, rq, re, factor, small, border,
            inner, z, pi, s, lam, d, zeta, rp, rz, gg, hh, ds, dl, dz, dp, dyt, dpriced, acc, held,
        )  # fmt: skip
        nil = np.zeros(n)
        x, dm, dn, da, db, dq, primal, dual = _direction(step, 0.0, False, (nil, nil, np.zeros(nr)))
        tried = after(z, pi, s, lam, kind, ds, dl, dz, dp, primal, dual) + float(
            (al + dual * da) @ (y + primal * x)
            + (be + dual * db) @ (u - primal * x)
            + (mu + dual * dm) @ (q + primal * dq)
        )
        target = m * (tried / (m * (count + 2 * n + nr))) ** 3
        x, dm, dn, da, db, dq, primal, dual = _direction(step, target, True, (da * x, -db * x, dq * dm))
        if not np.isfinite(x).all():
            break
        primal, dual = 0.9995 * primal, 0.9995 * dual
        # rounding may not carry a site to the very border, where nothing more can be divided by its distance
        y, q = np.clip(y + primal * x, 1e-13, 1 - 1e-13), q + primal * dq
        al, be, mu, nu = al + dual * da, be + dual * db, mu + dual * dm, nu + dual * dn
        move(z, pi, s, lam, kind, ds, dl, dz, dp, primal, dual)
    return Bound(best.value, best.y, best.multiplier, best.price, best.reduced, done)


def fixed_by(form: MissForm, bound: Bound, best: float) -> NDArray[np.int8]:
    """Settle sites that no better plan can open or close.

    A plan that opens a free site of reduced cost ``r > 0`` costs at least ``bound + r``, and one that closes a site of
    ``r < 0`` at least ``bound - r``; where that is not below ``best``, the other choice is settled.

    Parameters
    ----------
    form : MissForm
    bound : Bound
    best : float
        Value that a better plan must be below: for whole-number objectives, only what is less by one counts.

    Returns
    -------
    int8, shape (sites,)
        States, with those of the form kept.
    """
    state = form.state.copy()
    ceiling = best - 1 + 1e-6 * max(1.0, abs(best) * 1e-6) if form.integral else best - 1e-9 * abs(best)
    free = state == 0
    state[free & (bound.value + bound.reduced > ceiling)] = -1
    state[free & (bound.value - bound.reduced > ceiling)] = 1
    return state
