"""From tables and settings to the question of points, agencies and modes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tunti.access.times import TravelTimes
from tunti.errors import TuntiError
from tunti.findings import say
from tunti.inputs.tables import Inputs
from tunti.location.problem import Goal, Network, Problem
from tunti.location.rules import SiteRow, exactly, needed, seconds_of, site_rows, site_states
from tunti.location.services import MODES, Cover, Group, ServiceProblem
from tunti.money import rent_parts
from tunti.plan.area import Area, part
from tunti.plan.service_groups import mode_positions, service_groups, service_table, taking_part, tuples
from tunti.plan.service_languages import language_demands
from tunti.settings import Settings
from tunti.settings_services import ServiceSettings

IN_PERSON_WEEKS = 46
"""Working weeks of a visiting clerk in a year."""


@dataclass(frozen=True, eq=False)
class ServiceQuestion:
    """The question with the names of its rows.

    Attributes
    ----------
    problem : ServiceProblem
    groups : DataFrame
        ``group, agency, modes, minutes, share_set, visits_year``, in the order of ``problem.groups``.
    services : DataFrame
        ``service, agency, group`` (position), ``minutes, share_set, visits_year, minutes_visit``.
    offices : DataFrame
        Today's offices in the order of the problem, with ``rent_cents``: rent of the customer part in a year.
    today : int64, shape (groups, regions)
        People within the standard of today's offices.
    people : int64, shape (regions,)
    tier : array of str, shape (sites,)
    languages : DataFrame
        ``municipality, service, group, language, cell, required_by`` (status or table): what the rows of
        ``problem.languages`` were chosen from.
    regions : tuple of str
        Codes of the regions in the order of their numbers.
    towns : dict of int to tuple of str
        Municipalities of each region.
    """

    problem: ServiceProblem
    groups: pd.DataFrame
    services: pd.DataFrame
    offices: pd.DataFrame
    today: NDArray[np.int64]
    people: NDArray[np.int64]
    tier: NDArray[np.object_]
    languages: pd.DataFrame
    regions: tuple[str, ...]
    towns: dict[int, tuple[str, ...]]


def service_question(
    times: TravelTimes,
    area: Area,
    offices: pd.DataFrame,
    office_place: NDArray[np.int64],
    office_times: TravelTimes,
    inputs: Inputs,
    network_problem: Problem,
    network: Network,
    settings: Settings,
) -> ServiceQuestion:
    """Make the question of points, agencies and modes from tables, settings and the network's answer.

    Parameters
    ----------
    times : TravelTimes
        From the area's cells to its sites, then to the offices' places.
    area : Area
    offices : DataFrame
        Offices that serve customers today, those that serve only remotely too.
    office_place : int64, shape (offices,)
        Row of ``times`` of each office.
    office_times : TravelTimes
        From the offices, as if they were cells, to the sites.
    inputs : Inputs
    network_problem : Problem
    network : Network
        What the points must keep: their number and the people within the standard.
    settings : Settings

    Returns
    -------
    ServiceQuestion

    Raises
    ------
    TuntiError
        There is no agency or service to choose for.
    """
    s = settings.services
    code = {r: i for i, r in enumerate(area.regions["region"])}
    people = area.cells["people"].to_numpy(dtype=np.int64)
    region = area.cells["region"].map(code).fillna(-1).to_numpy(dtype=np.int32)
    by_region = np.bincount(region[region >= 0], weights=people[region >= 0], minlength=len(code)).astype(np.int64)
    agencies = taking_part(inputs, settings)
    services = service_table(inputs, agencies, settings)
    if not len(services):
        raise TuntiError(
            say(
                "No agency serves customers at points on the project's day, so there is nothing to choose. Fill the "
                "tables agencies and services."
            )
        )
    names = tuple(agencies["agency"])
    mine = offices["agency"].isin(names).to_numpy(dtype=bool)
    offices, office_place = offices[mine], office_place[mine]
    position = {a: i for i, a in enumerate(names)}
    office_agency = offices["agency"].map(position).to_numpy(dtype=np.int32)
    office_mode = np.asarray(offices["mode_today"].map({m: i for i, m in enumerate(MODES)}), np.int32)
    rent, _ = rent_parts(offices)
    presence = presence_cost(s)
    tier = area.sites["tier"].fillna(s.tier).to_numpy(dtype=object)
    groups, table = service_groups(services, names)
    today = np.zeros((len(groups), len(code)), np.int64)
    for g, row in enumerate(tuples(groups)):
        serves = np.zeros(len(times.sites), bool)
        fits = (office_agency == position[row.agency]) & np.isin(office_mode, mode_positions(row.modes))
        serves[office_place[fits]] = True
        _, seconds = times.nearest(serves)
        inside = (seconds <= seconds_of(row.minutes)) & (region >= 0)
        today[g] = np.bincount(region[inside], weights=people[inside], minlength=len(code)).astype(np.int64)
    floors = _floors(groups, today, by_region, s)
    everyone = max(int(people.sum()), 1)
    problem_groups = tuple(
        Group(
            name=row.group,
            agency=position[row.agency],
            modes=mode_positions(row.modes),
            seconds=seconds_of(row.minutes),
            floor=floors[g],
            visits=float(row.visits_year) / everyone,
        )
        for g, row in enumerate(tuples(groups))
    )
    allowed, cost, must, fixed = _presences(agencies, table, groups, tier, inputs, area, s, presence)
    near = office_times.seconds <= seconds_of(s.closes_within_minutes)
    from_site = np.repeat(np.arange(len(office_times.sites)), np.diff(office_times.indptr))
    row_of = np.full(len(mine), -1)
    row_of[mine] = np.arange(int(mine.sum()))
    near &= row_of[office_times.cell] >= 0
    state = _states(times, area, network_problem, network, table, people, s)
    usable = near & (state[from_site] >= 0)
    mids = [0.0, *s.travel_edges_minutes]
    middle = [(a + b) / 2 for a, b in pairwise(mids)] + [s.travel_beyond_minutes]
    cents_minute = 2 * settings.plan.travel_eur_hour * 100 / 60
    languages, language_rows = language_demands(
        times, area, inputs, table, groups, offices, office_place, office_mode, office_agency, state, allowed
    )
    problem = ServiceProblem(
        times=times,
        people=people,
        region=region,
        agencies=names,
        groups=problem_groups,
        office_agency=office_agency,
        office_place=office_place.astype(np.int32),
        office_mode=office_mode,
        office_cost=rent + presence[office_mode],
        close_office=row_of[office_times.cell[usable]].astype(np.int32),
        close_site=from_site[usable].astype(np.int32),
        state=state,
        site_region=area.sites["region"].map(code).fillna(-1).to_numpy(dtype=np.int32),
        site_cost=_site_cost(area, tier, s),
        mobile=tier == "mobile",
        allowed=allowed,
        cost=cost,
        must=must,
        fixed=fixed,
        rows=tuple(_point_rows(network_problem, network, state)),
        covers=_covers(network_problem, network),
        languages=language_rows,
        capacity=area.sites["capacity_visits_year"].fillna(np.inf).to_numpy(dtype=np.float64),
        staff_at_least=s.minimum_staff,
        host_cost=round(s.host_eur_year * 100),
        room_cost=round(s.remote_room_eur_year * 100),
        vehicle_cost=round(s.vehicle_eur_year * 100),
        vehicle_days=s.vehicle_days_week,
        edges=tuple(seconds_of(m) for m in s.travel_edges_minutes),
        weights=tuple((b - a) * cents_minute for a, b in pairwise(middle)),
    )
    towns = area.municipalities.groupby("region")["municipality"].agg(tuple)
    return ServiceQuestion(
        problem,
        groups,
        table,
        offices.assign(rent_cents=rent),
        today,
        by_region,
        tier,
        languages,
        tuple(code),
        {code[str(r)]: tuple(map(str, names)) for r, names in towns.items()},
    )


def of_region(question: ServiceQuestion, network_problem: Problem, network: Network, region: int) -> ServiceQuestion:
    """Give the question of one region: its neighbours' points are those of the network, their offices those of today.

    Parameters
    ----------
    question : ServiceQuestion
    network_problem : Problem
    network : Network
    region : int
        Position of the region.

    Returns
    -------
    ServiceQuestion
        The region's people within the standard of a point stay as many as in the network, and its points too.
    """
    p = question.problem
    inside = p.region == region
    here = p.site_region == region
    near = np.zeros(p.sites, bool)
    last = p.times.indptr[p.sites]
    site = np.repeat(np.arange(p.sites), np.diff(p.times.indptr[: p.sites + 1]))
    near[site[inside[p.times.cell[:last]]]] = True
    # A point elsewhere that none of the region's people can reach is no part of the region's question.
    state = np.where(here, p.state, np.where(network.open & near, 1, -1)).astype(np.int8)
    mine = (question.offices["region"].map({r: i for i, r in enumerate(question.regions)}) == region).to_numpy(bool)
    keep = mine[p.close_office]
    floors = np.zeros(len(question.people), np.int64)
    groups = []
    for group in p.groups:
        floor = floors.copy()
        floor[region] = group.floor[region]
        groups.append(replace(group, floor=floor))
    seconds = seconds_of(network_problem.minutes)
    _, reached = part(p.times, np.arange(p.sites)).nearest(network.open)
    people = int(p.people[inside & (reached <= seconds)].sum())
    as_found = network_problem.goal in _AS_FOUND
    points = float((network.open & here).sum())
    name = exactly(int(points))
    towns = set(question.towns.get(region, ()))
    problem = replace(
        p,
        people=np.where(inside, p.people, 0),
        state=state,
        groups=tuple(groups),
        close_office=p.close_office[keep],
        close_site=p.close_site[keep],
        rows=() if as_found else (SiteRow("points", name, here.astype(float), points, points),),
        covers=() if as_found or not people else (Cover(seconds, region, people),),
        languages=tuple(row for row in p.languages if row.municipality in towns),
    )
    return replace(
        question, problem=problem, languages=question.languages[question.languages["municipality"].isin(towns)]
    )


def presence_cost(s: ServiceSettings) -> NDArray[np.int64]:
    """Give the least yearly cost of serving in each mode, in cents, whatever the visits.

    A visit takes the same clerk's minutes wherever it is made, so only the clerk that must be there anyway counts.
    """
    days = s.visiting_days_week
    visiting = s.staff_eur_year * days / 5 + s.visiting_eur_day * days * IN_PERSON_WEEKS
    euros = (s.staff_eur_year + s.staffed_eur_year, visiting, s.remote_eur_year, s.assisted_eur_year)
    return np.asarray(np.rint(np.array(euros) * 100), np.int64)


def _site_cost(area: Area, tier: NDArray[np.object_], s: ServiceSettings) -> NDArray[np.int64]:
    default = pd.Series(tier).map(s.point_eur_year_by_tier).to_numpy(dtype=np.float64)
    given = area.sites["cost_eur_year"].to_numpy(dtype=np.float64)
    return np.asarray(np.rint(np.where(np.isnan(given), default, given) * 100), np.int64)


def _floors(
    groups: pd.DataFrame, today: NDArray[np.int64], people: NDArray[np.int64], s: ServiceSettings
) -> NDArray[np.int64]:
    floors = np.zeros_like(today)
    for g, share in enumerate(groups["share_set"]):
        if pd.isna(share):
            # A drop is rounded down to whole people, so that it never exceeds what is allowed.
            floors[g] = np.maximum(0, today[g] - np.floor(people * s.share_drop + 1e-6).astype(np.int64))
        else:
            floors[g] = [needed(float(share), int(n)) for n in people]
    return floors


def _presences(
    agencies: pd.DataFrame,
    services: pd.DataFrame,
    groups: pd.DataFrame,
    tier: NDArray[np.object_],
    inputs: Inputs,
    area: Area,
    s: ServiceSettings,
    presence: NDArray[np.int64],
) -> tuple[NDArray[np.bool_], NDArray[np.int64], NDArray[np.bool_], NDArray[np.bool_]]:
    """Say in which modes each agency may serve at each site, at what cost, and what it must or has promised to."""
    shape = (len(agencies), len(tier), len(MODES))
    by_tier = {t: np.isin(MODES, s.modes_by_tier.get(t, ())) for t in ("centre", "small", "mobile")}
    fits_tier = np.array([by_tier[t] for t in tier]).reshape(len(tier), len(MODES))
    allowed = np.zeros(shape, bool)
    must = np.zeros(shape[:2], bool)
    for a, row in enumerate(tuples(agencies)):
        own = groups[groups["agency"] == row.agency]
        modes = np.isin(np.arange(len(MODES)), [m for text in own["modes"] for m in mode_positions(text)])
        allowed[a] = fits_tier & modes[None]
        duty = own["visits_year"].sum() >= s.duty_visits_year if pd.isna(row.duty) else bool(row.duty)
        must[a] = duty
    fixed = np.zeros(shape, bool)
    position = {name: i for i, name in enumerate(agencies["agency"])}
    site = {name: j for j, name in enumerate(area.sites["site"])}
    for row in tuples(inputs.commitments):
        if row.agency not in position or row.site not in site or row.commitment == "proposed":
            continue
        a, j = position[row.agency], site[row.site]
        if row.commitment == "refused":
            allowed[a, j, slice(None) if pd.isna(row.mode) or row.mode == "none" else MODES.index(row.mode)] = False
        elif row.mode == "none":
            allowed[a, j] = False
        elif not pd.isna(row.mode):
            # What is promised goes before tiers: an agency may promise more than a small point has.
            allowed[a, j, MODES.index(row.mode)] = True
            fixed[a, j, MODES.index(row.mode)] = True
    cost = np.broadcast_to(presence, shape).copy()
    return allowed, cost, must, fixed


def _states(
    times: TravelTimes,
    area: Area,
    problem: Problem,
    network: Network,
    services: pd.DataFrame,
    people: NDArray[np.int64],
    s: ServiceSettings,
) -> NDArray[np.int8]:
    """Say which sites must open and must not: what the network's rules say, and its very points for some goals."""
    state = site_states(problem).astype(np.int8)
    if problem.goal in _AS_FOUND:
        state = np.where(network.open, 1, -1).astype(np.int8)
    if s.demand_at_least_week is not None:
        visits = float(services["visits_year"].sum()) / max(int(people.sum()), 1) / 52
        near = times.seconds <= seconds_of(problem.minutes)
        place = np.repeat(np.arange(len(times.sites)), np.diff(times.indptr))
        base = np.bincount(place[near], weights=people[times.cell[near]].astype(float), minlength=len(times.sites))
        state[(base[: len(state)] * visits < s.demand_at_least_week) & (state == 0)] = -1
    return state


_AS_FOUND = (Goal.LEAST_TRAVEL, Goal.BACKUP, Goal.LEAST_COST, Goal.WORST_CASE)
"""Goals that name the points themselves: only the modes are chosen for them."""


def _point_rows(problem: Problem, network: Network, state: NDArray[np.int8]) -> list[SiteRow]:
    if problem.goal in _AS_FOUND:
        return []
    rows = site_rows(problem, state)
    n = float(len(network.points))
    name = exactly(len(network.points))
    return [*rows, SiteRow("points", name, np.ones(len(state)), n, n)]


def _covers(problem: Problem, network: Network) -> tuple[Cover, ...]:
    if problem.goal in _AS_FOUND:
        return ()
    seconds = seconds_of(problem.minutes)
    covers = [Cover(seconds, -1, network.people)]
    for region, share in sorted(problem.rules.region_share.items()):
        covers.append(Cover(seconds, region, needed(share, int(problem.people[problem.region == region].sum()))))
    return tuple(c for c in covers if c.people > 0)
