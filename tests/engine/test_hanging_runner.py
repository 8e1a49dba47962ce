"""A runner that hangs delays the trials that it hangs for, and nothing else."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bayescore.engine import cancellation
from bayescore.store import JobState, TrialState
from bayescore.trials import Launch
from bayescore.trials.runners import GRACE_S, Exit, ProcessRunner
from support.stepped_engine import SteppedEngine
from support.workspace import Workspace

LONGEST_WAIT_S = 0.1
HANGS_S = 60.0
TRIALS = 10  # more than a job has threads for starts
HANGING = 8
REPORT = 'printf \'{"metrics": {"score": [{"value": 1}]}}\\n\' >> "$BAYESDESK_SPOOL"'


@dataclass
class Hang:
    """Where runners hang: in one method, for the trials of one job, until they are released."""

    method: str = ""
    job: str = ""
    released: threading.Event = field(default_factory=threading.Event)
    count: int = 0
    callers: set[threading.Thread] = field(default_factory=set)

    def enter(self, method: str, place: str) -> None:
        self.callers.add(threading.current_thread())
        if method == self.method and self.job in place:
            self.count += 1
            self.released.wait(HANGS_S)


class HangingRunner(ProcessRunner):
    """The runner of processes, which may hang before it does its work."""

    def __init__(self, changed: Callable[[], None], hang: Hang) -> None:
        super().__init__(changed)
        self._hang = hang

    def start(self, launch: Launch) -> str:
        self._hang.enter("start", launch.job)
        return super().start(launch)

    def adopt(self, launch: Launch) -> str | None:
        self._hang.enter("adopt", launch.job)
        return super().adopt(launch)

    def poll(self, handle: str) -> Exit | None:
        self._hang.enter("poll", handle)
        return super().poll(handle)

    def stop(self, handle: str, grace: float = GRACE_S) -> None:
        self._hang.enter("stop", handle)
        super().stop(handle, grace)

    def save_log(self, handle: str, file: Path) -> None:
        self._hang.enter("save_log", handle)
        super().save_log(handle, file)

    def remove(self, handle: str) -> None:
        self._hang.enter("remove", handle)
        super().remove(handle)


class Scene:
    """A job of ten trials whose runner is to hang, and the engine that runs it."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self.hang = Hang()
        self.go = workspace.root / "go"
        self.engine = SteppedEngine(workspace)
        wait = f"while [ ! -e {self.go} ]; do sleep 0.05; done; true"
        workspace.write(root={"command": f"{REPORT}; {wait}"}, max_job_count=TRIALS, parallel_count=TRIALS)
        self.job = self.engine.submit()

    def reach(self, method: str) -> None:
        """Take steps until calls of this method hang."""
        if method != "start":
            self.engine.until(
                lambda: self.engine.count(self.job, TrialState.RUNNING) == TRIALS, "not all run"
            )
        if method == "adopt":
            self.engine.close()
            self.engine = SteppedEngine(self._workspace)
        self.hang.method, self.hang.job = method, self.job
        if method == "stop":
            self.cancel()
        elif method in ("save_log", "remove"):
            self.go.touch()
        self.engine.until(lambda: self.hang.count >= HANGING, f"nothing hangs in {method}")

    def run_another_job(self) -> JobState:
        """Run a second job from its submission to its end."""
        self._workspace.write(root={"command": f"{REPORT}; true"}, max_job_count=2, parallel_count=1)
        other = self.engine.submit()
        self.engine.until(lambda: self.engine.state(other).ended, "the other job has not ended")
        return self.engine.state(other)

    def cancel(self) -> None:
        cancellation.request(self.engine.database, self.job)

    def release(self) -> JobState:
        """Let the hanging calls return; the state in which the job ends."""
        self.hang.released.set()
        self.engine.until(lambda: self.engine.state(self.job).ended, "the job has not ended")
        return self.engine.state(self.job)

    def close(self) -> None:
        """End everything, also after a test that failed."""
        self.hang.released.set()
        if not self.engine.state(self.job).ended:
            self.cancel()
            self.engine.until(lambda: self.engine.state(self.job).ended, "the job has not ended")
        self.engine.close()


@pytest.fixture
def scene(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    scene = Scene(workspace)
    monkeypatch.setattr(
        "bayescore.engine.runner_pool.ProcessRunner", lambda changed: HangingRunner(changed, scene.hang)
    )
    yield scene
    scene.close()


@pytest.mark.parametrize("method", ["start", "adopt", "poll", "stop", "save_log", "remove"])
def test_that_calls_that_hang_for_a_minute_delay_no_trial_of_another_job(scene: Scene, method: str) -> None:
    scene.reach(method)
    scene.engine.forget_steps()
    assert scene.run_another_job() is JobState.SUCCEEDED
    assert not scene.hang.released.is_set()
    assert max(scene.engine.waited) < LONGEST_WAIT_S
    assert threading.current_thread() not in scene.hang.callers
    scene.go.touch()
    assert scene.release() is (JobState.CANCELLED if method == "stop" else JobState.SUCCEEDED)


@pytest.mark.parametrize("method", ["adopt", "poll"])
def test_that_a_cancellation_reaches_programs_while_other_calls_hang(scene: Scene, method: str) -> None:
    scene.reach(method)
    scene.cancel()
    ends = [Path(str(trial.handle)) / "exit.json" for trial in scene.engine.trials(scene.job)]
    scene.engine.until(lambda: all(end.exists() for end in ends), "programs go on")
    assert not scene.hang.released.is_set()
    assert scene.release() is JobState.CANCELLED
