"""What ``tunti check`` does beyond listing: the marked workbook and the score of data quality."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tunti.cli.show import rows_table
from tunti.findings import Finding, Share, say
from tunti.inputs.marking import marked_folder
from tunti.inputs.quality import Quality
from tunti.locale import translator
from tunti.project import Project
from tunti.store.folder import whole_file

MOST_TODO = 20
"""Things to mend that the readable list shows; --json has all of them."""


def write_marked(project: Project, findings: Sequence[Finding], to: Path, language: str) -> int:
    """Write the marked copy of the project's workbook; give the number of marked cells."""
    book, cells = marked_folder(project.store.folder, project.tables(), findings, language=language)
    with whole_file(to) as beside:
        beside.write_bytes(book)
    return cells


def quality_values(found: Quality, language: str) -> dict[str, Any]:
    """Put scores into plain values for ``--json``."""
    todo = found.todo.assign(what=[w.text(language) for w in found.todo["what"]])
    return {"quality": found.scores.to_dict("records"), "todo": todo.to_dict("records")}


def show_quality(found: Quality, language: str) -> None:
    """Print the scores, the weakest first, and what to mend first."""
    _ = translator(language)

    def number(value: float) -> str:
        return say("{n}", n=round(float(value))).text(language)

    def share(value: float) -> str:
        return say("{n}", n=Share(value)).text(language)

    rows_table(
        _("Data quality of offices by agency and region"),
        [_("Agency"), _("Region"), _("Offices"), _("Filled"), _("Own figures"), _("Faulty rows"), _("Score, 0–100")],
        [
            [str(r["agency"]), str(r["region"]), number(r["offices"]), share(r["filled"]), share(r["own"]),
             share(r["faulty"]), number(r["score"])]
            for r in found.scores.sort_values(["score", "agency", "region"]).to_dict("records")
        ],
    )  # fmt: skip
    rows_table(
        _("What to mend first"),
        [_("Agency"), _("Region"), _("What to do"), _("Gain, points")],
        [
            [str(r["agency"]), str(r["region"]), r["what"].text(language), number(r["gain"])]
            for r in found.todo.head(MOST_TODO).to_dict("records")
        ],
    )
