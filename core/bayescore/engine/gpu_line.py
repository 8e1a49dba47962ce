"""Which job gets the free GPUs: jobs are served in the order in which they asked.

A job whose trials need several GPUs would wait forever beside one whose trials need one, because two GPUs
are hardly ever free at the same moment. So GPUs that become free are kept for the job that asked first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bayescore.trials.gpus import Gpu, free, most_linked

_EXPIRES_S = 30.0  # the engine asks again every two seconds for a job that still needs a GPU
_WHOLE = 1_000_000  # leases of a GPU that no job behind in the line may share


@dataclass(frozen=True)
class Need:
    """What one trial of a job needs.

    Attributes
    ----------
    candidates
        GPUs that the job may use.
    count
        GPUs of one trial, at least 1.
    per_gpu
        Trials that may share a GPU.
    also_busy
        Whether a trial may run beside programs that are not trials.
    """

    candidates: tuple[Gpu, ...]
    count: int = 1
    per_gpu: int = 1
    also_busy: bool = False

    def free(self, leased: Mapping[str, int]) -> tuple[list[Gpu], list[Gpu]]:
        """Candidates that are free, and those that other programs use."""
        return free(self.candidates, leased, self.per_gpu, also_busy=self.also_busy)


@dataclass
class _Waiting:
    need: Need
    asked: float


class GpuLine:
    """The jobs that wait for GPUs."""

    def __init__(self) -> None:
        self._waiting: dict[str, _Waiting] = {}  # the job that asked first is first

    def ask(
        self, job: str, need: Need, leased: Mapping[str, int], now: float
    ) -> tuple[list[str] | None, list[Gpu]]:
        """Ask for the GPUs of one trial.

        Parameters
        ----------
        leased
            Number of trials on each GPU, by UUID.
        now
            Seconds of a clock that never goes back.

        Returns
        -------
        (uuids, used_by_others)
            The GPUs to lease, all of them or ``None``; and candidates that other programs use.
        """
        self._waiting = {j: w for j, w in self._waiting.items() if now - w.asked < _EXPIRES_S}
        kept = dict(leased)
        for other, waiting in self._waiting.items():
            if other == job:
                break
            _keep(waiting.need, kept)
        usable, others = need.free(kept)
        if len(usable) >= need.count:
            self._waiting.pop(job, None)
            return [gpu.uuid for gpu in most_linked(usable, need.count)], others
        self._waiting[job] = _Waiting(need, now)  # the GPUs as they are now, in its place of the line
        return None, need.free(leased)[1]

    def arrange(self, order: Sequence[str]) -> None:
        """Bring the jobs that wait into another order; the others stay at the end."""
        rank = {job: i for i, job in enumerate(order)}
        self._waiting = dict(sorted(self._waiting.items(), key=lambda w: rank.get(w[0], len(rank))))

    def leave(self, job: str) -> None:
        """Forget a job that needs no GPU any more."""
        self._waiting.pop(job, None)


def _keep(need: Need, kept: dict[str, int]) -> None:
    """Add what a waiting job is to get to the leases: free GPUs first, then those that become free."""
    usable, others = need.free(kept)
    leased = [gpu for gpu in need.candidates if gpu not in usable and gpu not in others]
    if len(usable) + len(leased) < need.count:
        return  # it waits for another program, however many of ours end: others may use what is free
    leased.sort(key=lambda gpu: kept[gpu.uuid])
    for gpu in (most_linked(usable, need.count) + leased)[: need.count]:
        kept[gpu.uuid] = kept.get(gpu.uuid, 0) + _WHOLE
