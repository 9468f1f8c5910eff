"""The independent check of who reaches each service, in which languages, and of the money."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tunti.findings import Finding, say
from tunti.inputs.tables import Inputs
from tunti.plan.verify_duties import check_duties, check_services
from tunti.plan.verify_services import CLERKS, Checker, ServiceTables, check_offices, check_points, records
from tunti.settings import Settings


def verify_services(tables: ServiceTables, inputs: Inputs, settings: Settings, *, everyone: int) -> list[Finding]:
    """Recompute every table of a result from the others, the inputs and the drive times, and check every rule.

    Parameters
    ----------
    tables : ServiceTables
    inputs : Inputs
    settings : Settings
    everyone : int
        People of all planned regions: visits are shared out over them.

    Returns
    -------
    list of Finding
        Empty when all agrees.
    """
    c = Checker(tables, inputs, settings)
    c.everyone = everyone
    check_services(c)
    check_points(c)
    check_offices(c)
    check_duties(c)
    seconds = _cells(c)
    _access(c, seconds)
    _languages(c)
    _money(c, seconds)
    return c.found


Seconds = dict[str, tuple[NDArray[np.float64], NDArray[np.float64]]]
"""Seconds of every cell by group: after the plan and today."""


def _cells(c: Checker) -> Seconds:
    """Recompute the minutes of every cell to every group of services."""
    reach, found = c.t.reach, {}
    names = np.array([*reach.places, ""], dtype=object)
    table = c.t.cells.assign(place=c.t.cells["place"].astype("string"))
    by_group = {str(g): rows for g, rows in table.groupby(table["group"].astype(str), sort=False)}
    known = {name for name, *_ in c.groups}
    for name in sorted(set(by_group) - known):
        c.wrong("cells", name, "group", say("There is no such group."))
    for name, agency, modes, _ in c.groups:
        after, position = reach.nearest(c.serving(agency, modes, after=True))
        today, _ = reach.nearest(c.serving(agency, modes, after=False))
        found[name] = (after, today)
        rows = by_group.get(name)
        if rows is None or rows["cell"].tolist() != list(reach.cells):
            c.wrong("cells", name, "cell", say("The cells of the group are not those of the plan."))
            continue
        for column, wanted in (("minutes_after", after), ("minutes_today", today)):
            stated = rows[column].to_numpy(dtype=np.float64)
            wrong = np.isnan(stated) != np.isinf(wanted)
            wrong |= np.abs(np.where(np.isnan(stated), 0, stated) - np.where(np.isinf(wanted), 0, wanted) / 60) > 1e-6
            for at in np.flatnonzero(wrong)[:5]:
                c.wrong("cells", reach.cells[at], column, say("The drive times give other minutes."))
        places = rows["place"].fillna("").to_numpy(dtype=object)
        for at in np.flatnonzero(places != names[position])[:5]:
            c.wrong("cells", reach.cells[at], "place", say("The drive times give another place."))
    return found


def _access(c: Checker, seconds: Seconds) -> None:
    """Recompute the people within each service's standard, and hold them against what is asked."""
    people = c.t.people["people"].to_numpy(dtype=np.int64)
    region = c.t.people["region"].to_numpy(dtype=object)
    services = {str(r["service"]): r for r in records(c.t.services)}
    clerks: dict[str, tuple[NDArray[np.float64], NDArray[np.float64]]] = {}
    for name, agency, modes, _ in c.groups:
        fit = modes & frozenset(CLERKS)
        clerks[name] = (
            c.t.reach.nearest(c.serving(agency, fit, after=True))[0],
            c.t.reach.nearest(c.serving(agency, fit, after=False))[0],
        )
    regions = sorted({str(r) for r in region if not pd.isna(r)})
    rows = [(None if pd.isna(r["region"]) else str(r["region"]), str(r["service"])) for r in records(c.t.access)]
    wanted = {(r, s) for r in [None, *regions] for s in services}
    for row_region, service in sorted(wanted ^ set(rows), key=str):
        c.wrong("access", service, "region", say("The row of region {region} does not fit.", region=row_region or "-"))
    for row in records(c.t.access):
        named = services.get(str(row["service"]))
        if named is None or str(named["group"]) not in seconds:
            c.wrong("access", row["service"], "service", say("There is no such service."))
            continue
        group, where = str(named["group"]), f"{row['service']} {row['region']}"
        limit = float(named["minutes"]) * 60 + 1e-6
        mask = np.ones(len(people), bool) if pd.isna(row["region"]) else region == row["region"]
        total = int(people[mask].sum())
        after, today = (int(people[mask & (s <= limit)].sum()) for s in seconds[group])
        near_after, near_today = (int(people[mask & (s <= limit)].sum()) for s in clerks[group])
        for column, value in (
            ("agency", named["agency"]),
            ("standard_minutes", named["minutes"]),
            ("people", total),
            ("people_inside_today", today),
            ("people_inside_after", after),
            ("share_today", today / total if total else None),
            ("share_after", after / total if total else None),
            ("share_set", named["share_set"]),
            ("in_person_today", near_today),
            ("in_person_after", near_after),
        ):
            c.same("access", where, column, row[column], value)
        asked = c.t.region is None or row["region"] == c.t.region
        if not pd.isna(row["region"]) and asked:
            floor = today - math.floor(total * c.s.share_drop + 1e-6)
            if not pd.isna(named["share_set"]):
                floor = min(total, math.ceil(float(named["share_set"]) * total - 1e-6))
            if after < floor:
                what = say("{a} people are within the standard, {b} are asked for.", a=after, b=floor)
                c.wrong("access", where, "people_inside_after", what)


def _languages(c: Checker) -> None:
    """Recompute where each required language of a service is met, and that none is lost that must not be."""
    duties = {(str(r["municipality"]), str(r["service"])): r for r in records(c.inputs.language_duties)}
    services = {str(r["service"]): r for r in records(c.t.services)}
    towns = [str(m) for m in c.t.people["municipality"].dropna().unique()]
    if c.t.region is not None:
        mine = c.inputs.municipalities["region"] == c.t.region
        towns = [m for m in towns if m in set(c.inputs.municipalities.loc[mine, "municipality"].astype(str))]
    wanted: dict[tuple[str, str, str], str] = {}
    for town in towns:
        for service in services:
            row = duties.get((town, service), duties.get((town, "*")))
            languages = sorted(c.speaks.get(town, {"fi"})) if row is None else str(row["languages"]).split()
            if row is not None or set(languages) != {"fi"}:
                wanted |= {(town, service, x): "status" if row is None else "table" for x in languages}
    main = _main_cells(c)
    entries: dict[int, list[tuple[float, int]]] = {}
    rows = {(str(r["municipality"]), str(r["service"]), str(r["language"])): r for r in records(c.t.languages)}
    for key in sorted(set(wanted) ^ set(rows)):
        c.wrong("languages", key[0], "language", say("The row of {service} does not fit.", service=key[1]))
    known: dict[tuple[int, str, str], tuple[Any, Any, bool, bool]] = {}
    town_of = dict(zip(c.t.sites["site"].astype(str), c.t.sites["municipality"].astype(str), strict=True))
    office_town = dict(zip(c.inputs.offices["office"], c.inputs.offices["municipality"].astype(str), strict=True))
    for key, row in rows.items():
        town, service, language = key
        if key not in wanted or town not in main:
            continue
        cell, group = main[town], str(services[service]["group"])
        if cell not in entries:
            entries[cell] = _places_of(c, cell)
        if (cell, group, language) not in known:
            known[cell, group, language] = _met(c, entries[cell], group, language, town_of, office_town)
        met_by, minutes, met, met_today = known[cell, group, language]
        for column, value in (
            ("agency", services[service]["agency"]),
            ("required", wanted[key]),
            ("met_by", met_by),
            ("minutes", minutes),
            ("met", met),
            ("met_today", met_today),
        ):
            c.same("languages", f"{town} {service} {language}", column, row[column], value)
        if language not in ("fi", "sign") and not met and (met_today or wanted[key] == "table"):
            c.wrong(
                "languages",
                town,
                "met",
                say("{service} is not given in {language}.", service=service, language=language),
            )


def _main_cells(c: Checker) -> dict[str, int]:
    """Give each municipality's most populous cell, the last one on a tie."""
    found: dict[str, tuple[int, int]] = {}
    heads = c.t.people["people_there"].to_numpy(dtype=np.int64)
    for i, (town, n) in enumerate(zip(c.t.people["municipality"], heads, strict=True)):
        if not pd.isna(town) and (str(town) not in found or n >= found[str(town)][0]):
            found[str(town)] = (int(n), i)
    return {town: i for town, (_, i) in found.items()}


def _places_of(c: Checker, cell: int) -> list[tuple[float, int]]:
    """List the places that a cell reaches, the nearest first."""
    hits = np.flatnonzero(c.t.reach.cell == cell)
    place = np.searchsorted(c.t.reach.indptr, hits, side="right") - 1
    return sorted(zip(c.t.reach.seconds[hits].astype(float).tolist(), place.tolist(), strict=True))


def _met(
    c: Checker,
    near: list[tuple[float, int]],
    group: str,
    language: str,
    town_of: dict[str, str],
    office_town: dict[str, str],
) -> tuple[Any, Any, bool, bool]:
    agency, modes, minutes = next(((a, m, x) for name, a, m, x in c.groups if name == group), ("", frozenset(), 0.0))
    at: dict[str, list[str]] = {}
    for office, place in c.office_place.items():
        if c.office_agency.get(office) == agency and c.office_mode[office] in modes:
            at.setdefault(str(place), []).append(str(office))
    found: tuple[Any, Any, bool] = (None, None, False)
    today = False
    for seconds, j in near:
        place = c.t.reach.places[j]
        inside = seconds <= minutes * 60 + 1e-6
        if place in town_of:
            mode = c.mode.get((agency, place), "none")
            speaks = language in c.speaks.get(town_of[place], {"fi"}) or language in ("fi", "sign")
            if found[0] is None and mode in modes and (speaks or mode == "remote"):
                found = (place, seconds / 60, inside)
            continue
        for office in at.get(place, []):
            speaks = language in c.speaks.get(office_town[office], {"fi"}) or language in ("fi", "sign")
            if speaks or c.office_mode[office] == "remote":
                today = today or inside
                if found[0] is None and c.part.get(office) == "stays":
                    found = (office, seconds / 60, inside)
    return (*found, today)


def _money(c: Checker, seconds: Seconds) -> None:
    """Add up the yearly cost again, and hold the model's own figure against it."""
    t, s = c.t, c.s
    people = t.people["people"].to_numpy(dtype=np.float64)
    visits = {str(r["group"]): float(r["visits_year"]) / max(c.everyone, 1) for r in records(t.groups)}
    cents_minute = 2 * c.settings.plan.travel_eur_hour * 100 / 60
    served = {name: bool(c.serving(agency, modes, after=False)) for name, agency, modes, _ in c.groups}

    def travel(which: int, known: bool) -> int:
        total = 0.0
        for name, both in seconds.items():
            if served[name] == known:
                each = np.where(np.isinf(both[which]), c.cutoff_seconds, both[which])
                total += float(each @ people) * visits[name]
        return round(total * cents_minute / 60)

    rent: dict[str, int] = {}
    for row in records(c.inputs.offices):
        whole = sum(0.0 if pd.isna(row[m]) else float(row[m]) for m in ("customer_m2", "work_m2"))
        own = 0.0 if pd.isna(row["customer_m2"]) else float(row["customer_m2"])
        paid = 0.0 if pd.isna(row["rent_eur_year"]) else float(row["rent_eur_year"])
        rent[str(row["office"])] = int(np.rint(paid * (own / whole if whole else 1.0) * 100))
    today = t.offices[t.offices["customer_part"].isin(("stays", "closes"))]
    kept = t.offices[t.offices["customer_part"] == "stays"]
    presence = [
        sum(c.presence[str(c.office_mode[str(o)])] for o in x["office"] if str(o) in c.office_mode)
        for x in (today, kept)
    ]
    rents = [sum(rent.get(str(o), 0) for o in x["office"]) for x in (today, kept)]
    wanted = {
        "points": (0, int(t.points["cost_cents_year"].sum())),
        "presence_at_points": (0, int(t.duties["cost_cents_year"].sum())),
        "presence_at_offices": (presence[0], presence[1]),
        "rent_of_customer_parts": (rents[0], rents[1]),
        "customers_travel": (travel(1, True), travel(0, True)),
        "customers_travel_new": (0, travel(0, False)),
    }
    stated = {str(r["what"]): r for r in records(t.money)}
    for what in sorted(set(wanted) ^ set(stated)):
        c.wrong("money", what, "what", say("The row does not fit."))
    for what, (before, after) in wanted.items():
        if what in stated:
            for column, value in (("today_cents_year", before), ("after_cents_year", after)):
                # Travel is a sum of many parts of cents, rounded once: the order of adding may move it by one.
                near = abs(int(stated[what][column]) - value) <= (1 if what.startswith("customers") else 0)
                c.same("money", what, column, stated[what][column], stated[what][column] if near else value)
    total = float(sum(wanted[w][1] for w in list(wanted)[:4]))
    middle = [(a + b) / 2 for a, b in zip((0.0, *s.travel_edges_minutes), s.travel_edges_minutes, strict=False)]
    steps = [b - a for a, b in zip(middle, [*middle[1:], s.travel_beyond_minutes], strict=True)]
    for name, both in seconds.items():
        for edge, step in zip(s.travel_edges_minutes, steps, strict=True):
            beyond = float(people[both[0] > math.floor(edge * 60 + 1e-6)].sum())
            total += beyond * visits[name] * step * cents_minute
    c.same("certificate", None, "objective", t.objective, total)
    if t.bound > t.objective * (1 + 1e-9) + 1:
        c.wrong("certificate", None, "bound", say("The bound passes the objective."))
    c.same("certificate", None, "gap", t.gap, (t.objective - t.bound) / max(abs(t.objective), 1.0))
