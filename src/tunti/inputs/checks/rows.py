"""Checks that the schemas ask of every table: filled columns, ranges, words, keys and references."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa

from tunti.findings import Finding, Level, Message, error, say
from tunti.inputs.contract import contract
from tunti.inputs.frames import DTYPES, MOST_ROWS_TOLD, among, did_you_mean, tell, typed
from tunti.inputs.schemas import SCHEMAS, Column, Schema
from tunti.inputs.tables import Inputs
from tunti.inputs.words import allowed, example
from tunti.settings import Settings


def _table(inputs: Inputs, name: str) -> pd.DataFrame:
    frame: pd.DataFrame = getattr(inputs, name)
    return frame


def _reported(inputs: Inputs, table: str, column: str | None) -> bool:
    """Tell whether the readers have reported a whole column: without a row, or in the row of the headers."""
    first = _table(inputs, table).index.min()
    return any(t == table and c == column and (row is None or row < first) for t, row, c in inputs.unread)


def in_form(inputs: Inputs) -> tuple[Inputs, list[Finding]]:
    """Bring tables that code made or changed to the dtypes of their schemas, and report those that can't be.

    Parameters
    ----------
    inputs : Inputs

    Returns
    -------
    inputs : Inputs
    findings : list of Finding
        Missing columns and values of the wrong kind.
    """
    findings: list[Finding] = []
    for name, schema in SCHEMAS.items():
        frame = _table(inputs, name)
        lacking = [c for c in schema.names if c not in frame.columns]
        findings += [
            error(
                name,
                None,
                column,
                say("The column '{name}' is missing.", name=say(schema[column].label)),
                say("Make the table with tunti.inputs.frames.typed, which adds empty columns."),
            )
            for column in lacking
        ]
        other = [c for c in schema.columns if c.name not in lacking and str(frame[c.name].dtype) != DTYPES[c.kind]]
        if not other and not lacking and frame.index.name == "row":
            continue
        for column in other:
            one, dtype = replace(schema, columns=(column,)), str(frame[column.name].dtype)
            try:
                typed(frame[[column.name]], one)
            except (ValueError, TypeError):
                findings.append(
                    error(
                        name,
                        None,
                        column.name,
                        say("The column holds values of the wrong kind ({dtype}).", dtype=dtype),
                        say("Make the table with tunti.inputs.frames.typed, which sets the kinds."),
                    )
                )
        if not findings:
            inputs = inputs.with_table(name, typed(frame, schema))
    return inputs, findings


def check_values(inputs: Inputs, settings: Settings) -> Iterator[Finding]:
    """Check that required values are there, numbers in their range and words among the allowed ones."""
    for name, schema in SCHEMAS.items():
        frame = _table(inputs, name)
        told: dict[tuple[str, str], list[int]] = {}
        lacking = {c for c in schema.names if len(frame) and _reported(inputs, name, c)}
        for problem in _failures(frame, schema):
            column, row, kind = schema[str(problem["column"])], problem["index"], str(problem["check"])
            reported = (name, row, column.name) in inputs.unread or column.name in lacking
            if kind == "not_nullable" and reported:
                continue
            same = told.setdefault((column.name, kind), [])
            same.append(int(row))
            if len(same) <= MOST_ROWS_TOLD:
                what, do = _value_message(kind, column, problem["failure_case"])
                yield error(name, int(row), column.name, what, do)
        for (column_name, kind), same in told.items():
            rest = tuple(same[MOST_ROWS_TOLD:])
            if rest:
                _, do = _value_message(kind, schema[column_name], "")
                what = say("{n} more rows have the same fault.", n=len(rest))
                yield Finding(Level.ERROR, name, None, column_name, what, do, rest)


def _failures(frame: pd.DataFrame, schema: Schema) -> list[dict[str, Any]]:
    """List pandera's failures in the order of columns and rows; a finding's words are ours."""
    if frame.empty:
        return []
    try:
        contract(schema).validate(frame, lazy=True)
    except pa.errors.SchemaErrors as problems:
        cases: pd.DataFrame = problems.failure_cases
        order = {c: i for i, c in enumerate(schema.names)}
        cases = cases.assign(_at=cases["column"].map(order))
        ordered = cases.sort_values(["_at", "index"], kind="stable").to_dict("records")
        return [{str(k): v for k, v in row.items()} for row in ordered]
    return []


def _value_message(kind: str, column: Column, value: Any) -> tuple[Message, Message]:
    if kind == "not_nullable":
        return (
            say("The value is missing."),
            say("Fill in '{label}', for example {example}.", label=say(column.label), example=example(column)),
        )
    if kind.startswith("greater_than"):
        return (
            say("{value} is less than {limit}.", value=_number(value), limit=_number(column.at_least)),
            say("Correct the value or leave it empty if it is not known.")
            if not column.required
            else say("Correct the value."),
        )
    if kind.startswith("less_than"):
        share = column.kind == "share"
        return (
            say("{value} is more than {limit}.", value=_number(value), limit=_number(column.at_most)),
            say("Write a share from 0 to 1, for example 0.4 for 40 %.")
            if share
            else say("Correct the value; the unit is {unit}.", unit=say(column.unit) if column.unit else "–"),
        )
    return (
        say("'{value}' is not one of the allowed words.", value=value),
        say("Use these words: {words}.", words=allowed(column)),
    )


def _number(value: Any) -> float | str:
    return float(value) if value not in ("", None) else "–"


def check_keys(inputs: Inputs, settings: Settings) -> Iterator[Finding]:
    """Check that no row is there twice."""
    for name, schema in SCHEMAS.items():
        frame = _table(inputs, name)
        if not schema.key or frame.empty:
            continue
        keys = frame[list(schema.key)]
        full = keys.notna().all(axis=1)
        again = (keys.duplicated() & full).to_numpy()
        if not again.any():
            continue
        first = pd.Series(frame.index, index=frame.index.rename(None)).groupby(
            [keys[k].to_numpy(object) for k in schema.key], sort=False
        ).transform("first")  # fmt: skip
        firsts = first.to_numpy()

        def what(i: int, keys: pd.DataFrame = keys, firsts: Any = firsts) -> Message:
            value = " / ".join(str(v) for v in keys.iloc[i])
            return say("'{value}' is already on row {row}.", value=value, row=str(firsts[i]))

        yield from tell(
            Level.ERROR,
            name,
            frame.index.to_numpy(),
            again,
            schema.key[0],
            what,
            say("Remove one of the rows or give it another name."),
        )


def check_references(inputs: Inputs, settings: Settings) -> Iterator[Finding]:
    """Check that every reference leads to a row of the table that it names."""
    for name, schema in SCHEMAS.items():
        frame = _table(inputs, name)
        for column in schema.columns:
            target = _table(inputs, column.refers_to) if column.refers_to else None
            if target is None or frame.empty or target.empty:
                # An empty table is told once, not on every row that refers to it; services and offices may have no
                # agencies only by mistake, which check_empty tells.
                continue
            keys = target[SCHEMAS[column.refers_to].key[0]].dropna()
            values = frame[column.name]
            lost = values.notna().to_numpy() & ~among(values, keys)
            if not lost.any():
                continue
            names = _names(target, SCHEMAS[column.refers_to])
            label = say(SCHEMAS[column.refers_to].label)

            def what(i: int, values: pd.Series[Any] = values, label: Message = label) -> Message:
                return say("'{value}' is not in the table {table}.", value=values.iloc[i], table=label)

            def do(
                i: int, values: pd.Series[Any] = values, names: list[str] = names, label: Message = label
            ) -> Message:
                return did_you_mean(
                    str(values.iloc[i]),
                    names,
                    say("Correct the value or add the row to the table {table}.", table=label),
                )

            yield from tell(Level.ERROR, name, frame.index.to_numpy(), lost, column.name, what, do)


def _names(target: pd.DataFrame, schema: Schema) -> list[str]:
    """List the ids of a table's rows and their names, by which a spreadsheet may refer to them."""
    columns = [c for c in (schema.key[0], "name_fi", "name_sv", "name") if c in target]
    return list(dict.fromkeys(str(v) for c in columns for v in target[c].dropna().unique()))


def check_empty(inputs: Inputs, settings: Settings) -> Iterator[Finding]:
    """Check that the tables that a plan needs have rows."""
    for name, schema in SCHEMAS.items():
        if not _table(inputs, name).empty or any(t == name for t, _, _ in inputs.unread):
            continue
        if schema.required:
            yield error(
                name,
                None,
                None,
                say("The table has no rows."),
                say("Fill the table; a plan can't be made without it."),
            )
            continue
        users = [
            other
            for other, s in SCHEMAS.items()
            if s.required is False and any(c.refers_to == name and c.required for c in s.columns)
        ]
        for other in users:
            if not _table(inputs, other).empty and other != name:
                yield error(
                    name,
                    None,
                    None,
                    say("The table has no rows, but the table {other} refers to it.", other=say(SCHEMAS[other].label)),
                    say("Fill the table or remove the other one."),
                )


def check_place(inputs: Inputs, settings: Settings) -> Iterator[Finding]:
    """Check that rows that must have a place have one; the readers have told of those in files."""
    for name, schema in SCHEMAS.items():
        frame = _table(inputs, name)
        if not schema.needs_place or frame.empty:
            continue
        told = {row for table, row, c in inputs.unread if table == name and c in ("x", "y", "lon", "lat")}
        if None in told:
            continue
        lost = frame[["x", "y"]].isna().any(axis=1).to_numpy() & ~frame.index.isin([r for r in told if r is not None])
        yield from tell(
            Level.ERROR,
            name,
            frame.index.to_numpy(),
            lost,
            "x",
            say("The row has no coordinates."),
            say("Give x and y (metres) or the longitude and latitude (degrees)."),
        )


def same_place(frame: pd.DataFrame) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Give for each row the position of the first row within the same metre, or its own position."""
    n = len(frame)
    spot = frame[["x", "y"]].round(0)
    here = spot.notna().all(axis=1).to_numpy()
    first = np.arange(n, dtype=np.int64)
    codes = spot.groupby(["x", "y"], sort=False, dropna=False).ngroup().to_numpy()
    _, start = np.unique(codes, return_index=True)
    first[here] = start[codes[here]]
    return first


CHECKS = (check_empty, check_values, check_keys, check_references, check_place)
