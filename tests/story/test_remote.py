"""Remote service of the embedded starter through the command line: the whole country, a region, the guide's what-if."""

import json
import re
from pathlib import Path

import pytest

from .commands import tunti

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "remote.md"
ASKED = (
    "rooms", "clerks", "interpreters", "clerks_unpooled", "interpreters_unpooled", "travel_minutes_saved", "seconds",
)  # fmt: skip


@pytest.fixture(scope="module")
def starter(tmp_path_factory):
    folder = tmp_path_factory.mktemp("story") / "starter"
    tunti("new", folder)
    text = re.search(r"```toml\n(description.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)[1]
    (folder / "scenarios").mkdir()
    (folder / "scenarios" / "longer-hours.toml").write_text(text, encoding="utf-8")
    (folder / "scenarios" / "all.toml").write_text(
        '[[patch]]\nkind = "setting"\nname = "remote.answered_share"\nvalue = 1.0\n', encoding="utf-8"
    )
    return folder


def figures(folder, *words):
    return json.loads(tunti("remote", folder, "--json", *words).stdout)


def test_the_country_a_region_and_the_guides_scenario(starter):
    whole = figures(starter)
    assert all(whole[name] > 0 for name in ASKED)
    assert whole["seconds"] < 10
    assert whole["languages"] == 12
    assert whole["agencies"] >= 11
    assert whole["clerks"] < whole["clerks_unpooled"]
    assert whole["interpreters"] < whole["interpreters_unpooled"]
    assert len(whole["points"]) == whole["number_of_points"]
    lapland = figures(starter, "--region", "Lappi")
    assert all(0 < lapland[name] < whole[name] for name in ASKED[:-1])
    then = figures(starter, "--scenario", "longer-hours")
    pools = {p["pool"]: p for p in then["interpreter_pools"]}
    assert "uk" not in pools
    assert pools["ru"]["interpreters"] > 0
    assert sum(p["agency"] == "KELA" for p in then["pools"]) > 1


def test_a_promise_to_all_is_a_finding(starter):
    answer = json.loads(tunti("remote", starter, "--json", "--scenario", "all", code=2).stdout)
    assert {f["column"] for f in answer["findings"]} >= {"remote.answered_share"}


@pytest.mark.parametrize("language", ["fi", "sv"])
def test_people_read_it_in_their_language(starter, language):
    said = tunti("remote", starter, "--region", "12", "--simulate", "--weeks", "2", "--lang", language).stdout
    assert {"fi": "Etäasiakaspalvelijoita", "sv": "Kundbetjänare på distans"}[language] in said
    assert "±" in said
