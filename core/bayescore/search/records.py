"""Input and output of the search: observed trials and suggestions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bayescore.search.space import Point


class Outcome(StrEnum):
    """State of a trial, as far as the search distinguishes it."""

    FINISHED = "finished"
    STOPPED_EARLY = "stopped_early"  # its objective is a forecast
    FAILED = "failed"
    RUNNING = "running"
    STOPPED = "stopped"  # cancelled or lost: not repeated, and not used to fit the model


class Origin(StrEnum):
    """How a suggestion was made."""

    INITIAL = "initial"
    MODEL = "model"
    GRID = "grid"
    RANDOM = "random"
    HISTORY = "history"
    KNOWN = "known"  # a set of the file, that the researcher wants to be run
    BASELINE = "baseline"  # the same, to compare with
    BY_HAND = "by_hand"  # added to a job that had begun


class ExhaustedReason(StrEnum):
    """Why there is no further suggestion."""

    ALL_COMBINATIONS = "all_combinations"
    NOTHING_TO_GAIN = "nothing_to_gain"


@dataclass(frozen=True)
class Observation:
    """A trial as the search sees it.

    Attributes
    ----------
    value
        Objective. Used only when it is finite and the trial finished or was stopped early.
    deviation
        Standard deviation of ``value`` if it is a forecast, else 0.
    origin
        ``Origin.HISTORY`` for a trial of an earlier job.
    """

    parameters: Mapping[str, object]
    outcome: Outcome
    value: float | None = None
    origin: Origin | None = None
    deviation: float = 0.0


class Why(StrEnum):
    """Purpose of a suggestion of the model."""

    BEST_GUESS = "best_guess"
    NEAR_BEST = "near_best"
    EXPLORING = "exploring"


@dataclass(frozen=True)
class Prediction:
    """Predicted objective of a suggestion, with its standard deviation, and the suggestion's purpose."""

    mean: float
    deviation: float
    why: Why


@dataclass(frozen=True)
class GainForecast:
    """Predicted improvement of the best objective by further trials.

    Attributes
    ----------
    gain
        Expected improvement, in the objective's unit, at least 0.
    low, high
        Ends of an interval that holds the improvement with a probability of 80 %.
    trials
        Number of further trials.
    """

    gain: float
    low: float
    high: float
    trials: int


@dataclass(frozen=True)
class Suggestion:
    """Parameters of the next trial, or the reason why there are none.

    Attributes
    ----------
    parameters
        Values by name, in file order; ``None`` when the search is exhausted.
    prediction, forecast
        The model's prediction for this trial and its forecast for the next ones; ``None`` when no
        model was fitted.
    """

    parameters: Point | None
    origin: Origin | None = None
    prediction: Prediction | None = None
    forecast: GainForecast | None = None
    exhausted: ExhaustedReason | None = None
