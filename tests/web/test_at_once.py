"""What is kept for the public's answers never outlives what it was made of; memory that keeps things is bounded."""

import re
import threading

import numpy as np
import pytest

from tunti.web.ground import Ground
from tunti.web.kept import Kept
from tunti.work.changes import EMPTY

from .conftest import log_in, send, work

PLAN = "/work/maa/plans/ehdotus"
API = "/api/projects/maa/plans/ehdotus"
NOT_YET = "No plan has been put to hearing"


def step(client, who, to, why=""):
    log_in(client, who)
    version = client.get(API).json()["version"]
    answer = send(client, PLAN + "/state", {"to": to, "version": str(version), "why": why}, at=PLAN)
    assert answer.status_code == 303, answer.text


def publish(client):
    step(client, "approver", "proposed")
    step(client, "steering", "heard")


def asks(client, country, row=0, **headers):
    """Ask as a citizen, from a browser without a session."""
    cell = country.cells.sort_values("people", ascending=False).iloc[row]
    where = {"lon": f"{cell['lon']:.5f}", "lat": f"{cell['lat']:.5f}", "lang": "en"}
    client.cookies.clear()
    return client.get("/", params=where, headers=headers)


def in_the_plan(text):
    return re.findall(r'href="/point/([^"]+)"', text.split('id="plan-title"')[1].split('id="map-title"')[0])


def test_the_answer_changes_with_the_plan_at_once(planned, country):
    before = asks(planned, country)
    assert NOT_YET in before.text
    publish(planned)
    first = asks(planned, country)
    assert first.headers["etag"] != before.headers["etag"]
    points = in_the_plan(first.text)
    assert points
    again = asks(planned, country, **{"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = asks(planned, country, row=1, **{"if-none-match": first.headers["etag"]})
    assert other.status_code == 200

    step(planned, "steering", "draft", why="A point closes.")
    assert NOT_YET in asks(planned, country, **{"if-none-match": first.headers["etag"]}).text
    log_in(planned, "editor")
    told = planned.get(API).json()
    change = {"version": told["version"], "changes": [{"do": "close", "site": points[0]}]}
    assert planned.post(API + "/changes", json=change, headers={"X-CSRF-Token": told["csrf"]}).status_code == 200
    send(planned, PLAN + "/jobs", {"kind": "plan"}, at=PLAN)
    work(planned.app, but=("stages",))
    assert NOT_YET in asks(planned, country).text, "a draft is nobody's business"
    publish(planned)
    second = asks(planned, country)
    assert points[0] not in in_the_plan(second.text)
    assert f"/point/{points[0]}" not in second.text, "nor is it in the list of all points"
    assert planned.get(f"/point/{points[0]}").status_code == 404
    items = planned.get("/collections/points/items?limit=1000").json()["features"]
    assert points[0] not in {f["id"] for f in items}

    assert "Put to hearing" in second.text
    step(planned, "steering", "decided", why="Good.")
    third = asks(planned, country, **{"if-none-match": second.headers["etag"]})
    assert third.status_code == 200
    assert "Put to hearing" not in third.text
    assert "Decided" in third.text


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_comment_shows_and_goes_at_once(planned, country):
    publish(planned)
    bare = asks(planned, country)
    form = planned.get("/comment").text
    key = re.search(r'name="form_key" value="([^"]+)"', form).group(1)
    assert planned.post("/comment", data={"text": "Too far!", "by": "A", "form_key": key}).status_code == 200
    assert asks(planned, country, **{"if-none-match": bare.headers["etag"]}).status_code == 304, "it waits"
    for do, there in (("show", True), ("hide", False)):
        log_in(planned, "steering")
        number = re.search(rf"{PLAN}/comments/(\d+)", planned.get(PLAN + "/comments").text).group(1)
        assert send(planned, f"{PLAN}/comments/{number}", {"do": do}, at=PLAN + "/comments").status_code == 303
        assert ("Too far!" in asks(planned, country).text) is there
    assert asks(planned, country).headers["etag"] == bare.headers["etag"]


def test_changed_tables_are_seen_at_once(alone, folder, country):
    name = country.municipalities["name_fi"].iloc[0]
    assert 'id="answer-title"' in alone.get("/", params={"q": name}).text
    path = folder / "municipalities.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(name, "Uusikunta"), encoding="utf-8")
    assert 'id="answer-title"' in alone.get("/", params={"q": "Uusikunta"}).text
    assert 'id="answer-title"' not in alone.get("/", params={"q": name}).text


def test_times_of_a_cell_are_those_of_the_table(folder):
    ready = Ground(folder, least_people=10).ready(EMPTY)
    t = ready.timed.times
    dense = np.full((len(t.sites), len(t.cells)), np.nan)
    for j in range(len(t.sites)):
        dense[j, t.cell[t.indptr[j] : t.indptr[j + 1]]] = t.seconds[t.indptr[j] : t.indptr[j + 1]]
    for cell in range(len(t.cells)):
        np.testing.assert_array_equal(ready.seconds_from(cell), dense[:, cell])
    size = len(ready.kept)
    for cell in range(len(t.cells)):
        ready.seconds_from(cell)
    assert len(ready.kept) == size


def test_things_are_kept_up_to_a_number():
    kept = Kept(3)
    for k in (1, 2, 3, 1, 4):
        assert kept.of(k, lambda k=k: k * 10) == k * 10
    assert len(kept) == 3
    assert kept.of(1, lambda: "anew") == 10
    assert kept.of(2, lambda: "anew") == "anew"
    with pytest.raises(ValueError, match="no"):
        kept.of(9, lambda: (_ for _ in ()).throw(ValueError("no")))
    assert kept.of(9, lambda: 9) == 9


def test_a_thing_is_made_once_for_all_and_holds_nobody_else_up():
    kept, made, go = Kept(3), [], threading.Event()

    def slow():
        made.append(1)
        assert go.wait(10)
        return "slow"

    found = []
    threads = [threading.Thread(target=lambda: found.append(kept.of("a", slow))) for _ in range(5)]
    for t in threads:
        t.start()
    assert kept.of("b", lambda: "quick") == "quick"
    go.set()
    for t in threads:
        t.join(10)
    assert found == ["slow"] * 5
    assert len(made) == 1
