"""Whole stories through the command line, on an invented country and on the starter."""

import json
import shutil
import subprocess
import sys
import time

import pandas as pd
import pytest
from tests.story.commands import TOML, tunti, write_project

from tunti.inputs.invent import invent


@pytest.fixture(scope="module")
def country():
    return invent(seed=3, cells=300, sites=25, regions=3)


@pytest.fixture(scope="module")
def project(tmp_path_factory, country):
    folder = tmp_path_factory.mktemp("story") / "maa"
    write_project(folder, country)
    return folder


def test_check_access_locate_as_json(project):
    assert json.loads(tunti("check", project, "--json", process=True).stdout)["ok"]
    today = json.loads(tunti("access", project, "--json").stdout)
    assert today["people"] == today["people_inside"] + today["people_outside"]
    assert today["people_inside"] == sum(r["people_inside"] for r in today["regions"])
    found = json.loads(
        tunti("locate", project, "--goal", "fewest", "--share", "0.8", "--minutes", "20", "--json").stdout
    )
    assert found["proven"]
    assert found["bound"] == found["objective"] == len(found["points"])
    assert found["gap"] == 0
    assert found["share"] >= 0.8
    again = json.loads(tunti("access", project, "--sites", ",".join(found["points"]), "--minutes", 20, "--json").stdout)
    assert again["share"] == pytest.approx(found["share"])


def test_points_that_serve_so_many_and_no_more(tmp_path, country):
    folder = tmp_path / "room"
    write_project(folder, country)
    asked = ("locate", folder, "--share", "0.6", "--json")
    free = json.loads(tunti(*asked).stdout)
    sites = pd.read_csv(folder / "sites.csv", dtype=str)
    room = int(country.cells["people"].sum() * 0.6 / len(free["points"]) * 0.7)
    sites["capacity_visits_year"] = str(room)
    sites.to_csv(folder / "sites.csv", index=False)
    assert json.loads(tunti(*asked).stdout)["points"] == free["points"]  # capacities count when asked for
    held = json.loads(tunti(*asked, "--capacity").stdout)
    assert held["proven"]
    assert held["objective"] > free["objective"]
    assert held["people"] <= room * held["objective"]
    assert held["share"] >= 0.6
    sites["capacity_visits_year"] = "1"
    sites.to_csv(folder / "sites.csv", index=False)
    told = tunti(*asked, "--capacity", code=3).stderr
    assert "too little room" in told
    assert "Raise these capacities" in told


def test_access_tells_how_sure_it_is(project, country):
    found = json.loads(tunti("access", project, "--json").stdout)
    names = ("people_surely", "people_likely", "people_unlikely")
    assert found["people"] == sum(found[name] for name in names)
    assert all(r["people"] == sum(r[name] for name in names) for r in found["regions"])
    for name in names:
        assert found[name] == sum(r[name] for r in found["regions"])
    # Who is within the sharp standard is never unlikely.
    assert found["people_surely"] + found["people_likely"] >= found["people_inside"]
    assert "Surely: the chance" in found["notes"][0]
    said = tunti("access", project, "--lang", "fi", "--region", found["regions"][0]["region"]).stdout
    assert "Tavoitteen sisällä on varmasti" in said
    assert "Varmasti: pisteeseen ehtii" in said


def test_workers_change_nothing(project, tmp_path):
    answers = []
    for workers in ("1", "2"):
        copy = tmp_path / workers
        shutil.copytree(project, copy, ignore=shutil.ignore_patterns(".tunti", "plans"))
        answers.append(tunti("access", copy, "--workers", workers, "--json").stdout)
    assert answers[0] == answers[1]
    kept = [{p.name: p.read_bytes() for p in (tmp_path / w / ".tunti" / "results").iterdir()} for w in ("1", "2")]
    assert kept[0] == kept[1]
    assert kept[0]
    assert "are not known" in tunti("locate", project, "--workers", "many", code=1).stderr


def test_plan_of_a_region_writes_every_document(project, tmp_path, country):
    region = country.municipalities["region_fi"].iloc[0]
    answer = json.loads(tunti("plan", project, "--region", region, "--out", tmp_path / "out", "--json").stdout)
    files = sorted(p.name for p in (tmp_path / "out").iterdir())
    assert files == ["plan.fi.docx", "plan.fi.html", "plan.fi.pdf", "plan.fi.xlsx", "plan.gpkg", "run.json"]
    assert answer["proven"]
    assert answer["run"]["inputs"]
    # The same input gives the same bytes.
    tunti("plan", project, "--region", region, "--out", tmp_path / "again", "--json")
    for name in ("plan.fi.html", "plan.fi.pdf", "plan.fi.xlsx"):
        first, second = (tmp_path / "out" / name).read_bytes(), (tmp_path / "again" / name).read_bytes()
        assert first == second, name


def test_a_scenario_changes_the_answer(project):
    before = json.loads(tunti("locate", project, "--share", "0.6", "--json").stdout)
    (project / "scenarios").mkdir(exist_ok=True)
    (project / "scenarios" / "ilman.toml").write_text(
        f"[[patch]]\nkind = 'site_status'\nsite = '{before['points'][0]}'\nstatus = 'forbidden'\n", encoding="utf-8"
    )
    after = json.loads(tunti("locate", project, "--share", "0.6", "--scenario", "ilman", "--json").stdout)
    assert before["points"][0] not in after["points"]
    assert after["objective"] >= before["objective"]


def test_other_means_are_asked_by_name(tmp_path, country):
    folder = tmp_path / "means"
    municipalities = country.municipalities.copy()
    municipalities["without_car"] = 0.25
    write_project(folder, country.with_table("municipalities", municipalities))
    site, cells = country.sites["site"].iloc[0], country.cells["cell"].iloc[:3]
    pd.DataFrame(
        {"cell": cells, "site": site, "means": "bus", "minutes": [10, 20, 21], "departures_day": [4, None, 2]}
    ).to_csv(folder / "travel_times.csv", index=False)
    answer = json.loads(tunti("access", folder, "--means", "bus", "--sites", site, "--json").stdout)
    assert answer["people_inside"] == country.cells["people"].iloc[:2].sum()
    assert "There are no times by" in tunti("access", folder, "--means", "boat", code=1).stderr


def test_infeasible_rules_are_told_in_words(project):
    run = tunti("locate", project, "--goal", "fewest", "--share", "1.0", "--minutes", "1", "--json", code=3)
    answer = json.loads(run.stdout)
    assert answer["reasons"]


def test_wrong_words_end_with_a_sentence(project, tmp_path):
    assert "no folder" in tunti("check", tmp_path / "none", code=1).stderr
    assert "There is no planned region" in tunti("plan", project, "--region", "Atlantis", code=1).stderr
    assert "There are no sites" in tunti("access", project, "--sites", "nowhere", code=1).stderr
    assert "There is no scenario" in tunti("locate", project, "--scenario", "nope", code=1).stderr
    assert "There is no goal" in tunti("locate", project, "--goal", "best", code=1).stderr
    assert "is above 1" in tunti("locate", project, "--share", "95", code=2).stderr
    assert "is not a number" in tunti("locate", project, "--share", "kaikki", code=1).stderr
    assert "number of points" in tunti("locate", project, "--goal", "most_people", code=1).stderr
    assert "not empty" in tunti("new", project, code=1).stderr
    tunti("plan", project, "--minutes", "x", code=2)


def test_bad_input_leaves_no_result_and_says_where(tmp_path, country):
    folder = tmp_path / "bad"
    write_project(folder, country)
    cells = pd.read_csv(folder / "cells.csv", dtype=str)
    cells.loc[4, "people"] = "paljon"
    cells.loc[7, "cell"] = cells.loc[6, "cell"]
    cells.to_csv(folder / "cells.csv", index=False)
    sites = pd.read_csv(folder / "sites.csv", dtype=str)
    sites.loc[0, "status"] = "ehkä"
    sites.to_csv(folder / "sites.csv", index=False)
    answer = json.loads(tunti("plan", folder, "--out", tmp_path / "out", "--json", code=2).stdout)
    places = {(f["table"], f["row"], f["column"]) for f in answer["findings"] if f["level"] == "error"}
    assert ("cells", 6, "people") in places
    assert ("sites", 2, "status") in places
    assert any(t == "cells" and r in (8, 9) and c == "cell" for t, r, c in places)
    assert all(f["what_to_do"] for f in answer["findings"])
    assert not (tmp_path / "out").exists()
    assert "3 virhettä" in tunti("check", folder, "--lang", "fi", code=2).stderr


def test_strict_makes_warnings_errors(tmp_path, country):
    folder = tmp_path / "strict"
    write_project(folder, country)
    municipalities = pd.read_csv(folder / "municipalities.csv", dtype=str)
    municipalities["people"] = (municipalities["people"].astype(float) * 3).astype(int).astype(str)
    municipalities.to_csv(folder / "municipalities.csv", index=False)
    tunti("check", folder)
    tunti("check", folder, "--strict", code=2)
    tunti("plan", folder, "--strict", "--out", tmp_path / "out", code=2)
    assert not (tmp_path / "out").exists()


def test_settings_that_do_not_fit_end_with_findings(tmp_path, country):
    folder = tmp_path / "settings"
    write_project(folder, country, TOML + "\n[plan]\ngoal = 'cheapest'\npoints = -1\n")
    answer = json.loads(tunti("plan", folder, "--json", code=2).stdout)
    assert {f["column"] for f in answer["findings"]} >= {"plan.goal", "plan.points"}


def test_a_full_disk_leaves_the_old_plan(project, tmp_path):
    out = tmp_path / "out"
    out.write_text("a file where the folder should be")
    run = tunti("plan", project, "--out", out / "below", code=1)
    assert "could not be written" in run.stderr
    assert out.read_text().startswith("a file")
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "muistio.txt").write_text("minun")
    assert "muistio.txt" in tunti("plan", project, "--out", mine, code=1).stderr
    assert [p.name for p in mine.iterdir()] == ["muistio.txt"]


def test_ctrl_c_leaves_nothing_half_written(project, tmp_path):
    import signal

    process = subprocess.Popen(
        [sys.executable, "-m", "tunti", "plan", str(project), "--out", str(tmp_path / "out")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    deadline = time.monotonic() + 60
    # Interrupt it while it writes: the folder beside the target is there.
    while time.monotonic() < deadline and not list(tmp_path.glob(".*")) and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    if process.returncode != 0:
        assert process.returncode == 130, err
        assert b"half-written" in err or b"puolitiehen" in err
        assert not (tmp_path / "out").exists()
    assert not list(tmp_path.glob(".writing*"))


def test_without_starter_there_are_templates(tmp_path):
    tunti("new", tmp_path / "empty", "--empty")
    assert len(list((tmp_path / "empty").glob("*.xlsx"))) == 3
    answer = json.loads(tunti("check", tmp_path / "empty", "--json", code=2).stdout)
    assert {f["table"] for f in answer["findings"]} >= {"cells", "sites", "municipalities"}
    assert len(list((tmp_path / "empty").glob("*.xlsx"))) == 3


def test_version_and_help():
    assert "tunti" in tunti("--version").stdout
    assert "locate" in tunti("--help").stdout
