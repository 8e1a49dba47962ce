"""Qt's model of the table of jobs."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor

from bayescore.i18n import n_
from bayesdesk.models.formatting import TONES
from bayesdesk.models.job_table import (
    COLUMNS,
    DESCENDING_FIRST,
    NUMBERS,
    JobFilter,
    Sizes,
    cell_text,
    column_title,
    ordered,
)
from bayesdesk.models.snapshot import JobRow
from bayesdesk.ui import theme
from bayesdesk.ui.plain import as_text
from bayesdesk.ui.table_model import Index, TableModel, mono_font

_ALIGN = Qt.ItemDataRole.TextAlignmentRole
_SIZE = COLUMNS.index("size")


class JobTableModel(TableModel):
    """A row for each job that passes the filter.

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
        self._mono = mono_font()

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

    @property
    def names(self) -> Sequence[str]:
        return COLUMNS

    def row_count(self) -> int:
        return len(self.rows)

    def title(self, name: str) -> str:
        return column_title(name)

    def is_right_aligned(self, name: str) -> bool:
        return name in NUMBERS

    def begins_descending(self, name: str) -> bool:
        return name in DESCENDING_FIRST

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row, name = self.rows[index.row()], COLUMNS[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return cell_text(row, name, self._sizes)
        if role == _ALIGN:
            return self.alignment(name)
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
        "trials": _stopped_words(row.stopped),
    }
    return texts.get(name, "")


def _stopped_words(count: int) -> str:
    return n_("{count} of them stopped early", "{count} of them stopped early", count) if count else ""


def _colour(row: JobRow, name: str) -> QColor | None:
    colours = theme.palette()
    if name == "state":
        return QColor(getattr(colours, TONES.get(row.job.state.value, "secondary")))
    if name == "failed":
        return QColor(colours.bad)
    return QColor(colours.secondary) if row.job.archived else None
