"""Fields of the form: each shows one place of the text and changes it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import cast
from unicodedata import normalize

from PySide6.QtCore import QEvent
from PySide6.QtGui import QHelpEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLineEdit, QToolTip, QWidget

from bayescore.config import Edit, YamlDocument
from bayescore.config.yamltext import Path
from bayescore.config.yamltext.scalars import resolve
from bayesdesk.editor import edits
from bayesdesk.editor.explanations import explain
from bayesdesk.editor.text_model import LocalModel, TextModel
from bayesdesk.ui.plain import as_text
from bayesdesk.ui.speech import group
from bayesdesk.ui.wheel import ComboBox
from bayesdesk.ui.widgets import Segmented, column, label, set_property

_FULL_WIDTH = re.compile("[，、；]")
_SEPARATORS = re.compile("[,，、；]")
_FRAME = 20  # pixels beside a field's text


@dataclass(eq=False)
class _Place:
    """What a field shows: edits that wait follow the path when the place moves in the text."""

    path: Path


MakeEditAt = Callable[[YamlDocument, Path], Edit]


class Field:
    """The base of every field; the other base is a widget.

    The field is marked when there is an error at its path or below it. It leaves alone what is being typed
    until that has reached the text.
    """

    text_model: TextModel
    _place: _Place

    def _bind(self, model: TextModel, path: Path) -> None:
        self.text_model, self._place = model, _Place(path)
        cast(QWidget, self).setProperty("wrong", "false")  # before the widget is polished, which costs time

    @property
    def path(self) -> Path:
        """Path of the value in the text; a new one means that the value has moved there."""
        return self._place.path

    @path.setter
    def path(self, path: Path) -> None:
        self._place.path = path

    def leave_place(self) -> None:
        """Show another value from now on: what was typed belongs to the last one."""
        self._place = _Place(self.path)

    @property
    def is_pending(self) -> bool:
        """Whether something that was typed has not reached the text yet."""
        return self.text_model.is_typed_in(self._place)

    def _show_value(self) -> None:
        """Show what the text says."""
        raise NotImplementedError

    def _type(self, make: MakeEditAt) -> None:
        """Change the text while the user types; the path is read when the edit is computed."""
        place = self._place
        self.text_model.edit(lambda document: make(document, place.path), typed_in=place)

    def refresh(self) -> None:
        """Show the value and the errors of the analysed text."""
        if not self.is_pending:
            self._show_value()
        self.set_wrong(self.path in self.text_model.analysis.error_paths)

    def set_wrong(self, is_wrong: bool) -> None:
        """Mark the field, or not."""
        set_property(cast(QWidget, self), "wrong", "true" if is_wrong else "false")


def name_field(content: QWidget, heading: str, explanation: str = "") -> None:
    """Give a field or another widget its name, and a tool tip that explains it."""
    if isinstance(content, Segmented):
        group(content, heading)
    else:
        content.setAccessibleName(heading)
    if isinstance(content, ComboField):
        content.line.setAccessibleName(heading)
    if not explanation and isinstance(content, Field):
        explanation = explain(content.path, local=isinstance(content.text_model, LocalModel))
    content.setToolTip(as_text(explanation))


class Labelled(QWidget):
    """A small heading above a field or another widget."""

    def __init__(self, heading: str, content: QWidget, explanation: str = "") -> None:
        super().__init__()
        name_field(content, heading, explanation)
        caption = label(heading, "caption")
        caption.setBuddy(content)
        self.setLayout(column(caption, content, spacing=3))


class _Line(QLineEdit):
    """Leaves undo and redo to the window: one undo stack serves all fields and the text.

    The tool tip has the whole text if the field is too narrow for it.
    """

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and self._is_cut and self.echoMode() is QLineEdit.EchoMode.Normal:
            QToolTip.showText(event.globalPos(), as_text(self.text()), self)
            return True
        if isinstance(event, QKeyEvent):
            keys = QKeySequence.StandardKey
            if event.matches(keys.Undo) or event.matches(keys.Redo):
                event.ignore()
                return True
        return bool(super().event(event))

    @property
    def _is_cut(self) -> bool:
        return self.fontMetrics().horizontalAdvance(self.text()) > self.width() - _FRAME

    def show_text(self, text: str) -> None:
        """Show another text from its start; the caret of a focused field stays at the end."""
        self.setText(text)
        if not self.hasFocus():
            self.setCursorPosition(0)


class TextField(_Line, Field):
    """A scalar. What is typed goes into the text as it is, also when it is wrong.

    An ``optional`` one is removed from the text when the field is empty.
    """

    def __init__(
        self,
        model: TextModel,
        path: Path,
        *,
        is_text: bool = False,
        optional: bool = False,
        placeholder: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._bind(model, path)
        self._is_text = is_text
        self._optional = optional
        self.setObjectName("mono")
        self.setPlaceholderText(placeholder)
        self.textEdited.connect(self._edited)
        self.refresh()

    def _edited(self, typed: str) -> None:
        if self._optional and not typed.strip():
            self._type(edits.unset)
        elif self._is_text:
            self._type(lambda document, path: edits.set_value(document, path, typed))
        else:
            self._type(lambda document, path: edits.set_written(document, path, typed))

    def _show_value(self) -> None:
        written = self.text_model.written(self.path)
        if written != self.text().strip():
            self.show_text(written)


class ListField(_Line, Field):
    """A list of scalars, separated by commas, full-width ones too.

    ``is_text`` keeps words like ``1`` and ``true`` as texts.
    """

    def __init__(self, model: TextModel, path: Path, *, is_text: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bind(model, path)
        self.is_text = is_text
        self.setObjectName("mono")
        self.textEdited.connect(self._edited)
        self.refresh()

    def _edited(self, typed: str) -> None:
        items = self._items(typed)
        value = items if self.is_text else [resolve(normalize("NFKC", item)) for item in items]
        self._type(lambda document, path: edits.set_value(document, path, value))

    def _show_value(self) -> None:
        value = self.text_model.value(self.path)
        count = len(value) if isinstance(value, list) else 0
        items = [self.text_model.written((*self.path, i)) for i in range(count)]
        if items != self._items(self.text()):
            self.show_text(", ".join(items))

    def _items(self, typed: str) -> list[str]:
        """The items in what is typed; full-width punctuation separates them too, unless an item has it."""
        value = self.text_model.value(self.path)
        items = value if isinstance(value, list) else []
        has_own = any(_FULL_WIDTH.search(str(item)) for item in items)
        found = typed.split(",") if has_own else _SEPARATORS.split(typed)
        return [item.strip() for item in found if item.strip()]


class ChoiceField(ComboBox, Field):
    """One of a few values; any other value of the text is shown as it is."""

    def __init__(
        self,
        model: TextModel,
        path: Path,
        options: Sequence[tuple[str, str]],
        chosen: Callable[[str], None] | None = None,
        default: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._bind(model, path)
        self._options = list(options)
        self._chosen = chosen
        self._default = default
        self.setMinimumContentsLength(8)
        self.setSizeAdjustPolicy(ComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.refresh()
        self.activated.connect(self._activated)

    def _activated(self, index: int) -> None:
        value = str(self.itemData(index))
        if self._chosen is not None:
            self._chosen(value)
        elif value == self._default:
            self.text_model.unset(self.path)
        else:
            self.text_model.set(self.path, value)

    def _value(self) -> str:
        return str(self.text_model.value(self.path) or self._default)

    def _show_value(self) -> None:
        value = self._value()
        known = next((v for v, _ in self._options if v.casefold() == value.casefold()), None)
        options = self._options if known is not None or not value else [(value, value), *self._options]
        self.blockSignals(True)
        if [self.itemData(i) for i in range(self.count())] != [option for option, _ in options]:
            self.clear()
            for option, text in options:
                self.addItem(text, option)
        self.setCurrentIndex(self.findData(known if known is not None else value))
        self.blockSignals(False)


class ComboField(ComboBox, Field):
    """A text that is typed or chosen from a list; it is removed from the file when the field is empty."""

    def __init__(self, model: TextModel, path: Path) -> None:
        super().__init__()
        self._bind(model, path)
        self.setObjectName("mono")
        self.setEditable(True)
        self.line = _Line()
        self.setLineEdit(self.line)
        self.setInsertPolicy(ComboBox.InsertPolicy.NoInsert)
        self.setMinimumContentsLength(12)
        self.setSizeAdjustPolicy(ComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.line.textEdited.connect(self._edited)
        self.activated.connect(self._activated)
        self.refresh()

    def set_options(self, options: Sequence[str], placeholder: str = "") -> None:
        """Replace the list; ``placeholder`` is the value in effect while the field is empty."""
        self.line.setPlaceholderText(placeholder)
        if list(options) != [self.itemText(i) for i in range(self.count())]:
            typed = self.currentText()
            self.clear()
            self.addItems(list(options))
            self.setEditText(typed)
            self.refresh()

    def _activated(self, index: int) -> None:
        self._edited(self.itemText(index))

    def _edited(self, typed: str) -> None:
        if typed.strip():
            self._type(lambda document, path: edits.set_value(document, path, typed.strip()))
        else:
            self._type(edits.unset)

    def _show_value(self) -> None:
        written = self.text_model.written(self.path)
        if written != self.currentText().strip() or (not written and self.currentIndex() >= 0):
            self.setCurrentIndex(-1)
            self.setEditText(written)
            self.line.setCursorPosition(0)
