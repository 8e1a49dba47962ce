"""The command palette: commands, jobs, files, parameters and pages of the manual by their names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QDialog,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from bayescore.i18n import _
from bayesdesk.ui import theme
from bayesdesk.ui.fitting import fit_to_screen
from bayesdesk.ui.icons import icon
from bayesdesk.ui.widgets import column

_MOST = 60  # results that are listed
_ITEM = Qt.ItemDataRole.UserRole
_ICON_PX = 16
_ROW_PX = 32
_SHARE = 0.6  # of the width, for the name


@dataclass(frozen=True)
class Item:
    """Something to be found.

    Attributes
    ----------
    meaning
        Name of its icon.
    detail
        Shown at the right: keys, the folder of a file, the page that a heading is on.
    words
        Further text that is searched.
    """

    name: str
    meaning: str
    run: Callable[[], object]
    detail: str = ""
    words: str = ""


def matching(items: Sequence[Item], text: str) -> list[Item]:
    """The items that contain every word; names that begin with the text come first, then other names."""
    wanted = text.casefold().split()

    def rank(item: Item) -> int:
        name = item.name.casefold()
        if name.startswith(text.casefold().strip()):
            return 0
        return 1 if all(word in name for word in wanted) else 2

    found = [i for i in items if all(w in f"{i.name} {i.detail} {i.words}".casefold() for w in wanted)]
    return sorted(found, key=rank) if wanted else found


class CommandPalette(QDialog):
    """Lists what matches the typed words; Enter runs the current item."""

    def __init__(self, parent: QWidget, items: Sequence[Item]) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Commands"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        fit_to_screen(self, theme.px(620), theme.px(420))
        self._items = list(items)
        self._field = QLineEdit()
        self._field.setPlaceholderText(_("A command, job, file, parameter or help page"))
        self._field.setAccessibleName(_("Commands"))
        self._field.textChanged.connect(self._show)
        self._field.returnPressed.connect(self._run)
        self._field.installEventFilter(self)
        self._list = QListWidget()
        self._list.setItemDelegate(_ItemDelegate(self._list))
        self._list.setAccessibleName(_("Commands"))
        self._list.setUniformItemSizes(True)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.itemActivated.connect(lambda _item: self._run())
        layout = column(self._field, self._list)
        layout.setContentsMargins(12, 12, 12, 12)
        self.setLayout(layout)
        self._show("")

    def add(self, items: Sequence[Item]) -> None:
        """Add what had to be read first."""
        self._items += items
        self._show(self._field.text())

    def _show(self, text: str) -> None:
        self._list.clear()
        for found in matching(self._items, text)[:_MOST]:
            item = QListWidgetItem(found.name)
            item.setData(_ITEM, found)
            self._list.addItem(item)
        self._list.setCurrentRow(0)

    def _run(self) -> None:
        item = self._list.currentItem()
        if item is not None:
            self.accept()
            item.data(_ITEM).run()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Move in the list with the arrow keys while the field has the focus."""
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
            if step is not None:
                last = self._list.count() - 1
                self._list.setCurrentRow(min(max(self._list.currentRow() + step, 0), last))
                return True
        return super().eventFilter(watched, event)


class _ItemDelegate(QStyledItemDelegate):
    """Draws an item: its icon, its name, and the detail at the right."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(0, theme.px(_ROW_PX))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        item, colours, area = index.data(_ITEM), theme.palette(), QRect(option.rect)
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.accent_soft))
            painter.drawRoundedRect(area, 6, 6)
        side = theme.px(_ICON_PX)
        area.adjust(theme.px(10), 0, -theme.px(10), 0)
        square = QRect(area.left(), area.center().y() - side // 2, side, side)
        icon(item.meaning, colours.secondary).paint(painter, square)
        area.setLeft(square.right() + theme.px(10))
        font = option.font
        font.setPixelSize(theme.SMALL_PX)
        painter.setFont(font)
        metrics = painter.fontMetrics()
        most = round(area.width() * (1 - _SHARE))
        detail = metrics.elidedText(item.detail, Qt.TextElideMode.ElideMiddle, most)
        painter.setPen(QColor(colours.secondary))
        painter.drawText(area, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, detail)
        area.setRight(area.right() - metrics.horizontalAdvance(detail) - theme.px(12))
        font.setPixelSize(theme.TEXT_PX)
        painter.setFont(font)
        painter.setPen(QColor(colours.text))
        name = painter.fontMetrics().elidedText(item.name, Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(area, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, name)
        painter.restore()
