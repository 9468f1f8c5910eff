"""Takes an uploaded table into a project: only when the project can be planned with afterwards."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from tunti.errors import InputError, TuntiError
from tunti.findings import say, stops
from tunti.inputs.schemas import SCHEMAS
from tunti.project import Project
from tunti.store.folder import whole_file

ENDINGS = (".csv", ".xlsx", ".parquet", ".gpkg")


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
        With the table the project could not be planned with; nothing was changed.
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
    with tempfile.TemporaryDirectory(prefix="tunti-table-") as made:
        trial = Path(made) / "project"
        trial.mkdir()
        for path in folder.iterdir():
            if path.is_file() and not path.name.startswith("."):
                _beside(path, trial / path.name)
        if (folder / "roads").is_dir():
            shutil.copytree(folder / "roads", trial / "roads", copy_function=_beside)
        replaced = [p for p in trial.iterdir() if p.stem.casefold() == Path(kept).stem and p.suffix in ENDINGS]
        for path in replaced:
            path.unlink()
        (trial / kept).write_bytes(content)
        _, _, findings = Project(trial).baseline()
        if stops(findings):
            raise InputError(findings)
    with whole_file(folder / kept) as beside:
        beside.write_bytes(content)
    for path in replaced:
        if path.name != kept:
            (folder / path.name).unlink(missing_ok=True)
    return kept


def _beside(source: Path | str, target: Path | str) -> None:
    """Link a file where the disk can, copy it where not."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
