"""How a trial ended, and whether its job ends. Pure functions."""

from __future__ import annotations

import math
import signal
from collections.abc import Sequence
from dataclasses import dataclass

from bayescore.config import Goal, ObjectiveRule
from bayescore.i18n import Text, ntext, text
from bayescore.store import CurveRecord, Job, JobState, StopCause, Trial, TrialState
from bayescore.trials.runners import Exit

_FIRST_FAILED = 3
_FAILED_IN_A_ROW = 5
_SMALL_CHANCE = 0.001  # smaller ones are not told apart
LOST_RETRIES = 2  # more attempts of a trial whose program disappears


@dataclass(frozen=True)
class Verdict:
    """The state in which a trial ended, the reason, and its objective."""

    state: TrialState
    reason: Text | None = None
    value: float | None = None


@dataclass(frozen=True)
class JobEnd:
    """The state in which a job ends, and the reason."""

    state: JobState
    reason: Text | None = None


def objective(values: Sequence[float], goal: Goal, rule: ObjectiveRule) -> float | None:
    """A trial's objective from the values that it reported; ``None`` if it reported none.

    It is the last value, or with ``ObjectiveRule.BEST`` the best finite one.
    """
    if not values:
        return None
    finite = [v for v in values if math.isfinite(v)]
    if rule is ObjectiveRule.BEST and finite:
        return max(finite) if goal is Goal.MAXIMIZE else min(finite)
    return values[-1]


def judge_trial(
    ended: Exit,
    value: float | None,
    job: Job,
    *,
    curve: CurveRecord,
    stopped: bool,
    unkept: bool,
    log_tail: str,
) -> Verdict:
    """How a trial has ended.

    Parameters
    ----------
    curve
        What early stopping has stored with the trial. If it stops the trial, that is how the trial has
        ended, whatever the program did last.
    stopped
        Whether the trial was cancelled.
    unkept
        Whether some of its reports arrived while the store could not be written.
    """
    if curve.stop is StopCause.PAUSE:
        reason = text("Ended because the job was paused; it begins again when the job is resumed.")
        return Verdict(TrialState.CANCELLED, reason)
    if curve.stop is not None:
        return Verdict(TrialState.STOPPED_EARLY, stop_reason(curve, job), value)
    if stopped:
        return Verdict(TrialState.CANCELLED)
    if ended.timed_out:
        seconds = job.local.trial_timeout or 0
        return Verdict(TrialState.FAILED, text("It ran longer than {seconds:g} s.", seconds=seconds), value)
    if ended.out_of_memory:
        return Verdict(TrialState.FAILED, text("It ran out of memory."), value)
    if ended.gone_with:
        return Verdict(
            TrialState.LOST, text("Its node {node} left the cluster.", node=ended.gone_with), value
        )
    if ended.code is None:
        return Verdict(TrialState.LOST, text("Its program disappeared, so its exit code is unknown."), value)
    if ended.code != 0:
        return Verdict(TrialState.FAILED, _exit_reason(ended.code, log_tail), value)
    if value is None and unkept:
        return Verdict(TrialState.LOST, text("Its reports arrived while the store could not be written."))
    if value is None:
        return Verdict(
            TrialState.FAILED, text("It ended without reporting the metric “{metric}”.", metric=job.metric)
        )
    return Verdict(TrialState.SUCCEEDED, None, value)


def stop_reason(curve: CurveRecord, job: Job) -> Text:
    """Why a trial was stopped early."""
    forecast = curve.forecast
    if curve.stop is StopCause.BUDGET:
        return text("Stopped because the time of the job was used up.")
    if curve.stop is StopCause.DIVERGED or forecast is None:
        return text(
            "Stopped at step {step}: “{metric}” is no longer a finite number.",
            step=curve.step or 0,
            metric=job.metric,
        )
    return text(
        "Stopped at step {step} of about {steps}: expected to end at {mean:.4g} ± {deviation:.2g}; "
        "the best is {best:.4g}; chance to beat it {chance} %.",
        step=forecast.step,
        steps=forecast.steps,
        mean=forecast.mean,
        deviation=forecast.deviation,
        best=forecast.best if forecast.best is not None else math.nan,
        chance=f"{100.0 * forecast.chance:.1f}" if forecast.chance >= _SMALL_CHANCE else "< 0.1",
    )


def _exit_reason(code: int, log_tail: str) -> Text:
    number = -code if code < 0 else code - 128
    try:
        name = signal.Signals(number).name if number > 0 else ""
    except ValueError:
        name = ""
    if name and log_tail:
        return text("Ended by {signal}. Its last lines: {tail}", signal=name, tail=log_tail)
    if name:
        return text("Ended by {signal}.", signal=name)
    if log_tail:
        return text("Exit code {code}. Its last lines: {tail}", code=code, tail=log_tail)
    return text("Exit code {code}.", code=code)


def judge_job(
    job: Job,
    trials: Sequence[Trial],
    *,
    metric_seen: bool,
    exhausted: Text | None,
    has_time: bool = True,
) -> JobEnd | None:
    """How the job ends, by its trials so far; ``None`` if it continues.

    Parameters
    ----------
    metric_seen
        Whether any trial has ever reported the objective.
    exhausted
        Why the search has nothing left to suggest; ``None`` while it has.
    has_time
        Whether the job's budget has time for another trial.
    """
    this_run = [t for t in trials if t.state.ended and (t.ended_at or "") > job.run_since]
    without_metric = [
        t for t in this_run if t.state is TrialState.FAILED and t.exit_code == 0 and t.value is None
    ]
    if without_metric and not metric_seen:
        return JobEnd(
            JobState.NO_METRIC,
            text(
                "Trial {number} exited without an error, but no trial has reported “{metric}”.",
                number=without_metric[0].number,
                metric=job.metric,
            ),
        )
    if end := _too_many_failures(job, this_run):
        return end
    if any(not t.state.ended for t in trials):
        return None
    if not has_time and (len(trials) < job.max_trials or _is_cut_short(this_run)):
        end = _finished(trials)
        used_up = text("The time of the job is used up.")
        return JobEnd(end.state, used_up) if end.state is JobState.SUCCEEDED else end
    if len(trials) >= job.max_trials:
        return _finished(trials)
    if exhausted is not None:
        succeeded = any(t.state is TrialState.SUCCEEDED for t in trials)
        return JobEnd(JobState.EXHAUSTED, exhausted) if succeeded or not trials else _finished(trials)
    return None


def _too_many_failures(job: Job, this_run: Sequence[Trial]) -> JobEnd | None:
    ended = sorted((t for t in this_run if t.state in (TrialState.SUCCEEDED, TrialState.FAILED)), key=_end)
    failed = [t for t in ended if t.state is TrialState.FAILED]
    most = job.local.max_failed_trials
    if most is not None:
        if len(failed) < most:
            return None
        what = ntext("{count} trial has failed.", "{count} trials have failed.", len(failed))
        return _failed(what, failed[-1])
    first, last = ended[:_FIRST_FAILED], ended[-_FAILED_IN_A_ROW:]
    if len(first) == _FIRST_FAILED and all(t in failed for t in first):
        return _failed(text("The first {count} trials have failed.", count=_FIRST_FAILED), failed[-1])
    if len(last) == _FAILED_IN_A_ROW and all(t in failed for t in last):
        return _failed(text("{count} trials in a row have failed.", count=_FAILED_IN_A_ROW), failed[-1])
    return None


def _is_cut_short(this_run: Sequence[Trial]) -> bool:
    return any(t.curve.stop is StopCause.BUDGET for t in this_run)


def _end(trial: Trial) -> str:
    return trial.ended_at or ""


def _failed(what: Text, last: Trial) -> JobEnd:
    if last.reason is None:
        return JobEnd(JobState.FAILED, what)
    return JobEnd(
        JobState.FAILED,
        text("{what} Trial {number}: {reason}", what=what, number=last.number, reason=last.reason),
    )


def _finished(trials: Sequence[Trial]) -> JobEnd:
    if any(t.state is TrialState.SUCCEEDED for t in trials):
        return JobEnd(JobState.SUCCEEDED)
    if all(t.state is TrialState.CANCELLED for t in trials):
        return JobEnd(JobState.CANCELLED)
    failed = [t for t in trials if t.state is not TrialState.CANCELLED]
    return _failed(text("No trial has succeeded."), failed[-1])
