"""Calls a function at most once a pause, however often it is asked for."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer


class Throttle(QObject):
    """The first call is made at once; those within the pause after it become one call at its end."""

    def __init__(self, parent: QObject, function: Callable[[], object], pause_ms: int) -> None:
        super().__init__(parent)
        self._function = function
        self._is_asked = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(pause_ms)
        self._timer.timeout.connect(self._again)

    def call(self) -> None:
        """Call the function, now or at the end of the pause."""
        if self._timer.isActive():
            self._is_asked = True
        else:
            self._timer.start()
            self._function()

    def _again(self) -> None:
        if self._is_asked:
            self._is_asked = False
            self.call()
