"""Benchmark of forecasts against actual gains, and of follow-up jobs with and without history."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bayescore.config import PARAMETER_SPECS, Goal
from bayescore.search import Observation, Outcome, SearchSpace, suggest
from bayescore.search.space import draw
from bench_search.tasks import Spec, Task

_FIRST = 50  # trials of the first job
_SECOND = 20  # of the follow-up job
_KEPT = 10  # best trials of the first job, whose ranges the follow-up job searches
_AHEAD = 10  # trials of a forecast
_LOST = 0.02  # share of the range of values: a larger gain after a stop makes the stop premature


@dataclass(frozen=True)
class ForecastResult:
    """Result for one task and seed.

    Attributes
    ----------
    below, above, within
        Numbers of actual gains below, above and inside the forecast interval.
    stopped, stopped_early
        Whether the search would have ended the first job, and whether it would have lost a gain.
    with_history, without_history
        Best value of the follow-up job, as a share of the distance from the best of random search to
        the best known; smaller is better.
    """

    below: int
    above: int
    within: int
    stopped: bool
    stopped_early: bool
    with_history: float
    without_history: float


def measure(task: Task, seed: int) -> ForecastResult:
    """Run a job, a follow-up job with it as history, and one without."""
    space = _space(task.specs)
    first, best, forecasts, stop = _first_job(task, space, seed)
    gains = [
        (best[at - 1] - best[at + _AHEAD - 1], low, high)
        for at, (low, high) in forecasts.items()
        if at + _AHEAD <= _FIRST and math.isfinite(best[at - 1])
    ]
    near = 1e-9 * (1.0 + abs(best[-1]))
    later = 0.0 if stop is None else best[stop - 1] - best[-1]
    finite = [float(o.value) * _sign(task) for o in first if o.value is not None]
    seen = float(np.percentile(finite, 90)) - min(finite)
    narrow = _space(_narrowed(task, first))
    reached = [_reached(task, narrow, history, seed) for history in (first, ())]
    rng = np.random.default_rng(seed)
    chance = [task.objective(_drawn(space, rng)) * _sign(task) for _ in range(_FIRST)]
    start = min(v for v in chance if math.isfinite(v))
    zero = min(best[-1], *reached) if task.best is None else task.best * _sign(task)
    span = max(start - zero, 1e-12)
    shares = [min(max((value - zero) / span, 0.0), 2.0) for value in reached]
    return ForecastResult(
        below=sum(gain < low - near for gain, low, _high in gains),
        above=sum(gain > high + near for gain, _low, high in gains),
        within=sum(low - near <= gain <= high + near for gain, low, high in gains),
        stopped=stop is not None,
        stopped_early=later > _LOST * seen,
        with_history=shares[0],
        without_history=shares[1],
    )


def summary(found: Sequence[ForecastResult]) -> str:
    """The results in Markdown."""
    inside = sum(f.within for f in found)
    cases = inside + sum(f.below + f.above for f in found)
    stopped = sum(f.stopped for f in found)
    early = sum(f.stopped_early for f in found)
    better = sum(f.with_history < f.without_history for f in found)
    equal = sum(f.with_history == f.without_history for f in found)
    informed = np.mean([f.with_history for f in found])
    uninformed = np.mean([f.without_history for f in found])
    return (
        "### Forecasts and history\n\n"
        f"* The 80 % interval for the gain of ten more trials held in "
        f"{inside / max(cases, 1):.0%} of {cases} cases ({sum(f.below for f in found)} below, "
        f"{sum(f.above for f in found)} above).\n"
        f"* `stop_when_exhausted` would have ended {stopped} of {len(found)} runs of {_FIRST} trials; "
        f"{early} of them would have gained more than {_LOST:.0%} of the range of values.\n"
        f"* Follow-up jobs of {_SECOND} trials over the ranges of the {_KEPT} best ended at {informed:.2f} with the first "
        f"job as history and at {uninformed:.2f} without it (0 is the best known value, 1 the best of {_FIRST} random trials); "
        f"better in {better} of {len(found)} pairs, equal in {equal}.\n"
    )


def _first_job(
    task: Task, space: SearchSpace, seed: int
) -> tuple[list[Observation], list[float], dict[int, tuple[float, float]], int | None]:
    trials: list[Observation] = []
    best: list[float] = []
    forecasts: dict[int, tuple[float, float]] = {}
    stop: int | None = None
    goal = Goal(task.goal)
    while len(trials) < _FIRST:
        number = len(trials) + 1
        found = suggest(space, goal, trials, seed, number, stop_when_exhausted=stop is None)
        if found.parameters is None and stop is None:
            stop = len(trials)
            found = suggest(space, goal, trials, seed, number)
        if found.parameters is None:
            break
        if found.forecast is not None:
            forecasts[len(trials)] = (found.forecast.low, found.forecast.high)
        trials.append(_tried(task, found.parameters))
        value = trials[-1].value
        reached = math.inf if value is None else value * _sign(task)
        best.append(min(reached, best[-1] if best else math.inf))
    best += [best[-1]] * (_FIRST - len(best))
    return trials, best, forecasts, stop


def _reached(task: Task, space: SearchSpace, history: Sequence[Observation], seed: int) -> float:
    trials: list[Observation] = []
    for number in range(1, _SECOND + 1):
        found = suggest(space, Goal(task.goal), [*history, *trials], seed + 1000, number)
        if found.parameters is None:
            break
        trials.append(_tried(task, found.parameters))
    return min((t.value * _sign(task) for t in trials if t.value is not None), default=math.inf)


def _tried(task: Task, parameters: dict[str, Any]) -> Observation:
    value = task.objective(parameters)
    finite = math.isfinite(value)
    return Observation(parameters, Outcome.FINISHED if finite else Outcome.FAILED, value if finite else None)


def _narrowed(task: Task, trials: Sequence[Observation]) -> list[Spec]:
    """Specs that cover the best trials only."""
    ended = sorted((t for t in trials if t.value is not None), key=lambda t: t.value * _sign(task))
    kept = [t.parameters for t in ended[:_KEPT]]
    specs = []
    for spec in task.specs:
        values: list[Any] = [p[spec["name"]] for p in kept]
        changed = dict(spec)
        if "min_value" in spec:
            changed |= {"min_value": min(values), "max_value": max(values)}
        else:
            key = "discrete_values" if "discrete_values" in spec else "categorical_values"
            changed[key] = [v for v in spec[key] if v in values]
        specs.append(changed)
    return specs


def _space(specs: Sequence[Spec]) -> SearchSpace:
    return SearchSpace(PARAMETER_SPECS.validate_python(list(specs)))


def _drawn(space: SearchSpace, rng: np.random.Generator) -> dict[str, Any]:
    return {spec.name: draw(spec, rng.random()) for spec in space.specs}


def _sign(task: Task) -> float:
    return -1.0 if task.goal == "MAXIMIZE" else 1.0
