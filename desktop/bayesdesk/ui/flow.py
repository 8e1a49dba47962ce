"""A layout that wraps: widgets side by side, in as many lines as the width needs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget

_Line = list["_Part"]


@dataclass(frozen=True)
class _Part:
    item: QLayoutItem
    stretch: int
    narrowest: int

    @property
    def width(self) -> int:
        return max(self.item.minimumSize().width(), self.narrowest)


class Flow(QLayout):
    """Each line is filled according to the stretches of its widgets."""

    def __init__(self, *parts: tuple[QWidget, int, int], spacing: int = 10) -> None:
        super().__init__()
        self._parts: list[_Part] = []
        self._added: tuple[int, int] = (0, 0)
        self.setSpacing(spacing)
        self.setContentsMargins(0, 0, 0, 0)
        for widget, stretch, narrowest in parts:
            self.add(widget, stretch, narrowest)

    def add(self, widget: QWidget, stretch: int = 0, narrowest: int = 0) -> None:
        """Add a widget that is at least ``narrowest`` pixels wide."""
        self._added = stretch, narrowest
        self.addWidget(widget)

    # ---- QLayout

    def addItem(self, item: QLayoutItem) -> None:
        self._parts.append(_Part(item, *self._added))

    def count(self) -> int:
        return len(self._parts)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._parts[index].item if 0 <= index < len(self._parts) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._parts.pop(index).item if 0 <= index < len(self._parts) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation.Horizontal

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        margins = self.contentsMargins()
        lines = self._lines(width - margins.left() - margins.right())
        heights = sum(_height(line) for line in lines)
        gaps = self.spacing() * max(len(lines) - 1, 0)
        return heights + gaps + margins.top() + margins.bottom()

    def minimumSize(self) -> QSize:
        margins = self.contentsMargins()
        shown = list(self._shown())
        widest = max((part.width for part in shown), default=0)
        height = max((part.item.minimumSize().height() for part in shown), default=0)
        return QSize(widest + margins.left() + margins.right(), height + margins.top() + margins.bottom())

    def sizeHint(self) -> QSize:
        margins = self.contentsMargins()
        shown = list(self._shown())
        width = sum(part.width for part in shown) + self.spacing() * max(len(shown) - 1, 0)
        height = max((part.item.sizeHint().height() for part in shown), default=0)
        return QSize(width + margins.left() + margins.right(), height + margins.top() + margins.bottom())

    def setGeometry(self, area: QRect) -> None:
        super().setGeometry(area)
        inside = area.marginsRemoved(self.contentsMargins())
        top = inside.top()
        for line in self._lines(inside.width()):
            height, left = _height(line), inside.left()
            for part, width in zip(line, self._widths(line, inside.width()), strict=True):
                part.item.setGeometry(QRect(left, top, width, height))
                left += width + self.spacing()
            top += height + self.spacing()

    # ---- lines

    def _shown(self) -> Iterable[_Part]:
        return (part for part in self._parts if not part.item.isEmpty())

    def _lines(self, width: int) -> list[_Line]:
        lines: list[_Line] = []
        used = 0
        for part in self._shown():
            if lines and used + self.spacing() + part.width <= width:
                lines[-1].append(part)
                used += self.spacing() + part.width
            else:
                lines.append([part])
                used = part.width
        return lines

    def _widths(self, line: _Line, width: int) -> list[int]:
        widths = [part.width for part in line]
        spare = max(width - sum(widths) - self.spacing() * (len(line) - 1), 0)
        stretches = sum(part.stretch for part in line)
        if not stretches:
            return widths
        return [own + spare * part.stretch // stretches for own, part in zip(widths, line, strict=True)]


def _height(line: _Line) -> int:
    return max(part.item.sizeHint().height() for part in line)
