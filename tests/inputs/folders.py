"""Writes invented inputs as the files that a user would have, for tests that then spoil them."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from tunti.inputs.schemas import SCHEMAS, Schema
from tunti.inputs.tables import Inputs


def as_typed(frame: pd.DataFrame, schema: Schema, *, degrees: bool = False) -> pd.DataFrame:
    """Give a table as texts, as a user would type them; columns without values are left out."""
    drop = {"x", "y"} if degrees else {"lon", "lat"}
    text = pd.DataFrame(index=frame.index)
    for column in schema.columns:
        values = frame[column.name]
        if column.name in drop or (values.isna().all() and not column.required):
            continue
        if column.kind == "date":
            text[column.name] = values.dt.strftime("%Y-%m-%d").fillna("")
        elif column.kind == "yes_no":
            text[column.name] = values.map({True: "yes", False: "no"}).fillna("")
        elif column.kind in ("number", "share"):
            text[column.name] = ["" if pd.isna(v) else f"{v:.10g}" for v in values]
        else:
            text[column.name] = ["" if pd.isna(v) else str(v) for v in values]
    return text


def write_folder(inputs: Inputs, folder: Path, **how: Any) -> Path:
    """Write each table that has rows as a CSV file."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, schema in SCHEMAS.items():
        frame = getattr(inputs, name)
        if len(frame):
            as_typed(frame, schema).to_csv(folder / f"{name}.csv", index=False, **how)
    return folder


def edit(folder: Path, table: str, change: Callable[[pd.DataFrame], pd.DataFrame | None], **how: Any) -> None:
    """Spoil a table: ``change`` gets it as texts and may return another."""
    path = folder / f"{table}.csv"
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    changed = change(frame)
    (frame if changed is None else changed).to_csv(path, index=False, **how)


def put(folder: Path, table: str, row: int, **values: str) -> None:
    """Write values on a row, numbered as the user sees it (the header is row 1); new columns are added."""

    def change(frame: pd.DataFrame) -> None:
        for column, value in values.items():
            if column not in frame.columns:
                frame[column] = ""
            frame.loc[row - 2, column] = value

    edit(folder, table, change)


def rows_of(path: Path) -> list[list[str]]:
    """Read a CSV file as it is."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))
