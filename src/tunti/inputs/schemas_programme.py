"""Schemas of the programme: limits by year and region, what must be ready first, what was agreed and what came true."""

from __future__ import annotations

from tunti.inputs.columns import SOURCE, Column, Schema
from tunti.locale import N_

LIMITS = Schema(
    "limits",
    N_("Limits of the programme"),
    N_("Money and crews that a region has for changing premises in a year."),
    ("region", "year"),
    (
        Column(
            "region",
            "id",
            N_("Region"),
            N_("Code of the region; * for each region that has no row of its own."),
            required=True,
            example="12",
        ),
        Column("year", "whole", N_("Year"), N_("Calendar year."), required=True, at_least=2000, example="2028"),
        Column(
            "budget_eur",
            "number",
            N_("Budget"),
            N_("Most one-off euros that fit-outs may cost in the year; empty for no limit."),
            "€",
            at_least=0,
            visibility="project",
            example="4000000",
        ),
        Column(
            "crews",
            "whole",
            N_("Crews"),
            N_("Fit-outs that may go on at the same time; empty for no limit."),
            at_least=0,
            example="3",
        ),
        SOURCE,
    ),
)

PREDECESSORS = Schema(
    "predecessors",
    N_("What must be ready first"),
    N_("Steps that must be over before a point opens, premises are fitted out or an office moves or closes."),
    ("what", "needs"),
    (
        Column(
            "what", "id", N_("What waits"), N_("Site, premises or office that waits."), required=True, example="Joensuu"
        ),
        Column(
            "needs",
            "id",
            N_("Needs"),
            N_("Name of the step, or the site, premises or office whose change must come first."),
            required=True,
            example=N_("Finance committee's approval"),
        ),
        Column(
            "kind",
            "choice",
            N_("Kind of step"),
            N_("What the step is."),
            choices=("finance_committee", "ict", "cooperation", "tenant_exit", "other"),
            required=True,
            example="finance_committee",
        ),
        Column(
            "months",
            "number",
            N_("Months"),
            N_("Months that the step takes: from the project's day, or after the change that it needs."),
            N_("months"),
            at_least=0,
            at_most=240,
            example="6",
        ),
        Column(
            "ready",
            "date",
            N_("Ready"),
            N_("Day on which the step is over, where it is known; it goes before the months."),
            example="2027-08-31",
        ),
        SOURCE,
    ),
)

ACTUALS = Schema(
    "actuals",
    N_("What came true"),
    N_("Measured figures of carried-out changes, to hold against the plan and to plan the next regions with."),
    ("what", "measure", "date"),
    (
        Column(
            "what",
            "id",
            N_("What was measured"),
            N_("Site, premises or office."),
            required=True,
            example="Joensuu",
        ),
        Column(
            "measure",
            "choice",
            N_("Measure"),
            N_("What was measured: a cost, a rent, a day of opening or closing, visits by channel, a wait, presence."),
            choices=(
                "cost_eur",
                "rent_eur_year",
                "opened",
                "closed",
                "moved",
                "visits_counter",
                "visits_remote",
                "visits_digital",
                "visits_phone",
                "waiting_minutes",
                "presence",
            ),
            required=True,
            example="cost_eur",
        ),
        Column(
            "date",
            "date",
            N_("Day"),
            N_("Day of the change or last day of the measured time."),
            required=True,
            example="2026-12-31",
        ),
        Column(
            "value",
            "number",
            N_("Measured figure"),
            N_("The figure; empty for a day of opening, closing or moving."),
            visibility="project",
            example="1250000",
        ),
        SOURCE,
    ),
)

AGREED = Schema(
    "agreed",
    N_("Agreed programme"),
    N_("Quarters that have been agreed: a new programme changes as few of them as it can."),
    ("event",),
    (
        Column(
            "event", "id", N_("Event"), N_("Name of the event in the programme."), required=True, example="open:Joensuu"
        ),
        Column(
            "quarter",
            "text",
            N_("Quarter"),
            N_("Agreed quarter, 2027Q3; empty where the event was put off beyond the programme."),
            example="2027Q3",
        ),
        SOURCE,
    ),
)
