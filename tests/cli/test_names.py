"""No command tells a planner of things by the codes of the tables: names stand there, in the reader's language."""

import re

import pandas as pd
import pytest
from tests.story.commands import write_project
from typer.testing import CliRunner

from tunti.cli import app
from tunti.cli.names import Named, Names
from tunti.findings import Name, pack, say, unpack
from tunti.inputs.invent import invent
from tunti.inputs.names import names_of


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    made = invent(seed=5, cells=60, sites=8, regions=2, offices=16)
    services = made.services.copy()
    services["name_fi"] = [f"Palvelu {chr(65 + i)}" for i in range(len(services))]
    services["name_sv"] = [f"Tjänst {chr(65 + i)}" for i in range(len(services))]
    sites = made.sites.assign(cost_eur_year=50_000.0)
    made = made.with_table("services", services).with_table("sites", sites)
    folder = tmp_path_factory.mktemp("names") / "maa"
    write_project(folder, made)
    return folder, made


def codes(made):
    found = {*made.agencies["agency"], *made.services["service"], *made.sites["site"], *made.offices["office"]}
    return {str(c) for c in found} | {str(c) for c in made.municipalities["region"]}


@pytest.mark.parametrize("language", ["fi", "sv"])
@pytest.mark.parametrize(
    "words",
    [
        ["services"], ["programme"], ["premises", "--date", "2029-01-01"], ["remote", "--simulate", "--weeks", "2"],
        ["cuts"], ["locate"], ["alternatives", "--count", "2", "--within", "0.5"], ["explain"], ["explain", "Paikka 1"],
        ["explain", "Paikka 2"], ["access"], ["frontier"], ["what-if", "--close", "Paikka 1"],
    ],
    ids=lambda w: "-".join(w).replace(" ", ""),
)  # fmt: skip
def test_no_command_prints_codes(project, words, language, monkeypatch):
    folder, made = project
    monkeypatch.setattr("tunti.cli.show.out._width", 400)
    done = CliRunner().invoke(app, [words[0], str(folder), *words[1:], "--lang", language])
    assert done.exit_code == 0, done.output
    assert done.stdout.strip()
    told = {w for w in re.findall(r"[\w-]+", done.stdout) if not re.fullmatch(r"\d+", w)}
    assert not told & codes(made)
    for region in ("01", "02"):
        assert not re.search(rf"│ {region} +│", done.stdout)


def test_programme_and_services_say_it_in_swedish(project):
    folder, _ = project
    said = CliRunner().invoke(app, ["services", str(folder), "--lang", "sv"]).stdout
    assert "Mallmyndigheten" in said
    assert "Tjänst A" in said
    assert re.search(
        r"[1-4]/20\d\d–[1-4]/20\d\d", CliRunner().invoke(app, ["programme", str(folder), "--lang", "sv"]).stdout
    )


def test_sites_are_asked_for_by_their_names(project):
    folder, made = project
    one, two = made.sites["site"].iloc[:2]
    by_id = CliRunner().invoke(app, ["access", str(folder), "--sites", f"{one},{two}", "--lang", "fi"])
    by_name = CliRunner().invoke(app, ["access", str(folder), "--sites", "Paikka 1, paikka 2", "--lang", "fi"])
    assert by_id.exit_code == by_name.exit_code == 0
    assert by_id.stdout == by_name.stdout


def test_names_that_two_share_have_their_codes(project):
    _, made = project
    both = made.sites.assign(name="Keskusta")
    named = Names(made.with_table("sites", both.astype(made.sites.dtypes.to_dict())), "fi").sites
    first = made.sites["site"].iloc[0]
    assert named[first] == f"Keskusta ({first})"
    assert named["unknown"] == "unknown"
    assert Named({"a": "Inari, Ivalo", "b": "Utsjoki"}).listed(["a", "b"]) == "Inari, Ivalo; Utsjoki"
    assert Named({}).listed([]) == "-"


def test_a_name_reads_in_the_language_and_can_be_kept():
    table = pd.DataFrame(
        {"agency": ["A", "B"], "name_fi": ["Virasto", pd.NA], "name_sv": ["Verk", pd.NA]}, dtype="string"
    )
    names = names_of(table, "agency")
    message = say("{what}", what=Name.listed(names.values()))
    assert [message.text(language) for language in ("fi", "sv", "en")] == ["Virasto, B", "Verk, B", "Virasto, B"]
    assert unpack(pack(message)) == message
    assert names["C"].text("sv") == "C"
