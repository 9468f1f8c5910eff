"""Every page of one folder, in three languages, without scripts: words, landmarks, labels and headings."""

import re
from html.parser import HTMLParser

import pytest

from .conftest import send, work

PLAN = "/work/project/plans/plan"
PAGES = [
    "/",
    "/?q=",
    "/data",
    "/accessibility",
    "/privacy",
    "/work",
    "/work/project",
    "/work/project/findings",
    "/work/project/compare",
    "/work/project/log",
    "/work/project/national",
    PLAN,
    PLAN + "/map",
    PLAN + "/tables/sites",
    PLAN + "/tables/offices",
    PLAN + "/tables/services",
    PLAN + "/tables/agencies",
    PLAN + "/tables/municipalities",
    PLAN + "/tables/duties",
    PLAN + "/choices",
    PLAN + "/services",
    PLAN + "/programme",
    PLAN + "/money",
    PLAN + "/remote",
    PLAN + "/documents",
    PLAN + "/statements",
    PLAN + "/comments",
    "/login",
    "/none",
]
VOID = {"meta", "link", "input", "br", "img", "hr", "circle", "rect"}


class Outline(HTMLParser):
    """Notes what a screen reader goes by."""

    def __init__(self):
        super().__init__()
        self.open, self.ids, self.labels, self.fields, self.headings = [], [], set(), [], []
        self.tags, self.faults, self.attrs = [], [], []

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.tags.append(tag)
        self.attrs.append((tag, attrs))
        if "id" in attrs:
            self.ids.append(attrs["id"])
        if tag == "label":
            self.labels.add(attrs.get("for"))
        if tag in ("input", "select", "textarea") and attrs.get("type") not in ("hidden", "image"):
            self.fields.append(attrs.get("id"))
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if "style" in attrs or any(name.startswith("on") for name in attrs):
            self.faults.append(f"{tag} with style or script")
        if tag == "input" and attrs.get("type") == "image" and not attrs.get("alt"):
            self.faults.append("picture button without a text")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        if not self.open or self.open[-1] != tag:
            self.faults.append(f"</{tag}> closes {self.open[-3:]}")
        else:
            self.open.pop()


def outline(text):
    parsed = Outline()
    parsed.feed(text)
    return parsed


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_every_page(alone, language):
    for path in PAGES:
        answer = alone.get(path, params={"lang": language})
        assert answer.status_code == (404 if path == "/none" else 200), path
        text = answer.text
        page = outline(text)
        assert not page.faults, (path, page.faults)
        assert not page.open, (path, page.open)
        assert f'<html lang="{language}">' in text
        assert len(page.ids) == len(set(page.ids)), (path, "the same id twice")
        assert set(page.fields) <= page.labels, (path, set(page.fields) - page.labels)
        assert page.headings.count(1) == 1, path
        steps = zip([1, *page.headings[:-1]], page.headings, strict=True)
        assert all(b <= a + 1 for a, b in steps), (path, page.headings)
        for landmark in ("header", "main", "footer", "nav"):
            assert landmark in page.tags, (path, landmark)
        assert page.tags.count("table") == page.tags.count("caption"), path
        assert 'class="skip" href="#content"' in text
        assert "Traceback" not in text
        assert not re.search(r"\bNone\b(?!:)", re.sub(r"<[^>]*>", " ", text)), path
        assert answer.headers["content-language"] == language


def test_illustrative_data_are_marked_on_every_page(alone):
    for path in ("/", PLAN, PLAN + "/map", PLAN + "/tables/sites", "/work/project", "/data"):
        text = alone.get(path, params={"lang": "fi"}).text
        assert "Esimerkkiaineisto – ei viranomaisen suunnitelma" in text, path


def test_no_page_needs_a_script_or_loads_from_elsewhere(alone):
    for path in PAGES:
        page = outline(alone.get(path).text)
        for tag, attrs in page.attrs:
            for name in ("src", "href", "action"):
                value = attrs.get(name) or ""
                assert not value.startswith(("http:", "https:", "//", "javascript:")), (path, tag, value)
            if tag == "script":
                assert attrs.get("src", "").startswith("/static/"), path


def test_the_whole_way_of_a_plan_by_forms(alone):
    """Edit, optimise, propose, hear, comment, decide; then the public sees it."""
    site = alone.get("/api/projects/project/plans/plan/sites").json()["features"][0]["properties"]["site"]
    version = alone.get("/api/projects/project/plans/plan").json()["version"]
    answer = send(
        alone,
        PLAN + "/map",
        {"do": "status", "site": site, "status": "required", "version": version, "back": PLAN + "/map"},
        at=PLAN + "/map",
    )
    assert (answer.status_code, answer.headers["location"]) == (303, PLAN + "/map")
    send(alone, PLAN + "/jobs", {"kind": "optimise"}, at=PLAN)
    work(alone.app)
    assert "on valittu pelkkien ajoaikojen perusteella" in alone.get(PLAN).text
    plan = alone.get("/api/projects/project/plans/plan").json()
    assert site in plan["points"]
    for to in ("proposed", "heard"):
        answer = send(alone, PLAN + "/state", {"to": to, "version": plan["version"]}, at=PLAN)
        assert answer.status_code == 303, answer.text
    form = alone.get("/comment").text
    key = re.search(r'name="form_key" value="([^"]+)"', form).group(1)
    sent = alone.post("/comment", data={"text": "Avatkaa Ii <script>alert(1)</script>", "by": "Aino", "form_key": key})
    assert "Kiitos" in sent.text
    assert "Avatkaa Ii" not in alone.get("/").text
    number, delete = re.search(r"<dd>(\d+)</dd>.*?<code>([^<]+)</code>", sent.text, re.S).groups()
    send(alone, f"{PLAN}/comments/{number}", {"do": "show"}, at=PLAN + "/comments")
    shown = alone.get("/").text
    assert "Avatkaa Ii &lt;script&gt;" in shown
    assert "<script>alert" not in shown
    gone = alone.post("/comment/delete", data={"number": number, "key": "wrong"})
    assert gone.status_code == 400
    assert alone.post("/comment/delete", data={"number": number, "key": delete}).status_code == 200
    assert "Avatkaa Ii" not in alone.get("/").text
    send(alone, PLAN + "/statements", {"body": "Kela", "deadline": "2027-01-31"}, at=PLAN + "/statements")
    given = send(alone, PLAN + "/statements/1", {"stand": "for", "text": "Hyvä."}, at=PLAN + "/statements")
    assert given.status_code == 303
    send(alone, PLAN + "/statements/1/answer", {"text": "Kiitos."}, at=PLAN + "/statements")
    assert "Kiitos." in alone.get(PLAN + "/statements").text
    answer = send(
        alone,
        PLAN + "/state",
        {"to": "decided", "version": plan["version"], "why": "Paras.", "number": "VN/1"},
        at=PLAN,
    )
    assert answer.status_code == 303
    assert "VN/1" in alone.get("/work/project/log").text
    frozen = send(
        alone, PLAN + "/changes", {"do": "close", "site": site, "version": plan["version"]}, at="/work/project"
    )
    assert frozen.status_code == 400
    work(alone.app)
    paper = alone.get(PLAN + "/documents/plan.fi.html").text
    for said in ("Lausunnot ja vastineet", "Kela", "Hyvä.", "Kiitos.", "päätetty", "VN/1"):
        assert said in paper
    points = alone.get("/collections/points/items?limit=1000").json()
    assert points["state"] == "decided"
    assert {f["id"] for f in points["features"]} == set(plan["points"])


def test_a_change_on_an_outdated_version_shows_both(alone):
    plan = alone.get("/api/projects/project/plans/plan").json()
    site = plan["points"][0]
    first = {"do": "status", "site": site, "status": "forbidden", "version": plan["version"]}
    assert send(alone, PLAN + "/changes", first, at=PLAN).status_code == 303
    second = {"do": "status", "site": site, "status": "required", "version": plan["version"]}
    refused = send(alone, PLAN + "/changes", second, at=PLAN)
    assert refused.status_code == 409
    assert f"site:{site}" in refused.text
    assert 'name="status" value="required"' in refused.text, "the refused change can be made again from the page"
    again = send(alone, PLAN + "/changes", {**second, "version": plan["version"] + 1}, at=PLAN)
    assert again.status_code == 303


def test_every_kind_of_refused_change_can_be_made_again_from_its_page(alone):
    """What the page of both changes sends again is the change that was refused, a whole network too."""
    send(alone, PLAN + "/jobs", {"kind": "optimise"}, at=PLAN)
    work(alone.app)
    api = "/api/projects/project/plans/plan"
    job = next(j for j in alone.get(f"{api}/jobs").json()["jobs"] if j["kind"] == "optimise")
    plan = alone.get(api).json()
    site = plan["points"][0]
    for mine in (
        {"do": "points", "job": job["job"], "row": 0},
        {"do": "setting", "name": "standard.minutes", "value": "50"},
        {"do": "setting", "name": "plan.keep_existing", "value": "false"},
        {"do": "close", "site": site},
    ):
        base = alone.get(api).json()["version"]
        other = {"points": {"do": "open", "site": site}}.get(mine["do"], mine)
        if mine["do"] == "setting":
            other = {**mine, "value": {"50": "70", "false": "true"}[mine["value"]]}
        assert send(alone, PLAN + "/changes", {**other, "version": base}, at=PLAN).status_code == 303, other
        refused = send(alone, PLAN + "/changes", {**mine, "version": base}, at=PLAN)
        assert refused.status_code == 409, mine
        form = next(f for f in re.findall(r"<form.*?</form>", refused.text, re.S) if 'name="do"' in f)
        fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))
        assert {k: fields[k] for k in mine} == {k: str(v) for k, v in mine.items()}
        assert (
            alone.post(re.search(r'action="([^"]+)"', form)[1], data=fields, follow_redirects=False).status_code == 303
        )
        assert alone.get(api).json()["version"] == base + 2


def test_values_of_tables_are_changed_as_changes_of_the_plan(alone):
    office = alone.get("/collections/offices/items?limit=1").json()["features"][0]["id"]
    version = alone.get("/api/projects/project/plans/plan").json()["version"]
    path = PLAN + "/tables/offices"
    value = {"do": "value", "table": "offices", "row": office, "column": "staff", "value": "17,5", "version": version}
    assert send(alone, path, value, at=PLAN + "/comments").status_code == 303
    assert 'value="17.5"' in alone.get(path, params={"row": office}).text
    for column, wrong in (("staff", "-3"), ("staff", "many"), ("agency", "NOBODY"), ("office", "x"), ("nothing", "x")):
        refused = send(alone, path, {**value, "column": column, "value": wrong}, at=PLAN + "/comments")
        assert refused.status_code == 400, column
    assert alone.get("/api/projects/project/plans/plan").json()["version"] == version + 1


def test_documents_are_downloads(alone):
    text = alone.get(PLAN + "/documents").text
    names = re.findall(rf'href="{PLAN}/documents/([^"]+)"', text)
    assert {n.rsplit(".", 1)[-1] for n in names} >= {"html", "pdf", "xlsx", "gpkg", "json"}
    for name in names:
        answer = alone.get(f"{PLAN}/documents/{name}")
        assert answer.status_code == 200
        assert answer.headers["content-disposition"].startswith("attachment")


def test_choices_lead_to_plans(alone):
    send(alone, PLAN + "/jobs", {"kind": "frontier", "points": "3, 5, 8"}, at=PLAN + "/choices")
    send(alone, PLAN + "/jobs", {"kind": "alternatives"}, at=PLAN + "/choices")
    work(alone.app)
    text = alone.get(PLAN + "/choices").text
    links = re.findall(r'href="([^"]+/choices/\d+/\d+)"', text)
    assert len(set(links)) >= 2
    assert text.count("<circle") == len(links) / 2  # each plan from its dot and from its row
    for link in set(links):
        assert alone.get(link).status_code == 200
    opened = alone.get(links[0]).text
    job = re.search(r'name="job" value="(\d+)"><input type="hidden" name="row" value="(\d+)"', opened)
    version = alone.get("/api/projects/project/plans/plan").json()["version"]
    taken = send(
        alone, PLAN + "/changes", {"do": "points", "job": job[1], "row": job[2], "version": version}, at=links[0]
    )
    assert taken.status_code == 303
    now = alone.get("/api/projects/project/plans/plan").json()
    assert now["version"] == version + 1
    made = send(alone, links[-1], {}, at=links[-1]).headers["location"]
    other = alone.get("/api/projects" + made.removeprefix("/work")).json()
    assert other["points"]
    assert other["points"] != now["points"] or links[0] == links[-1]
    for wrong in ("/choices/99999/0", f"/choices/{job[1]}/99", "/choices/1/0"):
        assert alone.get(PLAN + wrong).status_code == 404


def test_points_are_chosen_together_with_agencies_as_on_the_command_line(alone, folder):
    from tunti import Project

    send(alone, PLAN + "/jobs", {"kind": "joint"}, at=PLAN + "/services")
    work(alone.app)
    told = next(j for j in alone.get("/api/projects/project/plans/plan/jobs").json()["jobs"] if j["kind"] == "joint")
    assert told["state"] == "done", told["what"]
    version = alone.get("/api/projects/project/plans/plan").json()["version"]
    change = {"do": "points", "job": told["job"], "version": version}
    assert send(alone, PLAN + "/changes", change, at=PLAN).status_code == 303
    assert "on valittu yhdessä viranomaisten ja palvelutapojen kanssa" in alone.get(PLAN).text
    made = Project(folder).plan(full=True)
    assert sorted(made.points["site"]) == alone.get("/api/projects/project/plans/plan").json()["points"]


def test_plans_side_by_side(alone):
    send(alone, "/work/project/plans", {"title": "Toinen", "copy_of": "plan"}, at="/work/project")
    send(alone, "/work/project/plans/toinen/jobs", {"kind": "plan"}, at="/work/project/plans/toinen")
    work(alone.app)
    text = alone.get("/work/project/compare").text
    assert text.count("/work/project/plans/toinen") >= 1
    assert "<caption>" in text


def test_a_table_is_taken_only_when_the_project_can_be_planned_with_it(alone, folder):
    good = (folder / "offices.csv").read_bytes()
    bad = good.replace(b"MALLI", b"NOBODY")
    for name, content, status in (
        ("offices.csv", bad, 303),
        ("other.csv", good, 400),
        ("offices.exe", good, 400),
        ("../offices.csv", good, 303),
        ("offices.csv", good, 303),
    ):
        answer = send(
            alone, "/work/project/tables", {}, at="/work/project", files={"file": (name, content, "text/csv")}
        )
        assert answer.status_code == status, (name, answer.text[:2000])
        assert (folder / "offices.csv").read_bytes() == good
    assert not (folder.parent / "offices.csv").exists()


def test_the_command_line_plans_the_same_as_the_page(alone, folder):
    from tunti import Project

    plan = alone.get("/api/projects/project/plans/plan").json()
    made = Project(folder).plan(scenario="plan")
    assert sorted(made.points["site"]) == plan["points"]
    assert made.proposed.share == pytest.approx(plan["figures"]["share"], abs=1e-5)
