"""The roll-up's totals to target: money of all programmes, and how many fit-outs go on when."""

from __future__ import annotations

from functools import partial

from tunti.locale import N_
from tunti.plan.national import MONEY as FIGURES
from tunti.plan.national import National
from tunti.report.cover import MONEY
from tunti.report.document import Block, Column, Figure, Paragraph, Section, Table, Value
from tunti.report.programme_charts import cash_chart
from tunti.report.sections.context import Context, number, records
from tunti.report.sections.money_short import own_costs, unsourced


def total_of(found: National, name: str) -> float | None:
    """Add a figure of the programmes up, None when no plan has a programme.

    Parameters
    ----------
    found : National
    name : str
        One of :data:`tunti.plan.national.MONEY`.

    Returns
    -------
    float or None
    """
    values = found.regions[name].dropna()
    return float(values.sum()) if len(values) else None


def totals_section(context: Context, found: National) -> Section:
    """Write what all programmes save and cost together, against the target.

    Parameters
    ----------
    context : Context
    found : National

    Returns
    -------
    Section
    """
    say, words = context.say, context.words
    title = say(N_("Totals to target"))
    cashflow = found.cashflow
    if total_of(found, "net_state_year") is None:
        lacking = context.lacking(say(N_("No regional plan has a programme, so money is not known.")))
        return Section("totals", title, (lacking,))
    blocks: list[Block] = [Paragraph(_lead(context, found))]
    if cashflow is not None:
        blocks.append(
            Figure(
                "cash-flow",
                say(N_("The state's money by year against today, all regions")),
                say(
                    N_(
                        "Bar chart: running and one-off money of the state in each year, all regions together, and the "
                        "sum up to the year, in million euros."
                    )
                ),
                partial(cash_chart, cashflow, words, illustrative=context.plan.illustrative),
            )
        )
    blocks.append(_by_region(context, found))
    if len(found.load) == 1:
        row = records(found.load)[0]
        blocks.append(
            Paragraph(
                say(
                    N_("All fit-outs fall in {year}: at most {n} at the same time, {cost} in all."),
                    year=str(row["year"]),
                    n=words.number(row["crews"]),
                    cost=words.mega(row["cost_eur"]),
                )
            )
        )
    elif len(found.load):
        blocks.append(_load(context, found))
    return Section("totals", title, tuple(blocks))


def costs_text(context: Context, found: National) -> tuple[str, str]:
    """Say in plain words what all programmes cost together and whom, for the summary.

    Parameters
    ----------
    context : Context
    found : National

    Returns
    -------
    text, lead : str
    """
    say, words = context.say, context.words
    lead = say(N_("What it costs."))
    net = total_of(found, "net_state_year")
    if net is None:
        return say(N_("It is not known: the programme, from which costs and savings come, is lacking.")), lead
    target, once = found.whole.settings.programme.target_eur_year, total_of(found, "one_off_state") or 0.0
    texts = [
        say(
            N_("At the end of the programmes the state pays {net} a year less than today.")
            if net >= 0
            else N_("At the end of the programmes the state pays {net} a year more than today."),
            net=words.mega(abs(net)),
        ),
        say(N_("The target is {target} a year less."), target=words.mega(target)),
        say(N_("One-off costs before that are {once}."), once=words.mega(max(-once, 0.0))),
    ]
    marked = context.plan.illustrative or any(p.illustrative for p in found.plans)
    return " ".join([*texts, *([] if marked else [unsourced(context)]), *_without(context, found)]), lead


def _gap(context: Context, net: float, target: float) -> str:
    """Say the target and how far the plans are from it."""
    say, words = context.say, context.words
    return (
        say(
            N_("The target is that it pays {target} a year less: the plans are {gap} short of it."),
            target=words.mega(target),
            gap=words.mega(target - net),
        )
        if net < target
        else say(
            N_("The target is that it pays {target} a year less: the plans are {gap} above it."),
            target=words.mega(target),
            gap=words.mega(net - target),
        )
    )


def _without(context: Context, found: National) -> list[str]:
    """Name the regions that have no programme."""
    words = context.words
    lacking = [words.place(r, "region") for r in records(found.regions[found.regions["net_state_year"].isna()])]
    if not lacking:
        return []
    return [context.say(N_("Without a programme and not in the sums: {names}."), names=words.listing(lacking))]


def _lead(context: Context, found: National) -> str:
    say, words = context.say, context.words
    net = total_of(found, "net_state_year") or 0.0
    known = int(found.regions["net_state_year"].notna().sum())
    texts = [
        say(
            N_("With the programmes of {n} regions the state pays {net} a year less than today at their end.")
            if net >= 0
            else N_("With the programmes of {n} regions the state pays {net} a year more than today at their end."),
            n=words.number(known),
            net=words.mega(abs(net)),
        ),
        _gap(context, net, found.whole.settings.programme.target_eur_year),
        own_costs(context, total_of(found, "net_agencies_year") or 0.0),
        *_without(context, found),
    ]
    return " ".join(texts)


def _by_region(context: Context, found: National) -> Table:
    say, words = context.say, context.words
    rows: list[tuple[Value, ...]] = [
        (words.place(r, "region"), *(number(r[name]) for name in FIGURES)) for r in records(found.regions)
    ]
    return context.table(
        "totals",
        say(N_("Money of the programmes by region")),
        (
            Column(say(N_("Region")), weight=1.9),
            *(Column(say(MONEY[name]), "euro", adds=True) for name in FIGURES),
        ),
        rows,
        total=(say(N_("All")), *(total_of(found, name) for name in FIGURES)),
        note=say(
            N_(
                "Above zero is saved or received, below zero is spent; an investment is what is spent on fit-outs. The "
                "target is a setting of the project; unit costs without a source are illustrative."
            )
        ),
    )


def _load(context: Context, found: National) -> Table:
    say = context.say
    return context.table(
        "load",
        say(N_("Fit-outs of all programmes by year")),
        (
            Column(say(N_("Year"))),
            Column(say(N_("Most fit-outs at the same time")), "whole"),
            Column(say(N_("Cost of fit-outs, €")), "euro", adds=True),
        ),
        [(str(r["year"]), int(r["crews"]), float(r["cost_eur"])) for r in records(found.load)],
        total=(say(N_("All")), int(found.load["crews"].max()), float(found.load["cost_eur"].sum())),
        note=say(N_("A fit-out's cost falls evenly on its quarters; the total of fit-outs is the busiest year's.")),
    )
