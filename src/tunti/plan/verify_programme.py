"""The independent check of a programme: events, shares and money are recomputed from result tables and inputs alone.

It shares no code with the models and imports nothing above the inputs, so an error in a model can't hide itself here.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from tunti.findings import Finding, Message, error, say
from tunti.inputs.tables import Inputs
from tunti.locale import N_
from tunti.settings import Settings


@dataclass(frozen=True, eq=False)
class ProgrammeTables:
    """The result tables of a programme and of what it puts into quarters, as they will be written.

    Attributes
    ----------
    events, shares, cashflow, payers, savings, travel, indicators, uncertainty, tornado : DataFrame
    patterns, reach, groups, changes, followed, estimates, decisions : DataFrame
        See :class:`tunti.programme.result.Programme`.
    quarters : tuple of str
    services, points, duties, service_offices : DataFrame
        Who serves where.
    workplaces, premises, moves, premise_offices : DataFrame
        Who sits where.
    """

    events: pd.DataFrame
    shares: pd.DataFrame
    cashflow: pd.DataFrame
    payers: pd.DataFrame
    savings: pd.DataFrame
    travel: pd.DataFrame
    indicators: pd.DataFrame
    uncertainty: pd.DataFrame
    tornado: pd.DataFrame
    patterns: pd.DataFrame
    reach: pd.DataFrame
    groups: pd.DataFrame
    changes: pd.DataFrame
    followed: pd.DataFrame
    estimates: pd.DataFrame
    decisions: pd.DataFrame
    quarters: tuple[str, ...]
    services: pd.DataFrame
    points: pd.DataFrame
    duties: pd.DataFrame
    service_offices: pd.DataFrame
    workplaces: pd.DataFrame
    premises: pd.DataFrame
    moves: pd.DataFrame
    premise_offices: pd.DataFrame

    @cached_property
    def main(self) -> dict[str, Any]:
        """Events that are decisions: openings, moves and closings, by name."""
        return {str(r.event): r for r in rows(self.events) if str(r.event).split(":")[0] in _MAIN}

    @cached_property
    def expected(self) -> dict[str, tuple[str, str, str, str, str, str, str]]:
        """What each decision must say: kind, site, premises, office, agency, region, name."""
        return _expected(self)

    @cached_property
    def point(self) -> dict[str, Any]:
        """Points by site."""
        return {str(r.site): r for r in rows(self.points)}

    @cached_property
    def workplace(self) -> dict[str, Any]:
        """Shared premises by name."""
        return {str(r.premise): r for r in rows(self.workplaces)}


_BROKEN = N_("The programme's tables do not agree with each other; nothing was written. Report it with the run record.")
_CODES = {
    "", "fit_out", "ict", "cooperation", "finance_committee", "available", "limits", "share", "lease_end", "break",
    "notice", "unknown", "indoor_air", "neighbour",
}  # fmt: skip
_MAIN = {"open", "ready", "close_customer", "move", "close_work"}


def wrong(table: str, row: Any, column: str | None, what: Message) -> Finding:
    """Make the finding of a figure that does not agree."""
    return error(table, None if row is None else str(row), column, what, say(_BROKEN))


def differs(stated: Any, recomputed: Any) -> Message:
    """Say that a stated figure is not the recomputed one."""
    return say("{a} is stated, the tables give {b}.", a=_plain(stated), b=_plain(recomputed))


def _plain(value: Any) -> Any:
    return value if isinstance(value, (int, float, str)) and not isinstance(value, bool) else str(value)


def rows(frame: pd.DataFrame) -> Iterator[Any]:
    """Give the rows of a table, their columns as attributes."""
    return iter(frame.itertuples(index=False))


def number_of(quarter: Any) -> int:
    """Give the quarters from year 0 to a named one."""
    return int(str(quarter)[:4]) * 4 + int(str(quarter)[5]) - 1


def day_of(number: int) -> dt.date:
    """Give the first day of a quarter."""
    return dt.date(number // 4, number % 4 * 3 + 1, 1)


def whole_quarters(months: float) -> int:
    """Give the whole quarters that hold some months."""
    return math.ceil(round(months, 6) / 3)


def earlier(day: dt.date, months: float) -> dt.date:
    """Give the day some months earlier, the last of the month where there is none."""
    back = pd.Timestamp(day) - pd.DateOffset(months=math.ceil(round(months, 6)))
    return back.date()


def next_quarter(day: dt.date) -> int:
    """Give the first quarter that begins after a day."""
    after = day + dt.timedelta(days=1)
    number = after.year * 4 + (after.month - 1) // 3
    return number if after == day_of(number) else number + 1


def release_of(office: Any, settings: Settings) -> tuple[int, float, str]:
    """Give the first quarter without rent once an office is left, its months of notice and what lets the lease go."""
    today = settings.project.as_of
    now = today.year * 4 + (today.month - 1) // 3
    default = settings.programme.notice_months
    notice = default if pd.isna(office.notice_months) else float(office.notice_months)
    can = earlier(today, -notice)
    ways = []
    if pd.notna(office.lease_end):
        ways.append((max(next_quarter(office.lease_end.date()), now), "lease_end"))
    if pd.notna(office.break_date):
        first = max(office.break_date.date(), can) - dt.timedelta(days=1)
        ways.append((max(next_quarter(first), now), "break"))
    if not ways:
        if pd.isna(office.notice_months):
            return now, notice, "unknown"
        ways.append((max(next_quarter(can - dt.timedelta(days=1)), now), "notice"))
    release, reason = min(ways)
    return release, notice, reason


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
    # Those two stand on the words of this file.
    from tunti.plan.verify_follow import verify_follow
    from tunti.plan.verify_money import verify_money

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
        *_shares(tables, inputs, settings),
        *_changes(tables, inputs),
        *verify_money(tables, inputs, settings),
        *follow,
    ]


def _form(t: ProgrammeTables, inputs: Inputs) -> Iterator[Finding]:
    kinds = {"fit_out", "temporary", "notice", *_MAIN} - {"ready"}
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


def _expected(t: ProgrammeTables) -> dict[str, tuple[str, str, str, str, str, str, str]]:
    """Give what each decision must say: kind, site, premises, office, agency, region, name."""
    serving = set(t.duties.loc[t.duties["mode"] != "none", "site"])
    out: dict[str, tuple[str, str, str, str, str, str, str]] = {}
    for r in rows(t.points):
        if r.status != "existing" or r.site in serving:
            out[f"open:{r.site}"] = ("open", str(r.site), "", "", "", str(r.region), str(r.name))
    for r in rows(t.workplaces):
        out[f"ready:{r.premise}"] = ("open", "", str(r.premise), "", "", str(r.region), str(r.name))
    for r in rows(t.service_offices):
        if r.customer_part == "closes":
            site = "" if pd.isna(r.replaced_by) else str(r.replaced_by)
            out[f"close_customer:{r.office}"] = (
                "close_customer", site, "", str(r.office), str(r.agency), str(r.region), "",
            )  # fmt: skip
    to = {str(r.office): str(r.to_premise) for r in rows(t.moves) if r.from_part == "work"}
    for r in rows(t.premise_offices):
        if r.work_part in ("moves", "given_up"):
            kind = "move" if str(r.office) in to else "close_work"
            out[f"{kind}:{r.office}"] = (
                kind, "", to.get(str(r.office), ""), str(r.office), str(r.agency), str(r.region), "",
            )  # fmt: skip
    return out


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


def factor_of(t: ProgrammeTables, source: str, settings: Settings) -> float:
    """Give the multiplier that outcomes have taught for a kind of fit-out."""
    found = [float(r.likely) for r in rows(t.estimates) if r.source == source]
    return found[0] if found and settings.programme.learn else 1.0


def fit_out_of(t: ProgrammeTables, event: str, inputs: Inputs, settings: Settings) -> tuple[str, int, int]:
    """Give the kind of a fit-out, its quarters and its cents; no quarters for none."""
    own = settings.programme
    kind, thing = event.split(":", 1)
    if kind == "open":
        row = t.point[thing]
        if row.status == "existing" or row.tier == "mobile":
            return "", 0, 0
        cents = round(
            factor_of(t, "point_fit_out", settings) * round(own.point_m2 * settings.money.light_eur_m2[1] * 100)
        )
        return "point_fit_out", max(whole_quarters(own.point_months), 1), cents
    if kind != "ready":
        return "", 0, 0
    given = t.premises[t.premises["premise"] == thing]
    how = "light" if given.empty or pd.isna(given["fit_out"].iloc[0]) else str(given["fit_out"].iloc[0])
    cents = round(factor_of(t, how, settings) * int(t.workplace[thing].investment_cents))
    months = {"light": own.light_months, "deep": own.deep_months}.get(how, 0.0)
    return how, max(whole_quarters(months), 1) if cents else 0, cents


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
            and str(row.event).split(":")[0] not in _MAIN
            and (row.crews or row.cost_cents or pd.notna(row.payer))
        ):
            yield wrong("events", row.event, "cost_cents", say("Only a fit-out has crews, a cost and a payer."))


def latest_of(office: Any, event: str, settings: Settings) -> int | None:
    """Give the quarter by which bad indoor air must be left, None for no such need."""
    if not event.startswith(("move:", "close_work:")) or office.condition != "indoor_air":
        return None
    now = settings.project.as_of
    return now.year * 4 + (now.month - 1) // 3 + whole_quarters(settings.programme.must_leave_months)


def _dates(t: ProgrammeTables, inputs: Inputs, settings: Settings) -> Iterator[Finding]:
    own, today = settings.programme, settings.project.as_of
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
        decide = earlier(day_of(taken - quarters), months)
        if quarters:
            yield from _decided(others.get(f"fit_out:{event}"), decide)
        if kind in ("close_customer", "move", "close_work"):
            office = offices[thing]
            release, notice, reason = release_of(office, settings)
            latest = latest_of(office, event, settings)
            left = taken if latest is None else min(taken, latest)
            day = max(earlier(day_of(max(left, release)), notice), today)
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
    own, today = settings.programme, settings.project.as_of
    begin = today.year * 4 + (today.month - 1) // 3
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


def place_sum(place: str) -> int:
    """Give the number that stands for a place in the check of a pattern."""
    return int.from_bytes(hashlib.blake2b(place.encode(), digest_size=5).digest(), "big")


def _shares(t: ProgrammeTables, inputs: Inputs, settings: Settings) -> Iterator[Finding]:
    """Recompute every share of every quarter from the patterns and the events, and hold it against its floor."""
    own = settings.programme
    region_of = inputs.municipalities.set_index("municipality")["region"]
    known = inputs.cells.assign(region=inputs.cells["municipality"].map(region_of))
    people = known[~known["region"].isin(settings.project.regions_left_out)].groupby("region")["people"].sum()
    if t.patterns["pattern"].duplicated().any() or not set(t.reach["pattern"]) <= set(t.patterns["pattern"]):
        yield wrong("patterns", None, "pattern", say("Patterns and the places that reach them do not belong together."))
        return
    sums = t.reach["place"].map({p: place_sum(p) for p in t.reach["place"].dropna().unique()})
    check = sums.groupby(t.reach["pattern"]).sum().reindex(t.patterns["pattern"], fill_value=0).to_numpy()
    for pattern in t.patterns.loc[check != t.patterns["check"].to_numpy(), "pattern"]:
        yield wrong("patterns", pattern, "check", say("The places of the pattern are not those that it was made of."))
    by = t.patterns.groupby(["group", "region"], as_index=False)["people"].sum()
    for group, region, n in zip(by["group"], by["region"], by["people"], strict=True):
        if n != people.get(region, 0):
            yield wrong("patterns", f"{group} {region}", "people", differs(int(n), int(people.get(region, 0))))
    names = [str(q) for q in t.quarters]
    numbers = np.array([number_of(q) for q in names])
    begin = settings.project.as_of.year * 4 + (settings.project.as_of.month - 1) // 3
    wanted_names = [f"{n // 4}Q{n % 4 + 1}" for n in range(begin, max(number_of(own.horizon), begin) + 1)]
    if names != wanted_names:
        yield wrong("shares", None, "quarter", say("The programme's quarters are not those of its horizon."))
    never = numbers[-1] + 1
    taken = {e: number_of(r.start_quarter) if pd.notna(r.start_quarter) else never for e, r in t.main.items()}
    places = list(t.reach["place"].unique())
    state = np.array([_open(str(p), taken, numbers) for p in places]).reshape(len(places), len(names))
    before = np.array([str(p).startswith("office:") or f"open:{str(p)[5:]}" not in taken for p in places], bool)
    place = pd.Series(np.arange(len(places)), index=places)
    row = pd.Series(np.arange(len(t.patterns)), index=t.patterns["pattern"])
    at, of = row[t.reach["pattern"]].to_numpy(), place[t.reach["place"]].to_numpy()
    inside = np.zeros((len(t.patterns), len(names)), bool)
    today = np.zeros(len(t.patterns), bool)
    np.logical_or.at(inside, at, state[of])
    np.logical_or.at(today, at, before[of])
    head = t.patterns["people"].to_numpy()
    keys = [t.patterns["group"].astype(str), t.patterns["region"].astype(str)]
    per = {key: v.sum(axis=0) for key, v in _parts(inside * head[:, None], keys)}
    counts = {
        key: (int(v[:, 0].sum()), int(v[:, 1].sum())) for key, v in _parts(np.stack([head, today * head], axis=1), keys)
    }
    known_groups: dict[str, list[str]] = {}
    for g, r in per:
        known_groups.setdefault(g, []).append(r)
    reached_by = number_of(own.horizon) if own.share_by is None else number_of(own.share_by)
    reached_by = min(max(reached_by, begin), int(numbers[-1]))
    stated = {(str(r.service), str(r.region), str(r.quarter)): r for r in rows(t.shares)}
    if len(stated) != len(t.shares):
        yield wrong("shares", None, "quarter", say("A row is listed twice."))
    offered = {str(r.service): r for r in rows(t.services)}
    for service in sorted({str(s) for s in t.groups["service"]} - set(offered)):
        yield wrong("groups", service, "service", say("There is no such service."))
    count = 0
    for group, service in zip(t.groups["group"], t.groups["service"], strict=True):
        if group not in known_groups:
            yield wrong("groups", service, "group", say("There are no patterns of the group."))
            continue
        if str(service) not in offered:
            continue
        if offered[str(service)].group != group:
            yield wrong("groups", service, "group", differs(group, offered[str(service)].group))
        wanted = _set_share(str(service), inputs, settings)
        for region in known_groups[str(group)]:
            total, now = counts[str(group), region]
            if not total:
                continue
            # Whole people, as a share of them is asked.
            asked = None if wanted is None else math.ceil(wanted * total - 1e-9)
            inside_now = per[str(group), region].tolist()
            end = inside_now[-1]
            for name, number, there in zip(names, numbers, inside_now, strict=True):
                floor = now if asked is None else min(now, asked)
                if asked is not None and number >= reached_by:
                    floor = asked
                if own.allow_drop:
                    floor = min(floor, end)
                count += 1
                line = stated.get((str(service), str(region), name))
                if line is None:
                    yield wrong("shares", f"{service} {region} {name}", "service", say("The row is missing."))
                    continue
                for column, value in (
                    ("people", total), ("people_inside", there), ("share", there / total),
                    ("share_today", now / total), ("share_set", np.nan if wanted is None else wanted),
                    ("floor", floor / total),
                ):  # fmt: skip
                    said = float(getattr(line, column))
                    if not (abs(said - value) <= 1e-9 or (math.isnan(said) and math.isnan(value))):
                        yield wrong("shares", f"{service} {region} {name}", column, differs(said, value))
                if there < floor:
                    what = say(
                        "{service}, {region}, {quarter}: {a} people are within the standard, the floor is {b}.",
                        service=service, region=region, quarter=name, a=there, b=floor,
                    )  # fmt: skip
                    yield wrong("shares", f"{service} {region} {name}", "share", what)
    if count != len(t.shares):
        yield wrong("shares", None, "service", differs(len(t.shares), count))


def _parts(values: np.ndarray, keys: list[pd.Series]) -> Iterator[tuple[tuple[str, str], np.ndarray]]:
    """Give the rows of an array by two keys."""
    for key, at in pd.Series(np.arange(len(values))).groupby([k.to_numpy() for k in keys]):
        yield (str(key[0]), str(key[1])), values[at.to_numpy()]


def _set_share(service: str, inputs: Inputs, settings: Settings) -> float | None:
    """Give the share that a service must reach, None where none is set."""
    own = inputs.services.loc[inputs.services["service"] == service, "standard_share"]
    return settings.services.share if own.empty or pd.isna(own.iloc[0]) else float(own.iloc[0])


def _open(place: str, taken: Mapping[str, int], numbers: np.ndarray) -> np.ndarray:
    kind, thing = place.split(":", 1) if ":" in place else ("", place)
    if kind == "office":
        return numbers < taken.get(f"close_customer:{thing}", int(numbers[-1]) + 1)
    return numbers >= taken.get(f"open:{thing}", 0)


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
