"""The runners that an engine has in use, by what they run on."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial

from bayescore.cluster import known_nodes
from bayescore.cluster.address import ClusterAddress
from bayescore.engine.leasing import ClusterLeasing, Places
from bayescore.errors import StoreError
from bayescore.i18n import Text
from bayescore.store import Database, Job, events, transfers
from bayescore.trials.runners import DockerRunner, ProcessRunner, Runner


class RunnerPool:
    """One runner per container engine, and one for processes; made when first needed."""

    def __init__(self, database: Database, changed: Callable[[], None]) -> None:
        self._database = database
        self._folder = database.folder
        self._changed = changed
        self._made: dict[str | None, Runner] = {}

    def of(self, job: Job) -> Runner:
        """The runner of a job's trials."""
        return self.at(job.submission.endpoint)

    def at(self, endpoint: str | None) -> Runner:
        """The runner of a container engine's endpoint; of processes for ``None``."""
        if endpoint not in self._made:
            self._made[endpoint] = self._make(endpoint)
        return self._made[endpoint]

    def places_of(self, job: Job, here: Places) -> Places:
        """What finds a place for a job's trials."""
        if ClusterAddress.of(job.submission.endpoint) is None:
            return here
        from bayescore.cluster.ray_runner import RayRunner

        runner = self.of(job)
        assert isinstance(runner, RayRunner)
        return ClusterLeasing(runner.slots)

    def _make(self, endpoint: str | None) -> Runner:
        if endpoint is None:
            return ProcessRunner(self._changed)
        if (cluster := ClusterAddress.of(endpoint)) is not None:
            from bayescore.cluster.ray_runner import RayRunner, Telling

            seen = partial(known_nodes.publish, self._database)
            return RayRunner(cluster, self._folder, self._changed, Telling(seen, self._moved, self._left_out))
        return DockerRunner(endpoint, self._folder.root, self._changed)

    def _moved(self, job: str, what: Text, share: float) -> None:
        with suppress(StoreError), self._database.write() as connection:  # the transfer itself matters more
            transfers.put(connection, job, what, share)

    def _left_out(self, job: str, why: Text) -> None:
        with suppress(StoreError), self._database.write() as connection:
            events.add(connection, job, "node_left_out", why, level="warning")

    def close(self) -> None:
        """Stop watching; programs go on."""
        for runner in self._made.values():
            runner.close()
