"""Shows how far the reading of a large project is, and stops it."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QLabel

from bayescore.i18n import _
from bayescore.trials.project_scan import Watcher

_SHOWN_EVERY_MS = 250


class ProjectReading(QObject):
    """One reading on another thread; its count is shown in a label until it is stopped.

    Attributes
    ----------
    watcher
        For the thread that reads.
    """

    def __init__(self, parent: QObject, shown: QLabel) -> None:
        super().__init__(parent)
        self._shown = shown
        self._count = 0
        self.is_stopped = False
        self.watcher = Watcher(self._note, lambda: self.is_stopped)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._show)
        self._timer.start(_SHOWN_EVERY_MS)

    def stop(self) -> None:
        """Stop the reading if it is under way."""
        self.is_stopped = True
        self._timer.stop()

    def _note(self, count: int) -> None:
        self._count = count

    def _show(self) -> None:
        if self._count:
            self._shown.setText(_("checking… {count} files", count=f"{self._count:,}"))
