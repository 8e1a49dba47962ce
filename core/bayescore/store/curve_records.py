"""Why a trial is stopped before its end, with the forecast behind it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from enum import StrEnum


@dataclass(frozen=True)
class EndForecast:
    """Forecast of the objective that a trial has at its end, made while it was running.

    Attributes
    ----------
    step, steps
        Report after which it was made, and the expected number of reports.
    mean, deviation
        Of the objective at the end.
    low, high
        80 % interval.
    best
        Best objective of the ended trials; ``None`` if there was none.
    chance
        Probability that the trial becomes the best.
    """

    step: int
    steps: int
    mean: float
    deviation: float
    low: float
    high: float
    best: float | None
    chance: float


class StopCause(StrEnum):
    """Why a trial is stopped before its end."""

    HOPELESS = "hopeless"
    DIVERGED = "diverged"
    BUDGET = "budget"  # the job's time is used up
    PAUSE = "pause"  # the job is paused; the trial begins again later


@dataclass(frozen=True)
class CurveRecord:
    """What early stopping and pauses say of one attempt of a trial.

    Attributes
    ----------
    stop
        Why the attempt is stopped. It is stored before the program is asked to end.
    step
        Report after which it was stopped.
    runs_whole
        Whether the user wants it to run to its end.
    resumes
        Whether it begins in the folder of the attempt before it, which a pause has ended.
    losses
        Number of attempts before it whose program disappeared, since a user last ran the trial.
    """

    forecast: EndForecast | None = None
    stop: StopCause | None = None
    step: int | None = None
    runs_whole: bool = False
    resumes: bool = False
    losses: int = 0

    def to_json(self) -> str | None:
        """For the store; ``None`` if it says nothing."""
        found = {name: value for name, value in asdict(self).items() if value}
        return json.dumps(found) if found else None

    @classmethod
    def from_json(cls, written: str | None) -> CurveRecord:
        """What :meth:`to_json` returned."""
        found = json.loads(written) if written else {}
        if "forecast" in found:
            found["forecast"] = EndForecast(**found["forecast"])
        if "stop" in found:
            found["stop"] = StopCause(found["stop"])
        return cls(**found)
