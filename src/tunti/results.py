"""Everything that a plan's document can tell: the results of all stages, and why a stage has none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from tunti import __version__
from tunti.errors import TuntiError, reason_of
from tunti.findings import Message
from tunti.location.alternatives import alternatives
from tunti.location.explain import closing_costs
from tunti.location.problem import Goal, Network
from tunti.plan.regional import Considered
from tunti.stages import Stages, inputs_hash
from tunti.store.hashes import content_hash

ALTERNATIVES = 4
"""Networks that are compared with the proposal."""

WITHIN = 0.05
"""How much worse than the best an alternative may be, as a part of the best value."""

_WITH_ALTERNATIVES = (Goal.FEWEST, Goal.MOST_PEOPLE, Goal.LEAST_TRAVEL, Goal.LEAST_COST)


def stage_results(stages: Stages, region: str | None) -> dict[str, Any]:
    """Run all stages after the network and gather what they found.

    Parameters
    ----------
    stages : Stages
    region : str or None
        Code of a region, None for all planned regions.

    Returns
    -------
    dict
        Fields of :class:`tunti.plan.regional.RegionalPlan`: ``services``, ``premises``, ``programme``, ``remote`` and
        ``considered``, each None when it can't be made; ``lacking`` says why.
    """
    found: dict[str, Any] = {}
    lacking: dict[str, Message] = {}

    def attempt(name: str, make: Callable[[], Any]) -> None:
        try:
            found[name] = make()
        except TuntiError as problem:
            found[name] = None
            lacking[name] = reason_of(problem)

    attempt("services", lambda: stages.services(region))
    if found["services"] is None:
        found |= dict.fromkeys(("premises", "programme"))
        lacking |= dict.fromkeys(("premises", "programme"), lacking["services"])
    else:
        attempt("premises", lambda: stages.premises(region))
        attempt("programme", lambda: stages.programme(region))
    attempt("remote", lambda: stages.remote(region))
    attempt("considered", lambda: considered(stages))
    return {**found, "lacking": lacking}


def considered(stages: Stages) -> Considered:
    """Give other networks almost as good and what the closing of each point would mean, from the store when known.

    Parameters
    ----------
    stages : Stages

    Returns
    -------
    Considered
    """
    problem, network = stages.network()
    key = content_hash(
        __version__, inputs_hash(stages.inputs), stages.settings.model_dump_json(), network.open, ALTERNATIVES, WITHIN
    )
    kept = stages.store.result("considered", key)
    if kept is None:
        asked = problem.goal in _WITH_ALTERNATIVES and problem.capacity is None  # they do not look at capacities
        found: tuple[Network, ...] = (network,)
        if asked:
            found = alternatives(problem, within=WITHIN, count=ALTERNATIVES, network=network)
        others = found[1:]
        opens = np.array([n.open for n in others], dtype=bool).reshape(len(others), len(network.open))
        values = {
            "objective": [float(n.objective) for n in others],
            "share": [float(n.share) for n in others],
            "people": [int(n.people) for n in others],
        }
        if not any(n.interrupted for n in found):
            stages.store.keep("considered", key, values, {"open": opens})
    else:
        values, opens = kept[0], kept[1]["open"]
    sites = stages.times().area.sites["site"].to_numpy(object)
    table = pd.DataFrame(
        {
            "points": [tuple(str(s) for s in sites[row]) for row in opens],
            "objective": values["objective"],
            "share": values["share"],
            "people": values["people"],
        }
    )
    return Considered(
        points=tuple(network.points), objective=float(network.objective), share=float(network.share),
        alternatives=table, closing=closing_costs(problem, network),
    )  # fmt: skip
