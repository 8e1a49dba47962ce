"""The values that a pattern finds in a log, as a table."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QTreeView

from bayescore.i18n import _
from bayescore.metrics.log_reader import FoundInLine
from bayesdesk.models.formatting import number
from bayesdesk.ui import theme
from bayesdesk.ui.plain import as_text

_Index = QModelIndex | QPersistentModelIndex
_Role = Qt.ItemDataRole
_LINE = 2  # the last column


class FoundValuesModel(QAbstractTableModel):
    """Step, values and line of each match."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: Sequence[FoundInLine] = ()

    def show_rows(self, rows: Sequence[FoundInLine]) -> None:
        """Show other matches."""
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else _LINE + 1

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _Role.DisplayRole) -> object:
        if orientation is Qt.Orientation.Horizontal and role == _Role.DisplayRole:
            return (_("Step"), _("Value"), _("Line"))[section]
        return None

    def data(self, index: _Index, role: int = _Role.DisplayRole) -> object:
        found = self.rows[index.row()]
        if role == _Role.DisplayRole:
            return (found.step, _values(found), found.line.strip())[index.column()]
        if role == _Role.ToolTipRole and index.column() == _LINE:
            return as_text(found.line)
        return None


class FoundValues(QTreeView):
    """The table; many rows cost nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.found = FoundValuesModel()
        self.setModel(self.found)
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setAccessibleName(_("Values"))
        for section, letters in enumerate(("1000000", "0.123456789")):
            self.header().resizeSection(section, self.fontMetrics().horizontalAdvance(letters) + theme.px(24))
        self.header().setStretchLastSection(True)


def _values(found: FoundInLine) -> str:
    if len(found.values) == 1:
        return number(found.values[0][1])
    return ", ".join(f"{name} {number(value)}" for name, value in found.values)
