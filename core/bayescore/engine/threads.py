"""Threads for calls that may take long: the engine's loop waits for none of them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar

_log = logging.getLogger(__name__)
_STARTS = 8  # of one job at the same time: each copies the project
_CALLS = 32
_STOPS = 8
_LOOKS = 4

P = ParamSpec("P")
T = TypeVar("T")


class Threads:
    """A pool of threads, which are started when they are needed.

    Parameters
    ----------
    unfinished
        Holds the future of everything that was submitted and is not done.
    """

    def __init__(self, size: int, name: str, unfinished: set[Future[Any]]) -> None:
        self._pool = ThreadPoolExecutor(size, thread_name_prefix=name)
        self._unfinished = unfinished

    def submit(self, function: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> Future[T]:
        """Call a function on one of the threads."""
        future = self._pool.submit(function, *arguments, **named)
        self._unfinished.add(future)
        future.add_done_callback(self._unfinished.discard)
        return future

    def run(self, function: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> Future[T]:
        """Call a function whose result is not used; an error is logged."""
        future = self.submit(function, *arguments, **named)
        future.add_done_callback(_log_error)
        return future

    def close(self) -> None:
        """Accept no more calls; those that were submitted are still made."""
        self._pool.shutdown(wait=False)


def _log_error(future: Future[Any]) -> None:
    if not future.cancelled() and (error := future.exception()) is not None:
        _log.error("a call failed: %s", error, exc_info=error)


class JobThreads:
    """The threads of one job: a runner that hangs delays no other job.

    Attributes
    ----------
    starts
        For what copies files or waits for images: setup, starts, removals, cleanup.
    calls
        For all other calls on programs, so that a trial's end is noticed while others start.
    stops
        For stops alone: a cancellation takes effect at once.
    looks
        For reading metrics from files that programs write.
    """

    def __init__(self, job: str, unfinished: set[Future[Any]]) -> None:
        self.starts = Threads(_STARTS, f"start-{job}", unfinished)
        self.calls = Threads(_CALLS, f"call-{job}", unfinished)
        self.stops = Threads(_STOPS, f"stop-{job}", unfinished)
        self.looks = Threads(_LOOKS, f"look-{job}", unfinished)

    def close(self) -> None:
        """See :meth:`Threads.close`."""
        for threads in (self.starts, self.calls, self.stops, self.looks):
            threads.close()
