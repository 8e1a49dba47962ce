"""The filter of a job: best share, state, expression, brushes as chips, and how many trials pass."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSizePolicy, QWidget

from bayescore.config import Goal
from bayescore.errors import ConfigError
from bayescore.i18n import _, n_
from bayescore.results.where import written
from bayescore.store import TrialState
from bayesdesk.jobs.filter_chips import FilterChips
from bayesdesk.jobs.filter_field import FilterField
from bayesdesk.models.expression import TrialWords
from bayesdesk.models.filter import TrialFilter
from bayesdesk.models.formatting import number, state_word
from bayesdesk.models.job import JobModel
from bayesdesk.models.snapshot import Change
from bayesdesk.ui import theme
from bayesdesk.ui.redraw import Redraw
from bayesdesk.ui.throttle import Throttle
from bayesdesk.ui.wheel import ComboBox, Slider
from bayesdesk.ui.widgets import button, column, label, row

_SHARE_PAUSE_MS = 60  # between two shares that are applied while the slider is dragged


class FilterBar(QWidget):
    """Shows the filter of every view of the job, and changes it."""

    def __init__(self, model: JobModel) -> None:
        super().__init__()
        self.setObjectName("bar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._model = model
        self._share = Slider()
        self._share.setRange(1, 100)
        self._share.setValue(100)
        self._slid_to = 100
        self._share.setFixedWidth(theme.px(88))
        self._share.setAccessibleName(_("Show only the best trials, in percent"))
        self._apply_share = Throttle(self, self._set_share, _SHARE_PAUSE_MS)
        self._share.valueChanged.connect(self._show_share)
        self._percent = label("100%", "mono_small")
        self._percent.setFixedWidth(theme.px(44))
        self._state = self._made_states()
        self.expression = FilterField(lambda: TrialWords(model.columns))
        self.expression.setPlaceholderText(self._example())
        self.expression.committed.connect(self._set_expression)
        self._count = label("")
        self._count.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        self._clear = button(_("Clear"), lambda: model.set_filter(TrialFilter()), kind="link")
        self._chips = FilterChips()
        self._chips.removed.connect(lambda axis: model.set_filter(model.filter.with_brushes(axis, ())))
        self._shown_filter: TrialFilter | None = None
        self._arrange()
        shown = Change.TRIALS | Change.FILTER
        Redraw(self, model, self._show, shown, follows_filter=True).now()

    def _arrange(self) -> None:
        """Two lines of fixed height: the page below does not move when brushes come and go."""
        first = row(label(_("Show best"), "secondary"), self._share, self._percent, spacing=8)
        first.addWidget(self._state)
        first.addWidget(self.expression, 1)
        second = row(self._count, self._clear, 4, self._chips, spacing=10)
        second.setStretchFactor(self._chips, 1)
        whole = column(first, second, spacing=4)
        whole.setContentsMargins(theme.PAGE_MARGIN, 6, theme.PAGE_MARGIN, 5)
        self.setLayout(whole)

    def _example(self) -> str:
        name = self._model.view.job.config.hyper_tuning.parameter_specs[0].name
        return f"{written(name)} < 0.1 and value > 0.9"

    def _made_states(self) -> ComboBox:
        made = ComboBox()
        made.addItem(_("State: any"), None)
        for state in TrialState:
            made.addItem(state_word(state), state)
        made.setAccessibleName(_("State"))
        made.activated.connect(self._set_state)
        return made

    def _show(self, change: Change) -> None:
        if change & Change.FILTER and self._shown_filter != self._model.filter:
            self._show_filter()
        self._show_count()

    def _show_filter(self) -> None:
        """Show another filter; new trials alone leave alone what is being typed."""
        wanted = self._shown_filter = self._model.filter
        if wanted.best_percent != self._slid_to:  # not by the slider, which may be further by now
            self._slid_to = wanted.best_percent
            self._share.blockSignals(True)
            self._share.setValue(wanted.best_percent)
            self._share.blockSignals(False)
            self._percent.setText(f"{wanted.best_percent}%")
        state = next(iter(wanted.states), None)
        self._state.blockSignals(True)
        self._state.setCurrentIndex(max(0, self._state.findData(state)))
        self._state.blockSignals(False)
        if self.expression.text().strip() != wanted.expression:
            self.expression.setText(wanted.expression)
        self.expression.show_error(None)
        self._chips.show_filter(wanted)

    def _show_count(self) -> None:
        model, goal = self._model, self._model.view.job.config.hyper_tuning.goal
        values = model.columns.objective()[model.mask]
        known = values[np.isfinite(values)]
        best = None if not len(known) else known.max() if goal is Goal.MAXIMIZE else known.min()
        value = "–" if best is None else number(float(best))
        shown, total = int(model.mask.sum()), len(model.view.trials)
        if model.filter.is_empty:
            words = n_("{count} trial · best {value}", "{count} trials · best {value}", total, value=value)
        else:
            words = n_(
                "{shown} of {count} trial · best {value}",
                "{shown} of {count} trials · best {value}",
                total,
                shown=shown,
                value=value,
            )
        self._count.setText(words)
        self._clear.setVisible(not model.filter.is_empty)

    def _show_share(self, percent: int) -> None:
        self._percent.setText(f"{percent}%")
        self._apply_share.call()

    def _set_share(self) -> None:
        self._slid_to = self._share.value()
        self._model.set_filter(replace(self._model.filter, best_percent=self._slid_to))

    def _set_state(self, _index: int) -> None:
        state = self._state.currentData()
        chosen = frozenset() if state is None else frozenset({TrialState(state)})
        self._model.set_filter(replace(self._model.filter, states=chosen))

    def _set_expression(self, expression: str) -> None:
        try:
            self._model.set_filter(replace(self._model.filter, expression=expression))
        except ConfigError as error:
            self.expression.show_error(error)
        else:
            self.expression.show_error(None)
            if expression:
                self.expression.remember(expression)
