"""What all regions' programmes ask of crews and money at the same time, against what there is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from tunti.plan.regional import RegionalPlan
from tunti.settings import Settings

Busy = tuple[dict[str, int], dict[int, float]]
"""Crews at work by quarter, and euros of fit-outs by year."""


def fit_outs(plans: Sequence[RegionalPlan]) -> pd.DataFrame:
    """Give the fit-outs of programmes.

    Parameters
    ----------
    plans : sequence of RegionalPlan

    Returns
    -------
    DataFrame
        ``start_quarter, end_quarter, crews, cost_cents``.
    """
    columns = ["start_quarter", "end_quarter", "crews", "cost_cents"]
    frames = []
    for plan in plans:
        if plan.programme is not None:
            events = plan.programme.events
            frames.append(events.loc[(events["kind"] == "fit_out") & events["start_quarter"].notna(), columns])
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=columns)


def busy(found: pd.DataFrame) -> Busy:
    """Count crews at work in each quarter, and euros in each year: a cost falls evenly on the quarters of its fit-out.

    Parameters
    ----------
    found : DataFrame
        As :func:`fit_outs` gives it.

    Returns
    -------
    crews : dict of str to int
    euros : dict of int to float
    """
    crews: dict[str, int] = {}
    euros: dict[int, float] = {}
    for r in found.to_dict("records"):
        quarters = list(_quarters(r["start_quarter"], r["end_quarter"]))
        for quarter in quarters:
            crews[quarter] = crews.get(quarter, 0) + int(r["crews"])
            year = int(quarter[:4])
            euros[year] = euros.get(year, 0.0) + float(r["cost_cents"]) / 100 / len(quarters)
    return dict(sorted(crews.items())), dict(sorted(euros.items()))


def _quarters(start: object, end: object) -> Iterator[str]:
    last = str(end) if isinstance(end, str) else str(start)
    year, n = int(str(start)[:4]), int(str(start)[5])
    while f"{year}Q{n}" <= last:
        yield f"{year}Q{n}"
        year, n = (year, n + 1) if n < 4 else (year + 1, 1)


def oversubscribed(plans: Sequence[RegionalPlan], limits: pd.DataFrame) -> list[dict[str, object]]:
    """Find where fit-outs ask for more crews or money than there is, in a region or in all regions together.

    Parameters
    ----------
    plans : sequence of RegionalPlan
    limits : DataFrame
        The input table; a region without a row takes that of ``*``, then the settings'.

    Returns
    -------
    list of dict
        ``kind`` (``crews`` or ``budget``), ``region`` (None for all), ``quarter`` (or year), ``amount, limit``.
    """
    given = {(str(r["region"]), int(r["year"])): r for r in limits.to_dict("records")}
    rows: list[dict[str, object]] = []
    for plan in plans:

        def most(column: str, year: int, plan: RegionalPlan = plan) -> float | None:
            return _most(given, str(plan.region), year, column, plan.settings)

        rows += _over(busy(fit_outs([plan])), plan.region, most)
    if plans:
        own = plans[0].settings.programme
        all_over = {"crews": own.crews_all_regions, "budget_eur": own.budget_all_regions_eur_year}
        rows += _over(busy(fit_outs(plans)), None, lambda column, year: all_over[column])
    return rows


def limits_known(plans: Sequence[RegionalPlan], limits: pd.DataFrame) -> frozenset[str]:
    """Tell for which of crews and money the input or the settings give a limit: without one nothing can be too much.

    Parameters
    ----------
    plans : sequence of RegionalPlan
    limits : DataFrame
        The input table.

    Returns
    -------
    frozenset of str
        ``crews``, ``budget``, both or none.
    """
    known = set()
    for kind, column in (("crews", "crews"), ("budget", "budget_eur")):
        settings = [
            limit
            for own in (plan.settings.programme for plan in plans)
            for limit in (
                (own.crews_per_region, own.crews_all_regions)
                if kind == "crews"
                else (own.budget_eur_year, own.budget_all_regions_eur_year)
            )
        ]
        if limits[column].notna().any() or any(limit is not None for limit in settings):
            known.add(kind)
    return frozenset(known)


def _most(
    given: Mapping[tuple[str, int], Mapping[Any, Any]], region: str, year: int, column: str, settings: Settings
) -> float | None:
    row = given.get((region, year), given.get(("*", year)))
    if row is not None and pd.notna(row[column]):
        return float(row[column])
    own = settings.programme
    return {"crews": own.crews_per_region, "budget_eur": own.budget_eur_year}[column]


def _over(asked: Busy, region: str | None, most: Any) -> Iterator[dict[str, object]]:
    crews, euros = asked
    for quarter, n in crews.items():
        limit = most("crews", int(quarter[:4]))
        if limit is not None and n > limit:
            yield {"kind": "crews", "region": region, "quarter": quarter, "amount": n, "limit": limit}
    for year, amount in euros.items():
        limit = most("budget_eur", year)
        # The programme itself keeps its limits to a few millionths.
        if limit is not None and amount > limit * (1 + 2e-6) + 1:
            yield {"kind": "budget", "region": region, "quarter": str(year), "amount": amount, "limit": limit}
