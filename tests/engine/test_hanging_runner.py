"""A runner that hangs delays the trials that it hangs for, and nothing else."""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bayescore.engine.job_setup import set_up
from bayescore.errors import RunnerError, RunnerSilentError, StoreError
from bayescore.i18n import text
from bayescore.processes import start_time
from bayescore.store import JobState, TrialState, cancellation, requests
from bayescore.trials import Launch
from bayescore.trials.runners import GRACE_S, Exit, ProcessRunner
from support.stepped_engine import SteppedEngine
from support.workspace import Workspace

LONGEST_STEP_S = 5.0  # far below what a step would take that waits for a call that hangs
HANGS_S = 60.0
TRIALS = 10  # more than a job has threads for starts
REPORT = 'printf \'{"metrics": {"score": [{"value": 1}]}}\\n\' >> "$BAYESDESK_SPOOL"'


@dataclass
class Faults:
    """What goes wrong with the calls for the trials of one job.

    Attributes
    ----------
    hangs_in
        Name of the method that hangs until ``released`` is set.
    spared
        Numbers of trials for which it does not hang.
    hanging
        How many calls have hung.
    raises
        Errors that methods raise, by name.
    callers
        Threads that have called any method, for any job.
    """

    job: str = ""
    hangs_in: str = ""
    spared: frozenset[int] = frozenset()
    released: threading.Event = field(default_factory=threading.Event)
    hanging: int = 0
    raises: dict[str, Exception] = field(default_factory=dict)
    callers: set[threading.Thread] = field(default_factory=set)

    def inject(self, method: str, folder: Path) -> None:
        """Hang or raise, if this call for the trial of this folder is to."""
        self.callers.add(threading.current_thread())
        if self.job not in folder.parts:
            return
        if method in self.raises:
            raise self.raises[method]
        if method == self.hangs_in and int(folder.name) not in self.spared:
            self.hanging += 1
            self.released.wait(HANGS_S)


class FaultyRunner(ProcessRunner):
    """The runner of processes, with faults."""

    def __init__(self, changed: Callable[[], None], faults: Faults) -> None:
        super().__init__(changed)
        self._faults = faults

    def start(self, launch: Launch) -> str:
        self._faults.inject("start", launch.folder.root)
        return super().start(launch)

    def adopt(self, launch: Launch) -> str | None:
        self._faults.inject("adopt", launch.folder.root)
        return super().adopt(launch)

    def poll(self, handle: str) -> Exit | None:
        self._faults.inject("poll", Path(handle))
        return super().poll(handle)

    def stop(self, handle: str, grace: float = GRACE_S) -> None:
        self._faults.inject("stop", Path(handle))
        super().stop(handle, grace)

    def save_log(self, handle: str, file: Path) -> None:
        self._faults.inject("save_log", Path(handle))
        super().save_log(handle, file)

    def remove(self, handle: str) -> None:
        self._faults.inject("remove", Path(handle))
        super().remove(handle)


class Scene:
    """A job of ten trials that wait for a file, with a faulty runner, and the engine that runs it."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._go = workspace.root / "go"
        self.engine = SteppedEngine(workspace)
        wait = f"echo >> began; while [ ! -e {self._go} ]; do sleep 0.05; done; true"
        workspace.write(root={"command": f"{REPORT}; {wait}"}, max_job_count=TRIALS, parallel_count=TRIALS)
        self.job = self.engine.submit()
        self.faults = Faults(self.job)

    def reach(self, method: str) -> None:
        """Take steps until calls of this method hang."""
        if method != "start":
            self.run(TRIALS)
        if method == "adopt":
            self.engine.close()
            self.engine = SteppedEngine(self._workspace)
        self.faults.hangs_in = method
        if method == "stop":
            self.cancel()
        elif method in ("save_log", "remove"):
            self.finish_programs()
        self.hang(8)

    def run(self, count: int) -> None:
        """Take steps until so many trials run."""
        self.engine.until(lambda: self.engine.count(self.job, TrialState.RUNNING) == count, "they do not run")

    def hang(self, count: int) -> None:
        """Take steps until so many calls hang."""
        self.engine.until(lambda: self.faults.hanging >= count, f"{self.faults.hangs_in} does not hang")

    def finish_programs(self) -> None:
        self._go.touch()

    def cancel(self) -> None:
        cancellation.request(self.engine.database, self.job)

    def run_another_job(self) -> JobState:
        """Run a second job from its submission to its end."""
        self._workspace.write(root={"command": f"{REPORT}; true"}, max_job_count=2, parallel_count=1)
        other = self.engine.submit()
        self.engine.until(lambda: self.engine.state(other).ended, "the other job has not ended")
        return self.engine.state(other)

    def fail_while_a_program_ends_slowly(self) -> str:
        """Make a second job fail whose program takes two seconds to end; returns the job's id."""
        wait = f"trap 'sleep 2; exit 7' TERM; echo > began; while [ ! -e {self._go} ]; do sleep 0.05; done"
        self._workspace.write(root={"command": f"{REPORT}; {wait}; true"}, max_job_count=1, parallel_count=1)
        job = self.faults.job = self.engine.submit()
        began = self._workspace.data.trial(job, 1) / "output" / "began"
        self.engine.until(
            lambda: began.exists() and self.engine.count(job, TrialState.RUNNING), "the program does not run"
        )
        self.faults.raises["poll"] = RunnerError(text("The runner is broken."))
        self.engine.until(lambda: self.engine.state(job).ended, "the job has not failed")
        self.faults.raises.clear()
        return job

    def supervisor(self, job: str) -> int:
        """Process id of the supervisor of a job's first trial."""
        file = self._workspace.data.trial(job, 1) / "supervisor.json"
        return int(json.loads(file.read_text())["pid"])

    def end(self) -> JobState:
        """Take steps until the job ends; the state in which it does."""
        self.engine.until(lambda: self.engine.state(self.job).ended, "the job has not ended")
        return self.engine.state(self.job)

    def have_ended(self, numbers: Iterable[int] = range(1, TRIALS + 1)) -> bool:
        """Whether the programs of these trials have."""
        return all((self.folder(number) / "exit.json").exists() for number in numbers)

    def folder(self, number: int) -> Path:
        return self._workspace.data.trial(self.job, number)

    def close(self) -> None:
        """End everything, also after a test that failed."""
        self.faults.raises.clear()
        self.faults.released.set()
        self.cancel()
        self.end()
        self.engine.close()


@pytest.fixture
def scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    scene = Scene(Workspace(tmp_path))
    monkeypatch.setattr(
        "bayescore.engine.runner_registry.ProcessRunner", lambda changed: FaultyRunner(changed, scene.faults)
    )
    yield scene
    scene.close()


@pytest.mark.parametrize("method", ["start", "adopt", "poll", "stop", "save_log", "remove"])
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
