"""What early stopping would have saved: the trials of an ended job once more, on a simulated clock.

Each trial has its real curve and duration. The trials begin in their real order, on as many slots as the
job had; one that is stopped frees its slot early. The search would have suggested other parameters for
later trials, which nobody knows, so the trials are those that ran.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bayescore.config import EarlyStopping, Goal
from bayescore.results.best import best
from bayescore.results.curve_reader import CurveReader
from bayescore.results.objective_series import TimedCurve
from bayescore.results.simulated_job import SimulatedJob, SimulatedTrial
from bayescore.search import SearchSpace
from bayescore.search.curves import Curve, CurveVerdict, StopRule, judge_curve
from bayescore.store import Database, Job, Trial

MOST_VERDICTS = 2000  # of one replay: each may take a third of a second


class Judge(Protocol):
    """The rule of early stopping; see :func:`bayescore.search.curves.judge_curve`."""

    def __call__(
        self,
        space: SearchSpace,
        goal: Goal,
        curves: Sequence[Curve],
        index: int,
        rule: StopRule,
        seed: int,
        /,
        *,
        since: int,
    ) -> CurveVerdict: ...


@dataclass(frozen=True)
class ReplayWatcher:
    """How a replay reports its progress, and learns that it is to end.

    Attributes
    ----------
    progress
        Called with the number of verdicts that are done and the number of all.
    cancelled
        Called before each verdict; the replay ends when it returns true.
    """

    progress: Callable[[int, int], None] = lambda _done, _total: None
    cancelled: Callable[[], bool] = lambda: False


@dataclass(frozen=True)
class Replay:
    """An ended job with early stopping and without.

    Attributes
    ----------
    seconds, seconds_stopping
        Duration of the job without early stopping and with it. The time in which no trial ran is left out.
    trial_seconds, trial_seconds_stopping
        Sum of the trials' durations.
    count
        Number of trials that ran.
    stopped
        Numbers of the trials that would have been stopped.
    best, best_stopping
        The best trial without early stopping, and the best of those that would have run to their ends.
    """

    seconds: float
    seconds_stopping: float
    trial_seconds: float
    trial_seconds_stopping: float
    count: int
    stopped: tuple[int, ...]
    best: Trial | None
    best_stopping: Trial | None

    @property
    def keeps_best(self) -> bool:
        """Whether the best trial would have been the same."""
        return self.best == self.best_stopping


def read_curves(
    database: Database, job: Job, found: Sequence[Trial], watcher: ReplayWatcher
) -> dict[int, TimedCurve] | None:
    """Reports of the objective by row id of the trial; ``None`` when the watcher has cancelled.

    Parameters
    ----------
    found
        All trials of the job.
    """
    reader = CurveReader(database, job)
    while not reader.read():
        if watcher.cancelled():
            return None
    return {trial.id: reader.timed(trial) for trial in found if reader.count(trial)}


def replay(
    job: Job,
    found: Sequence[Trial],
    curves: Mapping[int, TimedCurve],
    watcher: ReplayWatcher,
    judge: Judge = judge_curve,
) -> Replay | None:
    """Replay an ended job with early stopping.

    A trial is judged after its reports, as by the engine. When that would be more than ``MOST_VERDICTS``
    verdicts, the trials are judged less often.

    Parameters
    ----------
    found
        All trials of the job.
    curves
        See :func:`read_curves`.

    Returns
    -------
    Replay or None
        ``None`` when the watcher has cancelled.
    """
    settings = job.local.early_stopping or EarlyStopping()
    rule = StopRule(settings.min_steps, settings.confidence)
    tuning, seed = job.config.hyper_tuning, job.submission.seed
    space = SearchSpace(tuning.parameter_specs)
    simulated = SimulatedJob(found, curves, MOST_VERDICTS)
    for judged, moment in simulated.reports():
        if watcher.cancelled():
            return None
        shown = [(trial, trial.curve_at(moment)) for trial in simulated.begun]
        known = [(trial, curve) for trial, curve in shown if curve is not None]
        index = next(i for i, (trial, _) in enumerate(known) if trial is judged)
        curves_shown = [curve for _, curve in known]
        verdict = judge(space, tuning.goal, curves_shown, index, rule, seed, since=judged.judged_at)
        judged.judged_at = curves_shown[index].steps[-1]
        if verdict.stop is not None:
            judged.stop(moment)
        watcher.progress(simulated.reports_done, simulated.report_count)
    return _summary(simulated.trials, found, tuning.goal)


def _summary(ran: Sequence[SimulatedTrial], found: Sequence[Trial], goal: Goal) -> Replay:
    stopped = {each.trial.number for each in ran if each.is_stopped}
    return Replay(
        seconds=max((each.real_start + each.seconds for each in ran), default=0.0),
        seconds_stopping=max((each.end for each in ran), default=0.0),
        trial_seconds=sum(each.seconds for each in ran),
        trial_seconds_stopping=sum(each.end - each.start for each in ran),
        count=len(ran),
        stopped=tuple(sorted(stopped)),
        best=best(found, goal),
        best_stopping=best([trial for trial in found if trial.number not in stopped], goal),
    )
