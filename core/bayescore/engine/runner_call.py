"""A call on a runner that is made on another thread, and whose result the engine's loop looks at later."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, ParamSpec, TypeVar

from bayescore.engine.threads import Threads
from bayescore.errors import RunnerSilentError

_PAUSE_S = 1.0  # after a call that the runner did not answer

P = ParamSpec("P")
T = TypeVar("T")


class RunnerCall(Generic[P, T]):
    """One kind of call for one attempt of a trial; at most one is under way.

    Parameters
    ----------
    function
        Makes the call. ``None`` means that there is nothing to act on: the loop is not woken for it.
    wake
        Makes the loop take another step.

    Attributes
    ----------
    silence
        Why the runner did not answer the last call; ``None`` if it did.
    """

    def __init__(self, threads: Threads, function: Callable[P, T | None], wake: Callable[[], None]) -> None:
        self._threads = threads
        self._function = function
        self._wake = wake
        self._future: Future[T | None] | None = None
        self._is_outdated = False
        self._not_before = 0.0
        self.silence: RunnerSilentError | None = None

    @property
    def under_way(self) -> Future[T | None] | None:
        """The call, until its result was taken."""
        return self._future

    def result(self, *arguments: P.args, **named: P.kwargs) -> T | None:
        """The result of the last call, once; the call is made if none is under way.

        A runner that did not answer is called again after a pause.

        Raises
        ------
        Exception
            What the call raised, except :class:`RunnerSilentError`.
        """
        taken = self.take()
        if taken is None:
            self.begin(*arguments, **named)
        return taken

    def take(self) -> T | None:
        """The result of the last call, once; see :meth:`result`."""
        if self._future is None or not self._future.done():
            return None
        future, self._future = self._future, None
        try:
            taken = future.result()
        except RunnerSilentError as error:
            self.silence = error
            self._not_before = time.monotonic() + _PAUSE_S
            return None
        self.silence = None
        return taken

    def begin(self, *arguments: P.args, **named: P.kwargs) -> None:
        """Make the call unless it is under way."""
        if self._future is not None:
            self._is_outdated = True
            if self._future.done():  # it has not called the runner again
                self._wake()
        elif time.monotonic() >= self._not_before:
            self._future = self._threads.submit(self._call, *arguments, **named)
            self._future.add_done_callback(self._done)

    def _call(self, *arguments: P.args, **named: P.kwargs) -> T | None:
        """Call the runner, and again if its answer may be older than the last time it was asked for."""
        while True:
            self._is_outdated = False
            result = self._function(*arguments, **named)
            if result is not None or not self._is_outdated:
                return result

    def _done(self, future: Future[T | None]) -> None:
        has_result = future.cancelled() or future.exception() is not None or future.result() is not None
        if has_result or self._is_outdated:
            self._wake()
