"""Reads CSV files as offices save them: comma, semicolon or tab, any usual character set."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from tunti.findings import Finding, Level, error, note, say
from tunti.inputs.frames import tell
from tunti.inputs.readers.header_rows import HeaderRow, find_header, known_columns
from tunti.inputs.readers.raw import Raw, Unreadable, from_grid
from tunti.inputs.schemas import Schema
from tunti.inputs.words import headings

_SEPARATORS = (";", "\t", ",", "|")


def read_csv(path: Path, schema: Schema, table: str) -> tuple[Raw, list[Finding]]:
    """Read a text table with any separator and character set.

    Parameters
    ----------
    path : Path
    schema : Schema
        Its headers tell which row is the header and which separator is meant.
    table : str

    Returns
    -------
    raw : Raw
    findings : list of Finding

    Raises
    ------
    Unreadable
        The file is not text, is empty or has no known header.
    """
    text, findings = _decode(path, table)
    separator = _separator(text, schema)
    csv.field_size_limit(10_000_000)
    try:
        grid = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True))
    except csv.Error as problem:
        raise Unreadable(
            error(
                table,
                None,
                None,
                say("The file {file} can't be read as a table: {problem}.", file=path.name, problem=str(problem)),
                say("Open the file in a spreadsheet program and save it again as 'CSV UTF-8'."),
            )
        ) from None
    header = find_header(grid, schema)
    if header is None:
        raise Unreadable(no_header(path.name, table, schema))
    findings += _ragged(grid, header, separator, table)
    return from_grid(grid, header), findings


def no_header(name: str, table: str, schema: Schema) -> Finding:
    """Report a file or sheet without a row of known headers."""
    return error(
        table,
        None,
        None,
        say("No row of known headers was found in {file}.", file=name),
        say("Write the headers above the values: {names}.", names=headings(schema, schema.names)),
    )


def _decode(path: Path, table: str) -> tuple[str, list[Finding]]:
    data = path.read_bytes()
    if not data.strip():
        raise Unreadable(
            error(
                table,
                None,
                None,
                say("The file {file} is empty.", file=path.name),
                say("Fill the file or remove it from the folder."),
            )
        )
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    elif b"\x00" in data[:100_000]:
        encoding = ""
    else:
        encoding = "utf-8-sig"
    try:
        if encoding:
            return data.decode(encoding), []
    except UnicodeDecodeError:
        try:
            text = data.decode("cp1252")
        except UnicodeDecodeError:
            text = data.decode("latin-1")
        # Binary data hold control characters that no text has.
        controls = sum(text.count(chr(c)) for c in range(32) if chr(c) not in "\t\n\r\f")
        if controls <= len(text) / 1000:
            return text, [
                note(
                    table,
                    None,
                    None,
                    say("The file {file} is not in UTF-8; it was read as Western European text.", file=path.name),
                    say("Look at the letters Å, Ä and Ö; if they are wrong, save the file as 'CSV UTF-8'."),
                )
            ]
    raise Unreadable(
        error(
            table,
            None,
            None,
            say("The file {file} is not text but binary data.", file=path.name),
            say("Save the table as 'CSV UTF-8' or as an Excel workbook (.xlsx)."),
        )
    )


def _separator(text: str, schema: Schema) -> str:
    """Choose the separator that makes most known headers, then the one that is most common at the top."""
    top = "\n".join(text.splitlines()[:40])

    def score(separator: str) -> tuple[int, int]:
        try:
            rows = list(csv.reader(io.StringIO(top), delimiter=separator, skipinitialspace=True))
        except csv.Error:
            return (0, 0)
        known = max((known_columns(row, schema) for row in rows), default=0)
        return known, top.count(separator)

    return max(_SEPARATORS, key=score)


def _ragged(grid: Sequence[Sequence[str]], header: HeaderRow, separator: str, table: str) -> list[Finding]:
    """Report rows with more values than there are headers: a comma inside an unquoted value."""
    width = len(header.names)
    wrong = [i for i in range(header.at + 1, len(grid)) if any(grid[i][width:])]
    do = (
        say("Put values with a comma in quotation marks, or separate the columns with semicolons.")
        if separator == ","
        else say("Check the row: it has a separator too many, or a value with a separator needs quotation marks.")
    )
    return list(
        tell(
            Level.ERROR,
            table,
            [i + 1 for i in wrong],
            [True] * len(wrong),  # type: ignore[arg-type]
            None,
            lambda k: say("The row has {n} values but there are {width} headers.", n=len(grid[wrong[k]]), width=width),
            do,
        )
    )
