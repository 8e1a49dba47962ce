"""The search gets new forecasts of stopped trials once more trials have run to their end."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from bayescore.config import Algorithm, DoubleSpec, Goal
from bayescore.engine.search_worker import Question
from bayescore.search import Observation, Outcome, SearchSpace, suggest
from bayescore.search.curves import Curve, CurveState, forecast_curve

SPACE = SearchSpace((DoubleSpec(name="x", min_value=0.0, max_value=1.0),))
LENGTH = 20


def a_curve(x: float, reports: int = LENGTH, state: CurveState = CurveState.WHOLE) -> Curve:
    """A loss that falls to an end which depends on the parameter."""
    steps = range(1, reports + 1)
    values = tuple((x - 0.4) ** 2 + 0.1 + 0.8 * math.exp(-step / 4.0) for step in steps)
    return Curve({"x": x}, tuple(steps), values, state, float(reports))


def a_question(stopped: tuple[tuple[int, int], ...]) -> Question:
    """Eight whole trials and one that was stopped, with a forecast that is far off."""
    curves = tuple(a_curve(x) for x in (0.05, 0.1, 0.2, 0.35, 0.6, 0.7, 0.8, 0.9))
    cut = a_curve(0.5, 6, CurveState.CUT)
    trials = [Observation(c.parameters, Outcome.FINISHED, c.values[-1]) for c in curves]
    trials.append(Observation(cut.parameters, Outcome.STOPPED_EARLY, 5.0, deviation=0.1))
    return Question(
        SPACE, Goal.MINIMIZE, tuple(trials), 1, 10, Algorithm.BAYESIAN, False, (*curves, cut), stopped
    )


def test_that_the_suggestion_is_the_one_for_the_new_forecast() -> None:
    question = a_question(((8, 8),))
    forecast = forecast_curve(SPACE, Goal.MINIMIZE, question.curves, 8)
    assert forecast is not None
    assert forecast.mean == pytest.approx(0.12, abs=0.1)
    known = replace(question.trials[8], value=forecast.mean, deviation=forecast.deviation)
    expected = suggest(SPACE, Goal.MINIMIZE, [*question.trials[:8], known], 1, 10)
    assert question.answer() == expected
    assert question.answer() != a_question(()).answer()


def test_that_the_stored_forecast_counts_while_too_little_is_known() -> None:
    whole = a_question(((8, 8),))
    few = replace(whole, curves=whole.curves[4:], stopped=((8, 4),))
    assert few.answer() == replace(whole, curves=(), stopped=()).answer()
