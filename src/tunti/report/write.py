"""Writes a plan's files into a folder: all of them or none."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from tunti.findings import Message, say
from tunti.plan.regional import RegionalPlan
from tunti.report.regional import regional_document
from tunti.report.visible import Audience
from tunti.report.words import words_for
from tunti.report.writers.excel import write_excel
from tunti.report.writers.geopackage import write_geopackage
from tunti.report.writers.html import write_html
from tunti.report.writers.pdf import write_pdf
from tunti.store.folder import umask

FORMATS = ("html", "pdf", "xlsx", "gpkg")

Progress = Callable[[Message, float], None]
"""Called with what is being done and the share of the work that is done."""


def write_plan(
    plan: RegionalPlan,
    folder: Path,
    *,
    languages: Sequence[str] = ("fi", "sv", "en"),
    formats: Sequence[str] = FORMATS,
    timestamp: dt.datetime | None = None,
    audience: Audience = "public",
    progress: Progress | None = None,
) -> list[Path]:
    """Write a plan as HTML, PDF, Excel and GeoPackage in the asked languages.

    Everything is written into a temporary folder beside the target and moved when it is complete: a full disk or
    Ctrl-C leaves the target as it was.

    Parameters
    ----------
    plan : RegionalPlan
    folder : Path
        Where the files go; made when it is not there. Other files in it stay.
    languages : sequence of {"fi", "sv", "en"}
        The first one also names the layers of the GeoPackage.
    formats : sequence of {"html", "pdf", "xlsx", "gpkg"}
    timestamp : datetime, optional
        The moment that files carry and the day that the document is dated. By default the document has no date and
        files carry the settings' ``as_of`` day, so that the same plan gives the same bytes.
    audience : {"public", "project"}
        The public files leave out what the schemas keep for the project group.
    progress : callable, optional

    Returns
    -------
    list of Path
        ``plan.<language>.html``, ``.pdf``, ``.xlsx`` and ``plan.gpkg``.

    Raises
    ------
    ValueError
        A language or format is not known.
    OSError
        The folder can't be written or the disk is full.
    """
    unknown = [f for f in formats if f not in FORMATS]
    if unknown:
        raise ValueError(f"format {unknown[0]!r} is not one of {', '.join(FORMATS)}")
    if not languages:
        raise ValueError("no language was asked for")
    made = timestamp.date() if timestamp is not None else None
    moment = timestamp or dt.datetime.combine(plan.settings.project.as_of, dt.time(), dt.UTC)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=dt.UTC)
    folder = Path(folder).absolute()
    folder.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    steps = len(languages) * len([f for f in formats if f != "gpkg"]) + ("gpkg" in formats)
    done = 0

    def tell(message: Message) -> None:
        nonlocal done
        if progress is not None:
            progress(message, done / max(steps, 1))
        done += 1

    try:
        names: list[str] = []
        for language in languages:
            document = regional_document(plan, language=language, audience=audience, made=made)
            for form in (f for f in FORMATS if f in formats and f != "gpkg"):
                tell(say("Writing {name}", name=f"plan.{language}.{form}"))
                match form:
                    case "html":
                        content = write_html(document)
                    case "pdf":
                        content = write_pdf(document, timestamp=moment)
                    case _:
                        content = write_excel(document, timestamp=moment)
                names.append(f"plan.{language}.{form}")
                (scratch / names[-1]).write_bytes(content)
        if "gpkg" in formats:
            tell(say("Writing {name}", name="plan.gpkg"))
            words = words_for(languages[0], plan.settings.project.names)
            write_geopackage(plan, scratch / "plan.gpkg", words, timestamp=moment, audience=audience)
            names.append("plan.gpkg")
        scratch.chmod(0o777 & ~umask())
        return _move(scratch, folder, names)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _move(scratch: Path, folder: Path, names: list[str]) -> list[Path]:
    """Move finished files to their folder: in one step when it is new, else one file after another."""
    if not folder.exists():
        scratch.rename(folder)
    else:
        for name in names:
            os.replace(scratch / name, folder / name)
    return [folder / name for name in names]
