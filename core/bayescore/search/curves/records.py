"""Input and output of early stopping: curves of trials, forecasts of their ends, verdicts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class CurveState(StrEnum):
    """What is known about the end of a curve."""

    RUNNING = "running"
    WHOLE = "whole"  # the program ran to its end: its last value is the trial's objective
    CUT = "cut"  # it was stopped, or it failed: its end is not known


@dataclass(frozen=True)
class Curve:
    """The objective of one trial, report by report.

    Attributes
    ----------
    parameters
        Of the trial.
    steps
        Numbers of the reports that are kept, increasing, the first report being 1. The last report is
        always among them.
    values
        The objective at these reports, in the objective's own unit and direction; not always finite.
    seconds
        Time from the start of the trial to its last report.
    is_earlier
        Whether the trial is one of an earlier job: it teaches how curves continue, but is not to be beaten.
    """

    parameters: Mapping[str, object]
    steps: tuple[int, ...]
    values: tuple[float, ...]
    state: CurveState
    seconds: float = 0.0
    is_earlier: bool = False


@dataclass(frozen=True)
class CurveForecast:
    """Forecast of the objective that a running trial would have at its end.

    Attributes
    ----------
    step
        Report after which the forecast was made.
    steps
        Expected number of reports of the whole trial.
    mean, deviation
        Of the objective at the end: the median, and the standard deviation of a normal distribution
        whose better half is as wide. The better side decides whether the search returns to a region.
    low, high
        Ends of the interval that holds it with a probability of 80 %.
    best
        Best objective of the trials that have ended; ``None`` if there is none.
    chance
        Probability that this trial ends better than ``best``. The probability that it is the best at the
        end of the job is at most that.
    """

    step: int
    steps: int
    mean: float
    deviation: float
    low: float
    high: float
    best: float | None
    chance: float


class StopReason(StrEnum):
    """Why a trial is stopped early."""

    HOPELESS = "hopeless"
    DIVERGED = "diverged"  # its objective is not finite and does not become finite again


@dataclass(frozen=True)
class StopRule:
    """Settings of early stopping.

    Attributes
    ----------
    min_steps
        Number of reports before which no trial is stopped; ``None`` lets the rule choose.
    confidence
        A trial is stopped when the chance to beat the best is below 1 minus this; between 0.5 and 1.
    """

    min_steps: int | None = None
    confidence: float = 0.97


@dataclass(frozen=True)
class CurveVerdict:
    """What early stopping says of a running trial.

    Attributes
    ----------
    forecast
        ``None`` while too little is known for one.
    stop
        ``None`` if the trial continues.
    """

    forecast: CurveForecast | None = None
    stop: StopReason | None = None
