"""The programme: what opens, closes and moves when, what to decide by when, and that nobody is worse off meanwhile."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any

import pandas as pd

from tunti.locale import N_
from tunti.programme.result import Programme, least_shares
from tunti.programme.words import SOURCES
from tunti.report.document import (
    Block,
    Bullets,
    Callout,
    Column,
    Figure,
    KeyFigure,
    KeyFigures,
    Paragraph,
    Section,
    Table,
    Value,
)
from tunti.report.names import in_language
from tunti.report.programme_charts import gantt_chart
from tunti.report.sections.context import Context, number, records, text
from tunti.report.words import missing

PAPER_ROWS = 40

REASONS = {
    "fit_out": N_("fit-out"),
    "ict": N_("connections and equipment"),
    "cooperation": N_("co-operation with the staff"),
    "finance_committee": N_("approval by the finance committee"),
    "available": N_("premises become available"),
    "limits": N_("money, crews, shares or price"),
    "share": N_("a service's share"),
    "lease_end": N_("lease ends"),
    "break": N_("lease can be broken"),
    "notice": N_("notice"),
    "unknown": N_("lease is not known"),
    "indoor_air": N_("bad indoor air"),
    "neighbour": N_("the neighbouring region's programme"),
}
"""Reasons of an event's date in words."""


def programme_section(context: Context, programme: Programme) -> Section:
    """Write the section on what happens when.

    Parameters
    ----------
    context : Context
    programme : Programme
        Of the plan's region or of all planned regions.

    Returns
    -------
    Section
        A public document tells of points and premises; offices, leases and days to decide by are for the project.
    """
    say = context.say
    regions = {str(r["region"]): context.words.place(r, "region") for r in records(context.plan.proposed.regions)}
    blocks: list[Block] = [_key_figures(context, programme)]
    late = _late(context, programme)
    if late:
        blocks.append(
            Callout(
                say(N_("Late already")),
                (
                    say(
                        N_(
                            "The last day to decide had passed when the data were gathered ({day}): {names}. The dates "
                            "of the programme hold only if these are decided on at once; otherwise it is made again."
                        ),
                        day=context.words.date(context.plan.settings.project.as_of),
                        names=context.words.listing(late),
                    ),
                ),
                "warning",
            )
        )
    blocks.append(Paragraph(_lead(context, programme)))
    if len(programme.events):
        blocks.append(
            Figure(
                "gantt",
                say(N_("The programme by quarter")),
                say(
                    N_(
                        "Chart over time: fit-outs and openings of points and shared premises, and below them the "
                        "number of offices that close or move in each quarter. The table of events says the same."
                    )
                ),
                partial(
                    gantt_chart, _named(context, programme.events), programme.quarters, regions, context.words,
                    illustrative=context.plan.illustrative,
                ),
            )
        )  # fmt: skip
        blocks.append(_events(context, programme, regions))
    if len(programme.shares):
        blocks.append(_shares(context, programme, regions))
    if programme.flags:
        blocks.append(
            Callout(
                say(N_("What the programme leaves undone")),
                tuple(context.words.message(f) for f in programme.flags),
                "warning",
            )
        )
    if context.audience == "project":
        blocks += _follow(context, programme, regions)
    return Section("programme", say(N_("Programme")), tuple(blocks))


def _key_figures(context: Context, programme: Programme) -> KeyFigures:
    say, words = context.say, context.words
    value = dict(zip(programme.indicators["measure"], programme.indicators["value"], strict=True))
    return KeyFigures(
        (
            KeyFigure(words.number(value["points_opened"]), say(N_("points open"))),
            KeyFigure(words.number(value["offices_closed"]), say(N_("offices close their customer part"))),
            KeyFigure(words.number(value["offices_moved"]), say(N_("offices move to shared premises"))),
            KeyFigure(
                f"{_said(programme.quarters[0])}–{_said(programme.quarters[-1])}",
                say(N_("quarters of the programme")),
            ),
        )
    )


def _said(quarter: object) -> str:
    """Write a quarter: 3/2027."""
    return "" if missing(quarter) else f"{str(quarter)[5]}/{str(quarter)[:4]}"


def _lead(context: Context, programme: Programme) -> str:
    say, words = context.say, context.words
    certificate = programme.certificate
    proof = (
        say(N_("It is proven that no other programme costs the state less under these rules."))
        if certificate.proven
        else say(
            N_("No other programme can cost the state less by more than {gap} of its net effect."),
            gap=words.share(certificate.gap, decimals=2),
        )
    )
    rule = say(
        N_(
            "In every quarter, in every region, the share of people within each service's standard is at least the "
            "smaller of today's share and the set share; where no share is set, it is at least today's."
        )
    )
    changed = ""
    if certificate.changes is not None:
        changed = " " + say(
            N_("Against the agreed programme {n} events change their quarter; fewer is not possible."),
            n=words.number(certificate.changes),
        )
    opens = programme.events[(programme.events["kind"] == "open") & programme.events["start_quarter"].notna()]
    last = int((opens["start_quarter"].astype(str) == programme.quarters[-1]).sum())
    why = ""
    if last:
        why = " " + words.many(
            N_(
                "{n} point opens in the last quarter: where a point costs the state more than it saves, putting it off "
                "costs less, and the rules let it wait."
            ),
            N_(
                "{n} points open in the last quarter: where a point costs the state more than it saves, putting it off "
                "costs less, and the rules let it wait."
            ),
            last,
        )
    return f"{rule} {proof}{why}{changed}"


def _late(context: Context, programme: Programme) -> list[str]:
    """Name the points whose last day to decide had passed when the data were gathered."""
    frame = programme.events
    frame = frame[frame["site"].notna() & frame["office"].isna() & frame["kind"].isin(("open", "fit_out"))]
    as_of = context.plan.settings.project.as_of
    past = [r for r in records(frame) if not missing(r["decide_by"]) and r["decide_by"].date() < as_of]
    return list(dict.fromkeys(context.site(r["site"]) for r in past))


def _events(context: Context, programme: Programme, regions: dict[str, str]) -> Block:
    """List the events; the public sees points and premises only."""
    say = context.say
    project = context.audience == "project"
    frame = programme.events
    if not project:
        frame = frame[frame["site"].notna() & frame["office"].isna() & frame["kind"].isin(("open", "fit_out"))]
    if not project:
        return _openings(context, frame)
    one = context.plan.region is not None
    columns = [
        Column(say(N_("Begins")), weight=0.8),
        Column(say(N_("Ends")), weight=0.8),
        Column(say(N_("What")), weight=1.5),
        Column(say(N_("Event")), weight=1.3),
        *([] if one else [Column(say(N_("Region")), weight=1.2)]),
    ]
    if project:
        columns += [
            Column(say(N_("Decide by")), "date", weight=1.0),
            Column(say(N_("Cost, €")), "euro", adds=True, weight=1.0),
            Column(say(N_("Date set by")), weight=1.5),
        ]
    names = {str(e): str(w) for e, w in zip(programme.events["event"], programme.events["what"], strict=True)}
    values: list[tuple[Value, ...]] = []
    for r in records(frame):
        row: list[Value] = [
            _said(r["start_quarter"]) or say(N_("put off")),
            _said(r["end_quarter"]),
            text(r["what"]),
            say(KINDS_ONE[str(r["kind"])]),
            *([] if one else [regions.get(text(r["region"]), text(r["region"]))]),
        ]
        if project:
            decide = None if missing(r["decide_by"]) else r["decide_by"].date()
            cost = None if not r["cost_cents"] else int(r["cost_cents"]) / 100
            row += [decide, cost, _reason(context, r["because"], names)]
        values.append(tuple(row))
    note = say(N_("Decide by: last day for the decision or the notice so that the date holds.")) if project else ""
    return context.table("events", say(N_("What happens when")), columns, values, note=note, paper_rows=PAPER_ROWS)


KINDS_ONE = {
    "fit_out": N_("fit-out"),
    "open": N_("opening"),
    "temporary": N_("temporary premises"),
    "move": N_("move"),
    "close_customer": N_("customer part closes"),
    "close_work": N_("office is given up"),
    "notice": N_("notice"),
}
"""Kinds of events, one of each."""


def _named(context: Context, events: pd.DataFrame) -> pd.DataFrame:
    """Give events with what they are about in the reader's language: points and premises go by their places."""
    places = context.places()

    def said(row: dict[str, Any]) -> str:
        if not missing(row["site"]) and missing(row["office"]):
            return context.site(row["site"])
        name = text(row["what"])
        start = name.split(", ")[0]
        return context.words.own(in_language(name, start, places.get(start, "")))

    return events.assign(what=[said(r) for r in records(events[["what", "site", "office"]])])


def _openings(context: Context, frame: pd.DataFrame) -> Block:
    """List points by when they open: fit-out, opening, and the last day to decide on what comes first."""
    say = context.say
    fits = {text(r["site"]): r for r in records(frame[frame["kind"] == "fit_out"])}
    opens = frame[frame["kind"] == "open"].sort_values(["start_quarter", "what"], kind="stable")
    values: list[tuple[Value, ...]] = []
    for r in records(opens):
        fit = fits.get(text(r["site"]), {})
        days = [d["decide_by"].date() for d in (fit, r) if d and not missing(d.get("decide_by"))]
        values.append(
            (
                context.site(r["site"]),
                _said(fit.get("start_quarter")) or "–",
                _said(r["start_quarter"]) or say(N_("put off")),
                min(days) if days else None,
            )
        )
    as_of = context.plan.settings.project.as_of
    passed = [str(v[0]) for v in values if isinstance(v[3], dt.date) and v[3] < as_of]
    late = (
        " "
        + say(
            N_("The day had passed when the data were gathered, so that these are late: {names}."),
            names=context.words.listing(passed),
        )
        if passed
        else ""
    )
    day = values[0][3] if len(values) > 2 and len({row[1:] for row in values}) == 1 else None
    if isinstance(day, dt.date):
        # Rows of equal dates say less than a sentence.
        _, begins, opening, _ = values[0]
        return Paragraph(
            say(
                N_(
                    "All points ({n}) have the same dates. Fit-outs begin in quarter {begins}, the points open in "
                    "quarter {opens}. The last day to decide is {day}."
                ),
                n=context.words.number(len(values)),
                begins=str(begins),
                opens=str(opening),
                day=context.words.date(day),
            )
            + late
        )
    return context.table(
        "events",
        say(N_("When points open, and when to decide on them")),
        (
            Column(say(N_("Point")), weight=1.8),
            Column(say(N_("Fit-out begins in quarter"))),
            Column(say(N_("Opens in quarter"))),
            Column(say(N_("Decide by")), "date"),
        ),
        values,
        note=say(N_("Decide by: last day for the decision or the notice so that the date holds.")) + late,
        paper_rows=PAPER_ROWS,
    )


def _reason(context: Context, because: Any, names: dict[str, str]) -> str:
    """Say what an event waited for: another event, a step of the input, or a rule."""
    why = text(because)
    if why in REASONS:
        return context.say(REASONS[why])
    if why in names:
        kind = why.split(":", 1)[0]
        return f"{context.say(KINDS_ONE[kind])}: {names[why]}" if kind in KINDS_ONE else names[why]
    return why


def _shares(context: Context, programme: Programme, regions: dict[str, str]) -> Table:
    say = context.say
    rows = least_shares(programme)
    rows = rows.assign(room=rows["share_lowest"] - rows["floor"]).sort_values(
        ["room", "region", "service"], kind="stable"
    )
    one = context.plan.region is not None
    shared = bool(rows["share_set"].notna().any())
    columns = (
        *(() if one else (Column(say(N_("Region")), weight=1.4),)),
        Column(say(N_("Service")), weight=1.6),
        Column(say(N_("Today")), "share", weight=0.8),
        Column(say(N_("Lowest")), "share", weight=0.8),
        Column(say(N_("Lowest in quarter")), weight=1.0),
        Column(say(N_("End")), "share", weight=0.8),
        *((Column(say(N_("Set share")), "share", weight=0.8),) if shared else ()),
    )
    values: list[tuple[Value, ...]] = [
        (
            *(() if one else (regions.get(str(r["region"]), str(r["region"])),)),
            context.service(r["service"]),
            number(r["share_today"]),
            number(r["share_lowest"]),
            _said(r["quarter_lowest"]),
            number(r["share_end"]),
            *((number(r["share_set"]),) if shared else ()),
        )
        for r in records(rows)
    ]
    return context.table(
        "shares",
        say(N_("Share of people within the standard from quarter to quarter")),
        columns,
        values,
        note=say(N_("Those with the least room above their floor first."))
        + (
            " "
            + say(
                N_(
                    "The end may be lower than in the table of services: the programme counts today's offices and the "
                    "area's own points, but not points in other regions."
                )
            )
            if one
            else ""
        ),
        paper_rows=25,
    )


def _follow(context: Context, programme: Programme, regions: dict[str, str]) -> list[Block]:
    """Tell what has come true, what was learned, and what agencies have decided since."""
    say, words = context.say, context.words
    blocks: list[Block] = []
    if len(programme.changes):
        columns = (
            Column(say(N_("What")), weight=1.6),
            Column(say(N_("Region")), weight=1.2),
            Column(say(N_("Agreed")), weight=0.8),
            Column(say(N_("Now")), weight=0.8),
        )
        rows: list[tuple[Value, ...]] = [
            (
                text(r["what"]),
                regions.get(text(r["region"]), text(r["region"])),
                _said(r["agreed_quarter"]),
                _said(r["quarter"]),
            )
            for r in records(programme.changes)
        ]
        blocks.append(context.table("changes", say(N_("Changes to the agreed programme")), columns, rows))
    if len(programme.followed):
        measured = (
            Column(say(N_("What")), weight=1.4),
            Column(say(N_("Measure")), weight=1.4),
            Column(say(N_("Day")), "date", weight=0.9),
            Column(say(N_("Plan")), "number", weight=0.9, decimals=2),
            Column(say(N_("Came true")), "number", weight=0.9, decimals=2),
            Column(say(N_("Difference")), "number", weight=0.9, decimals=2),
        )
        rows = [
            (
                context.site(r["what"]),
                say(MEASURES.get(str(r["measure"]), str(r["measure"]))),
                r["date"].date(),
                number(r["planned"]),
                number(r["actual"]),
                number(r["difference"]),
            )
            for r in records(programme.followed)
        ]
        note = say(N_("Openings, closings and moves: days from the beginning of the planned quarter."))
        blocks.append(context.table("followed", say(N_("Plan against what came true")), measured, rows, note=note))
    if len(programme.estimates):
        learned = [
            say(
                N_(
                    "{source}: {n} outcomes, costs are now planned at {likely} of the first estimate ({low} to {high})."
                ),
                source=say(_source(r["source"])),
                n=words.number(r["outcomes"]),
                likely=words.share(r["likely"], decimals=0),
                low=words.share(r["low"], decimals=0),
                high=words.share(r["high"], decimals=0),
            )
            for r in records(programme.estimates)
        ]
        blocks += [Paragraph(say(N_("What the outcomes have taught:"))), Bullets(tuple(learned))]
    if len(programme.decisions):
        decided = [
            say(
                N_("{office} ({what}, {day}): {service}, {region}: {people} people lose the service, the share falls "
                   "from {before} to {after}."),
                office=context.site(r["office"]),
                what=say(DECISIONS[str(r["decision"])]),
                day=words.date(r["date"].date()),
                service=context.service(r["service"]),
                region=regions.get(text(r["region"]), text(r["region"])),
                people=words.number(r["people_losing"]),
                before=words.share(r["share_before"]),
                after=words.share(r["share_after"]),
            )
            for r in records(programme.decisions)
        ]  # fmt: skip
        blocks.append(Callout(say(N_("Decisions of agencies since the plan's day")), tuple(decided), "warning"))
    return blocks


DECISIONS = {"closes": N_("closes"), "remote_only": N_("remote only")}
"""Decisions of agencies in words."""

MEASURES = {
    "cost_eur": N_("cost, €"),
    "rent_eur_year": N_("rent, €/year"),
    "opened": N_("opened"),
    "closed": N_("closed"),
    "moved": N_("moved"),
    "visits_counter": N_("visits at the counter"),
    "visits_remote": N_("visits by remote connection"),
    "visits_digital": N_("visits in digital self-service"),
    "visits_phone": N_("calls"),
    "waiting_minutes": N_("wait, minutes"),
    "presence": N_("share of staff present"),
}
"""Measures of the follow-up in words."""


def _source(source: object) -> str:
    return SOURCES.get(str(source), str(source))
