"""The model of points, agencies and modes as rows and columns; nothing here solves it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tunti.location.services import (
    ASSISTED,
    MODES,
    REMOTE,
    STAFFED,
    STRENGTH,
    ByCell,
    Group,
    MergedRows,
    ServiceProblem,
)
from tunti.location.services_model import SCALE, Columns, Model
from tunti.location.services_reduce import useful_modes
from tunti.location.services_rows import (
    _availability,
    capacity_rows,
    cover_rows,
    floor_rows,
    language_rows,
    must_serve,
    site_rows,
    travel_rows,
)


def forced_open(p: ServiceProblem, by_cell: ByCell) -> NDArray[np.int8]:
    """Settle the sites that people can't do without: a rule that asks for everyone, and only one site reaches some.

    Returns
    -------
    int8, shape (sites,)
        ``state`` with more sites that must open.
    """
    state = p.state.copy()
    for cover in p.covers:
        rows = site_rows(p, by_cell, cover.seconds)
        inside = (rows.region == cover.region) | (cover.region < 0)
        reach = np.diff(rows.indptr) > 0
        if int(rows.people[inside & reach].sum()) == cover.people:
            single = np.flatnonzero(inside & (np.diff(rows.indptr) == 1))
            state[rows.place[rows.indptr[single]]] = 1
    return state


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
        cover_rows(model, p, by_cell, columns, state, elastic=elastic)
    terms: list[tuple[Group, MergedRows, float]] = []
    for g, group in enumerate(p.groups):
        places = _availability(p, columns, group, without)
        if "floor" not in without:
            floor_rows(model, p, by_cell, g, places, state, elastic=elastic)
        if not elastic and not fewest:
            counts = np.diff(places[0]) > 0
            for seconds, weight in zip(p.edges, p.weights, strict=True):
                if weight * group.visits > 0:
                    rows = by_cell.merged(p.people, np.zeros_like(p.region), seconds=seconds, counts=counts)
                    terms.append((group, rows, weight * group.visits))
    travel_rows(model, p, columns, terms, state, least, without)
    if "language" not in without:
        language_rows(model, p, columns, elastic=elastic)
    if "capacity" not in without and np.isfinite(p.capacity).any():
        capacity_rows(model, p, by_cell, columns, without, elastic=elastic)
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
