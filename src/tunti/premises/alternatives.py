"""What if a building can't be had: the best choice without each of the shared premises, solved again exactly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from tunti.premises.solve import Answer, Floats, Ints, Moves, clusters_of, of_cluster


@dataclass(frozen=True, eq=False)
class Without:
    """The best choice when one of the premises is ruled out.

    Attributes
    ----------
    premise : int
        The premises that are ruled out.
    offices : int64, shape (changed,)
        Offices whose place is another one than in the plan.
    to : int64, shape (changed,)
        Premises of these offices, -1 where they stay.
    extra : float
        Cents a year above the plan; offices that must leave and find nothing are counted on neither side.
    proven : bool
        Within the gap that was asked for.
    """

    premise: int
    offices: Ints
    to: Ints
    extra: float
    proven: bool


def without_each(moves: Moves, answer: Answer, *, gap: float = 0.001, nodes: int = 20_000) -> tuple[Without, ...]:
    """Find the best choice without each of the premises that the plan uses.

    Parameters
    ----------
    moves : Moves
    answer : Answer
        The plan.
    gap, nodes : float, int
        As in :func:`tunti.premises.solve.solve`.

    Returns
    -------
    tuple of Without
        By premises. Only the cluster of towns around the premises is solved again: others can't be touched.
    """
    at_office, at_premise = clusters_of(moves)
    out = []
    for premise in np.unique(answer.to[answer.to >= 0]).tolist():
        offices = np.flatnonzero(at_office == at_premise[premise])
        pairs = np.flatnonzero((at_office[moves.office] == at_premise[premise]) & (moves.premise != premise))
        found, value, low, _, _ = of_cluster(moves, offices, pairs, gap, nodes)
        changed = found != answer.to[offices]
        extra = value - _value(moves, offices, answer.to[offices])
        out.append(Without(premise, offices[changed], found[changed], extra, value - low <= max(0.5, gap * abs(value))))
    return tuple(out)


def _value(moves: Moves, offices: Ints, to: Ints) -> float:
    """Give the cents of a choice of some offices."""
    cost = dict(zip(zip(moves.office.tolist(), moves.premise.tolist(), strict=True), moves.cost.tolist(), strict=True))
    goes = to >= 0
    stay = moves.stay[offices[~goes]]
    moving = sum(cost[i, p] for i, p in zip(offices[goes].tolist(), to[goes].tolist(), strict=True))
    return float(stay[np.isfinite(stay)].sum() + moving + moves.fixed[np.unique(to[goes])].sum())


def alternatives_table(
    offices: pd.DataFrame, premises: pd.DataFrame, drive: Floats, others: tuple[Without, ...]
) -> pd.DataFrame:
    """Put the choices without each of the premises into a table of what changes.

    Parameters
    ----------
    offices, premises : DataFrame
        Of the plan.
    drive : float64, shape (offices, premises)
    others : tuple of Without

    Returns
    -------
    DataFrame
        ``without`` (premises that are ruled out), ``office, to_premise`` (empty where the office stays),
        ``minutes_change, extra_cents_year`` (of the whole choice).
    """
    names, ids = premises["premise"].to_numpy(), offices["office"].to_numpy()
    rows = [
        (names[w.premise], ids[i], names[p] if p >= 0 else pd.NA, drive[i, p] if p >= 0 else np.nan, w.extra)
        for w in others
        for i, p in zip(w.offices.tolist(), w.to.tolist(), strict=True)
    ]
    frame = pd.DataFrame(rows, columns=["without", "office", "to_premise", "minutes_change", "extra_cents_year"])
    frame["extra_cents_year"] = np.rint(frame["extra_cents_year"].astype(float)).astype("int64")
    return frame.astype({**dict.fromkeys(("without", "office", "to_premise"), "string"), "minutes_change": "float64"})


def without_summary(alternatives: pd.DataFrame, moves: pd.DataFrame) -> pd.DataFrame:
    """Tell for each of the premises what becomes of its offices and what it costs if it can't be had.

    Parameters
    ----------
    alternatives : DataFrame
        As :func:`alternatives_table` gives it.
    moves : DataFrame
        Of the plan: ``office, to_premise``.

    Returns
    -------
    DataFrame
        ``premise, offices`` (in it in the plan), ``elsewhere`` (of them, in other premises), ``stay, instead`` (tuple
        of the premises that take them), ``extra_cents_year``; the least needed first.
    """
    planned = moves.set_index("office")["to_premise"]
    rows = []
    for name, here in alternatives.groupby("without", sort=True):
        own = here[here["office"].map(planned) == name]
        instead = own["to_premise"].dropna()
        extra = int(here["extra_cents_year"].iloc[0])
        rows.append((name, len(own), len(instead), len(own) - len(instead), tuple(sorted(set(instead))), extra))
    frame = pd.DataFrame(rows, columns=["premise", "offices", "elsewhere", "stay", "instead", "extra_cents_year"])
    return frame.sort_values(["extra_cents_year", "premise"], kind="stable", ignore_index=True)
