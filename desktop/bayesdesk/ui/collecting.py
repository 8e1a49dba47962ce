"""Runs Python's cycle collector on the GUI thread only.

A cycle may contain widgets. A collector that runs on another thread deletes them there,
which Qt does not allow and which crashes the program later.

What is freed stays with the process in many small gaps, which a day of opened and closed pages makes a third
larger. So the C library is asked now and then to give it back to the system, and it keeps few gaps: pictures
and arrays get pages of their own, and threads share two heaps.
"""

from __future__ import annotations

import ctypes
import gc
import sys
from contextlib import suppress
from threading import Thread

from PySide6.QtCore import QObject, QTimer

_CHECK_MS = 200
_GIVE_BACK_MS = 10_000
_MALLOC_OPTIONS = {  # of mallopt in glibc; a fixed threshold is not raised by the first large picture
    -3: 256 * 1024,  # M_MMAP_THRESHOLD, bytes
    -1: 1024 * 1024,  # M_TRIM_THRESHOLD, bytes
    -8: 2,  # M_ARENA_MAX
}


class GuiThreadCollector(QObject):
    """Collects at the usual thresholds, from a timer of the event loop."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        _keep_few_gaps()
        self._timer = QTimer(self)
        self._timer.setInterval(_CHECK_MS)
        self._timer.timeout.connect(self._collect)
        self._timer.start()
        self._has_collected = False
        self._giving_back = QTimer(self)
        self._giving_back.setInterval(_GIVE_BACK_MS)
        self._giving_back.timeout.connect(self._give_back)
        self._giving_back.start()

    def _collect(self) -> None:
        for generation, threshold in enumerate(gc.get_threshold()):
            if gc.get_count()[generation] <= threshold:
                return
            gc.collect(generation)
            self._has_collected = self._has_collected or generation > 0

    def _give_back(self) -> None:
        if self._has_collected:
            self._has_collected = False
            Thread(target=_trim_heap, name="trim", daemon=True).start()  # it takes tens of milliseconds


def _keep_few_gaps() -> None:
    """Set how the C library keeps free memory, where it can (glibc)."""
    if sys.platform == "linux":
        with suppress(AttributeError):  # another C library
            mallopt = ctypes.CDLL(None).mallopt
            for option, value in _MALLOC_OPTIONS.items():
                mallopt(option, value)


def _trim_heap() -> None:
    """Give free memory back to the system, where the C library can (glibc)."""
    if sys.platform == "linux":
        with suppress(AttributeError):  # another C library
            ctypes.CDLL(None).malloc_trim(0)
