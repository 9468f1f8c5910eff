"""The programme's money: whose it is, when it flows, how sure it is, and how far it is from the target."""

from __future__ import annotations

from functools import partial

from tunti.locale import N_
from tunti.programme.result import Programme
from tunti.programme.words import PAYERS, SOURCES
from tunti.report.document import (
    Block,
    Callout,
    Column,
    Figure,
    KeyFigure,
    KeyFigures,
    Paragraph,
    Section,
    Table,
    Value,
)
from tunti.report.programme_charts import cash_chart, tornado_chart
from tunti.report.sections.context import Context, number, records, text
from tunti.report.sections.money_short import many, paid_back, points_and_premises, range_text, unsure
from tunti.report.words import missing


def money_section(context: Context, programme: Programme) -> Section:
    """Write the section on what the programme costs and saves, and whom.

    Parameters
    ----------
    context : Context
    programme : Programme
        Of the plan's region or of all planned regions.

    Returns
    -------
    Section
        A public document tells of the state's money in all; payers, agencies and towns are for the project, as they
        tell of single rents.
    """
    say, words = context.say, context.words
    illustrative = context.plan.illustrative
    blocks: list[Block] = [_key_figures(context, programme), Paragraph(_lead(context, programme))]
    if len(programme.cashflow) and (context.audience == "project" or many(programme)):
        blocks.append(
            Figure(
                "cash-flow",
                say(N_("The state's money by year against today")),
                say(
                    N_(
                        "Bar chart: running and one-off money of the state in each year, and the sum up to the year. "
                        "The table of sources gives the figures."
                    )
                ),
                partial(cash_chart, programme.cashflow, words, illustrative=illustrative),
            )
        )
        blocks.append(_sources(context, programme))
        likely = float(programme.indicators.set_index("measure")["value"]["npv_state"]) * 100
        blocks.append(
            Figure(
                "tornado",
                say(N_("What matters most for the state's money")),
                say(
                    N_(
                        "Bar chart: the state's net present value when one source of money is at the low or the high "
                        "end of its range and all others at their likely figure, the widest first."
                    )
                ),
                partial(tornado_chart, programme.tornado, likely, words, illustrative=illustrative),
            )
        )
        blocks.append(Paragraph(_sure(context, programme)))
    if context.audience != "project" and len(programme.payers) and many(programme):
        blocks.append(_payers_together(context, programme))
    if context.audience == "project" and len(programme.payers):
        blocks.append(_payers(context, programme))
        blocks += [_level(context, programme, level) for level in ("town", "agency", "branch")]
    others = _others(context, programme)
    if others.rows:
        blocks.append(others)
    blocks.append(
        Callout(
            say(N_("How the money is counted")),
            (
                say(
                    N_(
                        "Each euro of a lease is counted once: a part's rent falls when the part has been left and the "
                        "lease lets go. Space that the state owns stays with its owner until it is sold or let; rent "
                        "within the state only changes hands. Investments are recovered through the rent over a term. "
                        "Unit costs that no public source states are this product's defaults and illustrative."
                    )
                ),
            ),
        )
    )
    return Section("money", say(N_("Costs and savings")), tuple(blocks))


def _key_figures(context: Context, programme: Programme) -> KeyFigures:
    say, words = context.say, context.words
    value = dict(zip(programme.indicators["measure"], programme.indicators["value"], strict=True))
    gap = value["target_missing_year"]
    saves = value["net_state_year"] >= 0
    # The target is the whole country's: a region is not held against it.
    distance = (
        ""
        if context.plan.region is not None
        else (
            say(
                N_("{eur} short of the target of {target}"),
                eur=_mega(context, gap),
                target=_mega(context, value["target_year"]),
            )
            if gap > 0
            else say(N_("above the target of {target}"), target=_mega(context, value["target_year"]))
        )
    )
    return KeyFigures(
        (
            KeyFigure(
                _mega(context, abs(value["net_state_year"])),
                say(N_("less for the state to pay a year") if saves else N_("more for the state to pay a year")),
                "; ".join(t for t in (range_text(context, programme), distance) if t),
            ),
            KeyFigure(_mega(context, value["net_agencies_year"]), say(N_("the agencies' saving a year at the end"))),
            KeyFigure(_mega(context, value["investment"]), say(N_("investment"))),
            KeyFigure(
                _mega(context, value["npv_state"]),
                say(N_("net present value for the state")),
                say(
                    N_("to {quarter} and {years} years after"),
                    quarter=f"{programme.quarters[-1][5]}/{programme.quarters[-1][:4]}",
                    years=words.number(context.plan.settings.programme.value_years),
                ),
            ),
        )
    )


def _mega(context: Context, euros: float) -> str:
    return context.words.mega(euros)


def _lead(context: Context, programme: Programme) -> str:
    say = context.say
    value = dict(zip(programme.indicators["measure"], programme.indicators["value"], strict=True))
    saving, invested = value["net_state_year"], -value["one_off_state"]
    texts = [points_and_premises(context, programme), unsure(context, programme)]
    if saving <= 0:
        texts.insert(0, say(N_("The programme does not save the state money by its end.")))
        return " ".join(t for t in texts if t)
    year = paid_back(programme)
    if year is not None:
        texts.append(
            say(
                N_(
                    "The state's one-off costs of {spent} are paid back in {year}: the sum of its savings and costs "
                    "since the beginning is at least zero from then on; after the programme the saving of its end goes "
                    "on."
                ),
                spent=_mega(context, max(invested, 0.0)),
                year=str(year),
            )
        )
    texts.append(
        say(
            N_(
                "The state's and the agencies' savings differ where space stays with the state and where rent changes "
                "hands within it."
            )
        )
    )
    return " ".join(t for t in texts if t)


def _sure(context: Context, programme: Programme) -> str:
    rows = programme.uncertainty.set_index(["measure", "quantile"])["cents"]
    return context.say(
        N_(
            "With costs drawn from their ranges the state's yearly saving lies between {low} and {high} in nine cases "
            "of ten, and the net present value between {npv_low} and {npv_high}; below zero is a cost. Sources of "
            "money are drawn independently of each other."
        ),
        low=_mega(context, rows["net_state_year", 0.05] / 100),
        high=_mega(context, rows["net_state_year", 0.95] / 100),
        npv_low=_mega(context, rows["npv_state", 0.05] / 100),
        npv_high=_mega(context, rows["npv_state", 0.95] / 100),
    )


def _sources(context: Context, programme: Programme) -> Table:
    say = context.say
    rows = programme.savings[programme.savings["level"] == "source"]
    # A source without money tells a reader nothing.
    rows = rows[(rows["one_off_cents"] != 0) | (rows["running_cents_year"] != 0)]
    values: list[tuple[Value, ...]] = [
        (
            say(SOURCES.get(str(r["key"]), str(r["key"]))),
            int(r["one_off_cents"]) / 100,
            int(r["running_cents_year"]) / 100,
        )
        for r in records(rows)
    ]
    total = (say(N_("All")), rows["one_off_cents"].sum() / 100, rows["running_cents_year"].sum() / 100)
    return context.table(
        "money-sources",
        say(N_("The state's money by source")),
        (
            Column(say(N_("Source of money")), weight=2.2),
            Column(say(N_("One-off, €")), "euro", adds=True),
            Column(say(N_("A year at the end, €")), "euro", adds=True),
        ),
        values,
        total=total,
        note=say(N_("Above zero is saved or received against today, below zero is spent; prices of the first year.")),
    )


def _payers(context: Context, programme: Programme) -> Table:
    say = context.say
    values: list[tuple[Value, ...]] = [
        (
            say(PAYERS[str(r["payer"])]),
            say(N_("points together")) if r["who"] == "points" else context.agency(r["who"]),
            int(r["one_off_cents"]) / 100,
            int(r["running_cents_year"]) / 100,
            int(r["npv_cents"]) / 100,
            None if missing(r["payback_years"]) else number(r["payback_years"]),
        )
        for r in records(programme.payers)
    ]
    return context.table(
        "payers",
        say(N_("Money by payer")),
        (
            Column(say(N_("Payer")), weight=1.3),
            Column(say(N_("Who")), weight=1.8),
            Column(say(N_("One-off, €")), "euro", adds=True),
            Column(say(N_("A year at the end, €")), "euro", adds=True),
            Column(say(N_("Net present value, €")), "euro", adds=True),
            Column(say(N_("Payback, years")), "number", decimals=1),
        ),
        values,
        note=say(N_("Payback: one-off costs divided by the yearly saving at the end.")),
    )


def _payers_together(context: Context, programme: Programme) -> Table:
    """Add up the payers by their kind and the state: no agency's own rents can be read from the sums."""
    say = context.say
    frame = programme.payers
    points = frame["who"].astype(str) == "points"
    state = frame["state"].astype(bool)
    kinds = (
        (N_("state agencies together"), (frame["payer"] == "agency") & state & ~points),
        (N_("agencies outside the state together"), (frame["payer"] == "agency") & ~state & ~points),
        (N_("points together, paid by the state"), points & state),
        (N_("points together, paid by others"), points & ~state),
        (N_("owner of premises"), (frame["payer"] == "real_estate") & ~points),
        (N_("municipalities"), (frame["payer"] == "municipality") & ~points),
        (N_("other"), ~frame["payer"].isin(("agency", "real_estate", "municipality")) & ~points),
    )
    values: list[tuple[Value, ...]] = []
    for label, mine in kinds:
        if mine.any():
            part = frame.loc[mine, ["one_off_cents", "running_cents_year", "npv_cents"]].sum()
            values.append((say(label), *(int(v) / 100 for v in part)))
    of_state = frame.loc[state, ["one_off_cents", "running_cents_year", "npv_cents"]].sum()
    values.append((say(N_("The state in all")), *(int(v) / 100 for v in of_state)))
    return context.table(
        "payers-together",
        say(N_("Money by payer and for the state")),
        (
            Column(say(N_("Payer")), weight=2.0),
            Column(say(N_("One-off, €")), "euro"),
            Column(say(N_("A year at the end, €")), "euro"),
            Column(say(N_("Net present value, €")), "euro"),
        ),
        values,
        note=say(
            N_(
                "Above zero is saved or received against today, below zero is spent. The last row adds up the payers "
                "that belong to the state; single agencies are shown to the project group."
            )
        ),
    )


def _level(context: Context, programme: Programme, level: str) -> Table:
    say = context.say
    captions = {
        "town": (N_("The state's saving by town"), N_("Town")),
        "agency": (N_("Saving by agency"), N_("Agency")),
        "branch": (N_("Saving by branch of government"), N_("Branch of government")),
    }
    caption, heading = captions[level]
    places = {str(r["municipality"]): context.words.place(r) for r in records(context.plan.proposed.municipalities)}
    values: list[tuple[Value, ...]] = []
    for r in records(programme.savings[programme.savings["level"] == level]):
        key = text(r["key"])
        name = places.get(key, key) if level == "town" else context.agency(key) if level == "agency" else key
        if key == "points":
            name = say(N_("points together"))
        values.append((name, int(r["one_off_cents"]) / 100, int(r["running_cents_year"]) / 100))
    return context.table(
        f"saving-{level}",
        say(caption),
        (
            Column(say(heading), weight=2.2),
            Column(say(N_("One-off, €")), "euro", adds=True),
            Column(say(N_("A year at the end, €")), "euro", adds=True),
        ),
        values,
        paper_rows=20,
    )


def _others(context: Context, programme: Programme) -> Table:
    say, words = context.say, context.words
    value = dict(zip(programme.indicators["measure"], programme.indicators["value"], strict=True))
    premises = context.plan.premises
    staff, m2, m2_today = value["staff_shared"], value["m2_person"], value["m2_person_today"]
    if context.plan.region is not None and premises is not None:
        # The programme's shares are of the whole state's staff; a region is told of its own.
        people = premises.staff
        staff = premises.staff_shared / people if people else 0.0
        m2, m2_today = (m / people if people else 0.0 for m in (premises.m2_after, premises.m2_before))
    values: list[tuple[Value, ...]] = []
    if m2_today > 0:
        values += [
            (
                say(N_("Staff in shared workplaces")),
                words.share(staff, decimals=0),
                say(N_("target {target}"), target=words.share(value["staff_shared_target"], decimals=0)),
            ),
            (
                say(N_("Floor area for a person-year")),
                f"{words.number(m2, decimals=1)} m²",
                say(
                    N_("today {today} m², target in new projects {target} m²"),
                    today=words.number(m2_today, decimals=1),
                    target=words.number(value["m2_person_target"]),
                ),
            ),
        ]
    if round(value["travel_hours_year"]) or round(value["floor_co2_kg_year"]):
        values += [
            (
                say(N_("Customers' travel, change in a year")),
                say(N_("{n} hours"), n=words.number(value["travel_hours_year"], sign=True)),
                f"{words.number(value['travel_eur_year'], sign=True)} €",
            ),
            (
                say(N_("Emissions of customers' travel, change in a year")),
                f"{words.number(value['travel_co2_kg_year'] / 1000, sign=True)} t CO₂",
                "",
            ),
            (
                say(N_("Emissions of floor area, change in a year")),
                f"{words.number(value['floor_co2_kg_year'] / 1000, sign=True)} t CO₂",
                "",
            ),
        ]
    return context.table(
        "effects",
        say(N_("Targets, travel and emissions at the end of the programme")),
        (
            Column(say(N_("Figure")), weight=2.0),
            Column(say(N_("At the end")), weight=1.2),
            Column(say(N_("Comparison")), weight=1.6),
        ),
        values,
    )
