"""Schemas of what agencies have promised at the points and of the languages that must be served."""

from __future__ import annotations

from tunti.inputs.columns import MODES, SOURCE, Column, Schema
from tunti.locale import N_

COMMITMENTS = Schema(
    "commitments",
    N_("Commitments"),
    N_("What each agency has promised, refused or decided at a site: the plan keeps it."),
    ("agency", "site"),
    (
        Column(
            "agency",
            "id",
            N_("Agency"),
            N_("Agency that promises."),
            required=True,
            refers_to="agencies",
            example="DVV",
        ),
        Column(
            "site",
            "id",
            N_("Site"),
            N_("Site that the promise is about, if a point opens there."),
            required=True,
            refers_to="sites",
            example="Joensuu",
        ),
        Column(
            "mode",
            "choice",
            N_("Mode"),
            N_("Mode that is promised or refused; empty with a refusal for every mode."),
            choices=MODES,
            example="staffed",
        ),
        Column(
            "commitment",
            "choice",
            N_("Commitment"),
            N_("Proposed (changes nothing yet), committed, refused or decided."),
            choices=("proposed", "committed", "refused", "decided"),
            required=True,
            example="committed",
        ),
        Column("date", "date", N_("Day"), N_("Day of the promise or decision."), example="2026-05-20"),
        Column("record", "text", N_("Record number"), N_("Number of the decision."), example="VN/1234/2026"),
        SOURCE,
    ),
)

LANGUAGE_DUTIES = Schema(
    "language_duties",
    N_("Required languages"),
    N_(
        "Languages that a service must be given in within its standard of a municipality. Without a row the "
        "municipality's official languages count, and no municipality loses one that it has today."
    ),
    ("municipality", "service"),
    (
        Column(
            "municipality",
            "id",
            N_("Municipality"),
            N_("Code of the municipality."),
            required=True,
            refers_to="municipalities",
            example="148",
        ),
        Column(
            "service", "id", N_("Service"), N_("Service; * for all services."), required=True, example=N_("marriage")
        ),
        Column(
            "languages",
            "text",
            N_("Languages"),
            N_("Codes separated by spaces: fi, sv, se (Sámi), sign (sign language, by booking) or another."),
            required=True,
            example="fi se",
        ),
        SOURCE,
    ),
)
