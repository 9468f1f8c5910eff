"""The independent check of who serves where: every table is recomputed from the others, the inputs and drive times.

It shares no code with the model and imports nothing above the inputs, so an error in a model can't hide itself here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tunti.findings import Finding, Message, error, say
from tunti.inputs.tables import Inputs
from tunti.locale import N_
from tunti.settings import Settings

STRENGTH = {"none": -1, "remote": 0, "assisted": 1, "visiting": 2, "staffed": 3}
"""How much of a service each mode gives."""

CLERKS = ("staffed", "visiting")


@dataclass(frozen=True, eq=False)
class Reach:
    """Drive times as plain arrays: seconds from cells to places, one row per place.

    Attributes
    ----------
    places, cells : tuple of str
    indptr, cell, seconds : arrays
        Entries of place ``j`` are ``indptr[j]:indptr[j + 1]``.
    """

    places: tuple[str, ...]
    cells: tuple[str, ...]
    indptr: NDArray[np.int64]
    cell: NDArray[np.int32]
    seconds: NDArray[np.uint16]

    def nearest(self, places: set[str]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Give each cell's seconds to the nearest of some places (infinite for none) and that place's position."""
        best = np.full(len(self.cells), np.inf)
        at = np.full(len(self.cells), -1)
        for j, name in enumerate(self.places):
            if name in places:
                row = slice(int(self.indptr[j]), int(self.indptr[j + 1]))
                closer = self.seconds[row] < best[self.cell[row]]
                cells = self.cell[row][closer]
                best[cells], at[cells] = self.seconds[row][closer], j
        return best, at


@dataclass(frozen=True, eq=False)
class ServiceTables:
    """The tables to check, and what they were made from.

    Attributes
    ----------
    points, duties, offices, access, groups, services, cells, languages, money : DataFrame
        As :class:`tunti.plan.duties.Services` has them.
    objective, bound, gap : float
    people : DataFrame
        ``cell, people, people_there, region, municipality, x, y``, in the order of ``reach.cells``: people who count
        (those of the asked region) and all who live there.
    sites : DataFrame
        Sites that may open, with ``region``.
    today : DataFrame
        Offices that serve customers: ``office, mode_today, place`` (name in ``reach.places``).
    reach, from_offices : Reach
        From cells to places; from offices, as if they were cells, to sites.
    cutoff_minutes : float
        Minutes beyond which drive times are not looked for.
    region : str or None
        The region that was asked about alone.
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
    objective: float
    bound: float
    gap: float
    people: pd.DataFrame
    sites: pd.DataFrame
    today: pd.DataFrame
    reach: Reach
    from_offices: Reach
    cutoff_minutes: float
    region: str | None = None


class Checker:
    """The tables with what several checks look up, and the findings so far.

    Parameters
    ----------
    t : ServiceTables
    inputs : Inputs
    settings : Settings
    """

    def __init__(self, t: ServiceTables, inputs: Inputs, settings: Settings) -> None:
        self.t, self.inputs, self.settings, self.s = t, inputs, settings, settings.services
        self.found: list[Finding] = []
        self.everyone = 0
        self.cutoff_seconds = int(t.cutoff_minutes * 60)
        self.mode = {(str(r.agency), str(r.site)): str(r.mode) for r in t.duties.itertuples()}
        self.office_mode = dict(zip(t.today["office"], t.today["mode_today"], strict=True))
        self.office_place = dict(zip(t.today["office"], t.today["place"], strict=True))
        self.part = dict(zip(t.offices["office"], t.offices["customer_part"], strict=True))
        self.office_agency = dict(zip(inputs.offices["office"], inputs.offices["agency"], strict=True))
        self.groups: list[tuple[str, str, frozenset[str], float]] = [
            (str(r.group), str(r.agency), frozenset(str(r.modes).split()), float(str(r.minutes)))
            for r in t.groups.itertuples()
        ]
        self.speaks: dict[str, set[str]] = {}
        for row in records(inputs.municipalities):
            languages = "fi" if pd.isna(row["languages"]) else str(row["languages"])
            sami = not pd.isna(row["sami_homeland"]) and bool(row["sami_homeland"])
            self.speaks[str(row["municipality"])] = set(languages.split()) | ({"se"} if sami else set())
        s = self.s
        day = s.staff_eur_year * s.visiting_days_week / 5 + s.visiting_eur_day * s.visiting_days_week * 46
        self.presence = {
            "none": 0,
            "staffed": round((s.staff_eur_year + s.staffed_eur_year) * 100),
            "visiting": round(day * 100),
            "remote": round(s.remote_eur_year * 100),
            "assisted": round(s.assisted_eur_year * 100),
        }

    def wrong(self, table: str, row: Any, column: str, what: Message) -> None:
        """Note that a value does not agree."""
        self.found.append(error(table, None if row is None else str(row), column, what, say(_BROKEN)))

    def same(self, table: str, row: Any, column: str, stated: Any, recomputed: Any) -> None:
        """Compare a stated value with the recomputed one."""
        if not alike(stated, recomputed):
            self.wrong(table, row, column, say("{a} is stated, {b} is recomputed.", a=told(stated), b=told(recomputed)))

    def serving(self, agency: str, modes: frozenset[str], *, after: bool) -> set[str]:
        """Name the places that serve in one of some modes, after the plan or today."""
        places = set()
        if after:
            places = {site for (a, site), mode in self.mode.items() if a == agency and mode in modes}
        for office, mode in self.office_mode.items():
            stays = not after or self.part.get(office) == "stays"
            if self.office_agency.get(office) == agency and mode in modes and stays:
                places.add(str(self.office_place[office]))
        return places


_BROKEN = N_("The plan's tables do not agree with each other; nothing was written. Report it with the run record.")


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Give the rows of a table as dicts."""
    return [{str(k): v for k, v in row.items()} for row in frame.to_dict("records")]


def told(value: Any) -> Any:
    """Give a value in a form that a message can hold."""
    return "-" if value is None or (not isinstance(value, str) and pd.isna(value)) else value


def alike(a: Any, b: Any) -> bool:
    """Tell whether two values are the same, but for rounding."""
    empty_a = a is None or (not isinstance(a, str) and bool(pd.isna(a)))
    empty_b = b is None or (not isinstance(b, str) and bool(pd.isna(b)))
    if empty_a or empty_b:
        return empty_a and empty_b
    if isinstance(a, (int, np.integer)) and isinstance(b, (int, np.integer)):
        return int(a) == int(b)
    if isinstance(a, (int, float, np.number)) and isinstance(b, (int, float, np.number)):
        return abs(float(a) - float(b)) <= 1e-6 * max(1.0, abs(float(b)))
    return bool(a == b)


def check_points(c: Checker) -> None:
    """Recompute the table of points."""
    t, s = c.t, c.s
    sites = {str(r["site"]): r for r in records(t.sites)}
    opened = [str(n) for n in t.points["site"]]
    for name in sorted({n for n in opened if opened.count(n) > 1}):
        c.wrong("points", name, "site", say("The point is listed twice."))
    here = {n for n, r in sites.items() if t.region is None or r["region"] == t.region}
    forced = {n for n, r in sites.items() if r["status"] == "required" and n in here}
    if c.settings.plan.keep_existing:
        forced |= {n for n, r in sites.items() if r["status"] == "existing" and n in here}
    for name in sorted(forced - set(opened)):
        c.wrong("points", name, "site", say("The site must open, but is not a point."))
    base = _population_base(c)
    duties = t.duties.groupby("site")
    visits, staff = duties["visits_year"].sum(), duties["staff_need"].sum()
    closing: dict[str, list[str]] = {}
    for row in records(t.offices):
        if row["customer_part"] == "closes" and not pd.isna(row["replaced_by"]):
            closing.setdefault(str(row["replaced_by"]), []).append(str(row["office"]))
    served = _people_served(c)
    vehicles: dict[int, list[dict[str, Any]]] = {}
    for row in records(t.points):
        name = str(row["site"])
        if name not in sites or sites[name]["status"] == "forbidden":
            c.wrong("points", name, "site", say("The point is not one of the sites that may open."))
            continue
        site = sites[name]
        tier = s.tier if pd.isna(site["tier"]) else str(site["tier"])
        modes = [c.mode.get((a, name), "none") for a in sorted(set(t.duties["agency"].astype(str)))]
        mobile = tier == "mobile"
        hosts = 0 if mobile else max(s.minimum_staff - modes.count("staffed"), int("assisted" in modes), 0)
        spoken = c.speaks.get(str(site["municipality"]), {"fi"})
        spoken = spoken | ({"fi", "sv", "se"} if "remote" in modes else set())
        own = site["cost_eur_year"] if not pd.isna(site["cost_eur_year"]) else s.point_eur_year_by_tier[tier]  # type: ignore[index]
        fixed = round(own * 100) + hosts * round(s.host_eur_year * 100)
        fixed += round(s.remote_room_eur_year * 100) if "remote" in modes else 0
        per_week = float(visits.get(name, 0.0)) / 52
        wanted = {
            "name": site["name"] if not pd.isna(site["name"]) else name,
            "municipality": site["municipality"],
            "region": site["region"],
            "tier": tier,
            "status": site["status"],
            "hours_week": s.hours_week_by_tier[tier],  # type: ignore[index]
            "days_week": 1.0 if mobile else 5.0,
            "visits_year": float(visits.get(name, 0.0)),
            "staff_need": float(staff.get(name, 0.0)),
            "hosts": hosts,
            "people_served": served.get(name, 0),
            "population_base": base.get(name, 0),
            "below_base": base.get(name, 0) < c.settings.standard.known_population_base,
            "below_demand": per_week < s.demand_known_week,
            "languages": " ".join(sorted(spoken)),
            "paid_by": " ".join(closing.get(name, [])),
            "unlinked": not closing.get(name),
        }
        for column, value in wanted.items():
            c.same("points", name, column, row[column], value)
        if mobile:
            vehicles.setdefault(int(row["vehicle"]), []).append({**row, "rest": int(row["cost_cents_year"]) - fixed})
        else:
            c.same("points", name, "cost_cents_year", row["cost_cents_year"], fixed)
            c.same("points", name, "vehicle", row["vehicle"], 0)
            c.same("points", name, "weekday", row["weekday"], 0)
    _rounds(c, vehicles)


def _rounds(c: Checker, vehicles: dict[int, list[dict[str, Any]]]) -> None:
    """Check that a vehicle stays in a region, has a day for each point and is paid once."""
    for number, stops in vehicles.items():
        days = sorted(int(r["weekday"]) for r in stops)
        if number < 1 or days != list(range(1, len(stops) + 1)) or len(stops) > c.s.vehicle_days_week:
            c.wrong(
                "points", stops[0]["site"], "weekday", say("The vehicle's round has no day for each of its points.")
            )
        if len({str(r["region"]) for r in stops}) > 1:
            c.wrong("points", stops[0]["site"], "vehicle", say("The vehicle goes round more than one region."))
        total = sum(int(r["rest"]) for r in stops)
        c.same("points", stops[0]["site"], "cost_cents_year", total, round(c.s.vehicle_eur_year * 100))
    needed: dict[str, int] = {}
    for stops in vehicles.values():
        for row in stops:
            needed[str(row["region"])] = needed.get(str(row["region"]), 0) + 1
    count = sum(-(-n // c.s.vehicle_days_week) for n in needed.values())
    if len(vehicles) != count:
        c.wrong("points", None, "vehicle", say("{a} is stated, {b} is recomputed.", a=len(vehicles), b=count))


def _population_base(c: Checker) -> dict[str, int]:
    people = c.t.people["people"].to_numpy(dtype=np.int64)
    limit = c.settings.standard.minutes * 60 + 1e-6
    found, reach = {}, c.t.reach
    for j, name in enumerate(reach.places):
        row = slice(int(reach.indptr[j]), int(reach.indptr[j + 1]))
        near = reach.cell[row][reach.seconds[row] <= limit]
        found[name] = int(people[near].sum())
    return found


def _people_served(c: Checker) -> dict[str, int]:
    """Count people at each place by the share of their visits that go there."""
    visits = dict(zip(c.t.groups["group"].astype(str), c.t.groups["visits_year"].astype(float), strict=True))
    total = sum(visits.values())
    joined = c.t.cells.dropna(subset=["place"])
    people = joined["cell"].map(dict(zip(c.t.people["cell"], c.t.people["people"], strict=True))).astype(float)
    weight = joined["group"].map(lambda g: visits.get(str(g), 0.0) / total if total else 1 / len(visits)).astype(float)
    summed = (people * weight).groupby(joined["place"].astype(str)).sum()
    return {str(k): int(np.rint(v)) for k, v in summed.items()}


def check_offices(c: Checker) -> None:
    """Recompute what becomes of each office."""
    t = c.t
    known = {str(r["office"]): r for r in records(c.inputs.offices)}
    region_of = dict(zip(c.inputs.municipalities["municipality"], c.inputs.municipalities["region"], strict=True))
    allowed: dict[str, frozenset[str]] = {}
    for _, agency, modes, _ in c.groups:
        allowed[agency] = allowed.get(agency, frozenset()) | modes
    taking = set(t.duties["agency"].astype(str)) or set(allowed)
    column = {name: i for i, name in enumerate(t.from_offices.cells)}
    order = np.argsort(t.from_offices.cell, kind="stable")
    start = np.searchsorted(t.from_offices.cell[order], np.arange(len(column) + 1))
    site_of = np.repeat(np.arange(len(t.from_offices.places)), np.diff(t.from_offices.indptr))
    limit = c.s.closes_within_minutes * 60 + 1e-6
    missing = set(c.office_mode) - set(t.offices["office"].astype(str))
    for name in sorted(missing):
        c.wrong("offices", name, "office", say("The office is not listed."))
    for row in records(t.offices):
        name = str(row["office"])
        if name not in known:
            c.wrong("offices", name, "office", say("The office is not one of today's."))
            continue
        office = known[name]
        agency = str(office["agency"])
        mode = str(c.office_mode.get(name, "none"))
        serves = mode != "none" and agency in taking
        c.same("offices", name, "agency", row["agency"], office["agency"])
        c.same("offices", name, "municipality", row["municipality"], office["municipality"])
        c.same("offices", name, "region", row["region"], region_of.get(office["municipality"]))
        work = 0.0 if pd.isna(office["work_m2"]) else float(office["work_m2"])
        c.same("offices", name, "work_part", bool(row["work_part"]), work > 0)
        told_so = not pd.isna(office["illustrative"]) and bool(office["illustrative"])
        c.same("offices", name, "illustrative", bool(row["illustrative"]), told_so)
        c.same("offices", name, "presence_cents_year", row["presence_cents_year"], c.presence[mode] if serves else 0)
        part = str(row["customer_part"])
        if serves != (part in ("stays", "closes")):
            c.wrong("offices", name, "customer_part", say("{a} is stated, {b} is recomputed.", a=part, b=mode))
            continue
        near: dict[str, float] = {}
        if name in column:
            for k in order[start[column[name]] : start[column[name] + 1]]:
                near[t.from_offices.places[int(site_of[k])]] = float(t.from_offices.seconds[k])
        there = {j: c.mode.get((agency, j), "none") for j in near}
        fits = allowed.get(agency, frozenset())
        strong = {m for m in fits if STRENGTH.get(m, -1) >= STRENGTH[mode]}
        as_well = [j for j, m in there.items() if serves and near[j] <= limit and m in strong]
        ours = t.region is None or row["region"] == t.region
        c.same("offices", name, "needed", bool(row["needed"]), bool(part == "stays" and as_well and ours))
        rent = 0
        if part == "closes":
            whole = sum(0.0 if pd.isna(office[m]) else float(office[m]) for m in ("customer_m2", "work_m2"))
            own = 0.0 if pd.isna(office["customer_m2"]) else float(office["customer_m2"])
            paid = 0.0 if pd.isna(office["rent_eur_year"]) else float(office["rent_eur_year"])
            rent = int(np.rint(paid * (own / whole if whole else 1.0) * 100))
            choices = [(near[j], t.from_offices.places.index(j), j) for j, m in there.items() if m != "none"]
            first = min(choices) if choices else (np.nan, -1, None)
            c.same("offices", name, "replaced_by", row["replaced_by"], first[2])
            c.same("offices", name, "minutes_to_replacement", row["minutes_to_replacement"], first[0] / 60)
            if not any(near[j] <= limit and m in allowed.get(agency, ()) for j, m in there.items()):
                c.wrong("offices", name, "customer_part", say("No point near enough takes its customers over."))
        else:
            c.same("offices", name, "replaced_by", row["replaced_by"], None)
            c.same("offices", name, "minutes_to_replacement", row["minutes_to_replacement"], None)
        c.same("offices", name, "saving_cents_year", row["saving_cents_year"], rent)
