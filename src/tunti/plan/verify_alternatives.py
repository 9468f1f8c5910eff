"""The independent check of what happens without a building: rules, room and price of every such choice."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pandas as pd

from tunti.findings import Finding, Message, error, say
from tunti.inputs.tables import Inputs
from tunti.locale import N_
from tunti.plan.verify_moves import broken_rules
from tunti.settings import Settings

_BROKEN = N_("The plan's tables do not agree with each other; nothing was written. Report it with the run record.")


def verify_alternatives(tables: dict[str, pd.DataFrame], inputs: Inputs, settings: Settings) -> list[Finding]:
    """Check each choice without a building: it is one that the rules allow, and its price is right.

    Parameters
    ----------
    tables : dict of str to DataFrame
        ``need, moves, workplaces, premises, alternatives`` of a result.
    inputs : Inputs
    settings : Settings

    Returns
    -------
    list of Finding
        Empty when all agrees.
    """
    table = tables["alternatives"]
    offices = {str(r["office"]): r for r in inputs.offices.to_dict("records")}
    need = {str(r["office"]): r for r in tables["need"].to_dict("records")}
    place = {str(r["premise"]): r for r in tables["premises"].to_dict("records")}
    planned = {
        str(r["office"]): (str(r["to_premise"]), r["minutes_change"]) for r in tables["moves"].to_dict("records")
    }
    found = []
    used = {str(p) for p in tables["workplaces"]["premise"]}
    for name in sorted(used ^ {str(p) for p in table["without"]}):
        found.append(_wrong(name, "without", say("The row is missing or one too many.")))
    for without, rows in table.groupby("without"):
        after = dict(planned)
        extra = 0.0
        for row in rows.to_dict("records"):
            office = str(row["office"])
            to = None if pd.isna(row["to_premise"]) else str(row["to_premise"])
            before = planned.get(office)
            same = to is None if before is None else to == before[0]
            if office not in need or office not in offices or same or (to is not None and to not in place):
                found.append(_wrong(office, "office", say("The office or the premises are not in the tables.")))
                continue
            if pd.isna(row["minutes_change"]) != (to is None):
                found.append(_wrong(office, "minutes_change", say("The premises are too far away.")))
                continue
            extra -= _cost(offices[office], need[office], before, place, settings)
            if to is None:
                after.pop(office, None)
            else:
                after[office] = (to, row["minutes_change"])
                broken = broken_rules(offices[office], place[to], float(row["minutes_change"]), settings)
                found += [_wrong(office, column, what) for column, what in broken]
            extra += _cost(offices[office], need[office], after.get(office), place, settings)
        if without in {to for to, _ in after.values()}:
            found.append(_wrong(without, "without", say("An office is still in the building that is ruled out.")))
        fixed = settings.premises.fixed_eur_year * 100
        extra += fixed * (len({to for to, _ in after.values()}) - len({to for to, _ in planned.values()}))
        for stated in rows["extra_cents_year"]:
            if abs(float(stated) - extra) > 1.0:
                what = say("{a} is stated, {b} is recomputed.", a=str(stated), b=str(round(extra)))
                found.append(_wrong(without, "extra_cents_year", what))
        found += _room(after, need, place)
    return found


def _wrong(row: object, column: str, what: Message) -> Finding:
    return error("alternatives", str(row), column, what, say(_BROKEN))


def _cost(
    office: dict[Any, Any], need: dict[Any, Any], at: tuple[str, Any] | None, place: dict[str, Any], settings: Settings
) -> float:
    """Give the cents of an office in a year; nothing where it must leave and can't."""
    own, money = settings.premises, settings.money
    rate = money.discount_rate
    work = 0.0 if pd.isna(office["work_m2"]) else float(office["work_m2"])
    customer = 0.0 if pd.isna(office["customer_m2"]) else float(office["customer_m2"])
    of_state = str(office["owner"]).casefold() in {o.casefold() for o in own.state_owners}
    if at is not None:
        to, minutes = at
        unit = {"light": money.light_eur_m2[1], "deep": money.deep_eur_m2[1], "none": 0.0}[str(place[to]["fit_out"])]
        years = money.recovery_years
        part = 1 / years if rate == 0 else rate / (1 - (1 + rate) ** -years)
        area = float(need["work_m2_need"]) + float(need["special_m2"])
        hours = float(need["staff"]) * float(need["presence"]) * own.work_days_year * 2 * float(minutes) / 60
        leaving = 0.0 if of_state else work * money.exit_eur_m2[1] * part
        return 100 * (area * (float(place[to]["rent"]) + unit * part) + hours * own.commute_eur_hour + leaving)
    if pd.notna(office["condition"]) and office["condition"] == "indoor_air":
        return 0.0
    if of_state:
        return round(100 * work * (money.holding_eur_m2_year[1] + money.sale_eur_m2[1] * rate))
    if pd.isna(office["rent_eur_year"]):
        return round(100 * work * money.saving_eur_m2_year[1])
    rent, both = round(100 * float(office["rent_eur_year"])), work + customer
    return rent - round(rent * customer / both) if both > 0 else 0.0


def _room(after: dict[str, tuple[str, Any]], need: dict[str, Any], place: dict[str, Any]) -> list[Finding]:
    """Check that everybody has room."""
    taken: defaultdict[str, float] = defaultdict(float)
    for office, (to, _) in after.items():
        if office in need:
            taken[to] += float(need[office]["work_m2_need"]) + float(need[office]["special_m2"])
    return [
        _wrong(to, "to_premise", say("{a} m² move in, there are {b} m².", a=m2, b=float(place[to]["m2"])))
        for to, m2 in taken.items()
        if to in place and pd.notna(place[to]["m2"]) and m2 > float(place[to]["m2"]) + 1e-6
    ]
