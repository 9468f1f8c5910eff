"""Small invented countries with result tables of services and premises, as the programme takes them."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from tunti.access.times import TravelTimes
from tunti.inputs.frames import typed
from tunti.inputs.invent import invent
from tunti.inputs.schemas import LIMITS, PREDECESSORS
from tunti.money import rent_parts
from tunti.programme.floors import Today
from tunti.settings import Settings


@dataclass(frozen=True, eq=False)
class Services:
    points: pd.DataFrame
    duties: pd.DataFrame
    offices: pd.DataFrame
    groups: pd.DataFrame
    services: pd.DataFrame


@dataclass(frozen=True, eq=False)
class Premises:
    premises: pd.DataFrame
    workplaces: pd.DataFrame
    moves: pd.DataFrame
    offices: pd.DataFrame


@dataclass(frozen=True, eq=False)
class Country:
    services: Services
    premises: Premises
    today: Today
    inputs: object
    settings: Settings


def small(seed, *, settings=None, cells=60, offices=14, sites=8):
    """Draw a country whose services and premises are known, with limits and predecessors in some."""
    draw = np.random.default_rng(seed)
    inputs = invent(seed=seed, cells=cells, sites=sites, regions=2, offices=offices, cell_km=9.0)
    table = inputs.offices.copy()
    table.loc[table.index[:2], "condition"] = "indoor_air"
    table.loc[table.index[2:5], "owner"] = "Senaatti"
    table.loc[table.index[5:8], ["lease_end", "break_date"]] = [pd.NaT, pd.NaT]
    table.loc[table.index[6], "notice_months"] = np.nan
    table.loc[table.index[8], "break_date"] = pd.Timestamp("2026-09-30")
    inputs = inputs.with_table("offices", table)
    some = settings or Settings.model_validate(
        {
            "programme": {
                "first_quarter": ("2025Q1", "2026Q3", "2027Q1")[seed % 3],  # the data's day is in 2026Q1
                "horizon": "2028Q4",
                "crews_per_region": int(draw.integers(1, 4)),
                "draws": 50,
                "must_leave_months": 3,
            },
            "services": {"share": None if draw.random() < 0.7 else 0.3},
        }
    )
    if draw.random() < 0.5:
        inputs = inputs.with_table(
            "limits",
            typed(pd.DataFrame({"region": ["*", "01"], "year": [2027, 2026], "budget_eur": [9e6, 5e5]}), LIMITS),
        )
    today = _today(inputs, some)
    services = _services(draw, today, inputs, some)
    premises = _premises(inputs)
    if len(premises.workplaces) and len(services.points):
        rows = pd.DataFrame(
            {
                "what": [services.points["site"].iloc[-1], premises.workplaces["premise"].iloc[0]],
                "needs": ["ICT", "Raha-asiainvaliokunta"],
                "kind": ["ict", "finance_committee"],
                "months": [7.0, 4.0],
            }
        )
        inputs = inputs.with_table("predecessors", typed(rows, PREDECESSORS))
    return Country(services, premises, today, inputs, some)


def _today(inputs, settings):
    region = inputs.municipalities.set_index("municipality")["region"]
    cells = inputs.cells.assign(region=inputs.cells["municipality"].map(region))
    served = inputs.offices.assign(mode_today=inputs.offices["serves"]).reset_index(drop=True)
    regions = inputs.municipalities.drop_duplicates("region").sort_values("region")
    places = pd.concat([inputs.sites[["x", "y"]], served[["x", "y"]]])
    away = np.hypot(
        cells["x"].to_numpy()[:, None] - places["x"].to_numpy(), cells["y"].to_numpy()[:, None] - places["y"].to_numpy()
    )
    seconds = np.rint(away / 1000 * 120).astype(int)  # half a kilometre a minute
    near = seconds.T <= 109 * 60
    names = (*inputs.sites["site"], *("office:" + served["office"]))
    times = TravelTimes(
        tuple(names),
        tuple(cells["cell"]),
        np.concatenate([[0], np.cumsum(near.sum(axis=1))]).astype(np.int64),
        np.nonzero(near)[1].astype(np.int32),
        seconds.T[near].astype(np.uint16),
        109.0,
    )
    return Today(cells, regions, served, np.arange(len(served)) + len(inputs.sites), times)


def _services(draw, today, inputs, settings):
    """Agencies serve at the points, and an office closes when its agency serves near enough."""
    region = inputs.municipalities.set_index("municipality")["region"]
    at = inputs.sites[draw.random(len(inputs.sites)) < 0.7]
    points = pd.DataFrame(
        {
            "site": at["site"], "name": at["name"], "municipality": at["municipality"],
            "region": at["municipality"].map(region),
            "tier": draw.choice(["centre", "small", "mobile"], len(at)), "status": at["status"],
            "visits_year": 1000.0, "cost_cents_year": draw.integers(1, 9, len(at)) * 1_000_001,
        }
    ).reset_index(drop=True)  # fmt: skip
    agencies = sorted(inputs.agencies["agency"])
    duties = points[["site"]].merge(pd.DataFrame({"agency": agencies}), how="cross")
    duties["mode"] = draw.choice(["staffed", "visiting", "remote", "none"], len(duties))
    duties["cost_cents_year"] = np.where(duties["mode"] == "none", 0, 2_000_003)
    table = inputs.services.assign(minutes=60.0, share_set=np.nan if settings.services.share is None else 0.3)
    table["group"] = table["agency"] + ":" + table["modes"].str.replace(" ", "+") + ":60"
    groups = table.drop_duplicates("group")[["group", "agency", "modes", "minutes", "share_set"]]
    xy = inputs.sites.set_index("site")
    rows = []
    for o in today.offices.itertuples():
        there = duties[(duties["agency"] == o.agency) & (duties["mode"] != "none")]["site"]
        away = {s: float(np.hypot(xy.loc[s, "x"] - o.x, xy.loc[s, "y"] - o.y)) / 500 for s in there}
        best = min(away, key=lambda s: (away[s], s), default=None)
        closes = best is not None and away[best] <= 60
        rows.append((o.office, o.agency, o.municipality, region[o.municipality], "closes" if closes else "stays",
                     best if closes else None, 1_234_567))  # fmt: skip
    names = ["office", "agency", "municipality", "region", "customer_part", "replaced_by", "presence_cents_year"]
    offices = pd.DataFrame(rows, columns=names).assign(saving_cents_year=rent_parts(today.offices)[0])
    return Services(points, duties, offices, groups.reset_index(drop=True), table.reset_index(drop=True))


def _premises(inputs, *, least=2):
    """Offices of municipalities with several move into one shared workplace each."""
    region = inputs.municipalities.set_index("municipality")["region"]
    offices = inputs.offices.assign(region=inputs.offices["municipality"].map(region))
    counts = offices["municipality"].map(offices["municipality"].value_counts())
    shared = offices[counts >= least]
    moves = pd.DataFrame(
        {
            "office": shared["office"], "agency": shared["agency"], "from_part": "work",
            "to_premise": "yty-" + shared["municipality"], "m2": (shared["staff"] * 10).clip(lower=10),
        }
    ).reset_index(drop=True)  # fmt: skip
    places = moves.assign(municipality=shared["municipality"].to_numpy()).groupby("to_premise")
    workplaces = places.agg(municipality=("municipality", "first"), m2_used=("m2", "sum")).reset_index(names="premise")
    workplaces["name"] = "Talo " + workplaces["premise"]
    workplaces["region"] = workplaces["municipality"].map(region)
    workplaces["site"] = inputs.sites["site"].iloc[0]
    workplaces["kind"] = ["candidate", *["no_address"] * (len(workplaces) - 1)][: len(workplaces)]
    workplaces["owner"] = np.where(np.arange(len(workplaces)) % 2 == 0, "Senaatti", "Toinen")
    workplaces["investment_cents"] = (workplaces["m2_used"] * 60_001).round().astype(int)
    workplaces["rent_cents_year"] = (workplaces["m2_used"] * 21_601).round().astype(int)
    last = offices.index[-1]
    part = np.where(offices["office"].isin(shared["office"]), "moves", "stays").astype(object)
    part[(offices.index == last) & (part == "stays")] = "given_up"
    of = pd.DataFrame(
        {
            "office": offices["office"], "agency": offices["agency"], "region": offices["region"], "work_part": part,
            "rent_saved_cents_year": rent_parts(offices)[1], "holding_cents_year": 600_001,
            "sale_value_cents": 5_000_003,
        }
    ).reset_index(drop=True)  # fmt: skip
    on_offer = workplaces[["premise"]].assign(
        fit_out=[("light", "deep", "none")[i % 3] for i in range(len(workplaces))],
        available_from=[pd.Timestamp("2026-11-15") if i == 1 else pd.NaT for i in range(len(workplaces))],
    )
    return Premises(on_offer, workplaces, moves, of)
