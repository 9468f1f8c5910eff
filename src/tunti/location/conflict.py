"""Which rules conflict, and what it would take to keep the rest: in a planner's words."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from tunti.errors import Infeasible
from tunti.findings import Message, say
from tunti.location.engine import Rest
from tunti.location.form import Question, question
from tunti.location.miss import MissForm
from tunti.location.problem import Problem
from tunti.location.rules import plain


def conflict(problem: Problem, q: Question, solve: Callable[[MissForm, float], Rest]) -> list[Message]:
    """Name a smallest set of rules that no network keeps together, and how far each would have to give way.

    Rules are left out one by one; what cannot be left out without the conflict going away stays (a deletion filter, so
    that no rule of the set is needless). A rule stays too where limits end the search without it before a plan or its
    absence is found: the set still has no network, but may then be larger than it need be. For each rule of the set the
    least value that the others allow is then sought, and the rule that has to give way least, as a part of what it
    asks, is named last.

    Parameters
    ----------
    problem : Problem
    q : Question
        The question without an answer.
    solve : callable
        Exact solver: form and gap to ``Rest``.

    Returns
    -------
    list of Message
    """
    everything = frozenset(range(q.form.rows))
    reach = np.zeros(len(problem.people), np.uint16)

    def form_of(kept: set[int]) -> Question | None:
        try:
            return question(problem, problem.goal, relaxed=everything - kept, reach=reach)
        except Infeasible:
            return None

    left = set(everything)
    for r in sorted(everything):
        tried = form_of(left - {r})
        if tried is not None:
            rest = solve(replace(tried.form, weight=np.zeros(tried.form.terms), twice=False), math.inf)
            if rest.interrupted:
                break  # a key ended it: what was not tried stays
            if rest.opened is not None or rest.ended:
                continue  # without it there is a plan, or limits ended the search before that was known
        left.discard(r)
    reasons = [say("No network keeps these rules together:")]
    reasons += [say("- {rule}", rule=q.names[r]) for r in sorted(left)]
    ways: list[tuple[float, Message]] = []
    for r in sorted(left):
        way = _way(problem, q, r, left, form_of, solve)
        if way is not None:
            ways.append(way)
    reasons += [m for _, m in ways]
    if ways and len(left) > 1:
        reasons.append(say("The least to give up: {way}", way=min(ways, key=lambda w: w[0])[1]))
    else:
        reasons.append(say("Give up or loosen any one of them."))
    return reasons


def _way(
    problem: Problem,
    q: Question,
    r: int,
    left: set[int],
    form_of: Callable[[set[int]], Question | None],
    solve: Callable[[MissForm, float], Rest],
) -> tuple[float, Message] | None:
    """Say how far one rule has to give way if the others of the conflict stay."""
    whole = form_of(left)
    others = form_of(left - {r})
    if whole is None or others is None:
        return None
    row = sorted(left).index(r)
    form, name, kind = whole.form, q.names[r], q.kinds[r]
    at = form.z_row == row
    weight = np.bincount(form.z_term[at], weights=form.z_coef[at], minlength=form.terms).astype(float)
    sign = 1.0 if math.isfinite(form.high[row]) else -1.0
    keep = np.arange(form.rows) != row
    new = np.cumsum(keep) - 1
    stay = keep[form.z_row]
    alone = replace(
        form,
        cost=sign * form.y_row[row],
        constant=0.0,
        weight=weight,
        y_row=form.y_row[keep],
        z_row=new[form.z_row[stay]].astype(np.int32),
        z_term=form.z_term[stay],
        z_coef=form.z_coef[stay],
        low=form.low[keep],
        high=form.high[keep],
        integral=True,
        twice=False,
    )
    rest = solve(alone, 0.0)
    if rest.opened is None:
        return None
    value = sign * alone.value(rest.opened)
    limit = form.high[row] if sign > 0 else form.low[row]
    part = abs(value - limit) / max(abs(limit), 1.0)
    if kind in ("share", "region_share"):
        people = int(problem.people.sum())
        if kind == "region_share":
            people = int(problem.people[problem.region == dict(name.values)["region"]].sum())
        asked = float(dict(name.values)["share"])
        given = asked - 100.0 * (value - limit) / max(people, 1)
        return (asked - given) / max(asked, 1e-9), say(
            "'{rule}' would have to come down to {share} %.", rule=name, share=plain(math.floor(given * 100) / 100)
        )
    if kind == "budget":
        return part, say("'{rule}' would have to be {euros} euros.", rule=name, euros=plain(math.ceil(value / 100)))
    if kind == "changes":
        more = int(dict(name.values)["n"]) + round(value - limit)
        return part, say("'{rule}' would have to be {n}.", rule=name, n=more)
    if kind in ("points", "points_at_least", "region_points"):
        return part, say("'{rule}' would have to be {n}.", rule=name, n=round(value))
    if kind == "everyone":
        return part, say("'{rule}' would have to leave {n} people outside.", rule=name, n=round(value))
    return None
