"""The programme's result tables: events, shares of every quarter, and who is reached from where in compact form."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tunti.findings import Message
from tunti.programme.cover import Group
from tunti.programme.events import Step
from tunti.programme.quarters import Quarters, months_before
from tunti.programme.solve import Shares
from tunti.programme.upstream import PremisesTables, ServicesTables, by_key

Ints = NDArray[np.int64]

EVENTS = (
    "event", "kind", "what", "site", "premise", "office", "agency", "region", "start_quarter", "end_quarter",
    "decide_by", "crews", "cost_cents", "payer", "because",
)  # fmt: skip
"""Columns of the events."""


@dataclass(frozen=True)
class Certificate:
    """What is proven about a programme.

    Attributes
    ----------
    objective, bound : float
        Present value of the state's net cost against today, cents; below zero where the programme saves.
    gap : float
    proven : bool
    seconds : float
        Goes into the run record, never into a hash.
    nodes, rounds : int
    changes : int or None
        Events whose agreed quarter changes, the fewest possible; None without an agreed programme.
    """

    objective: float
    bound: float
    gap: float
    proven: bool
    seconds: float
    nodes: int
    rounds: int
    changes: int | None = None


@dataclass(frozen=True, eq=False)
class Answer:
    """The quarters that were found, from which all tables follow.

    Attributes
    ----------
    quarter : int64, shape (steps,)
        The number of quarters for steps that are put off.
    put_off : tuple of int
        Steps that are not taken in the programme.
    certificate : Certificate
    """

    quarter: Ints
    put_off: tuple[int, ...]
    certificate: Certificate


@dataclass(frozen=True, eq=False)
class Programme:
    """A programme as tables.

    Attributes
    ----------
    events : DataFrame
        What happens when: columns :data:`EVENTS`. Quarters are texts (``2027Q3``); a closing that is put off has none.
    shares : DataFrame
        ``quarter, region, service, people, people_inside, share, share_today, share_set, floor``.
    cashflow : DataFrame
        Columns of :data:`tunti.programme.flows.CASHFLOW`; above zero is saved or received against today.
    payers, savings, travel, indicators : DataFrame
        The money and the customers' travel in short, see :mod:`tunti.programme.cashflow`.
    uncertainty, tornado : DataFrame
        See :mod:`tunti.programme.risk`.
    patterns, reach, groups : DataFrame
        Who is within the standard of which places: ``pattern, group, region, people, check``; ``pattern, place``
        (``office:DVV-Oulu``, ``site:Oulu``); ``group, service``.
    changes : DataFrame
        Events whose agreed quarter changes.
    followed, estimates, decisions : DataFrame
        What came true, see :mod:`tunti.programme.follow`.
    flags : tuple of Message
    quarters : tuple of str
    certificate : Certificate
    answer : Answer
    """

    events: pd.DataFrame
    shares: pd.DataFrame
    cashflow: pd.DataFrame
    payers: pd.DataFrame
    savings: pd.DataFrame
    travel: pd.DataFrame
    indicators: pd.DataFrame
    uncertainty: pd.DataFrame
    tornado: pd.DataFrame
    patterns: pd.DataFrame
    reach: pd.DataFrame
    groups: pd.DataFrame
    changes: pd.DataFrame
    followed: pd.DataFrame
    estimates: pd.DataFrame
    decisions: pd.DataFrame
    flags: tuple[Message, ...]
    quarters: tuple[str, ...]
    certificate: Certificate
    answer: Answer


def event_table(
    steps: Sequence[Step], quarter: Ints, quarters: Quarters, services: ServicesTables, premises: PremisesTables
) -> pd.DataFrame:
    """List what happens when.

    Parameters
    ----------
    steps : sequence of Step
    quarter : int64, shape (steps,)
    quarters : Quarters
    services, premises : result tables
        Where closed offices are replaced and moved ones go.

    Returns
    -------
    DataFrame
        Columns :data:`EVENTS`, in the order of time.
    """
    replaced = by_key(services.offices, "office")
    moved = by_key(premises.moves[premises.moves["from_part"] == "work"], "office")
    number = {s.event: i for i, s in enumerate(steps)}
    rows: list[dict[str, object]] = []
    for i, step in enumerate(steps):
        t = int(quarter[i])
        own: dict[str, object] = {
            "what": step.name, "site": None, "premise": None, "office": None, "agency": step.agency or None,
            "region": step.region, "crews": 0, "cost_cents": 0, "payer": None,
        }  # fmt: skip
        if step.kind in ("open", "join"):
            own["site"] = step.thing
        elif step.kind == "ready":
            own["premise"] = step.thing
        else:
            own["office"] = step.thing
            if step.kind == "close_customer":
                own["site"] = replaced[step.thing].replaced_by
            elif step.kind == "move":
                own["premise"] = moved[step.thing].to_premise
        if t >= quarters.count:
            rows.append(
                {**own, "event": step.event, "kind": step.kind, "start_quarter": None, "end_quarter": None,
                 "decide_by": None, "because": "share"}
            )  # fmt: skip
            continue
        begins = t - step.lead
        prepared = t if step.kind in ("open", "join") else begins
        decide = min(quarters.first_day(begins), months_before(quarters.first_day(prepared), step.prepare_months))
        because = _because(step, t, quarter, number)
        at = quarters.name(t)
        if step.lead:
            rows.append(
                {**own, "event": f"fit_out:{step.event}", "kind": "fit_out", "start_quarter": quarters.name(begins),
                 "end_quarter": quarters.name(t - 1), "decide_by": decide, "crews": 1,
                 "cost_cents": step.fit_out_cents, "payer": step.payer, "because": because}
            )  # fmt: skip
            because = f"fit_out:{step.event}"
        if step.lease is not None:
            left = t if step.latest is None else min(t, step.latest)
            notice = step.lease.decide_by(left, quarters)
            rows.append(
                {**own, "event": f"notice:{step.event}", "kind": "notice",
                 "start_quarter": quarters.name(quarters.of(notice)), "end_quarter": quarters.name(quarters.of(notice)),
                 "decide_by": notice, "because": step.lease.reason}
            )  # fmt: skip
            decide = min(decide, notice)
        if step.latest is not None and t > step.latest:
            rows.append(
                {**own, "event": f"temporary:{step.event}", "kind": "temporary",
                 "start_quarter": quarters.name(step.latest), "end_quarter": quarters.name(t - 1),
                 "decide_by": months_before(quarters.first_day(step.latest), step.prepare_months),
                 "because": "indoor_air"}
            )  # fmt: skip
        kind = "open" if step.kind in ("join", "ready") else step.kind
        rows.append(
            {**own, "event": step.event, "kind": kind, "start_quarter": at, "end_quarter": at, "decide_by": decide,
             "because": because}
        )  # fmt: skip
    frame = pd.DataFrame(rows, columns=list(EVENTS))
    texts = [c for c in EVENTS if c not in ("decide_by", "crews", "cost_cents")]
    frame = frame.astype({**dict.fromkeys(texts, "string"), "crews": "int64", "cost_cents": "int64"})
    frame["decide_by"] = pd.to_datetime(frame["decide_by"]).astype("datetime64[us]")
    return frame.sort_values(["start_quarter", "kind", "event"], kind="stable", ignore_index=True)


def _because(step: Step, taken: int, quarter: Ints, number: dict[str, int]) -> str:
    """Say what a step had to wait for: another event, the beginning of its window, or limits and shares."""
    for event, lag, _ in step.waits:
        if event in number and int(quarter[number[event]]) + lag == taken:
            return event
    return step.because if taken == step.first else "limits"


def share_table(
    shares: Shares, groups: Sequence[Group], quarter: Ints, quarters: Quarters, regions: Sequence[str],
    wanted: float | None = None,
) -> pd.DataFrame:  # fmt: skip
    """Give every service's share in every region and quarter.

    Parameters
    ----------
    shares : Shares
    groups : sequence of Group
    quarter : int64, shape (steps,)
    quarters : Quarters
    regions : sequence of str

    Returns
    -------
    DataFrame
        By service, region and quarter.
    """
    inside = shares.inside(quarter)
    today = shares.inside(np.full_like(quarter, quarters.count))[:, :, 0]
    total = np.zeros(today.shape, np.int64)
    np.add.at(total, (shares.patterns.group, shares.patterns.region), shares.patterns.people)
    frames = []
    for g, group in enumerate(groups):
        for r, region in enumerate(regions):
            people = int(total[g, r])
            if not people:
                continue
            for service in group.services:
                frames.append(
                    pd.DataFrame(
                        {
                            "quarter": quarters.names,
                            "region": region,
                            "service": service,
                            "people": people,
                            "people_inside": inside[g, r],
                            "share": inside[g, r] / people,
                            "share_today": today[g, r] / people,
                            "share_set": np.nan if group.share is None else group.share,
                            "floor": shares.floor[g, r] / people,
                        }
                    )
                )
    names = ("quarter", "region", "service", "people", "people_inside", "share", "share_today", "share_set", "floor")
    if not frames:
        return pd.DataFrame(columns=list(names))
    return pd.concat(frames, ignore_index=True).astype(dict.fromkeys(names[:3], "string"))


def least_shares(found: Programme) -> pd.DataFrame:
    """Give the start, the lowest and the end share of every service and region, with what they are held against.

    Parameters
    ----------
    found : Programme

    Returns
    -------
    DataFrame
        ``region, service, share_today, share_lowest, quarter_lowest, share_end, share_set, floor``.
    """
    if not len(found.shares):
        return pd.DataFrame()
    by = found.shares.groupby(["region", "service"], sort=True)
    lowest = found.shares.loc[by["share"].idxmin()].set_index(["region", "service"])
    last = found.shares[found.shares["quarter"] == found.quarters[-1]].set_index(["region", "service"])
    return pd.DataFrame(
        {
            "share_today": last["share_today"],
            "share_lowest": lowest["share"],
            "quarter_lowest": lowest["quarter"],
            "share_end": last["share"],
            "share_set": last["share_set"],
            "floor": last["floor"],
        }
    ).reset_index()


def place_tables(
    shares: Shares, groups: Sequence[Group], places: Sequence[str], regions: Sequence[str]
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Give the compact table of who is reached from where: patterns, their places, and the services of each group.

    Returns
    -------
    patterns : DataFrame
        ``pattern, group, region, people, check``; ``check`` is a sum over the names of the places.
    reach : DataFrame
        ``pattern, place``.
    groups : DataFrame
        ``group, service``.
    """
    merged = shares.patterns
    sums = np.array([place_sum(p) for p in places], np.int64)
    row = merged.row()
    check = np.zeros(len(merged), np.int64)
    np.add.at(check, row, sums[merged.place])
    table = pd.DataFrame(
        {
            "pattern": np.arange(len(merged)),
            "group": pd.array([groups[g].name for g in merged.group], dtype="string"),
            "region": pd.array([regions[r] for r in merged.region], dtype="string"),
            "people": merged.people,
            "check": check,
        }
    )
    reach = pd.DataFrame({"pattern": row, "place": pd.array([places[p] for p in merged.place], dtype="string")})
    listed = pd.DataFrame(
        [(g.name, s) for g in groups for s in g.services], columns=["group", "service"], dtype="string"
    )
    return table, reach, listed


def place_sum(place: str) -> int:
    """Give the number that stands for a place in the check of a pattern."""
    return int.from_bytes(hashlib.blake2b(place.encode(), digest_size=5).digest(), "big")


def packed(answer: Answer) -> tuple[dict[str, Any], dict[str, Ints]]:
    """Turn an answer into plain values and arrays that can be kept."""
    return {"put_off": list(answer.put_off), "certificate": asdict(answer.certificate)}, {"quarter": answer.quarter}


def unpacked(values: dict[str, Any], arrays: Mapping[str, NDArray[Any]]) -> Answer:
    """Make an answer again from what was kept."""
    return Answer(
        np.asarray(arrays["quarter"], np.int64), tuple(values["put_off"]), Certificate(**values["certificate"])
    )
