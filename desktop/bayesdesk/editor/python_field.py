"""The interpreter of the trials, as a field of the form."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from bayescore.i18n import _
from bayesdesk.editor.fields import TextField
from bayesdesk.editor.python_dialog import PythonDialog
from bayesdesk.editor.text_model import ConfigModel, LocalModel
from bayesdesk.services.background import Background
from bayesdesk.ui.widgets import button, row

_PATH = ("python",)


class PythonField(QWidget):
    """A path or ``conda:NAME`` that is typed, or chosen from the interpreters of this machine."""

    def __init__(self, model: ConfigModel, local: LocalModel, background: Background) -> None:
        super().__init__()
        self._model, self._local, self._background = model, local, background
        self.line = TextField(local, _PATH, is_text=True, optional=True, placeholder="python")
        self._choose = button(_("Choose…"), self.choose, kind="link")
        self._choose.setAccessibleName(_("Choose the Python interpreter"))
        layout = row(self.line, self._choose)
        layout.setStretch(0, 1)
        self.setLayout(layout)

    def choose(self) -> PythonDialog:
        """Open the list of interpreters."""
        command = str(self._model.value(("command",)) or "")
        current = str(self._local.value(_PATH) or "")
        project = self._local.file.absolute().parent
        dialog = PythonDialog(self.window(), self._background, project, command, current)
        dialog.chosen.connect(self._set)
        dialog.open()
        return dialog

    def _set(self, python: str) -> None:
        if python:
            self._local.set(_PATH, python)
        else:
            self._local.unset(_PATH)
