"""The options that several commands share, each written once."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Annotated

import typer

from tunti.errors import TuntiError
from tunti.findings import say
from tunti.locale import LANGUAGES


def decimal(text: str) -> float:
    """Read a number with a decimal point or comma.

    Raises
    ------
    TuntiError
        It is no number.
    """
    try:
        return float(str(text).replace(",", "."))
    except ValueError:
        raise TuntiError(say("{value} is not a number. Write 0.95 for 95 %.", value=str(text))) from None


_MEANT = {
    **dict.fromkeys(("se", "swe", "ruotsi"), "sv"),
    **dict.fromkeys(("su", "suomi", "finska"), "fi"),
    **dict.fromkeys(("uk", "gb"), "en"),
}
"""What people write for a language by its country or in another language."""


def known(wanted: str | None) -> str | None:
    """Refuse a language that the product does not have, asked for by the option or by the variable TUNTI_LANG.

    One of a place (``fi_FI``) is that language. Other variables of the environment speak to all programs: a language
    of theirs that the product does not have is no fault.

    Raises
    ------
    TuntiError
        The languages, with the one that was most likely meant.
    """
    asked = wanted if wanted is not None else os.environ.get("TUNTI_LANG")
    if not asked or re.split("[_.-]", asked)[0] in LANGUAGES:
        return wanted or None
    word = asked.strip().casefold()
    near = next((w for w in (_MEANT.get(word), word[:2]) if w in LANGUAGES), None)
    if near is not None:
        raise TuntiError(
            say(
                "There is no language '{value}'. Did you mean {near}? The languages are fi (Finnish), sv (Swedish) and "
                "en (English).",
                value=asked,
                near=near,
            )
        )
    raise TuntiError(
        say(
            "There is no language '{value}'. The languages are fi (Finnish), sv (Swedish) and en (English).",
            value=asked,
        )
    )


Folder = Annotated[Path, typer.Argument(metavar="DIR", help="Project folder.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout; progress goes to stderr.")]
Lang = Annotated[str | None, typer.Option("--lang", help="Language of messages: fi, sv or en.", callback=known)]
ScenarioName = Annotated[str | None, typer.Option("--scenario", help="Name of a scenario of the project.")]
RegionName = Annotated[
    str | None, typer.Option("--region", help="Region's name or code; all planned regions without it.")
]
Minutes = Annotated[
    float | None, typer.Option("--minutes", min=0.1, max=600, help="Standard in minutes; the project's without it.")
]
Hands = Annotated[
    str | None,
    typer.Option(
        "--workers",
        help="Who works out drive times: a number of threads, processes:N or dask://host:port; all cores without it.",
    ),
]
Strict = Annotated[bool, typer.Option("--strict", help="Treat warnings as errors.")]


def language_of(wanted: str | None) -> str:
    """Give the language of messages: the one asked for, else that of the environment, else English."""
    asked = (wanted or os.environ.get("TUNTI_LANG") or os.environ.get("LC_ALL") or os.environ.get("LANG") or "")[:2]
    return asked if asked in LANGUAGES else "en"
