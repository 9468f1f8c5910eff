"""Sections of the plan's document (services, premises, programme, money, remote service) as pages show them."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tunti.findings import Message, say
from tunti.locale import LANGUAGES, N_
from tunti.plan.regional import RegionalPlan
from tunti.report import parts
from tunti.report.document import Bullets, Callout, Figure, KeyFigures, Paragraph, Section, Table, Value
from tunti.report.sections.context import context_for
from tunti.report.words import PlaceName, Words, words_for
from tunti.report.writers.pdf import cut_note
from tunti.store.folder import whole_file
from tunti.web.by_quarter import by_quarter

PAGES: dict[str, tuple[str, Message, tuple[parts.Part, ...]]] = {
    "services": (
        N_("Services at points"),
        say("Who serves where is worked out with the figures of the plan, once services are in the tables."),
        (parts.SERVICES, parts.CLOSING),
    ),
    "programme": (
        N_("Programme and stacks"),
        say("The programme is made with the documents of the plan, once offices and premises are in the tables."),
        (parts.PROGRAMME, parts.PREMISES),
    ),
    "money": (
        N_("Money"),
        say("Money is counted with the programme, once rents, leases and unit costs are in the tables."),
        (parts.MONEY,),
    ),
    "remote": (
        N_("Remote service"),
        say("Remote service is planned once services and their channels are in the tables."),
        (parts.REMOTE,),
    ),
}
"""Heading of each page, what is said while nothing is worked out, and the document's sections that it shows."""

MOST_ROWS = 300
"""Rows of a table on a page; the workbook has all of them. A default of this product."""


def _path(folder: Path, plan: str) -> Path:
    return folder / ".tunti" / "sections" / f"{plan}.json"


def keep_sections(folder: Path, name: str, version: int, plan: RegionalPlan) -> None:
    """Keep the sections of a plan for its pages, in all languages, without what the project group may not see.

    Parameters
    ----------
    folder : Path
        The project folder.
    name : str
        The plan's name.
    version : int
        The plan's version that they are of.
    plan : RegionalPlan
        With the results of the stages.
    """
    kept: dict[str, Any] = {"version": version}
    for language in LANGUAGES:
        words = words_for(language, plan.settings.project.names, plan.settings.project.texts)
        context = context_for(plan, words, audience="project")
        kept[language] = {
            page: [_plain(part.section(context), words, 2) for part in shown] for page, (_, _, shown) in PAGES.items()
        }
        counts = None if plan.programme is None else by_quarter(context, plan.programme)
        if counts is not None:
            # The picture's counts stand beside it as a table.
            blocks = kept[language]["programme"][0]["blocks"]
            pictures = [k for k, b in enumerate(blocks) if b["kind"] == "picture"]
            blocks[pictures[0] + 1 : pictures[0] + 1] = [_block(counts, words)]
    with whole_file(_path(folder, name)) as beside:
        beside.write_text(json.dumps(kept, ensure_ascii=False), encoding="utf-8")


def sections_of(folder: Path, name: str, page: str, language: str) -> tuple[int, list[dict[str, Any]]]:
    """Give the kept sections of a page and the version that they are of; none while nothing is worked out."""
    try:
        kept = json.loads(_path(folder, name).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return 0, []
    return int(kept["version"]), list(kept[language].get(page, ()))


def _plain(section: Section, words: Words, level: int) -> dict[str, Any]:
    return {
        "key": section.key,
        "title": section.title,
        "level": level,
        "blocks": [_block(b, words) for b in section.blocks],
        "sections": [_plain(s, words, level + 1) for s in section.sections],
    }


def _block(block: Any, words: Words) -> dict[str, Any]:
    match block:
        case Paragraph():
            return {"kind": "paragraph", "lead": block.lead, "text": block.text}
        case Bullets():
            return {"kind": "bullets", "items": list(block.items), "ordered": block.ordered}
        case Callout():
            return {"kind": "callout", "title": block.title, "texts": list(block.texts)}
        case KeyFigures():
            return {"kind": "figures", "figures": [[f.value, f.label, f.detail] for f in block.figures]}
        case Table():
            many = len(block.rows) > MOST_ROWS
            rows = _rows(block.rows, block, words)
            return {
                "kind": "table",
                "caption": block.caption,
                "heads": [[f"{c.group}: {c.title}" if c.group else c.title, c.numeric] for c in block.columns],
                "rows": rows,
                "places": [_places(row) for row in block.rows],
                "short": _rows(block.shown()[:MOST_ROWS], block, words) if many else None,
                "total": None
                if block.total is None
                else ["" if v is None else words.value(v, c) for v, c in zip(block.total, block.columns, strict=True)],
                "note": block.note,
                "cut": cut_note(block, words),
            }
        case Figure():
            picture = base64.b64encode(block.svg).decode("ascii")
            return {"kind": "picture", "caption": block.caption, "alt": block.alt, "svg": picture}
    raise TypeError(type(block).__name__)


def _rows(rows: Sequence[Sequence[Value]], table: Table, words: Words) -> list[list[str]]:
    return [[words.value(v, c) for v, c in zip(row, table.columns, strict=True)] for row in rows]


def _places(row: Sequence[Value]) -> list[list[str]]:
    """Give kind and code of the places that a row names, regions first."""
    named = [[v.kind, v.code] for v in row if isinstance(v, PlaceName)]
    return sorted(named, key=lambda place: place[0] != "region")


def shortened(sections: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Cut tables that are too long for a page, and say so under them."""

    def block(b: dict[str, Any]) -> dict[str, Any]:
        if b["kind"] != "table" or len(b["rows"]) <= MOST_ROWS:
            return b
        return b | {"rows": b["short"], "note": b["cut"]}

    return [s | {"blocks": [block(b) for b in s["blocks"]], "sections": shortened(s["sections"])} for s in sections]


def served_points(plan: RegionalPlan) -> dict[str, dict[str, Any]]:
    """Give what the public is told of each point: who serves how, hours and remote rooms.

    Parameters
    ----------
    plan : RegionalPlan

    Returns
    -------
    dict of str to dict
        By site.
    """
    points: dict[str, dict[str, Any]] = {}
    if plan.services is not None:
        for row in plan.services.points.to_dict("records"):
            hours = row["hours_week"]
            points[str(row["site"])] = {} if hours != hours else {"hours_week": round(float(hours), 1)}
        for row in plan.services.duties.to_dict("records"):
            if row["mode"] != "none":
                serving = points.setdefault(str(row["site"]), {}).setdefault("serving", [])
                serving.append({"agency": str(row["agency"]), "mode": str(row["mode"])})
    if plan.remote is not None and "rooms" in plan.remote.points.columns:
        for row in plan.remote.points.to_dict("records"):
            if row["rooms"] == row["rooms"]:
                points.setdefault(str(row["site"]), {})["remote_rooms"] = int(row["rooms"])
    return points
