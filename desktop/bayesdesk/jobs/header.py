"""The top of a job's page: its state, its figures and the actions on it."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QInputDialog, QMenu, QWidget

from bayescore.app.lineage import EarlierJob
from bayescore.i18n import _
from bayesdesk.models.formatting import shortened
from bayesdesk.models.header import MOST_MORE_TRIALS, header_of, saved_explanation
from bayesdesk.models.job import JobModel
from bayesdesk.models.snapshot import Change
from bayesdesk.ui import theme
from bayesdesk.ui.help_mark import help_mark
from bayesdesk.ui.plain import as_text
from bayesdesk.ui.redraw import Redraw
from bayesdesk.ui.widgets import badge, button, clear, column, label, row, set_property, set_tone


class _Figure(QWidget):
    """A caption and a value below it."""

    def __init__(self, heading: str) -> None:
        super().__init__()
        self.value = label("", "figure")
        self.setLayout(column(label(heading, "caption"), self.value, spacing=1))


class JobHeader(QWidget):
    """Shows what :func:`header_of` says and emits what its buttons request."""

    cancel_requested = Signal()
    pause_requested = Signal(bool)  # whether the trials that run are ended
    resume_requested = Signal()
    change_requested = Signal()
    continue_requested = Signal(int)
    rerun_requested = Signal()
    new_requested = Signal()
    export_requested = Signal(str)
    job_requested = Signal(str)  # id of a job that this one continues

    def __init__(self, model: JobModel) -> None:
        super().__init__()
        self._model = model
        self._continued: tuple[EarlierJob, ...] | None = None
        self._name = label(model.view.job.submission.name, "title")
        self._state = badge()
        self._reason = label("", "problem", wrap=True, selectable=True)
        self._cancel = button(_("Cancel"), self.cancel_requested.emit, kind="danger", meaning="stop")
        self._pause = self._pauses()
        self._change = button(_("Change…"), self.change_requested.emit, meaning="parameter")
        self._resume = button(_("Resume"), self.resume_requested.emit, kind="primary", meaning="start")
        self._more = button(_("Continue…"), self._ask_how_many, meaning="start")
        self._rerun = button(_("Re-run failed"), self.rerun_requested.emit, meaning="again")
        new = button(_("New from this"), self.new_requested.emit, meaning="follow")
        top = row(
            self._name,
            self._state,
            None,
            help_mark("window"),
            new,
            self._export(),
            self._rerun,
            self._more,
            self._change,
            self._resume,
            self._pause,
            self._cancel,
        )
        self._progress = _Figure(_("Progress"))
        self._left = _Figure(_("Time left"))
        self._budget = _Figure(_("Budget"))
        self.best = _Figure(_("Best {metric}", metric=model.view.job.metric))
        self._gain = _Figure(_("Next 10 trials may gain"))
        self._search = _Figure(_("Search"))
        self._where = _Figure(_("Runs on"))
        shown = (self._progress, self._left, self._budget, self.best, self._gain, self._search, self._where)
        figures = row(*shown, None, spacing=32)
        self._changes = label("", "secondary", wrap=True)
        self._stops = label("", "secondary")
        self._stops.setToolTip(as_text(saved_explanation()))
        self._continues = QWidget()
        self._links = row(spacing=6)
        self._continues.setLayout(self._links)
        layout = column(top, self._continues, self._reason, figures, self._changes, self._stops, spacing=8)
        layout.setContentsMargins(theme.PAGE_MARGIN, 12, theme.PAGE_MARGIN, 4)
        self.setLayout(layout)
        Redraw(self, model, self._show, Change.STATE | Change.TRIALS | Change.TIME | Change.EVENTS).now()

    def _show(self, _change: Change) -> None:
        header, job = header_of(self._model.view), self._model.view.job
        self._name.setText(job.submission.name)
        self._name.setToolTip(as_text("\n".join(filter(None, (job.note, ", ".join(job.tags))))))
        self._state.setText(header.state)
        set_tone(self._state, header.tone)
        self._show_continued(self._model.view.continues)
        self._reason.setText(header.reason or "")
        set_property(self._reason, "severity", header.severity)
        self._reason.setVisible(header.reason is not None)
        self._progress.value.setText(header.progress)
        self._left.setVisible(header.time_left is not None)
        self._left.value.setText(header.time_left or "")
        self._budget.setVisible(header.budget is not None)
        self._budget.value.setText(header.budget or "")
        self._changes.setVisible(header.changes is not None)
        self._changes.setText(header.changes or "")
        self._stops.setVisible(header.stops is not None)
        self._stops.setText(header.stops or "")
        self.best.value.setText(header.best)
        self._gain.setVisible(header.gain is not None)
        gain, explanation = header.gain or ("", "")
        self._gain.value.setText(gain)
        self._gain.setToolTip(as_text(explanation))
        self._search.value.setText(header.algorithm)
        self._where.value.setText(header.place)
        self._cancel.setVisible(header.can_cancel)
        self._change.setVisible(header.can_change)
        self._pause.setVisible(header.can_pause)
        self._resume.setVisible(header.can_resume)
        self._more.setVisible(header.can_continue)
        self._rerun.setVisible(header.can_rerun_failed)

    def _show_continued(self, earlier: tuple[EarlierJob, ...]) -> None:
        """Links to the jobs that this one continues."""
        if earlier == self._continued:
            return
        self._continued = earlier
        self._continues.setVisible(bool(earlier))
        clear(self._links)
        self._links.addWidget(label(_("Continues"), "caption"))
        for job in earlier:
            link = button(
                shortened(str(job.words)),
                partial(self.job_requested.emit, job.id),
                kind="link",
                tip=str(job.words),
            )
            self._links.addWidget(link)
        self._links.addStretch(1)

    def _pauses(self) -> QWidget:
        made = button(_("Pause"), lambda: None, meaning="pause")
        menu = QMenu(made)
        for words, ends_trials in (
            (_("Begin no more trials"), False),
            (_("End the running trials too; they begin again later"), True),
        ):
            menu.addAction(words).triggered.connect(
                lambda _checked=False, now=ends_trials: self.pause_requested.emit(now)
            )
        made.setMenu(menu)
        return made

    def _export(self) -> QWidget:
        made = button(_("Export"), lambda: None, meaning="export")
        menu = QMenu(made)
        for form, words in (
            ("csv", _("Trials as CSV…")),
            ("points", _("All points as CSV…")),
            ("json", _("Everything as JSON…")),
            ("yaml", _("Best parameters as YAML…")),
            ("optuna", _("Optuna study as a journal…")),
            ("hiplot", _("Table for HiPlot…")),
        ):
            menu.addAction(words).triggered.connect(
                lambda _checked=False, f=form: self.export_requested.emit(f)
            )
        made.setMenu(menu)
        return made

    def _ask_how_many(self) -> None:
        count, agreed = QInputDialog.getInt(
            self, _("Continue"), _("How many more trials?"), 10, 1, MOST_MORE_TRIALS
        )
        if agreed:
            self.continue_requested.emit(count)
