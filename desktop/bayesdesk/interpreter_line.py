"""The interpreter of a new project: the best that is found, and a way to choose another."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from bayescore.app.new_project import names_python
from bayescore.i18n import _
from bayescore.pythons import Candidate, Survey
from bayesdesk.editor.python_dialog import PythonDialog
from bayesdesk.models.interpreters import origin, package_marks
from bayesdesk.services.background import Background
from bayesdesk.services.interpreter_search import InterpreterSearch
from bayesdesk.ui import theme
from bayesdesk.ui.elided import MIDDLE, ElidedText
from bayesdesk.ui.widgets import badge, button, clear, label, row


class InterpreterLine(QWidget):
    """Looks for interpreters when it is made; nothing is proposed if the settings name one already."""

    chosen = Signal(str)  # what "python" in the settings becomes; empty for the default

    def __init__(self, background: Background, project: Path, command: str) -> None:
        super().__init__()
        self._background, self._project, self._command = background, project, command
        self._shown = row(spacing=theme.px(8))
        self._choose = button(_("Choose…"), self.choose, kind="link")
        self._choose.setAccessibleName(_("Choose the Python interpreter"))
        self._choose.setEnabled(False)
        self._survey = Survey((), ())
        self._python = ""
        layout = row(label("Python", "caption"), spacing=theme.px(8))
        layout.addLayout(self._shown, 1)
        layout.addWidget(self._choose)
        self.setLayout(layout)
        self._shown.addWidget(label(_("looking for interpreters…"), "secondary"))
        self._search: InterpreterSearch | None = None
        background.run(lambda: names_python(project), self._look)

    def _look(self, is_named: bool) -> None:
        if is_named:
            self.hide()
            return
        self._search = InterpreterSearch(self._background, self._project, self._command)
        self._search.found.connect(self._propose)
        self._search.failed.connect(lambda _error: self._set(""))

    def _propose(self, survey: Survey) -> None:
        self._survey = survey
        best = survey.best
        self._set("" if best is None or best.is_default else best.written)

    def _set(self, python: str) -> None:
        self._python = python
        self._choose.setEnabled(True)
        self._show()
        self.chosen.emit(python)

    def _show(self) -> None:
        clear(self._shown)
        name = ElidedText(self._python or "python", "mono", mode=MIDDLE, least_px=theme.px(140))
        self._shown.addWidget(name)
        if (found := self._candidate()) is not None:
            self._shown.addWidget(label(origin(found), "caption"))
            for mark in package_marks(found, self._survey):
                self._shown.addWidget(badge(mark.text, mark.tone))
        self._shown.addStretch(1)

    def _candidate(self) -> Candidate | None:
        if self._python:
            return self._survey.written_as(self._python)
        return next((each for each in self._survey.candidates if each.is_default), None)

    def choose(self) -> PythonDialog:
        """Open the list of interpreters."""
        dialog = PythonDialog(self.window(), self._background, self._project, self._command, self._python)
        dialog.chosen.connect(self._set)
        dialog.open()
        return dialog

    def stop(self) -> None:
        """Stop looking."""
        if self._search is not None:
            self._search.stop()
