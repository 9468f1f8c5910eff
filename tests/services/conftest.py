"""A small invented country with promises, tiers and required languages, and its result."""

import pandas as pd
import pytest

from tunti.inputs.frames import typed
from tunti.inputs.invent import invent
from tunti.inputs.schemas import COMMITMENTS, LANGUAGE_DUTIES
from tunti.plan.checked import service_tables
from tunti.settings import Settings
from tunti.stages import Stages
from tunti.store.folder import FolderStore


def quiet(what, done):
    pass


def small_country(seed=3):
    """Invent a country and give some of its sites tiers, promises and languages."""
    country = invent(seed=seed, cells=200, sites=16, regions=3)
    sites = country.sites.copy()
    sites["tier"] = pd.array(["centre", "small", "mobile", None] * 4, dtype=sites["tier"].dtype)
    sites.loc[sites.index[::3], "cost_eur_year"] = float("nan")
    first = sites["site"].tolist()
    promises = [
        {"agency": "MALLI", "site": first[0], "mode": "staffed", "commitment": "committed", "record": "1/2026"},
        {"agency": "KOE", "site": first[0], "mode": None, "commitment": "refused", "date": "2026-02-01"},
        {"agency": "ESIM", "site": first[1], "mode": "remote", "commitment": "decided"},
        {"agency": "ESIM", "site": first[2], "mode": "staffed", "commitment": "proposed"},
    ]
    duties = [{"municipality": country.municipalities["municipality"].iloc[0], "service": "*", "languages": "fi sign"}]
    country = country.with_table("sites", sites)
    country = country.with_table("commitments", typed(pd.DataFrame(promises), COMMITMENTS))
    return country.with_table("language_duties", typed(pd.DataFrame(duties), LANGUAGE_DUTIES))


def settings_of(minutes=20.0, **services):
    base = Settings()
    return base.model_copy(
        update={
            "standard": base.standard.model_copy(update={"minutes": minutes}),
            "services": base.services.model_copy(update={"duty_visits_year": 5000.0, **services}),
        }
    )


def stages_of(folder, inputs, settings):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "project.toml").write_text("")
    return Stages(FolderStore(folder), inputs, settings, quiet)


@pytest.fixture(scope="session")
def country():
    return small_country()


@pytest.fixture(scope="session")
def settings():
    return settings_of()


@pytest.fixture(scope="session")
def stages(tmp_path_factory, country, settings):
    return stages_of(tmp_path_factory.mktemp("services"), country, settings)


@pytest.fixture(scope="session")
def found(stages):
    return stages.services()


@pytest.fixture(scope="session")
def tables(stages, found):
    t = stages.times()
    return service_tables(found, t.area, t.times, t.office_times, t.served, t.served_place)
