"""What all jobs of an engine share."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bayescore.engine.leasing import GpuLeaser
from bayescore.listener import Listener, Reporter
from bayescore.store import Database
from bayescore.times import utc


@dataclass
class Services:
    """What all jobs of an engine share.

    Attributes
    ----------
    wake
        Makes the loop take another step.
    unfinished
        Calls on other threads that are under way, or wait for a thread.
    removals
        Those of them that remove what ended trials left.
    clock
        The time, in UTC.
    """

    database: Database
    listener: Listener[Reporter]
    gpus: GpuLeaser
    wake: Callable[[], None]
    unfinished: set[Future[Any]] = field(default_factory=set)
    removals: set[Future[None]] = field(default_factory=set)
    clock: Callable[[], datetime] = utc

    def add_removal(self, removal: Future[None]) -> None:
        """Note a removal until it is done."""
        self.removals.add(removal)
        removal.add_done_callback(self.removals.discard)
