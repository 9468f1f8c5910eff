"""Remote service of a network: channels, pools of clerks and interpreters, rooms, shifts and what it is worth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tunti.access.times import TravelTimes
from tunti.errors import InputError
from tunti.findings import Finding, error, note, say, warning
from tunti.inputs.columns import MODES
from tunti.inputs.schemas_remote import REMOTE, REMOTE_ROOMS
from tunti.inputs.tables import Inputs
from tunti.remote.channels import (
    CHANNELS,
    CLERK_CHANNELS,
    Channelled,
    channelled,
    modes_from_duties,
    modes_of,
    shares_of,
)
from tunti.remote.figures import clerk_frame, interpreter_frame, load_frame, point_frame, totals
from tunti.remote.hours import Calendar, calendar
from tunti.remote.languages import Languages, interpretations, languages_of, other_languages
from tunti.remote.pools import Pools, Sizes, Staffing, by_scope, service_level, staffing, summed_up
from tunti.remote.rooms import Rooms, remote_led, rooms_and_counters
from tunti.remote.sharing import clerk_pools, interpreter_pools
from tunti.remote.shifts import shift_plan
from tunti.settings import Settings

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Dimensioned:
    """Everything that was worked out, as arrays: the simulation runs on it.

    Attributes
    ----------
    visits : Channelled
    calendar : Calendar
    languages : Languages
    interpreted : float64, shape (languages, services, sites)
        Visits of a year with an interpreter.
    minutes : float64, shape (services, sites)
        Clerk's minutes a visit, interpretation included.
    clerks, interpreters : Pools
    clerk_staff, interpreter_staff : Staffing
    clerk_month : int64, shape (pools,)
        Busiest month of each pool of clerks, 0 for January.
    on_duty : int64, shape (pools, 7, 48)
        Clerks at work by the shift plan of that month.
    rooms : Rooms
    room_count : int64, shape (sites,)
        Rooms of each site: those that are needed, or more where the table says so.
    """

    visits: Channelled
    calendar: Calendar
    languages: Languages
    interpreted: Floats
    minutes: Floats
    clerks: Pools
    interpreters: Pools
    clerk_staff: Staffing
    interpreter_staff: Staffing
    clerk_month: Ints
    on_duty: Ints
    rooms: Rooms
    room_count: Ints


@dataclass(frozen=True, eq=False)
class RemoteService:
    """Remote service of a network in tables.

    Attributes
    ----------
    points : DataFrame
        One row per open point: visits by channel, rooms, counters, whether it is or could be remote-led, travel saved,
        value, cost and break-even demand.
    clerks, interpreters : DataFrame
        One row per pool: load, people at the peak, hours, waits, cost, and what it takes without sharing.
    channels : DataFrame
        ``channel, visits, share``.
    services : DataFrame
        ``service, agency``, and visits by channel.
    load : DataFrame
        By ``weekday`` and ``hour`` in the busiest month: load of clerks, interpreters and rooms, clerks needed and at
        work.
    shifts : DataFrame
        Shifts of the busiest month's week by pool of clerks.
    by_region : DataFrame
        ``kind, pool, region, share``: whose customers a pool serves; ``alone``: interpreters of the region's own.
    totals : dict of str to float
        Figures of the whole, money in cents.
    findings : tuple of Finding
    """

    points: pd.DataFrame
    clerks: pd.DataFrame
    interpreters: pd.DataFrame
    channels: pd.DataFrame
    services: pd.DataFrame
    load: pd.DataFrame
    shifts: pd.DataFrame
    by_region: pd.DataFrame
    totals: dict[str, float]
    findings: tuple[Finding, ...]


def dimension(
    times: TravelTimes,
    cells: pd.DataFrame,
    sites: pd.DataFrame,
    inputs: Inputs,
    settings: Settings,
    *,
    open_sites: NDArray[np.bool_],
    duties: pd.DataFrame | None = None,
) -> tuple[RemoteService, Dimensioned]:
    """Dimension remote service and interpretation for a network of points.

    Parameters
    ----------
    times : TravelTimes
        From the planned cells to the planned sites.
    cells : DataFrame
        ``cell, people, region`` and, where given, ``speakers_other``.
    sites : DataFrame
        ``site, name, region, tier``, the rows of the times.
    inputs : Inputs
        ``services`` and the tables of remote service.
    settings : Settings
    open_sites : bool, shape (sites,)
    duties : DataFrame, optional
        Who serves where: ``site, agency, service`` (optional), ``mode, hours_per_week`` (optional). Sites that it does
        not name go by their tier (setting ``remote.tiers``).

    Returns
    -------
    (RemoteService, Dimensioned)
        Tables for readers, and arrays for the simulation.

    Raises
    ------
    InputError
        There are no services, or nobody to serve.
    """
    remote = settings.remote
    services = inputs.services
    if services.empty:
        raise InputError(
            [
                error(
                    "services",
                    None,
                    None,
                    say("The table of services is empty, so remote service can't be dimensioned."),
                    say("Fill the table of services: visits a year, minutes a visit and modes."),
                )
            ]
        )
    ids = tuple(sites["site"].astype(str))
    rooms_given = _rooms_given(inputs.remote_rooms, ids)
    is_open = open_sites | (rooms_given > 0)
    hours_per_week = days_per_week = None
    mode = modes_of(services, sites, remote, rooms=inputs.remote_rooms)
    if duties is not None:
        told, hours_per_week, days_per_week = modes_from_duties(duties, services, ids)
        mode = np.where(np.isin(ids, duties["site"].astype(str)), told, mode)
    # A place that only has a room is no point: it serves remotely and no other way.
    only_room = is_open & ~open_sites
    mode[:, only_room] = np.where(_allows(services, "remote"), MODES.index("remote"), MODES.index("none"))[:, None]
    counted = services["visits_year"].notna()
    used = services[counted] if counted.any() else services
    shares = shares_of(services, inputs.channels, remote)
    years = max(settings.project.target_year - settings.project.as_of.year, 0)
    region_names = tuple(sorted(set(cells["region"].fillna("").astype(str))))
    languages = languages_of(inputs.languages, region_names, remote)
    visits = channelled(
        times,
        cells,
        services,
        mode=mode,
        open_sites=is_open,
        shares=shares,
        settings=remote,
        growth=(1 + remote.growth_share_year) ** years,
        other_languages=other_languages(cells, languages, region_names),
        visits_per_person_year=settings.plan.visits_per_person_year,
    )
    if not sum(v.sum() for v in visits.visits.values()) > 0:
        raise InputError(
            [
                error(
                    "services",
                    None,
                    "visits_year",
                    say("There are no visits, so nobody waits and nothing can be dimensioned."),
                    say("Write the visits a year of at least one service, or check the cells and the open points."),
                )
            ]
        )
    keep = counted.to_numpy(bool) if counted.any() else np.ones(len(services), bool)
    weekly = calendar(
        visits.services,
        ids,
        remote,
        visit_hours=inputs.visit_hours,
        visit_months=inputs.visit_months,
        opening_hours=inputs.opening_hours,
        hours_per_week=None if hours_per_week is None else hours_per_week[keep],
        days_per_week=None if days_per_week is None else days_per_week[keep],
        agency=pd.factorize(used["agency"])[0].astype(np.int64),
    )
    interpreted = interpretations(visits, languages)
    spoken = sum(visits.visits[c] for c in ("counter", *CLERK_CHANNELS))
    with np.errstate(invalid="ignore", divide="ignore"):
        need = np.where(spoken > 0, np.minimum(interpreted.sum(axis=0) / spoken, 1.0), 0.0)
    minutes = visits.minutes[:, None] * (1 + (remote.interpreted_factor - 1) * need)
    sizes = Sizes(service_level(remote))
    served = np.asarray(sum(visits.visits[c] for c in CLERK_CHANNELS), np.float64)
    site_region = sites["region"].fillna("").astype(str).to_list()
    clerks = clerk_pools(visits, used, minutes, weekly, settings, site_region)
    interpreters = interpreter_pools(visits, interpreted, languages, weekly, settings, site_region)
    clerk_staff, interpreter_staff = staffing(clerks, weekly, sizes), staffing(interpreters, weekly, sizes)
    rooms = rooms_and_counters(
        visits,
        minutes,
        weekly,
        sizes,
        remote,
        clerk_wait=np.where(clerks.unit >= 0, clerk_staff.mean_wait[np.maximum(clerks.unit, 0)], 0.0)
        if len(clerk_staff.mean_wait)
        else np.zeros(minutes.shape),
    )
    room_count = np.maximum(rooms.rooms, rooms_given)
    month = clerk_staff.staff.sum(axis=(2, 3)).argmax(axis=1)
    peak_week = clerk_staff.staff[np.arange(len(month)), month]
    shifts, on_duty = shift_plan(list(clerks.names["pool"]), peak_week, remote)
    detail = Dimensioned(
        visits, weekly, languages, interpreted, minutes, clerks, interpreters, clerk_staff, interpreter_staff,
        month, on_duty, rooms, room_count,
    )  # fmt: skip
    # Without sharing: each agency's own clerks at each point, each region's own interpreters.
    own_clerks, own_names = by_scope(clerks.group, ["point"] * (clerks.group.max(initial=-1) + 1), ids, site_region)
    parent = np.full(len(own_names), -1, np.int64)
    parent[own_clerks[own_clerks >= 0]] = clerks.unit[own_clerks >= 0]
    own_work = weekly.summed(own_clerks, served * minutes, len(own_names))
    # Points that nobody is served at remotely need no clerks of their own.
    known = (parent >= 0) & (own_work.sum(axis=1) > 0)
    parent, own_work, own_names = parent[known], own_work[known], own_names[known].reset_index(drop=True)
    alone = summed_up(
        own_work,
        weekly, sizes, parent=parent, minutes=clerks.minutes, booked=clerks.booked,
    )  # fmt: skip
    clerk_table = clerk_frame(clerks, clerk_staff, shifts, peak_week, settings, parent=parent, alone=alone)
    interpreter_table, own_interpreters = interpreter_frame(detail, settings, sizes, site_region)
    week, share, is_led, can_be = remote_led(visits, shares["remote_room"][keep], remote)
    points = point_frame(
        detail, sites, settings, is_open=is_open, rooms_given=rooms_given, week=week, share=share, is_led=is_led,
        can_be=can_be, own_names=own_names, alone=alone, clerk_table=clerk_table,
    )  # fmt: skip
    by_channel = pd.DataFrame({"channel": CHANNELS, "visits": [float(visits.visits[c].sum()) for c in CHANNELS]})
    by_channel["share"] = by_channel["visits"] / max(by_channel["visits"].sum(), 1e-300)
    by_service = pd.DataFrame({"service": visits.services, "agency": used["agency"].astype("string").to_numpy()})
    for c in CHANNELS:
        by_service[c] = visits.visits[c].sum(axis=1)
    by_service["unreached"] = visits.unreached
    answer = RemoteService(
        points=points,
        clerks=clerk_table,
        interpreters=interpreter_table,
        channels=by_channel,
        services=by_service,
        load=load_frame(detail, rooms),
        shifts=shifts,
        by_region=_regions(detail, served * minutes, site_region).merge(
            own_interpreters, how="left", on=["kind", "pool", "region"]
        ),
        totals={},
        findings=tuple(_findings(points, visits, languages, clerks, inputs)),
    )
    answer.totals.update(totals(answer, sizes, detail, settings))
    return answer, detail


def _allows(services: pd.DataFrame, mode: str) -> NDArray[np.bool_]:
    return np.array([mode in str(m).split() if isinstance(m, str) else False for m in services["modes"].array], bool)


def _rooms_given(table: pd.DataFrame, sites: tuple[str, ...]) -> Ints:
    given = np.zeros(len(sites), np.int64)
    at = {site: j for j, site in enumerate(sites)}
    for site, rooms in zip(table["site"], table["rooms"], strict=True):
        if site in at and pd.notna(rooms):
            given[at[site]] = int(rooms)
    return given


def _regions(detail: Dimensioned, work: Floats, site_region: list[str]) -> pd.DataFrame:
    """Share of each pool's work by region of the points."""
    regions, at = np.unique(np.array(site_region, object), return_inverse=True)
    rows = []
    unit = detail.clerks.unit
    for kind, pools, there, minutes in (
        ("clerks", detail.clerks, unit, work),
        *(
            (
                "interpreters",
                detail.interpreters,
                np.broadcast_to(detail.interpreters.unit[k], unit.shape),
                detail.interpreted[k] * detail.visits.minutes[:, None],
            )
            for k in range(len(detail.languages.names))
        ),
    ):
        n = len(pools.names)
        ok = there >= 0
        place = np.broadcast_to(at, unit.shape)
        flat = np.bincount(there[ok] * len(regions) + place[ok], weights=minutes[ok], minlength=n * len(regions))
        for u, r in np.argwhere(flat.reshape(n, len(regions)) > 0):
            rows.append((kind, pools.names["pool"].iloc[u], regions[r], flat[u * len(regions) + r]))
    table = pd.DataFrame(rows, columns=["kind", "pool", "region", "share"])
    table = table.groupby(["kind", "pool", "region"], sort=True)["share"].sum().reset_index()
    table["share"] /= table.groupby(["kind", "pool"])["share"].transform("sum")
    return table


def _findings(
    points: pd.DataFrame, visits: Channelled, languages: Languages, clerks: Pools, inputs: Inputs
) -> list[Finding]:
    found = [
        warning(
            "remote_rooms",
            str(row["site"]),
            "rooms",
            say(
                "{site} has {given} remote rooms but needs {rooms} at the busiest half-hour.",
                site=str(row["name"]),
                given=int(row["rooms_given"]),
                rooms=int(row["rooms_needed"]),
            ),
            say("Add rooms, lengthen the opening hours, or accept longer waits."),
        )
        for row in points.to_dict("records")
        if 0 < row["rooms_given"] < row["rooms_needed"]
    ]
    lost = float(visits.unreached.sum())
    if lost >= 1:
        found.append(
            warning(
                "services",
                None,
                None,
                say(
                    "{n} visits a year reach no open point that gives the service; they are not in the figures.",
                    n=round(lost),
                ),
                say("Open a point with staff nearer, or let the service be given remotely."),
            )
        )
    if not len(clerks.names):
        found.append(
            warning(
                "services",
                None,
                "modes",
                say("No service may be given remotely, so there are no remote clerks."),
                say("Write remote among the modes of the services that may be."),
            )
        )
    for name, share in zip(languages.names, languages.people.sum(axis=1), strict=True):
        if share <= 0:
            found.append(
                warning(
                    "languages",
                    None,
                    "language",
                    say(
                        "Nobody speaks the language {language} in the planned regions: it gets no interpreters.",
                        language=name,
                    ),
                    say("Write the share of people, or remove the language."),
                )
            )
    for schema in REMOTE:
        if schema is not REMOTE_ROOMS and getattr(inputs, schema.name).empty:
            found.append(
                note(
                    schema.name,
                    None,
                    None,
                    say(
                        "The table '{label}' is empty: the settings were used, which are illustrative defaults of this "
                        "product unless you set them.",
                        label=say(schema.label),
                    ),
                    say("Fill the table before a decision."),
                )
            )
    return found
