"""What Qt's models of our tables share: rows without children, headings, alignment, the font of numbers."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QFont

from bayesdesk.ui import theme

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole


class TableModel(QAbstractTableModel):
    """A table whose columns have names.

    Subclasses sort by themselves: a proxy would compare values one pair at a time, which takes seconds with
    tens of thousands of rows.
    """

    @property
    def names(self) -> Sequence[str]:
        """Names of the columns, in their order."""
        raise NotImplementedError

    def row_count(self) -> int:
        """Number of rows."""
        raise NotImplementedError

    def title(self, name: str) -> str:
        """The heading of a column."""
        raise NotImplementedError

    def is_right_aligned(self, name: str) -> bool:
        """Whether a column holds numbers."""
        raise NotImplementedError

    def begins_descending(self, name: str) -> bool:
        """Whether the first click on a heading puts the largest value on top."""
        raise NotImplementedError

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else self.row_count()

    def columnCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self.names)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        name = self.names[section]
        if role == Role.DisplayRole:
            return self.title(name)
        if role == Role.TextAlignmentRole:
            return self.alignment(name)
        if role == Role.InitialSortOrderRole:
            orders = Qt.SortOrder
            return orders.DescendingOrder if self.begins_descending(name) else orders.AscendingOrder
        return None

    def alignment(self, name: str) -> Qt.AlignmentFlag:
        """Alignment of a column."""
        flags = Qt.AlignmentFlag
        side = flags.AlignRight if self.is_right_aligned(name) else flags.AlignLeft
        return side | flags.AlignVCenter


def mono_font(*, bold: bool = False) -> QFont:
    """The font of numbers in tables."""
    font = QFont(theme.MONO[0])
    font.setPixelSize(theme.SMALL_PX)
    font.setBold(bold)
    return font
