"""The Word file: real headings in order, captions, repeated table headings, alternative texts; LibreOffice opens it."""

import io
import re
import shutil
import subprocess
import zipfile

import docx
import pytest
from docx.oxml.ns import qn

from tunti.report import regional_document
from tunti.report.writers.word import write_word

from .invented_plan import MARKS, STAMP

LANGUAGES = ["fi", "sv", "en"]


def opened(path):
    return docx.Document(str(path))


@pytest.mark.parametrize("language", LANGUAGES)
def test_headings_are_words_own_and_in_order(written, plan, language):
    made = opened(written / f"plan.{language}.docx")
    document = regional_document(plan, language=language, made=STAMP.date())
    found = [(int(p.style.name[-1]), p.text) for p in made.paragraphs if p.style.name.startswith("Heading")]
    assert found == [(depth, s.title) for depth, s in document.all_sections()]
    assert made.core_properties.language[:2] == language
    assert document.title in made.core_properties.title
    lang = made.styles.element.find(f".//{qn('w:docDefaults')}//{qn('w:lang')}")
    assert lang.get(qn("w:val"))[:2] == language
    assert MARKS[language] in "".join(p.text for p in made.sections[0].header.paragraphs)


@pytest.mark.parametrize("language", LANGUAGES)
def test_pictures_have_alternative_texts_and_tables_repeat_their_headings(written, plan, language):
    made = opened(written / f"plan.{language}.docx")
    document = regional_document(plan, language=language, made=STAMP.date())
    alts = [p._inline.docPr.get("descr") for p in made.inline_shapes]
    assert alts == [f.alt for f in document.figures()]
    ids = [p._inline.docPr.get("id") for p in made.inline_shapes]
    assert len(set(ids)) == len(ids)
    assert len(made.tables) == len(document.tables())
    for table, source in zip(made.tables, document.tables(), strict=True):
        rows = table._tbl.findall(qn("w:tr"))
        heads = [r for r in rows if r.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None]
        assert len(heads) == (2 if source.groups() else 1)
        assert len(rows) == len(heads) + len(source.shown()) + (source.total is not None)
        assert table._tbl.tblPr.find(qn("w:tblCaption")).get(qn("w:val")) == source.caption
    captions = [p for p in made.paragraphs if p.style.name == "Caption" and p._p.find(qn("w:fldSimple")) is not None]
    assert len(captions) == len(document.tables()) + len(document.figures())


def test_links_of_the_contents_lead_somewhere(written):
    text = zipfile.ZipFile(written / "plan.fi.docx").read("word/document.xml").decode()
    anchors = set(re.findall(r'w:anchor="([^"]+)"', text))
    assert anchors
    assert anchors <= set(re.findall(r'w:bookmarkStart [^>]*w:name="([^"]+)"', text))


def test_the_same_document_gives_the_same_bytes(plan):
    document = regional_document(plan, language="en")
    first, again = (write_word(document, timestamp=STAMP) for _ in range(2))
    assert first == again


def test_plans_without_data_can_be_written(bare_plan, void_plan):
    for plan in (bare_plan, void_plan):
        made = docx.Document(io.BytesIO(write_word(regional_document(plan, language="sv"), timestamp=STAMP)))
        assert made.paragraphs


def test_libreoffice_opens_and_converts_it(written, tmp_path):
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        pytest.skip("LibreOffice is not on this machine: the Word file was not converted")
    command = [office, f"-env:UserInstallation=file://{tmp_path}/office", "--headless", "--convert-to", "pdf"]
    done = subprocess.run(
        [*command, "--outdir", str(tmp_path), str(written / "plan.fi.docx")], capture_output=True, timeout=240
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "plan.fi.pdf").stat().st_size > 20_000
