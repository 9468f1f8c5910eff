"""The programme's picture as a table, for a country-wide plan whose openings it counts by region."""

from __future__ import annotations

import pandas as pd

from tunti.locale import N_
from tunti.programme.result import Programme
from tunti.report.document import Column, Table, Value
from tunti.report.programme_charts import MOST_BARS
from tunti.report.sections.context import Context, records

_GOES = ("close_customer", "move", "close_work")


def by_quarter(context: Context, programme: Programme) -> Table | None:
    """Count openings by region and quarter, and the offices that close or move, as the picture does.

    Parameters
    ----------
    context : Context
    programme : Programme

    Returns
    -------
    Table or None
        None where the picture shows each opening, as the table of events does.
    """
    say = context.say
    events = programme.events[programme.events["start_quarter"].notna()]
    opens, goes = events[events["kind"] == "open"], events[events["kind"].isin(_GOES)]
    if len(opens) <= MOST_BARS:
        return None
    names = {str(r["region"]): context.words.place(r, "region") for r in records(context.plan.proposed.regions)}
    quarters = sorted({str(q) for q in pd.concat([opens["start_quarter"], goes["start_quarter"]])})

    def counted(rows: pd.DataFrame) -> list[Value]:
        n = rows["start_quarter"].astype(str).value_counts()
        return [int(n[q]) if q in n.index else None for q in quarters]

    regions = sorted({str(r) for r in opens["region"].dropna()})
    table: list[tuple[Value, ...]] = [
        (names.get(code, code), *counted(opens[opens["region"].astype(str) == code])) for code in regions
    ]
    table.append((say(N_("Offices that close or move")), *counted(goes)))
    columns = [Column(say(N_("Region"))), *(Column(f"{q[5]}/{q[:4]}", "whole") for q in quarters)]
    return context.table("by-quarter", say(N_("Openings of points and shared premises by quarter")), columns, table)
