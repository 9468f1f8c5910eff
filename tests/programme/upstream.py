"""Result tables of services and premises as the programme takes them, made from a project's own tables by simple rules."""

from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True, eq=False)
class Services:
    points: pd.DataFrame
    duties: pd.DataFrame
    offices: pd.DataFrame


@dataclass(frozen=True, eq=False)
class Premises:
    workplaces: pd.DataFrame
    moves: pd.DataFrame
    offices: pd.DataFrame


def services(timed, office_times, is_open, inputs, *, minutes=30, day=None):
    """Each agency serves at every open point, and offices within some minutes of one close."""
    sites = timed.area.sites
    region = inputs.municipalities.set_index("municipality")["region"]
    at = sites[is_open]
    points = pd.DataFrame(
        {
            "site": at["site"], "name": at["name"].fillna(at["site"]), "municipality": at["municipality"],
            "region": at["region"], "tier": at["tier"], "status": np.where(at["status"] == "existing", "existing", "new"),
        }
    ).reset_index(drop=True)  # fmt: skip
    agencies = sorted(set(inputs.services["agency"]) & set(timed.served["agency"]))
    duties = points[["site"]].merge(pd.DataFrame({"agency": agencies}), how="cross")
    duties["mode"] = "staffed"
    duties["cost_cents_year"] = 2_000_000
    nearest, seconds = office_times.nearest(is_open)
    closes = (nearest >= 0) & (seconds <= minutes * 60)
    names = np.array([*office_times.sites, ""], dtype=object)
    offices = pd.DataFrame(
        {
            "office": timed.served["office"], "agency": timed.served["agency"],
            "municipality": timed.served["municipality"], "region": timed.served["municipality"].map(region),
            "customer_part": np.where(closes, "closes", "stays"),
            "replaced_by": pd.Series(names[nearest], dtype="string").where(closes).to_numpy(),
        }
    ).reset_index(drop=True)  # fmt: skip
    rent = (timed.served["rent_eur_year"] * 100 * timed.served["customer_m2"]
            / (timed.served["customer_m2"] + timed.served["work_m2"])).fillna(0).round()  # fmt: skip
    offices["saving_cents_year"] = np.where(closes, rent.astype(int) + 5_000_000, 0)
    return Services(points, duties, offices)


def premises(inputs, *, least=3):
    """Offices of municipalities with several move into one shared workplace each."""
    region = inputs.municipalities.set_index("municipality")["region"]
    offices = inputs.offices[inputs.offices["work_m2"].fillna(0) > 0]
    offices = offices.assign(region=offices["municipality"].map(region))
    counts = offices["municipality"].value_counts()
    shared = offices[offices["municipality"].map(counts) >= least]
    m2 = (shared["staff"].fillna(0) * 10).clip(lower=10)
    moves = pd.DataFrame(
        {
            "office": shared["office"], "agency": shared["agency"], "from_part": "work",
            "to_premise": "yty-" + shared["municipality"], "m2": m2, "staff": shared["staff"].fillna(0),
            "minutes_change": 0.0,
        }
    ).reset_index(drop=True)  # fmt: skip
    workplaces = moves.assign(municipality=shared["municipality"].to_numpy()).groupby("to_premise").agg(
        municipality=("municipality", "first"), m2_used=("m2", "sum"), staff=("staff", "sum")
    ).reset_index(names="premise")  # fmt: skip
    workplaces["name"] = workplaces["premise"]
    workplaces["region"] = workplaces["municipality"].map(region)
    workplaces["site"] = None
    workplaces["investment_cents"] = (workplaces["m2_used"] * 50_000).round().astype(int)
    workplaces["rent_cents_year"] = (workplaces["m2_used"] * 20_000).round().astype(int)
    of = pd.DataFrame(
        {
            "office": offices["office"], "region": offices["region"],
            "agency": offices["agency"], "work_part": np.where(offices["office"].isin(shared["office"]), "moves", "stays"),
            "m2_given_up": np.where(offices["office"].isin(shared["office"]), offices["work_m2"], 0.0),
            "holding_cents_year": 0, "sale_value_cents": 0,
        }
    ).reset_index(drop=True)  # fmt: skip
    return Premises(workplaces, moves, of)
