"""Notes of jobs that have ended, also while the window is out of sight."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QSystemTrayIcon, QWidget

from bayescore.i18n import _
from bayescore.store import JobState
from bayesdesk.jobs.words import number, state_word
from bayesdesk.services.snapshot import JobRow
from bayesdesk.ui.icons import icon
from bayesdesk.ui.plain import without_markup

_MOST_LINES = 10  # of a tool tip: one a running job


class Tray(QObject):
    """An icon with the running jobs' progress, where the desktop has a place for it."""

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
        """Say which jobs have ended between two looks."""
        if self._icon is None:
            return
        running = [r for r in after if r.job.state is JobState.RUNNING]
        lines = (f"{r.job.submission.name}: {r.done}/{r.job.max_trials}" for r in running[:_MOST_LINES])
        self._icon.setToolTip(without_markup("\n".join(lines)) or "Bayesdesk")
        active = {r.job.id for r in before if not r.job.state.ended}
        for item in after:
            if item.job.id in active and item.job.state.ended:
                self._icon.showMessage(
                    without_markup(item.job.submission.name), without_markup(end_words(item))
                )


def end_words(item: JobRow) -> str:
    """How a job has ended, in one line."""
    if item.job.reason is not None:
        return f"{state_word(item.job.state)}: {item.job.reason}"
    if item.best is None:
        return state_word(item.job.state)
    return _("{state}, best {value}", state=state_word(item.job.state), value=number(item.best.value))
