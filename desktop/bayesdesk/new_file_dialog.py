"""The dialogs before files of a new project are written."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QListWidget, QWidget

from bayescore.app.new_project import NewFiles, Proposal
from bayescore.config import LOCAL_FILE_NAME
from bayescore.i18n import _
from bayesdesk.models.formatting import size
from bayesdesk.ui import theme
from bayesdesk.ui.dialog import Dialog
from bayesdesk.ui.diff_view import DiffView
from bayesdesk.ui.fitting import fit_to_screen
from bayesdesk.ui.plain import breakable
from bayesdesk.ui.widgets import Card, button, column, label, row, set_shown

_LOCAL_HEIGHT = 140  # pixels: a few lines


class NewFileDialog(Dialog):
    """Shows the proposed text and the remarks about it; accepting it means to write the file."""

    def __init__(self, parent: QWidget, proposal: Proposal) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("New from my program"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.view = DiffView()
        self.view.show_difference("", proposal.text)
        self.local_view = DiffView()
        self.local_view.show_difference("", proposal.local)
        self.local_view.setMaximumHeight(_LOCAL_HEIGHT)
        local_file = label(
            str(proposal.file.with_name(LOCAL_FILE_NAME)), "caption", wrap=True, selectable=True
        )
        for widget in (local_file, self.local_view):
            set_shown(widget, bool(proposal.local))
        self.remarks = label("\n".join(str(r) for r in proposal.remarks), wrap=True, selectable=True)
        set_shown(self.remarks, bool(proposal.remarks))
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
        fit_to_screen(self, 720, 560)
        self.create_file.setFocus()


class NewFilesDialog(Dialog):
    """Lists the files and their folder; accepting it means to write them."""

    def __init__(self, parent: QWidget, planned: NewFiles) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("New project"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.files = QListWidget()
        self.files.setAccessibleName(_("Files"))
        for name, content in planned.contents.items():
            self.files.addItem(f"{name}    {size(len(content))}")
        card = Card()
        card.body.addWidget(self.files)
        card.body.setContentsMargins(1, 1, 1, 1)
        self.create_files = button(_("Create files"), self.accept, kind="primary")
        layout = column(
            label(self.windowTitle(), "title"),
            label(_("These files are written into the folder:"), "secondary", wrap=True),
            label(breakable(str(planned.folder)), wrap=True, selectable=True),
            card,
            row(None, button(_("Cancel"), self.reject), self.create_files),
            spacing=10,
        )
        layout.setContentsMargins(theme.PAGE_MARGIN, 16, theme.PAGE_MARGIN, 16)
        layout.setStretchFactor(card, 1)
        self.setLayout(layout)
        fit_to_screen(self, 520, 340)
        self.create_files.setFocus()
