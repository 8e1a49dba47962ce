"""The search as an ask-and-tell object, for benchmarks that run optimisers side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bayescore.config.models import PARAMETER_SPECS, Goal
from bayescore.search.space import Point, SearchSpace
from bayescore.search.suggest import suggest
from bayescore.search.suggestion import Observation, Outcome


class AskTell:
    """Keeps the trials of one run and calls :func:`suggest`."""

    def __init__(self, space: SearchSpace, goal: Goal, seed: int) -> None:
        self._space, self._goal, self._seed = space, goal, seed
        self._asked: list[Point] = []
        self._told: dict[int, float | None] = {}

    def ask(self) -> Point | None:
        """Next parameters; ``None`` when nothing is left to try."""
        trials = [self._observation(i) for i in range(len(self._asked))]
        suggestion = suggest(self._space, self._goal, trials, self._seed, len(self._asked) + 1)
        if suggestion.parameters is not None:
            self._asked.append(suggestion.parameters)
        return suggestion.parameters

    def tell(self, parameters: Mapping[str, Any], value: float | None) -> None:
        """Report an objective; ``None`` for a failed trial."""
        key = self._space.key(parameters)
        pending = (i for i, p in enumerate(self._asked) if i not in self._told and self._space.key(p) == key)
        self._told[next(pending)] = value

    def _observation(self, index: int) -> Observation:
        if index not in self._told:
            return Observation(self._asked[index], Outcome.RUNNING)
        value = self._told[index]
        outcome = Outcome.FAILED if value is None else Outcome.FINISHED
        return Observation(self._asked[index], outcome, value)


def bayesian(specs: Sequence[Mapping[str, Any]], goal: str, seed: int, parallel: int) -> AskTell:
    """Bayesian search over ``parameter_specs`` as they stand in a file.

    Parameters
    ----------
    parallel
        Trials pending at a time; the search sees them and needs no number in advance.
    """
    del parallel
    return AskTell(SearchSpace(PARAMETER_SPECS.validate_python(list(specs))), Goal(goal), seed)
