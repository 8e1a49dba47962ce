"""The runners that an engine has in use, by what they run on."""

from __future__ import annotations

from collections.abc import Callable

from bayescore.store import DataFolder, Job
from bayescore.trials.runners import DockerRunner, ProcessRunner, Runner


class Runners:
    """One runner per container engine, and one for processes; made when first needed."""

    def __init__(self, folder: DataFolder, changed: Callable[[], None]) -> None:
        self._folder = folder
        self._changed = changed
        self._made: dict[str, Runner] = {}

    def of(self, job: Job) -> Runner:
        """The runner of a job's trials."""
        key = job.wish.endpoint or job.wish.runner
        if key not in self._made:
            self._made[key] = self._make(job)
        return self._made[key]

    def _make(self, job: Job) -> Runner:
        if job.wish.endpoint:
            return DockerRunner(job.wish.endpoint, self._folder.root, self._changed)
        return ProcessRunner(self._changed)

    def close(self) -> None:
        """Stop watching; programs go on."""
        for runner in self._made.values():
            runner.close()
