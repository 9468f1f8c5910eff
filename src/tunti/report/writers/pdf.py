"""The document as a tagged PDF (PDF/UA-1) through Typst, with the fonts that come with it."""

from __future__ import annotations

import datetime as dt
import re
from functools import cache
from importlib.resources import files
from typing import Any

import typst

from tunti.locale import N_
from tunti.report.document import (
    Block,
    Bullets,
    Callout,
    Document,
    Figure,
    KeyFigures,
    Paragraph,
    Table,
)
from tunti.report.words import Words, words_for
from tunti.report.writers.widths import fitting, lines_of

_WHOLE = 14
"""Most lines of a table that is kept on one page."""

_CONTENTS = 8
"""Sections of a document that needs no table of contents on paper."""

_TALL = 130.0
"""Only pictures taller than this, in millimetres, float: a low one could slip under the next heading."""

_LONG = 36
"""Longest run of letters that a narrow column must not break."""

_ROOM = 165 * 72 / 25.4
"""Width of the text on a page, points."""


def _q(text: str) -> str:
    """Write a text as a Typst string."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "").replace("\t", " ")
    return f'"{escaped}"'


def _breakable(text: str) -> str:
    """Let long hashes and paths break: a zero-width space after every twelve letters."""
    parts = [
        "\u200b".join(word[k : k + 12] for k in range(0, len(word), 12)) if len(word) > _LONG else word
        for word in text.split(" ")
    ]
    return " ".join(parts)


def _array(items: list[str]) -> str:
    """Write a Typst array; a single item needs its comma."""
    return "(" + "".join(f"{item}, " for item in items) + ")"


def cut_note(table: Table, words: Words) -> str:
    """Give a table's note, with where the rows that paper leaves out are.

    Parameters
    ----------
    table : Table
    words : Words

    Returns
    -------
    str
    """
    if not table.is_cut:
        return table.note
    count = {"n": words.number(len(table.rows))}
    if len(table.shown()) > (table.paper_rows or 0):  # a last row adds the others up
        where = words.text(N_("The whole table, {n} rows, is in the workbook."), **count)
    else:
        count["shown"] = words.number(len(table.shown()))
        where = words.text(N_("Here are the first {shown} of {n} rows; the whole table is in the workbook."), **count)
    return f"{table.note} {where}".strip()


def _table(table: Table, words: Words) -> str:
    wide = len(table.columns)
    rows = [
        _array([_q(_breakable(words.value(v, c))) for v, c in zip(row, table.columns, strict=True)])
        for row in table.shown()
    ]
    total: list[str] = []
    if table.total is not None:
        shown = zip(table.total, table.columns, strict=True)
        total = [_q("" if v is None else words.value(v, c)) for v, c in shown]
    size, widths, fits = fitting(table, words, sizes=(*((9.2,) if wide <= 6 else ()), 8.6, 8.0, 7.5), room=_ROOM)
    return (
        "#data-table(\n"
        f"  breaks: {str(lines_of(table, words, widths, size) > _WHOLE).lower()},\n"
        f"  caption: {_q(table.caption)},\n"
        f"  widths: {_array([f'{width:.2f}fr' for width in widths])},\n"
        f"  aligns: {_array(['right' if c.numeric else 'left' for c in table.columns])},\n"
        f"  groups: {_array([_array([_q(t), str(n)]) for t, n in table.groups()])},\n"
        f"  header: {_array([_q(c.title) for c in table.columns])},\n"
        "  rows: (\n" + "".join(f"    {row},\n" for row in rows) + "  ),\n"
        f"  total: {_array(total)},\n"
        f"  note: {_q(cut_note(table, words))},\n"
        f"  size: {size}pt,\n"
        f"  hyphenate: {str(not fits).lower()},\n"
        ")\n"
    )


def _height(svg: bytes) -> float:
    """Read a picture's height, millimetres."""
    found = re.search(rb'<svg[^>]*? height="([\d.]+)pt"', svg)
    return float(found.group(1)) * 25.4 / 72 if found else 0.0


def _floats(figure: Figure) -> bool:
    return figure.floats and _height(figure.svg) > _TALL


def _block(block: Block, words: Words, pictures: dict[str, bytes], *, after: Figure | None = None) -> str:
    """Write a block; ``after`` is the figure that the section has after it."""
    match block:
        case Paragraph(text, lead):
            return f"#paragraph(lead: {_q(lead)}, {_q(text)})\n"
        case Bullets(items, ordered):
            return f"#bullets(ordered: {str(ordered).lower()}, {', '.join(_q(i) for i in items)})\n"
        case Callout(title, texts, tone):
            return f"#callout(tone: {_q(tone)}, {_q(title)}, {', '.join(_q(t) for t in texts)})\n"
        case KeyFigures(figures):
            return f"#key-figures({', '.join(_array([_q(f.value), _q(f.label), _q(f.detail)]) for f in figures)})\n"
        case Table():
            return _table(block, words)
        case Figure():
            path = f"{block.name}.svg"
            pictures[path] = block.svg
            # Figures that float keep their order; one that does not would be overtaken by a floating one after it.
            place = "auto" if _floats(block) or (block.floats and after is not None and _floats(after)) else "none"
            return (
                f"#picture(caption: {_q(block.caption)}, alt: {_q(block.alt)}, "
                f"width: {min(block.width, 165.0)}mm, place: {place}, {_q(path)})\n"
            )


def typst_source(document: Document) -> tuple[str, dict[str, bytes]]:
    """Write the document as Typst text and its pictures.

    Parameters
    ----------
    document : Document

    Returns
    -------
    source : str
        Typst text that imports ``plan.typ``.
    pictures : dict of str to bytes
        SVG files by name.
    """
    words = words_for(document.language)
    pictures: dict[str, bytes] = {}
    mark = " · ".join(document.marks)
    running = f"{document.subtitle} – {document.title}" if document.subtitle else document.title
    facts = _array([_array([_q(label), _q(value)]) for label, value in document.facts])
    parts = [
        '#import "plan.typ": *\n',
        f"#show: document-of.with(title: {_q(running)}, running: {_q(running)}, "
        f"language: {_q(document.language)}, mark: {_q(mark)})\n",
        f"#cover(title-text: {_q(document.title)}, subtitle: {_q(document.subtitle)}, facts: {facts})\n",
    ]
    for depth, section in document.all_sections():
        first = section is document.sections[0]
        parts.append(
            f"#section({_q(section.title)}, level: {depth}, numbered: {str(not first).lower()}, "
            f"new-page: {str(section.new_page).lower()})\n"
        )
        for k, block in enumerate(section.blocks):
            after = next((b for b in section.blocks[k + 1 :] if isinstance(b, Figure)), None)
            parts.append(_block(block, words, pictures, after=after))
        if first and len(document.sections) > _CONTENTS:
            parts.append(f"#pagebreak(weak: true)\n#contents({_q(words.text(N_('Contents')))})\n")
    return "\n".join(parts), pictures


@cache
def typst_fonts() -> typst.Fonts:
    """Give only the fonts that come with Typst: the same page on any machine."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True)


def write_pdf(document: Document, *, timestamp: dt.datetime) -> bytes:
    """Set the document on A4 pages as PDF/UA-1: tagged, with title, language, bookmarks and alternative texts.

    Parameters
    ----------
    document : Document
    timestamp : datetime
        With a time zone; goes into the file, so that the same document gives the same bytes.

    Returns
    -------
    bytes
    """
    source, pictures = typst_source(document)
    style = (files("tunti.report.writers") / "plan.typ").read_bytes()
    project: Any = {"main.typ": source.encode(), "plan.typ": style, **pictures}
    made: Any = typst.compile(
        project,
        font_paths=typst_fonts(),
        ignore_system_fonts=True,
        pdf_standards=["ua-1"],
        timestamp=timestamp,
    )
    return bytes(made)
