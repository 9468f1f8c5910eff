"""A point at a new place through the web: told at once, and what it then comes to when the place is kept."""

import pytest

from .conftest import work

API = "/api/projects/project/plans/plan"


def test_a_new_place_is_told_at_once_and_comes_true(alone, country):
    plan = alone.get(API).json()
    token = {"X-CSRF-Token": plan["csrf"]}
    cell = country.cells.iloc[17]
    place = {"lon": float(cell["lon"]) + 0.003, "lat": float(cell["lat"]) - 0.002}
    asked = alone.post(f"{API}/what-if", json={"new": [place]})
    assert asked.status_code == 200, asked.text
    told = asked.json()
    assert told["after"]["points"] == told["before"]["points"] + 1
    assert told["after"]["mean_minutes"] < told["before"]["mean_minutes"]
    assert told["people_nearer"] > 0
    assert told["people_further"] == 0
    assert told["after"]["cost_eur_year"] is None, "nobody said what it costs"
    priced = alone.post(f"{API}/what-if", json={"new": [place | {"cost_eur_year": 90_000.5}]}).json()
    assert priced["after"]["cost_eur_year"] == priced["before"]["cost_eur_year"] + 90_000.5
    assert alone.get(API).json()["version"] == plan["version"], "a what-if keeps nothing"

    patch = {"kind": "add_site", "site": "uusi", "name": "Uusi", "cost_eur_year": 90_000.5, **place}
    version = plan["version"]
    for change in ({"do": "patch", "patch": patch}, {"do": "open", "site": "uusi"}):
        sent = alone.post(f"{API}/changes", json={"version": version, "changes": [change]}, headers=token)
        assert sent.status_code == 200, sent.text
        version = sent.json()["version"]
    work(alone.app)
    assert alone.get(API).json()["figures"] == {
        k: v for k, v in priced["after"].items() if k not in ("people_outside",)
    }


def test_a_move_to_a_new_place(alone, country):
    plan = alone.get(API).json()
    cell = country.cells.iloc[3]
    place = {"lon": float(cell["lon"]), "lat": float(cell["lat"])}
    closed = alone.post(f"{API}/what-if", json={"close": plan["points"][:1]}).json()
    moved = alone.post(f"{API}/what-if", json={"close": plan["points"][:1], "new": [place]}).json()
    assert moved["after"]["points"] == len(plan["points"])
    assert moved["after"]["people_outside"] <= closed["after"]["people_outside"]


@pytest.mark.parametrize(
    ("place", "status"),
    [({"lon": 0, "lat": 0}, 200), ({"lon": 180, "lat": -90}, 200), ({"lon": 181, "lat": 0}, 422), ({"lon": 25}, 422)],
)
def test_odd_places(alone, place, status):
    answer = alone.post(f"{API}/what-if", json={"new": [place]})
    assert answer.status_code == status
    if status == 200:
        told = answer.json()
        assert told["after"]["people_inside"] == told["before"]["people_inside"]
        assert told["people_nearer"] == 0
