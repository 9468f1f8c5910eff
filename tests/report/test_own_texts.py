"""The group's own paragraphs: a safe part of Markdown, in the right section, region and language."""

from hypothesis import given
from hypothesis import strategies as st

from tunti.report import regional_document
from tunti.report.document import Bullets, Figure, Paragraph, Table
from tunti.report.own_texts import markdown, own_texts, unknown_sections, with_texts
from tunti.report.writers.html import write_html
from tunti.report.writers.word import write_word

from .invented_plan import STAMP

TEXT = """**Background.** The group met *three* times, see [the minutes](https://example.org/m).

## What we heard

- long ways
  in winter
- few buses

1. first
2. second

| Place | Note |
| --- | --- |
| Åminne | <b>bold</b> |

<script>alert(1)</script>
"""


def test_a_safe_part_of_markdown_is_read():
    blocks = markdown(TEXT)
    assert blocks[0] == Paragraph("The group met three times, see the minutes (https://example.org/m).", "Background.")
    assert blocks[1] == Paragraph("", "What we heard")
    assert blocks[2] == Bullets(("long ways in winter", "few buses"))
    assert blocks[3] == Bullets(("first", "second"), ordered=True)
    assert isinstance(blocks[4], Table)
    assert blocks[4].rows == (("Åminne", "<b>bold</b>"),)


@given(st.text(alphabet=st.sampled_from("ab*_`[]()#-1.|\n <>&\\\"'ä"), max_size=80))
def test_nothing_that_is_written_breaks_a_document(text):
    for block in markdown(text):
        assert isinstance(block, Paragraph | Bullets | Table)


def test_texts_go_to_their_section_region_and_language(plan):
    files = {
        "summary.en.md": "For all.",
        f"{plan.region_names['fi']}/summary.en.md": "For this region.",
        "Elsewhere/summary.en.md": "For another.",
        "summary.fi.md": "Suomeksi.",
        "groups.en.md": TEXT,
        "nothing.en.md": "Lost.",
        "readme.md": "No language.",
    }
    texts, findings = own_texts(files)
    assert [f.table for f in findings] == ["texts/readme.md"]
    document = regional_document(plan, language="en", texts=texts)
    keys = [s.key for _, s in document.all_sections()]
    assert [f.table for f in unknown_sections(texts, keys)] == ["texts/nothing.en.md"]
    summary = document.sections[0]
    said = [b.text for b in summary.blocks if isinstance(b, Paragraph)]
    assert said[-2:] == ["For all.", "For this region."]
    assert isinstance(summary.blocks[-1], Figure)
    page = write_html(document).decode()
    assert "What we heard" in page
    assert "<script>alert" not in page
    assert write_word(document, timestamp=STAMP)


def test_without_texts_nothing_changes(plan):
    sections = regional_document(plan, language="en").sections
    assert with_texts(sections, (), language="en", region_names=()) == sections
