"""Ticks: round, enough of them, and none twice."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayescore.config import load_text
from bayesdesk.models.columns import TrialColumns
from bayesdesk.models.parameter_axis import ticks, units
from bayesdesk.models.ticks import labels, log_values, round_values
from support.views import FILE, a_trial, a_view

SPECS = """\
    - {name: rate, type: DOUBLE, min_value: 0.0001, max_value: 0.1, scale_type: UNIT_LOG_SCALE}
    - {name: layers, type: INTEGER, min_value: 1, max_value: 3}
    - {name: width, type: INTEGER, min_value: 8, max_value: 512, scale_type: UNIT_LOG_SCALE}
    - {name: batch, type: DISCRETE, discrete_values: [16, 32]}
    - {name: sizes, type: DISCRETE, discrete_values: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]}
    - {name: kind, type: CATEGORICAL, categorical_values: [relu, tanh, gelu]}
    - {name: share, type: DOUBLE, min_value: 0, max_value: 0.6}
    - {name: fixed, type: DOUBLE, min_value: 2, max_value: 2}
"""
CONFIG = load_text(FILE.partition("    - {name")[0] + SPECS).config
assert CONFIG is not None
BY_NAME = {s.name: s for s in CONFIG.hyper_tuning.parameter_specs}


@given(low=st.floats(-1e9, 1e9), length=st.floats(1e-3, 1e9), most=st.integers(4, 12))
def test_that_an_axis_has_at_least_two_and_not_too_many_ticks_within_it(
    low: float, length: float, most: int
) -> None:
    found = round_values(low, low + length, most)
    slack = 1e-6 * length
    assert 2 <= len(found) <= most + 1
    assert all(low - slack <= v <= low + length + slack for v in found)


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(0.5, 1.5, [1]), (0.5, 2.5, [1, 2]), (0.5, 12.5, [5, 10]), (0.0, 40.5, [0, 10, 20, 30, 40])],
)
def test_that_ticks_of_counts_are_whole_numbers(low: float, high: float, expected: list[float]) -> None:
    assert round_values(low, high, 5, whole=True) == expected


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (1e-4, 1e-1, [1e-4, 1e-3, 1e-2, 1e-1]),
        (0.3, 3.0, [0.5, 1.0, 2.0]),
        (0.61, 0.68, [0.62, 0.64, 0.66, 0.68]),
        (1e-12, 1e12, [1e-12, 1e-7, 1e-2, 1e3, 1e8]),
        (-1.0, 1.0, []),
    ],
)
def test_that_a_logarithmic_axis_of_any_length_has_ticks(
    low: float, high: float, expected: list[float]
) -> None:
    assert log_values(low, high, 5) == pytest.approx(expected)


def test_that_labels_of_one_axis_have_the_same_number_of_decimal_places() -> None:
    assert labels([0.0, 0.5, 1.0]) == ["0.0", "0.5", "1.0"]
    assert labels([-10.0, 0.0, 10.0]) == ["−10", "0", "10"]
    assert labels([0.0, 1e-7, 2e-7]) == ["0", "1e-7", "2e-7"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("rate", ["0.0001", "0.001", "0.01", "0.1"]),
        ("layers", ["1", "2", "3"]),
        ("width", ["10", "20", "50", "100", "200", "500"]),
        ("batch", ["16", "32"]),
        ("sizes", ["1", "4", "7", "12"]),
        ("kind", ["relu", "tanh", "gelu"]),
        ("share", ["0.0", "0.2", "0.4", "0.6"]),
        ("fixed", ["2"]),
    ],
)
def test_that_no_value_of_a_parameter_is_labelled_twice(name: str, expected: list[str]) -> None:
    ends = (-0.5, 2.5) if name == "kind" else (-0.04, 1.04)
    found = ticks(BY_NAME[name], *ends, 4, 40)
    assert [word for _place, word in found] == expected
    assert len({place for place, _word in found}) == len(found)


def test_that_a_part_of_a_parameter_has_ticks_of_its_own() -> None:
    words = [word for _place, word in ticks(BY_NAME["share"], 0.5, 0.6, 5, 40)]
    assert words == ["0.30", "0.32", "0.34", "0.36"]


def test_that_trials_are_placed_on_the_scale_of_the_parameter() -> None:
    columns = TrialColumns(a_view([a_trial(1, 0.1), a_trial(2, 0.2)]))
    specs = {s.name: s for s in columns.view.job.config.hyper_tuning.parameter_specs}
    assert units(specs["n"], columns).tolist() == [0.0, 0.125]
    assert units(specs["c"], columns).tolist() == [1.0, 2.0]
    assert units(specs["d"], columns) == pytest.approx([0.5, 1.0])
    assert units(specs["x"], columns)[0] == pytest.approx(2 / 3)
    assert not math.isnan(units(specs["x"], columns)[1])
