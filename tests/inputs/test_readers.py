"""The same table in every file kind, character set and language gives the same frame."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry import Point, box

from tunti.findings import Finding, stops
from tunti.inputs.checks import check
from tunti.inputs.frames import empty
from tunti.inputs.readers import read_folder, read_table
from tunti.inputs.schemas import AGENCIES, CELLS, MUNICIPALITIES, OFFICES, SCHEMAS, SERVICES, SITES
from tunti.inputs.tables import Inputs
from tunti.locale import translator
from tunti.settings import ProjectSettings, Settings

from .folders import as_typed, edit, put, write_folder

TABLES = [n for n in SCHEMAS if n != "travel_times"]


def same(one: Inputs, other: Inputs) -> None:
    for name in SCHEMAS:
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name), atol=1e-6, rtol=1e-9)


def write_workbook(inputs: Inputs, path: Path, language: str | None, *, as_text: bool) -> None:
    """Write all tables as sheets, with code names or with labels, values typed or as text."""
    book = xlsxwriter.Workbook(str(path))
    for name in TABLES:
        schema = SCHEMAS[name]
        say = translator(language or "en")
        sheet = book.add_worksheet(name if language is None else say(schema.label))
        text = as_typed(getattr(inputs, name), schema)
        for i, column in enumerate(text.columns):
            sheet.write_string(0, i, column if language is None else say(schema[column].label))
            for j, value in enumerate(text[column]):
                kind = schema[column].kind
                if not value:
                    continue
                if not as_text and kind in ("number", "whole", "share"):
                    sheet.write_number(j + 1, i, float(value))
                elif not as_text and kind == "date":
                    day = dt.datetime.fromisoformat(value)
                    sheet.write_datetime(j + 1, i, day, book.add_format({"num_format": "d.m.yyyy"}))
                else:
                    shown = value.replace(".", ",") if kind in ("number", "share") else value
                    sheet.write_string(j + 1, i, shown)
    book.close()


def test_csv_folder(country: Inputs, folder: Path) -> None:
    inputs, findings = read_folder(folder, Settings())
    assert findings == []
    same(inputs, country)
    assert inputs.sources == ()
    assert inputs.unread == frozenset()


@pytest.mark.parametrize(
    ("how", "notes"),
    [
        ({"sep": ";", "decimal": ","}, 0),
        ({"sep": "\t"}, 0),
        ({"sep": ";", "encoding": "utf-8-sig"}, 0),
        ({"sep": ";", "encoding": "cp1252"}, 1),
        ({"sep": ";", "encoding": "latin-1"}, 1),
        ({"sep": "\t", "encoding": "utf-16"}, 0),
        ({"quoting": 1}, 0),
        ({"lineterminator": "\r\n"}, 0),
    ],
    ids=str,
)
def test_csv_as_offices_save_it(country: Inputs, tmp_path: Path, how: dict[str, str], notes: int) -> None:
    schema = MUNICIPALITIES
    as_typed(country.municipalities, schema).to_csv(tmp_path / "m.csv", index=False, **how)
    frame, findings = read_table(tmp_path / "m.csv", schema)
    assert [f.level for f in findings] == ["note"] * notes
    pd.testing.assert_frame_equal(frame, country.municipalities)
    assert "Ylä-Åmäki" in set(frame["name_fi"])


@pytest.mark.parametrize("language", [None, "fi", "sv", "en"])
@pytest.mark.parametrize("as_text", [False, True])
def test_one_workbook(country: Inputs, tmp_path: Path, language: str | None, as_text: bool) -> None:
    write_workbook(country, tmp_path / "tiedot.xlsx", language, as_text=as_text)
    inputs, findings = read_folder(tmp_path, Settings())
    assert findings == []
    same(inputs, country)


def test_parquet(country: Inputs, tmp_path: Path) -> None:
    for name in TABLES:
        getattr(country, name).to_parquet(tmp_path / f"{name}.parquet", index=False)
    inputs, findings = read_folder(tmp_path, Settings())
    assert findings == []
    same(inputs, country)


def test_one_geopackage_in_another_system(country: Inputs, tmp_path: Path) -> None:
    for name in TABLES:
        frame = getattr(country, name)
        data = frame.drop(columns=["x", "y", "lon", "lat"], errors="ignore").reset_index(drop=True)
        for column in data.columns:
            if str(data[column].dtype) in ("boolean", "string", "Int64"):
                data[column] = data[column].astype(object).where(data[column].notna(), None)
        if SCHEMAS[name].has_place:
            points = gpd.points_from_xy(frame["lon"], frame["lat"])
            data = gpd.GeoDataFrame(data, geometry=points, crs=4326)
            data.to_file(tmp_path / "inputs.gpkg", layer=name, driver="GPKG")
        else:
            write_folder(country.with_table("cells", empty(CELLS)), tmp_path)
    for name in TABLES:
        if SCHEMAS[name].has_place:
            (tmp_path / f"{name}.csv").unlink(missing_ok=True)
    inputs, findings = read_folder(tmp_path, Settings())
    assert findings == []
    for name in ("cells", "sites", "road_nodes"):
        got, want = getattr(inputs, name), getattr(country, name)
        pd.testing.assert_frame_equal(got[["x", "y"]], want[["x", "y"]], atol=0.01)
        assert got["lon"].notna().all()


def test_squares_count_at_their_middle(tmp_path: Path) -> None:
    squares = gpd.GeoDataFrame(
        {"cell": ["a"], "people": [5]}, geometry=[box(385000, 6672000, 386000, 6673000)], crs=3067
    )
    squares.to_file(tmp_path / "cells.gpkg", driver="GPKG")
    frame, findings = read_table(tmp_path / "cells.gpkg", CELLS)
    assert findings == []
    assert frame.loc[2, ["x", "y"]].tolist() == [385500, 6672500]


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
def test_a_layer_without_a_system_takes_the_projects(tmp_path: Path) -> None:
    points = gpd.GeoDataFrame({"cell": ["a"], "people": [5]}, geometry=[Point(385000, 6672000)])
    points.to_file(tmp_path / "cells.gpkg", driver="GPKG")
    frame, findings = read_table(tmp_path / "cells.gpkg", CELLS)
    assert [f.level for f in findings] == ["note"]
    assert frame.loc[2, "x"] == 385000


def test_headers_under_titles_and_units_beneath(tmp_path: Path) -> None:
    text = (
        "Toimipaikkarekisteri 2026;;;\n;;;\nPoimittu 1.2.2026;;;\n"
        "Toimipaikka;Viranomainen;Kunta;Työtila\n;;;m²\nT1;DVV;091;1 250,5\n;;;\nT2;DVV;005;80\n"
    )
    (tmp_path / "o.csv").write_text(text, encoding="utf-8")
    frame, findings = read_table(tmp_path / "o.csv", OFFICES)
    assert [f.level for f in findings] == ["warning", "warning"], "only the missing coordinates"
    assert list(frame.index) == [6, 8], "row numbers are those of the user's file"
    assert frame["work_m2"].tolist() == [1250.5, 80]
    assert frame["municipality"].tolist() == ["091", "005"]


def test_quotes_commas_and_line_breaks_in_values(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('agency,name_fi\n"A,1","Virasto ""X""\nja Y"\nB,Toinen\n', encoding="utf-8")
    frame, findings = read_table(tmp_path / "a.csv", AGENCIES)
    assert findings == []
    assert frame["agency"].tolist() == ["A,1", "B"]
    assert frame["name_fi"].iloc[0] == 'Virasto "X" ja Y'


def test_words_in_the_users_language(tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_text(
        "Palvelu;Viranomainen;Nimi suomeksi;Palvelutavat;Esimerkkitieto\nx;A;Neuvo;läsnäpalvelu, etäpalvelu;kyllä\n",
        encoding="utf-8",
    )
    frame, findings = read_table(tmp_path / "s.csv", SERVICES)
    assert findings == []
    assert frame.loc[2, "modes"] == "staffed remote"
    assert bool(frame.loc[2, "illustrative"]) is True


@pytest.mark.parametrize("code", ["91", "91.0", "Helsinki", "helsingfors"])
def test_municipality_codes_that_a_spreadsheet_broke(tmp_path: Path, code: str) -> None:
    (tmp_path / "municipalities.csv").write_text(
        "municipality,name_fi,name_sv,region,region_fi\n091,Helsinki,Helsingfors,01,Uusimaa\n"
        "005,Alajärvi,,14,Etelä-Pohjanmaa\n",
        encoding="utf-8",
    )
    (tmp_path / "cells.csv").write_text(f"cell,people,x,y,municipality\n1,2,385000,6672000,{code}\n", encoding="utf-8")
    inputs, findings = read_folder(tmp_path, Settings())
    assert inputs.cells["municipality"].tolist() == ["091"]
    told = [f for f in findings if f.table == "cells"]
    assert [(f.level, f.row, f.column) for f in told] == [("note", 2, "municipality")]


def test_an_excel_number_is_a_code_with_its_zeros(country: Inputs, folder: Path) -> None:
    """All codes as numbers: the municipalities' own and those that refer to them."""
    for table in ("municipalities", "cells", "sites", "offices"):
        edit(folder, table, lambda f: f.assign(municipality=f["municipality"].astype(int).astype(str)))
    inputs, findings = read_folder(folder, Settings())
    assert {f.level for f in findings} == {"note"}
    same(inputs, country)


def test_hidden_figures_of_grid_statistics(tmp_path: Path) -> None:
    (tmp_path / "cells.csv").write_text("cell,people,x,y,people_75\na,4,385000,6672000,-1\n", encoding="utf-8")
    frame, findings = read_table(tmp_path / "cells.csv", CELLS)
    assert [f.level for f in findings] == ["note"]
    assert frame["people_75"].isna().all()


def test_borders_land_sources_and_extract(country: Inputs, folder: Path) -> None:
    shapes = gpd.GeoDataFrame({"kunta": ["005"]}, geometry=[box(25, 60, 26, 61)], crs=4326)
    shapes.to_file(folder / "borders.gpkg", driver="GPKG")
    shapes.to_file(folder / "land.gpkg", driver="GPKG")
    (folder / "sources.csv").write_text("table,title,publisher\ncells,Ruudut,Tilastokeskus\n", encoding="utf-8")
    (folder / "road_links.csv").unlink()
    (folder / "road_nodes.csv").unlink()
    (folder / "roads.osm.pbf").write_bytes(b"osm")
    inputs, findings = read_folder(folder, Settings())
    assert findings == []
    assert inputs.borders is not None
    assert inputs.land is not None
    assert str(inputs.borders.crs) == "EPSG:3067"
    assert inputs.borders["municipality"].tolist() == ["005"]
    assert inputs.road_extract == folder / "roads.osm.pbf"
    assert inputs.sources[0].title == "Ruudut"
    assert inputs.sources[0].note == ""


def test_roads_in_a_folder_of_their_own(country: Inputs, folder: Path) -> None:
    (folder / "roads").mkdir()
    for name in ("road_nodes.csv", "road_links.csv"):
        (folder / name).rename(folder / "roads" / name)
    inputs, findings = read_folder(folder, Settings())
    assert findings == []
    same(inputs, country)


def test_unused_templates_beside_a_filled_table_do_no_harm(country: Inputs, folder: Path) -> None:
    from tunti.inputs.templates import write_templates

    write_templates(folder)
    inputs, findings = read_folder(folder, Settings())
    assert findings == []
    same(inputs, country)


def test_degrees_in_a_table(country: Inputs, tmp_path: Path) -> None:
    as_typed(country.sites, SITES, degrees=True).to_csv(tmp_path / "sites.csv", index=False)
    frame, findings = read_table(tmp_path / "sites.csv", SITES)
    assert findings == []
    pd.testing.assert_frame_equal(frame[["x", "y"]], country.sites[["x", "y"]], atol=0.5)


def test_another_country(tmp_path: Path) -> None:
    (tmp_path / "sites.csv").write_text("site,status,lon,lat\na,candidate,18.07,59.33\n", encoding="utf-8")
    frame, findings = read_table(tmp_path / "sites.csv", SITES, crs="EPSG:3006")
    assert findings == []
    assert frame.loc[2, "x"] == pytest.approx(674_600, abs=2000)


def test_empty_parts_of_a_project(tmp_path: Path) -> None:
    inputs, findings = read_folder(tmp_path, Settings())
    missing = [f.table for f in findings if f.level == "error"]
    assert missing == ["cells", "municipalities", "sites", "road_links"]
    assert all("Population grid.csv" in str(f.what_to_do) for f in findings if f.table == "cells")
    for name, schema in SCHEMAS.items():
        pd.testing.assert_frame_equal(getattr(inputs, name), empty(schema))
    assert check(inputs, Settings()) == [], "what the readers told is not told again"


def test_one_cell_is_a_country(tmp_path: Path) -> None:
    from tunti.inputs.invent import invent

    write_folder(invent(cells=1, sites=1, regions=1, offices=1), tmp_path)
    inputs, findings = read_folder(tmp_path, Settings())
    assert findings + check(inputs, Settings()) == []


def test_a_value_that_could_not_be_read_is_not_also_missing(folder: Path) -> None:
    put(folder, "cells", 4, people="abc")
    inputs, _findings = read_folder(folder, Settings())
    assert ("cells", 4, "people") in inputs.unread
    assert [f for f in check(inputs, Settings()) if f.row == 4] == []


def test_a_wrong_file_kind(tmp_path: Path) -> None:
    (tmp_path / "cells.docx").write_bytes(b"x")
    _frame, findings = read_table(tmp_path / "cells.docx", CELLS)
    assert [f.level for f in findings] == ["error"]
    assert ".xlsx" in str(findings[0].what_to_do)
    _, findings = read_table(tmp_path / "nowhere.csv", CELLS)
    assert [f.level for f in findings] == ["error"]


def test_a_sheet_that_is_not_there(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "t.xlsx"))
    for name in ("Taul1", "Taul2"):
        book.add_worksheet(name).write_row(0, 0, ["site", "status"])
    book.close()
    _, findings = read_table(tmp_path / "t.xlsx", SITES)
    assert "Taul1, Taul2" in str(findings[0].what_to_do)
    _frame, findings = read_table(tmp_path / "t.xlsx", SITES, sheet="Taul2")
    assert not stops(findings)


def test_parquet_with_odd_dtypes(tmp_path: Path) -> None:
    table = pa.table(
        {
            "cell": pa.array([1, 2]),
            "people": pa.array([3.0, None]),
            "x": pa.array(["385 000,5", "386000"]),
            "y": pa.array([6672000, 6672000]),
            "municipality": pa.array([b"091", b"005"]).cast(pa.string()).dictionary_encode(),
        }
    )
    pq.write_table(table, tmp_path / "cells.parquet")
    frame, findings = read_table(tmp_path / "cells.parquet", CELLS)
    assert findings == []
    assert frame["cell"].tolist() == ["1", "2"]
    assert frame["x"].tolist() == [385000.5, 386000]
    assert frame["municipality"].tolist() == ["091", "005"]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=400))
def test_junk_never_raises(tmp_path: Path, data: bytes) -> None:
    for ending in (".csv", ".xlsx", ".parquet", ".gpkg"):
        path = tmp_path / f"sites{ending}"
        path.write_bytes(data)
        frame, findings = read_table(path, SITES)
        assert isinstance(frame, pd.DataFrame)
        assert all(isinstance(f, Finding) for f in findings)
        path.unlink()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.text(max_size=12), min_size=4, max_size=4), max_size=6))
def test_any_text_in_cells_never_raises(tmp_path: Path, rows: list[list[str]]) -> None:
    pd.DataFrame(rows, columns=["site", "x", "y", "status"]).to_csv(tmp_path / "sites.csv", index=False)
    inputs, _findings = read_folder(tmp_path, Settings(project=ProjectSettings()))
    check(inputs, Settings())


def test_a_missing_column_is_told_once_even_under_a_title(folder: Path) -> None:
    rows = as_typed(read_folder(folder, Settings())[0].cells, CELLS).drop(columns="people")
    text = "Väestöruudut\nPoiminta 2026\n" + rows.to_csv(index=False)
    (folder / "cells.csv").write_text(text, encoding="utf-8")
    inputs, findings = read_folder(folder, Settings())
    found = [f for f in findings + check(inputs, Settings()) if f.column == "people" and f.table == "cells"]
    assert [(f.level, f.row) for f in found] == [("error", 3)]
