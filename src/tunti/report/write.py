"""Writes a plan's files into a folder: all of them or none."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from tunti.findings import Message, say
from tunti.plan.regional import RegionalPlan
from tunti.report.document import Document
from tunti.report.own_texts import Texts
from tunti.report.regional import regional_document
from tunti.report.visible import Audience
from tunti.report.words import Words, words_for
from tunti.report.writers.excel import write_excel
from tunti.report.writers.geopackage import write_geopackage
from tunti.report.writers.html import write_html
from tunti.report.writers.pdf import write_pdf
from tunti.report.writers.word import write_word
from tunti.store.folder import umask

FORMATS = ("html", "pdf", "docx", "xlsx", "gpkg")
DOCUMENT_FORMATS = FORMATS[:-1]
"""Those that a document without places of its own can have."""

Progress = Callable[[Message, float], None]
"""Called with what is being done and the share of the work that is done."""

Maker = Callable[[Path], None]
"""Writes one file at the path that it is given."""


def write_plan(
    plan: RegionalPlan,
    folder: Path,
    *,
    languages: Sequence[str] = ("fi", "sv", "en"),
    formats: Sequence[str] = FORMATS,
    timestamp: dt.datetime | None = None,
    audience: Audience = "public",
    texts: Texts = (),
    bare_names: bool = False,
    progress: Progress | None = None,
) -> list[Path]:
    """Write a plan as HTML, PDF, Word, Excel and GeoPackage in the asked languages.

    Everything is written into a temporary folder beside the target and moved when it is complete: a full disk or
    Ctrl-C leaves the target as it was.

    Parameters
    ----------
    plan : RegionalPlan
    folder : Path
        Where the files go; made when it is not there. Other files in it stay.
    languages : sequence of {"fi", "sv", "en"}
        The first one also names the layers of the GeoPackage.
    formats : sequence of {"html", "pdf", "docx", "xlsx", "gpkg"}
    timestamp : datetime, optional
        The moment that files carry and the day that the document is dated. By default the document has no date and
        files carry the settings' ``as_of`` day, so that the same plan gives the same bytes.
    audience : {"public", "project"}
        The public files leave out what the schemas keep for the project group.
    texts : tuple of OwnText
        The group's own paragraphs, as :func:`tunti.report.own_texts.own_texts` gives them.
    bare_names : bool
        One language: ``plan.pdf`` rather than ``plan.fi.pdf``.
    progress : callable, optional

    Returns
    -------
    list of Path
        ``plan.<language>.html``, ``.pdf``, ``.docx``, ``.xlsx`` and ``plan.gpkg``.

    Raises
    ------
    ValueError
        A language or format is not known.
    OSError
        The folder can't be written or the disk is full.
    """
    _known(formats, FORMATS)
    if not languages:
        raise ValueError("no language was asked for")
    if bare_names and len(languages) > 1:
        raise ValueError("files of several languages need the language in their names")
    made = timestamp.date() if timestamp is not None else None
    moment = moment_of(timestamp, plan.settings.project.as_of)
    makers: dict[str, Maker] = {}
    for language in languages:
        document = regional_document(plan, language=language, audience=audience, made=made, texts=texts)
        stem = "plan" if bare_names else f"plan.{language}"
        makers.update(document_makers(document, stem, formats, moment))
    if "gpkg" in formats:
        words = words_for(languages[0], plan.settings.project.names, plan.settings.project.texts)
        makers["plan.gpkg"] = partial(_geopackage, plan, words, moment, audience)
    return write_files(folder, makers, progress=progress)


def _geopackage(plan: RegionalPlan, words: Words, moment: dt.datetime, audience: Audience, path: Path) -> None:
    write_geopackage(plan, path, words, timestamp=moment, audience=audience)


def moment_of(timestamp: dt.datetime | None, as_of: dt.date) -> dt.datetime:
    """Give the moment that files carry: the one given, else the day of the data; with a time zone."""
    moment = timestamp or dt.datetime.combine(as_of, dt.time(), dt.UTC)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=dt.UTC)


def document_makers(document: Document, stem: str, formats: Sequence[str], moment: dt.datetime) -> dict[str, Maker]:
    """Give the writers of a document's files by their names.

    Parameters
    ----------
    document : Document
    stem : str
        Name of the files before their ending.
    formats : sequence of {"html", "pdf", "docx", "xlsx"}
        Others are left out.
    moment : datetime

    Returns
    -------
    dict of str to callable
    """

    def maker(write: Callable[[], bytes]) -> Maker:
        def make(path: Path) -> None:
            path.write_bytes(write())

        return make

    writers: dict[str, Callable[[], bytes]] = {
        "html": lambda: write_html(document),
        "pdf": lambda: write_pdf(document, timestamp=moment),
        "docx": lambda: write_word(document, timestamp=moment),
        "xlsx": lambda: write_excel(document, timestamp=moment),
    }
    return {f"{stem}.{form}": maker(write) for form, write in writers.items() if form in formats}


def _known(formats: Sequence[str], known: Sequence[str]) -> None:
    unknown = [f for f in formats if f not in known]
    if unknown:
        raise ValueError(f"format {unknown[0]!r} is not one of {', '.join(known)}")


def write_document(
    document: Document,
    folder: Path,
    *,
    stem: str,
    as_of: dt.date,
    formats: Sequence[str] = DOCUMENT_FORMATS,
    timestamp: dt.datetime | None = None,
    progress: Progress | None = None,
) -> list[Path]:
    """Write any document as HTML, PDF, Word and Excel into a folder, all or none.

    Parameters
    ----------
    document : Document
    folder : Path
    stem : str
        Name of the files before their ending.
    as_of : date
        The day that files carry without a timestamp.
    formats : sequence of {"html", "pdf", "docx", "xlsx"}
    timestamp : datetime, optional
    progress : callable, optional

    Returns
    -------
    list of Path

    Raises
    ------
    ValueError
        A format is not known.
    OSError
        The folder can't be written or the disk is full.
    """
    _known(formats, DOCUMENT_FORMATS)
    return write_files(folder, document_makers(document, stem, formats, moment_of(timestamp, as_of)), progress=progress)


def write_files(folder: Path, makers: Mapping[str, Maker], *, progress: Progress | None = None) -> list[Path]:
    """Write files into a folder, all or none.

    Parameters
    ----------
    folder : Path
        Made when it is not there. Other files in it stay.
    makers : mapping of str to callable
        Who writes each file.
    progress : callable, optional

    Returns
    -------
    list of Path
    """
    folder = Path(folder).absolute()
    folder.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        for done, (name, make) in enumerate(makers.items()):
            if progress is not None:
                progress(say("Writing {name}", name=name), done / len(makers))
            make(scratch / name)
        scratch.chmod(0o777 & ~umask())
        return _move(scratch, folder, list(makers))
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
