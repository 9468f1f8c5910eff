"""The independent check of the follow-up: outcomes against the plan, estimates, and decisions of agencies."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import pandas as pd

from tunti.findings import Finding, say
from tunti.inputs.tables import Inputs
from tunti.plan.verify_tables import ProgrammeTables, day_of, differs, fit_out_of, next_quarter, number_of, rows, wrong
from tunti.settings import Settings


def verify_follow(t: ProgrammeTables, inputs: Inputs, settings: Settings) -> Iterator[Finding]:
    """Recompute what came true and what it taught.

    Parameters
    ----------
    t : ProgrammeTables
    inputs : Inputs
    settings : Settings

    Yields
    ------
    Finding
    """
    planned = _planned(t, inputs, settings)
    yield from _estimates(t, inputs, settings, planned)
    yield from _followed(t, inputs, planned)
    yield from _decisions(t, inputs, settings)


def _planned(t: ProgrammeTables, inputs: Inputs, settings: Settings) -> dict[str, tuple[str, int]]:
    found = {}
    for event in t.expected:
        kind, thing = event.split(":", 1)
        how, _, cents = fit_out_of(t, event, inputs, settings)
        if not how or not cents:
            continue
        own = settings.programme.point_m2 * settings.money.light_eur_m2[1] * 100
        found[thing] = (how, round(own) if kind == "open" else int(t.workplace[thing].investment_cents))
    return found


def _same(stated: Any, value: Any, near: float = 1e-6) -> bool:
    if pd.isna(stated) or pd.isna(value):
        return bool(pd.isna(stated) and pd.isna(value))
    if isinstance(value, (int, float)):
        return abs(float(stated) - float(value)) <= near * max(1.0, abs(float(value)))
    return bool(stated == value)


def _rows(table: str, frame: pd.DataFrame, expected: list[dict[str, Any]], key: list[str]) -> Iterator[Finding]:
    """Compare a table with the rows that it should have, by a key."""
    stated = {tuple(str(getattr(r, k)) for k in key): r for r in rows(frame)}
    made = {tuple(str(r[k]) for k in key): r for r in expected}
    for name in sorted(set(stated) ^ set(made)):
        yield wrong(table, " ".join(name), key[0], say("The row is missing, or nothing makes it."))
    if len(stated) != len(frame):
        yield wrong(table, None, key[0], say("A row is listed twice."))
    for name in sorted(set(stated) & set(made)):
        for column, value in made[name].items():
            said = getattr(stated[name], column)
            if not _same(said, value):
                yield wrong(table, " ".join(name), column, differs(said, value))


def _estimates(
    t: ProgrammeTables, inputs: Inputs, settings: Settings, planned: dict[str, tuple[str, int]]
) -> Iterator[Finding]:
    money = settings.money
    units = {"light": money.light_eur_m2, "deep": money.deep_eur_m2, "point_fit_out": money.light_eur_m2}
    z, spread = 1.6448536269514722, settings.programme.project_spread
    expected = []
    logs: dict[str, list[float]] = {}
    for row in rows(inputs.actuals):
        how, cents = planned.get(str(row.what), ("", 0))
        if row.measure == "cost_eur" and how and pd.notna(row.value) and row.value > 0:
            logs.setdefault(how, []).append(math.log(row.value * 100 / cents))
    for how, seen in sorted(logs.items()):
        low, likely, high = units.get(how, (0.5, 1.0, 2.0))
        if how in settings.programme.uncertainty:
            low, likely, high = settings.programme.uncertainty[how]
        elif how in units:
            low, likely, high = low / likely, 1.0, high / likely
        prior = max((math.log(high) - math.log(low)) / 2 / z, 1e-6) ** -2
        weight = prior + len(seen) * spread**-2
        mean = (prior * math.log(likely) + sum(seen) * spread**-2) / weight
        expected.append(
            {
                "source": how,
                "outcomes": len(seen),
                "low": math.exp(mean - z * weight**-0.5),
                "likely": math.exp(mean),
                "high": math.exp(mean + z * weight**-0.5),
            }
        )
    yield from _rows("estimates", t.estimates, expected, ["source"])


def _followed(t: ProgrammeTables, inputs: Inputs, planned: dict[str, tuple[str, int]]) -> Iterator[Finding]:
    offices = {str(r.office): r for r in rows(inputs.offices)}
    expected = []
    for row in rows(inputs.actuals):
        what, value, plan = str(row.what), float("nan") if pd.isna(row.value) else float(row.value), float("nan")
        kinds = {"opened": ("open", "ready"), "closed": ("close_customer",), "moved": ("move", "close_work")}
        if row.measure in kinds:
            events = [t.main.get(f"{k}:{what}") for k in kinds[row.measure]]
            days = [day_of(number_of(e.start_quarter)) for e in events if e is not None and pd.notna(e.start_quarter)]
            if days:
                plan, value = 0.0, float((row.date.date() - min(days)).days)
        elif row.measure == "cost_eur" and what in planned:
            plan = planned[what][1] / 100
        elif row.measure == "rent_eur_year" and what in t.workplace:
            plan = float(t.workplace[what].rent_cents_year) / 100
        elif row.measure == "visits_counter" and what in t.point:
            plan = float(t.point[what].visits_year)
        elif row.measure == "presence" and what in offices and pd.notna(offices[what].presence):
            plan = float(offices[what].presence)
        expected.append(
            {
                "what": what,
                "measure": str(row.measure),
                "date": row.date,
                "planned": plan,
                "actual": value,
                "difference": value - plan,
            }
        )
    yield from _rows("followed", t.followed, expected, ["what", "measure", "date"])


def _decisions(t: ProgrammeTables, inputs: Inputs, settings: Settings) -> Iterator[Finding]:
    remote = {str(r.service) for r in rows(inputs.services) if pd.notna(r.modes) and "remote" in str(r.modes).split()}
    reached: dict[str, list[int]] = {}
    for row in rows(t.reach):
        reached.setdefault(str(row.place), []).append(int(row.pattern))
    pattern = {int(r.pattern): r for r in rows(t.patterns)}
    places: dict[int, list[str]] = {}
    for place, patterns in reached.items():
        for p in patterns:
            places.setdefault(p, []).append(place)
    total = t.patterns.groupby(["group", "region"])["people"].sum().to_dict()
    services = {str(g): list(part["service"]) for g, part in t.groups.groupby("group")}
    line = {(str(r.service), str(r.region), str(r.quarter)): r for r in rows(t.shares)}
    begin, count = number_of(t.quarters[0]), len(t.quarters)
    expected = []
    for office in rows(inputs.offices):
        own = f"office:{office.office}"
        for date, decision in ((office.open_to, "closes"), (office.remote_from, "remote_only")):
            if own not in reached or pd.isna(date) or date.date() <= settings.project.as_of:
                continue
            day = date.date()
            at = next_quarter(day) if decision == "closes" else day.year * 4 + (day.month - 1) // 3
            at = max(at, begin)
            if at >= begin + count:
                continue
            lost: dict[tuple[str, str], int] = {}
            for p in reached[own]:
                if _open(own, t, at) and not any(_open(o, t, at) for o in places[p] if o != own):
                    key = str(pattern[p].group), str(pattern[p].region)
                    lost[key] = lost.get(key, 0) + int(pattern[p].people)
            for (group, region), people in lost.items():
                for service in services.get(group, []):
                    share = line.get((str(service), region, str(t.quarters[at - begin])))
                    if not people or share is None or (decision == "remote_only" and service in remote):
                        continue
                    after = share.share - people / total[group, region]
                    expected.append(
                        {
                            "office": str(office.office),
                            "agency": str(office.agency),
                            "region": region,
                            "date": date,
                            "decision": decision,
                            "service": str(service),
                            "people_losing": people,
                            "share_before": float(share.share),
                            "share_after": float(after),
                            "below_floor": bool(after < share.floor - 1e-9),
                        }
                    )
    yield from _rows("decisions", t.decisions, expected, ["office", "decision", "region", "service"])


def _open(place: str, t: ProgrammeTables, at: int) -> bool:
    kind, thing = place.split(":", 1)
    event = t.main.get(f"close_customer:{thing}" if kind == "office" else f"open:{thing}")
    if event is None:
        return True
    if pd.isna(event.start_quarter):
        return kind == "office"
    quarter = number_of(event.start_quarter)
    return at < quarter if kind == "office" else at >= quarter
