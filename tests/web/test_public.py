"""The public's view: the nearest points now and in the plan, as counted; small head counts never leave."""

import json

import numpy as np
import pytest

from tunti.web.app import create_app
from tunti.web.settings import ServeSettings

from .conftest import TestClient, work


def test_the_nearest_points_are_those_of_the_times(alone, folder):
    from tunti import Project

    inputs = Project(folder).baseline()[0]
    plan = alone.get("/api/projects/project/plans/plan").json()
    for row in inputs.cells.head(10).to_dict("records"):
        text = alone.get("/", params={"lon": row["lon"], "lat": row["lat"], "lang": "en"}).text
        answer = Project(folder).access(sites=plan["points"])
        cells = answer.cells.set_index("cell")
        minutes = cells.loc[row["cell"], "minutes"]
        if row["people"] >= 10 and not np.isnan(minutes):
            part = text.split('id="plan-title"')[1]
            assert f"<strong>{round(minutes)}" in part.split("</li>")[0]


def test_places_are_found_by_name_and_by_coordinates(alone, country):
    name = country.municipalities["name_fi"].iloc[0]
    for q in (name, name.upper(), f"  {name} "):
        assert 'id="answer-title"' in alone.get("/", params={"q": q}).text, q
    assert 'id="answer-title"' not in alone.get("/", params={"q": "Zzzz"}).text
    lon, lat = country.cells[["lon", "lat"]].iloc[0]
    assert 'id="answer-title"' in alone.get("/", params={"q": f"{lat:.4f}, {lon:.4f}"}).text
    assert 'id="answer-title"' in alone.get("/", params={"at.x": "150", "at.y": "200"}).text
    far = alone.get("/", params={"q": "0.0, 0.0", "lang": "en"}).text
    assert "outside the area" in far


@pytest.mark.parametrize(
    "query",
    [
        {"q": "<script>alert(1)</script>"},
        {"q": "{{ 7*7 }}"},
        {"q": "' OR 1=1 --"},
        {"lon": "nan", "lat": "1"},
        {"lon": "999", "lat": "1"},
        {"at.x": "nan", "at.y": "inf"},
        {"at.x": "1e308", "at.y": "-1e308"},
        {"q": "\0"},
        {"q": "999.9, 999.9"},
        {"lang": "../../etc/passwd"},
    ],
)
def test_odd_queries_are_answered_in_words(alone, query):
    answer = alone.get("/", params=query)
    assert answer.status_code in (200, 400, 422), query
    assert "<script>alert" not in answer.text
    assert "49" not in answer.text.split("<main")[1].split("</form>")[0]


def test_small_head_counts_never_leave(folder, country):
    """With the set head count above what cells have, no figure of a cell or a place reaches the public."""
    app = create_app(ServeSettings(folder=folder, least_people=10_000_000), jobs=False)
    with TestClient(app, base_url="http://127.0.0.1") as client:
        page = client.get("/work/project/plans/plan")
        token = page.text.split('name="csrf" value="')[1].split('"')[0]
        client.post("/work/project/plans/plan/jobs", data={"kind": "plan", "csrf": token})
        work(app)
        for collection in ("points", "municipalities", "offices"):
            for feature in client.get(f"/collections/{collection}/items?limit=1000").json()["features"]:
                for key in ("people", "people_nearest", "people_within", "share", "share_today"):
                    assert feature["properties"].get(key) in (None, 0), (collection, feature["id"], key)
        cells = client.get("/api/projects/project/plans/plan/cells").json()
        assert set(cells["people"]) == {None}


def test_open_data_hold_only_what_the_schemas_call_public(alone):
    from tunti.inputs.schemas import SCHEMAS, public_columns

    for collection, table in (("offices", "offices"),):
        hidden = set(SCHEMAS[table].names) - set(public_columns(SCHEMAS[table]))
        assert hidden, "there is something to hide"
        features = alone.get(f"/collections/{collection}/items?limit=1000").json()["features"]
        assert features
        for feature in features:
            assert not hidden & set(feature["properties"])
        head = alone.get(f"/collections/{collection}/items?f=csv").text.splitlines()[0]
        assert not hidden & set(head.lstrip("\ufeff").split(","))


def test_pages_of_the_standard(alone):
    landing = alone.get("/", headers={"accept": "application/json"}).json()
    rels = {link["rel"] for link in landing["links"]}
    assert {"self", "service-desc", "conformance", "data"} <= rels
    assert any("conf/core" in c for c in alone.get("/conformance").json()["conformsTo"])
    for collection in alone.get("/collections").json()["collections"]:
        items = next(link["href"] for link in collection["links"] if link["rel"] == "items")
        first = alone.get(items, params={"limit": 2}).json()
        assert first["type"] == "FeatureCollection"
        assert first["numberReturned"] == len(first["features"]) <= 2
        seen, url = [f["id"] for f in first["features"]], first
        while nxt := next((x["href"] for x in url["links"] if x["rel"] == "next"), None):
            url = alone.get(nxt).json()
            seen += [f["id"] for f in url["features"]]
        assert len(seen) == len(set(seen)) == first["numberMatched"]
        one = alone.get(f"/collections/{collection['id']}/items/{seen[0]}").json()
        assert one["id"] == seen[0]
    assert alone.get("/collections/none").status_code == 404
    assert alone.get("/collections/points/items/none").status_code == 404


def test_a_box_gives_the_items_in_it(alone):
    everything = alone.get("/collections/points/items?limit=1000").json()["features"]
    lons = sorted(f["geometry"]["coordinates"][0] for f in everything)
    middle = lons[len(lons) // 2]
    for west, east in ((-180, middle), (middle, 180)):
        found = alone.get("/collections/points/items", params={"limit": 1000, "bbox": f"{west},-90,{east},90"}).json()
        wanted = {f["id"] for f in everything if west <= f["geometry"]["coordinates"][0] <= east}
        assert {f["id"] for f in found["features"]} == wanted
    assert alone.get("/collections/points/items?bbox=1,2,3").status_code == 422


def test_health_ready_and_the_description(alone):
    assert alone.get("/health").json() == {"status": "ok"}
    assert alone.get("/ready").status_code == 200
    described = alone.get("/openapi.json").json()
    assert "/collections/{collection}/items" in described["paths"]
    assert "/work" not in json.dumps(list(described["paths"]))


def test_head_asks_for_the_same(alone):
    assert alone.head("/health").status_code in (200, 405)
