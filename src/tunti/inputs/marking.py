"""Finds the cell of each finding in the user's files, and makes a workbook of tables that lie in no workbook."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter

from tunti.findings import Finding, Level
from tunti.inputs.marked import Mark, marked
from tunti.inputs.new_sheet import NewSheet
from tunti.inputs.readers.excel import open_book
from tunti.inputs.readers.folder import tables_found
from tunti.inputs.readers.header_rows import WITHIN, find_header
from tunti.inputs.readers.headers import understand
from tunti.inputs.readers.raw import Unreadable
from tunti.inputs.readers.sheets import sheet_grid, sheet_of
from tunti.inputs.readers.table import open_raw
from tunti.inputs.readers.values import as_text
from tunti.inputs.schemas import SCHEMAS, SOURCES, Schema
from tunti.inputs.tables import Inputs
from tunti.locale import N_, translator

_TABLES: dict[str, Schema] = {**SCHEMAS, SOURCES.name: SOURCES}
MOST_ROWS = 200_000
"""Larger tables are not written into a new workbook: Excel would hardly open it."""

_CREATED = dt.datetime(2026, 1, 1)


@dataclass(frozen=True)
class _Where:
    """Where a table stands in the workbook."""

    sheet: str
    columns: Mapping[str, int]
    headers: Mapping[str, int]
    header_row: int


def marked_folder(
    folder: Path, inputs: Inputs, findings: Sequence[Finding], *, language: str, sheets: Sequence[NewSheet] = ()
) -> tuple[bytes, int]:
    """Mark what was found in a copy of the project's own workbook.

    Of several workbooks the one with most findings is taken. When no table lies in a workbook, one is made of the
    tables with findings; their rows keep their numbers. A finding on a table that is not in the workbook is listed
    without a link.

    Parameters
    ----------
    folder : Path
        The project's folder.
    inputs : Inputs
        The tables as they were read: a finding may name a row by its id.
    findings : sequence of Finding
    language : {"fi", "sv", "en"}
    sheets : sequence of NewSheet
        Further sheets, such as those of data quality.

    Returns
    -------
    book : bytes
    cells : int
        Number of marked cells.
    """
    tables = tables_found(folder)
    count = {name: sum(f.table == name for f in findings) for name, _, _ in tables}
    books: dict[Path, list[tuple[str, str | None]]] = {}
    for name, path, sheet in tables:
        if path.suffix.casefold() == ".xlsx":
            books.setdefault(path, []).append((name, sheet))
    where: dict[str, _Where] = {}
    if books:
        chosen = max(books, key=lambda p: (sum(count[n] for n, _ in books[p]), len(books[p]), str(p)))
        content = chosen.read_bytes()
        for name, sheet in books[chosen]:
            found = _in_book(chosen, name, sheet)
            if found is not None:
                where[name] = found
    else:
        asked = [(n, p, s) for n, p, s in tables if count[n]] or tables[:1]
        content, where = _new_book(asked, language)
    marks = sorted((_mark(f, where, inputs, language) for f in findings), key=_urgency)
    cells = {(m.sheet, address) for m in marks for address in m.addresses}
    return marked(content, marks, language=language, sheets=sheets), len(cells)


def _in_book(path: Path, name: str, sheet: str | None) -> _Where | None:
    schema = _TABLES[name]
    try:
        book = open_book(path, name)
    except Unreadable:
        return None
    title = sheet_of(book, schema, sheet)
    header = None if title is None else find_header(sheet_grid(book, title, rows=WITHIN), schema)
    if title is None or header is None:
        return None
    return _where(title, header.names, header.at + 1, schema)


def _where(sheet: str, headers: Sequence[str], header_row: int, schema: Schema) -> _Where:
    columns: dict[str, int] = {}
    for k, header in enumerate(headers):
        meant = understand(header, schema) if header else None
        if meant is not None:
            columns.setdefault(meant, k)
    return _Where(sheet, columns, {h: k for k, h in reversed(list(enumerate(headers))) if h}, header_row)


def _new_book(tables: Sequence[tuple[str, Path, str | None]], language: str) -> tuple[bytes, dict[str, _Where]]:
    """Write the tables of other files on sheets of a new workbook, each row under its own number."""
    say = translator(language)
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.set_properties({"title": "Tunti", "created": _CREATED})
    head = book.add_format({"bold": True, "bg_color": "#d7e3ef"})
    text = book.add_format({"num_format": "@"})
    where: dict[str, _Where] = {}
    for name, path, sheet in tables:
        schema = _TABLES[name]
        try:
            raw, _ = open_raw(path, schema, sheet)
        except (Unreadable, OSError):
            continue
        if len(raw.rows) > MOST_ROWS:
            continue
        title = say(schema.label)[:31]
        page = book.add_worksheet(title)
        for k, header in enumerate(raw.headers):
            page.write_string(raw.header_row - 1, k, header, head)
            page.set_column(k, k, min(max(len(header) + 3, 12), 40))
            values = as_text(raw.values[k])
            for row, value in zip(raw.rows, values, strict=True):
                if value:
                    page.write_string(int(row) - 1, k, str(value), text)
        page.freeze_panes(raw.header_row, 0)
        where[name] = _where(title, raw.headers, raw.header_row, schema)
    if not where:
        book.add_worksheet(say(N_("Tables")))
    book.close()
    return out.getvalue(), where


def _urgency(mark: Mark) -> tuple[Any, ...]:
    """Put the gravest first, and those of a table in the order of its cells."""
    place = (mark.sheet or "", mark.row or 0, mark.position or 0)
    return (list(Level).index(mark.finding.level), mark.sheet is None, mark.table, *place)


def _mark(finding: Finding, where: Mapping[str, _Where], inputs: Inputs, language: str) -> Mark:
    say = translator(language)
    schema = _TABLES.get(finding.table)
    table = say(schema.label) if schema is not None else finding.table
    column = finding.column or ""
    if schema is not None and finding.column in schema.names:
        column = say(schema[finding.column].label)
    found = where.get(finding.table)
    if found is None or schema is None:
        return Mark(finding, table, column)
    rows = [r for r in (_row(name, finding.table, inputs, schema) for name in finding.rows) if r is not None]
    row = _row(finding.row, finding.table, inputs, schema)
    if row is None and rows:
        row, *rows = rows
    position = found.columns.get(finding.column or "", found.headers.get(finding.column or ""))
    if row is None and position is not None:
        row = found.header_row
    if position is None and row is not None:
        # The whole row is meant, or a column that is not there: its name is marked.
        key = (*schema.key, *schema.names)
        position = next((found.columns[c] for c in key if c in found.columns), 0)
    return Mark(finding, table, column, found.sheet, row, position, tuple(rows))


def _row(row: int | str | None, table: str, inputs: Inputs, schema: Schema) -> int | None:
    """Give the row on the sheet: the finding's own, or that of the id it names."""
    if row is None or isinstance(row, int):
        return row
    frame: pd.DataFrame | None = getattr(inputs, table, None)
    if frame is None or not schema.key or schema.key[0] not in frame:
        return None
    rows = frame.index[(frame[schema.key[0]].astype("string") == str(row)).fillna(False)]
    return int(rows[0]) if len(rows) else None
