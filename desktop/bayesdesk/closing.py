"""Closing the window without losing anything: unsaved changes, and actions that are under way."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, QSettings, QTimer
from PySide6.QtWidgets import QDialog, QLineEdit, QWidget

from bayescore.i18n import _
from bayescore.store import JobState
from bayesdesk.closing_dialog import ClosingDialog
from bayesdesk.models.snapshot import JobRow
from bayesdesk.open_files import OpenFiles
from bayesdesk.services.background import Background
from bayesdesk.ui.message_box import tell

_TOLD = "told/goes_on"  # setting
_PATIENCE_MS = 200  # a save is usually done by then


class Closing(QObject):
    """One attempt at a time to close the window.

    It ends with a closed window, or with an open one after an error or when the user decides to stay.
    """

    def __init__(self, window: QWidget, files: OpenFiles, background: Background) -> None:
        super().__init__(window)
        self._window, self._files, self._background = window, files, background
        self._is_under_way = self._is_beginning = self._has_left_editor = self._is_allowed = False
        self.dialog: ClosingDialog | None = None
        self._late = QTimer(self)
        self._late.setSingleShot(True)
        self._late.setInterval(_PATIENCE_MS)
        self._late.timeout.connect(self._show_dialog)
        background.action_ended.connect(self._continue)
        background.went_wrong.connect(self._stay_after)  # a box shows the error

    def may_close(self) -> bool:
        """Whether the window may close now. If not, it closes as soon as it may."""
        if not self._is_allowed and not self._is_under_way:
            self._begin()
        return self._is_allowed

    def _begin(self) -> None:
        self._is_under_way = self._is_beginning = True
        self._has_left_editor = False
        _end_typing(self._window.focusWidget())
        for dialog in self._window.findChildren(QDialog):
            if dialog.isVisible() and dialog.isModal():
                dialog.reject()
        self._files.leave(self._wait, self.stay, self._late.start)
        self._is_beginning = False

    def _wait(self) -> None:
        """Close when no action is under way any more."""
        if not self._is_under_way:
            return
        self._has_left_editor = True
        if not self._background.actions:
            self._close()
        elif self.dialog is None:
            self._late.start()

    def _continue(self, error: Exception | None) -> None:
        """Look again after an action has ended."""
        if error is not None:
            self._fail(error)
        elif self._is_under_way and self._has_left_editor:
            self._wait()
        if self._is_under_way and self.dialog is not None:
            self.dialog.show_actions(self._background.actions)

    def _fail(self, error: Exception) -> None:
        if self._is_under_way:
            self.stay()
            ClosingDialog(self._window).show_failure(error)

    def _stay_after(self, _error: Exception) -> None:
        self.stay()

    def stay(self) -> None:
        """Give up closing; the actions under way continue."""
        self._is_under_way = False
        self._late.stop()
        self._hide_dialog()

    def _close(self) -> None:
        """Close whatever is still under way."""
        self._is_under_way, self._is_allowed = False, True
        self._late.stop()
        self._hide_dialog()
        if not self._is_beginning:  # else the window is closing now
            self._window.close()

    # ---- the dialog

    def _show_dialog(self) -> None:
        self.dialog = ClosingDialog(self._window)
        self.dialog.rejected.connect(self.stay)
        self.dialog.close_anyway.clicked.connect(self._close)
        self.dialog.show_actions(self._background.actions)

    def _hide_dialog(self) -> None:
        dialog, self.dialog = self.dialog, None
        if dialog is not None:
            dialog.accept()


def tell_that_jobs_continue(window: QWidget, rows: Sequence[JobRow]) -> bool:
    """Tell once that running jobs continue, and close afterwards; returns whether it has told now."""
    settings = QSettings()
    if settings.value(_TOLD) or not any(r.job.state is JobState.RUNNING for r in rows):
        return False
    settings.setValue(_TOLD, True)
    words = _("The running jobs continue without the window. Open it again to see them.")
    tell(window, words, then=window.close)
    return True


def _end_typing(field: QWidget | None) -> None:
    """Let a field store what was typed into it, as when it loses the focus."""
    if field is not None and field.hasFocus():
        field.clearFocus()
    elif isinstance(field, QLineEdit):  # the window is not active
        field.editingFinished.emit()
