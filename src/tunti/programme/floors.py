"""Who is served where over time: places, the steps that open and close them, and the floors of the share rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tunti.access.times import TravelTimes
from tunti.errors import Infeasible
from tunti.findings import Name, Share, say
from tunti.programme.cover import Group, patterns
from tunti.programme.events import Plan
from tunti.programme.quarters import Quarters
from tunti.programme.solve import Shares
from tunti.programme.upstream import ServicesTables, rows
from tunti.settings import Settings

Ints = NDArray[np.int64]

OFFICE = "office:"
SITE = "site:"
"""Beginnings of the names of places."""


@dataclass(frozen=True, eq=False)
class Today:
    """Who is served where today, and the drive times.

    Attributes
    ----------
    cells : DataFrame
        ``cell, people, region`` of the planned area.
    regions : DataFrame
        ``region`` and its names, in order.
    offices : DataFrame
        Offices that serve customers today, with ``mode_today``.
    office_place : int64, shape (offices,)
        Row of ``times`` of each office.
    times : TravelTimes
        From cells to sites and offices' places.
    """

    cells: pd.DataFrame
    regions: pd.DataFrame
    offices: pd.DataFrame
    office_place: Ints
    times: TravelTimes


def rows_of(places: Sequence[str], today: Today) -> Ints:
    """Give the row of the times of each place."""
    row = {SITE + str(s): i for i, s in enumerate(today.times.sites)}
    row |= {OFFICE + str(o): int(i) for o, i in zip(today.offices["office"], today.office_place, strict=True)}
    return np.array([row[p] for p in places], np.int64)


def groups_of(services: ServicesTables, offices: pd.DataFrame, places: Mapping[str, int]) -> tuple[Group, ...]:
    """List the groups of services with the places that serve them today or at some time.

    Parameters
    ----------
    services : result tables
    offices : DataFrame
        Offices that serve customers today, with ``mode_today``.
    places : mapping
        Positions of places by name.

    Returns
    -------
    tuple of Group
        Those without an office or a point anywhere are left out.
    """
    groups = []
    for row in rows(services.groups):
        modes = str(row.modes).split()
        there = offices[(offices["agency"] == row.agency) & offices["mode_today"].isin(modes)]
        at = services.duties[(services.duties["agency"] == row.agency) & services.duties["mode"].isin(modes)]
        serving = [places[OFFICE + str(o)] for o in there["office"]] + [places[SITE + str(s)] for s in at["site"]]
        names = services.services.loc[services.services["group"] == row.group, "service"]
        if serving:
            groups.append(
                Group(
                    str(row.group),
                    str(row.agency),
                    tuple(str(n) for n in names),
                    float(row.minutes),
                    np.array(sorted(set(serving)), np.int64),
                    None if pd.isna(row.share_set) else float(row.share_set),
                )
            )
    return tuple(groups)


def shares_of(
    plan: Plan,
    services: ServicesTables,
    today: Today,
    settings: Settings,
    quarters: Quarters,
    names: Mapping[str, Name],
    called: Mapping[str, Name],
) -> tuple[Shares, tuple[Group, ...], list[str]]:
    """Make the share rule.

    Parameters
    ----------
    plan : Plan
    services : result tables
    today : Today
    settings : Settings
    quarters : Quarters
    names : mapping
        Names of the regions by code.
    called : mapping
        Names of the services by code.

    Returns
    -------
    shares : Shares
        The floor is today's share, the set share where that is lower, and the set share from its date on.
    groups : tuple of Group
    places : list of str

    Raises
    ------
    Infeasible
        Not even all points and all of today's offices together reach a set share.
    """
    offices, times = today.offices, today.times
    sites = [str(s) for s in services.points["site"]]
    places = [*(OFFICE + str(o) for o in offices["office"]), *(SITE + s for s in sites)]
    row = rows_of(places, today)
    opens, closes = np.full(len(places), -1, np.int64), np.full(len(places), -1, np.int64)
    is_open = np.array([True] * len(offices) + [False] * len(sites), bool)
    for k, place in enumerate(places):
        kind, thing = place.split(":", 1)
        if kind == "office":
            closes[k] = plan.number.get(f"close_customer:{thing}", -1)
        else:
            opens[k] = plan.number.get(f"open:{thing}", -1)
            is_open[k] = opens[k] < 0
    number = {p: k for k, p in enumerate(places)}
    groups = groups_of(services, offices, number)
    codes = {code: i for i, code in enumerate(names)}
    region = today.cells["region"].map(codes).fillna(-1).to_numpy(np.int64)
    known = region >= 0
    people = np.where(known, today.cells["people"].fillna(0).to_numpy(np.int64), 0)
    merged = patterns(times, people, np.maximum(region, 0), groups, row, is_open & (closes < 0))
    bare = Shares(merged, opens, closes, is_open, np.zeros((len(groups), len(names), quarters.count), np.int64))
    none = np.full(len(plan.steps), quarters.count, np.int64)
    now = bare.inside(none)[:, :, 0]
    total = np.zeros((len(groups), len(names)), np.int64)
    np.add.at(total, (merged.group, merged.region), merged.people)
    by = quarters.count - 1
    if settings.programme.share_by is not None:
        by = min(max(quarters.number(settings.programme.share_by), 0), quarters.count - 1)
    floor = np.repeat(now[:, :, None], quarters.count, axis=2)
    wanted = np.zeros_like(now)
    for g, group in enumerate(groups):
        if group.share is not None:
            wanted[g] = np.ceil(group.share * total[g] - 1e-9).astype(np.int64)
            floor[g] = np.minimum(floor[g], wanted[g][:, None])
            floor[g, :, by:] = wanted[g][:, None]
    _reachable(bare, wanted, total, groups, names, called, plan)
    return replace(bare, floor=floor), groups, places


def _reachable(
    bare: Shares,
    wanted: Ints,
    total: Ints,
    groups: Sequence[Group],
    names: Mapping[str, Name],
    called: Mapping[str, Name],
    plan: Plan,
) -> None:
    """Refuse a set share that not even all points and all of today's offices together reach."""
    everything = replace(bare, closes=np.full_like(bare.closes, -1))
    most = everything.inside(np.zeros(len(plan.steps), np.int64))[:, :, -1]
    regions = list(names.values())
    reasons = [
        say(
            "{service}, {region}: with all points open {share} of people are within the standard, {wanted} is asked.",
            service=Name.listed(called[s] for s in groups[g].services),
            region=regions[r],
            share=Share(most[g, r] / total[g, r]),
            wanted=Share(wanted[g, r] / total[g, r]),
        )
        for g, r in np.argwhere(most < wanted)
    ]
    if reasons:
        raise Infeasible([*reasons[:8], say("Open more points, or set a lower share (services.share).")])
