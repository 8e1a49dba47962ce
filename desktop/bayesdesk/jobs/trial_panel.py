"""The selected trial beside the views: its metrics, its parameters and the actions on it."""

from __future__ import annotations

import json

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from bayescore.i18n import _
from bayescore.store import Trial
from bayescore.trials.parameters import command_line
from bayesdesk.jobs.trial_actions import TrialActions, star_words
from bayesdesk.models.curves import Array
from bayesdesk.models.early_stops import forecast_lines
from bayesdesk.models.forecast_band import band_of
from bayesdesk.models.formatting import number
from bayesdesk.models.job import JobModel
from bayesdesk.models.snapshot import Change
from bayesdesk.models.trial import badge_of, outcome_of, reasons_of, remark_of, severity_of
from bayesdesk.plots.canvas import pen
from bayesdesk.plots.forecast_bands import ForecastBands
from bayesdesk.ui import theme
from bayesdesk.ui.elided import MIDDLE, ElidedText
from bayesdesk.ui.plain import as_text
from bayesdesk.ui.redraw import Redraw
from bayesdesk.ui.widgets import badge, button, clear, column, label, row, rule

_CURVE_HEIGHT = 54


class TrialPanel(QFrame):
    """Shows the selected trial; a note is written when the field loses the focus, or on Enter."""

    def __init__(self, model: JobModel, actions: TrialActions) -> None:
        super().__init__()
        self.setObjectName("card")
        self.setFixedWidth(theme.PANEL_WIDTH)
        self._model, self._actions = model, actions
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
        self._note_of: int | None = None  # number of the trial that the field belongs to
        foot = row(self.note)
        foot.setContentsMargins(13, 8, 13, 12)
        # The line tells that the panel continues below it.
        self.setLayout(column(scroll, rule(), foot, spacing=0))
        self._drawn: object = None
        shown = Change.STATE | Change.TRIALS | Change.FORECASTS | Change.POINTS | Change.SELECTION
        Redraw(self, model, self._show_trial, shown).now()

    def _show_trial(self, _change: Change) -> None:
        """Show the selected trial, unless nothing of it has changed."""
        trial = self._model.selected
        series = self._model.view.series.get(trial.id, {}) if trial else {}
        winner = self._model.view.best
        base = self._model.view.baseline
        marked = [t.number if t is not None else None for t in (winner, base.trial if base else None)]
        drawn = (trial, {k: len(v) for k, v in series.items()}, marked)
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
                self._add_metric(trial, name, series[name])
        self._add_parameters(trial)
        self._add_buttons(trial)
        self._content.addStretch(1)

    def _show_note(self, trial: Trial | None) -> None:
        """Show the trial's note, but do not replace one that is being typed."""
        self.note.setVisible(trial is not None)
        number_ = trial.number if trial else None
        if trial is not None and (number_ != self._note_of or not self.note.hasFocus()):
            self.note.setText(trial.note)
            self.note.setModified(False)
        self._note_of = number_

    def _write_note(self) -> None:
        if self._note_of is not None and self.note.isModified():
            self.note.setModified(False)
            self._actions.annotate(self._note_of, self.note.text().strip())

    def _add_head(self, trial: Trial) -> None:
        word, tone = badge_of(self._model.view, trial)
        star = button(
            "",
            lambda: self._actions.star([trial.number], starred=not trial.starred),
            kind="quiet",
            meaning="starred" if trial.starred else "star",
            tip=star_words(is_removed=trial.starred),
        )
        title = label(_("Trial #{number}", number=trial.number), "heading")
        head = row(title, badge(word, tone), None, star)
        self._content.addLayout(head)
        if remark := remark_of(trial, self._model.view.baseline):
            head.insertWidget(2, badge(remark, ""))
        for words in reasons_of(trial):
            self._content.addWidget(label(words, "secondary", wrap=True))
        for words in forecast_lines(trial):
            self._content.addWidget(label(words, "secondary", wrap=True))
        if trial.reason is not None:
            reason = label(str(trial.reason), "problem", wrap=True, selectable=True)
            reason.setProperty("severity", severity_of(trial))
            reason.setMinimumWidth(1)  # a long word must not push the rest of the panel out of sight
            self._content.addWidget(reason)

    def _add_metric(self, trial: Trial, name: str, values: Array) -> None:
        last = float(values[-1])
        self._content.addLayout(_pair(name, ElidedText(number(last), "mono", tip=repr(last))))
        if len(values) > 1:
            curve = pg.PlotWidget(background=theme.palette().panel)
            curve.setFixedHeight(theme.px(_CURVE_HEIGHT))
            curve.setMouseEnabled(x=False, y=False)
            curve.getPlotItem().setMenuEnabled(False)
            curve.getPlotItem().hideButtons()
            curve.hideAxis("left")
            curve.hideAxis("bottom")
            is_objective = name == self._model.view.job.metric
            colour = theme.palette().accent if is_objective else theme.palette().warning
            steps = np.arange(1, len(values) + 1)
            item = curve.plot(steps, values, pen=pen(colour, 1.5), connect="finite", antialias=True)
            item.setDownsampling(auto=True, method="peak")
            if is_objective and (band := band_of(trial, values)) is not None:
                best = self._model.view.best
                ForecastBands(curve.getViewBox()).show_bands((), band, best.value if best else None)
            self._content.addWidget(curve)

    def _add_parameters(self, trial: Trial) -> None:
        self._content.addSpacing(6)
        for name, value in trial.parameters.items():
            shown = ElidedText(number(value), "mono_small", tip=str(value))
            self._content.addLayout(_pair(name, shown))
            self._content.addWidget(rule())

    def _add_buttons(self, trial: Trial) -> None:
        self._content.addSpacing(8)
        actions = self._actions
        offers = actions.offers([trial])
        kinds = ("primary", "") if offers.is_use_primary else ("", "primary")
        use = button(_("Use as result…"), lambda: actions.use(trial), kind=kinds[0], meaning="check")
        use.setEnabled(offers.use is not None)
        use.setToolTip(as_text(offers.no_use))
        log = button(_("Log and files"), lambda: actions.open(trial), kind=kinds[1], meaning="folder")
        first, second = (use, log) if offers.is_use_primary else (log, use)
        self._content.addWidget(first)
        buttons = row(second, spacing=8)
        if offers.rerun:
            buttons.addWidget(button(_("Re-run"), lambda: actions.rerun(offers.rerun)))
        if offers.stop:
            buttons.addWidget(button(_("Stop"), lambda: actions.stop(offers.stop), kind="danger"))
        self._content.addLayout(buttons)
        if offers.finish:
            self._content.addWidget(button(_("Run to the end"), lambda: actions.rerun(offers.finish)))
        if (like := offers.like) is not None:
            add = button(_("Add a trial like this…"), lambda: actions.add(like.parameters), kind="link")
            self._content.addLayout(row(add, None))
        if offers.no_use and trial.state.ended:
            self._content.addWidget(label(offers.no_use, "caption", wrap=True))
        copy = row(
            button(
                _("Copy as options"), lambda: _copy(command_line("", trial.parameters).strip()), kind="link"
            ),
            button(_("Copy as JSON"), lambda: _copy(json.dumps(trial.parameters)), kind="link"),
            None,
            spacing=14,
        )
        self._content.addLayout(copy)
        self._content.addWidget(label(outcome_of(trial), "caption", wrap=True))


def _pair(name: str, value: ElidedText) -> QHBoxLayout:
    """A name and a value, which are shortened when the panel is too narrow for both."""
    return row(ElidedText(name, mode=MIDDLE), None, value)


def _copy(text: str) -> None:
    QGuiApplication.clipboard().setText(text)
