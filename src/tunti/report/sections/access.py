"""Accessibility today and after: by region, municipality, group and means of travel."""

from __future__ import annotations

from functools import partial
from typing import Any

import pandas as pd

from tunti.access.standard import Access
from tunti.locale import N_
from tunti.report.before_after import before_after
from tunti.report.document import Block, Column, Figure, Paragraph, Section, Table, Value
from tunti.report.sections.certainty import certainty
from tunti.report.sections.context import Context, number, records, text
from tunti.report.sections.moved import changed_people, changes
from tunti.report.sections.points import municipalities_of
from tunti.report.sections.today import today_note


def _columns(context: Context, first: str, *, nearest: bool) -> list[Column]:
    say = context.say
    now, then = say(N_("today")), say(N_("proposal"))
    outside, within = say(N_("People outside")), say(N_("Share within"))
    mean = say(N_("Mean drive, min"))
    columns = [
        Column(first, weight=1.9),
        Column(say(N_("People")), "whole", adds=True, weight=1.2),
        Column(now, "whole", adds=True, weight=1.0, group=outside),
        Column(then, "whole", adds=True, weight=1.0, group=outside),
        Column(now, "share", weight=1.05, group=within),
        Column(then, "share", weight=1.05, group=within),
        Column(now, "number", weight=0.85, group=mean),
        Column(then, "number", weight=0.95, group=mean),
    ]
    if nearest:
        columns.append(Column(say(N_("Nearest point, proposal")), weight=1.95))
    return columns


def _row(today: dict[str, Any], after: dict[str, Any]) -> list[Value]:
    people = int(after["people"])
    return [
        people,
        int(today["people"]) - int(today["people_inside"]),
        people - int(after["people_inside"]),
        number(today["share"]),
        number(after["share"]),
        number(today["mean_minutes"]),
        number(after["mean_minutes"]),
    ]


def _total(context: Context, *, nearest: bool) -> tuple[Value, ...]:
    plan = context.plan

    def figures(access: Access) -> dict[str, Any]:
        return {
            "people": access.people,
            "people_inside": access.people_inside,
            "share": access.share,
            "mean_minutes": access.mean_minutes,
        }

    row = [context.say(N_("All")), *_row(figures(plan.today), figures(plan.proposed))]
    return tuple([*row, ""] if nearest else row)


def _rest(context: Context, today: pd.DataFrame, after: pd.DataFrame, *, nearest: bool) -> tuple[Value, ...] | None:
    """Give the row of people whose place is not known, so that the rows add up to the total."""
    plan = context.plan
    people = plan.proposed.people - int(after["people"].sum())
    if people == 0:
        return None
    outside = [
        access.people_outside - int(frame["people"].sum() - frame["people_inside"].sum())
        for access, frame in ((plan.today, today), (plan.proposed, after))
    ]
    row: list[Value] = [context.say(N_("Municipality not known")), people, *outside, None, None, None, None]
    return tuple([*row, ""] if nearest else row)


def places_table(context: Context, *, by: str) -> Table:
    """Make the table of municipalities or regions, today and after.

    Parameters
    ----------
    context : Context
    by : {"municipality", "region"}

    Returns
    -------
    Table
    """
    plan, say, words = context.plan, context.say, context.words
    nearest = by == "municipality"
    today = plan.today.municipalities if nearest else plan.today.regions
    after = plan.proposed.municipalities if nearest else plan.proposed.regions
    before = {str(r[by]): r for r in records(today)}
    stem = "name" if nearest else "region"
    rows: list[tuple[Value, ...]] = []
    for r in records(after):
        name = words.place(r, stem) or text(r[by])
        row: list[Value] = [name, *_row(before.get(str(r[by]), r), r)]
        rows.append(tuple([*row, municipalities_of(context, r.get("nearest_site"))] if nearest else row))
    rows.sort(key=lambda r: sort_key(str(r[0]), words.language))
    rest = _rest(context, today, after, nearest=nearest)
    if rest is not None:
        rows.append(rest)
    first = say(N_("Municipality")) if nearest else say(N_("Region"))
    caption = (
        say(N_("Accessibility by municipality, today and after"))
        if nearest
        else say(N_("Accessibility by region, today and after"))
    )
    note = say(
        N_("Share within: people at most {minutes} minutes from the nearest point. People outside: those farther."),
        minutes=context.minutes,
    )
    note += " " + today_note(context)
    return context.table(
        "municipalities" if nearest else "regions",
        caption,
        _columns(context, first, nearest=nearest),
        rows,
        total=_total(context, nearest=nearest),
        note=note,
    )


def sort_key(name: str, language: str) -> tuple[Any, ...]:
    """Give the key that sorts names the Nordic way: Å, Ä and Ö after Z."""
    order = {"å": "{", "ä": "|", "ö": "}"}
    return (tuple(order.get(c, c) for c in name.casefold()), language)


def _groups(context: Context) -> list[Block]:
    plan, say = context.plan, context.say
    today = {str(r["group"]): r for r in records(plan.today.groups)}
    if not len(plan.proposed.groups):
        return [
            context.lacking(
                say(N_("People by age and language are not given, so accessibility is not known by group of people."))
            )
        ]
    rows: list[tuple[Value, ...]] = []
    for r in records(plan.proposed.groups):
        was = today.get(str(r["group"]), r)
        rows.append(
            (
                say(str(r["label"])),
                int(r["people"]),
                int(was["people"]) - int(was["people_inside"]),
                int(r["people"]) - int(r["people_inside"]),
                number(was["share"]),
                number(r["share"]),
            )
        )
    return [
        context.table(
            "groups",
            say(N_("Accessibility by group of people, today and after")),
            _columns(context, say(N_("Group")), nearest=False)[:6],
            rows,
            note=say(N_("Groups overlap, so they do not add up.")),
        )
    ]


def _means(context: Context) -> list[Block]:
    plan, say, words = context.plan, context.say, context.words
    blocks: list[Block] = []
    if len(plan.means):
        blocks.append(
            context.table(
                "means",
                say(N_("Accessibility by means of travel, with the proposal")),
                (
                    Column(say(N_("Means")), weight=2),
                    Column(say(N_("Share within")), "share"),
                    Column(say(N_("People within")), "whole"),
                    Column(say(N_("Mean, min")), "number"),
                ),
                [
                    (say(str(r["means"])), number(r["share"]), int(r["people_inside"]), number(r["mean_minutes"]))
                    for r in records(plan.means)
                ],
            )
        )
    if plan.without_car is not None:
        known = say(N_("People without a car in all planned regions: {people}."), people=words.number(plan.without_car))
        if plan.without_car_outside is None:
            blocks += [
                Paragraph(known),
                context.lacking(
                    say(
                        N_(
                            "Travel times by other means than the car are not given, so it is not known how many "
                            "people without a car reach a point within the standard."
                        )
                    )
                ),
            ]
            return blocks
        outside = say(
            N_(
                "Of them {people} reach no point within {minutes} minutes by any other means: they depend on a ride, a "
                "remote service or a mobile point."
            ),
            people=words.number(plan.without_car_outside),
            minutes=context.minutes,
        )
        if plan.without_car:
            outside += " " + say(
                N_("They are {share} of the people without a car."),
                share=words.share(plan.without_car_outside / plan.without_car),
            )
        blocks.append(Paragraph(f"{known} {outside}"))
    elif not len(plan.means):
        blocks.append(
            context.lacking(
                say(
                    N_(
                        "Travel times by bus, train or on foot and the share of people without a car are not given: "
                        "all figures are for those who come by car."
                    )
                )
            )
        )
    else:
        blocks.append(
            context.lacking(
                say(
                    N_(
                        "The share of people without a car is not given, so the number of people who depend on other "
                        "means is not known."
                    )
                )
            )
        )
    return blocks


def access(context: Context) -> Section:
    """Write the section on accessibility today and after.

    Parameters
    ----------
    context : Context

    Returns
    -------
    Section
    """
    plan, say, words = context.plan, context.say, context.words
    shorter, longer = changed_people(context)
    lead = say(
        N_(
            "With the proposal {after} of people have at most {minutes} minutes' drive to the nearest point; today "
            "{today}. The drive gets shorter for {shorter} people and longer for {longer}."
        ),
        after=words.share(plan.proposed.share),
        today=words.share(plan.today.share),
        minutes=context.minutes,
        shorter=words.number(shorter),
        longer=words.number(longer),
    )
    if plan.services is not None:
        lead += " " + say(
            N_(
                "Offices that stay count in these changes, but not in the proposal's figures in the tables: they tell "
                "of the points alone."
            )
        )
    blocks: list[Block] = [Paragraph(lead)]
    if len(plan.proposed.regions) > 1:
        blocks.append(places_table(context, by="region"))
    if len(plan.proposed.municipalities):
        blocks.append(places_table(context, by="municipality"))
    else:
        blocks.append(context.lacking(say(N_("No cell names its municipality, so there is no table of them."))))
    blocks.append(
        Figure(
            "before-after",
            say(N_("Drive time today and with the proposal, and where it changes")),
            say(
                N_(
                    "Three small maps: the drive to the nearest point today and with the proposal, and its change. "
                    "Within {minutes} minutes are {today} of people today and {after} with the proposal; the drive "
                    "gets shorter for {shorter} people and longer for {longer}. The table of municipalities says the "
                    "same in figures."
                ),
                minutes=context.minutes,
                today=words.share(plan.today.share),
                after=words.share(plan.proposed.share),
                shorter=words.number(shorter),
                longer=words.number(longer),
            ),
            partial(before_after, plan, changes(plan), words),
            floats=False,
        )
    )
    return Section(
        "access",
        say(N_("Accessibility by municipality and group")),
        tuple(blocks),
        (
            certainty(context),
            Section("groups", say(N_("Groups of people")), tuple(_groups(context))),
            Section("means", say(N_("Other means of travel")), tuple(_means(context))),
        ),
    )
