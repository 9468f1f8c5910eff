"""A project folder as the store: settings, tables and scenarios as files, results by content hash.

::

    project.toml          settings
    cells.csv ...         the tables, in any format that the readers know
    scenarios/NAME.toml   scenarios
    plans/                finished plans
    .tunti/results/       results of stages, one file per content hash; may be deleted at any time
    .tunti/orders/        contraction orders of road networks, one file per network; may be deleted at any time

Writes are atomic: a file is written beside its place and moved there when it is whole.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tunti.errors import TuntiError
from tunti.findings import say
from tunti.locale import N_

Arrays = Mapping[str, NDArray[Any]]

WRITING_FAILED = N_(
    "{path} could not be written ({reason}). Check that the folder may be written to and that the disk has space."
)
"""What a person is told when a file or folder can't be written."""


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Write a file so that it is there whole or not at all.

    Parameters
    ----------
    path : Path
        Where the file goes.

    Yields
    ------
    Path
        A path in the same folder to write to; it takes ``path``'s place when the block ends without an error.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".writing-", suffix=path.suffix)
    os.close(handle)
    beside = Path(name)
    try:
        yield beside
        beside.chmod(0o666 & ~umask())
        os.replace(beside, path)
    except OSError as problem:
        raise TuntiError(
            say(
                WRITING_FAILED,
                path=path.name,
                reason=problem.strerror or type(problem).__name__,
            )
        ) from problem
    finally:
        beside.unlink(missing_ok=True)


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """Fill a folder so that it is there whole or, after an error or Ctrl-C, as it was before.

    Parameters
    ----------
    path : Path
        The folder; an older one of the same name is replaced as a whole.

    Yields
    ------
    Path
        An empty folder beside it to write into.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".writing-{path.name}-"))
    old = beside.with_name(beside.name + "-old")
    try:
        yield beside
        beside.chmod(0o777 & ~umask())
        if path.exists():
            os.replace(path, old)
        try:
            os.replace(beside, path)
        except OSError:
            if old.exists():
                os.replace(old, path)
            raise
    except OSError as problem:
        raise TuntiError(
            say(
                WRITING_FAILED,
                path=path.name,
                reason=problem.strerror or type(problem).__name__,
            )
        ) from problem
    finally:
        shutil.rmtree(beside, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


def umask() -> int:
    """Give the rights that new files do not get: temporary files are closed to others until they take their place."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


class FolderStore:
    """The default store: a project folder on this machine.

    Parameters
    ----------
    folder : Path
        The project folder; it must hold ``project.toml``.

    Raises
    ------
    TuntiError
        The folder is missing or is not a project.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)
        if not self.folder.is_dir():
            raise TuntiError(
                say(
                    "There is no folder {folder}. Check the name, or make a project with: tunti new {folder}",
                    folder=str(folder),
                )
            )
        if not (self.folder / "project.toml").is_file():
            raise TuntiError(
                say(
                    "{folder} is not a project: it has no project.toml. Make a project with: tunti new {folder}",
                    folder=str(folder),
                )
            )

    def settings_text(self) -> str:
        """Read the settings file."""
        return _text(self.folder / "project.toml")

    def scenarios(self) -> tuple[str, ...]:
        """Names of the scenarios, sorted."""
        return tuple(sorted(p.stem for p in (self.folder / "scenarios").glob("*.toml")))

    def own_texts(self) -> dict[str, str]:
        """Give the group's own paragraphs: content by path under the folder ``texts``.

        Returns
        -------
        dict of str to str
            Signs that are no UTF-8 are replaced.
        """
        folder = self.folder / "texts"
        files = [p for pattern in ("*.md", "*/*.md") for p in folder.glob(pattern) if p.is_file()]
        return {
            p.relative_to(folder).as_posix(): p.read_text(encoding="utf-8", errors="replace") for p in sorted(files)
        }

    def scenario_text(self, name: str) -> str:
        """Read a scenario's file.

        Raises
        ------
        TuntiError
            There is no scenario of that name.
        """
        if name not in self.scenarios():
            raise TuntiError(
                say(
                    "There is no scenario {name} in this project. It has: {names}.",
                    name=name,
                    names=", ".join(self.scenarios()) or "-",
                )
            )
        return _text(self.folder / "scenarios" / f"{name}.toml")

    def keep_scenario(self, name: str, text: str) -> Path:
        """Write a new scenario's file, whole or not at all.

        Raises
        ------
        TuntiError
            The name is taken, or is no name for a file.
        """
        if not re.fullmatch(r"[^\W_][\w .-]{0,79}", name) or name == "baseline":
            raise TuntiError(say("{name} is no name for a scenario. Use letters, numbers, spaces, - and _.", name=name))
        path = self.folder / "scenarios" / f"{name}.toml"
        if path.exists():
            raise TuntiError(say("There is already a scenario {name}. Choose a new name.", name=name))
        with whole_file(path) as beside:
            beside.write_text(text, encoding="utf-8")
        return path

    def result(self, stage: str, key: str) -> tuple[dict[str, Any], dict[str, NDArray[Any]]] | None:
        """Give a stage's kept result, or None when there is none (or it is damaged).

        Parameters
        ----------
        stage : str
            Name of the stage, ``"times"``.
        key : str
            Content hash of everything that the result depends on.

        Returns
        -------
        (dict, dict of str to ndarray) or None
            Plain values and arrays, as they were kept.
        """
        path = self._result_path(stage, key)
        if not path.is_file():
            return None
        try:
            with np.load(path, allow_pickle=False) as kept:
                arrays = {name: kept[name] for name in kept.files if name != "values"}
                values: dict[str, Any] = json.loads(str(kept["values"]))
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error):
            # A damaged file is no result: the stage runs again and replaces it.
            return None
        return values, arrays

    def keep(self, stage: str, key: str, values: Mapping[str, Any], arrays: Arrays) -> None:
        """Keep a stage's result under its content hash."""
        path = self._result_path(stage, key)
        with whole_file(path) as beside, beside.open("wb") as out:
            np.savez(out, values=np.array(json.dumps(values)), **arrays)  # type: ignore[arg-type]

    def orders(self) -> Path:
        """Give the folder where contraction orders are kept; it need not be there yet."""
        return self.folder / ".tunti" / "orders"

    def _result_path(self, stage: str, key: str) -> Path:
        return self.folder / ".tunti" / "results" / f"{stage}-{key}.npz"


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as problem:
        raise TuntiError(
            say("{path} is not UTF-8 text. Save it again with the encoding UTF-8.", path=path.name)
        ) from problem
