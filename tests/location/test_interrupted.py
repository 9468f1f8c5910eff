"""What a key, a limit or a capacity does to curves, alternatives and the reasons of a conflict; singular and plural."""

import math

import numpy as np
import pytest

from tunti.errors import TuntiError
from tunti.location import alternatives as alternatives_of
from tunti.location import frontier as frontier_of
from tunti.location.alternatives import alternatives
from tunti.location.conflict import conflict
from tunti.location.engine import Rest
from tunti.location.form import question
from tunti.location.frontier import frontier
from tunti.location.problem import Goal, Limits, Rules
from tunti.location.rules import at_most, exactly
from tunti.location.solve import locate, solve_form

from .brute import problem

LINE = np.abs(np.arange(12)[:, None] - np.arange(0, 12, 2)[None, :]) * 400


def line(goal, **options):
    return problem(LINE, np.arange(5, 17), goal, **options)


def test_one_key_ends_the_curve_and_keeps_its_steps(monkeypatch):
    asked = []

    def ended(changed, limits, known=None):
        asked.append(changed.rules.points)
        found = locate(changed, limits, known=known)
        return found if len(asked) < 2 else type(found)(**{**vars(found), "interrupted": True})

    monkeypatch.setattr(frontier_of, "locate", ended)
    table, networks = frontier(line(Goal.MOST_PEOPLE), points=(1, 2, 3, 4))
    assert asked == [1, 2]
    assert list(table["asked"]) == [1, 2]
    assert [n.interrupted for n in networks] == [False, True]


def test_a_key_before_a_step_has_a_plan_keeps_the_steps_before(monkeypatch):
    def ended(changed, limits, known=None):
        if changed.rules.points == 3:
            raise KeyboardInterrupt
        return locate(changed, limits, known=known)

    monkeypatch.setattr(frontier_of, "locate", ended)
    table, networks = frontier(line(Goal.MOST_PEOPLE), points=(1, 2, 3, 4))
    assert list(table["asked"]) == [1, 2]
    assert len(networks) == 2
    with pytest.raises(KeyboardInterrupt):
        frontier(line(Goal.MOST_PEOPLE), points=(3, 4))


@pytest.mark.parametrize("finds", [True, False])
def test_one_key_ends_the_alternatives_and_keeps_them(monkeypatch, finds):
    p = line(Goal.FEWEST, rules=Rules(share=0.5))
    whole = alternatives(p, within=0.5, count=4)
    assert len(whole) > 2
    assert not any(n.interrupted for n in whole)
    calls = []

    def ended(form, limits, **options):
        calls.append(1)
        if len(calls) == 2 and not finds:
            raise KeyboardInterrupt
        rest = solve_form(form, limits, **options)
        return rest if len(calls) < 2 else Rest(rest.opened, rest.bound, rest.nodes, True, True)

    monkeypatch.setattr(alternatives_of, "solve_form", ended)
    found = alternatives(p, within=0.5, count=4)
    assert len(calls) == 2
    assert [n.points for n in found] == [n.points for n in whole[: 3 if finds else 2]]
    assert found[-1].interrupted


def test_alternatives_with_capacities_are_refused_in_words():
    with pytest.raises(TuntiError, match="capacities") as refused:
        alternatives(line(Goal.FEWEST, capacity=np.full(6, 50)))
    assert "kapasiteet" in refused.value.text("fi")


def test_a_rule_that_limits_kept_from_being_tried_stays_in_the_conflict():
    p = line(Goal.LEAST_COST, rules=Rules(share=1.0, budget=10, changes=2))
    q = question(p, p.goal)

    def exact(form, gap):
        return solve_form(form, Limits(), gap=gap)

    def hopeless(form, gap):
        # as a search that its nodes ended before it had a plan
        return Rest(None, -math.inf, 1, ended=True)

    names = [str(r) for r in conflict(p, q, exact) if str(r).startswith("- ")]
    kept = [str(r) for r in conflict(p, q, hopeless) if str(r).startswith("- ")]
    assert set(names) < set(kept)
    assert len(kept) == q.form.rows


@pytest.mark.parametrize(
    ("language", "one", "two"),
    [
        ("en", "exactly one point", "exactly 2 points"),
        ("fi", "täsmälleen yksi piste", "täsmälleen 2 pistettä"),
        ("sv", "exakt en punkt", "exakt 2 punkter"),
    ],
)
def test_one_point_is_singular(language, one, two):
    assert exactly(1).text(language) == one
    assert exactly(2).text(language) == two
    assert at_most(1).text(language) != at_most(2).text(language).replace("2", "1")
