"""Syntax colours for YAML, line by line."""

from __future__ import annotations

import re

from PySide6.QtGui import QColor, QFont, QSyntaxHighlighter, QTextCharFormat, QTextDocument

from bayesdesk.ui import theme

_LONGEST = 2000  # characters
_COMMENT = re.compile(r"(?:^|(?<=\s))#.*$")
_KEY = re.compile(r"""(?:^|(?<=[\s{,-]))("[^"]*"|'[^']*'|[^\s#'"{}\[\],:-][^#{}\[\],:]*?)\s*(?=:(?:\s|$))""")
_QUOTED = re.compile(r""""(?:\\.|[^"\\])*"|'(?:''|[^'])*'""")
_NUMBER = re.compile(r"(?<![\w.+-])[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?![\w.])")
_WORD = re.compile(r"(?<=[:\s\[,-])(?:true|false|null|~)(?=\s*(?:$|[,\]}#]))")


class YamlHighlighter(QSyntaxHighlighter):
    """Keys, texts, numbers and comments."""

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        colours = theme.palette()
        self._key = _format(colours.syntax_key)
        self._text = _format(colours.syntax_text)
        self._number = _format(colours.syntax_number)
        self._comment = _format(colours.secondary, italic=True)

    def highlightBlock(self, text: str) -> None:
        """Colour one line. Very long lines stay plain: matching may take quadratic time."""
        if len(text) > _LONGEST:
            return
        for pattern, drawn in ((_NUMBER, self._number), (_WORD, self._number), (_QUOTED, self._text)):
            for match in pattern.finditer(text):
                self.setFormat(match.start(), match.end() - match.start(), drawn)
        for match in _KEY.finditer(text):
            self.setFormat(match.start(1), match.end(1) - match.start(1), self._key)
        quoted = [m.span() for m in _QUOTED.finditer(text)]
        for match in _COMMENT.finditer(text):
            if not any(a < match.start() < b for a, b in quoted):
                self.setFormat(match.start(), len(text) - match.start(), self._comment)
                break


def _format(colour: str, *, italic: bool = False) -> QTextCharFormat:
    made = QTextCharFormat()
    made.setForeground(QColor(colour))
    if italic:
        made.setFontItalic(True)
        made.setFontWeight(QFont.Weight.Normal)
    return made
