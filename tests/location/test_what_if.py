from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tunti.errors import Infeasible, TuntiError
from tunti.location.alternatives import alternatives
from tunti.location.explain import closing_costs, rule_prices, why
from tunti.location.frontier import frontier
from tunti.location.problem import Goal, Limits, Rules, Status
from tunti.location.solve import locate, value_of
from tunti.location.what_if import figures, standing, what_if

from .brute import allowed, best, problem, problems

SLOW = [HealthCheck.too_slow, HealthCheck.filter_too_much]
LINE = np.abs(np.arange(0, 10)[:, None] - np.arange(0, 10, 2)[None]) * 600
NAMES = ["first_seconds", "second_seconds"]


@settings(max_examples=100, deadline=None, suppress_health_check=SLOW)
@given(problems(plain=True), st.integers(0, 10**6))
def test_a_what_if_is_what_a_new_count_says(p, seed):
    rng = np.random.default_rng(seed)
    n = len(p.status)
    before, after = rng.random(n) < 0.5, rng.random(n) < 0.5
    ids = np.array(p.times.sites)
    change = what_if(standing(p, before), open=ids[after & ~before], close=ids[before & ~after])
    again = standing(p, after)
    assert (change.standing.open == after).all()
    for name in NAMES:
        assert (getattr(change.standing, name) == getattr(again, name)).all()
    assert change.after == figures(again)
    assert change.before == figures(standing(p, before))
    assert change.after.people == p.people.sum() - value_of(p, Goal.MOST_PEOPLE, after)
    assert change.after.backup == p.people.sum() - value_of(p, Goal.BACKUP, after)
    assert change.after.person_seconds == value_of(p, Goal.LEAST_TRAVEL, after)
    assert change.gained - change.lost == change.after.people - change.before.people


def test_a_move_is_a_closing_and_an_opening():
    p = problem(LINE, np.full(10, 10), Goal.LEAST_TRAVEL)
    s = standing(p, np.array([True, False, False, False, True]))
    moved = what_if(s, move=[("s0", "s1")])
    assert moved.after == what_if(s, close=["s0"], open=["s1"]).after
    with pytest.raises(TuntiError, match="no open point at 's1'"):
        what_if(s, close=["s1"])
    with pytest.raises(TuntiError, match="already open"):
        what_if(s, open=["s0"])
    with pytest.raises(TuntiError, match="no site 'x'"):
        what_if(s, open=["x"])


def test_closing_costs_are_those_of_closing():
    rng = np.random.default_rng(3)
    p = problem(rng.integers(0, 3000, (60, 8)), rng.integers(0, 50, 60), Goal.LEAST_TRAVEL, rules=Rules(points=4))
    network = locate(p)
    table = closing_costs(p, network)
    s = standing(p, network)
    for row in table.itertuples():
        change = what_if(s, close=[row.site])
        assert change.lost == row.only_here
        assert change.further == row.longer
        assert change.after.person_seconds - change.before.person_seconds == pytest.approx(row.person_minutes * 60)


def test_why_is_said_in_three_languages():
    p = problem(
        LINE,
        np.full(10, 10),
        Goal.LEAST_TRAVEL,
        rules=Rules(points=2),
        status=(Status.REQUIRED, *[Status.CANDIDATE] * 3, Status.FORBIDDEN),
    )
    network = locate(p)
    for site in p.times.sites:
        for sentence in why(p, network, site):
            english = sentence.text("en")
            assert "{" not in english
            for language in ("fi", "sv"):
                assert sentence.text(language) != english
                assert "{" not in sentence.text(language)


def test_the_frontier_falls_and_every_plan_is_proven():
    p = problem(LINE, np.arange(10), Goal.LEAST_TRAVEL, rules=Rules(points=1))
    table, networks = frontier(p, points=[1, 2, 3, 4])
    assert table["proven"].all()
    assert (np.diff(table["objective"]) <= 0).all()
    assert len(networks) == 4
    table, networks = frontier(replace(p, goal=Goal.FEWEST, rules=Rules()), shares=[0.5, 1.0])
    assert table["points"].is_monotonic_increasing
    table, _ = frontier(replace(p, rules=Rules(share=1.0)), points=[1, 5])
    assert table["feasible"].tolist() == [False, True]


@settings(max_examples=30, deadline=None, suppress_health_check=SLOW)
@given(problems(goals=(Goal.MOST_PEOPLE, Goal.LEAST_TRAVEL, Goal.LEAST_COST, Goal.FEWEST)))
def test_alternatives_keep_the_rules_and_are_almost_as_good(p):
    if best(p) is None:
        return
    found = alternatives(p, within=0.2, count=3, limits=Limits(second_gap=0.0))
    for k, network in enumerate(found):
        assert allowed(p, network.open)
        assert network.objective <= found[0].objective * 1.2 + 1e-6
        assert not any((network.open == other.open).all() for other in found[:k])


def test_the_price_of_a_rule_is_what_leaving_it_out_saves():
    p = problem(LINE, np.full(10, 10), Goal.FEWEST, rules=Rules(share=0.8, points_at_least=4))
    network = locate(p)
    prices = rule_prices(p, network).set_index("rule")
    assert prices.loc["points_at_least", "without"] == 2
    assert prices.loc["points_at_least", "saving_at_least"] == network.objective - 2
    assert prices.loc["share", "saving_at_most"] == 0


def test_what_would_have_to_give_is_said():
    p = problem(LINE, np.full(10, 10), Goal.MOST_PEOPLE, rules=Rules(points=1, share=0.9, budget=10**9))
    with pytest.raises(Infeasible) as caught:
        locate(p)
    text = caught.value.text()
    assert "'at most one point' would have to be 2." in text
    assert "would have to come down to 50 %" in text
    assert "budget" not in text
    assert "The least to give up" in text
