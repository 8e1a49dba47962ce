"""Looks for Python interpreters on another thread, with progress."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from bayescore.app.interpreter_choice import chosen_interpreter, look_for_interpreters
from bayescore.pythons import Interpreter, Looking, Survey
from bayesdesk.services.background import Background


class InterpreterSearch(QObject):
    """One look at the interpreters for a project; it can be stopped.

    Parameters
    ----------
    named
        The interpreter that the settings name, as they write it.

    Attributes
    ----------
    current
        The interpreter with that name, once the search is over; ``None`` if it is not on this machine.
    """

    progressed = Signal(int)  # how many have been looked at
    found = Signal(object)  # Survey
    failed = Signal(object)  # Exception

    def __init__(self, background: Background, project: Path, command: str, named: str = "") -> None:
        super().__init__()
        self.current: Interpreter | None = None
        self._is_stopped = False
        looking = Looking(self.progressed.emit, lambda: self._is_stopped)

        def look() -> tuple[Survey, Interpreter | None]:
            found = look_for_interpreters(project, command, looking=looking)
            return found, chosen_interpreter(named, project) if named else None

        background.run(look, self._done, self._refused)

    def _done(self, found: tuple[Survey, Interpreter | None]) -> None:
        survey, self.current = found
        if not self._is_stopped:
            self.found.emit(survey)

    def _refused(self, error: Exception) -> None:
        if not self._is_stopped:
            self.failed.emit(error)

    def stop(self) -> None:
        """Stop looking; nothing is reported any more."""
        self._is_stopped = True
