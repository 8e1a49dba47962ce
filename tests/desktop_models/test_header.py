"""What the header of a job's page says and offers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bayescore.i18n import text
from bayescore.store import IMPORTED, Event, Forecast, JobState
from bayescore.times import clock, parsed
from bayesdesk.models.header import header_of
from support.views import S, a_job, a_trial, a_view

FORECAST = Forecast(
    mean=0.5, deviation=0.1, why="near_best", gain=0.02, gain_low=0.0, gain_high=0.1, gain_trials=10
)
EACH = [a_trial(1, 0.5), a_trial(2, None, S.FAILED), a_trial(3, None, S.LOST), a_trial(4, None, S.RUNNING)]


@pytest.mark.parametrize(
    ("changes", "progress"),
    [
        ({}, "0 of 10"),
        ({"trials": EACH[:1]}, "1 of 10"),
        ({"trials": EACH}, "3 of 10 · 1 running · 2 failed"),
        ({"pulled": 0.256}, "pulling the image, 26%"),
        ({"transfer": (text("Copying"), 0.5)}, "Copying, 50%"),
    ],
)
def test_that_progress_says_what_the_job_is_doing(changes: dict, progress: str) -> None:
    assert header_of(a_view(**changes)).progress == progress


@pytest.mark.parametrize(
    ("state", "trials", "offered"),
    [
        (JobState.RUNNING, EACH, {"can_cancel", "can_change", "can_pause"}),
        (JobState.QUEUED, [], {"can_cancel", "can_change", "can_pause"}),
        (JobState.PAUSED, EACH[:1], {"can_cancel", "can_change", "can_resume"}),
        (JobState.SUCCEEDED, EACH[:1], {"can_continue"}),
        (JobState.CANCELLED, EACH[:2], {"can_continue", "can_rerun_failed"}),
        (JobState.FAILED, EACH[2:3], {"can_continue", "can_rerun_failed"}),
    ],
)
def test_that_only_actions_that_the_state_allows_are_offered(
    state: JobState, trials: list, offered: set[str]
) -> None:
    header = header_of(a_view(trials, job=a_job(state)))
    names = ("can_cancel", "can_change", "can_pause", "can_resume", "can_continue", "can_rerun_failed")
    assert {name for name in names if getattr(header, name)} == offered


def test_that_an_imported_job_is_neither_continued_nor_run_again() -> None:
    job = a_job(JobState.SUCCEEDED, runner=IMPORTED)
    header = header_of(a_view(EACH[:2], job=job))
    assert job.submission.is_imported
    offered = (header.can_continue, header.can_rerun_failed, header.can_cancel, header.can_change)
    assert not any(offered)


@pytest.mark.parametrize(
    ("seconds", "state", "shown"),
    [
        (None, JobState.RUNNING, "–"),
        (59.0, JobState.RUNNING, "about 0:59"),
        (7260.0, JobState.RUNNING, "about 2 h 1 min"),
        (None, JobState.SUCCEEDED, None),
    ],
)
def test_that_the_time_left_is_shown_until_the_job_has_ended(
    seconds: float | None, state: JobState, shown: str | None
) -> None:
    assert header_of(a_view(job=a_job(state), seconds_left=seconds)).time_left == shown


def test_that_the_best_trial_the_gain_and_the_place_are_shown() -> None:
    trials = [
        a_trial(1, 0.5, gpus=("a",)),
        a_trial(2, 0.75, gpus=("b",), forecast=FORECAST),
        a_trial(3, 0.25),
    ]
    header = header_of(a_view(trials))
    assert header.best == "0.75  #2"
    assert header.gain is not None
    assert header.gain[0] == "+0.02 (0 … 0.1)"
    assert "10" in header.gain[1]
    assert header.place == "processes · 2 GPU"
    empty = header_of(a_view())
    assert (empty.best, empty.gain, empty.place) == ("–", None, "processes")


def test_that_a_reason_is_an_error_unless_the_job_has_ended_well() -> None:
    reason = text("Everything was tried.")
    for state, severity in (
        (JobState.EXHAUSTED, "hint"),
        (JobState.SUCCEEDED, "hint"),
        (JobState.FAILED, "error"),
    ):
        header = header_of(a_view(job=replace(a_job(state), reason=reason)))
        assert (header.reason, header.severity) == ("Everything was tried.", severity)
    assert header_of(a_view()).reason is None


@pytest.mark.parametrize(
    ("trials", "words"),
    [
        ([], "–"),
        (EACH, "0.5  #1"),
        (
            [a_trial(1, 0.5, origin="baseline"), a_trial(2, 0.625)],
            "0.625  #2 · 0.125 better than your defaults",
        ),
    ],
)
def test_that_the_best_is_compared_with_the_baseline(trials: list, words: str) -> None:
    assert header_of(a_view(trials)).best == words


def test_that_a_paused_job_shows_since_when_and_neither_a_time_left_nor_waiting_trials_as_running() -> None:
    began, paused = "2026-01-01T00:00:00+00:00", "2026-01-01T12:30:00+00:00"
    happened = [
        Event(number, "job1", None, at, "info", kind, text("x"))
        for number, (kind, at) in enumerate([("paused", began), ("resumed", began), ("paused", paused)])
    ]
    trials = [a_trial(1, 0.5), a_trial(2, None, S.PENDING)]
    header = header_of(a_view(trials, job=a_job(JobState.PAUSED), events=tuple(happened), seconds_left=60.0))
    assert header.state == f"paused since {clock(parsed(paused))}"
    assert (header.time_left, header.progress) == ("–", "1 of 10")
