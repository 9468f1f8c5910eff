"""A point at a new place through the web: told at once, and what it then comes to when the place is kept."""

import shutil

import numpy as np
import pandas as pd
import pytest

from tunti.web.ground import Ground, NotReady
from tunti.work.changes import EMPTY

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
    assert alone.get(API).json()["figures"] == priced["after"]


def test_a_kept_place_has_its_times_at_once_and_they_are_those_of_the_whole_run(folder, tmp_path, country):
    rows = country.cells.iloc[[5, 40]]
    patches = [
        {"kind": "add_site", "site": name, "name": name, "lon": lon + 0.01, "lat": lat, "status": "candidate"}
        for name, lon, lat in zip(("a-new", "zz-new"), rows["lon"], rows["lat"], strict=True)
    ]
    content = {"patches": patches, "points": ["a-new"]}
    other = shutil.copytree(folder, tmp_path / "other")
    ground = Ground(folder, least_people=10)
    with pytest.raises(NotReady):
        ground.ready(content)  # the network is not at hand: a job has to do it
    before = {p.name for p in (folder / ".tunti" / "results").glob("times-*")}
    ground.roads(ground.ready(EMPTY))
    quick = ground.ready(content).timed
    whole = Ground(other, least_people=10).stages(content, lambda what, done: None, with_status=False).times()
    for a, b in ((quick.times, whole.times), (quick.office_times, whole.office_times)):
        assert (a.sites, a.cells, a.cutoff_minutes) == (b.sites, b.cells, b.cutoff_minutes)
        for name in ("indptr", "cell", "seconds"):
            assert getattr(a, name).dtype == getattr(b, name).dtype
            np.testing.assert_array_equal(getattr(a, name), getattr(b, name))
    pd.testing.assert_frame_equal(quick.snap, whole.snap)
    assert quick.findings == whole.findings
    (kept,) = {p.name for p in (folder / ".tunti" / "results").glob("times-*")} - before
    with (
        np.load(folder / ".tunti" / "results" / kept) as mine,
        np.load(other / ".tunti" / "results" / kept) as theirs,
    ):
        assert mine.files == theirs.files
        assert all((mine[name] == theirs[name]).all() for name in mine.files)


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
