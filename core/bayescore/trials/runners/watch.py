"""Notifies when processes end, also those that another process started."""

from __future__ import annotations

import os
import select
import threading
from collections.abc import Callable


class ProcessWatch:
    """Calls ``changed`` when one of the watched processes has ended (on Linux, by pidfd)."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._poll = select.poll()
        self._fds: set[int] = set()
        self._wake_read, self._wake_write = os.pipe()
        self._poll.register(self._wake_read, select.POLLIN)
        self._closed = False
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def add(self, pid: int) -> None:
        """Watch a process. If it has ended already, ``changed`` is called at once."""
        try:
            descriptor = os.pidfd_open(pid)
        except (OSError, AttributeError):
            self._changed()
            return
        with self._lock:
            self._fds.add(descriptor)
            self._poll.register(descriptor, select.POLLIN)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="process-watch", daemon=True)
                self._thread.start()
        os.write(self._wake_write, b"+")

    def close(self) -> None:
        """Stop watching."""
        self._closed = True
        os.write(self._wake_write, b"-")
        if self._thread is not None:
            self._thread.join(timeout=2)

    def _run(self) -> None:
        while not self._closed:
            ended = False
            for descriptor, _ in self._poll.poll():
                if descriptor == self._wake_read:
                    os.read(self._wake_read, 4096)
                    continue
                with self._lock:
                    self._poll.unregister(descriptor)
                    self._fds.discard(descriptor)
                os.close(descriptor)
                ended = True
            if ended:
                self._changed()
