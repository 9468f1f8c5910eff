"""The marked workbook: nothing but the marks changes; template, fill, check, mark, fix and check go round."""

import datetime as dt
import io
import re
import zipfile

import openpyxl
import pandas as pd
import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from tunti.findings import Share, error, say, warning
from tunti.inputs.checks import check
from tunti.inputs.marked import FILL, Mark, marked
from tunti.inputs.marking import marked_folder
from tunti.inputs.new_sheet import NewSheet
from tunti.inputs.readers import read_folder
from tunti.inputs.schemas import SCHEMAS
from tunti.locale import translator
from tunti.settings import Settings


def rich_book():
    """Make a workbook that holds what users' workbooks hold: charts, sparklines, text boxes, formulas, formats."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    money = book.add_format({"num_format": '#,##0.00 "€"', "bold": True, "border": 1})
    data, other = book.add_worksheet("Data"), book.add_worksheet("Muu's")
    for row in range(1, 6):
        data.write_number(row, 0, row * 1.5, money)
        data.write_formula(row, 1, f"=A{row + 1}*2", money, row * 3.0)
        data.write_string(row, 2, f"text {row}")
    data.write_formula(7, 0, "=SUM(A2:A6)", None, 22.5)
    data.write_comment("A2", "a note")
    data.add_sparkline("E2", {"range": "Data!A2:A6"})
    data.conditional_format("A2:A6", {"type": "data_bar", "data_bar_2010": True})
    data.data_validation("D2", {"validate": "list", "source": ["a", "b"]})
    chart = book.add_chart({"type": "line"})
    chart.add_series({"values": "=Data!$A$2:$A$6"})
    data.insert_chart("G2", chart)
    data.insert_textbox("G20", "A text box", {"width": 200})
    other.write_string(0, 0, "untouched")
    other.insert_image("C3", "dot.png", {"image_data": io.BytesIO(PNG)})
    book.define_name("Rates", "=Data!$A$2:$A$6")
    book.close()
    return out.getvalue()


PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c63f8cfc0f01f0005000101a1d0c9f40000000049454e44ae426082"
)
FINDING = error("offices", 2, "m2", say("The value is missing."), say("Correct the value."))


def parts(book):
    with zipfile.ZipFile(io.BytesIO(book)) as packed:
        assert packed.testzip() is None
        return {name: packed.read(name) for name in packed.namelist()}


def test_only_the_marked_sheet_the_styles_and_the_lists_change():
    before = rich_book()
    marks = [Mark(FINDING, "Offices", "Area", "Data", 2, 0), Mark(FINDING, "Offices", "Area", "Data", 9, 30)]
    after = marked(before, marks, language="fi")
    old, new = parts(before), parts(after)
    assert set(new) - set(old) == {"xl/worksheets/sheet3.xml"}
    changed = {name for name in old if old[name] != new[name]}
    assert changed == {
        "xl/worksheets/sheet1.xml", "xl/styles.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels",
        "[Content_Types].xml",
    }  # fmt: skip


def test_marked_cells_keep_their_formats_values_and_formulas():
    after = marked(rich_book(), [Mark(FINDING, "Offices", "Area", "Data", 2, k) for k in (0, 1, 3)], language="en")
    book = openpyxl.load_workbook(io.BytesIO(after))
    sheet = book["Data"]
    for address in ("A2", "B2", "D2"):
        assert sheet[address].fill.fgColor.rgb == FILL
    assert sheet["A2"].number_format == sheet["A3"].number_format == '#,##0.00 "€"'
    assert sheet["A2"].font.b
    assert sheet["A2"].border.left.style == "thin"
    assert sheet["B2"].value == "=A2*2"
    assert sheet["A3"].fill.fill_type is None
    assert sheet._charts
    assert book.defined_names["Rates"].attr_text == "Data!$A$2:$A$6"
    text = parts(after)["xl/worksheets/sheet1.xml"]
    assert b"sparkline" in text
    assert b"dataBar" in text
    again = CalamineWorkbook.from_filelike(io.BytesIO(after))
    assert again.get_sheet_by_name("Data").to_python(skip_empty_area=False)[1][:2] == [1.5, 3.0]


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_the_list_links_to_the_cells(language):
    found = warning("sites", None, None, say("The value is missing."), say("Correct the value."))
    after = marked(rich_book(), [Mark(FINDING, "T", "C", "Muu's", 1, 0), Mark(found, "T", "")], language=language)
    sheet = openpyxl.load_workbook(io.BytesIO(after))[translator(language)("Findings")]
    assert sheet.max_row == 3
    assert sheet["A2"].value == "A1"
    assert sheet["A2"].hyperlink.location == "'Muu''s'!A1"
    assert sheet["A3"].value in ("", None)
    assert sheet["F2"].value == FINDING.what.text(language)


def test_further_sheets_hold_numbers_shares_and_dates():
    rows = [["Ä & Ö <b>", 3, Share(0.25), dt.date(2027, 1, 29), None]]
    new = NewSheet("Findings", (10, 10, 10, 10, 10), ["a", "b", "c", "d", "e"], rows)
    after = marked(rich_book(), [], language="en", sheets=[new])
    book = openpyxl.load_workbook(io.BytesIO(after))
    assert book.sheetnames[-2:] == ["Findings", "Findings 2"]
    sheet = book["Findings 2"]
    assert [c.value for c in sheet[2]] == ["Ä & Ö <b>", 3, 0.25, dt.datetime(2027, 1, 29), None]
    assert sheet["C2"].number_format == "0%"
    assert sheet["A1"].font.b


def without_styles(book):
    """Make the workbook as programs write it that know no styles."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "xl/styles.xml":
                continue
            if name in ("xl/_rels/workbook.xml.rels", "[Content_Types].xml"):
                data = re.sub(rb"<(Relationship|Override) [^>]*styles[^>]*/>", b"", data)
            new.writestr(name, data)
    return out.getvalue()


def test_a_workbook_without_styles_gets_them():
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.add_worksheet("Data").write(0, 0, 1.5)
    book.close()
    after = marked(without_styles(out.getvalue()), [Mark(FINDING, "T", "C", "Data", 1, 0)], language="en")
    sheet = openpyxl.load_workbook(io.BytesIO(after))["Data"]
    assert sheet["A1"].fill.fgColor.rgb == FILL
    assert sheet["A1"].value == 1.5


def test_a_sheet_that_is_called_as_the_list_stays():
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.add_worksheet("Findings").write_string(0, 0, "mine")
    book.close()
    names = CalamineWorkbook.from_filelike(io.BytesIO(marked(out.getvalue(), [], language="en"))).sheet_names
    assert names == ["Findings", "Findings 2"]


def fill(path, offices):
    """Fill a workbook with cells, municipalities and offices as a planner would."""
    tables = {
        "cells": [["cell", "municipality", "people", "x", "y"], ["a", "001", 10, 385000, 6672000]],
        "municipalities": [["municipality", "name_fi", "region", "region_fi"], ["001", "Kunta", "01", "Maakunta"]],
        "agencies": [["agency", "name_fi"], ["X", "Virasto"]],
        "offices": [["office", "agency", "municipality", "x", "y", "customer_m2"], *offices],
    }
    book = xlsxwriter.Workbook(str(path))
    for name, rows in tables.items():
        sheet = book.add_worksheet(translator("fi")(SCHEMAS[name].label)[:31])
        sheet.write_string(0, 0, "Otsikko")
        for r, row in enumerate(rows, start=2):
            for c, value in enumerate(row):
                head = (
                    translator("fi")(SCHEMAS[name][str(value)].label)
                    if r == 2 and value in SCHEMAS[name].names
                    else value
                )
                sheet.write(r, c, head)
    book.close()


def checked(folder):
    settings = Settings()
    inputs, findings = read_folder(folder, settings)
    return inputs, [*findings, *check(inputs, settings)]


def test_fill_check_mark_fix_check(tmp_path):
    bad = [["T1", "X", "001", 385000, 6672000, "paljon"], ["T1", "Y", "001", 385000, 6672000, 100]]
    fill(tmp_path / "aineisto.xlsx", bad)
    inputs, findings = checked(tmp_path)
    mine = [f for f in findings if f.table == "offices" and f.level == "error"]
    assert {f.column for f in mine} >= {"customer_m2", "office", "agency"}
    book, cells = marked_folder(tmp_path, inputs, findings, language="fi")
    assert cells >= 3
    sheet = openpyxl.load_workbook(io.BytesIO(book))[translator("fi")(SCHEMAS["offices"].label)[:31]]
    filled = {c.coordinate for row in sheet.iter_rows() for c in row if c.fill.fgColor.rgb == FILL}
    assert {"F4", "A5", "B5"} <= filled
    fixed = [["T1", "X", "001", 385000, 6672000, 90], ["T2", "X", "001", 385000, 6672000, 100]]
    fill(tmp_path / "aineisto.xlsx", fixed)
    _, findings = checked(tmp_path)
    assert not [f for f in findings if f.table == "offices" and f.level == "error"]


def test_tables_without_a_workbook_get_one(tmp_path):
    (tmp_path / "offices.csv").write_text("office;agency;x;y\n\nT1;Nobody;385000;6672000\n", encoding="utf-8")
    (tmp_path / "agencies.csv").write_text("agency,name_fi\nX,Virasto\n", encoding="utf-8")
    inputs, findings = checked(tmp_path)
    book, cells = marked_folder(tmp_path, inputs, findings, language="sv")
    assert cells
    name = translator("sv")(SCHEMAS["offices"].label)[:31]
    sheet = openpyxl.load_workbook(io.BytesIO(book))[name]
    row = int(inputs.offices.index[0])
    assert sheet.cell(row, 2).value == "Nobody"
    assert sheet.cell(row, 2).fill.fgColor.rgb == FILL
    assert pd.notna(row)
