"""The filter of a job: best share, state, expression, brushes as chips, and how many trials pass."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QComboBox, QSlider, QWidget

from bayescore.errors import ConfigError
from bayescore.i18n import _, n_
from bayescore.results import best
from bayescore.results.where import written
from bayescore.store import TrialState
from bayesdesk.jobs.filter_field import FilterField
from bayesdesk.models.filter import Brush, TrialFilter
from bayesdesk.models.formatting import number, state_word
from bayesdesk.models.job import JobModel
from bayesdesk.models.snapshot import Change
from bayesdesk.ui import theme
from bayesdesk.ui.redraw import Redraw
from bayesdesk.ui.widgets import button, clear, column, label, row

_AFTER_STATE = 4  # index in the first line
_SLIDING_MS = 40  # between two countings while the slider moves


class FilterBar(QWidget):
    """Shows the filter of every view of the job, and changes it."""

    def __init__(self, model: JobModel) -> None:
        super().__init__()
        self.setObjectName("bar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._model = model
        self._share = self._made_slider()
        self._slid_to = self._share.value()
        self._percent = label("100 %", "mono_small")
        self._percent.setFixedWidth(44)
        self._sliding = QTimer(self)
        self._sliding.setSingleShot(True)
        self._sliding.setInterval(_SLIDING_MS)
        self._sliding.timeout.connect(self._set_share)
        self._state = self._made_states()
        self.expression = FilterField(model)
        self.expression.setPlaceholderText(self._example())
        self.expression.committed.connect(self._set_expression)
        self._count = label("")
        self._clear = button(_("Clear"), lambda: model.set_filter(TrialFilter()), kind="link")
        self._heading = label(_("Show best"), "secondary")
        self._first_line = row(self._heading, self._share, self._percent, spacing=8)
        self._first_line.addWidget(self._state)
        self._first_line.addWidget(self.expression, 1)
        self._first_line.addStretch(1)
        self._first_line.addWidget(self._count)
        self._first_line.addWidget(self._clear)
        self._second_line = row(spacing=8)
        self._chips, self._chips_row = QWidget(), row(spacing=6)
        self._chips.setLayout(self._chips_row)
        self._chips_width = 0
        self._shown_filter: TrialFilter | None = None
        whole = column(self._first_line, self._second_line, spacing=6)
        whole.setContentsMargins(theme.PAGE_MARGIN, 6, theme.PAGE_MARGIN, 6)
        self.setLayout(whole)
        shown = Change.TRIALS | Change.FILTER
        Redraw(self, model, self._show, shown, follows_filter=True).now()

    def _example(self) -> str:
        name = self._model.view.job.config.hyper_tuning.parameter_specs[0].name
        return f"{written(name)} < 0.1 and value > 0.9"

    def _made_slider(self) -> QSlider:
        made = QSlider(Qt.Orientation.Horizontal)
        made.setRange(1, 100)
        made.setValue(100)
        made.setFixedWidth(120)
        made.setAccessibleName(_("Show only the best trials, in percent"))
        made.valueChanged.connect(self._slide)
        return made

    def _made_states(self) -> QComboBox:
        made = QComboBox()
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
            self._sliding.stop()
            self._slid_to = wanted.best_percent
            self._share.blockSignals(True)
            self._share.setValue(wanted.best_percent)
            self._share.blockSignals(False)
            self._percent.setText(f"{wanted.best_percent} %")
        state = next(iter(wanted.states), None)
        self._state.blockSignals(True)
        self._state.setCurrentIndex(max(0, self._state.findData(state)))
        self._state.blockSignals(False)
        if self.expression.text().strip() != wanted.expression:
            self.expression.setText(wanted.expression)
        self.expression.show_error(None)
        self._show_chips()

    def _show_chips(self) -> None:
        clear(self._chips_row)
        self._chips_width = 0
        for axis, brushes in self._model.filter.brushes.items():
            words = ", ".join(_words(b) for b in brushes)

            def remove(axis: str = axis) -> None:
                self._model.set_filter(self._model.filter.with_brushes(axis, ()))

            chip = button(f"{axis} {words}  ×", remove, kind="chip", tip=_("Remove this brush"))
            chip.setMinimumWidth(chip.sizeHint().width())
            self._chips_row.addWidget(chip)
            self._chips_width += chip.minimumWidth() + self._chips_row.spacing()
        self._place()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def _place(self) -> None:
        """Put the condition and the chips on the first line if there is room, otherwise on a second one."""
        room = self.width() - 2 * theme.PAGE_MARGIN - self._width_without_condition()
        room = self._put(self.expression, self.expression.minimumWidth(), room, stretch=1)
        has_chips = bool(self._model.filter.brushes)
        self._chips.setVisible(has_chips)
        if has_chips:
            self._put(self._chips, self._chips_width, room, stretch=0)

    def _width_without_condition(self) -> int:
        parts = (self._heading, self._share, self._percent, self._state, self._count, self._clear)
        spaces = (self._first_line.count() + 1) * self._first_line.spacing()
        return spaces + sum(part.sizeHint().width() for part in parts)

    def _put(self, part: QWidget, width: int, room: int, *, stretch: int) -> int:
        """Put a part where there is room for it; what is left of the first line."""
        is_first = width <= room
        line = self._first_line if is_first else self._second_line
        if line.indexOf(part) < 0:
            self._first_line.removeWidget(part)
            self._second_line.removeWidget(part)
            at = _AFTER_STATE + (self._first_line.indexOf(self.expression) >= 0)
            line.insertWidget(at if is_first else line.count(), part, stretch)
        return room - width if is_first else 0

    def _show_count(self) -> None:
        model = self._model
        winner = best(model.shown, model.view.job.config.hyper_tuning.goal)
        value = number(winner.value) if winner else "–"
        shown, total = len(model.shown), len(model.view.trials)
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

    def _slide(self, percent: int) -> None:
        """Count at once, and then at most once a pause: a drag moves the slider at every pixel."""
        self._percent.setText(f"{percent} %")
        if not self._sliding.isActive():
            self._set_share()

    def _set_share(self) -> None:
        if self._share.value() != self._slid_to:
            self._slid_to = self._share.value()
            self._sliding.start()
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


def _words(brush: Brush) -> str:
    return number(brush.low) if brush.low == brush.high else f"{number(brush.low)} … {number(brush.high)}"
