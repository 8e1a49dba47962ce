"""The Bayesian search with an ask-and-tell interface, for benchmarks that compare optimisers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bayescore.config import PARAMETER_SPECS, Belief, Goal
from bayescore.search import Observation, Outcome, Point, SearchSpace, suggest
from bayescore.search.curves import Curve, CurveForecast, CurveState, StopRule, forecast_curve, judge_curve


class AskTell:
    """One run: stores the trials and calls :func:`bayescore.search.suggest`."""

    def __init__(
        self, space: SearchSpace, goal: Goal, seed: int, expected: Mapping[str, Belief] | None = None
    ) -> None:
        self._space, self._goal, self._seed = space, goal, seed
        self._expected = expected or {}
        self._points: list[Point] = []
        self._values: dict[int, float | None] = {}  # by the point's index; None for a failed trial

    def ask(self) -> Point | None:
        """Next parameters; ``None`` when nothing is left to try."""
        trials = [self._observation(i) for i in range(len(self._points))]
        number = len(self._points) + 1
        suggestion = suggest(self._space, self._goal, trials, self._seed, number, expected=self._expected)
        if suggestion.parameters is not None:
            self._points.append(suggestion.parameters)
        return suggestion.parameters

    def tell(self, parameters: Mapping[str, Any], value: float | None) -> None:
        """Report the objective of a point that :meth:`ask` returned; ``None`` for a failed trial."""
        key = self._space.key(parameters)
        pending = (
            i for i, p in enumerate(self._points) if i not in self._values and self._space.key(p) == key
        )
        self._values[next(pending)] = value

    def _observation(self, index: int) -> Observation:
        if index not in self._values:
            return Observation(self._points[index], Outcome.RUNNING)
        value = self._values[index]
        outcome = Outcome.FAILED if value is None else Outcome.FINISHED
        return Observation(self._points[index], outcome, value)


def bayesian(specs: Sequence[Mapping[str, Any]], goal: str, seed: int, parallel: int) -> AskTell:
    """Start a run of the Bayesian search.

    Parameters
    ----------
    specs
        ``parameter_specs`` as in an ``openbayes.yaml``.
    goal
        ``MAXIMIZE`` or ``MINIMIZE``.
    parallel
        Number of trials that run at the same time. Not used: the search sees which trials are running.
    """
    del parallel
    return AskTell(SearchSpace(PARAMETER_SPECS.validate_python(list(specs))), Goal(goal), seed)


class EarlyStopping:
    """One run that stops trials early: stores the curves and calls :func:`bayescore.search.curves.judge_curve`.

    Trials are numbered 1, 2, … in the order in which they are asked for.
    """

    def __init__(self, space: SearchSpace, goal: Goal, seed: int) -> None:
        self._space, self._goal, self._seed = space, goal, seed
        self._rule = StopRule()
        self._points: list[Point] = []
        self._steps: list[list[int]] = []
        self._values: list[list[float]] = []
        self._states: list[CurveState] = []
        self._seconds: list[float] = []
        self._ended: dict[int, float | None] = {}  # objectives of trials that ran to their end
        self._forecasts: dict[int, CurveForecast] = {}  # the last one of each trial
        self._known = 0  # trials that had run to their end when stopped trials were forecast last

    def ask(self) -> Point | None:
        """Next parameters; ``None`` when nothing is left to try."""
        self._forecast_again()
        trials = [self._observation(i) for i in range(len(self._points))]
        suggestion = suggest(self._space, self._goal, trials, self._seed, len(self._points) + 1)
        if suggestion.parameters is not None:
            self._points.append(suggestion.parameters)
            self._steps.append([])
            self._values.append([])
            self._states.append(CurveState.RUNNING)
            self._seconds.append(0.0)
        return suggestion.parameters

    def spent(self, number: int, seconds: float) -> None:
        """Set the time that a running trial has taken so far."""
        self._seconds[number - 1] = seconds

    def report(self, number: int, step: int, value: float) -> bool:
        """Add one report of a running trial; whether to stop it now."""
        index = number - 1
        self._steps[index].append(step)
        self._values[index].append(value)
        started = [i for i, steps in enumerate(self._steps) if steps]
        verdict = judge_curve(
            self._space,
            self._goal,
            [self._curve(i) for i in started],
            started.index(index),
            self._rule,
            self._seed,
        )
        if verdict.forecast is not None:
            self._forecasts[index] = verdict.forecast
        return verdict.stop is not None

    def tell(self, number: int, value: float | None, stopped: bool) -> None:
        """Report the end of a trial; ``None`` for a failed one."""
        index = number - 1
        self._states[index] = CurveState.CUT if stopped or value is None else CurveState.WHOLE
        if not stopped:
            self._ended[index] = value
            self._forecasts.pop(index, None)

    def _forecast_again(self) -> None:
        """Forecast the stopped trials with what the trials teach that have ended since."""
        known = self._states.count(CurveState.WHOLE)
        if known == self._known:
            return
        self._known = known
        started = [i for i, steps in enumerate(self._steps) if steps]
        curves = [self._curve(i) for i in started]
        for place, index in enumerate(started):
            if self._states[index] is CurveState.CUT and index in self._forecasts:
                forecast = forecast_curve(self._space, self._goal, curves, place)
                if forecast is not None:
                    self._forecasts[index] = forecast

    def _curve(self, index: int) -> Curve:
        return Curve(
            self._points[index],
            tuple(self._steps[index]),
            tuple(self._values[index]),
            self._states[index],
            self._seconds[index],
        )

    def _observation(self, index: int) -> Observation:
        point, forecast = self._points[index], self._forecasts.get(index)
        if index in self._ended:
            value = self._ended[index]
            return Observation(point, Outcome.FAILED if value is None else Outcome.FINISHED, value)
        running = self._states[index] is CurveState.RUNNING
        outcome = Outcome.RUNNING if running else Outcome.STOPPED_EARLY
        if forecast is None or running:
            return Observation(point, outcome)
        return Observation(point, outcome, forecast.mean, deviation=forecast.deviation)


def with_early_stopping(
    specs: Sequence[Mapping[str, Any]], goal: str, seed: int, parallel: int
) -> EarlyStopping:
    """Start a run of the Bayesian search with early stopping; the parameters are those of :func:`bayesian`."""
    del parallel
    return EarlyStopping(SearchSpace(PARAMETER_SPECS.validate_python(list(specs))), Goal(goal), seed)
