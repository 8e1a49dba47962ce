"""The queue as people see it: what each job does, what it waits for, and when it is expected to begin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from bayescore.config import RunnerChoice
from bayescore.config.hours import opens_at
from bayescore.queue.forecast import Work, begin_times
from bayescore.queue.places import PLACES, places_of, size_of
from bayescore.queue.scheduler import Entry, Hold, Places, Why, waits
from bayescore.results import ended_count, usual_seconds
from bayescore.store import Job, JobState, Trial, TrialState, free_gpus, jobs, queue, requests, trials
from bayescore.times import now, parsed
from bayescore.trials.gpus import Gpu, chosen, free, uses_cpu

QUEUE_SETTINGS = (queue.KEY, PLACES, free_gpus.KEY)  # settings of the store on which the queue depends


@dataclass(frozen=True)
class Standing:
    """A job of the queue.

    Attributes
    ----------
    in_order
        Whether it waits for the jobs ahead of it; otherwise it takes turns.
    running, ended
        Numbers of its trials that run, and that have ended.
    hold
        What it waits for; ``None`` if it runs as many trials as it may.
    begins_at
        When its next trial is expected to begin, for a job without a running one; ``None`` if unknown.
    """

    job: Job
    in_order: bool
    running: int
    ended: int
    hold: Hold | None
    begins_at: float | None

    @property
    def waits(self) -> bool:
        """Whether none of its trials runs."""
        return self.running == 0


@dataclass(frozen=True)
class QueueView:
    """The queue at one moment.

    Attributes
    ----------
    taken
        Places that running trials take.
    """

    standings: tuple[Standing, ...]
    places: Places
    taken: float


def read_queue(connection: sa.Connection, gpus: Sequence[Gpu]) -> QueueView:
    """The queue as the store has it now.

    Parameters
    ----------
    gpus
        GPUs of this machine.
    """
    active = {job.id: (job, trials.of_job(connection, job.id)) for job in jobs.active(connection)}
    return queue_of(connection, active, gpus)


def queue_of(
    connection: sa.Connection, active: Mapping[str, tuple[Job, Sequence[Trial]]], gpus: Sequence[Gpu]
) -> QueueView:
    """The queue, by the jobs that have not ended and their trials, which have already been read."""
    stored, places = queue.read(connection), places_of(connection)
    members = [active[job] for job in stored.order if job in active]
    moment = now()
    left_free = free_gpus.current(connection, moment)
    usable = [gpu for gpu in gpus if gpu.uuid not in left_free]
    leased = trials.leased(connection)
    entries = [
        replace(
            _entry(job, found, stored, places, gpus, parsed(moment)), lacks=_lacks(job, gpus, usable, leased)
        )
        for job, found in members
    ]
    held = waits(entries, places)
    works = {job.id: _work(job, found, gpus, usable, moment) for job, found in members}
    begins = begin_times(entries, places, works, len(usable))
    resumes = {
        r.job: parsed(str(r.data["at"])).timestamp()
        for r in requests.unfinished(connection)
        if r.kind == requests.RESUME and r.data.get("at")
    }
    for job, _found in members:
        if job.state is not JobState.PAUSED and (opening := opens_at(job.local.hours, parsed(moment))):
            resumes[job.id] = opening.timestamp()
    present = parsed(moment).timestamp()
    standings = tuple(
        Standing(
            job,
            entry.in_order,
            entry.running,
            ended_count(found),
            held.get(job.id),
            present + begins[job.id] if job.id in begins else resumes.get(job.id),
        )
        for (job, found), entry in zip(members, entries, strict=True)
    )
    return QueueView(standings, places, sum(entry.taken for entry in entries))


def withheld(job: Job, moment: datetime) -> Why | None:
    """Why a job may not begin a trial, whatever the others do."""
    if job.state is JobState.PAUSED:
        return Why.PAUSED
    return None if opens_at(job.local.hours, moment) is None else Why.HOURS


def _entry(
    job: Job,
    found: Sequence[Trial],
    stored: queue.Queue,
    places: Places,
    gpus: Sequence[Gpu],
    moment: datetime,
) -> Entry:
    running = [t for t in found if t.state in (TrialState.STARTING, TrialState.RUNNING)]
    takes_place = job.submission.runner != RunnerChoice.RAY and uses_cpu(job.local, gpus)
    size = size_of(job.local, places) if takes_place else 0.0
    return Entry(
        job.id,
        job.id in stored.in_order,
        withheld(job, moment),
        _left(job, found) > 0 and len(running) < job.config.hyper_tuning.parallel_count,
        len(running),
        size,
        size * sum(not t.gpus for t in running),
        stored.turns.get(job.id, 0),
        job.id in stored.first,
    )


def _lacks(job: Job, gpus: Sequence[Gpu], usable: Sequence[Gpu], leased: Mapping[str, int]) -> Why | None:
    """What a trial that takes no place waits for, as far as that is known."""
    if job.submission.runner == RunnerChoice.RAY:
        return Why.CLUSTER
    if uses_cpu(job.local, gpus):
        return None
    candidates = chosen(usable, job.local.gpus)
    found, _busy = free(candidates, leased, job.local.trials_per_gpu, also_busy=job.local.use_busy_gpus)
    return Why.GPU if len(found) < job.local.gpus_per_trial else None


def _left(job: Job, found: Sequence[Trial]) -> int:
    """Number of trials that have yet to begin."""
    pending = sum(t.state is TrialState.PENDING for t in found)
    return pending + max(0, job.max_trials - len(found))


def _work(job: Job, found: Sequence[Trial], gpus: Sequence[Gpu], usable: Sequence[Gpu], moment: str) -> Work:
    usual = usual_seconds(found)
    since = [parsed(t.started_at or moment) for t in found if not t.state.ended and t.started_at]
    elapsed = [(parsed(moment) - began).total_seconds() for began in since]
    needs = 0.0
    if job.submission.runner != RunnerChoice.RAY and not uses_cpu(job.local, gpus):
        needs = job.local.gpus_per_trial / job.local.trials_per_gpu
        candidates = len(chosen(usable, job.local.gpus))
        if candidates < job.local.gpus_per_trial:
            needs = len(usable) + 1.0  # more than there are: nobody knows when it begins
        else:
            needs *= len(usable) / candidates  # it may use only some of them
    return Work(
        _left(job, found),
        job.config.hyper_tuning.parallel_count,
        usual,
        tuple(max(0.0, usual - each) if usual is not None else None for each in elapsed),
        needs,
    )
