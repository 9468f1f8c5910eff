import pytest

from tunti.inputs.invent import invent
from tunti.plan.regional import regional_plan
from tunti.settings import Settings
from tunti.stages import Stages
from tunti.store.folder import FolderStore


def quiet(what, done):
    pass


def make_plan(folder, inputs, settings, region=None):
    (folder / "project.toml").write_text("")
    stages = Stages(FolderStore(folder), inputs, settings, quiet)
    solved = stages.solved()
    plan = regional_plan(inputs, settings, solved, region=region, scenario="baseline", findings=(), run={})
    return plan, solved


@pytest.fixture(scope="session")
def plan_of():
    return make_plan


@pytest.fixture(scope="session")
def country():
    return invent(seed=3, cells=300, sites=25, regions=3)


@pytest.fixture(scope="session")
def settings():
    return Settings().model_copy(update={"standard": Settings().standard.model_copy(update={"minutes": 20.0})})


@pytest.fixture(scope="session")
def made(tmp_path_factory, country, settings):
    return make_plan(tmp_path_factory.mktemp("plan"), country, settings)
