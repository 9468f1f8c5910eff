"""Takes tables into a project, and corrections of single cells: only when the project can be planned with afterwards.

A file with errors is not taken in but waits beside the project until its cells are corrected here or it is given up.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from tunti.errors import InputError, TuntiError
from tunti.findings import Finding, Level, say, stops
from tunti.inputs.correct import corrected, open_tables
from tunti.inputs.readers.headers import personal
from tunti.inputs.schemas import SCHEMAS
from tunti.project import Project
from tunti.store.folder import whole_file

ENDINGS = (".csv", ".xlsx", ".parquet", ".gpkg")
Cells = Mapping[tuple[str, int, str], str]
"""New values by table, row number in the file and column."""

_ONE = Lock()
"""Tables are taken in one after the other: each is checked with what the one before it left."""
_ABOUT_PERSONS = personal("", 0, "").what.template


@dataclass(frozen=True)
class Waiting:
    """A file that waits for its errors to be corrected.

    Attributes
    ----------
    path : Path
    findings : list of Finding
        Of the project with the file in its place.
    """

    path: Path
    findings: list[Finding]


def take_table(folder: Path, name: str, content: bytes) -> str:
    """Put a table in the place of the project's, after a check of everything together.

    Parameters
    ----------
    folder : Path
        The project folder.
    name : str
        Name of the file as it was sent: a table's name, or any name for a workbook of several tables.
    content : bytes

    Returns
    -------
    str
        Name of the file in the project.

    Raises
    ------
    InputError
        With the table the project could not be planned with. The project was not changed; the file waits beside it
        (:func:`waiting_of`), unless it tells about persons.
    TuntiError
        The file's name is not one of a table.
    """
    stem, ending = Path(name).stem.casefold().strip(), Path(name).suffix.casefold()
    if ending not in ENDINGS or (ending != ".xlsx" and stem not in SCHEMAS):
        raise TuntiError(
            say(
                "Send a table as CSV, Excel, Parquet or GeoPackage under its name ({names}), "
                "or one workbook of several.",
                names=", ".join(SCHEMAS),
            )
        )
    kept = f"{stem if stem in SCHEMAS else 'tables'}{ending}"
    with _ONE:
        _take(folder, kept, content)
    return kept


def _take(folder: Path, kept: str, content: bytes) -> None:
    with _trial(folder) as trial:
        replaced = _put(trial, kept, content)
        _, _, findings = Project(trial).baseline()
    if stops(findings):
        give_up(folder)
        if not any(f.what.template == _ABOUT_PERSONS for f in findings):
            _keep(folder, kept, content, findings)
        raise InputError(findings)
    with whole_file(folder / kept) as beside:
        beside.write_bytes(content)
    for name in replaced:
        if name != kept:
            (folder / name).unlink(missing_ok=True)
    give_up(folder)


def _put(trial: Path, kept: str, content: bytes) -> list[str]:
    """Put a file in the place of those of the same table; give their names."""
    replaced = [p for p in trial.iterdir() if p.stem.casefold() == Path(kept).stem and p.suffix in ENDINGS]
    for path in replaced:
        path.unlink()
    (trial / kept).write_bytes(content)
    return [p.name for p in replaced]


def _room(folder: Path) -> Path:
    return folder / ".tunti" / "waiting"


def _keep(folder: Path, kept: str, content: bytes, findings: list[Finding]) -> None:
    room = _room(folder)
    room.mkdir(parents=True, exist_ok=True)
    (room / kept).write_bytes(content)
    with whole_file(room / "findings.json") as beside:
        beside.write_text(json.dumps({"file": kept, "findings": [f.packed() for f in findings]}), encoding="utf-8")


def waiting_of(folder: Path) -> Waiting | None:
    """Give the file that waits beside a project, None when none does."""
    try:
        told = json.loads((_room(folder) / "findings.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return Waiting(_room(folder) / told["file"], [Finding.unpacked(f) for f in told["findings"]])


def give_up(folder: Path) -> None:
    """Throw the waiting file away."""
    shutil.rmtree(_room(folder), ignore_errors=True)


def correct_waiting(folder: Path, cells: Cells) -> str:
    """Change cells of the waiting file and take it in when nothing is wrong any more.

    Parameters
    ----------
    folder : Path
    cells : mapping

    Returns
    -------
    str
        Name of the file in the project.

    Raises
    ------
    InputError
        Something is still wrong: the file waits with its new values.
    TuntiError
        No file waits, or a cell is not in it.
    """
    with _ONE:
        waiting = waiting_of(folder)
        if waiting is None:
            raise TuntiError(say("No file waits any more: it was taken in or given up."))
        content = waiting.path.read_bytes()
        for table, own in _by_table(cells).items():
            opened = open_tables(waiting.path.parent).get(table)
            if opened is None:
                raise TuntiError(say("The table {table} is not in the file that waits.", table=table))
            content = corrected(opened, own)
            waiting.path.write_bytes(content)
        _take(folder, waiting.path.name, content)
    return waiting.path.name


def correct(folder: Path, cells: Cells) -> list[Finding]:
    """Change cells of the project's own tables.

    Parameters
    ----------
    folder : Path
    cells : mapping

    Returns
    -------
    list of Finding
        Of the project after the change.

    Raises
    ------
    InputError
        The change would make the tables worse: the project was not changed.
    TuntiError
        A cell is not in the files.
    """
    with _ONE, _trial(folder) as trial:
        before = _errors(Project(folder).baseline()[2])
        changed: dict[str, bytes] = {}
        for table, own in _by_table(cells).items():
            opened = open_tables(trial).get(table)
            if opened is None:
                raise TuntiError(
                    say("The table {table} can't be changed here. Change it in its own file.", table=table)
                )
            name = str(opened.path.relative_to(trial))
            changed[name] = corrected(opened, own)
            # The trial's file is the project's own under another name until it is written anew.
            opened.path.unlink()
            opened.path.write_bytes(changed[name])
        _, _, findings = Project(trial).baseline()
        worse = _errors(findings)
        if worse and len(worse) >= len(before):
            raise InputError(findings)
        for name, content in changed.items():
            with whole_file(folder / name) as beside:
                beside.write_bytes(content)
    return list(findings)


def _errors(findings: list[Finding]) -> list[Finding]:
    return [f for f in findings if f.level is Level.ERROR]


def _by_table(cells: Cells) -> dict[str, dict[tuple[int, str], str]]:
    found: dict[str, dict[tuple[int, str], str]] = {}
    for (table, row, column), value in cells.items():
        found.setdefault(table, {})[row, column] = value
    return found


@contextmanager
def _trial(folder: Path) -> Iterator[Path]:
    """Make a copy of a project's tables to try something on."""
    with tempfile.TemporaryDirectory(prefix="tunti-table-") as made:
        trial = Path(made) / "project"
        trial.mkdir()
        for path in folder.iterdir():
            if path.is_file() and not path.name.startswith("."):
                _beside(path, trial / path.name)
        if (folder / "roads").is_dir():
            shutil.copytree(folder / "roads", trial / "roads", copy_function=_beside)
        yield trial


def _beside(source: Path | str, target: Path | str) -> None:
    """Link a file where the disk can, copy it where not."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
