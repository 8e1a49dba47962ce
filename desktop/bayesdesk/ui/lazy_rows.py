"""A column of many rows in a scroll area, of which only those in sight are widgets.

A widget costs milliseconds, so hundreds of rows would block the window for seconds. Rows that leave the sight
show other items later. The heights of all rows are computed from their items, so the scroll bar is exact.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Hashable, Sequence
from itertools import accumulate, pairwise
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPoint
from PySide6.QtGui import QColor, QMoveEvent, QPainter, QPaintEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget

from bayesdesk.ui import theme
from bayesdesk.ui.following import followed
from bayesdesk.ui.widgets import enclosing

_AROUND = 1  # rows beyond those in sight, so that Tab reaches them


class LazyRow(QWidget):
    """A row that shows one item, and another one later."""

    def show_item(self, index: int, item: Any) -> None:
        """Show an item: a new version of the one that is shown, or any after :meth:`leave_item`."""
        raise NotImplementedError

    def leave_item(self) -> None:
        """Forget the shown item."""

    @property
    def is_in_use(self) -> bool:
        """Whether the row must stay although it is out of sight."""
        focused = QApplication.focusWidget()
        return focused is not None and self.isAncestorOf(focused)


class LazyRows(QWidget):
    """The rows of a list of items, separated by hairlines if ``is_ruled``.

    Parameters
    ----------
    make
        Makes an empty row in a parent: to give it one later would cost as much again.
    height_of
        Height of an item's row at a width, both in pixels.
    identity_of
        What makes an item the same after it has moved.
    """

    def __init__(
        self,
        make: Callable[[QWidget], LazyRow],
        height_of: Callable[[Any, int], int],
        identity_of: Callable[[Any], Hashable],
        *,
        is_ruled: bool = False,
    ) -> None:
        super().__init__()
        self._scroll: QScrollArea | None = None
        self._make, self._height_of, self._identity_of = make, height_of, identity_of
        self._is_ruled = is_ruled
        self.items: Sequence[Any] = ()
        self._identities: list[Hashable] = []
        self._tops = [0]
        self._rows: dict[int, LazyRow] = {}
        self._free: list[LazyRow] = []

    # ---- items

    def show_items(self, items: Sequence[Any]) -> None:
        """Show a list; rows of items that stay are kept, with the focus and what is being typed."""
        identities = [self._identity_of(item) for item in items]
        places = followed(self._identities, identities, self._rows)
        self.items, self._identities = items, identities
        rows, self._rows = self._rows, {}
        for index, shown in rows.items():
            if index in places:
                self._rows[places[index]] = shown
            else:
                self._release(shown)
        for index, shown in self._rows.items():
            shown.show_item(index, items[index])
        self._measure()

    def rows(self) -> list[LazyRow]:
        """The rows that are widgets now, in order."""
        return [self._rows[index] for index in sorted(self._rows)]

    def row(self, index: int) -> LazyRow:
        """The row of an item, in sight or not."""
        return self._row(range(len(self.items))[index])

    def reveal(self, index: int) -> LazyRow:
        """Scroll to an item; returns its row."""
        QCoreApplication.sendPostedEvents(
            None, QEvent.Type.LayoutRequest
        )  # the scroll bar follows the layout
        found = self.row(index)
        if self._scroll is not None:
            self._scroll.ensureWidgetVisible(found, 0, found.height())
        return found

    def place_at(self, y: int) -> int:
        """Place in the list at a height: the number of items whose middle is above it."""
        return sum((a + b) // 2 < y for a, b in pairwise(self._tops))

    def top_of(self, place: int) -> int:
        """Height of the edge above an item, or below the last one."""
        return self._tops[place]

    # ---- rows

    def _row(self, index: int) -> LazyRow:
        found = self._rows.get(index)
        if found is None:
            found = self._free.pop() if self._free else self._make(self)
            self._rows[index] = found
            found.show_item(index, self.items[index])
            self._lay_out(index)
            found.show()
        return found

    def _release(self, shown: LazyRow) -> None:
        shown.hide()
        shown.leave_item()
        self._free.append(shown)

    def _lay_out(self, index: int) -> None:
        rule = int(self._is_ruled)
        top, end = self._tops[index] + rule, self._tops[index + 1]
        self._rows[index].setGeometry(0, top, self.width(), end - top)

    def _measure(self) -> None:
        """Compute the heights for the width."""
        rule = int(self._is_ruled)
        heights = (self._height_of(item, self.width()) + rule for item in self.items)
        tops, before = list(accumulate(heights, initial=0)), self._tops
        self._tops = tops
        if tops != before:
            self.setFixedHeight(tops[-1])
            self.update()
        for index in self._rows:
            self._lay_out(index)
        self._arrange()

    def _arrange(self) -> None:
        """Make the rows that are in sight, and use again those that are not."""
        if not self.isVisible() or self._scroll is None:
            return
        wanted = self._wanted()
        for index in [i for i in self._rows if i not in wanted]:
            if not self._rows[index].is_in_use:
                self._release(self._rows.pop(index))
        for index in sorted(wanted):
            self._row(index)

    def _wanted(self) -> set[int]:
        assert self._scroll is not None
        viewport = self._scroll.viewport()
        top = -self.mapTo(viewport, QPoint(0, 0)).y()
        first = bisect_right(self._tops, top) - 1 - _AROUND
        end = bisect_left(self._tops, top + viewport.height()) + _AROUND
        focused = [index for index, shown in self._rows.items() if shown.is_in_use]
        around = (range(i - _AROUND, i + _AROUND + 1) for i in focused)
        every = range(len(self.items))
        return {i for r in (range(first, end), *around) for i in r if i in every}

    def _find_scroll(self) -> None:
        """Follow the scroll area that the rows are in."""
        self._scroll = enclosing(self, QScrollArea)
        if self._scroll is not None:
            self._scroll.verticalScrollBar().valueChanged.connect(self._arrange)
            self._scroll.viewport().installEventFilter(self)

    # ---- events

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Resize:
            self._arrange()
        return False

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._scroll is None:
            self._find_scroll()
        self._arrange()

    def moveEvent(self, event: QMoveEvent) -> None:
        super().moveEvent(event)
        self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._measure()
        else:
            self._arrange()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._is_ruled:
            return
        painter = QPainter(self)
        first = max(bisect_right(self._tops, event.rect().top()) - 1, 0)
        for top in self._tops[first:-1]:
            if top > event.rect().bottom():
                break
            painter.fillRect(0, top, self.width(), 1, QColor(theme.palette().line))
        painter.end()
