"""The programme's kinds of events, sources of money and figures as people know them."""

from __future__ import annotations

from tunti.locale import N_

SOURCES = {
    "rent": N_("Rent of premises that are left"),
    "new_rent": N_("Rent of shared premises"),
    "recovery": N_("Fit-outs recovered through the rent"),
    "staff": N_("Presence at offices that close"),
    "presence": N_("Presence at points"),
    "point": N_("Points, hosts and rooms"),
    "light": N_("Light conversion"),
    "deep": N_("Deep renovation"),
    "point_fit_out": N_("Fit-out of points"),
    "exit": N_("Leaving leased premises"),
    "move": N_("Moves"),
    "temporary": N_("Temporary premises"),
    "holding": N_("Upkeep of the state's empty premises"),
    "sale": N_("Value of the state's empty premises"),
}
"""Sources of money as people know them."""

KINDS = {
    "fit_out": N_("fit-outs"),
    "open": N_("openings"),
    "temporary": N_("temporary premises"),
    "move": N_("moves"),
    "close_customer": N_("customer parts that close"),
    "close_work": N_("offices given up"),
    "notice": N_("notices"),
}
"""Kinds of events as people know them."""

PAYERS = {
    "agency": N_("agency"),
    "real_estate": N_("owner of premises"),
    "municipality": N_("municipality"),
    "state": N_("the state together"),
    "other": N_("other"),
}
"""Payers as people know them."""
