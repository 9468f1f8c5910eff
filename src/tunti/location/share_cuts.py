"""Rules on people, sharpened: what a share asks of sites in whole numbers.

A rule lets at most ``h`` people of a region be missed. Its relaxation opens a third of a site where a third of the
site's people would do. For any set ``A`` of sites let ``m(A)`` be the people of the rule that ``A`` misses and
``g_j(A) = m(A) - m(A + j)`` those of them whom site ``j`` serves. If ``R = m(A) - h > 0``, every whole plan keeps

    sum over j not in A of min(g_j(A), R) y_j  >=  R

*Proof.* Let ``S`` be the plan. People missed only fall as sites are added, and by less the more there are, so
``m(A) - m(A + S) <= sum over j in S, not in A, of g_j(A)``; and ``m(A + S) <= m(S) <= h``, so that sum is at least
``R``. Where some ``g_j`` is cut down to ``R``, its site alone gives ``R``. Hence nothing but broken plans are left out.

Literature: Wolsey (1982), submodular covering; Carr, Fleischer, Leung and Phillips (2000), knapsack cover inequalities.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from tunti.location.exact import sets
from tunti.location.miss import MissForm

Floats = NDArray[np.float64]

LEAST = 0.02
"""By how much the relaxation must break a row, as a part of what it asks, to be worth adding."""


@njit(cache=True)
def _short(
    start: Any, site: Any, coef: Any, high: float, chosen: Any, y: Any, held: Any
) -> tuple[float, float]:  # pragma: no cover
    """Give by how much the relaxed plan breaks the row of a set of sites, and the row's right side (0: no row)."""
    held[:] = 0.0
    missed = 0.0
    for t in range(len(coef)):
        hit = False
        for e in range(start[t], start[t + 1]):
            if chosen[site[e]]:
                hit = True
                break
        if not hit:
            missed += coef[t]
            for e in range(start[t], start[t + 1]):
                held[site[e]] += coef[t]
    rest = missed - high
    if rest <= 1e-6:
        return -1.0, 0.0
    total = 0.0
    for j in range(len(held)):
        if held[j] > 0.0:
            total += min(held[j], rest) * y[j]
    return 1.0 - total / rest, rest


@njit(cache=True)
def _most_broken(
    start: Any, site: Any, coef: Any, high: float, order: Any, y: Any, best: Any
) -> float:  # pragma: no cover
    """Look for the set whose row is broken most: first sites of an order, then one in or out while it helps."""
    chosen = np.zeros(len(y), np.bool_)
    held = np.empty(len(y))
    most, rest = _short(start, site, coef, high, chosen, y, held)
    best[:] = chosen
    for j in order:
        chosen[j] = True
        short, rest = _short(start, site, coef, high, chosen, y, held)
        if rest == 0.0:
            break  # nobody is missed beyond what the rule allows, nor will be
        if short > most:
            most = short
            best[:] = chosen
    again = True
    turns = 0
    while again and turns < 5:
        again = False
        turns += 1
        for j in order:
            best[j] = not best[j]
            short, rest = _short(start, site, coef, high, best, y, held)
            if rest > 0.0 and short > most + 1e-6:
                most = short
                again = True
            else:
                best[j] = not best[j]
    return most


def share_cuts(form: MissForm, y: Floats, *, least: float = LEAST) -> Floats:
    """Find rows that every whole plan keeps and a relaxed one breaks, at most one for each rule on people.

    Parameters
    ----------
    form : MissForm
    y : float64, shape (sites,)
        The relaxed plan.
    least : float
        Least part by which the relaxed plan must break a row.

    Returns
    -------
    float64, shape (rows, sites)
        Coefficients ``c`` of rows ``c y >= 1``.
    """
    found: list[Floats] = []
    if form.twice or not len(form.z_term):
        return np.empty((0, form.sites))
    strict = form.strict()
    held, best = np.empty(form.sites), np.empty(form.sites, bool)
    for r in np.unique(form.z_row):
        if strict[r] or form.y_row[r].any() or not np.isfinite(form.high[r]):
            continue
        at = form.z_row == r
        coef, high = form.z_coef[at], float(form.high[r])
        start, site = sets(form, form.z_term[at])
        here = np.unique(site)
        here = here[y[here] > 0.02]
        order = here[np.argsort(-y[here], kind="stable")]
        if _most_broken(start, site, coef, high, order, y, best) > least:
            _, rest = _short(start, site, coef, high, best, y, held)
            found.append(np.minimum(held, rest) / rest)
    return np.array(found).reshape(len(found), form.sites)


def with_rows(form: MissForm, rows: Floats) -> MissForm:
    """Add rows ``c y >= 1`` that the form's other rows imply for whole plans."""
    if not len(rows):
        return form
    return replace(
        form,
        y_row=np.vstack([form.y_row, rows]),
        low=np.concatenate([form.low, np.ones(len(rows))]),
        high=np.concatenate([form.high, np.full(len(rows), np.inf)]),
        implied=form.implied + len(rows),
    )
