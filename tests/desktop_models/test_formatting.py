"""What the window says about trials and jobs, and which actions it offers."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from bayescore.i18n import text
from bayescore.store import IMPORTED, Forecast, JobState
from bayescore.times import now
from bayesdesk.models.comparison import best_rows, difference_rows
from bayesdesk.models.formatting import shortened
from bayesdesk.models.job_list import (
    Listing,
    end_message,
    grouped,
    known_tags,
    newly_ended,
    status_line,
    tags_line,
)
from bayesdesk.models.offers import offers_for
from bayesdesk.models.snapshot import JobRow
from bayesdesk.models.trial import badge_of, outcome_of, reasons_of, summary_of
from support.views import FILE, S, a_job, a_summary, a_trial, a_view

ENDED, STARRED, RUNNING = a_trial(1, 0.5), a_trial(2, 0.9, starred=True), a_trial(3, None, S.RUNNING)


def a_row(state: JobState, number: int = 1, **changes) -> JobRow:
    job = a_summary(state, id=f"job{number}", name=f"digits {number}", note="warm start")
    return replace(JobRow(job, 4, None), **changes)


@pytest.mark.parametrize(
    ("trials", "opened", "used", "rerun", "stop", "star", "is_removed"),
    [
        ([], None, None, (), (), (), False),
        ([ENDED], ENDED, ENDED, (1,), (), (1,), False),
        ([RUNNING], RUNNING, None, (), (3,), (3,), False),
        ([STARRED], STARRED, STARRED, (2,), (), (2,), True),
        ([ENDED, STARRED, RUNNING], None, None, (1, 2), (3,), (1, 2, 3), False),
    ],
)
def test_that_actions_are_offered_for_the_trials_that_they_apply_to(
    trials, opened, used, rerun, stop, star, is_removed
) -> None:
    offers = offers_for(a_job(), trials)
    assert (offers.open, offers.use) == (opened, used)
    assert (offers.rerun, offers.stop, offers.star, offers.is_star_removed) == (rerun, stop, star, is_removed)


@pytest.mark.parametrize(
    ("trial", "reason", "is_primary"),
    [
        (ENDED, "", True),
        (RUNNING, "The trial has not ended yet.", False),
        (a_trial(4, None, S.CANCELLED), "The trial has no value of the objective.", False),
        (a_trial(4, None, S.FAILED), "The trial has no value of the objective.", False),
        (a_trial(4, math.nan), "The trial's value is not a finite number.", False),
        (a_trial(4, 0.5, S.CANCELLED), "", False),
    ],
)
def test_that_a_trial_without_a_value_is_no_result(trial, reason: str, is_primary: bool) -> None:
    offers = offers_for(a_job(), [trial])
    assert (offers.no_use, offers.is_use_primary) == (reason, is_primary)
    assert offers.use == (None if reason else trial)


def test_that_imported_trials_are_used_and_starred_but_not_run_again() -> None:
    offers = offers_for(a_job(JobState.SUCCEEDED, runner=IMPORTED), [ENDED])
    assert (offers.use, offers.rerun, offers.stop, offers.star) == (ENDED, (), (), (1,))


@pytest.mark.parametrize(
    ("trial", "badge", "outcome", "reasons"),
    [
        (STARRED, ("best so far", "good"), "Took 1:00", ["Drawn at random"]),
        (ENDED, ("succeeded", "good"), "Took 1:00", ["Drawn at random"]),
        (
            a_trial(4, None, S.FAILED, gpus=("a",), exit_code=3),
            ("failed", "bad"),
            "Took 1:00 · GPU a · exit code 3",
            ["Drawn at random"],
        ),
        (
            a_trial(5, None, S.PENDING, started_at=None, origin="grid"),
            ("waiting", ""),
            "",
            ["Next point of the grid"],
        ),
        (a_trial(6, 0.1, started_at=None, origin="elsewhere"), ("succeeded", "good"), "", []),
        (
            a_trial(7, 0.1, forecast=Forecast(0.123456, 0.0456, "exploring", 0, 0, 0, 10)),
            ("succeeded", "good"),
            "Took 1:00",
            ["Exploring where the model is uncertain", "Predicted 0.1235 ± 0.046"],
        ),
    ],
)
def test_that_a_trial_is_described(trial, badge, outcome, reasons) -> None:
    view = a_view([ENDED, STARRED])
    assert badge_of(view, trial)[1] == badge[1]
    assert trial.state is S.PENDING or badge_of(view, trial)[0] == badge[0]
    assert outcome_of(trial) == outcome
    assert reasons_of(trial) == reasons


def test_that_a_tool_tip_has_the_value_or_the_state_and_the_parameters() -> None:
    view = a_view([ENDED])
    assert summary_of(view, ENDED) == "#1  score 0.5\nx: 0.1\nn: 1\nc: b\nd: 2"
    assert summary_of(view, RUNNING).startswith("#3  score running")


@pytest.mark.parametrize(
    ("row", "line"),
    [
        (a_row(JobState.RUNNING), "4 of 10"),
        (a_row(JobState.RUNNING, seconds_left=61.0), "4 of 10 · 1:01 left"),
        (a_row(JobState.QUEUED), "waiting"),
        (a_row(JobState.SUCCEEDED), "4 trials"),
        (a_row(JobState.SUCCEEDED, done=1), "1 trial"),
        (a_row(JobState.CANCELLED), "cancelled · 4 trials"),
    ],
)
def test_that_a_job_of_the_list_says_how_far_it_is(row: JobRow, line: str) -> None:
    assert status_line(row) == line


def test_that_jobs_are_grouped_by_state_and_found_by_a_word() -> None:
    rows = [a_row(JobState.SUCCEEDED, 1), a_row(JobState.RUNNING, 2), a_row(JobState.QUEUED, 3)]
    assert grouped(rows) == ["Running", rows[1], "Waiting", rows[2], "Finished", rows[0]]
    assert grouped(rows, Listing(" DIGITS 2 ")) == ["Running", rows[1]]
    assert grouped(rows, Listing("warm")) == grouped(rows)
    assert grouped(rows, Listing("nothing")) == []


def test_that_a_job_that_has_ended_since_is_announced_once() -> None:
    running, ended = a_row(JobState.RUNNING), a_row(JobState.SUCCEEDED, best=0.9)
    assert newly_ended((running,), (ended,)) == [ended]
    assert newly_ended((ended,), (ended,)) == newly_ended((), (ended,)) == []
    assert end_message(ended) == "succeeded, best 0.9"
    assert end_message(a_row(JobState.CANCELLED)) == "cancelled"
    failed = a_row(JobState.FAILED)
    because = replace(failed, job=replace(failed.job, reason=text("The disk is full.")))
    assert end_message(because) == "failed: The disk is full."


def test_that_jobs_are_compared_by_their_best_trials_and_their_settings() -> None:
    first = (a_job(JobState.SUCCEEDED), [ENDED, STARRED, a_trial(4, None, S.FAILED)])
    second = (a_job(JobState.RUNNING, FILE.replace("Random", "Bayesian")), [RUNNING])
    rows = {r.name: r.values for r in best_rows([first, second])}
    assert rows["State"] == ["succeeded", "running"]
    assert rows["Trials"] == ["3 (1 ✕)", "0"]
    assert rows["Best"] == ["0.9  #2", "–"]
    assert rows["n"] == ["2", "–"]
    different = {r.name: r.values for r in difference_rows([first, second])}
    assert different["hyper_tuning.algorithm"] == ["Random", "Bayesian"]
    assert difference_rows([first]) == []


@pytest.mark.parametrize(
    ("words", "shown"), [("digits", "digits"), ("a" * 9 + "z" * 9, "aaaaa…zzzz"), ("a" * 10, "a" * 10)]
)
def test_that_long_words_are_cut_in_the_middle(words: str, shown: str) -> None:
    assert shortened(words, 10) == shown


def test_that_jobs_are_grouped_by_day_and_project_without_archived_ones() -> None:
    rows = [a_row(JobState.SUCCEEDED, n) for n in (1, 2, 3)]
    first, second, third = rows
    second = replace(second, job=replace(second.job, project="/a/mnist", created_at=now()))
    third = replace(third, job=replace(third.job, archived=True, tags=("old",)))
    rows = [second, first, third]
    assert grouped(rows, Listing(group="project")) == ["mnist", second, "nowhere", first]
    assert grouped(rows, Listing(group="day")) == [
        "Today",
        second,
        grouped([first], Listing(group="day"))[0],
        first,
    ]
    assert grouped(rows, Listing(shows_archived=True)) == ["Finished", *rows]
    assert grouped(rows, Listing("#old")) == []
    assert tags_line(third) == "#old archived"
    assert known_tags(rows) == ["old"]
