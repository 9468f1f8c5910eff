"""Schemas of where people live: cells and municipalities."""

from __future__ import annotations

from tunti.inputs.columns import EASTING, SOURCE, Column, Schema, place
from tunti.locale import N_

CELLS = Schema(
    "cells",
    N_("Population grid"),
    N_("Inhabited grid squares, postal areas or places with the people who live there."),
    ("cell",),
    (
        Column("cell", "id", N_("Cell"), N_("Name of the cell, unique."), required=True, example="250mN694400E64175"),
        *place(EASTING),
        Column(
            "municipality",
            "id",
            N_("Municipality"),
            N_("Code of the municipality where the cell lies."),
            refers_to="municipalities",
            example="167",
        ),
        Column(
            "people",
            "whole",
            N_("Population"),
            N_("People who live in the cell."),
            N_("people"),
            required=True,
            at_least=0,
            example="412",
        ),
        Column(
            "people_0_17",
            "whole",
            N_("Aged 0 to 17"),
            N_("People aged 0 to 17."),
            N_("people"),
            at_least=0,
            example="80",
        ),
        Column(
            "people_65_74",
            "whole",
            N_("Aged 65 to 74"),
            N_("People aged 65 to 74."),
            N_("people"),
            at_least=0,
            example="51",
        ),
        Column(
            "people_75",
            "whole",
            N_("Aged 75 or over"),
            N_("People aged 75 or over."),
            N_("people"),
            at_least=0,
            example="40",
        ),
        Column(
            "speakers_fi",
            "whole",
            N_("Finnish speakers"),
            N_("People whose language is Finnish."),
            N_("people"),
            at_least=0,
            example="350",
        ),
        Column(
            "speakers_sv",
            "whole",
            N_("Swedish speakers"),
            N_("People whose language is Swedish."),
            N_("people"),
            at_least=0,
            example="2",
        ),
        Column(
            "speakers_sami",
            "whole",
            N_("Sámi speakers"),
            N_("People whose language is a Sámi language."),
            N_("people"),
            at_least=0,
            example="0",
        ),
        Column(
            "speakers_other",
            "whole",
            N_("Speakers of other languages"),
            N_("People whose language is another."),
            N_("people"),
            at_least=0,
            example="60",
        ),
        Column(
            "settlement",
            "text",
            N_("Settlement class"),
            N_("Class of the area, urban to sparsely populated."),
            example=N_("Inner urban area"),
        ),
    ),
    required=True,
    needs_place=True,
)

MUNICIPALITIES = Schema(
    "municipalities",
    N_("Municipalities"),
    N_("Municipalities with their region, names and languages."),
    ("municipality",),
    (
        Column(
            "municipality",
            "id",
            N_("Municipality"),
            N_("Code of the municipality, with leading zeros."),
            required=True,
            example="167",
        ),
        Column("name_fi", "text", N_("Name in Finnish"), N_("Name in Finnish."), required=True, example="Joensuu"),
        Column("name_sv", "text", N_("Name in Swedish"), N_("Name in Swedish, where there is one."), example="Joensuu"),
        Column("region", "id", N_("Region"), N_("Code of the region."), required=True, example="12"),
        Column(
            "region_fi",
            "text",
            N_("Region in Finnish"),
            N_("Name of the region in Finnish."),
            required=True,
            example="Pohjois-Karjala",
        ),
        Column(
            "region_sv", "text", N_("Region in Swedish"), N_("Name of the region in Swedish."), example="Norra Karelen"
        ),
        Column(
            "region_en", "text", N_("Region in English"), N_("Name of the region in English."), example="North Karelia"
        ),
        Column(
            "languages",
            "choice",
            N_("Languages"),
            N_("Official languages, the majority's first."),
            choices=("fi", "sv", "fi sv", "sv fi"),
            example="fi",
        ),
        Column(
            "sami_homeland", "yes_no", N_("Sámi homeland"), N_("Yes where Sámi language rights apply."), example="no"
        ),
        Column(
            "settlement_class",
            "text",
            N_("Settlement class"),
            N_("Urban, semi-urban or rural municipality."),
            example=N_("Urban municipalities"),
        ),
        Column(
            "wellbeing_county",
            "text",
            N_("Wellbeing services county"),
            N_("Name of the wellbeing services county."),
            example="Pohjois-Karjalan hyvinvointialue",
        ),
        Column(
            "people",
            "whole",
            N_("Population"),
            N_("Published population, used to check the cells' sum."),
            N_("people"),
            at_least=0,
            example="77513",
        ),
        Column(
            "without_car",
            "share",
            N_("People without a car"),
            N_("Share of people who have no car to use."),
            at_least=0,
            at_most=1,
            example="0.45",
        ),
        SOURCE,
    ),
    required=True,
)

FORECAST_PEOPLE = ("people", "people_0_17", "people_65_74", "people_75", "speakers_fi", "speakers_sv", "speakers_sami",
                   "speakers_other")  # fmt: skip
"""Columns of people that a forecast gives, all people first."""

FORECAST = Schema(
    "forecast",
    N_("Population forecast"),
    N_("People of later years by cell or by municipality; the setting project.forecast_year chooses the year."),
    ("cell", "municipality", "year"),
    (
        Column(
            "cell",
            "id",
            N_("Cell"),
            N_("Cell that the row is about; empty when the row is about a municipality."),
            refers_to="cells",
            example="250mN694400E64175",
        ),
        Column(
            "municipality",
            "id",
            N_("Municipality"),
            N_("Code of the municipality that the row is about; empty when the row names a cell."),
            refers_to="municipalities",
            example="167",
        ),
        Column("year", "whole", N_("Year"), N_("Year of the forecast."), required=True, at_least=2000, example="2030"),
        *(CELLS[name] for name in FORECAST_PEOPLE),
    ),
)
