"""A planner who has only Excel: fills the template, reads every message, mends the rows, and has sound input."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from tunti.findings import stops
from tunti.inputs.checks import check
from tunti.inputs.invent import invent
from tunti.inputs.readers import read_folder
from tunti.inputs.schemas import CHOICE_LABELS, SCHEMAS, Column, Schema
from tunti.inputs.tables import Inputs
from tunti.inputs.templates import EXAMPLE_ROW, write_template
from tunti.locale import translator
from tunti.settings import Settings

FIRST = EXAMPLE_ROW + 2


def typed_by_hand(value: object, column: Column, language: str) -> object:
    """Write a value as somebody types it into Excel in the language."""
    if pd.isna(value):  # type: ignore[call-overload]
        return None
    say = translator(language)
    if column.kind == "choice":
        return say(CHOICE_LABELS[str(value)])
    if column.kind == "modes":
        return ", ".join(say(CHOICE_LABELS[m]) for m in str(value).split())
    if column.kind == "yes_no":
        return say("yes" if value else "no")
    if column.kind == "date":
        day = pd.Timestamp(value).date()  # type: ignore[arg-type]
        return f"{day.day}.{day.month}.{day.year}" if language == "fi" else dt.datetime(day.year, day.month, day.day)
    if column.kind in ("number", "share"):
        # Every other language types text with a decimal comma; Excel may hold both in one column.
        return f"{value:.10g}".replace(".", ",") if language != "en" else float(value)  # type: ignore[arg-type]
    return int(value) if column.kind == "whole" else value  # type: ignore[call-overload]


def fill(book: openpyxl.Workbook, inputs: Inputs, schema: Schema, language: str) -> None:
    say = translator(language)
    sheet = book[say(schema.label)]
    headings = [c.value for c in sheet[FIRST - 2]]
    for i, (_, row) in enumerate(getattr(inputs, schema.name).iterrows()):
        for column in schema.columns:
            if column.name in ("lon", "lat"):
                continue
            at = headings.index(say(column.label)) + 1
            sheet.cell(FIRST + i, at, typed_by_hand(row[column.name], column, language))


@pytest.fixture(scope="module")
def country() -> Inputs:
    return invent(seed=9, cells=30, sites=6, regions=2, municipalities_per_region=2, offices=6)


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_a_filled_template_is_a_project(country: Inputs, tmp_path: Path, language: str) -> None:
    path = write_template(tmp_path / "lahtotiedot.xlsx", language=language)
    book = openpyxl.load_workbook(path)
    for schema in SCHEMAS.values():
        fill(book, country, schema, language)
    book.save(path)
    inputs, findings = read_folder(tmp_path, Settings())
    assert findings + check(inputs, Settings()) == []
    for name in SCHEMAS:
        got, want = getattr(inputs, name), getattr(country, name)
        assert list(got.index) == list(range(FIRST, FIRST + len(want))), "rows are numbered as Excel shows them"
        pd.testing.assert_frame_equal(got.reset_index(drop=True), want.reset_index(drop=True), atol=1e-6)


def test_a_planner_mends_what_the_messages_say(country: Inputs, tmp_path: Path) -> None:
    path = write_template(tmp_path / "lahtotiedot.xlsx", language="fi")
    book = openpyxl.load_workbook(path)
    for schema in SCHEMAS.values():
        fill(book, country, schema, "fi")
    sites, offices = book["Sijaintivaihtoehdot"], book["Toimipaikat"]
    site = [c.value for c in sites[FIRST - 2]]
    office = [c.value for c in offices[FIRST - 2]]
    x, y = sites.cell(FIRST, site.index("x (itä)") + 1), sites.cell(FIRST, site.index("y (pohjoinen)") + 1)
    rent = offices.cell(FIRST + 2, office.index("Vuokra") + 1)
    right_x, right_y, right_rent = x.value, y.value, rent.value
    x.value, y.value, rent.value = right_y, right_x, "96 000 € / vuosi"
    book.save(path)

    inputs, findings = read_folder(tmp_path, Settings())
    assert stops(findings)
    said = {(f.table, f.row): f.as_dict("fi") for f in findings}
    swapped, word = said["sites", FIRST], said["offices", FIRST + 2]
    assert swapped["what"].startswith("Koordinaatit ovat vaihtaneet paikkaa")
    assert "itäkoordinaatti sarakkeeseen x" in swapped["what_to_do"]
    assert word["what"] == "”96 000 € / vuosi” ei ole luku."
    assert "ilman yksikköä" in word["what_to_do"]

    x.value, y.value, rent.value = right_x, right_y, right_rent
    book.save(path)
    inputs, findings = read_folder(tmp_path, Settings())
    assert findings + check(inputs, Settings()) == []
