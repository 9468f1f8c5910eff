"""The model of points, agencies and modes as rows and columns; nothing here solves it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tunti.location.services import (
    ASSISTED,
    MODES,
    REMOTE,
    SEED,
    STAFFED,
    STRENGTH,
    ByCell,
    Group,
    MergedRows,
    ServiceProblem,
)
from tunti.location.services_reduce import useful_modes

SCALE = 1e-5
"""The solver counts in thousands of euros: cents times this."""

Rule = tuple[str, int, int]
"""A rule that could be dropped: its kind and two positions."""


@dataclass(eq=False)
class Model:
    """A mixed integer programme that grows row by row.

    Attributes
    ----------
    cost, low, high : list of arrays
        Of the columns.
    integer : list of arrays
    row_low, row_high : list of arrays
    entries : list of (row, column, value) arrays
    constant : float
        Cents that no decision changes.
    dropped : float
        Most cents that left out terms of travel could add.
    rules : list of (Rule, int)
        Slack columns of the rules that may be broken, when asked which to drop.
    sure : array of uint64
        Hashes of the sets of columns of which one is 1 in any case.
    """

    cost: list[NDArray[np.float64]] = field(default_factory=list)
    low: list[NDArray[np.float64]] = field(default_factory=list)
    high: list[NDArray[np.float64]] = field(default_factory=list)
    integer: list[NDArray[np.bool_]] = field(default_factory=list)
    row_low: list[NDArray[np.float64]] = field(default_factory=list)
    row_high: list[NDArray[np.float64]] = field(default_factory=list)
    entries: list[tuple[NDArray[Any], NDArray[Any], NDArray[Any]]] = field(default_factory=list)
    columns: int = 0
    rows: int = 0
    constant: float = 0.0
    dropped: float = 0.0
    rules: list[tuple[Rule, int]] = field(default_factory=list)
    sure: NDArray[np.uint64] = field(default_factory=lambda: np.zeros(0, np.uint64))

    def add(
        self,
        cost: NDArray[Any],
        *,
        low: NDArray[Any] | float = 0.0,
        high: NDArray[Any] | float = 1.0,
        integer: bool = False,
    ) -> NDArray[np.int64]:
        """Add columns and give their numbers."""
        n = len(cost)
        self.cost.append(np.asarray(cost, np.float64))
        self.low.append(np.broadcast_to(np.asarray(low, np.float64), n).copy())
        self.high.append(np.broadcast_to(np.asarray(high, np.float64), n).copy())
        self.integer.append(np.full(n, integer))
        self.columns += n
        return np.arange(self.columns - n, self.columns)

    def rows_of(
        self,
        row: NDArray[Any],
        column: NDArray[Any],
        value: NDArray[Any] | float,
        *,
        low: NDArray[Any] | float = -np.inf,
        high: NDArray[Any] | float = np.inf,
        count: int,
    ) -> NDArray[np.int64]:
        """Add rows (``row`` counts from 0 within them) and give their numbers."""
        row = np.asarray(row, np.int64)
        self.entries.append(
            (row + self.rows, np.asarray(column, np.int64), np.broadcast_to(np.asarray(value, float), len(row)))
        )
        self.row_low.append(np.broadcast_to(np.asarray(low, np.float64), count).copy())
        self.row_high.append(np.broadcast_to(np.asarray(high, np.float64), count).copy())
        self.rows += count
        return np.arange(self.rows - count, self.rows)

    def soften(self, row: int, rule: Rule, *, sign: float, penalty: float) -> None:
        """Let a row be broken at a price."""
        slack = self.add(np.array([penalty]), high=np.inf)
        self.entries.append((np.array([row]), slack, np.array([sign])))
        self.rules.append((rule, int(slack[0])))


@dataclass(frozen=True, eq=False)
class Columns:
    """Where the decisions are among the columns.

    Attributes
    ----------
    open : int64, shape (sites,)
    mode : int64, shape (agencies, sites, modes)
        -1 where not allowed.
    kept : int64, shape (offices,)
    hosts, room : int64, shape (sites,)
    """

    open: NDArray[np.int64]
    mode: NDArray[np.int64]
    kept: NDArray[np.int64]
    hosts: NDArray[np.int64]
    room: NDArray[np.int64]


def forced_open(p: ServiceProblem, by_cell: ByCell) -> NDArray[np.int8]:
    """Settle the sites that people can't do without: a rule that asks for everyone, and only one site reaches some.

    Returns
    -------
    int8, shape (sites,)
        ``state`` with more sites that must open.
    """
    state = p.state.copy()
    for cover in p.covers:
        rows = _site_rows(p, by_cell, cover.seconds)
        inside = (rows.region == cover.region) | (cover.region < 0)
        reach = np.diff(rows.indptr) > 0
        if int(rows.people[inside & reach].sum()) == cover.people:
            single = np.flatnonzero(inside & (np.diff(rows.indptr) == 1))
            state[rows.place[rows.indptr[single]]] = 1
    return state


def _site_rows(p: ServiceProblem, by_cell: ByCell, seconds: int) -> MergedRows:
    counts = np.zeros(len(p.times.sites), bool)
    counts[: p.sites] = p.state >= 0
    return by_cell.merged(p.people, p.region, seconds=seconds, counts=counts)


def build(
    p: ServiceProblem,
    by_cell: ByCell,
    *,
    least: float,
    elastic: bool = False,
    fewest: bool = False,
    without: frozenset[str] = frozenset(),
) -> tuple[Model, Columns]:
    """Write the question as a mixed integer programme.

    Parameters
    ----------
    p : ServiceProblem
    by_cell : ByCell
    least : float
        Terms of travel may be left out until they could add this many cents: the bound stays a bound.
    elastic : bool
        Rules may be broken at a price, to find out which conflict.
    fewest : bool
        Ask for the fewest offices that stay beside a point of their agency, whatever the money.
    without : frozenset of str
        Kinds of rules to leave out: ``floor, language, cover, points, must, fixed, capacity``.

    Returns
    -------
    (Model, Columns)
    """
    model = Model()
    state = p.state if elastic or "cover" in without else forced_open(p, by_cell)
    money = 0.0 if elastic or fewest else SCALE
    must = must_serve(p, without)
    columns = _decisions(model, p, state, money, must, useful_modes(p, must))
    _presence(model, p, columns, without)
    _closing(model, p, columns, elastic=elastic, fewest=fewest)
    if "points" not in without:
        for n, row in enumerate(p.rows):
            used = np.flatnonzero(row.coef)
            at = model.rows_of(
                np.zeros(len(used)), columns.open[used], row.coef[used], low=row.low, high=row.high, count=1
            )
            if elastic:
                model.soften(int(at[0]), ("points", n, 0), sign=1.0, penalty=100_000.0)
                model.soften(int(at[0]), ("points", n, 1), sign=-1.0, penalty=100_000.0)
    if "cover" not in without:
        _covers(model, p, by_cell, columns, state, elastic=elastic)
    terms: list[tuple[Group, MergedRows, float]] = []
    for g, group in enumerate(p.groups):
        places = _availability(p, columns, group, without)
        if "floor" not in without:
            _floors(model, p, by_cell, g, places, state, elastic=elastic)
        if not elastic and not fewest:
            counts = np.diff(places[0]) > 0
            for seconds, weight in zip(p.edges, p.weights, strict=True):
                if weight * group.visits > 0:
                    rows = by_cell.merged(p.people, np.zeros_like(p.region), seconds=seconds, counts=counts)
                    terms.append((group, rows, weight * group.visits))
    _travel(model, p, columns, terms, state, least, without)
    if "language" not in without:
        _languages(model, p, columns, elastic=elastic)
    if "capacity" not in without and np.isfinite(p.capacity).any():
        _capacities(model, p, by_cell, columns, without, elastic=elastic)
    return model, columns


def _decisions(
    model: Model,
    p: ServiceProblem,
    state: NDArray[np.int8],
    money: float,
    must: NDArray[np.bool_],
    allowed: NDArray[np.bool_],
) -> Columns:
    use = allowed & (state >= 0)[None, :, None]
    # An agency that must serve and has one mode left serves just where the point opens: no decision of its own.
    settled = use & (must & (use.sum(axis=2) == 1))[:, :, None]
    with_points = (p.cost * settled).sum(axis=(0, 2))
    opened = model.add((p.site_cost + with_points) * money, low=state == 1, high=state >= 0, integer=True)
    mode = np.full(p.allowed.shape, -1, np.int64)
    mode[use & ~settled] = model.add(p.cost[use & ~settled] * money, integer=True)
    mode[settled] = opened[np.nonzero(settled)[1]]
    kept = model.add(p.office_cost * money, integer=True)
    hosts = model.add(
        np.full(p.sites, p.host_cost * money), high=np.where(p.mobile, 0.0, float(max(p.staff_at_least, 1)))
    )
    room = model.add(np.full(p.sites, p.room_cost * money))
    for region in np.unique(p.site_region[p.mobile & (state >= 0)]):
        at = np.flatnonzero(p.mobile & (state >= 0) & (p.site_region == region))
        vehicle = model.add(np.array([p.vehicle_cost * money]), high=float(len(at)), integer=True)
        model.rows_of(
            np.zeros(len(at) + 1),
            np.concatenate([opened[at], vehicle]),
            np.concatenate([np.ones(len(at)), [-float(p.vehicle_days)]]),
            high=0.0,
            count=1,
        )
    return Columns(opened, mode, kept, hosts, room)


def must_serve(p: ServiceProblem, without: frozenset[str] = frozenset()) -> NDArray[np.bool_]:
    """Tell where an agency must serve if the point opens: only where some mode is allowed there."""
    if "must" in without:
        return np.zeros_like(p.must)
    return p.must & p.allowed.any(axis=2)


def _presence(model: Model, p: ServiceProblem, c: Columns, without: frozenset[str]) -> None:
    """Let an agency serve at an open point in one mode; hosts and the remote room are there where they are needed."""
    use = c.mode >= 0
    agency, site, mode = np.nonzero(use)
    own = c.mode[use] != c.open[site]
    pair, number = np.unique(agency[own] * p.sites + site[own], return_inverse=True)
    at = pair % p.sites
    must = must_serve(p, without)[pair // p.sites, at]
    n = len(pair)
    model.rows_of(
        np.concatenate([number, np.arange(n)]),
        np.concatenate([c.mode[use][own], c.open[at]]),
        np.concatenate([np.ones(len(number)), -np.ones(n)]),
        low=np.where(must, 0.0, -np.inf),
        high=0.0,
        count=n,
    )
    if "fixed" not in without:
        promised = np.flatnonzero(p.fixed[agency, site, mode] & own)
        k = len(promised)
        model.rows_of(
            np.tile(np.arange(k), 2),
            np.concatenate([c.mode[use][promised], c.open[site[promised]]]),
            np.repeat([1.0, -1.0], k),
            low=0.0,
            high=0.0,
            count=k,
        )
    by_mode = {m: np.flatnonzero(mode == m) for m in range(len(MODES))}
    still = np.flatnonzero(~p.mobile & (c.mode >= 0).any(axis=(0, 2)))
    place = np.full(p.sites, -1)
    place[still] = np.arange(len(still))
    staffed = by_mode[STAFFED][place[site[by_mode[STAFFED]]] >= 0]
    model.rows_of(
        np.concatenate([place[site[staffed]], np.arange(len(still)), np.arange(len(still))]),
        np.concatenate([c.mode[use][staffed], c.hosts[still], c.open[still]]),
        np.concatenate([np.ones(len(staffed) + len(still)), np.full(len(still), -float(p.staff_at_least))]),
        low=0.0,
        count=len(still),
    )
    helped = by_mode[ASSISTED][~p.mobile[site[by_mode[ASSISTED]]]]
    for entries, column in ((helped, c.hosts), (by_mode[REMOTE], c.room)):
        k = len(entries)
        model.rows_of(
            np.tile(np.arange(k), 2),
            np.concatenate([c.mode[use][entries], column[site[entries]]]),
            np.repeat([1.0, -1.0], k),
            high=0.0,
            count=k,
        )


def _closing(model: Model, p: ServiceProblem, c: Columns, *, elastic: bool, fewest: bool) -> None:
    """Close a customer part only where its agency serves at a point near by, and always if it serves as well there."""
    modes_of = {a: {m for g in p.groups if g.agency == a for m in g.modes} for a in range(len(p.agencies))}
    rows, columns, number = [np.arange(p.offices)], [c.kept], 0
    strong: list[tuple[list[int], int]] = []
    pairs: list[tuple[int, int]] = []
    for office, site in zip(p.close_office.tolist(), p.close_site.tolist(), strict=True):
        agency = int(p.office_agency[office])
        take = [int(c.mode[agency, site, m]) for m in sorted(modes_of[agency]) if c.mode[agency, site, m] >= 0]
        rows.append(np.full(len(take), office))
        columns.append(np.array(take, np.int64))
        least = STRENGTH[int(p.office_mode[office])]
        as_well = [
            int(c.mode[agency, site, m])
            for m in sorted(modes_of[agency])
            if c.mode[agency, site, m] >= 0 and STRENGTH[m] >= least
        ]
        if as_well:
            strong.append(([*as_well, int(c.kept[office])], number))
            pairs.append((office, site))
            number += 1
    model.rows_of(np.concatenate(rows), np.concatenate(columns), 1.0, low=1.0, count=p.offices)
    if strong:
        at = model.rows_of(
            np.concatenate([np.full(len(x), n) for x, n in strong]),
            np.concatenate([np.array(x) for x, _ in strong]),
            1.0,
            high=1.0,
            count=number,
        )
        if fewest or p.may_stay:
            # One column per office: it is 1 where the office stays all the same.
            offices, which = np.unique([office for office, _ in pairs], return_inverse=True)
            stays = model.add(np.full(len(offices), 1.0 if fewest else 0.0), integer=True)
            model.entries.append((at, stays[which], np.full(number, -1.0)))
            if not fewest:
                model.rows_of(np.zeros(len(stays)), stays, 1.0, high=float(p.may_stay), count=1)
        elif elastic:
            for row, (office, site) in zip(at.tolist(), pairs, strict=True):
                # All of these together weigh less than one person outside a standard: they give way first.
                model.soften(row, ("closing", office, site), sign=-1.0, penalty=0.001)


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


def _covers(
    model: Model, p: ServiceProblem, by_cell: ByCell, c: Columns, state: NDArray[np.int8], *, elastic: bool
) -> None:
    identity = np.concatenate([np.ones(p.sites, np.int64), np.zeros(len(p.times.sites) - p.sites, np.int64)])
    identity[: p.sites][state < 0] = 0
    places = np.concatenate(([0], np.cumsum(identity))), c.open[np.flatnonzero(identity[: p.sites])]
    for n, cover in enumerate(p.covers):
        rows = _site_rows(p, by_cell, cover.seconds)
        inside = (rows.region == cover.region) | (cover.region < 0)
        _demand(model, rows, inside, places, cover.people, ("cover", n, 0), elastic=elastic)


def _floors(
    model: Model,
    p: ServiceProblem,
    by_cell: ByCell,
    g: int,
    places: tuple[NDArray[np.int64], NDArray[np.int64]],
    state: NDArray[np.int8],
    *,
    elastic: bool,
) -> None:
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


def _travel(
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


def _languages(model: Model, p: ServiceProblem, c: Columns, *, elastic: bool) -> None:
    for n in range(len(p.languages)):
        found = _language_columns(p, c, n)
        at = model.rows_of(np.zeros(len(found)), np.array(found, np.int64), 1.0, low=1.0, count=1)
        if elastic:
            model.soften(int(at[0]), ("language", n, 0), sign=1.0, penalty=10_000.0)


def _capacities(
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
