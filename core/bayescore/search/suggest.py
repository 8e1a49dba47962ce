"""The next suggestion, by the algorithm of the job."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from bayescore.config.beliefs import Belief
from bayescore.config.models import Algorithm, Goal
from bayescore.search.beliefs import Beliefs
from bayescore.search.model_free import EXHAUSTED, next_on_grid, next_random
from bayescore.search.records import Observation, Suggestion
from bayescore.search.space import Key, SearchSpace

_NOTHING: Mapping[str, Belief] = MappingProxyType({})


def suggest(
    space: SearchSpace,
    goal: Goal,
    trials: Sequence[Observation],
    seed: int,
    number: int,
    *,
    algorithm: Algorithm = Algorithm.BAYESIAN,
    stop_when_exhausted: bool = False,
    expected: Mapping[str, Belief] = _NOTHING,
) -> Suggestion:
    """Choose the parameters of the next trial. A pure function of its arguments.

    Parameters
    ----------
    space
        Parameters and their ranges.
    goal
        Whether a larger or a smaller objective is better.
    trials
        All trials of the job so far, and of earlier jobs those that count as history.
    seed, number
        The job's seed and the number of the new trial, from 1. Together they fix all randomness.
    stop_when_exhausted
        Whether the Bayesian search may end the job when it predicts no further gain.
    expected
        Where the best value of a parameter is believed to be, by name; a grid does not use it.

    Returns
    -------
    Suggestion
        Parameters in file order, or the reason why there are none.
    """
    used = used_keys(space, trials)
    total = space.combinations()
    if algorithm is Algorithm.GRID:
        return next_on_grid(space, used)
    beliefs = Beliefs(space, expected)
    if algorithm is Algorithm.RANDOM:
        return next_random(space, used, seed, number, beliefs)
    if total is not None and total <= len(used) and next_random(space, used, seed, number) == EXHAUSTED:
        return EXHAUSTED
    from bayescore.search.bayesian import next_bayesian  # SciPy loads slowly

    return next_bayesian(
        space, used, seed, number, goal, trials, beliefs, stop_when_exhausted=stop_when_exhausted
    )


def used_keys(space: SearchSpace, trials: Sequence[Observation]) -> set[Key]:
    """Keys of the trials' points; trials of a different space are left out."""
    used: set[Key] = set()
    for trial in trials:
        try:
            used.add(space.key(trial.parameters))
        except KeyError:
            continue
    return used
