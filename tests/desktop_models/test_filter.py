"""Which trials a filter lets through."""

from __future__ import annotations

import pytest

from bayescore.errors import ConfigError
from bayesdesk.models.columns import TrialColumns
from bayesdesk.models.filter import Brush, TrialFilter
from support.views import S, a_trial, a_view

VIEW = a_view(
    [
        a_trial(1, 0.1),
        a_trial(2, 0.9),
        a_trial(3, None, S.FAILED),
        a_trial(4, 0.5),
        a_trial(5, None, S.RUNNING),
    ],
    series={1: {"loss": [3.0, 1.0]}, 2: {"loss": [2.0]}, 5: {"loss": [0.5]}},
)


def passing(wanted: TrialFilter) -> list[int]:
    mask = wanted.mask(TrialColumns(VIEW))
    return [t.number for t, passes in zip(VIEW.trials, mask, strict=True) if passes]


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        (TrialFilter(), [1, 2, 3, 4, 5]),
        (TrialFilter(best_percent=100), [1, 2, 3, 4, 5]),
        (TrialFilter(best_percent=50), [2, 4]),
        (TrialFilter(best_percent=1), [2]),
        (TrialFilter(states=frozenset({S.FAILED, S.RUNNING})), [3, 5]),
        (TrialFilter(expression="x > 0.15 and n <= 4"), [2, 3, 4]),
        (TrialFilter(expression="value >= 0.5"), [2, 4]),
        (TrialFilter(expression="loss < 1.5"), [1, 5]),
        (TrialFilter(expression="  "), [1, 2, 3, 4, 5]),
        (TrialFilter(brushes={"x": (Brush(0.2, 0.4),)}), [2, 3, 4]),
        (TrialFilter(brushes={"x": (Brush(0.1, 0.1), Brush(0.5, 1.0))}), [1, 5]),
        (TrialFilter(brushes={"c": (Brush("b", "b"),)}), [1, 4]),
        (TrialFilter(brushes={"score": (Brush(0.0, 1.0),)}), [1, 2, 4]),
        (TrialFilter(brushes={"loss": (Brush(0.0, 1.5),)}), [1, 5]),
        (TrialFilter(brushes={"x": (Brush(0.2, 1.0),), "n": (Brush(1, 3),)}), [2, 3]),
        (TrialFilter(best_percent=50, states=frozenset({S.SUCCEEDED}), expression="n > 2"), [4]),
    ],
)
def test_that_a_filter_lets_the_trials_through_that_fulfil_all_of_it(
    wanted: TrialFilter, numbers: list[int]
) -> None:
    assert passing(wanted) == numbers


def test_that_an_invalid_expression_is_an_error() -> None:
    with pytest.raises(ConfigError):
        passing(TrialFilter(expression="x >"))


def test_that_the_brushes_of_one_axis_are_replaced_and_removed() -> None:
    one = TrialFilter().with_brushes("x", [Brush(0, 1)])
    two = one.with_brushes("n", [Brush(1, 2)]).with_brushes("x", [Brush(0.5, 1)])
    assert two.brushes == {"n": (Brush(1, 2),), "x": (Brush(0.5, 1),)}
    assert two.with_brushes("x", []).with_brushes("n", []).is_empty
    assert not one.is_empty
