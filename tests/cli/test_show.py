"""Where a finding is, in the words of the template, and in the order of the workbook."""

from __future__ import annotations

import io
import json

import pytest
from rich.console import Console

from tunti.cli import show
from tunti.findings import error, note, say, warning

WHAT, DO = say("The value is missing."), say("Correct the value.")


@pytest.mark.parametrize(
    ("finding", "language", "place"),
    [
        (error("cells", 14, "people", WHAT, DO), "fi", "Väestöruudut, rivi 14, sarake Väestö"),
        (error("cells", 14, "people", WHAT, DO), "sv", "Befolkningsrutor, rad 14, kolumn Invånare"),
        (error("cells", 14, "people", WHAT, DO), "en", "Population grid, row 14, column Population"),
        (error("sites", 1, "Hinta", WHAT, DO), "fi", "Sijaintivaihtoehdot, rivi 1, sarake Hinta"),
        (error("sites", None, None, WHAT, DO), "fi", "Sijaintivaihtoehdot"),
        (error("project.toml", None, "standard.share", WHAT, DO), "fi", "project.toml, standard.share"),
        (error("lista.csv", None, None, WHAT, DO), "fi", "lista.csv"),
    ],
)
def test_places_are_said_in_the_words_of_the_template(finding, language, place):
    assert show.where(finding, language) == place


def test_findings_go_through_the_workbook_once(monkeypatch):
    text = io.StringIO()
    monkeypatch.setattr(show, "err", Console(file=text, width=150))
    found = [
        note("cells", 2, None, WHAT, DO),
        error("sites", 3, None, WHAT, DO),
        error("project.toml", None, "standard.share", WHAT, DO),
        error("cells", None, "people", WHAT, DO),
        warning("cells", 9, None, WHAT, DO),
        error("cells", 12, None, WHAT, DO),
        error("cells", 4, None, WHAT, DO),
    ]
    show.show_findings(found, "en")
    lines = [line for line in text.getvalue().splitlines() if "│" in line]
    places = [line.split("│")[2].strip() for line in lines]
    assert places == [
        "Population grid, row 4",
        "Population grid, row 12",
        "Population grid, column Population",
        "Sites, row 3",
        "project.toml, standard.share",
        "Population grid, row 9",
        "Population grid, row 2",
    ]


def test_json_keeps_code_names_and_adds_labels(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["tunti", "check", "here", "--json", "--lang", "fi"])
    show.print_json({"ok": False, "findings": [error("cells", 14, "people", WHAT, DO).as_dict("fi")]})
    (found,) = json.loads(capsys.readouterr().out)["findings"]
    assert (found["table"], found["column"]) == ("cells", "people")
    assert (found["table_label"], found["column_label"]) == ("Väestöruudut", "Väestö")


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ("offices", "Toimipaikat, rivi 4, sarake Kunta"),
        ("offices.csv", "offices.csv, rivi 4, sarake Kunta"),
        ("virastot.xlsx (Toimipaikat)", "virastot.xlsx (Toimipaikat), rivi 4, sarake Kunta"),
        ("muuta.csv", "muuta.csv, rivi 4, municipality"),
    ],
)
def test_a_finding_names_the_file_and_the_column_as_people_know_it(table, told):
    found = error(table, 4, "municipality", say("x"), say("y"))
    assert show.where(found, "fi") == told
