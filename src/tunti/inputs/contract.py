"""Turns a schema into a pandera schema, the machine's form of the same rules."""

from __future__ import annotations

from functools import cache

import pandera.pandas as pa

from tunti.inputs.frames import DTYPES
from tunti.inputs.schemas import Column, Schema

_PLACE = ("lon", "lat")


@cache
def contract(schema: Schema) -> pa.DataFrameSchema:
    """Make the pandera schema of an input table.

    Parameters
    ----------
    schema : Schema

    Returns
    -------
    pandera.DataFrameSchema
        Dtypes, filled columns, ranges and allowed words. Degrees have no range here: the readers say better what is
        wrong with a coordinate. Keys and references are not here either, for they take more than one row.
    """
    return pa.DataFrameSchema({c.name: _column(c) for c in schema.columns}, name=schema.name, strict=False)


def _column(column: Column) -> pa.Column:
    checks = []
    if column.at_least is not None and column.name not in _PLACE:
        checks.append(pa.Check.ge(column.at_least))
    if column.at_most is not None and column.name not in _PLACE:
        checks.append(pa.Check.le(column.at_most))
    if column.kind == "choice":
        checks.append(pa.Check.isin(column.choices))
    if column.kind == "modes":
        word = "|".join(column.choices)
        checks.append(pa.Check.str_matches(rf"^(?:{word})(?: (?:{word}))*$"))
    return pa.Column(DTYPES[column.kind], checks, nullable=not column.required, name=column.name)
