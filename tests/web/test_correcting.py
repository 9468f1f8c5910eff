"""A register with errors is sent, its cells are corrected on the page, and only then it is in the project."""

import io
import json
import re
import zipfile
from html import unescape

import pandas as pd
import pytest
import xlsxwriter

from tunti.inputs.correct import corrected, open_tables

from .conftest import log_in, send
from .test_doors import PLAN


def register(country, path, *, wrong=True, title=False):
    """An Excel register as an agency would send it: headers under a title, a colour, errors in two cells."""
    frame = country.offices.drop(columns=["lon", "lat"])
    book = xlsxwriter.Workbook(path)
    sheet, bold = book.add_worksheet("Toimipaikat 2026"), book.add_format({"bold": True, "bg_color": "#ffff00"})
    top = 2 if title else 0
    if title:
        sheet.write(0, 0, "Toimipaikkarekisteri", bold)
    sheet.write_row(top, 0, list(frame.columns), bold)
    for k, row in enumerate(frame.astype(object).where(frame.notna(), None).to_dict("records")):
        if wrong and k == 1:
            row["municipality"] = "999"
        if wrong and k == 3:
            row["customer_m2"] = -42
        for c, value in enumerate(row.values()):
            if isinstance(value, pd.Timestamp):
                sheet.write_string(top + 1 + k, c, value.date().isoformat())
            elif isinstance(value, bool):
                sheet.write_boolean(top + 1 + k, c, value)
            elif value is not None:
                sheet.write(top + 1 + k, c, value)
    book.add_worksheet("Ohje").write(0, 0, "Muistilappu")
    book.close()
    return path.read_bytes()


def test_a_register_with_errors_is_corrected_on_the_page(alone, folder, country, tmp_path):
    before = {p.name: p.read_bytes() for p in folder.iterdir() if p.is_file()}
    content = register(country, tmp_path / "offices.xlsx", title=True)
    sent = send(alone, "/work/project/tables", {}, at="/work/project", files={"file": ("offices.xlsx", content, "x")})
    assert sent.headers["location"] == "/work/project/waiting"
    assert {p.name: p.read_bytes() for p in folder.iterdir() if p.is_file()} == before

    text = alone.get("/work/project/waiting?lang=en").text
    cells = {tuple(json.loads(unescape(a))): unescape(w) for a, w in re.findall(r'"at" value="([^"]+)"><input[^>]+name="was" value="([^"]*)"', text)}  # noqa: E501  # fmt: skip
    wrong = {key: value for key, value in cells.items() if value in ("999", "-42")}
    assert {(t, c) for t, _, c in wrong} == {("offices", "municipality"), ("offices", "customer_m2")}
    assert alone.get("/work/project/findings").text.count("/work/project/waiting") == 1

    (place, _), (area, _) = sorted(wrong.items(), key=lambda i: i[1], reverse=True)
    row = alone.get(f"/work/project/rows/offices?number={area[1]}&of=waiting&lang=en").text
    assert 'value="-42"' in row
    assert 'aria-invalid="true"' in row
    good = str(country.offices["municipality"].iloc[1])
    one = {"of": "waiting", "at": json.dumps(place), "was": "999", "value": good}
    again = send(alone, "/work/project/cells", one, at="/work/project/waiting")
    assert again.headers["location"] == "/work/project/waiting"  # the other cell is still wrong
    assert "offices.xlsx" not in {p.name for p in folder.iterdir()}
    one = {"of": "waiting", "at": json.dumps(area), "was": "-42", "value": "42"}
    taken = send(alone, "/work/project/cells", one, at="/work/project/waiting")
    assert taken.headers["location"] == "/work/project/findings?done=taken"
    assert "offices.csv" not in {p.name for p in folder.iterdir()}
    offices = alone.app.state.service.ground(_project(alone)).baseline()[0].offices
    assert offices["municipality"].iloc[1] == good
    assert offices["customer_m2"].iloc[3] == 42
    # Of the workbook only the two cells have changed.
    with zipfile.ZipFile(io.BytesIO(content)) as a, zipfile.ZipFile(folder / "offices.xlsx") as b:
        assert a.namelist() == b.namelist()
        assert [n for n in a.namelist() if a.read(n) != b.read(n)] == ["xl/worksheets/sheet1.xml"]
    assert alone.get("/work/project/waiting", follow_redirects=False).status_code == 303


def _project(client):
    from sqlalchemy import select

    from tunti.store.models import ProjectRow

    with client.app.state.service.db.reading() as session:
        return session.execute(select(ProjectRow)).scalar()


def test_a_waiting_file_is_given_up(alone, folder, country, tmp_path):
    content = register(country, tmp_path / "offices.xlsx")
    send(alone, "/work/project/tables", {}, at="/work/project", files={"file": ("offices.xlsx", content, "x")})
    assert (folder / ".tunti" / "waiting").is_dir()
    assert send(alone, "/work/project/waiting", {}, at="/work/project/waiting").status_code == 303
    assert not (folder / ".tunti" / "waiting").exists()


def test_a_file_about_persons_does_not_wait(alone, folder, country):
    frame = country.offices.drop(columns=["lon", "lat"]).assign(hetu="010190-123A")
    content = frame.to_csv(index=False).encode()
    sent = send(alone, "/work/project/tables", {}, at="/work/project", files={"file": ("offices.csv", content, "x")})
    assert sent.status_code == 400
    assert not (folder / ".tunti" / "waiting").exists()
    assert "010190-123A" not in sent.text


def test_a_cell_of_the_project_is_changed_when_nothing_gets_worse(alone, folder):
    csv = pd.read_csv(folder / "offices.csv", dtype=str)
    at = json.dumps(["offices", 3, "work_m2"])
    one = {"of": "project", "at": at, "was": str(csv["work_m2"][1]), "value": "77"}
    assert send(alone, "/work/project/cells", one, at="/work/project").status_code == 303
    after = pd.read_csv(folder / "offices.csv", dtype=str)
    assert after["work_m2"][1] == "77"
    pd.testing.assert_frame_equal(after.drop(columns="work_m2"), csv.drop(columns="work_m2"))
    bad = {"of": "project", "at": json.dumps(["offices", 3, "municipality"]), "was": "", "value": "999"}
    refused = send(alone, "/work/project/cells", bad, at="/work/project")
    assert refused.status_code == 400
    assert "999" in refused.text
    pd.testing.assert_frame_equal(pd.read_csv(folder / "offices.csv", dtype=str), after)
    for at in ('["offices", 99999, "work_m2"]', '["offices", 3, "no such"]', '["sources", 1, "x"]', "[]", "x", "[1]"):
        answer = send(alone, "/work/project/cells", {"at": at, "was": "", "value": "1"}, at="/work/project")
        assert answer.status_code in (400, 422), at


@pytest.mark.parametrize("name", ["editor", "region", "agency", "viewer"])
def test_only_those_who_plan_everything_change_tables(planned, folder, name):
    log_in(planned, name)
    content = (folder / "offices.csv").read_bytes()
    answers = [
        send(planned, "/work/maa/tables", {}, at=PLAN + "/comments", files={"file": ("offices.csv", content, "x")}),
        send(planned, "/work/maa/cells", {}, at=PLAN + "/comments"),
    ]
    assert [a.status_code == 303 for a in answers] == [name == "editor"] * 2
    assert [a.status_code == 403 for a in answers] == [name != "editor"] * 2


def test_a_cell_is_changed_in_a_workbook_wherever_it_stands(country, tmp_path):
    folder = tmp_path / "p"
    folder.mkdir()
    register(country, folder / "offices.xlsx", wrong=False, title=True)
    opened = open_tables(folder)["offices"]
    number = opened.number_of("t0003")
    assert number == 3 + 4  # title, empty row, headers, three offices before it
    assert opened.value("t0003", "office") == "t0003"
    assert opened.value("t0003", "address") == ""  # an empty cell that the sheet does not hold
    out = corrected(opened, {(number, "address"): "Kuja 1 & <2>", (number, "customer_m2"): "12,5"})
    (folder / "offices.xlsx").write_bytes(out)
    again = open_tables(folder)["offices"]
    assert again.value(number, "address") == "Kuja 1 & <2>"
    assert float(again.value(number, "customer_m2")) == 12.5
    assert again.value("t0001", "customer_m2") == opened.value("t0001", "customer_m2")


def test_a_formula_is_left_to_the_workbook(country, tmp_path):
    from tunti.errors import TuntiError

    folder = tmp_path / "p"
    folder.mkdir()
    book = xlsxwriter.Workbook(folder / "offices.xlsx")
    sheet = book.add_worksheet("offices")
    sheet.write_row(0, 0, ["office", "agency", "municipality", "customer_m2"])
    sheet.write_row(1, 0, ["a", "MALLI", "005"])
    sheet.write_formula(1, 3, "=1+1", None, 2)
    book.close()
    opened = open_tables(folder)["offices"]
    with pytest.raises(TuntiError, match="formula"):
        corrected(opened, {(2, "customer_m2"): "5"})
