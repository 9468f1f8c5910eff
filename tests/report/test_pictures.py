"""Maps and charts: the same bytes twice, names apart from each other, bands and grids right."""

import itertools
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import shapely

from tunti.report.charts import base_chart, minutes_chart, people_by_minutes
from tunti.report.hatching import doubtful, hatch
from tunti.report.labels import place_labels
from tunti.report.legend import dotted, round_length, wrapped
from tunti.report.maps import layout, network_map
from tunti.report.shapes import band_of, bands, grid_squares
from tunti.report.style import BANDS
from tunti.report.svg import halo, outline, smaller
from tunti.report.symbols import MOST_APART, circles, compared_circles, symbols
from tunti.report.words import words_for


@pytest.mark.parametrize("which", ["today", "proposed"])
def test_a_map_is_the_same_twice_and_carries_no_date(plan, which):
    first, second = (network_map(plan, words_for("fi"), which=which) for _ in range(2))
    assert first == second
    assert first.startswith(b"<?xml")
    assert b"<dc:date>" not in first
    assert b"<image" not in first


def test_maps_of_bare_plans_are_drawn(bare_plan, void_plan):
    for plan in (bare_plan, void_plan):
        assert network_map(plan, words_for("en"), which="proposed")
        assert minutes_chart(plan, words_for("en"))


def test_charts_are_the_same_twice(plan):
    assert minutes_chart(plan, words_for("sv")) == minutes_chart(plan, words_for("sv"))
    assert base_chart(plan, words_for("sv")) == base_chart(plan, words_for("sv"))


def test_the_chart_agrees_with_the_figures(plan):
    minutes, share = people_by_minutes(plan.proposed, most=109)
    assert share[minutes == 60][0] == pytest.approx(plan.proposed.share)
    assert (np.diff(share) >= 0).all()


def test_today_shows_existing_points_and_offices(plan):
    today, after = symbols(plan, "today"), symbols(plan, "proposed")
    assert set(today.points["site"]) == {"S1", "S4", "N1"}
    assert set(after.points["kind"]) == {"existing", "new", "neighbour"}
    assert len(today.offices) == 3
    assert not len(after.offices)


def test_no_name_covers_another_or_the_frame():
    rng = np.random.default_rng(1)
    anchors = rng.uniform(10, 390, (120, 2))
    texts = [f"Paikkakunta {k}" for k in range(120)]
    placed = place_labels(texts, anchors, np.full(120, 3.0), frame=(0, 0, 400, 400), size=6)
    assert 20 < len(placed) < 120
    assert placed[0].index == 0
    for k, a in enumerate(placed):
        assert a.x >= 0
        assert a.x + a.width <= 400
        for b in placed[:k]:
            apart = a.x >= b.x + b.width or b.x >= a.x + a.width or a.y >= b.y + b.height or b.y >= a.y + a.height
            assert apart


def test_bands_are_quarters_of_the_standard():
    assert bands(60.0) == (15.0, 30.0, 45.0, 60.0)
    found = band_of(np.array([0, 15, 15.1, 60, 60.01, np.nan]), bands(60.0))
    assert found.tolist() == [0, 0, 1, 3, 4, 5]


def test_a_turned_grid_is_known_and_scattered_places_are_not():
    x, y = np.meshgrid(np.arange(0, 50_000, 5_000.0), np.arange(0, 50_000, 5_000.0))
    turn = np.radians(12)
    u, v = x.ravel() * np.cos(turn) - y.ravel() * np.sin(turn), x.ravel() * np.sin(turn) + y.ravel() * np.cos(turn)
    squares, on_grid = grid_squares(u, v)
    assert on_grid.all()
    edges = squares[:, 1] - squares[:, 0]
    assert np.degrees(np.arctan2(edges[:, 1], edges[:, 0])) == pytest.approx(12, abs=0.1)
    assert np.hypot(*edges.T) == pytest.approx(5_050)
    rng = np.random.default_rng(0)
    assert grid_squares(*rng.uniform(0, 50_000, (2, 100))) is None


def test_towns_between_the_squares_are_no_squares():
    x, y = (v.ravel() for v in np.meshgrid(np.arange(0, 80_000, 8_000.0), np.arange(0, 80_000, 8_000.0)))
    rng = np.random.default_rng(3)
    towns = rng.uniform(0, 72_000, (2, 30))
    _, on_grid = grid_squares(np.append(x, towns[0]), np.append(y, towns[1]))
    assert on_grid[:100].mean() > 0.95
    assert on_grid[100:].mean() < 0.2


def test_the_legend_stands_where_the_map_is_larger():
    assert layout((0, 0, 100, 180), width=160, most_height=205).beside
    # Beside the small map of a tall area a short legend has two columns and takes less height.
    small = layout((0, 0, 100, 200), width=160, most_height=70, compact=True)
    assert small.columns == 2
    assert small.height == 70
    assert layout((0, 0, 180, 100), width=160, most_height=70, compact=True).columns == 1
    wide = layout((0, 0, 180, 100), width=160, most_height=205)
    assert not wide.beside
    assert wide.map_box[2] > 150


def test_scale_bars_are_round():
    assert [round_length(v) for v in (999, 1000, 2600, 7300)] == [500, 1000, 2000, 5000]


def test_long_texts_break_within_the_width():
    lines = wrapped("Tavoitteen ulkopuolella asuvia väestöruudussa", width=30, size=6.6)
    assert " ".join(lines) == "Tavoitteen ulkopuolella asuvia väestöruudussa"
    assert len(lines) > 1


def test_colours_grow_darker_in_greyscale():
    def lightness(colour):
        r, g, b = (int(colour[k : k + 2], 16) for k in (1, 3, 5))
        return 0.299 * r + 0.587 * g + 0.114 * b

    values = [lightness(c) for c in BANDS]
    assert all(a - b > 25 for a, b in itertools.pairwise(values))
    assert all(re.fullmatch(r"#[0-9a-f]{6}", c) for c in BANDS)


def test_circles_add_up_to_the_people_outside(plan):
    found = circles(plan.today, side=20_000)
    assert found.people.sum() == plan.today.people_outside
    assert (np.diff(found.people) <= 0).all()
    assert found.most == found.people[0]


def test_cells_near_the_edge_are_hatched_on_the_map_of_the_proposal_only(plan):
    doubt = doubtful(plan)
    minutes = plan.proposed.cells["minutes"].to_numpy(float)
    assert doubt.any()
    assert ((minutes[doubt] > 51) & (minutes[doubt] <= 62)).all()
    assert (plan.proposed.cells["people"].to_numpy()[doubt] > 0).all()
    words = words_for("en")
    plain, marked = (network_map(plan, words, which="proposed", hatched=h) for h in (False, True))
    assert b"min likely" in marked
    assert b"min likely" not in plain
    assert network_map(plan, words, which="today", hatched=True) == network_map(plan, words, which="today")
    unknown = replace(plan, certainty_cells=None)
    assert not doubtful(unknown).any()
    assert network_map(unknown, words, which="proposed", hatched=True) == plain


def test_unlikely_cells_that_count_as_within_are_hatched_and_those_beyond_are_not(plan):
    doubt = doubtful(replace(plan, certainty_cells=plan.certainty_cells.mask(plan.certainty_cells == "likely")))
    assert not doubt.any()
    every = plan.certainty_cells.astype("object").mask(plan.certainty_cells == "likely", "unlikely")
    doubt = doubtful(replace(plan, certainty_cells=every))
    assert doubt.any()
    assert (plan.proposed.cells["minutes"].to_numpy(float)[doubt] <= 60).all()


def test_hatching_stays_in_its_shape_with_even_gaps():
    shape = shapely.union(shapely.box(0, 0, 10, 10), shapely.box(30, 0, 40, 10))
    lines = hatch(shape, 1.0)
    assert shape.buffer(1e-9).covers(lines)
    assert lines.length == pytest.approx(200, rel=0.1)
    assert hatch(shapely.Polygon(), 1.0).is_empty


def _drawn(path):
    """Read an outline of relative steps back into corners."""
    x = y = start_x = start_y = 0.0
    corners, command = [], ""
    for token in re.findall(r"[mlz]|-?(?:\d+\.?\d*|\.\d+)", path):
        if token in "ml":
            command, pair = token, []
        elif token == "z":
            x, y = start_x, start_y
        else:
            pair.append(float(token))
            if len(pair) == 2:
                x, y = x + pair[0], y + pair[1]
                if command == "m":
                    start_x, start_y, command = x, y, "l"
                corners.append((x, y))
                pair = []
    return np.array(corners)


def test_outlines_keep_their_corners_in_relative_steps():
    rng = np.random.default_rng(5)
    corners = np.cumsum(rng.uniform(-9, 9, (60, 2)), axis=0)
    path = " ".join(f"{'M' if k % 20 == 0 else 'L'} {a:.6f} {b:.6f}" for k, (a, b) in enumerate(corners))
    path = path.replace(" M", " z M") + " z"
    short = outline(path)
    assert len(short) < len(path) / 2
    assert np.abs(_drawn(short) - corners).max() <= 0.051
    small = "M 0 3.25 L -2.814583 -1.625 L 2.814583 -1.625 z"
    assert outline(small) == "m0 3.25-2.81-4.87 5.62 0z"
    assert outline("M 1.23456 2 Q 3 4 5 6.98765") == "M 1.23 2 Q 3 4 5 6.98"
    assert outline("M 1 1") == "m1 1"


def test_a_halo_is_a_stroke_as_wide_as_asked():
    assert halo(1.6, size=6.4) == "halo-1600"
    assert 'stroke-width="1600"' in smaller('<g id="halo-1600"><use/></g>')


def test_names_keep_off_circles():
    anchors, radii = np.array([[50.0, 50.0]]), np.array([3.0])
    ring = np.array([[52.0, 40.0, 120.0, 60.0]])
    free = place_labels(["Ii"], anchors, radii, frame=(0, 0, 200, 100), size=6)
    kept = place_labels(["Ii"], anchors, radii, frame=(0, 0, 200, 100), size=6, obstacles=ring)
    assert free[0].x > 50
    assert kept[0].x + kept[0].width <= 52


def test_names_and_outlines_are_written_once(plan):
    text = network_map(plan, words_for("fi"), which="proposed").decode()
    assert 'id="halo' not in text
    assert text.count('stroke-linejoin="round"') == 3


@pytest.mark.parametrize("height", [104.0, 112.0, 150.0, 205.0])
def test_the_inset_stays_below_the_north_arrow(plan, monkeypatch, height):
    from tunti.report import style
    from tunti.report.maps import network_map

    drawn = []
    monkeypatch.setattr(style, "svg_bytes", lambda canvas: drawn.append(canvas) or b"")
    for wide in (120.0, 160.0):
        network_map(plan, words_for("fi"), which="proposed", most_height=height, width=wide)
        axes = drawn[-1].axes
        north = next(t for t in axes[1].texts if t.get_text() == "N")
        _, y = axes[1].transData.transform(north.get_position())
        assert all(inset.get_window_extent().y1 < y for inset in axes[2:])
    assert any(len(canvas.axes) == 3 for canvas in drawn) or height < 150


def _outside(access, factor):
    return replace(access, outside=access.outside.assign(people=access.outside["people"].astype(float) * factor))


def test_the_same_circle_means_as_many_people_on_both_maps(plan):
    today, after = plan.today, _outside(plan.today, 0.4)
    most = circles(today, side=20_000).most
    assert most > 0
    assert compared_circles(after, today, side=20_000).most == compared_circles(today, after, side=20_000).most == most
    assert compared_circles(after, today, side=20_000).people.sum() == pytest.approx(after.outside["people"].sum())


def test_a_map_with_hardly_anyone_outside_keeps_circles_that_are_seen(plan):
    few = _outside(plan.today, 0.9 / MOST_APART)
    assert compared_circles(few, plan.today, side=20_000).most == circles(few, side=20_000).most
    assert compared_circles(plan.today, few, side=20_000).most == circles(plan.today, side=20_000).most


def test_a_map_of_places_says_what_the_size_of_dots_means(plan):
    x = np.repeat(np.arange(8.0), 8) * 1000.0
    y = np.tile(np.arange(8.0), 8) * 1000.0
    cells = pd.DataFrame({"x": x, "y": y})
    rng = np.random.default_rng(3)
    scattered = pd.DataFrame({"x": rng.uniform(0, 5e4, 64), "y": rng.uniform(0, 5e4, 64)})
    assert not dotted(replace(plan.today, cells=cells))
    assert dotted(replace(plan.today, cells=scattered))
    assert not dotted(replace(plan.today, cells=cells.iloc[:0]))
