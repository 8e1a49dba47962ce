"""What early stopping would have saved, in a sentence: the same in the window and the command line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bayescore.i18n import Text, ntext, text
from bayescore.results.early_stop_replay import Judge, Replay, ReplayWatcher, read_curves, replay
from bayescore.results.job_texts import span_text, stops_text
from bayescore.search.curves import judge_curve
from bayescore.store import Database, Job, Trial, trials


@dataclass(frozen=True)
class ReplayReport:
    """What is said about the early stopping of an ended job.

    Attributes
    ----------
    text
        One sentence.
    replay
        The figures; ``None`` if the job cannot be replayed, and ``text`` says why.
    """

    text: Text
    replay: Replay | None = None


def replay_report(
    database: Database, job: Job, watcher: ReplayWatcher | None = None, judge: Judge = judge_curve
) -> ReplayReport | None:
    """Read the curves of a job and replay it. It may take minutes.

    Returns
    -------
    ReplayReport or None
        ``None`` when the watcher has cancelled.
    """
    watcher = watcher or ReplayWatcher()
    with database.read() as connection:
        found = trials.of_job(connection, job.id)
    if (obstacle := _obstacle(job, found)) is not None:
        return ReplayReport(obstacle)
    curves = read_curves(database, job, found, watcher)
    if curves is None:
        return None
    if all(len(curve.steps) < 2 for curve in curves.values()):
        return ReplayReport(
            text(
                "No trial of this job has reported “{metric}” more than once: early stopping needs a report "
                "after each epoch.",
                metric=job.metric,
            )
        )
    replayed = replay(job, found, curves, watcher, judge)
    return None if replayed is None else ReplayReport(_sentence(replayed), replayed)


def replay_json(report: ReplayReport) -> dict[str, Any]:
    """What is said, and the figures, for JSON; times in seconds."""
    found = report.replay
    if found is None:
        return {"text": str(report.text)}
    best, other = found.best, found.best_stopping
    return {
        "text": str(report.text),
        "seconds": found.seconds,
        "seconds_with_early_stopping": found.seconds_stopping,
        "trial_seconds": found.trial_seconds,
        "trial_seconds_with_early_stopping": found.trial_seconds_stopping,
        "trials": found.count,
        "stopped": list(found.stopped),
        "best": None if best is None else {"trial": best.number, "value": best.value},
        "best_with_early_stopping": None if other is None else {"trial": other.number, "value": other.value},
    }


def _obstacle(job: Job, found: Sequence[Trial]) -> Text | None:
    """Why a job is not replayed, whatever its curves."""
    if job.submission.is_imported:
        return text("This job was imported: when its trials made their reports is not known.")
    if not job.state.ended:
        return text("What early stopping would have saved is known when the job has ended.")
    if job.local.early_stopping is not None:
        return stops_text(found) or text("Early stopping was on, and has stopped no trial of this job.")
    return None


def _sentence(found: Replay) -> Text:
    if not found.stopped:
        return ntext(
            "Early stopping would not have stopped the only trial of this job.",
            "Early stopping would have stopped none of the {count} trials of this job.",
            found.count,
        )
    times = {"after": span_text(found.seconds_stopping), "instead": span_text(found.seconds)}
    if found.best is None:
        return text("Early stopping would have ended this job after {after} instead of {instead}.", **times)
    if found.keeps_best:
        return text(
            "Early stopping would have ended this job after {after} instead of {instead}, with the same best "
            "trial.",
            **times,
        )
    if found.best_stopping is None:
        return text(
            "Early stopping would have ended this job after {after} instead of {instead}, but it would have "
            "stopped each trial that succeeded.",
            **times,
        )
    return text(
        "Early stopping would have ended this job after {after} instead of {instead}, but it would have "
        "stopped the best trial: the best would be trial {number} with {value:.5g}, not trial {best} with "
        "{best_value:.5g}.",
        number=found.best_stopping.number,
        value=found.best_stopping.value,
        best=found.best.number,
        best_value=found.best.value,
        **times,
    )
