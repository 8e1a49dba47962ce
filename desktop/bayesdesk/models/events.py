"""The events of a job and of its trials, in order of time, and which of them are shown."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from bayescore.i18n import _
from bayescore.store import Event, Trial, TrialState
from bayesdesk.models.formatting import duration, number, state_word
from bayesdesk.models.snapshot import JobView

_ENDED = "trial_"  # begins the kinds of the stored events about the end of a trial
_ATTEMPT = "attempt_"  # begins those about the begin and end of attempts before the last one
_REPORTS = ("report_refused", "spool_refused", "spool_full", "other_metric")
_OF_JOB = (
    "continues",
    "running",
    "ended",
    "snapshot",
    "commit",
    "link_outside",
    "special_file",
    "imported",
    "remark",
)


class EventKind(StrEnum):
    """What an event is about."""

    JOB = "job"
    TRIALS = "trials"
    REPORTS = "reports"
    MACHINE = "machine"


def kind_word(kind: EventKind) -> str:
    """A kind in the language in use."""
    words = {
        EventKind.JOB: _("the job and its files"),
        EventKind.TRIALS: _("begin and end of trials"),
        EventKind.REPORTS: _("reports of the program"),
        EventKind.MACHINE: _("this machine"),
    }
    return words[kind]


class EventRow(NamedTuple):
    """An event, of the store or of the row of a trial, which has the times of its last attempt.

    A tuple, because there may be tens of thousands and a dataclass takes five times as long to make.

    Attributes
    ----------
    source
        The stored event, or the trial that began or ended.
    """

    at: str
    trial: int | None
    kind: EventKind
    level: str
    source: Event | Trial
    is_begin: bool = False

    @property
    def is_problem(self) -> bool:
        """Whether it is a warning or an error."""
        return self.level != "info"

    def text(self, metric: str) -> str:
        """What has happened; ``metric`` is the objective."""
        if isinstance(self.source, Event):
            return str(self.source.text)
        trial = self.source
        if self.is_begin:
            if trial.attempt > 1:
                return _("The trial has started, attempt {number}.", number=trial.attempt)
            return _("The trial has started.")
        state = state_word(trial.state)
        if trial.value is None or trial.state is TrialState.STOPPED_EARLY:  # its last report is no result
            return _("The trial has ended: {state}.", state=state)
        value = f"{metric} {number(trial.value)}"
        if trial.started_at is None:
            return _("The trial has ended: {state}, {value}.", state=state, value=value)
        took = duration(trial)
        return _("The trial has ended: {state}, {value}, in {time}.", state=state, value=value, time=took)


def event_rows(view: JobView) -> list[EventRow]:
    """Every event of a job, oldest first."""
    stored = [_of_store(event) for event in view.events]
    reasons = {
        (e.trial, e.kind): e.at for e in view.events if e.trial is not None and e.kind.startswith(_ENDED)
    }
    derived = []
    for trial in view.trials:
        began = trial.started_at
        if began is not None:
            derived.append(EventRow(began, trial.number, EventKind.TRIALS, "info", trial, is_begin=True))
        said = reasons.get((trial.number, f"{_ENDED}{trial.state}"), "")
        if trial.state.ended and trial.ended_at is not None and said < (began or trial.created_at):
            level = "warning" if trial.state in (TrialState.FAILED, TrialState.LOST) else "info"
            derived.append(EventRow(trial.ended_at, trial.number, EventKind.TRIALS, level, trial))
    return sorted([*stored, *derived], key=lambda r: r.at)


def _of_store(event: Event) -> EventRow:
    if event.kind.startswith((_ENDED, _ATTEMPT)):
        kind = EventKind.TRIALS
    elif event.kind in _REPORTS:
        kind = EventKind.REPORTS
    else:
        kind = EventKind.JOB if event.kind in _OF_JOB else EventKind.MACHINE
    return EventRow(event.at, event.trial, kind, event.level, event, is_begin=False)


@dataclass(frozen=True)
class EventFilter:
    """Which events are shown; by default all of them."""

    trial: int | None = None
    kind: EventKind | None = None
    problems_only: bool = False

    def passes(self, event: EventRow) -> bool:
        """Whether an event is shown."""
        return (
            (self.trial is None or event.trial == self.trial)
            and (self.kind is None or event.kind is self.kind)
            and (not self.problems_only or event.is_problem)
        )
