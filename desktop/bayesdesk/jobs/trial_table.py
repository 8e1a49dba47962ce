"""The trials of a job as a table."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPoint, QSettings, Qt
from PySide6.QtGui import QAction, QContextMenuEvent, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QTableView

from bayescore.i18n import _
from bayescore.store import Trial
from bayesdesk.jobs.trial_actions import TrialActions
from bayesdesk.jobs.trial_table_model import TRIAL_ROLE, TrialTableModel
from bayesdesk.models.job import JobModel
from bayesdesk.models.snapshot import Change
from bayesdesk.models.table import column_title
from bayesdesk.ui import theme
from bayesdesk.ui.redraw import Redraw
from bayesdesk.ui.sort_header import SortHeader

_ROWS_MEASURED = 20  # for the widths of the columns: thousands would block the window
_ROW_HEIGHT = 31
_PAUSE_MS = 500
_SHOWN = Change.TRIALS | Change.FORECASTS | Change.POINTS | Change.TIME | Change.FILTER | Change.SELECTION


class TrialTable(QTableView):
    """Sortable; a row selected here is selected in every view; Ctrl+C copies rows as tab-separated text.

    The context menu of the header chooses the columns; the one of the rows, and a double click, start the
    actions on trials.
    """

    def __init__(self, model: JobModel, actions: TrialActions) -> None:
        super().__init__()
        self._model, self._actions = model, actions
        self._is_selecting = False
        self._rows = TrialTableModel(model)
        self._kept: tuple[list[int], int] = ([], 0)
        self.setModel(self._rows)
        self._set_up()
        self._set_up_header()
        self._hidden = {str(n) for n in _listed(QSettings().value("table/hidden", []))}
        self.resizeColumnsToContents()
        self._hide_columns()
        self.selectionModel().currentRowChanged.connect(self._current_changed)
        self._rows.modelAboutToBeReset.connect(self._before_reset)
        self._rows.modelReset.connect(self._after_reset)
        self.doubleClicked.connect(self._open)
        Redraw(self, model, self._redraw, _SHOWN, pause_ms=_PAUSE_MS).now()

    def _set_up(self) -> None:
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setShowGrid(False)
        self.setAccessibleName(_("Trials"))
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(theme.px(_ROW_HEIGHT))
        self.setTabKeyNavigation(False)  # Tab leaves the table; the arrow keys move in it
        open_trial = QAction(self)
        open_trial.setShortcuts([QKeySequence(Qt.Key.Key_Return), QKeySequence(Qt.Key.Key_Enter)])
        open_trial.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        open_trial.triggered.connect(lambda: self._open(self.currentIndex()))
        self.addAction(open_trial)
        copy = QAction(_("Copy"), self)
        copy.setShortcut(QKeySequence.StandardKey.Copy)
        copy.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        copy.triggered.connect(self.copy_rows)
        self.addAction(copy)

    def _set_up_header(self) -> None:
        header = SortHeader(self)
        self.setHorizontalHeader(header)
        header.setSortIndicator(0, Qt.SortOrder.AscendingOrder)
        self.setSortingEnabled(True)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setSectionsMovable(True)
        header.setResizeContentsPrecision(_ROWS_MEASURED)
        header.setHighlightSections(False)
        header.setStretchLastSection(True)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(self._show_columns_menu)

    def _redraw(self, change: Change) -> None:
        if change & ~Change.SELECTION:
            self._rows.refresh()
        has_several = len(self.selectionModel().selectedRows()) > 1
        if change & Change.SELECTION or not has_several:
            self._show_selected()

    def copy_rows(self) -> None:
        """Copy the selected rows to the clipboard, with their header."""
        columns = [c for c in range(self._rows.columnCount()) if not self.isColumnHidden(c)]
        horizontal = Qt.Orientation.Horizontal
        lines = ["\t".join(str(self._rows.headerData(c, horizontal)) for c in columns)]
        for index in self.selectionModel().selectedRows():
            lines.append("\t".join(str(self._rows.index(index.row(), c).data() or "") for c in columns))
        QGuiApplication.clipboard().setText("\n".join(lines))

    # ---- columns

    def _show_columns_menu(self, at: QPoint) -> None:
        _popup(self.columns_menu(), self.horizontalHeader().mapToGlobal(at))

    def columns_menu(self) -> QMenu:
        """Every column with a tick; the choice is remembered."""
        menu = QMenu(self)
        for name in self._rows.names:
            action = menu.addAction(column_title(name))
            action.setCheckable(True)
            action.setChecked(name not in self._hidden)
            action.toggled.connect(partial(self.show_column, name))
        return menu

    def show_column(self, name: str, shown: bool) -> None:
        """Show a column, or hide it."""
        self._hidden = self._hidden - {name} if shown else self._hidden | {name}
        QSettings().setValue("table/hidden", sorted(self._hidden))
        self._hide_columns()

    def _hide_columns(self) -> None:
        for i, name in enumerate(self._rows.names):
            self.setColumnHidden(i, name in self._hidden)

    # ---- actions

    def chosen_trials(self) -> list[Trial]:
        """Trials of the selected rows, in the order of the table."""
        return [self._rows.trials[index.row()] for index in self.selectionModel().selectedRows()]

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        _popup(self.rows_menu(), event.globalPos())

    def rows_menu(self) -> QMenu:
        """The actions on the selected trials."""
        menu, chosen = QMenu(self), self.chosen_trials()
        self._actions.fill(menu, chosen)
        if chosen:
            menu.addSeparator()
            menu.addAction(_("Copy")).triggered.connect(self.copy_rows)
        return menu

    def _open(self, index: QModelIndex) -> None:
        if index.isValid():
            self._actions.open(self._rows.trials[index.row()])

    # ---- selection

    def _before_reset(self) -> None:
        numbers = [index.data(TRIAL_ROLE) for index in self.selectionModel().selectedRows()]
        self._kept = (numbers, self.verticalScrollBar().value())

    def _after_reset(self) -> None:
        """Restore the selection of several rows and the scroll position."""
        numbers, scrolled = self._kept
        self.resizeColumnsToContents()
        self._hide_columns()
        if len(numbers) > 1:
            flags = QItemSelectionModel.SelectionFlag
            self._is_selecting = True
            for number in numbers:
                if (row := self._rows.row_of_trial(number)) is not None:
                    self.selectionModel().select(self._rows.index(row, 0), flags.Select | flags.Rows)
            self._is_selecting = False
            self.verticalScrollBar().setValue(scrolled)

    def _current_changed(self, current: QModelIndex, _previous: QModelIndex) -> None:
        if current.isValid() and not self._is_selecting:
            self._model.select(current.data(TRIAL_ROLE))

    def _show_selected(self) -> None:
        trial = self._model.selected
        row = self._rows.row_of_trial(trial.number) if trial else None
        if row is not None and row != self.currentIndex().row():
            flags = QItemSelectionModel.SelectionFlag
            self._is_selecting = True
            self.selectionModel().setCurrentIndex(self._rows.index(row, 0), flags.ClearAndSelect | flags.Rows)
            self._is_selecting = False


def _popup(menu: QMenu, at: QPoint) -> None:
    """Show a menu that is deleted when it is closed."""
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.popup(at)


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [value] if value else []
