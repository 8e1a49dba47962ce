"""Which job may begin a trial next: data in, data out.

Jobs that *share* take turns: a place goes to the job with the fewest running trials, of several to the one
whose last trial began longest ago, then to the first of the queue.  A job *in order* begins no trial before
every job ahead of it has ended.

No job starves.  A trial that takes several places would never find them free beside jobs whose trials take
one, so nobody overtakes the job whose turn it is.  And while a job without a running trial waits, every other
one begins at most one trial, because then its last trial is the newer one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Why(StrEnum):
    """Why a job begins no trial now."""

    PAUSED = "paused"
    HOURS = "hours"  # it is outside its hours
    AHEAD = "ahead"  # it runs in order, and a job ahead of it has not ended
    PLACE = "place"  # every place of the machine is taken
    GPU = "gpu"  # every GPU that it may use is taken or left free
    CLUSTER = "cluster"  # its trials run on a cluster, which has given it no slot


@dataclass(frozen=True)
class Hold:
    """What a job waits for.

    Attributes
    ----------
    job
        For ``AHEAD``: the job ahead of it.
    """

    why: Why
    job: str | None = None


@dataclass(frozen=True)
class Places:
    """How many trials without a GPU run at the same time on this machine.

    Attributes
    ----------
    count
        By default the number of cores.
    is_limit
        Whether the user has set it. The default only divides the machine among jobs: a job that has it to
        itself runs as many trials as its own settings ask for.
    """

    count: int
    is_limit: bool = False


@dataclass(frozen=True)
class Entry:
    """A job that has not ended, in the order of the queue.

    Attributes
    ----------
    in_order
        Whether it waits for the jobs ahead of it; otherwise it takes turns with them.
    withheld
        Why it may not begin a trial whatever the others do; nobody waits for such a job.
    wants
        Whether it has a trial to begin.
    running
        Number of its trials that run.
    size
        Places that one of its trials takes; 0 if its trials get a GPU or a slot of a cluster.
    lacks
        What a trial of size 0 waits for; ``None`` if nothing is known to be taken.
    taken
        Places that its running trials take.
    last_turn
        Number of the turn in which its last trial began; 0 for none.
    is_next
        Whether the user put it first and it has begun no trial since: it is served before all others.
    """

    job: str
    in_order: bool = False
    withheld: Why | None = None
    wants: bool = True
    running: int = 0
    size: float = 1.0
    taken: float = 0.0
    last_turn: int = 0
    is_next: bool = False
    lacks: Why | None = None


def holds(queue: Iterable[Entry]) -> dict[str, Hold]:
    """What keeps jobs from beginning a trial even if there was room for it."""
    found: dict[str, Hold] = {}
    ahead: str | None = None
    for entry in queue:
        if entry.withheld is not None:
            found[entry.job] = Hold(entry.withheld)
            continue
        if entry.in_order and ahead is not None:
            found[entry.job] = Hold(Why.AHEAD, ahead)
        ahead = entry.job
    return found


def turns(queue: Sequence[Entry]) -> list[Entry]:
    """Jobs that have a trial to begin and may begin it, the one whose turn it is first."""
    held = holds(queue)
    ready = [entry for entry in queue if entry.wants and entry.job not in held]
    return sorted(ready, key=lambda e: (not e.is_next, e.running, e.last_turn))  # stable: then by the queue


def next_job(queue: Sequence[Entry], places: Places, unready: Collection[str] = ()) -> str | None:
    """The job that begins a trial next; ``None`` if there is no room for any.

    Parameters
    ----------
    unready
        Jobs that have turned out to lack something else for the moment; the others go ahead of them.
    """
    order = turns(queue)
    is_taken = False  # by the job whose turn it is, which waits for more room
    for entry in order:
        if entry.job in unready:
            continue
        if entry.size == 0 or (not is_taken and _fits(entry, queue, order, places)):
            return entry.job
        is_taken = True
    return None


def waits(queue: Sequence[Entry], places: Places) -> dict[str, Hold]:
    """What each job that begins no trial now waits for, when all that could begin have begun."""
    order = turns(queue)
    found = holds(queue)
    is_taken = False
    for entry in order:
        if entry.size == 0:
            if entry.lacks is not None:
                found[entry.job] = Hold(entry.lacks)
        elif is_taken or not _fits(entry, queue, order, places):
            is_taken = True
            found[entry.job] = Hold(Why.PLACE)
    return found


def _fits(entry: Entry, queue: Sequence[Entry], order: Sequence[Entry], places: Places) -> bool:
    taken = sum(each.taken for each in queue)
    if taken + min(entry.size, places.count) <= places.count:
        return True
    others = [each for each in queue if each.taken > 0] + [each for each in order if each.size > 0]
    return not places.is_limit and all(each.job == entry.job for each in others)
