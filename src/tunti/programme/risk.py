"""What the uncertainty of costs does to the state's money: seeded draws, and what matters most.

The programme's quarters stay as they are; each source of money is multiplied by a number drawn from a triangle between
its low, likely and high end. Sources are drawn independently of each other.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from tunti.programme.cashflow import present_value
from tunti.programme.flows import Value

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Quantiles that are shown."""

Range = tuple[float, float, float]


def by_source(
    cashflow: pd.DataFrame, value: Value, names: tuple[str, ...], years_after: int
) -> dict[str, tuple[int, int]]:
    """Give the state's present value and yearly effect at the horizon of each source, cents."""
    found = {}
    for source, part in cashflow[cashflow["state"]].groupby("source", sort=True):
        last = part[(part["kind"] == "running") & (part["quarter"] == names[-1])]["real_cents"].sum()
        found[str(source)] = present_value(part, value, names, years_after), int(last) * 4
    return found


def draws(sources: Mapping[str, tuple[int, int]], ranges: Mapping[str, Range], *, n: int, seed: int) -> pd.DataFrame:
    """Draw the state's net present value and yearly effect.

    Parameters
    ----------
    sources : mapping
        Present value and yearly cents of each source.
    ranges : mapping
        Low, likely and high multiplier of a source; a source without one is certain.
    n : int
    seed : int
        The same seed gives the same figures.

    Returns
    -------
    DataFrame
        ``measure`` (``npv_state``, ``net_state_year``), ``quantile``, ``cents``.
    """
    draw = np.random.default_rng(seed)
    total = np.zeros((2, n))
    for source in sorted(sources):
        low, likely, high = ranges.get(source, (1.0, 1.0, 1.0))
        times = draw.triangular(low, likely, high, n) if high > low else np.full(n, likely)
        total += np.array(sources[source], float)[:, None] * times
    rows = [
        (measure, q, round(float(np.quantile(total[k], q))))
        for k, measure in enumerate(("npv_state", "net_state_year"))
        for q in QUANTILES
    ]
    return pd.DataFrame(rows, columns=["measure", "quantile", "cents"]).astype(
        {"measure": "string", "quantile": "float64", "cents": "int64"}
    )


def tornado(sources: Mapping[str, tuple[int, int]], ranges: Mapping[str, Range]) -> pd.DataFrame:
    """Give what each source alone does to the state's net present value at its low and its high end.

    Returns
    -------
    DataFrame
        ``source, low_cents, high_cents, spread_cents``: net present values with the source at an end and all others
        likely, the widest first.
    """
    likely = {s: round(pv * ranges.get(s, (1.0, 1.0, 1.0))[1]) for s, (pv, _) in sources.items()}
    whole = sum(likely.values())
    rows = []
    for source, (pv, _) in sources.items():
        low, _, high = ranges.get(source, (1.0, 1.0, 1.0))
        a, b = (whole - likely[source] + round(pv * end) for end in (low, high))
        rows.append((source, a, b, abs(a - b)))
    frame = pd.DataFrame(rows, columns=["source", "low_cents", "high_cents", "spread_cents"])
    return frame.astype({"source": "string"}).sort_values(
        ["spread_cents", "source"], ascending=[False, True], kind="stable", ignore_index=True
    )
