"""Scenarios side by side: figures, points, municipalities, and who gains and who loses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from tunti.plan.regional import RegionalPlan

LEAST = 1.0
"""Changes of fewer minutes do not count as a gain or a loss."""

COUNTED = ("points", "new", "people", "share", "outside", "mean_minutes", "below_base", "offices_closed")
"""Figures of the network and its access that are compared."""

MONEY = ("net_state_year", "net_agencies_year", "npv_state", "investment", "one_off_state")
"""Figures of the programme that are compared."""


@dataclass(frozen=True, eq=False)
class Comparison:
    """Plans of the same area compared with the first of them.

    Attributes
    ----------
    plans : tuple of RegionalPlan
        The first is what the others are compared with.
    names : tuple of str
        Names of the scenarios.
    descriptions : tuple of str
        What the scenarios are, in their own words; empty where they have none.
    figures : DataFrame
        ``measure`` and one column per scenario, by its number.
    points : DataFrame
        ``site`` and one column per scenario: whether it is open.
    municipalities : DataFrame
        ``municipality, name_fi, name_sv, people`` and ``share_N, mean_N`` per scenario.
    changes : DataFrame
        ``scenario`` (number), ``municipality`` (missing for all), ``people, shorter, longer, inside, outside``: people
        whose drive gets shorter or longer by a minute or more than in the first, who get within the standard, and who
        fall outside it.
    cells : DataFrame
        ``cell, x, y, people`` and ``change_N``: minutes against the first; NaN where either is not known.
    """

    plans: tuple[RegionalPlan, ...]
    names: tuple[str, ...]
    descriptions: tuple[str, ...]
    figures: pd.DataFrame
    points: pd.DataFrame
    municipalities: pd.DataFrame
    changes: pd.DataFrame
    cells: pd.DataFrame


def compared(plans: Sequence[RegionalPlan], *, descriptions: Sequence[str] | None = None) -> Comparison:
    """Compare plans of the same area.

    Parameters
    ----------
    plans : sequence of RegionalPlan
        Two or more; the first is what the others are compared with. Their cells are the same.
    descriptions : sequence of str, optional
        One for each plan.

    Returns
    -------
    Comparison
    """
    first = plans[0].proposed.cells
    cells = first[["cell", "municipality", "x", "y", "people"]].reset_index(drop=True)
    before = _minutes(plans[0], cells)
    standard = plans[0].settings.standard.minutes
    changes: list[dict[Any, Any]] = []
    for k, plan in enumerate(plans[1:], start=1):
        after = _minutes(plan, cells)
        with np.errstate(invalid="ignore"):
            change = np.where(before == after, 0.0, after - before)
        cells[f"change_{k}"] = np.where(np.isfinite(change), change, np.nan)
        people = cells["people"].to_numpy(dtype=np.int64)
        counted = pd.DataFrame(
            {
                "municipality": cells["municipality"],
                "people": people,
                "shorter": people * (change <= -LEAST),
                "longer": people * (change >= LEAST),
                "inside": people * ((before > standard) & (after <= plan.settings.standard.minutes)),
                "outside": people * ((before <= standard) & (after > plan.settings.standard.minutes)),
            }
        )
        sums = counted.drop(columns="municipality").sum().to_dict()
        changes.append({"scenario": k, "municipality": pd.NA, **sums})
        by_town = counted.groupby("municipality", sort=True).sum().reset_index()
        changes += [{"scenario": k, **r} for r in by_town.to_dict("records")]
    return Comparison(
        plans=tuple(plans),
        names=tuple(p.scenario for p in plans),
        descriptions=tuple("" for _ in plans) if descriptions is None else tuple(descriptions),
        figures=_figures(plans),
        points=_points(plans),
        municipalities=_municipalities(plans),
        changes=pd.DataFrame(changes),
        cells=cells,
    )


def _minutes(plan: RegionalPlan, cells: pd.DataFrame) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Give the minutes of each cell to the proposed points, infinite beyond the cut-off."""
    of = plan.proposed.cells.drop_duplicates("cell").set_index("cell")["minutes"]
    minutes = of.reindex(cells["cell"]).to_numpy(dtype=np.float64, na_value=np.nan)
    return np.asarray(np.where(np.isnan(minutes), np.inf, minutes), dtype=np.float64)


def _figures(plans: Sequence[RegionalPlan]) -> pd.DataFrame:
    rows: dict[str, list[float | None]] = {name: [] for name in (*COUNTED, *MONEY)}
    for plan in plans:
        rows["points"].append(len(plan.points))
        rows["new"].append(int((plan.points["status"].astype(str) != "existing").sum()))
        rows["people"].append(plan.proposed.people)
        rows["share"].append(float(plan.proposed.share))
        rows["outside"].append(plan.proposed.people_outside)
        rows["mean_minutes"].append(float(plan.proposed.mean_minutes))
        rows["below_base"].append(int(plan.points["below_base"].astype(bool).sum()))
        closed = None
        if plan.services is not None:
            closed = int((plan.services.offices["customer_part"].astype(str) == "closes").sum())
        rows["offices_closed"].append(closed)
        known: dict[str, float] = {}
        if plan.programme is not None:
            table = plan.programme.indicators
            known = dict(zip(table["measure"].astype(str), table["value"].astype(float), strict=True))
        for name in MONEY:
            rows[name].append(known.get(name))
    table = pd.DataFrame([[name, *values] for name, values in rows.items()])
    return table.rename(columns={0: "measure", **{k + 1: str(k) for k in range(len(plans))}})


def _points(plans: Sequence[RegionalPlan]) -> pd.DataFrame:
    opened = [set(p.all_points["site"].astype(str)) for p in plans]
    sites = sorted(set().union(*opened))
    return pd.DataFrame({"site": sites, **{str(k): [s in o for s in sites] for k, o in enumerate(opened)}})


def _municipalities(plans: Sequence[RegionalPlan]) -> pd.DataFrame:
    table = plans[0].proposed.municipalities[["municipality", "name_fi", "name_sv", "people"]].copy()
    for k, plan in enumerate(plans):
        of = plan.proposed.municipalities.drop_duplicates("municipality").set_index("municipality")
        table[f"share_{k}"] = table["municipality"].map(of["share"]).astype(float)
        table[f"mean_{k}"] = table["municipality"].map(of["mean_minutes"]).astype(float)
    return table
