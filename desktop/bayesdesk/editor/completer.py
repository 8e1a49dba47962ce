"""The list of completions below the caret."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QStandardItem, QStandardItemModel, QTextCursor
from PySide6.QtWidgets import QCompleter, QListView, QPlainTextEdit

from bayesdesk.editor.completion import Completion, Place, completions, place_of
from bayesdesk.services.background import Background
from bayesdesk.ui.plain import as_text

_WIDTH = 300
_ACCEPTING = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab)
_MOVING = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)
_State = tuple[int, int]  # revision of the text, position of the caret


class YamlCompleter(QObject):
    """Offers completions while the user types, and all of them on Ctrl+Space or Alt+/.

    They are computed off the GUI thread; a result for an earlier text or caret is dropped. The list takes
    neither focus nor keys, as a popup of Qt would: its end would end what an input method is composing.
    """

    def __init__(self, editor: QPlainTextEdit, background: Background, *, local: bool) -> None:
        super().__init__(editor)
        self._editor, self._background, self._local = editor, background, local
        self.project_values: Mapping[str, Sequence[str]] = {}
        self._offered: tuple[Completion, ...] = ()
        self._offered_at: _State | None = None
        self._place: Place | None = None
        self._model = QStandardItemModel(self)
        self._completer = QCompleter(self._model, self)
        self._popup = QListView()
        self._completer.setPopup(self._popup)
        self._completer.setWidget(editor)
        self._completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self._completer.activated.connect(self._accept)
        self._popup.setWindowFlags(Qt.WindowType.ToolTip | Qt.WindowType.FramelessWindowHint)
        editor.installEventFilter(self)
        editor.cursorPositionChanged.connect(self._follow)
        editor.textChanged.connect(self._follow)
        for bar in (editor.verticalScrollBar(), editor.horizontalScrollBar()):
            bar.valueChanged.connect(self.close)

    @property
    def offered(self) -> list[str]:
        """Labels in the open list."""
        return [c.label for c in self._offered] if self._popup.isVisible() else []

    def handle_key(self, event: QKeyEvent) -> bool:
        """Whether the open list handles a key; Return and Tab accept the selected completion."""
        if not self._popup.isVisible():
            return False
        if event.key() in _ACCEPTING:
            if self._offered_at != self._state():
                self.close()
                return False
            index = self._popup.currentIndex()
            self._accept(str(index.data()) if index.isValid() else self._offered[0].label)
            return True
        if event.key() == Qt.Key.Key_Escape:
            self._popup.hide()
            return True
        if event.key() in _MOVING and not event.modifiers():
            QCoreApplication.sendEvent(self._popup, event)
            return True
        return False

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Close the list when the editor loses the focus."""
        if event.type() in (QEvent.Type.FocusOut, QEvent.Type.Hide):
            self.close()
        return False

    def _follow(self) -> None:
        """Close the open list when the caret moves, and compute it again when the text changes."""
        at, state = self._offered_at, self._state()
        if not self._popup.isVisible() or at is None or at == state:
            return
        if at[0] == state[0]:
            self.close()
        else:
            self.offer(requested=False)

    def close(self) -> None:
        """Close the list, and drop what has been computed for it."""
        self._offered_at = None
        self._popup.hide()

    def _state(self) -> _State:
        return self._editor.document().revision(), self._editor.textCursor().position()

    def offer(self, *, requested: bool) -> None:
        """Show completions at the caret; unless requested, only behind a prefix."""
        cursor = self._editor.textCursor()
        find = partial(
            _find,
            self._editor.toPlainText(),
            cursor.blockNumber(),
            cursor.positionInBlock(),
            self.project_values,
            self._local,
        )
        self._background.run(find, partial(self._show, self._state(), requested))

    def _show(self, state: _State, requested: bool, found: tuple[Place, tuple[Completion, ...]]) -> None:
        if state != self._state() or not self._editor.isVisible() or self._is_composing():
            return
        self._place, self._offered = found
        self._offered_at = state
        if not self._offered or not (requested or self._place.prefix):
            self._popup.hide()
            return
        self._model.clear()
        for completion in self._offered:
            item = QStandardItem(completion.label)
            item.setToolTip(as_text(completion.description))
            self._model.appendRow(item)
        area = self._editor.cursorRect()
        area.translate(self._editor.viewport().pos())
        area.setWidth(_WIDTH)
        self._completer.complete(area)
        self._popup.setCurrentIndex(self._completer.completionModel().index(0, 0))

    def _is_composing(self) -> bool:
        """Whether an input method shows text that it has not committed."""
        return bool(self._editor.textCursor().block().layout().preeditAreaText())

    def _accept(self, chosen: str) -> None:
        self._popup.hide()
        completion = next((c for c in self._offered if c.label == chosen), None)
        if completion is None or self._place is None or self._offered_at != self._state():
            return
        cursor = self._editor.textCursor()
        left = QTextCursor.MoveOperation.Left
        cursor.movePosition(left, QTextCursor.MoveMode.KeepAnchor, len(self._place.prefix))
        after = cursor.block().text()[cursor.selectionEnd() - cursor.block().position() :]
        has_colon = after.lstrip().startswith(":")
        cursor.insertText(completion.label if has_colon else completion.inserted)
        self._editor.setTextCursor(cursor)


def _find(
    text: str, row: int, column: int, project_values: Mapping[str, Sequence[str]], local: bool
) -> tuple[Place, tuple[Completion, ...]]:
    place = place_of(text.split("\n"), row, column)
    found = completions(place, project_values, local=local)
    is_complete = len(found) == 1 and found[0].label == place.prefix
    return place, () if is_complete else found
