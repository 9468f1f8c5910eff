"""What every section needs: the plan, the words of the language and the names of sites."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from tunti.locale import N_
from tunti.plan.regional import RegionalPlan
from tunti.report.document import Callout, Column, Table, Value
from tunti.report.names import agency_names, covers_country, named, site_names
from tunti.report.visible import Audience, Withheld, plan_for
from tunti.report.words import PlaceName, Words, missing

_UNIT = re.compile(r", (?=(?:€|min|m²|%|h)$)")


@dataclass(frozen=True, eq=False)
class Context:
    """A plan about to be told in a language.

    Attributes
    ----------
    plan : RegionalPlan
        Without what its reader may not see.
    words : Words
    audience : {"public", "project"}
        Who may read it.
    sites : mapping of str to str
        Names of sites and offices by id.
    agencies : mapping of str to str
        Names of agencies by code.
    withheld : Withheld
        What was taken out for the reader.
    """

    plan: RegionalPlan
    words: Words
    audience: Audience = "public"
    sites: Mapping[str, str] = field(default_factory=dict)
    agencies: Mapping[str, str] = field(default_factory=dict)
    withheld: Withheld = field(default_factory=Withheld)

    def say(self, template: str, /, **values: Any) -> str:
        """Say a template in the language."""
        return self.words.text(template, **values)

    @property
    def minutes(self) -> str:
        """The standard's minutes, without the unit."""
        return self.words.given(self.plan.settings.standard.minutes)

    @property
    def cutoff(self) -> str:
        """The minutes beyond which no drive time is known."""
        return self.words.given(max(self.plan.settings.plan.cutoff_minutes, self.plan.settings.standard.minutes))

    @property
    def area(self) -> str:
        """Name of the region, uninflected; without one that of the country, of the project or of its regions."""
        project = self.plan.settings.project
        if self.plan.region is None and self.whole_country:
            return str(self.words.locale.territories.get(project.country, project.country))
        if self.plan.region is None:
            regions = [self.words.place(r, "region") for r in records(self.plan.proposed.regions)]
            return self.words.own(project.name.strip()) or self.words.listing([name for name in regions if name])
        names = self.plan.region_names
        return next((names[k] for k in (self.words.language, "fi", "sv", "en") if names.get(k)), "")

    @property
    def whole_country(self) -> bool:
        """Whether the plan is for all regions of the country but those left out."""
        return covers_country(self.plan)

    def site(self, site: object) -> str:
        """Name of a site, its id when it has no name, empty when there is none."""
        return "" if missing(site) else PlaceName(self.sites.get(str(site), str(site)), "site", str(site))

    def places(self) -> dict[str, str]:
        """Names of the area's municipalities in the language, by their Finnish names."""
        rows = records(self.plan.proposed.municipalities)
        return {str(r["name_fi"]): self.words.place(r) for r in rows if not missing(r.get("name_fi"))}

    def service(self, code: object) -> str:
        """Name a service in the reader's language; one that the input does not name keeps its code."""
        names = self.plan.service_names
        rows = [] if names is None else records(names[names["service"] == str(code)])
        # Without a table of services each agency's own is one, and goes by the agency's name.
        return self.words.place(rows[0]) if rows else self.agency(code)

    def agency(self, code: object) -> str:
        """Name of an agency, its code when it has no name."""
        return "" if missing(code) else self.agencies.get(str(code), str(code))

    def of_all(self, caption: str) -> str:
        """Say a caption of figures that a region's document holds but that are of all planned regions."""
        said = self.say(caption)
        if self.plan.region is None:
            return said
        return self.say(N_("{caption}, all planned regions together"), caption=said)

    def people(self, n: float) -> str:
        """Write a count of people: one person, 1,234 people."""
        return self.words.many(N_("{n} person"), N_("{n} people"), int(n))

    def lacking(self, *texts: str) -> Callout:
        """Say in a frame what is lacking."""
        return Callout(self.say(N_("Not in this plan")), texts, "missing")

    def table(
        self,
        name: str,
        caption: str,
        columns: Sequence[Column],
        rows: Sequence[tuple[Value, ...]],
        *,
        total: tuple[Value, ...] | None = None,
        note: str = "",
        paper_rows: int | None = None,
    ) -> Table:
        """Make a table whose cut part is named in the language, without columns in which nothing stands."""
        rest = self.say(N_("Others, {n} rows"), n="{n}")
        kept = [k for k in range(len(columns)) if not k or not rows or any(_stands(row[k]) for row in rows)]
        # A unit is not parted from its comma: 'A year, €' breaks before 'year' at most.
        tied = tuple(replace(columns[k], title=_UNIT.sub(",\u00a0", columns[k].title)) for k in kept)
        shown = tuple(tuple(row[k] for k in kept) for row in rows)
        last = None if total is None else tuple(total[k] for k in kept)
        return Table(name, caption, tied, shown, last, note, paper_rows, rest)


def context_for(plan: RegionalPlan, words: Words, *, audience: Audience = "public") -> Context:
    """Make the context of a plan: what its reader may see, its points by their names in the language.

    Parameters
    ----------
    plan : RegionalPlan
    words : Words
    audience : {"public", "project"}

    Returns
    -------
    Context
    """
    shown, withheld = plan_for(plan, audience)
    names = site_names(shown, words)
    said = replace(shown, points=named(shown.points, names), neighbours=named(shown.neighbours, names))
    return Context(said, words, audience, names, agency_names(shown, words), withheld)


def _stands(value: Value) -> bool:
    """Tell whether a cell says something: a figure, zero too, or a text that is not empty."""
    return not missing(value) and value != ""


def number(value: Any) -> float | None:
    """Give a figure of a frame as a plain number, None when it is not there."""
    return None if missing(value) else float(value)


def whole(value: Any) -> int | None:
    """Give a count of a frame as a plain whole number, None when it is not there."""
    return None if missing(value) else round(float(value))


def text(value: Any) -> str:
    """Give a text of a frame, empty when it is not there."""
    return "" if missing(value) else str(value)


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Give the rows of a frame as dictionaries."""
    return [{str(k): v for k, v in row.items()} for row in frame.to_dict("records")]
