"""What is left of the time of a job, and whether a trial fits into it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bayescore.config import LocalSettings
from bayescore.results import BudgetLeft, budget_left, fits_budget
from bayescore.store import Job, JobState, Trial, TrialState
from support.builders import a_submission

BEGAN = "2026-01-01T10:00:00.000000+00:00"


def at(clock: str) -> str:
    return f"2026-01-01T{clock}:00.000000+00:00"


def a_job(runner: str = "process", **local: object) -> Job:
    submission = replace(a_submission(local=LocalSettings(**local)), runner=runner)
    return Job(
        seq=1,
        id="abc",
        submission=submission,
        state=JobState.RUNNING,
        reason=None,
        max_trials=10,
        run_since=BEGAN,
        created_at=BEGAN,
        ended_at=None,
    )


def a_trial(began: str | None, ended: str | None, gpus: tuple[str, ...] = ("A",)) -> Trial:
    state = TrialState.SUCCEEDED if ended else TrialState.RUNNING if began else TrialState.STARTING
    return Trial(
        id=1,
        job="abc",
        number=1,
        attempt=1,
        state=state,
        reason=None,
        exit_code=0,
        origin="random",
        parameters={},
        value=0.5 if ended else None,
        gpus=gpus,
        handle=None,
        token="",
        created_at=BEGAN,
        started_at=at(began) if began else None,
        ended_at=at(ended) if ended else None,
    )


def test_that_a_job_without_limits_has_time_for_ever() -> None:
    left = budget_left(a_job(), [], at("23:00"))
    assert left == BudgetLeft(None, None)
    assert not left.is_used_up
    assert fits_budget(a_job(), [], at("23:00"))


@pytest.mark.parametrize(
    ("moment", "seconds"), [("10:00", 7200.0), ("11:30", 1800.0), ("12:00", 0.0), ("13:00", -3600.0)]
)
def test_that_the_clock_runs_from_the_start_of_the_run(moment: str, seconds: float) -> None:
    left = budget_left(a_job(max_hours=2), [], at(moment))
    assert left.seconds == seconds
    assert left.is_used_up == (seconds <= 0)
    assert fits_budget(a_job(max_hours=2), [], at(moment)) == (seconds > 0)


@pytest.mark.parametrize(
    ("gpus", "local", "runner", "used"),
    [
        (("A",), {}, "process", 1.5),
        (("A", "B"), {"gpus_per_trial": 2}, "process", 3.0),
        (("A",), {"trials_per_gpu": 2}, "process", 0.75),
        ((), {}, "process", 0.0),
        (("a slot",), {"gpus_per_trial": 4}, "ray", 6.0),
    ],
)
def test_that_gpu_hours_count_each_gpu_of_ended_and_running_trials(
    gpus: tuple[str, ...], local: dict[str, int], runner: str, used: float
) -> None:
    found = [a_trial("10:00", "11:00", gpus), a_trial("11:00", None, gpus), a_trial(None, None, gpus)]
    left = budget_left(a_job(runner, max_gpu_hours=10, **local), found, at("11:30"))
    assert left.gpu_seconds == pytest.approx((10 - used) * 3600)


def test_that_trials_of_an_earlier_run_cost_nothing() -> None:
    earlier = a_trial("08:00", "09:30")
    assert budget_left(a_job(max_gpu_hours=1), [earlier], at("10:00")).gpu_seconds == 3600.0


def test_that_a_trial_begins_only_if_half_of_the_others_ended_in_the_time_that_is_left() -> None:
    found = [a_trial("10:00", "10:10"), a_trial("10:10", "10:40"), a_trial("10:40", "11:40")]  # median 30 min
    job = a_job(max_hours=2)
    assert fits_budget(job, found, at("11:29"))
    assert fits_budget(job, found, at("11:30"))
    assert not fits_budget(job, found, at("11:31"))


def test_that_running_trials_keep_their_part_of_the_gpu_hours() -> None:
    ended = a_trial("10:00", "11:00")
    job = a_job(max_gpu_hours=4)
    assert fits_budget(job, [ended], at("11:00"))
    running = [a_trial("11:00", None, (gpu,)) for gpu in "ABC"]
    assert fits_budget(job, [ended, *running[:2]], at("11:00"))
    assert not fits_budget(job, [ended, *running], at("11:00"))
