"""The independent check of shared premises: every figure is recomputed from the result tables and the inputs alone.

It shares no code with the model and imports nothing above the inputs, so an error in a model can't hide itself here.
"""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from tunti.findings import Finding, Message, error, say
from tunti.inputs.tables import Inputs
from tunti.locale import N_
from tunti.plan.verify_alternatives import verify_alternatives
from tunti.plan.verify_moves import broken_rules, lets_go
from tunti.settings import Settings

_BROKEN = N_("The plan's tables do not agree with each other; nothing was written. Report it with the run record.")
TOLERANCE = 1e-6


def verify_premises(tables: dict[str, pd.DataFrame], inputs: Inputs, settings: Settings) -> list[Finding]:
    """Recompute the tables of shared premises and check every rule: capacity, security, leases, each lease euro once.

    Parameters
    ----------
    tables : dict of str to DataFrame
        ``need, moves, workplaces, offices, premises, alternatives`` as
        :class:`tunti.premises.consolidate.Premises` has them.
    inputs : Inputs
    settings : Settings

    Returns
    -------
    list of Finding
        Empty when all agrees.
    """
    found = [
        *_need(tables["need"], inputs, settings),
        *_offices(tables["offices"], tables["moves"], inputs, settings),
        *_moves(tables["moves"], tables["need"], tables["premises"], inputs, settings),
        *_workplaces(tables["workplaces"], tables["moves"], tables["need"], tables["premises"], settings),
        *_premises(tables["premises"], inputs, settings),
    ]
    # Alternatives are changes of the plan: without a sound plan there is nothing to compare them with.
    return found or verify_alternatives(tables, inputs, settings)


def _wrong(table: str, row: object, column: str, what: Message) -> Finding:
    return error(table, str(row), column, what, say(_BROKEN))


def _compare(table: str, frame: pd.DataFrame, key: str, expected: dict[str, dict[str, Any]]) -> list[Finding]:
    """Compare each row's columns with recomputed values."""
    found = []
    stated = {str(row[key]): row for row in frame.to_dict("records")}
    if len(stated) != len(frame):
        found.append(_wrong(table, None, key, say("A row is there twice.")))
    for name in sorted(set(stated) ^ set(expected)):
        found.append(_wrong(table, name, key, say("The row is missing or one too many.")))
    for name in sorted(set(stated) & set(expected)):
        for column, value in expected[name].items():
            if not _same(stated[name][column], value):
                what = say("{a} is stated, {b} is recomputed.", a=str(stated[name][column]), b=str(value))
                found.append(_wrong(table, name, column, what))
    return found


def _same(a: Any, b: Any) -> bool:
    if pd.isna(a) or pd.isna(b):
        return bool(pd.isna(a) and pd.isna(b))
    if isinstance(b, bool | str):
        return bool(a == b)
    if isinstance(b, int):
        return abs(float(a) - b) < 0.5  # cents and counts are whole
    if isinstance(b, float):
        return abs(float(a) - float(b)) <= TOLERANCE * max(1.0, abs(float(b)))
    return bool(pd.Timestamp(a) == pd.Timestamp(b))


def _round(euros: float) -> int:
    # Rounding half to even, as the tables of money do.
    return round(euros * 100)


def _number(value: Any) -> float:
    return 0.0 if pd.isna(value) else float(value)


def _area(staff: float, agency: str, places: int, settings: Settings) -> tuple[float, float]:
    own = settings.premises
    special = math.ceil(staff * own.special_m2_person.get(agency, 0.0) - 1e-9)
    return float(math.ceil(places * own.m2_place - 1e-9)), float(special)


def _need(need: pd.DataFrame, inputs: Inputs, settings: Settings) -> list[Finding]:
    own = settings.premises
    weights = own.weekdays
    top = max(weights) * len(weights) / sum(weights) if sum(weights) else 1.0
    offices = inputs.offices.set_index("office")
    found, expected = [], {}
    for row in need.to_dict("records"):
        if row["office"] not in offices.index:
            found.append(_wrong("need", row["office"], "office", say("The office is not one of the input.")))
            continue
        office = offices.loc[row["office"]]
        staff = _number(office["staff"])
        origin, presence = "default", own.presence
        if str(office["agency"]) in own.presence_by_agency:
            origin, presence = "agency", own.presence_by_agency[str(office["agency"])]
        if pd.notna(office["presence"]):
            origin, presence = "measured", float(office["presence"])
        people = math.ceil(staff - 1e-9)
        peak = people * min(1.0, presence * top)
        places = int(row["places"])
        work, special = _area(staff, str(office["agency"]), places, settings)
        # The fullest weekday's expected number can't exceed the places by more than a chance of one half allows.
        if not (places <= max(people, 1) and (places >= math.floor(peak) or own.quantile < 0.5)) or (
            people and not _enough(people, min(1.0, presence * top), own.together, own.quantile, places)
        ):
            found.append(_wrong("need", row["office"], "places", say("The places do not fit the presence.")))
        expected[str(row["office"])] = {
            "agency": str(office["agency"]),
            "municipality": str(office["municipality"]),
            "staff": staff,
            "presence": presence,
            "presence_from": origin,
            "presence_peak": peak,
            "sharing_ratio": places / staff if staff > 0 else math.nan,
            "work_m2_need": work,
            "special_m2": special,
            "m2_today": _number(office["work_m2"]),
            "m2_target": staff * own.target_m2_person,
            "above_target": work + special > staff * own.target_m2_person + 1e-9,
        }
    known = need[need["office"].isin(offices.index)]
    return [*found, *_compare("need", known, "office", expected)]


def _enough(people: int, share: float, together: float, quantile: float, places: int) -> bool:
    """Tell whether a number of places is the least that is enough, by adding up chances one after the other."""
    if people > 400:
        # Beyond it the model uses a normal distribution; its quantile is checked to a place.
        spread = math.sqrt(people * share * (1 - share) * (1 + (people - 1) * together))
        low, high = -8.0, 8.0
        for _ in range(80):
            middle = (low + high) / 2
            low, high = (middle, high) if 0.5 * math.erfc(-middle / math.sqrt(2)) < quantile else (low, middle)
        return abs(min(people, math.ceil(people * share + high * spread)) - places) <= 1
    if share >= 1:
        return places == people
    if share <= 0:
        return places == 1
    total, at = 0.0, 0
    chance = _first(people, share, together)
    while True:
        total += chance
        if total >= quantile - 1e-9 or at == people:
            break
        chance *= _ratio(at, people, share, together)
        at += 1
    return max(at, 1) == places


def _first(people: int, share: float, together: float) -> float:
    """Give the chance that nobody comes."""
    if together == 0:
        return float((1 - share) ** people)
    strength = 1 / together - 1
    value = 1.0
    for k in range(people):
        value *= ((1 - share) * strength + k) / (strength + k)
    return value


def _ratio(k: int, people: int, share: float, together: float) -> float:
    """Give how much likelier k + 1 people are than k."""
    if together == 0:
        return (people - k) / (k + 1) * share / (1 - share)
    strength = 1 / together - 1
    return (people - k) / (k + 1) * (share * strength + k) / ((1 - share) * strength + people - k - 1)


def _offices(table: pd.DataFrame, moves: pd.DataFrame, inputs: Inputs, settings: Settings) -> list[Finding]:
    offices = inputs.offices.set_index("office")
    region = inputs.municipalities.set_index("municipality")["region"]
    owners = {o.casefold() for o in settings.premises.state_owners}
    money = settings.money
    going = set(moves["office"])
    expected, found = {}, []
    for row in table.to_dict("records"):
        name = row["office"]
        if name not in offices.index:
            found.append(_wrong("offices", name, "office", say("The office is not one of the input.")))
            continue
        office = offices.loc[name]
        gone = name in going
        customer, work = _number(office["customer_m2"]), _number(office["work_m2"])
        rent = _round(_number(office["rent_eur_year"]))
        part = round(rent * customer / (customer + work)) if customer + work > 0 else rent
        known_rent = bool(pd.notna(office["rent_eur_year"]))
        saved = rent - part if known_rent else _round(work * money.saving_eur_m2_year[1])
        state = str(office["owner"]).casefold() in owners
        must = office["condition"] == "indoor_air" if pd.notna(office["condition"]) else False
        expected[str(name)] = {
            "name": office["name"] if pd.isna(office["name"]) else str(office["name"]),
            "agency": str(office["agency"]),
            "municipality": str(office["municipality"]),
            "region": str(region.get(str(office["municipality"]))),
            "work_part": "moves" if gone else "stays",
            "m2_given_up": work if gone else 0.0,
            "rent_saved_cents_year": saved if gone else 0,
            "rent_known": known_rent,
            "holding_cents_year": _round(work * money.holding_eur_m2_year[1]) if gone and state else 0,
            "sale_value_cents": _round(work * money.sale_eur_m2[1]) if gone and state else 0,
            "earliest": lets_go(office, settings),
            "must_leave": bool(must),
            "stuck": bool(must and not gone),
            "illustrative": bool(office["illustrative"]) if pd.notna(office["illustrative"]) else False,
        }
    known = table[table["office"].isin(offices.index)]
    return [*found, *_compare("offices", known, "office", expected)]


def _moves(
    moves: pd.DataFrame, need: pd.DataFrame, premises: pd.DataFrame, inputs: Inputs, settings: Settings
) -> list[Finding]:
    offices = inputs.offices.set_index("office")
    region = inputs.municipalities.set_index("municipality")["region"]
    area = {str(r["office"]): r for r in need.to_dict("records")}
    place = {str(r["premise"]): r for r in premises.to_dict("records")}
    found, expected = [], {}
    for row in moves.to_dict("records"):
        name, to = str(row["office"]), place.get(str(row["to_premise"]))
        if to is None or name not in area or name not in offices.index:
            found.append(_wrong("moves", name, "to_premise", say("The office or the premises are not in the tables.")))
            continue
        office, agency = offices.loc[name], str(offices.loc[name, "agency"])
        must = office["condition"] == "indoor_air" if pd.notna(office["condition"]) else False
        earliest = lets_go(office, settings)
        expected[name] = {
            "agency": agency,
            "region": str(region.get(str(office["municipality"]))),
            "from_part": "work",
            "earliest": earliest,
            "m2": float(area[name]["work_m2_need"]) + float(area[name]["special_m2"]),
            "staff": _number(office["staff"]),
            "reason": "indoor_air" if must else "saving",
        }
        for column, what in broken_rules(office, to, float(row["minutes_change"]), settings):
            found.append(_wrong("moves", name, column, what))
    known = moves[moves["office"].isin(expected)]
    return [*found, *_compare("moves", known, "office", expected)]


def _workplaces(
    table: pd.DataFrame, moves: pd.DataFrame, need: pd.DataFrame, premises: pd.DataFrame, settings: Settings
) -> list[Finding]:
    money, own = settings.money, settings.premises
    place = {str(r["premise"]): r for r in premises.to_dict("records")}
    places = need.set_index("office")["places"]
    found, expected = [], {}
    for name, here in moves.groupby("to_premise"):
        of = place.get(str(name))
        if of is None:
            continue
        m2 = float(here["m2"].sum())
        kwh = of["energy_kwh_m2"]
        unit = {"light": money.light_eur_m2, "deep": money.deep_eur_m2, "none": (0.0, 0.0, 0.0)}[str(of["fit_out"])]
        expected[str(name)] = {
            **{c: of[c] for c in ("name", "municipality", "region", "kind", "site", "owner", "m2", "condition")},
            "m2_used": m2,
            "agencies": " ".join(sorted(set(here["agency"]))),
            "offices": len(here),
            "staff": float(here["staff"].sum()),
            "places": int(places.reindex(here["office"]).fillna(0).sum()),
            "investment_low_cents": _round(m2 * unit[0]),
            "investment_cents": _round(m2 * unit[1]),
            "investment_high_cents": _round(m2 * unit[2]),
            "rent_low_cents": _round(m2 * float(of["rent_low"])),
            "rent_cents_year": _round(m2 * float(of["rent"])),
            "rent_high_cents": _round(m2 * float(of["rent_high"])),
            "co2_kg_year": m2 * (own.co2_kg_m2 if pd.isna(kwh) else float(kwh) * own.kg_co2_kwh),
            "solution": of["municipality"],
        }
        if pd.notna(of["m2"]) and m2 > float(of["m2"]) + TOLERANCE:
            what = say("{a} m² move in, there are {b} m².", a=m2, b=float(of["m2"]))
            found.append(_wrong("workplaces", name, "m2_used", what))
    return [*found, *_compare("workplaces", table, "premise", expected)]


def _premises(table: pd.DataFrame, inputs: Inputs, settings: Settings) -> list[Finding]:
    """Check that what the input and the settings say of premises is what was planned with."""
    given = inputs.premises.set_index("premise")
    low, likely, high = settings.money.new_rent_eur_m2_year
    same = (
        "municipality",
        "kind",
        "site",
        "owner",
        "m2",
        "available_from",
        "available_to",
        "condition",
        "energy_kwh_m2",
    )
    found, expected = [], {}
    for row in table.to_dict("records"):
        name = str(row["premise"])
        known = name in given.index
        of = given.loc[name] if known else pd.Series(dtype=object)
        own_rent = of.get("rent_eur_m2_year")
        rents = (low, likely, high) if own_rent is None or pd.isna(own_rent) else (float(own_rent),) * 3
        usual = {"security": "controlled", "quiet_rooms": True} if known else {"security": "high", "quiet_rooms": True}
        usual = {**usual, "fit_out": "light", "private": False, "illustrative": False}
        values: dict[str, Any] = {
            **({c: of[c] for c in same} if known else {**dict.fromkeys(same[3:], math.nan), "kind": "no_address"}),
            **dict(zip(("rent_low", "rent", "rent_high"), rents, strict=True)),
        }
        for column, default in usual.items():
            said = of.get(column)
            value = default if said is None or pd.isna(said) else said
            values[column] = value if isinstance(default, str) else bool(value)
        if known:
            values["name"] = str(of["name"]) if pd.notna(of["name"]) else name
        elif pd.isna(row["name"]) or row["site"] != name:
            found.append(_wrong("premises", name, "site", say("The row is missing or one too many.")))
        expected[name] = values
    return [*found, *_compare("premises", table, "premise", expected)]
