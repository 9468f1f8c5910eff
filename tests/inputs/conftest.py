from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tunti.inputs.invent import invent
from tunti.inputs.tables import Inputs

from .folders import write_folder


@pytest.fixture(scope="session")
def country() -> Inputs:
    return invent(seed=3, cells=60, sites=8, regions=2, offices=8)


@pytest.fixture(scope="session")
def sound(country: Inputs, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_folder(country, tmp_path_factory.mktemp("sound") / "inputs")


@pytest.fixture
def folder(sound: Path, tmp_path: Path) -> Path:
    """A folder of sound inputs that the test may spoil."""
    return Path(shutil.copytree(sound, tmp_path / "inputs"))
