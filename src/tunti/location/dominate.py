"""Reductions of covering questions: rows that others imply, sites that others replace.

Valid because

1. a set that must be hit is hit whenever a subset of it must be;
2. where every set that holds site ``j`` also holds site ``k``, and ``k`` costs no more and uses no more of any rule, a
   plan with ``j`` stays as good with ``k`` in its place, and a plan with both stays as good without ``j``;
3. a set of one site that must be hit opens it.

Repeated until nothing changes. Literature: Toregas and ReVelle (1973); Lv et al. (2024) for presolving coverage models.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numba import njit

from tunti.location.exact import sets
from tunti.location.miss import CLOSED, FREE, OPEN, MissForm
from tunti.location.reduce import prune, settle


@njit(cache=True)
def _bits(start: Any, item: Any, words: int) -> Any:  # pragma: no cover
    """Write sets as rows of bits."""
    out = np.zeros((len(start) - 1, words), np.uint64)
    for k in range(len(start) - 1):
        for e in range(start[k], start[k + 1]):
            out[k, item[e] >> 6] |= np.uint64(1) << np.uint64(item[e] & 63)
    return out


@njit(cache=True)
def turned(start: Any, item: Any, items: int) -> tuple[Any, Any]:  # pragma: no cover
    """Turn sets of items into lists of sets per item."""
    begin = np.zeros(items + 1, np.int64)
    for e in range(len(item)):
        begin[item[e] + 1] += 1
    for i in range(items):
        begin[i + 1] += begin[i]
    fill = begin[:-1].copy()
    out = np.empty(len(item), np.int32)
    for k in range(len(start) - 1):
        for e in range(start[k], start[k + 1]):
            out[fill[item[e]]] = k
            fill[item[e]] += 1
    return begin, out


@njit(cache=True)
def _implied(start: Any, site: Any, sites: int, order: Any) -> Any:  # pragma: no cover
    """Mark sets that hold another whole set; ``order`` goes from small to large."""
    n = len(start) - 1
    bits = _bits(start, site, (sites + 63) >> 6)
    begin, sets_of = turned(start, site, sites)
    gone = np.zeros(n, np.bool_)
    alive = np.zeros(sites, np.int64)
    for j in range(sites):
        alive[j] = begin[j + 1] - begin[j]
    words = bits.shape[1]
    for q in range(n):
        k = order[q]
        if gone[k]:
            continue
        rare = site[start[k]]
        for e in range(start[k], start[k + 1]):
            if alive[site[e]] < alive[rare]:
                rare = site[e]
        size = start[k + 1] - start[k]
        for a in range(begin[rare], begin[rare + 1]):
            h = sets_of[a]
            if gone[h] or h == k or start[h + 1] - start[h] < size:
                continue
            inside = True
            for x in range(words):
                if bits[k, x] & ~bits[h, x] != 0:
                    inside = False
                    break
            if inside:
                gone[h] = True
                for e in range(start[h], start[h + 1]):
                    alive[site[e]] -= 1
    return gone


@njit(cache=True)
def _replaced(start: Any, site: Any, sites: int, free: Any, cost: Any, use: Any) -> Any:  # pragma: no cover
    """Mark free sites that another free site replaces in every set at no more cost and use of rules."""
    begin, sets_of = turned(start, site, sites)
    bits = _bits(begin, sets_of, (len(start) - 1 + 63) >> 6)
    gone = np.zeros(sites, np.bool_)
    words = bits.shape[1]
    for j in range(sites):
        if not free[j]:
            continue
        if begin[j] == begin[j + 1]:
            continue
        short = sets_of[begin[j]]
        for a in range(begin[j], begin[j + 1]):
            k = sets_of[a]
            if start[k + 1] - start[k] < start[short + 1] - start[short]:
                short = k
        for e in range(start[short], start[short + 1]):
            k = site[e]
            if k == j or gone[k] or not free[k] or cost[k] > cost[j]:
                continue
            if begin[k + 1] - begin[k] < begin[j + 1] - begin[j]:
                continue
            worse = False
            for r in range(use.shape[0]):
                if use[r, k] > use[r, j]:
                    worse = True
                    break
            if worse:
                continue
            inside = True
            for x in range(words):
                if bits[j, x] & ~bits[k, x] != 0:
                    inside = False
                    break
            twins = begin[k + 1] - begin[k] == begin[j + 1] - begin[j] and cost[k] == cost[j] and _same(use, j, k)
            if inside and not (twins and k > j):
                gone[j] = True
                break
    return gone


@njit(cache=True)
def _same(use: Any, j: Any, k: Any) -> bool:  # pragma: no cover
    return bool(np.all(use[:, j] == use[:, k]))


def dominate(form: MissForm, *, rounds: int = 20, most_entries: int = 40_000_000) -> MissForm:
    """Leave out sets that others imply and sites that others replace; the best value stays the same.

    Parameters
    ----------
    form : MissForm
        Of a covering goal. Forms with a rule 'at least' over sites keep all their sites.
    rounds : int
        Most rounds.
    most_entries : int
        Larger forms are left as they are.

    Returns
    -------
    MissForm
    """
    if form.twice:
        return form
    for _ in range(rounds):
        before = (form.terms, len(form.free), len(form.z_term))
        must = form.must()
        active = form.weight > 0
        active[form.z_term] = True
        start, site = sets(form, np.flatnonzero(active))
        if len(site) > most_entries:
            return form
        only = must & (form.weight == 0)
        strict = form.strict()
        loose = np.zeros(form.terms, bool)
        loose[form.z_term[~strict[form.z_row]]] = True
        only &= ~loose
        listed = np.flatnonzero(must)
        start, site = sets(form, listed)
        size = np.diff(start)
        if len(listed) > 1:
            gone = _implied(start, site, form.sites, np.argsort(size, kind="stable"))
            drop = np.zeros(form.terms, bool)
            drop[listed[gone]] = True
            drop &= only
            keep = ~drop[form.z_term]
            form = prune(replace(form, z_row=form.z_row[keep], z_term=form.z_term[keep], z_coef=form.z_coef[keep]))
        state = form.state.copy()
        listed = np.flatnonzero(form.must())
        start, site = sets(form, listed)
        state[site[start[:-1][np.diff(start) == 1]]] = OPEN
        low = np.isfinite(form.low)
        if not low.any() or not form.y_row[low].any():
            active = form.weight > 0
            active[form.z_term] = True
            start, site = sets(form, np.flatnonzero(active))
            free = (state == FREE) & (form.state == FREE)
            gone = _replaced(start, site, form.sites, free, form.cost, np.ascontiguousarray(form.y_row))
            state[gone & (state == FREE)] = CLOSED
            idle = np.bincount(site, minlength=form.sites) == 0
            worth = (form.cost >= 0) & (form.y_row >= 0).all(axis=0)
            state[idle & worth & (state == FREE)] = CLOSED
        if (state != form.state).any():
            form = settle(form, state)
        if before == (form.terms, len(form.free), len(form.z_term)):
            break
    return form
