"""Reads and changes single cells of a table in the user's own file; everything else in the file stays as it is."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from lxml import etree

from tunti.errors import TuntiError
from tunti.findings import say
from tunti.inputs.readers.excel import open_book
from tunti.inputs.readers.folder import tables_found
from tunti.inputs.readers.header_rows import find_header
from tunti.inputs.readers.headers import understand
from tunti.inputs.readers.raw import Raw, Unreadable
from tunti.inputs.readers.sheets import sheet_grid, sheet_of
from tunti.inputs.readers.table import open_raw
from tunti.inputs.readers.values import as_text
from tunti.inputs.schemas import SCHEMAS, SOURCES, Schema
from tunti.inputs.words import cell_address
from tunti.inputs.workbook_parts import main_part, parse, rels_part, sheet_parts, targets

_TABLES: dict[str, Schema] = {**SCHEMAS, SOURCES.name: SOURCES}
CORRECTED = (".csv", ".xlsx")
"""Endings of the files whose cells can be changed here; in others places are kept as shapes that no form shows."""


@dataclass(frozen=True)
class Cell:
    """One cell of a row.

    Attributes
    ----------
    column : str
        Name of the schema's column, or the header as it was typed where no column is meant.
    header : str
        As it was typed.
    value : str
    """

    column: str
    header: str
    value: str


@dataclass(frozen=True, eq=False)
class OpenTable:
    """A table as it lies in its file.

    Attributes
    ----------
    path : Path
    sheet : str or None
    schema : Schema
    raw : Raw
    """

    path: Path
    sheet: str | None
    schema: Schema
    raw: Raw

    def number_of(self, row: int | str | None) -> int | None:
        """Give the number of a row in the file that a finding names by its number or by its id; None without one."""
        if row is None or isinstance(row, int):
            return row if row is not None and row in self.raw.rows else None
        key = self.columns().get(self.schema.key[0]) if self.schema.key else None
        if key is None:
            return None
        hit = np.flatnonzero(as_text(self.raw.values[key]).to_numpy() == row)
        return int(self.raw.rows[hit[0]]) if len(hit) else None

    def columns(self) -> dict[str, int]:
        """Give the position of each column, by the schema's name and by the header as it was typed."""
        return _positions(self.raw.headers, self.schema)

    def row(self, number: int) -> tuple[Cell, ...]:
        """Give the cells of a row by its number in the file; none when there is no such row."""
        hit = np.flatnonzero(self.raw.rows == number)
        if not len(hit):
            return ()
        headers = self.raw.headers
        return tuple(
            Cell(understand(h, self.schema) or h, h, str(as_text(v.iloc[[hit[0]]]).iloc[0]))
            for h, v in zip(headers, self.raw.values, strict=True)
            if h
        )

    def value(self, row: int | str | None, column: str | None) -> str | None:
        """Give what stands in a cell; None when the file has no such cell."""
        number = self.number_of(row)
        position = self.columns().get(column or "")
        if number is None or position is None:
            return None
        hit = np.flatnonzero(self.raw.rows == number)
        return str(as_text(self.raw.values[position].iloc[[hit[0]]]).iloc[0])


def _positions(headers: Any, schema: Schema) -> dict[str, int]:
    found: dict[str, int] = {}
    for k, header in enumerate(headers):
        for name in (understand(header, schema) if header else None, header):
            if name:
                found.setdefault(name, k)
    return found


def open_tables(folder: Path) -> dict[str, OpenTable]:
    """Open the tables of a project's folder whose cells can be changed, each when it is asked for by name.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    dict of str to OpenTable
        A file that can't be read at all is left out; the readers say why.
    """
    return _Tables(folder)


class _Tables(dict[str, OpenTable]):
    """Tables that are opened when they are first asked for: a project has some that nobody asks for."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._where = {n: (p, s) for n, p, s in tables_found(folder) if p.suffix.casefold() in CORRECTED}

    def __contains__(self, name: object) -> bool:
        return name in self._where

    def __missing__(self, name: str) -> OpenTable:
        path, sheet = self._where[name]
        try:
            raw, _ = open_raw(path, _TABLES[name], sheet)
        except Unreadable as reason:
            del self._where[name]
            raise KeyError(name) from reason
        self[name] = OpenTable(path, sheet, _TABLES[name], raw)
        return self[name]

    def get(self, name: str, default: Any = None) -> Any:
        """Give a table, the default when it can't be opened."""
        try:
            return self[name]
        except KeyError:
            return default


def corrected(table: OpenTable, cells: Mapping[tuple[int, str], str]) -> bytes:
    """Give the file of a table with some cells changed.

    Parameters
    ----------
    table : OpenTable
    cells : mapping of (int, str) to str
        New value by the row's number in the file and the column.

    Returns
    -------
    bytes
        Of a workbook everything else stays, byte for byte. A text file is written as UTF-8 with each row under its old
        number.

    Raises
    ------
    TuntiError
        A cell is not in the file, or holds a formula.
    """
    for row, column in cells:
        if table.value(row, column) is None:
            raise TuntiError(say("The file has no cell in row {row}, column '{column}'.", row=str(row), column=column))
    if table.path.suffix.casefold() == ".xlsx":
        return _in_workbook(table, cells)
    raw, columns = table.raw, table.columns()
    texts = [list(as_text(v)) for v in raw.values]
    for (row, column), value in cells.items():
        texts[columns[column]][int(np.flatnonzero(raw.rows == row)[0])] = value.strip()
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";" if any("," in t for c in texts for t in c) else ",", lineterminator="\n")
    at = 1
    for number, line in [(raw.header_row, raw.headers), *zip(raw.rows.tolist(), zip(*texts, strict=True), strict=True)]:
        for _ in range(int(number) - at):
            out.write("\n")
        writer.writerow(line)
        at = int(number) + 1
    return out.getvalue().encode("utf-8")


def _in_workbook(table: OpenTable, cells: Mapping[tuple[int, str], str]) -> bytes:
    book = open_book(table.path, table.schema.name)
    sheet = sheet_of(book, table.schema, table.sheet)
    header = None if sheet is None else find_header(sheet_grid(book, sheet), table.schema)
    if sheet is None or header is None:
        raise TuntiError(say("The file {file} has changed meanwhile. Load the page again.", file=table.path.name))
    columns = _positions(header.names, table.schema)
    with zipfile.ZipFile(table.path) as parts:
        entries = [(info, parts.read(info)) for info in parts.infolist()]
    content = {info.filename: data for info, data in entries}
    main = main_part(content.__getitem__)
    part = sheet_parts(parse(content[main]), targets(main, parse(content[rels_part(main)])))[sheet]
    root = parse(content[part])
    for (row, column), value in cells.items():
        numeric = column in table.schema.names and table.schema[column].kind in ("number", "whole")
        _write(root, row, columns[column], value.strip(), numeric=numeric)
    content[part] = bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for info, _ in entries:
            packed.writestr(info, content[info.filename])
    return out.getvalue()


def _write(root: Any, row: int, position: int, value: str, *, numeric: bool) -> None:
    """Write a value into a cell of a sheet's XML; its format stays."""
    space = etree.QName(root).namespace
    line = _numbered(root.find(f"{{{space}}}sheetData"), f"{{{space}}}row", row)
    cell = _numbered(line, f"{{{space}}}c", position, address=cell_address(row, position))
    if cell.find(f"{{{space}}}f") is not None:
        raise TuntiError(
            say("The cell {cell} holds a formula. Change it in the workbook.", cell=cell_address(row, position))
        )
    for child in list(cell):
        cell.remove(child)
    cell.attrib.pop("t", None)
    if not value:
        return
    if numeric and _plain_number(value):
        etree.SubElement(cell, f"{{{space}}}v").text = value.replace(",", ".")
        return
    cell.set("t", "inlineStr")
    text = etree.SubElement(etree.SubElement(cell, f"{{{space}}}is"), f"{{{space}}}t")
    text.text = value
    text.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")


def _plain_number(text: str) -> bool:
    try:
        return bool(np.isfinite(float(text.replace(",", ".")))) and "_" not in text
    except ValueError:
        return False


def _numbered(parent: Any, tag: str, wanted: int, *, address: str | None = None) -> Any:
    """Find a row or cell by its number, or add it in its place; without an address it follows the one before it."""
    at = -1 if address is not None else 0
    for element in parent:
        said = element.get("r")
        if said is None:
            at += 1
        else:
            at = int(said) if address is None else _column(said)
        if at == wanted:
            return element
        if at > wanted:
            made = etree.Element(tag)
            element.addprevious(made)
            break
    else:
        made = etree.SubElement(parent, tag)
    made.set("r", str(wanted) if address is None else address)
    return made


def _column(address: str) -> int:
    column = 0
    for letter in address:
        if letter.isalpha():
            column = column * 26 + ord(letter.upper()) - 64
    return column - 1
