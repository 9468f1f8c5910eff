"""Shared premises: room by presence, who sits where, the sizes compared and what stays unsolved."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import partial
from typing import Any

import pandas as pd

from tunti.locale import N_
from tunti.premises.alternatives import without_summary
from tunti.premises.consolidate import Premises
from tunti.premises.stack import days_of, stack, stack_by_year
from tunti.report.document import Block, Callout, Column, Figure, KeyFigure, KeyFigures, Paragraph, Section, Value
from tunti.report.names import in_language
from tunti.report.sections.context import Context, number, records, text, whole
from tunti.report.stack_chart import stack_chart
from tunti.report.words import PlaceName, missing

KINDS = {
    "existing": N_("existing premises"),
    "candidate": N_("candidate"),
    "no_address": N_("still without an address"),
}
"""Kinds of premises in words."""

SIZES = {
    "headcount": N_("a place for everybody"),
    "target": N_("10 m² for a person-year"),
    "mean": N_("mean presence"),
    "peak": N_("the fullest weekday"),
    "least_cost": N_("least expected cost"),
    "flexible": N_("a flexible lease"),
}
"""Ways to size premises in words."""

PAPER_ROWS = 40


def premises_section(
    context: Context,
    premises: Premises,
    *,
    when: Mapping[str, dt.date] | None = None,
    at: dt.date | None = None,
) -> Section:
    """Write the section on shared premises.

    Parameters
    ----------
    context : Context
    premises : Premises
        Of the plan's region or of all planned regions.
    when : mapping of str to date, optional
        Day on which each office moves; by default the plan's programme, or the earliest day that its lease allows.
    at : date, optional
        Day of the picture and of the table of who sits where; all moves are over without it.

    Returns
    -------
    Section
        A public document tells of premises and areas; staff, rents, leases and offices are for the project.
    """
    say, words = context.say, context.words
    if not len(premises.offices):
        none = context.lacking(say(N_("The input gives no work space of offices in the area, so none is shared.")))
        customers = (_customers(context, premises),) if len(premises.points) else ()
        return Section("premises", say(N_("Shared premises")), (none, *customers))
    programme = context.plan.programme
    if when is None and programme is not None:
        when = days_of(programme.events)
    blocks: list[Block] = [_key_figures(context, premises), Paragraph(_lead(context, premises))]
    if len(premises.moves):
        blocks.append(_workplaces(context, premises))
        stacked = stack(premises.moves, when=when, at=at)
        names = {str(r["premise"]): _named(text(r["name"]), r) for r in records(premises.workplaces)}
        project = context.audience == "project"
        if len(stacked) and project:
            day = say(N_("when all moves are over")) if at is None else words.date(at)
            blocks.append(
                Figure(
                    "stack",
                    say(N_("Agencies in shared premises, {day}"), day=day),
                    say(
                        N_(
                            "Bar chart: work area of each agency in the largest shared premises. The table of who "
                            "sits where says the same in figures."
                        )
                    ),
                    partial(
                        stack_chart, stacked, names, context.agencies, words, illustrative=context.plan.illustrative
                    ),
                )
            )
            blocks.append(_stack(context, stacked, names, _office_names(premises), day))
        if project:
            if when is not None:
                blocks.append(_years(context, premises, when))
            blocks.append(_without(context, premises, names))
    if context.audience == "project":
        if len(premises.regret):
            blocks.append(_sizes(context, premises))
        blocks.append(_need(context, premises))
    if len(premises.points):
        blocks.append(_customers(context, premises))
    stuck = premises.offices[premises.offices["stuck"]]
    if len(stuck) and context.audience == "project":
        listed = words.listing([text(r["name"]) or text(r["office"]) for r in records(stuck)])
        blocks.append(
            Callout(
                say(N_("Bad indoor air without other premises")),
                (say(N_("No premises in reach fit these offices, which have to leave: {names}."), names=listed),),
                "warning",
            )
        )
    blocks.append(
        Callout(
            say(N_("Assumptions")),
            (
                say(
                    N_(
                        "Presence is the office's own where it is measured, otherwise that of the settings by agency. "
                        "Unit costs are ranges; settings that no public source states are this product's defaults and "
                        "illustrative: replace them with measured ones before a decision."
                    )
                ),
            ),
        )
    )
    return Section("premises", say(N_("Shared premises")), tuple(blocks))


def _key_figures(context: Context, premises: Premises) -> KeyFigures:
    say, words = context.say, context.words
    share = premises.staff_shared / premises.staff if premises.staff else 0.0
    return KeyFigures(
        (
            KeyFigure(
                words.number(len(premises.workplaces)),
                say(
                    N_("building shared by agencies")
                    if len(premises.workplaces) == 1
                    else N_("buildings shared by agencies")
                ),
            ),
            KeyFigure(
                words.number(len(premises.moves)),
                say(N_("offices that move")),
                say(N_("of {n} with work rooms"), n=words.number(len(premises.offices))),
            ),
            KeyFigure(
                words.share(share, decimals=0),
                say(N_("of person-years share premises")),
                say(N_("target of the state {share} by 2030"), share=words.share(0.25, decimals=0)),
            ),
            KeyFigure(
                words.number(premises.m2_after - premises.m2_before, sign=True) + " m²",
                say(N_("change in work area")),
                say(N_("today {m2} m²"), m2=words.number(premises.m2_before)),
            ),
        )
    )


def _lead(context: Context, premises: Premises) -> str:
    say, words = context.say, context.words
    answer = premises.answer
    if answer.proven:
        sure = say(N_("It is proven that no other choice costs less."))
    else:
        sure = say(N_("No other choice can be more than {share} cheaper."), share=words.share(answer.gap, decimals=2))
    return (
        say(
            N_(
                "Rooms are sized by how many are present on the fullest weekday and not by how many there are. An "
                "office moves when the rent, the fit-out over its term and the staff's longer way together cost less "
                "than staying."
            )
        )
        + " "
        + sure
    )


def _workplaces(context: Context, premises: Premises) -> Block:
    say, words = context.say, context.words
    project = context.audience == "project"
    columns = [
        Column(say(N_("Premises")), weight=1.8),
        Column(say(N_("Kind")), weight=1.3),
        Column(say(N_("Agencies")), weight=2.2),
        Column(say(N_("m²")), "whole", adds=True),
    ]
    if project:
        columns += [
            Column(say(N_("Person-years")), "number", adds=True),
            Column(say(N_("Fit-out, €")), "euro", adds=True),
            Column(say(N_("Fit-out at most, €")), "euro", adds=True),
            Column(say(N_("Rent, € a year")), "euro", adds=True),
            Column(say(N_("Emissions, t CO2 a year")), "number", adds=True),
        ]
    frame = premises.workplaces.sort_values(["m2_used", "premise"], ascending=[False, True], kind="stable")
    rows: list[tuple[Value, ...]] = []
    places = context.places()
    for r in records(frame):
        agencies = words.listing([context.agency(a) for a in text(r["agencies"]).split()])
        name = text(r["name"])
        start = name.split(", ")[0]
        row: list[Value] = [
            _named(words.own(in_language(name, start, places.get(start, ""))), r),
            say(KINDS[str(r["kind"])]),
            agencies,
            whole(r["m2_used"]),
        ]
        if project:
            row += [
                number(r["staff"]),
                r["investment_cents"] / 100,
                r["investment_high_cents"] / 100,
                r["rent_cents_year"] / 100,
                r["co2_kg_year"] / 1000,
            ]
        rows.append(tuple(row))
    total: list[Value] = [say(N_("All")), "", "", int(frame["m2_used"].sum())]
    if project:
        total += [float(frame["staff"].sum())]
        total += [float(frame[c].sum() / 100) for c in ("investment_cents", "investment_high_cents", "rent_cents_year")]
        total.append(float(frame["co2_kg_year"].sum() / 1000))
    towns = frame.loc[frame["solution"].duplicated(keep=False), "solution"].nunique()
    note = say(N_("Without an address: a building in the town of the point is still to be found."))
    if towns:
        note += " " + say(
            N_("Municipalities where several buildings together are the solution: {n}."), n=words.number(towns)
        )
    return context.table(
        "workplaces", say(N_("Shared premises")), columns, rows, total=tuple(total), note=note, paper_rows=PAPER_ROWS
    )


def _office_names(premises: Premises) -> dict[str, str]:
    return {str(r["office"]): text(r["name"]) or str(r["office"]) for r in records(premises.offices)}


def _stack(
    context: Context, stacked: pd.DataFrame, names: Mapping[str, str], offices: Mapping[str, str], day: str
) -> Block:
    say = context.say
    columns = [
        Column(say(N_("Premises")), weight=1.8),
        Column(say(N_("Agency")), weight=2.0),
        Column(say(N_("Office that moves in")), weight=2.2),
        Column(say(N_("m²")), "whole", adds=True),
        Column(say(N_("Person-years")), "number", adds=True),
        Column(say(N_("From")), "date"),
    ]
    rows: list[tuple[Value, ...]] = [
        (
            names.get(str(r["premise"]), str(r["premise"])),
            context.agency(r["agency"]),
            offices[str(r["office"])],
            whole(r["m2"]),
            number(r["staff"]),
            r["since"],
        )
        for r in records(stacked)
    ]
    total: tuple[Value, ...] = (
        say(N_("All")), "", "", int(stacked["m2"].sum()), float(stacked["staff"].sum()), None,
    )  # fmt: skip
    return context.table(
        "stack", say(N_("Who sits where, {day}"), day=day), columns, rows, total=total, paper_rows=PAPER_ROWS
    )


def _years(context: Context, premises: Premises, when: Mapping[str, dt.date]) -> Block:
    say = context.say
    settings = context.plan.settings
    last = max([settings.premises.move_before, *(day.year for day in when.values())])
    frame = stack_by_year(premises.moves, when=when, first=settings.project.as_of.year, last=last)
    columns = [
        Column(say(N_("At the end of")), weight=1.2),
        Column(say(N_("Premises in use")), "whole"),
        Column(say(N_("Offices moved")), "whole"),
        Column(say(N_("m²")), "whole"),
        Column(say(N_("Person-years")), "number"),
        Column(say(N_("Share of person-years")), "share"),
    ]
    rows: list[tuple[Value, ...]] = [
        (
            str(r["year"]),
            whole(r["premises"]),
            whole(r["offices"]),
            whole(r["m2"]),
            number(r["staff"]),
            r["staff"] / premises.staff if premises.staff else None,
        )
        for r in records(frame)
    ]
    return context.table("stack-years", say(N_("Shared premises year by year")), columns, rows)


def _named(name: str, row: Mapping[str, Any]) -> str:
    """Give the name of premises with the municipality that they are in, where it is known."""
    return name if missing(row["municipality"]) else PlaceName(name, "municipality", str(row["municipality"]))


def _without(context: Context, premises: Premises, names: Mapping[str, str]) -> Block:
    say, words = context.say, context.words
    on_offer = {str(r["premise"]): text(r["name"]) for r in records(premises.premises)}
    columns = [
        Column(say(N_("Without these premises")), weight=2.0),
        Column(say(N_("Offices")), "whole"),
        Column(say(N_("Elsewhere")), "whole"),
        Column(say(N_("Stay where they are")), "whole"),
        Column(say(N_("Premises that take them")), weight=2.4),
        Column(say(N_("Costs more, € a year")), "euro"),
    ]
    rows: list[tuple[Value, ...]] = [
        (
            names.get(str(r["premise"]), str(r["premise"])),
            whole(r["offices"]),
            whole(r["elsewhere"]),
            whole(r["stay"]),
            words.listing([on_offer.get(p, p) for p in r["instead"]]),
            r["extra_cents_year"] / 100,
        )
        for r in records(without_summary(premises.alternatives, premises.moves))
    ]
    note = say(
        N_(
            "The best choice if the premises can't be had, the least needed first. What costs little more can be "
            "bargained for; what costs much more is worth securing early."
        )
    )
    return context.table(
        "without", say(N_("If a building can't be had")), columns, rows, note=note, paper_rows=PAPER_ROWS
    )


def _sizes(context: Context, premises: Premises) -> Block:
    say = context.say
    sums = premises.regret.groupby("size_by", sort=False)[
        ["places", "m2", "cost_eur_year", "regret_eur_year", "regret_worst_eur_year"]
    ].sum()
    columns = [
        Column(say(N_("Sized by")), weight=2.0),
        Column(say(N_("Places")), "whole"),
        Column(say(N_("m²")), "whole"),
        Column(say(N_("Expected cost, € a year")), "euro"),
        Column(say(N_("Regret, € a year")), "euro"),
        Column(say(N_("Regret at worst, € a year")), "euro"),
    ]
    rows: list[tuple[Value, ...]] = [
        (say(SIZES[str(name)]), round(row[0]), round(row[1]), float(row[2]), float(row[3]), float(row[4]))
        for name, row in zip(sums.index, sums.to_numpy(float), strict=True)
    ]
    note = say(
        N_(
            "All shared premises together. Regret: above the cost of the size that would have been best, once it is "
            "known how many come. Empty places cost rent; people without a place cost their day."
        )
    )
    return context.table("sizes", say(N_("What a wrong size costs")), columns, rows, note=note)


def _need(context: Context, premises: Premises) -> Block:
    say = context.say
    need = premises.need.assign(present=premises.need["staff"] * premises.need["presence"])
    sums = need.groupby("agency")[["staff", "present", "places", "work_m2_need", "special_m2", "m2_today"]].sum()
    columns = [
        Column(say(N_("Agency")), weight=2.4),
        Column(say(N_("Person-years")), "number", adds=True),
        Column(say(N_("Present on a mean day")), "number", adds=True),
        Column(say(N_("Places")), "whole", adds=True),
        Column(say(N_("Places for a person")), "number", decimals=2),
        Column(say(N_("m² needed")), "whole", adds=True),
        Column(say(N_("m² today")), "whole", adds=True),
        Column(say(N_("m² for a person-year")), "number"),
    ]
    rows: list[tuple[Value, ...]] = []
    for code, r in zip(sums.index, records(sums), strict=True):
        rows.append((context.agency(code), *_need_row(r)))
    whole_sum = {str(k): float(v) for k, v in sums.sum().items()}
    origin = premises.need["presence_from"].value_counts()
    note = say(
        N_("Presence measured in {measured} offices, by agency in {agency}, the general default in {default}."),
        **{k: context.words.number(int(origin.get(k, 0))) for k in ("measured", "agency", "default")},
    )
    return context.table(
        "work-need", say(N_("Work area by agency")), columns, rows, total=(say(N_("All")), *_need_row(whole_sum)),
        note=note,
    )  # fmt: skip


def _need_row(r: Mapping[str, float]) -> tuple[Value, ...]:
    staff, m2 = float(r["staff"]), float(r["work_m2_need"]) + float(r["special_m2"])
    return (
        staff, float(r["present"]), round(r["places"]), r["places"] / staff if staff else None, round(m2),
        round(r["m2_today"]), m2 / staff if staff else None,
    )  # fmt: skip


def _customers(context: Context, premises: Premises) -> Block:
    say = context.say
    queued = context.plan.remote is not None
    frame = premises.points.sort_values(["customer_m2", "site"], ascending=[False, True], kind="stable")
    columns = [
        Column(say(N_("Point")), weight=2.0),
        Column(say(N_("Counters")), "whole", adds=True),
        Column(say(N_("Waiting seats")), "whole", adds=True),
        Column(say(N_("Remote rooms")), "whole", adds=True),
        Column(say(N_("Customer area, m²")), "whole", adds=True),
    ]
    names = ("counters", "seats", "remote_rooms", "customer_m2")
    if len(frame) > 1 and len(frame.drop_duplicates(list(names))) == 1:
        return _customers_alike(context, frame)
    rows: list[tuple[Value, ...]] = [(context.site(r["site"]), *(whole(r[n]) for n in names)) for r in records(frame)]
    total: tuple[Value, ...] = (say(N_("All")), *(int(frame[n].sum()) for n in names))
    return context.table(
        "customer-need", say(N_("Customer area of the points")), columns, rows, total=total, paper_rows=PAPER_ROWS,
        note=say(
            N_(
                "Counters and remote rooms are those of the chapter on remote service; every point has at least one "
                "counter."
            )
        )
        if queued
        else "",
    )  # fmt: skip


def _customers_alike(context: Context, frame: pd.DataFrame) -> Block:
    """Say in a sentence what customer area each point has, where all have the same."""
    say, words = context.say, context.words
    first = records(frame)[0]
    services = context.plan.services
    visits = 0.0 if services is None else float(services.points["visits_year"].fillna(0).astype(float).sum())
    text_ = say(
        N_(
            "Customer area of the points: {total} m² in all, {each} m² at each of {n}. Each has counters: {counters}, "
            "waiting seats: {seats}, remote rooms: {rooms}."
        ),
        total=words.number(float(frame["customer_m2"].sum())),
        each=words.number(first["customer_m2"]),
        n=words.number(len(frame)),
        counters=words.number(first["counters"]),
        seats=words.number(first["seats"]),
        rooms=words.number(first["remote_rooms"]),
    )
    if not visits:
        text_ += " " + say(N_("The input gives no visits to the points, so each has the least."))
    return Paragraph(text_)
