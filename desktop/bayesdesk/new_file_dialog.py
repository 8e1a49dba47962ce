"""The dialogs before files of a new project are written."""

from __future__ import annotations

import shlex
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QListWidget, QWidget

from bayescore.app.new_project import NewFiles, Proposal, with_python
from bayescore.config import LOCAL_FILE_NAME
from bayescore.i18n import _
from bayesdesk.interpreter_line import InterpreterLine
from bayesdesk.models.formatting import size
from bayesdesk.services.background import Background
from bayesdesk.ui import theme
from bayesdesk.ui.dialog import Dialog
from bayesdesk.ui.diff_view import DiffView
from bayesdesk.ui.fitting import fit_to_screen
from bayesdesk.ui.plain import breakable
from bayesdesk.ui.widgets import Card, button, column, label, row, set_shown


class NewFileDialog(Dialog):
    """Shows the proposed text and the remarks about it; accepting it means to write the file."""

    def __init__(self, parent: QWidget, proposal: Proposal, program: Path, background: Background) -> None:
        super().__init__(parent)
        self._offered, self._background = proposal, background
        self.proposal, self._python = proposal, ""
        self.setWindowTitle(_("New from my program"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.view = DiffView()
        self.view.show_difference("", proposal.text)
        self.local_view = DiffView()
        self.local_file = label(
            str(proposal.file.with_name(LOCAL_FILE_NAME)), "caption", wrap=True, selectable=True
        )
        self.remarks = label("", wrap=True, selectable=True)
        command = f"python {shlex.quote(program.name)}"
        self.interpreter = InterpreterLine(background, proposal.file.absolute().parent, command)
        self.interpreter.chosen.connect(self._set_python)
        self.create_file = button(_("Create file"), self.accept, kind="primary")
        layout = column(
            label(self.windowTitle(), "title"),
            label(str(proposal.file), "caption", wrap=True, selectable=True),
            self.view,
            self.interpreter,
            self.local_file,
            self.local_view,
            self.remarks,
            row(None, button(_("Cancel"), self.reject), self.create_file),
            spacing=12,
        )
        layout.setContentsMargins(theme.PAGE_MARGIN, 16, theme.PAGE_MARGIN, 16)
        layout.setStretchFactor(self.view, 1)
        self.setLayout(layout)
        fit_to_screen(self, 720, 560)
        self._show(proposal)
        self.create_file.setFocus()

    def _set_python(self, python: str) -> None:
        def show(proposal: Proposal) -> None:
            if python == self._python:  # else another has been chosen since
                self._show(proposal)

        self._python = python
        self._background.run(lambda: with_python(self._offered, python), show)

    def _show(self, proposal: Proposal) -> None:
        self.proposal = proposal
        self.local_view.show_difference("", proposal.local)
        self.local_view.fit_height()
        for widget in (self.local_file, self.local_view):
            set_shown(widget, bool(proposal.local))
        self.remarks.setText("\n".join(str(remark) for remark in proposal.remarks))
        set_shown(self.remarks, bool(proposal.remarks))

    def done(self, result: int) -> None:
        """Close, and stop looking for interpreters."""
        self.interpreter.stop()
        super().done(result)


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
