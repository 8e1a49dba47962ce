"""One trial at mid-range: its state, its metrics and its log."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QWidget

from bayescore.i18n import _, n_
from bayescore.store import Database, TrialState
from bayescore.trials import TrialFolder
from bayesdesk.jobs.log_view import LogView
from bayesdesk.models.formatting import number, state_word
from bayesdesk.models.snapshot import JobView
from bayesdesk.services.background import Background
from bayesdesk.services.snapshot_reader import SnapshotReader
from bayesdesk.ui import theme
from bayesdesk.ui.widgets import badge, column, label, row, set_tone

_POLL_MS = 300


class TryOut(QWidget):
    """Follows the only trial of a job until it ends."""

    ended = Signal(bool)  # whether the trial succeeded

    def __init__(self, background: Background, database: Database, job: str) -> None:
        super().__init__()
        self.job = job
        self.is_running = True
        self._background = background
        self._reader = SnapshotReader(database)
        self._is_reading = False
        self._state = badge(_("starting"), "accent")
        self._metrics = label(_("No metrics yet."), "secondary", wrap=True, selectable=True)
        self.log = LogView(background, TrialFolder(database.folder.trial(job, 1)).log)
        self.log.setMinimumHeight(theme.px(170))
        layout = column(
            row(label(_("One trial at mid-range"), "heading"), self._state, None), self._metrics, self.log
        )
        layout.setStretch(2, 1)
        self.setLayout(layout)
        self._timer = QTimer(self)
        self._timer.setInterval(_POLL_MS)
        self._timer.timeout.connect(self._read)
        self._timer.start()

    def _read(self) -> None:
        if not self._is_reading:
            self._is_reading = True
            self._background.run(lambda: self._reader.view(self.job), self._show, self._failed)

    def _failed(self, error: Exception) -> None:
        self._is_reading = False
        self._metrics.setText(str(error))

    def _show(self, view: JobView) -> None:
        self._is_reading = False
        if not self.is_running:
            return
        trial = view.trials[0] if view.trials else None
        if trial is not None and view.series.get(trial.id):
            words = (
                n_(
                    "{metric}: {value} ({count} value)",
                    "{metric}: {value} ({count} values)",
                    count=len(v),
                    metric=m,
                    value=number(float(v[-1])),
                )
                for m, v in view.series[trial.id].items()
            )
            self._metrics.setText(" · ".join(words))
        if not view.job.state.ended:
            if trial is not None and trial.state is TrialState.RUNNING:
                self._state.setText(_("running"))
            return
        self.is_running = False
        self._timer.stop()
        succeeded = trial is not None and trial.state is TrialState.SUCCEEDED
        self._state.setText(_("works") if succeeded else state_word(trial.state if trial else view.job.state))
        set_tone(self._state, "good" if succeeded else "bad")
        reason = (trial.reason if trial else None) or view.job.reason
        if not succeeded and reason is not None:
            self._metrics.setText(str(reason))
        self.ended.emit(succeeded)
