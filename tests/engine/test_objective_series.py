"""The curve of a trial in bounded memory."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayescore.config import Goal, ObjectiveRule
from bayescore.engine.objective_series import ObjectiveSeries
from bayescore.engine.outcome import objective

VALUES = st.lists(st.floats(), min_size=1, max_size=40)


def series_of(values: list[float], goal: Goal = Goal.MAXIMIZE, rule: ObjectiveRule = ObjectiveRule.LAST):
    made = ObjectiveSeries(goal, rule)
    made.add(values, [float(i) for i in range(len(values))])
    return made


def same(one: float, other: float | None) -> bool:
    return other is not None and (one == other or (math.isnan(one) and math.isnan(other)))


@given(values=VALUES, rule=st.sampled_from(list(ObjectiveRule)), goal=st.sampled_from(list(Goal)))
def test_that_each_value_is_the_objective_of_a_trial_that_ends_there(
    values: list[float], rule: ObjectiveRule, goal: Goal
) -> None:
    steps, found = series_of(values, goal, rule).curve()
    assert steps == tuple(range(1, len(values) + 1))
    assert all(same(found[i], objective(values[: i + 1], goal, rule)) for i in range(len(values)))


@pytest.mark.parametrize("count", [1, 255, 256, 257, 1000, 20_000])
def test_that_a_long_series_keeps_its_ends_and_evenly_spaced_steps(count: int) -> None:
    series = series_of([float(i) for i in range(1, count + 1)])
    steps, values = series.curve()
    assert (steps[0], steps[-1]) == (1, count)
    assert values == tuple(float(step) for step in steps)
    assert len(steps) <= 257
    assert len({b - a for a, b in pairwise(steps[:-1])}) <= 1
    assert series.count == count


def test_that_parts_give_the_same_series_as_the_whole() -> None:
    values = [math.sin(i) for i in range(3000)]
    whole, parts = series_of(values), ObjectiveSeries(Goal.MAXIMIZE, ObjectiveRule.LAST)
    for start in range(0, 3000, 7):
        part = values[start : start + 7]
        parts.add(part, [float(start + i) for i in range(len(part))])
    assert parts.curve() == whole.curve()
    assert parts.seconds == whole.seconds == 2999.0
