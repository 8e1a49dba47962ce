"""Several jobs side by side: their curves, and the rows of the tables that compare them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from bayescore.i18n import _
from bayescore.results import best, best_so_far, differences, history
from bayescore.store import Job, Trial, TrialState
from bayescore.times import parsed
from bayesdesk.models.curves import Array
from bayesdesk.models.formatting import MARKS, number, state_word

JobTrials = tuple[Job, Sequence[Trial]]
_FAILED = (TrialState.FAILED, TrialState.LOST)


class By(StrEnum):
    """What the curves of jobs are drawn over."""

    TRIALS = "trials"
    HOURS = "hours"
    GPU_HOURS = "gpu_hours"


@dataclass(frozen=True)
class Row:
    """A row of a table: a heading, a text for each job, and whether the texts differ."""

    name: str
    values: list[str]

    @property
    def differs(self) -> bool:
        """Whether the jobs differ in it."""
        return len(set(self.values)) > 1


@dataclass(frozen=True)
class Curve:
    """Values of a job: ``x`` and ``y`` of shape (n,), and the x at which its last trial ended."""

    x: Array
    y: Array
    end: float

    def corners(self) -> tuple[Array, Array]:
        """The line that keeps each value until the next one; two corners for each value."""
        ends = np.append(self.x[1:], max(self.end, self.x[-1])) if len(self.x) else self.x
        return np.stack([self.x, ends], axis=1).reshape(-1), np.repeat(self.y, 2)


def curve_of(job: Job, trials: Sequence[Trial], by: By, *, every: bool = False) -> Curve:
    """Best values so far of a job, or ``every`` value, over trials, hours or GPU hours.

    Hours pass from the start of the first trial; GPU hours are those of all trials that have ended before.
    """
    places = _places(trials, by)
    steps = _steps(job, trials, by, every=every)
    placed = sorted((places[t.id], t.value) for t in steps if t.id in places and t.value is not None)
    x, y = (np.array([pair[i] for pair in placed], dtype=np.float64) for i in (0, 1))
    return Curve(x, y, max(places.values(), default=0.0))


def _steps(job: Job, trials: Sequence[Trial], by: By, *, every: bool) -> Sequence[Trial]:
    if every:
        return [t for t in trials if best([t], job.config.hyper_tuning.goal) is not None]
    in_order = best_so_far if by is By.TRIALS else history
    return in_order(trials, job.config.hyper_tuning.goal)


def _places(trials: Sequence[Trial], by: By) -> dict[int, float]:
    """Where each ended trial is on the axis, by its id."""
    if by is By.TRIALS:
        return {t.id: float(t.number) for t in trials if t.state.ended}
    timed = [(t, parsed(t.started_at), parsed(t.ended_at)) for t in trials if t.started_at and t.ended_at]
    if not timed:
        return {}
    first = min(start for _t, start, _end in timed)
    places, used = {}, 0.0
    for trial, start, end in sorted(timed, key=lambda each: each[2]):
        used += (end - start).total_seconds() / 3600 * len(trial.gpus)
        places[trial.id] = used if by is By.GPU_HOURS else (end - first).total_seconds() / 3600
    return places


def has_gpus(trials: Sequence[Trial]) -> bool:
    """Whether a trial of the job has run on a GPU."""
    return any(t.gpus for t in trials)


def best_rows(found: Sequence[JobTrials]) -> list[Row]:
    """State, number of trials and best value of each job, then the parameters of the best trials."""
    winners = [best(trials, job.config.hyper_tuning.goal) for job, trials in found]
    rows = [
        Row(_("State"), [state_word(job.state) for job, _trials in found]),
        Row(_("Trials"), [_count(trials) for _job, trials in found]),
        Row(_("Best"), [f"{number(w.value)}  #{w.number}" if w else "–" for w in winners]),
    ]
    names = dict.fromkeys(n for w in winners if w for n in w.parameters)
    for name in names:
        values = [number(w.parameters[name]) if w and name in w.parameters else "–" for w in winners]
        rows.append(Row(name, values))
    return rows


def difference_rows(found: Sequence[JobTrials]) -> list[Row]:
    """Settings that differ between the jobs."""
    different = differences([job for job, _trials in found]) if len(found) > 1 else ()
    return [Row(d.setting, list(d.values)) for d in different]


def _count(trials: Sequence[Trial]) -> str:
    ended = sum(t.state.ended for t in trials)
    counts = Counter(MARKS[TrialState.FAILED] if t.state in _FAILED else MARKS[t.state] for t in trials)
    marked = (MARKS[TrialState.FAILED], MARKS[TrialState.STOPPED_EARLY])
    parts = [f"{counts[mark]} {mark}" for mark in marked if counts[mark]]
    return f"{ended} ({', '.join(parts)})" if parts else f"{ended}"
