"""Scenarios of speeds through a project: those of the guide, the kept order, and who works."""

import importlib.util
import re
import tomllib
from pathlib import Path

import numpy as np
import pytest

import tunti.network.shortest as shortest
from tunti.inputs.invent import invent
from tunti.inputs.schemas import SCHEMAS
from tunti.network.shortest import Choice
from tunti.project import Project
from tunti.settings import SpeedSettings
from tunti.stages import Stages

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "speeds.md"
TOML = """
[project]
name = "Keksitty maa"
illustrative = true
languages = ["fi"]

[standard]
minutes = 20
"""


def scenarios() -> dict[str, str]:
    """Give the ready scenarios of the guide: each block of TOML that begins with a description."""
    text = GUIDE.read_text(encoding="utf-8")
    return {
        m[1]: m[2] for m in re.finditer(r"`scenarios/(\w+)\.toml`:\n\n```toml\n(description.*?)```", text, re.DOTALL)
    }


@pytest.fixture(scope="module")
def country():
    """An invented country with a sound through its middle that ferries cross every twenty minutes."""
    made = invent(seed=4, cells=150, sites=12, regions=2)
    links = made.road_links.copy()
    x = made.road_nodes.set_index("node")["x"]
    ferry = (links["from_node"].map(x) > x.median()) != (links["to_node"].map(x) > x.median())
    links["headway_minutes"] = links["headway_minutes"].astype("Float64")
    links.loc[ferry, "road_class"] = "ferry"
    links.loc[ferry, ["headway_minutes", "kmh"]] = 20.0
    return made.with_table("road_links", links)


@pytest.fixture
def project(tmp_path, country):
    (tmp_path / "project.toml").write_text(TOML, encoding="utf-8")
    (tmp_path / "scenarios").mkdir()
    for name, text in scenarios().items():
        (tmp_path / "scenarios" / f"{name}.toml").write_text(text, encoding="utf-8")
    for name in SCHEMAS:
        frame = getattr(country, name)
        if len(frame):
            frame.drop(columns=["lon", "lat"], errors="ignore").to_csv(tmp_path / f"{name}.csv", index=False)
    return tmp_path


def minutes(folder: Path, scenario: str | None, **more) -> np.ndarray:
    """Minutes of every pair of cell and place, infinite where there is no way."""
    project = Project(folder)
    inputs, settings, findings = project._inputs(scenario, lambda what, done: None)
    assert not [f for f in findings if f.level.value == "error"]
    times = Stages(project.store, inputs, settings, lambda what, done: None, **more).times().times
    full = np.full((len(times.sites), len(times.cells)), np.inf)
    full[np.repeat(np.arange(len(times.sites)), np.diff(times.indptr)), times.cell] = times.seconds / 60
    return full


def test_the_guides_scenarios_change_times_and_shorten_none(project):
    assert {"winter", "without_ferries", "rush_hour", "guaranteed"} <= set(scenarios())
    base = minutes(project, None)
    for name in scenarios():
        now = minutes(project, name)
        assert (now >= base).all(), name
        assert (now > base).any(), name


def test_an_order_is_kept_for_the_next_weight_set(project, monkeypatch):
    plain = {name: minutes(project, name) for name in (None, "winter", "without_ferries")}
    for kept in (project / ".tunti" / "results").iterdir():
        kept.unlink()
    assert not (project / ".tunti" / "orders").exists(), "a small table needs no order"
    monkeypatch.setattr(shortest, "choose", lambda *a, **k: Choice("sweep", 1.0, 0.0))
    assert (minutes(project, None) == plain[None]).all()
    assert len(list((project / ".tunti" / "orders").iterdir())) == 1

    def again(graph):
        raise AssertionError("the order was found again")

    monkeypatch.setattr(shortest, "contraction_order", again)
    for name in ("winter", "without_ferries"):
        assert (minutes(project, name) == plain[name]).all()
    assert len(list((project / ".tunti" / "orders").iterdir())) == 1


@pytest.mark.skipif(importlib.util.find_spec("distributed") is None, reason="distributed is not installed")
def test_dask_gives_the_same_bytes(project):
    from distributed import LocalCluster

    def kept():
        files = sorted((project / ".tunti" / "results").iterdir())
        found = [(p.name, p.read_bytes()) for p in files]
        for p in files:
            p.unlink()
        return found

    minutes(project, "winter", workers="inline")
    inline = kept()
    with LocalCluster(
        n_workers=1,
        threads_per_worker=1,
        processes=False,
        dashboard_address=None,
        protocol="tcp://",
        host="127.0.0.1",
        silence_logs=50,
    ) as cluster:
        minutes(project, "winter", workers=cluster.scheduler_address.replace("tcp://", "dask://"))
    assert kept() == inline


def test_the_guide_names_settings_that_there_are():
    text = GUIDE.read_text(encoding="utf-8")
    named = set(re.findall(r"`speeds\.(\w+)", text))
    assert named <= set(SpeedSettings.model_fields)
    for block in re.findall(r"```toml\n(.*?)```", text, re.DOTALL):
        tomllib.loads(block)
