"""Looks for Python interpreters on another thread, with progress."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from bayescore.app.interpreter_choice import look_for_interpreters
from bayescore.pythons import Looking, Survey
from bayesdesk.services.background import Background


class InterpreterSearch(QObject):
    """One look at the interpreters for a project; it can be stopped."""

    progressed = Signal(int)  # how many have been looked at
    found = Signal(object)  # Survey
    failed = Signal(object)  # Exception

    def __init__(self, background: Background, project: Path, command: str) -> None:
        super().__init__()
        self._is_stopped = False
        looking = Looking(self.progressed.emit, lambda: self._is_stopped)
        look: Callable[[], Survey] = lambda: look_for_interpreters(project, command, looking=looking)  # noqa: E731
        background.run(look, self._done, self._refused)

    def _done(self, survey: Survey) -> None:
        if not self._is_stopped:
            self.found.emit(survey)

    def _refused(self, error: Exception) -> None:
        if not self._is_stopped:
            self.failed.emit(error)

    def stop(self) -> None:
        """Stop looking; nothing is reported any more."""
        self._is_stopped = True
