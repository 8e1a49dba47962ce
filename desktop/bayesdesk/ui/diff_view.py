"""The differences of two texts, with removed and added lines marked by sign and colour."""

from __future__ import annotations

import difflib
from math import ceil

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QTextBlockFormat, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QDialog, QPlainTextEdit, QWidget

from bayescore.i18n import _
from bayesdesk.ui import theme
from bayesdesk.ui.fitting import fit_to_screen
from bayesdesk.ui.widgets import button, column, label, row

_CONTEXT = 3


class DiffView(QPlainTextEdit):
    """Read-only; unchanged lines far from any change are omitted."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("mono")
        self.setReadOnly(True)
        self.setTabChangesFocus(True)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setAccessibleName(_("Changes of the file"))

    def show_difference(self, before: str, after: str) -> None:
        """Show the changes from one text to the other."""
        self.clear()
        old, new = before.splitlines(), after.splitlines()
        matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
        cursor = self.textCursor()
        for i, group in enumerate(matcher.get_grouped_opcodes(_CONTEXT)):
            if i:
                self._add(cursor, "    ⋯", "", "")
            for kind, a, b, c, d in group:
                if kind == "equal":
                    for n, line in enumerate(new[c:d], c + 1):
                        self._add(cursor, f"{n:4}", " ", line)
                    continue
                for n, line in enumerate(old[a:b], a + 1):
                    self._add(cursor, f"{n:4}", "−", line)
                for n, line in enumerate(new[c:d], c + 1):
                    self._add(cursor, f"{n:4}", "+", line)
        self.moveCursor(QTextCursor.MoveOperation.Start)

    def fit_height(self) -> None:
        """Make the view as high as its lines and a scroll bar below them."""
        self.ensurePolished()  # with the font of the style sheet
        line = self.blockBoundingRect(self.document().firstBlock()).height()
        margins = 2 * self.document().documentMargin()
        scroll_bar = self.horizontalScrollBar().sizeHint().height()
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFixedHeight(ceil(self.blockCount() * line + margins) + scroll_bar)

    def _add(self, cursor: QTextCursor, number: str, sign: str, line: str) -> None:
        colours = theme.palette()
        ground = {"+": colours.good_soft, "−": colours.bad_soft}.get(sign)
        block = QTextBlockFormat()
        if ground:
            block.setBackground(QColor(ground))
        if cursor.position():
            cursor.insertBlock()
        cursor.setBlockFormat(block)
        quiet, plain = QTextCharFormat(), QTextCharFormat()
        quiet.setForeground(QColor(colours.secondary))
        plain.setForeground(QColor(colours.text))
        cursor.insertText(f"{number}  {sign} ", quiet)
        cursor.insertText(line, plain)


class DiffDialog(QDialog):
    """A dialog with the differences of two texts."""

    def __init__(self, parent: QWidget | None, title: str, before: str, after: str) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        fit_to_screen(self, 820, 520)
        self.view = DiffView()
        self.view.show_difference(before, after)
        layout = column(
            label(title, "title"), self.view, row(None, button(_("Close"), self.accept)), spacing=12
        )
        layout.setContentsMargins(theme.PAGE_MARGIN, 16, theme.PAGE_MARGIN, 16)
        layout.setStretchFactor(self.view, 1)
        self.setLayout(layout)
