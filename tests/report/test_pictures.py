"""Maps and charts: the same bytes twice, names apart from each other, bands and grids right."""

import itertools
import re

import numpy as np
import pytest

from tunti.report.charts import base_chart, minutes_chart, people_by_minutes
from tunti.report.labels import place_labels
from tunti.report.legend import round_length, wrapped
from tunti.report.maps import layout, network_map
from tunti.report.shapes import band_of, bands, grid_squares
from tunti.report.style import BANDS
from tunti.report.symbols import circles, symbols
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
