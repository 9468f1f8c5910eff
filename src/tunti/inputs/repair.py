"""Mends what a spreadsheet broke where only one meaning is possible: lost leading zeros, names in place of codes."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import pandas as pd

from tunti.findings import Finding, Message, note, say
from tunti.inputs.frames import among
from tunti.inputs.schemas import SCHEMAS
from tunti.inputs.tables import Inputs
from tunti.inputs.words import fold, known_words

_CODES = ("municipality", "region")
_WIDTHS = {"FI": {"municipality": 3, "region": 2}}
"""Digits of the official codes of a country; elsewhere the longest code tells."""


def repair(inputs: Inputs, *, country: str = "", road_classes: Collection[str] = ()) -> tuple[Inputs, list[Finding]]:
    """Mend references that a spreadsheet broke and say so in notes; bring known words of any language to one form.

    ``91`` becomes ``091`` when the municipalities' codes have three digits; a name, or a code in other letters
    (``Kela`` for ``KELA``), becomes the code of the one row that has it.

    Parameters
    ----------
    inputs : Inputs
    country : str
        ISO code; Finland's municipalities have three digits and its regions two.
    road_classes : collection of str
        Classes that have a speed in the settings; they keep their names.

    Returns
    -------
    inputs : Inputs
        With mended references.
    findings : list of Finding
        One note per column that was mended.
    """
    findings: list[Finding] = []
    inputs = _words(inputs, road_classes)
    municipalities = inputs.municipalities
    for name in _CODES:
        padded = _pad(municipalities[name], _WIDTHS.get(country, {}).get(name, 0))
        if padded is not None:
            findings.append(_told("municipalities", name, municipalities[name], padded, _zeros()))
            municipalities = municipalities.assign(**{name: padded})
    inputs = inputs.with_table("municipalities", municipalities)
    for table, schema in SCHEMAS.items():
        frame: pd.DataFrame = getattr(inputs, table)
        for column in schema.columns:
            if not column.refers_to or frame.empty:
                continue
            target: pd.DataFrame = getattr(inputs, column.refers_to)
            key = SCHEMAS[column.refers_to].key[0]
            for meanings, why in ((_by_digits(target[key]), _zeros()), (_by_name(target, key), _names())):
                old = frame[column.name]
                lost = old.notna() & ~among(old, target[key])
                new = old[lost].map(lambda v, m=meanings: m.get(str(v).casefold()))
                new = new[new.notna()]
                if len(new):
                    mended = old.copy()
                    mended.loc[new.index] = new.astype("string")
                    findings.append(_told(table, column.name, old, mended, why))
                    frame = frame.assign(**{column.name: mended})
        inputs = inputs.with_table(table, frame)
    return inputs, findings


def _words(inputs: Inputs, road_classes: Collection[str]) -> Inputs:
    """Bring road classes and means in Finnish, Swedish or English to the names that the product uses."""
    for table, schema in SCHEMAS.items():
        for column in schema.columns:
            frame: pd.DataFrame = getattr(inputs, table)
            if not column.words or frame.empty:
                continue
            kept = frozenset(road_classes if column.name == "road_class" else ())
            meanings = known_words(column.words)
            named = {v: v if v in kept else meanings.get(fold(v), v) for v in frame[column.name].dropna().unique()}
            if any(old != new for old, new in named.items()):
                values = frame[column.name].map(named).astype("string")
                inputs = inputs.with_table(table, frame.assign(**{column.name: values}))
    return inputs


def _pad(codes: pd.Series[Any], width: int) -> pd.Series[Any] | None:
    """Give codes of digits their leading zeros back; None when nothing is to be mended or it would be a guess."""
    known = codes.dropna().drop_duplicates()
    if known.empty or not known.str.fullmatch(r"\d+").all():
        return None
    width = max(width, int(known.str.len().max()))
    padded = known.str.zfill(width)
    if (padded == known).all() or padded.duplicated().any():
        return None
    return codes.str.zfill(width)


def _by_digits(keys: pd.Series[Any]) -> dict[str, str]:
    """Map digits without leading zeros to the one key that has them."""
    digits = keys.dropna()
    digits = digits[digits.str.fullmatch(r"\d+")].astype("string")
    bare = digits.str.lstrip("0")
    once = ~bare.duplicated(keep=False)
    return _Bare(zip(bare[once], digits[once], strict=True))


class _Bare(dict[str, str]):
    """Looks digits up without their leading zeros and without the ``.0`` of a spreadsheet's number."""

    def get(self, word: str, default: Any = None) -> Any:
        word = word.removesuffix(".0")
        return super().get(word.lstrip("0"), default) if word.isdigit() else default


def _by_name(target: pd.DataFrame, key: str) -> dict[str, str]:
    """Map the names that one row has, and its key in any case of letters, to that row's key."""
    names: dict[str, set[str]] = {}
    for column in (key, "name_fi", "name_sv", "name_en", "name"):
        if column in target.columns:
            for name, code in zip(target[column], target[key], strict=True):
                if not pd.isna(name) and not pd.isna(code):
                    names.setdefault(str(name).casefold(), set()).add(str(code))
    return {name: next(iter(codes)) for name, codes in names.items() if len(codes) == 1}


def _told(table: str, column: str, old: pd.Series[Any], new: pd.Series[Any], why: Message) -> Finding:
    changed = (old != new).fillna(False)
    first = old.index[changed][0]
    return note(
        table,
        int(first),
        column,
        say(
            "{n} values were mended, the first from '{old}' to '{new}'.",
            n=int(changed.sum()),
            old=str(old.loc[first]) if old.index.is_unique else str(old[changed].iloc[0]),
            new=str(new.loc[first]) if new.index.is_unique else str(new[changed].iloc[0]),
        ),
        why,
    )


def _zeros() -> Message:
    return say("Nothing needs to be done; to keep leading zeros, format the column as text in the spreadsheet.")


def _names() -> Message:
    return say("Nothing needs to be done; the code was found by the name.")
