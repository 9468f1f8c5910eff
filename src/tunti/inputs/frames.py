"""The form that every input table takes in memory: columns, dtypes and row numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from difflib import get_close_matches
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tunti.findings import Finding, Level, Message, say
from tunti.inputs.schemas import Kind, Schema

DTYPES: dict[Kind, str] = {
    "id": "string",
    "text": "string",
    "choice": "string",
    "modes": "string",
    "whole": "Int64",
    "number": "float64",
    "share": "float64",
    "yes_no": "boolean",
    "date": "datetime64[us]",
}
"""Dtype of each kind of column."""

MOST_ROWS_TOLD = 20
"""Rows of one fault that are told one by one; the rest is counted, so that a report stays readable."""

_MOST_NAMES_COMPARED = 5_000


def empty(schema: Schema) -> pd.DataFrame:
    """Make the table without rows.

    Parameters
    ----------
    schema : Schema

    Returns
    -------
    DataFrame
        All columns of the schema with their dtypes, index ``row``.
    """
    return _empty(schema).copy()


@cache
def _empty(schema: Schema) -> pd.DataFrame:
    return typed(pd.DataFrame(), schema)


def typed(frame: pd.DataFrame, schema: Schema) -> pd.DataFrame:
    """Bring a table made in code to the form of its schema.

    Parameters
    ----------
    frame : DataFrame
        Any of the schema's columns; others are left out. An index named ``row`` is kept, else rows are numbered as in
        a file whose header is row 1.
    schema : Schema

    Returns
    -------
    DataFrame
        All columns of the schema in order with their dtypes; a missing one is empty.
    """
    n = len(frame)
    index = frame.index if frame.index.name == "row" else pd.RangeIndex(2, n + 2)
    columns: dict[str, Any] = {}
    for column in schema.columns:
        dtype: Any = DTYPES[column.kind]
        values = frame[column.name].array if column.name in frame.columns else pd.array([pd.NA] * n, dtype="string")
        if dtype.startswith("datetime64"):
            columns[column.name] = pd.to_datetime(pd.Series(values)).astype(dtype).array
        elif dtype == "float64":
            columns[column.name] = (
                pd.to_numeric(pd.Series(values)).astype("Float64").to_numpy("float64", na_value=np.nan)
            )
        elif dtype == "Int64":
            columns[column.name] = pd.to_numeric(pd.Series(values)).astype(dtype).array
        else:
            columns[column.name] = pd.Series(values).astype(dtype).array
    return pd.DataFrame(columns, index=pd.Index(index, name="row"), columns=list(schema.names))


Telling = Message | Callable[[int], Message]
"""A message for all rows, or a function that makes it from the row's position."""


def tell(
    level: Level,
    table: str,
    rows: Sequence[Any] | NDArray[Any] | pd.Index[Any],
    wrong: NDArray[np.bool_] | pd.Series[bool],
    column: str | None,
    what: Telling,
    what_to_do: Telling,
) -> Iterator[Finding]:
    """Tell each row where something is wrong, and count the rest when there are many.

    Parameters
    ----------
    level : Level
    table : str
    rows : sequence
        Row numbers as the user sees them.
    wrong : bool array
        True where the row has the fault.
    column : str or None
    what, what_to_do : Message or callable
        A callable gets the row's position.

    Yields
    ------
    Finding
        At most 20 rows, and then one finding that counts the others (its row is None, its rows are all of them).
    """
    places = np.flatnonzero(np.asarray(wrong, bool))
    for place in places[:MOST_ROWS_TOLD]:
        i = int(place)
        row = rows[i]
        yield Finding(
            level,
            table,
            _row_name(row),
            column,
            what(i) if callable(what) else what,
            what_to_do(i) if callable(what_to_do) else what_to_do,
        )
    if len(places) > MOST_ROWS_TOLD:
        i = int(places[MOST_ROWS_TOLD])
        yield Finding(
            level,
            table,
            None,
            column,
            say(
                "{n} more rows have a fault of the same kind, the next on row {row}: {what}",
                n=len(places) - MOST_ROWS_TOLD,
                row=str(rows[i]),
                what=what(i) if callable(what) else what,
            ),
            what_to_do(i) if callable(what_to_do) else what_to_do,
            tuple(_row_name(rows[int(place)]) for place in places[MOST_ROWS_TOLD:]),
        )


def _row_name(row: Any) -> int | str:
    return row if isinstance(row, str) else int(row)


def among(values: pd.Series[Any], keys: pd.Series[Any]) -> NDArray[np.bool_]:
    """Mark the ids that are among the keys of a table; quick on half a million rows, where ``isin`` is not.

    Parameters
    ----------
    values, keys : Series of string
        Missing values are not among anything.

    Returns
    -------
    bool, shape (values,)
    """
    wanted = pa.array(keys.dropna(), type=pa.large_string())
    found = pc.is_in(pa.array(values, type=pa.large_string(), from_pandas=True), value_set=wanted)
    return np.asarray(found.to_numpy(zero_copy_only=False), np.bool_)


def closest(word: str, names: Sequence[str]) -> str | None:
    """Find the name that a mistyped word most likely meant.

    Parameters
    ----------
    word : str
    names : sequence of str

    Returns
    -------
    str or None
        None when nothing is alike, or when there are too many names to compare in reasonable time.
    """
    if len(names) > _MOST_NAMES_COMPARED or word.strip().isdigit():
        # One code of digits is as far from another as any; a guess would only mislead.
        return None
    folded = {n.casefold().strip(): n for n in names}
    near = get_close_matches(word.casefold().strip(), list(folded), n=1, cutoff=0.6)
    return folded[near[0]] if near else None


def did_you_mean(word: str, names: Sequence[str], otherwise: Message) -> Message:
    """Suggest the name that a mistyped word most likely meant, else say something else."""
    near = closest(word, names)
    return otherwise if near is None else say("Did you mean {name}?", name=near)
