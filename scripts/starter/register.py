"""Offices: two agencies' real ones as typed, and an invented register of the others that fits published totals.

The invented offices are called 'Esimerkki 1' onwards and are marked illustrative; they stand in real towns, but no row
says anything about a real office. Their totals are published: about 700 agency points and 200 joint points at the start
of the reform (Ministry of Finance), 1.1 million m² of state offices at 17.7 m² a person-year, about 61,000 desks.
"""

from __future__ import annotations

import math
from random import Random

import pandas as pd

from starter.places import TYPED, shared_out

SEED = 2030
AGENCY_POINTS = 700
JOINT_POINTS = 200
OFFICE_M2 = 1_100_000
M2_PER_PERSON_YEAR = 17.7

POINTS = {"VERO": 70, "POL": 125, "KELA": 160, "MIGRI": 9, "UO": 72, "OPV": 160, "RISE": 25, "LVV": 12, "EVK": 23}
"""Invented points by agency; with the real open ones of DVV and MML they make 700."""
STAFF = {"VERO": 4800, "POL": 1500, "MIGRI": 1100, "UO": 1150, "OPV": 1350, "RISE": 600, "LVV": 1500, "EVK": 2600}
"""Invented person-years by agency; other state agencies hold the rest. Kela takes part with customer service only."""
OTHERS, OTHER_OFFICES = "MUU", 260
"""The row that stands for all other state agencies, and its invented offices, which serve no customers."""
COLUMNS = [
    "office",
    "agency",
    "name",
    "municipality",
    "lon",
    "lat",
    "serves",
    "open_from",
    "open_to",
    "remote_from",
    "customer_m2",
    "work_m2",
    "staff",
    "presence",
    "visits_year",
    "rent_eur_year",
    "lease_end",
    "break_date",
    "notice_months",
    "owner",
    "condition",
    "source",
    "illustrative",
]


def real_offices(seats: pd.DataFrame) -> pd.DataFrame:
    """Give the typed offices of DVV and MML: town, dates and mode, nothing else."""
    typed = pd.read_csv(TYPED / "offices.csv", dtype=str, keep_default_na=False)
    where = seats.set_index("name_fi")
    missing = set(typed["town"]) - set(where.index)
    assert not missing, missing
    typed["office"] = typed["agency"] + "-" + typed["town"]
    typed["name"] = typed["agency"] + " " + typed["town"]
    for column in ("municipality", "lon", "lat"):
        typed[column] = typed["town"].map(where[column])
    typed[["lon", "lat"]] = typed[["lon", "lat"]].astype(float).round(4)
    typed["illustrative"] = "no"
    return typed.reindex(columns=COLUMNS)


def invented_offices(
    seats: pd.DataFrame, regions: pd.DataFrame, services: pd.DataFrame, real: pd.DataFrame
) -> pd.DataFrame:
    """Invent the other agencies' offices and the joint points, the same on every run."""
    assert sum(POINTS.values()) + int((real["serves"] != "none").sum()) == AGENCY_POINTS
    chance = Random(SEED)
    towns = seats[seats["region"] != "21"].sort_values("municipality", ignore_index=True)
    centres = [name for name in regions["centre"] if name != "Maarianhamina"]
    rows: list[dict[str, object]] = []
    for agency, count in POINTS.items():
        for town in _towns(towns, centres, count, chance):
            rows.append(_office(agency, town, chance))
    for number in sorted(chance.choices(range(len(towns)), (towns["people"] ** 1.1).tolist(), k=OTHER_OFFICES)):
        rows.append(_office(OTHERS, towns.iloc[number], chance))
    small = towns[~towns["name_fi"].isin(centres)]
    for number in sorted(chance.sample(range(len(small)), JOINT_POINTS)):
        town = small.iloc[number]
        rows.append(
            {
                "agency": "KUNTA",
                "municipality": town["municipality"],
                "lon": town["lon"],
                "lat": town["lat"],
                "serves": "assisted",
                "customer_m2": chance.randrange(20, 81, 5),
                "visits_year": round(_near(chance, 0.35) * 500 * (town["people"] / 5000) ** 0.5, -1),
            }
        )
    table = pd.DataFrame(rows)
    order = list(range(len(table)))
    chance.shuffle(order)
    table = table.iloc[order].reset_index(drop=True)
    _fit(table, services)
    table[["lon", "lat"]] = table[["lon", "lat"]].round(4)
    table["name"] = [f"Esimerkki {i}" for i in range(1, len(table) + 1)]
    table["office"] = [f"esimerkki-{i}" for i in range(1, len(table) + 1)]
    table["source"] = "Tunti: keksitty"
    table["illustrative"] = "yes"
    return table.reindex(columns=COLUMNS)


def _towns(towns: pd.DataFrame, centres: list[str], count: int, chance: Random) -> list[pd.Series]:
    """Draw the towns of an agency: regional centres first, then others, larger ones more often."""
    largest = towns.sort_values(["people", "municipality"], ascending=[False, True])
    first = largest[largest["name_fi"].isin(centres)].index.tolist()[:count]
    rest = [i for i in towns.index if i not in set(first)]
    # Weighted drawing without putting back: the largest u ** (1 / w) win.
    people = towns["people"].to_dict()
    keys = {i: chance.random() ** (1.0 / (people[i] / 10_000) ** 0.8) for i in rest}
    drawn = sorted(rest, key=lambda i: -keys[i])[: count - len(first)]
    return [towns.loc[i] for i in sorted(first + drawn)]


def _near(chance: Random, spread: float) -> float:
    return math.exp(chance.gauss(0.0, spread))


def _office(agency: str, town: pd.Series, chance: Random) -> dict[str, object]:
    row: dict[str, object] = {
        "agency": agency,
        "municipality": town["municipality"],
        "lon": town["lon"],
        "lat": town["lat"],
        "serves": "none",
    }
    if agency != OTHERS:
        row["serves"] = "staffed" if town["people"] > 15_000 or chance.random() < 0.6 else "visiting"
        row["visits_weight"] = (town["people"] / 20_000) ** 0.85 * _near(chance, 0.3)
    if agency in STAFF or agency == OTHERS:
        size = (town["people"] / 20_000) ** (0.4 if agency == OTHERS else 0.75)
        staff = size * _near(chance, 0.35)
        row |= {
            "staff_weight": staff,
            "area_weight": _near(chance, 0.25),
            "presence": round(min(0.8, max(0.15, chance.gauss(0.4, 0.1))), 2),
            "owner": "Esimerkkiomistaja A" if chance.random() < 0.7 else "Esimerkkiomistaja B",
            "condition": chance.choices(["good", "fair", "poor", "indoor_air"], [45, 40, 12, 3])[0],
            "eur_m2": (120 + 40 * min(3.0, (town["people"] / 20_000) ** 0.4)) * _near(chance, 0.15),
        }
        if chance.random() < 0.35:
            row["notice_months"] = chance.choice([6, 12, 12, 24])
        else:
            year = chance.randrange(2026, 2035)
            row["lease_end"] = f"{year}-{chance.choice(['03-31', '06-30', '09-30', '12-31'])}"
            if chance.random() < 0.25 and year > 2028:
                row["break_date"] = f"{year - 2}-{chance.choice(['01-01', '07-01'])}"
    return row


def _fit(table: pd.DataFrame, services: pd.DataFrame) -> None:
    """Bring visits to those of the agencies' services, and staff and area to the published totals."""
    visits = services.assign(visits_year=services["visits_year"].astype(int)).groupby("agency")["visits_year"].sum()
    for agency in POINTS:
        own = table["agency"] == agency
        table.loc[own, "visits_year"] = shared_out(int(visits[agency]), table.loc[own, "visits_weight"].to_numpy())
        table.loc[own, "customer_m2"] = (table.loc[own, "visits_year"] / 40 + 15).clip(20, 800).round(-1)
    everyone = round(OFFICE_M2 / M2_PER_PERSON_YEAR)
    for agency, total in {**STAFF, OTHERS: everyone - sum(STAFF.values())}.items():
        own = table["agency"] == agency
        # One person-year for each office, the rest by weight.
        weight = table.loc[own, "staff_weight"].to_numpy()
        table.loc[own, "staff"] = 1 + shared_out(total - len(weight), weight)
    state = table["staff"].notna()
    customer = table.loc[state, "customer_m2"].fillna(0).sum()
    weight = (table["staff"] * table["area_weight"])[state].to_numpy(dtype=float)
    table.loc[state, "work_m2"] = shared_out(OFFICE_M2 - int(customer), weight)
    whole = table["work_m2"] + table["customer_m2"].fillna(0)
    table.loc[state, "rent_eur_year"] = (whole * table["eur_m2"])[state].round(-2)
    for column in ("customer_m2", "work_m2", "staff", "visits_year", "rent_eur_year", "notice_months"):
        table[column] = table[column].astype("Int64")
