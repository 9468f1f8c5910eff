"""The reader of extracts, on small hand-made extracts: one per rule of tagging."""

import math
from pathlib import Path

import numpy as np
import pytest

from tunti.errors import InputError
from tunti.network.graph import POSTED, RoadGraph
from tunti.network.osm import graph_from_extract
from tunti.network.repair import first_arcs, repair
from tunti.network.speeds import weights
from tunti.network.tags import limit_is_readable, read_duration, read_headway, read_limit, read_way, stops_cars
from tunti.settings import Settings, SpeedSettings

CRS = "EPSG:3067"
STEP = 0.01
"""Degrees between neighbouring nodes of the fixture: 558 metres east, 1,115 north at 60 degrees."""


def extract(
    folder: Path, ways: list[tuple[str, dict[str, str]]], nodes: dict[str, dict[str, str]] | None = None
) -> Path:
    """Write an extract: a way is a word of letters, one node each; A to Z lie on a grid five wide."""
    letters = sorted({c for word, _ in ways for c in word if c != "?"})
    lines = ["<osm version='0.6'>"]
    for c in letters:
        k = ord(c) - ord("A")
        tags = "".join(f"<tag k='{a}' v='{b}'/>" for a, b in (nodes or {}).get(c, {}).items())
        lines.append(
            f"<node id='{k + 1}' version='1' lat='{60 + STEP * (k // 5)}' lon='{25 + STEP * (k % 5)}'>{tags}</node>"
        )
    for n, (word, tags) in enumerate(ways):
        # A question mark is a node that the extract lacks.
        refs = "".join(f"<nd ref='{999 if c == '?' else ord(c) - ord('A') + 1}'/>" for c in word)
        text = "".join(f"<tag k='{a}' v='{b}'/>" for a, b in tags.items())
        lines.append(f"<way id='{n + 1}' version='1'>{refs}{text}</way>")
    path = folder / "small.osm"
    path.write_text("\n".join([*lines, "</osm>"]), encoding="utf-8")
    return path


def read(folder: Path, *ways: tuple[str, dict[str, str]], nodes: dict[str, dict[str, str]] | None = None) -> RoadGraph:
    return repair(graph_from_extract(extract(folder, list(ways), nodes), CRS, Settings())[0])[0]


ROAD = {"highway": "residential"}


@pytest.mark.parametrize(
    ("tags", "road_class"),
    [
        ({"highway": "motorway"}, "motorway"),
        ({"highway": "trunk_link"}, "trunk_link"),
        ({"highway": "service", "service": "driveway"}, "service"),
        ({"highway": "track"}, "track"),
        ({"highway": "residential", "access": "destination"}, "residential"),
        ({"highway": "residential", "access": "no", "motor_vehicle": "yes"}, "residential"),
        ({"highway": "residential", "motor_vehicle": "permissive"}, "residential"),
        ({"route": "ferry", "motor_vehicle": "yes"}, "ferry"),
        ({"route": "ferry", "ferry": "secondary"}, "ferry"),
        ({"highway": "residential", "access": "no"}, None),
        ({"highway": "residential", "motor_vehicle": "no"}, None),
        ({"highway": "residential", "access": "yes", "motorcar": "private"}, None),
        ({"highway": "footway"}, None),
        ({"highway": "construction"}, None),
        ({"highway": "service", "area": "yes"}, None),
        ({"route": "ferry"}, None),
        ({"route": "ferry", "motor_vehicle": "no"}, None),
        ({"route": "bus"}, None),
    ],
)
def test_where_cars_may_drive(tags: dict[str, str], road_class: str | None) -> None:
    way = read_way(tags)
    assert (way.road_class if way else None) == road_class


@pytest.mark.parametrize(
    ("tags", "both"),
    [
        ({"highway": "primary"}, (True, True)),
        ({"highway": "primary", "oneway": "yes"}, (True, False)),
        ({"highway": "primary", "oneway": "1"}, (True, False)),
        ({"highway": "primary", "oneway": "-1"}, (False, True)),
        ({"highway": "primary", "oneway": "reversible"}, (True, True)),
        ({"highway": "primary", "oneway": "yes", "oneway:motor_vehicle": "no"}, (True, True)),
        ({"highway": "motorway"}, (True, False)),
        ({"highway": "motorway", "oneway": "no"}, (True, True)),
        ({"highway": "motorway_link"}, (True, True)),
        ({"highway": "tertiary", "junction": "roundabout"}, (True, False)),
        ({"highway": "tertiary", "junction": "circular"}, (True, False)),
    ],
)
def test_directions(tags: dict[str, str], both: tuple[bool, bool]) -> None:
    way = read_way(tags)
    assert way is not None
    assert (way.along, way.against) == both


@pytest.mark.parametrize(
    ("text", "kmh"),
    [
        ("80", 80),
        ("80 km/h", 80),
        ("50 mph", 80.4672),
        ("FI:urban", 50),
        ("FI:rural", 80),
        ("FI:zone:30", 30),
        ("DE:zone30", 30),
        ("walk", 7),
        ("DE:walk", 7),
        ("10 knots", 18.52),
        ("80;60", 60),
        ("none", math.nan),
        ("signals", math.nan),
        ("fast", math.nan),
        ("0", math.nan),
        ("", math.nan),
    ],
)
def test_limits(text: str, kmh: float) -> None:
    assert read_limit(text) == pytest.approx(kmh, nan_ok=True)
    assert limit_is_readable(text) == (text not in ("fast", "0"))


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("00:15", 15),
        ("1:05", 65),
        ("00:12:30", 12.5),
        ("40", 40),
        ("PT1H20M", 80),
        ("PT45S", 0.75),
        ("00:00", math.nan),
        ("soon", math.nan),
    ],
)
def test_durations(text: str, minutes: float) -> None:
    assert read_duration(text) == pytest.approx(minutes, nan_ok=True)


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("00:20", 20), ("90", 90), ("01:30:00", 90), ("20-30", 30), ("", math.nan), ("often", math.nan)],
)
def test_headways(text: str, minutes: float) -> None:
    assert read_headway(text) == pytest.approx(minutes, nan_ok=True)
    way = read_way({"route": "ferry", "motor_vehicle": "yes", "interval": text})
    assert way is not None
    assert way.headway == pytest.approx(minutes, nan_ok=True)


def test_barriers() -> None:
    assert stops_cars({"barrier": "bollard"})
    assert stops_cars({"barrier": "gate", "access": "private"})
    assert not stops_cars({"barrier": "gate"})
    assert not stops_cars({"barrier": "bollard", "motor_vehicle": "yes"})
    assert not stops_cars({"highway": "crossing"})


def test_ways_are_cut_at_junctions_and_keep_their_line(tmp_path: Path) -> None:
    g = read(tmp_path, ("ABGHC", ROAD), ("CD", ROAD), ("HI", ROAD))
    # A to H, H to C, C to D, H to I: B and G are only points of a line.
    assert (g.nodes, g.arcs) == (5, 8)
    assert g.shapes is not None
    assert np.diff(g.shapes.indptr).tolist() == [4, 2, 2, 2]
    once = first_arcs(g)
    assert g.metres[once].sum() == pytest.approx(4 * 558 + 2 * 1115, rel=0.01)
    assert g.forward is not None
    for a in range(g.arcs):
        line = slice(g.shapes.indptr[g.link[a]], g.shapes.indptr[g.link[a] + 1])
        x, y = g.shapes.x[line], g.shapes.y[line]
        start, end = (0, -1) if g.forward[a] else (-1, 0)
        assert (g.x[g.tail[a]], g.y[g.tail[a]]) == (x[start], y[start])
        assert (g.x[g.head[a]], g.y[g.head[a]]) == (x[end], y[end])


def test_one_way_ring_against_its_drawing(tmp_path: Path) -> None:
    g = read(tmp_path, ("ABGFA", {"highway": "residential", "oneway": "-1"}), ("AC", ROAD))
    ways = {(int(t), int(h)) for t, h in zip(g.tail, g.head, strict=True)}
    # The ring is halved at its middle node: one arc each way round, the road out of it two.
    assert len(ways) == g.arcs == 4
    assert g.forward is not None
    ring = [a for a in range(g.arcs) if (g.head[a], g.tail[a]) not in ways or g.link[a] < 2]
    assert not g.forward[[a for a in ring if g.link[a] < 2]].any()


def test_a_barrier_cuts_the_road(tmp_path: Path) -> None:
    whole = read(tmp_path, ("ABC", ROAD), ("CD", ROAD))
    cut = read(tmp_path, ("ABC", ROAD), ("CD", ROAD), nodes={"B": {"barrier": "bollard"}})
    assert whole.metres[first_arcs(whole)].sum() == pytest.approx(3 * 558, rel=0.01)
    assert cut.metres[first_arcs(cut)].sum() == pytest.approx(2 * 558, rel=0.01)


def test_speeds_from_tags(tmp_path: Path) -> None:
    g = read(
        tmp_path,
        ("AB", {"highway": "tertiary", "maxspeed": "80", "maxspeed:backward": "50"}),
        ("BC", {"highway": "tertiary", "surface": "gravel"}),
        ("CD", {"highway": "service", "service": "parking_aisle"}),
    )
    speeds = SpeedSettings()
    kmh = g.metres * 36.0 / weights(g, speeds)
    assert g.forward is not None
    assert g.flags is not None
    assert (g.flags & POSTED).all()
    expected = {
        (0, True): 80 * 0.92,
        (0, False): 50 * 0.92,
        (1, True): 62 * 0.85,
        (1, False): 62 * 0.85,
        (2, True): 18 * 0.6,
        (2, False): 18 * 0.6,
    }
    for a in range(g.arcs):
        assert kmh[a] == pytest.approx(expected[int(g.link[a]), bool(g.forward[a])], rel=0.01)


def test_a_ferry_of_two_lines_waits_once(tmp_path: Path) -> None:
    ferry = {"route": "ferry", "motor_vehicle": "yes", "duration": "00:20"}
    g = read(tmp_path, ("AB", ROAD), ("BC", ferry), ("CD", ferry), ("DE", ROAD))
    ds = weights(g, SpeedSettings(ferry_boarding_minutes=5, ferry_wait_minutes=15))
    minutes = sorted(float(v) / 600 for v in ds[g.is_ferry])
    assert minutes == pytest.approx([20, 20, 40, 40], abs=0.01)


def test_a_ferry_waits_for_its_interval(tmp_path: Path) -> None:
    ferry = {"route": "ferry", "motor_vehicle": "yes", "duration": "00:20", "interval": "01:00"}
    other = {**ferry, "interval": ""}
    g = read(tmp_path, ("AB", ROAD), ("BC", ferry), ("CD", ROAD), ("DE", other), ("EJ", ROAD))
    for wait, longer in (("expected", 30), ("guaranteed", 60)):
        ds = weights(g, SpeedSettings(ferry_boarding_minutes=5, ferry_wait_minutes=10, ferry_wait=wait))  # type: ignore[arg-type]
        minutes = sorted(float(v) / 600 for v in ds[g.is_ferry])
        usual = 10 if wait == "expected" else 20
        assert minutes == pytest.approx([25 + usual, 25 + usual, 25 + longer, 25 + longer], abs=0.01)


def test_edge_of_the_extract_and_what_is_shut_are_reported(tmp_path: Path) -> None:
    path = extract(
        tmp_path,
        [
            ("AB?C", ROAD),
            ("BD", {**ROAD, "maxspeed": "quick"}),
            ("DE", {**ROAD, "access": "private"}),
            ("DE", {"route": "ferry"}),
        ],
    )
    graph, findings = graph_from_extract(path, CRS, Settings())
    said = " | ".join(str(f.what) for f in findings)
    assert graph.arcs == 4
    assert "1 roads lead out of the extract" in said
    assert "1 roads are closed" in said
    assert "1 ferry lines" in said
    assert "1 roads have a speed limit" in said


def test_bad_files_are_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no road for cars"):
        read(tmp_path, ("AB", {"highway": "footway"}))
    with pytest.raises(InputError, match="is broken"):
        graph_from_extract(tmp_path / "none.osm.pbf", CRS, Settings())
