"""Every kind of bad input that the product knows: each ends in a finding with table, row, column and remedy."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import xlsxwriter

from tunti.cli import main
from tunti.findings import Finding
from tunti.inputs.checks import check
from tunti.inputs.readers import read_folder
from tunti.settings import ProjectSettings, Settings

from .folders import edit, put


@dataclass(frozen=True)
class Bad:
    """A way to spoil sound input, and the finding that must come of it."""

    name: str
    spoil: Callable[[Path], object]
    level: str
    table: str
    row: int | None
    column: str | None
    what: str
    project: dict[str, Any] = field(default_factory=dict)


def _set(table: str, row: int, **values: str) -> Callable[[Path], object]:
    return lambda folder: put(folder, table, row, **values)


def _all(table: str, **values: str) -> Callable[[Path], object]:
    return lambda folder: edit(folder, table, lambda f: f.assign(**values))


def _copy(table: str, row: int, **values: str) -> Callable[[Path], object]:
    """Put a copy of a row at the end, with some values changed."""
    return lambda folder: edit(
        folder, table, lambda f: pd.concat([f, f.iloc[[row - 2]].assign(**values)], ignore_index=True)
    )


def _drop(table: str, column: str) -> Callable[[Path], object]:
    return lambda folder: edit(folder, table, lambda f: f.drop(columns=column))


def _rename(table: str, **names: str) -> Callable[[Path], object]:
    return lambda folder: edit(folder, table, lambda f: f.rename(columns=names))


def _write(name: str, data: str | bytes) -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_bytes(data.encode() if isinstance(data, str) else data)


def _swap(table: str, row: int) -> Callable[[Path], object]:
    def change(frame: pd.DataFrame) -> None:
        frame.loc[row - 2, ["x", "y"]] = frame.loc[row - 2, ["y", "x"]].to_numpy()

    return lambda folder: edit(folder, table, change)


def _same_place(table: str, row: int, other: int, **values: str) -> Callable[[Path], object]:
    def change(frame: pd.DataFrame) -> None:
        frame.loc[row - 2, ["x", "y"]] = frame.loc[other - 2, ["x", "y"]].to_numpy()
        for column, value in values.items():
            frame.loc[row - 2, column] = value
        if values.get("status") == "forbidden":
            frame.loc[other - 2, "status"] = "required"

    return lambda folder: edit(folder, table, change)


def _workbook(folder: Path, name: str = "sites.xlsx", x: object = 400000) -> Path:
    book = xlsxwriter.Workbook(str(folder / name))
    sheet = book.add_worksheet("sites")
    for i, row in enumerate((("site", "x", "y", "status"), ("a", x, 6900000, "candidate"))):
        sheet.write_row(i, 0, row)
    book.close()
    return folder / name


def _truncated(folder: Path) -> None:
    (folder / "sites.csv").unlink()
    path = _workbook(folder)
    path.write_bytes(path.read_bytes()[:2000])


def _bomb(folder: Path) -> None:
    (folder / "sites.csv").unlink()
    with (
        zipfile.ZipFile(folder / "sites.xlsx", "w", zipfile.ZIP_DEFLATED) as parts,
        parts.open("xl/worksheets/sheet1.xml", "w") as file,
    ):
        for _ in range(120):
            file.write(bytes(1_000_000))


def _locked(folder: Path) -> None:
    (folder / "sites.csv").unlink()
    (folder / "sites.xlsx").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))


def _too_many_values(folder: Path) -> None:
    path = folder / "sites.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[2] += ",1,5"
    path.write_text("\n".join(lines), encoding="utf-8")


def _wrong_letters(folder: Path) -> None:
    path = folder / "municipalities.csv"
    path.write_bytes(path.read_bytes().decode("utf-8").encode("utf-8").decode("cp1252", "replace").encode("utf-8"))


def _loop(folder: Path) -> None:
    put(folder, "agencies", 2, successor="KOE")
    put(folder, "agencies", 3, successor="MALLI")


def _ended(folder: Path) -> None:
    put(folder, "agencies", 2, valid_to="2025-12-31", successor="KOE")


def _times(text: str) -> Callable[[Path], object]:
    return _write("travel_times.csv", "cell,site,means,minutes\nr000000,s0000,car,20\n" + text)


def _self_loop(folder: Path) -> None:
    edit(folder, "road_links", lambda f: f.assign(to_node=f["to_node"].where(f.index != 0, f["from_node"])))


BAD = (
    # The file
    Bad("a required table is missing", lambda f: (f / "sites.csv").unlink(), "error", "sites", None, None, "missing"),
    Bad("no roads at all", lambda f: [(f / f"road_{n}.csv").unlink() for n in ("nodes", "links")],
        "error", "road_links", None, None, "no roads"),
    Bad("one road table of two", lambda f: (f / "road_nodes.csv").unlink(), "error", "road_nodes", None, None,
        "Only one of the road tables"),
    Bad("an empty file", _write("sites.csv", ""), "error", "sites", None, None, "empty"),
    Bad("headers without rows", _write("sites.csv", "site,x,y,status\n"), "error", "sites", None, None, "no rows"),
    Bad("no known header", _write("sites.csv", "foo;bar\n1;2\n"), "error", "sites", None, None,
        "No row of known headers"),
    Bad("binary data in a CSV", _write("sites.csv", bytes(range(256)) * 20), "error", "sites", None, None, "binary"),
    Bad("a workbook cut off", _truncated, "error", "sites", None, None, "broken or cut off"),
    Bad("a workbook behind a password", _locked, "error", "sites", None, None, "password"),
    Bad("a workbook that grows without end", _bomb, "error", "sites", None, None, "would grow to"),
    Bad("a table in two files", _workbook, "error", "sites", None, None, "several files"),
    Bad("a bad row in the second of two files", lambda f: _workbook(f, x="far away"),
        "error", "sites.xlsx", 2, "x", "far away"),
    Bad("a bad row in the first of two files", lambda f: (_workbook(f), put(f, "sites", 3, y="north")),
        "error", "sites.csv", 3, "y", "north"),
    Bad("a Parquet file that is not one", lambda f: (f / "sites.csv").rename(f / "sites.parquet"),
        "error", "sites", None, None, "broken"),
    Bad("a layer file that is not one", lambda f: (f / "sites.csv").rename(f / "sites.gpkg"),
        "error", "sites", None, None, "broken"),
    Bad("a mistyped file name", lambda f: (f / "offices.csv").rename(f / "ofices.csv"),
        "warning", "ofices.csv", None, None, "was not used"),
    Bad("broken borders", _write("borders.gpkg", "junk"), "warning", "borders", None, None, "broken"),
    # The headers
    Bad("a required column is missing", _drop("cells", "people"), "error", "cells", 1, "people", "is missing"),
    Bad("a mistyped header", _rename("offices", work_m2="wrok_m2"), "warning", "offices", 1, "wrok_m2", "not known"),
    Bad("two columns for one thing", _all("cells", väestö="1"), "error", "cells", 1, "people", "same thing"),
    Bad("a row longer than the headers", _too_many_values, "error", "sites", 3, None, "values but there are"),
    # Persons
    Bad("a column of identity codes", _all("offices", hetu="x"), "error", "offices", 1, "hetu", "about persons"),
    Bad("a column of first names", _all("offices", Etunimi="Aino"), "error", "offices", 1, "Etunimi", "about persons"),
    Bad("an identity code in a text", _set("offices", 4, address="asiakas 131052-308T"), "error", "offices", 4,
        "address", "about persons"),
    # Single values
    Bad("text in a number", _set("offices", 3, rent_eur_year="noin 5000"), "error", "offices", 3, "rent_eur_year",
        "not a number"),
    Bad("another unit in a number", _set("offices", 3, work_m2="120 kpl"), "error", "offices", 3, "work_m2",
        "not a number"),
    Bad("half a person", _set("cells", 5, people="12,5"), "error", "cells", 5, "people", "not a whole number"),
    Bad("fewer than no people", _set("cells", 5, people="-4"), "error", "cells", 5, "people", "less than 0"),
    Bad("infinitely many people", _set("cells", 5, people="1e400"), "error", "cells", 5, "people", "too large"),
    Bad("more people than can be counted", _set("cells", 5, people="1e30"), "error", "cells", 5, "people", "too large"),
    Bad("an endless rent", _set("offices", 3, rent_eur_year="1e400"), "error", "offices", 3, "rent_eur_year",
        "too large"),
    Bad("a NUL byte in a CSV", _set("cells", 5, people="1\0"), "error", "cells", None, None, "binary"),
    Bad("a share over one", _set("offices", 3, presence="40"), "error", "offices", 3, "presence", "more than 1"),
    Bad("not a date", _set("offices", 3, lease_end="31/12/27"), "error", "offices", 3, "lease_end", "not a date"),
    Bad("a day that does not exist", _set("offices", 3, lease_end="31.6.2028"), "error", "offices", 3, "lease_end",
        "not a date"),
    Bad("neither yes nor no", _set("sites", 3, illustrative="ehkä"), "error", "sites", 3, "illustrative",
        "neither yes nor no"),
    Bad("a word that is not allowed", _set("sites", 3, status="candidat"), "error", "sites", 3, "status",
        "not one of the allowed"),
    Bad("an unknown mode", _set("services", 3, modes="staffed telepathy"), "error", "services", 3, "modes",
        "not one of the allowed"),
    Bad("a standard of 0 minutes", _set("services", 3, standard_minutes="0"), "error", "services", 3,
        "standard_minutes", "less than 1"),
    Bad("a required value is missing", _set("cells", 7, people=""), "error", "cells", 7, "people", "missing"),
    Bad("a sum row", lambda f: edit(f, "cells", lambda t: pd.concat(
        [t, pd.DataFrame([{"cell": "Yhteensä", "people": "9999"}])]).fillna("")),
        "warning", "cells", 62, "cell", "adds up the others"),
    Bad("letters broken by a wrong character set", _wrong_letters, "warning", "municipalities", 2, "name_fi",
        "are broken"),
    # Keys and references
    Bad("an id twice", _set("cells", 9, cell="r000000"), "error", "cells", 9, "cell", "already on row 2"),
    Bad("a municipality that is not there", _set("cells", 4, municipality="999"), "error", "cells", 4,
        "municipality", "not in the table"),
    Bad("an agency that is not there", _set("offices", 4, agency="MALI"), "error", "offices", 4, "agency",
        "not in the table"),
    Bad("a road node that is not there", _set("road_links", 4, to_node="x77"), "error", "road_links", 4, "to_node",
        "not in the table"),
    Bad("times from an unknown cell", _times("zzz,s0000,bus,30\n"), "error", "travel_times", 3, "cell",
        "not in the table"),
    Bad("times to an unknown site", _times("r000001,zzz,bus,30\n"), "error", "travel_times", 3, "site",
        "not in the table"),
    # Places
    Bad("x and y swapped", _swap("sites", 3), "error", "sites", 3, "x", "changed places"),
    Bad("degrees in x and y", _set("sites", 3, x="24.94", y="60.17"), "error", "sites", 3, "x", "degrees, not metres"),
    Bad("a place at 0, 0", _set("sites", 3, x="0", y="0"), "error", "sites", 3, "x", "0, 0"),
    Bad("an older coordinate system", _set("sites", 3, x="3385000", y="6675000"), "error", "sites", 3, "x",
        "far outside the country"),
    Bad("a place in Sweden", _set("sites", 3, x="-20000", y="7000000"), "warning", "sites", 3, "x",
        "outside the country"),
    Bad("lon and lat swapped", _set("sites", 3, x="", y="", lon="60.17", lat="24.94"), "error", "sites", 3, "lon",
        "changed places"),
    Bad("metres in lon and lat", _set("sites", 3, x="", y="", lon="385000", lat="6672000"), "error", "sites", 3, "lon",
        "metres, not degrees"),
    Bad("two pairs that disagree", _set("sites", 3, lon="25", lat="65"), "warning", "sites", 3, "lon",
        "km from x and y"),
    Bad("only x", _set("sites", 3, y=""), "error", "sites", 3, "y", "Only one of x (east) and y"),
    Bad("no coordinates", _set("sites", 3, x="", y=""), "error", "sites", 3, "x", "no coordinates"),
    # People
    Bad("more in age groups than people", _set("cells", 3, people_75="99999"), "error", "cells", 3, "people_0_17",
        "age groups add up"),
    Bad("more speakers than people", _set("cells", 3, speakers_fi="99999"), "error", "cells", 3, "speakers_fi",
        "language groups add up"),
    Bad("nobody lives anywhere", _all("cells", people="0", people_0_17="", people_65_74="", people_75="",
        speakers_fi="", speakers_sv="", speakers_sami="", speakers_other=""), "error", "cells", None, "people", "zero"),
    Bad("cells that don't add up to the published", _set("municipalities", 3, people="99999"), "warning",
        "municipalities", 3, "people", "published population"),
    Bad("a municipality without cells", _copy("municipalities", 2, municipality="777", name_fi="Tyhjälä"), "warning",
        "municipalities", 10, "municipality", "no cell lies"),
    Bad("a cell without municipality", _set("cells", 6, municipality=""), "warning", "cells", 6, "municipality",
        "no municipality"),
    Bad("no cell has a municipality", _all("cells", municipality=""), "warning", "cells", None, "municipality",
        "No cell has"),
    Bad("a cell twice under two names", _same_place("cells", 8, 2), "warning", "cells", 8, "x",
        "same place as the cell on row 2"),
    Bad("a bilingual municipality without a Swedish name", _set("municipalities", 2, name_sv=""), "warning",
        "municipalities", 2, "name_sv", "no name in Swedish"),
    Bad("two names for a region", _set("municipalities", 3, region_fi="Toinen"), "warning", "municipalities", 3,
        "region_fi", "both"),
    Bad("two municipalities of one name", lambda f: edit(f, "municipalities",
        lambda t: t.assign(name_fi=t["name_fi"].where(t.index != 1, t["name_fi"].iloc[0]))), "warning",
        "municipalities", 3, "name_fi", "Two municipalities"),
    # Sites
    Bad("no site is allowed", _all("sites", status="forbidden"), "error", "sites", None, "status", "all are forbidden"),
    Bad("two sites at one place", _same_place("sites", 5, 3), "warning", "sites", 5, "x", "same place"),
    Bad("required and forbidden", _same_place("sites", 5, 3, status="forbidden"), "error", "sites", 5, "status",
        "both required and forbidden"),
    Bad("a site without municipality", _set("sites", 3, municipality=""), "warning", "sites", 3, "municipality",
        "no municipality"),
    Bad("a site far from its municipality", _set("sites", 3, x="500000", y="7500000"), "warning", "sites", 3,
        "municipality", "from the middle"),
    Bad("a site that serves nobody", _set("sites", 3, capacity_visits_year="0"), "warning", "sites", 3,
        "capacity_visits_year", "capacity is 0"),
    # Agencies and services
    Bad("an agency that ends before it begins", _set("agencies", 2, valid_from="2024-01-01", valid_to="2023-01-01"),
        "error", "agencies", 2, "valid_to", "ends before it begins"),
    Bad("successors in a ring", _loop, "error", "agencies", 2, "successor", "come back"),
    Bad("a service of an ended agency", _ended, "warning", "services", 2, "agency", "had ended"),
    Bad("an office of an ended agency", _ended, "warning", "offices", 2, "agency", "had ended"),
    Bad("a service without modes", _set("services", 3, modes=""), "warning", "services", 3, "modes", "no mode"),
    Bad("services without agencies", lambda f: (f / "agencies.csv").unlink(), "error", "agencies", None, None,
        "refers to it"),
    # Offices
    Bad("a lease that ended", _set("offices", 3, lease_end="30.6.2025"), "warning", "offices", 3, "lease_end",
        "lease ended"),
    Bad("a break after the lease", _set("offices", 3, lease_end="2027-06-30", break_date="2028-01-01"), "error",
        "offices", 3, "break_date", "after it ends"),
    Bad("a notice longer than the lease", _set("offices", 3, lease_end="2026-03-31", notice_months="12"), "note",
        "offices", 3, "notice_months", "longer than the lease"),
    Bad("closed before it opens", _set("offices", 3, open_from="2026-05-01", open_to="2026-01-31"), "error",
        "offices", 3, "open_to", "before it opens"),
    Bad("remote service of a closed office", _set("offices", 3, open_to="2026-06-30", remote_from="2027-01-01"),
        "warning", "offices", 3, "remote_from", "outside the days"),
    Bad("visits where nobody serves", _set("offices", 3, serves="none"), "warning", "offices", 3, "serves",
        "serves no customers"),
    Bad("a month's rent", _set("offices", 3, rent_eur_year="900"), "warning", "offices", 3, "rent_eur_year",
        "for a square metre"),
    Bad("too much area", _set("offices", 3, work_m2="90000"), "warning", "offices", 3, "work_m2", "for a person-year"),
    # Roads
    Bad("a link to itself", _self_loop, "warning", "road_links", 2, "to_node", "same node"),
    Bad("metres in place of kilometres, too short", _set("road_links", 3, km="0.5"), "warning", "road_links", 3, "km",
        "straight line"),
    Bad("an unknown road class", _set("road_links", 3, road_class="regionl"), "error", "road_links", 3, "road_class",
        "no speed in the settings"),
    Bad("a speed that no road has", _set("road_links", 3, kmh="170"), "warning", "road_links", 3, "kmh", "unusual"),
    Bad("minutes that can't be driven", _set("road_links", 3, minutes="0.5"), "warning", "road_links", 3, "minutes",
        "can't be driven"),
    Bad("a link twice", _copy("road_links", 2), "note", "road_links", None, None, "same nodes"),
    Bad("roads in two parts", lambda f: edit(f, "road_links", lambda t: t[t.index % 3 == 0]), "warning", "road_nodes",
        None, "node", "fall into"),
    Bad("both road tables and an extract", _write("suomi.osm.pbf", b"x"), "warning", "road_links", None, None, "both"),
    # Travel times
    Bad("negative minutes", _times("r000001,s0000,bus,-3\n"), "error", "travel_times", 3, "minutes", "less than 0"),
    Bad("a trip of fifteen hours", _times("r000001,s0000,bus,900\n"), "warning", "travel_times", 3, "minutes",
        "over ten hours"),
    Bad("hours in place of minutes", _times("r000059,s0000,bus,0.5\n"), "warning", "travel_times", 3, "minutes",
        "too fast"),
    # Settings
    Bad("a region that is not there is left out", lambda f: None, "error", "project.toml", None, "regions_left_out",
        "which no municipality has", {"regions_left_out": ("77",)}),
    Bad("every region is left out", lambda f: None, "error", "project.toml", None, "regions_left_out",
        "every region", {"regions_left_out": ("01", "02")}),
    Bad("a coordinate system in degrees", lambda f: None, "error", "project.toml", None, "crs", "not a known metric",
        {"crs": "EPSG:4326"}),
)  # fmt: skip


def findings_of(folder: Path, **project: Any) -> list[Finding]:
    settings = Settings(project=ProjectSettings(**project))
    inputs, findings = read_folder(folder, settings)
    return findings + check(inputs, settings)


def test_sound_input_has_no_findings(folder: Path) -> None:
    assert findings_of(folder) == []


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.name.replace(" ", "-"))
def test_bad_input(bad: Bad, folder: Path) -> None:
    bad.spoil(folder)
    findings = findings_of(folder, **bad.project)
    hits = [f for f in findings if f.table == bad.table and f.column == bad.column and bad.what in str(f.what)]
    assert hits, "\n".join(f"{f.level} {f.table} {f.row} {f.column}: {f.what}" for f in findings)
    hit = hits[0]
    assert hit.level == bad.level
    if bad.row is not None:
        assert bad.row in [h.row for h in hits]
    for language in ("fi", "sv", "en"):
        said = hit.as_dict(language)
        assert said["what"]
        assert len(said["what_to_do"]) > 10, "a finding without a remedy"
        assert "{" not in said["what"] + said["what_to_do"]
        if language != "en":
            assert said["what"] != str(hit.what), "not translated"
    # One fault is told once: no finding comes twice.
    told = [(f.table, f.row, f.column, str(f.what)) for f in findings]
    assert len(told) == len(set(told))


ERRORS = tuple(bad for bad in BAD if bad.level == "error")


@pytest.mark.parametrize("bad", ERRORS, ids=lambda bad: bad.name.replace(" ", "-"))
def test_an_error_ends_the_plan_with_code_2_and_no_files(
    bad: Bad, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad.spoil(folder)
    project = "".join(
        f"{name} = {json.dumps(value if isinstance(value, str) else list(value))}\n"
        for name, value in bad.project.items()
    )
    (folder / "project.toml").write_text(f"[project]\n{project}", encoding="utf-8")
    out = tmp_path / "out"
    with pytest.raises(SystemExit) as ended:
        main(["plan", str(folder), "--out", str(out), "--json"])
    assert ended.value.code == 2
    answer = json.loads(capsys.readouterr().out)
    assert any(f["table"] == bad.table and f["column"] == bad.column and f["what_to_do"] for f in answer["findings"])
    assert not out.exists()


def test_there_are_at_least_25_kinds() -> None:
    assert len(ERRORS) >= 25
    assert len({bad.name for bad in BAD}) >= 25


def test_all_faults_come_at_once(folder: Path) -> None:
    put(folder, "cells", 3, people="abc")
    put(folder, "sites", 4, status="nowhere")
    put(folder, "offices", 5, lease_end="soon")
    found = {(f.table, f.row, f.column) for f in findings_of(folder) if f.level == "error"}
    assert found == {("cells", 3, "people"), ("sites", 4, "status"), ("offices", 5, "lease_end")}


def test_many_faults_of_a_kind_are_counted(folder: Path) -> None:
    edit(folder, "cells", lambda f: f.assign(people="paljon"))
    found = [f for f in findings_of(folder) if f.column == "people" and "not a number" in str(f.what)]
    assert len(found) == 21
    assert found[-1].row is None
    assert "40 more rows" in str(found[-1].what)


def test_the_value_of_an_identity_code_is_never_shown(folder: Path) -> None:
    put(folder, "offices", 4, address="asiakas 131052-308T")
    settings = Settings()
    inputs, findings = read_folder(folder, settings)
    assert "131052" not in " ".join(str(f.as_dict(lang)) for f in findings for lang in ("fi", "sv", "en"))
    assert inputs.offices["address"].isna().all()


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    found = findings_of(tmp_path / "nowhere")
    assert next(f.level for f in found) == "error"
    assert "does not exist" in str(found[0].what)
