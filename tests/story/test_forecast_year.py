"""A planner asks for 2030 and 2040: people, access, demand, remote service and the document are of the chosen year."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from tests.story.commands import TOML, tunti, write_project

from tunti.inputs.invent import invent

GROWTH = {None: 1.0, 2030: 2.0, 2040: 3.0}


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[int | None, Path]:
    """Make the same project for three years: 2030 by municipality, 2040 by cell."""
    country = invent(seed=4, cells=24, sites=5, regions=1, municipalities_per_region=2, offices=4)
    cells = country.cells
    towns = cells.groupby("municipality")["people"].sum().reset_index()
    forecast = pd.concat(
        [
            towns.assign(cell=None, year=2030, people=towns["people"] * 2),
            cells[["cell", "people"]].assign(municipality=None, year=2040, people=cells["people"] * 3),
        ]
    )
    made = {}
    for year in GROWTH:
        folder = tmp_path_factory.mktemp("project") / "p"
        toml = TOML if year is None else TOML.replace("[project]", f"[project]\nforecast_year = {year}")
        write_project(folder, country, toml)
        forecast.to_csv(folder / "forecast.csv", index=False)
        made[year] = folder
    return made


def answers(folders: dict[int | None, Path], *words: str) -> dict[int | None, dict]:
    found = {}
    for year, folder in folders.items():
        found[year] = json.loads(tunti(words[0], folder, "--json", *words[1:]).stdout)
        assert found[year]["forecast_year"] == year
    return found


def test_access_is_of_the_year(folders: dict[int | None, Path]) -> None:
    found = answers(folders, "access")
    for year, growth in GROWTH.items():
        for figure in ("people", "people_inside", "people_outside"):
            assert found[year][figure] == pytest.approx(found[None][figure] * growth, abs=24)
    said = tunti("access", folders[2040], "--lang", "sv").stdout
    assert "befolkningsprognosen för år 2040" in said
    assert "prognos" not in tunti("access", folders[None], "--lang", "sv").stdout


@pytest.mark.parametrize(("command", "year"), [("services", 2030), ("remote", 2040)])
def test_the_demand_of_services_and_of_remote_service_is_of_the_year(
    folders: dict[int | None, Path], command: str, year: int
) -> None:
    found = answers({y: folders[y] for y in (None, year)}, command)
    table = {"services": "duties", "remote": "pools"}[command]
    visits = {y: sum(row["visits_year"] for row in a[table]) for y, a in found.items()}
    assert visits[None] > 0
    assert visits[year] == pytest.approx(visits[None] * GROWTH[year], rel=1e-3)
    if command == "services":
        people = {y: max(row["people"] for row in a["access"]) for y, a in found.items()}
        assert people[year] == pytest.approx(people[None] * GROWTH[year], abs=24)


def test_the_document_says_its_year(folders: dict[int | None, Path], tmp_path: Path) -> None:
    tunti("report", folders[2040], "--lang", "fi", "--out", tmp_path)
    (page,) = tmp_path.rglob("plan.html")
    assert "väestöennuste vuodelle 2040" in page.read_text(encoding="utf-8")


def test_a_year_without_rows_stops_and_says_which_there_are(folders: dict[int | None, Path]) -> None:
    settings = folders[2030] / "project.toml"
    before = settings.read_text(encoding="utf-8")
    settings.write_text(before.replace("2030", "2035"), encoding="utf-8")
    try:
        run = tunti("check", folders[2030], "--json", code=2)
    finally:
        settings.write_text(before, encoding="utf-8")
    (found,) = [f for f in json.loads(run.stdout)["findings"] if f["level"] == "error"]
    assert (found["table"], found["column"]) == ("forecast", "year")
    assert "2030, 2040" in found["what_to_do"]
