"""Finds out whether the display is slow, at the start and when the connection may have changed."""

from __future__ import annotations

import time

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QGuiApplication

from bayesdesk.services.background import Background
from bayesdesk.services.display_probe import is_display_slow
from bayesdesk.ui import slow_display

_PAUSE_S = 60.0  # between two measurements when the window becomes active


class DisplayWatch(QObject):
    """Measures again when screens come and go, and when the user returns to the window."""

    def __init__(self, parent: QObject, background: Background) -> None:
        super().__init__(parent)
        self._background = background
        self._is_busy = False
        self._measured_at = 0.0

    def start(self) -> None:
        """Measure now, and from now on when something has changed."""
        if QGuiApplication.platformName() != "xcb":  # the others share memory with their compositor
            return
        application = QGuiApplication.instance()
        assert isinstance(application, QGuiApplication)
        for changed in (
            application.screenAdded, application.screenRemoved, application.primaryScreenChanged,
        ):  # fmt: skip
            changed.connect(self._measure)
        application.applicationStateChanged.connect(self._became_active)
        self._measure()

    def _became_active(self, state: Qt.ApplicationState) -> None:
        is_old = time.monotonic() - self._measured_at > _PAUSE_S
        if state is Qt.ApplicationState.ApplicationActive and is_old:
            self._measure()

    def _measure(self, *_screen: object) -> None:
        if not self._is_busy:
            self._is_busy = True
            self._background.run(is_display_slow, self._take)

    def _take(self, is_slow: bool) -> None:
        self._is_busy, self._measured_at = False, time.monotonic()
        slow_display.use(is_slow)
