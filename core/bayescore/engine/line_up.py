"""The jobs of the engine as the scheduler sees them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from bayescore.engine.job_run import JobRun
from bayescore.queue import Entry, Places, holds, places_of, size_of
from bayescore.queue.standing import withheld
from bayescore.store import Database, Job, trials
from bayescore.store import queue as stored_queue


def held_queue(database: Database, active: Mapping[str, Job], moment: datetime) -> list[Entry]:
    """The queue as far as it decides which jobs may begin at all."""
    with database.read() as connection:
        return _held_entries(stored_queue.read(connection), active, moment)


def line_up(database: Database, runs: Mapping[str, JobRun], moment: datetime) -> tuple[list[Entry], Places]:
    """The queue as it is now, and the places of this machine.

    A job that is being set up is in it: it is not ready to begin a trial, but the others share with it.
    """
    with database.read() as connection:
        queue, places = stored_queue.read(connection), places_of(connection)
        usage = trials.usage(connection, queue.order)
    jobs = {identifier: run.job for identifier, run in runs.items()}
    held = holds(_held_entries(queue, jobs, moment))
    entries = []
    for job in queue.order:
        if (run := runs.get(job)) is None:  # it has just come, or starts again from the store
            entries.append(Entry(job, in_order=job in queue.in_order, wants=False))
            continue
        used = usage.get(job, trials.Usage())
        # the driver of the GPUs is asked only for a job that may begin a trial
        wants = job not in held and run.wants_trial()
        takes_place = run.takes_place() if wants else None
        size = size_of(run.job.local, places)
        entries.append(
            Entry(
                job,
                in_order=job in queue.in_order,
                withheld=withheld(run.job, moment),
                wants=takes_place is not None,
                running=used.running,
                size=size if takes_place else 0.0,
                taken=size * max(0, used.without_lease - run.places_left()),
                last_turn=queue.turns.get(job, 0),
                is_next=job in queue.first,
            )
        )
    return entries, places


def _held_entries(queue: stored_queue.Queue, active: Mapping[str, Job], moment: datetime) -> list[Entry]:
    return [
        Entry(job, in_order=job in queue.in_order, withheld=withheld(active[job], moment))
        for job in queue.order
        if job in active
    ]
