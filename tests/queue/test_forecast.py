"""When jobs are expected to begin, by a simulated clock."""

from __future__ import annotations

import pytest

from bayescore.queue import Entry, Places, Why
from bayescore.queue.forecast import Work, begin_times

ONE, TWO = Places(1, is_limit=True), Places(2, is_limit=True)


def running(job: str, count: int = 1, **changes: object) -> Entry:
    return Entry(job, running=count, taken=float(count), last_turn=1, **changes)  # type: ignore[arg-type]


def test_that_a_job_in_order_begins_when_the_last_trial_ahead_ends() -> None:
    queue = [running("a"), Entry("b", in_order=True), Entry("c", in_order=True)]
    works = {
        "a": Work(2, 1, 60.0, (10.0,)),  # ends after 10, 70 and 130 seconds
        "b": Work(3, 3, 100.0),  # two trials, then one
        "c": Work(1, 1, None),
    }
    assert begin_times(queue, TWO, works, 0) == {"b": 130.0, "c": 330.0}


def test_that_jobs_that_share_begin_by_turns() -> None:
    queue = [running("a"), Entry("b"), Entry("c")]
    works = {"a": Work(9, 1, 60.0, (20.0,)), "b": Work(5, 2, 30.0), "c": Work(5, 2, 30.0)}
    assert begin_times(queue, ONE, works, 0) == {"b": 20.0, "c": 50.0}


@pytest.mark.parametrize(
    ("queue", "works", "gpus", "expected"),
    [
        # nobody knows when the trial of a ends
        ([running("a"), Entry("b")], {"a": Work(1, 1, None, (None,)), "b": Work(1, 1, 5.0)}, 0, {}),
        # a paused job is not expected to begin
        (
            [running("a", wants=False), Entry("p", withheld=Why.PAUSED)],
            {"a": Work(0, 1, 9.0, (3.0,)), "p": Work(1, 1, 5.0)},
            0,
            {},
        ),
        # two GPUs, and trials that take one and a half
        (
            [Entry("a", size=0.0, running=1, wants=False, last_turn=1), Entry("b", size=0.0)],
            {"a": Work(0, 1, 9.0, (3.0,), 1.5), "b": Work(2, 2, 5.0, (), 1.5)},
            2,
            {"b": 3.0},
        ),
        # a trial without a GPU has its own places
        (
            [Entry("a", size=0.0, running=1, last_turn=1), Entry("b")],
            {"a": Work(5, 1, 9.0, (3.0,), 1.0), "b": Work(2, 1, 5.0)},
            1,
            {"b": 0.0},
        ),
    ],
)
def test_that_what_is_not_known_is_not_estimated(
    queue: list[Entry], works: dict[str, Work], gpus: int, expected: dict[str, float]
) -> None:
    assert begin_times(queue, ONE, works, gpus) == expected


def test_that_a_long_queue_is_simulated_only_as_far_as_it_matters() -> None:
    queue = [running("a", wants=True), *(Entry(f"j{i}", in_order=True) for i in range(200))]
    works = {entry.job: Work(1000, 2, 60.0, (5.0,) if entry.job == "a" else ()) for entry in queue}
    found = begin_times(queue, TWO, works, 0)
    assert len(found) <= 2
