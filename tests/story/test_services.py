"""Agencies and modes on the starter through the command line, and the cuts of DVV and MML before and after."""

import json
import os
import shutil
import sys
from pathlib import Path

import pytest

from tunti.cli import main
from tunti.inputs.starter import copy_starter
from tunti.project import Project

ROOT = Path(__file__).parents[2]
SHARED = Path(os.environ.get("TUNTI_SHARED") or ROOT.parent / "shared")
CUTS = {"dvv-36": ("DVV", 36, 12), "mml-35": ("MML", 35, 26)}


def with_cuts(folder):
    (folder / "scenarios").mkdir(exist_ok=True)
    for name in CUTS:
        shutil.copy(ROOT / "examples" / "scenarios" / f"{name}.toml", folder / "scenarios")
    return folder


@pytest.fixture(scope="module")
def starter(tmp_path_factory):
    folder = tmp_path_factory.mktemp("services") / "suomi"
    copy_starter(folder)
    return with_cuts(folder)


def answer(capsys, *words):
    with pytest.raises(SystemExit) as ended:
        main([*map(str, words), "--json"])
    assert not ended.value.code
    return json.loads(capsys.readouterr().out)


def test_a_region_of_the_starter(starter, capsys):
    found = answer(capsys, "services", starter, "--region", "Etelä-Savo")
    assert found["gap"] <= 0.01
    assert {r["region"] for r in found["points"]} == {"10"}
    assert all(r["people_inside_after"] >= r["people_inside_today"] for r in found["access"])
    closed = [o for o in found["offices"] if o["customer_part"] == "closes"]
    assert found["offices_closed"] == len(closed) > 0
    assert all(o["replaced_by"] and o["minutes_to_replacement"] <= 20 for o in closed)
    linked = {o["office"] for o in closed if o["replaced_by"] in {p["site"] for p in found["points"]}}
    assert {o for p in found["points"] for o in p["paid_by"].split()} == linked
    agencies = {d["agency"] for d in found["duties"]}
    assert len(agencies) >= 11
    assert len(found["duties"]) == len(agencies) * len(found["points"])


def test_an_impossible_share_names_the_service_and_the_region(starter, capsys):
    text = 'description = "too much"\n[[patch]]\nkind = "setting"\nname = "services.share"\nvalue = 1.0\n'
    (starter / "scenarios" / "all.toml").write_text(text, encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        main(["services", str(starter), "--region", "Lappi", "--scenario", "all", "--json"])
    assert ended.value.code == 3
    reasons = json.loads(capsys.readouterr().out)["reasons"]
    assert any("Lapland" in r and "people are too many outside" in r for r in reasons)
    assert "cheapest" in reasons[-1]


@pytest.mark.parametrize("cut", list(CUTS))
def test_a_cut_leaves_more_people_outside_the_hour(starter, capsys, cut):
    agency, before, after = CUTS[cut]
    project = Project(starter)
    offices = project._inputs(cut, lambda what, done: None)[0].offices
    assert (offices.loc[offices["agency"] == agency, "serves"] == "staffed").sum() == before
    now = project.baseline()[0].offices
    assert (now.loc[now["agency"] == agency, "serves"] == "staffed").sum() == after
    found = answer(capsys, "cuts", starter, "--before", cut, "--agency", agency)
    assert found["services"]
    for row in found["services"]:
        assert row["far_after"] > row["far_before"]
        assert row["outside_after"] > row["outside_before"]
    by_region = {r["region"] for r in found["rows"] if r["far_after"] > r["far_before"]}
    assert len(by_region) > 5
    assert {r["language"] for r in found["rows"]} >= {"fi", "sv fi"}


@pytest.mark.shared
@pytest.mark.skipif(not (SHARED / "data").is_dir(), reason="needs the shared real data")
@pytest.mark.parametrize(("cut", "outside"), [("dvv-36", (189_468, 981_044)), ("mml-35", (123_413, 269_603))])
def test_the_cuts_on_real_data(tmp_path, capsys, cut, outside):
    sys.path.insert(0, str(ROOT / "examples"))
    import finland_open_data

    finland_open_data.make(SHARED, tmp_path / "real", "grid")
    found = answer(capsys, "cuts", with_cuts(tmp_path / "real"), "--before", cut, "--agency", CUTS[cut][0])
    (row,) = found["services"]
    assert (row["far_before"], row["far_after"]) == outside
