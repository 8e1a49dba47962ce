"""Qt's model of the table of jobs."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QFont

from bayesdesk.models.formatting import TONES
from bayesdesk.models.job_table import COLUMNS, NUMBERS, JobFilter, Sizes, cell_text, column_title, ordered
from bayesdesk.models.snapshot import JobRow
from bayesdesk.ui import theme
from bayesdesk.ui.plain import as_text

_Index = QModelIndex | QPersistentModelIndex
_ALIGN = Qt.ItemDataRole.TextAlignmentRole
_SIZE = COLUMNS.index("size")


class JobTableModel(QAbstractTableModel):
    """A row for each job that passes the filter.

    It sorts by itself: a proxy would compare values one pair at a time.

    Parameters
    ----------
    sizes
        Sizes of the folders by id; it grows while they are measured.
    """

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self._sizes = sizes
        self._every: Sequence[JobRow] = ()
        self._filter = JobFilter()
        self._sorted_by = ("created", True)
        self.rows: list[JobRow] = []
        self._mono = _mono_font()

    @property
    def total(self) -> int:
        """Number of jobs without the filter."""
        return len(self._every)

    def set_rows(self, every: Sequence[JobRow]) -> None:
        """Show these jobs."""
        self._every = every
        self.refresh()

    def set_filter(self, wanted: JobFilter) -> None:
        """Show other jobs."""
        self._filter = wanted
        self.refresh()

    def refresh(self) -> None:
        """Filter and sort anew; the table is only reset if other jobs, or another order, are shown."""
        name, descending = self._sorted_by
        kept = self._filter.apply(self._every, self._sizes)
        rows = ordered(kept, name, descending=descending, sizes=self._sizes)
        before = self.rows
        is_same = len(rows) == len(before) and all(
            a is b or a.job.id == b.job.id for a, b in zip(rows, before, strict=True)
        )
        if not is_same:
            self.beginResetModel()
            self.rows = rows
            self.endResetModel()
            return
        self.rows = rows
        changed = [i for i, (a, b) in enumerate(zip(rows, before, strict=True)) if a is not b]
        if changed:
            self.dataChanged.emit(self.index(changed[0], 0), self.index(changed[-1], len(COLUMNS) - 1))

    def show_sizes(self) -> None:
        """Show sizes that have been measured since."""
        if self._sorted_by[0] == "size":
            self.refresh()
        elif self.rows:
            self.dataChanged.emit(self.index(0, _SIZE), self.index(len(self.rows) - 1, _SIZE))

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column."""
        wanted = (COLUMNS[column], order is Qt.SortOrder.DescendingOrder)
        if column >= 0 and wanted != self._sorted_by:
            self._sorted_by = wanted
            self.refresh()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return column_title(COLUMNS[section])
        return _alignment(COLUMNS[section]) if role == _ALIGN else None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row, name = self.rows[index.row()], COLUMNS[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return cell_text(row, name, self._sizes)
        if role == _ALIGN:
            return _alignment(name)
        if role == Qt.ItemDataRole.FontRole and name in NUMBERS:
            return self._mono
        if role == Qt.ItemDataRole.ForegroundRole:
            return _colour(row, name)
        if role == Qt.ItemDataRole.ToolTipRole:
            return as_text(_tip(row, name))
        return None


def _tip(row: JobRow, name: str) -> str:
    job = row.job
    if name == "state":
        return str(job.reason or "")
    texts = {
        "name": f"{job.name}\n{job.id}",
        "project": job.project,
        "note": job.note,
        "tags": ", ".join(job.tags),
    }
    return texts.get(name, "")


def _colour(row: JobRow, name: str) -> QColor | None:
    colours = theme.palette()
    if name == "state":
        return QColor(getattr(colours, TONES.get(row.job.state.value, "secondary")))
    if name == "failed":
        return QColor(colours.bad)
    return QColor(colours.secondary) if row.job.archived else None


def _alignment(name: str) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if name in NUMBERS else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


def _mono_font() -> QFont:
    font = QFont(theme.MONO[0])
    font.setPixelSize(theme.SMALL_PX)
    return font
