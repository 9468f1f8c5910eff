"""The embedded starter data of Finland.

Tables that let a first plan run in minutes, without any data of one's own. They are coarse and partly invented: every
page made of them says so. :func:`copy_starter` puts them in a project folder, where each table can then be replaced by
a better one. How they are made, and what is weak in them, is told in ``docs/guides/starter.md``.
"""

from __future__ import annotations

import shutil
from pathlib import Path

__all__ = ["copy_starter", "starter_folder"]

LICENCES = ("LICENSE-ODbL-1.0.md", "LICENSE-CC-BY-4.0.md")
"""Licence texts that go with the tables: the roads' and that of places and people."""


def starter_folder() -> Path:
    """Give the folder of the package that holds the starter's tables.

    Returns
    -------
    Path
        Holds ``project.toml``, the tables, the map layers and, in ``roads/``, the road tables with their own licence.
    """
    return Path(__file__).parent / "finland"


def copy_starter(folder: Path) -> None:
    """Put the starter's tables, settings and licences in a new project folder.

    Parameters
    ----------
    folder : Path
        Made if it is not there. Files of the starter that already exist in it are replaced.

    Raises
    ------
    OSError
        If the folder can't be made or written.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted(starter_folder().rglob("*")):
        if path.is_file():
            shutil.copyfile(path, folder / path.name)
    for name in LICENCES:
        shutil.copyfile(Path(__file__).parent / name, folder / name)
