"""Durations and budgets as text."""

from __future__ import annotations

from typing import Any

import pytest

from bayescore.config import LocalSettings
from bayescore.results.job_texts import budget_text, span_text
from bayescore.store import Job, JobState
from support.builders import a_submission


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-3, "0 s"),
        (59.4, "59 s"),
        (59.6, "1 min 0 s"),
        (131.2, "2 min 11 s"),
        (599.4, "9 min 59 s"),
        (599.6, "10 min"),
        (3569, "59 min"),
        (3571, "1 h 0 min"),
        (14_700, "4 h 5 min"),
        (360_000, "100 h 0 min"),
    ],
)
def test_that_a_duration_has_its_largest_units(seconds: float, words: str) -> None:
    assert str(span_text(seconds)) == words


@pytest.mark.parametrize(
    ("budget", "words"),
    [
        ({}, None),
        ({"max_hours": 2}, "Left of the budget: 1 h 0 min."),
        ({"max_gpu_hours": 24}, "Left of the budget: 24 h 0 min of GPUs."),
        ({"max_hours": 2, "max_gpu_hours": 1.5}, "Left of the budget: 1 h 0 min, and 1 h 30 min of GPUs."),
    ],
)
def test_that_what_is_left_of_a_budget_is_named(budget: dict[str, Any], words: str | None) -> None:
    began = "2026-01-01T00:00:00+00:00"
    submission = a_submission(local=LocalSettings(**budget))
    job = Job(1, "job", submission, JobState.RUNNING, None, 10, began, began, None)
    left = budget_text(job, [], "2026-01-01T01:00:00+00:00")
    assert (None if left is None else str(left)) == words
