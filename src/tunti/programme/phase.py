"""The programme: services and premises put into quarters, at the state's least net cost and no worse for anybody."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from time import perf_counter

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tunti.findings import Message, Name, say
from tunti.inputs.names import names_of, service_names
from tunti.inputs.tables import Inputs
from tunti.programme.cashflow import indicators, payers, savings, travel
from tunti.programme.cover import Group
from tunti.programme.events import Plan, Step, plan_steps
from tunti.programme.floors import Today, rows_of, shares_of
from tunti.programme.flows import Value, cash_flow, present_costs
from tunti.programme.follow import decisions, estimates, followed, learned
from tunti.programme.hold import held_closings
from tunti.programme.limits import limits_of
from tunti.programme.quarters import Quarters
from tunti.programme.ranges import ranges_of
from tunti.programme.result import Answer, Certificate, Programme, event_table, place_tables, share_table
from tunti.programme.risk import by_source, draws, tornado
from tunti.programme.solve import Limit, Schedule, Shares, Steps, schedule
from tunti.programme.upstream import PremisesTables, ServicesTables, rows
from tunti.settings import Settings

Ints = NDArray[np.int64]


def programme(
    services: ServicesTables,
    premises: PremisesTables,
    today: Today,
    inputs: Inputs,
    settings: Settings,
    *,
    answer: Answer | None = None,
    progress: Callable[[float], None] | None = None,
) -> Programme:
    """Put a network of services and shared premises into quarters.

    Parameters
    ----------
    services, premises : result tables
        Who serves where in the end, and who sits where.
    today : Today
    inputs : Inputs
    settings : Settings
    answer : Answer, optional
        The quarters, when they are known from an earlier run over the same tables; they are sought otherwise.
    progress : callable, optional
        Called with the share done.

    Returns
    -------
    Programme

    Raises
    ------
    Infeasible
        The set share, the limits or the predecessors can't be kept; says which.
    """
    own = settings.programme
    as_of = settings.project.as_of
    quarters = Quarters.between(own.first_quarter, own.horizon, day=as_of)
    names, called = names_of(today.regions, "region", "region"), service_names(inputs)
    plan = plan_steps(services, premises, inputs, settings, quarters)
    shares, groups, places = shares_of(plan, services, today, settings, quarters, names, called)
    value = Value.of(
        quarters.count + 4 * own.value_years, rate=settings.money.discount_rate, inflation=own.price_index,
        wait=-quarters.of(as_of),
    )  # fmt: skip
    costs = present_costs(plan.flows, value, len(plan.steps))[:, : quarters.count]
    estimated = estimates(inputs.actuals, plan.planned, ranges_of(settings), spread=own.project_spread)
    limits = limits_of(plan.steps, inputs.limits, settings, quarters, names)
    agreed = _agreed(inputs.agreed, plan, quarters)
    if answer is None:
        answer = _answer(plan, shares, costs, limits, agreed, settings, quarters.count, progress)
    put_off, quarter = answer.put_off, answer.quarter
    shares, fallen = _lowered(shares, plan, put_off, own.allow_drop)
    flags = [
        *_flags_put_off(plan, put_off, names),
        *_flags_fallen(fallen, groups, names, called),
    ]
    cents = cash_flow(
        plan.flows, quarter, quarters.names, [s.event for s in plan.steps], value,
        [quarters.year(q) for q in range(quarters.count)],
    )  # fmt: skip
    events = event_table(plan.steps, quarter, quarters, services, premises)
    share_rows = share_table(shares, groups, quarter, quarters, list(names))
    travelled = travel(
        today.times, today.cells, today.regions, groups, rows_of(places, today),
        shares.open_today, shares.open_places(quarter)[:, -1],
        {str(r.service): 0.0 if pd.isna(r.visits_year) else float(r.visits_year) for r in rows(services.services)},
    )  # fmt: skip
    ranges = learned(ranges_of(settings), estimated) if own.learn else ranges_of(settings)
    sources = by_source(cents, value, quarters.names, own.value_years)
    cells, reach, listed = place_tables(shares, groups, places, list(names))
    return Programme(
        events=events,
        shares=share_rows,
        cashflow=cents,
        payers=payers(cents, value, quarters.names, own.value_years),
        savings=savings(cents, quarters.names, inputs, premises),
        travel=travelled,
        indicators=indicators(events, cents, share_rows, travelled, quarters.names, value, inputs, premises, settings),
        uncertainty=draws(sources, ranges, n=own.draws, seed=own.seed),
        tornado=tornado(sources, ranges),
        patterns=cells,
        reach=reach,
        groups=listed,
        changes=_change_table(plan, quarter, agreed, quarters),
        flags=tuple(flags),
        quarters=quarters.names,
        certificate=answer.certificate,
        answer=answer,
        estimates=estimated,
        followed=followed(inputs.actuals, events, plan.planned, services, premises, inputs),
        decisions=decisions(shares, groups, places, names, quarter, quarters, inputs, settings),
    )


def _answer(
    plan: Plan,
    shares: Shares,
    costs: NDArray[np.float64],
    limits: Sequence[Limit],
    agreed: Mapping[int, int],
    settings: Settings,
    count: int,
    progress: Callable[[float], None] | None,
) -> Answer:
    """Search the quarters."""
    start = perf_counter()
    own = settings.programme
    put_off = _put_off(plan, shares, own.allow_drop, own.gap, own.nodes)
    kept, _ = _lowered(shares, plan, put_off, own.allow_drop)
    steps, active = _steps(plan, costs, put_off, limits)
    found, changes = _solve(steps, _moved(kept, active), active, agreed, own.gap, own.nodes, progress)
    quarter = np.full(len(plan.steps), count, np.int64)
    quarter[active] = found.quarter
    certificate = Certificate(
        objective=found.objective,
        bound=found.bound,
        gap=found.gap,
        proven=found.gap <= 1e-9,
        seconds=perf_counter() - start,
        nodes=found.nodes,
        rounds=found.rounds,
        changes=changes,
    )
    return Answer(quarter, put_off, certificate)


def _put_off(plan: Plan, shares: Shares, allow_drop: bool, gap: float, nodes: int) -> tuple[int, ...]:
    """Choose closings that wait beyond the programme; none where a drop is allowed."""
    if allow_drop:
        return ()
    saving = np.zeros(len(plan.steps))
    for flow in plan.flows:
        if flow.kind == "running":
            saving[flow.step] += flow.cents
    return held_closings(shares, saving, len(plan.steps), gap=gap, nodes=nodes)


def _lowered(
    shares: Shares, plan: Plan, put_off: tuple[int, ...], allow_drop: bool
) -> tuple[Shares, list[tuple[int, int, int, int]]]:
    """Take the end's people as the floor where a drop is allowed; say where (group, region, floor, end)."""
    closes = shares.closes.copy()
    closes[np.isin(closes, put_off)] = -1
    kept = replace(shares, closes=closes)
    if not allow_drop:
        return kept, []
    end = kept.inside(np.full(len(plan.steps), shares.floor.shape[2] - 1))[:, :, -1]
    low = end < shares.floor.max(axis=2)
    fallen = [(int(g), int(r), int(shares.floor[g, r].max()), int(end[g, r])) for g, r in np.argwhere(low)]
    return replace(kept, floor=np.minimum(shares.floor, end[:, :, None])), fallen


def _steps(
    plan: Plan, costs: NDArray[np.float64], put_off: tuple[int, ...], limits: Sequence[Limit]
) -> tuple[Steps, Ints]:
    """Write the solver's steps: all but those put off."""
    active = np.array([i for i in range(len(plan.steps)) if i not in set(put_off)], np.int64)
    place = np.full(len(plan.steps), -1, np.int64)
    place[active] = np.arange(len(active))
    after = [
        (place[i], place[plan.number[event]], lag)
        for i in active
        for event, lag, _ in plan.steps[i].waits
        if place[plan.number[event]] >= 0
    ]
    return (
        Steps(
            tuple(plan.steps[i].name for i in active),
            np.array([plan.steps[i].first for i in active], np.int64),
            np.array([plan.steps[i].last for i in active], np.int64),
            costs[active],
            np.array(after, np.int64).reshape(-1, 3),
            tuple(replace(limit, step=place[limit.step]) for limit in limits),
        ),
        active,
    )


def _moved(shares: Shares, active: Ints) -> Shares:
    """Give the steps of the share rule the solver's numbers."""
    place = np.full(int(active.max(initial=-1)) + 2, -1, np.int64)
    place[active] = np.arange(len(active))
    # -1 takes the last entry, which is -1.
    return replace(shares, opens=place[shares.opens], closes=place[shares.closes])


def _agreed(table: pd.DataFrame, plan: Plan, quarters: Quarters) -> dict[int, int]:
    """Read the agreed quarter of each step that still is one."""
    found = {}
    for row in rows(table):
        step = plan.number.get(str(row.event))
        if step is not None:
            found[step] = quarters.count if pd.isna(row.quarter) else quarters.number(str(row.quarter))
    return found


def _solve(
    steps: Steps, shares: Shares, active: Ints, agreed: Mapping[int, int], gap: float, nodes: int,
    progress: Callable[[float], None] | None,
) -> tuple[Schedule, int | None]:  # fmt: skip
    """Solve; where a programme was agreed, first for the fewest changes and then for the cost of what changes."""
    if not agreed:
        return schedule(steps, shares, gap=gap, nodes=nodes, progress=progress), None
    quarters = steps.cost.shape[1]
    t = np.arange(quarters)
    changed = np.zeros_like(steps.cost)
    own = np.full(len(active), -1, np.int64)
    for k, i in enumerate(active):
        if int(i) in agreed:
            own[k] = agreed[int(i)]
            # In the solver's thousands of euros, so that a change counts as one.
            changed[k] = np.where(t == own[k], 0.0, 1e5)
    fewest = schedule(replace(steps, cost=changed), shares, gap=0.0, nodes=nodes)
    same = (own >= 0) & (fewest.quarter == own)
    fixed = replace(steps, first=np.where(same, own, steps.first), last=np.where(same, own, steps.last))
    found = schedule(fixed, shares, gap=gap, nodes=nodes, progress=progress)
    return found, int((own >= 0).sum() - same.sum())


def _change_table(plan: Plan, quarter: Ints, agreed: Mapping[int, int], quarters: Quarters) -> pd.DataFrame:
    """List the events whose quarter differs from the agreed one."""
    rows = []
    for i, old in sorted(agreed.items()):
        new = int(quarter[i])
        if new != old:
            step = plan.steps[i]
            rows.append((step.event, step.name, step.region, _named(quarters, old), _named(quarters, new), new - old))
    frame = pd.DataFrame(rows, columns=["event", "what", "region", "agreed_quarter", "quarter", "quarters_later"])
    return frame.astype(dict.fromkeys(frame.columns[:5], "string") | {"quarters_later": "int64"})


def _named(quarters: Quarters, quarter: int) -> str | None:
    return quarters.name(quarter) if quarter < quarters.count else None


def _flags_put_off(plan: Plan, put_off: tuple[int, ...], names: Mapping[str, Name]) -> list[Message]:
    by_region: dict[str, list[Step]] = {}
    for i in put_off:
        by_region.setdefault(plan.steps[i].region, []).append(plan.steps[i])
    return [
        say(
            "{region}: {n} offices can't close in the programme, a service's share would fall below its floor: "
            "{offices}.",
            region=names.get(region, region),
            n=len(steps),
            offices=", ".join(s.name for s in steps),
        )
        for region, steps in sorted(by_region.items())
    ]


def _flags_fallen(
    fallen: Sequence[tuple[int, int, int, int]],
    groups: Sequence[Group],
    names: Mapping[str, Name],
    called: Mapping[str, Name],
) -> list[Message]:
    regions = list(names.values())
    return [
        say(
            "{service}, {region}: the network of services ends with {end} people within the standard, fewer than the "
            "{floor} of the floor; the settings allow it.",
            service=Name.listed(called[s] for s in groups[g].services),
            region=regions[r],
            end=end,
            floor=floor,
        )
        for g, r, floor, end in fallen
    ]
