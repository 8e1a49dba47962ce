"""What the start page shows of the jobs and of this machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bayescore.app.machine import Machine
from bayescore.i18n import _
from bayescore.store import JobState
from bayescore.times import parsed
from bayesdesk.models.formatting import number, size, state_word
from bayesdesk.models.snapshot import JobRow

MOST_RUNNING = 4
MOST_ENDED = 6


@dataclass(frozen=True)
class Facts:
    """What has to be read for the overview.

    Attributes
    ----------
    curves
        By id of a running job: the best value so far after each of its trials with a value.
    free
        Free bytes of the disk that holds the data folder.
    """

    curves: dict[str, tuple[float, ...]] = field(default_factory=dict)
    free: int = 0


def running(rows: Sequence[JobRow]) -> list[JobRow]:
    """The jobs that run, newest first."""
    return [r for r in rows if r.job.state is JobState.RUNNING]


def ended_since(rows: Sequence[JobRow], moment: str) -> list[JobRow]:
    """The jobs that have ended since a moment, the last one first."""
    found = [r for r in rows if r.job.ended_at is not None and r.job.ended_at > moment]
    return sorted(found, key=lambda r: r.job.ended_at or "", reverse=True)


def outcome(item: JobRow) -> str:
    """How a job ended: its best value, or why there is none."""
    if item.best is not None:
        return _("best {value}", value=number(item.best))
    return str(item.job.reason) if item.job.reason is not None else state_word(item.job.state)


def clock(at: str, now: datetime) -> str:
    """A moment: the time of day if it is today, else the date too."""
    local = parsed(at).astimezone()
    return local.strftime("%H:%M" if local.date() == now.date() else "%Y-%m-%d %H:%M")


def gpus_in_use(machine: Machine) -> str:
    """How many GPUs are in use, by trials or by other programs."""
    if not machine.gpus:
        return _("none on this machine")
    used = sum(1 for gpu in machine.gpus if machine.holders.get(gpu.uuid) or gpu.programs)
    return _("{used} of {total} in use", used=used, total=len(machine.gpus))


def free_space(facts: Facts) -> str:
    """The free disk space."""
    return _("{size} free", size=size(facts.free))
