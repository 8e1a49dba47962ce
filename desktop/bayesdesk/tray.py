"""Notifications of jobs that have ended."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, QSettings, Signal
from PySide6.QtWidgets import QApplication, QMainWindow, QSystemTrayIcon

from bayescore.i18n import _
from bayescore.notify.desktop import Shown, show, without_markup
from bayescore.store import JobState
from bayesdesk.frame import bring_to_front
from bayesdesk.models.job_list import end_message, newly_ended
from bayesdesk.models.snapshot import JobRow
from bayesdesk.services.background import Background
from bayesdesk.ui.icons import icon

NOTIFICATIONS = "notifications"  # setting: “yes” or “no”
_MOST_LINES = 10  # of the tool tip: one for each running job


def is_notifying() -> bool:
    """Whether the user wants notifications; they can be turned off in the preferences."""
    return QSettings().value(NOTIFICATIONS, "yes") != "no"


class Tray(QObject):
    """An icon with the progress of running jobs, if the desktop has a system tray.

    Without one the desktop is asked in another way, its task bar marks the window, and ``ended`` is emitted.
    """

    ended = Signal(object)  # JobRow of a job that the window has to tell about
    show_requested = Signal(str)  # id of a job, of whose notification “Show” was pressed

    def __init__(self, window: QMainWindow, background: Background) -> None:
        super().__init__(window)
        self._window, self._background = window, background
        self._icon: QSystemTrayIcon | None = None
        self._last: str | None = None  # id of the job that the icon's message is about
        if QSystemTrayIcon.isSystemTrayAvailable():
            self._icon = QSystemTrayIcon(icon("start"), window)
            self._icon.activated.connect(lambda _reason: bring_to_front(window))
            self._icon.messageClicked.connect(self._show_last)
            self._icon.show()

    def take(self, before: tuple[JobRow, ...], after: tuple[JobRow, ...]) -> None:
        """Show a notification for each job that has ended between two readings."""
        if self._icon is not None:
            running = [r for r in after if r.job.state is JobState.RUNNING]
            lines = (f"{r.job.name}: {r.done}/{r.job.max_trials}" for r in running[:_MOST_LINES])
            self._icon.setToolTip(without_markup("\n".join(lines)) or "Bayesdesk")
        if not is_notifying():
            return
        for item in newly_ended(before, after):
            title, words = item.job.name, end_message(item)
            if self._icon is not None and QSystemTrayIcon.supportsMessages():
                self._last = item.job.id
                self._icon.showMessage(without_markup(title), without_markup(words))
            else:
                asked = partial(show, title, words, _("Show"))
                self._background.run(asked, partial(self._take, item.job.id), lambda _error: None)
                QApplication.alert(self._window)
                self.ended.emit(item)

    def _show_last(self) -> None:
        if self._last is not None:
            self._show(self._last)

    def _take(self, job: str, shown: Shown) -> None:
        if shown is Shown.PRESSED:
            self._show(job)

    def _show(self, job: str) -> None:
        bring_to_front(self._window)
        self.show_requested.emit(job)
