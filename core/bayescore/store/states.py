"""The states of a job and of a trial, and which moves between them are legal."""

from __future__ import annotations

from enum import StrEnum

from bayescore.i18n import N_


class JobState(StrEnum):
    """How far a job has come."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    CANCELLED = "cancelled"
    NO_METRIC = "no_metric"
    FAILED = "failed"
    SYSTEM_ERROR = "system_error"
    EXHAUSTED = "exhausted"

    @property
    def ended(self) -> bool:
        """Whether nothing more happens without a submission of the user's."""
        return self not in (JobState.QUEUED, JobState.RUNNING)


class TrialState(StrEnum):
    """How far a trial has come."""

    PENDING = "pending"
    STARTING = "starting"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    LOST = "lost"

    @property
    def ended(self) -> bool:
        """Whether the trial's program has come to its end."""
        return self not in (TrialState.PENDING, TrialState.STARTING, TrialState.RUNNING)


_ENDED_JOB = frozenset(s for s in JobState if s.ended)
_ENDED_TRIAL = frozenset(s for s in TrialState if s.ended)
_JOB_MOVES: dict[JobState, frozenset[JobState]] = {
    JobState.QUEUED: frozenset({JobState.RUNNING, JobState.CANCELLED, JobState.SYSTEM_ERROR}),
    JobState.RUNNING: _ENDED_JOB,
    # "continue" and "rerun" wake a job that has ended
    **{state: frozenset({JobState.QUEUED}) for state in _ENDED_JOB},
}
_TRIAL_MOVES: dict[TrialState, frozenset[TrialState]] = {
    TrialState.PENDING: _ENDED_TRIAL | {TrialState.STARTING},
    TrialState.STARTING: _ENDED_TRIAL | {TrialState.RUNNING, TrialState.PENDING},
    TrialState.RUNNING: _ENDED_TRIAL,
    # a re-run makes the same trial wait for its next attempt
    **{state: frozenset({TrialState.PENDING}) for state in _ENDED_TRIAL},
}

STATE_NAMES: dict[str, str] = {
    "queued": N_("queued"),
    "running": N_("running"),
    "succeeded": N_("succeeded"),
    "cancelled": N_("cancelled"),
    "no_metric": N_("no such metric"),
    "failed": N_("failed"),
    "system_error": N_("system error"),
    "exhausted": N_("search space exhausted"),
    "pending": N_("pending"),
    "starting": N_("starting"),
    "lost": N_("lost"),
}


class IllegalMoveError(ValueError):
    """A move that the state machine does not have; a fault of the program's."""


def check_job_move(before: JobState, after: JobState) -> None:
    """Raise :class:`IllegalMoveError` unless a job may go from one state to the other."""
    if after not in _JOB_MOVES[before]:
        raise IllegalMoveError(f"a job cannot go from {before} to {after}")


def check_trial_move(before: TrialState, after: TrialState) -> None:
    """Raise :class:`IllegalMoveError` unless a trial may go from one state to the other."""
    if after not in _TRIAL_MOVES[before]:
        raise IllegalMoveError(f"a trial cannot go from {before} to {after}")
