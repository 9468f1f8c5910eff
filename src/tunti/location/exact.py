"""Arrays of a miss form as one mixed integer programme, rows and columns only; nothing here solves it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from tunti.location.miss import FREE, OPEN, MissForm


@dataclass(frozen=True, eq=False)
class Programme:
    """A mixed integer programme: first the free sites (binary), then the terms that are not required to be hit.

    Attributes
    ----------
    free : int64, shape (free sites,)
        Sites of the binary columns.
    columns : int
    objective, upper : float64, shape (columns,)
    integer : bool, shape (columns,)
    offset : float
    start, index, value : int32, int32, float64
        Rows in CSR form.
    low, high : float64, shape (rows,)
    """

    free: NDArray[np.int64]
    columns: int
    objective: NDArray[np.float64]
    upper: NDArray[np.float64]
    integer: NDArray[np.bool_]
    offset: float
    start: NDArray[np.int32]
    index: NDArray[np.int32]
    value: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]


@njit(cache=True)
def _sizes(parent: Any) -> Any:  # pragma: no cover
    size = np.empty(len(parent), np.int32)
    for t in range(len(parent)):
        size[t] = 1 if parent[t] < 0 else size[parent[t]] + 1
    return size


@njit(cache=True)
def _sets(parent: Any, elem: Any, terms: Any, start: Any) -> Any:  # pragma: no cover
    out = np.empty(start[-1], np.int32)
    for k in range(len(terms)):
        at, t = start[k], terms[k]
        while t >= 0:
            out[at] = elem[t]
            at += 1
            t = parent[t]
    return out


def sizes(form: MissForm) -> NDArray[np.int32]:
    """Count the sites of each term."""
    return np.asarray(_sizes(form.parent), np.int32)


def sets(form: MissForm, terms: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """List the sites of terms.

    Returns
    -------
    start : int64, shape (terms + 1,)
    site : int32
    """
    start = np.zeros(len(terms) + 1, np.int64)
    np.cumsum(sizes(form)[terms], out=start[1:])
    return start, _sets(form.parent, form.elem, terms, start)


def programme(form: MissForm) -> Programme:
    """Write a miss form as a mixed integer programme.

    A rule over terms that allows nothing to be missed makes its terms covering rows. Short sets are rows of their own;
    where chains are long, each term is tied to its parent (``z_t >= z_parent - y_elem``), which says the same with
    three entries a row (the radius form).

    Parameters
    ----------
    form : MissForm

    Returns
    -------
    Programme
    """
    free = np.flatnonzero(form.state == FREE)
    column = np.full(form.sites, -1, np.int64)
    column[free] = np.arange(len(free))
    opened = (form.state == OPEN).astype(float)
    strict_rows = np.zeros(form.rows, bool)
    has_terms = np.zeros(form.rows, bool)
    has_terms[form.z_row] = True
    strict_rows = has_terms & (form.high <= 0) & ~form.y_row.any(axis=1)
    must = np.zeros(form.terms, bool)
    must[form.z_term[strict_rows[form.z_row]]] = True
    soft = np.zeros(form.terms, bool)
    soft[form.weight > 0] = True
    soft[form.z_term] = True
    soft &= ~must
    size = sizes(form)
    active = np.flatnonzero(soft | must)
    rows: list[tuple[NDArray[Any], NDArray[Any], NDArray[Any]]] = []
    low: list[NDArray[Any]] = []
    high: list[NDArray[Any]] = []
    count = 0
    chain = not form.twice and int(size[active].sum()) > 4 * form.terms
    if chain:
        z = np.full(form.terms, -1, np.int64)
        loose = np.flatnonzero(~must)
        z[loose] = len(free) + np.arange(len(loose))
        columns = len(free) + len(loose)
        t = np.arange(form.terms)
        rows.append((t, column[form.elem], np.ones(form.terms)))
        rows.append((t[loose], z[loose], np.ones(len(loose))))
        inner = t[form.parent >= 0]
        up = z[form.parent[inner]]
        rows.append((inner[up >= 0], up[up >= 0], -np.ones(int((up >= 0).sum()))))
        need = np.where(form.parent >= 0, 0.0, 1.0)
        idle = inner[up < 0]
        need[idle] = -1.0
        low.append(need)
        high.append(np.full(form.terms, np.inf))
        count = form.terms
    else:
        z = np.full(form.terms, -1, np.int64)
        if form.twice:
            soft[:] = False
            soft[form.z_term] = True
            soft &= ~must
            active = np.flatnonzero(soft | must)
        loose = np.flatnonzero(soft)
        z[loose] = len(free) + np.arange(len(loose))
        columns = len(free) + len(loose)
        start, site = sets(form, active)
        row = np.repeat(np.arange(len(active)), np.diff(start))
        rows.append((row, column[site], np.ones(len(site))))
        hit = z[active] >= 0
        rows.append((np.flatnonzero(hit), z[active[hit]], np.ones(int(hit.sum()))))
        low.append(np.ones(len(active)))
        high.append(np.full(len(active), np.inf))
        count = len(active)
    extra = np.flatnonzero(form.weight > 0) if form.twice else np.empty(0, np.int64)
    if form.twice:
        start, site = sets(form, extra)
        row = count + np.repeat(np.arange(len(extra)), np.diff(start))
        rows.append((row, column[site], np.ones(len(site))))
        rows.append((count + np.arange(len(extra)), columns + np.arange(len(extra)), np.full(len(extra), 2.0)))
        low.append(np.full(len(extra), 2.0))
        high.append(np.full(len(extra), np.inf))
        count += len(extra)
        columns += len(extra)
    kept = np.flatnonzero(~strict_rows)
    k, j = np.nonzero(form.y_row[kept][:, free])
    rows.append((count + k, j, form.y_row[kept][:, free][k, j]))
    base = form.y_row[kept] @ opened
    place = np.cumsum(~strict_rows) - 1
    entry = ~strict_rows[form.z_row] & (z[form.z_term] >= 0)
    rows.append((count + place[form.z_row[entry]], z[form.z_term[entry]], form.z_coef[entry]))
    low.append(form.low[kept] - base)
    high.append(form.high[kept] - base)
    count += len(kept)
    r = np.concatenate([x[0] for x in rows]).astype(np.int64)
    c = np.concatenate([x[1] for x in rows]).astype(np.int64)
    v = np.concatenate([x[2] for x in rows]).astype(float)
    order = np.lexsort((c, r))
    begin = np.zeros(count + 1, np.int64)
    np.cumsum(np.bincount(r, minlength=count), out=begin[1:])
    objective = np.zeros(columns)
    objective[: len(free)] = form.cost[free]
    if form.twice:
        objective[columns - len(extra) :] = form.weight[extra]
    else:
        objective[z[loose]] = form.weight[loose]
    integer = np.zeros(columns, bool)
    integer[: len(free)] = True
    integer[columns - len(extra) :] = True
    return Programme(
        free,
        columns,
        objective,
        np.ones(columns),
        integer,
        form.constant + float(form.cost @ opened),
        begin.astype(np.int32),
        c[order].astype(np.int32),
        v[order],
        np.concatenate(low),
        np.concatenate(high),
    )
