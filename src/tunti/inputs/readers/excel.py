"""Reads Excel workbooks: finds the sheet, refuses what is locked or broken."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from python_calamine import CalamineWorkbook

from tunti.findings import Finding, error, say
from tunti.inputs.readers.headers import find_header
from tunti.inputs.readers.raw import Raw, Unreadable, from_grid
from tunti.inputs.readers.text import no_header
from tunti.inputs.readers.values import plain_text
from tunti.inputs.schemas import Schema
from tunti.inputs.words import fold
from tunti.locale import LANGUAGES, translator

_MOST_BYTES = 2_000_000_000
_MOST_TIMES_PACKED = 300
_OLE = b"\xd0\xcf\x11\xe0"


def names_of(schema: Schema) -> set[str]:
    """Give the folded names under which a table's sheet or layer is found: its name and its labels."""
    return {fold(schema.name), *(fold(translator(language)(schema.label)) for language in LANGUAGES)}


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


def find_sheet(names: Sequence[str], schema: Schema) -> str | None:
    """Find a table's sheet by the table's name or its label in any language."""
    wanted = names_of(schema)
    return next((n for n in names if fold(n) in wanted), None)


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
    names: list[str] = list(book.sheet_names)
    found = sheet if sheet in names else find_sheet(names, schema)
    if found is None and len(names) == 1:
        found = names[0]
    if found is None:
        raise Unreadable(
            error(
                table,
                None,
                None,
                say("The workbook {file} has no sheet for the table.", file=path.name),
                say("Name the sheet '{label}'; the workbook has the sheets {sheets}.",
                    label=say(schema.label), sheets=", ".join(names)),
            )
        )  # fmt: skip
    try:
        cells = book.get_sheet_by_name(found).to_python(skip_empty_area=False)
    except Exception:
        raise Unreadable(broken(path, table)) from None
    grid = [[value_text(v) for v in row] for row in cells]
    header_at = find_header(grid, schema)
    if header_at is None:
        raise Unreadable(no_header(f"{path.name} ({found})", table, schema))
    return from_grid(grid, header_at, from_excel=True), []


def value_text(value: Any) -> str:
    """Write a cell of a sheet as a user would type it."""
    return value.strip() if isinstance(value, str) else plain_text(value)
