"""A region's plan shows its region first and the country beside it; regions are named and listed the reader's way."""

import json
import re

import numpy as np
import pytest

from tunti import Project
from tunti.findings import say
from tunti.report.sections.access import sort_key
from tunti.report.sections.context import context_for
from tunti.report.words import words_for
from tunti.store.models import PlanRow
from tunti.web.by_quarter import by_quarter
from tunti.web.by_region import only_region
from tunti.web.running import points_of
from tunti.work import jobs

from .conftest import send, work
from .test_pages import PLAN

API = "/api/projects/project/plans"
OWN = "/work/project/plans/oma"


@pytest.fixture
def region(alone):
    """A plan of one region with the network of the country's plan."""
    answer = send(alone, "/work/project/plans", {"title": "Oma", "region": "02", "copy_of": "plan"}, at="/work/project")
    assert answer.headers["location"] == OWN
    return alone


def counted(folder, points, region):
    """Points, people outside and share of a region, counted by another way: the access table of the command line."""
    project = Project(folder)
    answer = project.access(sites=points)
    inputs = project.baseline()[0]
    of = inputs.municipalities.set_index("municipality")["region"]
    cells = answer.cells.merge(inputs.cells[["cell", "municipality"]], on="cell", suffixes=("", "_own"))
    here = cells[cells["municipality"].map(of).eq(region).fillna(False)]
    inside = (here["minutes"] <= 20).fillna(False).to_numpy(dtype=bool)
    people = here["people"].to_numpy(dtype=np.int64)
    sites = inputs.sites.set_index("site")["municipality"].map(of)
    return int((sites[points] == region).sum()), int(people[~inside].sum()), people[inside].sum() / people.sum()


def test_figures_are_the_regions_and_the_countrys_stand_beside(region, folder):
    told = region.get(f"{API}/oma").json()
    whole = region.get(f"{API}/plan").json()
    points, outside, share = counted(folder, told["points"], "02")
    assert told["figures"]["points"] == points < whole["figures"]["points"]
    assert told["figures"]["people_outside"] == outside
    assert told["figures"]["share"] == pytest.approx(share, abs=1e-5)
    assert {k: v for k, v in whole["figures"].items() if k != "people_outside"} == told["country"]
    assert whole["country"] is None
    for path in (OWN, OWN + "/map"):
        text = region.get(path, params={"lang": "en"}).text
        assert f"<dt>Points</dt><dd{' data-figure=' if path != OWN else ''}" in text
        assert "All planned regions together:" in text
        assert "The figures are of the region" in text
    assert "All planned regions together:" not in region.get(PLAN + "/map", params={"lang": "en"}).text


def test_a_what_if_counts_the_regions_people(region, folder):
    told = region.get(f"{API}/oma").json()
    for site in told["points"]:
        found = region.post(f"{API}/oma/what-if", json={"close": [site]}).json()
        left = [p for p in told["points"] if p != site]
        if not left:
            continue
        points, outside, share = counted(folder, left, "02")
        assert found["after"]["points"] == points
        assert found["after"]["people_outside"] == outside
        assert found["after"]["share"] == pytest.approx(share, abs=1e-5)
        assert found["country"]["after"]["points"] == len(left)
    assert region.post(f"{API}/plan/what-if", json={}).json()["country"] is None


def test_a_new_place_counts_as_a_point_of_the_region_it_lies_in(region, folder):
    inputs = Project(folder).baseline()[0]
    of = inputs.municipalities.set_index("municipality")["region"]
    for row in inputs.cells[inputs.cells["people"] >= 10].head(12).to_dict("records"):
        body = {"new": [{"lon": row["lon"], "lat": row["lat"]}]}
        found = region.post(f"{API}/oma/what-if", json=body).json()
        added = found["after"]["points"] - found["before"]["points"]
        assert added == (of.get(row["municipality"]) == "02")
        assert found["country"]["after"]["points"] == found["country"]["before"]["points"] + 1


def test_the_map_opens_on_the_region(region, folder):
    cells = region.get(f"{API}/oma/cells").json()
    west, south, east, north = cells["extent"]
    assert min(cells["lon"]) <= west < east <= max(cells["lon"])
    assert (west, south, east, north) != (min(cells["lon"]), min(cells["lat"]), max(cells["lon"]), max(cells["lat"]))
    assert region.get(f"{API}/plan/cells").json()["extent"] is None


def test_regions_are_listed_by_name_without_those_left_out(alone, folder):
    codes = {}
    for language in ("fi", "sv"):
        text = alone.get("/work/project", params={"lang": language}).text
        listed = re.search(r'<select id="region".*?</select>', text, re.S)[0]
        names = re.findall(r'<option value="([^"]+)">([^<]+)', listed)
        assert [n for _, n in names] == sorted((n for _, n in names), key=lambda n: sort_key(n, language))
        codes[language] = {c for c, _ in names}
    assert codes["fi"] == codes["sv"]
    assert "01" in codes["fi"]
    toml = (folder / "project.toml").read_text(encoding="utf-8")
    (folder / "project.toml").write_text(
        toml.replace('languages = ["fi"]', 'languages = ["fi"]\nregions_left_out = ["01"]'), encoding="utf-8"
    )
    listed = re.search(r'<select id="region".*?</select>', alone.get("/work/project").text, re.S)[0]
    assert 'value="01"' not in listed
    refused = send(alone, "/work/project/plans", {"title": "Ei", "region": "01"}, at="/work/project")
    assert refused.status_code == 400


def test_the_roll_up_counts_points_of_a_country_wide_plan_by_region(alone):
    text = alone.get("/work/project/national", params={"lang": "en"}).text
    rows = re.findall(
        r'<tr><th scope="row">[^<]+</th><td><a[^>]*>[^<]*</a></td><td>[^<]*</td><td class="n">(\d+)', text
    )
    assert sum(map(int, rows)) == len(alone.get(f"{API}/plan").json()["points"])


def test_a_country_wide_page_shows_the_rows_of_one_region(alone, folder):
    """By code: two places of one name are told apart, and a name that no code stands behind is no place."""
    inputs = Project(folder).baseline()[0]
    towns = {r: str(m) for r, m in inputs.municipalities[["region", "municipality"]].to_numpy()}
    site = inputs.sites[inputs.sites["municipality"] == towns["02"]]["site"].iloc[0]
    rows = [["Keskusta", "1"], ["Keskusta", "2"], ["Keskusta", "3"], ["Länsi", "4"]]
    places = [[["municipality", towns["01"]]], [["site", str(site)]], [], [["region", "01"], ["site", str(site)]]]
    table = {
        "kind": "table", "caption": "Paikat", "heads": [["Paikka", False], ["Luku", True]], "rows": rows,
        "places": places, "short": None, "total": ["Yhteensä", "9"], "note": "", "cut": "",
    }  # fmt: skip
    free = table | {"caption": "Muut", "rows": [["x", "7"]], "places": [[]], "total": None}
    many = [[f"Rivi {n}", str(n)] for n in range(400)]
    long = table | {"caption": "Pitkä", "rows": many, "places": [[["region", f"0{1 + n % 2}"]] for n in range(400)]}
    long |= {"short": [["Lyhyt", "0"]], "cut": "Koko taulukko on työkirjassa.", "total": None}
    kept = json.loads((folder / ".tunti" / "sections" / "plan.json").read_text(encoding="utf-8"))
    blocks = [table, free, long]
    kept["fi"]["programme"] = [{"key": "k", "title": "Ohjelma", "level": 2, "blocks": blocks, "sections": []}]
    (folder / ".tunti" / "sections" / "plan.json").write_text(json.dumps(kept), encoding="utf-8")

    def shown(**asked):
        text = alone.get(PLAN + "/programme", params={"lang": "fi", **asked}).text
        cells = dict(re.findall(r'<th scope="row">([^<]+)</th><td class="n">([^<]+)', text))
        return re.findall(r'<td class="n">(\d)</td>', text.split("<caption>Muut")[0]), cells, text

    numbers, cells, text = shown()
    assert numbers == ["1", "2", "3", "4", "9"]
    assert "Lyhyt" in cells
    assert "Rivi 7" not in cells
    assert "Koko taulukko" in text
    numbers, cells, text = shown(region="01")
    assert numbers == ["1", "4"]
    assert {"x", "Rivi 398"} <= set(cells)
    assert not {"Rivi 7", "Lyhyt", "Yhteensä"} & set(cells)
    assert "Koko taulukko" not in text
    assert '<option value="01" selected>' in text
    assert shown(region="02")[0] == ["2"]
    assert shown(region="nothing")[0] == ["1", "2", "3", "4", "9"]
    for block in blocks:  # as an older version kept it
        block.pop("places")
    (folder / ".tunti" / "sections" / "plan.json").write_text(json.dumps(kept), encoding="utf-8")
    assert shown(region="01")[0] == ["1", "2", "3", "4", "9"]


def test_each_row_of_a_table_by_place_is_in_one_region(alone, folder):
    kept = json.loads((folder / ".tunti" / "sections" / "plan.json").read_text(encoding="utf-8"))
    inputs = Project(folder).baseline()[0]

    def tables(sections):
        for s in sections:
            yield from (b for b in s["blocks"] if b["kind"] == "table")
            yield from tables(s["sections"])

    seen = set()
    for name in ("services", "programme", "money", "remote"):
        parts = [{t["caption"]: t for t in tables(only_region(kept["fi"][name], inputs, r))} for r in ("01", "02")]
        for table in tables(kept["fi"][name]):
            if not any(table["places"]):
                continue
            seen.add(table["caption"])
            split = sorted(row for part in parts for row in part[table["caption"]]["rows"])
            assert split == sorted(table["rows"]), table["caption"]
    assert len(seen) > 5


def test_the_public_of_a_region_sees_the_points_elsewhere_that_its_plan_counts_on(region, folder):
    send(region, OWN + "/jobs", {"kind": "plan"}, at=OWN)
    work(region.app)
    for to in ("proposed", "heard"):
        version = region.get(f"{API}/oma").json()["version"]
        assert send(region, OWN + "/state", {"to": to, "version": version}, at=OWN).status_code == 303
    with region.app.state.service.db.reading() as session:
        shown = session.query(PlanRow).filter_by(name="oma").one().frozen
    inputs = Project(folder).baseline()[0]
    of = inputs.municipalities.set_index("municipality")["region"]
    assert {of[p["municipality"]] for p in shown["points"]} == {"02"}
    assert {of[p["municipality"]] for p in shown["neighbours"]} == {"01"}, "the border is crossed in this country"
    listed = region.get("/collections/points/items?limit=100").json()["features"]
    assert {f["id"] for f in listed} == {p["site"] for p in shown["points"]}
    place = shown["neighbours"][0]
    text = region.get("/", params={"lon": place["lon"], "lat": place["lat"], "lang": "en"}).text
    part = text.split('id="plan-title"')[1].split("</section>")[0]
    assert "Point of another region that the plan counts on" in part
    assert f'href="/point/{place["site"]}"' not in text
    assert "Of other regions only the points" in part
    assert region.get("/map.svg").text.count("<title>") == len(shown["points"]) + len(shown["neighbours"])


def test_what_is_still_worked_out_is_told(alone):
    def page(path):
        return alone.get(path, params={"lang": "en"}).text

    assert 'id="to-proposed"' in page(PLAN)
    assert "older than the last run" not in page(PLAN + "/documents")
    send(alone, PLAN + "/jobs", {"kind": "stages"}, at=PLAN)
    text = page(PLAN)
    job = re.search(r'<tr id="job-(\d+)"', text)[1]
    assert "Services, premises, programme and remote service are still being worked out" in text
    assert f'href="#job-{job}"' in text
    assert 'id="to-proposed"' not in text
    assert re.search(r'aria-current="step">([^<]+)<', text)[1] == "Figures and documents"
    for path in ("/services", "/programme", "/money", "/remote", "/documents"):
        assert f'href="{PLAN}#job-{job}"' in page(PLAN + path), path
    assert "<progress" in page(PLAN + "/services")
    assert "older than the last run" in page(PLAN + "/documents")
    work(alone.app)
    assert 'id="to-proposed"' in page(PLAN)
    assert "older than the last run" not in page(PLAN + "/documents")


def test_documents_that_the_last_run_did_not_write_are_marked(alone):
    service = alone.app.state.service
    send(alone, PLAN + "/jobs", {"kind": "stages"}, at=PLAN)
    with service.db.writing() as session:
        job = jobs.take(session)
        jobs.end(session, job, "failed", say("{reason}", reason="x"))
    text = alone.get(PLAN + "/documents", params={"lang": "en"}).text
    assert "Some documents are older than the last run of the plan." in text


def test_findings_are_counted_once(alone, folder):
    def count(path):
        return re.search(r"Findings in the tables: ([^<]+)<", alone.get(path, params={"lang": "en"}).text)[1]

    offices = (folder / "offices.csv").read_text(encoding="utf-8").splitlines()
    head = offices[0].split(",")
    row = offices[1].split(",")
    row[head.index("staff")] = ""
    (folder / "offices.csv").write_text("\n".join([offices[0], ",".join(row), *offices[2:]]) + "\n", encoding="utf-8")
    told = count("/work/project")
    assert told == count(PLAN)
    assert re.fullmatch(r"\d+ errors?, \d+ warnings?, \d+ notes?", told)
    listed = re.search(r"<caption>(\d+) findings", alone.get("/work/project/findings", params={"lang": "en"}).text)
    assert sum(map(int, re.findall(r"\d+", told))) == (int(listed[1]) if listed else 0)


def test_settings_of_a_few_words_are_chosen_from_a_list(alone):
    for language, goal, yes in (
        ("fi", "mahdollisimman vähän pisteitä", "kyllä"),
        ("sv", "så få punkter som möjligt", "ja"),
    ):
        text = alone.get(PLAN, params={"lang": language}).text
        assert f'<option value="fewest" selected>{goal}</option>' in text
        assert f'<option value="true" selected>{yes}</option>' in text
        assert "most_people," not in text
    version = alone.get(f"{API}/plan").json()["version"]
    change = {"do": "setting", "name": "speeds.season", "value": "winter", "version": version}
    assert send(alone, PLAN + "/changes", change, at=PLAN).status_code == 303
    text = alone.get(PLAN, params={"lang": "fi"}).text
    assert '<option value="winter" selected>talvi</option>' in text
    assert "Nopeudet: talvi" in text
    assert "sinä, tällä koneella" in text
    assert ">local<" not in text


def test_every_page_of_an_illustrative_project_says_so(alone):
    send(alone, "/work/project/plans", {"title": "Tyhjä"}, at="/work/project")
    empty = "/work/project/plans/tyhja"
    for path in ("", "/map", "/choices", "/services", "/money", "/documents", "/statements", "/comments"):
        assert 'class="illustrative"' in alone.get(empty + path).text, path
    for path in ("/compare", "/findings", "/log", "/national"):
        assert 'class="illustrative"' in alone.get("/work/project" + path).text, path


def test_a_place_is_found_by_the_name_in_an_address(alone, country):
    name = country.municipalities["name_fi"].iloc[0]
    for q in (f"Kauppakatu 1, {name}", f"Kauppakatu 1 {name.lower()}", f"{name}, Kauppakatu 1"):
        text = alone.get("/", params={"q": q, "lang": "fi"}).text
        assert 'id="answer-title"' in text, q
        assert "Aineistossa ei ole tällaista paikkaa: Kauppakatu 1" in text or q.startswith(name), q
    plain = alone.get("/", params={"q": name, "lang": "fi"}).text
    assert "Aineistossa ei ole" not in plain
    assert "Mukana ovat suunnitelman yhteiset palvelupisteet ja toimipaikat, jotka säilyvät" in plain
    assert 'id="answer-title"' not in alone.get("/", params={"q": "Kauppakatu 1, Zzzz"}).text


def test_the_picture_of_the_programme_is_a_table_too(folder, monkeypatch):
    plan = Project(folder).plan(full=True)
    context = context_for(plan, words_for("en"), audience="project")
    events = plan.programme.events[plan.programme.events["start_quarter"].notna()]
    opens = events[events["kind"] == "open"]
    assert len(opens)
    assert by_quarter(context, plan.programme) is None, "each opening has a row of its own"
    monkeypatch.setattr("tunti.web.by_quarter.MOST_BARS", 0)
    table = by_quarter(context, plan.programme)
    *regions, last = table.rows
    assert sum(n or 0 for row in regions for n in row[1:]) == opens["region"].notna().sum()
    assert sum(n or 0 for n in last[1:]) == events["kind"].isin(("close_customer", "move", "close_work")).sum()
    kinds = ("open", "close_customer", "move", "close_work")
    quarters = sorted(set(events.loc[events["kind"].isin(kinds), "start_quarter"].astype(str)))
    assert [c.title for c in table.columns[1:]] == [f"{q[5]}/{q[:4]}" for q in quarters]


def test_a_regions_plan_is_compared_with_one_of_all_regions(region):
    send(region, OWN + "/jobs", {"kind": "plan"}, at=OWN)
    work(region.app)
    text = region.get("/work/project/compare").text
    assert '/work/project/plans/plan">' in text
    # Regions that the region's plan does not tell of are rows too, with a dash.
    assert '<td class="n">–</td>' in text


def test_numbers_of_points_are_read_as_on_the_command_line():
    assert points_of("20, 30; 40") == [20, 30, 40]
    assert points_of("105-120:5") == [105, 110, 115, 120]
    assert points_of("3–5") == [3, 4, 5]
    assert points_of("1-9999") == list(range(1, 13))
    assert points_of("0") == []
