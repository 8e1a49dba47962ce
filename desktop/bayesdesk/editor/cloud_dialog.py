"""Runs a job on the OpenBayes platform: checks, what is sent, and the output of the official command line."""

from __future__ import annotations

import threading
from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import (
    QInputDialog,
    QLineEdit,
    QPlainTextEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from bayescore.cloud import Outcome, Plan, bind, complete, plan, run
from bayescore.config import Contents
from bayescore.i18n import _, n_
from bayesdesk.editor.changes_card import ChangesCard
from bayesdesk.editor.project_files import FileChange, ProjectFiles
from bayesdesk.services.background import Background
from bayesdesk.ui import theme
from bayesdesk.ui.dialog import Dialog
from bayesdesk.ui.findings import show_findings, summarise
from bayesdesk.ui.fitting import fit_to_screen
from bayesdesk.ui.help_mark import help_mark
from bayesdesk.ui.message_box import Answer, MessageBox, ask
from bayesdesk.ui.open_url import open_link
from bayesdesk.ui.plain import as_text
from bayesdesk.ui.widgets import Card, badge, busy_bar, button, column, label, row, set_tone


class CloudDialog(Dialog):
    """Runs the checks when it opens. Sends and saves only what it shows, and only after a confirmation."""

    output_received = Signal(str)

    def __init__(self, parent: QWidget | None, background: Background, files: ProjectFiles) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Run on OpenBayes"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        fit_to_screen(self, 820, 680)
        self._background, self._files = background, files
        self._plan: Plan | None = None
        self.question: MessageBox | None = None  # before something is sent
        self._checked: Contents | None = None
        self._cancelled: threading.Event | None = None
        self._link = ""
        self._summary = badge(_("checking…"))
        self._busy = busy_bar(_("Running on OpenBayes"))
        self._rows = QVBoxLayout()
        self._rows.setSpacing(0)
        self.changes = ChangesCard(
            _("Changes of the files"), _("unsaved changes, and keys that the official command line needs")
        )
        self._output = QPlainTextEdit()
        self._output.setTabChangesFocus(True)
        self._output.setObjectName("log")
        self._output.setReadOnly(True)
        self._output.setAccessibleName(_("Output of the official command line"))
        self._output_card = Card(_("Output of the official command line"))
        self._output_card.body.addWidget(self._output)
        self._note = QLineEdit()
        self._note.setPlaceholderText(_("Note for the job"))
        self._note.setAccessibleName(_("Note for the job"))
        self._again = button(_("Check again"), self.check, meaning="again")
        self._bind = button(_("Bind…"), self.bind)
        self._open = button(_("Open its page"), self._open_page, kind="link")
        self._send = button(_("Send and run…"), self.send, kind="primary", meaning="start")
        self._close = button(_("Close"), self.reject)
        self.output_received.connect(self._append)
        self._arrange()
        self.check()

    def _arrange(self) -> None:
        inner = QWidget()
        inner.setLayout(self._rows)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(inner)
        card = Card()
        card.body.addWidget(scroll)
        card.body.setContentsMargins(1, 1, 1, 1)
        head = row(label(_("Run on OpenBayes"), "title"), self._summary, None, help_mark("platform"))
        foot = row(self._again, self._bind, None, self._open, self._close, self._send)
        layout = column(head, self._busy, card, self.changes, self._output_card, self._note, foot, spacing=12)
        layout.setStretchFactor(card, 3)
        layout.setStretchFactor(self._output_card, 3)
        layout.setContentsMargins(theme.PAGE_MARGIN, 16, theme.PAGE_MARGIN, 16)
        self.setLayout(layout)
        for hidden in (self._output_card, self._open):
            hidden.setVisible(False)

    # ---- the checks

    def check(self) -> None:
        """Check the project, the official command line and its account; sends nothing."""
        self._set_busy(True)
        self._summary.setText(_("checking…"))
        set_tone(self._summary, "")
        file, contents = self._files.file, self._files.contents()
        self._checked = contents
        self._background.run(lambda: plan(file, contents), self._show, self._failed)

    def _show(self, found: Plan) -> None:
        self._plan = found
        show_findings(self._rows, found.findings, 130)
        self.changes.show_changes(self._written(found))
        summarise(
            self._summary,
            found.findings,
            lambda n: n_("can run, {count} warning", "can run, {count} warnings", count=n),
        )
        self._set_busy(False)

    def _written(self, found: Plan) -> list[FileChange]:
        """What sending or binding writes first."""
        changes = {change.file: change for change in self._files.changes()}
        if found.change:
            saved = self._files.config.model.saved_text
            changes[found.file] = FileChange(found.file, saved, found.completed)
        return list(changes.values())

    def _note_of_changes(self) -> str:
        return _("The changes above are saved first.") if self.changes.views else ""

    def _failed(self, error: Exception) -> None:
        self._cancelled = None
        self._output_card.setVisible(True)
        self._append(f"{error}\n")
        self._set_busy(False)

    def _set_busy(self, busy: bool) -> None:
        found = self._plan
        self._busy.setVisible(busy)
        self._again.setEnabled(not busy)
        self._send.setEnabled(not busy and found is not None and found.may_run)
        unbound = found is not None and not found.gear.id
        self._bind.setVisible(unbound)
        self._bind.setEnabled(not busy and unbound and found is not None and found.official is not None)
        self._close.setText(_("Stop") if self._cancelled is not None else _("Close"))

    # ---- sending

    def bind(self) -> None:
        """Bind the folder to a project of the platform, which is created if there is none."""
        assert self._plan is not None
        known = self._plan.gear.name or self._plan.project.name
        name, agreed = QInputDialog.getText(
            self,
            _("Bind…"),
            as_text(
                _("Name of the project at {endpoint}:", endpoint=self._plan.account.endpoint)
                + ("\n\n" + self._note_of_changes() if self.changes.views else "")
            ),
            text=known,
        )
        if agreed and name.strip():
            self._run(
                lambda found, cancelled: bind(found, name.strip(), self.output_received.emit, cancelled)
            )

    def send(self) -> None:
        """Ask for confirmation, then run the job on the platform."""
        found = self._plan
        assert found is not None
        question = n_(
            "Send {count} file ({size} MB) to {endpoint} as {user} and run the job there?",
            "Send {count} files ({size} MB) to {endpoint} as {user} and run the job there?",
            count=found.files,
            size=found.megabytes,
            endpoint=found.account.endpoint,
            user=found.account.organisation or found.account.user,
        )
        note = self._note.text()

        def send() -> None:
            self._run(lambda plan_, cancelled: run(plan_, note, self.output_received.emit, cancelled))

        self.question = ask(
            self,
            question,
            self._note_of_changes(),
            answers=[Answer(_("Cancel")), Answer(_("Send"), send, "primary")],
        )

    def _run(self, work: Callable[[Plan, threading.Event], Outcome]) -> None:
        found = self._plan
        assert found is not None
        cancelled = self._cancelled = threading.Event()
        self._output.clear()
        self._output_card.setVisible(True)
        self._set_busy(True)

        def go() -> Outcome:
            complete(found)
            return work(found, cancelled)

        def run() -> None:
            self._background.run_to_end(_("Running on OpenBayes"), go, self._ended, self._failed)

        if self._files.contents() == self._checked:
            self._files.save(run, self._failed)
        else:
            self._cancelled = None
            self.check()

    def _ended(self, outcome: Outcome) -> None:
        self._cancelled = None
        self._link = outcome.link
        self._open.setVisible(bool(outcome.link))
        if outcome.code:
            self._append("\n" + _("Exit code {code}.", code=outcome.code) + "\n")
        self.check()

    def _append(self, words: str) -> None:
        """Append output; a carriage return overwrites its line, as progress bars expect."""
        cursor = self._output.textCursor()
        cursor.movePosition(QTextCursor.MoveOperation.End)
        for i, part in enumerate(words.replace("\r\n", "\n").split("\r")):
            if i:
                cursor.movePosition(QTextCursor.MoveOperation.StartOfBlock, QTextCursor.MoveMode.KeepAnchor)
                cursor.removeSelectedText()
            cursor.insertText(part)
        self._output.ensureCursorVisible()

    def _open_page(self) -> None:
        open_link(self, self._link)

    def reject(self) -> None:
        """Stop a running command; close if none is running."""
        if self._cancelled is not None:
            self._cancelled.set()
        else:
            super().reject()
