"""Which trials a filter lets through."""

from __future__ import annotations

import pytest

from bayescore.errors import ConfigError
from bayescore.results.where import UnknownNameError
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


@pytest.mark.parametrize("name", ["x", "loss", "score", "value", "state", "note"])
def test_that_an_expression_can_name_every_column(name: str) -> None:
    TrialFilter(expression=f"{name} == 1").check(VIEW)


def test_that_a_metric_that_was_not_reported_yet_can_be_named() -> None:
    TrialFilter(expression="loss < 1").check(a_view())


@pytest.mark.parametrize(
    ("expression", "guess"), [("losss < 1", "loss"), ("X < 1", "x"), ("qqqqqqq < 1", None)]
)
def test_that_a_misspelt_name_is_an_error_with_the_nearest_name(expression: str, guess: str | None) -> None:
    with pytest.raises(UnknownNameError) as raised:
        TrialFilter(expression=expression).check(VIEW)
    assert raised.value.guess == guess


def test_that_a_name_that_is_not_a_word_is_written_in_backquotes() -> None:
    view = a_view([a_trial(1, 0.1), a_trial(2, 0.2)], series={1: {"val/loss": [2.0]}, 2: {"val/loss": [1.0]}})
    wanted = TrialFilter(expression='`val/loss` < 1.5 and note != "`"')
    wanted.check(view)
    assert wanted.mask(TrialColumns(view)).tolist() == [False, True]
    with pytest.raises(UnknownNameError, match="did you mean “val/loss”"):
        TrialFilter(expression="`val/los` < 1").check(view)


def test_that_the_brushes_of_one_axis_are_replaced_and_removed() -> None:
    one = TrialFilter().with_brushes("x", [Brush(0, 1)])
    two = one.with_brushes("n", [Brush(1, 2)]).with_brushes("x", [Brush(0.5, 1)])
    assert two.brushes == {"n": (Brush(1, 2),), "x": (Brush(0.5, 1),)}
    assert two.with_brushes("x", []).with_brushes("n", []).is_empty
    assert not one.is_empty
