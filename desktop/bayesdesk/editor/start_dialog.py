"""The dialog before a start: checks, consent, one trial to try, and the start."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QProgressBar, QScrollArea, QVBoxLayout, QWidget

from bayescore.app.options import Options
from bayescore.app.permissions import Permission
from bayescore.app.preflight import Preflight, preflight
from bayescore.i18n import _, n_
from bayescore.store import Database
from bayesdesk.editor.continued import ContinuedLine
from bayesdesk.editor.try_out import TryOut
from bayesdesk.services.background import Background
from bayesdesk.services.commands import Commands
from bayesdesk.ui import theme
from bayesdesk.ui.consent import ConsentCard
from bayesdesk.ui.findings import show_findings, summarise
from bayesdesk.ui.help_mark import help_mark
from bayesdesk.ui.widgets import Card, badge, button, column, label, row, set_tone


class StartDialog(QDialog):
    """Runs the checks when it opens. A job with errors cannot start; starting accepts the warnings."""

    started = Signal(str)  # id of the job

    def __init__(
        self,
        parent: QWidget | None,
        background: Background,
        database: Database,
        file: Path,
        options: Options,
        *,
        try_first: bool = False,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Start {project}", project=file.parent.name))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(760, 560)
        self._background, self._database = background, database
        self._commands = Commands(database)
        self._file, self._options, self._try_first = file, options, try_first
        self._found: Preflight | None = None
        self.try_out: TryOut | None = None
        self._summary = badge(_("checking…"))
        self._busy = QProgressBar()
        self._busy.setRange(0, 0)
        self._busy.setTextVisible(False)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(0)
        self._rows.addStretch(1)
        self._error = label("", "problem", wrap=True, selectable=True)
        self._error.setProperty("severity", "error")
        self._trial_area = QVBoxLayout()
        self.asks = ConsentCard()
        self._try = button("", self.try_one, meaning="try")
        self._start = button("", self.start, kind="primary", meaning="start")
        self._again = button(_("Check again"), self.check, meaning="again")
        self._cancel = button(_("Cancel"), self.reject)
        self._show_asks(())
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
        foot = row(self._again, None, self._cancel, self._try, self._start)
        layout = column(
            row(label(self.windowTitle(), "title"), self._summary, None, help_mark("first-job")),
            self._busy,
            ContinuedLine(self._background, self._database, self._options.history),
            self.asks,
            card,
            self._trial_area,
            self._error,
            foot,
            spacing=12,
        )
        layout.setStretchFactor(card, 3)
        layout.setContentsMargins(theme.PAGE_MARGIN, 16, theme.PAGE_MARGIN, 16)
        self.setLayout(layout)

    # ---- the checks

    def check(self) -> None:
        """Run the checks."""
        self._set_busy(True)
        self._error.setText("")
        self._summary.setText(_("checking…"))
        set_tone(self._summary, "")
        file, options, folder = self._file, self._options, self._database.folder.root
        self._background.run(lambda: preflight(file, options, folder), self._show, self._failed)

    def _set_busy(self, busy: bool) -> None:
        self._busy.setVisible(busy)
        may = not busy and self._found is not None and self._found.may_start
        trying = self.try_out is not None and self.try_out.is_running
        self._start.setEnabled(may and not trying)
        self._try.setEnabled(may and not trying)
        self._again.setEnabled(not busy and not trying)

    def _show(self, found: Preflight) -> None:
        self._found = found
        show_findings(self._rows, found.findings, 110)
        summarise(
            self._summary,
            found.findings,
            lambda n: n_("can start, {count} warning", "can start, {count} warnings", count=n),
        )
        self._show_asks(found.unconfirmed)
        if found.unconfirmed and found.may_start:
            self._summary.setText(_("asks for access"))
            set_tone(self._summary, "warning")
        self._set_busy(False)
        if found.unconfirmed:
            self._cancel.setFocus()  # the Enter key alone must not allow anything
        elif self._start.isEnabled():
            self._start.setFocus()
            if self._try_first:
                self._try_first = False
                self.try_one()

    def _show_asks(self, asks: tuple[Permission, ...]) -> None:
        """Show what the project asks access to; the buttons allow it."""
        self.asks.show_asks(asks)
        self._try.setText(_("Allow and try one trial") if asks else _("Try one trial"))
        self._start.setText(_("Allow and start") if asks else _("Start job"))
        if asks:
            self.resize(self.width(), max(self.height(), 720))

    def _failed(self, error: Exception) -> None:
        self._error.setText(str(error))
        self._set_busy(False)

    # ---- one trial, and the job

    def try_one(self) -> None:
        """Run one trial at mid-range and show its log."""
        self._store(midpoint=True)

    def start(self) -> None:
        """Start the job and close."""
        self._store(midpoint=False)

    def _store(self, *, midpoint: bool) -> None:
        assert self._found is not None
        prepared = self._found.prepared
        assert prepared is not None
        assert prepared.submission is not None
        submission = replace(prepared.submission, midpoint=midpoint)
        job, allowed = replace(prepared, submission=submission), self._found.unconfirmed
        self._set_busy(True)
        done = self._show_try if midpoint else self._started
        self._background.run(lambda: self._commands.start(job, allowed), done, self._failed)

    def _started(self, job: str) -> None:
        self.started.emit(job)
        self.accept()

    def _show_try(self, job: str) -> None:
        assert self._found is not None
        self._found = replace(self._found, unconfirmed=())  # the consent is stored
        self._show_asks(())
        if self.try_out is not None:
            self._trial_area.removeWidget(self.try_out)
            self.try_out.deleteLater()
        self.try_out = TryOut(self._background, self._database, job)
        self.try_out.ended.connect(self._trial_ended)
        self._trial_area.addWidget(self.try_out)
        self.resize(self.width(), max(self.height(), 720))
        self._set_busy(False)

    def _trial_ended(self, _works: bool) -> None:
        self._set_busy(False)

    def done(self, result: int) -> None:
        """Close, and cancel a trial that is still running."""
        if self.try_out is not None and self.try_out.is_running:
            job = self.try_out.job
            self.try_out.is_running = False
            self._background.run(lambda: self._commands.cancel(job))
        super().done(result)
