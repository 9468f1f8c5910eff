"""The document as a Word file that a secretary goes on editing: real styles, numbered headings, captions, alt texts."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Sequence
from typing import Any

import docx
import typst
from docx.enum.section import WD_ORIENT
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Emu, Mm, Pt, RGBColor

from tunti.locale import N_
from tunti.report.document import (
    Block,
    Bullets,
    Callout,
    Document,
    Figure,
    KeyFigures,
    Paragraph,
    Section,
    Table,
)
from tunti.report.words import Words, words_for
from tunti.report.writers.pdf import cut_note, typst_fonts
from tunti.report.writers.widths import FACTOR, fitting

_HEADINGS = 3
_LANGUAGES = {"fi": "fi-FI", "sv": "sv-FI", "en": "en-GB"}
_INK, _BLUE, _MUTED, _MARK = (
    RGBColor(0x1B, 0x27, 0x33),
    RGBColor(0x1F, 0x4E, 0x79),
    RGBColor(0x4C, 0x58, 0x63),
    "8A2A10",
)
_TONES = {"decision": "1F4E79", "note": "7D8790", "warning": _MARK, "missing": "7D8790"}
_SHADES = {"decision": "E6EEF6", "note": "F0F2F4", "warning": "F8ECE7", "missing": "F0F2F4"}
_PAGE_MM = 165.0
_PPI = 200.0
_NUMBERING = 77
"""Id of the numbered list of the headings; the template's own lists have smaller ones."""


def pictures(figures: Sequence[Figure]) -> list[bytes]:
    """Draw figures as PNG pictures in the size that they have on paper.

    Parameters
    ----------
    figures : sequence of Figure

    Returns
    -------
    list of bytes
        One PNG per figure, the same bytes every time.
    """
    if not figures:
        return []
    project: Any = {f"{k}.svg": figure.svg for k, figure in enumerate(figures)}
    pages = [f'#image("{k}.svg", width: {min(f.width, _PAGE_MM)}mm)' for k, f in enumerate(figures)]
    source = "#set page(width: auto, height: auto, margin: 0pt)\n" + "\n#pagebreak()\n".join(pages)
    project["main.typ"] = source.encode()
    made: Any = typst.compile(project, format="png", ppi=_PPI, font_paths=typst_fonts(), ignore_system_fonts=True)
    return [bytes(page) for page in ([made] if isinstance(made, bytes | bytearray) else made)]


def write_word(document: Document, *, timestamp: dt.datetime) -> bytes:
    """Write the document as a Word file.

    Headings are Word's own, numbered by a list of their own; tables repeat their headings on every page; captions are
    numbered by fields; every picture has its alternative text.

    Parameters
    ----------
    document : Document
    timestamp : datetime
        Goes into the file's properties, so that the same document gives the same bytes.

    Returns
    -------
    bytes
    """
    return _Writer(document, timestamp).bytes()


class _Writer:
    """Writes one document; holds Word's own and counts what has ids."""

    def __init__(self, document: Document, timestamp: dt.datetime) -> None:
        self.document, self.timestamp = document, timestamp
        self.words: Words = words_for(document.language)
        self.word: Any = docx.Document()
        self.ids = 0
        self.drawn = {f.name: p for f, p in zip(document.figures(), pictures(document.figures()), strict=True)}

    def bytes(self) -> bytes:
        self._properties()
        self._styles()
        self._page()
        document = self.document
        self.word.add_paragraph(document.title, style="Title")
        if document.subtitle:
            self.word.add_paragraph(document.subtitle, style="Subtitle")
        for label, value in document.facts:
            line = self.word.add_paragraph(style="Fact")
            line.add_run(f"{label}: ").bold = True
            line.add_run(value)
        for depth, section in document.all_sections():
            first = section is document.sections[0]
            self._heading(section, depth, numbered=not first)
            for block in section.blocks:
                self._block(block, tallest=88.0 if first else 220.0)
            if first and len(document.sections) > 2:
                self._contents()
        out = io.BytesIO()
        self.word.save(out)
        return _fixed(out.getvalue())

    def _properties(self) -> None:
        of, document = self.word.core_properties, self.document
        moment = self.timestamp.astimezone(dt.UTC).replace(tzinfo=None, microsecond=0)
        of.title = f"{document.subtitle} – {document.title}" if document.subtitle else document.title
        of.language = _LANGUAGES[document.language]
        of.author, of.last_modified_by, of.comments = "Tunti", "Tunti", " ".join(document.marks)
        of.created = of.modified = moment
        of.revision = 1

    def _styles(self) -> None:
        styles = self.word.styles
        defaults = styles.element.find(qn("w:docDefaults")).find(qn("w:rPrDefault")).find(qn("w:rPr"))
        for old in defaults.findall(qn("w:lang")):
            defaults.remove(old)
        language = OxmlElement("w:lang")
        for name in ("val", "eastAsia"):
            language.set(qn(f"w:{name}"), _LANGUAGES[self.document.language])
        defaults.append(language)
        sizes = {"Normal": 10.5, "Title": 22, "Subtitle": 15, "Caption": 9.5}
        for k in range(1, _HEADINGS + 1):
            sizes[f"Heading {k}"] = (16, 13, 11.5)[k - 1]
        for name, size in sizes.items():
            _font(styles[name], size, _INK if name == "Normal" else _BLUE)
        styles["Normal"].paragraph_format.space_after = Pt(6)
        styles["Caption"].paragraph_format.keep_with_next = True
        styles["Caption"].paragraph_format.space_before = Pt(8)
        for name, base in (
            ("Fact", "Normal"),
            ("Key figure", "List Bullet"),
            ("Table text", "Normal"),
            ("Table note", "Normal"),
            ("Contents", "Normal"),
            *((f"Callout {tone}", "Normal") for tone in _TONES),
        ):
            made = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
            made.base_style = styles[base]
        styles["Fact"].paragraph_format.space_after = Pt(1)
        styles["Table text"].paragraph_format.space_after = Pt(0)
        _font(styles["Table text"], 8.5, _INK)
        _font(styles["Table note"], 8.5, _MUTED)
        styles["Table note"].paragraph_format.space_before = Pt(3)
        styles["Contents"].paragraph_format.space_after = Pt(2)
        for tone, colour in _TONES.items():
            shade = _SHADES[tone]
            styles[f"Callout {tone}"].element.get_or_add_pPr().extend(
                [
                    parse_xml(
                        f'<w:pBdr {nsdecls("w")}><w:left w:val="single" w:sz="24" w:space="8" w:color="{colour}"/>'
                        "</w:pBdr>"
                    ),
                    parse_xml(f'<w:shd {nsdecls("w")} w:val="clear" w:color="auto" w:fill="{shade}"/>'),
                    parse_xml(f'<w:spacing {nsdecls("w")} w:before="0" w:after="60"/>'),
                    parse_xml(f'<w:ind {nsdecls("w")} w:left="240" w:right="120"/>'),
                ]
            )
        self._heading_numbers()

    def _heading_numbers(self) -> None:
        """Make a list of their own for the headings, so that a new heading takes its number by itself."""
        numbering = self.word.part.numbering_part.element
        levels = "".join(
            f'<w:lvl w:ilvl="{k}"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:pStyle w:val="Heading{k + 1}"/>'
            f'<w:suff w:val="space"/><w:lvlText w:val="{".".join(f"%{n + 1}" for n in range(k + 1))}"/>'
            '<w:lvlJc w:val="left"/><w:pPr><w:ind w:left="0" w:firstLine="0"/></w:pPr></w:lvl>'
            for k in range(_HEADINGS)
        )
        abstract = parse_xml(
            f'<w:abstractNum {nsdecls("w")} w:abstractNumId="{_NUMBERING}"><w:multiLevelType w:val="multilevel"/>'
            f"{levels}</w:abstractNum>"
        )
        first = numbering.find(qn("w:num"))
        first.addprevious(abstract) if first is not None else numbering.append(abstract)
        numbering.append(
            parse_xml(f'<w:num {nsdecls("w")} w:numId="{_NUMBERING}"><w:abstractNumId w:val="{_NUMBERING}"/></w:num>')
        )
        for k in range(_HEADINGS):
            style = self.word.styles[f"Heading {k + 1}"].element.get_or_add_pPr()
            style.insert(
                0,
                parse_xml(f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{k}"/><w:numId w:val="{_NUMBERING}"/></w:numPr>'),
            )
            _ordered(style)

    def _page(self) -> None:
        page = self.word.sections[0]
        page.orientation = WD_ORIENT.PORTRAIT
        page.page_width, page.page_height = Mm(210), Mm(297)
        page.left_margin = page.right_margin = Mm(22.5)
        page.top_margin, page.bottom_margin = Mm(25), Mm(20)
        page.header_distance = Mm(10)
        head = page.header.paragraphs[0]
        head.style.font.size = Pt(9)
        head.text = f"{self.document.subtitle} – {self.document.title}" if self.document.subtitle else ""
        for mark in self.document.marks:
            run = page.header.add_paragraph().add_run(mark)
            run.bold, run.font.color.rgb = True, RGBColor.from_string(_MARK)
        foot = page.footer.paragraphs[0]
        foot.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        _field(foot, "PAGE", "1")

    def _heading(self, section: Section, depth: int, *, numbered: bool) -> None:
        line = self.word.add_heading(section.title, level=min(depth, _HEADINGS))
        line.paragraph_format.page_break_before = section.new_page or None
        if not numbered:
            pr = line._p.get_or_add_pPr()
            pr.append(parse_xml(f'<w:numPr {nsdecls("w")}><w:ilvl w:val="0"/><w:numId w:val="0"/></w:numPr>'))
            _ordered(pr)
        self.ids += 1
        start, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
        start.set(qn("w:id"), str(self.ids))
        start.set(qn("w:name"), _bookmark(section.key))
        end.set(qn("w:id"), str(self.ids))
        line._p.insert(1 if line._p.pPr is not None else 0, start)
        line._p.append(end)

    def _contents(self) -> None:
        """Write the contents as a field whose entries are links: right as it is, and Word can renew it."""
        head = self.word.add_paragraph(style="Caption")
        head.paragraph_format.page_break_before = True
        head.add_run(self.words.text(N_("Contents"))).bold = True
        entries = [(d, s) for d, s in self.document.all_sections() if d <= 2 and s is not self.document.sections[0]]
        numbers = _numbers(self.document)
        for k, (depth, section) in enumerate(entries):
            line = self.word.add_paragraph(style="Contents")
            line.paragraph_format.left_indent = Mm(6 * (depth - 1))
            if not k:
                _mark(line, "begin")
                line._p.append(_run_of('<w:instrText xml:space="preserve"> TOC \\o "1-2" \\n \\h \\z </w:instrText>'))
                _mark(line, "separate")
            link = OxmlElement("w:hyperlink")
            link.set(qn("w:anchor"), _bookmark(section.key))
            link.append(_text_run(f"{numbers[section.key]} {section.title}"))
            line._p.append(link)
            if k == len(entries) - 1:
                _mark(line, "end")

    def _block(self, block: Block, *, tallest: float) -> None:
        match block:
            case Paragraph(text, lead):
                line = self.word.add_paragraph()
                if lead:
                    line.add_run(f"{lead} ").bold = True
                line.add_run(text)
            case Bullets(items, ordered):
                for item in items:
                    self.word.add_paragraph(item, style="List Number" if ordered else "List Bullet")
            case Callout(title, texts, tone):
                style = f"Callout {tone}"
                head = self.word.add_paragraph(style=style)
                head.add_run(title).bold = True
                head.paragraph_format.keep_with_next = True
                for text in texts:
                    self.word.add_paragraph(text, style=style)
                self.word.add_paragraph(style="Table text")
            case KeyFigures(figures):
                for figure in figures:
                    line = self.word.add_paragraph(style="Key figure")
                    line.add_run(figure.value).bold = True
                    line.add_run(f" {figure.label}" + (f" ({figure.detail})" if figure.detail else ""))
            case Table():
                self._table(block)
            case Figure():
                self._figure(block, tallest)

    def _caption(self, template: str, kind: str, n: int, text: str) -> Any:
        before, after = self.words.text(template, n="\0").split("\0")
        line = self.word.add_paragraph(style="Caption")
        line.add_run(before)
        _field(line, f"SEQ {kind} \\* ARABIC", str(n))
        line.add_run(f"{after} {text}")
        return line

    def _figure(self, figure: Figure, tallest: float) -> None:
        line = self.word.add_paragraph()
        line.paragraph_format.keep_with_next = True
        # The picture was drawn in its paper size; a page has room for 220 mm, that of the summary for half of it.
        picture = line.add_run().add_picture(io.BytesIO(self.drawn[figure.name]), width=Mm(min(figure.width, _PAGE_MM)))
        if picture.height > Mm(tallest):
            picture.width, picture.height = Emu(int(picture.width * Mm(tallest) / picture.height)), Mm(tallest)
        about = picture._inline.docPr
        about.set("descr", figure.alt)
        about.set("name", figure.name)
        n = self.document.figures().index(figure) + 1
        self._caption("Figure {n}.", "Figure", n, figure.caption).paragraph_format.keep_with_next = False

    def _table(self, table: Table) -> None:
        n = self.document.tables().index(table) + 1
        self._caption("Table {n}.", "Table", n, table.caption)
        groups, shown = table.groups(), table.shown()
        heads = 2 if groups else 1
        rows = heads + len(shown) + (table.total is not None)
        made = self.word.add_table(rows=rows, cols=len(table.columns))
        made.style = "Table Grid"
        made.autofit = False
        properties = made._tbl.tblPr
        for tag, value in (("w:tblCaption", table.caption), ("w:tblDescription", cut_note(table, self.words))):
            if value:
                element = OxmlElement(tag)
                element.set(qn("w:val"), value)
                properties.append(element)
        properties.append(
            parse_xml(
                f'<w:tblCellMar {nsdecls("w")}><w:left w:w="45" w:type="dxa"/><w:right w:w="45" w:type="dxa"/>'
                "</w:tblCellMar>"
            )
        )
        properties.append(parse_xml(_RULES))
        rank = {qn(f"w:{t}"): k for k, t in enumerate(_TABLE_ORDER)}
        properties[:] = sorted(properties, key=lambda e: rank[e.tag])
        # A reader without Calibri sees a wider face: the columns have room for that, too.
        sizes = (8.5, 8.0, 7.5, 7.0)
        wide, fitted, _ = fitting(
            table, self.words, sizes=[s / FACTOR for s in sizes], room=_PAGE_MM * 72 / 25.4, padding=6.0
        )
        size = wide * FACTOR
        widths = [Pt(w) for w in fitted]
        grid = made._tbl.tblGrid.findall(qn("w:gridCol"))
        for k, width in enumerate(widths):
            grid[k].set(qn("w:w"), str(int(width.twips)))
        body = made._tbl.findall(qn("w:tr"))
        for r, row in enumerate(body):
            pr = row.get_or_add_trPr()
            pr.append(OxmlElement("w:cantSplit"))
            if r < heads:
                pr.append(OxmlElement("w:tblHeader"))
        at = 0
        for text, span in groups:
            if span > 1:
                cell = made.cell(0, at).merge(made.cell(0, at + span - 1))
            else:
                cell = made.cell(0, at)
            if text:
                self._fill(cell, text, bold=True, shade="E6EEF6")
            at += span
        # A text that follows figures set to the right needs room between the two.
        apart = [k > 0 and table.columns[k - 1].numeric and not c.numeric for k, c in enumerate(table.columns)]
        for k, column in enumerate(table.columns):
            self._fill(
                made.cell(heads - 1, k), column.title, bold=True, right=column.numeric, shade="E6EEF6", apart=apart[k]
            )
            if groups and not column.group:
                upper = made.cell(0, k)
                for spare in upper.paragraphs:
                    spare.style = "Table text"
        # Cells are filled through the rows' own XML: asking the table for each cell takes minutes.
        for r, values in enumerate((*shown, *((table.total,) if table.total is not None else ()))):
            total = r >= len(shown)
            cells = body[heads + r].findall(qn("w:tc"))
            for cell, value, column, gap in zip(cells, values, table.columns, apart, strict=True):
                text = "" if total and value is None else self.words.value(value, column)
                _cell(cell, text, bold=total, right=column.numeric, apart=gap)
        if size < 8.45:
            for run in made._tbl.iter(qn("w:r")):
                small = run.find(qn("w:rPr"))
                if small is None:
                    small = OxmlElement("w:rPr")
                    run.insert(0, small)
                small.append(parse_xml(f'<w:sz {nsdecls("w")} w:val="{round(size * 2)}"/>'))
        for row in body:
            for k, cell in enumerate(row.findall(qn("w:tc"))):
                width = cell.get_or_add_tcPr().find(qn("w:tcW"))
                if width is not None and row is not body[0]:
                    width.set(qn("w:w"), str(int(widths[k].twips)))
        note = cut_note(table, self.words)
        self.word.add_paragraph(note, style="Table note")

    def _fill(
        self, cell: Any, text: str, *, bold: bool = False, right: bool = False, shade: str = "", apart: bool = False
    ) -> None:
        _cell(cell._tc, text, bold=bold, right=right, apart=apart)
        if shade:
            cell._tc.get_or_add_tcPr().append(
                parse_xml(f'<w:shd {nsdecls("w")} w:val="clear" w:color="auto" w:fill="{shade}"/>')
            )


def _font(style: Any, size: float, colour: RGBColor) -> None:
    style.font.name, style.font.size, style.font.color.rgb = "Calibri", Pt(size), colour
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in list(fonts.attrib):
        if "Theme" in name:
            del fonts.attrib[name]
    for name in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(qn(f"w:{name}"), "Calibri")


_ORDER = ("pStyle", "keepNext", "keepLines", "pageBreakBefore", "widowControl", "numPr", "pBdr", "shd", "tabs",
          "spacing", "ind", "contextualSpacing", "jc", "outlineLvl", "rPr")  # fmt: skip


_TABLE_ORDER = ("tblStyle", "tblW", "jc", "tblBorders", "tblLayout", "tblCellMar", "tblLook", "tblCaption",
                "tblDescription")  # fmt: skip


def _ordered(properties: Any) -> None:
    """Bring a paragraph's properties into the order that the standard asks for."""
    rank = {qn(f"w:{name}"): k for k, name in enumerate(_ORDER)}
    properties[:] = sorted(properties, key=lambda e: rank.get(e.tag, len(rank)))


_RULES = (
    f'<w:tblBorders {nsdecls("w")}>'
    + "".join(
        f'<w:{side} w:val="{"single" if size else "nil"}" w:sz="{size}" w:space="0" w:color="{colour}"/>'
        for side, size, colour in (
            ("top", 6, "1F4E79"), ("left", 0, "auto"), ("bottom", 6, "1F4E79"), ("right", 0, "auto"),
            ("insideH", 4, "C9D0D6"), ("insideV", 0, "auto"),
        )
    )
    + "</w:tblBorders>"
)  # fmt: skip
"""Fine rules between rows, none between columns."""


def _cell(cell: Any, text: str, *, bold: bool, right: bool, apart: bool = False) -> None:
    """Write a text into an empty cell, a little apart from what is on its left."""
    line = cell.find(qn("w:p"))
    properties = OxmlElement("w:pPr")
    style = OxmlElement("w:pStyle")
    style.set(qn("w:val"), "Tabletext")
    properties.append(style)
    if apart:
        indent = OxmlElement("w:ind")
        indent.set(qn("w:left"), "110")
        properties.append(indent)
    if right:
        aligned = OxmlElement("w:jc")
        aligned.set(qn("w:val"), "right")
        properties.append(aligned)
    for old in list(line):
        line.remove(old)
    line.append(properties)
    if text:
        line.append(_text_run(text, bold=bold))


def _run_of(inside: str) -> Any:
    return parse_xml(f"<w:r {nsdecls('w')}>{inside}</w:r>")


def _text_run(text: str, *, bold: bool = False) -> Any:
    run = OxmlElement("w:r")
    if bold:
        properties = OxmlElement("w:rPr")
        properties.append(OxmlElement("w:b"))
        run.append(properties)
    held = OxmlElement("w:t")
    held.text = text
    held.set(qn("xml:space"), "preserve")
    run.append(held)
    return run


def _field(line: Any, instruction: str, shown: str) -> None:
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), f" {instruction} ")
    field.append(_text_run(shown))
    line._p.append(field)


def _mark(line: Any, kind: str) -> None:
    line._p.append(_run_of(f'<w:fldChar w:fldCharType="{kind}"/>'))


def _bookmark(key: str) -> str:
    return "s_" + re.sub(r"\W", "_", key)


def _numbers(document: Document) -> dict[str, str]:
    numbers: dict[str, str] = {}
    for k, section in enumerate(document.sections):
        numbers[section.key] = str(k)
        for j, part in enumerate(section.sections, start=1):
            numbers[part.key] = f"{k}.{j}"
    return numbers


def _fixed(packed: bytes) -> bytes:
    """Pack the parts again with one fixed date, so that the same document gives the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(packed)) as parts, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as fixed:
        for name in parts.namelist():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            fixed.writestr(entry, parts.read(name))
    return out.getvalue()
