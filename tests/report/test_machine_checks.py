"""What machines can check of each kind of document: tagged PDF, Word that converts, workbook and sums that agree."""

import io
import itertools
import re
import shutil
import subprocess
from dataclasses import replace

import openpyxl
import pikepdf
import pytest

from tunti.report import regional_document
from tunti.report.comparison import comparison_document
from tunti.report.national import national_document
from tunti.report.writers.excel import HEADER_ROW, write_excel
from tunti.report.writers.html import write_html
from tunti.report.writers.pdf import write_pdf
from tunti.report.writers.word import write_word

from .invented_plan import STAMP
from .invented_together import STATEMENTS, make_comparison, make_national, make_regions
from .pdf_text import page_text
from .test_writers import Reader, elements

# veraPDF comes from Maven only, no package of PyPI or npm brings it: what it asks of tags, language, title, headings,
# alternative texts and table headings is read here with pikepdf.

LANGUAGES = ("fi", "sv", "en")
KINDS = ("region", "national", "comparison")


@pytest.fixture(scope="module")
def documents():
    """Give each kind of document in each language; the region's has a round of statements."""
    national, comparison, region = make_national(), make_comparison(), make_regions()[0]
    heard = replace(region, services=None, programme=None)
    return {
        **{("region", k): regional_document(heard, language=k) for k in LANGUAGES},
        **{("national", k): national_document(national, language=k, audience="project") for k in LANGUAGES},
        **{("comparison", k): comparison_document(comparison, language=k) for k in LANGUAGES},
    }


@pytest.fixture(scope="module")
def papers(documents):
    return {key: write_pdf(document, timestamp=STAMP) for key, document in documents.items()}


each = pytest.mark.parametrize("key", list(itertools.product(KINDS, LANGUAGES)), ids="-".join)


@each
def test_the_pdf_is_tagged_with_title_language_headings_and_texts_for_pictures(documents, papers, key):
    document = documents[key]
    with pikepdf.open(io.BytesIO(papers[key])) as pdf:
        assert bool(pdf.Root.MarkInfo.Marked)
        assert str(pdf.Root.Lang)[:2] == key[1]
        assert bool(pdf.Root.ViewerPreferences.DisplayDocTitle)
        assert document.title in str(pdf.docinfo["/Title"])
        with pdf.open_metadata() as meta:
            assert meta["pdfuaid:part"] == "1"
            assert meta["dc:title"]
        found = elements(pdf.Root.StructTreeRoot, [])
        kinds = [k for k, _ in found]
        levels = [int(k[2:]) for k in kinds if re.fullmatch(r"/H[1-6]", k)]
        assert levels[0] == 1
        assert all(b <= a + 1 for a, b in itertools.pairwise(levels))
        assert len(levels) >= len(list(document.all_sections()))
        figures = [e for k, e in found if k == "/Figure"]
        assert len(figures) == len(document.figures())
        assert all(len(str(e["/Alt"])) > 20 for e in figures)
        assert kinds.count("/Table") == len(document.tables())
        heads = [e for k, e in found if k == "/TH"]
        assert len(heads) >= sum(len(t.columns) for t in document.tables())
        assert all("/A" in e for e in heads)  # the scope of a heading stands among its attributes
        with pdf.open_outline() as outline:
            assert len(outline.root) >= len(document.sections)
        for page in pdf.pages:
            assert str(page.get("/Tabs", "")) == "/S"
            assert page_text(page).strip()
            # All that is drawn is tagged or named an artifact: no text outside of marked content.
            depth = 0
            for _, operator in pikepdf.parse_content_stream(page):
                depth += {"BDC": 1, "BMC": 1, "EMC": -1}.get(str(operator), 0)
                assert depth > 0 or str(operator) not in ("Tj", "TJ", "'", '"')


@each
def test_shown_rows_add_up_to_shown_totals(documents, key):
    for table in documents[key].tables():
        for k, column in enumerate(table.columns):
            if table.total is None or not column.adds or table.total[k] is None:
                continue
            for rows in (table.rows, table.shown()):
                added = sum(row[k] for row in rows if row[k] is not None)
                assert added == pytest.approx(table.total[k], abs=0.005), (table.name, column.full_title)


@each
def test_the_workbook_opens_again_with_equal_values(documents, key):
    document = documents[key]
    book = openpyxl.load_workbook(io.BytesIO(write_excel(document, timestamp=STAMP)))
    assert len(book.sheetnames) == len(document.tables()) + 1
    for name, table in zip(book.sheetnames[1:], document.tables(), strict=True):
        sheet = book[name]
        assert sheet.cell(1, 1).value == table.caption
        for r, row in enumerate([*table.rows, *([table.total] if table.total else [])], start=HEADER_ROW + 2):
            for k, value in enumerate(row, start=1):
                cell = sheet.cell(r, k).value
                if value is None or value != value or value == "":
                    assert cell in (None, "")
                elif hasattr(value, "year"):
                    assert cell.date() == value
                elif isinstance(value, float):
                    assert cell == pytest.approx(value, rel=1e-12)
                else:
                    assert cell == value


@each
def test_the_html_nests_and_its_links_lead_somewhere(documents, key):
    text = write_html(documents[key]).decode()
    page = Reader()
    page.feed(text)
    assert not page.open
    assert page.headings[0] == 1
    assert page.headings.count(1) == 1
    assert all(b <= a + 1 for a, b in itertools.pairwise(page.headings))
    assert len(page.ids) == len(set(page.ids))
    assert {t[1:] for t in page.targets} <= set(page.ids)


@pytest.mark.parametrize("kind", KINDS)
def test_libreoffice_opens_the_word_file_and_converts_it(documents, kind, tmp_path):
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        pytest.skip("LibreOffice is not on this machine: the Word file was not converted")
    (tmp_path / "paper.docx").write_bytes(write_word(documents[kind, "sv"], timestamp=STAMP))
    command = [office, f"-env:UserInstallation=file://{tmp_path}/office", "--headless", "--convert-to", "pdf"]
    done = subprocess.run(
        [*command, "--outdir", str(tmp_path), str(tmp_path / "paper.docx")],
        capture_output=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    with pikepdf.open(tmp_path / "paper.pdf") as pdf:
        assert len(pdf.pages) > 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_statements_stand_with_their_answers_and_long_ones_follow_in_full(documents, language):
    document = documents["region", language]
    section = next(s for _, s in document.all_sections() if s.key == "statements")
    table = next(b for b in section.blocks if hasattr(b, "rows"))
    assert [r[0] for r in table.rows] == list(STATEMENTS["body"])
    assert table.rows[1][3:] == ("Kela puoltaa.", "")
    assert all(len(str(v)) < 420 for row in table.rows for v in row)
    (full,) = section.sections
    said = " ".join(b.text for b in full.blocks)
    assert " ".join(STATEMENTS["statement"][0].split()) in said
    assert "Aukioloja pidennetään." in said
