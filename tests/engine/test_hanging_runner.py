"""A runner that hangs delays the trials that it hangs for, and nothing else."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bayescore.engine.job_setup import set_up
from bayescore.errors import RunnerError, RunnerSilentError, StoreError
from bayescore.i18n import text
from bayescore.processes import start_time
from bayescore.store import JobState, TrialState, requests
from support.hanging_runner import METHODS, TRIALS, Scene, faulty_scene
from support.workspace import BIN, Workspace

LONGEST_STEP_S = 5.0  # far below what a step would take that waits for a call that hangs


@pytest.fixture
def scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    monkeypatch.setenv("PATH", f"{BIN}{os.pathsep}{os.environ['PATH']}")
    with faulty_scene(Workspace(tmp_path)) as scene:
        yield scene


@pytest.mark.parametrize("method", METHODS)
def test_that_calls_that_hang_for_a_minute_delay_no_trial_of_another_job(scene: Scene, method: str) -> None:
    scene.reach(method)
    scene.engine.forget_steps()
    assert scene.run_another_job() is JobState.SUCCEEDED
    assert not scene.faults.released.is_set()
    assert max(scene.engine.waited) < LONGEST_STEP_S
    assert threading.current_thread() not in scene.faults.callers
    scene.faults.released.set()
    scene.finish_programs()
    assert scene.end() is (JobState.CANCELLED if method == "stop" else JobState.SUCCEEDED)


@pytest.mark.parametrize("method", ["adopt", "poll"])
def test_that_a_cancellation_reaches_programs_while_other_calls_hang(scene: Scene, method: str) -> None:
    scene.reach(method)
    scene.cancel()
    scene.engine.until(scene.have_ended, "programs go on")
    assert not scene.faults.released.is_set()
    scene.faults.released.set()
    assert scene.end() is JobState.CANCELLED


def test_that_a_running_program_is_stopped_while_other_trials_start(scene: Scene) -> None:
    scene.faults.hangs_in, scene.faults.spared = "start", frozenset({1})
    scene.run(1)
    scene.hang(8)
    scene.cancel()
    scene.engine.until(lambda: scene.have_ended([1]), "the program goes on")
    assert not scene.faults.released.is_set()


def test_that_a_job_fails_when_its_runner_stays_silent(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bayescore.engine.job_run.UNREACHABLE_S", 1.5)
    scene.run(TRIALS)
    scene.faults.raises["poll"] = RunnerSilentError(text("The runner is away."))
    assert scene.end() is JobState.SYSTEM_ERROR
    scene.engine.until(scene.have_ended, "programs go on")


def test_that_a_runner_that_answers_again_in_time_costs_nothing(scene: Scene) -> None:
    scene.run(TRIALS)
    scene.faults.raises["poll"] = RunnerSilentError(text("The runner is away."))
    scene.finish_programs()
    scene.engine.until(scene.have_ended, "programs go on")
    assert scene.engine.count(scene.job, TrialState.RUNNING) == TRIALS
    scene.faults.raises.clear()
    assert scene.end() is JobState.SUCCEEDED


def test_that_programs_that_were_being_started_when_their_job_failed_are_stopped(scene: Scene) -> None:
    scene.faults.hangs_in, scene.faults.spared = "start", frozenset({1})
    scene.run(1)
    scene.hang(8)
    scene.faults.raises["poll"] = RunnerError(text("The runner is broken."))
    assert scene.end() is JobState.SYSTEM_ERROR
    scene.faults.released.set()
    scene.engine.until(lambda: scene.have_ended(range(1, 10)), "programs go on")
    assert not scene.folder(10).exists()


def test_that_no_program_is_started_twice_after_an_unexpected_error(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    scene.faults.hangs_in, scene.faults.spared = "start", frozenset({1})
    scene.run(1)
    scene.hang(8)
    scene.faults.raises["poll"] = ZeroDivisionError()
    scene.engine.until(lambda: "ZeroDivisionError" in caplog.text, "the error was not noticed")
    scene.faults.raises.clear()
    scene.faults.released.set()
    scene.run(TRIALS)
    scene.finish_programs()
    assert scene.end() is JobState.SUCCEEDED
    assert {trial.attempt for trial in scene.engine.trials(scene.job)} == {1}
    began = [(scene.folder(number) / "output" / "began").read_text() for number in range(1, TRIALS + 1)]
    assert began == ["\n"] * TRIALS


def test_that_a_setup_that_cannot_write_to_the_store_is_tried_again(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    errors = [StoreError(text("The disk is full."))]

    def set_up_with_faults(*arguments: Any) -> None:
        if errors:
            raise errors.pop()
        set_up(*arguments)

    monkeypatch.setattr("bayescore.engine.job_run.set_up", set_up_with_faults)
    with pytest.raises(StoreError):
        scene.run(TRIALS)
    scene.run(TRIALS)
    scene.finish_programs()
    assert scene.end() is JobState.SUCCEEDED


def test_that_an_error_while_a_program_is_removed_is_logged(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    scene.run(TRIALS)
    scene.faults.raises["remove"] = ZeroDivisionError()
    scene.finish_programs()
    assert scene.end() is JobState.SUCCEEDED
    scene.engine.until(lambda: "ZeroDivisionError" in caplog.text, "the error was not logged")


def test_that_a_rerun_begins_after_the_program_of_the_failed_job_has_ended(scene: Scene) -> None:
    job = scene.fail_while_a_program_ends_slowly()
    supervisor = scene.supervisor(job)
    with scene.engine.database.write() as connection:
        requests.add(connection, job, requests.RERUN, trial=1)
    scene.engine.until(lambda: start_time(supervisor) is None, "the first program has not ended")
    scene.engine.until(lambda: scene.engine.count(job, TrialState.STARTING) == 0, "it is not started")
    scene.finish_programs()
    scene.engine.until(lambda: scene.engine.state(job).ended, "the job has not ended")
    assert [(trial.attempt, trial.state) for trial in scene.engine.trials(job)] == [(2, TrialState.SUCCEEDED)]
