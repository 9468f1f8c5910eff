"""What the command line shows: one JSON object for scripts, tables and sentences for people, progress beside both."""

from __future__ import annotations

import json
import math
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from tunti.findings import Finding, Level, Message, Share, say
from tunti.inputs.readers.sheets import names_of
from tunti.inputs.schemas import SCHEMAS, SOURCES, Schema
from tunti.inputs.words import fold
from tunti.locale import N_, plural, translator
from tunti.location.problem import Network
from tunti.settings import Settings

out = Console(highlight=False, soft_wrap=False)
err = Console(stderr=True, highlight=False)

_LEVEL = {
    Level.ERROR: ("red", N_("Error")),
    Level.WARNING: ("yellow", N_("Warning")),
    Level.NOTE: ("cyan", N_("Note")),
}


_TABLES = {**SCHEMAS, SOURCES.name: SOURCES}


def tell(text: str) -> None:
    """Print a sentence or an id on stdout as it is: no markup is read in it and no line is broken."""
    out.print(text, markup=False, soft_wrap=True)


def complain(text: str) -> None:
    """Print a sentence on stderr as it is."""
    err.print(text, markup=False, soft_wrap=True)


def print_json(values: dict[str, Any]) -> None:
    """Print one JSON object on stdout: the whole answer of a command with ``--json``.

    Findings keep the code names of tables and columns; ``table_label`` and ``column_label`` say them as people know
    them, in the language of the command.
    """
    if values.get("findings"):
        from tunti.cli import _language

        language = _language(sys.argv[1:])
        values = {**values, "findings": [_with_labels(found, language) for found in values["findings"]]}
    sys.stdout.write(json.dumps(plain(values), ensure_ascii=False, indent=2, allow_nan=False) + "\n")


def tell_year(settings: Settings, language: str) -> None:
    """Say for which later year the figures on people and visits are; nothing for today's."""
    if settings.project.forecast_year is not None:
        year = str(settings.project.forecast_year)
        tell(say("People and visits are a population forecast for the year {year}.", year=year).text(language))


def tell_interrupted(network: Network, language: str) -> None:
    """Say of a network whose search a key or the clock ended that it is the best so far, and what is proven of it."""
    if not network.interrupted:
        return
    if network.proven:
        said = say("Interrupted: the number is proven, but the second goal may still be improved.")
    elif math.isfinite(network.gap):
        said = say("Interrupted: the best plan so far, gap to the bound {gap}.", gap=Share(network.gap))
    else:
        said = say("Interrupted: the best plan so far; no bound is known yet.")
    tell(said.text(language))


def place_name(row: Mapping[Any, Any], column: str, language: str) -> str:
    """Give a place's name in a language; the Finnish one where there is none.

    Parameters
    ----------
    row : mapping
        With ``<column>_fi`` and, where they are given, ``<column>_sv`` and ``<column>_en``.
    column : {"name", "region"}
    language : {"fi", "sv", "en"}

    Returns
    -------
    str
    """
    for key in (f"{column}_{language}", f"{column}_fi", column):
        value = row.get(key)
        if isinstance(value, str) and value:
            return value
    return "-"


def plain(value: Any) -> Any:
    """Turn NumPy and pandas values into those that JSON has; what is not a number becomes null."""
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if hasattr(value, "item") and not isinstance(value, (str, bytes)):
        return plain(value.item())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, (str, int, bool)):
        return value
    return None if str(value) in ("<NA>", "NaT") else str(value)


def labels(table: str, column: str | None, language: str) -> tuple[str, str | None]:
    """Name a table and a column as the template does; what the template does not have keeps its name.

    Parameters
    ----------
    table : str
    column : str or None
    language : {"fi", "sv", "en"}

    Returns
    -------
    (str, str or None)
    """
    schema = _schema(table)
    if schema is None:
        return table, column
    _ = translator(language)
    named = _(schema.label) if table in _TABLES else table
    return named, _(schema[column].label) if column in schema.names else column


def _schema(table: str) -> Schema | None:
    """Give the schema of a table, or of a file or sheet that is named after one: ``offices.xlsx (Toimipaikat)``."""
    if table in _TABLES:
        return _TABLES[table]
    file = re.fullmatch(r"(?:.*/)?([^/]+)\.\w+(?: \((.+)\))?", table)
    words = {fold(part) for part in file.groups() if part} if file else set()
    return next((schema for schema in _TABLES.values() if names_of(schema) & words), None)


def where(finding: Finding, language: str) -> str:
    """Say where a finding is, ``Population grid, row 14, column Population``."""
    _ = translator(language)
    table, column = labels(finding.table, finding.column, language)
    row = "" if finding.row is None else f"{_('row')} {finding.row}"
    if column and _schema(finding.table) is not None:
        column = f"{_(N_('column'))} {column}"
    return ", ".join(p for p in (table, row, column or "") if p)


def _with_labels(found: dict[str, Any], language: str) -> dict[str, Any]:
    table, column = labels(found["table"], found["column"], language)
    return {**found, "table_label": table, "column_label": column}


def _place_in_order(finding: Finding) -> tuple[int, int, str, float]:
    """Rank findings so that one goes through the workbook once: by level, table and row."""
    tables = list(_TABLES)
    at = tables.index(finding.table) if finding.table in tables else len(tables)
    row = finding.row if isinstance(finding.row, int) else math.inf
    return list(Level).index(finding.level), at, finding.table, row


def show_findings(findings: Sequence[Finding], language: str, *, most: int = 200) -> None:
    """Print findings as a table on stderr, errors first; the counts come last.

    Parameters
    ----------
    findings : sequence of Finding
    language : {"fi", "sv", "en"}
    most : int
        Rows to show; the rest is counted.
    """
    _ = translator(language)
    order = list(Level)
    ranked = sorted(findings, key=_place_in_order)
    table = Table(show_lines=True, expand=err.width < 160)
    for heading in (N_("Level"), N_("Where"), N_("What is wrong"), N_("What to do")):
        table.add_column(_(heading), overflow="fold", ratio=None if heading == "Level" else 1)
    for f in ranked[:most]:
        colour, word = _LEVEL[f.level]
        table.add_row(
            f"[{colour}]{_(word)}[/]",
            escape(where(f, language)),
            escape(f.what.text(language)),
            escape(f.what_to_do.text(language)),
        )
    if ranked:
        err.print(table)
    if len(ranked) > most:
        err.print(_("... and {n} more; see --json for all.").format(n=len(ranked) - most))
    counts = [sum(1 for f in findings if f.level is level) for level in order]
    words = (
        plural(language, "{n} error", "{n} errors", counts[0]).format(n=counts[0]),
        plural(language, "{n} warning", "{n} warnings", counts[1]).format(n=counts[1]),
        plural(language, "{n} note", "{n} notes", counts[2]).format(n=counts[2]),
    )
    err.print(", ".join(words) + ".")


@contextmanager
def progress(language: str, *, quiet: bool) -> Iterator[Callable[[Message, float | None], None]]:
    """Show on stderr what is being done, how far it is and how long is left.

    Parameters
    ----------
    language : {"fi", "sv", "en"}
    quiet : bool
        Show nothing (``--json``, or stderr is no terminal).

    Yields
    ------
    callable
        ``(what, share done or None)``.
    """
    if quiet or not err.is_terminal:
        yield lambda what, done: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True) as bar:
        tasks: dict[str, Any] = {}

        def say_progress(what: Message, done: float | None) -> None:
            name = what.text(language)
            if name not in tasks:
                for task in tasks.values():
                    bar.update(task, total=1.0, completed=1.0)
                tasks[name] = bar.add_task(name, total=None)
            if done is not None:
                bar.update(tasks[name], total=1.0, completed=min(done, 1.0))

        yield say_progress


def rows_table(title: str, headings: Sequence[str], rows: Sequence[Sequence[str]], *, numbers: int = 1) -> None:
    """Print a small table on stdout; the columns from ``numbers`` on are aligned right.

    Parameters
    ----------
    title : str
    headings : sequence of str
    rows : sequence of sequence of str
    numbers : int
        First column that holds numbers.
    """
    table = Table(title=title, title_justify="left")
    for i, heading in enumerate(headings):
        # On a narrow screen headings and names go on to the next line: a cut name says nothing.
        table.add_column(heading, justify="right" if i >= numbers else "left", overflow="fold")
    for row in rows:
        table.add_row(*(escape(v) for v in row))
    out.print(table)
