"""Finds the GPU, or the slot of a cluster, that a trial is to use."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import sqlalchemy as sa

from bayescore.engine.gpu_line import GpuLine, Need
from bayescore.errors import RunnerError
from bayescore.i18n import text
from bayescore.store import Job, events, free_gpus, trials
from bayescore.times import local, now
from bayescore.trials.gpus import Gpu, chosen, too_few, trials_at_a_time, uses_cpu, visible

if TYPE_CHECKING:
    from bayescore.cluster.slots import Slots

_log = logging.getLogger(__name__)
_FRESH_S = 1.0  # the list of GPUs is used for this long
_KIND_S = 30.0  # and for this long to tell whether trials use a GPU at all
_STAYS_S = 5.0  # a program that uses a GPU for less is not worth an event


class Leaser(Protocol):
    """Finds what to lease to a trial."""

    def find(self, connection: sa.Connection, job: Job) -> list[str] | None:
        """What to lease to a trial; ``None`` while nothing is free."""
        ...

    def takes_place(self, job: Job) -> bool | None:
        """Whether a trial takes a place of this machine: it runs here without a lease.

        ``None`` while that is not known.
        """
        ...

    def release(self, job: str) -> None:
        """Release what is held for a job that has ended."""
        ...


class SlotLeaser:
    """Finds a slot on a cluster."""

    def __init__(self, slots: Slots) -> None:
        self._slots = slots

    def find(self, connection: sa.Connection, job: Job) -> list[str] | None:
        """See :class:`Leaser`."""
        most = job.config.hyper_tuning.parallel_count
        lease = self._slots.find(job.id, job.submission, most, trials.leased(connection))
        return None if lease is None else [lease]

    def takes_place(self, job: Job) -> bool:
        """See :class:`Leaser`: trials run elsewhere."""
        del job
        return False

    def release(self, job: str) -> None:
        """See :class:`Leaser`."""
        self._slots.release(job)


@dataclass(frozen=True)
class _Listed:
    """The GPUs of this machine at a moment of the monotonic clock, or why they could not be listed."""

    gpus: list[Gpu]
    at: float
    error: Exception | None = None


class GpuLeaser:
    """Finds a GPU for a trial; the leases themselves are rows of the store.

    A driver may take seconds to list its GPUs, so that is done on a thread.

    Parameters
    ----------
    list_gpus
        Lists the GPUs of this machine.
    """

    def __init__(self, list_gpus: Callable[[], list[Gpu]] = visible) -> None:
        self._list_gpus = list_gpus
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="gpus")
        self._listing: Future[_Listed] | None = None
        self._listed = _Listed([], at=-_KIND_S)
        self._failed_at = -_FRESH_S
        # of the last listing, until a job has it or they are listed again
        self._error: Exception | None = None
        self._busy: dict[str, dict[str, float]] = {}  # since when other programs use a GPU, by job and UUID
        self._reported: set[tuple[str, str]] = set()
        self._line = GpuLine()
        self.wake: Callable[[], None] = lambda: None  # called when the GPUs are listed

    def _gpus(self, fresh_s: float) -> list[Gpu] | None:
        """GPUs as they were no longer ago; ``None`` while they are being listed."""
        if self._listing is not None and self._listing.done():
            self._take(self._listing.result())
            self._listing = None
        if time.monotonic() - self._listed.at < fresh_s:
            return self._listed.gpus
        if self._listing is None and time.monotonic() - self._failed_at >= _FRESH_S:
            self._error = None
            self._listing = self._thread.submit(self._list)
            self._listing.add_done_callback(lambda _: self.wake())
        return None

    def _list(self) -> _Listed:
        try:
            gpus = self._list_gpus()
        except Exception as error:
            return _Listed([], time.monotonic(), error)
        return _Listed(gpus, time.monotonic())

    def _take(self, listed: _Listed) -> None:
        self._error = listed.error
        if listed.error is None:
            self._listed = listed
        else:
            _log.warning("the GPUs cannot be listed: %s", listed.error)
            self._failed_at = listed.at

    def find(self, connection: sa.Connection, job: Job) -> list[str] | None:
        """UUIDs for one trial; empty if it needs none; ``None`` while too few are free.

        Raises
        ------
        RunnerError
            If the settings name GPUs and this machine has none of them, or fewer than a trial needs.
        """
        wanted, count = job.local.gpus, job.local.gpus_per_trial
        if wanted == "none" or count == 0:
            return []
        gpus = self._gpus(_FRESH_S)
        if self._error is not None:
            error, self._error = self._error, None
            raise error
        if gpus is None:
            return None
        candidates = chosen(gpus, wanted)
        if not candidates:
            if wanted == "all" and count == 1:
                return []
            if wanted == "all":
                raise _too_few_error(count, 0)
            named = ", ".join(str(w) for w in wanted)
            raise RunnerError(
                text("None of the GPUs {named} is on this machine.", named=named),
                text("Correct “gpus” in openbayes.local.yaml; “bayesdesk doctor” lists what is there."),
            )
        if len(candidates) < count:
            raise _too_few_error(count, len(candidates))
        left_free = free_gpus.current(connection, now())
        self._report_left_free(connection, job, [g for g in candidates if g.uuid in left_free], left_free)
        candidates = [gpu for gpu in candidates if gpu.uuid not in left_free]
        if len(candidates) < count:
            self._line.leave(job.id)  # no GPU is kept for it
            return None
        need = Need(tuple(candidates), count, job.local.trials_per_gpu, job.local.use_busy_gpus)
        moment = time.monotonic()
        leases, others = self._line.ask(job.id, need, trials.leased(connection), moment)
        self._report_busy(connection, job, others, moment)
        return leases

    def takes_place(self, job: Job) -> bool | None:
        """See :class:`Leaser`: if the GPUs cannot be listed, :meth:`find` raises the error."""
        if job.local.gpus == "none" or job.local.gpus_per_trial == 0:
            return True
        if self._gpus(_KIND_S) is None and not self._has_listed and self._error is None:
            return None
        return uses_cpu(job.local, self._listed.gpus)

    @property
    def _has_listed(self) -> bool:
        return self._listed.at >= 0

    def arrange(self, order: Sequence[str]) -> None:
        """Serve jobs that wait for a GPU in this order."""
        self._line.arrange(order)

    def at_a_time(self, job: Job) -> int:
        """Trials of a job that run at the same time, by its settings and the GPUs that were last listed."""
        return trials_at_a_time(job.config.hyper_tuning.parallel_count, job.local, self._listed.gpus)

    def release(self, job: str) -> None:
        """See :class:`Leaser`: no GPU is held between trials, but the job may wait for one."""
        self._line.leave(job)
        self._busy.pop(job, None)

    def _report_left_free(
        self, connection: sa.Connection, job: Job, gpus: list[Gpu], until: Mapping[str, str]
    ) -> None:
        """Record, once for each time, that a GPU of the job is left free for others."""
        for gpu in gpus:
            key = (job.id, f"{gpu.uuid} {until[gpu.uuid]}")
            if key in self._reported:
                continue
            self._reported.add(key)
            message = text(
                "GPU {index} ({name}) is left free: no trial uses it.", index=gpu.index, name=gpu.name
            )
            if until[gpu.uuid] != free_gpus.ALWAYS:
                message = text(
                    "GPU {index} ({name}) is left free: no trial uses it until {time}.",
                    index=gpu.index,
                    name=gpu.name,
                    time=local(until[gpu.uuid]),
                )
            events.add(connection, job.id, "gpu_left_free", message)

    def _report_busy(self, connection: sa.Connection, job: Job, others: list[Gpu], now: float) -> None:
        """Record GPUs that other programs keep using; a program of a trial may take a moment to end."""
        since = self._busy.get(job.id, {})
        self._busy[job.id] = {gpu.uuid: since.get(gpu.uuid, now) for gpu in others}
        for gpu in others:
            if now - self._busy[job.id][gpu.uuid] < _STAYS_S or (job.id, gpu.uuid) in self._reported:
                continue
            self._reported.add((job.id, gpu.uuid))
            message = text(
                "GPU {index} ({name}) is used by another program: {programs}. No trial uses it for now. "
                "To use it all the same, set “use_busy_gpus: true” in openbayes.local.yaml.",
                index=gpu.index,
                name=gpu.name,
                programs=gpu.users,
            )
            events.add(connection, job.id, "gpu_busy", message, level="warning")


def _too_few_error(count: int, there: int) -> RunnerError:
    return RunnerError(
        too_few(count, there),
        text("Lower “gpus_per_trial”, or allow more “gpus”, in openbayes.local.yaml."),
    )
