"""The data-quality scores and the to-do list as tables: the same for the command line and for a marked workbook."""

from __future__ import annotations

from tunti.findings import Share
from tunti.inputs.new_sheet import NewSheet, Value
from tunti.inputs.quality import Quality
from tunti.inputs.words import QUALITY_SHEET, TODO_SHEET
from tunti.locale import N_, translator

_SCORES = (
    N_("Agency"),
    N_("Region"),
    N_("Offices"),
    N_("Filled"),
    N_("Own figures"),
    N_("Faulty rows"),
    N_("Score, 0–100"),
)
_TODO = (N_("Agency"), N_("Region"), N_("What to do"), N_("Due"), N_("Gain, points"))


def quality_sheets(found: Quality, *, language: str) -> tuple[NewSheet, NewSheet]:
    """Put the scores, the weakest first, and what to mend, the most helpful first, on two sheets.

    Parameters
    ----------
    found : Quality
    language : {"fi", "sv", "en"}

    Returns
    -------
    scores, todo : NewSheet
    """
    say = translator(language)
    region = f"region_{language}"
    scores: list[list[Value]] = [
        [
            str(r["agency"]),
            str(r[region]),
            int(r["offices"]),
            Share(r["filled"]),
            Share(r["own"]),
            Share(r["faulty"]),
            round(float(r["score"])),
        ]
        for r in found.scores.sort_values(["score", "agency", "region"]).to_dict("records")
    ]
    todo: list[list[Value]] = [
        [str(r["agency"]), str(r[region]), r["what"].text(language), r["due"], round(float(r["gain"]), 1)]
        for r in found.todo.to_dict("records")
    ]
    return (
        NewSheet(say(QUALITY_SHEET), (16, 24, 14, 12, 12, 14, 14), [say(t) for t in _SCORES], scores),
        NewSheet(say(TODO_SHEET), (16, 24, 70, 14, 14), [say(t) for t in _TODO], todo),
    )
