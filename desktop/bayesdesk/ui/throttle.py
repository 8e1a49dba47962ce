"""Calls a function at most once a pause, however often it is asked for."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from bayesdesk.ui import slow_display


class Throttle(QObject):
    """The first call is made at once; those within the pause after it become one call at its end.

    Parameters
    ----------
    pause_ms
        On a slow display at least as long as one picture of a drag.
    """

    def __init__(self, parent: QObject, function: Callable[[], object], pause_ms: int) -> None:
        super().__init__(parent)
        self._function, self._pause_ms = function, pause_ms
        self._is_asked = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._again)

    def call(self) -> None:
        """Call the function, now or at the end of the pause."""
        if self._timer.isActive():
            self._is_asked = True
        else:
            self._start()
            self._function()

    def now(self) -> None:
        """Make a call that waits."""
        self._timer.stop()
        self._again()

    def _start(self) -> None:
        is_slow = slow_display.is_slow()
        self._timer.start(max(self._pause_ms, slow_display.FRAME_MS) if is_slow else self._pause_ms)

    def _again(self) -> None:
        if self._is_asked:
            self._is_asked = False
            self.call()
