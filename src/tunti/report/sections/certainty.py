"""How sure it is that people are within the standard, drive times being estimates."""

from __future__ import annotations

from tunti.access.certainty import certainty_note
from tunti.locale import N_
from tunti.report.document import Column, Paragraph, Section, Table, Value
from tunti.report.hatching import doubtful
from tunti.report.sections.context import Context, number, records
from tunti.report.words import missing


def _table(context: Context) -> Table:
    """Count people surely, likely and unlikely within, the municipalities with most who are not sure first."""
    plan, say, words = context.plan, context.say, context.words
    assert plan.certainty is not None
    group = say(N_("People within the standard"))

    def figures(row: dict[str, object]) -> list[Value]:
        counts = [int(float(str(row[k]))) for k in ("people", "people_surely", "people_likely", "people_unlikely")]
        return [*counts, number(row["share_surely"])]

    rows = [r for r in records(plan.certainty.municipalities) if r["people"] > 0]
    rows.sort(key=lambda r: (-(int(r["people"]) - int(r["people_surely"])), str(r["municipality"])))
    unknown = say(N_("Municipality not known"))
    total = records(plan.certainty.total)[0]
    return context.table(
        "certainty",
        say(N_("People surely, likely and unlikely within the standard with the proposal")),
        (
            Column(say(N_("Municipality")), weight=1.9),
            Column(say(N_("People")), "whole", adds=True),
            Column(say(N_("surely")), "whole", adds=True, group=group),
            Column(say(N_("likely")), "whole", adds=True, group=group),
            Column(say(N_("unlikely")), "whole", adds=True, group=group),
            Column(say(N_("Share surely")), "share"),
        ),
        [
            (unknown if missing(r["municipality"]) else words.place(r) or str(r["municipality"]), *figures(r))
            for r in rows
        ],
        total=(say(N_("All")), *figures(total)),
        note=words.message(certainty_note(plan.certainty.error, minutes=plan.certainty.minutes)),
        paper_rows=10,
    )


def certainty(context: Context) -> Section:
    """Write the section on the certainty of accessibility.

    Parameters
    ----------
    context : Context

    Returns
    -------
    Section
    """
    plan, say, words = context.plan, context.say, context.words
    title = say(N_("Certainty of accessibility"))
    if plan.certainty is None or not int(plan.certainty.total["people"].sum()):
        lacking = context.lacking(say(N_("How sure the drive times are near the standard was not estimated.")))
        return Section("certainty", title, (lacking,))
    total = records(plan.certainty.total)[0]
    texts = [
        say(
            N_(
                "Drive times are estimates, and near the standard the estimate decides who counts as within it. "
                "Surely at most {minutes} minutes from a point: {surely}, {share} of the area's people. Likely: "
                "{likely}. Unlikely: {unlikely}."
            ),
            minutes=context.minutes,
            surely=context.people(total["people_surely"]),
            share=words.share(total["share_surely"]),
            likely=context.people(total["people_likely"]),
            unlikely=context.people(total["people_unlikely"]),
        ),
        say(N_("The figures elsewhere in this plan take the drive times as they are.")),
    ]
    if int(total["people_surely"]) == int(total["people"]):
        everyone = say(
            N_(
                "Drive times are estimates, but everyone in the area is surely at most {minutes} minutes from a point: "
                "for each the chance is at least {chance}."
            ),
            minutes=context.minutes,
            chance=words.share(plan.certainty.error.surely, decimals=0),
        )
        return Section("certainty", title, (Paragraph(everyone),))
    if doubtful(plan).any():
        texts.append(say(N_("Squares that are likely but not surely within are hatched on the map of the proposal.")))
    return Section("certainty", title, (Paragraph(" ".join(texts)), _table(context)))
