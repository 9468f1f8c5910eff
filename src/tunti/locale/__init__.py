"""The product's languages: Finnish, Swedish and English through gettext catalogues.

The catalogues lie in ``locale/<language>/*.po``, one file per layer (``inputs.po``, ``report.po`` ...), and are read as
they are: no compile step, so a translator's change shows at once. English is the language of the keys.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib.resources import files

from babel.messages.pofile import read_po

LANGUAGES = ("fi", "sv", "en")


def N_(text: str) -> str:
    """Mark a text for translation without translating it yet."""
    return text


@cache
def _catalogue(language: str) -> dict[str, tuple[str, ...]]:
    """Read all catalogues of a language: key -> translation (plural forms in order)."""
    texts: dict[str, tuple[str, ...]] = {}
    if language == "en":
        return texts
    folder = files("tunti.locale") / language
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        if not entry.name.endswith(".po"):
            continue
        with entry.open("rb") as source:
            for message in read_po(source, locale=language):
                if message.id and message.string:
                    many = isinstance(message.id, tuple)
                    key = message.id[0] if many else str(message.id)
                    forms = tuple(message.string) if many else (str(message.string),)
                    if all(forms):
                        texts[key] = forms
    return texts


@cache
def translator(language: str) -> Callable[[str], str]:
    """Give the function that says an English text in a language.

    Parameters
    ----------
    language : {"fi", "sv", "en"}

    Returns
    -------
    callable
        ``text -> translated text``; a text that the catalogues lack comes back as it is.

    Raises
    ------
    ValueError
        The language is not one of the product's.
    """
    if language not in LANGUAGES:
        raise ValueError(f"language {language!r} is not one of {', '.join(LANGUAGES)}")
    texts = _catalogue(language)
    return lambda text: texts[text][0] if text in texts else text


def plural(language: str, one: str, many: str, n: int) -> str:
    """Say a count in a language: the singular for one, else the plural.

    Parameters
    ----------
    language : {"fi", "sv", "en"}
    one, many : str
        English forms with the field ``{n}``; both are the message's key.
    n : int
        The count. Finnish, Swedish and English all use the singular for exactly one.

    Returns
    -------
    str
        The form with ``{n}`` still in it, so that the caller formats the number.
    """
    forms = _catalogue(language).get(one, (one, many))
    return forms[0] if n == 1 else forms[-1]
