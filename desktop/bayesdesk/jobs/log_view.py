"""A trial's log, live."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtGui import QColor, QFont, QTextCharFormat, QTextCursor, QTextDocument
from PySide6.QtWidgets import QCheckBox, QLineEdit, QPlainTextEdit

from bayescore.i18n import _, n_
from bayesdesk.services.ansi import Style, segments, without_colours
from bayesdesk.services.background import Background
from bayesdesk.services.log_tail import LONGEST_LINE, LogPart, read_part
from bayesdesk.ui import theme
from bayesdesk.ui.widgets import Card

_POLL_MS = 400
_MOST_LINES = 100_000
_MOST_PIECES = 5_000  # of one part; with more it is shown without colours, or the window would block


class LogView(Card):
    """Follows the end while “Follow” is on; Enter in the search field goes to the next match."""

    def __init__(self, background: Background, file: Path, title: str = "") -> None:
        super().__init__(title or _("Output"))
        self._background = background
        self._file = file
        self._offset: int | None = None
        self._reading = False
        self._style = Style()
        self.text = QPlainTextEdit()
        self.text.setTabChangesFocus(True)
        self.text.setObjectName("log")
        self.text.setReadOnly(True)
        self.text.setMaximumBlockCount(_MOST_LINES)
        self.text.setAccessibleName(_("Output"))
        self._follow = QCheckBox(_("Follow"))
        self._follow.setChecked(True)
        search = QLineEdit()
        search.setPlaceholderText(_("Search"))
        search.setAccessibleName(_("Search"))
        search.setFixedWidth(theme.px(180))
        search.returnPressed.connect(lambda: self._find(search.text()))
        self.controls.addWidget(search)
        self.controls.addWidget(self._follow)
        self.body.addWidget(self.text)
        self._timer = QTimer(self)
        self._timer.setInterval(_POLL_MS)
        self._timer.timeout.connect(self._poll)
        self._timer.start()
        self._poll()

    def _poll(self) -> None:
        if not self._reading:
            self._reading = True
            file, offset = self._file, self._offset
            self._background.run(lambda: read_part(file, offset), self._append, self._failed)

    def _append(self, part: LogPart) -> None:
        self._reading = False
        self._offset = part.offset
        if part.restarted:
            self.text.clear()
        if not part.text:
            return
        bar = self.text.verticalScrollBar()
        place = bar.value()
        cursor = QTextCursor(self.text.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        self._insert(cursor, part.text)
        bar.setValue(bar.maximum() if self._follow.isChecked() else place)
        self.caption.setText(n_("{count} line", "{count} lines", self.text.blockCount() - 1))

    def _insert(self, cursor: QTextCursor, text: str) -> None:
        pieces, self._style = segments(text, self._style)
        if len(pieces) > _MOST_PIECES:
            pieces = [(without_colours(text), Style())]
        cursor.beginEditBlock()
        if cursor.block().length() > LONGEST_LINE:  # a line without an end
            cursor.insertText("\n")
        for piece, style in pieces:
            cursor.insertText(piece, _format(style))
        cursor.endEditBlock()

    def _failed(self, error: Exception) -> None:
        self._reading = False
        self._timer.stop()
        self.text.setPlainText(str(error))

    def _find(self, word: str) -> None:
        self._follow.setChecked(False)
        if word and not self.text.find(word):
            self.text.moveCursor(QTextCursor.MoveOperation.Start)
            self.text.find(word, QTextDocument.FindFlag(0))


def _format(style: Style) -> QTextCharFormat:
    """A terminal colour as the theme's colour, which is legible on its background."""
    colours = theme.palette()
    tones = {
        "red": colours.bad,
        "green": colours.good,
        "yellow": colours.warning,
        "blue": colours.accent,
        "magenta": colours.syntax_number,
        "cyan": colours.syntax_key,
    }
    made = QTextCharFormat()
    made.setForeground(QColor(tones.get(style.colour or "", colours.text)))
    if style.bold:
        made.setFontWeight(QFont.Weight.Bold)
    return made
