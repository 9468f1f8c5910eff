"""The files: tagged PDF, sound HTML, a workbook with the same values, a GeoPackage that opens; all or nothing."""

import hashlib
import io
import itertools
import re
import sqlite3
from html.parser import HTMLParser

import openpyxl
import pikepdf
import pyogrio
import pytest
from lxml import etree

from tunti.report import regional_document, write_plan
from tunti.report.words import words_for
from tunti.report.writers.excel import HEADER_ROW, SHEETS, write_excel
from tunti.report.writers.html import write_html
from tunti.report.writers.pdf import write_pdf

from .invented_plan import MARKS, STAMP
from .pdf_text import page_text

LANGUAGES = ["fi", "sv", "en"]
NAMES = [f"plan.{k}.{f}" for k in LANGUAGES for f in ("html", "pdf", "docx", "xlsx")] + ["plan.gpkg"]


def elements(node, found):
    """Collect (structure type, element) depth first."""
    if isinstance(node, pikepdf.Array):
        for child in node:
            elements(child, found)
    elif isinstance(node, pikepdf.Dictionary):
        if "/S" in node and node.get("/Type", "/StructElem") == "/StructElem":
            found.append((str(node["/S"]), node))
        if "/K" in node:
            elements(node["/K"], found)
    return found


def test_all_files_are_there(written):
    assert sorted(p.name for p in written.iterdir()) == sorted(NAMES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pdf_is_tagged(written, plan, language):
    document = regional_document(plan, language=language)
    with pikepdf.open(written / f"plan.{language}.pdf") as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang)[:2] == language
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        assert document.title in str(pdf.docinfo["/Title"])
        with pdf.open_metadata() as meta:
            assert meta["pdfuaid:part"] == "1"
        found = elements(pdf.Root.StructTreeRoot, [])
        kinds = [k for k, _ in found]
        figures = [e for k, e in found if k == "/Figure"]
        assert len(figures) == len(document.figures())
        assert all(len(str(e["/Alt"])) > 20 for e in figures)
        assert kinds.count("/Table") == len(document.tables())
        assert kinds.count("/TH") >= sum(len(t.columns) for t in document.tables())
        levels = [int(k[2:]) for k in kinds if re.fullmatch(r"/H[1-6]", k)]
        assert levels[0] == 1
        assert all(b <= a + 1 for a, b in itertools.pairwise(levels))
        assert len(levels) >= len(list(document.all_sections()))
        with pdf.open_outline() as outline:
            assert len(outline.root) >= len(document.sections)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_carries_the_mark_and_the_name(written, language):
    mark = MARKS[language].replace(" ", "").replace("'", "’")
    with pikepdf.open(written / f"plan.{language}.pdf") as pdf:
        for page in pdf.pages:
            assert mark in page_text(page).replace("'", "’")
            assert [float(v) for v in page.mediabox[2:]] == pytest.approx([595.28, 841.89], abs=0.1)


def test_pdf_fonts_are_embedded_and_files_are_small(written):
    for path in written.glob("*.pdf"):
        assert path.stat().st_size < 3_000_000
        with pikepdf.open(path) as pdf:
            for page in pdf.pages:
                for font in page.resources["/Font"].values():
                    below = font["/DescendantFonts"][0]["/FontDescriptor"]
                    assert "/FontFile2" in below or "/FontFile3" in below


class Reader(HTMLParser):
    """Checks the nesting of a page and keeps what the tests look at."""

    VOID = frozenset({"meta", "img", "br", "link"})

    def __init__(self):
        super().__init__()
        self.open, self.tags, self.headings, self.ids, self.targets = [], [], [], [], []

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self.tags.append((tag, values))
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if "id" in values:
            self.ids.append(values["id"])
        if tag == "a":
            self.targets.append(values["href"])
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("which", ["plan", "bare_plan", "void_plan"])
def test_the_html_is_sound(which, language, request):
    document = regional_document(request.getfixturevalue(which), language=language)
    text = write_html(document).decode("utf-8")
    page = Reader()
    page.feed(text)
    assert not page.open
    assert page.headings[0] == 1
    assert page.headings.count(1) == 1
    assert all(b <= a + 1 for a, b in zip(page.headings, page.headings[1:], strict=False))
    assert ("html", {"lang": language}) in page.tags
    images = [v for t, v in page.tags if t == "img"]
    assert len(images) == len(document.figures())
    assert all(v["alt"] and v["src"].startswith("data:image/svg+xml;base64,") for v in images)
    assert all(v.get("scope") in ("col", "row", "colgroup") for t, v in page.tags if t == "th")
    assert [t for t, _ in page.tags].count("caption") == len(document.tables())
    assert len(page.ids) == len(set(page.ids))
    assert {t[1:] for t in page.targets} <= set(page.ids)
    outside = re.sub(r"data:[^\"]*", "", text)
    assert not re.search(r"https?://|<script|url\(|@import", outside)
    for mark in document.marks:
        assert text.count(mark.replace("'", "&#39;")) >= 2


def test_html_escapes_what_the_input_says(written):
    text = (written / "plan.fi.html").read_text(encoding="utf-8")
    assert "Väestöruudut &lt;1 km&gt;" in text
    assert "Keksitty &amp; Co" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_workbook_holds_the_same_values(written, plan, language):
    document = regional_document(plan, language=language, made=STAMP.date())
    book = openpyxl.load_workbook(written / f"plan.{language}.xlsx")
    tables = document.tables()
    assert len(book.sheetnames) == len(tables) + 1
    for name, table in zip(book.sheetnames[1:], tables, strict=True):
        sheet = book[name]
        assert sheet.cell(1, 1).value == table.caption
        assert sheet.cell(2, 1).value == MARKS[language]
        assert MARKS[language] in sheet.oddHeader.right.text
        heads = [sheet.cell(HEADER_ROW + 1, k + 1).value for k in range(len(table.columns))]
        assert heads == [c.full_title for c in table.columns]
        rows = [*table.rows, *([table.total] if table.total is not None else [])]
        for r, row in enumerate(rows, start=HEADER_ROW + 2):
            for k, value in enumerate(row, start=1):
                found = sheet.cell(r, k).value
                if value is None or value != value or value == "":
                    assert found in (None, "")
                elif isinstance(value, float):
                    assert found == pytest.approx(value, rel=1e-12)
                else:
                    assert found == value
    assert MARKS[language] in [c.value for c in book[book.sheetnames[0]][2]]


def test_geopackage_layers_open(written, plan):
    path = written / "plan.gpkg"
    layers = {str(n) for n, _ in pyogrio.list_layers(path)}
    assert {"cells", "points", "offices", "candidates", "municipalities", "sources"} <= layers
    cells = pyogrio.read_dataframe(path, layer="cells")
    assert cells.crs.to_epsg() == 3067
    assert cells["people"].sum() == plan.proposed.people
    assert set(cells.geometry.geom_type) == {"Polygon"}
    assert cells["certainty"].tolist() == plan.certainty_cells.astype(str).tolist()
    points = pyogrio.read_dataframe(path, layer="points")
    assert points["name"].tolist() == ["Åminne", "Äijälä", "Ödegård"]
    assert points["neighbour"].tolist() == [False, False, True]
    assert set(points["note"]) == {MARKS["fi"]}
    assert "visits_year" not in pyogrio.read_dataframe(path, layer="offices").columns
    places = pyogrio.read_dataframe(path, layer="municipalities")
    assert places["people"].sum() == plan.proposed.people
    assert places["share_surely"].between(0, 1).all()
    base = sqlite3.connect(path)
    assert ("Väestöpohja",) in base.execute(
        "SELECT title FROM gpkg_data_columns WHERE table_name = 'points'"
    ).fetchall()
    assert {row[0] for row in base.execute("SELECT last_change FROM gpkg_contents")} == {"2026-02-03T09:30:00.000Z"}
    base.close()


def test_geopackage_layers_carry_their_styles_for_qgis(written, plan):
    path = written / "plan.gpkg"
    base = sqlite3.connect(path)
    rows = base.execute("SELECT f_table_name, f_geometry_column, useAsDefault, styleQML FROM layer_styles").fetchall()
    geometry = dict(base.execute("SELECT table_name, column_name FROM gpkg_geometry_columns").fetchall())
    base.close()
    assert {name for name, *_ in rows} == set(geometry)
    cells = pyogrio.read_dataframe(path, layer="cells")
    for name, column, default, text in rows:
        assert (column, default) == (geometry[name], 1)
        style = etree.fromstring(text.encode())
        rules, symbols = style.findall(".//rule"), style.findall(".//symbol")
        assert [r.get("symbol") for r in rules] == [s.get("name") for s in symbols]
        assert all(r.get("label") for r in rules)
        if name == "cells":
            # Each square falls under exactly one rule: the bands leave no gap and do not overlap.
            with sqlite3.connect(":memory:") as memory:
                cells[["minutes_after"]].to_sql("cells", memory, index=False)
                found = [
                    memory.execute(f"SELECT count(*) FROM cells WHERE {r.get('filter')}").fetchone()[0] for r in rules
                ]
            assert sum(found) == len(cells)
            assert len(rules) == 6


@pytest.mark.parametrize("which", ["bare_plan", "void_plan"])
def test_bare_plans_are_written(which, request, tmp_path):
    plan = request.getfixturevalue(which)
    files = write_plan(plan, tmp_path / "out", languages=("sv",), timestamp=STAMP)
    assert [f.name for f in files] == ["plan.sv.html", "plan.sv.pdf", "plan.sv.docx", "plan.sv.xlsx", "plan.gpkg"]
    layers = [str(n) for n, _ in pyogrio.list_layers(tmp_path / "out" / "plan.gpkg")]
    assert "municipalities" not in layers


def test_the_same_plan_gives_the_same_bytes(plan, written, tmp_path):
    write_plan(plan, tmp_path / "again", timestamp=STAMP)
    for name in NAMES:
        first, second = ((f / name).read_bytes() for f in (written, tmp_path / "again"))
        assert hashlib.sha256(first).digest() == hashlib.sha256(second).digest(), name


def test_other_files_in_the_folder_stay(plan, tmp_path):
    (tmp_path / "notes.md").write_text("ours")
    (tmp_path / "plan.fi.xlsx").write_text("old")
    write_plan(plan, tmp_path, languages=("fi",), formats=("xlsx",), timestamp=STAMP)
    assert (tmp_path / "notes.md").read_text() == "ours"
    assert openpyxl.load_workbook(tmp_path / "plan.fi.xlsx")
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("stop", [KeyboardInterrupt, OSError(28, "No space left on device")])
def test_an_interrupted_writing_leaves_the_folder_as_it_was(plan, tmp_path, monkeypatch, stop):
    import tunti.report.write as module

    target = tmp_path / "out"
    target.mkdir()
    (target / "plan.fi.html").write_text("old")

    def broken(*args, **kwargs):
        raise stop

    monkeypatch.setattr(module, "write_geopackage", broken)
    with pytest.raises(type(stop) if isinstance(stop, Exception) else stop):
        write_plan(plan, target, languages=("fi",), formats=("html", "gpkg"), timestamp=STAMP)
    assert (target / "plan.fi.html").read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_unknown_forms_and_languages_are_refused(plan, tmp_path):
    with pytest.raises(ValueError, match="odt"):
        write_plan(plan, tmp_path / "x", formats=("odt",))
    with pytest.raises(ValueError, match="'de'"):
        write_plan(plan, tmp_path / "x", languages=("de",))
    assert not list(tmp_path.iterdir())


def test_progress_is_told(plan, tmp_path):
    said = []
    write_plan(
        plan,
        tmp_path / "x",
        languages=("en",),
        formats=("xlsx", "gpkg"),
        timestamp=STAMP,
        progress=lambda what, done: said.append((str(what), done)),
    )
    assert said == [("Writing plan.en.xlsx", 0.0), ("Writing plan.gpkg", 0.5)]


def test_writers_give_bytes_for_a_document_of_any_kind():
    from tunti.report.document import Bullets, Callout, Column, Document, Paragraph, Section, Table

    section = Section(
        "one",
        'Quotes " and \\ #hash $x$ *stars* _under_ @at',
        (
            Paragraph("#let x = 1", "Lead"),
            Bullets(("only one",), ordered=True),
            Callout("Title", ("text",), "warning"),
            Table("t", "Caption [x]", (Column("Ä", "euro"), Column("B", "points")), ((1.5, 0.02), (None, None))),
        ),
    )
    document = Document("Title", "Sub", "en", (), (section,))
    assert write_pdf(document, timestamp=STAMP).startswith(b"%PDF")
    with pikepdf.open(io.BytesIO(write_pdf(document, timestamp=STAMP))) as pdf:
        assert "#letx=1" in page_text(pdf.pages[0])
    assert b"Caption [x]" in write_html(document)
    book = openpyxl.load_workbook(io.BytesIO(write_excel(document, timestamp=STAMP)))
    assert book.worksheets[1].cell(5, 1).value == 1.5


@pytest.mark.parametrize("rows", [45, 50, 55])
def test_a_page_break_leaves_no_single_row_and_no_note_alone(rows):
    from tunti.report.document import Column, Document, Paragraph, Section, Table

    columns = (Column("Place"), Column("People", "whole", adds=True))
    for extra in range(6):
        n = rows + extra
        body = tuple((f"row{k}end", k) for k in range(n))
        table = Table("t", "Caption", columns, body, ("Total", sum(range(n))), "The note.")
        document = Document("T", "S", "en", (), (Section("one", "One", (Paragraph("Text."), table)),))
        with pikepdf.open(io.BytesIO(write_pdf(document, timestamp=STAMP))) as pdf:
            pages = [page_text(page) for page in pdf.pages]
        found = [len(re.findall(r"row\d+end", page)) for page in pages]
        assert sum(found) == n
        last = next(k for k, page in enumerate(pages) if "Total" in page)
        assert found[last] >= 2
        assert "Thenote." in pages[last]


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_no_name_of_a_sheet_is_cut(language):
    said = [words_for(language).text(text) for text in SHEETS.values()]
    assert max(map(len, said)) <= 28
    assert len({s.casefold() for s in said}) == len(said)
