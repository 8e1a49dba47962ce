"""What early stopping would have saved in a job that ran without it."""

from __future__ import annotations

import threading

from PySide6.QtCore import Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QProgressBar

from bayescore.i18n import _
from bayescore.results.early_stop_replay import ReplayWatcher
from bayescore.results.replay_report import ReplayReport, replay_report
from bayescore.store import Database
from bayesdesk.models.job import JobModel
from bayesdesk.models.snapshot import Change
from bayesdesk.services.background import Background
from bayesdesk.ui.help_mark import help_mark
from bayesdesk.ui.redraw import Redraw
from bayesdesk.ui.widgets import Card, button, label, row, set_shown

_STEPS = 1000  # of the progress bar


class ReplayCard(Card):
    """Replays the job's own curves when the user asks for it; hidden while there is nothing to replay.

    The replay ends when the card is hidden.
    """

    _progressed = Signal(int, int)  # verdicts that are done, and all of them

    def __init__(self, model: JobModel, database: Database, background: Background) -> None:
        super().__init__(_("What early stopping would have saved"))
        self.controls.addWidget(help_mark("early-stopping"))
        self._model, self._database, self._background = model, database, background
        self._cancelled = threading.Event()
        self.result = label(
            _("Replays the job on its own curves. This may take a minute."), "secondary", wrap=True
        )
        self.start = button(_("Work it out"), self._replay)
        self.cancel = button(_("Cancel"), self._stop)
        self.bar = QProgressBar()
        self.bar.setRange(0, _STEPS)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(_("Replaying the job"))
        line = row(self.result, self.bar, self.start, self.cancel, spacing=12)
        line.setStretch(0, 1)
        line.setContentsMargins(13, 2, 13, 12)
        self.body.addLayout(line)
        self._progressed.connect(lambda done, total: self.bar.setValue(_STEPS * done // max(1, total)))
        self._set_busy(False)
        Redraw(self, model, lambda _change: self._show(), Change.STATE)
        self._show()

    def _show(self) -> None:
        job = self._model.view.job
        runs_whole = job.local.early_stopping is None and not job.submission.is_imported
        set_shown(self, job.state.ended and runs_whole)

    def _set_busy(self, busy: bool) -> None:
        self.bar.setVisible(busy)
        self.cancel.setVisible(busy)
        self.start.setVisible(not busy)

    def _replay(self) -> None:
        self._cancelled = cancelled = threading.Event()
        job, database, progressed = self._model.view.job, self._database, self._progressed
        watcher = ReplayWatcher(progressed.emit, cancelled.is_set)
        self.bar.setValue(0)
        self._set_busy(True)
        self._background.run(lambda: replay_report(database, job, watcher), self._done, self._failed)

    def _done(self, report: ReplayReport | None) -> None:
        self._set_busy(False)
        if report is not None:
            self.result.setText(str(report.text))
            self.start.setText(_("Work it out again"))

    def _failed(self, error: Exception) -> None:
        self._set_busy(False)
        self._background.went_wrong.emit(error)

    def _stop(self) -> None:
        self._cancelled.set()

    def hideEvent(self, event: QHideEvent) -> None:
        """End the replay: nobody waits for it."""
        self._cancelled.set()
        super().hideEvent(event)
