"""A log in which a number can be marked, so that it becomes a metric."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QTextCursor

from bayescore.i18n import _
from bayescore.metrics.marked_number import number_at
from bayesdesk.editor.matched_log import characters
from bayesdesk.editor.pattern_dialog import MarkedNumber
from bayesdesk.jobs.log_view import LogView
from bayesdesk.services.background import Background
from bayesdesk.ui.plain import as_text
from bayesdesk.ui.widgets import button


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

    @property
    def number(self) -> MarkedNumber | None:
        """The number that is marked, ``None`` if there is none."""
        return _number_of(self.text.textCursor())

    def _take(self) -> None:
        if (marked := self.number) is not None:
            self.marked.emit(marked)

    def _show_state(self) -> None:
        marked = self.number
        self.make.setEnabled(marked is not None)
        tip = _("Click a number in the output first.")
        self.make.setToolTip(as_text(marked.span.of(marked.line) if marked is not None else tip))

    def _open_menu(self, at: QPoint) -> None:
        cursor = self.text.textCursor()
        under = self.text.cursorForPosition(at)
        if not cursor.hasSelection():
            cursor = under
        marked = _number_of(cursor)
        menu = self.text.createStandardContextMenu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addSeparator()
        words = _("Make a metric of this number…")
        make = menu.addAction(words)
        make.setEnabled(marked is not None)
        make.triggered.connect(lambda: self.marked.emit(marked))
        menu.popup(self.text.viewport().mapToGlobal(at))


def _number_of(cursor: QTextCursor) -> MarkedNumber | None:
    block = cursor.document().findBlock(cursor.selectionStart())
    line = block.text()
    start = characters(line, cursor.selectionStart() - block.position())
    end = characters(line, min(cursor.selectionEnd() - block.position(), block.length() - 1))
    span = number_at(line, start, end)
    return MarkedNumber(line, span, block.blockNumber()) if span is not None else None
