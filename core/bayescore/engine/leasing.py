"""Which GPU a trial gets, or which place on a cluster."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

import sqlalchemy as sa

from bayescore.errors import RunnerError
from bayescore.i18n import text
from bayescore.store import Job, events, trials
from bayescore.trials.gpus import Gpu, chosen, free, visible

if TYPE_CHECKING:
    from bayescore.cluster.slots import Slots

_FRESH_S = 1.0  # how long a look at the GPUs is good for


class Places(Protocol):
    """Where trials may run."""

    def find(self, connection: sa.Connection, job: Job) -> list[str] | None:
        """What to lease to a trial; ``None`` while everything is taken."""
        ...

    def release(self, job: str) -> None:
        """The job has ended and needs nothing any more."""
        ...


class ClusterLeasing:
    """Finds a slot on a cluster."""

    def __init__(self, slots: Slots) -> None:
        self._slots = slots

    def find(self, connection: sa.Connection, job: Job) -> list[str] | None:
        """See :class:`Places`."""
        most = job.config.hyper_tuning.parallel_count
        lease = self._slots.find(job.id, job.submission, most, trials.leased(connection))
        return None if lease is None else [lease]

    def release(self, job: str) -> None:
        """See :class:`Places`."""
        self._slots.release(job)


class Leasing:
    """Finds a GPU for a trial; the leases themselves are rows of the store."""

    def __init__(self, look: Callable[[], list[Gpu]] = visible) -> None:
        self._look = look
        self._seen: list[Gpu] = []
        self._at = -_FRESH_S
        self._told: set[tuple[str, str]] = set()

    def gpus(self) -> list[Gpu]:
        """GPUs of this machine, looked at no more than a second ago."""
        if time.monotonic() - self._at > _FRESH_S:
            self._seen, self._at = self._look(), time.monotonic()
        return self._seen

    def find(self, connection: sa.Connection, job: Job) -> list[str] | None:
        """UUIDs for one trial: one GPU, none where none are wanted; ``None`` while all are taken.

        Raises
        ------
        RunnerError
            When the settings name GPUs and none of them is there.
        """
        wanted = job.local.gpus
        if wanted == "none":
            return []
        candidates = chosen(self.gpus(), wanted)
        if not candidates:
            if wanted == "all":
                return []
            named = ", ".join(str(w) for w in wanted)
            raise RunnerError(
                text("None of the GPUs {named} is on this machine.", named=named),
                text("Correct “gpus” in openbayes.local.yaml; “bayesdesk doctor” lists what is there."),
            )
        usable, others = free(candidates, trials.leased(connection), job.local.trials_per_gpu)
        for gpu in others:
            self._tell(connection, job, gpu)
        return [usable[0].uuid] if usable else None

    def release(self, job: str) -> None:
        """Nothing is held between trials."""

    def _tell(self, connection: sa.Connection, job: Job, gpu: Gpu) -> None:
        if (job.id, gpu.uuid) in self._told:
            return
        self._told.add((job.id, gpu.uuid))
        message = text(
            "GPU {index} ({name}) is used by another program ({used} MiB); it is left alone while that runs.",
            index=gpu.index,
            name=gpu.name,
            used=gpu.memory_used // 2**20,
        )
        events.add(connection, job.id, "gpu_busy", message, level="warning")
