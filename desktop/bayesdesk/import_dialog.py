"""The dialog before results of another tool are stored as a job."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from bayescore.exchange.study import Study
from bayescore.i18n import _, n_
from bayesdesk.ui import theme
from bayesdesk.ui.dialog import Dialog
from bayesdesk.ui.fitting import fit_to_screen
from bayesdesk.ui.widgets import button, column, label, row, set_shown


class ImportDialog(Dialog):
    """Shows what was read; accepting it means to store it."""

    def __init__(self, parent: QWidget, study: Study, project: Path) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Import"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        count = len(study.trials)
        summary = n_(
            "A job “{name}” with {count} trial is added to the project {folder}.",
            "A job “{name}” with {count} trials is added to the project {folder}.",
            count,
            name=study.name,
            folder=project,
        )
        self.summary = label(summary, wrap=True)
        self.space = QPlainTextEdit(study.file_text)
        self.space.setObjectName("mono")
        self.space.setReadOnly(True)
        self.space.setTabChangesFocus(True)
        self.space.setAccessibleName(_("Search space"))
        remarks = label("\n".join(str(r) for r in study.remarks), "secondary", wrap=True, selectable=True)
        set_shown(remarks, bool(study.remarks))
        self.add = button(_("Import"), self.accept, kind="primary")
        layout = column(
            label(self.windowTitle(), "title"),
            label(study.source, "caption", wrap=True, selectable=True),
            self.summary,
            self.space,
            remarks,
            row(None, button(_("Cancel"), self.reject), self.add),
            spacing=12,
        )
        layout.setContentsMargins(theme.PAGE_MARGIN, 16, theme.PAGE_MARGIN, 16)
        layout.setStretchFactor(self.space, 1)
        self.setLayout(layout)
        fit_to_screen(self, 680, 520)
        self.add.setFocus()
