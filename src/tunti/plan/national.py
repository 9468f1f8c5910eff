"""All regions' plans on one programme: totals to target, the standard, conflicts between regions, agencies, states."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from tunti.plan.capacity import Busy, busy, fit_outs, limits_known, oversubscribed
from tunti.plan.regional import RegionalPlan

MODES = ("staffed", "visiting", "remote", "assisted")
MONEY = ("net_state_year", "net_agencies_year", "investment", "one_off_state", "npv_state")
"""Figures of a programme in euros that are sums over regions."""


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
        ``region, region_fi, region_sv, region_en, scenario, points, new, people, people_outside_today, people_outside,
        share_today, share, offices_closed, offices_moved`` and the figures of :data:`MONEY`, euros; missing where the
        plan lacks the stage. What each lacks and its state of decision are in ``plans``.
    conflicts : DataFrame
        ``kind, region, other, what, people, outside, quarter, amount, limit``. Kinds: ``counted_on`` (a point of the
        other region's that this one counts on and that the other's plan has), ``missing_point`` (that it has not),
        ``closure`` (the other region closes an office, and people of this one who are within the standard of it today
        are outside after), ``crews`` and ``budget`` (fit-outs ask for more than a region has, or than there is for all
        regions, whose ``region`` is missing). ``people`` count on the point or office; ``outside`` of them are outside
        the standard when all plans are carried out.
    agencies : DataFrame
        ``agency, region, offices, closes``, presences at points by mode, and ``saving_eur_year`` (missing without a
        programme).
    load : DataFrame
        ``year, crews`` (most fit-outs at the same time in a quarter of the year), ``cost_eur`` of fit-outs, spread
        evenly over their quarters.
    services : DataFrame
        ``service, agency, standard_minutes, share_set, people, people_inside_today, people_inside_after``: the
        regions' people added up, ``share_today, share_after``.
    limited : frozenset of str
        ``crews`` and ``budget`` where a limit is known: without one nothing can be found to ask for too much.
    """

    whole: RegionalPlan
    plans: tuple[RegionalPlan, ...]
    regions: pd.DataFrame
    conflicts: pd.DataFrame
    agencies: pd.DataFrame
    load: pd.DataFrame
    services: pd.DataFrame
    limited: frozenset[str]

    @property
    def cashflow(self) -> pd.DataFrame | None:
        """The money of all programmes, None when no plan has one."""
        flows = [p.programme.cashflow for p in self.plans if p.programme is not None and len(p.programme.cashflow)]
        return pd.concat(flows, ignore_index=True) if flows else None


def national(plans: Sequence[RegionalPlan], whole: RegionalPlan, limits: pd.DataFrame) -> National:
    """Add all regions' plans up and find where they do not fit together.

    Parameters
    ----------
    plans : sequence of RegionalPlan
        One per region.
    whole : RegionalPlan
        All planned regions with the points of ``plans``.
    limits : DataFrame
        The input table of crews and money.

    Returns
    -------
    National
    """
    together = busy(fit_outs(plans))
    return National(
        whole=whole,
        plans=tuple(plans),
        regions=_regions(plans),
        conflicts=_conflicts(plans, whole, limits),
        agencies=_agencies(plans),
        load=_load(together),
        services=_services(plans),
        limited=limits_known(plans, limits),
    )


def _measure(plan: RegionalPlan, name: str) -> float | None:
    if plan.programme is None:
        return None
    rows = plan.programme.indicators
    found = rows.loc[rows["measure"].astype(str) == name, "value"]
    return float(found.iloc[0]) if len(found) else None


def _regions(plans: Sequence[RegionalPlan]) -> pd.DataFrame:
    rows = []
    for plan in plans:
        closed = None
        if plan.services is not None:
            closed = int((plan.services.offices["customer_part"].astype(str) == "closes").sum())
        rows.append(
            {
                "region": plan.region,
                **{f"region_{k}": v for k, v in plan.region_names.items()},
                "scenario": plan.scenario,
                "points": len(plan.points),
                "new": int((plan.points["status"].astype(str) != "existing").sum()),
                "people": plan.proposed.people,
                "people_outside_today": plan.today.people_outside,
                "people_outside": plan.proposed.people_outside,
                "share_today": plan.today.share,
                "share": plan.proposed.share,
                "offices_closed": closed,
                "offices_moved": _measure(plan, "offices_moved"),
                **{name: _measure(plan, name) for name in MONEY},
            }
        )
    return pd.DataFrame(rows)


def _conflicts(plans: Sequence[RegionalPlan], whole: RegionalPlan, limits: pd.DataFrame) -> pd.DataFrame:
    own = {str(p.region): set(p.points["site"].astype(str)) for p in plans}
    closed: dict[str, str] = {}
    for plan in plans:
        if plan.services is not None:
            offices = plan.services.offices
            for office in offices.loc[offices["customer_part"].astype(str) == "closes", "office"]:
                closed[str(office)] = str(plan.region)
    rows: list[dict[str, object]] = []
    for plan in plans:
        outside = _outside_by_site(plan, whole)
        for r in plan.neighbours.to_dict("records"):
            site, other = str(r["site"]), str(r["region"])
            rows.append(
                {
                    "kind": "counted_on" if site in own.get(other, set()) else "missing_point",
                    "region": str(plan.region),
                    "other": other,
                    "what": site,
                    "people": r["people_served"],
                    "outside": outside.get(site, 0),
                }
            )
        rows += _closures(plan, whole, closed)
    rows += oversubscribed(plans, limits)
    columns = ["kind", "region", "other", "what", "people", "outside", "quarter", "amount", "limit"]
    table = pd.DataFrame(rows, columns=columns)
    order = {k: n for n, k in enumerate(("missing_point", "closure", "crews", "budget", "counted_on"))}
    # Conflicts that leave most people outside come first; where one only counts on another, the busiest points do.
    weight = table["outside"].astype("float64").where(table["kind"] != "counted_on", 0.0).fillna(0.0)
    table = table.assign(_kind=table["kind"].map(order), _outside=weight).sort_values(
        ["_kind", "_outside", "people", "region", "what"], ascending=[True, False, False, True, True], kind="stable"
    )
    return table.drop(columns=["_kind", "_outside"]).reset_index(drop=True)


def _outside_by_site(plan: RegionalPlan, whole: RegionalPlan) -> dict[str, int]:
    """Count by the point that a plan counts on who is outside the standard when all plans are carried out."""
    both = plan.proposed.cells[["cell", "people", "nearest_site"]].merge(whole.proposed.cells[["cell", "minutes"]])
    outside = both[~(both["minutes"] <= plan.settings.standard.minutes).fillna(False).astype(bool)]
    return {str(k): int(v) for k, v in outside.groupby("nearest_site")["people"].sum().items()}


def _closures(plan: RegionalPlan, whole: RegionalPlan, closed: Mapping[str, str]) -> list[dict[str, object]]:
    """Count the people whose office within the standard closes in another region, where some are outside after."""
    both = plan.today.cells[["cell", "people", "minutes", "nearest_site"]].merge(
        whole.proposed.cells[["cell", "minutes"]], on="cell", suffixes=("", "_after")
    )
    standard = plan.settings.standard.minutes
    within = (both["minutes"] <= standard).fillna(False).astype(bool) & (both["people"] > 0)
    left = both.assign(outside=both["people"].where(~(both["minutes_after"] <= standard).fillna(False).astype(bool), 0))
    office = left["nearest_site"].astype("string").fillna("").str.removeprefix("office:")
    rows: list[dict[str, object]] = []
    for name, group in left[within].groupby(office[within], sort=True):
        other, outside = closed.get(str(name)), int(group["outside"].sum())
        if other is not None and other != plan.region and outside:
            people = int(group["people"].sum())
            rows.append(
                {"kind": "closure", "region": plan.region, "other": other, "what": str(name), "people": people,
                 "outside": outside}
            )  # fmt: skip
    return rows


def _services(plans: Sequence[RegionalPlan]) -> pd.DataFrame:
    """Add the people within each service's standard up over the regions."""
    sums = ["people", "people_inside_today", "people_inside_after"]
    keys = ["service", "agency", "standard_minutes", "share_set"]
    frames = [
        plan.services.access[plan.services.access["region"].astype("string") == str(plan.region)]
        for plan in plans
        if plan.services is not None
    ]
    rows = pd.concat([f[[*keys, *sums]] for f in frames], ignore_index=True) if frames else None
    if rows is None or not len(rows):
        return pd.DataFrame(columns=[*keys, *sums, "share_today", "share_after"])
    added = rows.groupby(keys, as_index=False, dropna=False, sort=True)[sums].sum()
    people = added["people"].astype(float).clip(lower=1.0)
    return added.assign(
        share_today=added["people_inside_today"] / people, share_after=added["people_inside_after"] / people
    )


def _load(together: Busy) -> pd.DataFrame:
    crews, euros = together
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
        saving = _savings(plan)
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
                    "saving_eur_year": None if saving is None else saving.get(agency, 0.0),
                }
            )
    return pd.DataFrame(rows, columns=["agency", "region", "offices", "closes", *MODES, "saving_eur_year"])


def _savings(plan: RegionalPlan) -> dict[str, float] | None:
    """Give what each agency saves a year at the end of the programme, None without one."""
    if plan.programme is None:
        return None
    of = plan.programme.savings
    of = of[of["level"].astype(str) == "agency"]
    return {str(k): float(v) / 100 for k, v in zip(of["key"], of["running_cents_year"], strict=True)}
