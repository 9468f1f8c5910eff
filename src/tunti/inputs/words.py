"""Words of the tables in the reader's language: labels of choices, columns and tables for messages and templates."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Sequence
from functools import cache
from typing import Any

from tunti.findings import Message, say
from tunti.inputs.columns import CHOICE_LABELS, WORD_ALIASES, WORD_LABELS, Column, Schema
from tunti.inputs.schemas_roads import ROAD_LINKS, ROAD_NODES
from tunti.locale import LANGUAGES, N_, translator

INSTRUCTIONS_SHEET = N_("Instructions")
FINDINGS_SHEET = N_("Findings")
QUALITY_SHEET = N_("Data quality")
TODO_SHEET = N_("To do")
OWN_SHEETS = (INSTRUCTIONS_SHEET, FINDINGS_SHEET, QUALITY_SHEET, TODO_SHEET)
"""Sheets that the product writes beside the tables; a reader passes over them."""


@cache
def fold(text: str) -> str:
    """Reduce a header to letters and digits: case, spaces, dots, dashes and diacritics don't matter."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(c for c in plain if c.isalnum())


def listed(parts: Sequence[Message | str]) -> Message:
    """Join messages and texts with commas into a message that is said in one language.

    Parameters
    ----------
    parts : sequence of Message or str
        Texts stay as they are.

    Returns
    -------
    Message
    """
    fields = tuple((f"part{i}", part) for i, part in enumerate(parts))
    return Message(", ".join(f"{{{name}}}" for name, _ in fields), fields)


def label(word: str) -> Message:
    """Name a word of a choice, or another word that the product knows, as the template's list has it."""
    return Message(CHOICE_LABELS.get(word, WORD_LABELS.get(word, word)))


def allowed(column: Column) -> Message:
    """List the words of a column as the template's list has them."""
    return listed([label(word) for word in column.choices or column.words])


def heading(column: Column) -> Message:
    """Name a column as the template's heading does."""
    return Message(column.label)


def headings(schema: Schema, names: Sequence[str]) -> Message:
    """List columns as the template's headings do."""
    return listed([heading(schema[name]) for name in names])


def file_name(schema: Schema, ending: str) -> Message:
    """Name the file that a table is looked for in, in the reader's language: ``Sijaintivaihtoehdot.csv``."""
    return Message("{table}" + ending, (("table", Message(schema.label)),))


def example(column: Column) -> Any:
    """Give a column's example as a message's field: words and numbers are said in the reader's language."""
    text = column.example
    if column.kind == "modes":
        return listed([label(word) for word in text.split()])
    if column.kind in ("choice", "yes_no") or text in column.words:
        return label(text)
    if column.kind == "date" and text:
        return dt.date.fromisoformat(text)
    if column.kind in ("number", "share", "whole") and text:
        return float(text)
    return Message(text) if text else "–"


def three(value: float) -> float:
    """Round a number to three digits for a sentence."""
    return float(f"{value:.3g}")


def no_roads_remedy() -> Message:
    """Say what to do when there are no roads."""
    return say(
        "Add the tables '{nodes}' and '{links}', or a road extract (roads.osm.pbf).",
        nodes=Message(ROAD_NODES.label),
        links=Message(ROAD_LINKS.label),
    )


@cache
def known_words(words: tuple[str, ...]) -> dict[str, str]:
    """Give every word that means one of a column's words: folded name, label or alias -> name."""
    meanings: dict[str, str] = {}
    for word in words:
        labels = [translator(language)(WORD_LABELS.get(word, word)) for language in LANGUAGES]
        for name in (*labels, *WORD_ALIASES.get(word, ())):
            meanings.setdefault(fold(name), word)
    meanings.update({fold(word): word for word in words})
    return meanings


def cell_address(row: int, position: int) -> str:
    """Write the address of a cell of a sheet: row 5 and position 1 are ``B5``.

    Parameters
    ----------
    row : int
        From 1.
    position : int
        Column from 0.

    Returns
    -------
    str
    """
    letters, rest = "", position + 1
    while rest:
        rest, letter = divmod(rest - 1, 26)
        letters = chr(65 + letter) + letters
    return f"{letters}{row}"


def cell_place(address: str) -> tuple[int, int]:
    """Read the address of a cell of a sheet: ``B5`` is row 5 and position 1.

    Parameters
    ----------
    address : str

    Returns
    -------
    (int, int)
        Row from 1, column from 0.
    """
    letters = address.rstrip("0123456789")
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return int(address[len(letters) :]), column - 1
