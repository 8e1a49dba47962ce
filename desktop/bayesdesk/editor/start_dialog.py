"""The dialog before a start: unsaved changes, checks, consent, one trial to try, and the start."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QScrollArea, QVBoxLayout, QWidget

from bayescore.app.findings import Action
from bayescore.app.options import Options
from bayescore.app.permissions import Permission
from bayescore.app.preflight import Preflight, preflight
from bayescore.config import Contents
from bayescore.i18n import _, n_
from bayescore.store import Database
from bayesdesk.editor import edits
from bayesdesk.editor.changes_card import ChangesCard
from bayesdesk.editor.continued import ContinuedLine
from bayesdesk.editor.early_stopping_switch import EarlyStoppingSwitch
from bayesdesk.editor.project_files import ProjectFiles
from bayesdesk.editor.project_reading import ProjectReading
from bayesdesk.editor.try_out import TryOut
from bayesdesk.services.background import Background
from bayesdesk.services.commands import Commands
from bayesdesk.ui import theme
from bayesdesk.ui.consent import ConsentCard
from bayesdesk.ui.dialog import Dialog
from bayesdesk.ui.findings import show_findings, summarise
from bayesdesk.ui.fitting import fit_to_screen, room
from bayesdesk.ui.help_mark import help_mark
from bayesdesk.ui.widgets import Card, badge, busy_bar, button, column, label, row, set_shown, set_tone

_GROWN_HEIGHT = 720


class StartDialog(Dialog):
    """Runs the checks when it opens. A job with errors cannot start; starting accepts the warnings.

    The checks read what the editor has. It is saved when the user starts the job or tries a trial.
    """

    started = Signal(str)  # id of the job

    def __init__(
        self,
        parent: QWidget | None,
        background: Background,
        database: Database,
        files: ProjectFiles,
        options: Options,
        *,
        try_first: bool = False,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Start {project}", project=files.file.parent.name))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        fit_to_screen(self, 760, 560)
        self._background, self._database = background, database
        self._commands = Commands(database)
        self._files, self._options, self._try_first = files, options, try_first
        self._checked: Contents | None = None
        self._found: Preflight | None = None
        self._is_storing = False
        self.try_out: TryOut | None = None
        self._summary = badge(_("checking…"))
        self._reading = ProjectReading(self, self._summary)
        self._busy = busy_bar(_("Checking"))
        self._rows = QVBoxLayout()
        self._rows.setSpacing(0)
        self._rows.addStretch(1)
        self._error = label("", "problem", wrap=True, selectable=True)
        self._error.setProperty("severity", "error")
        self._trial_area = QVBoxLayout()
        self.changes = ChangesCard(_("Unsaved changes"), _("saved when you start the job or try a trial"))
        self.asks = ConsentCard()
        self.early_stopping = EarlyStoppingSwitch(files, self.check)
        self._running = next((job for job in reversed(options.history) if not job.state.ended), None)
        self.replaces = QCheckBox()
        self.replaces.setChecked(True)
        set_shown(self.replaces, self._running is not None)
        if self._running is not None:
            name = self._running.submission.name
            self.replaces.setText(
                _("End {name} after its running trials; this job begins then", name=name.replace("&", "&&"))
            )
        self._try = button("", self.try_one, meaning="try")
        self._start = button("", self.start, kind="primary", meaning="start")
        self._again = button(_("Check again"), self.check, meaning="again")
        self._cancel = button(_("Cancel"), self.reject)
        self._arrange()
        self._show_asks(())
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
            self.changes,
            self.replaces,
            self.early_stopping,
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
        self.changes.show_changes(self._files.changes())
        self.early_stopping.refresh()
        file, options, folder = self._files.file, self._options, self._database.folder.root
        contents = self._checked = self._files.contents()
        self._reading.stop()
        self._reading = reading = ProjectReading(self, self._summary)
        self._background.run(
            lambda: preflight(file, options, folder, contents, reading.watcher),
            lambda found: None if reading.is_stopped else self._show(found),
            lambda error: None if reading.is_stopped else self._failed(error),
        )

    def _act(self, action: Action) -> None:
        """Do what the user has chosen about a finding, and check again."""
        if action.edit is not None:
            self._files.local.model.edit(action.edit)
            self._files.after_edits(self.check)
        elif action.run is not None:
            self._set_busy(True)
            self._background.run_to_end(
                str(action.title), action.run, lambda _none: self.check(), self._failed
            )

    def _set_busy(self, busy: bool) -> None:
        self._busy.setVisible(busy)
        may = not busy and self._found is not None and self._found.may_start
        trying = self.try_out is not None and self.try_out.is_running
        self._start.setEnabled(may and not trying)
        self._try.setEnabled(may and not trying)
        self._again.setEnabled(not busy and not trying)

    def _show(self, found: Preflight) -> None:
        self._reading.stop()
        self._found = found
        show_findings(self._rows, found.findings, 110, self._act)
        self._summarise(found)
        self._show_asks(found.unconfirmed)
        self._set_busy(False)
        if found.unconfirmed:
            self._cancel.setFocus()  # the Enter key alone must not allow anything
        elif self._start.isEnabled():
            self._start.setFocus()
            if self._try_first:
                self._try.setFocus()
                if not self._files.is_changed:
                    self.try_one()
        self._try_first = False

    def _summarise(self, found: Preflight) -> None:
        if found.unconfirmed and found.may_start:
            self._summary.setText(_("asks for access"))
            set_tone(self._summary, "warning")
            return
        summarise(
            self._summary,
            found.findings,
            lambda n: n_("can start, {count} warning", "can start, {count} warnings", count=n),
        )

    def _show_asks(self, asks: tuple[Permission, ...]) -> None:
        """Show what the project asks access to; the buttons allow it."""
        self.asks.show_asks(asks)
        saves = bool(self.changes.views)
        if asks:
            self._try.setText(_("Allow, save and try one trial") if saves else _("Allow and try one trial"))
            self._start.setText(_("Allow, save and start") if saves else _("Allow and start"))
        else:
            self._try.setText(_("Save and try one trial") if saves else _("Try one trial"))
            self._start.setText(_("Save and start job") if saves else _("Start job"))
        if asks or saves:
            self._grow()

    def _grow(self) -> None:
        """Make room for more than the checks, as far as the screen allows."""
        self.resize(self.width(), max(self.height(), min(_GROWN_HEIGHT, room(self).height())))

    def _failed(self, error: Exception) -> None:
        self._reading.stop()
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
        """Save what was checked, then store the job."""
        if self._files.contents() != self._checked:
            self.check()
            self._error.setText(_("The files have changed since they were checked; they are checked again."))
            return
        self._is_storing = True
        self._set_busy(True)
        self._files.save(lambda: self._submit(midpoint=midpoint), self._refuse)

    def _submit(self, *, midpoint: bool) -> None:
        assert self._found is not None
        prepared = self._found.prepared
        assert prepared is not None
        assert prepared.submission is not None
        submission = replace(prepared.submission, midpoint=midpoint)
        job, allowed = replace(prepared, submission=submission), self._found.unconfirmed
        self.changes.show_changes(())
        done = self._show_try if midpoint else self._started
        action = _("Starting {project}", project=self._files.file.parent.name)
        ends = None if midpoint or not self.replaces.isChecked() else self._running
        replaced = None if ends is None else ends.id
        self._background.run_to_end(
            action, lambda: self._commands.start(job, allowed, instead_of=replaced), done, self._refuse
        )

    def _refuse(self, error: Exception) -> None:
        self._is_storing = False
        self.changes.show_changes(self._files.changes())
        self._show_asks(self._found.unconfirmed if self._found else ())
        self._failed(error)

    def _started(self, job: str) -> None:
        self._is_storing = False
        self.started.emit(job)
        self.accept()

    def _show_try(self, job: str) -> None:
        self._is_storing = False
        assert self._found is not None
        self._found = replace(self._found, unconfirmed=())  # the consent is stored
        self._summarise(self._found)
        self._show_asks(())
        if self.try_out is not None:
            self._trial_area.removeWidget(self.try_out)
            self.try_out.deleteLater()
        self.try_out = TryOut(self._background, self._database, job)
        self.try_out.ended.connect(self._trial_ended)
        self.try_out.metric_made.connect(self._add_metric)
        self._trial_area.addWidget(self.try_out)
        self._grow()
        self._set_busy(False)

    def _add_metric(self, source: dict[str, Any]) -> None:
        """Add a source of metrics to the text of the local file, as one undo step, and check again."""
        self._files.local.model.edit(lambda document: edits.append(document, ("metrics",), source))
        self._files.after_edits(self.check)

    def _trial_ended(self, _works: bool) -> None:
        self._set_busy(False)

    def done(self, result: int) -> None:
        """Close, and cancel a trial that is still running; not while a job is being stored."""
        if self._is_storing:
            return
        self._reading.stop()
        if self.try_out is not None and self.try_out.is_running:
            job = self.try_out.job
            self.try_out.is_running = False
            self._background.run_to_end(_("Stopping the trial"), lambda: self._commands.cancel(job))
        super().done(result)
