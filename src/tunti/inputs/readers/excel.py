"""Reads Excel workbooks: finds the sheet, refuses what is locked or broken."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from python_calamine import CalamineWorkbook

from tunti.findings import Finding, error, note, say, warning
from tunti.inputs.readers.header_rows import HeaderRow, find_header
from tunti.inputs.readers.headers import understand
from tunti.inputs.readers.raw import Raw, Unreadable, from_grid
from tunti.inputs.readers.sheets import sheet_grid, sheet_of
from tunti.inputs.readers.text import no_header
from tunti.inputs.schemas import Schema
from tunti.inputs.words import cell_place
from tunti.inputs.workbook_parts import error_cells, hidden_rows, sheet_xml

_MOST_BYTES = 2_000_000_000
_MOST_TIMES_PACKED = 300
_OLE = b"\xd0\xcf\x11\xe0"


def open_book(path: Path, table: str) -> Any:
    """Open a workbook after a look at whether it is whole, unlocked and of a sane size.

    Parameters
    ----------
    path : Path
    table : str
        Name for the finding.

    Returns
    -------
    CalamineWorkbook

    Raises
    ------
    Unreadable
    """
    with path.open("rb") as file:
        start = file.read(4)
    if start == _OLE:
        raise Unreadable(
            error(
                table,
                None,
                None,
                say("The workbook {file} is locked with a password or is in an old Excel format.", file=path.name),
                say("Remove the password (File > Info > Protect Workbook) and save as an Excel workbook (.xlsx)."),
            )
        )
    try:
        with zipfile.ZipFile(path) as parts:
            size = sum(p.file_size for p in parts.infolist())
            packed = max(path.stat().st_size, 1)
            if size > _MOST_BYTES or (size > 100_000_000 and size / packed > _MOST_TIMES_PACKED):
                raise Unreadable(
                    error(
                        table,
                        None,
                        None,
                        say(
                            "The workbook {file} would grow to {n} MB when opened.", file=path.name, n=size // 1_000_000
                        ),
                        say("Copy the rows to a new workbook without unused rows and formats, or save them as CSV."),
                    )
                )
            if parts.testzip() is not None:
                raise zipfile.BadZipFile
        return CalamineWorkbook.from_path(str(path))
    except Unreadable:
        raise
    except Exception:  # a broken file can make the parser fail in any way; the user's remedy is the same
        raise Unreadable(broken(path, table)) from None


def broken(path: Path, table: str) -> Finding:
    """Report a file that is cut off or of another kind than its name says."""
    return error(
        table,
        None,
        None,
        say("The file {file} is broken or cut off: it can't be opened.", file=path.name),
        say("Open it in the program where it was made and save it again, or fetch it again from its source."),
    )


def read_excel(path: Path, schema: Schema, table: str, sheet: str | None = None) -> tuple[Raw, list[Finding]]:
    """Read one sheet of a workbook.

    Parameters
    ----------
    path : Path
    schema : Schema
    table : str
    sheet : str, optional
        Name of the sheet; else it is found by the table's name or label, or is the only one.

    Returns
    -------
    raw : Raw
    findings : list of Finding

    Raises
    ------
    Unreadable
    """
    book = open_book(path, table)
    found = sheet_of(book, schema, sheet)
    if found is None:
        raise Unreadable(
            error(
                table,
                None,
                None,
                say("The workbook {file} has no sheet for the table.", file=path.name),
                say("Name the sheet '{label}'; the workbook has the sheets {sheets}.",
                    label=say(schema.label), sheets=", ".join(book.sheet_names)),
            )
        )  # fmt: skip
    try:
        grid = sheet_grid(book, found)
        merged = book.get_sheet_by_name(found).merged_cell_ranges or []
        with zipfile.ZipFile(path) as parts:
            xml = sheet_xml(parts.read, found)
    except Exception:  # as when it is opened
        raise Unreadable(broken(path, table)) from None
    header = find_header(grid, schema)
    if header is None:
        raise Unreadable(no_header(f"{path.name} ({found})", table, schema))
    findings = [
        *_hidden(grid, header, hidden_rows(xml), table),
        *_failed(header, error_cells(xml), schema),
        *_fill_merged(grid, header, merged, schema),
    ]
    return from_grid(grid, header, from_excel=True), findings


def _hidden(grid: Sequence[Sequence[str]], header: HeaderRow, hidden: Sequence[int], table: str) -> Iterator[Finding]:
    """Say that rows which the sheet hides, by hand or by a filter, count too."""
    rows = [row for row in hidden if header.at + 1 < row <= len(grid) and any(grid[row - 1])]
    if rows:
        yield note(
            table,
            rows[0],
            None,
            say(
                "{n} hidden rows were read like the others, the first of them row {row}.", n=len(rows), row=str(rows[0])
            ),
            say("Nothing needs to be done if they count; else show the rows in the workbook and remove them."),
        )


def _failed(header: HeaderRow, cells: Sequence[tuple[str, str]], schema: Schema) -> Iterator[Finding]:
    """Report the cells whose formula gives an error: they would be taken for empty ones."""
    for address, value in cells:
        row, column = cell_place(address)
        name = understand(header.names[column], schema) if column < len(header.names) else None
        if row > header.at + 1 and name is not None:
            yield error(
                schema.name,
                row,
                name,
                say("The formula in the cell gives the error {value}.", value=value),
                say("Mend the formula in the workbook, or clear the cell."),
            )


def _fill_merged(
    grid: list[list[str]], header: HeaderRow, merged: Sequence[tuple[tuple[int, int], tuple[int, int]]], schema: Schema
) -> Iterator[Finding]:
    """Give each row of a merged cell its value, which stands in the first row only; figures are not repeated."""
    for (top, left), (bottom, _) in merged:
        if top <= header.at or bottom == top or left >= len(header.names) or bottom >= len(grid):
            continue
        name = understand(header.names[left], schema) if header.names[left] else None
        value = grid[top][left] if left < len(grid[top]) else ""
        if name is None or not value:
            continue
        if schema[name].kind in ("whole", "number"):
            yield warning(
                schema.name,
                top + 1,
                name,
                say("{value} is in a cell merged over rows {first}–{last}; it was read for the first of them only.",
                    value=value, first=str(top + 1), last=str(bottom + 1)),
                say("Unmerge the cells and write each row's own figure."),
            )  # fmt: skip
            continue
        for row in range(top + 1, bottom + 1):
            grid[row][left] = value
        yield note(
            schema.name,
            top + 1,
            name,
            say("'{value}' is in a cell merged over rows {first}–{last}; it was read for each of them.",
                value=value, first=str(top + 1), last=str(bottom + 1)),
            say("Nothing needs to be done if it holds for all of them."),
        )  # fmt: skip
