"""When the sources of an attempt are looked at: twice a second, on another thread, one look at a time."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future

from bayescore.metrics.collector import Collector, SpoolError
from bayescore.metrics.summary import Note

_log = logging.getLogger(__name__)
_PAUSE_S = 0.5  # between looks: a value is stored within two seconds
_SHARE = 4  # a look rests for this many times what it took
_MAX_PAUSE_S = 1.5

Submit = Callable[[Callable[[], bool]], "Future[bool]"]


class Looks:
    """The looks at one attempt. No method waits.

    Parameters
    ----------
    submit
        Calls a function on another thread.
    on_values
        Called on that thread after a look that has appended to the spool.
    on_done
        Called on that thread after the last look.
    """

    def __init__(
        self,
        collector: Collector,
        submit: Submit,
        on_values: Callable[[], object],
        on_done: Callable[[], object],
    ) -> None:
        self._collector = collector
        self._submit = submit
        self._on_values = on_values
        self._on_done = on_done
        self._lock = threading.Lock()  # an agent is asked by several threads
        self._under_way: Future[bool] | None = None
        self._next_at = 0.0
        self._is_done = False

    @property
    def notes(self) -> tuple[Note, ...]:
        """What the trial's author should know, so far."""
        return self._collector.notes

    @property
    def under_way(self) -> Future[bool] | None:
        """The look that is being made: no other one of this attempt may begin before its end."""
        return self._under_way if self._under_way is not None and not self._under_way.done() else None

    def tick(self) -> None:
        """Begin a look if it is time for one."""
        with self._lock:
            if self.under_way is None and time.monotonic() >= self._next_at:
                self._under_way = self._submit(self._look)

    def finish(self) -> bool:
        """Whether everything of a program that has ended was read; begins the last look."""
        with self._lock:
            if not self._is_done and self.under_way is None and time.monotonic() >= self._next_at:
                self._under_way = self._submit(self._last_look)
            return self._is_done

    def _look(self) -> bool:
        began = time.monotonic()
        try:
            has_values = self._collector.look()
            if has_values:
                self._on_values()
            return has_values
        except Exception:
            _log.exception("metrics could not be read")
            return False
        finally:
            took = time.monotonic() - began
            self._next_at = time.monotonic() + min(max(_PAUSE_S, _SHARE * took), _MAX_PAUSE_S)

    def _last_look(self) -> bool:
        try:
            self._collector.look(is_last=True)
            self._is_done = True
        except SpoolError as error:
            _log.error("the last metrics cannot be stored: %s", error)
            self._next_at = time.monotonic() + _MAX_PAUSE_S
            self._is_done = not error.is_temporary
        except Exception:
            _log.exception("the last metrics could not be read")
            self._is_done = True
        self._on_done()
        return self._is_done
