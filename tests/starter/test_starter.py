"""The embedded starter: sizes, sums, published totals, labels and licences."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tunti.inputs.schemas import SCHEMAS
from tunti.inputs.starter import copy_starter, starter_folder
from tunti.settings import Settings

REPO = Path(__file__).parents[2]
FOLDER = starter_folder()
TABLES = (
    "cells",
    "municipalities",
    "agencies",
    "services",
    "offices",
    "sites",
    "languages",
    *("road_nodes", "road_links"),
)
PUBLISHED_PEOPLE = 5_563_970  # Statistics Finland, 31.12.2022


def table(name: str) -> pd.DataFrame:
    folder = FOLDER / "roads" if name.startswith("road_") else FOLDER
    frame = pd.read_csv(folder / f"{name}.csv", dtype=str, keep_default_na=False)
    for column in SCHEMAS[name].columns:
        if column.kind in ("whole", "number", "share") and column.name in frame:
            frame[column.name] = pd.to_numeric(frame[column.name])
    return frame


@pytest.fixture(scope="module")
def cells() -> pd.DataFrame:
    return table("cells")


@pytest.fixture(scope="module")
def municipalities() -> pd.DataFrame:
    return table("municipalities")


@pytest.fixture(scope="module")
def offices() -> pd.DataFrame:
    return table("offices")


@pytest.fixture(scope="module")
def sites() -> pd.DataFrame:
    return table("sites")


@pytest.fixture(scope="module")
def settings() -> Settings:
    return Settings.model_validate(tomllib.loads((FOLDER / "project.toml").read_text(encoding="utf-8")))


# Form


def test_the_package_data_stay_under_two_megabytes():
    files = [p for p in FOLDER.parent.rglob("*") if p.is_file() and p.suffix not in (".py", ".pyc")]
    assert sum(p.stat().st_size for p in files) < 2_000_000


@pytest.mark.parametrize("name", TABLES)
def test_tables_follow_their_schema(name):
    schema = SCHEMAS[name]
    frame = table(name)
    allowed = set(schema.names)
    assert set(frame.columns) <= allowed
    assert len(frame)
    for column in schema.columns:
        if column.required:
            assert column.name in frame
            assert (frame[column.name].astype(str) != "").all(), column.name
        if column.name not in frame:
            continue
        values = frame[column.name]
        if column.kind == "choice":
            assert set(values) <= {*column.choices, ""}, column.name
        if column.kind == "modes":
            assert {m for v in values for m in v.split()} <= set(column.choices)
        if column.kind == "yes_no":
            assert set(values) <= {"yes", "no", ""}
        if column.kind == "date":
            for value in values:
                assert value == "" or dt.date.fromisoformat(value)
        if column.at_least is not None:
            assert (values.dropna() >= column.at_least).all()
        if column.at_most is not None:
            assert (values.dropna() <= column.at_most).all()
        if column.refers_to and column.refers_to in TABLES:
            key = table(column.refers_to)[SCHEMAS[column.refers_to].key[0]]
            assert set(values) - {""} <= set(key), f"{name}.{column.name}"
    if schema.key:
        assert not frame.duplicated(list(schema.key)).any()


@pytest.mark.parametrize("name", ["cells", "offices", "sites", "road_nodes"])
def test_coordinates_lie_in_finland(name):
    frame = table(name)
    assert frame["lon"].between(19.1, 31.6).all()
    assert frame["lat"].between(59.6, 70.1).all()


def test_texts_are_utf_8_with_unix_line_ends():
    for path in FOLDER.rglob("*"):
        if path.is_file():
            body = path.read_bytes()
            body.decode("utf-8")
            assert b"\r" not in body, path.name


# People and municipalities


def test_cells_sum_to_the_published_people_of_each_municipality(cells, municipalities):
    sums = cells.groupby("municipality")["people"].sum()
    published = municipalities.set_index("municipality")["people"]
    assert sums.reindex(published.index).fillna(0).astype(int).equals(published.astype(int))
    assert int(published.sum()) == PUBLISHED_PEOPLE


def test_people_outside_places_are_labelled_as_modelled(cells):
    rural = cells["settlement"] == "Rural (modelled)"
    assert set(cells["settlement"]) == {"Rural (modelled)", "Place (GeoNames)"}
    assert (cells.loc[rural, "cell"].str.contains("haja-asutus")).all()
    assert cells.loc[rural, "people"].sum() / cells["people"].sum() == pytest.approx(0.131, abs=0.001)
    assert (cells["people"] > 0).all()
    assert cells.loc[rural, "people"].min() >= 4  # no lists of single people


def test_languages_and_ages_of_cells_are_left_empty(cells):
    assert list(cells.columns) == ["cell", "lon", "lat", "municipality", "people", "settlement"]


def test_no_place_holds_more_people_than_its_municipality(cells, municipalities):
    published = cells["municipality"].map(municipalities.set_index("municipality")["people"])
    assert (cells["people"] <= published).all()
    helsinki = cells[(cells["municipality"] == "091") & (cells["cell"] == "Helsinki")]
    assert helsinki["people"].item() < 200_000  # its districts hold the others


def test_there_are_308_municipalities_in_19_regions(municipalities):
    assert len(municipalities) == 308
    assert municipalities["region"].nunique() == 19
    assert (municipalities["region"] == "21").sum() == 16
    assert municipalities["municipality"].str.fullmatch(r"\d{3}").all()
    assert municipalities["region"].str.fullmatch(r"\d{2}").all()
    for column in ("name_fi", "region_fi", "region_sv", "region_en", "wellbeing_county"):
        assert (municipalities[column] != "").all()
    assert municipalities["wellbeing_county"].nunique() == 23  # 21 counties, Helsinki and Åland


def test_language_statuses_are_those_of_the_decree(municipalities):
    # Government decree on official languages: 33 bilingual, 16 Swedish-speaking municipalities, all of these in Åland.
    assert municipalities["languages"].value_counts().to_dict() == {"fi": 259, "fi sv": 18, "sv": 16, "sv fi": 15}
    assert set(municipalities.loc[municipalities["languages"] == "sv", "region"]) == {"21"}
    bilingual = municipalities["languages"].str.contains("sv")
    assert (municipalities.loc[bilingual, "name_sv"] != "").all()
    homeland = set(municipalities.loc[municipalities["sami_homeland"] == "yes", "name_fi"])
    assert homeland == {"Enontekiö", "Inari", "Sodankylä", "Utsjoki"}


# Agencies and offices


def test_successors_begin_the_day_after(settings):
    agencies = table("agencies").set_index("agency")
    expected = {"AVI": "LVV", "ELY": "EVK", "OAE": "OPV", "TE": "KUNTA"}
    followed = agencies[agencies["successor"] != ""]
    assert followed["successor"].to_dict() == expected
    for agency in ("AVI", "ELY", "OAE"):
        last = dt.date.fromisoformat(followed.loc[agency, "valid_to"])
        first = dt.date.fromisoformat(agencies.loc[expected[agency], "valid_from"])
        assert first - last == dt.timedelta(days=1)
    assert agencies.loc["LVV", "valid_from"] == agencies.loc["EVK", "valid_from"] == "2026-01-01"
    assert agencies.loc["OPV", "valid_from"] == "2025-01-01"
    assert agencies.loc["TE", "valid_to"] == "2024-12-31"
    assert agencies.loc["KELA", "takes_part"] == "points"
    assert (agencies[["name_fi", "name_sv", "name_en", "branch"]] != "").all().all()
    assert settings.project.as_of == dt.date(2026, 1, 1)


def _serves(rows: pd.DataFrame, day: str) -> pd.Series:
    """What each real office does on a day: staffed, remote or none, from its dates alone."""
    open_then = (rows["open_to"] == "") | (rows["open_to"] >= day)
    remote = (rows["remote_from"] != "") & (rows["remote_from"] <= day)
    return pd.Series(np.where(open_then, np.where(remote, "remote", "staffed"), "none"), index=rows.index)


@pytest.mark.parametrize(
    ("agency", "day", "staffed", "remote"),
    [
        ("DVV", "2025-06-30", 36, 0),
        ("DVV", "2025-07-01", 18, 0),
        ("DVV", "2025-12-01", 12, 6),
        ("DVV", "2026-01-01", 12, 6),
        ("MML", "2024-12-31", 35, 0),
        ("MML", "2025-01-01", 26, 0),
    ],
)
def test_real_offices_before_and_after_their_cuts(offices, agency, day, staffed, remote):
    rows = offices[(offices["agency"] == agency) & (offices["illustrative"] == "no")]
    serves = _serves(rows, day)
    assert (serves == "staffed").sum() == staffed
    assert (serves == "remote").sum() == remote
    if day == "2026-01-01":
        assert (serves == rows["serves"]).all()


def test_real_offices_stand_in_the_towns_of_the_facts(offices, municipalities):
    real = offices[offices["illustrative"] == "no"]
    assert set(real["agency"]) == {"DVV", "MML"}
    town = real["municipality"].map(municipalities.set_index("municipality")["name_fi"])
    assert (real["office"] == real["agency"] + "-" + town).all()
    remote = set(town[real["serves"] == "remote"])
    assert remote == {"Hämeenlinna", "Kajaani", "Kokkola", "Kouvola", "Mikkeli", "Seinäjoki"}
    closed = set(town[(real["agency"] == "MML") & (real["serves"] == "none")])
    assert closed == {
        "Alajärvi", "Huittinen", "Ikaalinen", "Kemijärvi", "Nurmes", "Närpiö", "Saarijärvi", "Salo", "Ylivieska",
    }  # fmt: skip
    assert (real["source"] != "").all()
    # Nothing is invented about a real office.
    figures = ["customer_m2", "work_m2", "staff", "presence", "visits_year", "rent_eur_year"]
    assert real[figures].isna().all().all()
    assert (real[["lease_end", "break_date", "owner", "condition"]] == "").all().all()


def test_every_invented_office_is_labelled_and_called_an_example(offices):
    invented = offices[offices["illustrative"] != "no"].reset_index(drop=True)
    assert (invented["illustrative"] == "yes").all()
    assert invented["name"].tolist() == [f"Esimerkki {i}" for i in range(1, len(invented) + 1)]
    assert invented["office"].tolist() == [f"esimerkki-{i}" for i in range(1, len(invented) + 1)]
    assert not set(invented["agency"]) & {"DVV", "MML"}
    assert set(invented["owner"]) <= {"", "Esimerkkiomistaja A", "Esimerkkiomistaja B"}
    assert ("address" not in invented) or (invented["address"] == "").all()


def test_the_register_fits_the_published_totals(offices):
    serving = offices[offices["serves"] != "none"]
    joint = serving["agency"] == "KUNTA"
    assert (~joint).sum() == 700
    assert joint.sum() == 200
    assert (serving.loc[joint, "serves"] == "assisted").all()
    assert serving.loc[joint, "municipality"].is_unique
    state = offices[offices["staff"].notna()]
    area = state["work_m2"].sum() + state["customer_m2"].fillna(0).sum()
    assert area == 1_100_000
    assert area / state["staff"].sum() == pytest.approx(17.7, abs=0.01)
    assert state["staff"].sum() == pytest.approx(61_000, rel=0.02)
    assert set(offices["agency"]) - set(state["agency"]) == {"DVV", "MML", "KELA", "KUNTA"}


def test_visits_of_offices_are_those_of_the_services(offices):
    services = table("services")
    by_service = services.groupby("agency")["visits_year"].sum()
    by_office = offices[~offices["agency"].isin(["DVV", "MML", "KUNTA", "MUU"])].groupby("agency")["visits_year"].sum()
    assert by_office.to_dict() == by_service.reindex(by_office.index).to_dict()
    assert (services["illustrative"] == "yes").all()
    assert (services[["name_fi", "name_sv", "name_en"]] != "").all().all()


# Sites


def test_every_mainland_municipality_has_a_candidate_at_its_centre(sites, municipalities):
    mainland = municipalities[municipalities["region"] != "21"]
    assert set(mainland["name_fi"]) <= set(sites["site"])
    assert len(mainland) == 292
    assert len(sites) == 300
    assert set(sites["municipality"]) == set(mainland["municipality"])


def test_existing_points_are_the_opened_ones_with_a_source(sites):
    existing = sites[sites["status"] == "existing"]
    assert set(existing["site"]) == {"Joensuu", "Kitee", "Lahti", "Lappeenranta", "Lieksa", "Nurmes", "Pori", "Turku"}
    assert existing["source"].str.contains("20").all()
    assert set(sites["status"]) == {"existing", "required", "candidate"}
    assert (sites["illustrative"] == "no").all()
    assert "cost_eur_year" not in sites  # no source gives it


# Roads


def test_the_roads_are_one_connected_skeleton():
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    nodes, links = table("road_nodes"), table("road_links")
    assert 1250 <= len(nodes) <= 1320
    assert 12_400 < links["km"].sum() < 12_800
    assert set(links["road_class"]) == {"skeleton"}
    place = {n: i for i, n in enumerate(nodes["node"])}
    a, b = links["from_node"].map(place).to_numpy(), links["to_node"].map(place).to_numpy()
    assert (a != b).all()
    graph = coo_matrix((np.ones(len(links)), (a, b)), shape=(len(nodes), len(nodes)))
    assert connected_components(graph, directed=False)[0] == 1


def test_people_within_an_hour_are_as_calibrated():
    sys.path.insert(0, str(REPO / "scripts"))
    from starter.calibrate import CENTRES, shares, starter_inputs

    assert len(CENTRES) == 18
    found = shares(*starter_inputs())
    assert 0.89 <= found["centres"] <= 0.90
    assert found["seats"] >= 0.99


# Settings, sources, licences


def test_the_settings_say_that_the_data_are_illustrative(settings):
    assert settings.project.illustrative
    assert settings.project.regions_left_out == ("21",)
    assert settings.project.languages == ("fi", "sv", "en")
    assert settings.standard.share is None
    assert settings.standard.population_base is None
    assert settings.speeds.season == "summer"
    assert settings.speeds.summer["skeleton"] == 85.0
    names = settings.project.names
    assert names["fi"]["Lappi"] == "Lapissa"
    assert names["fi"]["Rauma"] == "Raumalla"
    assert names["fi"]["Tampere"] == "Tampereella"
    assert names["sv"]["Lappland"] == "i Lappland"
    assert names["sv"]["Åland"] == "på Åland"


def test_names_have_a_form_for_every_region_and_mainland_municipality(settings, municipalities):
    fi = settings.project.names["fi"]
    mainland = municipalities[municipalities["region"] != "21"]
    assert set(mainland["name_fi"]) | set(municipalities["region_fi"]) == set(fi)
    assert all(f.split()[0].endswith(("ssa", "ssä", "lla", "llä")) for f in fi.values())


def test_every_table_has_a_source_with_its_licence():
    sources = pd.read_csv(FOLDER / "sources.csv", dtype=str, keep_default_na=False)
    assert list(sources.columns) == ["table", "title", "publisher", "licence", "date", "note"]
    assert set(sources["table"]) == {*TABLES, "land", "borders"}
    assert (sources[["title", "publisher", "licence", "date", "note"]] != "").all().all()
    licences = sources.groupby("publisher")["licence"].agg(set)
    assert licences["OpenStreetMap contributors"] == {"ODbL 1.0"}
    assert licences["GeoNames"] == licences["Tilastokeskus"] == {"CC BY 4.0"}
    assert licences["Natural Earth"] == {"public domain"}
    assert licences["Tunti"] == {"keksitty esimerkki"}


def test_the_roads_carry_their_own_licence():
    licence = (FOLDER.parent / "LICENSE-ODbL-1.0.md").read_text(encoding="utf-8")
    assert "OpenStreetMap contributors" in licence
    assert "Open Data Commons Open Database License (ODbL)" in licence
    assert "4.6 Access to Derivative Databases" in licence
    assert "Creative Commons Attribution 4.0" in (FOLDER.parent / "LICENSE-CC-BY-4.0.md").read_text(encoding="utf-8")
    assert sorted(p.name for p in (FOLDER / "roads").iterdir()) == [
        "LICENSE-roads.md",
        "road_links.csv",
        "road_nodes.csv",
    ]


@pytest.mark.parametrize("name", ["land", "borders"])
def test_map_layers_are_areas_in_degrees(name, municipalities):
    layer = json.loads((FOLDER / f"{name}.geojson").read_text(encoding="utf-8"))
    assert {f["geometry"]["type"] for f in layer["features"]} <= {"Polygon", "MultiPolygon"}
    if name == "borders":
        assert {f["properties"]["municipality"] for f in layer["features"]} == set(municipalities["municipality"])
    else:
        assert {f["properties"]["country"] for f in layer["features"]} == {"FI", "SE", "NO", "RU", "EE"}


def test_copying_makes_a_project_folder(tmp_path):
    folder = tmp_path / "new" / "project"
    copy_starter(folder)
    names = {p.name for p in folder.iterdir()}
    assert {f"{t}.csv" for t in TABLES} <= names
    assert {"project.toml", "sources.csv", "land.geojson", "borders.geojson"} <= names
    assert {"LICENSE-ODbL-1.0.md", "LICENSE-CC-BY-4.0.md", "LICENSE-roads.md"} <= names
    copy_starter(folder)  # again: the same
    assert {p.name for p in folder.iterdir()} == names


def test_a_copied_project_reads_without_findings(tmp_path, settings):
    from tunti.inputs.checks import check
    from tunti.inputs.readers.folder import read_folder

    copy_starter(tmp_path)
    inputs, findings = read_folder(tmp_path, settings)
    assert findings == []
    assert [f for f in check(inputs, settings) if f.level != "note"] == []
    assert inputs.borders is not None
    assert inputs.land is not None
    assert len(inputs.sources) == 15


def test_nothing_of_this_machine_or_a_registry_is_in_the_files():
    hosts = ("pypi.org", "pythonhosted", "npmjs", "http://", "/home/", "/tmp/")
    files = [
        p
        for f in (FOLDER, REPO / "scripts" / "starter")
        for p in f.rglob("*")
        if p.suffix in (".py", ".csv", ".toml", ".md")
    ]
    for path in files:
        text = path.read_text(encoding="utf-8")
        if path.name.startswith("LICENSE"):
            continue
        assert not [h for h in hosts if h in text], path.name


@pytest.mark.long
@pytest.mark.skipif(shutil.which("npm") is None, reason="needs npm, which fetches one of the packages")
def test_the_script_builds_the_same_bytes():
    subprocess.run([sys.executable, str(REPO / "scripts" / "build_starter.py"), "--check"], check=True)


def test_the_starters_own_texts_are_told_in_every_language(settings):
    sources = pd.read_csv(FOLDER / "sources.csv", dtype=str, keep_default_na=False)
    sites = pd.read_csv(FOLDER / "sites.csv", dtype=str, keep_default_na=False)
    told = {t for c in ("title", "publisher", "licence", "date", "note") for t in sources[c]} | set(sites["source"])
    told |= {settings.project.name, "haja-asutus", "kirkonkylä"}
    same = {t for t in told if not re.search(r"[A-Za-z]", t)}  # dates are written the same in all
    same |= {
        "GeoNames",
        "CC BY 4.0",
        "ODbL 1.0",
        "OpenStreetMap contributors",
        "Natural Earth",
        "public domain",
        "Tunti",
    }
    same |= {"Tunti; GeoNames, Natural Earth"}
    for language in ("sv", "en"):
        assert told - same == told & set(settings.project.texts[language]), language
    places = {p for name in sites["name"] for p in name.split(", ")[1:]}
    known = set(settings.project.texts["sv"])
    assert known <= told | places, "a text that the starter no longer has"
    assert {"Tammisaari", "Pännäinen", "Sepänkylä", "Nikkilä", "Korppoo", "Kemiö"} <= known & places
