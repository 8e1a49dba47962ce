"""One trial at mid-range: its state, its metrics with their sources, and its log."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QWidget

from bayescore.app.metric_origins import Origin, origins
from bayescore.i18n import _, n_
from bayescore.store import Database, TrialState
from bayescore.trials import TrialFolder
from bayesdesk.editor.marked_log import MarkedLog
from bayesdesk.editor.pattern_dialog import MarkedNumber, PatternDialog
from bayesdesk.models.formatting import number, state_word
from bayesdesk.models.snapshot import JobView
from bayesdesk.services.background import Background
from bayesdesk.services.snapshot_reader import SnapshotReader
from bayesdesk.ui import theme
from bayesdesk.ui.plain import breakable
from bayesdesk.ui.widgets import badge, column, label, row, set_tone

_POLL_MS = 300


class TryOut(QWidget):
    """Follows the only trial of a job until it ends."""

    ended = Signal(bool)  # whether the trial succeeded
    metric_made = Signal(dict)  # an item of “metrics”, made from a number in the log

    def __init__(self, background: Background, database: Database, job: str) -> None:
        super().__init__()
        self.job = job
        self.is_running = True
        self._background = background
        self._database = database
        self._reader = SnapshotReader(database)
        self._is_reading = False
        self._wanted: tuple[str, ...] = ()
        self.pattern_dialog: PatternDialog | None = None
        self._state = badge(_("starting"), "accent")
        self._metrics = label(_("No metrics yet."), "secondary", wrap=True, selectable=True)
        self._origins = label("", "caption", wrap=True, selectable=True)
        self._origins.hide()
        self._hint = label("", "secondary", wrap=True)
        self._hint.hide()
        self._file = TrialFolder(database.folder.trial(job, 1)).log
        self.log = MarkedLog(background, self._file)
        self.log.setMinimumHeight(theme.px(170))
        self.log.marked.connect(self.make_metric)
        layout = column(
            row(label(_("One trial at mid-range"), "heading"), self._state, None),
            self._metrics,
            self._origins,
            self._hint,
            self.log,
        )
        layout.setStretchFactor(self.log, 1)
        self.setLayout(layout)
        self._timer = QTimer(self)
        self._timer.setInterval(_POLL_MS)
        self._timer.timeout.connect(self._read)
        self._timer.start()

    def _read(self) -> None:
        if not self._is_reading:
            self._is_reading = True
            self._background.run(self._look, self._show, self._failed)

    def _look(self) -> tuple[JobView, tuple[Origin, ...]]:
        """The job, and where its metrics came from; runs off the GUI thread."""
        view = self._reader.view(self.job)
        found = origins(self._database, view.job, view.trials[0]) if view.trials else ()
        return view, found

    def _failed(self, error: Exception) -> None:
        self._is_reading = False
        self._metrics.setText(str(error))

    def _show(self, looked: tuple[JobView, tuple[Origin, ...]]) -> None:
        view, found = looked
        self._is_reading = False
        self._wanted = (view.job.metric, *view.job.config.hyper_tuning.side_metrics)
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
        self._show_origins(found, is_ended=view.job.state.ended)
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
        if (
            trial is not None
            and trial.exit_code == 0
            and self._wanted[0] not in view.series.get(trial.id, {})
        ):
            self._hint.setText(
                _("If the output has the value of “{metric}”, click it there.", metric=self._wanted[0])
            )
            self._hint.show()
        self.ended.emit(succeeded)

    def _show_origins(self, found: tuple[Origin, ...], *, is_ended: bool) -> None:
        """Show a line for each source; of one without a value only when the trial has ended."""
        shown = [str(origin) for origin in found if origin.found or is_ended]
        self._origins.setText("\n".join(breakable(words) for words in shown))
        self._origins.setVisible(bool(shown))

    def make_metric(self, marked: MarkedNumber) -> None:
        """Offer a pattern for a number of the log."""
        dialog = PatternDialog(self.window(), self._background, self._file, marked, self._wanted)
        self.pattern_dialog = dialog
        self.pattern_dialog.taken.connect(self.metric_made)
        self.pattern_dialog.open()
