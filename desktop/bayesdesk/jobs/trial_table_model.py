"""Qt's model of the table of trials."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor

from bayescore.i18n import _
from bayescore.store import Trial, TrialState
from bayesdesk.models.early_stops import forecast_lines
from bayesdesk.models.formatting import TONES
from bayesdesk.models.job import JobModel
from bayesdesk.models.table import TrialRows, begins_descending, column_names, column_title, objective_column
from bayesdesk.ui import theme
from bayesdesk.ui.plain import as_text
from bayesdesk.ui.table_model import Index, TableModel, mono_font

TRIAL_ROLE = Qt.ItemDataRole.UserRole


class TrialTableModel(TableModel):
    """A row for each trial that passes the filter."""

    def __init__(self, model: JobModel) -> None:
        super().__init__()
        self._model = model
        self._rows = TrialRows(model.view, ())
        self._columns: list[str] = []
        self._sorted_by = ("number", Qt.SortOrder.AscendingOrder)
        self.refresh()

    def refresh(self) -> None:
        """Show what the job's model holds now."""
        columns = column_names(self._model.view)
        rows = TrialRows(self._model.view, self._model.shown)
        self._sort(rows)
        before, self._rows = self._rows, rows
        if columns != self._columns or [t.id for t in rows.trials] != [t.id for t in before.trials]:
            self._rows = before
            self.beginResetModel()
            self._columns, self._rows = columns, rows
            self.endResetModel()
        else:
            for row, column in rows.changed_cells(before, columns):  # nothing else is painted
                self.dataChanged.emit(self.index(row, column), self.index(row, column))

    @property
    def trials(self) -> list[Trial]:
        """Trials in the order of the rows."""
        return self._rows.trials

    @property
    def names(self) -> list[str]:
        """Names of the columns, in their order."""
        return self._columns

    def row_of_trial(self, number: int) -> int | None:
        """Row of a trial, ``None`` when the filter hides it."""
        return next((i for i, t in enumerate(self.trials) if t.number == number), None)

    def _sort(self, rows: TrialRows) -> None:
        name, order = self._sorted_by
        rows.sort(name, descending=order is Qt.SortOrder.DescendingOrder)

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column; the same trials stay selected."""
        wanted = (self._columns[column], order) if 0 <= column < len(self._columns) else self._sorted_by
        if wanted == self._sorted_by:
            return
        self._sorted_by = wanted
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        moved = [self.trials[index.row()].id for index in before]
        self._sort(self._rows)
        places = {t.id: i for i, t in enumerate(self.trials)}
        after = [self.index(places[i], index.column()) for i, index in zip(moved, before, strict=True)]
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()

    def row_count(self) -> int:
        return len(self.trials)

    def title(self, name: str) -> str:
        return column_title(name)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        is_chance = orientation is Qt.Orientation.Horizontal and self.names[section] == "chance"
        if role == Qt.ItemDataRole.ToolTipRole and is_chance:
            return as_text(_("chance of a running trial to become the best, in percent"))
        return super().headerData(section, orientation, role)

    def is_right_aligned(self, name: str) -> bool:
        return not self._rows.is_text(name)

    def begins_descending(self, name: str) -> bool:
        return begins_descending(name, self._model.view)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        trial, name = self.trials[index.row()], self._columns[index.column()]
        if role == TRIAL_ROLE:
            return trial.number
        if role == Qt.ItemDataRole.DisplayRole:
            return self._rows.text(trial, name)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self.alignment(name)
        if role == Qt.ItemDataRole.FontRole and name not in ("state", "time"):
            return mono_font(bold=name == objective_column(self._model.view))
        if role == Qt.ItemDataRole.ForegroundRole:
            return self._colour(trial, name)
        if role == Qt.ItemDataRole.ToolTipRole:
            words = str(trial.reason) if trial.reason else "\n".join(forecast_lines(trial))
            return as_text(words) if words else None
        return None

    def _colour(self, trial: Trial, name: str) -> QColor | None:
        colours = theme.palette()
        if name == "state":
            return QColor(getattr(colours, TONES.get(trial.state.value, "secondary")))
        is_reached = trial.state is not TrialState.STOPPED_EARLY or name != objective_column(self._model.view)
        return None if is_reached else QColor(colours.secondary)  # else it is only the last report
