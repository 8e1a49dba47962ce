"""Several jobs on one machine: which of them begins a trial next, and what the others wait for."""

from bayescore.queue.places import places_of, size_of
from bayescore.queue.scheduler import Entry, Hold, Places, Why, holds, next_job, turns, waits

__all__ = [
    "Entry",
    "Hold",
    "Places",
    "Why",
    "holds",
    "next_job",
    "places_of",
    "size_of",
    "turns",
    "waits",
]
