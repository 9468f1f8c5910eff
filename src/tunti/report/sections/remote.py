"""Remote service and interpretation: who is served how, clerks, interpreters, rooms, waits and what they are worth."""

from __future__ import annotations

from functools import partial
from typing import Any

from tunti.locale import N_
from tunti.remote.region import whole_figures
from tunti.remote.service import RemoteService
from tunti.report.document import Block, Callout, Column, Figure, KeyFigure, KeyFigures, Paragraph, Section, Value
from tunti.report.remote_chart import load_chart
from tunti.report.sections.context import Context, number, records, text, whole

CHANNELS = {
    "counter": N_("Counter"),
    "remote_room": N_("Remote room at a point"),
    "digital_support": N_("Digital support at a point"),
    "home_video": N_("Video from home"),
    "phone": N_("Phone"),
    "digital": N_("Digital self-service"),
}
"""Channels as a reader knows them."""

_LED = {"now": N_("remote-led"), "could": N_("could be remote-led"), "no": ""}


def remote_section(context: Context, remote: RemoteService) -> Section:
    """Write the section on remote service and interpretation.

    Parameters
    ----------
    context : Context
    remote : RemoteService
        Of the plan's region (:func:`tunti.remote.region.of_region`) or of all planned regions.

    Returns
    -------
    Section
        A public document leaves out visits and money by point and by pool, which the schemas keep to the project.
    """
    say, words = context.say, context.words
    figures = whole_figures(remote)
    lead = say(
        N_(
            "Remote rooms: {rooms}; points that have them: {points}. Remote clerks at the busiest half-hour: {clerks}; "
            "{alone} if every point had clerks of its own. Interpreters: {interpreters}, languages: {languages}; "
            "{interpreters_alone} if each region had interpreters of its own."
        ),
        rooms=words.number(figures["rooms"]),
        points=words.number((remote.points["rooms"] > 0).sum()),
        clerks=words.number(figures["clerks"]),
        alone=words.number(figures["clerks_unpooled"]),
        interpreters=words.number(figures["interpreters"]),
        languages=words.number(figures["languages"]),
        interpreters_alone=words.number(figures["interpreters_unpooled"]),
    )
    blocks: list[Block] = [
        KeyFigures(
            (
                KeyFigure(words.number(figures["rooms"]), say(N_("remote rooms"))),
                KeyFigure(
                    words.number(figures["clerks"]),
                    say(N_("remote clerks at the busiest half-hour")),
                    say(N_("without sharing {n}"), n=words.number(figures["clerks_unpooled"])),
                ),
                KeyFigure(
                    words.number(figures["interpreters"]),
                    say(N_("interpreters at the busiest half-hour")),
                    say(N_("without sharing {n}"), n=words.number(figures["interpreters_unpooled"])),
                ),
                KeyFigure(
                    words.number(figures["travel_minutes_saved"] / 60),
                    say(N_("hours of driving saved in a year")),
                    say(N_("{n} t of carbon dioxide"), n=words.number(figures["co2_kg_saved"] / 1000)),
                ),
            )
        ),
        Paragraph(lead),
        _promise(context),
        _channels(context, remote),
    ]
    if len(remote.load):
        blocks.append(
            Figure(
                "remote-load",
                say(N_("Remote clerks by half-hour in the busiest month, all planned regions together")),
                say(
                    N_(
                        "Stepped lines over the weekdays: clerks needed and clerks at work by the shift plan, above "
                        "the mean number of customers being served; interpreters needed below. The most clerks needed "
                        "at a time are {clerks}, the most interpreters {interpreters}, all planned regions together."
                    ),
                    clerks=words.number(float(remote.load["clerks_needed"].max())),
                    interpreters=words.number(float(remote.load["interpreters_needed"].max())),
                ),
                partial(load_chart, remote.load, words, illustrative=context.plan.illustrative),
            )
        )
    if len(remote.clerks):
        blocks.append(_clerks(context, remote))
    if len(remote.interpreters):
        blocks.append(_interpreters(context, remote))
    blocks.append(_points(context, remote))
    blocks.append(_value(context, figures))
    blocks.append(
        Callout(
            say(N_("Assumptions")),
            (
                say(
                    N_(
                        "Shares of channels, times, hours, prices and languages are those of the input and of the "
                        "settings. Settings that no public source states are this product's defaults and illustrative: "
                        "replace them with measured ones before a decision."
                    )
                ),
            ),
            "note",
        )
    )
    return Section("remote", say(N_("Remote service and interpretation")), tuple(blocks))


def _promise(context: Context) -> Paragraph:
    settings, words = context.plan.settings.remote, context.words
    return Paragraph(
        context.say(
            N_(
                "The promise: {share} of customers without a booking are served within {minutes} minutes, and nobody "
                "works at more than {occupancy} of the time. Booked customers go first."
            ),
            share=words.share(settings.answered_share, decimals=0),
            minutes=words.given(settings.within_minutes),
            occupancy=words.share(settings.occupancy, decimals=0),
        )
    )


def _channels(context: Context, remote: RemoteService) -> Block:
    say = context.say
    open_ = context.audience == "project"
    columns = [Column(say(N_("Channel")), weight=2.4)]
    if open_:
        columns.append(Column(say(N_("Visits a year")), "whole", adds=True))
    columns.append(Column(say(N_("Share")), "share"))
    rows: list[tuple[Value, ...]] = []
    for r in records(remote.channels):
        row: list[Value] = [say(CHANNELS[str(r["channel"])])]
        if open_:
            row.append(number(r["visits"]))
        rows.append((*row, number(r["share"])))
    return context.table("remote-channels", say(N_("Visits by channel")), columns, rows)


def _clerks(context: Context, remote: RemoteService) -> Block:
    say = context.say
    columns = [
        Column(say(N_("Pool")), weight=2.6),
        Column(say(N_("Clerks")), "whole", adds=True),
        Column(say(N_("Without sharing")), "whole", adds=True),
        Column(say(N_("Person-years")), "number", adds=True),
        Column(say(N_("Answered in time")), "share"),
        Column(say(N_("Mean wait, min")), "number"),
        Column(say(N_("95% wait at most, min")), "number"),
    ]
    rows: list[tuple[Value, ...]] = []
    for r in records(remote.clerks):
        name = " ".join(
            w for w in (context.agency(r["agency"]), text(r["skill"]), _region(context, r), _site(context, r)) if w
        )
        rows.append(
            (
                name,
                whole(r["clerks"]),
                whole(r["clerks_alone"]),
                number(r["person_years"]),
                number(r["answered"]),
                number(r["mean_wait"]),
                number(r["wait_95"]),
            )
        )
    total: tuple[Value, ...] = (
        say(N_("All")),
        int(remote.clerks["clerks"].sum()),
        int(remote.clerks["clerks_alone"].sum()),
        float(remote.clerks["person_years"].sum()),
        None,
        None,
        None,
    )
    note = (
        say(N_("Whole pools, also where they serve other regions too."))
        + " "
        + say(
            N_(
                "Clerks: at work at the busiest half-hour. Without "
                "sharing: if every point had clerks of its own. Person-years: by the shift plan."
            )
        )
    )
    return context.table(
        "remote-clerks", context.of_all(N_("Pools of remote clerks")), columns, rows, total=total, note=note
    )


def _interpreters(context: Context, remote: RemoteService) -> Block:
    say = context.say
    open_ = context.audience == "project"
    columns = [
        Column(say(N_("Language")), weight=2.2),
        Column(say(N_("Interpreters")), "whole", adds=True),
        Column(say(N_("Without sharing")), "whole", adds=True),
        Column(say(N_("Mean wait, min")), "number"),
    ]
    if open_:
        columns += [
            Column(say(N_("Remote, € a year")), "euro", adds=True),
            Column(say(N_("On site, € a year")), "euro", adds=True),
        ]
    rows: list[tuple[Value, ...]] = []
    for r in records(remote.interpreters):
        known = context.words.locale.languages.get(str(r["language"]), text(r["language"]))
        name = " ".join(w for w in (known, _region(context, r), _site(context, r)) if w)
        row: list[Value] = [
            name, whole(r["interpreters"]), whole(r["interpreters_alone"]), number(r["mean_wait"]),
        ]  # fmt: skip
        if open_:
            row += [r["cents_remote"] / 100, r["cents_on_site"] / 100]
        rows.append(tuple(row))
    total: list[Value] = [
        say(N_("All")),
        int(remote.interpreters["interpreters"].sum()),
        int(remote.interpreters["interpreters_alone"].sum()),
        None,
    ]
    if open_:
        total += [float(remote.interpreters[c].sum() / 100) for c in ("cents_remote", "cents_on_site")]
    note = say(N_("Whole pools, also where they serve other regions too."))
    note += " " + say(N_("Without sharing: if each region had interpreters of its own."))
    if open_:
        note += " " + say(N_("On site: with travel and its costs."))
    return context.table(
        "remote-interpreters",
        context.of_all(N_("Interpreters by language")),
        columns,
        rows,
        total=tuple(total),
        note=note,
    )


def _points(context: Context, remote: RemoteService) -> Block:
    say = context.say
    open_ = context.audience == "project"
    frame = remote.points.sort_values(["rooms", "site"], ascending=[False, True], kind="stable")
    columns = [
        Column(say(N_("Point")), weight=1.8),
        Column(say(N_("Rooms")), "whole", adds=True),
        Column(say(N_("Counters")), "whole", adds=True),
        Column(say(N_("Counters if staffed")), "whole", adds=True),
        Column(say(N_("Clerks if staffed")), "whole", adds=True),
        Column(say(N_("Hours saved in a year")), "whole", adds=True),
    ]
    if open_:
        columns += [
            Column(say(N_("Remote visits a year")), "whole", adds=True),
            Column(say(N_("Break-even visits a year")), "whole"),
        ]
    columns.append(Column(say(N_("Remarks")), weight=1.4))
    rows: list[tuple[Value, ...]] = []
    for r in records(frame):
        led = _LED[str(r["remote_led"])]
        row: list[Value] = [
            context.site(r["site"]) if str(r["site"]) in context.sites else text(r["name"]),
            whole(r["rooms"]),
            whole(r["counters"]),
            whole(r["counters_if_staffed"]),
            whole(r["clerks_if_staffed"]),
            number(r["minutes_saved"] / 60),
        ]
        if open_:
            row += [number(r["remote_room"]), number(r["break_even_visits"])]
        rows.append((*row, say(led) if led else ""))
    total: list[Value] = [say(N_("All"))]
    total += [int(frame[c].sum()) for c in ("rooms", "counters", "counters_if_staffed", "clerks_if_staffed")]
    total.append(float(frame["minutes_saved"].sum() / 60))
    if open_:
        total += [float(frame["remote_room"].sum()), None]
    note = say(
        N_(
            "If staffed: if the visits of the remote rooms were served at counters by clerks at the point. Hours "
            "saved: against driving to the nearest point with staff."
        )
    )
    if open_:
        note += " " + say(N_("Break-even: visits from which the travel saved is worth the rooms and the hosts."))
    return context.table(
        "remote-points", say(N_("Remote rooms and counters by point")), columns, rows, total=(*total, ""), note=note,
        paper_rows=40,
    )  # fmt: skip


def _value(context: Context, figures: dict[str, Any]) -> Block:
    say, words = context.say, context.words
    saved = say(
        N_(
            "Remote service saves customers {hours} hours and {km} kilometres of driving in a year ({co2} t of carbon "
            "dioxide), worth {worth}, and interpreters {interpreter_hours} hours of travel."
        ),
        hours=words.number(figures["travel_minutes_saved"] / 60),
        km=words.number(figures["km_saved"]),
        co2=words.number(figures["co2_kg_saved"] / 1000),
        worth=words.euros(figures["travel_value_eur"]),
        interpreter_hours=words.number(figures["interpreter_travel_minutes_saved"] / 60),
    )
    saved += " " + say(
        N_(
            "This is against driving to the nearest point that has staff in the proposal, not against today: how "
            "driving changes from today stands in the assessment of effects."
        )
    )
    rooms, home = (figures[f"travel_minutes_saved_{k}"] / 60 for k in ("rooms", "home"))
    if rooms and home:
        saved += " " + say(
            N_("Of the hours, the points' remote rooms save {rooms} and service at home {home}."),
            rooms=words.number(rooms),
            home=words.number(home),
        )
    if context.audience != "project":
        return Paragraph(saved)
    cost = say(
        N_(
            "It costs {clerks} a year for clerks ({clerks_alone} without sharing), {rooms} for rooms, {hosts} for "
            "hosts and {interpreters} for remote interpretation ({on_site} on site)."
        ),
        clerks=words.euros(figures["clerk_eur"]),
        clerks_alone=words.euros(figures["clerk_eur_unpooled"]),
        rooms=words.euros(figures["room_eur"]),
        hosts=words.euros(figures["host_eur"]),
        interpreters=words.euros(figures["interpreter_eur"]),
        on_site=words.euros(figures["interpreter_eur_on_site"]),
    )
    return Paragraph(saved + " " + cost)


def _region(context: Context, row: dict[str, Any]) -> str:
    code = text(row["region"])
    if not code or text(row["site"]):
        return ""
    known = {str(r["region"]): context.words.place(r, "region") for r in records(context.plan.proposed.regions)}
    return known.get(code, code)


def _site(context: Context, row: dict[str, Any]) -> str:
    return context.site(row["site"]) if text(row["site"]) else ""
