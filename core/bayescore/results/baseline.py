"""The trial that a job is compared with: the program's defaults, or one that the user chose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bayescore.config import Goal
from bayescore.i18n import Text, text
from bayescore.results.best import best, counts
from bayescore.search.records import Origin
from bayescore.store import Job, Trial


@dataclass(frozen=True)
class Baseline:
    """The trial to compare with.

    Attributes
    ----------
    is_chosen
        Whether the user chose it; else it is the baseline of the settings.
    """

    trial: Trial
    is_chosen: bool

    @property
    def value(self) -> float | None:
        """Its objective; ``None`` while it has none."""
        return self.trial.value if counts(self.trial) else None


def baseline_of(job: Job, trials: Sequence[Trial]) -> Baseline | None:
    """The trial that others are compared with; ``None`` for a job without one."""
    if job.baseline is not None:
        return next((Baseline(t, is_chosen=True) for t in trials if t.number == job.baseline), None)
    return next((Baseline(t, is_chosen=False) for t in trials if t.origin == Origin.BASELINE), None)


def gain_text(job: Job, trials: Sequence[Trial]) -> Text | None:
    """What the best trial gained over the baseline; ``None`` while one of them has no value."""
    goal = job.config.hyper_tuning.goal
    base, winner = baseline_of(job, trials), best(trials, goal)
    if base is None or base.value is None or winner is None or winner.value is None:
        return None
    gain = winner.value - base.value if goal is Goal.MAXIMIZE else base.value - winner.value
    number = base.trial.number
    if gain <= 0 and base.is_chosen:
        return text("not better than trial {number}", number=number)
    if gain <= 0:
        return text("not better than your defaults")
    if base.is_chosen:
        return text("{gain} better than trial {number}", gain=f"{gain:.3g}", number=number)
    return text("{gain} better than your defaults", gain=f"{gain:.3g}")
