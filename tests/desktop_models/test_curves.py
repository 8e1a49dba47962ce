"""Curves: thinning keeps peaks, smoothing starts without a bias, stairs end at the newest trial."""

from __future__ import annotations

import numpy as np
import pytest

from bayesdesk.models.curves import fences, one_line, smoothed, stairs, thinned
from support.views import a_trial


@pytest.mark.parametrize("n", [0, 1, 5, 199, 200, 201, 1000, 12_345])
def test_that_a_thinned_curve_has_few_points_in_order_and_keeps_its_extremes(n: int) -> None:
    values = np.random.default_rng(n).normal(size=n)
    steps, kept = thinned(values, 1, n, 100)
    assert len(steps) == len(kept) <= 201
    assert np.all(np.diff(steps) >= 0)
    assert np.array_equal(values[steps.astype(int) - 1], kept)
    if n:
        assert (kept.min(), kept.max()) == (values.min(), values.max())
        assert steps[-1] == n


@pytest.mark.parametrize(("first", "last"), [(1, 1000), (400, 410), (990, 5000), (-50, 20)])
def test_that_thinning_keeps_one_step_outside_the_interval(first: int, last: int) -> None:
    steps, _kept = thinned(np.arange(1000.0), first, last, 2000)
    assert steps[0] == max(1, first - 1)
    assert steps[-1] == min(1000, last + 1)


def test_that_thinning_keeps_a_curve_with_infinite_values() -> None:
    values = np.full(10_000, np.nan)
    values[1234] = 5.0
    assert 5.0 in thinned(values, 1, 10_000, 50)[1]


def test_that_smoothing_starts_at_the_first_value_and_skips_infinite_ones() -> None:
    assert smoothed(np.array([2.0, 2.0, np.nan, 2.0]), 0.9) == pytest.approx([2.0, 2.0, 2.0, 2.0])
    values = np.array([0.0, 1.0])
    assert smoothed(values, 0.0) is values
    assert smoothed(values, 0.5) == pytest.approx([0.0, 2 / 3])


def test_that_curves_are_joined_with_a_gap() -> None:
    x, y = one_line([(np.array([1.0]), np.array([5.0])), (np.array([1.0, 2.0]), np.array([6.0, 7.0]))])
    assert np.array_equal(x, [1.0, np.nan, 1.0, 2.0, np.nan], equal_nan=True)
    assert np.array_equal(y, [5.0, np.nan, 6.0, 7.0, np.nan], equal_nan=True)
    assert [len(part) for part in one_line([])] == [0, 0]


@pytest.mark.parametrize(
    ("steps", "last", "x", "y"),
    [
        ([], 5, [], []),
        ([a_trial(2, 0.5)], 5, [2, 5], [0.5, 0.5]),
        ([a_trial(2, 0.5), a_trial(4, 0.7)], 4, [2, 4, 4, 4], [0.5, 0.5, 0.7, 0.7]),
    ],
)
def test_that_stairs_lead_to_the_newest_trial(steps: list, last: int, x: list, y: list) -> None:
    found = stairs(steps, last)
    assert [part.tolist() for part in found] == [x, y]


def test_that_fences_hold_the_bulk_of_the_values() -> None:
    calm = np.linspace(0.0, 1.0, 50)
    assert fences(calm) == (0.0, 1.0)
    assert fences(np.array([1.0, 1e30])) == (1.0, 1e30)
    assert fences(np.concatenate([calm, [1e30]])) == (0.0, 1.0)
