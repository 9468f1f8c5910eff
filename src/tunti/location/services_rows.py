"""Rows on who is served: coverage of people, floors of shares, journeys, languages and what places can take."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tunti.location.services import (
    REMOTE,
    SEED,
    ByCell,
    Group,
    MergedRows,
    ServiceProblem,
)
from tunti.location.services_model import SCALE, Columns, Model, Rule


def must_serve(p: ServiceProblem, without: frozenset[str] = frozenset()) -> NDArray[np.bool_]:
    """Tell where an agency must serve if the point opens: only where some mode is allowed there."""
    if "must" in without:
        return np.zeros_like(p.must)
    return p.must & p.allowed.any(axis=2)


def _availability(
    p: ServiceProblem, c: Columns, group: Group, without: frozenset[str]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give, for each place, the columns of which one must be 1 for the group to be served there."""
    must = must_serve(p, without)[group.agency]
    lists: list[list[int]] = [[] for _ in p.times.sites]
    for j in range(p.sites):
        known = np.flatnonzero(c.mode[group.agency, j] >= 0)
        fit = [m for m in known if m in group.modes]
        if fit and len(fit) == len(known) and must[j]:
            lists[j] = [int(c.open[j])]
        else:
            lists[j] = [int(c.mode[group.agency, j, m]) for m in fit]
    for o in p.offices_of(group):
        lists[p.office_place[o]].append(int(c.kept[o]))
    indptr = np.concatenate(([0], np.cumsum([len(x) for x in lists]))).astype(np.int64)
    return indptr, np.array([k for x in lists for k in x], np.int64)


def _spread(
    rows: MergedRows, take: NDArray[Any], places: tuple[NDArray[np.int64], NDArray[np.int64]]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """List the columns of merged rows: entries (row within ``take``, column)."""
    length = np.diff(rows.indptr)[take]
    within = np.concatenate(([0], np.cumsum(length)))
    place = rows.place[np.repeat(rows.indptr[:-1][take] - within[:-1], length) + np.arange(within[-1])]
    owner = np.repeat(np.arange(len(take)), length)
    start, many = places[0][:-1][place], np.diff(places[0])[place]
    upto = np.concatenate(([0], np.cumsum(many)))
    column = places[1][np.repeat(start - upto[:-1], many) + np.arange(upto[-1])]
    return np.repeat(owner, many), column


def _settled(
    entries: tuple[NDArray[np.int64], NDArray[np.int64]], count: int, opened: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Tell which rows an open site settles whatever else is decided."""
    return np.bincount(entries[0], weights=opened[entries[1]].astype(float), minlength=count) > 0


def _surely_open(model: Model) -> NDArray[np.bool_]:
    return np.concatenate(model.low) >= 1


def site_rows(p: ServiceProblem, by_cell: ByCell, seconds: int) -> MergedRows:
    """Merge the cells that the same sites that may open can serve within some seconds."""
    counts = np.zeros(len(p.times.sites), bool)
    counts[: p.sites] = p.state >= 0
    return by_cell.merged(p.people, p.region, seconds=seconds, counts=counts)


def cover_rows(
    model: Model, p: ServiceProblem, by_cell: ByCell, c: Columns, state: NDArray[np.int8], *, elastic: bool
) -> None:
    """Ask that enough people have a point within each coverage rule."""
    identity = np.concatenate([np.ones(p.sites, np.int64), np.zeros(len(p.times.sites) - p.sites, np.int64)])
    identity[: p.sites][state < 0] = 0
    places = np.concatenate(([0], np.cumsum(identity))), c.open[np.flatnonzero(identity[: p.sites])]
    for n, cover in enumerate(p.covers):
        rows = site_rows(p, by_cell, cover.seconds)
        inside = (rows.region == cover.region) | (cover.region < 0)
        _demand(model, rows, inside, places, cover.people, ("cover", n, 0), elastic=elastic)


def floor_rows(
    model: Model,
    p: ServiceProblem,
    by_cell: ByCell,
    g: int,
    places: tuple[NDArray[np.int64], NDArray[np.int64]],
    state: NDArray[np.int8],
    *,
    elastic: bool,
) -> None:
    """Ask that each region's people within a service's standard are not fewer than its floor."""
    group = p.groups[g]
    rows = by_cell.merged(p.people, p.region, seconds=group.seconds, counts=np.diff(places[0]) > 0)
    for region, people in enumerate(group.floor):
        if people > 0:
            _demand(model, rows, rows.region == region, places, int(people), ("floor", g, region), elastic=elastic)


def _demand(
    model: Model,
    rows: MergedRows,
    inside: NDArray[np.bool_],
    places: tuple[NDArray[np.int64], NDArray[np.int64]],
    people: int,
    rule: Rule,
    *,
    elastic: bool,
) -> None:
    """Ask that a number of people of some rows are served."""
    take = np.flatnonzero(inside & (np.diff(rows.indptr) > 0))
    entries = _spread(rows, take, places)
    reach = int(rows.people[take].sum())
    settled = _settled(entries, len(take), _surely_open(model))
    if people >= reach and not elastic and people == reach:
        left = np.flatnonzero(~settled)
        number = np.full(len(take), -1)
        number[left] = np.arange(len(left))
        keep = number[entries[0]] >= 0
        model.rows_of(number[entries[0][keep]], entries[1][keep], 1.0, low=1.0, count=len(left))
        model.sure = np.union1d(model.sure, _hashed(entries, len(take), model.columns)[left, 0])
        return
    loose = np.flatnonzero(~settled)
    number = np.full(len(take), -1)
    number[loose] = np.arange(len(loose))
    keep = number[entries[0]] >= 0
    inside_columns = model.add(np.zeros(len(loose)))
    model.rows_of(
        np.concatenate([number[entries[0][keep]], np.arange(len(loose))]),
        np.concatenate([entries[1][keep], inside_columns]),
        np.concatenate([np.ones(int(keep.sum())), -np.ones(len(loose))]),
        low=0.0,
        count=len(loose),
    )
    sure = int(rows.people[take][settled].sum())
    weight = rows.people[take][loose].astype(float)
    # People are counted in the unit of the largest row so that the solver's tolerances fit small and large regions.
    unit = max(1.0, float(people) / 1000)
    at = model.rows_of(np.zeros(len(loose)), inside_columns, weight / unit, low=(people - sure - 0.5) / unit, count=1)
    if elastic:
        model.soften(int(at[0]), rule, sign=1.0, penalty=unit)


def travel_rows(
    model: Model,
    p: ServiceProblem,
    c: Columns,
    terms: list[tuple[Group, MergedRows, float]],
    state: NDArray[np.int8],
    least: float,
    without: frozenset[str],
) -> None:
    """Weigh the visits of people who have no place of the service within an edge."""
    sure = _surely_open(model)
    many, weights, hashes = [], [], []
    for group, rows, weight in terms:
        places = _availability(p, c, group, without)
        full = np.diff(rows.indptr) > 0
        model.constant += float(rows.people[~full].sum()) * weight
        take = np.flatnonzero(full)
        entries = _spread(rows, take, places)
        loose = np.flatnonzero(~_settled(entries, len(take), sure))
        weights.append(rows.people[take][loose] * weight)
        hashes.append(_hashed(entries, len(take), model.columns)[loose])
        many.append((entries, loose, len(take)))
    if not weights:
        return
    # People with the same choice of columns weigh together, whatever their agency; those who are sure of one don't.
    every = np.concatenate(hashes)
    keys, first, number = np.unique(every, axis=0, return_index=True, return_inverse=True)
    cents = np.bincount(number.ravel(), weights=np.concatenate(weights), minlength=len(keys))
    cents[np.isin(keys[:, 0], model.sure)] = 0.0
    order = np.argsort(cents, kind="stable")
    out = np.zeros(len(cents), bool)
    out[order[np.cumsum(cents[order]) <= least]] = True
    model.dropped = float(cents[out].sum())
    chosen = np.zeros(len(every), bool)
    chosen[first[~out]] = True
    value = np.zeros(len(every))
    value[first] = cents
    begin = 0
    for entries, loose, total in many:
        use = chosen[begin : begin + len(loose)]
        cost = value[begin : begin + len(loose)][use]
        begin += len(loose)
        stay = loose[use]
        place = np.full(total, -1)
        place[stay] = np.arange(len(stay))
        mine = place[entries[0]] >= 0
        missed = model.add(cost * SCALE)
        model.rows_of(
            np.concatenate([place[entries[0][mine]], np.arange(len(stay))]),
            np.concatenate([entries[1][mine], missed]),
            1.0,
            low=1.0,
            count=len(stay),
        )


def _hashed(entries: tuple[NDArray[np.int64], NDArray[np.int64]], count: int, columns: int) -> NDArray[np.uint64]:
    """Hash the set of columns of each row, twice."""
    numbers = np.random.default_rng(SEED).integers(0, 2**63, (2, columns), dtype=np.uint64)
    upto = np.concatenate(([0], np.cumsum(np.bincount(entries[0], minlength=count))))
    order = np.argsort(entries[0], kind="stable")
    found = []
    for number in numbers:
        running = np.concatenate(([np.uint64(0)], np.cumsum(number[entries[1][order]])))
        found.append(running[upto[1:]] - running[upto[:-1]])
    return np.stack(found, axis=1)


def _language_columns(p: ServiceProblem, c: Columns, n: int) -> list[int]:
    row = p.languages[n]
    group = p.groups[row.group]
    found = []
    for place, speaks in zip(row.places.tolist(), row.speaks.tolist(), strict=True):
        if place < p.sites:
            for m in group.modes:
                if c.mode[group.agency, place, m] >= 0 and (speaks or m == REMOTE):
                    found.append(int(c.mode[group.agency, place, m]))
        else:
            office = place - p.sites
            if p.office_mode[office] in group.modes and (speaks or p.office_mode[office] == REMOTE):
                found.append(int(c.kept[office]))
    return found


def language_rows(model: Model, p: ServiceProblem, c: Columns, *, elastic: bool) -> None:
    """Ask that each required language is given somewhere within reach."""
    for n in range(len(p.languages)):
        found = _language_columns(p, c, n)
        at = model.rows_of(np.zeros(len(found)), np.array(found, np.int64), 1.0, low=1.0, count=1)
        if elastic:
            model.soften(int(at[0]), ("language", n, 0), sign=1.0, penalty=10_000.0)


def capacity_rows(
    model: Model, p: ServiceProblem, by_cell: ByCell, c: Columns, without: frozenset[str], *, elastic: bool
) -> None:
    """People within a group's standard go to any place there, and a point takes no more visits than it can serve."""
    flows: list[tuple[NDArray[np.int64], NDArray[np.int64]]] = []
    limited = np.isfinite(p.capacity) & (p.state >= 0)
    for group in p.groups:
        places = _availability(p, c, group, without)
        rows = by_cell.merged(p.people, np.zeros_like(p.region), seconds=group.seconds, counts=np.diff(places[0]) > 0)
        take = np.flatnonzero(np.diff(rows.indptr) > 0)
        owner = np.repeat(np.arange(len(rows.people)), np.diff(rows.indptr))
        touched = np.flatnonzero(np.bincount(owner, weights=_limited(rows.place, limited), minlength=len(rows.people)))
        take = np.intersect1d(take, touched)
        visits = rows.people * group.visits
        for r in take.tolist():
            near = rows.place[rows.indptr[r] : rows.indptr[r + 1]]
            ends = [(int(j), places[1][places[0][j] : places[0][j + 1]]) for j in near]
            served = np.concatenate([k for _, k in ends])
            # A row is either served whole or, where nobody serves it, not at all: what is served finds room.
            got = model.add(np.zeros(1))
            model.rows_of(
                np.tile(np.arange(len(served)), 2),
                np.concatenate([np.repeat(got, len(served)), served]),
                np.repeat([1.0, -1.0], len(served)),
                low=0.0,
                count=len(served),
            )
            into = model.add(np.zeros(len(ends)))
            for k, (j, cols) in enumerate(ends):
                model.rows_of(
                    np.zeros(1 + len(cols)),
                    np.append(cols, into[k]),
                    np.append(np.ones(len(cols)), -1.0),
                    low=0.0,
                    count=1,
                )
                if j < p.sites and limited[j]:
                    flows.append((np.array([j]), np.array([into[k], visits[r]])))
            model.rows_of(
                np.zeros(1 + len(into)), np.append(into, got), np.append(np.ones(len(into)), -1.0), low=0.0, count=1
            )
    for j in np.flatnonzero(limited).tolist():
        mine = [f for s, f in flows if s[0] == j]
        if mine:
            columns = np.array([f[0] for f in mine], np.int64)
            volume = np.array([f[1] for f in mine])
            at = model.rows_of(
                np.zeros(len(mine)),
                columns,
                volume / max(p.capacity[j], 1.0),
                high=p.capacity[j] / max(p.capacity[j], 1.0),
                count=1,
            )
            if elastic:
                model.soften(int(at[0]), ("capacity", int(j), 0), sign=-1.0, penalty=10_000.0)


def _limited(place: NDArray[np.int32], limited: NDArray[np.bool_]) -> NDArray[np.float64]:
    inside = place < len(limited)
    out = np.zeros(len(place))
    out[inside] = limited[place[inside]]
    return out
