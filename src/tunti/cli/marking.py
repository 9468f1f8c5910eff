"""What ``tunti check`` does beyond listing: the marked workbook and the score of data quality."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tunti.cli.show import rows_table, tell
from tunti.findings import Finding, say
from tunti.inputs.marking import marked_folder
from tunti.inputs.quality import Quality
from tunti.inputs.quality_sheets import quality_sheets
from tunti.locale import translator
from tunti.project import Project
from tunti.store.folder import whole_file

MOST_TODO = 20
"""Things to mend that the readable list shows; --json has all of them."""


def write_marked(
    project: Project, findings: Sequence[Finding], to: Path, language: str, found: Quality | None = None
) -> int:
    """Write the marked copy of the project's workbook, with its quality if asked; give the number of marked cells."""
    sheets = () if found is None else quality_sheets(found, language=language)
    book, cells = marked_folder(project.store.folder, project.tables(), findings, language=language, sheets=sheets)
    with whole_file(to) as beside:
        beside.write_bytes(book)
    return cells


def quality_values(found: Quality, language: str) -> dict[str, Any]:
    """Put scores into plain values for ``--json``."""
    todo = found.todo.assign(
        what=[w.text(language) for w in found.todo["what"]], due=[d and d.isoformat() for d in found.todo["due"]]
    )
    return {"quality": found.scores.to_dict("records"), "todo": todo.to_dict("records")}


def show_quality(found: Quality, language: str) -> None:
    """Print the scores, the weakest first, and what to mend first."""
    _ = translator(language)
    scores, todo = quality_sheets(found, language=language)
    for title, sheet, rows in (
        (_("Data quality of offices by agency and region"), scores, scores.rows),
        (_("What to mend first"), todo, todo.rows[:MOST_TODO]),
    ):
        rows_table(
            title,
            list(sheet.head),
            [["–" if v is None else say("{n}", n=v).text(language) for v in row] for row in rows],
        )
    if found.todo["due"].isna().all():
        tell(_("Set project.data_due to date the to-do list."))
