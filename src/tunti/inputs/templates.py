"""Makes the Excel template that a planner fills in: the schemas in Finnish, Swedish or English."""

from __future__ import annotations

import datetime as dt
import string
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

from tunti.inputs.readers.table import EXAMPLE_WORD
from tunti.inputs.readers.values import to_date, to_number
from tunti.inputs.schemas import SCHEMAS, SOURCES, Column, Schema
from tunti.inputs.words import INSTRUCTIONS_SHEET, label
from tunti.locale import LANGUAGES, N_, translator

TITLE_ROW, TABLE_ROW, DESCRIPTION_ROW, UNIT_ROW, HEADER_ROW, EXAMPLE_ROW = range(6)
"""Rows of a template's sheet, from 0; the user's own rows begin under the example."""

_LAST_ROW = 100_000
_CREATED = dt.datetime(2026, 1, 1)
_INK, _HEAD, _MUST, _PALE = "#1f2a36", "#d7e3ef", "#b9d0e6", "#f3f5f7"

_INSTRUCTIONS = (
    N_("Each sheet is one table. Fill in the sheets that you have data for and leave the others as they are."),
    N_("Write one row for each cell, municipality, office and so on, under the grey example row."),
    N_("The example row begins with the word 'Example:'. It is never read; you may leave it or remove it."),
    N_("Columns with a darker heading must be filled on every row. The other columns may be empty."),
    N_("Don't rename the sheets or the headings. You may remove columns that you don't need and change their order."),
    N_("Give places either as x and y in metres (ETRS-TM35FIN) or as longitude and latitude in degrees, not both."),
    N_("Write numbers without units. Decimal commas and spaces between thousands are understood."),
    N_("Write dates as 31.12.2027 or 2027-12-31. Leave a date empty when it is not set."),
    N_("Write several service modes in one cell with commas between them."),
    N_("Don't write names, identity codes or other data about persons: such columns are refused."),
    N_("Columns marked 'not public' are left out of public exports."),
    N_("Put the filled workbook in the project folder and run 'tunti check': it lists everything to be mended."),
)
_SHARE = N_("0–1 or %")
_REQUIRED = N_("must be filled")
_NOT_PUBLIC = N_("not public")
_TABLE_REQUIRED = N_("A plan can't be made without this table.")


def write_templates(folder: Path) -> list[Path]:
    """Write the Excel template in each of the three languages.

    Parameters
    ----------
    folder : Path
        Made if it is not there.

    Returns
    -------
    list of Path
        ``tunti-fi.xlsx``, ``tunti-sv.xlsx`` and ``tunti-en.xlsx``.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    return [write_template(folder / f"tunti-{language}.xlsx", language=language) for language in LANGUAGES]


def write_template(path: Path, *, language: str = "fi", tables: Sequence[str] | None = None) -> Path:
    """Write an Excel workbook in which a planner fills in the input tables.

    Each sheet has a title, the description and the unit of each column, the headings and an example row that is never
    read. Columns with fixed words have a list to choose from.

    Parameters
    ----------
    path : Path
        File to write; an older one is replaced. The same call writes the same bytes.
    language : {"fi", "sv", "en"}
        Language of sheets, headings and instructions.
    tables : sequence of str, optional
        Names of the tables; all input tables and the list of sources by default.

    Returns
    -------
    Path
        The file.
    """
    known = {**SCHEMAS, SOURCES.name: SOURCES}
    schemas = [known[name] for name in (tables if tables is not None else known)]
    say = translator(language)
    book = xlsxwriter.Workbook(str(path), {"default_date_format": _date_format(language)})
    book.set_properties({"title": "Tunti", "author": "Tunti", "created": _CREATED})
    styles = _styles(book, language)
    _write_instructions(book, styles, schemas, language)
    for schema in schemas:
        _write_sheet(book.add_worksheet(say(schema.label)[:31]), styles, schema, language, [s.name for s in schemas])
    book.close()
    return Path(path)


def _date_format(language: str) -> str:
    return "yyyy-mm-dd" if language in ("sv", "en") else "d.m.yyyy"


def _styles(book: Any, language: str) -> dict[str, Any]:
    font = {"font_name": "Calibri", "font_size": 11, "font_color": _INK}
    wrap = {**font, "text_wrap": True, "valign": "top"}
    date = _date_format(language)
    formats = {"text": "@", "date": date, "whole": "#,##0", "number": "General", "share": "0.00"}
    example = {**font, "italic": True, "font_color": "#6b7580", "bg_color": _PALE}
    return {
        "title": book.add_format({**font, "bold": True, "font_size": 15}),
        "plain": book.add_format(font),
        "wrap": book.add_format(wrap),
        "bold": book.add_format({**font, "bold": True}),
        "description": book.add_format({**wrap, "font_size": 9, "font_color": "#4a5662"}),
        "unit": book.add_format({**font, "font_size": 9, "italic": True}),
        "head": book.add_format({**font, "bold": True, "bg_color": _HEAD, "border": 1, "border_color": "#9fb3c6"}),
        "must": book.add_format({**font, "bold": True, "bg_color": _MUST, "border": 1, "border_color": "#9fb3c6"}),
        **{k: book.add_format({**font, "num_format": f}) for k, f in formats.items()},
        **{f"example {k}": book.add_format({**example, "num_format": f}) for k, f in formats.items()},
    }


def _write_instructions(book: Any, styles: dict[str, Any], schemas: Sequence[Schema], language: str) -> None:
    say = translator(language)
    sheet = book.add_worksheet(say(INSTRUCTIONS_SHEET))
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 32)
    sheet.set_column(1, 1, 95)
    sheet.write_string(0, 0, say(N_("Input tables of a Tunti project")), styles["title"])
    row = 2
    for i, text in enumerate(_INSTRUCTIONS):
        sheet.write_number(row, 0, i + 1, styles["wrap"])
        sheet.write_string(row, 1, say(text), styles["wrap"])
        row += 1
    row += 1
    for schema in schemas:
        text = say(schema.description) + (f" {say(_TABLE_REQUIRED)}" if schema.required else "")
        sheet.write_url(row, 0, f"internal:'{say(schema.label)[:31]}'!A1", styles["bold"], say(schema.label))
        sheet.write_string(row, 1, text, styles["wrap"])
        row += 1


def _write_sheet(sheet: Any, styles: dict[str, Any], schema: Schema, language: str, given: Sequence[str]) -> None:
    """Write a table's sheet; ``given`` names the tables that the workbook has."""
    say = translator(language)
    sheet.write_string(TITLE_ROW, 0, say(schema.label), styles["title"])
    sheet.write_string(TABLE_ROW, 0, say(schema.description), styles["plain"])
    sheet.set_row(DESCRIPTION_ROW, 62)
    for i, column in enumerate(schema.columns):
        kind = _kind(column)
        heading, description = say(column.label), _describe(column, language)
        sheet.set_column(i, i, max(14, min(len(heading) + 5, 34), 24 if i == 0 else 0), styles[kind])
        sheet.write_string(DESCRIPTION_ROW, i, description, styles["description"])
        sheet.write_string(UNIT_ROW, i, _unit(column, language), styles["unit"])
        sheet.write_string(HEADER_ROW, i, heading, styles["must" if column.required else "head"])
        _write_example(sheet, styles, i, column, language)
        _validate(sheet, i, column, language, given)
    sheet.freeze_panes(HEADER_ROW + 1, 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(HEADER_ROW)


def _kind(column: Column) -> str:
    return column.kind if column.kind in ("date", "whole", "number", "share") else "text"


def word_label(word: str, language: str) -> str:
    """Say a choice, or another word that the product knows, as it stands in the template's list."""
    return label(word).text(language)


def _describe(column: Column, language: str) -> str:
    text = translator(language)(column.description)
    if column.kind == "modes":
        text += " " + ", ".join(word_label(word, language) for word in column.choices) + "."
    return text


def _unit(column: Column, language: str) -> str:
    say = translator(language)
    parts = [
        say(column.unit) if column.unit else say(_SHARE) if column.kind == "share" else "",
        say(_REQUIRED) if column.required else "",
        say(_NOT_PUBLIC) if column.visibility != "public" else "",
    ]
    return " · ".join(p for p in parts if p)


def _write_example(sheet: Any, styles: dict[str, Any], i: int, column: Column, language: str) -> None:
    say = translator(language)
    text, kind = column.example, _kind(column)
    style = styles[f"example {kind if i else 'text'}"]
    if column.name in ("lon", "lat"):
        # The example gives its place once, in metres.
        text = ""
    elif column.kind in ("yes_no", "choice") or text in column.words:
        text = word_label(text, language)
    elif column.kind in ("id", "text"):
        text = say(text) if text else ""
    elif column.kind == "modes":
        text = ", ".join(word_label(word, language) for word in text.split())
    if i == 0:
        sheet.write_string(EXAMPLE_ROW, i, f"{say(EXAMPLE_WORD)}: {text}".strip(), style)
    elif not text:
        sheet.write_blank(EXAMPLE_ROW, i, None, style)
    elif kind == "date" and (day := to_date(text)) is not None:
        sheet.write_datetime(EXAMPLE_ROW, i, dt.datetime(day.year, day.month, day.day), style)
    elif kind in ("whole", "number", "share") and (number := to_number(text)) is not None:
        sheet.write_number(EXAMPLE_ROW, i, number, style)
    else:
        sheet.write_string(EXAMPLE_ROW, i, text, style)


def _offered(column: Column, language: str) -> str:
    """Write the range of a table's own ids under its headings, as long as it is filled."""
    target = SCHEMAS[column.refers_to]
    letter = string.ascii_uppercase[target.names.index(target.key[0])]
    sheet = "'" + translator(language)(target.label)[:31].replace("'", "''") + "'"
    first = EXAMPLE_ROW + 2
    ids = f"{sheet}!${letter}${first}:${letter}${_LAST_ROW}"
    return f"=OFFSET({sheet}!${letter}${first},0,0,MAX(1,COUNTA({ids})),1)"


def _validate(sheet: Any, i: int, column: Column, language: str, given: Sequence[str]) -> None:
    """Offer a list of words or ids, and stop numbers and dates that can't be right as they are typed."""
    say = translator(language)
    rule: dict[str, Any]
    if column.kind in ("choice", "yes_no") or column.words:
        words = column.choices or column.words or ("yes", "no")
        # Words are offered where others may stand too, and asked for where they may not.
        offered = [word_label(word, language) for word in words]
        rule = {"validate": "list", "source": offered, "show_error": not column.words}
    elif column.refers_to in given:
        # Ids of a table that lies elsewhere, and names in their place, may be typed too.
        rule = {"validate": "list", "source": _offered(column, language), "show_error": False}
    elif column.kind == "date":
        rule = {"validate": "date", "criteria": ">=", "value": dt.date(1900, 1, 1)}
    elif column.kind in ("whole", "number", "share") and (
        column.at_least is not None or column.at_most is not None or column.kind == "whole"
    ):
        low, high = column.at_least, column.at_most
        rule = {
            "validate": "integer" if column.kind == "whole" else "decimal",
            "criteria": "between",
            "minimum": -1_000_000_000 if low is None else low,
            "maximum": 1_000_000_000 if high is None else high,
        }
    else:
        return
    rule |= {
        "input_title": say(column.label)[:32],
        "input_message": _describe(column, language)[:255],
        "error_title": say(column.label)[:32],
        "error_message": say(N_("The value does not fit the column. See the description above the heading."))[:255],
    }
    sheet.data_validation(EXAMPLE_ROW + 1, i, _LAST_ROW, i, rule)
