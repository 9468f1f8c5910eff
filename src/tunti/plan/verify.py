"""The independent check: a plan's tables are recomputed from each other before anything is written.

It shares no code with the models that made the tables and imports nothing above the inputs, so an error in a model
can't hide itself here.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from tunti.findings import Finding, Message, error, say
from tunti.locale import N_


@dataclass(frozen=True, eq=False)
class Tables:
    """The result tables of one network, as they will be written.

    Attributes
    ----------
    cells : DataFrame
        ``cell, municipality, people, minutes, nearest_site``: every cell of the planned area.
    municipalities, regions : DataFrame
        With ``people, people_inside, share``; keyed by ``municipality`` and ``region``.
    outside : DataFrame
        ``cell, people, minutes, minutes_over``.
    points : DataFrame
        All open points: ``site, people_served, population_base``.
    share : float
    people, people_inside, people_outside : int
        The figures that the plan states.
    minutes : float
        The standard.
    """

    cells: pd.DataFrame
    municipalities: pd.DataFrame
    regions: pd.DataFrame
    outside: pd.DataFrame
    points: pd.DataFrame
    share: float
    people: int
    people_inside: int
    people_outside: int
    minutes: float


_BROKEN = N_("The plan's tables do not agree with each other; nothing was written. Report it with the run record.")


def _wrong(table: str, row: str | None, column: str, what: Message) -> Finding:
    return error(table, row, column, what, say(_BROKEN))


def verify(
    tables: Tables,
    *,
    sites: pd.DataFrame,
    share_at_least: float | None = None,
    region_share_at_least: float | None = None,
    base_at_least: int | None = None,
    points_at_most: int | None = None,
    region_points: tuple[int | None, int | None] = (None, None),
    budget_at_most: float | None = None,
    kept: bool = False,
) -> list[Finding]:
    """Recompute every figure of a network from its tables, and check that it keeps its rules.

    Parameters
    ----------
    tables : Tables
    sites : DataFrame
        The input table of sites: ``site, status``.
    share_at_least : float or None
        Rule: share of people within the standard.
    region_share_at_least : float or None
        Rule: the same in each row of the regions.
    base_at_least : int or None
        Rule: people within the standard of each point.
    points_at_most : int or None
        Rule: number of points.
    region_points : (int or None, int or None)
        Rule: least and most points in each row of the regions.
    budget_at_most : float or None
        Rule: euros a year of all points.
    kept : bool
        Rule: existing sites stay open.

    Returns
    -------
    list of Finding
        Empty when all agrees.
    """
    return [
        *_totals(tables),
        *_municipalities(tables),
        *_regions(tables),
        *_outside(tables),
        *_points(tables, sites),
        *_rules(tables, share_at_least, base_at_least, points_at_most),
        *_region_rules(tables, region_share_at_least, *region_points),
        *_site_rules(tables, sites, budget_at_most, kept),
    ]


def _inside(cells: pd.DataFrame, minutes: float) -> pd.Series:
    # Times are whole seconds; a cell exactly at the standard is within it.
    return (cells["minutes"] * 60).round() <= minutes * 60


def _totals(t: Tables) -> list[Finding]:
    people = int(t.cells["people"].sum())
    inside = int(t.cells.loc[_inside(t.cells, t.minutes), "people"].sum())
    found = []
    for column, stated, recomputed in (
        ("people", t.people, people),
        ("people_inside", t.people_inside, inside),
        ("people_outside", t.people_outside, people - inside),
    ):
        if stated != recomputed:
            found.append(
                _wrong("totals", None, column, say("{a} is stated, the cells give {b}.", a=stated, b=recomputed))
            )
    if people and abs(t.share - inside / people) > 1e-9:
        found.append(
            _wrong("totals", None, "share", say("{a} is stated, the cells give {b}.", a=t.share, b=inside / people))
        )
    for name, table in (("municipalities", t.municipalities), ("regions", t.regions)):
        for column, total in (("people", people), ("people_inside", inside)):
            stated = int(table[column].sum())
            if stated != total:
                found.append(
                    _wrong(name, None, column, say("The rows add up to {a}, the total is {b}.", a=stated, b=total))
                )
    return found


def _municipalities(t: Tables) -> list[Finding]:
    inside = t.cells["people"].where(_inside(t.cells, t.minutes), 0)
    sums = t.cells.assign(people_inside=inside).groupby("municipality")[["people", "people_inside"]].sum()
    return _stated("municipalities", t.municipalities.dropna(subset=["municipality"]).set_index("municipality"), sums)


def _regions(t: Tables) -> list[Finding]:
    # The municipalities' rows have been checked against the cells; the regions' must be their sums.
    sums = t.municipalities.groupby("region")[["people", "people_inside"]].sum()
    return _stated("regions", t.regions.dropna(subset=["region"]).set_index("region"), sums)


def _stated(name: str, stated: pd.DataFrame, sums: pd.DataFrame) -> list[Finding]:
    """Compare the people, the people inside and the share of each row with recomputed sums."""
    found = []
    for code in stated.index.union(sums.index):
        people, within = (int(v) for v in sums.loc[code]) if code in sums.index else (0, 0)
        share = within / people if people else None
        for column, recomputed in (("people", people), ("people_inside", within), ("share", share)):
            value = stated.loc[code, column] if code in stated.index else None
            agrees = recomputed is None or (value is not None and abs(float(value) - recomputed) <= 1e-9)
            if not agrees:
                found.append(
                    _wrong(name, str(code), column, say("{a} is stated, the cells give {b}.", a=value, b=recomputed))
                )
    return found


def _outside(t: Tables) -> list[Finding]:
    cells = t.cells[(~_inside(t.cells, t.minutes)) & (t.cells["people"] > 0)].set_index("cell")
    stated = t.outside.set_index("cell")
    found = [
        _wrong("outside", str(cell), "cell", say("The cell is listed as outside the standard, but is not."))
        for cell in stated.index.difference(cells.index)
    ]
    found += [
        _wrong("outside", str(cell), "cell", say("The cell is outside the standard, but is not listed."))
        for cell in cells.index.difference(stated.index)
    ]
    both = cells.merge(stated, left_index=True, right_index=True, suffixes=("", "_stated"))
    wrong_people = both[both["people"] != both["people_stated"]]
    found += [
        _wrong("outside", str(cell), "people", say("The head count differs from the cell's."))
        for cell in wrong_people.index
    ]
    over = both["minutes"] - t.minutes
    differs = (over - both["minutes_over"]).abs() > 1e-6
    unequal = differs | (over.isna() != both["minutes_over"].isna())
    found += [
        _wrong("outside", str(cell), "minutes_over", say("The minutes over the standard differ from the cell's."))
        for cell in both.index[unequal.fillna(False)]
    ]
    return found


def _points(t: Tables, sites: pd.DataFrame) -> list[Finding]:
    found = []
    status = sites.set_index("site")["status"]
    open_sites = set(t.points["site"])
    for site in sorted(open_sites - set(status.index)):
        found.append(_wrong("points", site, "site", say("The point is not one of the sites.")))
    for site in sorted(open_sites & set(status.index[status == "forbidden"])):
        found.append(_wrong("points", site, "site", say("The site must not open, but is a point.")))
    for site in sorted(set(status.index[status == "required"]) - open_sites):
        found.append(_wrong("points", site, "site", say("The site must open, but is not a point.")))
    strange = t.cells.dropna(subset=["nearest_site"])
    for site in sorted(set(strange["nearest_site"]) - open_sites):
        found.append(_wrong("cells", None, "nearest_site", say("{site} serves cells, but is not a point.", site=site)))
    served = t.cells.groupby("nearest_site")["people"].sum()
    for row in t.points.itertuples():
        recomputed = int(served.get(row.site, 0))
        if row.people_served != recomputed:
            found.append(
                _wrong(
                    "points",
                    str(row.site),
                    "people_served",
                    say("{a} is stated, the cells give {b}.", a=row.people_served, b=recomputed),
                )
            )
    return found


def _rules(
    t: Tables, share_at_least: float | None, base_at_least: int | None, points_at_most: int | None
) -> list[Finding]:
    found = []
    if share_at_least is not None and t.people_inside < share_at_least * t.people - 0.5:
        found.append(
            _wrong(
                "totals", None, "share", say("The share is {a}, the rule asks for {b}.", a=t.share, b=share_at_least)
            )
        )
    if base_at_least is not None:
        for row in t.points[t.points["population_base"] < base_at_least].itertuples():
            found.append(
                _wrong(
                    "points",
                    str(row.site),
                    "population_base",
                    say("The population base is {a}, the rule asks for {b}.", a=row.population_base, b=base_at_least),
                )
            )
    if points_at_most is not None and len(t.points) > points_at_most:
        found.append(
            _wrong(
                "points",
                None,
                "site",
                say("There are {a} points, the rule allows {b}.", a=len(t.points), b=points_at_most),
            )
        )
    return found


def _region_rules(t: Tables, share: float | None, low: int | None, high: int | None) -> list[Finding]:
    found = []
    count = t.points["region"].value_counts()
    regions = t.regions.dropna(subset=["region"]).set_index("region")
    for code in regions.index:
        points = int(count.get(code, 0))
        people, inside = float(regions.loc[code, "people"]), float(regions.loc[code, "people_inside"])
        if share is not None and inside < share * people - 0.5:
            what = say("The share is {a}, the rule asks for {b}.", a=inside / max(people, 1), b=share)
            found.append(_wrong("regions", str(code), "share", what))
        if (low is not None and points < low) or (high is not None and points > high):
            allowed = low if low is not None and points < low else high
            found.append(
                _wrong(
                    "regions", code, "points", say("There are {a} points, the rule allows {b}.", a=points, b=allowed)
                )
            )
    return found


def _site_rules(t: Tables, sites: pd.DataFrame, budget: float | None, kept: bool) -> list[Finding]:
    found = []
    if kept:
        lost = set(sites.loc[sites["status"] == "existing", "site"]) - set(t.points["site"])
        found += [
            _wrong("points", site, "site", say("The site must open, but is not a point.")) for site in sorted(lost)
        ]
    if budget is not None and float(t.points["cost_eur_year"].sum()) > budget + 0.01:
        total = float(t.points["cost_eur_year"].sum())
        found.append(
            _wrong(
                "points",
                None,
                "cost_eur_year",
                say("The points cost {a} € a year, the rule allows {b} €.", a=total, b=budget),
            )
        )
    return found
