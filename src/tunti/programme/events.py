"""What can happen in the programme: fit-outs, points that open, offices that close and move, and what waits.

One step per site, premises and office part; its window, what it waits for, the crews and the money of its fit-out, and
the money that it sets going.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

import pandas as pd

from tunti.inputs.tables import Inputs
from tunti.programme.flows import Flow, Payer
from tunti.programme.follow import estimates
from tunti.programme.lease import Lease, lease_of
from tunti.programme.pricing import money_of
from tunti.programme.quarters import Quarters, quarters_of
from tunti.programme.ranges import ranges_of
from tunti.programme.upstream import PremisesTables, ServicesTables, by_key, rows
from tunti.settings import Settings

StepKind = Literal["open", "join", "ready", "close_customer", "move", "close_work"]


@dataclass
class Step:
    """One decision of the programme.

    Attributes
    ----------
    event : str
        ``open:Joensuu``.
    kind : str
    thing : str
        Site, premises or office.
    name : str
        As a planner knows it.
    region : str
    agency : str
        Empty for points and premises.
    first, last : int
        Window of quarters.
    lead : int
        Quarters of fit-out before it.
    fit_out : str
        ``light``, ``deep`` or ``point_fit_out``; empty for none.
    fit_out_cents : int
    payer : str
        Who pays the fit-out.
    waits : list of (str, int, str)
        Event before it, quarters between, and why.
    because : str
        What makes the beginning of its window; empty for nothing.
    prepare_months : float
        Months between the decision and the fit-out; for points the opening, as connections are made meanwhile.
    lease : Lease or None
    m2, staff : float
    latest : int or None
        Last quarter in which the office can stay; after it temporary premises are needed.
    forced : int or None
        Quarter that the agency itself has decided.
    """

    event: str
    kind: StepKind
    thing: str
    name: str
    region: str
    agency: str = ""
    first: int = 0
    last: int = 0
    lead: int = 0
    fit_out: str = ""
    fit_out_cents: int = 0
    payer: Payer = "real_estate"
    waits: list[tuple[str, int, str]] = field(default_factory=list)
    because: str = ""
    prepare_months: float = 0.0
    lease: Lease | None = None
    m2: float = 0.0
    staff: float = 0.0
    latest: int | None = None
    forced: int | None = None

    def not_before(self, quarter: int, because: str) -> None:
        """Move the beginning of the window, and remember why."""
        if quarter > self.first:
            self.first, self.because = quarter, because


@dataclass(frozen=True, eq=False)
class Plan:
    """The steps of a programme in order, and their money.

    Attributes
    ----------
    steps : tuple of Step
    number : dict of str to int
        Position of each event.
    flows : tuple of Flow
    planned : dict of str to (str, int)
        Kind and estimated cents of the fit-out of each site and premises before any outcome was learned.
    """

    steps: tuple[Step, ...]
    number: dict[str, int]
    flows: tuple[Flow, ...]
    planned: dict[str, tuple[str, int]]


def plan_steps(
    services: ServicesTables, premises: PremisesTables, inputs: Inputs, settings: Settings, quarters: Quarters
) -> Plan:
    """Write the steps of a programme and the money that each sets going.

    Parameters
    ----------
    services, premises : tables of the network of services and of shared premises
    inputs : Inputs
    settings : Settings
    quarters : Quarters

    Returns
    -------
    Plan
    """
    steps = [
        *_workplaces(premises, settings, quarters),
        *_points(services, premises, settings, quarters),
    ]
    events = {s.event for s in steps}
    steps += _closings(services, inputs, settings, quarters, events)
    steps += _moves(premises, inputs, settings, quarters, events)
    number = {s.event: i for i, s in enumerate(steps)}
    planned = {s.thing: (s.fit_out, s.fit_out_cents) for s in steps if s.fit_out_cents}
    if settings.programme.learn:
        own = settings.programme
        known = estimates(inputs.actuals, planned, ranges_of(settings), spread=own.project_spread)
        factor = {str(r.source): float(r.likely) for r in rows(known)}
        for step in steps:
            step.fit_out_cents = round(step.fit_out_cents * factor.get(step.fit_out, 1.0))
    _predecessors(steps, inputs, settings, quarters)
    return Plan(tuple(steps), number, tuple(money_of(steps, services, premises, inputs, settings)), planned)


def _cents(eur: float) -> int:
    return round(eur * 100)


def _months(settings: Settings, fit_out: str) -> float:
    own = settings.programme
    return {"light": own.light_months, "deep": own.deep_months}.get(fit_out, 0.0)


def _workplaces(premises: PremisesTables, settings: Settings, quarters: Quarters) -> Iterator[Step]:
    own = settings.programme
    given = by_key(premises.premises, "premise")
    for row in rows(premises.workplaces):
        known = given.get(str(row.premise))
        fit_out = "light" if known is None or pd.isna(known.fit_out) else str(known.fit_out)
        lead = max(quarters_of(_months(settings, fit_out)), 1) if row.investment_cents else 0
        step = Step(
            f"ready:{row.premise}", "ready", str(row.premise), str(row.name), str(row.region), last=quarters.count - 1,
            lead=lead, fit_out=fit_out, fit_out_cents=int(row.investment_cents), m2=float(row.m2_used),
        )  # fmt: skip
        step.not_before(lead, "fit_out" if lead else "")
        if row.investment_cents > _cents(own.finance_committee_eur):
            step.prepare_months = own.finance_committee_months
            step.not_before(quarters_of(own.finance_committee_months) + lead, "finance_committee")
        if known is not None and pd.notna(known.available_from):
            day = known.available_from.date() - dt.timedelta(days=1)
            step.not_before(quarters.after(day) + lead, "available")
        yield step


def in_point(workplace: Any) -> bool:
    """Tell whether a point lies in the same building as shared premises: known buildings that name its site."""
    return bool(pd.notna(workplace.site)) and str(workplace.kind) != "no_address"


def _points(
    services: ServicesTables, premises: PremisesTables, settings: Settings, quarters: Quarters
) -> Iterator[Step]:
    own = settings.programme
    at_site = {str(r.site): f"ready:{r.premise}" for r in rows(premises.workplaces) if in_point(r)}
    serving = set(services.duties.loc[services.duties["mode"] != "none", "site"])
    for row in rows(services.points):
        new = row.status != "existing"
        if not new and row.site not in serving:
            continue
        builds = new and row.tier != "mobile"  # a mobile point comes on wheels
        lead = max(quarters_of(own.point_months), 1) if builds else 0
        step = Step(
            f"open:{row.site}", "open" if new else "join", str(row.site), str(row.name), str(row.region),
            last=quarters.count - 1, lead=lead, m2=own.point_m2 if builds else 0.0,
            fit_out="point_fit_out" if builds else "",
            fit_out_cents=_cents(own.point_m2 * settings.money.light_eur_m2[1]) if builds else 0,
            prepare_months=own.ict_months,
        )  # fmt: skip
        step.not_before(lead, "fit_out" if lead else "")
        step.not_before(quarters_of(own.ict_months), "ict")
        if row.site in at_site:
            step.waits.append((at_site[str(row.site)], 0, "premises"))
        yield step


def _lease(office: Any, settings: Settings, quarters: Quarters) -> Lease:
    return lease_of(
        office.lease_end, office.break_date, office.notice_months,
        quarters=quarters, day=quarters.first_decision(settings.project.as_of),
        default_notice=settings.programme.notice_months,
    )  # fmt: skip


def _closings(
    services: ServicesTables, inputs: Inputs, settings: Settings, quarters: Quarters, known: set[str]
) -> Iterator[Step]:
    own = settings.programme
    office = by_key(inputs.offices, "office")
    for row in rows(services.offices[services.offices["customer_part"] == "closes"]):
        of = office[str(row.office)]
        step = Step(
            f"close_customer:{row.office}", "close_customer", str(row.office), _name(of), str(row.region),
            str(row.agency), last=quarters.count - 1, prepare_months=own.cooperation_months,
            lease=_lease(of, settings, quarters), m2=_number(of.customer_m2),
        )  # fmt: skip
        step.not_before(quarters_of(own.cooperation_months), "cooperation")
        if pd.notna(row.replaced_by) and f"open:{row.replaced_by}" in known:
            step.waits.append((f"open:{row.replaced_by}", 0, "replaced"))
        elif pd.notna(row.replaced_by):
            # A point across the border: its opening is in another region's programme.
            step.not_before(quarters.count - 1, "neighbour")
        yield step


def _moves(
    premises: PremisesTables, inputs: Inputs, settings: Settings, quarters: Quarters, known: set[str]
) -> Iterator[Step]:
    own = settings.programme
    office = by_key(inputs.offices, "office")
    to = by_key(premises.moves[premises.moves["from_part"] == "work"], "office")
    leaving = premises.offices[premises.offices["work_part"].isin(("moves", "given_up"))]
    for row in rows(leaving):
        of = office[str(row.office)]
        moves = str(row.office) in to
        step = Step(
            f"{'move' if moves else 'close_work'}:{row.office}", "move" if moves else "close_work", str(row.office),
            _name(of), str(row.region), str(of.agency), last=quarters.count - 1,
            prepare_months=own.cooperation_months, lease=_lease(of, settings, quarters),
            m2=_number(of.work_m2), staff=_number(of.staff),
        )  # fmt: skip
        step.not_before(quarters_of(own.cooperation_months), "cooperation")
        if moves:
            premise = str(to[str(row.office)].to_premise)
            if f"ready:{premise}" in known:
                step.waits.append((f"ready:{premise}", 0, "premises"))
        if of.condition == "indoor_air":
            # It is known on the data's day, and does not wait for the programme.
            known_in = quarters.of(settings.project.as_of)
            step.latest = max(known_in + quarters_of(own.must_leave_months), 0)
        yield step


def _predecessors(steps: list[Step], inputs: Inputs, settings: Settings, quarters: Quarters) -> None:
    """Let steps wait for what the table of predecessors names."""
    own: dict[str, list[Step]] = {}
    for step in steps:
        own.setdefault(step.thing, []).append(step)
    for row in rows(inputs.predecessors):
        wait = 0 if pd.isna(row.months) else quarters_of(float(row.months))
        for step in own.get(str(row.what), []):
            # What concerns the premises holds up the fit-out; connections and staff hold up the opening alone.
            lead = 0 if row.kind in ("ict", "cooperation") else step.lead
            earlier = own.get(str(row.needs), [])
            if earlier and step.thing != row.needs and pd.isna(row.ready):
                for other in earlier:
                    if other.event not in [w[0] for w in step.waits]:
                        step.waits.append((other.event, wait + lead, str(row.kind)))
                continue
            ready = wait if pd.isna(row.ready) else quarters.after(row.ready.date())
            step.not_before(max(ready, 0) + lead, str(row.needs))


def _name(office: Any) -> str:
    return str(office.office) if pd.isna(office.name) else str(office.name)


def _number(value: Any) -> float:
    return 0.0 if pd.isna(value) else float(value)
