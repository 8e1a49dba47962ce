"""A log with what a pattern finds in it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QResizeEvent, QShowEvent, QTextCursor, QTextFormat
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit

from bayescore.i18n import _
from bayescore.metrics.marked_number import Span
from bayesdesk.ui import theme

_MOST_IN_SIGHT = 400  # lines: more than a screen has


class MatchedLog(QPlainTextEdit):
    """Marks the places in sight only: thousands of marks would block the window."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.setObjectName("log")
        self.setReadOnly(True)
        self.setTabChangesFocus(True)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setAccessibleName(_("Output"))
        self.setPlainText(text)
        self._spans: Sequence[tuple[int, Span]] = ()
        self._lines: list[int] = []
        self._example = -1
        self.verticalScrollBar().valueChanged.connect(self._mark)

    def show_spans(self, spans: Sequence[tuple[int, Span]]) -> None:
        """Mark other places: number of the line, and place in it."""
        self._spans, self._lines = spans, [line for line, _span in spans]
        self._mark()

    def show_example(self, number: int) -> None:
        """Scroll to the line whose number was marked; its background differs from that of the others."""
        self._example = number
        self.show_line(number)
        self._mark()

    def show_line(self, number: int) -> None:
        """Scroll to a line."""
        self.setTextCursor(QTextCursor(self.document().findBlockByNumber(number)))
        self.centerCursor()

    def _mark(self) -> None:
        first = self.firstVisibleBlock()
        begin = first.blockNumber()
        marks = [self._made_line()] if self._example >= 0 else []
        for line, span in self._spans[bisect_left(self._lines, begin) :]:
            if line > begin + _MOST_IN_SIGHT:
                break
            block = self.document().findBlockByNumber(line)
            if not self.contentsRect().intersects(
                self.blockBoundingGeometry(block).translated(self.contentOffset()).toRect()
            ):
                break
            marks.append(self._made_mark(block.position(), block.text(), span))
        self.setExtraSelections(marks)

    def _made_line(self) -> QTextEdit.ExtraSelection:
        made = QTextEdit.ExtraSelection()
        made.cursor = QTextCursor(self.document().findBlockByNumber(self._example))
        made.format.setBackground(QColor(theme.palette().sunk))
        made.format.setProperty(QTextFormat.Property.FullWidthSelection, True)
        return made

    def _made_mark(self, position: int, text: str, span: Span) -> QTextEdit.ExtraSelection:
        made = QTextEdit.ExtraSelection()
        cursor = QTextCursor(self.document())
        cursor.setPosition(position + utf16(text, span.start))
        cursor.setPosition(position + utf16(text, span.end), QTextCursor.MoveMode.KeepAnchor)
        made.cursor = cursor
        made.format.setBackground(QColor(theme.palette().accent_soft))
        made.format.setForeground(QColor(theme.palette().accent))
        return made

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.ensureCursorVisible()
        self._mark()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._mark()


def utf16(text: str, offset: int) -> int:
    """An offset in characters as Qt counts it."""
    return len(text[:offset].encode("utf-16-le", "surrogatepass")) // 2


def characters(text: str, offset: int) -> int:
    """Qt's offset in characters."""
    return len(text.encode("utf-16-le", "surrogatepass")[: 2 * offset].decode("utf-16-le", "replace"))
