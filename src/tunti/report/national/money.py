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
    if len(found.load):
        blocks.append(_load(context, found))
    return Section("totals", title, tuple(blocks))


def _lead(context: Context, found: National) -> str:
    say, words = context.say, context.words
    net, target = total_of(found, "net_state_year") or 0.0, found.whole.settings.programme.target_eur_year
    known = int(found.regions["net_state_year"].notna().sum())
    texts = [
        say(
            N_("The programmes of {n} regions save the state {saving} a year at their end. The target is {target}."),
            n=words.number(known),
            saving=words.euros(net),
            target=words.euros(target),
        ),
        say(N_("The plans are {gap} short of it."), gap=words.euros(target - net))
        if net < target
        else say(N_("The plans are {gap} above it."), gap=words.euros(net - target)),
    ]
    if known < len(found.regions):
        missing = [words.place(r, "region") for r in records(found.regions[found.regions["net_state_year"].isna()])]
        texts.append(say(N_("Without a programme and not in the sums: {names}."), names=words.listing(missing)))
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
            Column(say(N_("Region")), weight=1.3),
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
