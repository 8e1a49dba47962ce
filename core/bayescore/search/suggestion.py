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


@dataclass(frozen=True)
class Suggestion:
    """The next parameters to try, or why there are none.

    Attributes
    ----------
    parameters
        Name to value in file order; ``None`` when exhausted.
    expected_gain
        Expected improvement over the best so far, in the objective's unit, where a
        model was asked.
    """

    parameters: Point | None
    origin: Origin | None = None
    expected_gain: float | None = None
    exhausted: ExhaustedReason | None = None
