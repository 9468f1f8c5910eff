"""A whole project through ``tunti programme``: figures for scripts, a frozen programme, limits that can't be kept."""

import json

import pandas as pd
import pytest
from typer.testing import CliRunner

from tunti.cli import app
from tunti.inputs.invent import invent
from tunti.inputs.schemas import SCHEMAS

ASKED = (
    "gap", "seconds", "quarters", "least_share", "points", "offices_closed", "investment_eur",
    "net_state_eur_per_year", "net_agencies_eur_per_year", "checked",
)  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    made = invent(seed=5, cells=60, sites=8, regions=2, offices=16)
    for name in SCHEMAS:
        frame = getattr(made, name)
        if len(frame):
            frame.to_csv(tmp_path / f"{name}.csv", index=False)
    (tmp_path / "project.toml").write_text('[project]\nname = "Pieni"\nas_of = 2026-01-01\n', encoding="utf-8")
    return tmp_path


def ask(*arguments):
    done = CliRunner().invoke(app, ["programme", *map(str, arguments)])
    return done


def test_figures_for_scripts_and_a_frozen_programme(folder):
    done = ask(folder, "--json")
    assert done.exit_code == 0, done.output
    first = json.loads(done.stdout)
    assert set(ASKED) <= set(first)
    assert first["checked"] is True
    # The plans are decided on by the end of 2026 and carried out from 2027 to 2030.
    assert (first["quarters"], first["first_quarter"], first["last_quarter"]) == (16, "2027Q1", "2030Q4")
    assert min(e["decide_by"] for e in first["events"]) >= "2027-01-01"
    assert ask(folder, "--agree").exit_code == 0
    again = json.loads(ask(folder, "--json").stdout)
    assert again["changes"] == 0
    assert {k: again[k] for k in ASKED if k not in ("seconds", "gap")} == {
        k: first[k] for k in ASKED if k not in ("seconds", "gap")
    }


def test_limits_that_can_not_be_kept_are_named(folder):
    rows = [{"region": "*", "year": y, "crews": 0} for y in range(2026, 2031)]
    pd.DataFrame(rows).to_csv(folder / "limits.csv", index=False)
    done = CliRunner().invoke(app, ["programme", str(folder), "--lang", "fi"])
    said = done.output + str(done.exception or "")
    assert done.exit_code != 0
    assert "muutosty" in said or "fit-outs" in said
