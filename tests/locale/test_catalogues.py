"""Every text that a person reads is there in Finnish and Swedish, with the same fields."""

import re
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.extract import extract_from_dir

import tunti
from tunti.locale import _catalogue

SOURCE = Path(tunti.__file__).parent
KEYWORDS = {"say": None, "N_": None, "_": None, "t": None, "plural": (2, 3)}
METHODS = [("**.py", "python"), ("web/templates/**.html", "jinja2")]


def keys():
    found = {}
    for file, line, message, _, _ in extract_from_dir(SOURCE, method_map=METHODS, keywords=KEYWORDS):
        # A plural is found under its singular.
        for text in message[:1] if isinstance(message, tuple) else (message,):
            if text and re.search(r"[A-Za-z]{2}", re.sub(r"\{[^}]*\}", "", text)):
                found.setdefault(text, f"{file}:{line}")
    return found


def fields(text):
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("language", ["fi", "sv"])
def test_every_text_is_translated(language):
    texts = _catalogue(language)
    missing = {text: where for text, where in keys().items() if text not in texts}
    assert not missing


@pytest.mark.parametrize("language", ["fi", "sv"])
def test_translations_have_the_same_fields(language):
    wrong = {}
    for key, forms in _catalogue(language).items():
        for form in forms:
            # A plural's singular may say the number in words.
            if not fields(form) <= fields(key) or (len(forms) == 1 and fields(form) != fields(key)):
                wrong[key] = form
    assert not wrong


def test_there_is_something_to_translate():
    assert len(keys()) > 50
