import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from tunti.errors import Infeasible
from tunti.location.problem import Goal, Limits, Rules, Status
from tunti.location.solve import locate, value_of

from .brute import allowed, best, close, problem, problems

EXACT = Limits(second_gap=0.0)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(problems())
def test_every_goal_and_rule_against_all_choices(p):
    expected = best(p)
    if expected is None:
        with pytest.raises(Infeasible) as caught:
            locate(p, EXACT)
        assert caught.value.reasons
        return
    network = locate(p, EXACT)
    assert allowed(p, network.open)
    assert close(network.objective, expected[0])
    assert network.objective == value_of(p, p.goal, network.open)
    assert network.proven
    assert network.bound <= network.objective
    assert network.points == tuple(f"s{j}" for j in np.flatnonzero(network.open))
    if expected[1] is not None:
        assert close(network.second[1], expected[1][len(network.points)])


LINE = np.abs(np.arange(0, 10)[:, None] - np.arange(0, 10, 2)[None]) * 600


def test_reasons_are_said_in_three_languages():
    p = problem(LINE, np.full(10, 10), Goal.MOST_PEOPLE, rules=Rules(points=1, share=0.9))
    with pytest.raises(Infeasible) as caught:
        locate(p)
    english = caught.value.text("en")
    assert "at most one point" in english
    assert "90 % of all people within 20 minutes" in english
    for language in ("fi", "sv"):
        said = caught.value.text(language)
        assert said != english
        assert "90 %" in said


def test_a_required_site_below_the_population_base_is_named():
    p = problem(
        LINE,
        np.full(10, 10),
        Goal.FEWEST,
        status=(Status.REQUIRED,) + (Status.CANDIDATE,) * 4,
        rules=Rules(population_base=40),
    )
    with pytest.raises(Infeasible, match="s0"):
        locate(p)


def test_the_same_question_gives_the_same_answer():
    p = problem(LINE, np.arange(10), Goal.LEAST_TRAVEL, rules=Rules(points=2))
    a, b = locate(p), locate(p)
    assert a.points == b.points
    assert a.objective == b.objective
    assert a.bound == b.bound
