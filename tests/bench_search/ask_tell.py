"""The Bayesian search with an ask-and-tell interface, for benchmarks that compare optimisers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bayescore.config import PARAMETER_SPECS, Goal
from bayescore.search import Observation, Outcome, Point, SearchSpace, suggest


class AskTell:
    """One run: stores the trials and calls :func:`bayescore.search.suggest`."""

    def __init__(self, space: SearchSpace, goal: Goal, seed: int) -> None:
        self._space, self._goal, self._seed = space, goal, seed
        self._points: list[Point] = []
        self._values: dict[int, float | None] = {}  # by the point's index; None for a failed trial

    def ask(self) -> Point | None:
        """Next parameters; ``None`` when nothing is left to try."""
        trials = [self._observation(i) for i in range(len(self._points))]
        suggestion = suggest(self._space, self._goal, trials, self._seed, len(self._points) + 1)
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
