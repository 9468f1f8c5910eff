"""The trade-off curve, alternatives, reasons and what-ifs through the command line, on an invented country."""

import json

import pytest
from tests.story.commands import tunti, write_project

from tunti.inputs.invent import invent

TOML = """
[project]
name = "Keksitty maa"
illustrative = true
languages = ["fi"]

[standard]
minutes = 20
share = 0.8
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    folder = tmp_path_factory.mktemp("choices") / "maa"
    write_project(folder, invent(seed=3, cells=300, sites=25, regions=3), TOML)
    return folder


def ask(*words, code=0):
    return json.loads(tunti(*words, "--json", code=code).stdout)


def test_more_points_never_serve_fewer_people_and_each_step_can_be_opened(project):
    curve = ask("frontier", project, "--points", "6-12:3", "--keep", "käyrä")
    people = [step["people"] for step in curve["steps"]]
    assert people == sorted(people)
    assert all(step["proven"] and step["points"] <= step["asked"] for step in curve["steps"])
    assert curve["scenarios"] == ["käyrä-1", "käyrä-2", "käyrä-3"]
    reached = ask("access", project, "--sites", ",".join(curve["plans"][1]), "--minutes", "20")
    assert reached["people_inside"] == people[1]
    opened = ask("locate", project, "--scenario", "käyrä-2", "--share", "0.1")
    assert sorted(opened["points"]) == sorted(curve["plans"][1])
    assert "already a scenario" in ask("frontier", project, "--points", "6", "--keep", "käyrä", code=1)["error"]


def test_shares_are_kept_and_need_ever_more_points(project):
    curve = ask("frontier", project, "--shares", "0.5 0,7 0.8")
    assert [step["asked"] for step in curve["steps"]] == [0.5, 0.7, 0.8]
    assert all(step["share"] >= step["asked"] for step in curve["steps"])
    points = [step["points"] for step in curve["steps"]]
    assert points == sorted(points)


def test_alternatives_are_within_the_limit_and_differ(project):
    found = ask("alternatives", project, "--within", "0.2", "--count", "4")["alternatives"]
    best = found[0]["objective"]
    assert len(found) > 1
    assert all(a["objective"] <= best * 1.2 + 1e-6 and a["share"] >= 0.8 for a in found)
    assert len({tuple(a["points"]) for a in found}) == len(found)
    for a in found[1:]:
        assert set(a["opens"]) == set(a["points"]) - set(found[0]["points"])


def test_what_closing_a_point_costs_agrees_with_the_what_if(project):
    explained = ask("explain", project)["points"]
    point = max(explained, key=lambda row: row["only_here"])
    changed = ask("what-if", project, "--close", point["site"])
    assert changed["people_lost"] == point["only_here"]
    assert changed["people_further"] == point["longer"]
    assert changed["before"]["people"] - changed["after"]["people"] == point["only_here"]
    back = ask("what-if", project, "--move", f"{point['site']}:{point['site'].lower()}")
    assert back["before"] == back["after"]


def test_a_reason_is_given_for_open_and_closed_sites(project):
    points = set(ask("locate", project)["points"])
    sites = {row["site"] for row in ask("explain", project)["points"]}
    assert sites == points
    one = ask("explain", project, sorted(points)[0], "--rules")
    assert one["reasons"]
    assert {rule["rule"] for rule in one["rules"]} <= {"share", "keep_existing"}
    assert all(0 <= rule["saving_at_least"] <= rule["saving_at_most"] for rule in one["rules"])


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("frontier", "--points", "abc"), "is not a number"),
        (("frontier", "--shares", "95"), "is no share"),
        (("alternatives", "--within", "5"), "is no share"),
        (("what-if", "--close", "Ei ole"), "There are no sites"),
        (("what-if", "--move", "a"), "is no move"),
        (("explain", "Ei ole"), "There are no sites"),
    ],
)
def test_a_wrong_word_is_told(project, words, told):
    assert told in tunti(words[0], project, *words[1:], code=1).stderr


def test_the_nearest_name_is_suggested(project):
    site = sorted(ask("locate", project)["points"])[0]
    for words in (("what-if", "--close", site + "x"), ("access", "--sites", site + "x")):
        assert "Did you mean: " in tunti(words[0], project, *words[1:], code=1).stderr


def test_a_what_if_names_the_plan_and_the_municipalities_that_cross_the_standard(project):
    point = max(ask("explain", project)["points"], key=lambda row: row["only_here"])["site"]
    changed = ask("what-if", project, "--close", point)
    lost = changed["municipalities_lost"]
    assert sum(row["people"] for row in lost) == changed["people_lost"] > 0
    assert [row["people"] for row in lost] == sorted((row["people"] for row in lost), reverse=True)
    assert changed["municipalities_gained"] == []
    said = tunti("what-if", project, "--close", point, "--lang", "fi").stdout
    assert "Suunnitelma" in said
    assert "Muutoksen jälkeen" in said
    assert "Nyt" not in said
    assert lost[0]["name"] in said.split("Jää tavoitteen ulkopuolelle, asukkaita:")[1]


def test_people_outside_are_counted_by_municipality(project):
    found = ask("access", project)
    rows = found["outside_by_municipality"]
    assert sum(row["people_outside"] for row in rows) == found["people_outside"] > 0
    first = rows[0]
    cells = [c for c in found["outside"] if c["municipality"] == first["municipality"] and c["minutes"] is not None]
    people = sum(c["people"] for c in cells)
    assert first["people_outside"] - first["people_without_point"] == people
    if people:
        mean = sum(c["people"] * (c["minutes"] - 20) for c in cells) / people
        assert first["minutes_over"] == pytest.approx(mean)
    said = tunti("access", project, "--lang", "fi").stdout
    assert "Tavoitteen ulkopuolella kunnittain" in said
    assert first["name_fi"] in said.split("Tavoitteen ulkopuolella kunnittain")[1]


def priced(tmp_path, eur):
    made = invent(seed=3, cells=300, sites=25, regions=3)
    sites = made.sites.assign(cost_eur_year=[float("nan") if eur is None else eur + 1000.0 * k for k in range(25)])
    write_project(tmp_path / "maa", made.with_table("sites", sites), TOML)
    return tmp_path / "maa"


def test_what_closing_saves_is_told_where_sites_have_a_cost(tmp_path):
    folder = priced(tmp_path, 50_000.0)
    cost = {f"s{k:04d}": 50_000 + 1000 * k for k in range(25)}
    rows = ask("explain", folder)["points"]
    assert [row["cost_saved"] for row in rows] == [100 * cost[row["site"]] for row in rows]
    said = tunti("explain", folder).stdout
    assert "Saves, € a year" in said
    for row in rows:
        line = next(x for x in said.splitlines() if x.startswith(f"│ Paikka {int(row['site'][1:]) + 1} "))
        assert f"{cost[row['site']]:,}" in line
    first = rows[0]["site"]
    assert f"Closing it would save {cost[first]:,} euros a year." in tunti("explain", folder, first).stdout
    closed = next(site for site in cost if site not in {row["site"] for row in rows})
    assert f"It would cost {cost[closed]:,} euros a year." in tunti("explain", folder, closed).stdout


def test_without_costs_nothing_is_said_of_euros(tmp_path):
    folder = priced(tmp_path, None)
    assert "€" not in tunti("explain", folder).stdout
    first = ask("explain", folder)["points"][0]["site"]
    assert "euros" not in tunti("explain", folder, first).stdout


def test_alternatives_refuse_capacities_and_say_what_to_do(tmp_path):
    made = invent(seed=3, cells=300, sites=25, regions=3)
    sites = made.sites.assign(capacity_visits_year=1_000_000.0)
    write_project(tmp_path / "maa", made.with_table("sites", sites), TOML + "\n[plan]\ncapacity = true\n")
    told = tunti("alternatives", tmp_path / "maa", code=1).stderr
    assert "set plan.capacity = false" in " ".join(told.split())
    (tmp_path / "maa" / "scenarios").mkdir()
    (tmp_path / "maa" / "scenarios" / "ilman.toml").write_text(
        '[[patch]]\nkind = "setting"\nname = "plan.capacity"\nvalue = false\n', encoding="utf-8"
    )
    # What is said can be done.
    assert ask("alternatives", tmp_path / "maa", "--scenario", "ilman", "--count", "2")["alternatives"]
