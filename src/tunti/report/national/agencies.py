"""The roll-up agency by agency: offices, presences at points, saving, and which offices close."""

from __future__ import annotations

import pandas as pd

from tunti.inputs.columns import CHOICE_LABELS
from tunti.locale import N_
from tunti.plan.national import MODES, National
from tunti.report.document import Block, Column, Paragraph, Section, Table, Value
from tunti.report.national.conflicts import region_names
from tunti.report.sections.closing import closed_offices, closing_times, quarter
from tunti.report.sections.context import Context, number, records, text

COUNTS = ("offices", "closes", *MODES)

PAPER = 12
"""Closing offices of an agency that paper lists. A default of this product."""


def agencies_section(context: Context, found: National) -> Section:
    """Write a table of all agencies, then a sheet for each.

    Parameters
    ----------
    context : Context
    found : National

    Returns
    -------
    Section
    """
    say = context.say
    title = say(N_("Agency by agency"))
    if not len(found.agencies):
        lacking = context.lacking(say(N_("Agencies and services at each point, the modes, languages and opening hours "
                                         "have not been chosen.")))  # fmt: skip
        return Section("agencies", title, (lacking,))
    sums = found.agencies.groupby("agency", sort=True)[[*COUNTS, "saving_eur_year"]].sum(min_count=1).reset_index()
    sums = sums.assign(_name=[context.agency(a) for a in sums["agency"]]).sort_values("_name", kind="stable")
    closing = _closing(context, found)
    every = _table(
        context,
        "agencies",
        say(N_("Agencies in all regions: offices today and presences at points by mode")),
        say(N_("Agency")),
        sums.assign(label=sums["_name"]),
    )
    sheets = tuple(
        _sheet(context, found, str(agency), closing.get(str(agency), []), n)
        for n, agency in enumerate(sums["agency"], start=1)
    )
    return Section("agencies", title, (every,), sheets)


def _table(context: Context, name: str, caption: str, first: str, frame: pd.DataFrame) -> Table:
    """Count offices and presences by mode in the rows of a frame, named by its column ``label``."""
    say = context.say
    money = context.audience == "project" and bool(frame["saving_eur_year"].notna().any())
    offices, presences = say(N_("Offices today")), say(N_("At points"))
    columns = [
        Column(first, weight=2.2),
        Column(say(N_("All")), "whole", adds=True, group=offices, weight=0.8),
        Column(say(N_("Of them close")), "whole", adds=True, group=offices, weight=0.9),
        *(Column(say(CHOICE_LABELS[m]), "whole", adds=True, group=presences, weight=1.25) for m in MODES),
    ]
    counts: list[str] = list(COUNTS)
    if money:
        columns.append(Column(say(N_("Saving, € a year")), "euro", adds=True, weight=1.4))
        counts.append("saving_eur_year")
    rows: list[tuple[Value, ...]] = [
        (text(r["label"]), *(int(r[c]) for c in COUNTS), *((number(r["saving_eur_year"]),) if money else ()))
        for r in records(frame)
    ]
    sums = frame[counts].sum()
    total = (say(N_("All")), *(int(sums[c]) for c in COUNTS), *((float(sums["saving_eur_year"]),) if money else ()))
    return context.table(name, caption, columns, rows, total=total)


def _sheet(context: Context, found: National, agency: str, closing: list[tuple[Value, ...]], n: int) -> Section:
    say, words = context.say, context.words
    rows = found.agencies[found.agencies["agency"] == agency]
    names = region_names(context, found)
    sums = rows[list(COUNTS)].sum()
    lead = say(
        N_("Offices today: {offices}; of them {closes} close. Points where the agency serves: {points}."),
        offices=words.number(int(sums["offices"])),
        closes=words.number(int(sums["closes"])),
        points=words.number(int(sum(sums[m] for m in MODES))),
    )
    blocks: list[Block] = [
        Paragraph(lead),
        _table(
            context,
            f"agency-{agency}",
            say(N_("{agency} by region"), agency=context.agency(agency)),
            say(N_("Region")),
            rows.assign(label=[names.get(str(r), str(r)) for r in rows["region"]]),
        ),
    ]
    if closing:
        dated = [Column(say(N_("Closes in quarter")), weight=0.9)] * any(r[4] for r in closing)
        columns = (
            Column(say(N_("Office")), weight=1.6),
            Column(say(N_("Region")), weight=1.3),
            Column(say(N_("Point that takes over")), weight=1.6),
            Column(say(N_("Drive between, min")), "minutes", weight=0.9),
            *dated,
        )
        caption = say(N_("Offices that close: {agency}"), agency=context.agency(agency))
        shown = [r[: len(columns)] for r in closing]
        blocks.append(context.table(f"closing-{agency}", caption, columns, shown, paper_rows=PAPER))
    return Section(f"agency-{n}", context.agency(agency), tuple(blocks), new_page=True)


def _closing(context: Context, found: National) -> dict[str, list[tuple[Value, ...]]]:
    """Give the closing offices of each agency: office, region, the point that takes over, minutes, quarter."""
    names = region_names(context, found)
    rows: dict[str, list[tuple[Value, ...]]] = {}
    for plan in found.plans:
        if plan.services is None:
            continue
        when = closing_times(plan.programme)
        for r in records(closed_offices(plan.services)):
            rows.setdefault(str(r["agency"]), []).append(
                (
                    context.site(r["office"]),
                    names.get(str(plan.region), text(plan.region)),
                    context.site(r["replaced_by"]),
                    number(r["minutes_to_replacement"]),
                    quarter(when.get(str(r["office"]), {}).get("start_quarter")),
                )
            )
    return rows
