"""Understands single values as people type them: decimal commas, thousands spaces, Finnish dates, yes and no."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from tunti.findings import Finding, Level, Message, note, say
from tunti.inputs.frames import tell
from tunti.inputs.schemas import CHOICE_LABELS, Column
from tunti.inputs.words import allowed, example, fold
from tunti.locale import LANGUAGES, translator

_NO_VALUE = frozenset(
    {
        *("", "-", "–", "—", ".", "..", "...", "…", "?", "na", "n/a", "nan", "nat", "null", "<na>", "unknown"),
        *(
            "ei tietoa",
            "ei tiedossa",
            "ei tiedetä",
            "tuntematon",
            "puuttuu",
            "uppgift saknas",
            "saknas",
            "okänd",
            "okänt",
        ),
    }
)
"""What statistics and registers write where there is no figure."""

_UNTIL_NOTICE = ("toistaiseksi", "tills vidare", "until further notice")
_SPACES = re.compile(r"[\s\u00a0\u202f\u2009\u2007]+")
_GROUPED = re.compile(r"[-+]?\d{1,3}( \d{3})+([.,]\d+)?")
_PLAIN = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?")
_FINNISH = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})")
_YES = {"yes", "y", "true", "1", "x", "kyllä", "kylla", "k", "joo", "tosi", "ja", "j", "sant"}
_NO = {"no", "n", "false", "0", "ei", "e", "epätosi", "epatosi", "nej", "falskt"}
_EUROS = re.compile(r"€|eur(?![a-z])", re.IGNORECASE)
_EUROS_AFTER = re.compile(r"\s*(?:€|eur|euroa?)$", re.IGNORECASE)
_AND_UNIT = re.compile(r"(.*\d)\s*([^\d\s].*)")
_UNIT_ALIASES = {"m²": ("kvm", "neliötä", "neliömetriä"), "months": ("kuukautta", "mån", "månader"),
                 "person-years": ("henkilötyövuotta", "åv")}  # fmt: skip
MOST = 1e12
"""The largest number that is read: no figure of a country is larger, and sums of larger ones would overflow."""

_EXCEL_DAY_ZERO = dt.date(1899, 12, 30)


def clean(text: str) -> str:
    """Trim a text and make its spaces and accents uniform (a decomposed Ä becomes one letter)."""
    if not text.isascii() or not text.isalnum():
        text = _SPACES.sub(" ", text).strip()
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def is_missing(text: str) -> bool:
    """Tell whether a cleaned text stands for 'no figure'."""
    return text.casefold() in _NO_VALUE


def to_number(text: str, *, percent: bool = False, euros: bool = False) -> float | None:
    """Read a number as people type it: ``1 234,5``, ``1.234,5``, ``-3``, and with the sign where one is asked.

    Parameters
    ----------
    text : str
        Cleaned text.
    percent : bool
        Whether a percent sign is understood.
    euros : bool
        Whether a euro sign, or the word, before or after the number is understood.

    Returns
    -------
    float or None
        None when it is not a number. A lone point is always a decimal point.
    """
    t = text.replace("−", "-")
    if percent and t.endswith("%"):
        part = to_number(t[:-1].rstrip())
        return None if part is None else part / 100
    if euros:
        before, after = _EUROS.match(t), _EUROS_AFTER.search(t)
        t = t[before.end() :].lstrip() if before else t[: after.start()] if after else t
    if " " in t:
        if not _GROUPED.fullmatch(t):
            return None
        t = t.replace(" ", "")
    if "," in t and "." in t:
        group = "." if t.rfind(",") > t.rfind(".") else ","
        whole = t.split("," if group == "." else ".")[0].lstrip("+-")
        if not re.fullmatch(r"\d{1,3}([.,]\d{3})+", whole):
            return None
        t = t.replace(group, "")
    t = t.replace(",", ".")
    return float(t) if _PLAIN.fullmatch(t) else None


def to_date(text: str, *, excel_days: bool = False) -> dt.date | None:
    """Read a date as people type it: ``2027-12-31`` or ``31.12.2027``, and Excel's day numbers where asked.

    Returns
    -------
    date or None
        None when it is not a date, or one that leaves room for doubt (two-digit years, slashes).
    """
    try:
        if m := _ISO.fullmatch(text):
            return dt.date(int(m[1]), int(m[2]), int(m[3]))
        if m := _FINNISH.fullmatch(text):
            return dt.date(int(m[3]), int(m[2]), int(m[1]))
        if excel_days and re.fullmatch(r"\d{5}(\.0*)?", text) and 20_000 <= float(text) <= 80_000:
            return _EXCEL_DAY_ZERO + dt.timedelta(days=int(float(text)))
    except ValueError:
        return None
    return None


def to_yes_no(text: str) -> bool | None:
    """Read yes or no in Finnish, Swedish or English, or as 1 and 0."""
    word = text.casefold().removesuffix(".0")
    return True if word in _YES else False if word in _NO else None


@cache
def choice_words(choices: tuple[str, ...]) -> dict[str, str]:
    """Give every word that means one of the choices: folded word -> code word."""
    words: dict[str, str] = {}
    for choice in choices:
        for language in LANGUAGES:
            words.setdefault(fold(translator(language)(CHOICE_LABELS.get(choice, choice))), choice)
    words.update({fold(choice): choice for choice in choices})
    return words


def to_choice(text: str, choices: tuple[str, ...]) -> str | None:
    """Read one of the choices: its code word or its label in any language."""
    return choice_words(choices).get(fold(text))


def to_modes(text: str, choices: tuple[str, ...]) -> str | None:
    """Read several of the choices, separated by commas or spaces, into code words separated by single spaces."""
    parts = [p for p in re.split(r"[,;/+]", text) if p.strip()] if re.search(r"[,;/+]", text) else text.split()
    found = [to_choice(p, choices) for p in parts]
    if any(f is None for f in found):
        return None
    return " ".join(dict.fromkeys(str(f) for f in found))


def read_column(
    raw: pd.Series[Any], column: Column, *, table: str, rows: Any, excel_days: bool = False
) -> tuple[pd.Series[Any], list[Finding]]:
    """Bring one column of a file to its dtype and report every value that can't be read.

    Parameters
    ----------
    raw : Series
        Texts, or numbers, dates and booleans.
    column : Column
    table : str
    rows : sequence of int
        Row numbers for the findings.
    excel_days : bool
        Numbers in a date column are Excel's day numbers.

    Returns
    -------
    values : Series
        With the dtype of the column's kind; a value that can't be read is missing.
    findings : list of Finding
        One error per value, the first 20 of them row by row.
    """
    findings: list[Finding] = []
    if column.kind in ("number", "share", "whole"):
        return _numbers(raw, column, table, rows, findings), findings
    text = as_text(raw)
    if column.kind in ("id", "text"):
        values = text.mask(text == "", other=pd.NA)
        findings += _mojibake(text, column, table, rows)
        return values.astype("string"), findings
    parse: Callable[[str], Any]
    if column.kind == "date":
        parse = lambda t: to_date(t, excel_days=excel_days)  # noqa: E731
        open_ended = text.str.casefold().str.startswith(_UNTIL_NOTICE)
        if bool(open_ended.any()):
            findings.append(
                note(
                    table,
                    int(rows[int(np.flatnonzero(open_ended)[0])]),
                    column.name,
                    say("'{value}' was read as no date.", value=text[open_ended].iloc[0]),
                    say("Nothing needs to be done: an empty date means that no end is set."),
                )
            )
            text = text.mask(open_ended, "")
    elif column.kind == "yes_no":
        parse = to_yes_no
    elif column.kind == "choice":
        parse = lambda t: to_choice(t, column.choices)  # noqa: E731
    else:
        parse = lambda t: to_modes(t, column.choices)  # noqa: E731
    skip = {""} if column.kind in ("choice", "modes") else _NO_VALUE
    meaning = {t: None if t.casefold() in skip else parse(t) for t in text.unique()}
    values = text.map(meaning)
    unread = values.isna() & ~text.str.casefold().isin(skip)
    findings += _not_read(text, unread, column, table, rows)
    if column.kind == "date":
        return pd.to_datetime(values, errors="coerce").astype("datetime64[us]"), findings
    filled = values.astype(object).where(values.notna(), pd.NA)
    return filled.astype(pd.BooleanDtype() if column.kind == "yes_no" else pd.StringDtype()), findings


def as_text(raw: pd.Series[Any]) -> pd.Series[Any]:
    """Turn a column of any dtype into cleaned texts; whole floats lose their ``.0`` and dates become ISO."""
    if pd.api.types.is_bool_dtype(raw.dtype):
        return raw.map({True: "yes", False: "no"}).astype(object).fillna("")
    if pd.api.types.is_datetime64_any_dtype(raw.dtype):
        days: pd.Series[Any] = raw.dt.strftime("%Y-%m-%d").astype(object)
        return days.fillna("")
    if pd.api.types.is_numeric_dtype(raw.dtype):
        meaning = {v: "" if pd.isna(v) else number_text(float(v)) for v in raw.unique()}
        return raw.map(meaning).astype(object).fillna("")
    known: dict[Any, str] = {}
    texts = []
    for value in raw.tolist():
        if value not in known:
            known[value] = clean(value) if isinstance(value, str) else "" if pd.isna(value) else plain_text(value)
        texts.append(known[value])
    return pd.Series(texts, index=raw.index, dtype=object)


def plain_text(value: Any) -> str:
    """Write a value of a typed cell as a user would type it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, float)):
        return number_text(float(value))
    if isinstance(value, dt.date):
        return value.isoformat()[:10]
    return clean(str(value))


def number_text(value: float) -> str:
    """Write a number the shortest way, a whole one without decimals."""
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def _numbers(raw: pd.Series[Any], column: Column, table: str, rows: Any, findings: list[Finding]) -> pd.Series[Any]:
    whole = column.kind == "whole"
    if pd.api.types.is_numeric_dtype(raw.dtype) and not pd.api.types.is_bool_dtype(raw.dtype):
        values = raw.astype("Float64").to_numpy("float64", na_value=np.nan)
        text: pd.Series[Any] | None = None
        unread = np.isinf(values)
    else:
        # Most values are plain: let pandas read those in one go and look at the others one by one.
        text = as_text(raw)
        values = pd.to_numeric(text, errors="coerce").to_numpy("float64").copy()
        odd = ~np.isfinite(values) & (text != "").to_numpy()
        unread = np.zeros(len(values), bool)
        if odd.any():
            rest = text[odd]
            percent, euros = column.kind == "share", "€" in column.unit
            read = {
                t: None if is_missing(t) else to_number(_bare(t, column.unit), percent=percent, euros=euros)
                for t in rest.unique()
            }
            values[odd] = [np.nan if read[t] is None else read[t] for t in rest]
            unread[odd] = [read[t] is None and not is_missing(t) for t in rest]
    with np.errstate(invalid="ignore"):
        broken = whole & ~np.isnan(values) & (values != np.round(values)) & ~unread
        large = ~unread & (np.abs(values) > MOST)
    broken &= ~large
    values[unread | broken | large] = np.nan
    shown = text if text is not None else raw.map(str)
    findings += _not_read(shown, unread, column, table, rows)
    findings += tell(
        Level.ERROR,
        table,
        rows,
        broken,
        column.name,
        lambda i: say("'{value}' is not a whole number.", value=shown.iloc[i]),
        say("Write a whole number without decimals; thousands may be apart with a space, 1 234."),
    )
    findings += tell(
        Level.ERROR,
        table,
        rows,
        large,
        column.name,
        lambda i: say("'{value}' is too large a number.", value=shown.iloc[i][:40]),
        say("Write the figure itself, at most {most}; leave it empty if it is not known.", most=int(MOST)),
    )
    return pd.Series(values, index=raw.index).astype("Int64") if whole else pd.Series(values, index=raw.index)


def _bare(text: str, unit: str) -> str:
    """Leave out the column's own unit after a number: ``6 kk`` in months, ``480 m2`` in square metres."""
    match = _AND_UNIT.fullmatch(text)
    return match[1] if unit and match and fold(match[2]) in _unit_words(unit) else text


@cache
def _unit_words(unit: str) -> frozenset[str]:
    said = {*(translator(language)(unit) for language in LANGUAGES), *_UNIT_ALIASES.get(unit, ())}
    return frozenset(fold(part) for word in said for part in (word, word.split("/")[0])) - {""}


def _not_read(text: pd.Series[Any], unread: Any, column: Column, table: str, rows: Any) -> Iterator[Finding]:
    what: Callable[[int], Message]
    if column.kind == "date":
        what = lambda i: say("'{value}' is not a date.", value=text.iloc[i])  # noqa: E731
        do = say("Write the day as 2027-12-31 or 31.12.2027, or leave it empty.")
    elif column.kind == "yes_no":
        what = lambda i: say("'{value}' is neither yes nor no.", value=text.iloc[i])  # noqa: E731
        do = say("Write yes or no.")
    elif column.kind in ("choice", "modes"):
        what = lambda i: say("'{value}' is not one of the allowed words.", value=text.iloc[i])  # noqa: E731
        do = say("Use these words: {words}.", words=allowed(column))
    else:
        what = lambda i: say("'{value}' is not a number.", value=text.iloc[i])  # noqa: E731
        number = example(column) if column.example else 12
        do = say("Write only the number, without unit or words, for example {example}.", example=number)
    return tell(Level.ERROR, table, rows, np.asarray(unread, bool), column.name, what, do)


def _mojibake(text: pd.Series[Any], column: Column, table: str, rows: Any) -> Iterator[Finding]:
    """Report texts whose Å, Ä and Ö were lost when a file was saved with the wrong character set."""
    broken = re.compile("Ã[¤¶¥„–…\x84\x96\x85]|\ufffd")
    wrong = np.zeros(len(text), bool)
    if broken.search("\n".join(text)):
        wrong = np.fromiter((broken.search(t) is not None for t in text), bool, len(text))
    return tell(
        Level.WARNING,
        table,
        rows,
        wrong,
        column.name,
        lambda i: say("The letters Å, Ä or Ö are broken in '{value}'.", value=text.iloc[i]),
        say("Save the file again as 'CSV UTF-8' from the program where the letters are right."),
    )


def repair_hidden(values: pd.Series[Any], column: Column, table: str) -> tuple[pd.Series[Any], list[Finding]]:
    """Turn -1 in optional counts of people, the mark of hidden figures in grid statistics, into 'not known'."""
    hidden = (values == -1).fillna(False).to_numpy(bool)
    if column.required or column.kind != "whole" or not hidden.any():
        return values, []
    return values.mask(hidden), [
        note(
            table,
            None,
            column.name,
            say(
                "{n} values of -1 were read as 'not known': grid statistics hide small figures so.", n=int(hidden.sum())
            ),
            say("Nothing needs to be done."),
        )
    ]
