"""Today's network and how well it serves: offices by agency, the map and drive times today and after."""

from __future__ import annotations

from functools import partial

from tunti.locale import N_
from tunti.report.charts import minutes_chart
from tunti.report.document import Block, Column, Figure, Paragraph, Section, Value
from tunti.report.maps import network_map
from tunti.report.sections.closing import remote_only
from tunti.report.sections.context import Context, number, records, text
from tunti.report.sections.summary import map_alt
from tunti.report.words import missing


def _agencies(context: Context) -> list[Block]:
    plan, say, words = context.plan, context.say, context.words
    offices = plan.offices
    if not len(offices):
        return [context.lacking(say(N_("The input has no offices that serve customers in the area today.")))]
    agencies = offices["agency"].astype(str)
    towns = offices["municipality"].nunique()
    lead = say(
        N_(
            "Offices that meet customers in person in the area today: {offices}. Agencies: {agencies}. Municipalities: "
            "{towns}."
        ),
        offices=words.number(len(offices)),
        agencies=words.number(agencies.nunique()),
        towns=words.number(towns),
    )
    if remote := remote_only(context):
        lead += " " + say(
            N_("Offices that serve customers only remotely today: {n} ({names})."),
            n=words.number(len(remote)),
            names=words.listing(remote),
        )
    invented = offices["illustrative"].astype("boolean").fillna(False).astype(bool)
    some = bool(invented.any()) and not bool(invented.all())
    columns = [
        Column(say(N_("Agency")), weight=2.9),
        Column(say(N_("Code")), weight=0.8),
        Column(say(N_("Offices")), "whole", adds=True, weight=1.2),
        *([Column(say(N_("Of them invented")), "whole", adds=True, weight=1.0)] if some else []),
        Column(say(N_("Municipalities with an office")), "whole", weight=1.2),
        Column(say(N_("Mean drive from the office to the nearest proposed point, min")), "number", weight=1.6),
    ]
    visits = "visits_year" in offices and not offices["visits_year"].isna().all()
    if visits:
        columns.append(Column(say(N_("Visits a year")), "whole", adds=True))
    rows: list[tuple[Value, ...]] = []
    for agency, group in sorted(
        offices.groupby(agencies), key=lambda item: (-len(item[1]), context.agency(item[0]), str(item[0]))
    ):
        row: list[Value] = [
            context.agency(agency),
            str(agency),
            len(group),
            *([int(invented[group.index].sum())] if some else []),
            int(group["municipality"].nunique()),
            number(group["minutes_to_point"].mean()),
        ]
        if visits:
            row.append(number(group["visits_year"].sum()))
        rows.append(tuple(row))
    total: list[Value] = [
        say(N_("All")),
        "",
        len(offices),
        *([int(invented.sum())] if some else []),
        int(towns),
        number(offices["minutes_to_point"].mean()),
    ]
    if visits:
        total.append(number(offices["visits_year"].sum()))
    notes = []
    if invented.any():
        notes.append(_invented_note(context, some=some))
    if "visits_year" in context.withheld.columns:
        notes.append(say(N_("Visits are shown to the project group only.")))
    table = context.table(
        "agencies",
        say(N_("Offices by agency today")),
        columns,
        rows,
        total=tuple(total),
        note=" ".join(notes),
    )
    return [Paragraph(lead), table]


COSTS = {
    "points": N_("Points, hosts and rooms"),
    "presence_at_points": N_("Presence at points"),
    "presence_at_offices": N_("Presence at the agencies' own offices"),
    "rent_of_customer_parts": N_("Rent of the offices' customer parts"),
    "customers_travel": N_("Customers' travel, valued"),
    "customers_travel_new": N_("Customers' travel to services that are new in the area, valued"),
}
"""What serving customers costs, as a reader knows it."""

PAPER_ROWS = 40
"""Today's offices on paper; the workbook has all."""

FEWEST_OFFICES = 5
"""Offices that must stand behind sums of money in a public document."""


def _costs(context: Context) -> list[Block]:
    """Tell what serving customers costs today and with the proposal, and what customers' travel is worth."""
    plan, say = context.plan, context.say
    if plan.services is None or (context.audience != "project" and len(plan.offices) < FEWEST_OFFICES):
        return []
    known = [r for r in records(plan.services.money) if str(r["what"]) in COSTS]
    rows: list[tuple[Value, ...]] = [
        (
            say(COSTS[str(r["what"])]),
            round(float(r["today_cents_year"]) / 100),
            round(float(r["after_cents_year"]) / 100),
        )
        for r in known
        if r["today_cents_year"] or r["after_cents_year"]
    ]
    if not rows:
        return []
    return [
        context.table(
            "service-costs",
            say(N_("What serving customers costs a year, today and with the proposal")),
            (
                Column(say(N_("Cost")), weight=2.6),
                Column(say(N_("Today, € a year")), "euro", adds=True),
                Column(say(N_("Proposal, € a year")), "euro", adds=True),
            ),
            rows,
            total=(say(N_("All")), sum(int(str(r[1])) for r in rows), sum(int(str(r[2])) for r in rows)),
            note=say(
                N_(
                    "Unit costs and the value of travel are those of the settings; what no public source states is "
                    "illustrative. Work space and one-off costs are told with the money of the programme."
                )
            ),
        )
    ]


def _invented_note(context: Context, *, some: bool) -> str:
    if some:
        return context.say(N_("Some of the offices are invented for illustration."))
    return context.say(N_("The offices are invented for illustration."))


def today_note(context: Context) -> str:
    """Say what accessibility today is measured to.

    Parameters
    ----------
    context : Context

    Returns
    -------
    str
    """
    return context.say(
        N_(
            "Today: the nearest office of any agency where customers are met in person, or existing joint service "
            "point."
        )
    )


def today(context: Context) -> Section:
    """Write the section on today's network.

    Parameters
    ----------
    context : Context

    Returns
    -------
    Section
    """
    plan, say, words = context.plan, context.say, context.words
    access = plan.today
    existing = int((plan.points["status"].astype(str) == "existing").sum())
    existing += int((plan.candidates["status"].astype(str) == "existing").sum())
    texts = [
        say(N_("A point is a joint service point of several agencies; an office is an agency's own.")),
        say(N_("Joint service points in the area today: {n}."), n=words.number(existing)),
        say(
            N_(
                "{share} of people have at most {minutes} minutes' drive to an office of any agency or to an existing "
                "point; outside stay {outside}."
            ),
            share=words.share(access.share),
            minutes=context.minutes,
            outside=context.people(access.people_outside),
        ),
    ]
    if not missing(access.mean_minutes):
        texts.append(
            say(
                N_("The mean drive is {mean} among those who reach one of them within {cutoff} minutes."),
                mean=words.minutes(access.mean_minutes, decimals=1),
                cutoff=context.cutoff,
            )
        )
    blocks: list[Block] = [
        *_agencies(context),
        *_costs(context),
        Paragraph(" ".join(texts)),
        Figure(
            "minutes",
            say(N_("Share of people by drive time to the nearest point, today and after")),
            say(
                N_(
                    "Line chart: the share of people by drive time. Within {minutes} minutes: today {today}, "
                    "with the proposal {after}."
                ),
                minutes=context.minutes,
                today=words.share(plan.today.share),
                after=words.share(plan.proposed.share),
            ),
            partial(minutes_chart, plan, words),
        ),
        Figure(
            "today-map",
            say(N_("Today's network and drive times to it")),
            map_alt(context, "today"),
            partial(network_map, plan, words, which="today", most_height=150.0),
        ),
    ]
    return Section("today", say(N_("Today's network and accessibility")), tuple(blocks))


def offices(context: Context) -> Section:
    """Write the section on today's offices and the nearest proposed point.

    Parameters
    ----------
    context : Context

    Returns
    -------
    Section
    """
    plan, say, words = context.plan, context.say, context.words
    title = say(N_("Today's offices and the nearest proposed point"))
    if not len(plan.offices):
        return Section("offices", title, (context.lacking(say(N_("The input has no offices in the area."))),))
    cut = len(plan.offices) > PAPER_ROWS + 1
    order = [
        (-float("inf" if missing(r["minutes_to_point"]) else r["minutes_to_point"]) if cut else 0.0,
         context.agency(r["agency"]), text(r["name"]), text(r["office"]))
        for r in records(plan.offices)
    ]  # fmt: skip
    rows = plan.offices.iloc[sorted(range(len(order)), key=order.__getitem__)]
    near = rows["minutes_to_point"].to_numpy(float, na_value=float("inf"))
    near_count = int((near <= 15).sum())
    invented = rows["illustrative"].astype("boolean").fillna(False).astype(bool)
    some = bool(invented.any()) and not bool(invented.all())
    note = ""
    if some:
        note = say(N_("* The office is invented for illustration."))
    elif invented.any():
        note = _invented_note(context, some=False)
    table = context.table(
        "offices",
        say(N_("Offices that meet customers in person today")),
        (
            Column(say(N_("Agency")), weight=2.4),
            Column(say(N_("Office")), weight=1.6),
            Column(say(N_("Municipality")), weight=1.4),
            Column(say(N_("Nearest proposed point")), weight=1.6),
            Column(say(N_("Drive, min")), "minutes", weight=0.8),
        ),
        [
            (
                context.agency(r["agency"]),
                context.site(r["office"]) + (" *" if some and made_up else ""),
                words.place(r, "municipality"),
                context.site(r["nearest_point"]),
                number(r["minutes_to_point"]),
            )
            for r, made_up in zip(records(rows), invented, strict=True)
        ],
        note=" ".join([note, *([say(N_("Those farthest from a proposed point first."))] if cut else [])]).strip(),
        paper_rows=PAPER_ROWS,
    )
    lead = say(
        N_("At most 15 minutes from a proposed point: {near} of {all} offices."),
        near=words.number(near_count),
        all=words.number(len(rows)),
    )
    closing = say(
        N_(
            "Each agency decides on its own offices. The saving counted on arises only if an agency gives up its own "
            "customer premises when it moves to a joint point."
        )
    )
    return Section("offices", title, (Paragraph(f"{lead} {closing}"), table))
