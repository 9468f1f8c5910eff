"""Who serves where: the points with their agencies and modes, and the offices that close for them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tunti.access.times import TravelTimes
from tunti.findings import Finding, Message
from tunti.inputs.spoken import languages_at, languages_by_municipality
from tunti.inputs.tables import Inputs
from tunti.location.services import MODES, STAFFED, VISITING, ServiceAnswer
from tunti.location.services_solve import serving_places
from tunti.plan.area import Area
from tunti.plan.service_access import access_by_service, cell_minutes, group_times, languages_met, within
from tunti.plan.service_flags import service_findings, service_flags
from tunti.plan.service_groups import tuples
from tunti.plan.service_offices import service_money, service_offices
from tunti.plan.service_question import ServiceQuestion, presence_cost
from tunti.settings import Settings


@dataclass(frozen=True)
class Certificate:
    """How good an answer is: cents a year, against the bound that no choice can pass."""

    objective: float
    bound: float
    gap: float
    proven: bool
    seconds: float
    nodes: int
    steps: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, eq=False)
class Services:
    """Points, agencies and modes of a plan.

    Attributes
    ----------
    points : DataFrame
        ``site, name, municipality, region, tier, status, hours_week, days_week, vehicle, visits_year, staff_need,
        hosts, cost_cents_year, people_served, population_base, below_base, below_demand, languages, paid_by,
        unlinked``.
    duties : DataFrame
        Agency x point: ``site, agency, mode, days_week, hours_week, visits_year, staff_need, languages,
        cost_cents_year, duty, referral, referral_minutes, commitment, commitment_date, record``.
    offices : DataFrame
        ``office, agency, municipality, region, customer_part`` (stays, closes, none), ``replaced_by,
        minutes_to_replacement, saving_cents_year, presence_cents_year, needed`` (stays although its agency serves
        as well near by: a standard needs it), ``work_part, illustrative``.
    access : DataFrame
        See :func:`tunti.plan.service_access.access_by_service`.
    groups, services : DataFrame
        Services with the same standard and modes by agency, and which service is in which.
    cells : DataFrame
        ``cell, group, place, minutes_today, minutes_after``.
    languages : DataFrame
        See :func:`tunti.plan.service_access.languages_met`.
    money : DataFrame
        ``what, today_cents_year, after_cents_year``.
    flags : tuple of Message
        What falls short of a known goal.
    findings : tuple of Finding
    open : bool, shape (sites,)
        In the order of the area's sites.
    certificate : Certificate
    """

    points: pd.DataFrame
    duties: pd.DataFrame
    offices: pd.DataFrame
    access: pd.DataFrame
    groups: pd.DataFrame
    services: pd.DataFrame
    cells: pd.DataFrame
    languages: pd.DataFrame
    money: pd.DataFrame
    flags: tuple[Message, ...]
    findings: tuple[Finding, ...]
    open: NDArray[np.bool_]
    certificate: Certificate


def services_result(
    question: ServiceQuestion,
    answer: ServiceAnswer,
    area: Area,
    inputs: Inputs,
    office_times: TravelTimes,
    served: pd.DataFrame,
    settings: Settings,
    region: str | None = None,
) -> Services:
    """Put the answer into tables.

    Parameters
    ----------
    question : ServiceQuestion
    answer : ServiceAnswer
    area : Area
    inputs : Inputs
    office_times : TravelTimes
        From ``served`` to the sites.
    served : DataFrame
        Offices that serve customers today.
    settings : Settings
    region : str, optional
        Code of the region that the question was about; all by default.

    Returns
    -------
    Services
    """
    place, after, today = group_times(question, answer)
    visits, people = _visits(question, place)
    duties = _duties(question, answer, area, inputs, visits, settings)
    offices = service_offices(question, answer, area, inputs, office_times, served, settings)
    points = _points(question, answer, area, inputs, duties, offices, people, settings)
    access = access_by_service(question, answer, area, after, today)
    cells = cell_minutes(question, area, place, after, today)
    if region is not None:
        points = points[(points["region"] == region).fillna(False)].reset_index(drop=True)
        duties = duties[duties["site"].isin(points["site"])].reset_index(drop=True)
        offices = offices[(offices["region"] == region).fillna(False)].reset_index(drop=True)
        access = access[(access["region"] == region).fillna(False)].reset_index(drop=True)
        here = area.cells.loc[(area.cells["region"] == region).fillna(False), "cell"]
        cells = cells[cells["cell"].isin(here)].reset_index(drop=True)
    languages = languages_met(question, answer, area, inputs)
    mine = question.offices["office"].isin(offices["office"]).to_numpy(dtype=bool)
    return Services(
        points=points,
        duties=duties,
        offices=offices,
        access=access,
        groups=question.groups,
        services=question.services.assign(
            group=question.groups["group"].to_numpy(dtype=object)[question.services["group"]]
        ).astype({"group": "string"}),
        cells=cells,
        languages=languages,
        money=service_money(question, answer, points, duties, mine, (after, today), settings),
        flags=service_flags(points, duties, offices, access, languages, area, inputs, settings),
        findings=service_findings(inputs, area, question),
        open=answer.open,
        certificate=Certificate(
            answer.objective,
            answer.bound,
            answer.gap,
            answer.proven,
            answer.seconds,
            answer.nodes,
            answer.steps,
        ),
    )


def _visits(question: ServiceQuestion, place: NDArray[np.int32]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Count visits by group and place, and the people whose nearest place of some service each place is."""
    p = question.problem
    n = len(p.times.sites)
    visits = np.zeros((len(p.groups), n))
    people = np.zeros(n)
    total = sum(g.visits for g in p.groups)
    for g, group in enumerate(p.groups):
        reached = place[g] >= 0
        counted = np.bincount(place[g][reached], weights=p.people[reached].astype(float), minlength=n)
        visits[g] = counted * group.visits
        # A person counts at a point by the share of the person's visits that go there.
        people += counted * (group.visits / total if total else 1 / len(p.groups))
    return visits, people


def _duties(
    question: ServiceQuestion,
    answer: ServiceAnswer,
    area: Area,
    inputs: Inputs,
    visits: NDArray[np.float64],
    settings: Settings,
) -> pd.DataFrame:
    p, s = question.problem, settings.services
    sites = np.flatnonzero(answer.open)
    minutes = question.services.assign(work=lambda t: t["visits_year"] * t["minutes_visit"]).groupby("group")
    mean = minutes["work"].sum() / minutes["visits_year"].sum().where(lambda v: v > 0, 1.0)
    work = {int(g): float(v) for g, v in zip(mean.index.tolist(), mean.tolist(), strict=True)}
    told = {(str(r.agency), str(r.site)): r for r in tuples(inputs.commitments)}
    spoken = languages_by_municipality(inputs.municipalities)
    names = area.sites["site"].astype(str).tolist()
    towns = area.sites["municipality"].astype(str).tolist()
    hours = {j: s.hours_week_by_tier[question.tier[j]] for j in sites.tolist()}
    days_open = {j: 1.0 if p.mobile[j] else 5.0 for j in sites.tolist()}
    cost = presence_cost(s)
    referred = _referrals(question, answer, area, sites)
    rows = []
    for a, agency in enumerate(p.agencies):
        mine = [g for g, group in enumerate(p.groups) if group.agency == a]
        for j in sites.tolist():
            mode = int(answer.mode[a, j])
            served = [g for g in mine if mode in p.groups[g].modes]
            visited = float(sum(visits[g, j] for g in served))
            clerks = float(sum(visits[g, j] * work.get(g, 0.0) for g in served)) / s.clerk_minutes_year
            days = min(days_open[j], s.visiting_days_week) if mode == VISITING else days_open[j]
            share = s.visiting_days_week / 5 if mode == VISITING else 1.0 if mode == STAFFED else 0.0
            commitment = told.get((agency, names[j]))
            referral, far = referred.get((a, j), (None, np.nan))
            language = languages_at(spoken.get(towns[j], ()), remotely=mode == MODES.index("remote"))
            rows.append(
                (
                    names[j],
                    agency,
                    "none" if mode < 0 else MODES[mode],
                    days if mode >= 0 else 0.0,
                    hours[j] * (days / days_open[j]) if mode >= 0 else 0.0,
                    visited,
                    max(clerks, share),
                    " ".join(language) if mode >= 0 else "",
                    int(cost[mode]) if mode >= 0 else 0,
                    bool(p.must[a, j]),
                    referral,
                    far,
                    pd.NA if commitment is None else commitment.commitment,
                    pd.NaT if commitment is None else commitment.date,
                    pd.NA if commitment is None else commitment.record,
                )
            )
    columns = ["site", "agency", "mode", "days_week", "hours_week", "visits_year", "staff_need", "languages"]
    columns += ["cost_cents_year", "duty", "referral", "referral_minutes", "commitment", "commitment_date", "record"]
    text = ("site", "agency", "mode", "languages", "referral", "commitment", "record")
    return pd.DataFrame(rows, columns=columns).astype(
        dict.fromkeys(text, "string")
        | {
            "cost_cents_year": "int64",
            "duty": "bool",
            "commitment_date": "datetime64[us]",
            "referral_minutes": "float64",
        }
    )


def _referrals(
    question: ServiceQuestion, answer: ServiceAnswer, area: Area, sites: NDArray[np.int64]
) -> dict[tuple[int, int], tuple[str, float]]:
    """Name the place that a point refers its customers to, for services that the mode there can't give."""
    p = question.problem
    cells_at = area.cells[["x", "y"]].to_numpy(np.float64)
    at = area.sites[["x", "y"]].to_numpy(np.float64)
    # The point's own cell stands for its customers: times run from cells, not from sites.
    own = {j: int(np.argmin(((cells_at - at[j]) ** 2).sum(axis=1))) for j in sites.tolist()}
    names = [*area.sites["site"].astype(str)]
    indptr, place, seconds = p.times.by_cell()
    office_names = question.offices["office"].astype(str).tolist()
    found: dict[tuple[int, int], tuple[str, float]] = {}
    for group in p.groups:
        serves = serving_places(p, group.agency, group.modes, answer.mode, answer.kept)
        for j, cell in own.items():
            mode = int(answer.mode[group.agency, j])
            if mode < 0 or mode in group.modes:
                continue
            for k in range(int(indptr[cell]), int(indptr[cell + 1])):
                where = int(place[k])
                if serves[where]:
                    fits = (p.office_agency == group.agency) & np.isin(p.office_mode, group.modes) & answer.kept
                    first = np.flatnonzero(fits & (p.office_place == where))
                    name = names[where] if where < p.sites else office_names[int(first[0])]
                    far = float(seconds[k]) / 60
                    # Where several services are referred, the farthest place is named: the nearer ones are on the way.
                    if (group.agency, j) not in found or far > found[group.agency, j][1]:
                        found[group.agency, j] = (name, far)
                    break
    return found


def _points(
    question: ServiceQuestion,
    answer: ServiceAnswer,
    area: Area,
    inputs: Inputs,
    duties: pd.DataFrame,
    offices: pd.DataFrame,
    people: NDArray[np.float64],
    settings: Settings,
) -> pd.DataFrame:
    p, s = question.problem, settings.services
    opened = np.flatnonzero(answer.open)
    sites = area.sites.iloc[opened]
    by_site = duties.groupby("site")
    visits = sites["site"].map(by_site["visits_year"].sum()).fillna(0.0).to_numpy(np.float64)
    staff = sites["site"].map(by_site["staff_need"].sum()).fillna(0.0).to_numpy(np.float64)
    remote = sites["site"].isin(duties.loc[duties["mode"] == "remote", "site"]).to_numpy(bool)
    base = within(question, settings.standard.minutes)[opened]
    closing = offices[offices["customer_part"] == "closes"].groupby("replaced_by")["office"].agg(" ".join)
    paid = sites["site"].map(closing).astype("string").fillna("")
    tier = question.tier[opened]
    vehicle, weekday = _rounds(p.mobile[opened], p.site_region[opened], p.vehicle_days)
    hosts = answer.hosts[opened]
    # A vehicle is paid once for its region: its cost is shared out to the days of its round.
    share = np.zeros(len(opened), np.int64)
    for n in np.unique(vehicle[vehicle > 0]):
        mine = np.flatnonzero(vehicle == n)
        parts = np.full(len(mine), p.vehicle_cost // len(mine))
        parts[: p.vehicle_cost - int(parts.sum())] += 1
        share[mine] = parts
    cost = p.site_cost[opened] + hosts * p.host_cost + np.where(remote, p.room_cost, 0) + share
    spoken = languages_by_municipality(inputs.municipalities)
    return pd.DataFrame(
        {
            "site": sites["site"].to_numpy(),
            "name": sites["name"].fillna(sites["site"]).to_numpy(),
            "municipality": sites["municipality"].to_numpy(),
            "region": sites["region"].to_numpy(),
            "tier": pd.array(tier, dtype="string"),
            "status": sites["status"].to_numpy(),
            "hours_week": [s.hours_week_by_tier[t] for t in tier],
            "days_week": np.where(p.mobile[opened], 1.0, 5.0),
            "vehicle": vehicle,
            "weekday": weekday,
            "visits_year": visits,
            "staff_need": staff,
            "hosts": hosts,
            "cost_cents_year": cost.astype(np.int64),
            "people_served": np.rint(people[opened]).astype(np.int64),
            "population_base": base,
            "below_base": base < settings.standard.known_population_base,
            "below_demand": visits / 52 < s.demand_known_week,
            "languages": pd.array(
                [
                    " ".join(languages_at(spoken.get(str(m), ()), remotely=bool(r)))
                    for m, r in zip(sites["municipality"], remote, strict=True)
                ],
                dtype="string",
            ),
            "paid_by": paid.to_numpy(),
            "unlinked": (paid == "").to_numpy(dtype=bool),
        }
    ).reset_index(drop=True)


def _rounds(
    mobile: NDArray[np.bool_], region: NDArray[np.int32], days: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give each mobile point its vehicle (from 1 on) and day of the week; 0 for other points."""
    vehicle, weekday = np.zeros(len(mobile), np.int64), np.zeros(len(mobile), np.int64)
    number = 0
    for code in np.unique(region[mobile]):
        for k, at in enumerate(np.flatnonzero(mobile & (region == code))):
            if k % days == 0:
                number += 1
            vehicle[at], weekday[at] = number, k % days + 1
    return vehicle, weekday
