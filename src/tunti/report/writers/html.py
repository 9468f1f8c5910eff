"""The document as one HTML file that needs nothing else: it works offline, on a phone, printed and read aloud."""

from __future__ import annotations

import base64
from functools import cache
from importlib.resources import files
from typing import Any

import jinja2
from markupsafe import Markup

from tunti.locale import N_
from tunti.report.document import Document, Figure, Table
from tunti.report.words import words_for
from tunti.report.writers.pdf import cut_note

# The template's own words, named here so that they are found for translation.
_WORDS = (N_("Skip to the content"), N_("Contents"), N_("Table {n}."), N_("Figure {n}."))


@cache
def _template() -> jinja2.Template:
    text = (files("tunti.report.writers") / "plan.html.j2").read_text(encoding="utf-8")
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
    return environment.from_string(text)


def section_numbers(document: Document) -> dict[str, str]:
    """Give the sections' numbers as on paper: the summary has none, subsections are 2.1.

    Parameters
    ----------
    document : Document

    Returns
    -------
    dict of str to str
        Number with a space after it, by section key.
    """
    numbers: dict[str, str] = {}
    for k, section in enumerate(document.sections):
        numbers[section.key] = f"{k} " if k else ""
        for j, part in enumerate(section.sections, start=1):
            numbers[part.key] = f"{k}.{j} " if k else ""
    return numbers


def _source(figure: Figure) -> Markup:
    return Markup("data:image/svg+xml;base64,") + Markup(base64.b64encode(figure.svg).decode("ascii"))


def _css_string(text: str) -> Markup:
    """Write a text as a CSS string, which nothing in the text can end."""
    return Markup('"' + "".join(c if c.isalnum() or c in " –·" else f"\\{ord(c):x} " for c in text) + '"')


def write_html(document: Document) -> bytes:
    """Write the document as one self-contained HTML file.

    Parameters
    ----------
    document : Document

    Returns
    -------
    bytes
        UTF-8.
    """
    words = words_for(document.language)

    def note(table: Table) -> str:
        return cut_note(table, words)

    names: dict[str, Any] = {
        "document": document,
        "style": Markup((files("tunti.report.writers") / "plan.css").read_text(encoding="utf-8")),
        "mark_in_css": _css_string(" · ".join(document.marks)),
        "say": words.text,
        "show": words.value,
        "kind": lambda block: type(block).__name__,
        "note": note,
        "source": _source,
        "numbers": section_numbers(document),
        "table_numbers": {t.name: k for k, t in enumerate(document.tables(), start=1)},
        "figure_numbers": {f.name: k for k, f in enumerate(document.figures(), start=1)},
    }
    return _template().render(names).encode("utf-8")
