"""The dialog before a file that was proposed from a program's options is written."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QWidget

from bayescore.app.new_project import Proposal
from bayescore.config import LOCAL_FILE_NAME
from bayescore.i18n import _
from bayesdesk.ui import theme
from bayesdesk.ui.diff_view import DiffView
from bayesdesk.ui.widgets import button, column, label, row

_LOCAL_HEIGHT = 140  # pixels: a few lines


class NewFileDialog(QDialog):
    """Shows the proposed text and the remarks about it; accepting it means to write the file."""

    def __init__(self, parent: QWidget, proposal: Proposal) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("New from my program"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(720, 560)
        self.view = DiffView()
        self.view.show_difference("", proposal.text)
        self.local_view = DiffView()
        self.local_view.show_difference("", proposal.local)
        self.local_view.setMaximumHeight(_LOCAL_HEIGHT)
        local_file = label(
            str(proposal.file.with_name(LOCAL_FILE_NAME)), "caption", wrap=True, selectable=True
        )
        for widget in (local_file, self.local_view):
            widget.setVisible(bool(proposal.local))
        self.remarks = label("\n".join(str(r) for r in proposal.remarks), wrap=True, selectable=True)
        self.remarks.setVisible(bool(proposal.remarks))
        self.create_file = button(_("Create file"), self.accept, kind="primary")
        layout = column(
            label(self.windowTitle(), "title"),
            label(str(proposal.file), "caption", wrap=True, selectable=True),
            self.view,
            local_file,
            self.local_view,
            self.remarks,
            row(None, button(_("Cancel"), self.reject), self.create_file),
            spacing=12,
        )
        layout.setContentsMargins(theme.PAGE_MARGIN, 16, theme.PAGE_MARGIN, 16)
        layout.setStretchFactor(self.view, 1)
        self.setLayout(layout)
        self.create_file.setFocus()
