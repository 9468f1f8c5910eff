"""The story of shared premises on the starter: a building of one's own, who sits where on a day, and bad input."""

import json

import pandas as pd
import pytest

from tunti.cli import main
from tunti.inputs.starter import copy_starter

REGION = "Kainuu"


@pytest.fixture(scope="module")
def starter(tmp_path_factory):
    folder = tmp_path_factory.mktemp("premises") / "suomi"
    copy_starter(folder)
    pd.DataFrame(
        {
            "premise": ["talo", "muualla"],
            "name": ["Keksitty virastotalo", "Toisen maakunnan talo"],
            "municipality": ["205", "564"],
            "kind": ["candidate", "candidate"],
            "site": ["Kajaani", "Oulu"],
            "m2": [900, 900],
            "rent_eur_m2_year": [120, 120],
            "fit_out": ["none", "none"],
            "security": ["high", "high"],
            "illustrative": ["yes", "yes"],
        }
    ).to_csv(folder / "premises.csv", index=False)
    return folder


def code_of(*words):
    with pytest.raises(SystemExit) as ended:
        main([str(w) for w in words])
    return ended.value.code or 0


def answer(capsys, *words):
    assert code_of(*words, "--json") == 0
    return json.loads(capsys.readouterr().out)


def test_a_region_s_premises(starter, capsys):
    found = answer(capsys, "premises", starter, "--region", REGION, "--date", "2028-06-30")
    assert found["gap"] <= 0.01
    assert found["alternatives_proven"]
    used = {row["premise"]: row for row in found["workplaces"]}
    assert "muualla" not in used
    assert used["talo"]["m2_used"] <= 900
    assert used["talo"]["investment_cents"] == 0
    assert {row["premise"] for row in found["without"]} == set(used)
    assert all(row["extra_cents_year"] >= 0 for row in found["without"])
    assert sum(row["staff"] for row in used.values()) == pytest.approx(found["staff_shared"])
    assert len(found["stack"]) < len(found["moves"])
    assert all(row["since"] <= "2028-06-30" for row in found["stack"])
    assert all(row["rent_known"] for row in found["offices"])


def test_a_day_that_is_none_is_refused(starter, capsys):
    assert code_of("premises", starter, "--date", "30.6.2028", "--lang", "en") == 1
    assert "30.6.2028" in capsys.readouterr().err


def test_premises_in_an_unknown_place_are_refused(starter, capsys):
    path = starter / "premises.csv"
    good = path.read_text(encoding="utf-8")
    path.write_text(good.replace("Oulu", "Ei missään"), encoding="utf-8")
    try:
        assert code_of("premises", starter, "--region", REGION, "--lang", "en") == 2
        assert "Ei missään" in capsys.readouterr().err
    finally:
        path.write_text(good, encoding="utf-8")
