"""The table of jobs."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPoint, QSettings, Qt, Signal
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QTableView

from bayescore.i18n import _
from bayesdesk.job_table.table_model import JobTableModel
from bayesdesk.jobs.job_actions import JobActions
from bayesdesk.models.job_table import COLUMNS, DESCENDING_FIRST, column_title
from bayesdesk.models.snapshot import JobRow
from bayesdesk.ui import theme
from bayesdesk.ui.sort_header import SortHeader

_ROW_HEIGHT = 31
_WIDTHS = {
    "name": 190, "state": 112, "metric": 100, "best": 90, "trials": 90, "failed": 70, "stopped": 110,
    "duration": 100, "created": 142, "runner": 90, "project": 120, "tags": 110, "note": 160, "size": 90,
}  # px  # fmt: skip
_SHOWN = "jobs/columns"  # setting: names of the columns that are shown
_HIDDEN_FIRST = (
    "stopped",
    "metric",
    "size",
    "note",
)  # until the user shows them: the others fit into 1440 pixels


class JobTable(QTableView):
    """Sortable; several rows can be selected; a double click or Return opens a job."""

    opened = Signal(str)  # id
    selection_changed = Signal()

    def __init__(self, model: JobTableModel, actions: JobActions) -> None:
        super().__init__()
        self._rows, self._actions = model, actions
        self._kept: list[str] = []
        self.setModel(model)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setAccessibleName(_("Jobs"))
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(theme.px(_ROW_HEIGHT))
        self._set_up_header()
        self.activated.connect(self._open)
        self.selectionModel().selectionChanged.connect(lambda _new, _old: self.selection_changed.emit())
        model.modelAboutToBeReset.connect(self._keep_selection)
        model.modelReset.connect(self._restore_selection)

    def _set_up_header(self) -> None:
        header = SortHeader(self)
        self.setHorizontalHeader(header)
        header.setHighlightSections(False)
        header.setSectionsMovable(True)
        header.setSortIndicator(COLUMNS.index("created"), Qt.SortOrder.DescendingOrder)
        header.setSortIndicatorShown(True)
        header.sectionClicked.connect(self._sort_by)
        header.sectionDoubleClicked.connect(self._sort_by)  # the second of two fast clicks
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(self._show_columns_menu)
        for i, name in enumerate(COLUMNS):
            self.setColumnWidth(i, theme.px(_WIDTHS[name]))
        shown = str(QSettings().value(_SHOWN, "")).split()
        self._hidden = set(COLUMNS[1:]) - set(shown) if shown else set(_HIDDEN_FIRST)
        self._hide_columns()
        self.sorted_by = (COLUMNS.index("created"), Qt.SortOrder.DescendingOrder)

    def _sort_by(self, column: int) -> None:
        """Sort by a column: the first click puts first what is looked for most, the second turns it round."""
        orders = Qt.SortOrder
        first = orders.DescendingOrder if COLUMNS[column] in DESCENDING_FIRST else orders.AscendingOrder
        turned = orders.AscendingOrder if first is orders.DescendingOrder else orders.DescendingOrder
        self.sort_by(column, turned if self.sorted_by == (column, first) else first)

    def sort_by(self, column: int, order: Qt.SortOrder) -> None:
        """Sort by a column in an order."""
        self.sorted_by = (column, order)
        self.horizontalHeader().setSortIndicator(column, order)
        self._rows.sort(column, order)

    # ---- columns

    def columns_menu(self) -> QMenu:
        """Every column but the name with a tick; the choice is remembered."""
        menu = QMenu(self)
        for name in COLUMNS[1:]:
            action = menu.addAction(column_title(name))
            action.setCheckable(True)
            action.setChecked(name not in self._hidden)
            action.toggled.connect(lambda shown, n=name: self._show_column(n, shown))
        return menu

    def _show_columns_menu(self, at: QPoint) -> None:
        _popup(self.columns_menu(), self.horizontalHeader().mapToGlobal(at))

    def _show_column(self, name: str, shown: bool) -> None:
        self._hidden = self._hidden - {name} if shown else self._hidden | {name}
        QSettings().setValue(_SHOWN, " ".join(c for c in COLUMNS if c not in self._hidden))
        self._hide_columns()

    def _hide_columns(self) -> None:
        for i, name in enumerate(COLUMNS):
            self.setColumnHidden(i, name in self._hidden)

    # ---- jobs

    def chosen_jobs(self) -> list[JobRow]:
        """Jobs of the selected rows, in the order of the table."""
        return [self._rows.rows[i] for i in sorted(x.row() for x in self.selectionModel().selectedRows())]

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if jobs := self.chosen_jobs():
            menu = QMenu(self)
            self._actions.fill(menu, jobs)
            _popup(menu, event.globalPos())

    def _open(self, index: QModelIndex) -> None:
        self.opened.emit(self._rows.rows[index.row()].job.id)

    def _keep_selection(self) -> None:
        self._kept = [j.job.id for j in self.chosen_jobs()]

    def _restore_selection(self) -> None:
        if self._kept:
            self.select(self._kept)

    def select(self, jobs: Sequence[str]) -> None:
        """Select jobs by their ids."""
        flags, kept = QItemSelectionModel.SelectionFlag, set(jobs)
        for i, row in enumerate(self._rows.rows):
            if row.job.id in kept:
                self.selectionModel().select(self._rows.index(i, 0), flags.Select | flags.Rows)
        self.selection_changed.emit()


def _popup(menu: QMenu, at: QPoint) -> None:
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.popup(at)
