"""The public's view: the nearest points now and in the plan, as counted; small head counts never leave."""

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tunti import Project
from tunti.inputs.frames import typed
from tunti.inputs.schemas import COMMITMENTS
from tunti.store.models import PlanRow
from tunti.web.app import create_app
from tunti.web.ogc import MOST
from tunti.web.settings import ServeSettings

from .conftest import TestClient, work, write


@pytest.fixture(scope="module")
def made(country, tmp_path_factory):
    """A plan in which an agency comes to no joint point, so that its offices stay."""
    sites = country.sites["site"].astype(str).tolist()
    agency = country.offices["agency"].astype(str).mode()[0]
    refused = pd.DataFrame({"agency": agency, "site": sites, "commitment": "refused"})
    folder = tmp_path_factory.mktemp("staying") / "project"
    write(folder, country.with_table("commitments", typed(refused, COMMITMENTS)))
    app = create_app(ServeSettings(folder=folder), jobs=False)
    work(app)
    app.state.service.db.close()
    return folder


def minutes_to(folder, points, offices, tmp_path):
    """Minutes to the nearest of some points and offices, by another way: a project that has those offices alone."""
    other = Path(shutil.copytree(folder, tmp_path / f"other-{len(offices)}"))
    rows = pd.read_csv(other / "offices.csv", dtype=str)
    rows[rows["office"].isin(offices)].to_csv(other / "offices.csv", index=False)
    sites = pd.read_csv(other / "sites.csv", dtype=str)
    sites.assign(status="candidate").to_csv(other / "sites.csv", index=False)
    found = [Project(folder).access(sites=points).cells]
    if offices:
        found.append(Project(other).access().cells)
    return pd.concat(found).groupby("cell")["minutes"].min()


def test_the_nearest_are_those_of_the_times_and_the_share_counts_them(alone, folder, tmp_path):
    inputs = Project(folder).baseline()[0]
    plan = alone.get("/api/projects/project/plans/plan").json()
    offices = alone.get("/collections/offices/items?limit=1000").json()["features"]
    staying = {f["id"] for f in offices if f["properties"]["in_plan"] == "stays"}
    assert staying
    points = minutes_to(folder, plan["points"], set(), tmp_path)
    both = minutes_to(folder, plan["points"], staying, tmp_path)
    assert (both < points).any()
    for row in inputs.cells.head(12).to_dict("records"):
        text = alone.get("/", params={"lon": row["lon"], "lat": row["lat"], "lang": "en"}).text
        if row["people"] >= 10 and not np.isnan(both[row["cell"]]):
            part = text.split('id="plan-title"')[1].split("</ol>")[0]
            first = part.split("</li>")[0]
            assert f"<strong>{round(both[row['cell']])}" in first
            assert ("Office that stays" in first) == (both[row["cell"]] < points[row["cell"]])
            # A joint point is told of although many offices are nearer.
            assert "/point/" in part or np.isnan(points[row["cell"]])
            assert part.count('class="minutes"') <= 4
    people = inputs.cells.set_index("cell")["people"]
    share = people[(both <= 20)[both <= 20].index].sum() / people.sum()
    text = alone.get("/", params={"lang": "en"}).text
    shown = re.findall(r"<dt>(Within 20 minutes[^<]*)</dt><dd>([\d.]+)%</dd>", text)
    assert [name for name, _ in shown] == [
        "Within 20 minutes today",
        "Within 20 minutes in the plan",
        "Within 20 minutes of a joint point in the plan",
    ]
    assert float(shown[1][1]) == pytest.approx(100 * share, abs=0.06)
    assert float(shown[2][1]) == pytest.approx(100 * plan["figures"]["share"], abs=0.06)
    overview = alone.get("/work/project/plans/plan", params={"lang": "en"}).text
    mean = (both * people)[both.notna()].sum() / people[both.notna()[both.notna()].index].sum()
    told = re.search(r"<dt>Mean drive in the plan, offices that stay counted</dt><dd>([\d.]+)", overview)
    assert float(told[1]) == pytest.approx(mean, abs=0.06)
    towns = alone.get("/collections/municipalities/items?limit=1000").json()["features"]
    for town in (f["properties"] for f in towns):
        if None not in (town["share"], town["share_with_offices"]):
            assert town["share"] <= town["share_with_offices"] <= 1


def test_an_office_that_closes_is_in_no_plan(alone):
    offices = alone.get("/collections/offices/items?limit=1000").json()["features"]
    spots = [tuple(f["geometry"]["coordinates"]) for f in offices]
    sites = alone.get("/api/projects/project/plans/plan/sites").json()["features"]
    spots += [tuple(f["geometry"]["coordinates"]) for f in sites]
    kept = [f for f in offices if f["properties"]["in_plan"] == "stays"]
    gone = next(f for f in kept if spots.count(tuple(f["geometry"]["coordinates"])) == 1)
    lon, lat = gone["geometry"]["coordinates"]

    def told():
        text = alone.get("/", params={"lon": lon, "lat": lat, "lang": "en"}).text
        plan = text.split('id="plan-title"')[1].split("</section>")[0]
        return plan.count("Office that stays"), text.split('id="map-title"')[1].split("</section>")[0]

    def edit(**change):
        with alone.app.state.service.db.writing() as session:
            row = session.query(PlanRow).first()
            row.result = row.result | {"shown": row.result["shown"] | change}

    def squares():
        return alone.get("/map.svg").text.count('fill="#003479"/>')

    first, legend = told()
    drawn = squares()
    assert first
    assert "Office that stays in the plan" in legend
    part = {f["id"]: f["properties"]["in_plan"] for f in offices}
    edit(offices=part | {gone["id"]: "closes"})
    assert squares() == drawn - 1
    found = alone.get(f"/collections/offices/items/{gone['id']}").json()
    assert found["properties"]["in_plan"] == "closes"
    assert "closes" in alone.get("/collections/offices/items?limit=1000&f=csv").text
    edit(offices=dict.fromkeys(part, "closes"))
    assert told()[0] == 0
    # Where services are not chosen, nothing is claimed of offices, and the figures say what they count.
    with alone.app.state.service.db.writing() as session:
        row = session.query(PlanRow).first()
        older = {k: v for k, v in row.result["shown"].items() if "offices" not in k and k != "neighbours"}
        row.result = row.result | {"shown": older}
    none, legend = told()
    assert none == 0
    assert "Office that stays" not in legend
    text = alone.get("/", params={"lon": lon, "lat": lat, "lang": "en"}).text
    assert "it is not decided yet which offices stay" in text
    assert "Within 20 minutes of a joint point in the plan" in text
    assert "Within 20 minutes in the plan" not in text


def test_what_is_published_says_the_same_in_hearing_and_decided(busy):
    from .test_at_once import step

    def told(lang="en"):
        busy.cookies.clear()
        text = busy.get("/", params={"lang": lang}).text
        return re.findall(r"<dt>(Within[^<]*)</dt><dd>([^<]*)</dd>", text)

    def layers():
        return [
            busy.get(f"/collections/{c}/items?limit=1000").json()["features"] for c in ("offices", "municipalities")
        ]

    assert all(f["properties"]["in_plan"] is None for f in layers()[0]), "a draft of others is nobody's business"
    step(busy, "approver", "proposed")
    step(busy, "steering", "heard")
    heard, data = told(), layers()
    assert 'class="illustrative"' in busy.get("/comment").text
    assert len(heard) == 3
    assert {f["properties"]["in_plan"] for f in data[0]} >= {"stays"}
    step(busy, "steering", "decided", "Good.")
    work(busy.app)
    assert told() == heard
    assert layers() == data


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
    assert alone.get("/collections/points/items?bbox=1,2,3").status_code == 400


def test_parameters_are_those_of_the_standard(alone):
    """What the description does not name or can't be understood is a bad request; a high limit is cut, no error."""
    items = "/collections/points/items"
    for odd in ("bogus=1", "limit=0", "limit=x", "bbox=a", "f=xml", "lang=xx", "datetime=yesterday", "datetime=/",
                "datetime=2031-01-01T00:00:00Z/2030-01-01T00:00:00Z", "datetime=2030-13-01"):  # fmt: skip
        answer = alone.get(f"{items}?{odd}")
        assert answer.status_code == 400, odd
        assert answer.json()["where"] == [f"query.{odd.split('=')[0]}"]
    everything = alone.get(items, params={"limit": MOST}).json()
    for all_match in (f"limit={10 * MOST}", "datetime=2030-01-01T00:00:00Z", "datetime=2030-01-01/.."):
        assert alone.get(f"{items}?{all_match}").json()["features"] == everything["features"]
    for path in ("/api", "/conformance", "/collections", "/collections/points"):
        assert alone.get(f"{path}?bogus=1").status_code == 400
        assert alone.get(f"{path}?f=json&lang=sv").status_code == 200


def test_links_of_the_standard_lead_to_the_same(alone):
    answer = alone.get("/collections/points/items?limit=2&offset=1").json()
    links = {link["rel"]: link["href"] for link in answer["links"]}
    assert alone.get(links["self"]).json() == answer
    table = alone.get(links["alternate"])
    assert table.headers["content-type"].startswith("text/csv")
    assert len(table.text.splitlines()) == 3
    one = alone.get(f"/collections/points/items/{answer['features'][0]['id']}").json()
    links = {link["rel"]: link["href"] for link in one["links"]}
    assert alone.get(links["self"]).json() == one
    assert alone.get(links["collection"]).json()["id"] == "points"


def test_the_description_is_of_the_version_that_is_claimed(alone):
    answer = alone.get("/openapi.json")
    desc = next(x for x in alone.get("/api").json()["links"] if x["rel"] == "service-desc")
    assert answer.headers["content-type"] == desc["type"] == "application/vnd.oai.openapi+json;version=3.0"
    told = answer.json()
    assert told["openapi"].startswith("3.0.")
    assert any("conf/oas30" in c for c in alone.get("/conformance").json()["conformsTo"])

    def walk(part):
        if isinstance(part, list):
            for p in part:
                walk(p)
        elif isinstance(part, dict):
            newer = {"const", "prefixItems", "$defs", "propertyNames", "contentMediaType", "examples"}
            assert not newer & set(part)
            assert part.get("type") != "null"
            assert not isinstance(part.get("type"), list)
            assert part.get("exclusiveMinimum", True) is True
            for p in part.values():
                walk(p)

    walk(told)


def test_health_ready_and_the_description(alone):
    assert alone.get("/health").json() == {"status": "ok"}
    assert alone.get("/ready").status_code == 200
    described = alone.get("/openapi.json").json()
    assert "/collections/{collection}/items" in described["paths"]
    assert "/work" not in json.dumps(list(described["paths"]))


def test_head_asks_for_the_same(alone):
    for path in ("/health", "/", "/collections/points/items", "/openapi.json", "/none", "/static/tunti.css"):
        asked, same = alone.get(path), alone.head(path)
        assert same.status_code == asked.status_code, path
        assert same.headers["content-type"] == asked.headers["content-type"]
        assert same.content == b""
