"""The list of words below the caret."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QKeyEvent, QStandardItem, QStandardItemModel, QTextCursor
from PySide6.QtWidgets import QCompleter, QListView, QPlainTextEdit

from bayesdesk.editor.assist import Completion, completions, place_of
from bayesdesk.ui.plain import as_text

_WIDTH = 300
_TAKING = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab)


class WordCompleter(QObject):
    """Offers words while one types, and all of them on Ctrl+Space."""

    def __init__(self, editor: QPlainTextEdit, *, local: bool) -> None:
        super().__init__(editor)
        self._editor, self._local = editor, local
        self.words: Mapping[str, Sequence[str]] = {}
        self._offered: tuple[Completion, ...] = ()
        self._model = QStandardItemModel(self)
        self._completer = QCompleter(self._model, self)
        self._popup = QListView()
        self._completer.setPopup(self._popup)
        self._completer.setWidget(editor)
        self._completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self._completer.activated.connect(self._take)

    @property
    def offered(self) -> list[str]:
        """Words in the list."""
        return [c.word for c in self._offered] if self._popup.isVisible() else []

    def takes(self, event: QKeyEvent) -> bool:
        """Whether a key is meant for the open list; Return and Tab take the word."""
        if not self._popup.isVisible():
            return False
        if event.key() in _TAKING:
            index = self._popup.currentIndex()
            self._take(str(index.data()) if index.isValid() else self._offered[0].word)
            return True
        if event.key() == Qt.Key.Key_Escape:
            self._popup.hide()
            return True
        return False

    def offer(self, *, asked: bool) -> None:
        """Show what could stand at the caret; unasked only once a word has been begun."""
        cursor = self._editor.textCursor()
        lines = self._editor.toPlainText().split("\n")
        place = place_of(lines, cursor.blockNumber(), cursor.positionInBlock())
        found = completions(place, self.words, local=self._local)
        if len(found) == 1 and found[0].word == place.prefix:
            found = ()
        self._offered = found
        if not found or (not asked and not place.prefix):
            self._popup.hide()
            return
        self._model.clear()
        for each in found:
            item = QStandardItem(each.word)
            item.setToolTip(as_text(each.meaning))
            self._model.appendRow(item)
        area = self._editor.cursorRect()
        area.translate(self._editor.viewport().pos())
        area.setWidth(_WIDTH)
        self._completer.complete(area)
        self._popup.setCurrentIndex(self._completer.completionModel().index(0, 0))

    def _take(self, word: str) -> None:
        self._popup.hide()
        chosen = next((c for c in self._offered if c.word == word), None)
        if chosen is None:
            return
        cursor = self._editor.textCursor()
        lines = self._editor.toPlainText().split("\n")
        place = place_of(lines, cursor.blockNumber(), cursor.positionInBlock())
        moves = QTextCursor.MoveOperation.Left
        cursor.movePosition(moves, QTextCursor.MoveMode.KeepAnchor, len(place.prefix))
        written = chosen.written
        after = cursor.block().text()[cursor.selectionEnd() - cursor.block().position() :]
        if after.lstrip().startswith(":"):
            written = chosen.word
        cursor.insertText(written)
        self._editor.setTextCursor(cursor)
