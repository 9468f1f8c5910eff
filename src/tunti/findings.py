"""What every check returns: findings that say where, what is wrong and what to do.

A finding is written for the person who owns the table. Its texts are templates with named fields, so the same finding
reads in Finnish, Swedish or English (see :mod:`tunti.locale`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from babel.dates import format_date
from babel.numbers import format_decimal, format_percent

from tunti.locale import translator


class Share(float):
    """A share between 0 and 1 that is said as a percentage with one decimal."""


_DATES = {"fi": "d.M.yyyy", "sv": "yyyy-MM-dd", "en": "d MMM yyyy"}


def percent(share: float, decimals: int, language: str) -> str:
    """Say a share as a percentage with a number of decimals.

    Parameters
    ----------
    share : float
        Between 0 and 1.
    decimals : int
        At least one.
    language : {"fi", "sv", "en"}

    Returns
    -------
    str
    """
    space = "" if language == "en" else " "
    return format_percent(float(share), format=f"#,##0.{'0' * decimals}{space}%", locale=language)


def _said(value: Any, language: str) -> Any:
    """Say a field's value in a language: numbers with its separators, dates in its form, messages translated."""
    if isinstance(value, (Message, Name)):
        return value.text(language)
    if isinstance(value, Share):
        return percent(value, 1, language)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return format_decimal(value, format="#,##0.##", locale=language)
    if isinstance(value, dt.date) and value == value:  # a missing day is not equal to itself
        return format_date(value, format=_DATES[language], locale=language)
    return value


@dataclass(frozen=True)
class Name:
    """What something of the input is called, said in the language of the reader.

    Attributes
    ----------
    fi, sv, en : str
    """

    fi: str
    sv: str
    en: str

    @classmethod
    def of(cls, code: object, *, fi: object = None, sv: object = None, en: object = None) -> Name:
        """Make a name: the Finnish one where a language has none, the code for want of both."""
        first = fi if isinstance(fi, str) and fi else str(code)
        return cls(first, *(n if isinstance(n, str) and n else first for n in (sv, en)))

    @classmethod
    def listed(cls, names: Iterable[Name]) -> Name:
        """Join names with commas in each language."""
        kept = tuple(names)
        return cls(*(", ".join(getattr(n, language) for n in kept) for language in ("fi", "sv", "en")))

    def text(self, language: str = "en") -> str:
        """Say the name in a language."""
        return str(getattr(self, language))

    def __str__(self) -> str:
        return self.en


@dataclass(frozen=True)
class Message:
    """A sentence that can be said in any of the product's languages.

    Attributes
    ----------
    template : str
        The English sentence with named fields, ``"{n} rows have no municipality"``; also its key in the catalogues.
    values : tuple of (str, object)
        The fields' values, in the order given.
    """

    template: str
    values: tuple[tuple[str, Any], ...] = ()

    def text(self, language: str = "en") -> str:
        """Say the sentence in a language.

        Parameters
        ----------
        language : {"fi", "sv", "en"}
            The language of the reader.

        Returns
        -------
        str
            The translated template with its fields filled in: numbers with the language's separators (write an id or
            a year as text), a date in the language's form, a :class:`Share` as a percentage, a message in the same
            language.
        """
        values = {k: _said(v, language) for k, v in self.values}
        template = translator(language)(self.template)
        return template.format(**values) if values else template

    def __str__(self) -> str:
        return self.text("en")


def say(template: str, /, **values: Any) -> Message:
    """Make a message from an English template and its fields.

    Parameters
    ----------
    template : str
        English sentence, a key of the catalogues. Write it as a literal so that it is extracted for translation.
    **values
        The named fields.

    Returns
    -------
    Message
    """
    return Message(template, tuple(values.items()))


class Level(StrEnum):
    """How grave a finding is: an error stops the run, a warning does unless accepted with care, a note informs."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True)
class Finding:
    """One thing that a check found in one place of the input.

    Attributes
    ----------
    level : Level
        Error, warning or note.
    table : str
        Name of the table, as in the schema (``"offices"``), or a file's name where no table could be read.
    row : int, str or None
        Row number as the user sees it in the file (the header is row 1), or the row's id; None for the whole table.
    column : str or None
        Column of the schema, or None for the whole row.
    what : Message
        What is wrong, with the value that was found.
    what_to_do : Message
        What the user does about it.
    rows : tuple of int or str
        All rows that the finding counts, when it sums up many; else empty.
    """

    level: Level
    table: str
    row: int | str | None
    column: str | None
    what: Message
    what_to_do: Message
    rows: tuple[int | str, ...] = ()

    def as_dict(self, language: str = "en") -> dict[str, Any]:
        """Turn the finding into plain values, for tables and ``--json``.

        Parameters
        ----------
        language : {"fi", "sv", "en"}

        Returns
        -------
        dict
            Keys ``level, table, row, column, what, what_to_do``.
        """
        return {
            "level": self.level.value,
            "table": self.table,
            "row": self.row,
            "column": self.column,
            "what": self.what.text(language),
            "what_to_do": self.what_to_do.text(language),
        }

    def packed(self) -> list[Any]:
        """Turn the finding into lists and plain values that can be kept as JSON and unpacked again."""
        said = [pack(self.what), pack(self.what_to_do)]
        return [self.level.value, self.table, self.row, self.column, *said, list(self.rows)]

    @classmethod
    def unpacked(cls, packed: list[Any]) -> Finding:
        """Make the finding again from what :meth:`packed` gave."""
        level, table, row, column, what, what_to_do, *rows = packed
        return cls(Level(level), table, row, column, unpack(what), unpack(what_to_do), tuple(*rows))


def pack(value: Any) -> Any:
    """Turn a message or a plain value into what can be kept as JSON."""
    if isinstance(value, Message):
        return {"say": value.template, "values": [[k, pack(v)] for k, v in value.values]}
    if isinstance(value, Name):
        return {"name": [value.fi, value.sv, value.en]}
    if isinstance(value, Share):
        return {"share": float(value)}
    if isinstance(value, dt.date):
        return {"date": value.isoformat()[:10]}
    if hasattr(value, "item"):
        return value.item()
    return value


def unpack(value: Any) -> Any:
    """Make a message or a plain value again from what :func:`pack` gave."""
    if isinstance(value, dict):
        if "name" in value:
            return Name(*value["name"])
        if "share" in value:
            return Share(value["share"])
        if "date" in value:
            return dt.date.fromisoformat(value["date"])
        return Message(value["say"], tuple((k, unpack(v)) for k, v in value["values"]))
    return value


def error(table: str, row: int | str | None, column: str | None, what: Message, what_to_do: Message) -> Finding:
    """Make a finding that stops the run."""
    return Finding(Level.ERROR, table, row, column, what, what_to_do)


def warning(table: str, row: int | str | None, column: str | None, what: Message, what_to_do: Message) -> Finding:
    """Make a finding that the user should look at; ``--strict`` makes it an error."""
    return Finding(Level.WARNING, table, row, column, what, what_to_do)


def note(table: str, row: int | str | None, column: str | None, what: Message, what_to_do: Message) -> Finding:
    """Make a finding that only informs."""
    return Finding(Level.NOTE, table, row, column, what, what_to_do)


def stops(findings: Iterable[Finding], *, strict: bool = False) -> bool:
    """Tell whether findings stop a run.

    Parameters
    ----------
    findings : iterable of Finding
    strict : bool
        Count warnings as errors.

    Returns
    -------
    bool
    """
    grave = {Level.ERROR, Level.WARNING} if strict else {Level.ERROR}
    return any(f.level in grave for f in findings)
