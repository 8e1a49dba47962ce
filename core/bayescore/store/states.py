"""The states of jobs and trials, and the legal transitions between them."""

from __future__ import annotations

from enum import StrEnum

from bayescore.i18n import N_


class JobState(StrEnum):
    """State of a job."""

    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    SUCCEEDED = "succeeded"
    CANCELLED = "cancelled"
    NO_METRIC = "no_metric"
    FAILED = "failed"
    SYSTEM_ERROR = "system_error"
    EXHAUSTED = "exhausted"

    @property
    def ended(self) -> bool:
        """Whether nothing happens until the user continues the job."""
        return self not in (JobState.QUEUED, JobState.RUNNING, JobState.PAUSED)


class TrialState(StrEnum):
    """State of a trial."""

    PENDING = "pending"
    STARTING = "starting"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    LOST = "lost"
    STOPPED_EARLY = "stopped_early"

    @property
    def ended(self) -> bool:
        """Whether the program of the trial no longer runs."""
        return self not in (TrialState.PENDING, TrialState.STARTING, TrialState.RUNNING)


_ENDED_JOB = frozenset(s for s in JobState if s.ended)
_ENDED_TRIAL = frozenset(s for s in TrialState if s.ended)
_JOB_MOVES: dict[JobState, frozenset[JobState]] = {
    JobState.QUEUED: frozenset(
        {JobState.RUNNING, JobState.PAUSED, JobState.CANCELLED, JobState.SYSTEM_ERROR}
    ),
    JobState.RUNNING: _ENDED_JOB | {JobState.PAUSED},
    JobState.PAUSED: _ENDED_JOB | {JobState.QUEUED, JobState.RUNNING},
    # "continue" and "rerun" queue an ended job again
    **{state: frozenset({JobState.QUEUED}) for state in _ENDED_JOB},
}
_TRIAL_MOVES: dict[TrialState, frozenset[TrialState]] = {
    TrialState.PENDING: _ENDED_TRIAL | {TrialState.STARTING},
    TrialState.STARTING: _ENDED_TRIAL | {TrialState.RUNNING, TrialState.PENDING},
    TrialState.RUNNING: _ENDED_TRIAL,
    # a re-run queues the same trial for its next attempt
    **{state: frozenset({TrialState.PENDING}) for state in _ENDED_TRIAL},
}

STATE_NAMES: dict[str, str] = {
    "queued": N_("queued"),
    "running": N_("running"),
    "paused": N_("paused"),
    "succeeded": N_("succeeded"),
    "cancelled": N_("cancelled"),
    "no_metric": N_("no such metric"),
    "failed": N_("failed"),
    "system_error": N_("system error"),
    "exhausted": N_("search space exhausted"),
    "pending": N_("pending"),
    "starting": N_("starting"),
    "lost": N_("lost"),
    "stopped_early": N_("stopped early"),
}


class IllegalMoveError(ValueError):
    """An illegal transition between states; a programming error."""


def check_job_move(before: JobState, after: JobState) -> None:
    """Raise :class:`IllegalMoveError` unless a job may move from ``before`` to ``after``."""
    if after not in _JOB_MOVES[before]:
        raise IllegalMoveError(f"a job cannot go from {before} to {after}")


def check_trial_move(before: TrialState, after: TrialState) -> None:
    """Raise :class:`IllegalMoveError` unless a trial may move from ``before`` to ``after``."""
    if after not in _TRIAL_MOVES[before]:
        raise IllegalMoveError(f"a trial cannot go from {before} to {after}")
