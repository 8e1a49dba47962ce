"""Notifications of jobs that have ended."""

from __future__ import annotations

from PySide6.QtCore import QObject, QSettings
from PySide6.QtWidgets import QSystemTrayIcon, QWidget

from bayescore.store import JobState
from bayesdesk.models.job_list import end_message, newly_ended
from bayesdesk.models.snapshot import JobRow
from bayesdesk.ui.icons import icon
from bayesdesk.ui.plain import without_markup

NOTIFICATIONS = "notifications"  # setting: “yes” or “no”
_MOST_LINES = 10  # of the tool tip: one for each running job


def is_notifying() -> bool:
    """Whether the user wants notifications; they can be turned off in the preferences."""
    return QSettings().value(NOTIFICATIONS, "yes") != "no"


class Tray(QObject):
    """An icon with the progress of running jobs, if the desktop has a system tray."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._icon: QSystemTrayIcon | None = None
        if QSystemTrayIcon.isSystemTrayAvailable():
            self._icon = QSystemTrayIcon(icon("start"), window)
            self._icon.activated.connect(lambda _reason: self._raise())
            self._icon.show()

    def _raise(self) -> None:
        self._window.showNormal()
        self._window.raise_()

    def take(self, before: tuple[JobRow, ...], after: tuple[JobRow, ...]) -> None:
        """Show a notification for each job that has ended between two readings."""
        if self._icon is None:
            return
        running = [r for r in after if r.job.state is JobState.RUNNING]
        lines = (f"{r.job.name}: {r.done}/{r.job.max_trials}" for r in running[:_MOST_LINES])
        self._icon.setToolTip(without_markup("\n".join(lines)) or "Bayesdesk")
        if not is_notifying():
            return
        for item in newly_ended(before, after):
            self._icon.showMessage(without_markup(item.job.name), without_markup(end_message(item)))
