"""A text that is shortened where there is no room for it, with the whole text as its tool tip."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QLabel

from bayesdesk.ui.plain import as_text

MIDDLE = Qt.TextElideMode.ElideMiddle  # for names, which often differ at their end
RIGHT = Qt.TextElideMode.ElideRight


class ElidedText(QLabel):
    """Takes its whole width if there is room, and at least ``least_px``; the whole text can be selected.

    Parameters
    ----------
    tip
        A text for the tool tip in place of the shown one, such as all digits of a number.
    """

    def __init__(
        self, text: str, role: str = "", *, mode: Qt.TextElideMode = RIGHT, least_px: int = 90, tip: str = ""
    ) -> None:
        super().__init__(text)
        self._mode, self._least_px, self._tip = mode, least_px, tip
        self.setObjectName(role)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)

    @property
    def is_cut(self) -> bool:
        """Whether a part of the text is not visible."""
        return self.fontMetrics().horizontalAdvance(self.text()) > self.contentsRect().width()

    def minimumSizeHint(self) -> QSize:
        whole = super().sizeHint()
        return QSize(min(whole.width(), self._least_px), whole.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self.is_cut:
            super().paintEvent(event)
            return
        painter = QPainter(self)
        painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
        shown = self.fontMetrics().elidedText(self.text(), self._mode, self.contentsRect().width())
        painter.drawText(
            self.contentsRect(), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown
        )

    def event(self, event: QEvent) -> bool:
        """Set the tool tip when it is asked for: the width may have changed."""
        if event.type() == QEvent.Type.ToolTip:
            whole = self._tip or self.text()
            needs_tip = self.is_cut or whole != self.text()
            self.setToolTip(as_text(whole) if needs_tip else "")
        return super().event(event)
