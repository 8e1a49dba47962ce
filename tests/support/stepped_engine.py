"""An engine in the test's own process, made to take one step after the other."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from bayescore.app.options import Options
from bayescore.app.prepare import prepare
from bayescore.engine.leasing import GpuLeaser
from bayescore.engine.loop import Engine
from bayescore.store import Database, JobState, Trial, TrialState, jobs, trials
from bayescore.times import utc
from support.workspace import Workspace, wait_until


class SteppedEngine:
    """The engine of a workspace; it works only while :meth:`until` waits.

    Attributes
    ----------
    waited
        Seconds that each step since :meth:`forget_steps` spent waiting.
    took
        Seconds of the same steps from begin to end.
    """

    def __init__(
        self, workspace: Workspace, gpus: GpuLeaser | None = None, clock: Callable[[], datetime] = utc
    ) -> None:
        self._workspace = workspace
        self.database = Database(workspace.data).open()
        self._engine = Engine(Database(workspace.data).open(), gpus, clock)
        self._engine.start()
        self.waited: list[float] = []
        self.took: list[float] = []

    def submit(self) -> str:
        """Store a job for the workspace's project; returns its id."""
        prepared = prepare(self._workspace.project, Options(seed=1))
        assert prepared.submission is not None, prepared.problems
        with self.database.write() as connection:
            return jobs.add(connection, prepared.submission).id

    def until(self, condition: Callable[[], Any], otherwise: str, seconds: float = 90) -> None:
        """Take steps until a condition holds."""

        def holds_after_a_step() -> Any:
            began, busy = time.monotonic(), _busy()
            self._engine.step()
            self.took.append(time.monotonic() - began)
            self.waited.append(self.took[-1] - (_busy() - busy))
            return condition()

        wait_until(holds_after_a_step, otherwise, seconds)

    def forget_steps(self) -> None:
        self.waited.clear()
        self.took.clear()

    def state(self, job: str) -> JobState:
        with self.database.read() as connection:
            return jobs.get(connection, job).state

    def trials(self, job: str) -> list[Trial]:
        with self.database.read() as connection:
            return trials.of_job(connection, job)

    def count(self, job: str, state: TrialState) -> int:
        return sum(trial.state is state for trial in self.trials(job))

    def close(self) -> None:
        """End the engine; programs keep running."""
        self._engine.end()
        self._engine.run()
        self.database.close()


def _busy() -> float:
    """Seconds that this thread has computed, or has waited only because other programs had the processor."""
    try:
        computed, delayed, _slices = Path("/proc/thread-self/schedstat").read_text().split()
    except OSError:
        return time.thread_time()
    return (int(computed) + int(delayed)) / 1e9
