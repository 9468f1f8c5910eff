"""The document's tables as an Excel workbook: every row, unrounded figures with formats, sources and the mark."""

from __future__ import annotations

import datetime as dt
import io
import math

import xlsxwriter

from tunti.locale import N_
from tunti.report.document import Column, Document, KeyFigures, Table
from tunti.report.words import Words, missing, words_for

SHEETS = {
    "agencies": N_("Agencies today"),
    "points": N_("Points"),
    "offices": N_("Offices"),
    "regions": N_("Regions"),
    "municipalities": N_("Municipalities"),
    "certainty": N_("Certainty"),
    "groups": N_("Groups"),
    "means": N_("Means of travel"),
    "excess": N_("How much over"),
    "fixes": N_("Fixes"),
    "outside": N_("Outside"),
    "neighbours": N_("Neighbours"),
    "certificate": N_("Certificate"),
    "speeds": N_("Speeds"),
    "sources": N_("Sources"),
    "findings": N_("Findings"),
    "snap": N_("Joining"),
    "run": N_("Run record"),
    "people": N_("People"),
    "duties": N_("Agencies at points"),
    "services": N_("Services"),
    "closing": N_("Closing offices"),
    "language-duties": N_("Languages"),
    "alternatives": N_("Alternatives"),
    "closing-costs": N_("Leaving points out"),
    "risks": N_("Risks"),
    "follow": N_("Follow-up"),
    "figures": N_("Figures"),
    "totals": N_("Totals to target"),
    "load": N_("Fit-outs by year"),
    "conflicts": N_("Conflicts"),
    "states": N_("State of the plans"),
    "points-by-region": N_("Points by region"),
    "missing_point": N_("Points lacking"),
    "closure": N_("Closures"),
    "counted_on": N_("Points counted on"),
    "capacity": N_("Crews and money"),
    "service-costs": N_("Cost of service"),
    "towns": N_("Languages of municipalities"),
    "beyond": N_("Across the border"),
    "not-chosen": N_("Sites not chosen"),
    "swaps": N_("Points replaced"),
    "workplaces": N_("Shared premises"),
    "customer-need": N_("Customer area"),
    "remote-channels": N_("Visits by channel"),
    "remote-clerks": N_("Remote clerks"),
    "remote-interpreters": N_("Interpreters"),
    "remote-points": N_("Remote rooms"),
    "events": N_("Openings"),
    "shares": N_("Shares by quarter"),
    "money-sources": N_("The state's money"),
    "payers-together": N_("Payers together"),
    "payers": N_("Payers"),
    "effects": N_("Targets and emissions"),
}
"""Short names of sheets, keys of the catalogues."""

AGENCY_SHEETS = {"agency": "", "services": N_("services"), "closing": N_("closing offices")}
"""What a sheet of one agency holds, after the agency's code."""

_FORMATS = {
    "whole": "#,##0",
    "number": "#,##0.0",
    "share": '0.0" "%',
    "points": "+0.0;-0.0;0.0",
    "minutes": "#,##0",
    "euro": '#,##0" €"',
    "date": "d.m.yyyy",
    "text": "General",
}
HEADER_ROW = 3
"""Row of the headings, counted from 0: title, caption and mark stand above it."""


def sheet_name(table: Table, words: Words, taken: set[str]) -> str:
    """Give a sheet's name: short, without the signs that Excel refuses, unique.

    Parameters
    ----------
    table : Table
    words : Words
    taken : set of str
        Names in use; the new one is added.

    Returns
    -------
    str
    """
    text = words.text(SHEETS[table.name]) if table.name in SHEETS else table.caption
    kind, _, code = table.name.partition("-")
    if kind in AGENCY_SHEETS and table.name not in SHEETS:
        text = f"{code} {words.text(AGENCY_SHEETS[kind])}" if AGENCY_SHEETS[kind] else code
    text = "".join(" " if c in "[]:*?/\\" else c for c in text)[:28].strip("' ")
    name, k = text, 2
    while name.casefold() in taken:
        name, k = f"{text} {k}", k + 1
    taken.add(name.casefold())
    return name


def _width(column: Column, table: Table, k: int, words: Words) -> float:
    shown = [words.value(row[k], column) for row in table.rows[:200]]
    longest = max([*(len(s) for s in shown), 6])
    return min(max(longest + 3, min(len(column.full_title) + 2, 18)), 60)


def write_excel(document: Document, *, timestamp: dt.datetime) -> bytes:
    """Write every table on a sheet of its own, after a sheet with the summary.

    Parameters
    ----------
    document : Document
    timestamp : datetime
        Goes into the file's properties, so that the same document gives the same bytes.

    Returns
    -------
    bytes
    """
    words = words_for(document.language)
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "default_date_format": "d.m.yyyy"})
    running = f"{document.subtitle} – {document.title}"
    book.set_properties({"title": running, "comments": " ".join(document.marks), "created": timestamp})
    mark = book.add_format({"bold": True, "font_color": "#8A2A10"})
    title = book.add_format({"bold": True, "font_size": 14, "font_color": "#1F4E79"})
    plain = book.add_format({"text_wrap": True, "valign": "top"})
    bold = book.add_format({"bold": True, "valign": "top"})
    taken: set[str] = set()
    cover = book.add_worksheet(words.text(N_("Summary"))[:28])
    taken.add(cover.get_name().casefold())
    cover.set_column(0, 0, 44)
    cover.set_column(1, 1, 62)
    cover.set_column(2, 2, 30)
    cover.write_string(0, 0, running, title)
    for k, text in enumerate(document.marks):
        cover.write_string(1, k, text, mark)
    row = 3
    for label, value in document.facts:
        cover.write_string(row, 0, label, bold)
        cover.write_string(row, 1, value, plain)
        row += 1
    row += 1
    for block in document.blocks():
        if isinstance(block, KeyFigures):
            for figure in block.figures:
                cover.write_string(row, 0, figure.label, plain)
                cover.write_string(row, 1, figure.value, bold)
                cover.write_string(row, 2, figure.detail, plain)
                row += 1
    row += 1
    cover.write_string(row, 0, words.text(N_("Sheets of this workbook")), bold)
    for table in document.tables():
        row += 1
        name = sheet_name(table, words, taken)
        cover.write_url(row, 0, f"internal:'{name}'!A1", string=name)
        cover.write_string(row, 1, table.caption, plain)
        _sheet(book, name, table, document, words)
    _page(cover, document)
    book.close()
    return out.getvalue()


def _page(sheet: xlsxwriter.workbook.Worksheet, document: Document) -> None:
    """Set the sheet up for A4, with the mark and the plan's name on each printed page."""
    sheet.set_paper(9)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    name = document.subtitle.replace("&", "&&")
    sheet.set_header(f"&L{name}&R{' '.join(document.marks)}")
    sheet.set_footer("&R&P (&N)")


def _sheet(book: xlsxwriter.Workbook, name: str, table: Table, document: Document, words: Words) -> None:
    sheet = book.add_worksheet(name)
    caption = book.add_format({"bold": True, "font_size": 12, "font_color": "#1F4E79"})
    mark = book.add_format({"bold": True, "font_color": "#8A2A10"})
    small = book.add_format({"font_color": "#4C5863", "italic": True})
    sheet.write_string(0, 0, table.caption, caption)
    sheet.write_string(1, 0, " ".join(document.marks), mark)
    sheet.write_string(2, 0, table.note, small)
    widths = [_width(column, table, k, words) for k, column in enumerate(table.columns)]
    lines = max(math.ceil(len(c.full_title) * 1.5 / w) for c, w in zip(table.columns, widths, strict=True))
    sheet.set_row(HEADER_ROW, 15.0 * min(lines, 5))
    for k, column in enumerate(table.columns):
        head = {
            "bold": True,
            "font_color": "#1F4E79",
            "bottom": 2,
            "bottom_color": "#1F4E79",
            "text_wrap": True,
            "valign": "bottom",
            "align": "right" if column.numeric else "left",
            "indent": 0 if column.numeric or not k else 1,
        }
        sheet.write_string(HEADER_ROW, k, column.full_title, book.add_format(head))
        pattern = _FORMATS[column.kind]
        if column.kind == "share" and document.language == "en":
            pattern = "0.0%"
        cell = {"num_format": pattern, "valign": "top", "text_wrap": column.kind == "text"}
        if k and not column.numeric:
            cell["indent"] = 1
        body, sums = book.add_format(cell), book.add_format({**cell, "bold": True, "top": 2})
        sheet.set_column(k, k, widths[k])
        for r, row in enumerate(table.rows, start=HEADER_ROW + 1):
            _write(sheet, r, k, row[k], column, body)
        if table.total is not None:
            r = HEADER_ROW + 1 + len(table.rows)
            sheet.write_blank(r, k, None, sums)
            _write(sheet, r, k, table.total[k], column, sums)
    sheet.freeze_panes(HEADER_ROW + 1, 1)
    sheet.repeat_rows(HEADER_ROW)
    if table.rows:
        sheet.autofilter(HEADER_ROW, 0, HEADER_ROW + len(table.rows), len(table.columns) - 1)
    _page(sheet, document)


def _write(
    sheet: xlsxwriter.workbook.Worksheet,
    row: int,
    k: int,
    value: object,
    column: Column,
    form: xlsxwriter.workbook.Format,
) -> None:
    """Write one value as it is; the format rounds what is shown."""
    if missing(value):
        return
    if isinstance(value, bool | str):
        sheet.write_string(row, k, str(value), form)
    elif isinstance(value, int | float):
        # A per cent format shows a share; percentage points are shown as such.
        sheet.write_number(row, k, value * 100 if column.kind == "points" else value, form)
    elif isinstance(value, dt.date):
        sheet.write_datetime(row, k, value, form)
