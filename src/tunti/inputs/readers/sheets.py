"""Finds which sheet of a workbook holds which table, also when the sheet has a name of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tunti.inputs.readers.header_rows import WITHIN, find_header
from tunti.inputs.readers.headers import understand
from tunti.inputs.readers.values import plain_text
from tunti.inputs.schemas import Schema
from tunti.inputs.words import fold
from tunti.locale import LANGUAGES, translator

_LEAST_LETTERS = 5
"""A shorter label is found in names that mean something else."""


def names_of(schema: Schema) -> set[str]:
    """Give the folded names under which a table's sheet or layer is found: its name and its labels."""
    return {fold(schema.name), *(fold(translator(language)(schema.label)) for language in LANGUAGES)}


def find_sheet(names: Sequence[str], schema: Schema) -> str | None:
    """Find a table's sheet by the table's name or its label in any language."""
    wanted = names_of(schema)
    return next((n for n in names if fold(n) in wanted), None)


def sheet_of(book: Any, schema: Schema, sheet: str | None) -> str | None:
    """Find the sheet of a workbook that holds a table.

    Parameters
    ----------
    book : CalamineWorkbook
    schema : Schema
    sheet : str or None
        The sheet where it is known.

    Returns
    -------
    str or None
        The known sheet, else the one of the table's name or label, the only one, or the likeliest by its headers.
    """
    names: list[str] = list(book.sheet_names)
    if sheet in names:
        return sheet
    found = find_sheet(names, schema)
    if found is None and len(names) == 1:
        return names[0]
    return found or likely_tables(book, names, {schema.name: schema}).get(schema.name)


def value_text(value: Any) -> str:
    """Write a cell of a sheet as a user would type it."""
    return value.strip() if isinstance(value, str) else plain_text(value)


def sheet_grid(book: Any, sheet: str, *, rows: int | None = None) -> list[list[str]]:
    """Read a sheet's cells as texts.

    Parameters
    ----------
    book : CalamineWorkbook
    sheet : str
    rows : int, optional
        Only so many from the top.

    Returns
    -------
    list of rows
    """
    cells = book.get_sheet_by_name(sheet).to_python(skip_empty_area=False, nrows=rows)
    return [[value_text(v) for v in row] for row in cells]


def likely_tables(book: Any, sheets: Sequence[str], tables: Mapping[str, Schema]) -> dict[str, str]:
    """Guess by their headers which sheets hold which tables.

    A sheet whose name holds the table's label ('Offices 2026') needs two known headers; any other one needs every
    required column, three known headers, and half of its headers known.

    Parameters
    ----------
    book : CalamineWorkbook
    sheets : sequence of str
        Sheets that are not named after a table.
    tables : mapping of str to Schema
        Tables that have no sheet yet.

    Returns
    -------
    dict
        Table -> sheet; each sheet once, the likeliest pairs first.
    """
    pairs: list[tuple[bool, int, int, str, str]] = []
    for at, sheet in enumerate(sheets):
        grid = sheet_grid(book, sheet, rows=WITHIN)
        for name, schema in tables.items():
            header = find_header(grid, schema)
            if header is None:
                continue
            filled = sum(1 for n in header.names if n)
            known = {understand(n, schema) for n in header.names if n} - {None}
            named = any(len(w) >= _LEAST_LETTERS and w in fold(sheet) for w in names_of(schema))
            whole = all(c.name in known for c in schema.columns if c.required)
            if (named and len(known) >= 2) or (whole and len(known) >= 3 and 2 * len(known) >= filled):
                pairs.append((not named, -len(known), at, name, sheet))
    found: dict[str, str] = {}
    for _, _, _, name, sheet in sorted(pairs):
        if name not in found and sheet not in found.values():
            found[name] = sheet
    return found
