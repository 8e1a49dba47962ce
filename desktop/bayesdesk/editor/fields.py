"""Fields of the form: each shows one place of the text and changes it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from bayescore.config import Problem
from bayescore.config.yamltext import Path
from bayescore.config.yamltext.scalars import resolve
from bayesdesk.editor.explanations import explain
from bayesdesk.editor.text_model import LocalModel, TextModel
from bayesdesk.ui.plain import as_text
from bayesdesk.ui.widgets import column, label, set_property


class Labelled(QWidget):
    """A small heading with a field below it."""

    def __init__(self, heading: str, field: QWidget, explanation: str = "") -> None:
        super().__init__()
        self.field = field
        field.setAccessibleName(heading)
        path, model = getattr(field, "path", ()), getattr(field, "_model", None)
        known = explain(path, local=isinstance(model, LocalModel))
        field.setToolTip(as_text(explanation or known))
        self.setLayout(column(label(heading, "caption"), field, spacing=3))


class _Line(QLineEdit):
    """Leaves undo and redo to the window: one stack of steps serves every field and the text."""

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent):
            keys = QKeySequence.StandardKey
            if event.matches(keys.Undo) or event.matches(keys.Redo):
                event.ignore()
                return True
        return bool(super().event(event))

    def _show(self, words: str) -> None:
        """Show other words: their beginning, or their end to whoever is typing."""
        self.setText(words)
        if not self.hasFocus():
            self.setCursorPosition(0)


class TextField(_Line):
    """A scalar; what is typed goes into the text at each keystroke, wrong or not.

    An ``optional`` one leaves the text when the field is emptied.
    """

    def __init__(
        self,
        model: TextModel,
        path: Path,
        *,
        is_text: bool = False,
        optional: bool = False,
        placeholder: str = "",
    ) -> None:
        super().__init__()
        self._model = model
        self._is_text = is_text
        self._optional = optional
        self.path = path
        self.setObjectName("mono")
        self.setPlaceholderText(placeholder)
        self.textEdited.connect(self._typed)
        self.refresh()

    def _typed(self, words: str) -> None:
        with self._model.typing(self.path):
            if self._optional and not words.strip():
                self._model.unset(self.path)
            elif self._is_text:
                self._model.set(self.path, words)
            else:
                self._model.set_written(self.path, words)

    def refresh(self) -> None:
        """Show what the text says, leaving alone what the user is typing to the same effect."""
        shown = self._model.written(self.path)
        if shown != self.text().strip():
            self._show(shown)

    def show_problems(self, problems: Sequence[Problem]) -> None:
        """Mark the field when one of the problems is its own."""
        own = [p for p in problems if p.path == self.path and p.severity == "error"]
        set_property(self, "wrong", "true" if own else "false")


class ListField(_Line):
    """A list of scalars, with commas between them."""

    def __init__(self, model: TextModel, path: Path, *, is_text: bool) -> None:
        super().__init__()
        self._model = model
        self._is_text = is_text
        self.path = path
        self.setObjectName("mono")
        self.textEdited.connect(self._typed)
        self.refresh()

    def _typed(self, words: str) -> None:
        parts = [part.strip() for part in words.split(",")]
        kept = [part for part in parts if part]
        with self._model.typing(self.path):
            self._model.set(self.path, kept if self._is_text else [resolve(part) for part in kept])

    def refresh(self) -> None:
        """Show what the text says, leaving alone what the user is typing to the same effect."""
        value = self._model.value(self.path)
        items = (
            [self._model.written((*self.path, i)) for i in range(len(value))]
            if isinstance(value, list)
            else []
        )
        if items != [part.strip() for part in self.text().split(",") if part.strip()]:
            self._show(", ".join(items))

    def show_problems(self, problems: Sequence[Problem]) -> None:
        """Mark the field when one of the problems is its own or an item's."""
        depth = len(self.path)
        own = [p for p in problems if p.path[:depth] == self.path and p.severity == "error"]
        set_property(self, "wrong", "true" if own else "false")


class ChoiceField(QComboBox):
    """One of a few words; a word of the text that is none of them is shown as it is."""

    def __init__(
        self,
        model: TextModel,
        path: Path,
        options: Sequence[tuple[str, str]],
        chosen: Callable[[str], None] | None = None,
        default: str = "",
    ) -> None:
        super().__init__()
        self._model = model
        self._options = list(options)
        self._chosen = chosen
        self._default = default
        self.setMinimumContentsLength(8)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.path = path
        self.refresh()
        self.activated.connect(self._activated)

    def _activated(self, index: int) -> None:
        value = str(self.itemData(index))
        if self._chosen is not None:
            self._chosen(value)
        elif value == self._default:
            self._model.unset(self.path)
        else:
            self._model.set(self.path, value)

    def refresh(self) -> None:
        """Show what the text says."""
        value = str(self._model.value(self.path) or self._default)
        known = next((v for v, _ in self._options if v.casefold() == value.casefold()), None)
        options = self._options if known is not None or not value else [(value, value), *self._options]
        self.blockSignals(True)
        self.clear()
        for option, words in options:
            self.addItem(words, option)
        self.setCurrentIndex(self.findData(known if known is not None else value))
        self.blockSignals(False)

    def show_problems(self, problems: Sequence[Problem]) -> None:
        """Mark the field when one of the problems is its own."""
        own = [p for p in problems if p.path == self.path and p.severity == "error"]
        set_property(self, "wrong", "true" if own else "false")


class ComboField(QComboBox):
    """A text that is typed or taken from a list; an empty one leaves the text of the file."""

    def __init__(self, model: TextModel, path: Path) -> None:
        super().__init__()
        self._model = model
        self.path = path
        self.setObjectName("mono")
        self.setEditable(True)
        self._line = _Line()
        self.setLineEdit(self._line)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.setMinimumContentsLength(12)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._line.textEdited.connect(self._typed)
        self.activated.connect(self._activated)
        self.refresh()

    def set_options(self, options: Sequence[str], placeholder: str = "") -> None:
        """Offer other texts; ``placeholder`` says what counts while there is none."""
        self._line.setPlaceholderText(placeholder)
        if list(options) != [self.itemText(i) for i in range(self.count())]:
            self.clear()
            self.addItems(list(options))
            self.refresh()

    def _activated(self, index: int) -> None:
        self._typed(self.itemText(index))

    def _typed(self, words: str) -> None:
        if words.strip():
            self._model.set(self.path, words.strip())
        else:
            self._model.unset(self.path)

    def refresh(self) -> None:
        """Show what the text says, leaving alone what the user is typing to the same effect."""
        shown = self._model.written(self.path)
        if shown != self.currentText().strip() or (not shown and self.currentIndex() >= 0):
            self.setCurrentIndex(-1)
            self.setEditText(shown)
            self._line.setCursorPosition(0)

    def show_problems(self, problems: Sequence[Problem]) -> None:
        """Mark the field when one of the problems is its own."""
        own = [p for p in problems if p.path == self.path and p.severity == "error"]
        set_property(self, "wrong", "true" if own else "false")


Field = TextField | ListField | ChoiceField | ComboField
