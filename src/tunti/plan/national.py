"""All regions' plans on one programme: totals to target, the standard, conflicts between regions, agencies, states."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from tunti.plan.regional import RegionalPlan

MODES = ("staffed", "visiting", "remote", "assisted")


@dataclass(frozen=True, eq=False)
class National:
    """The roll-up of regional plans.

    Attributes
    ----------
    whole : RegionalPlan
        The whole area with the points of all regions' plans: its figures count the nearest point across borders.
    plans : tuple of RegionalPlan
        One per region.
    regions : DataFrame
        ``region, region_fi, region_sv, region_en, state, points, new, people, people_outside_today, people_outside,
        share_today, share, offices_closed, net_state_eur_year, investment_eur, lacking`` (names of stages).
    conflicts : DataFrame
        ``kind, region, other, what, people, quarter, amount, limit``. Kinds: ``counted_on`` (a point of the other
        region's that this one counts on and that the other's plan has), ``missing_point`` (that it has not),
        ``closure`` (the other region closes an office, and people of this one who are within the standard of it today
        are outside after), ``crews`` and ``budget`` (more than the limits of a region give).
    agencies : DataFrame
        ``agency, region, offices, closes`` and presences at points by mode.
    load : DataFrame
        ``year, crews`` (most fit-outs at the same time in a quarter of the year), ``cost_eur`` of fit-outs that begin.
    measures : DataFrame
        ``measure, value, unit``: sums of the programmes' figures that add up over regions.
    """

    whole: RegionalPlan
    plans: tuple[RegionalPlan, ...]
    regions: pd.DataFrame
    conflicts: pd.DataFrame
    agencies: pd.DataFrame
    load: pd.DataFrame
    measures: pd.DataFrame


_ADD_UP = ("points_opened", "offices_closed", "offices_put_off", "offices_moved", "investment", "one_off_state",
           "net_state_year", "net_agencies_year", "npv_state")  # fmt: skip
"""Figures of a programme that are sums over regions."""


def national(
    plans: Sequence[RegionalPlan],
    whole: RegionalPlan,
    limits: pd.DataFrame,
    *,
    states: Mapping[str, str] | None = None,
) -> National:
    """Add all regions' plans up and find where they do not fit together.

    Parameters
    ----------
    plans : sequence of RegionalPlan
        One per region.
    whole : RegionalPlan
        All planned regions with the points of ``plans``.
    limits : DataFrame
        The input table of crews and money.
    states : mapping of str to str, optional
        State of each region's plan by its code; ``draft`` for others.

    Returns
    -------
    National
    """
    return National(
        whole=whole,
        plans=tuple(plans),
        regions=_regions(plans, states or {}),
        conflicts=_conflicts(plans, limits),
        agencies=_agencies(plans),
        load=_load(plans),
        measures=_measures(plans),
    )


def _measure(plan: RegionalPlan, name: str) -> float | None:
    if plan.programme is None:
        return None
    rows = plan.programme.indicators
    found = rows.loc[rows["measure"].astype(str) == name, "value"]
    return float(found.iloc[0]) if len(found) else None


def _regions(plans: Sequence[RegionalPlan], states: Mapping[str, str]) -> pd.DataFrame:
    rows = []
    for plan in plans:
        closed = None
        if plan.services is not None:
            closed = int((plan.services.offices["customer_part"].astype(str) == "closes").sum())
        rows.append(
            {
                "region": plan.region,
                **{f"region_{k}": v for k, v in plan.region_names.items()},
                "state": states.get(str(plan.region), "draft"),
                "points": len(plan.points),
                "new": int((plan.points["status"].astype(str) != "existing").sum()),
                "people": plan.proposed.people,
                "people_outside_today": plan.today.people_outside,
                "people_outside": plan.proposed.people_outside,
                "share_today": plan.today.share,
                "share": plan.proposed.share,
                "offices_closed": closed,
                "net_state_eur_year": _measure(plan, "net_state_year"),
                "investment_eur": _measure(plan, "investment"),
                "lacking": tuple(plan.lacking),
            }
        )
    return pd.DataFrame(rows)


def _conflicts(plans: Sequence[RegionalPlan], limits: pd.DataFrame) -> pd.DataFrame:
    own = {str(p.region): set(p.points["site"].astype(str)) for p in plans}
    closed: dict[str, tuple[str, str]] = {}
    for plan in plans:
        if plan.services is not None:
            offices = plan.services.offices
            for office in offices.loc[offices["customer_part"].astype(str) == "closes", "office"]:
                closed[str(office)] = str(plan.region), str(office)
    rows: list[dict[str, object]] = []
    for plan in plans:
        region = str(plan.region)
        for r in plan.neighbours.to_dict("records"):
            other = str(r["region"])
            there = str(r["site"]) in own.get(other, set())
            kind = "counted_on" if there else "missing_point"
            rows.append(
                {"kind": kind, "region": region, "other": other, "what": str(r["site"]), "people": r["people_served"]}
            )
        rows += _closures(plan, closed)
    rows += _oversubscribed(plans, limits)
    columns = ["kind", "region", "other", "what", "people", "quarter", "amount", "limit"]
    table = pd.DataFrame(rows, columns=columns)
    order = {k: n for n, k in enumerate(("missing_point", "closure", "crews", "budget", "counted_on"))}
    table = table.assign(_kind=table["kind"].map(order)).sort_values(
        ["_kind", "people", "region", "what"], ascending=[True, False, True, True], kind="stable"
    )
    return table.drop(columns="_kind").reset_index(drop=True)


def _closures(plan: RegionalPlan, closed: Mapping[str, tuple[str, str]]) -> list[dict[str, object]]:
    """Count the people whose office within the standard closes in another region and who are outside after."""
    both = plan.today.cells[["cell", "people", "minutes", "nearest_site"]].merge(
        plan.proposed.cells[["cell", "minutes"]], on="cell", suffixes=("", "_after")
    )
    standard = plan.settings.standard.minutes
    lost = (both["minutes"] <= standard).fillna(False) & ~(both["minutes_after"] <= standard).fillna(False)
    left = both[lost.astype(bool) & (both["people"] > 0)]
    office = left["nearest_site"].astype("string").fillna("").str.removeprefix("office:")
    rows: list[dict[str, object]] = []
    for name, group in left.groupby(office, sort=True):
        where = closed.get(str(name))
        if where is not None and where[0] != plan.region:
            people = int(group["people"].sum())
            rows.append(
                {"kind": "closure", "region": plan.region, "other": where[0], "what": str(name), "people": people}
            )
    return rows


def _fit_outs(plan: RegionalPlan) -> pd.DataFrame:
    """Give a programme's events that take crews, with the quarters between their start and end."""
    if plan.programme is None:
        return pd.DataFrame(columns=["start_quarter", "end_quarter", "crews", "cost_cents"])
    events = plan.programme.events
    events = events[events["start_quarter"].notna() & (events["crews"].fillna(0) > 0)]
    return events[["start_quarter", "end_quarter", "crews", "cost_cents"]]


def _quarters(start: str, end: Any) -> list[str]:
    first, last = str(start), str(start) if end is None or pd.isna(end) else str(end)
    year, n = int(first[:4]), int(first[5])
    found = []
    while f"{year}Q{n}" <= last:
        found.append(f"{year}Q{n}")
        year, n = (year, n + 1) if n < 4 else (year + 1, 1)
    return found


def _busy(fit_outs: pd.DataFrame) -> tuple[dict[str, int], dict[int, float]]:
    """Count crews at work in each quarter, and euros of the fit-outs that begin in each year."""
    crews: dict[str, int] = {}
    euros: dict[int, float] = {}
    for r in fit_outs.to_dict("records"):
        for quarter in _quarters(r["start_quarter"], r["end_quarter"]):
            crews[quarter] = crews.get(quarter, 0) + int(r["crews"])
        year = int(str(r["start_quarter"])[:4])
        euros[year] = euros.get(year, 0.0) + float(r["cost_cents"] or 0) / 100
    return crews, euros


def _oversubscribed(plans: Sequence[RegionalPlan], limits: pd.DataFrame) -> list[dict[str, object]]:
    given = {(str(r["region"]), int(r["year"])): r for r in limits.to_dict("records")}
    rows: list[dict[str, object]] = []
    for plan in plans:
        crews, euros = _busy(_fit_outs(plan))

        def most(year: int, column: str, region: object = plan.region) -> float | None:
            row = given.get((str(region), year), given.get(("*", year)))
            return None if row is None or pd.isna(row[column]) else float(row[column])

        for quarter, n in sorted(crews.items()):
            limit = most(int(quarter[:4]), "crews")
            if limit is not None and n > limit:
                rows.append({"kind": "crews", "region": plan.region, "quarter": quarter, "amount": n, "limit": limit})
        for year, amount in sorted(euros.items()):
            limit = most(year, "budget_eur")
            if limit is not None and amount > limit + 0.005:
                rows.append(
                    {"kind": "budget", "region": plan.region, "quarter": str(year), "amount": amount, "limit": limit}
                )
    return rows


def _load(plans: Sequence[RegionalPlan]) -> pd.DataFrame:
    parts = [f for p in plans if len(f := _fit_outs(p))]
    if not parts:
        return pd.DataFrame(columns=["year", "crews", "cost_eur"])
    crews, euros = _busy(pd.concat(parts, ignore_index=True))
    years = sorted({int(q[:4]) for q in crews} | set(euros))
    return pd.DataFrame(
        {
            "year": years,
            "crews": [max((n for q, n in crews.items() if int(q[:4]) == y), default=0) for y in years],
            "cost_eur": [euros.get(y, 0.0) for y in years],
        }
    )


def _agencies(plans: Sequence[RegionalPlan]) -> pd.DataFrame:
    rows: list[dict[str, object]] = []
    for plan in plans:
        if plan.services is None:
            continue
        offices, duties = plan.services.offices, plan.services.duties
        serving = offices[offices["customer_part"].astype(str).isin(("stays", "closes"))]
        for agency in sorted(set(duties["agency"].astype(str)) | set(serving["agency"].astype(str))):
            mine = serving[serving["agency"].astype(str) == agency]
            at = duties[duties["agency"].astype(str) == agency]
            modes = at["mode"].astype(str).value_counts()
            rows.append(
                {
                    "agency": agency,
                    "region": plan.region,
                    "offices": len(mine),
                    "closes": int((mine["customer_part"].astype(str) == "closes").sum()),
                    **{mode: int(modes.get(mode, 0)) for mode in MODES},
                }
            )
    return pd.DataFrame(rows, columns=["agency", "region", "offices", "closes", *MODES])


def _measures(plans: Sequence[RegionalPlan]) -> pd.DataFrame:
    rows = []
    for name in _ADD_UP:
        values = [v for p in plans if (v := _measure(p, name)) is not None]
        if values:
            rows.append({"measure": name, "value": sum(values), "regions": len(values)})
    return pd.DataFrame(rows, columns=["measure", "value", "regions"])
