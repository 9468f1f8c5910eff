"""The plan of the shared real data, from the example script to the documents; skips where the folder is not there."""

import os
import sys
from pathlib import Path

import pytest

from tunti.project import Project

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "examples"))
import finland_open_data  # noqa: E402

SHARED = Path(os.environ.get("TUNTI_SHARED") or ROOT.parent / "shared")

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(
        not (SHARED / "data").is_dir(),
        reason="needs the shared real data: set TUNTI_SHARED to the folder that holds data/, or put it beside the repo",
    ),
]


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shared") / "finland"
    finland_open_data.make(SHARED, folder, "grid")
    return Project(folder)


@pytest.mark.parametrize(("share", "points"), [(0.95, 18), pytest.param(0.99, 31, marks=pytest.mark.long)])
def test_fewest_points_for_a_share_are_proven(project, share, points):
    found = project.locate(goal="fewest", share=share)
    assert found.proven
    assert (len(found.points), found.bound) == (points, points)
    assert found.share >= share


def test_the_country_and_two_regions_get_a_plan(project, tmp_path):
    country = project.plan()
    assert country.network.proven
    assert country.proposed.share > 0.999
    inside = {}
    for region in ("Lappi", "Etelä-Savo"):
        plan = project.plan(region=region)
        inside[plan.region] = plan.proposed.people_inside
        assert set(plan.points["site"]) <= set(country.network.points)
        _, files = project.write(plan, tmp_path / region)
        assert {f.suffix for f in files} == {".html", ".pdf", ".docx", ".xlsx", ".gpkg", ".json"}
    stated = country.proposed.regions.set_index("region")["people_inside"]
    assert inside == {code: stated[code] for code in inside}
