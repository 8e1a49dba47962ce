"""Find and replace in a text."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QTextCursor, QTextDocument
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QWidget

from bayescore.i18n import _
from bayesdesk.ui.widgets import button, column, label, row, set_property


class FindBar(QWidget):
    """Enter goes to the next place, Shift+Enter to the one before, Escape closes."""

    def __init__(self, editor: QPlainTextEdit) -> None:
        super().__init__()
        self.setObjectName("bar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._editor = editor
        self.wanted = QLineEdit()
        self.wanted.setObjectName("mono")
        self.wanted.setPlaceholderText(_("Find"))
        self.wanted.textChanged.connect(self._typed)
        self.other = QLineEdit()
        self.other.setObjectName("mono")
        self.other.setPlaceholderText(_("Replace with"))
        self._count = label("", "caption")
        close = button("", self.close_bar, kind="quiet", meaning="close", tip=_("Close"))
        first = row(self.wanted, self._count, close, spacing=8)
        second = row(
            self.other,
            button(_("Replace"), self.replace, kind="link"),
            button(_("Replace all"), self.replace_all, kind="link"),
            spacing=12,
        )
        for line in (first, second):
            line.setStretch(0, 1)
        layout = column(first, second, spacing=5)
        layout.setContentsMargins(10, 6, 8, 6)
        self.setLayout(layout)
        self.hide()

    def open(self) -> None:
        """Show the bar, with what is selected as the word to find."""
        chosen = self._editor.textCursor().selectedText()
        if chosen and "\u2029" not in chosen:
            self.wanted.setText(chosen)
        self.show()
        self.wanted.setFocus()
        self.wanted.selectAll()

    def close_bar(self) -> None:
        """Hide the bar and go on writing."""
        self.hide()
        self._editor.setFocus()

    def _typed(self, word: str) -> None:
        cursor = self._editor.textCursor()
        cursor.setPosition(cursor.selectionStart())
        self._editor.setTextCursor(cursor)
        found = self.find_next() if word else False
        count = len(self._places())
        self._count.setText(_("{count} found", count=count) if word else "")
        set_property(self.wanted, "wrong", "true" if word and not found else "false")

    def _places(self) -> list[QTextCursor]:
        word, document = self.wanted.text(), self._editor.document()
        found: list[QTextCursor] = []
        cursor = document.find(word) if word else QTextCursor()
        while not cursor.isNull():
            found.append(cursor)
            cursor = document.find(word, cursor)
        return found

    def find_next(self, *, backward: bool = False) -> bool:
        """Select the next place, beginning anew at the end; whether there is one."""
        word = self.wanted.text()
        flags = QTextDocument.FindFlag.FindBackward if backward else QTextDocument.FindFlag(0)
        if self._editor.find(word, flags):
            return True
        ends = QTextCursor.MoveOperation
        before = self._editor.textCursor()
        self._editor.moveCursor(ends.End if backward else ends.Start)
        if self._editor.find(word, flags):
            return True
        self._editor.setTextCursor(before)
        return False

    def replace(self) -> None:
        """Replace what is selected if it is the word, and go to the next place."""
        cursor = self._editor.textCursor()
        if cursor.selectedText().casefold() == self.wanted.text().casefold() and cursor.hasSelection():
            cursor.insertText(self.other.text())
        self.find_next()

    def replace_all(self) -> None:
        """Replace every place, as one step that can be undone."""
        step = QTextCursor(self._editor.document())
        step.beginEditBlock()
        for place in reversed(self._places()):
            place.insertText(self.other.text())
        step.endEditBlock()
        self._typed(self.wanted.text())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if event.key() == Qt.Key.Key_Escape:
            self.close_bar()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self.other.hasFocus():
                self.replace()
            else:
                self.find_next(backward=shift)
        else:
            super().keyPressEvent(event)
