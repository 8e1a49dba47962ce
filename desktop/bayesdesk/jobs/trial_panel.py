"""The chosen trial beside the views: its metrics, its parameters, what can be done with it."""

from __future__ import annotations

import json

import pyqtgraph as pg
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from bayescore.i18n import _
from bayescore.store import Trial
from bayescore.trials.parameters import command_line
from bayesdesk.jobs.job_model import JobModel
from bayesdesk.jobs.words import TONES, duration, number, state_word
from bayesdesk.plots.canvas import Array, pen
from bayesdesk.ui import theme
from bayesdesk.ui.plain import as_text
from bayesdesk.ui.widgets import badge, button, clear, column, label, row, rule

_CURVE_HEIGHT = 54
_ORIGINS = {
    "initial": lambda: _("First look around"),
    "model": lambda: _("Suggested by the model"),
    "grid": lambda: _("Next on the grid"),
    "random": lambda: _("Drawn at random"),
    "imported": lambda: _("Imported: it ran elsewhere"),
}


class TrialPanel(QFrame):
    """Shows the model's chosen trial and asks for what its buttons say."""

    use_requested = Signal(object)  # Trial
    open_requested = Signal(object)  # Trial
    rerun_requested = Signal(int)
    stop_requested = Signal(int)
    star_requested = Signal(int, bool)
    note_written = Signal(int, str)

    def __init__(self, model: JobModel) -> None:
        super().__init__()
        self.setObjectName("card")
        self.setFixedWidth(theme.PANEL_WIDTH)
        self._model = model
        self._content = QVBoxLayout()
        self._content.setContentsMargins(13, 12, 13, 12)
        self._content.setSpacing(6)
        inner = QWidget()
        inner.setLayout(self._content)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(inner)
        self.note = QLineEdit()
        self.note.setPlaceholderText(_("Note on this trial"))
        self.note.setAccessibleName(_("Note on this trial"))
        self.note.editingFinished.connect(self._write_note)
        self._noted: int | None = None
        foot = row(self.note)
        foot.setContentsMargins(13, 6, 13, 12)
        self.setLayout(column(scroll, foot, spacing=0))
        self._drawn: object = None
        model.view_changed.connect(self.show_trial)
        model.selection_changed.connect(self.show_trial)
        self.show_trial()

    def show_trial(self) -> None:
        """Show the chosen trial; what is the same is not drawn again."""
        trial = self._model.selected
        series = self._model.view.series.get(trial.id, {}) if trial else {}
        winner = self._model.view.best
        drawn = (trial, {k: len(v) for k, v in series.items()}, winner.number if winner else None)
        if drawn == self._drawn:
            return
        self._drawn = drawn
        self._show_note(trial)
        clear(self._content)
        if trial is None:
            self._content.addWidget(label(_("No trial yet"), "secondary"))
            self._content.addStretch(1)
            return
        self._add_head(trial)
        for name in self._model.view.metrics:
            if name in series:
                self._add_metric(name, series[name])
        self._add_parameters(trial)
        self._add_buttons(trial)
        self._content.addStretch(1)

    def _show_note(self, trial: Trial | None) -> None:
        """Show the trial's note, but not over one that is being written."""
        self.note.setVisible(trial is not None)
        number_ = trial.number if trial else None
        if trial is not None and (number_ != self._noted or not self.note.hasFocus()):
            self.note.setText(trial.note)
            self.note.setModified(False)
        self._noted = number_

    def _write_note(self) -> None:
        if self._noted is not None and self.note.isModified():
            self.note.setModified(False)
            self.note_written.emit(self._noted, self.note.text().strip())

    def _add_head(self, trial: Trial) -> None:
        winner = self._model.view.best
        is_best = winner is not None and winner.number == trial.number
        word = _("best so far") if is_best else state_word(trial.state)
        tone = "good" if is_best else TONES.get(trial.state.value, "")
        star = button(
            "",
            lambda: self.star_requested.emit(trial.number, not trial.starred),
            kind="quiet",
            meaning="starred" if trial.starred else "star",
            tip=_("Take the star away") if trial.starred else _("Mark with a star"),
        )
        title = label(_("Trial #{number}", number=trial.number), "heading")
        self._content.addLayout(row(title, badge(word, tone), None, star))
        for words in _why(trial):
            self._content.addWidget(label(words, "secondary", wrap=True))
        if trial.reason is not None:
            reason = label(str(trial.reason), "problem", wrap=True, selectable=True)
            reason.setProperty("severity", "error")
            self._content.addWidget(reason)

    def _add_metric(self, name: str, values: Array) -> None:
        self._content.addLayout(row(label(name), None, label(number(float(values[-1])), "mono")))
        if len(values) > 1:
            curve = pg.PlotWidget(background=theme.palette().panel)
            curve.setFixedHeight(_CURVE_HEIGHT)
            curve.setMouseEnabled(x=False, y=False)
            curve.getPlotItem().setMenuEnabled(False)
            curve.getPlotItem().hideButtons()
            curve.hideAxis("left")
            curve.hideAxis("bottom")
            is_objective = name == self._model.view.job.metric
            colour = theme.palette().accent if is_objective else theme.palette().warning
            item = curve.plot(values, pen=pen(colour, 1.5), connect="finite")
            item.setDownsampling(auto=True, method="peak")
            self._content.addWidget(curve)

    def _add_parameters(self, trial: Trial) -> None:
        self._content.addSpacing(6)
        for name, value in trial.parameters.items():
            shown = label(number(value), "mono_small", selectable=True)
            shown.setToolTip(as_text(str(value)))
            self._content.addLayout(row(label(name), None, shown))
            self._content.addWidget(rule())

    def _add_buttons(self, trial: Trial) -> None:
        self._content.addSpacing(8)
        if trial.state.ended:
            use = button(
                _("Use as result…"), lambda: self.use_requested.emit(trial), kind="primary", meaning="check"
            )
            self._content.addWidget(use)
            again = button(_("Re-run"), lambda: self.rerun_requested.emit(trial.number))
        else:
            again = button(_("Stop"), lambda: self.stop_requested.emit(trial.number), kind="danger")
        self._content.addLayout(
            row(button(_("Log and files"), lambda: self.open_requested.emit(trial)), again, spacing=8)
        )
        again.setVisible(not self._model.view.job.submission.is_imported)
        copy = row(
            button(
                _("Copy as options"), lambda: _copy(command_line("", trial.parameters).strip()), kind="link"
            ),
            button(_("Copy as JSON"), lambda: _copy(json.dumps(trial.parameters)), kind="link"),
            None,
            spacing=14,
        )
        self._content.addLayout(copy)
        self._content.addWidget(label(_ended_words(trial), "caption", wrap=True))


def _why(trial: Trial) -> list[str]:
    """Why the search suggested this trial, and what it expected."""
    told = trial.forecast
    if told is None:
        origin = _ORIGINS.get(trial.origin)
        return [origin()] if origin is not None else []
    reasons = {
        "best_guess": _("The model's best guess, away from the best so far"),
        "near_best": _("Near the best so far, where the model expects more"),
        "exploring": _("Exploring where little is known"),
    }
    expected = _(
        "Expected {mean} ± {deviation}",
        mean=number(float(f"{told.mean:.4g}")),
        deviation=f"{told.deviation:.2g}",
    )
    return [reasons.get(told.why, told.why), expected]


def _ended_words(trial: Trial) -> str:
    if not trial.state.ended:
        return _("Running for {time}", time=duration(trial)) if trial.started_at else ""
    words = [_("Took {time}", time=duration(trial))] if trial.started_at else []
    words += [f"GPU {', '.join(trial.gpus)}"] if trial.gpus else []
    words += [_("exit code {code}", code=trial.exit_code)] if trial.exit_code is not None else []
    return " · ".join(words)


def _copy(text: str) -> None:
    QGuiApplication.clipboard().setText(text)
