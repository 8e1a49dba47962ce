"""The line below a parameter in the form that says where the best is expected."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QToolButton, QWidget

from bayescore.config import Belief, CategoricalSpec, ParameterSpec
from bayescore.config.beliefs import WITHIN
from bayescore.config.yamltext import Path
from bayescore.i18n import _
from bayesdesk.editor import belief_edits
from bayesdesk.editor.fields import TextField, name_field
from bayesdesk.editor.text_model import LocalModel
from bayesdesk.ui import theme
from bayesdesk.ui.icons import icon
from bayesdesk.ui.text_size import text_width
from bayesdesk.ui.wheel import ComboBox
from bayesdesk.ui.widgets import label

_GAP, _BUTTON = 6, 26
_NUMBER, _CHOICE = 84, 180  # widest


class BeliefLine(QWidget):
    """Fields for the expected value and how far from it the best may be, and a button that removes both."""

    removed = Signal()
    chosen = Signal(object)  # Belief: another choice is expected

    def __init__(self, local: LocalModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._is_choice = False
        path = belief_edits.path_of("")
        self._first, self._second = label(_("Best expected near"), "secondary"), label("", "secondary")
        self.around, self.within = _AroundField(local, path), _WithinField(local, path)
        self.choice = ComboBox(self)
        self.choice.activated.connect(self._choose)
        self.remove = QToolButton(self)
        self.remove.setIcon(icon("remove"))
        self.remove.setToolTip(_("Expect nothing"))
        self.remove.setAccessibleName(_("Expect nothing"))
        self.remove.clicked.connect(self.removed)
        name_field(
            self.around, _("Best expected near"), _("The search begins here, and learns from the trials.")
        )
        name_field(self.choice, _("Best expected"), _("The search begins here, and learns from the trials."))
        for part in (self._first, self._second, self.around, self.within):
            part.setParent(self)

    @property
    def is_pending(self) -> bool:
        """Whether something that was typed has not reached the text yet."""
        return self.around.is_pending or self.within.is_pending

    def show_belief(self, spec: ParameterSpec, belief: Belief | None, wrong: Collection[object]) -> None:
        """Show what is expected of a parameter.

        Parameters
        ----------
        belief
            ``None`` while it has errors; it is shown as it is written.
        wrong
            Last parts of the paths with an error.
        """
        self._is_choice = isinstance(spec, CategoricalSpec)
        path = belief_edits.path_of(spec.name)
        self.around.path = self.within.path = path
        is_factor = belief_edits.is_factor(spec)
        words = _("within a factor of") if is_factor else _("within")
        self._second.setText(words)
        explanation = _("How far from it the best may be. Empty: a tenth of the range.")
        name_field(self.within, words, explanation)
        self.within.setPlaceholderText(belief_edits.default_within(spec))
        for part in (self._second, self.around, self.within):
            part.setVisible(not self._is_choice)
        self.choice.setVisible(self._is_choice)
        if isinstance(spec, CategoricalSpec):
            self._show_choices(spec, belief)
        self.around.show_value(is_wrong=bool(set(wrong) - {WITHIN}))
        self.within.show_value(is_wrong=WITHIN in wrong)
        self._first.setText(_("Best expected") if self._is_choice else _("Best expected near"))
        self._lay_out()

    def leave_item(self) -> None:
        """What is typed next is another undo step."""
        for field in (self.around, self.within):
            field.leave_place()

    def _show_choices(self, spec: CategoricalSpec, belief: Belief | None) -> None:
        options = list(spec.categorical_values)
        if belief is None or belief.weights:
            weights = belief.weights if belief is not None else {}
            options.insert(0, ", ".join(f"{value} {weight:g}" for value, weight in weights.items()))
        if options != [self.choice.itemText(i) for i in range(self.choice.count())]:
            self.choice.clear()
            self.choice.addItems(options)
        is_one = belief is not None and not belief.weights
        self.choice.setCurrentIndex(options.index(str(belief.around)) if is_one and belief is not None else 0)

    def _choose(self, index: int) -> None:
        self.chosen.emit(self.choice.itemText(index))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()

    def _lay_out(self) -> None:
        gap, height, left = theme.px(_GAP), theme.CONTROL_HEIGHT, 0
        words = [self._first] if self._is_choice else [self._first, self._second]
        taken = sum(text_width(part.text()) + 2 for part in words) + theme.px(_BUTTON)
        count = len(words)
        widest = theme.px(_CHOICE if self._is_choice else _NUMBER)
        field = max(min((self.width() - taken - 2 * count * gap) // count, widest), 40)
        shown = (
            [(self._first, self.choice)]
            if self._is_choice
            else [
                (self._first, self.around),
                (self._second, self.within),
            ]
        )
        for word, content in shown:
            width = text_width(word.text()) + 2
            word.setGeometry(left, 0, width, height)
            content.setGeometry(left + width + gap, 0, field, height)
            left += width + field + 2 * gap
        self.remove.setGeometry(left, 0, theme.px(_BUTTON), height)


class _BeliefField(TextField):
    def __init__(self, model: LocalModel, path: Path) -> None:
        super().__init__(model, path)

    def show_value(self, *, is_wrong: bool) -> None:
        """Show what the text says, and whether it has an error."""
        self.refresh()
        self.set_wrong(is_wrong)


class _AroundField(_BeliefField):
    def _edited(self, typed: str) -> None:
        self._type(lambda document, path: belief_edits.set_around(document, path, typed))

    def _show_value(self) -> None:
        written = self.text_model.written(belief_edits.around_path(self.text_model.document, self.path))
        if written != self.text().strip():
            self.show_text(written)


class _WithinField(_BeliefField):
    def _edited(self, typed: str) -> None:
        self._type(lambda document, path: belief_edits.set_within(document, path, typed))

    def _show_value(self) -> None:
        written = self.text_model.written((*self.path, WITHIN))
        if written != self.text().strip():
            self.show_text(written)
