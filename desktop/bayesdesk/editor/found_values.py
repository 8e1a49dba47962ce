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
_DIGITS = 12  # width of the columns of steps and values


class FoundValuesModel(QAbstractTableModel):
    """Step, values and line of each match; the steps are left out if there are none."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: Sequence[FoundInLine] = ()
        self.metrics: list[str] = []
        self._has_steps = False

    def show_rows(self, rows: Sequence[FoundInLine]) -> None:
        """Show other matches."""
        self.beginResetModel()
        self.rows = rows
        self.metrics = list(dict.fromkeys(name for found in rows for name, _value in found.values))
        self._has_steps = any(found.step for found in rows)
        self.endResetModel()

    @property
    def headings(self) -> list[str]:
        """The headings of the columns."""
        return [*([_("Step")] if self._has_steps else []), *self.metrics, _("Line")]

    def rowCount(self, parent: _Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self.headings)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _Role.DisplayRole) -> object:
        if orientation is Qt.Orientation.Horizontal and role == _Role.DisplayRole:
            return self.headings[section]
        return None

    def data(self, index: _Index, role: int = _Role.DisplayRole) -> object:
        found = self.rows[index.row()]
        if role == _Role.DisplayRole:
            return self._cells(found)[index.column()]
        if role == _Role.ToolTipRole and index.column() == len(self.headings) - 1:
            return as_text(found.line)
        return None

    def _cells(self, found: FoundInLine) -> list[str]:
        values = dict(found.values)
        shown = [number(values[name]) if name in values else "" for name in self.metrics]
        return [*([found.step] if self._has_steps else []), *shown, found.line.strip()]


class FoundValues(QTreeView):
    """The table; many rows cost nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("events")
        self.found = FoundValuesModel()
        self.setModel(self.found)
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setAccessibleName(_("Found values"))
        self.header().setStretchLastSection(True)

    def show_found(self, rows: Sequence[FoundInLine]) -> None:
        """Show other matches."""
        self.found.show_rows(rows)
        width = self.fontMetrics().horizontalAdvance("0" * _DIGITS) + theme.px(16)
        for section, heading in enumerate(self.found.headings[:-1]):
            self.header().resizeSection(
                section, max(width, self.fontMetrics().horizontalAdvance(heading) + theme.px(24))
            )
