"""Numbers, shares, minutes, euros, dates, lists and place names as Finnish, Swedish or English readers write them."""

from __future__ import annotations

import datetime as dt
import math
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, SupportsFloat

from babel.core import Locale
from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_decimal

from tunti.findings import Message, Name, Share
from tunti.locale import N_, translator
from tunti.report.document import Column, Value

NBSP = "\u00a0"
MINUS = "\u2212"
DASH = "\u2013"
_LOCALES = {"fi": "fi_FI", "sv": "sv_FI", "en": "en_GB"}

ILLUSTRATIVE = N_("Illustrative data – not an authority's plan")
"""What every page, map and sheet says when some figures are invented."""


def missing(value: object) -> bool:
    """Tell whether a value is not there: None, NaN, NaT or pandas' NA."""
    if value is None:
        return True
    if isinstance(value, str | bool | int | dt.date) and type(value).__name__ not in ("NaTType",):
        return False
    try:
        return bool(value != value)  # NaN and NaT differ from themselves
    except TypeError:  # pandas' NA has no truth
        return True


class PlaceName(str):
    """A place's name that knows which place it names, so that its rows are told from others by code.

    Attributes
    ----------
    kind : {"region", "municipality", "site"}
        An office goes for a site.
    code : str
    """

    kind: str
    code: str

    def __new__(cls, name: str, kind: str, code: str) -> PlaceName:
        """Make the name of a place."""
        made = super().__new__(cls, name)
        made.kind, made.code = kind, code
        return made


class _Fields(string.Formatter):
    """Fill a template's fields the way the language writes numbers."""

    def __init__(self, words: Words) -> None:
        self.words = words

    def format_field(self, value: Any, format_spec: str) -> str:
        if isinstance(value, Share):
            return self.words.share(value)
        if isinstance(value, dt.date):
            return self.words.date(value)
        if isinstance(value, int | float) and not isinstance(value, bool) and not format_spec:
            decimals = next(k for k in (0, 1, 2) if k == 2 or round(value, k) == round(value, 2))
            return self.words.number(value, decimals=decimals)
        return str(format(value, format_spec))


@dataclass(frozen=True)
class Words:
    """Says texts, figures and names in one language.

    Attributes
    ----------
    language : {"fi", "sv", "en"}
    names : mapping of str to str
        Forms of place names that answer 'where' (Lappi: Lapissa); names without a form stay uninflected.
    texts : mapping of str to str
        The input's own texts in this language, by the text of the input.
    """

    language: str
    names: Mapping[str, str] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)

    @property
    def locale(self) -> Locale:
        """Babel's locale of the language, as written in Finland."""
        return Locale.parse(_LOCALES[self.language])

    def text(self, template: str, /, **values: Any) -> str:
        """Say an English template in the language, its fields filled in.

        Parameters
        ----------
        template : str
            Key of the catalogues.
        **values
            Fields; numbers are written the language's way.

        Returns
        -------
        str
        """
        said = translator(self.language)(template)
        return _Fields(self).vformat(said, (), values) if values else said

    def many(self, one: str, many: str, n: int, /, **values: Any) -> str:
        """Say a count: the first template for exactly one, else the second; both have the field ``{n}``."""
        return self.text(one if n == 1 else many, n=self.number(n), **values)

    def message(self, message: Message) -> str:
        """Say a message of another layer with numbers the language's way."""
        values = {k: self._said(v) for k, v in message.values}
        return self.text(message.template, **values)

    def _said(self, value: Any) -> Any:
        """Say what fills a field: a message in the language, a text of the input as the project translates it."""
        if isinstance(value, Message):
            return self.message(value)
        if isinstance(value, Name):
            return self.own(value.text(self.language))
        return self.own(value) if isinstance(value, str) and self.texts else value

    def own(self, text: str) -> str:
        """Say a text of the input in the language when the project's table of texts has it, whole or part by part.

        Parameters
        ----------
        text : str
            A name, a source or a remark; parts stand between commas and may end in a number: 'Inari, haja-asutus 3'.

        Returns
        -------
        str
            The text itself where the table has nothing.
        """
        if text in self.texts:
            return self.texts[text]
        parts = text.split(", ")
        said = [_numbered(part, self.texts) for part in parts]
        return text if said == parts else ", ".join(said)

    def number(self, value: SupportsFloat, *, decimals: int = 0, sign: bool = False) -> str:
        """Write a number with grouped thousands and the language's decimal mark.

        Parameters
        ----------
        value : float
        decimals : int
        sign : bool
            Write the plus sign of a gain, too.

        Returns
        -------
        str
        """
        rounded = round(float(value), decimals) + 0.0
        pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
        text = str(format_decimal(abs(rounded), format=pattern, locale=self.locale))
        if rounded < 0:
            return MINUS + text
        return f"+{text}" if sign and rounded > 0 else text

    def given(self, value: SupportsFloat) -> str:
        """Write a setting as it was given, with up to three decimals."""
        exact = round(float(value), 3)
        return self.number(exact, decimals=next(k for k in range(4) if round(exact, k) == exact))

    def share(self, value: SupportsFloat, *, decimals: int = 1, sign: bool = False) -> str:
        """Write a share of 0 to 1 as per cent; what is short of everyone never reads 100 %.

        Parameters
        ----------
        value : float
        decimals : int
            Decimals; up to three when fewer would round 99.97 % to 100 % or a small share to nothing.
        sign : bool

        Returns
        -------
        str
        """
        percent = float(value) * 100
        if abs(percent) < 0.0005:
            percent = 0.0
        while decimals < 3 and (
            (percent < 100 and round(percent, decimals) >= 100) or (percent > 0 and round(percent, decimals) == 0)
        ):
            decimals += 1
        if percent < 100 and round(percent, decimals) >= 100:
            percent = math.floor(percent * 10**decimals) / 10**decimals
        return f"{self.number(percent, decimals=decimals, sign=sign)}{'' if self.language == 'en' else NBSP}%"

    def points(self, value: SupportsFloat, *, decimals: int = 1) -> str:
        """Write a difference of shares in percentage points, without the unit, with its sign."""
        return self.number(float(value) * 100, decimals=decimals, sign=True)

    def minutes(self, value: SupportsFloat, *, decimals: int = 0) -> str:
        """Write minutes with their unit."""
        return f"{self.number(value, decimals=decimals)}{NBSP}min"

    def euros(self, value: SupportsFloat, *, decimals: int = 0) -> str:
        """Write euros with their sign."""
        text = self.number(value, decimals=decimals)
        if self.language != "en":
            return f"{text}{NBSP}€"
        return f"{MINUS}€{text.removeprefix(MINUS)}" if text.startswith(MINUS) else f"€{text}"

    def mega(self, value: SupportsFloat, *, decimals: int = 1) -> str:
        """Write euros as millions, with a decimal more while they would round to nothing: 0.7 M€, 0.04 M€."""
        millions = float(value) / 1e6
        while decimals < 3 and millions and round(millions, decimals) == 0:
            decimals += 1
        return f"{self.number(millions, decimals=decimals)}{NBSP}M€"

    def date(self, value: dt.date) -> str:
        """Write a date: 1.1.2026, 1.1.2026, 1 January 2026."""
        if self.language == "en":
            return str(format_date(value, "d MMMM y", locale=self.locale))
        return f"{value.day}.{value.month}.{value.year}"

    def listing(self, items: Sequence[str]) -> str:
        """Join words with commas and the language's 'and'; with semicolons where a word has a comma: 'Inari, Ivalo'."""
        said = list(items)
        if len(said) > 2 and any(", " in item for item in said):
            said = ["; ".join(said[:-1]), said[-1]]
        return str(format_list(said, style="standard", locale=self.locale))

    def where(self, name: str) -> str | None:
        """Give the form of a place name that answers 'where', None when the names table lacks it."""
        return self.names.get(name)

    def place(self, row: Mapping[str, Any], stem: str = "name") -> str:
        """Give a place's name in the language, in Finnish for want of it.

        The name is looked for in ``<stem>_fi``, ``<stem>_sv`` and ``<stem>_en``.

        Parameters
        ----------
        row : mapping
            A row of a table.
        stem : str
            ``name``, ``municipality`` or ``region``.

        Returns
        -------
        str
            A :class:`PlaceName` where the row has the place's code; empty when no name is there.
        """
        for language in (self.language, "fi", "sv"):
            name = row.get(f"{stem}_{language}")
            if not missing(name) and str(name):
                kind = "municipality" if stem == "name" else stem
                code = row.get(kind)
                return str(name) if missing(code) else PlaceName(str(name), kind, str(code))
        return ""

    def value(self, value: Value, column: Column) -> str:
        """Write one cell of a table the way its column asks.

        Parameters
        ----------
        value : str, number, date or None
        column : Column

        Returns
        -------
        str
            A dash for what is not there.
        """
        if missing(value):
            return DASH if column.numeric or column.kind == "date" else ""
        if isinstance(value, dt.date):
            return self.date(value)
        if isinstance(value, str):
            return value
        if value is None:
            return ""
        decimals = column.decimals
        match column.kind:
            case "share":
                return self.share(value, decimals=1 if decimals is None else decimals)
            case "points":
                return self.points(value, decimals=1 if decimals is None else decimals)
            case "number":
                return self.number(value, decimals=1 if decimals is None else decimals)
            case "text" | "date":
                return str(value)
            case _:
                return self.number(value, decimals=decimals or 0)


def _numbered(part: str, texts: Mapping[str, str]) -> str:
    name, space, number = part.rpartition(" ")
    return f"{texts[name]}{space}{number}" if number.isdigit() and name in texts else texts.get(part, part)


def words_for(
    language: str,
    names: Mapping[str, Mapping[str, str]] | None = None,
    texts: Mapping[str, Mapping[str, str]] | None = None,
) -> Words:
    """Make the words of a language with the project's table of inflected names and its own texts.

    Parameters
    ----------
    language : {"fi", "sv", "en"}
    names : mapping of language to (mapping of name to form), optional
        ``settings.project.names``.
    texts : mapping of language to (mapping of text to text), optional
        ``settings.project.texts``.

    Returns
    -------
    Words
    """
    translator(language)
    return Words(language, dict((names or {}).get(language, {})), dict((texts or {}).get(language, {})))


def rounded_to_total(values: Sequence[float], *, decimals: int = 0) -> list[float]:
    """Round figures so that the rounded ones add up to their rounded total.

    Each figure is rounded down; what is then short of the total goes to those that lost most (largest remainder).

    Parameters
    ----------
    values : sequence of float
    decimals : int

    Returns
    -------
    list of float
    """
    scale = 10**decimals
    scaled = [v * scale for v in values]
    down = [math.floor(v) for v in scaled]
    short = round(math.fsum(scaled)) - sum(down)
    order = sorted(range(len(values)), key=lambda k: (down[k] - scaled[k], k))
    for k in order[: max(short, 0)]:
        down[k] += 1
    return [d / scale for d in down]
