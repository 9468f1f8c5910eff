import pytest
from tests.story.commands import TOML, write_project

from tunti.inputs.invent import invent
from tunti.project import Project


@pytest.fixture(scope="session")
def country():
    made = invent(seed=5, cells=240, sites=18, regions=3)
    sites = made.sites.copy()
    sites["tier"] = ["centre" if i % 4 == 0 else "small" for i in range(len(sites))]
    return made.with_table("sites", sites.astype(made.sites.dtypes.to_dict()))


@pytest.fixture
def project_of(tmp_path, country):
    """Make a project of the invented country with changed tables, settings and scenarios."""

    def make(*, toml=TOML, scenarios=None, **tables):
        made = country
        for name, frame in tables.items():
            made = made.with_table(name, frame)
        folder = tmp_path / "project"
        write_project(folder, made, toml)
        (folder / "scenarios").mkdir(exist_ok=True)
        for name, text in (scenarios or {}).items():
            (folder / "scenarios" / f"{name}.toml").write_text(text, encoding="utf-8")
        return Project(folder)

    return make
