"""Reads one input table from any of the file kinds that Tunti knows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tunti.findings import Finding, Level, error, say
from tunti.inputs.frames import empty, tell, typed
from tunti.inputs.readers.excel import read_excel
from tunti.inputs.readers.headers import match, personal
from tunti.inputs.readers.layers import read_layer, read_parquet
from tunti.inputs.readers.places import bring, check_crs, from_geometry
from tunti.inputs.readers.raw import Raw, Unreadable
from tunti.inputs.readers.text import read_csv
from tunti.inputs.readers.values import as_text, read_column, repair_hidden
from tunti.inputs.schemas import Schema
from tunti.inputs.words import fold
from tunti.locale import LANGUAGES, N_, translator

TEXT_ENDINGS = (".csv", ".tsv", ".txt")
LAYER_ENDINGS = (".gpkg", ".geojson", ".shp", ".fgb")
ENDINGS = (*TEXT_ENDINGS, ".xlsx", ".parquet", *LAYER_ENDINGS)
"""Endings of the files that can hold a table."""

EXAMPLE_WORD = N_("Example")
"""Begins the first value of a template's example row, in the template's language; such a row is never read."""

_IDENTITY = re.compile(r"(?<![0-9A-Za-z])\d{6}[-+A-FU-Y]\d{3}[0-9A-Y](?![0-9A-Za-z])", re.IGNORECASE)
_SUM_WORDS = {
    "yhteensa",
    "yht",
    "summa",
    "kaikkiaan",
    "totalt",
    "sammanlagt",
    "total",
    "sum",
    "grandtotal",
    "kokosumma",
}


def read_table(
    path: Path, schema: Schema, *, crs: str = "EPSG:3067", sheet: str | None = None
) -> tuple[pd.DataFrame, list[Finding]]:
    """Read one table as the user saved it and report everything that can't be read.

    Parameters
    ----------
    path : Path
        A CSV, Excel, Parquet or GeoPackage file (any vector file with points or areas).
    schema : Schema
        The table that the file holds.
    crs : str
        The project's metric coordinate system: that of x and y in the file, and of the result.
    sheet : str, optional
        Sheet or layer; else it is found by the table's name or label.

    Returns
    -------
    frame : DataFrame
        The schema's columns with their dtypes; ``x, y`` and ``lon, lat`` filled; the index, named ``row``, is the row
        number in the user's file. Empty when the file can't be read.
    findings : list of Finding
        All at once. Bad input never raises.
    """
    path = Path(path)
    wrong_crs = check_crs(crs)
    if wrong_crs:
        return empty(schema), wrong_crs
    try:
        raw, findings = open_raw(path, schema, sheet)
    except Unreadable as reason:
        return empty(schema), [reason.finding]
    except OSError as problem:
        return empty(schema), [
            error(
                schema.name,
                None,
                None,
                say("The file {file} can't be opened: {problem}.", file=path.name, problem=problem.strerror or ""),
                say("Check that the file is there and that no other program holds it open."),
            )
        ]
    return _understand(raw, schema, crs, findings)


def open_raw(path: Path, schema: Schema, sheet: str | None) -> tuple[Raw, list[Finding]]:
    """Open a table as it lies in its file, before anything is understood.

    Parameters
    ----------
    path : Path
    schema : Schema
    sheet : str or None

    Returns
    -------
    raw : Raw
    findings : list of Finding

    Raises
    ------
    Unreadable
    """
    ending = path.suffix.casefold()
    if ending in TEXT_ENDINGS:
        return read_csv(path, schema, schema.name)
    if ending == ".xlsx":
        return read_excel(path, schema, schema.name, sheet)
    if ending == ".parquet":
        return read_parquet(path, schema, schema.name)
    if ending in LAYER_ENDINGS:
        return read_layer(path, schema, schema.name, sheet)
    raise Unreadable(
        error(
            schema.name,
            None,
            None,
            say("Tunti does not read files that end in '{ending}'.", ending=ending),
            say("Save the table as one of these: {endings}.", endings=", ".join(ENDINGS)),
        )
    )


def _understand(raw: Raw, schema: Schema, crs: str, findings: list[Finding]) -> tuple[pd.DataFrame, list[Finding]]:
    table = schema.name
    columns, found = match(raw.headers, schema, table, raw.header_row)
    findings = findings + found
    keep = ~_aside(raw, columns, schema)
    rows = raw.rows[keep]
    values: dict[str, pd.Series[Any]] = {}
    for i, header in enumerate(raw.headers):
        column = raw.values[i][keep].reset_index(drop=True)
        guilty = _identity_code(column)
        if guilty is not None:
            findings.append(personal(table, int(rows[guilty]), columns.get(i, header)))
        elif i in columns:
            values[columns[i]] = column
    data: dict[str, Any] = {}
    for c in schema.columns:
        if c.name in values:
            read, found = read_column(values[c.name], c, table=table, rows=rows, excel_days=raw.from_excel)
            read, hidden = repair_hidden(read, c, table)
            findings += found + hidden
            data[c.name] = read.array
    frame = typed(pd.DataFrame(data, index=pd.Index(rows, name="row")), schema)
    sums, found = _sum_rows(frame, schema)
    findings += found
    remarks, found = _remark_rows(frame, schema, ~sums)
    findings += found
    sums |= remarks
    frame = frame[~sums]
    if schema.has_place:
        if raw.x is not None and raw.y is not None:
            x, y = from_geometry(raw.x[keep][~sums], raw.y[keep][~sums], raw.crs, crs)
            frame = frame.assign(x=x, y=y, lon=np.nan, lat=np.nan)
        unread = {(f.row, f.column) for f in findings if f.column in ("x", "y", "lon", "lat") and f.level == "error"}
        frame, found = bring(frame, schema, crs, table)
        # A coordinate that could not be read has been reported; that it is missing is no news.
        told = {row for row, _ in unread}
        findings += [f for f in found if f.row not in told or f.row is None]
    return frame, findings


def example_words() -> tuple[str, ...]:
    """Give the words that begin an example row, in all languages."""
    return tuple(f"{translator(language)(EXAMPLE_WORD)}:".casefold() for language in LANGUAGES)


def _aside(raw: Raw, columns: dict[int, str], schema: Schema) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Mark the rows that are not data: the template's example row, a row of units, headers that are repeated below."""
    aside = np.zeros(len(raw.rows), bool)
    if not len(raw.rows):
        return aside
    words = example_words()
    for i in list(columns)[:1]:
        if raw.values[i].dtype == object:
            marks = (isinstance(v, str) and v.casefold().startswith(words) for v in raw.values[i].tolist())
            aside |= np.fromiter(marks, bool, len(aside))
    again = np.full(len(aside), len(columns) > 1)
    for i in columns:
        if again.any():
            again &= (raw.values[i] == raw.headers[i]).to_numpy(bool) if raw.values[i].dtype == object else False
    aside |= again
    first = {name: as_text(raw.values[i].iloc[:1]).iloc[0] for i, name in columns.items()}
    units = {name: {fold(translator(language)(schema[name].unit)) for language in LANGUAGES} for name in first}
    given = {name: text for name, text in first.items() if text}
    if given and all(schema[n].unit and fold(t) in units[n] for n, t in given.items()):
        aside[0] = True
    return aside


def _identity_code(column: pd.Series[Any]) -> int | None:
    """Find the first value that looks like a personal identity code; the value itself is never shown or kept."""
    if column.dtype != object and not pd.api.types.is_string_dtype(column.dtype):
        return None
    texts = [v if isinstance(v, str) else "" for v in column.tolist()]
    if not any(_is_date(m) for m in _IDENTITY.findall("\n".join(texts))):
        return None
    return next((i for i, t in enumerate(texts) if any(_is_date(m) for m in _IDENTITY.findall(t))), None)


def _is_date(code: str) -> bool:
    return 1 <= int(code[:2]) <= 31 and 1 <= int(code[2:4]) <= 12


def _sum_rows(frame: pd.DataFrame, schema: Schema) -> tuple[np.ndarray[Any, np.dtype[np.bool_]], list[Finding]]:
    """Find rows that add up the others: they would count everyone twice."""
    named: Sequence[str] = schema.key[:1] or schema.names[:1]
    wrong = frame[named[0]].fillna("").map(lambda v: fold(v) in _SUM_WORDS).to_numpy(bool)
    rows = frame.index.to_numpy()
    return wrong, list(
        tell(
            Level.WARNING,
            schema.name,
            rows,
            wrong,
            named[0],
            lambda i: say("The row '{value}' adds up the others; it was left out.", value=frame[named[0]].iloc[i]),
            say("Remove the row from the table."),
        )
    )


def _remark_rows(
    frame: pd.DataFrame, schema: Schema, rows: np.ndarray[Any, np.dtype[np.bool_]]
) -> tuple[np.ndarray[Any, np.dtype[np.bool_]], list[Finding]]:
    """Find remarks under a table: a text in the first column, nothing beside it, though others must be filled."""
    first = schema.names[0]
    if sum(c.required for c in schema.columns) < 2:
        return np.zeros(len(frame), bool), []
    text = frame[first].fillna("")
    alone = (frame.notna().sum(axis=1) == 1) & (text.str.contains(r"\s") | text.str.startswith("*"))
    wrong = alone.to_numpy(bool) & rows
    return wrong, list(
        tell(
            Level.WARNING,
            schema.name,
            frame.index.to_numpy(),
            wrong,
            first,
            lambda i: say("The row has nothing but the text '{value}'; it was left out.", value=text.iloc[i]),
            say("Fill the row if it belongs to the table; else move the remark to another sheet or remove it."),
        )
    )
