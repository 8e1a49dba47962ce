"""A choice among names that may be longer than the box."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QStyle, QStyleOptionComboBox, QStylePainter

from bayesdesk.models.names import fitted
from bayesdesk.ui.plain import as_text
from bayesdesk.ui.wheel import ComboBox

_SHORTEST = 8  # characters for which there is always room


class NameChoice(ComboBox):
    """As wide as its longest name if there is room; else its name is cut where it does not differ.

    The names in its list are whole.
    """

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__()
        self._names = list(names)
        for name in names:
            self.addItem(name, name)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.view().setTextElideMode(Qt.TextElideMode.ElideNone)
        self.currentIndexChanged.connect(lambda _index: self.setToolTip(as_text(self.currentText())))

    def minimumSizeHint(self) -> QSize:
        """Room for a part of a name."""
        whole = super().sizeHint()
        least = self.fontMetrics().averageCharWidth() * _SHORTEST + self._frame_width(whole)
        return QSize(min(whole.width(), least), whole.height())

    def _frame_width(self, whole: QSize) -> int:
        """Width of what is beside the text."""
        texts = (self.fontMetrics().horizontalAdvance(name) for name in self._names)
        return whole.width() - max(texts, default=0)

    def showPopup(self) -> None:
        """Open the list, wide enough for every name."""
        self.view().setMinimumWidth(self.sizeHint().width())
        super().showPopup()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the box with the cut name."""
        painter, option = QStylePainter(self), QStyleOptionComboBox()
        self.initStyleOption(option)
        part = QStyle.SubControl.SC_ComboBoxEditField
        room = self.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, part, self).width()
        if (index := self.currentIndex()) >= 0:
            shown = fitted(self._names, room, self.fontMetrics().horizontalAdvance)
            option.currentText = shown[index]
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)
