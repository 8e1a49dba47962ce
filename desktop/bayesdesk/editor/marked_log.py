"""A log in which a number can be marked, so that it becomes a metric."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QTextBlock, QTextCursor

from bayescore.i18n import _
from bayescore.metrics.marked_number import Span, number_at
from bayesdesk.editor.matched_log import characters
from bayesdesk.editor.pattern_dialog import MarkedNumber
from bayesdesk.jobs.log_view import LogView
from bayesdesk.services.background import Background
from bayesdesk.ui.plain import as_text
from bayesdesk.ui.widgets import button

_LINES_AROUND = 2500  # that the dialog shows before the number and after it; more would block the window


class MarkedLog(LogView):
    """A number is marked by a click on it or by a selection; a button and the context menu take it."""

    marked = Signal(object)  # MarkedNumber

    def __init__(self, background: Background, file: Path) -> None:
        super().__init__(background, file)
        self.text.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.text.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.text.customContextMenuRequested.connect(self._open_menu)
        self.make = button(_("Make a metric of this number…"), self._take, kind="link")
        self.controls.insertWidget(0, self.make)
        self.text.cursorPositionChanged.connect(self._show_state)
        self.text.selectionChanged.connect(self._show_state)
        self._show_state()

    def _take(self) -> None:
        if (found := _place_of(self.text.textCursor())) is not None:
            self.marked.emit(_marked(*found))

    def _show_state(self) -> None:
        found = _place_of(self.text.textCursor())
        self.make.setEnabled(found is not None)
        self.make.setToolTip("" if found is not None else as_text(_("Click a number in the output first.")))

    def _open_menu(self, at: QPoint) -> None:
        cursor = self.text.textCursor()
        if not cursor.hasSelection():
            cursor = self.text.cursorForPosition(at)
        found = _place_of(cursor)
        menu = self.text.createStandardContextMenu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addSeparator()
        make = menu.addAction(_("Make a metric of this number…"))
        make.setEnabled(found is not None)
        if found is not None:
            marked = _marked(*found)
            make.triggered.connect(lambda: self.marked.emit(marked))
        menu.popup(self.text.viewport().mapToGlobal(at))


def _place_of(cursor: QTextCursor) -> tuple[QTextBlock, Span] | None:
    """The line and place of the number that a selection or a caret marks."""
    block = cursor.document().findBlock(cursor.selectionStart())
    line = block.text()
    start = characters(line, cursor.selectionStart() - block.position())
    end = characters(line, min(cursor.selectionEnd() - block.position(), block.length() - 1))
    span = number_at(line, start, end)
    return (block, span) if span is not None else None


def _marked(block: QTextBlock, span: Span) -> MarkedNumber:
    document, number = block.document(), block.blockNumber()
    first = document.findBlockByNumber(max(0, number - _LINES_AROUND))
    last = document.findBlockByNumber(min(document.blockCount() - 1, number + _LINES_AROUND))
    around = QTextCursor(first)
    around.setPosition(last.position() + last.length() - 1, QTextCursor.MoveMode.KeepAnchor)
    lines = around.selectedText().replace("\u2029", "\n")
    return MarkedNumber(block.text(), span, lines, number - first.blockNumber())
