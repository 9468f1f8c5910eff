"""Single passes over the terms of a miss form: the inner loops of bound and search, on flat arrays.

Terms are a forest with parents before children (see :mod:`tunti.location.miss`). A pass down gives every term the sum
of its sites' values; a pass up gives every site the sum over the terms that hold it. Both cost one step per term.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit


@njit(cache=True)
def down(parent: Any, elem: Any, y: Any, out: Any) -> None:  # pragma: no cover
    """Write into ``out`` the sum of ``y`` over the sites of each term."""
    for t in range(len(parent)):
        p = parent[t]
        out[t] = y[elem[t]] + (out[p] if p >= 0 else 0.0)


@njit(cache=True)
def up(parent: Any, elem: Any, value: Any, out: Any) -> None:  # pragma: no cover
    """Write into ``out`` the sum of ``value`` over the terms that hold each site; ``value`` is used up."""
    for j in range(len(out)):
        out[j] = 0.0
    for t in range(len(parent) - 1, -1, -1):
        a = value[t]
        if a != 0.0:
            out[elem[t]] += a
            p = parent[t]
            if p >= 0:
                value[p] += a


@njit(cache=True)
def normal_matrix(parent: Any, elem: Any, value: Any, out: Any) -> None:  # pragma: no cover
    """Write into the lower half of ``out`` the sum of ``value[T] 1_T 1_T'``; ``value`` is used up."""
    out[:] = 0.0
    for t in range(len(parent) - 1, -1, -1):
        a = value[t]
        if a != 0.0:
            p = parent[t]
            if p >= 0:
                value[p] += a
            e = elem[t]
            out[e, e] += a
            while p >= 0:
                q = elem[p]
                if q < e:
                    out[e, q] += a
                else:
                    out[q, e] += a
                p = parent[p]


@njit(cache=True)
def prepare(
    yt: Any, w: Any, z: Any, pi: Any, s: Any, lam: Any, kind: Any, priced: Any, d: Any, zeta: Any, rp: Any, rz: Any
) -> tuple[float, int, float]:  # pragma: no cover
    """Fill the terms' weights in the normal matrix and residuals; give complementarity, its count, worst residual.

    ``kind`` is 0 for a term that only carries others, 1 for one that may be missed, 2 for one that must be hit.
    """
    total, count, worst = 0.0, 0, 0.0
    for t in range(len(w)):
        if kind[t] == 0:
            d[t] = 0.0
            zeta[t] = 0.0
            rp[t] = 0.0
            rz[t] = 0.0
            continue
        if kind[t] == 2:
            zeta[t] = 0.0
            d[t] = lam[t] / s[t]
            rp[t] = 1.0 - yt[t] + s[t]
            rz[t] = 0.0
            total += lam[t] * s[t]
            count += 1
        else:
            zeta[t] = z[t] / pi[t]
            d[t] = 1.0 / (zeta[t] + s[t] / lam[t])
            rp[t] = 1.0 - yt[t] - z[t] + s[t]
            rz[t] = w[t] + priced[t] - lam[t] - pi[t]
            total += lam[t] * s[t] + z[t] * pi[t]
            count += 2
        worst = max(worst, abs(rp[t]))
    return total, count, worst


@njit(cache=True)
def right_side(
    rp: Any, rz: Any, z: Any, pi: Any, s: Any, lam: Any, kind: Any, d: Any, target: float, second: bool,
    ds: Any, dl: Any, dz: Any, dp: Any, g: Any, h: Any, out: Any,
) -> None:  # fmt: skip # pragma: no cover
    """Fill the terms' right-hand sides ``g`` and ``h``, and ``out = d g``; ``second`` adds the corrector's products."""
    for t in range(len(rp)):
        if kind[t] == 0:
            out[t] = 0.0
            continue
        cs = target - s[t] * lam[t]
        if second:
            cs -= ds[t] * dl[t]
        if kind[t] == 2:
            h[t] = 0.0
        else:
            cz = target - z[t] * pi[t]
            if second:
                cz -= dz[t] * dp[t]
            h[t] = (cz - z[t] * rz[t]) / pi[t]
        g[t] = rp[t] - h[t] + cs / lam[t]
        out[t] = d[t] * g[t]


@njit(cache=True)
def directions(
    dyt: Any, dpriced: Any, rz: Any, z: Any, pi: Any, s: Any, lam: Any, kind: Any, d: Any, zeta: Any, g: Any, h: Any,
    target: float, second: bool, ds: Any, dl: Any, dz: Any, dp: Any,
) -> tuple[float, float]:  # fmt: skip # pragma: no cover
    """Fill the terms' directions from the sites' one; give the longest primal and dual steps."""
    primal, dual = 1.0, 1.0
    for t in range(len(rz)):
        if kind[t] == 0:
            continue
        cs = target - s[t] * lam[t]
        if second:
            cs -= ds[t] * dl[t]
        a = d[t] * (g[t] + zeta[t] * dpriced[t] - dyt[t])
        b = (cs - s[t] * a) / lam[t]
        dl[t] = a
        ds[t] = b
        if a < 0:
            dual = min(dual, -lam[t] / a)
        if b < 0:
            primal = min(primal, -s[t] / b)
        if kind[t] == 1:
            e = h[t] - zeta[t] * dpriced[t] + zeta[t] * a
            f = rz[t] + dpriced[t] - a
            dz[t] = e
            dp[t] = f
            if e < 0:
                primal = min(primal, -z[t] / e)
            if f < 0:
                dual = min(dual, -pi[t] / f)
    return primal, dual


@njit(cache=True)
def after(
    z: Any, pi: Any, s: Any, lam: Any, kind: Any, ds: Any, dl: Any, dz: Any, dp: Any, primal: float, dual: float
) -> float:  # pragma: no cover
    """Give the complementarity that a step would leave."""
    total = 0.0
    for t in range(len(z)):
        if kind[t] > 0:
            total += (s[t] + primal * ds[t]) * (lam[t] + dual * dl[t])
        if kind[t] == 1:
            total += (z[t] + primal * dz[t]) * (pi[t] + dual * dp[t])
    return total


@njit(cache=True)
def move(
    z: Any, pi: Any, s: Any, lam: Any, kind: Any, ds: Any, dl: Any, dz: Any, dp: Any, primal: float, dual: float
) -> None:  # pragma: no cover
    """Take a step."""
    for t in range(len(z)):
        if kind[t] > 0:
            s[t] += primal * ds[t]
            lam[t] += dual * dl[t]
        if kind[t] == 1:
            z[t] += primal * dz[t]
            pi[t] += dual * dp[t]


@njit(cache=True)
def missed_terms(parent: Any, elem: Any, opened: Any, out: Any) -> None:  # pragma: no cover
    """Mark the terms none of whose sites is open."""
    for t in range(len(parent)):
        p = parent[t]
        out[t] = not opened[elem[t]] and (p < 0 or out[p])


@njit(cache=True)
def again(parent: Any, elem: Any, state: Any, h1: Any, h2: Any) -> tuple[Any, Any, Any]:  # pragma: no cover
    """Merge the terms again after sites were settled.

    Gives new parents and sites, and for each old term its new one, -1 where no site is left, -2 where one is open.
    """
    n = len(parent)
    new_of = np.empty(n, np.int32)
    new_parent = np.empty(n, np.int32)
    new_elem = np.empty(n, np.int32)
    k1 = np.empty(n, np.uint64)
    k2 = np.empty(n, np.uint64)
    size = np.empty(n, np.int32)
    slots = 16
    while slots < 2 * n + 2:
        slots *= 2
    table = np.full(slots, -1, np.int32)
    stamp = np.full(len(state), -1, np.int64)
    used = 0
    for t in range(n):
        p = parent[t]
        up_new = new_of[p] if p >= 0 else np.int32(-1)
        e = elem[t]
        if up_new == -2 or state[e] > 0:
            new_of[t] = -2
            continue
        if state[e] < 0:
            new_of[t] = up_new
            continue
        x1 = h1[e] + (k1[up_new] if up_new >= 0 else np.uint64(0))
        x2 = h2[e] + (k2[up_new] if up_new >= 0 else np.uint64(0))
        count = 1 + (size[up_new] if up_new >= 0 else 0)
        at = np.int64(x1 & np.uint64(slots - 1))
        found = np.int32(-1)
        while table[at] >= 0:
            c = table[at]
            if k1[c] == x1 and k2[c] == x2 and size[c] == count:
                same = new_parent[c] == up_new and new_elem[c] == e
                if not same:
                    stamp[e] = t
                    q = up_new
                    while q >= 0:
                        stamp[new_elem[q]] = t
                        q = new_parent[q]
                    same = True
                    q = c
                    while q >= 0:
                        if stamp[new_elem[q]] != t:
                            same = False
                            break
                        q = new_parent[q]
                if same:
                    found = c
                    break
            at = (at + 1) & (slots - 1)
        if found < 0:
            found = np.int32(used)
            new_parent[used] = up_new
            new_elem[used] = e
            size[used] = count
            k1[used] = x1
            k2[used] = x2
            table[at] = found
            used += 1
        new_of[t] = found
    return new_parent[:used].copy(), new_elem[:used].copy(), new_of


@njit(cache=True)
def ancestors(parent: Any, mark: Any) -> None:  # pragma: no cover
    """Mark the ancestors of marked terms."""
    for t in range(len(parent) - 1, -1, -1):
        if mark[t] and parent[t] >= 0:
            mark[parent[t]] = True
