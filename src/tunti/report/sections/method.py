"""Method, sources and licences, what the checks of the data said, and the run record."""

from __future__ import annotations

import datetime as dt
import re

import pandas as pd

from tunti.findings import Finding
from tunti.inputs.schemas import SCHEMAS
from tunti.locale import N_
from tunti.network.speeds import class_speeds
from tunti.report.document import Block, Bullets, Column, Paragraph, Section, Value
from tunti.report.sections.context import Context, records, text, whole
from tunti.report.words import missing
from tunti.settings import Season, SpeedSettings

LEVELS = {"error": N_("error"), "warning": N_("warning"), "note": N_("note")}


def method(context: Context) -> Section:
    """Write the section on the method.

    Parameters
    ----------
    context : Context

    Returns
    -------
    Section
    """
    plan, say, words = context.plan, context.say, context.words
    speeds, standard = plan.settings.speeds, plan.settings.standard
    names = {"summer": N_("summer"), "winter": N_("winter"), "peak": N_("rush hour")}
    season = say(names[speeds.season])
    items = (
        say(
            N_(
                "Drive times are the fastest ways by car along the roads, from where people live to the points, with "
                "the free speeds of road classes. Season: {season}."
            ),
            season=season,
        ),
        *_not_the_usual(context),
        say(
            N_(
                "From a place to the road: straight line times {detour}, at {speed} km/h. Places farther than {limit} "
                "km from a road are not joined."
            ),
            detour=words.given(speeds.access_detour),
            speed=words.given(speeds.access_kmh),
            limit=words.given(speeds.access_limit_km),
        ),
        say(N_("Drive times over {cutoff} minutes are not looked for."), cutoff=context.cutoff),
        say(
            N_("Standard: at most {minutes} minutes' drive. It is a goal, not a right of the customer."),
            minutes=context.minutes,
        ),
        say(
            N_("Population base: people within {minutes} minutes of a point; the known goal is {people}."),
            minutes=context.minutes,
            people=words.number(standard.known_population_base),
        ),
        say(N_("Everyone is assumed to go to the nearest point. Weather and opening hours are not counted."))
        if speeds.season == "peak"
        else say(
            N_("Everyone is assumed to go to the nearest point. Congestion, weather and opening hours are not counted.")
        ),
        say(N_("Figures are rounded for reading only; people are shown as whole numbers that add up to the totals.")),
    )
    blocks: list[Block] = [Bullets(items), _speeds(context)]
    return Section("method", say(N_("Method")), tuple(blocks))


def _not_the_usual(context: Context) -> list[str]:
    """Say what of the rush hour and of ferries is not as by default."""
    speeds, usual, say = context.plan.settings.speeds, SpeedSettings(), context.say
    items = []
    names = ("peak", "peak_factor", "peak_town_factor")
    if speeds.season == "peak" and all(getattr(speeds, n) == getattr(usual, n) for n in names):
        items.append(say(N_("How much the rush hour slows each road class is illustrative: it was not measured.")))
    if not speeds.ferries:
        items.append(say(N_("Ferries are not used.")))
    elif speeds.ferry_wait == "guaranteed":
        items.append(say(N_("The wait for a ferry is the longest one: the whole time between two departures.")))
    return items


def _speeds(context: Context) -> Block:
    plan, say = context.plan, context.say
    speeds = plan.settings.speeds
    classes = [c for c in speeds.summer if c in plan.road_classes] or list(speeds.summer)
    whole_list = len(classes) == len(speeds.summer)
    seasons: list[tuple[str, Season]] = [(N_("Summer"), "summer"), (N_("Winter"), "winter")]
    if speeds.season == "peak":
        seasons.append((N_("Rush hour"), "peak"))
    kmh = [class_speeds(tuple(classes), speeds, season=season).tolist() for _, season in seasons]
    return context.table(
        "speeds",
        say(N_("Free speeds by road class, km/h")),
        (
            Column(say(N_("Road class")), weight=2),
            *(_kmh_column(say(name), values) for (name, _), values in zip(seasons, kmh, strict=True)),
        ),
        [(say(ROAD_CLASSES.get(c, c)), *row) for c, row in zip(classes, zip(*kmh, strict=True), strict=True)],
        note="" if whole_list else say(N_("Only the classes of the roads in the input; the settings hold all.")),
    )


def _kmh_column(title: str, values: list[float]) -> Column:
    """Give a column of speeds with as many decimals, at most two, as they have."""
    decimals = next(k for k in range(3) if k == 2 or all(round(v, k) == round(v, 2) for v in values))
    return Column(title, "number", decimals=decimals)


ROAD_CLASSES = {
    "national": N_("national road"),
    "main": N_("main road"),
    "regional": N_("regional road"),
    "connecting": N_("connecting road"),
    "unnumbered": N_("unnumbered road"),
    "connector": N_("link between roads"),
    "ramp_or_street": N_("ramp or street"),
    "motorway": N_("motorway"),
    "motorway_link": N_("motorway ramp"),
    "trunk": N_("trunk road"),
    "trunk_link": N_("trunk road ramp"),
    "primary": N_("primary road"),
    "primary_link": N_("primary road ramp"),
    "secondary": N_("secondary road"),
    "secondary_link": N_("secondary road ramp"),
    "tertiary": N_("tertiary road"),
    "tertiary_link": N_("tertiary road ramp"),
    "unclassified": N_("minor road"),
    "residential": N_("residential street"),
    "living_street": N_("shared street"),
    "service": N_("service road"),
    "road": N_("road of unknown class"),
    "track": N_("track"),
    "skeleton": N_("main road network, generalised"),
    "ferry": N_("ferry"),
}


def sources(context: Context) -> Section:
    """Write the section on sources and licences.

    Parameters
    ----------
    context : Context

    Returns
    -------
    Section
    """
    plan, say, own = context.plan, context.say, context.words.own
    title = say(N_("Sources and licences"))
    if not plan.sources:
        return Section("sources", title, (context.lacking(say(N_("The input names no sources."))),))
    table = context.table(
        "sources",
        say(N_("Sources of the data")),
        (
            Column(say(N_("Table")), weight=0.9),
            Column(say(N_("Data set")), weight=1.7),
            Column(say(N_("Publisher")), weight=1.4),
            Column(say(N_("Licence")), weight=0.9),
            Column(say(N_("Date")), "text", weight=0.7),
            Column(say(N_("Limits")), weight=1.9),
        ),
        [
            (_tables(context, s.table), *(own(t) for t in (s.title, s.publisher, s.licence, s.date, s.note)))
            for s in plan.sources
        ],
        note="" if plan.settings.project.texts else say(N_("Titles and remarks are in the language of the input.")),
    )
    return Section("sources", title, (table,))


def _tables(context: Context, tables: str) -> str:
    """Name the tables that a source stands behind, 'road_nodes, road_links' too."""
    return ", ".join(context.say(TABLES[t]) if t in TABLES else t for t in re.split(r"[;,]\s*", tables))


TABLES = {
    "cells": N_("population grid"),
    "municipalities": N_("municipalities"),
    "agencies": N_("agencies"),
    "services": N_("services"),
    "offices": N_("offices"),
    "sites": N_("sites"),
    "roads": N_("roads"),
    "road_nodes": N_("road nodes"),
    "road_links": N_("road links"),
    "travel_times": N_("travel times"),
    "borders": N_("borders"),
    "land": N_("land outline"),
    "languages": N_("speakers of other languages"),
    "speeds": N_("speeds"),
}


def findings(context: Context) -> Section:
    """Write the section on what the checks of the data said.

    Parameters
    ----------
    context : Context

    Returns
    -------
    Section
    """
    plan, say, words = context.plan, context.say, context.words
    title = say(N_("Findings of the data"))
    blocks: list[Block] = []
    if plan.findings:
        alike: dict[tuple[object, ...], list[Finding]] = {}
        for f in plan.findings:
            alike.setdefault((f.level, f.table, f.column, f.what.template, f.what_to_do.template), []).append(f)
        rows: list[tuple[Value, ...]] = [
            (
                say(LEVELS.get(str(f.level), str(f.level))),
                _table_label(context, f.table),
                _row(context, f),
                _column_label(context, f),
                _sentence(words.message(f.what)) + _more(context, len(same) - 1),
                _sentence(words.message(f.what_to_do)),
            )
            for same in alike.values()
            for f in same[:1]
        ]
        blocks.append(
            context.table(
                "findings",
                say(N_("What the checks of the input said")),
                (
                    Column(say(N_("Level")), weight=1.05),
                    Column(say(N_("Table")), weight=1.0),
                    Column(say(N_("Row or id")), weight=0.9),
                    Column(say(N_("Column")), weight=1.0),
                    Column(say(N_("What")), weight=2.4),
                    Column(say(N_("What to do")), weight=2.0),
                ),
                rows,
                paper_rows=30,
            )
        )
    else:
        nothing = N_("The checks of the input found nothing to remark on.")
        if context.withheld.findings:
            nothing = N_("The checks of the input found nothing else to remark on.")
        blocks.append(Paragraph(say(nothing)))
    if context.withheld.findings:
        left = say(
            N_("Findings on columns that are not public, shown to the project group only: {n}."),
            n=words.number(context.withheld.findings),
        )
        blocks.append(Paragraph(left))
    blocks += _snap(context, plan.snap)
    return Section("findings", title, tuple(blocks))


def _sentence(text_: str) -> str:
    """Begin with a capital and end with a full stop, as the sentences around it do."""
    ended = text_ if text_.endswith((".", "!", "?")) else f"{text_}."
    return ended[:1].upper() + ended[1:]


def _more(context: Context, n: int) -> str:
    """Say how many findings more are of the same kind."""
    if not n:
        return ""
    return " " + context.words.many(N_("And {n} more of the same kind."), N_("And {n} more of the same kind."), n)


def _table_label(context: Context, table: str) -> str:
    return context.say(SCHEMAS[table].label if table in SCHEMAS else TABLES.get(table, table))


def _column_label(context: Context, finding: Finding) -> str:
    schema, column = SCHEMAS.get(finding.table), finding.column or ""
    return context.say(schema[column].label) if schema is not None and column in schema.names else column


def _row(context: Context, finding: Finding) -> str:
    """Say the number of a row, or the id of what the finding is about."""
    match finding.row:
        case None:
            return ""
        case str():
            return context.say(N_("id {id}"), id=finding.row)
        case _:
            return context.say(N_("row {n}"), n=str(finding.row))


_SNAP = {
    "Sites joined to the road": N_("Sites and offices joined to the road"),
    "Sites not joined": N_("Sites and offices not joined"),
}
"""Offices are joined as places to drive to, too; the access layer counts them with the sites."""


def _snap(context: Context, snap: pd.DataFrame) -> list[Block]:
    say = context.say
    if not len(snap):
        return []
    return [
        context.table(
            "snap",
            context.of_all(N_("How places were joined to the roads")),
            (
                Column(say(N_("What")), weight=2),
                Column(say(N_("Count")), "whole"),
                Column(say(N_("People")), "whole"),
                Column(say(N_("Remarks")), weight=2),
            ),
            [
                (
                    say(_SNAP.get(text(r["what"]), text(r["what"]))),
                    whole(r["count"]),
                    None if text(r["what"]) in _SNAP else whole(r["people"]),
                    "" if missing(r["note"]) else say(text(r["note"])),
                )
                for r in records(snap)
            ],
        )
    ]


RUN = {
    "version": N_("version"),
    "command": N_("command"),
    "inputs": N_("hash of the inputs"),
    "settings": N_("hash of the settings"),
    "scenario": N_("alternative"),
    "region": N_("code of the region"),
    "seconds": N_("seconds in all"),
    "seconds network": N_("seconds, roads"),
    "seconds times": N_("seconds, drive times"),
    "seconds network of points": N_("seconds, network of points"),
}


def run(context: Context, made: dt.date | None) -> Section:
    """Write the run record.

    Parameters
    ----------
    context : Context
    made : date or None
        When the document was made.

    Returns
    -------
    Section
    """
    plan, say, words = context.plan, context.say, context.words
    baseline = say(N_("the baseline, without changes"))
    rows: list[tuple[Value, ...]] = [
        (say(RUN.get(key, key)), baseline if (key, value) == ("scenario", "baseline") else str(value))
        for key, value in plan.run.items()
        if str(value)
    ]
    if made is not None:
        rows.insert(0, (say(N_("document made")), words.date(made)))
    title = say(N_("Run record"))
    if not rows:
        return Section("run", title, (context.lacking(say(N_("The run left no record."))),))
    table = context.table(
        "run",
        say(N_("Versions, inputs and commands behind the figures")),
        (Column(say(N_("What")), weight=1), Column(say(N_("Value")), weight=2.4)),
        rows,
    )
    lead = say(N_("With the same versions, inputs and settings every figure of the plan can be made again."))
    return Section("run", title, (Paragraph(lead), table))
