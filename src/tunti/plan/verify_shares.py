"""Makes the shares of people within each service's standard again, quarter by quarter, from a programme's tables."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from tunti.findings import Finding, say
from tunti.inputs.tables import Inputs
from tunti.plan.verify_tables import ProgrammeTables, begin_of, differs, number_of, rows, wrong
from tunti.settings import Settings


def place_sum(place: str) -> int:
    """Give the number that stands for a place in the check of a pattern."""
    return int.from_bytes(hashlib.blake2b(place.encode(), digest_size=5).digest(), "big")


def verify_shares(t: ProgrammeTables, inputs: Inputs, settings: Settings) -> Iterator[Finding]:
    """Recompute every share of every quarter from the patterns and the events, and hold it against its floor."""
    own = settings.programme
    region_of = inputs.municipalities.set_index("municipality")["region"]
    known = inputs.cells.assign(region=inputs.cells["municipality"].map(region_of))
    people = known[~known["region"].isin(settings.project.regions_left_out)].groupby("region")["people"].sum()
    if t.patterns["pattern"].duplicated().any() or not set(t.reach["pattern"]) <= set(t.patterns["pattern"]):
        yield wrong("patterns", None, "pattern", say("Patterns and the places that reach them do not belong together."))
        return
    sums = t.reach["place"].map({p: place_sum(p) for p in t.reach["place"].dropna().unique()})
    check = sums.groupby(t.reach["pattern"]).sum().reindex(t.patterns["pattern"], fill_value=0).to_numpy()
    for pattern in t.patterns.loc[check != t.patterns["check"].to_numpy(), "pattern"]:
        yield wrong("patterns", pattern, "check", say("The places of the pattern are not those that it was made of."))
    by = t.patterns.groupby(["group", "region"], as_index=False)["people"].sum()
    for group, region, n in zip(by["group"], by["region"], by["people"], strict=True):
        if n != people.get(region, 0):
            yield wrong("patterns", f"{group} {region}", "people", differs(int(n), int(people.get(region, 0))))
    names = [str(q) for q in t.quarters]
    numbers = np.array([number_of(q) for q in names])
    begin = begin_of(settings)
    wanted_names = [f"{n // 4}Q{n % 4 + 1}" for n in range(begin, max(number_of(own.horizon), begin) + 1)]
    if names != wanted_names:
        yield wrong("shares", None, "quarter", say("The programme's quarters are not those of its horizon."))
    never = numbers[-1] + 1
    taken = {e: number_of(r.start_quarter) if pd.notna(r.start_quarter) else never for e, r in t.main.items()}
    places = list(t.reach["place"].unique())
    state = np.array([_open(str(p), taken, numbers) for p in places]).reshape(len(places), len(names))
    before = np.array([str(p).startswith("office:") or f"open:{str(p)[5:]}" not in taken for p in places], bool)
    place = pd.Series(np.arange(len(places)), index=places)
    row = pd.Series(np.arange(len(t.patterns)), index=t.patterns["pattern"])
    at, of = row[t.reach["pattern"]].to_numpy(), place[t.reach["place"]].to_numpy()
    inside = np.zeros((len(t.patterns), len(names)), bool)
    today = np.zeros(len(t.patterns), bool)
    np.logical_or.at(inside, at, state[of])
    np.logical_or.at(today, at, before[of])
    head = t.patterns["people"].to_numpy()
    keys = [t.patterns["group"].astype(str), t.patterns["region"].astype(str)]
    per = {key: v.sum(axis=0) for key, v in _parts(inside * head[:, None], keys)}
    counts = {
        key: (int(v[:, 0].sum()), int(v[:, 1].sum())) for key, v in _parts(np.stack([head, today * head], axis=1), keys)
    }
    known_groups: dict[str, list[str]] = {}
    for g, r in per:
        known_groups.setdefault(g, []).append(r)
    reached_by = number_of(own.horizon) if own.share_by is None else number_of(own.share_by)
    reached_by = min(max(reached_by, begin), int(numbers[-1]))
    stated = {(str(r.service), str(r.region), str(r.quarter)): r for r in rows(t.shares)}
    if len(stated) != len(t.shares):
        yield wrong("shares", None, "quarter", say("A row is listed twice."))
    offered = {str(r.service): r for r in rows(t.services)}
    for service in sorted({str(s) for s in t.groups["service"]} - set(offered)):
        yield wrong("groups", service, "service", say("There is no such service."))
    count = 0
    for group, service in zip(t.groups["group"], t.groups["service"], strict=True):
        if group not in known_groups:
            yield wrong("groups", service, "group", say("There are no patterns of the group."))
            continue
        if str(service) not in offered:
            continue
        if offered[str(service)].group != group:
            yield wrong("groups", service, "group", differs(group, offered[str(service)].group))
        wanted = _set_share(str(service), inputs, settings)
        for region in known_groups[str(group)]:
            total, now = counts[str(group), region]
            if not total:
                continue
            # Whole people, as a share of them is asked.
            asked = None if wanted is None else math.ceil(wanted * total - 1e-9)
            inside_now = per[str(group), region].tolist()
            end = inside_now[-1]
            for name, number, there in zip(names, numbers, inside_now, strict=True):
                floor = now if asked is None else min(now, asked)
                if asked is not None and number >= reached_by:
                    floor = asked
                if own.allow_drop:
                    floor = min(floor, end)
                count += 1
                line = stated.get((str(service), str(region), name))
                if line is None:
                    yield wrong("shares", f"{service} {region} {name}", "service", say("The row is missing."))
                    continue
                for column, value in (
                    ("people", total), ("people_inside", there), ("share", there / total),
                    ("share_today", now / total), ("share_set", np.nan if wanted is None else wanted),
                    ("floor", floor / total),
                ):  # fmt: skip
                    said = float(getattr(line, column))
                    if not (abs(said - value) <= 1e-9 or (math.isnan(said) and math.isnan(value))):
                        yield wrong("shares", f"{service} {region} {name}", column, differs(said, value))
                if there < floor:
                    what = say(
                        "{service}, {region}, {quarter}: {a} people are within the standard, the floor is {b}.",
                        service=service, region=region, quarter=name, a=there, b=floor,
                    )  # fmt: skip
                    yield wrong("shares", f"{service} {region} {name}", "share", what)
    if count != len(t.shares):
        yield wrong("shares", None, "service", differs(len(t.shares), count))


def _parts(values: np.ndarray, keys: list[pd.Series]) -> Iterator[tuple[tuple[str, str], np.ndarray]]:
    """Give the rows of an array by two keys."""
    for key, at in pd.Series(np.arange(len(values))).groupby([k.to_numpy() for k in keys]):
        yield (str(key[0]), str(key[1])), values[at.to_numpy()]


def _set_share(service: str, inputs: Inputs, settings: Settings) -> float | None:
    """Give the share that a service must reach, None where none is set."""
    own = inputs.services.loc[inputs.services["service"] == service, "standard_share"]
    return settings.services.share if own.empty or pd.isna(own.iloc[0]) else float(own.iloc[0])


def _open(place: str, taken: Mapping[str, int], numbers: np.ndarray) -> np.ndarray:
    kind, thing = place.split(":", 1) if ":" in place else ("", place)
    if kind == "office":
        return numbers < taken.get(f"close_customer:{thing}", int(numbers[-1]) + 1)
    return numbers >= taken.get(f"open:{thing}", 0)
