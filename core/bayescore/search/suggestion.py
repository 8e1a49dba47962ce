"""What the search is told and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bayescore.search.space import Point


class Outcome(StrEnum):
    """How far a trial has come, as far as the search is concerned."""

    FINISHED = "finished"
    FAILED = "failed"
    RUNNING = "running"
    STOPPED = "stopped"  # by the user or by chance: not to be repeated, and nothing to learn from


class Origin(StrEnum):
    """Where a suggestion comes from."""

    INITIAL = "initial"
    MODEL = "model"
    GRID = "grid"
    RANDOM = "random"
    HISTORY = "history"


class ExhaustedReason(StrEnum):
    """Why there is nothing left to try."""

    ALL_COMBINATIONS = "all_combinations"
    NOTHING_TO_GAIN = "nothing_to_gain"


@dataclass(frozen=True)
class Observation:
    """A trial as the search sees it.

    Attributes
    ----------
    value
        Objective; only finite values of finished trials count.
    origin
        ``Origin.HISTORY`` for a trial of an earlier job.
    """

    parameters: Mapping[str, object]
    outcome: Outcome
    value: float | None = None
    origin: Origin | None = None


class Why(StrEnum):
    """What a suggestion of the model is for."""

    BEST_GUESS = "best_guess"
    NEAR_BEST = "near_best"
    EXPLORING = "exploring"


@dataclass(frozen=True)
class Prediction:
    """What the model expects of a suggestion, in the objective's unit, and what it is for."""

    mean: float
    deviation: float
    why: Why


@dataclass(frozen=True)
class Outlook:
    """Gain over the best so far that some more trials can be expected to bring.

    Attributes
    ----------
    gain
        Expected, in the objective's unit, at least 0.
    low, high
        Four out of five times it lies between these.
    trials
        Number of trials that are meant.
    """

    gain: float
    low: float
    high: float
    trials: int


@dataclass(frozen=True)
class Suggestion:
    """The next parameters to try, or why there are none.

    Attributes
    ----------
    parameters
        Name to value in file order; ``None`` when exhausted.
    prediction, outlook
        Where a model was asked: what it expects of this trial, and of going on.
    """

    parameters: Point | None
    origin: Origin | None = None
    prediction: Prediction | None = None
    outlook: Outlook | None = None
    exhausted: ExhaustedReason | None = None
