"""When the jobs of a queue begin: the scheduler runs ahead on a simulated clock."""

from __future__ import annotations

import heapq
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bayescore.queue.scheduler import Entry, Places, next_job

_MOST_STEPS = 2_000  # trials that are simulated, times jobs: later ones are not worth an estimate


@dataclass(frozen=True)
class Work:
    """What a job has to do.

    Attributes
    ----------
    left
        Number of trials that have yet to begin.
    most
        Number of its trials that run at the same time.
    seconds
        Usual duration of a trial; ``None`` while it is unknown.
    under_way
        Seconds until each running trial is expected to end.
    gpus
        GPUs of this machine that a trial takes.
    """

    left: int
    most: int
    seconds: float | None
    under_way: tuple[float | None, ...] = ()
    gpus: float = 0.0


def begin_times(
    queue: Sequence[Entry], places: Places, works: Mapping[str, Work], gpus: int
) -> dict[str, float]:
    """Seconds until each job without a running trial begins one; a job is missing if that is unknown.

    Parameters
    ----------
    works
        The work of each job.
    gpus
        Number of GPUs of this machine.
    """
    return _Simulation(queue, places, works, gpus).run()


class _Simulation:
    def __init__(self, queue: Sequence[Entry], places: Places, works: Mapping[str, Work], gpus: int) -> None:
        self._entries = {entry.job: entry for entry in queue}
        self._places, self._works, self._gpus = places, works, gpus
        self._left = {job: works[job].left for job in self._entries}
        self._awaited = {e.job for e in queue if e.running == 0 and e.withheld is None}
        self._ends: list[tuple[float, str]] = []
        self._begun = 0
        self._turn = max((entry.last_turn for entry in queue), default=0)
        for job, entry in list(self._entries.items()):
            self._set(entry, entry.running, entry.last_turn)
            for seconds in works[job].under_way:
                heapq.heappush(self._ends, (_known(seconds), job))

    def run(self) -> dict[str, float]:
        found: dict[str, float] = {}
        clock = 0.0
        while True:
            for job in self._fill(clock):
                if job in self._awaited:
                    self._awaited.discard(job)
                    found[job] = clock
            if not self._awaited or not self._ends or self._begun * len(self._entries) > _MOST_STEPS:
                return found
            clock, job = heapq.heappop(self._ends)
            if math.isinf(clock):
                return found
            self._end(job)

    def _fill(self, clock: float) -> list[str]:
        """Begin every trial that may begin now; returns their jobs."""
        begun: list[str] = []
        lacking: set[str] = set()  # a GPU
        while (job := next_job(list(self._entries.values()), self._places, lacking)) is not None:
            entry, work = self._entries[job], self._works[job]
            used = sum(e.running * self._works[e.job].gpus for e in self._entries.values())
            if work.gpus and used + work.gpus > self._gpus:
                lacking.add(job)
                continue
            self._begun += 1
            self._left[job] -= 1
            heapq.heappush(self._ends, (clock + _known(work.seconds), job))
            self._turn += 1
            self._set(replace(entry, is_next=False), entry.running + 1, self._turn)
            begun.append(job)
        return begun

    def _end(self, job: str) -> None:
        entry = self._entries[job]
        if entry.running <= 1 and self._left[job] == 0:
            del self._entries[job]  # the job has ended
        else:
            self._set(entry, entry.running - 1, entry.last_turn)

    def _set(self, entry: Entry, running: int, last_turn: int) -> None:
        wants = self._left[entry.job] > 0 and running < self._works[entry.job].most
        self._entries[entry.job] = replace(
            entry, running=running, taken=running * entry.size, wants=wants, last_turn=last_turn
        )


def _known(seconds: float | None) -> float:
    return math.inf if seconds is None else seconds
