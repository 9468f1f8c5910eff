"""Numbers along axes: evenly spaced ticks read as evenly spaced numbers."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tunti.report import style
from tunti.report.ticks import decimals_of, number_axis
from tunti.report.words import words_for


def _axis(low, high, *, most, whole=False, language="en"):
    with style.house_style():
        axes = style.blank(160, 60).add_axes((0.1, 0.1, 0.8, 0.8))
        axes.set_xlim(low, high)
        number_axis(axes.xaxis, words_for(language), most=most, whole=whole)
        at = [float(v) for v in axes.get_xticks() if low <= v <= high]
        texts = axes.xaxis.get_major_formatter().format_ticks(axes.get_xticks())
    return at, [t for t, v in zip(texts, axes.get_xticks(), strict=True) if low <= v <= high]


def _read(text):
    return float(text.replace("−", "-").replace(",", ""))


@given(low=st.floats(-5e4, 5e4), width=st.floats(1e-3, 1e5), most=st.integers(3, 8))
@settings(max_examples=60, deadline=None)
def test_what_is_written_is_where_it_stands(low, width, most):
    at, texts = _axis(low, low + width, most=most)
    assert [_read(t) for t in texts] == pytest.approx(at, abs=width * 1e-5)
    assert len(set(texts)) == len(texts)
    assert len({len(t.partition(".")[2]) for t in texts}) <= 1, "decimals differ along one axis"
    steps = [_read(b) - _read(a) for a, b in pairwise(texts)]
    assert steps == pytest.approx([steps[0]] * len(steps), rel=1e-6) if steps else True


def test_millions_from_minus_three_to_three_are_not_rounded_apart():
    _, texts = _axis(-3.4, 3.6, most=6)
    assert texts == ["−2", "0", "2"]
    _, texts = _axis(-0.34, 0.36, most=6, language="fi")
    assert texts == ["−0,2", "0,0", "0,2"]


def test_what_is_counted_has_whole_numbers():
    assert _axis(0, 2.3, most=5, whole=True)[1] == ["0", "1", "2"]
    assert _axis(0, 7, most=5, whole=True)[1] == ["0", "2", "4", "6"]


def test_decimals_are_as_few_as_say_it():
    assert decimals_of([-1.5, 0.0, 1.5]) == 1
    assert decimals_of([0.0, 0.25, 0.5]) == 2
    assert decimals_of([0.0, 0.1 + 0.2, 0.6]) == 1
    assert decimals_of([1000.0, 2000.0]) == 0
    assert decimals_of([]) == 0
