"""The top of a job's page: what it is, how far, how good, and what can be done with it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QInputDialog, QMenu, QWidget

from bayescore.i18n import _
from bayescore.store import JobState, TrialState
from bayesdesk.jobs.job_model import JobModel
from bayesdesk.jobs.words import TONES, algorithm_word, number, span, state_word
from bayesdesk.ui import theme
from bayesdesk.ui.help_mark import help_mark
from bayesdesk.ui.widgets import badge, button, column, label, row, set_tone

_MOST_MORE = 100  # trials of one continuation, as on the command line


class _Figure(QWidget):
    """A small heading and a value below it."""

    def __init__(self, heading: str) -> None:
        super().__init__()
        self.value = label("", "figure")
        self.setLayout(column(label(heading, "caption"), self.value, spacing=1))


class JobHeader(QWidget):
    """Asks for what its buttons say; the page does it."""

    cancel_requested = Signal()
    continue_requested = Signal(int)
    rerun_requested = Signal()
    new_requested = Signal()
    export_requested = Signal(str)

    def __init__(self, model: JobModel) -> None:
        super().__init__()
        self._model = model
        self._name = label(model.view.job.submission.name, "title")
        self._state = badge()
        self._reason = label("", "problem", wrap=True, selectable=True)
        self._cancel = button(_("Cancel"), self.cancel_requested.emit, kind="danger", meaning="stop")
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
            self._cancel,
        )
        self._progress = _Figure(_("Progress"))
        self._left = _Figure(_("Time left"))
        self._best = _Figure(_("Best {metric}", metric=model.view.job.metric))
        self._gain = _Figure(_("Next 10 trials may gain"))
        self._search = _Figure(_("Search"))
        self._where = _Figure(_("Runs on"))
        figures = row(
            self._progress, self._left, self._best, self._gain, self._search, self._where, None, spacing=32
        )
        layout = column(top, self._reason, figures, spacing=8)
        layout.setContentsMargins(theme.PAGE_MARGIN, 12, theme.PAGE_MARGIN, 4)
        self.setLayout(layout)
        model.view_changed.connect(self.show_job)
        self.show_job()

    def show_job(self) -> None:
        """Show the newest state."""
        view = self._model.view
        job = view.job
        self._state.setText(state_word(job.state))
        set_tone(self._state, TONES.get(job.state.value, ""))
        self._reason.setText(str(job.reason) if job.reason else "")
        self._reason.setProperty("severity", "error" if job.state is not JobState.EXHAUSTED else "hint")
        self._reason.setVisible(job.reason is not None)
        self._progress.value.setText(self._progress_words())
        self._left.setVisible(not job.state.ended)
        left = view.seconds_left
        self._left.value.setText(_("about {time}", time=span(left)) if left is not None else "–")
        winner = view.best
        self._best.value.setText(f"{number(winner.value)}  #{winner.number}" if winner else "–")
        ahead = next((t.forecast for t in reversed(view.trials) if t.forecast is not None), None)
        self._gain.setVisible(ahead is not None)
        if ahead is not None:
            shown = (f"{v:.2g}" for v in (ahead.gain, ahead.gain_low, ahead.gain_high))
            self._gain.value.setText("+{} ({} … {})".format(*shown))
            self._gain.setToolTip(
                _(
                    "What the model expects {count} more trials to gain over the best; "
                    "four out of five times it lies in the brackets.",
                    count=ahead.gain_trials,
                )
            )
        self._search.value.setText(algorithm_word(job.config.hyper_tuning.algorithm))
        self._where.value.setText(self._where_words())
        self._cancel.setVisible(not job.state.ended)
        runs_here = not job.submission.is_imported
        self._more.setVisible(job.state.ended and runs_here)
        failed = any(t.state in (TrialState.FAILED, TrialState.LOST) for t in view.trials)
        self._rerun.setVisible(job.state.ended and failed and runs_here)

    def _progress_words(self) -> str:
        view = self._model.view
        if view.pulled is not None:
            return _("pulling the image, {share:.0%}", share=view.pulled)
        if view.transfer is not None:
            what, share = view.transfer
            return f"{what}, {share:.0%}"
        done = sum(t.state.ended for t in view.trials)
        words = [f"{done} / {view.job.max_trials}"]
        running = sum(not t.state.ended for t in view.trials)
        failed = sum(t.state in (TrialState.FAILED, TrialState.LOST) for t in view.trials)
        if running:
            words.append(_("{count} running", count=running))
        if failed:
            words.append(_("{count} failed", count=failed))
        return " · ".join(words)

    def _where_words(self) -> str:
        job = self._model.view.job
        gpus = sorted({g for t in self._model.view.trials for g in t.gpus})
        return (job.submission.image or _("processes")) + (f" · {len(gpus)} GPU" if gpus else "")

    def _export(self) -> QWidget:
        made = button(_("Export"), lambda: None, meaning="export")
        menu = QMenu(made)
        for form, words in (
            ("csv", _("Trials as CSV…")),
            ("points", _("All points as CSV…")),
            ("json", _("Everything as JSON…")),
            ("yaml", _("Best set as YAML…")),
            ("optuna", _("Study of Optuna, as a journal…")),
            ("hiplot", _("Table for HiPlot…")),
        ):
            menu.addAction(words).triggered.connect(
                lambda _checked=False, f=form: self.export_requested.emit(f)
            )
        made.setMenu(menu)
        return made

    def _ask_how_many(self) -> None:
        count, agreed = QInputDialog.getInt(
            self, _("Continue"), _("How many more trials?"), 10, 1, _MOST_MORE
        )
        if agreed:
            self.continue_requested.emit(count)
