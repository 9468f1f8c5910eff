"""What is kept as codes is said in words, and a plan's page says what to do next."""

import datetime as dt
import re
from pathlib import Path

import pytest

import tunti
from tunti.report.words import words_for
from tunti.web.clock import local
from tunti.web.said import TRAIL_WORDS, in_words

from .conftest import csrf, log_in, send, work
from .test_pages import PLAN

API = "/api/projects/project/plans/plan"
CHANGES = (
    {"do": "open", "site": "s1"},
    {"do": "close", "site": "s1"},
    {"do": "points", "points": ["s1", "s2"]},
    {"do": "points", "points": None},
    {"do": "drop", "key": "site:s1"},
    {"do": "patch", "patch": {"kind": "site_status", "site": "s1", "status": "required"}},
    {"kind": "site_status", "site": "s1", "status": "forbidden"},
    {"kind": "add_site", "site": "s9", "name": "Uusi", "lon": 25.0, "lat": 62.0},
    {"kind": "value", "table": "offices", "row": "t1", "column": "serves", "value": "remote"},
    {"kind": "value", "table": "offices", "row": "t1", "column": "staff", "value": ""},
    {"kind": "setting", "name": "standard.minutes", "value": 45},
    {"kind": "setting", "name": "speeds.other", "value": True},
    {"kind": "people", "factor": 1.1, "region": "02"},
)


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_changes_are_said_in_words(language):
    words = words_for(language)
    said = [in_words(c, words, {"s1": "Torikatu"}) for c in CHANGES]
    assert len(set(said)) == len(said)
    assert all("Torikatu" in s for s in (said[0], said[1], said[5], said[6]))
    assert not [s for s in said if re.search(r"site_status|add_site|[{}]|None|customer_m2", s)]


def test_every_entry_of_the_trail_has_words():
    source = "".join(
        p.read_text() for part in ("work", "web") for p in (Path(tunti.__file__).parent / part).glob("*.py")
    )
    noted = set(re.findall(r'record\(\s*session,\s*(?:"[a-z]+"|[a-z_().]+),\s*"([a-z ]+)"', source))
    assert len(noted) > 15
    assert {n for n in noted if n not in TRAIL_WORDS and not n.endswith(" ")} == set()


def test_a_site_of_the_plan_itself_can_be_ruled_on(alone):
    plan = alone.get(API).json()
    token = {"X-CSRF-Token": plan["csrf"]}
    place = alone.get(f"{API}/sites").json()["features"][0]["geometry"]["coordinates"]
    patches = (
        {"kind": "add_site", "site": "Uusi", "name": "Uusi", "lon": place[0] + 0.01, "lat": place[1]},
        {"kind": "site_status", "site": "Uusi", "status": "required"},
    )
    for patch in patches:
        body = {"version": alone.get(API).json()["version"], "changes": [{"do": "patch", "patch": patch}]}
        answer = alone.post(f"{API}/changes", json=body, headers=token)
        assert answer.status_code == 200, answer.text
    assert "Uusi" in alone.get(API).json()["points"]


def test_the_page_says_what_to_do_next(alone):
    def step():
        text = alone.get(PLAN + "?lang=en").text
        return re.search(r'aria-current="step">([^<]+)<', text)[1]

    assert step() == "Proposal"
    version = alone.get(API).json()["version"]
    site = alone.get(API).json()["points"][0]
    send(alone, PLAN + "/changes", {"do": "close", "site": site, "version": version}, at=PLAN)
    assert step() == "Figures and documents"
    send(alone, PLAN + "/jobs", {"kind": "plan"}, at=PLAN)
    work(alone.app)
    assert step() == "Proposal"
    for to, then in (("proposed", "Hearing"), ("heard", "Decision"), ("decided", "Decided")):
        version = alone.get(API).json()["version"]
        send(alone, PLAN + "/state", {"to": to, "version": version, "why": "x"}, at=PLAN)
        assert step() == then


def test_a_plan_is_not_proposed_while_it_is_worked_out(busy):
    """The page hides the step, and the server refuses it in words when it is sent all the same."""
    plan, api = "/work/maa/plans/ehdotus", "/api/projects/maa/plans/ehdotus"
    log_in(busy, "editor")
    version = busy.get(api).json()["version"]
    send(busy, plan + "/jobs", {"kind": "plan"}, at=plan)
    log_in(busy, "approver")
    for language, reason in (("en", "still being worked out"), ("fi", "lasketaan vielä"), ("sv", "räknas ännu")):
        page = busy.get(f"{plan}?lang={language}").text
        assert 'id="to-proposed"' not in page
        token = csrf(busy.get(plan + "/comments").text)
        answer = busy.post(plan + "/state", data={"to": "proposed", "version": version, "csrf": token})
        assert answer.status_code == 400, language
        assert reason in answer.text
        assert busy.get(api).json()["state"] == "draft"
    work(busy.app)
    assert 'id="to-proposed"' in busy.get(plan).text
    assert send(busy, plan + "/state", {"to": "proposed", "version": version}, at=plan).status_code == 303
    assert busy.get(api).json()["state"] == "proposed"


def test_moments_are_told_in_finlands_time():
    assert [f"{local(dt.datetime(2026, m, 1, 22, 30, tzinfo=dt.UTC)):%d %H:%M}" for m in (1, 7)] == [
        "02 00:30",
        "02 01:30",
    ]


def test_the_trail_and_the_documents_are_told_in_words(alone):
    said = alone.get("/work/project/log?lang=fi").text
    assert "työ valmis: Tee luvut ja asiakirjat" in said
    assert ">Keksitty maa</td>" in said
    files = alone.get(PLAN + "/documents?lang=fi").text
    assert "Suunnitelma tulostettavaksi, Suomi" in files
    for name in re.findall(r"download>([^<]+)</a></th><td>([^<]*)<", files):
        assert name[1], name
    send(alone, PLAN + "/comments", {"text": "Hei", "table": "offices", "row": "x"}, at=PLAN + "/comments")
    comments = alone.get(PLAN + "/comments?lang=fi").text
    assert "Toimipaikat: <a" in comments
    assert "sinä, tällä koneella" in comments
