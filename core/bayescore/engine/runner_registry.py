"""The runners that an engine has made, by their endpoints."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial

from bayescore.cluster import known_nodes
from bayescore.cluster.address import ClusterAddress
from bayescore.engine.leasing import Leaser, SlotLeaser
from bayescore.errors import StoreError
from bayescore.i18n import Text
from bayescore.store import Database, Job, events, transfers
from bayescore.trials.runners import DockerRunner, ProcessRunner, Runner


class RunnerRegistry:
    """One runner per container engine or cluster, and one for processes. Each is made on first use."""

    def __init__(self, database: Database, changed: Callable[[], None]) -> None:
        self._database = database
        self._folder = database.folder
        self._changed = changed
        self._made: dict[str | None, Runner] = {}

    def of(self, job: Job) -> Runner:
        """The runner of a job's trials."""
        return self.at(job.submission.endpoint)

    def at(self, endpoint: str | None) -> Runner:
        """The runner of an endpoint; ``None`` stands for processes of this machine."""
        if endpoint not in self._made:
            self._made[endpoint] = self._make(endpoint)
        return self._made[endpoint]

    def leaser_of(self, job: Job, gpus: Leaser) -> Leaser:
        """Finds what to lease to a job's trials."""
        if ClusterAddress.of(job.submission.endpoint) is None:
            return gpus
        from bayescore.cluster.ray_runner import RayRunner

        runner = self.of(job)
        assert isinstance(runner, RayRunner)
        return SlotLeaser(runner.slots)

    def _make(self, endpoint: str | None) -> Runner:
        if endpoint is None:
            return ProcessRunner(self._changed)
        if (cluster := ClusterAddress.of(endpoint)) is not None:
            from bayescore.cluster.ray_runner import ClusterCallbacks, RayRunner

            seen = partial(known_nodes.publish, self._database)
            return RayRunner(
                cluster, self._folder, self._changed, ClusterCallbacks(seen, self._moved, self._left_out)
            )
        return DockerRunner(endpoint, self._folder.root, self._changed)

    def _moved(self, job: str, what: Text, share: float) -> None:
        with (
            suppress(StoreError),
            self._database.write() as connection,
        ):  # an error here must not stop the transfer
            transfers.put(connection, job, what, share)

    def _left_out(self, job: str, why: Text) -> None:
        with suppress(StoreError), self._database.write() as connection:
            events.add(connection, job, "node_left_out", why, level="warning")

    def close(self) -> None:
        """Stop watching programs; they continue."""
        for runner in self._made.values():
            runner.close()
