"""Says in words what is kept as codes: changes of a plan, settings that a form offers, entries of the trail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tunti.findings import Message, say
from tunti.inputs.schemas import CHOICE_LABELS, SCHEMAS
from tunti.locale import N_
from tunti.report.words import Words

SETTING_WORDS = {
    "standard.minutes": N_("Longest drive, minutes"),
    "standard.share": N_("Share of people within the standard, 0 to 1"),
    "standard.region_share": N_("The same share in every region, 0 to 1"),
    "standard.population_base": N_("People within the standard of each point, at least"),
    "plan.goal": N_("Goal"),
    "plan.points": N_("Number of points, for goals that take one"),
    "plan.points_per_region_at_least": N_("Points in each region, at least"),
    "plan.keep_existing": N_("Existing points stay open"),
    "plan.changes": N_("Openings and closures together, at most"),
    "speeds.season": N_("Speeds"),
}
"""Settings that the overview's forms offer."""

SETTING_CHOICES: dict[str, dict[str, str]] = {
    "plan.goal": {
        "fewest": N_("as few points as possible"),
        "most_people": N_("as many people as possible within the standard"),
        "least_travel": N_("as little travel as possible"),
        "worst_case": N_("the longest trip as short as possible"),
        "backup": N_("as many people as possible with two points within the standard"),
        "least_cost": N_("as little cost as possible, travel counted"),
    },
    "speeds.season": {"summer": N_("summer"), "winter": N_("winter"), "peak": N_("rush hour")},
    "plan.keep_existing": {"true": N_("yes"), "false": N_("no")},
}
"""Settings that take one of a few words, with what each says."""

TRAIL_WORDS = {
    "account made": N_("account made"),
    "account opened": N_("account opened"),
    "account closed": N_("account closed"),
    "cells corrected": N_("cells of the tables corrected"),
    "comment deleted": N_("comment deleted"),
    "comment made": N_("comment made"),
    "comment moderated": N_("comment moderated"),
    "comments deleted": N_("comments deleted when their time was over"),
    "comments exported": N_("comments exported"),
    "decision noted": N_("decision noted"),
    "job asked": N_("job asked for"),
    "job cancelled": N_("job cancelled"),
    "job done": N_("job done"),
    "job failed": N_("job failed"),
    "job taken up again": N_("job taken up again"),
    "logged in": N_("logged in"),
    "plan changed": N_("plan changed"),
    "plan made": N_("plan made"),
    "project imported": N_("project imported"),
    "project made": N_("project made"),
    "role given": N_("role given"),
    "state changed": N_("state of a plan changed"),
    "statement answered": N_("statement answered"),
    "statement asked": N_("statement asked for"),
    "statement given": N_("statement given"),
    "table refused": N_("file with errors left to wait"),
    "table taken": N_("table taken in"),
}

WHO_WORDS = {
    "worker": N_("the service's job"),
    "local": N_("the person at this machine"),
    "public": N_("the public"),
    "retention": N_("the service's retention"),
    "service": N_("the service"),
}
"""Those in the trail who are no accounts."""


def who_of(alone: bool) -> dict[str, str]:
    """Name those who are no accounts; on this machine alone its person is the reader."""
    return WHO_WORDS | {"local": N_("you, on this machine")} if alone else WHO_WORDS


_STATUS = {
    "required": N_("{site} must open"),
    "forbidden": N_("{site} must not open"),
    "candidate": N_("{site} may open"),
    "existing": N_("{site} counts as an existing point"),
}


def in_words(change: Mapping[str, Any], words: Words, names: Mapping[str, str]) -> str:
    """Say a change of a plan, or a change of the scenario in it, in the reader's language.

    Parameters
    ----------
    change : mapping
        Plain values as :mod:`tunti.work.changes` and :mod:`tunti.scenario.patches` keep them.
    words : Words
    names : mapping of str to str
        Names of sites by their ids.

    Returns
    -------
    str
    """
    return words.message(_said(change, words, names))


def _said(change: Mapping[str, Any], words: Words, names: Mapping[str, str]) -> Message:
    site = names.get(str(change.get("site")), str(change.get("site")))
    match change.get("do", change.get("kind")):
        case "open":
            return say("{site} opens", site=site)
        case "close":
            return say("{site} closes", site=site)
        case "points":
            points = change.get("points", change.get("sites"))
            if points is None:
                return say("the points are left to the optimiser")
            return say("a network of {n} points", n=len(points))
        case "drop":
            return say("a change is taken back: {what}", what=str(change["key"]))
        case "patch":
            return _said(change["patch"], words, names)
        case "site_status":
            template = _STATUS[str(change["status"])]
            return say(template, site=site)
        case "add_site":
            return say("new site {site}", site=change.get("name") or site)
        case "value":
            schema = SCHEMAS.get(change["table"])
            known = schema is not None and change["column"] in schema.names
            value = CHOICE_LABELS.get(str(change["value"]), str(change["value"]))
            return say(
                "{table}, {row}: {column} is {value}",
                table=say(schema.label) if schema is not None else change["table"],
                row=change["row"],
                column=say(schema[change["column"]].label) if schema is not None and known else change["column"],
                value=say(value) if value != str(change["value"]) else value or "–",
            )
        case "setting":
            label = SETTING_WORDS.get(change["name"])
            name = change["name"] if label is None else say(label)
            given = str(change["value"])
            known_as = SETTING_CHOICES.get(change["name"], {}).get(given.lower())
            return say("{name}: {value}", name=name, value=given if known_as is None else say(known_as))
        case kind:
            told = ", ".join(str(v) for k, v in change.items() if k != "kind")
            return say("{kind}: {values}", kind=str(kind), values=told)
