"""The independent check of a programme's money: every flow is made again from the events, the inputs and the leases."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from tunti.findings import Finding, say
from tunti.inputs.tables import Inputs
from tunti.plan.verify_tables import (
    ProgrammeTables,
    differs,
    fit_out_of,
    latest_of,
    number_of,
    quarter_of,
    release_of,
    rows,
    whole_quarters,
    wrong,
)
from tunti.settings import Settings

Row = tuple[str, str, str, bool, str, str, str, str, int]
_KEY = ["quarter", "payer", "who", "state", "kind", "source", "event", "what"]
_FIT_OUTS = ("light", "deep", "point_fit_out")


def verify_money(t: ProgrammeTables, inputs: Inputs, settings: Settings) -> Iterator[Finding]:
    """Recompute the cash flow and everything that is added up from it.

    Parameters
    ----------
    t : ProgrammeTables
    inputs : Inputs
    settings : Settings

    Yields
    ------
    Finding
    """
    yield from _cashflow(t, inputs, settings)
    yield from _leases(t, inputs, settings)
    yield from _payers(t, settings)
    yield from _savings(t, inputs)
    yield from _travel(t, inputs, settings)
    yield from _indicators(t, inputs, settings)
    yield from _risk(t, settings)


def _payer(agency: str, inputs: Inputs, settings: Settings) -> tuple[str, bool]:
    found = inputs.agencies.loc[inputs.agencies["agency"] == agency, "branch"]
    branch = "" if found.empty or pd.isna(found.iloc[0]) else str(found.iloc[0]).casefold()
    own = settings.programme
    if branch in {b.casefold() for b in own.municipal}:
        return "municipality", False
    return "agency", branch not in {b.casefold() for b in own.not_state}


def _made(t: ProgrammeTables, inputs: Inputs, settings: Settings) -> Iterator[Row]:
    """Make every row of the cash flow again, in cents at the prices of the data's day."""
    own = settings.programme
    names = [str(q) for q in t.quarters]
    begin, count = number_of(names[0]), len(names)
    builder = own.real_estate_company
    states = {o.casefold() for o in settings.premises.state_owners}
    offices = {str(r.office): r for r in rows(inputs.offices)}
    staff = {str(r.office): int(r.presence_cents_year) for r in rows(t.service_offices)}
    customer = {str(r.office): r.saving_cents_year for r in rows(t.service_offices)}
    space = {str(r.office): r for r in rows(t.premise_offices)}
    to = {str(r.office): r for r in rows(t.moves) if r.from_part == "work"}
    places = {str(r.premise): r for r in rows(t.workplaces)}
    duties: dict[str, list[Any]] = {}
    for duty in rows(t.duties[t.duties["mode"] != "none"]):
        duties.setdefault(str(duty.site), []).append(duty)
    payer_of = {str(a): _payer(str(a), inputs, settings) for a in inputs.agencies["agency"]}

    def running(first: int, cents: int, *head: Any, until: int = count) -> Iterator[Row]:
        for q in range(max(first, 0), until):
            part, over = divmod(abs(cents), 4)
            amount = (part + (q % 4 < over)) * (1 if cents > 0 else -1)
            if amount:
                yield (names[q], *head[:3], "running", *head[3:], amount)

    def once(first: int, length: int, cents: int, *head: Any) -> Iterator[Row]:
        for k in range(length):
            if 0 <= first + k < count:
                part, over = divmod(abs(cents), length)
                amount = (part + (k < over)) * (1 if cents > 0 else -1)
                if amount:
                    yield (names[first + k], *head[:3], "one_off", *head[3:], amount)

    for event, row in t.main.items():
        if pd.isna(row.start_quarter):
            continue
        kind, thing = event.split(":", 1)
        at = number_of(row.start_quarter) - begin
        how, quarters, cents = fit_out_of(t, event, inputs, settings)
        if cents:
            fit: tuple[Any, ...] = ("real_estate", builder, builder.casefold() in states, how, event, thing)
            yield from once(at - quarters, max(quarters, 1), -cents, *fit)
        if kind == "open":
            cents = -int(t.point[thing].cost_cents_year)
            yield from running(at, cents, "state", "points", True, "point", event, thing)
            for duty in duties.get(thing, []):
                payer, state = payer_of.get(str(duty.agency), ("agency", True))
                yield from running(
                    at, -int(duty.cost_cents_year), payer, str(duty.agency), state, "presence", event, thing
                )
        if kind not in ("close_customer", "move", "close_work"):
            continue
        office = offices[thing]
        payer, state = payer_of.get(str(office.agency), ("agency", True))
        saved = customer.get(thing) if kind == "close_customer" else space[thing].rent_saved_cents_year
        rent = 0 if pd.isna(saved) else int(saved)
        release = release_of(office, settings)[0] - begin
        latest = latest_of(office, event, settings)
        left = at if latest is None else min(at, latest - begin)
        yield from running(max(left, release), rent, payer, office.agency, state, "rent", event, thing)
        owner = "" if pd.isna(office.owner) else str(office.owner)
        if owner.casefold() not in states:
            area = office.customer_m2 if kind == "close_customer" else office.work_m2
            leaving = -round(settings.money.exit_eur_m2[1] * (0.0 if pd.isna(area) else float(area)) * 100)
            yield from once(max(left, release), 1, leaving, payer, office.agency, state, "exit", event, thing)
        if owner.casefold() in states:
            yield from running(max(left, release), -rent, "real_estate", owner, True, "rent", event, thing)
            if kind != "close_customer":
                gone = whole_quarters(own.sale_months)
                of = space[thing]
                head: tuple[Any, ...] = ("real_estate", owner, True)
                out = max(left + gone, release + gone)
                if pd.notna(of.holding_cents_year):
                    yield from running(out, int(of.holding_cents_year), *head, "holding", event, thing)
                if pd.notna(of.sale_value_cents):
                    yield from once(out, 1, int(of.sale_value_cents), *head, "sale", event, thing)
        head = (payer, office.agency, state)
        if kind == "close_customer":
            yield from running(at, staff[thing], *head, "staff", event, thing)
        if kind == "move":
            move = to[thing]
            place = places[str(move.to_premise)]
            share = float(move.m2) / float(place.m2_used) if place.m2_used > 0 else 0.0
            new = round(float(place.rent_cents_year) * share)
            yield from running(at, -new, *head, "new_rent", event, thing)
            landlord = "" if pd.isna(place.owner) else str(place.owner)
            if landlord.casefold() in states:
                yield from running(at, new, "real_estate", landlord, True, "new_rent", event, thing)
            built = fit_out_of(t, f"ready:{move.to_premise}", inputs, settings)[2] * share
            rate, years = settings.money.discount_rate, settings.money.recovery_years
            part = round(built / years if rate == 0 else built * rate / (1 - (1 + rate) ** -years))
            yield from running(at, -part, *head, "recovery", event, thing)
            yield from running(at, part, "real_estate", builder, builder.casefold() in states, "recovery", event, thing)
            moving = 0.0 if pd.isna(office.staff) else float(office.staff)
            yield from once(at, 1, -round(own.move_eur_person * moving * 100), *head, "move", event, thing)
            if latest is not None:
                m2 = 0.0 if pd.isna(office.work_m2) else float(office.work_m2)
                cents = -round(own.temporary_eur_m2_year * m2 * 100)
                yield from running(latest - begin, cents, *head, "temporary", event, thing, until=at)


def _cashflow(t: ProgrammeTables, inputs: Inputs, settings: Settings) -> Iterator[Finding]:
    every = pd.DataFrame(list(_made(t, inputs, settings)), columns=[*_KEY, "real_cents"])
    made: pd.DataFrame = every.groupby(_KEY, as_index=False)[["real_cents"]].sum()
    flat = {c: "str" for c in _KEY if c != "state"}
    made = made.astype(flat)
    stated = t.cashflow.astype(dict.fromkeys(flat, "str"))
    added = stated.groupby(_KEY, as_index=False)[["real_cents"]].sum()
    both = made.merge(added, on=_KEY, how="outer", suffixes=("_made", "_stated"), indicator=True)
    for row in rows(both[both["_merge"] == "right_only"]):
        yield wrong("cashflow", f"{row.event} {row.quarter}", "event", say("Nothing in the programme makes this row."))
    for row in rows(both[both["_merge"] == "left_only"]):
        yield wrong("cashflow", f"{row.event} {row.quarter}", "event", say("The row is missing."))
    unequal = both[(both["_merge"] == "both") & (both["real_cents_made"] != both["real_cents_stated"])]
    for row in rows(unequal):
        what = differs(int(row.real_cents_stated), int(row.real_cents_made))
        yield wrong("cashflow", f"{row.event} {row.quarter}", "real_cents", what)
    priced = quarter_of(settings.project.as_of)
    for row in rows(t.cashflow):
        if len(str(row.quarter)) != 6 or str(row.quarter) not in t.quarters:
            continue  # told above
        q = number_of(row.quarter)
        if row.year != q // 4:
            yield wrong("cashflow", row.event, "year", differs(row.year, q // 4))
        value = round(row.real_cents * float((1.0 + settings.programme.price_index) ** ((q - priced) // 4)))
        if row.cents != value:
            yield wrong("cashflow", row.event, "cents", differs(row.cents, value))


def _leases(t: ProgrammeTables, inputs: Inputs, settings: Settings) -> Iterator[Finding]:
    """Check that no office saves more rent in a quarter than it pays: every lease euro once."""

    def estimate(office: Any) -> float:
        # A rent that is not known is that of the unit costs, for the work part only.
        return 0.0 if pd.isna(office.work_m2) else float(office.work_m2) * settings.money.saving_eur_m2_year[1]

    rents = {
        str(r.office): round((estimate(r) if pd.isna(r.rent_eur_year) else float(r.rent_eur_year)) * 100)
        for r in rows(inputs.offices)
    }
    own = t.cashflow[(t.cashflow["source"] == "rent") & (t.cashflow["payer"] != "real_estate")]
    sums = own.groupby(["what", "quarter"], as_index=False)[["real_cents"]].sum()
    for office, quarter, cents in zip(sums["what"], sums["quarter"], sums["real_cents"], strict=True):
        if str(office) in rents and cents > math.ceil(rents[str(office)] / 4) + 1:
            yield wrong("cashflow", f"{office} {quarter}", "real_cents", say("More rent is saved than is paid."))


def _discount(t: ProgrammeTables, settings: Settings) -> tuple[np.ndarray, float]:
    own, n = settings.programme, len(t.quarters)
    worth = (1.0 + settings.money.discount_rate) ** -((np.arange(n + 4 * own.value_years) + 0.5) / 4)
    waited = number_of(t.quarters[0]) - quarter_of(settings.project.as_of)
    price = (1.0 + own.price_index) ** ((np.arange(n + 4 * own.value_years) + waited) // 4)
    return worth[:n], float((worth[n:] * price[n:]).sum())


def _value(part: pd.DataFrame, t: ProgrammeTables, settings: Settings) -> int:
    worth, tail = _discount(t, settings)
    at = part["quarter"].map({str(q): k for k, q in enumerate(t.quarters)})
    known = at.notna().to_numpy()
    now = float((part["cents"].to_numpy(float)[known] * worth[at[known].astype(int)]).sum())
    last = part[(part["quarter"] == t.quarters[-1]) & (part["kind"] == "running")]["real_cents"].sum()
    return round(now + float(last) * tail)


def _figures(part: pd.DataFrame, t: ProgrammeTables) -> tuple[int, int]:
    once = int(part.loc[part["kind"] == "one_off", "real_cents"].sum())
    last = part[(part["kind"] == "running") & (part["quarter"] == t.quarters[-1])]["real_cents"].sum()
    return once, int(last) * 4


def _payers(t: ProgrammeTables, settings: Settings) -> Iterator[Finding]:
    parts = {(str(p), str(w)): part for (p, w), part in t.cashflow.groupby(["payer", "who"])}
    stated = {(str(r.payer), str(r.who)): r for r in rows(t.payers)}
    if set(parts) != set(stated) or len(stated) != len(t.payers):
        yield wrong("payers", None, "payer", say("The payers are not those of the cash flow."))
    for key in sorted(set(parts) & set(stated)):
        row = stated[key]
        once, yearly = _figures(parts[key], t)
        years = -once / yearly if once < 0 < yearly else float("nan")
        state = bool(parts[key]["state"].iloc[0])
        for column, value, near in (
            ("state", state, 0.0), ("one_off_cents", once, 0.0), ("running_cents_year", yearly, 0.0),
            ("npv_cents", _value(parts[key], t, settings), 2.0), ("payback_years", years, 1e-9),
        ):  # fmt: skip
            yield from _near("payers", " ".join(key), column, getattr(row, column), value, near)


def _near(table: str, row: str, column: str, stated: Any, value: Any, near: float) -> Iterator[Finding]:
    a, b = float(stated), float(value)
    if not (abs(a - b) <= near + 1e-12 * abs(b) or (math.isnan(a) and math.isnan(b))):
        yield wrong(table, row, column, differs(a, b))


def _savings(t: ProgrammeTables, inputs: Inputs) -> Iterator[Finding]:
    town = {str(r.site): str(r.municipality) for r in rows(inputs.sites)}
    town = (
        {str(r.office): str(r.municipality) for r in rows(inputs.offices)}
        | {str(r.premise): str(r.municipality) for r in rows(t.workplaces)}
        | town
    )
    branch = {str(r.agency): "" if pd.isna(r.branch) else str(r.branch) for r in rows(inputs.agencies)}
    state, agencies = t.cashflow[t.cashflow["state"]], t.cashflow[t.cashflow["payer"] != "real_estate"]
    expected: dict[tuple[str, str], tuple[int, int]] = {}
    for level, part, keys in (
        ("town", state, state["what"].map(town)), ("agency", agencies, agencies["who"]),
        ("branch", agencies, agencies["who"].map(branch)), ("source", state, state["source"]),
    ):  # fmt: skip
        for key, one in part.groupby(keys.fillna("")):
            expected[level, str(key)] = _figures(one, t)
    stated = {(str(r.level), str(r.key)): r for r in rows(t.savings)}
    if set(stated) != set(expected) or len(stated) != len(t.savings):
        yield wrong("savings", None, "key", say("The rows are not those of the cash flow."))
    for key in sorted(set(stated) & set(expected)):
        for column, value in zip(("one_off_cents", "running_cents_year"), expected[key], strict=True):
            yield from _near("savings", " ".join(key), column, getattr(stated[key], column), value, 0.0)


def _travel(t: ProgrammeTables, inputs: Inputs, settings: Settings) -> Iterator[Finding]:
    services = dict(t.groups.groupby("group")["service"].apply(list))
    visits = {str(r.service): 0.0 if pd.isna(r.visits_year) else float(r.visits_year) for r in rows(t.services)}
    sums = t.patterns.groupby(["group", "region"], as_index=False)[["people"]].sum()
    people = {(str(r.group), str(r.region)): float(r.people) for r in rows(sums)}
    region_of = inputs.municipalities.set_index("municipality")["region"]
    planned = ~inputs.cells["municipality"].map(region_of).isin(settings.project.regions_left_out)
    everybody = float(inputs.cells.loc[planned, "people"].sum())
    wanted = {key for key, n in people.items() if n}
    inside = set(t.shares.loc[t.shares["share_today"].fillna(0) > 0, "service"].astype(str))
    reached = {group for group, names in services.items() if inside & {str(s) for s in names}}
    stated = {(str(r.group), str(r.region)): r for r in rows(t.travel)}
    if set(stated) != wanted or len(stated) != len(t.travel):
        yield wrong("travel", None, "group", say("The rows are not those of the services and regions."))
    for (group, region), row in stated.items():
        if (group, region) not in wanted:
            continue
        made = sum(visits.get(str(s), 0.0) for s in services.get(group, [])) * people[group, region]
        yield from _near("travel", f"{group} {region}", "visits_year", row.visits_year, made / everybody, 0.011)
        hours = 0.0
        if not pd.isna(row.minutes_today):
            hours = row.visits_year * (row.minutes_after - row.minutes_today) * 2 / 60
        elif group in reached:
            yield wrong("travel", f"{group} {region}", "minutes_today", say("Today's drive is missing."))
        yield from _near("travel", f"{group} {region}", "hours_year_change", row.hours_year_change, hours, 0.011)


def _indicators(t: ProgrammeTables, inputs: Inputs, settings: Settings) -> Iterator[Finding]:
    own = settings.programme
    events = t.events
    state = t.cashflow[t.cashflow["state"]]
    agencies = t.cashflow[t.cashflow["payer"] == "agency"]
    hours = float(t.travel["hours_year_change"].sum())
    not_state = {b.casefold() for b in own.not_state}
    of_state = {
        str(r.agency) for r in rows(inputs.agencies) if pd.isna(r.branch) or str(r.branch).casefold() not in not_state
    }
    offices = {str(r.office): r for r in rows(inputs.offices) if str(r.agency) in of_state}
    staff = {o: 0.0 if pd.isna(r.staff) else float(r.staff) for o, r in offices.items()}
    work = {o: 0.0 if pd.isna(r.work_m2) else float(r.work_m2) for o, r in offices.items()}
    moved = [str(o) for o in events.loc[events["kind"] == "move", "office"]]
    left = [str(o) for o in events.loc[events["kind"].isin(("move", "close_work")), "office"]]
    new = {str(r.office): float(r.m2) for r in rows(t.moves) if r.from_part == "work"}
    all_staff = max(sum(staff.values()), 1e-9)
    floor = sum(v for o, v in work.items() if o not in set(left)) + sum(new[o] for o in set(moved) if o in work)
    once, yearly = _figures(state, t)
    closed = events[(events["kind"] == "close_customer") & events["start_quarter"].notna()]
    expected = {
        "points_opened": (float(((events["kind"] == "open") & events["site"].notna()).sum()), ""),
        "offices_closed": (float(len(closed)), ""),
        "offices_put_off": (float(events["start_quarter"].isna().sum()), ""),
        "offices_moved": (float(len(set(moved))), ""),
        "least_share": (float(t.shares["share"].min()) if len(t.shares) else 1.0, "share"),
        "investment": (-t.cashflow.loc[t.cashflow["source"].isin(_FIT_OUTS), "real_cents"].sum() / 100, "eur"),
        "one_off_state": (once / 100, "eur"),
        "net_state_year": (yearly / 100, "eur_year"),
        "net_agencies_year": (_figures(agencies, t)[1] / 100, "eur_year"),
        "npv_state": (_value(state, t, settings) / 100, "eur"),
        "target_year": (own.target_eur_year, "eur_year"),
        "target_missing_year": (own.target_eur_year - yearly / 100, "eur_year"),
        "staff_shared": (sum(staff.get(o, 0.0) for o in set(moved)) / all_staff, "share"),
        "staff_shared_target": (own.target_staff_share, "share"),
        "m2_person_today": (sum(work.values()) / all_staff, "m2"),
        "m2_person": (floor / all_staff, "m2"),
        "m2_person_target": (settings.premises.target_m2_person, "m2"),
        "travel_hours_year": (hours, "hours_year"),
        "travel_eur_year": (hours * settings.plan.travel_eur_hour, "eur_year"),
        "travel_co2_kg_year": (hours * own.kilometres_an_hour * own.co2_kg_km, "kg_year"),
        "floor_co2_kg_year": ((floor - sum(work.values())) * settings.premises.co2_kg_m2, "kg_year"),
    }
    stated = {str(r.measure): r for r in rows(t.indicators)}
    if set(stated) != set(expected) or len(stated) != len(t.indicators):
        yield wrong("indicators", None, "measure", say("The figures are not those of the programme."))
    for measure in sorted(set(stated) & set(expected)):
        value, unit = expected[measure]
        yield from _near("indicators", measure, "value", stated[measure].value, value, 0.02 + 1e-9 * abs(value))
        if stated[measure].unit != unit:
            yield wrong("indicators", measure, "unit", differs(stated[measure].unit, unit))


def _ranges(t: ProgrammeTables, settings: Settings) -> dict[str, tuple[float, float, float]]:
    money, ranges = settings.money, dict(settings.programme.uncertainty)
    for source, (low, likely, high) in (
        ("light", money.light_eur_m2), ("deep", money.deep_eur_m2), ("point_fit_out", money.light_eur_m2),
        ("exit", money.exit_eur_m2), ("new_rent", money.new_rent_eur_m2_year),
        ("holding", money.holding_eur_m2_year), ("sale", money.sale_eur_m2),
    ):  # fmt: skip
        if likely > 0:
            ranges.setdefault(source, (low / likely, 1.0, high / likely))
    if settings.programme.learn:
        for row in rows(t.estimates):
            ranges[str(row.source)] = (row.low / row.likely, 1.0, row.high / row.likely)
    return ranges


def _risk(t: ProgrammeTables, settings: Settings) -> Iterator[Finding]:
    own = settings.programme
    state = t.cashflow[t.cashflow["state"]]
    sources = {
        str(s): (_value(part, t, settings), _figures(part, t)[1]) for s, part in state.groupby("source", sort=True)
    }
    ranges = _ranges(t, settings)
    draw = np.random.default_rng(own.seed)
    total = np.zeros((2, own.draws))
    for source in sorted(sources):
        low, likely, high = ranges.get(source, (1.0, 1.0, 1.0))
        times = draw.triangular(low, likely, high, own.draws) if high > low else np.full(own.draws, likely)
        total += np.array(sources[source], float)[:, None] * times
    quantiles = {"npv_state": total[0], "net_state_year": total[1]}
    if sorted(zip(t.uncertainty["measure"], t.uncertainty["quantile"], strict=True)) != sorted(
        (m, q) for m in quantiles for q in (0.05, 0.25, 0.5, 0.75, 0.95)
    ):
        yield wrong("uncertainty", None, "quantile", say("The quantiles are not those that are asked for."))
    else:
        for row in rows(t.uncertainty):
            value = float(np.quantile(quantiles[str(row.measure)], row.quantile))
            name = f"{row.measure} {row.quantile}"
            yield from _near("uncertainty", name, "cents", row.cents, value, 50.0 + 1e-9 * abs(value))
    middle = {s: round(v * ranges.get(s, (1.0, 1.0, 1.0))[1]) for s, (v, _) in sources.items()}
    stated = {str(r.source): r for r in rows(t.tornado)}
    if set(stated) != set(sources) or len(stated) != len(t.tornado):
        yield wrong("tornado", None, "source", say("The sources are not those of the cash flow."))
    for source in sorted(set(stated) & set(sources)):
        low, _, high = ranges.get(source, (1.0, 1.0, 1.0))
        others = sum(middle.values()) - middle[source]
        ends = [others + sources[source][0] * end for end in (low, high)]
        row = stated[source]
        for column, value in (
            ("low_cents", ends[0]), ("high_cents", ends[1]), ("spread_cents", abs(ends[0] - ends[1])),
        ):  # fmt: skip
            yield from _near("tornado", source, column, getattr(row, column), value, 60.0 + 1e-9 * abs(value))
