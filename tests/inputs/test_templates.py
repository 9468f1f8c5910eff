"""The Excel template: read back in every language, the same bytes every time."""

from __future__ import annotations

import time
import zipfile
from pathlib import Path

import openpyxl
import pytest

from tunti.findings import stops
from tunti.inputs.readers import read_folder, read_table
from tunti.inputs.schemas import CHOICE_LABELS, OFFICES, SCHEMAS, SERVICES, SITES, SOURCES
from tunti.inputs.templates import EXAMPLE_ROW, HEADER_ROW, write_template, write_templates
from tunti.locale import LANGUAGES, translator
from tunti.settings import Settings

ALL = [*SCHEMAS.values(), SOURCES]


@pytest.fixture(scope="module")
def templates(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    paths = write_templates(tmp_path_factory.mktemp("templates") / "new")
    return dict(zip(LANGUAGES, paths, strict=True))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("schema", ALL, ids=lambda s: s.name)
def test_an_unused_template_is_read_as_empty_tables(templates: dict[str, Path], language: str, schema) -> None:
    frame, findings = read_table(templates[language], schema)
    assert findings == []
    assert frame.empty
    assert tuple(frame.columns) == schema.names


@pytest.mark.parametrize("language", LANGUAGES)
def test_sheets_have_titles_units_lists_and_frozen_headings(templates: dict[str, Path], language: str) -> None:
    say = translator(language)
    book = openpyxl.load_workbook(templates[language])
    assert book.sheetnames[0] == say("Instructions")
    assert book.sheetnames[1:] == [say(s.label) for s in ALL]
    for schema in ALL:
        sheet = book[say(schema.label)]
        headings = [c.value for c in sheet[HEADER_ROW + 1]]
        assert headings == [say(c.label) for c in schema.columns]
        assert str(sheet.cell(EXAMPLE_ROW + 1, 1).value).startswith(say("Example") + ":")
        assert sheet.freeze_panes == f"B{HEADER_ROW + 2}"
        assert sheet["A1"].value == say(schema.label)
    rules = book[say(SITES.label)].data_validations.dataValidation
    words = [say(CHOICE_LABELS[c]) for c in SITES["status"].choices]
    assert f'"{",".join(words)}"' in [r.formula1 for r in rules if r.type == "list"]
    # The ids of one table are offered where another refers to them.
    offered = [r for r in book[say(OFFICES.label)].data_validations.dataValidation if "OFFSET" in str(r.formula1)]
    assert [str(r.sqref).split("7")[0] for r in offered] == ["B", "D"]
    assert f"'{say(SCHEMAS['agencies'].label)}'!$A$7" in offered[0].formula1
    assert not offered[0].showErrorMessage
    # Codes are text, so that a spreadsheet keeps their leading zeros.
    at = OFFICES.names.index("municipality") + 1
    assert book[say(OFFICES.label)].cell(EXAMPLE_ROW + 1, at).number_format == "@"


@pytest.mark.parametrize("language", LANGUAGES)
def test_filled_rows_are_read_back(templates: dict[str, Path], tmp_path: Path, language: str) -> None:
    say = translator(language)
    book = openpyxl.load_workbook(templates[language])
    sheet = book[say(SERVICES.label)]
    modes = f"{say(CHOICE_LABELS['staffed'])}, {say(CHOICE_LABELS['remote'])}"
    row = {
        "service": "x1",
        "agency": "DVV",
        "name_fi": "Neuvonta",
        "visits_year": "12 000",
        "modes": modes,
        "standard_minutes": 45,
        "illustrative": say("yes"),
    }
    for name, value in row.items():
        sheet.cell(EXAMPLE_ROW + 2, SERVICES.names.index(name) + 1, value)
    path = tmp_path / "filled.xlsx"
    book.save(path)
    frame, findings = read_table(path, SERVICES)
    assert findings == []
    assert list(frame.index) == [EXAMPLE_ROW + 2], "the row number is the sheet's"
    got = frame.iloc[0]
    assert got["modes"] == "staffed remote"
    assert got["visits_year"] == 12000
    assert got["illustrative"] is True or bool(got["illustrative"])
    assert got["standard_minutes"] == 45


def test_a_row_that_only_looks_like_the_example_is_read(tmp_path: Path) -> None:
    path = write_template(tmp_path / "t.xlsx", language="fi", tables=["agencies"])
    book = openpyxl.load_workbook(path)
    sheet = book["Viranomaiset"]
    for i, cell in enumerate(sheet[EXAMPLE_ROW + 1], start=1):
        value = cell.value
        sheet.cell(EXAMPLE_ROW + 2, i, value.removeprefix("Esimerkki: ") if isinstance(value, str) else value)
    book.save(path)
    frame, findings = read_table(path, SCHEMAS["agencies"])
    assert findings == []
    assert frame["agency"].tolist() == ["DVV"]
    assert frame["takes_part"].tolist() == ["both"]
    assert str(frame["valid_from"].iloc[0].date()) == "2020-01-01"


def test_same_bytes(tmp_path: Path) -> None:
    first = write_template(tmp_path / "a.xlsx").read_bytes()
    # A zip keeps time in steps of two seconds; the properties in steps of one.
    time.sleep(1.1)
    assert write_template(tmp_path / "b.xlsx").read_bytes() == first
    with zipfile.ZipFile(tmp_path / "a.xlsx") as parts:
        assert {p.date_time[0] for p in parts.infolist()} == {1980}


def test_only_some_tables(tmp_path: Path) -> None:
    path = write_template(tmp_path / "t.xlsx", language="sv", tables=["offices"])
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["Anvisning", "Verksamhetsställen"]
    assert not [r for r in book["Verksamhetsställen"].data_validations.dataValidation if "OFFSET" in str(r.formula1)]


def test_an_unused_template_is_an_empty_project(templates: dict[str, Path]) -> None:
    inputs, findings = read_folder(templates["fi"].parent, Settings())
    assert not stops(findings), "empty tables are the checks' business"
    assert inputs.cells.empty
