"""The events of a job: those of the store, and the begin and end of each trial."""

from __future__ import annotations

import pytest

from bayescore.i18n import text
from bayescore.store import Event
from bayesdesk.models.events import EventFilter, EventKind, event_rows
from support.views import S, a_trial, a_view


def an_event(seq: int, at: str, kind: str, trial: int | None = None, level: str = "info") -> Event:
    return Event(seq, "job1", trial, at, level, kind, text("What happened."))


def at(minute: int) -> str:
    return f"2026-01-01T00:{minute:02d}:00+00:00"


def ran(number: int, begin: int, end: int | None, state: S, value: float | None = None, **changes):
    ended = at(end) if end is not None else None
    return a_trial(number, value, state, started_at=at(begin), ended_at=ended, **changes)


VIEW = a_view(
    [
        ran(1, 1, 3, S.SUCCEEDED, 0.5),
        ran(2, 2, 4, S.FAILED),
        ran(3, 5, None, S.RUNNING, attempt=2),
        a_trial(4, None, S.PENDING, started_at=None, ended_at=None),
    ],
    events=(
        an_event(1, at(0), "running"),
        an_event(2, at(4), "trial_failed", 2, "warning"),
        an_event(3, at(4), "trial_lost", 3, "warning"),
        an_event(4, at(6), "report_refused", 1, "warning"),
        an_event(5, at(7), "gpu_busy", None, "warning"),
    ),
)


def shown(wanted: EventFilter) -> list[tuple[int | None, str]]:
    return [(e.trial, e.text("score")) for e in event_rows(VIEW) if wanted.passes(e)]


def test_that_each_trial_begins_and_ends_among_the_events_in_order_of_time() -> None:
    assert shown(EventFilter()) == [
        (None, "What happened."),
        (1, "The trial has started."),
        (2, "The trial has started."),
        (1, "The trial has ended: succeeded, score 0.5, in 2:00."),
        (2, "What happened."),
        (3, "What happened."),
        (3, "The trial has started, attempt 2."),
        (1, "What happened."),
        (None, "What happened."),
    ]


@pytest.mark.parametrize(
    ("wanted", "trials"),
    [
        (EventFilter(trial=1), [1, 1, 1]),
        (EventFilter(trial=3), [3, 3]),
        (EventFilter(trial=9), []),
        (EventFilter(kind=EventKind.JOB), [None]),
        (EventFilter(kind=EventKind.TRIALS), [1, 2, 1, 2, 3, 3]),
        (EventFilter(kind=EventKind.REPORTS), [1]),
        (EventFilter(kind=EventKind.MACHINE), [None]),
        (EventFilter(problems_only=True), [2, 3, 1, None]),
        (EventFilter(trial=1, problems_only=True), [1]),
    ],
)
def test_that_events_are_filtered_by_trial_kind_and_level(wanted: EventFilter, trials: list) -> None:
    assert [trial for trial, _ in shown(wanted)] == trials


def test_that_a_trial_that_ended_otherwise_without_an_event_has_one() -> None:
    view = a_view([ran(1, 1, 2, S.CANCELLED), ran(2, 1, 2, S.FAILED)])
    ends = [e for e in event_rows(view) if not e.is_begin]
    assert [(e.text("score"), e.level) for e in ends] == [
        ("The trial has ended: cancelled.", "info"),
        ("The trial has ended: failed.", "warning"),
    ]


def test_that_an_earlier_attempt_does_not_hide_the_end_of_a_later_one() -> None:
    event = an_event(1, at(1), "trial_failed", 1, "warning")
    view = a_view([ran(1, 5, 6, S.FAILED, attempt=2)], events=(event,))
    assert [e.text("score") for e in event_rows(view)] == [
        "What happened.",
        "The trial has started, attempt 2.",
        "The trial has ended: failed.",
    ]
