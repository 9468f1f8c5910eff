"""The comparison of scenarios as a document: figures, difference maps, points, who gains and who loses, money."""

from __future__ import annotations

import datetime as dt
from functools import partial

from tunti.locale import N_
from tunti.plan.compare import LEAST, Comparison
from tunti.report.cover import MONEY, joint_document
from tunti.report.difference_map import difference_map
from tunti.report.document import (
    Block,
    Callout,
    Column,
    Document,
    Figure,
    KeyFigure,
    KeyFigures,
    Kind,
    Paragraph,
    Section,
    Value,
)
from tunti.report.sections.context import Context, context_for, number, records
from tunti.report.visible import Audience
from tunti.report.words import missing, words_for

MEASURES: dict[str, tuple[str, Kind]] = {
    "points": (N_("Joint service points, number"), "whole"),
    "new": (N_("Of them new"), "whole"),
    "people": (N_("People"), "whole"),
    "share": (N_("Share of people within the standard"), "share"),
    "outside": (N_("People outside"), "whole"),
    "mean_minutes": (N_("Mean drive, min"), "number"),
    "below_base": (N_("Points with a small population base"), "whole"),
    "offices_closed": (N_("Offices that close their customer part"), "whole"),
    **{name: (label, "euro") for name, label in MONEY.items()},
}

LEAST_ROWS = 40
"""Rows that paper shows of a table whose other rows are the same in all alternatives. A default of this product."""


def comparison_document(
    found: Comparison, *, language: str, audience: Audience = "public", made: dt.date | None = None
) -> Document:
    """Write a comparison in a language.

    Parameters
    ----------
    found : Comparison
    language : {"fi", "sv", "en"}
    audience : {"public", "project"}
    made : date, optional
        The day that the document is dated.

    Returns
    -------
    Document
    """
    words = words_for(language, found.plans[0].settings.project.names, found.plans[0].settings.project.texts)
    contexts = [context_for(p, words, audience=audience) for p in found.plans]
    first = contexts[0]
    say = first.say
    names = _names(first, found)
    return joint_document(
        first,
        title=say(N_("Comparison of alternatives")),
        sections=(
            _summary(first, found, names),
            _figures(first, found, names),
            _maps(contexts, found, names),
            _changes(first, found, names),
            _points(contexts, found, names),
            _towns(first, found, names),
        ),
        facts=((say(N_("Compared")), words.listing(names[1:])), (say(N_("With")), names[0])),
        illustrative=any(p.illustrative for p in found.plans),
        made=made,
    )


def _names(context: Context, found: Comparison) -> list[str]:
    return [context.say(N_("baseline")) if n == "baseline" else n for n in found.names]


def _total(found: Comparison, k: int) -> dict[str, int]:
    rows = found.changes[(found.changes["scenario"] == k) & found.changes["municipality"].isna()]
    return {c: int(rows[c].iloc[0]) for c in ("people", "shorter", "longer", "inside", "outside")}


def _summary(context: Context, found: Comparison, names: list[str]) -> Section:
    say, words = context.say, context.words
    texts, figures = [], []
    figures.append(
        KeyFigure(
            words.share(found.plans[0].proposed.share),
            say(N_("within {minutes} minutes: {name}"), minutes=context.minutes, name=names[0]),
            words.many(N_("{n} point"), N_("{n} points"), len(found.plans[0].points)),
        )
    )
    for k, plan in enumerate(found.plans[1:], start=1):
        total = _total(found, k)
        texts.append(
            say(
                N_(
                    "{name}: the drive gets shorter for {shorter} and longer for {longer}; {inside} get within the "
                    "standard and {outside} fall outside it."
                ),
                name=names[k],
                shorter=context.people(total["shorter"]),
                longer=context.people(total["longer"]),
                inside=words.number(total["inside"]),
                outside=words.number(total["outside"]),
            )
        )
        figures.append(
            KeyFigure(
                words.share(plan.proposed.share),
                say(N_("within {minutes} minutes: {name}"), minutes=context.minutes, name=names[k]),
                words.many(N_("{n} point"), N_("{n} points"), len(plan.points)),
            )
        )
    told = [
        say(N_("{name}: {description}"), name=name, description=description)
        for name, description in zip(names, found.descriptions, strict=True)
        if description
    ]
    lead = Callout(say(N_("What is compared")), (*told, *texts), "note")
    return Section("summary", say(N_("Summary")), (lead, KeyFigures(tuple(figures))))


def _figures(context: Context, found: Comparison, names: list[str]) -> Section:
    say, words = context.say, context.words
    rows: list[tuple[Value, ...]] = []
    for r in records(found.figures):
        label, kind = MEASURES[str(r["measure"])]
        values = [r[str(k)] for k in range(len(names))]
        if all(missing(v) for v in values):
            continue
        column = Column("", kind)
        rows.append((say(label), *(words.value(number(v), column) for v in values)))
    blocks: list[Block] = [
        context.table(
            "figures",
            say(N_("Alternatives in figures")),
            (Column(say(N_("Figure")), weight=2.2), *(Column(n, "number", weight=1.2) for n in names)),
            rows,
        )
    ]
    if any(p.programme is None for p in found.plans):
        blocks.append(context.lacking(say(N_("Money is compared where every alternative has a programme."))))
    return Section("figures", say(N_("Alternatives in figures")), tuple(blocks))


def _maps(contexts: list[Context], found: Comparison, names: list[str]) -> Section:
    context = contexts[0]
    say, words = context.say, context.words
    blocks: list[Block] = []
    # The contexts' plans have their points by the names of the language.
    for k, plan in enumerate((c.plan for c in contexts[1:]), start=1):
        total = _total(found, k)
        blocks.append(
            Figure(
                f"difference-{k}",
                say(N_("Change of drive time: {name} against {first}"), name=names[k], first=names[0]),
                say(
                    N_(
                        "Map: squares where the drive to the nearest point gets shorter are blue, where it gets longer "
                        "red. Shorter for {shorter}, longer for {longer}. The table of municipalities says the same."
                    ),
                    shorter=context.people(total["shorter"]),
                    longer=context.people(total["longer"]),
                ),
                partial(difference_map, plan, found.cells, f"change_{k}", words),
                floats=False,
            )
        )
    return Section("maps", say(N_("Where the drive changes")), tuple(blocks))


def _changes(context: Context, found: Comparison, names: list[str]) -> Section:
    say, words = context.say, context.words
    places = {str(r["municipality"]): words.place(r) for r in records(found.municipalities)}
    blocks: list[Block] = [
        Paragraph(
            say(
                N_("A drive that changes by less than {minutes} minute counts as the same."), minutes=words.given(LEAST)
            )
        )
    ]
    for k in range(1, len(names)):
        rows = found.changes[(found.changes["scenario"] == k) & found.changes["municipality"].notna()]
        shown: list[tuple[Value, ...]] = [
            (
                places.get(str(r["municipality"]), str(r["municipality"])),
                *(int(r[c]) for c in ("people", "shorter", "longer", "inside", "outside")),
            )
            for r in records(rows.sort_values(["longer", "shorter", "municipality"], ascending=[False, False, True]))
            if int(r["shorter"]) or int(r["longer"])
        ]
        if not shown:
            blocks.append(Paragraph(say(N_("{name}: nobody's drive changes."), name=names[k])))
            continue
        rest = {c: int(rows[c].sum()) for c in ("people", "shorter", "longer", "inside", "outside")}
        named = {c: sum(int(str(r[n])) for r in shown) for n, c in enumerate(rest, start=1)}
        total = _total(found, k)
        others = {c: total[c] - named[c] for c in total}
        if any(others.values()):
            shown.append((say(N_("Elsewhere")), *others.values()))
        blocks.append(
            context.table(
                f"changes-{k}",
                say(N_("Who gains and who loses: {name} against {first}"), name=names[k], first=names[0]),
                (
                    Column(say(N_("Municipality")), weight=1.8),
                    Column(say(N_("People")), "whole", adds=True),
                    Column(say(N_("Shorter drive")), "whole", adds=True),
                    Column(say(N_("Longer drive")), "whole", adds=True),
                    Column(say(N_("Get within the standard")), "whole", adds=True),
                    Column(say(N_("Fall outside it")), "whole", adds=True),
                ),
                shown,
                total=(say(N_("All")), *total.values()),
                paper_rows=30,
            )
        )
    return Section("changes", say(N_("Who gains and who loses")), tuple(blocks))


def _points(contexts: list[Context], found: Comparison, names: list[str]) -> Section:
    context = contexts[0]
    say = context.say
    rows: list[tuple[Value, ...]] = []
    for r in records(found.points):
        name = next((c.site(r["site"]) for c in contexts if str(r["site"]) in c.sites), str(r["site"]))
        rows.append((name, *(say(N_("open")) if r[str(k)] else "–" for k in range(len(names)))))
    # Points that are not open in all alternatives come first.
    rows.sort(key=lambda row: (len(set(row[1:])) == 1, str(row[0])))
    differ = sum(len(set(row[1:])) > 1 for row in rows)
    lead = (
        context.words.many(
            N_("{n} point is not open in all alternatives."), N_("{n} points are not open in all alternatives."), differ
        )
        if differ
        else say(N_("The same points are open in all alternatives."))
    )
    return Section(
        "points",
        say(N_("Points")),
        (
            Paragraph(lead),
            context.table(
                "points",
                say(N_("Points in each alternative, those across the border that serve the area too")),
                (Column(say(N_("Point")), weight=2), *(Column(n) for n in names)),
                rows,
                paper_rows=max(differ, LEAST_ROWS),
            ),
        ),
    )


def _towns(context: Context, found: Comparison, names: list[str]) -> Section:
    say, words = context.say, context.words
    columns = [Column(say(N_("Municipality")), weight=1.8), Column(say(N_("People")), "whole", adds=True)]
    within, mean = say(N_("Share within")), say(N_("Mean drive, min"))
    columns += [Column(n, "share", group=within) for n in names]
    columns += [Column(n, "number", group=mean) for n in names]
    rows: list[tuple[Value, ...]] = [
        (
            words.place(r) or str(r["municipality"]),
            int(r["people"]),
            *(number(r[f"share_{k}"]) for k in range(len(names))),
            *(number(r[f"mean_{k}"]) for k in range(len(names))),
        )
        for r in records(found.municipalities)
    ]

    def change(row: tuple[Value, ...]) -> float:
        means = [v for v in row[2 + len(names) :] if isinstance(v, float)]
        return max(means) - min(means) if means else 0.0

    # Municipalities whose drives change most come first.
    rows.sort(key=lambda row: (-round(change(row), 1), str(row[0])))
    differ = sum(round(change(row), 1) > 0 for row in rows)
    lead = (
        words.many(
            N_("The mean drive differs in {n} municipality."),
            N_("The mean drive differs in {n} municipalities."),
            differ,
        )
        if differ
        else say(N_("The mean drive is the same in every municipality."))
    )
    return Section(
        "towns",
        say(N_("Accessibility by municipality")),
        (
            Paragraph(lead),
            context.table(
                "municipalities",
                say(N_("Accessibility by municipality in each alternative")),
                columns,
                rows,
                paper_rows=max(differ, LEAST_ROWS),
            ),
        ),
    )
