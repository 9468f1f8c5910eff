"""Every text of the input layer is there in Finnish and Swedish, with the same fields."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

import tunti.inputs
from tunti.inputs.schemas import CHOICE_LABELS, SCHEMAS
from tunti.inputs.schemas import SOURCES as SOURCES_SCHEMA
from tunti.locale import translator

ALL = [*SCHEMAS.values(), SOURCES_SCHEMA]

FOLDER = Path(tunti.inputs.__file__).parent
# The starter's texts are a matter of its own.
SOURCES = sorted(p for p in FOLDER.rglob("*.py") if "starter" not in p.parts)


def extracted() -> set[str]:
    found: set[str] = set()
    for path in SOURCES:
        for _, message, _, _ in extract_from_file("python", str(path), keywords={"N_": None, "say": None}):
            found.add(message if isinstance(message, str) else message[0])
    return found - {""}


@pytest.mark.parametrize("language", ["fi", "sv"])
def test_every_text_is_translated(language: str) -> None:
    with (files("tunti.locale") / language / "inputs.po").open("rb") as file:
        texts = {m.id: m.string for m in read_po(file, locale=language) if m.id}
    wanted = extracted()
    assert wanted - set(texts) == set()
    assert set(texts) - wanted == set(), "texts that nothing says any more"
    for key, text in texts.items():
        assert text.strip(), key
        assert sorted(re.findall(r"\{(\w+)\}", key)) == sorted(re.findall(r"\{(\w+)\}", text)), key
        # A sentence stays a sentence, a label a label.
        assert not key.endswith(".") or text.endswith((".", "}")), key


def test_texts_are_literals() -> None:
    """A text that is put together at run time could not be translated."""
    for path in SOURCES:
        assert not re.search(r"\b(say|N_)\(f[\"']", path.read_text(encoding="utf-8")), path


@pytest.mark.parametrize("language", ["fi", "sv"])
def test_no_other_catalogue_gives_a_heading_another_name(language: str) -> None:
    """One word per thing: the template's headings must not change when a report is translated."""
    with (files("tunti.locale") / language / "inputs.po").open("rb") as file:
        texts = {m.id: m.string for m in read_po(file, locale=language) if m.id}
    say = translator(language)
    labels = [s.label for s in ALL] + [c.label for s in ALL for c in s.columns] + list(CHOICE_LABELS.values())
    assert {k: say(k) for k in labels} == {k: texts[k] for k in labels}
