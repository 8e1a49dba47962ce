"""The table of jobs, and the curves of a comparison."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bayescore.errors import ConfigError
from bayescore.store import JobState
from bayesdesk.models.comparison import By, curve_of
from bayesdesk.models.job_table import COLUMNS, JobFilter, cell_text, column_title, ordered
from bayesdesk.models.snapshot import JobRow
from support.views import S, a_job, a_summary, a_trial

DONE = JobState.SUCCEEDED
SIZES = {"job1": 3_000_000_000}
FIRST = JobRow(
    a_summary(DONE, name="digits", tags=("paper", "v2"), note="a note\nsecond line"), 10, 0.9, None, 2, 7
)
SECOND = JobRow(a_summary(DONE, id="job2", name="Letters", project="/a/mnist", archived=True), 4, None)
ROWS = [SECOND, FIRST]


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("name", "digits"),
        ("state", "succeeded"),
        ("best", "0.9"),
        ("trials", "10 / 10"),
        ("failed", "2"),
        ("stopped", "7"),
        ("duration", "1 h 0 min"),
        ("tags", "paper, v2"),
        ("project", "nowhere"),
        ("runner", "Processes"),
        ("metric", "score"),
        ("size", "3.0 GB"),
        ("note", "a note"),
    ],
)
def test_that_a_cell_of_the_table_of_jobs_says(column: str, text: str) -> None:
    assert cell_text(FIRST, column, SIZES) == text


def test_that_every_column_has_a_heading_and_can_be_sorted_with_unknown_values_last() -> None:
    for name in COLUMNS:
        assert column_title(name)
        for descending in (False, True):
            assert len(ordered(ROWS, name, descending=descending, sizes=SIZES)) == 2
    for name in ("best", "size"):
        for descending in (False, True):
            assert ordered(ROWS, name, descending=descending, sizes=SIZES)[-1] is SECOND
    assert ordered(ROWS, "name", descending=False, sizes={}) == [FIRST, SECOND]


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("best > 0.5", True),
        ("best > 0.95", False),
        ('project == "nowhere" and failed == 2', True),
        ("duration >= 1 and size > 2", True),
        ('created < "2026-01-02"', True),
        ("days < 1", False),
        ("archived == 1", False),
        ('goal == "MAXIMIZE" and state == "succeeded"', True),
    ],
)
def test_that_a_condition_chooses_jobs(expression: str, found: bool) -> None:
    assert (JobFilter("", expression).apply([FIRST], SIZES) == [FIRST]) is found


def test_that_archived_jobs_are_shown_on_request_and_misspelt_names_are_refused() -> None:
    assert JobFilter().apply(ROWS, SIZES) == [FIRST]
    assert JobFilter(shows_archived=True).apply(ROWS, SIZES) == ROWS
    assert JobFilter("mnist", shows_archived=True).apply(ROWS, SIZES) == [SECOND]
    with pytest.raises(ConfigError, match="did you mean “best”"):
        JobFilter("", "bets > 1")


def test_that_curves_are_drawn_over_trials_hours_and_gpu_hours() -> None:
    def trial(number: int, value: float | None, begins: int, ends: int, gpus: int, state: S = S.SUCCEEDED):
        made = a_trial(number, value, state, gpus=tuple(f"g{i}" for i in range(gpus)))
        at = "2026-01-01T{:02d}:00:00+00:00"
        return replace(made, started_at=at.format(begins), ended_at=at.format(ends))

    trials = [trial(1, 0.2, 0, 4, 1), trial(2, 0.5, 0, 1, 2), trial(3, None, 1, 5, 1, S.FAILED)]
    job = a_job(DONE)
    assert [curve_of(job, trials, By.TRIALS).x.tolist(), curve_of(job, trials, By.TRIALS).end] == [
        [1.0, 2.0],
        3.0,
    ]
    hours = curve_of(job, trials, By.HOURS)
    assert (hours.x.tolist(), hours.y.tolist(), hours.end) == ([1.0], [0.5], 5.0)
    assert [part.tolist() for part in hours.corners()] == [[1.0, 5.0], [0.5, 0.5]]
    used = curve_of(job, trials, By.GPU_HOURS, every=True)
    assert (used.x.tolist(), used.y.tolist(), used.end) == ([2.0, 6.0], [0.5, 0.2], 10.0)
    assert len(curve_of(job, [], By.HOURS).corners()[0]) == 0
