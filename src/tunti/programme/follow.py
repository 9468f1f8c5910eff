"""What came true: plan against actual, estimates that learn from it, and decisions of agencies since the plan.

Costs are learned on a logarithmic scale. Before any outcome, a source's multiplier lies around its likely value with
the spread of its range (the ends taken as the 5th and 95th percentile). Each outcome, its cost against its estimate, is
an observation with the spread of a single project; the two are weighed by their precision. With few outcomes the
estimate stays near the default, with many it follows them, and its range narrows as it learns.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tunti.findings import Name
from tunti.inputs.tables import Inputs
from tunti.programme.cover import Group
from tunti.programme.quarters import Quarters
from tunti.programme.solve import Shares
from tunti.programme.upstream import PremisesTables, ServicesTables, by_key, rows
from tunti.settings import Settings

_Z = 1.6448536269514722  # the normal distribution's 95th percentile
Range = tuple[float, float, float]

ESTIMATES = ("source", "outcomes", "low", "likely", "high")
FOLLOWED = ("what", "measure", "date", "planned", "actual", "difference")
DECISIONS = (
    "office", "agency", "region", "date", "decision", "service", "people_losing", "share_before", "share_after",
    "below_floor",
)  # fmt: skip


def estimates(
    actuals: pd.DataFrame, planned: Mapping[str, tuple[str, int]], ranges: Mapping[str, Range], *, spread: float
) -> pd.DataFrame:
    """Re-fit the cost estimates from what projects have cost.

    Parameters
    ----------
    actuals : DataFrame
        The input table; rows of the measure ``cost_eur`` count.
    planned : mapping
        Kind of fit-out and estimated cents of each site or premises, as they were before any outcome.
    ranges : mapping
        Low, likely and high multiplier of each source before any outcome.
    spread : float
        Standard deviation of the logarithm of one project's cost against its estimate.

    Returns
    -------
    DataFrame
        ``source, outcomes, low, likely, high``: the multipliers to plan with; sources without outcomes are left out.
    """
    seen: dict[str, list[float]] = {}
    for row in rows(actuals[actuals["measure"] == "cost_eur"]):
        source, cents = planned.get(str(row.what), ("", 0))
        if source and cents > 0 and pd.notna(row.value) and row.value > 0:
            seen.setdefault(source, []).append(math.log(float(row.value) * 100 / cents))
    found = []
    for source, logs in sorted(seen.items()):
        low, likely, high = ranges.get(source, (0.5, 1.0, 2.0))
        middle, width = math.log(likely), max((math.log(high) - math.log(low)) / (2 * _Z), 1e-6)
        weight = 1 / width**2 + len(logs) / spread**2
        mean = (middle / width**2 + sum(logs) / spread**2) / weight
        # The next project differs from the mean by its own spread no less than before; only the mean is learned.
        sd = math.sqrt(1 / weight)
        ends = (math.exp(mean - _Z * sd), math.exp(mean), math.exp(mean + _Z * sd))
        found.append((source, len(logs), *(round(e, 6) for e in ends)))
    frame = pd.DataFrame(found, columns=list(ESTIMATES))
    return frame.astype({"source": "string", "outcomes": "int64", "low": "float64", "likely": "float64",
                         "high": "float64"})  # fmt: skip


def learned(ranges: Mapping[str, Range], estimated: pd.DataFrame) -> dict[str, Range]:
    """Give the ranges around re-fitted estimates: multipliers of a plan that already uses the likely ones."""
    out = dict(ranges)
    for row in rows(estimated):
        out[str(row.source)] = (row.low / row.likely, 1.0, row.high / row.likely)
    return out


def agreed_table(events: pd.DataFrame) -> pd.DataFrame:
    """Give a programme's decisions and their quarters as the input table ``agreed``.

    Parameters
    ----------
    events : DataFrame

    Returns
    -------
    DataFrame
        ``event, quarter``; no quarter for what is put off.
    """
    decided = events[~events["kind"].isin(("fit_out", "notice", "temporary"))]
    table = decided[["event", "start_quarter"]].rename(columns={"start_quarter": "quarter"})
    return table.sort_values("event", ignore_index=True)


def followed(
    actuals: pd.DataFrame,
    events: pd.DataFrame,
    planned: Mapping[str, tuple[str, int]],
    services: ServicesTables,
    premises: PremisesTables,
    inputs: Inputs,
) -> pd.DataFrame:
    """Hold what came true against the plan.

    Parameters
    ----------
    actuals, events : DataFrame
    planned : mapping
        Estimated cents of fit-outs.
    services, premises : result tables
    inputs : Inputs

    Returns
    -------
    DataFrame
        ``what, measure, date, planned, actual, difference``; days for openings, closings and moves (planned and actual
        are then days since the planned quarter began: 0 and the delay). NaN where the plan has no such figure.
    """
    begin = {
        (str(r.event).split(":")[0], str(r.event).split(":", 1)[1]): _first_day(str(r.start_quarter))
        for r in rows(events)
        if pd.notna(r.start_quarter)
    }
    visits = {s: float(r.visits_year) for s, r in by_key(services.points, "site").items()}
    rent = {p: float(r.rent_cents_year) / 100 for p, r in by_key(premises.workplaces, "premise").items()}
    office = by_key(inputs.offices, "office")
    found = []
    for row in rows(actuals):
        what, measure = str(row.what), str(row.measure)
        value = math.nan if pd.isna(row.value) else float(row.value)
        plan = math.nan
        if measure in ("opened", "closed", "moved"):
            kinds = {"opened": ("open", "ready"), "closed": ("close_customer",), "moved": ("move", "close_work")}
            days = [begin[k, what] for k in kinds[measure] if (k, what) in begin]
            if days:
                plan, value = 0.0, float((row.date.date() - min(days)).days)
        elif measure == "cost_eur" and what in planned:
            plan = planned[what][1] / 100
        elif measure == "rent_eur_year":
            plan = rent.get(what, math.nan)
        elif measure == "visits_counter":
            plan = visits.get(what, math.nan)
        elif measure == "presence" and what in office and pd.notna(office[what].presence):
            plan = float(office[what].presence)
        found.append((what, measure, row.date, plan, value, value - plan))
    frame = pd.DataFrame(found, columns=list(FOLLOWED))
    return frame.astype({"what": "string", "measure": "string", "date": "datetime64[us]", "planned": "float64",
                         "actual": "float64", "difference": "float64"})  # fmt: skip


def _first_day(name: str) -> dt.date:
    return dt.date(int(name[:4]), int(name[5]) * 3 - 2, 1)


def decisions(
    shares: Shares,
    groups: Sequence[Group],
    places: Sequence[str],
    names: Mapping[str, Name],
    quarter: NDArray[np.int64],
    quarters: Quarters,
    inputs: Inputs,
    settings: Settings,
) -> pd.DataFrame:
    """Show what agencies have decided since the project's day: offices that close or turn remote-only, and who loses.

    Parameters
    ----------
    shares : Shares
    groups : sequence of Group
    places : sequence of str
    names : mapping
        Names of regions by code.
    quarter : int64, shape (steps,)
        The programme's quarters.
    quarters : Quarters
    inputs : Inputs
    settings : Settings

    Returns
    -------
    DataFrame
        One row per decision, service and region that loses people, in the quarter of the decision; ``below_floor``
        says whether the share falls below the programme's floor.
    """
    day = settings.project.as_of
    is_open = shares.open_places(quarter)
    number = {p: k for k, p in enumerate(places)}
    codes = list(names)
    remote = {str(r.service) for r in rows(inputs.services) if pd.notna(r.modes) and "remote" in str(r.modes).split()}
    total = np.zeros((len(groups), len(codes)), np.int64)
    np.add.at(total, (shares.patterns.group, shares.patterns.region), shares.patterns.people)
    found = []
    for row in rows(inputs.offices):
        place = number.get(f"office:{row.office}")
        for date, decision in ((row.open_to, "closes"), (row.remote_from, "remote_only")):
            if place is None or pd.isna(date) or date.date() <= day:
                continue
            t = quarters.of(date.date()) if decision == "remote_only" else quarters.after(date.date())
            t = max(t, 0)  # what comes before the programme is felt from its beginning
            if t >= quarters.count:
                continue
            at = slice(t, t + 1)
            without = is_open[:, at].copy()
            without[place] = False
            before = shares.patterns.people_inside(is_open[:, at], len(groups), len(codes))[:, :, 0]
            after = shares.patterns.people_inside(without, len(groups), len(codes))[:, :, 0]
            for g, r in np.argwhere(after < before):
                for service in groups[g].services:
                    if decision == "remote_only" and service in remote:
                        continue
                    n = max(int(total[g, r]), 1)
                    found.append(
                        (str(row.office), str(row.agency), codes[r], date, decision, service,
                         int(before[g, r] - after[g, r]), before[g, r] / n, after[g, r] / n,
                         bool(after[g, r] < shares.floor[g, r, t]))
                    )  # fmt: skip
    texts = dict.fromkeys(("office", "agency", "region", "decision", "service"), "string")
    return pd.DataFrame(found, columns=list(DECISIONS)).astype(
        {**texts, "date": "datetime64[us]", "people_losing": "int64", "share_before": "float64",
         "share_after": "float64", "below_floor": "bool"}
    )  # fmt: skip
