"""What each region has of crews and money, as rows that the programme must keep."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from tunti.findings import Message, Name, say
from tunti.programme.events import Step
from tunti.programme.quarters import Quarters
from tunti.programme.solve import Limit
from tunti.programme.upstream import rows
from tunti.settings import Settings


def limits_of(
    steps: Sequence[Step], table: pd.DataFrame, settings: Settings, quarters: Quarters, names: Mapping[str, Name]
) -> tuple[Limit, ...]:
    """Write the limits of crews in each quarter and of money in each year.

    Parameters
    ----------
    steps : sequence of Step
    table : DataFrame
        The input table ``limits``; its region ``*`` stands for each region without a row.
    settings : Settings
    quarters : Quarters
    names : mapping
        Names of the regions.

    Returns
    -------
    tuple of Limit
        Those that some choice of quarters could break.
    """
    given = {(str(r.region), int(r.year)): r for r in rows(table)}
    by_region: dict[str, list[tuple[int, Step]]] = {}
    for i, step in enumerate(steps):
        if step.lead:
            by_region.setdefault(step.region, []).append((i, step))
    found: list[Limit] = []
    for region, own in sorted(by_region.items()):
        crews: dict[int, float] = {}
        budget: dict[int, float] = {}
        for q in range(quarters.count):
            year = quarters.year(q)
            most, money = most_of(given, region, year, settings)
            if most is not None:
                crews[q] = most
            if money is not None:
                budget[year] = money
        name = names.get(region, Name.of(region))
        found += _crews(own, crews, quarters, name)
        found += _budget(own, budget, quarters, name)
    return tuple(found)


def most_of(
    given: Mapping[tuple[str, int], Any], region: str, year: int, settings: Settings
) -> tuple[float | None, float | None]:
    """Give the crews and the budget (cents) of a region in a year, None for no limit."""
    row = given.get((region, year), given.get(("*", year)))
    crews, budget = settings.programme.crews_per_region, settings.programme.budget_eur_year
    if row is not None:
        if pd.notna(row.crews):
            crews = int(row.crews)
        if pd.notna(row.budget_eur):
            budget = float(row.budget_eur)
    return (None if crews is None else float(crews)), (None if budget is None else round(budget * 100))


def _crews(own: list[tuple[int, Step]], most: Mapping[int, float], quarters: Quarters, name: Name) -> Iterator[Limit]:
    for q, cap in most.items():
        entries = [(i, q + k) for i, s in own for k in range(1, s.lead + 1) if q + k < quarters.count]
        if len({i for i, _ in entries}) > cap:
            what: Message = say(
                "{region}, {quarter}: at most {n} fit-outs at the same time",
                region=name,
                quarter=quarters.name(q),
                n=int(cap),
            )
            yield _limit(what, cap, [(i, t, 1.0) for i, t in entries])


def _budget(own: list[tuple[int, Step]], most: Mapping[int, float], quarters: Quarters, name: Name) -> Iterator[Limit]:
    for year, cap in most.items():
        spent: dict[tuple[int, int], float] = {}
        for i, step in own:
            for t in range(step.lead, quarters.count):
                inside = sum(quarters.year(q) == year for q in range(t - step.lead, t))
                if inside:
                    # In thousands of euros, as the solver counts.
                    spent[i, t] = step.fit_out_cents * inside / step.lead / 1e5
        top: dict[int, float] = {}
        for (i, _), amount in spent.items():
            top[i] = max(top.get(i, 0.0), amount)
        if sum(top.values()) > cap / 1e5:
            what = say(
                "{region}, {year}: fit-outs cost at most {eur} €", region=name, year=str(year), eur=round(cap / 100)
            )
            yield _limit(what, cap / 1e5, [(i, t, a) for (i, t), a in spent.items()])


def _limit(what: Message, most: float, entries: list[tuple[int, int, float]]) -> Limit:
    return Limit(
        what,
        most,
        np.array([e[0] for e in entries], np.int64),
        np.array([e[1] for e in entries], np.int64),
        np.array([e[2] for e in entries], np.float64),
    )
