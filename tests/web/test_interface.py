"""The interface of the map and of scripts: answers are exact, and no input makes the service fail."""

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error

from .conftest import work

API = "/api/projects/project/plans/plan"


@pytest.fixture
def token(alone):
    return {"X-CSRF-Token": alone.get("/api/projects").json()["csrf"]}


def test_a_what_if_is_what_the_plan_becomes(alone, token):
    plan = alone.get(API).json()
    closed = plan["points"][0]
    asked = alone.post(f"{API}/what-if", json={"close": [closed]}).json()
    assert asked["before"]["points"] == len(plan["points"])
    assert asked["after"]["points"] == len(plan["points"]) - 1
    assert (
        asked["before"]["people_inside"] - asked["after"]["people_inside"]
        == asked["people_lost"] - asked["people_gained"]
    )
    assert alone.get(API).json()["version"] == plan["version"], "a what-if keeps nothing"
    change = {"version": plan["version"], "changes": [{"do": "close", "site": closed}]}
    changed = alone.post(f"{API}/changes", json=change, headers=token).json()
    for key, value in changed["figures"].items():
        assert asked["after"][key] == value
    assert changed["version"] == plan["version"] + 1


@pytest.mark.parametrize("body", [{"open": ["none"]}, {"close": ["none"]}, {"move": [["a", "b"]]}])
def test_unknown_sites_are_told(alone, body):
    answer = alone.post(f"{API}/what-if", json=body)
    assert answer.status_code == 400
    assert answer.json()["message"]


def test_require_forbid_and_optimise_the_rest(alone, token):
    plan = alone.get(API).json()
    sites = [f["properties"]["site"] for f in alone.get(f"{API}/sites").json()["features"]]
    must = next(s for s in sites if s not in plan["points"])
    patch = {"kind": "site_status", "site": must, "status": "required"}
    change = {"version": plan["version"], "changes": [{"do": "patch", "patch": patch}]}
    assert alone.post(f"{API}/changes", json=change, headers=token).status_code == 200
    asked = alone.post(f"{API}/jobs", json={"kind": "optimise"}, headers=token)
    assert asked.status_code == 202
    work(alone.app)
    newest = next(j for j in alone.get(f"{API}/jobs").json()["jobs"] if j["kind"] == "optimise")
    assert newest["state"] == "done"
    assert newest["result"]["proven"]
    assert must in alone.get(API).json()["points"]


def test_a_new_site_gets_its_drive_times_by_a_job(alone, token, country):
    """Where nobody has opened the map the network is not at hand."""
    plan = alone.get(API).json()
    lon, lat = country.sites[["lon", "lat"]].iloc[0].tolist()
    patch = {"kind": "add_site", "site": "new", "lon": lon + 0.02, "lat": lat}
    changes = [{"do": "patch", "patch": patch}, {"do": "open", "site": "new"}]
    answer = alone.post(f"{API}/changes", json={"version": plan["version"], "changes": changes}, headers=token)
    assert answer.status_code == 200, answer.text
    assert answer.json()["figures"] is None
    assert alone.get(f"{API}/sites").status_code == 503
    work(alone.app)
    assert "new" in {
        f["properties"]["site"] for f in alone.get(f"{API}/sites").json()["features"] if f["properties"]["open"]
    }


def test_a_job_can_be_cancelled(alone, token):
    asked = alone.post(f"{API}/jobs", json={"kind": "alternatives"}, headers=token).json()
    assert alone.post(f"{API}/jobs/{asked['job']}/cancel", headers=token).status_code == 202
    work(alone.app)
    told = next(j for j in alone.get(f"{API}/jobs").json()["jobs"] if j["job"] == asked["job"])
    assert told["state"] == "cancelled"


def test_an_outdated_change_is_refused_with_what_both_touch(alone, token):
    plan = alone.get(API).json()
    site = plan["points"][0]
    first = {"version": plan["version"], "changes": [{"do": "close", "site": site}]}
    assert alone.post(f"{API}/changes", json=first, headers=token).status_code == 200
    refused = alone.post(f"{API}/changes", json=first, headers=token)
    assert refused.status_code == 409
    assert refused.json()["both"] == f"site:{site}"


def test_borders_cells_and_offices_are_there_for_the_map(alone):
    cells = alone.get(f"{API}/cells").json()
    assert len(cells["lon"]) == len(cells["minutes"]) == len(cells["people"])
    assert alone.get(f"{API}/offices").json()["features"]
    assert alone.get(f"{API}/borders").status_code == 200


def test_no_request_makes_the_service_fail(alone):
    """Requests made from the description of the interface, right and wrong ones: none is answered by a fault."""
    token = alone.get("/api/projects").json()["csrf"]
    schema = schemathesis.openapi.from_asgi("/openapi.json", alone.app)
    count = 0
    for found in schema.get_all_operations():
        operation = found.ok()

        @settings(
            max_examples=12,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        )
        def try_it(case):
            nonlocal count
            count += 1
            for name in ("project", "plan"):
                if name in (case.path_parameters or {}) and count % 3:
                    case.path_parameters[name] = {"project": "project", "plan": "plan"}[name]
            headers = {"X-CSRF-Token": token} if count % 2 else {}
            answer = case.call(headers=headers)
            case.validate_response(answer, checks=(not_a_server_error,))

        import hypothesis

        hypothesis.given(case=operation.as_strategy())(try_it)()
    assert count > 100
