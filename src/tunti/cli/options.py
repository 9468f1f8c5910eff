"""The options that several commands share, each written once."""

from __future__ import annotations

import os
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


Folder = Annotated[Path, typer.Argument(metavar="DIR", help="Project folder.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout; progress goes to stderr.")]
Lang = Annotated[str | None, typer.Option("--lang", help="Language of messages: fi, sv or en.")]
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
