"""Registers as councils keep them: own sheet names, titles, two rows of headers, merged and hidden cells, remarks."""

import io

import openpyxl
import pytest
import xlsxwriter

from tunti.inputs.marked import FILL
from tunti.inputs.marking import marked_folder
from tunti.inputs.readers import read_folder, read_table
from tunti.inputs.readers.folder import tables_found
from tunti.inputs.readers.header_rows import find_header
from tunti.inputs.schemas import AGENCIES, OFFICES
from tunti.inputs.templates import write_templates
from tunti.settings import Settings

HEAD = ["Toimipaikka", "Viranomainen", "Kunta", "x (itä)", "y (pohjoinen)", "Työtila", "Irtisanomisaika"]
ROW = ["KELA-Pori", "KELA", "609", 222000, 6825000, "480,5", "6"]


def register(path, sheets, spoil=None):
    """Write a workbook of sheets (rows of values); ``spoil`` gets the workbook's sheets by name."""
    book = xlsxwriter.Workbook(str(path))
    made = {}
    for name, rows in sheets.items():
        made[name] = book.add_worksheet(name)
        for r, row in enumerate(rows):
            for c, value in enumerate(row):
                if value is not None:
                    made[name].write(r, c, value)
    if spoil is not None:
        spoil(made)
    book.close()
    return path


def said(findings, part):
    return [f for f in findings if part in str(f.what)]


def test_a_sheet_named_after_its_table_and_the_year(tmp_path):
    path = register(tmp_path / "rekisteri.xlsx", {"Ohje": [["Täytä"]], "Toimipaikat 2026": [HEAD, ROW]})
    inputs, findings = read_folder(tmp_path, Settings())
    assert inputs.offices["work_m2"].tolist() == [480.5]
    assert said(findings, "read as this table")[0].table == "offices"
    assert tables_found(tmp_path) == [("offices", path, "Toimipaikat 2026")]


def test_a_sheet_with_any_name_is_known_by_its_headers_and_the_others_are_told(tmp_path):
    register(tmp_path / "rekisteri.xlsx", {"Taul1": [["Muuta"], [1]], "Taul2": [HEAD, ROW], "Taul3": []})
    inputs, findings = read_folder(tmp_path, Settings())
    assert inputs.offices["office"].tolist() == ["KELA-Pori"]
    assert str(said(findings, "were not used")[0].what).endswith("Taul1.")


def test_a_named_sheet_is_never_overruled(tmp_path):
    other = ["Toinen", *ROW[1:]]
    register(tmp_path / "a.xlsx", {"Vanhat toimipaikat": [HEAD, other], "Toimipaikat": [HEAD, ROW]})
    inputs, findings = read_folder(tmp_path, Settings())
    assert inputs.offices["office"].tolist() == ["KELA-Pori"]
    assert said(findings, "Vanhat toimipaikat")


def test_a_workbook_without_tables_says_which_sheets_it_has(tmp_path):
    register(tmp_path / "rekisteri.xlsx", {"Tilat": [["Rakennus", "Kerros"], ["A", 2]]})
    _, findings = read_folder(tmp_path, Settings())
    (found,) = said(findings, "rekisteri.xlsx was not used")
    assert "Present offices" in str(found.what_to_do)
    assert str(found.what_to_do).endswith("the sheets Tilat.")


@pytest.mark.parametrize(
    ("upper", "lower"),
    [
        # Merged over both rows on the left, groups on the right.
        (["Toimipaikka", "Viranomainen", "Kunta", "Sijainti", None, "Työtila", "Irtisanomisaika"],
         [None, None, None, "x (itä)", "y (pohjoinen)", "m²", "kk"]),
        # Names that only the two rows together make.
        ([*HEAD[:5], "Työtila", "Vuokrasopimus"], [None, None, None, None, None, "m²", "päättyy"]),
        ([None, None, None, "Sijainti", None, "Pinta-ala", None], HEAD),
    ],
)  # fmt: skip
def test_two_rows_of_headers(tmp_path, upper, lower):
    title = [["Satakunta – toimitilat 31.12.2025"], []]
    values = [*ROW[:6], "31.12.2027" if "Vuokrasopimus" in upper else 6]
    path = register(tmp_path / "offices.xlsx", {"Toimipaikat": [*title, upper, lower, values]})
    frame, findings = read_table(path, OFFICES)
    assert not findings
    assert frame.index.tolist() == [5]
    assert frame.loc[5, ["agency", "municipality", "x", "work_m2"]].tolist() == ["KELA", "609", 222000, 480.5]
    assert str(frame.loc[5, "lease_end"])[:10] == "2027-12-31" or frame.loc[5, "notice_months"] == 6


def test_values_are_never_taken_for_a_second_row_of_headers():
    header = find_header([["Agency", "Name in Finnish", ""], ["Name", "12", "From"]], AGENCIES)
    assert (header.at, header.names) == (0, ("Agency", "Name in Finnish", ""))


def test_merged_cells_hold_for_each_row_but_figures_are_not_repeated(tmp_path):
    rows = [HEAD, ROW, ["KELA-Rauma", None, *ROW[2:5], None, 6]]

    def merge(sheets):
        sheets["Toimipaikat"].merge_range("B2:B3", "KELA")
        sheets["Toimipaikat"].merge_range("F2:F3", 480)

    path = register(tmp_path / "offices.xlsx", {"Toimipaikat": rows}, merge)
    frame, findings = read_table(path, OFFICES)
    assert frame["agency"].tolist() == ["KELA", "KELA"]
    assert frame["work_m2"].isna().tolist() == [False, True]
    assert [(f.level, f.row, f.column) for f in findings] == [("note", 2, "agency"), ("warning", 2, "work_m2")]


def test_hidden_rows_count_and_are_told(tmp_path):
    def hide(sheets):
        sheets["Toimipaikat"].set_row(2, None, None, {"hidden": True})
        sheets["Toimipaikat"].set_row(9, None, None, {"hidden": True})

    path = register(tmp_path / "offices.xlsx", {"Toimipaikat": [HEAD, ROW, ["B", *ROW[1:]]]}, hide)
    frame, findings = read_table(path, OFFICES)
    assert len(frame) == 2
    (found,) = findings
    assert (found.row, found.level) == (3, "note")
    assert str(found.what).startswith("1 hidden rows")


def test_blank_rows_totals_and_remarks_under_the_table(tmp_path):
    rows = [HEAD, ROW, [], ["Yht.", None, None, None, None, 480.5], [], ["* Tiedot vuokrasopimuksista"]]
    frame, findings = read_table(register(tmp_path / "offices.xlsx", {"T": rows}), OFFICES)
    assert frame.index.tolist() == [2]
    assert [(f.level, f.row) for f in findings] == [("warning", 4), ("warning", 6)]


def test_headers_that_are_repeated_on_each_page_are_no_rows(tmp_path):
    rows = [HEAD, ROW, HEAD, ["KELA-Rauma", *ROW[1:]]]
    frame, findings = read_table(register(tmp_path / "offices.xlsx", {"T": rows}), OFFICES)
    assert frame.index.tolist() == [2, 4]
    assert not findings


def test_a_formula_that_fails_is_told_and_marked(tmp_path):
    def spoil(sheets):
        sheets["Toimipaikat"].write_formula("F2", "=NA()", None, "#N/A")
        sheets["Toimipaikat"].write_formula("K2", "=1/0", None, "#DIV/0!")

    register(tmp_path / "r.xlsx", {"Toimipaikat": [HEAD, ROW]}, spoil)
    inputs, findings = read_folder(tmp_path, Settings())
    (found,) = said(findings, "the error #N/A")
    assert (found.level, found.row, found.column) == ("error", 2, "work_m2")
    made, _ = marked_folder(tmp_path, inputs, findings, language="fi")
    sheet = openpyxl.load_workbook(io.BytesIO(made))["Toimipaikat"]
    assert sheet["F2"].fill.fgColor.rgb == FILL
    assert sheet["F2"].value == "=NA()"


def test_an_id_alone_on_a_row_is_not_a_remark(tmp_path):
    frame, _ = read_table(register(tmp_path / "offices.xlsx", {"T": [HEAD, ROW, ["KELA-Rauma"]]}), OFFICES)
    assert frame.index.tolist() == [2, 3]


def test_codes_in_other_letters_and_units_are_understood(tmp_path):
    agencies = [["Viranomainen", "Nimi suomeksi"], ["KELA", "Kansaneläkelaitos"]]
    rows = [
        HEAD,
        [ROW[0], "Kela", *ROW[2:5], "480 kvm", "6 kk"],
        ["B", "kansaneläkelaitos", *ROW[2:5], "noin 480", "6"],
    ]
    register(tmp_path / "r.xlsx", {"Viranomaiset": agencies, "Toimipaikat": rows})
    inputs, findings = read_folder(tmp_path, Settings())
    assert inputs.offices["agency"].tolist() == ["KELA", "KELA"]
    assert inputs.offices["notice_months"].tolist() == [6, 6]
    wrong = [f for f in findings if f.table == "offices" and f.level == "error"]
    assert [(f.row, f.column) for f in wrong] == [(3, "work_m2")]


def test_every_row_of_a_common_fault_is_marked(tmp_path):
    rows = [HEAD, *([f"A{k}", *ROW[1:5], "paljon", 6] for k in range(60))]
    register(tmp_path / "r.xlsx", {"Toimipaikat": rows})
    inputs, findings = read_folder(tmp_path, Settings())
    mine = [f for f in findings if f.column == "work_m2"]
    assert len(mine) == 21
    assert len(mine[-1].rows) == 40
    book, _ = marked_folder(tmp_path, inputs, mine, language="fi")
    sheet = openpyxl.load_workbook(io.BytesIO(book))["Toimipaikat"]
    assert all(sheet.cell(r, 6).fill.fgColor.rgb == FILL for r in range(2, 62))


def test_of_three_templates_the_filled_one_is_marked(tmp_path):
    write_templates(tmp_path)
    path = tmp_path / "tunti-sv.xlsx"
    book = openpyxl.load_workbook(path)
    sheet = book["Verksamhetsställen"]
    for c, value in enumerate(["A", "KELA", "Kela", "609", 222000, 6825000, None, None, None, "ibland"], start=1):
        sheet.cell(7, c, value)
    book.save(path)
    inputs, findings = read_folder(tmp_path, Settings())
    made, _ = marked_folder(tmp_path, inputs, findings, language="sv")
    marked = openpyxl.load_workbook(io.BytesIO(made))["Verksamhetsställen"]
    assert marked["J7"].fill.fgColor.rgb == FILL
    assert marked["J7"].value == "ibland"


def test_a_table_s_own_workbook_with_instructions_first_is_marked_on_its_sheet(tmp_path):
    register(tmp_path / "offices.xlsx", {"Ohje": [["Täytä"]], "Rekisteri": [HEAD, [*ROW[:5], "paljon"]]})
    inputs, findings = read_folder(tmp_path, Settings())
    made, _ = marked_folder(tmp_path, inputs, findings, language="en")
    assert openpyxl.load_workbook(io.BytesIO(made))["Rekisteri"]["F2"].fill.fgColor.rgb == FILL
