"""Choices around a network: the trade-off curve, near-optimal alternatives, reasons, and what a change would do."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any

import pandas as pd
import typer

from tunti.cli.names import Names
from tunti.cli.options import Folder, Json, Lang, Minutes, ScenarioName, decimal, language_of
from tunti.cli.show import print_json, progress, rows_table, tell, tell_interrupted
from tunti.cli.what_if import longest, site_of
from tunti.errors import TuntiError
from tunti.findings import Message, Share, say
from tunti.locale import N_, translator
from tunti.location.alternatives import COUNT, WITHIN
from tunti.location.alternatives import alternatives as find_alternatives
from tunti.location.explain import closing_costs, rule_prices, why
from tunti.location.frontier import frontier as find_frontier
from tunti.location.problem import Goal, Network
from tunti.location.what_if import figures, standing
from tunti.plan.question import GOALS
from tunti.project import Located, Project
from tunti.scenario.scenario import write_points

SHARES = (0.9, 0.95, 0.97, 0.98, 0.99)
"""Shares of the curve when nothing else is asked for."""

RULES = {
    "share": N_("Share of people within the standard"),
    "region_share": N_("The same in every region"),
    "population_base": N_("Population base of each point"),
    "points": N_("Number of points"),
    "points_at_least": N_("Least number of points"),
    "region_points": N_("Number of points in each region"),
    "budget": N_("Budget of the points"),
    "changes": N_("Most changes"),
    "keep_existing": N_("Existing points stay open"),
}
"""Rules of a network as people know them."""

Keep = Annotated[
    str | None, typer.Option("--keep", help="Keep each plan as a scenario NAME-1, NAME-2, ... that can be opened.")
]


def steps(text: str | None, kind: type[int] | type[float]) -> tuple[Any, ...]:
    """Read steps: ``10,20,30``, or ``10-60:10`` for 10 to 60 by tens.

    Raises
    ------
    TuntiError
        The text is neither.
    """
    if text is None:
        return ()
    span = re.fullmatch(r"\s*(\d+)\s*-\s*(\d+)\s*(?::\s*(\d+))?\s*", text)
    if span and kind is int:
        first, last, by = int(span[1]), int(span[2]), int(span[3] or 1)
        found: tuple[Any, ...] = tuple(range(first, last + 1, by)) if by else ()
    else:
        words = [w for w in re.split(r"[;\s]+|,(?=\s|\d{2,}|$)" if kind is float else r"[;,\s]+", text) if w]
        found = tuple(round(v) if kind is int else v for v in map(decimal, words))
    if not found:
        raise TuntiError(say("{value} are no steps. Write 10,20,30 or 10-60:10.", value=text))
    return found


def frontier(
    folder: Folder,
    points: Annotated[
        str | None, typer.Option("--points", help="Numbers of points: 10,20,30 or 10-60:10 for 10 to 60 by tens.")
    ] = None,
    shares: Annotated[
        str | None, typer.Option("--shares", help="Shares of people within the standard: '0.9 0.95 0.99'.")
    ] = None,
    budgets: Annotated[
        str | None, typer.Option("--budgets", help="Budgets of the points in euros a year, separated by ';'.")
    ] = None,
    goal: Annotated[
        str | None, typer.Option("--goal", help="Goal of each step: most_people for points, fewest for shares.")
    ] = None,
    minutes: Minutes = None,
    scenario: ScenarioName = None,
    keep: Keep = None,
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """Show how minutes, people and cost move with the number of points, each step with its proof."""
    language = language_of(lang)
    numbers, euros = steps(points, int), steps(budgets, float)
    asked = tuple(_checked_share(s) for s in steps(shares, float))
    if not (numbers or asked or euros):
        asked = SHARES
    if goal is not None and goal not in set(GOALS):
        raise TuntiError(say("There is no goal {value}. Choose one of: {names}.", value=goal, names=", ".join(GOALS)))
    takes_number = goal or ("fewest" if asked else "most_people")
    project = Project(folder)
    with progress(language, quiet=as_json) as say_progress:
        located = project.located(
            goal=takes_number,
            points=numbers[0] if numbers else None,
            share=asked[0] if asked and takes_number == Goal.FEWEST else None,
            minutes=minutes,
            scenario=scenario,
            progress=say_progress,
        )

        def told(what: Message, done: float, best: float | None, bound: float | None) -> None:
            say_progress(what, done)

        problem = located.problem
        if not asked and goal is None:
            # The curve asks how many people so many points can serve; a share would only cut it off.
            problem = replace(problem, rules=replace(problem.rules, share=None, region_share={}))
        table, networks = find_frontier(
            problem,
            points=numbers,
            shares=asked,
            budgets=[round(100 * e) for e in euros],
            progress=told,
        )
    count = len(numbers) + len(asked) + len(euros)
    ended = len(table) < count or (len(networks) > 0 and networks[-1].interrupted)
    kept = _keep(project, keep, networks, language)
    if as_json:
        print_json(
            {
                "goal": located.problem.goal.value,
                "steps": table.to_dict("records"),
                "plans": [list(n.points) for n in networks],
                "interrupted": ended,
                "scenarios": kept,
            }
        )
        return
    _ = translator(language)
    rows = [_step(r, located, language) for r in table.to_dict("records")]
    headings = (N_("Asked"), N_("Points"), N_("Within"), N_("Mean minutes"), N_("Longest"), N_("€ a year"), N_("Gap"))
    rows_table(_("Trade-off"), [_(h) for h in headings], rows)
    if ended:
        tell(say("Interrupted: {n} of {count} steps were asked.", n=len(table), count=count).text(language))
        tell_interrupted(networks[-1], language)
    _tell_kept(kept, language)


def alternatives(
    folder: Folder,
    within: Annotated[
        float, typer.Option("--within", parser=decimal, metavar="0...1", help="How much worse one may be: 0.02 is 2 %.")
    ] = WITHIN,
    count: Annotated[
        int, typer.Option("--count", min=2, max=20, help="How many plans, the best one included.")
    ] = COUNT,
    scenario: ScenarioName = None,
    keep: Keep = None,
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """Find other networks almost as good as the best that differ from it the most."""
    language = language_of(lang)
    if not 0 <= within <= 1:
        raise TuntiError(say("{value} is no share. Write 0.02 for 2 %.", value=within))
    project = Project(folder)
    with progress(language, quiet=as_json) as say_progress:
        located = project.located(scenario=scenario, progress=say_progress)
        say_progress(say("looking for alternatives"), None)
        # Capacities are refused before the network is sought.
        best_known = located.network if located.problem.capacity is None else None
        found = find_alternatives(located.problem, within=within, count=count, network=best_known)
    kept = _keep(project, keep, found, language)
    best = set(found[0].points)
    rows: list[dict[str, Any]] = []
    for k, network in enumerate(found):
        f = figures(standing(located.problem, network))
        rows.append(
            {
                "number": k + 1,
                "points": list(network.points),
                "objective": network.objective,
                "bound": network.bound,
                "share": f.share,
                "mean_minutes": f.mean_minutes,
                "longest_minutes": f.longest_minutes,
                "cost_eur_year": f.cost / 100,
                "opens": sorted(set(network.points) - best),
                "closes": sorted(best - set(network.points)),
            }
        )
    if as_json:
        ended = found[-1].interrupted
        print_json({"goal": located.problem.goal.value, "alternatives": rows, "interrupted": ended, "scenarios": kept})
        return
    _ = translator(language)
    if found[-1].interrupted:
        tell(_("Interrupted: no more alternatives were looked for; those found are kept."))
    elif len(found) == 1:
        tell(_("No other network is that good: the best one has no alternative within the limit."))
    headings = (N_("Plan"), N_("Points"), N_("Within"), N_("Mean minutes"), N_("Other places"))
    shown = [
        [
            str(r["number"]),
            str(len(r["points"])),
            _text(Share(r["share"]), language),
            _text(round(r["mean_minutes"], 1), language),
            str(len(r["opens"])),
        ]
        for r in rows
    ]
    rows_table(_("Alternatives"), [_(h) for h in headings], shown)
    called = Names(project.tables(scenario=scenario), language).sites
    for r in rows[1:]:
        line = say(
            "Plan {n} opens {opens} in place of {closes}.",
            n=r["number"],
            opens=called.listed(r["opens"]),
            closes=called.listed(r["closes"]),
        )
        tell(line.text(language))
    _tell_kept(kept, language)


def explain(
    folder: Folder,
    site: Annotated[str | None, typer.Argument(metavar="[SITE]", help="A site; all points without it.")] = None,
    rules: Annotated[bool, typer.Option("--rules", help="Also work out what each rule costs.")] = False,
    scenario: ScenarioName = None,
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """Say why a site is open or closed, what closing each point would cost, and what each rule costs."""
    language = language_of(lang)
    _ = translator(language)
    project = Project(folder)
    with progress(language, quiet=as_json) as say_progress:
        located = project.located(scenario=scenario, progress=say_progress)
        problem, network = located.problem, located.network
        called = Names(project.tables(scenario=scenario), language).sites
        reasons = why(problem, network, site_of(located, site), called=called) if site is not None else ()
        costs = closing_costs(problem, network)
        if site is not None:
            costs = costs[costs["site"] == site_of(located, site)]
        prices = None
        if rules:
            say_progress(say("asking again without each rule"), None)
            prices = rule_prices(problem, network)
    if as_json:
        print_json(
            {
                "reasons": [r.text(language) for r in reasons],
                "points": costs.to_dict("records"),
                "rules": None if prices is None else prices.to_dict("records"),
            }
        )
        return
    for reason in reasons:
        tell(reason.text(language))
    if site is None:
        priced = bool((costs["cost_saved"] > 0).any())
        headings = (
            N_("Point"),
            N_("People"),
            N_("Only here"),
            N_("Drive longer"),
            N_("Minutes more"),
            # Where no site has a cost, a column of zeros would tell a falsehood.
            *([N_("Saves, € a year")] if priced else []),
            N_("Next point"),
        )
        shown = [
            [
                called[r["site"]],
                _text(r["people"], language),
                _text(r["only_here"], language),
                _text(r["longer"], language),
                _text(round(r["minutes_more"], 1), language),
                *([_text(round(r["cost_saved"] / 100), language)] if priced else []),
                called[r["next"]] if r["next"] else "-",
            ]
            for r in costs.sort_values(["only_here", "person_minutes"], ascending=False).to_dict("records")
        ]
        rows_table(_("What closing a point would cost"), [_(h) for h in headings], shown)
    if prices is not None:
        _tell_prices(prices, network, language)


def _checked_share(share: float) -> float:
    if not 0 <= share <= 1:
        raise TuntiError(say("{value} is no share. Write 0.02 for 2 %.", value=share))
    return share


def _keep(project: Project, name: str | None, networks: Sequence[Network], language: str) -> list[str]:
    """Keep networks as scenarios, so that each plan of a curve or a set of alternatives can be opened."""
    kept = []
    for k, network in enumerate(networks if name else (), start=1):
        text = say("Plan {k} of {n}, {points} points", k=k, n=len(networks), points=len(network.points)).text(language)
        project.store.keep_scenario(f"{name}-{k}", write_points(text, network.points))
        kept.append(f"{name}-{k}")
    return kept


def _tell_kept(kept: list[str], language: str) -> None:
    if kept:
        tell(say("Kept as scenarios: {names}.", names=", ".join(kept)).text(language))


def _step(row: dict[Any, Any], located: Located, language: str) -> list[str]:
    _ = translator(language)
    asked = {
        "points": lambda v: _text(int(v), language),
        "share": lambda v: _text(Share(v), language),
        "budget": lambda v: _text(v / 100, language) + " €",
    }[row["rule"]](row["asked"])
    if not row["feasible"]:
        return [asked, _("no plan"), "-", "-", "-", "-", "-"]
    return [
        asked,
        _text(int(row["points"]), language),
        _text(Share(row["share"]), language),
        _text(round(row["mean_minutes"], 1), language),
        _text(longest(row["longest_minutes"], located), language),
        _text(row["cost"] / 100, language) if row["cost"] else "-",
        _("proven") if row["proven"] else _text(Share(row["gap"]), language),
    ]


def _tell_prices(prices: pd.DataFrame, network: Network, language: str) -> None:
    _ = translator(language)
    if prices.empty:
        tell(_("The question has no rules that could be left out."))
        return
    rows = [
        [
            _(RULES[str(r["rule"])]),
            _text(round(r["without"], 1), language),
            _text(round(r["saving_at_least"], 1), language),
            _text(round(r["saving_at_most"], 1), language),
            _text(r["points"], language),
        ]
        for r in prices.to_dict("records")
    ]
    headings = (N_("Rule"), N_("Goal without it"), N_("Better by at least"), N_("At most"), N_("Points without it"))
    tell(say("Goal: {goal}.", goal=say(GOALS[network.goal])).text(language))
    rows_table(_("What each rule costs"), [_(h) for h in headings], rows)


def _text(value: Any, language: str) -> str:
    return say("{n}", n=value).text(language)
