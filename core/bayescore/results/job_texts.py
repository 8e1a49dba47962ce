"""What the window and the command line both say of a job."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from bayescore.config.hours import opens_at
from bayescore.i18n import Text, ntext, text
from bayescore.results.budget import budget_left
from bayescore.results.early_stops import early_stops
from bayescore.store import Job, JobState, Trial
from bayescore.times import clock

_IN_HOURS = (JobState.QUEUED, JobState.RUNNING)
_MINUTE = 60
_SHORT = 10 * _MINUTE  # a shorter time is shown with its seconds


def span_text(seconds: float) -> Text:
    """A duration in its one or two largest units."""
    whole = max(0, round(seconds))
    if whole < _MINUTE:
        return text("{seconds} s", seconds=whole)
    if whole < _SHORT:
        return text("{minutes} min {seconds} s", minutes=whole // _MINUTE, seconds=whole % _MINUTE)
    hours, minutes = divmod(round(seconds / _MINUTE), 60)
    if hours:
        return text("{hours} h {minutes} min", hours=hours, minutes=minutes)
    return text("{minutes} min", minutes=minutes)


def budget_text(job: Job, found: Sequence[Trial], moment: str) -> Text | None:
    """What is left of the budget; ``None`` for a job without one. See :func:`budget_left`."""
    left = budget_left(job, found, moment)
    time = None if left.seconds is None else span_text(left.seconds)
    gpu_time = None if left.gpu_seconds is None else span_text(left.gpu_seconds)
    if time is not None and gpu_time is not None:
        return text("Left of the budget: {time}, and {gpu_time} of GPUs.", time=time, gpu_time=gpu_time)
    if time is not None:
        return text("Left of the budget: {time}.", time=time)
    if gpu_time is not None:
        return text("Left of the budget: {gpu_time} of GPUs.", gpu_time=gpu_time)
    return None


def opening_of(job: Job, moment: datetime) -> datetime | None:
    """When trials of a job may begin again; ``None`` if they may, or the job does not run."""
    return opens_at(job.local.hours, moment) if job.state in _IN_HOURS else None


def opening_text(opening: datetime, moment: datetime) -> Text:
    """That a job waits for its hours, and when they begin."""
    return text("waits for its hours, {begins}", begins=begins_text(opening, moment))


def begins_text(opening: datetime, moment: datetime) -> Text:
    """When hours begin, by the clock of this machine."""
    is_soon = opening - moment < timedelta(hours=12)
    return text("begins {time}", time=clock(opening, opening if is_soon else moment))


def stops_text(found: Sequence[Trial]) -> Text | None:
    """How many trials were stopped early, and the time that this saved; ``None`` if none was."""
    stops = early_stops(found)
    if not stops.count:
        return None
    if stops.saved_seconds is None:
        return ntext(
            "{count} of {ended} trials was stopped early.",
            "{count} of {ended} trials were stopped early.",
            stops.count,
            ended=stops.ended,
        )
    return ntext(
        "{count} of {ended} trials was stopped early: {time} saved (estimate).",
        "{count} of {ended} trials were stopped early: {time} saved (estimate).",
        stops.count,
        ended=stops.ended,
        time=span_text(stops.saved_seconds),
    )
