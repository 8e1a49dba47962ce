"""A runner whose calls hang or fail for the trials of one job, and the engine that runs it step by step."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bayescore.engine import runner_registry
from bayescore.errors import RunnerError
from bayescore.i18n import text
from bayescore.queue.places import set_places
from bayescore.store import JobState, TrialState, cancellation
from bayescore.trials import Launch
from bayescore.trials.runners import GRACE_S, Exit, ProcessRunner
from support.stepped_engine import SteppedEngine
from support.workspace import Workspace

METHODS = ("start", "adopt", "poll", "stop", "save_log", "remove")
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
        with self.engine.database.write() as connection:
            set_places(connection, 2 * TRIALS)
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


@contextmanager
def faulty_scene(workspace: Workspace) -> Iterator[Scene]:
    """The scene, whose engine has the faulty runner; at the end everything is ended."""
    scene = Scene(workspace)
    original = runner_registry.ProcessRunner
    runner_registry.ProcessRunner = lambda changed: FaultyRunner(changed, scene.faults)  # type: ignore[assignment,misc]
    try:
        yield scene
        scene.close()
    finally:
        runner_registry.ProcessRunner = original  # type: ignore[misc]
