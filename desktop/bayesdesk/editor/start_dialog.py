"""Before a job starts: what it needs, check by check; one trial to see that it works; then the start."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QProgressBar, QScrollArea, QVBoxLayout, QWidget

from bayescore.app.options import Options
from bayescore.app.permissions import Permission
from bayescore.app.preflight import Preflight, preflight
from bayescore.i18n import _
from bayescore.store import Database
from bayesdesk.editor.try_out import TryOut
from bayesdesk.services.background import Background
from bayesdesk.services.commands import Commands
from bayesdesk.ui import theme
from bayesdesk.ui.consent import ConsentCard
from bayesdesk.ui.findings import show_findings, summarise
from bayesdesk.ui.help_mark import help_mark
from bayesdesk.ui.widgets import Card, badge, button, column, label, row, set_tone


class StartDialog(QDialog):
    """Checks at once; nothing starts with an error, and warnings are accepted by starting."""

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
        self._summary = badge(_("checking …"))
        self._busy = QProgressBar()
        self._busy.setRange(0, 0)
        self._busy.setTextVisible(False)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(0)
        self._rows.addStretch(1)
        self._said = label("", "problem", wrap=True, selectable=True)
        self._said.setProperty("severity", "error")
        self._tried = QVBoxLayout()
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
            self.asks,
            card,
            self._tried,
            self._said,
            foot,
            spacing=12,
        )
        layout.setStretchFactor(card, 3)
        layout.setContentsMargins(theme.PAGE_MARGIN, 16, theme.PAGE_MARGIN, 16)
        self.setLayout(layout)

    # ---- the checks

    def check(self) -> None:
        """Look at everything that the job needs."""
        self._set_busy(True)
        self._said.setText("")
        self._summary.setText(_("checking …"))
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
        summarise(self._summary, found.findings, lambda n: _("can start, {count} to look at", count=n))
        self._show_asks(found.unconfirmed)
        if found.unconfirmed and found.may_start:
            self._summary.setText(_("asks for access"))
            set_tone(self._summary, "warning")
        self._set_busy(False)
        if found.unconfirmed:
            self._cancel.setFocus()  # Enter alone allows nothing
        elif self._start.isEnabled():
            self._start.setFocus()
            if self._try_first:
                self._try_first = False
                self.try_one()

    def _show_asks(self, asks: tuple[Permission, ...]) -> None:
        """What the project asks for, and what the buttons do about it."""
        self.asks.show_asks(asks)
        self._try.setText(_("Allow and try one trial") if asks else _("Try one trial"))
        self._start.setText(_("Allow and start") if asks else _("Start job"))
        if asks:
            self.resize(self.width(), max(self.height(), 720))

    def _failed(self, error: Exception) -> None:
        self._said.setText(str(error))
        self._set_busy(False)

    # ---- one trial, and the job

    def try_one(self) -> None:
        """Run one trial at mid-range, in sight."""
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
        done = self._show_try if midpoint else self._has_started
        self._background.run(lambda: self._commands.start(job, allowed), done, self._failed)

    def _has_started(self, job: str) -> None:
        self.started.emit(job)
        self.accept()

    def _show_try(self, job: str) -> None:
        assert self._found is not None
        self._found = replace(self._found, unconfirmed=())  # they are remembered
        self._show_asks(())
        if self.try_out is not None:
            self._tried.removeWidget(self.try_out)
            self.try_out.deleteLater()
        self.try_out = TryOut(self._background, self._database, job)
        self.try_out.ended.connect(self._tried_out)
        self._tried.addWidget(self.try_out)
        self.resize(self.width(), max(self.height(), 720))
        self._set_busy(False)

    def _tried_out(self, _works: bool) -> None:
        self._set_busy(False)

    def done(self, result: int) -> None:
        """Close; a trial that is being tried is not left to run alone."""
        if self.try_out is not None and self.try_out.is_running:
            job = self.try_out.job
            self.try_out.is_running = False
            self._background.run(lambda: self._commands.cancel(job))
        super().done(result)
