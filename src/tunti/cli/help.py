"""The help of the commands in the user's language: English beside the code, translations in the catalogues."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer
from typer import rich_utils

from tunti.locale import N_, translator

HEADINGS = {
    "ARGUMENTS_PANEL_TITLE": N_("Arguments"),
    "OPTIONS_PANEL_TITLE": N_("Options"),
    "COMMANDS_PANEL_TITLE": N_("Commands"),
}
"""Headings of a help page; they are set where the library keeps them."""


def translated(app: typer.Typer, language: str) -> Any:
    """Give the command of an application with its help in a language.

    Parameters
    ----------
    app : Typer
    language : {"fi", "sv", "en"}

    Returns
    -------
    click.Command
        To be called with the words of the command line.
    """
    _ = translator(language)
    for name, heading in HEADINGS.items():
        setattr(rich_utils, name, _(heading))
    command = typer.main.get_command(app)
    for part in _parts(command):
        part.help = _(part.help)
    return command


def texts(app: typer.Typer) -> set[str]:
    """Give every help text of an application, as it stands in the code."""
    return {str(part.help) for part in _parts(typer.main.get_command(app))} | set(HEADINGS.values())


def _parts(command: Any) -> Iterator[Any]:
    """Walk over everything that has a help text: commands, their options and their arguments."""
    if command.help:
        yield command
    options = [*command.params, command.get_help_option(command.make_context("tunti", [], resilient_parsing=True))]
    yield from (option for option in options if getattr(option, "help", None))
    for below in getattr(command, "commands", {}).values():
        yield from _parts(below)
