"""One call: what to try next."""

from __future__ import annotations

from collections.abc import Sequence

from bayescore.config.models import Algorithm, Goal
from bayescore.search.enumerated import EXHAUSTED, next_on_grid, next_random
from bayescore.search.space import Key, SearchSpace
from bayescore.search.suggestion import Observation, Suggestion


def suggest(
    space: SearchSpace,
    goal: Goal,
    trials: Sequence[Observation],
    seed: int,
    number: int,
    *,
    algorithm: Algorithm = Algorithm.BAYESIAN,
    stop_when_exhausted: bool = False,
) -> Suggestion:
    """Parameters of the next trial, as a pure function of its arguments.

    Parameters
    ----------
    space
        What may be tried.
    goal
        Whether a larger or a smaller objective is better.
    trials
        Every trial so far, and of earlier jobs those that count as history.
    seed, number
        The job's seed and the new trial's number (from 1); they fix all randomness.
    stop_when_exhausted
        Whether the Bayesian model may say that nothing is left to gain.

    Returns
    -------
    Suggestion
        Parameters in file order, or the reason why there are none.
    """
    used = used_keys(space, trials)
    total = space.combinations()
    if algorithm is Algorithm.GRID:
        return next_on_grid(space, used)
    if algorithm is Algorithm.RANDOM:
        return next_random(space, used, seed, number)
    if total is not None and total <= len(used) and next_random(space, used, seed, number) == EXHAUSTED:
        return EXHAUSTED
    from bayescore.search.bayesian import propose  # SciPy loads slowly

    return propose(space, goal, trials, seed, number, used, stop_when_exhausted=stop_when_exhausted)


def used_keys(space: SearchSpace, trials: Sequence[Observation]) -> set[Key]:
    """Points that need not be tried again; trials of a different space are left out."""
    used: set[Key] = set()
    for trial in trials:
        try:
            used.add(space.key(trial.parameters))
        except KeyError:
            continue
    return used
