"""The invented plans, and the plan written once in all forms."""

import pytest

from .invented_plan import STAMP, make_bare_plan, make_plan, make_void_plan


@pytest.fixture(scope="session")
def plan():
    return make_plan()


@pytest.fixture(scope="session")
def bare_plan():
    return make_bare_plan()


@pytest.fixture(scope="session")
def void_plan():
    return make_void_plan()


@pytest.fixture(scope="session")
def written(plan, tmp_path_factory):
    """Write the plan once in all forms; gives the folder."""
    from tunti.report import write_plan

    folder = tmp_path_factory.mktemp("plan") / "out"
    write_plan(plan, folder, timestamp=STAMP)
    return folder
