"""What a belief about the best gains, and what a wrong one costs: ``python -m tests.bench_search --beliefs``.

A belief is held about every parameter, as ``expect: {name: value}``: at the best point of reference runs, a
tenth of each scale away from it, and at the worst of random points. Nothing is measured of the reference runs.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from bayescore.config import PARAMETER_SPECS, Algorithm, Belief, CategoricalSpec, DiscreteSpec, Goal, Scale
from bayescore.config.scales import range_of, scale_of
from bayescore.search import Point, SearchSpace, suggest
from bayescore.search.space import from_unit, to_unit
from bench_search.ask_tell import AskTell
from bench_search.report import WORST
from bench_search.tasks import Task, Values, suite

TRIALS = 50
MOMENTS = (5, 10, 20, 50)
_REFERENCE_SEEDS = (1001, 1002)
_REFERENCE_TRIALS = 50
_RANDOM_POINTS = 100
_TENTH = 0.1
_FIRST_SEED = 10  # smaller ones have been used to choose the settings


class Place(StrEnum):
    """Where the belief is."""

    NONE = "no belief"
    BEST = "at the best"
    TENTH_OFF = "a tenth off"
    WORST = "at the worst"
    RANDOM = "random search"  # for the scale of the scores


@dataclass(frozen=True)
class Measured:
    """Best values after each trial, smaller is better, of all runs of one task.

    Attributes
    ----------
    best
        The best known value.
    """

    task: str
    best: float
    curves: Mapping[Place, Sequence[Sequence[float]]]

    def scores(self, place: Place, moment: int) -> np.ndarray:
        """Distances of the seeds to the best value after some trials, relative to random search's median."""
        low = min([*(c[-1] for found in self.curves.values() for c in found), self.best])
        chance = float(np.median([c[moment - 1] for c in self.curves[Place.RANDOM]]))
        ends = np.array([c[moment - 1] for c in self.curves[place]])
        return np.asarray(np.clip((ends - low) / max(chance - low, 1e-12), 0.0, WORST))


def space_of(task: Task) -> SearchSpace:
    """The task's space."""
    return SearchSpace(PARAMETER_SPECS.validate_python(list(task.specs)))


def reference(index: int) -> tuple[Point, Point, float]:
    """The best and the worst known point of a task, and the best known value, smaller is better."""
    task = suite()[index]
    space = space_of(task)
    if task.place is not None:
        best = space.point(space.row(task.place))
        best_value = _value(task, best)
    else:
        runs = [_searched(task, space, seed) for seed in _REFERENCE_SEEDS]
        best_value, best = min((each for run in runs for each in run), key=lambda each: each[0])
    points = [_random_point(space, 2000, n) for n in range(1, _RANDOM_POINTS + 1)]
    valued = [(_value(task, point), _distance(space, best, point), i) for i, point in enumerate(points)]
    return best, points[max(valued)[2]], best_value


def _searched(task: Task, space: SearchSpace, seed: int) -> list[tuple[float, Point]]:
    """Values and points of a run without a belief."""
    search, found = AskTell(space, Goal(task.goal), seed), []
    for _ in range(_REFERENCE_TRIALS):
        point = search.ask()
        assert point is not None
        value = _value(task, point)
        search.tell(point, _told(task, value))
        found.append((value, point))
    return found


def measure(index: int, seeds: int) -> Measured:
    """All runs of one task."""
    best, worst, best_value = reference(index)
    curves = {
        p: [curve(index, p, seed, best, worst) for seed in range(_FIRST_SEED, _FIRST_SEED + seeds)]
        for p in Place
    }
    return Measured(suite()[index].name, best_value, curves)


def curve(
    index: int, place: Place, seed: int, best: Point, worst: Point, trials: int = TRIALS
) -> list[float]:
    """Best value after each trial of one run, smaller is better."""
    task = suite()[index]
    space = space_of(task)
    expected = beliefs_at(space, place, best, worst, seed)
    search = AskTell(space, Goal(task.goal), seed, expected)
    reached, found = math.inf, []
    for number in range(1, trials + 1):
        point = _random_point(space, seed, number) if place is Place.RANDOM else search.ask()
        if point is not None:
            value = _value(task, point)
            if place is not Place.RANDOM:
                search.tell(point, _told(task, value))
            reached = min(reached, value)
        found.append(reached)
    return found


def beliefs_at(
    space: SearchSpace, place: Place, best: Point, worst: Point, seed: int
) -> Mapping[str, Belief]:
    """A belief about each parameter, without “within”."""
    if place in (Place.NONE, Place.RANDOM):
        return {}
    if place is Place.WORST:
        return {name: Belief(around=value) for name, value in worst.items()}
    if place is Place.BEST:
        return {name: Belief(around=value) for name, value in best.items()}
    rng = np.random.default_rng(20_000 + seed)
    moved: dict[str, Belief] = {}
    for spec in space.specs:
        value = best[spec.name]
        if not isinstance(spec, CategoricalSpec):
            unit, step = to_unit(spec, value), _TENTH * (1 if rng.random() < 0.5 else -1)
            step = step if 0.0 <= unit + step <= 1.0 else -step
            value = _number_at(spec, unit + step)
        moved[spec.name] = Belief(around=value)
    return moved


def summary(measured: Sequence[Measured]) -> str:
    """Scores by place of the belief and number of trials, and by task after ten and fifty trials."""
    places = [p for p in Place if p is not Place.RANDOM]
    lines = ["| belief | " + " | ".join(f"after {m}" for m in MOMENTS) + " |", "|---" * 5 + "|"]
    for place in places:
        cells = []
        for moment in MOMENTS:
            scores = [each.scores(place, moment) for each in measured]
            error = math.sqrt(sum(s.var(ddof=1) / len(s) for s in scores)) / len(scores)
            cells.append(f"{np.mean([s.mean() for s in scores]):.2f} ± {error:.2f}")
        lines.append(f"| {place} | " + " | ".join(cells) + " |")
    for moment in (10, TRIALS):
        lines += ["", f"| task, after {moment} | " + " | ".join(places) + " |", "|---" * 5 + "|"]
        for each in measured:
            found = [f"{each.scores(place, moment).mean():.2f}" for place in places]
            lines.append(f"| {each.task} | " + " | ".join(found) + " |")
    return "\n".join(lines) + "\n"


def _told(task: Task, value: float) -> float | None:
    return None if math.isinf(value) else -value if task.goal == "MAXIMIZE" else value


def _value(task: Task, values: Values) -> float:
    value = task.objective(values)
    sign = -1.0 if task.goal == "MAXIMIZE" else 1.0
    return sign * value if math.isfinite(value) else math.inf


def _random_point(space: SearchSpace, seed: int, number: int) -> Point:
    point = suggest(space, Goal.MINIMIZE, [], seed, number, algorithm=Algorithm.RANDOM).parameters
    assert point is not None
    return point


def _distance(space: SearchSpace, a: Point, b: Point) -> float:
    rows = space.row(a) - space.row(b)
    rows[list(space.categorical)] = rows[list(space.categorical)] != 0
    return float(np.abs(rows).sum())


def _number_at(spec: Any, unit: float) -> Any:
    """The value at a coordinate, for a list any number between its ends."""
    if not isinstance(spec, DiscreteSpec):
        return from_unit(spec, unit)
    low, high = range_of(spec)
    return low * (high / low) ** unit if scale_of(spec) is Scale.LOG else low + (high - low) * unit
