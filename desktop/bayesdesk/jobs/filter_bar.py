"""The filter of a job: best share, state, expression, brushes as chips, and how many trials pass."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from bayescore.errors import ConfigError
from bayescore.i18n import _, n_
from bayescore.results import best
from bayescore.store import TrialState
from bayesdesk.models.filter import Brush, TrialFilter
from bayesdesk.models.formatting import number, state_word
from bayesdesk.models.job import JobModel
from bayesdesk.models.snapshot import Change
from bayesdesk.ui import theme
from bayesdesk.ui.plain import as_text
from bayesdesk.ui.redraw import Redraw
from bayesdesk.ui.wheel import ComboBox, Slider
from bayesdesk.ui.widgets import button, clear, column, label, row, set_property

_AFTER_EXPRESSION = 5  # index in the first line


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
        self._share.setFixedWidth(120)
        self._share.setAccessibleName(_("Show only the best trials, in percent"))
        self._share.valueChanged.connect(self._set_share)
        self._percent = label("100 %", "mono_small")
        self._percent.setFixedWidth(44)
        self._state = self._made_states()
        self._expression = QLineEdit()
        self._expression.setObjectName("mono")
        self._expression.setPlaceholderText(self._example())
        self._expression.setMinimumWidth(130)
        self._expression.setMaximumWidth(300)
        self._expression.setClearButtonEnabled(True)
        self._expression.setAccessibleName(_("Condition"))
        self._expression.editingFinished.connect(self._set_expression)
        self._expression.textChanged.connect(lambda text: None if text else self._set_expression())
        self._count = label("")
        self._clear = button(_("Clear"), lambda: model.set_filter(TrialFilter()), kind="link")
        layout = row(label(_("Show best"), "secondary"), self._share, self._percent, spacing=8)
        for part in (self._state, self._expression):
            layout.addWidget(part)
        layout.addStretch(1)
        layout.addWidget(self._count)
        layout.addWidget(self._clear)
        self._first_line, self._second_line = layout, row(spacing=0)
        self._chips, self._chips_row = QWidget(), row(spacing=6)
        self._chips.setLayout(self._chips_row)
        self._chips_width = 0
        self._shown_filter: TrialFilter | None = None
        whole = column(spacing=6)
        whole.addLayout(self._first_line)
        whole.addLayout(self._second_line)
        whole.setContentsMargins(theme.PAGE_MARGIN, 6, theme.PAGE_MARGIN, 6)
        self.setLayout(whole)
        shown = Change.TRIALS | Change.FILTER
        Redraw(self, model, self._show, shown, follows_filter=True).now()

    def _example(self) -> str:
        spec = self._model.view.job.config.hyper_tuning.parameter_specs[0].name
        return f"{spec} < 0.1 and value > 0.9"

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
        self._share.blockSignals(True)
        self._share.setValue(wanted.best_percent)
        self._share.blockSignals(False)
        self._percent.setText(f"{wanted.best_percent} %")
        state = next(iter(wanted.states), None)
        self._state.blockSignals(True)
        self._state.setCurrentIndex(max(0, self._state.findData(state)))
        self._state.blockSignals(False)
        if self._expression.text() != wanted.expression:
            self._expression.setText(wanted.expression)
        self._mark_expression("")
        self._show_chips()

    def _show_chips(self) -> None:
        clear(self._chips_row)
        self._chips_width = 2 * theme.PAGE_MARGIN
        for axis, brushes in self._model.filter.brushes.items():
            words = ", ".join(_words(b) for b in brushes)

            def remove(axis: str = axis) -> None:
                self._model.set_filter(self._model.filter.with_brushes(axis, ()))

            chip = button(f"{axis} {words}  ×", remove, kind="chip", tip=_("Remove this brush"))
            chip.setMinimumWidth(chip.sizeHint().width())
            self._chips_row.addWidget(chip)
            self._chips_width += chip.minimumWidth() + self._chips_row.spacing()
        self._place_chips()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_chips()

    def _place_chips(self) -> None:
        """Put them on the first line if there is room: the page below must not move at the first brush."""
        has_chips = bool(self._model.filter.brushes)
        self._chips.setVisible(has_chips)
        if not has_chips:
            return
        self._first_line.removeWidget(self._chips)
        self._second_line.removeWidget(self._chips)
        if self._first_line.sizeHint().width() + self._chips_width < self.width():
            self._first_line.insertWidget(_AFTER_EXPRESSION, self._chips)
        else:
            self._second_line.addWidget(self._chips, 0, Qt.AlignmentFlag.AlignLeft)

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

    def _set_share(self, percent: int) -> None:
        self._model.set_filter(replace(self._model.filter, best_percent=percent))

    def _set_state(self, _index: int) -> None:
        state = self._state.currentData()
        chosen = frozenset() if state is None else frozenset({TrialState(state)})
        self._model.set_filter(replace(self._model.filter, states=chosen))

    def _set_expression(self) -> None:
        try:
            self._model.set_filter(replace(self._model.filter, expression=self._expression.text().strip()))
        except ConfigError as error:
            self._mark_expression(str(error))
        else:
            self._mark_expression("")

    def _mark_expression(self, error: str) -> None:
        set_property(self._expression, "wrong", "true" if error else "false")
        self._expression.setToolTip(as_text(error))


def _words(brush: Brush) -> str:
    return number(brush.low) if brush.low == brush.high else f"{number(brush.low)} … {number(brush.high)}"
