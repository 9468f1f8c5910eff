"""The independent check of a programme: events, shares and money are recomputed from result tables and inputs alone.

It shares no code with the models and imports nothing above the inputs, so an error in a model can't hide itself here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from tunti.findings import Finding, say
from tunti.inputs.tables import Inputs
from tunti.plan.verify_follow import verify_follow
from tunti.plan.verify_money import verify_money
from tunti.plan.verify_shares import verify_shares
from tunti.plan.verify_tables import (
    MAIN,
    ProgrammeTables,
    begin_of,
    day_of,
    decided_from,
    differs,
    earlier,
    fit_out_of,
    latest_of,
    next_quarter,
    number_of,
    release_of,
    rows,
    whole_quarters,
    wrong,
)
from tunti.settings import Settings

_CODES = {
    "", "fit_out", "ict", "cooperation", "finance_committee", "available", "limits", "share", "lease_end", "break",
    "notice", "unknown", "indoor_air", "neighbour",
}  # fmt: skip


def verify_programme(tables: ProgrammeTables, inputs: Inputs, settings: Settings) -> list[Finding]:
    """Recompute a programme from its tables, and check that it keeps its rules in every quarter.

    Parameters
    ----------
    tables : ProgrammeTables
    inputs : Inputs
    settings : Settings

    Returns
    -------
    list of Finding
        Empty when all agrees.
    """
    found = [*_form(tables, inputs)]
    if found:
        return found  # dates that can't be read would only hide what is wrong
    follow = list(verify_follow(tables, inputs, settings))
    if any(f.table == "estimates" for f in follow):
        return follow  # every cost stands on them
    return [
        *_events(tables, inputs, settings),
        *_orders(tables, inputs, settings),
        *_limits(tables, inputs, settings),
        *verify_shares(tables, inputs, settings),
        *_changes(tables, inputs),
        *verify_money(tables, inputs, settings),
        *follow,
    ]


def _form(t: ProgrammeTables, inputs: Inputs) -> Iterator[Finding]:
    kinds = {"fit_out", "temporary", "notice", *MAIN} - {"ready"}
    quarter = r"\d{4}Q[1-4]"
    for column in ("start_quarter", "end_quarter"):
        bad = t.events[column].notna() & ~t.events[column].str.fullmatch(quarter).fillna(False)
        for event in t.events.loc[bad, "event"]:
            yield wrong("events", event, column, say("The quarter is not of the form 2027Q3."))
        half = t.events["start_quarter"].isna() != t.events["end_quarter"].isna()
        for event in t.events.loc[half, "event"]:
            yield wrong("events", event, column, say("Only one of the event's quarters is given."))
    for event in t.events.loc[~t.events["kind"].isin(kinds), "event"]:
        yield wrong("events", event, "kind", say("There is no such kind of event."))
    for event in t.events.loc[t.events["event"].duplicated() | t.events["event"].isna(), "event"]:
        yield wrong("events", event, "event", say("The event is listed twice or has no name."))
    offices = set(inputs.offices["office"])
    for event in t.events.loc[t.events["office"].notna() & ~t.events["office"].isin(offices), "event"]:
        yield wrong("events", event, "office", say("There is no such office."))


def _events(t: ProgrammeTables, inputs: Inputs, settings: Settings) -> Iterator[Finding]:
    expected, stated = t.expected, t.main
    name = {str(r.office): str(r.office) if pd.isna(r.name) else str(r.name) for r in rows(inputs.offices)}
    for event in sorted(set(expected) ^ set(stated)):
        missing = say("The event is missing.") if event in expected else say("Nothing asks for the event.")
        yield wrong("events", event, "event", missing)
    for row in rows(t.events):
        event = str(row.event)
        core = event if event in stated else event.split(":", 1)[-1]
        if core not in expected:
            if event not in stated:
                yield wrong("events", event, "event", say("Nothing asks for the event."))
            continue
        kind, site, premise, office, agency, region, what = expected[core]
        kind = kind if event in stated else event.split(":", 1)[0]
        for column, value in (
            ("kind", kind), ("site", site), ("premise", premise), ("office", office), ("agency", agency),
            ("region", region), ("what", what or name.get(office, office)),
        ):  # fmt: skip
            said = "" if pd.isna(getattr(row, column)) else str(getattr(row, column))
            if said != value:
                yield wrong("events", event, column, differs(said, value))
        if pd.isna(row.start_quarter):
            if row.because != "share" or pd.notna(row.decide_by) or kind != "close_customer":
                yield wrong("events", event, "because", say("Only closings that a share rule holds may be put off."))
        elif number_of(row.start_quarter) > number_of(row.end_quarter) or (
            event in stated and row.start_quarter != row.end_quarter
        ):
            yield wrong("events", event, "end_quarter", say("The event ends before it begins, or is no one quarter."))
    reasons = _CODES | {str(r.needs) for r in rows(inputs.predecessors)} | set(t.events["event"])
    for row in rows(t.events):
        if pd.isna(row.because) or row.because not in reasons:
            yield wrong("events", row.event, "because", say("There is no such reason or event."))
    yield from _fit_outs(t, inputs, settings)
    yield from _dates(t, inputs, settings)


def _fit_outs(t: ProgrammeTables, inputs: Inputs, settings: Settings) -> Iterator[Finding]:
    fits = {str(r.event): r for r in rows(t.events) if r.kind == "fit_out"}
    for event, row in t.main.items():
        if event not in t.expected:
            continue
        _, quarters, cents = fit_out_of(t, event, inputs, settings)
        fit = fits.pop(f"fit_out:{event}", None)
        if (fit is not None) != (quarters > 0):
            yield wrong("events", f"fit_out:{event}", "event", say("The fit-out is missing or not asked for."))
        if row.crews or row.cost_cents or pd.notna(row.payer):
            yield wrong("events", event, "cost_cents", say("Only a fit-out has crews, a cost and a payer."))
        if fit is None or not quarters:
            continue
        begin, end, opens = (number_of(q) for q in (fit.start_quarter, fit.end_quarter, row.start_quarter))
        if end != opens - 1 or begin != opens - quarters:
            yield wrong("events", fit.event, "start_quarter", say("The fit-out does not end when it is needed."))
        for column, value in (("crews", 1), ("cost_cents", cents), ("payer", "real_estate")):
            if pd.isna(getattr(fit, column)) or getattr(fit, column) != value:
                yield wrong("events", fit.event, column, differs(getattr(fit, column), value))
    for event in fits:
        yield wrong("events", event, "event", say("Nothing asks for the event."))
    for row in rows(t.events):
        if (
            row.kind not in ("fit_out",)
            and str(row.event).split(":")[0] not in MAIN
            and (row.crews or row.cost_cents or pd.notna(row.payer))
        ):
            yield wrong("events", row.event, "cost_cents", say("Only a fit-out has crews, a cost and a payer."))


def _dates(t: ProgrammeTables, inputs: Inputs, settings: Settings) -> Iterator[Finding]:
    own, decided = settings.programme, decided_from(settings)
    offices = {str(r.office): r for r in rows(inputs.offices)}
    others = {str(r.event): r for r in rows(t.events)}
    asked: set[str] = set()
    for event, row in t.main.items():
        if pd.isna(row.start_quarter) or event not in t.expected:
            continue
        kind, thing = event.split(":", 1)
        taken = number_of(row.start_quarter)
        _, quarters, _ = fit_out_of(t, event, inputs, settings)
        months = own.cooperation_months
        if kind == "open":
            months = own.ict_months
        elif kind == "ready":
            big = int(t.workplace[thing].investment_cents) > round(own.finance_committee_eur * 100)
            months = own.finance_committee_months if big else 0.0
        # Connections are made while a point is fitted out; everything else comes before the fit-out.
        start = day_of(taken - quarters)
        decide = min(start, earlier(day_of(taken) if kind == "open" else start, months))
        if quarters:
            yield from _decided(others.get(f"fit_out:{event}"), decide)
        if kind in ("close_customer", "move", "close_work"):
            office = offices[thing]
            release, notice, reason = release_of(office, settings)
            latest = latest_of(office, event, settings)
            left = taken if latest is None else min(taken, latest)
            day = max(earlier(day_of(max(left, release)), notice), decided)
            asked.add(f"notice:{event}")
            given = others.get(f"notice:{event}")
            yield from _decided(given, day)
            if given is not None:
                name = f"{day.year}Q{(day.month - 1) // 3 + 1}"
                for column, value in (("start_quarter", name), ("end_quarter", name), ("because", reason)):
                    if getattr(given, column) != value:
                        yield wrong("events", given.event, column, differs(getattr(given, column), value))
            decide = min(decide, day)
            if latest is not None and taken > latest:
                asked.add(f"temporary:{event}")
                stay = others.get(f"temporary:{event}")
                yield from _decided(stay, earlier(day_of(latest), own.cooperation_months))
                if stay is not None:
                    span = (number_of(stay.start_quarter), number_of(stay.end_quarter))
                    if span != (latest, taken - 1) or stay.because != "indoor_air":
                        yield wrong("events", stay.event, "start_quarter", differs(span[0], latest))
        yield from _decided(row, decide)
    for row in rows(t.events):
        if row.kind in ("notice", "temporary") and str(row.event) not in asked:
            yield wrong("events", row.event, "event", say("Nothing asks for the event."))


def _decided(row: Any, day: dt.date) -> Iterator[Finding]:
    if row is None:
        yield wrong("events", None, "event", say("The event is missing."))
    elif pd.isna(row.decide_by) or row.decide_by.date() != day:
        yield wrong("events", row.event, "decide_by", differs(row.decide_by, day))


def _orders(t: ProgrammeTables, inputs: Inputs, settings: Settings) -> Iterator[Finding]:
    """Check that nothing comes before what it waits for, and nothing outside the programme."""
    own, begin = settings.programme, begin_of(settings)
    events = t.main
    taken = {e: number_of(r.start_quarter) for e, r in events.items() if pd.notna(r.start_quarter)}
    last = number_of(own.horizon)
    in_site = {
        str(r.site): f"ready:{r.premise}" for r in rows(t.workplaces) if pd.notna(r.site) and r.kind != "no_address"
    }
    needs: dict[str, list[Any]] = {}
    for need in rows(inputs.predecessors):
        needs.setdefault(str(need.what), []).append(need)
    things: dict[str, list[str]] = {}
    for event in events:
        things.setdefault(event.split(":", 1)[1], []).append(event)
    for event, quarter in taken.items():
        kind, thing = event.split(":", 1)
        row = events[event]
        if event not in t.expected:
            continue
        _, lead, _ = fit_out_of(t, event, inputs, settings)
        first = begin + lead
        if kind == "open":
            first = max(first, begin + whole_quarters(own.ict_months))
        elif kind != "ready":
            first = max(first, begin + whole_quarters(own.cooperation_months))
        elif int(t.workplace[thing].investment_cents) > round(own.finance_committee_eur * 100):
            first = max(first, begin + whole_quarters(own.finance_committee_months) + lead)
        if kind == "ready":
            given = t.premises[t.premises["premise"] == thing]
            if len(given) and pd.notna(given["available_from"].iloc[0]):
                day = given["available_from"].iloc[0].date() - dt.timedelta(days=1)
                first = max(first, next_quarter(day) + lead)
        if not first <= quarter <= max(last, begin):
            yield wrong("events", event, "start_quarter", say("The event is outside its window."))
        before = []
        if kind == "open" and thing in in_site:
            before.append((in_site[thing], 0))
        if kind == "close_customer" and pd.notna(row.site):
            before.append((f"open:{row.site}", 0))
        if kind == "move":
            before.append((f"ready:{row.premise}", 0))
        for need in needs.get(thing, []):
            wait = 0 if pd.isna(need.months) else whole_quarters(float(need.months))
            span = 0 if need.kind in ("ict", "cooperation") else lead
            earlier_events = things.get(str(need.needs), [])
            if earlier_events and need.needs != thing and pd.isna(need.ready):
                before += [(e, wait + span) for e in earlier_events]
            else:
                ready = begin + wait if pd.isna(need.ready) else max(next_quarter(need.ready.date()), begin)
                if quarter < ready + span:
                    yield wrong(
                        "events", event, "start_quarter", say("The event comes before {what}.", what=need.needs)
                    )
        for other, lag in before:
            if other in taken and quarter < taken[other] + lag:
                yield wrong("events", event, "start_quarter", say("The event comes before {what}.", what=other))


def _limits(t: ProgrammeTables, inputs: Inputs, settings: Settings) -> Iterator[Finding]:
    given = {(str(r.region), int(r.year)): r for r in rows(inputs.limits)}
    used: dict[tuple[str, int], int] = {}
    spent: dict[tuple[str, int], float] = {}
    for row in rows(t.events[t.events["kind"] == "fit_out"]):
        a, b = number_of(row.start_quarter), number_of(row.end_quarter)
        for q in range(a, b + 1):
            used[str(row.region), q] = used.get((str(row.region), q), 0) + int(row.crews)
            key = str(row.region), q // 4
            spent[key] = spent.get(key, 0.0) + row.cost_cents / (b - a + 1)
    for (region, q), n in sorted(used.items()):
        crews, _ = _most(given, region, q // 4, settings)
        if crews is not None and n > crews:
            yield wrong(
                "events", None, "crews", say("{region}: {a} fit-outs, the limit is {b}.", region=region, a=n, b=crews)
            )
    for (region, year), cents in sorted(spent.items()):
        _, budget = _most(given, region, year, settings)
        if budget is not None and cents > budget * 100 * (1 + 2e-6) + 100:
            what = say(
                "{region}: {a} € of fit-outs in a year, the limit is {b} €.", region=region, a=cents / 100, b=budget
            )
            yield wrong("events", None, "cost_cents", what)


def _most(given: Mapping[tuple[str, int], Any], region: str, year: int, settings: Settings) -> tuple[Any, Any]:
    crews, budget = settings.programme.crews_per_region, settings.programme.budget_eur_year
    row = given.get((region, year), given.get(("*", year)))
    if row is not None:
        crews = crews if pd.isna(row.crews) else int(row.crews)
        budget = budget if pd.isna(row.budget_eur) else float(row.budget_eur)
    return crews, budget


def _changes(t: ProgrammeTables, inputs: Inputs) -> Iterator[Finding]:
    events = t.main
    last = number_of(t.quarters[-1])
    expected = {}
    for row in rows(inputs.agreed):
        if str(row.event) in events:
            new = events[str(row.event)]
            old, now = (last + 1 if pd.isna(q) else number_of(q) for q in (row.quarter, new.start_quarter))
            if old != now:
                expected[str(row.event)] = (str(new.what), str(new.region), row.quarter, new.start_quarter, now - old)
    stated = {str(r.event): r for r in rows(t.changes)}
    for event in sorted(set(expected) ^ set(stated)):
        yield wrong("changes", event, "event", say("The list of changes is not that of the agreed programme."))
    for event in sorted(set(expected) & set(stated)):
        names = ("what", "region", "agreed_quarter", "quarter", "quarters_later")
        for column, value in zip(names, expected[event], strict=True):
            said = getattr(stated[event], column)
            if not ((pd.isna(said) and pd.isna(value)) or said == value):
                yield wrong("changes", event, column, differs(said, value))
