"""What a planner reads and writes is in the planner's own words: choices, road classes, files, numbers and dates."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from tunti.findings import Finding, note, say
from tunti.inputs.checks import check
from tunti.inputs.readers import read_folder
from tunti.inputs.readers.values import read_column
from tunti.inputs.schemas import CHOICE_LABELS, SCHEMAS, SOURCES
from tunti.inputs.templates import EXAMPLE_ROW, HEADER_ROW, write_template
from tunti.inputs.words import label
from tunti.locale import LANGUAGES, translator
from tunti.settings import Settings, read_settings

from .folders import edit, put

ALL = [*SCHEMAS.values(), SOURCES]
CHOICES = [(s, c) for s in SCHEMAS.values() for c in s.columns if c.choices]


def findings_of(folder: Path, settings: Settings | None = None) -> list[Finding]:
    settings = settings or Settings()
    inputs, findings = read_folder(folder, settings)
    return findings + check(inputs, settings)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("schema", "column"), CHOICES, ids=lambda v: v.name)
def test_unknown_words_are_answered_with_the_words_of_the_list(schema, column, language) -> None:
    _, findings = read_column(pd.Series(["zzz"], dtype=object), column, table=schema.name, rows=[2])
    said = findings[0].what_to_do.text(language)
    say_word = translator(language)
    assert said.endswith(": " + ", ".join(say_word(CHOICE_LABELS[c]) for c in column.choices) + ".")


def test_an_empty_choice_is_answered_with_a_word_of_the_list(folder: Path) -> None:
    put(folder, "sites", 3, status="")
    (found,) = [f for f in findings_of(folder) if f.column == "status"]
    assert found.what_to_do.text("fi") == "Täytä ”Tila”, esimerkiksi ehdokas."
    assert found.what_to_do.text("sv") == "Fyll i ”Status”, till exempel kandidat."


def test_road_classes_are_read_in_every_language(folder: Path) -> None:
    named = {
        "Valtatie": "national",
        "KANTATIE": "main",
        "seututie": "regional",
        "yhdystie": "connecting",
        "katu": "ramp_or_street",
        "rampi": "ramp_or_street",
        "lautta": "ferry",
        "riksväg": "national",
        "regional väg": "regional",
        "färja": "ferry",
    }
    edit(folder, "road_links", lambda f: f.head(10).assign(road_class=list(named)))
    inputs, _ = read_folder(folder, Settings())
    assert inputs.road_links["road_class"].tolist() == list(named.values())
    own, _ = read_settings("[speeds.summer]\nKANTATIE = 70\n")
    inputs, _ = read_folder(folder, own)
    assert inputs.road_links["road_class"].iloc[1] == "KANTATIE", "a class of the settings keeps its name"


def test_an_unknown_road_class_is_told_once_with_its_count(folder: Path) -> None:
    edit(folder, "road_links", lambda f: f.assign(road_class=f["road_class"].where(f.index > 29, "polku")))
    put(folder, "road_links", 40, road_class="kantatei")
    found = [f for f in findings_of(folder) if f.column == "road_class"]
    assert [f.row for f in found] == [2, 40]
    assert "30" in found[0].what.text("fi")
    assert "valtatie, kantatie, seututie" in found[0].what_to_do.text("fi")
    assert "riksväg, stamväg, regional väg" in found[0].what_to_do.text("sv")
    assert found[1].what_to_do.text("fi") == "Tarkoititko: kantatie?"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("table", "name"), [("road_links", "road_class"), ("travel_times", "means")])
def test_known_words_are_offered_but_not_forced(tmp_path: Path, language: str, table: str, name: str) -> None:
    column, say_word = SCHEMAS[table][name], translator(language)
    offered = [label(word).text(language) for word in column.words]
    assert sum(len(w) + 1 for w in offered) <= 255, "an Excel list's limit"
    book = openpyxl.load_workbook(write_template(tmp_path / "t.xlsx", language=language, tables=[table]))
    rules = book[say_word(SCHEMAS[table].label)].data_validations.dataValidation
    (rule,) = [r for r in rules if r.formula1 == f'"{",".join(offered)}"']
    assert not rule.showErrorMessage


def test_empty_groups_and_wrong_people_are_told_once(folder: Path) -> None:
    groups = [c for c in SCHEMAS["cells"].names if c.startswith(("people_", "speakers_"))]
    put(folder, "cells", 3, people="-5", **dict.fromkeys(groups, ""))
    put(folder, "cells", 4, people="-5")
    found = [(f.row, f.column) for f in findings_of(folder) if f.table == "cells" and f.level == "error"]
    assert found == [(3, "people"), (4, "people")]


def test_what_could_not_be_read_has_no_second_finding(folder: Path) -> None:
    put(folder, "services", 3, modes="taikuus")
    put(folder, "offices", 4, x="6872000", y="420000")
    assert len([f for f in findings_of(folder) if (f.table, f.row) in (("services", 3), ("offices", 4))]) == 2


@pytest.mark.parametrize("language", LANGUAGES)
def test_files_may_be_named_in_every_language(folder: Path, language: str) -> None:
    for name in SCHEMAS:
        if (folder / f"{name}.csv").exists():
            (folder / f"{name}.csv").rename(folder / f"{translator(language)(SCHEMAS[name].label)}.csv")
    assert findings_of(folder) == []


def test_a_workbook_of_one_sheet_named_as_a_table(folder: Path) -> None:
    sites = pd.read_csv(folder / "sites.csv", dtype={"municipality": str})
    (folder / "sites.csv").unlink()
    sites.to_excel(folder / "Sijaintivaihtoehdot.xlsx", sheet_name="Taul1", index=False)
    assert findings_of(folder) == []


def test_a_workbook_of_several_tables_named_as_one_of_them(folder: Path) -> None:
    with pd.ExcelWriter(folder / "Sijaintivaihtoehdot.xlsx") as book:
        for name in ("sites", "offices"):
            table = pd.read_csv(folder / f"{name}.csv", dtype={"municipality": str})
            table.to_excel(book, sheet_name=translator("fi")(SCHEMAS[name].label), index=False)
            (folder / f"{name}.csv").unlink()
    assert findings_of(folder) == []


def test_an_unused_file_beside_a_missing_table_is_told_its_name(folder: Path) -> None:
    (folder / "sites.csv").rename(folder / "lista.csv")
    found = next(f for f in findings_of(folder) if f.table == "lista.csv")
    assert found.level == "warning"
    assert found.what_to_do.text("fi").endswith(": Sijaintivaihtoehdot.csv.")
    (folder / "lista.csv").rename(folder / "Sijaintivaihtoehto.csv")
    found = next(f for f in findings_of(folder) if f.table == "Sijaintivaihtoehto.csv")
    assert "Tarkoititko taulukkoa ”Sijaintivaihtoehdot”" in found.what_to_do.text("fi")


@pytest.mark.parametrize("language", ["fi", "sv"])
def test_example_rows_are_in_the_language_and_at_one_place(tmp_path: Path, language: str) -> None:
    book = openpyxl.load_workbook(write_template(tmp_path / "t.xlsx", language=language))
    places = set()
    for schema in ALL:
        sheet = book[translator(language)(schema.label)]
        rows = [[c.value for c in sheet[i + 1]] for i in (HEADER_ROW, EXAMPLE_ROW)]
        example = dict(zip(schema.names, rows[1], strict=True))
        if schema.has_place:
            places.add((example["x"], example["y"], example["lon"], example["lat"]))
        for column in schema.columns:
            value = str(example[column.name] or "")
            if column.words or column.name in ("settlement", "settlement_class", "branch"):
                assert value
                assert value != column.example
    assert places == {(641837.3, 6944194.7, None, None)}


def test_descriptions_name_no_code_columns() -> None:
    for schema in ALL:
        for column in schema.columns:
            for language in LANGUAGES:
                words = translator(language)(column.description).replace(".", " ").split()
                assert not {"lon", "lat", *(n for n in schema.names if "_" in n)} & set(words), column.name


def test_dates_and_numbers_in_the_form_of_the_language(folder: Path) -> None:
    put(folder, "offices", 3, lease_end="30.6.2024")
    put(folder, "road_links", 3, km="0.52")
    found = findings_of(folder)
    lease = next(f for f in found if f.column == "lease_end")
    assert "30.6.2024" in lease.what.text("fi")
    assert "2024-06-30" in lease.what.text("sv")
    assert "30 Jun 2024" in lease.what.text("en")
    assert "0,52 km" in next(f for f in found if f.column == "km").what.text("fi")
    kept = Finding.unpacked(json.loads(json.dumps(lease.packed())))
    assert kept.what.text("fi") == lease.what.text("fi")


def test_missing_dates_are_no_error() -> None:
    found = note("t", None, None, say("{day}", day=pd.NaT), say("Nothing needs to be done."))
    assert found.what.text("fi") == "NaT"


def test_sources_name_tables_in_every_language(folder: Path) -> None:
    text = "table;title\nVäestöruudut;A\nTielinkit, Tiesolmut;B\ncells;C\nmuu;D\n"
    (folder / "Lähteet.csv").write_text(text, encoding="utf-8")
    inputs, _ = read_folder(folder, Settings())
    assert [s.table for s in inputs.sources] == ["cells", "road_links, road_nodes", "cells", "muu"]


@pytest.mark.parametrize("text", ["share = 95", "region_share = 97.5", "share = '95 %'"])
def test_a_percentage_in_a_share_of_the_settings_is_told_how_to_write(text: str) -> None:
    _, findings = read_settings(f"[standard]\n{text}\n")
    number = "97,5" if "97" in text else "95"
    share = "0.975" if "97" in text else "0.95"
    assert f"kirjoita {number} % muodossa {share}" in findings[0].what.text("fi")
    assert f"write {share} for {number.replace(',', '.')} %" in findings[0].what.text("en")
