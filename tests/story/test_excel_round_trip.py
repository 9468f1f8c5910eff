"""A planner goes round through the command line: template, fill, check, marked copy, fix in the copy, check."""

from __future__ import annotations

import datetime as dt
import json
import re
import zipfile
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from tests.story.commands import tunti

from tunti.inputs.marked import FILL
from tunti.inputs.schemas import SCHEMAS
from tunti.inputs.templates import EXAMPLE_ROW
from tunti.inputs.words import FINDINGS_SHEET, QUALITY_SHEET, TODO_SHEET
from tunti.locale import translator

FIRST = EXAMPLE_ROW + 2
ROWS = {
    "cells": [["a", "609", 5000, 222000, 6825000], ["b", "684", 3000, 205000, 6790000]],
    "municipalities": [["609", "Pori", "04", "Satakunta"], ["684", "Rauma", "04", "Satakunta"]],
    "agencies": [["KELA", "Kansaneläkelaitos"], ["VERO", "Verohallinto"]],
    "sites": [["Pori", "609", 222000, 6825000, "ehdokas"], ["Rauma", "684", 205000, 6790000, "ehdokas"]],
    "road_nodes": [["1", 222000, 6825000], ["2", 205000, 6790000]],
    "road_links": [["1", "2", "valtatie"]],
}
COLUMNS = {
    "cells": ["cell", "municipality", "people", "x", "y"],
    "municipalities": ["municipality", "name_fi", "region", "region_fi"],
    "agencies": ["agency", "name_fi"],
    "sites": ["site", "municipality", "x", "y", "status"],
    "road_nodes": ["node", "x", "y"],
    "road_links": ["from_node", "to_node", "road_class"],
}
OFFICES = ["office", "agency", "municipality", "x", "y", "serves", "customer_m2", "rent_eur_year", "lease_end"]
WRONG = [
    ["KELA-Pori", "Kela", "Pori", 222000, 6825000, "läsnäpalvelu", "120,5", "96\u00a0000 €", "31.12.2027"],
    ["VERO-Pori", "VERO", 609, 6825100, 222100, "läsnäpalvelu", "80 m²", 60000, dt.date(2028, 5, 31)],
    ["KELA-Pori", "VER", "Rauma", 205000, 6790000, "joskus", "n. 80", "60 000", "31.12.27"],
]
FIXES = {("VERO-Pori", "x"): 222100, ("VERO-Pori", "y"): 6825100, (2, "office"): "VERO-Rauma", (2, "agency"): "VERO",
         (2, "serves"): "läsnäpalvelu", (2, "customer_m2"): 80, (2, "lease_end"): "31.12.2027"}  # fmt: skip


def columns(sheet, table: str, language: str) -> dict[str, int]:
    say = translator(language)
    headings = [c.value for c in sheet[FIRST - 2]]
    return {c.name: headings.index(say(c.label)) + 1 for c in SCHEMAS[table].columns}


def fill(book, table: str, names: list[str], rows, language: str) -> None:
    sheet = book[translator(language)(SCHEMAS[table].label)]
    at = columns(sheet, table, language)
    for r, row in enumerate(rows):
        for name, value in zip(names, row, strict=True):
            sheet.cell(FIRST + r, at[name], value)


def found(folder: Path, code: int) -> list[dict[str, object]]:
    run = tunti("check", folder, "--json", "--lang", "fi", code=code)
    return json.loads(run.stdout)["findings"]


def test_template_fill_check_mark_fix_check(tmp_path: Path) -> None:
    folder = tmp_path / "hanke"
    tunti("new", folder, "--empty")
    settings = folder / "project.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("[project]", "[project]\ndata_due = 2027-01-29"))
    path, say = folder / "tunti-fi.xlsx", translator("fi")
    book = openpyxl.load_workbook(path)
    for table, rows in ROWS.items():
        fill(book, table, COLUMNS[table], rows, "fi")
    fill(book, "offices", OFFICES, WRONG, "fi")
    book.save(path)
    before = path.read_bytes()

    errors = {(f["table"], f["row"], f["column"]) for f in found(folder, 2) if f["level"] == "error"}
    third = FIRST + 2
    assert errors == {
        ("offices", FIRST + 1, "x"),
        *(("offices", third, c) for c in ("office", "agency", "serves", "customer_m2", "lease_end")),
    }

    copy = tmp_path / "merkitty.xlsx"
    tunti("check", folder, "--mark", copy, "--quality", "--lang", "fi", code=2)
    assert path.read_bytes() == before, "the user's own workbook is never written to"
    mended = openpyxl.load_workbook(copy)
    assert mended.sheetnames[-3:] == [say(s) for s in (FINDINGS_SHEET, QUALITY_SHEET, TODO_SHEET)]
    sheet = mended[say(SCHEMAS["offices"].label)]
    at = columns(sheet, "offices", "fi")
    filled = {c.coordinate for row in sheet.iter_rows(min_row=FIRST) for c in row if c.fill.fgColor.rgb == FILL}
    wanted = {sheet.cell(row, at[column]).coordinate for _, row, column in errors}
    assert wanted <= filled
    listed = mended[say(FINDINGS_SHEET)]
    assert wanted <= {row[0].value for row in listed.iter_rows(min_row=2)}
    assert all(row[6].value for row in listed.iter_rows(min_row=2)), "each says what to do"
    todo = [[c.value for c in row] for row in mended[say(TODO_SHEET)].iter_rows(min_row=2)]
    assert {row[1] for row in todo} == {"Satakunta"}
    assert {row[3] for row in todo} == {dt.datetime(2027, 1, 1), dt.datetime(2027, 1, 29)}

    # The planner mends the marked copy and puts it in the place of the workbook.
    for (row, column), value in FIXES.items():
        number = row + FIRST if isinstance(row, int) else FIRST + 1
        sheet.cell(number, at[column], value)
    mended.save(path)
    left = found(folder, 0)
    assert not [f for f in left if f["level"] == "error"]
    assert not [f for f in left if f["table"] == path.name], "the sheets that were added are passed over"
    shown = json.loads(tunti("access", folder, "--sites", "Pori,Rauma", "--json").stdout)
    assert shown


def register(path: Path) -> None:
    """Write a council's own register: a title, two rows of headers, a chart, a text box, a sparkline, formulas."""
    book = xlsxwriter.Workbook(str(path))
    bold = book.add_format({"bold": True, "border": 1})
    sheet, other = book.add_worksheet("Toimipaikat 2026"), book.add_worksheet("Yhteenveto")
    sheet.merge_range("A1:H1", "Satakunta – toimitilarekisteri", bold)
    for c, head in enumerate(["Toimipaikka", "Virasto", "Kunta"]):
        sheet.merge_range(2, c, 3, c, head, bold)
    sheet.merge_range("D3:E3", "Sijainti", bold)
    sheet.merge_range("F3:G3", "Vuokrasopimus", bold)
    for c, head in enumerate(["x (itä)", "y (pohjoinen)", "Vuosivuokra", "päättyy"], start=3):
        sheet.write(3, c, head, bold)
    for r, row in enumerate([["A", "Kela", "Pori", 222000, 6825000, 96000, "31.12.2027"],
                             ["B", "Verohallinto", "Rauma", 3205000, 6792000, 60000, "kesällä"]], start=4):  # fmt: skip
        sheet.write_row(r, 0, row)
    sheet.write(6, 0, "Yhteensä")
    sheet.write_formula("F7", "=SUM(F5:F6)", bold, 156000)
    sheet.add_sparkline("J5", {"range": "'Toimipaikat 2026'!F5:F6"})
    sheet.insert_textbox("J8", "Muista päivittää")
    sheet.set_row(5, None, None, {"hidden": True})
    chart = book.add_chart({"type": "column"})
    chart.add_series({"values": "='Toimipaikat 2026'!$F$5:$F$6"})
    sheet.insert_chart("J10", chart)
    other.write_formula("A1", "='Toimipaikat 2026'!F7", None, 156000)
    book.close()


@pytest.mark.parametrize("language", ["fi", "sv"])
def test_a_council_s_own_register(tmp_path: Path, language: str) -> None:
    folder = tmp_path / "hanke"
    tunti("new", folder, "--empty")
    for language_of_template in ("sv", "en"):
        (folder / f"tunti-{language_of_template}.xlsx").unlink()
    book = openpyxl.load_workbook(folder / "tunti-fi.xlsx")
    for table, rows in ROWS.items():
        fill(book, table, COLUMNS[table], rows, "fi")
    book.save(folder / "tunti-fi.xlsx")
    register(folder / "rekisteri.xlsx")
    run = tunti("check", folder, "--json", "--lang", language, "--mark", tmp_path / "merkitty.xlsx", code=2)
    errors = [f for f in json.loads(run.stdout)["findings"] if f["level"] == "error"]
    assert {(f["table"], f["row"], f["column"]) for f in errors} == {("offices", 6, "x"), ("offices", 6, "lease_end")}
    assert "EPSG:2393" in next(f["what_to_do"] for f in errors if f["column"] == "x")
    with zipfile.ZipFile(folder / "rekisteri.xlsx") as old, zipfile.ZipFile(tmp_path / "merkitty.xlsx") as new:
        changed = {n for n in old.namelist() if old.read(n) != new.read(n)}
        assert changed == {"xl/workbook.xml", "xl/_rels/workbook.xml.rels", "[Content_Types].xml", "xl/styles.xml",
                           "xl/worksheets/sheet1.xml"}  # fmt: skip
        sheet = new.read("xl/worksheets/sheet1.xml").decode()
    assert "sparkline" in sheet
    assert "SUM(F5:F6)" in sheet
    styles = {m[1]: m[2] for m in re.finditer(r'<c r="([A-Z]+\d+)" s="(\d+)"', sheet)}
    assert styles["D6"] != styles["F4"]
    marked = openpyxl.load_workbook(tmp_path / "merkitty.xlsx")["Toimipaikat 2026"]
    filled = {c.coordinate for row in marked.iter_rows() for c in row if c.fill.fgColor.rgb == FILL}
    assert {"D6", "G6"} <= filled
