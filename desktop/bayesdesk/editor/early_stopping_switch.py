"""Early stopping as one switch of the start dialog; the project's local file remembers it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QCheckBox, QWidget

from bayescore.app.local_edits import switch_early_stopping
from bayescore.i18n import _
from bayesdesk.editor.project_files import ProjectFiles
from bayesdesk.ui.help_mark import help_mark
from bayesdesk.ui.plain import as_text
from bayesdesk.ui.widgets import label, row


class EarlyStoppingSwitch(QWidget):
    """Edits the text of the local file, as one undo step, which is saved with the other changes.

    Parameters
    ----------
    switched
        Called when the text contains the choice.
    """

    def __init__(self, files: ProjectFiles, switched: Callable[[], object]) -> None:
        super().__init__()
        self._files, self._switched = files, switched
        self.box = QCheckBox(_("Stop hopeless trials early"))
        explanation = _("Stops a trial whose curve shows that it will not become the best.")
        self.box.setToolTip(as_text(explanation))
        self.box.clicked.connect(self._switch)
        line = row(self.box, label(explanation, "caption"), None, help_mark("early-stopping"), spacing=10)
        line.setContentsMargins(0, 0, 0, 0)
        self.setLayout(line)
        self.refresh()

    def refresh(self) -> None:
        """Show what the text says; a file with errors cannot be edited here."""
        model = self._files.local.model
        self.box.setEnabled(model.is_valid)
        self.box.setChecked(model.value(("early_stopping",)) not in (None, False))

    def _switch(self, on: bool) -> None:
        self._files.local.model.edit(lambda document: switch_early_stopping(document, on=on))
        self._files.after_edits(self._switched)
