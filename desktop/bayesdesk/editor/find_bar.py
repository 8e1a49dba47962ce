"""Find and replace in a text."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QTextCursor, QTextDocument
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QWidget

from bayescore.i18n import _
from bayesdesk.ui.widgets import button, column, label, row, set_property


class FindBar(QWidget):
    """Enter finds the next match, Shift+Enter the previous one, Escape closes the bar."""

    def __init__(self, editor: QPlainTextEdit) -> None:
        super().__init__()
        self.setObjectName("bar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._editor = editor
        self.search = QLineEdit()
        self.search.setObjectName("mono")
        self.search.setPlaceholderText(_("Find"))
        self.search.textChanged.connect(self._typed)
        self.replacement = QLineEdit()
        self.replacement.setObjectName("mono")
        self.replacement.setPlaceholderText(_("Replace with"))
        self._count = label("", "caption")
        close = button("", self.close_bar, kind="quiet", meaning="close", tip=_("Close"))
        first = row(self.search, self._count, close, spacing=8)
        second = row(
            self.replacement,
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
        """Show the bar and search for the selected text."""
        chosen = self._editor.textCursor().selectedText()
        if chosen and "\u2029" not in chosen:
            self.search.setText(chosen)
        self.show()
        self.search.setFocus()
        self.search.selectAll()

    def close_bar(self) -> None:
        """Hide the bar and return to the text."""
        self.hide()
        self._editor.setFocus()

    def _typed(self, word: str) -> None:
        cursor = self._editor.textCursor()
        cursor.setPosition(cursor.selectionStart())
        self._editor.setTextCursor(cursor)
        found = self.find_next() if word else False
        count = len(self._matches())
        self._count.setText(_("{count} found", count=count) if word else "")
        set_property(self.search, "wrong", "true" if word and not found else "false")

    def _matches(self) -> list[QTextCursor]:
        word, document = self.search.text(), self._editor.document()
        found: list[QTextCursor] = []
        cursor = document.find(word) if word else QTextCursor()
        while not cursor.isNull():
            found.append(cursor)
            cursor = document.find(word, cursor)
        return found

    def find_next(self, *, backward: bool = False) -> bool:
        """Select the next match, continuing from the start at the end; returns whether there is one."""
        word = self.search.text()
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
        """Replace the selected match and find the next one."""
        cursor = self._editor.textCursor()
        if cursor.selectedText().casefold() == self.search.text().casefold() and cursor.hasSelection():
            cursor.insertText(self.replacement.text())
        self.find_next()

    def replace_all(self) -> None:
        """Replace every match, as one undo step."""
        step = QTextCursor(self._editor.document())
        step.beginEditBlock()
        for match in reversed(self._matches()):
            match.insertText(self.replacement.text())
        step.endEditBlock()
        self._typed(self.search.text())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if event.key() == Qt.Key.Key_Escape:
            self.close_bar()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self.replacement.hasFocus():
                self.replace()
            else:
                self.find_next(backward=shift)
        else:
            super().keyPressEvent(event)
