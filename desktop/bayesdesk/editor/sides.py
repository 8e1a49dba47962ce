"""The two sides of the editor: the form, and the text above its problems."""

from __future__ import annotations

from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter, QWidget

_TEXT_WIDTH = "editor/text_width"
_PROBLEMS_HEIGHT = "editor/problems_height"
_PROBLEMS_WIDTH = 340  # pixels, without the text
_TEXT_SHARE = 0.4  # of the width, unless the text needs more for its usual lines


class Sides(QSplitter):
    """The text gets the width that the user gave it last, by default that of its lines, the form the rest.

    Parameters
    ----------
    text_width
        Pixels that the text needs for its usual lines.
    """

    def __init__(self, form: QWidget, text: QWidget, problems: QWidget, text_width: int) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._form, self._text, self._text_width = form, text, text_width
        self.right = QSplitter(Qt.Orientation.Vertical)
        for splitter, parts in ((self.right, (text, problems)), (self, (form, self.right))):
            for part in parts:
                splitter.addWidget(part)
            splitter.setStretchFactor(0, 1)
            splitter.setStretchFactor(1, 0)
            splitter.setHandleWidth(1)
            splitter.setChildrenCollapsible(False)
        self.splitterMoved.connect(self._remember_width)
        self.right.splitterMoved.connect(self._remember_height)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.share()

    def share(self) -> None:
        """Give each part its size."""
        if self._text.isHidden():
            right = _PROBLEMS_WIDTH
        else:
            right = _setting(_TEXT_WIDTH) or max(self._text_width, round(self.width() * _TEXT_SHARE))
        right = min(right, self.width() - self._form.minimumWidth())
        self.setSizes([self.width() - right, right])
        height = _setting(_PROBLEMS_HEIGHT) or self.height() // 4
        self.right.setSizes([self.height() - height, height])

    def _remember_width(self) -> None:
        if not self._text.isHidden():
            QSettings().setValue(_TEXT_WIDTH, self.right.width())

    def _remember_height(self) -> None:
        QSettings().setValue(_PROBLEMS_HEIGHT, self.right.sizes()[1])


def _setting(name: str) -> int:
    """A number of pixels; 0 if there is none."""
    found = str(QSettings().value(name, ""))
    return int(found) if found.isdigit() else 0
