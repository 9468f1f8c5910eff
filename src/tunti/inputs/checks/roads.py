"""Checks of the road tables: lengths, speeds, classes and whether the network holds together."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from tunti.findings import Finding, Level, Message, error, note, say, warning
from tunti.inputs.frames import closest, tell
from tunti.inputs.schemas import ROAD_LINKS
from tunti.inputs.tables import Inputs
from tunti.inputs.words import allowed, fold, known_words, label, no_roads_remedy, three
from tunti.settings import Settings

_SHORTER = 0.97
_ROUNDING_KM = 0.02
_FASTEST_KMH, _SLOWEST_KMH = 130.0, 5.0


def _ends(inputs: Inputs) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give the positions of each link's nodes, -1 where the node is not known."""
    nodes = pa.array(inputs.road_nodes["node"].drop_duplicates(), type=pa.large_string())

    def at(column: str) -> NDArray[np.int64]:
        ends = pa.array(inputs.road_links[column], type=pa.large_string(), from_pandas=True)
        return np.asarray(pc.fill_null(pc.index_in(ends, value_set=nodes), -1), np.int64)

    return at("from_node"), at("to_node")


def _straight_km(inputs: Inputs) -> NDArray[np.float64]:
    start, end = _ends(inputs)
    nodes = inputs.road_nodes.drop_duplicates("node")
    x, y = nodes["x"].to_numpy("float64"), nodes["y"].to_numpy("float64")
    known = (start >= 0) & (end >= 0)
    km = np.full(len(start), np.nan)
    km[known] = np.hypot(x[start[known]] - x[end[known]], y[start[known]] - y[end[known]]) / 1000
    return km


def check_links(inputs: Inputs, settings: Settings) -> Iterator[Finding]:
    """Check the lengths of links against the straight line between their ends."""
    links = inputs.road_links
    rows = links.index.to_numpy()
    if links.empty or inputs.road_nodes.empty:
        return
    straight, km = _straight_km(inputs), links["km"].to_numpy("float64")
    yield from tell(
        Level.WARNING,
        "road_links",
        rows,
        (links["from_node"] == links["to_node"]).fillna(False).to_numpy(bool),
        "to_node",
        say("The link begins and ends at the same node."),
        say("Correct the nodes or remove the link."),
    )
    yield from tell(
        Level.WARNING,
        "road_links",
        rows,
        km < _SHORTER * straight - _ROUNDING_KM,
        "km",
        lambda i: say(
            "The link is {km} km long, but its ends are {straight} km apart in a straight line.",
            km=three(km[i]),
            straight=three(straight[i]),
        ),
        say("Correct the length (km, not metres or miles) or the coordinates of its nodes."),
    )


def check_speeds(inputs: Inputs, settings: Settings) -> Iterator[Finding]:
    """Check that the road classes have a speed and that given speeds and times are possible."""
    links = inputs.road_links
    rows = links.index.to_numpy()
    if links.empty:
        return
    known = list(settings.speeds.summer)
    classes = links["road_class"]
    lost = classes[classes.notna() & ~classes.isin(known)]
    for name, n in lost.value_counts(sort=False).items():
        yield error(
            "road_links",
            int(lost.index[int((lost == name).to_numpy().argmax())]),
            "road_class",
            say("The road class '{value}' has no speed in the settings.", value=name)
            if n == 1
            else say(
                "The road class '{value}' has no speed in the settings; {n} rows have it, this is the first.",
                value=name,
                n=int(n),
            ),
            _class_remedy(str(name), known),
        )
    ferry = (classes == "ferry").fillna(False).to_numpy(bool)
    kmh = links["kmh"].to_numpy("float64")
    yield from tell(
        Level.WARNING,
        "road_links",
        rows,
        ((kmh > _FASTEST_KMH) | (kmh < _SLOWEST_KMH)) & ~ferry,
        "kmh",
        lambda i: say("The speed {kmh} km/h is unusual for a road.", kmh=float(kmh[i])),
        say("Check the speed; leave it empty for the speed of the class."),
    )
    length = links["km"].to_numpy("float64")
    if not inputs.road_nodes.empty:
        length = np.where(np.isnan(length), _straight_km(inputs), length)
    minutes = links["minutes"].to_numpy("float64")
    with np.errstate(divide="ignore", invalid="ignore"):
        driven = length / minutes * 60
    yield from tell(
        Level.WARNING,
        "road_links",
        rows,
        (driven > _FASTEST_KMH) & (length > 0.1),
        "minutes",
        lambda i: say("{km} km in {minutes} minutes can't be driven.", km=three(length[i]), minutes=float(minutes[i])),
        say("Correct the minutes or the length."),
    )


def _class_remedy(name: str, known: list[str]) -> Message:
    """Say which class a planner may have meant, or which there are."""
    words = {**{fold(k): k for k in known}, **known_words(ROAD_LINKS["road_class"].words)}
    near = closest(fold(name), list(words))
    if near is not None:
        return say("Did you mean {name}?", name=label(words[near]))
    return say(
        "Use one of the classes {names}, or add a speed in the settings.", names=allowed(ROAD_LINKS["road_class"])
    )


def check_parallel(inputs: Inputs, settings: Settings) -> Iterator[Finding]:
    """Count links between the same two nodes."""
    links = inputs.road_links
    if links.empty:
        return
    start = links["from_node"].fillna("").to_numpy(object)
    end = links["to_node"].fillna("").to_numpy(object)
    swap = start > end
    low, high = np.where(swap, end, start), np.where(swap, start, end)
    # Two one-way links in opposite directions are one road, not a duplicate.
    turned = links["oneway"].fillna(False).to_numpy(bool) & swap
    again = pd.DataFrame({"low": low, "high": high, "turned": turned}).duplicated().to_numpy()
    again = again & (low != "") & (high != "")
    if again.any():
        yield note(
            "road_links",
            int(links.index[int(np.flatnonzero(again)[0])]),
            None,
            say("{n} links run between the same nodes as an earlier link, the first on this row.", n=int(again.sum())),
            say("Nothing needs to be done: the fastest of them counts."),
        )


def check_parts(inputs: Inputs, settings: Settings) -> Iterator[Finding]:
    """Check that the roads hold together: people in a part of its own can't drive to the others."""
    nodes, links = inputs.road_nodes, inputs.road_links
    if nodes.empty:
        return
    if links.empty:
        if not any(t == "road_links" for t, _, _ in inputs.unread):
            yield error(
                "road_links",
                None,
                None,
                say("There are road nodes but no road links."),
                say("Add the table '{name}'.", name=say(ROAD_LINKS.label)),
            )
        return
    start, end = _ends(inputs)
    known = (start >= 0) & (end >= 0)
    n = len(nodes.drop_duplicates("node"))
    joined = coo_array((np.ones(int(known.sum()), np.int8), (start[known], end[known])), shape=(n, n))
    parts, part = connected_components(joined, directed=False)
    if parts == 1:
        return
    sizes = np.bincount(part)
    outside = part != int(sizes.argmax())
    share = 1 - outside.sum() / n
    level = warning if share < 0.9 else note
    yield level(
        "road_nodes",
        int(nodes.index[int(np.flatnonzero(outside)[0])]),
        "node",
        say(
            "The roads fall into {parts} parts; {n} nodes are not joined to the largest one, the first is on this row.",
            parts=int(parts),
            n=int(outside.sum()),
        ),
        say("Add the missing links or ferries if people live there; parts without people do no harm."),
    )


def check_roads(inputs: Inputs, settings: Settings) -> Iterator[Finding]:
    """Check that there are roads to drive on: travel times by other means stand beside them, not in their place."""
    if inputs.road_extract is None and inputs.road_links.empty and inputs.road_nodes.empty:
        if any(t in ("road_links", "road_nodes") for t, _, _ in inputs.unread):
            return
        yield error(
            "road_links",
            None,
            None,
            say("There are no roads: neither tables nor an extract."),
            no_roads_remedy(),
        )


CHECKS = (check_roads, check_links, check_speeds, check_parallel, check_parts)
