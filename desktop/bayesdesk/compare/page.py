"""Compares jobs: their values, their best parameters, and the settings that differ."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QScrollArea,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from bayescore.i18n import _
from bayescore.store import Database, Job, Trial, jobs, trials
from bayesdesk.compare.curves import CurvesChart, Drawn
from bayesdesk.compare.job_list import ComparedJobs
from bayesdesk.models.comparison import Row, best_rows, difference_rows
from bayesdesk.models.snapshot import JobRow
from bayesdesk.services.background import Background
from bayesdesk.ui import theme
from bayesdesk.ui.plain import as_text
from bayesdesk.ui.widgets import Card, column, label, row

_ROW_HEIGHT = 30
_LEAST_COLUMN = 120  # px
_SCROLL_BAR = 10  # px, as in the style sheet
Found = list[tuple[Job, list[Trial]]]


class ComparePage(QWidget):
    """Compares the ticked jobs; the page reads them again each time it is shown."""

    def __init__(self, database: Database, background: Background) -> None:
        super().__init__()
        self.setObjectName("page")
        self._database, self._background = database, background
        self.jobs = ComparedJobs()
        self.list = self.jobs.list
        self.jobs.changed.connect(self._read)
        self.curves = CurvesChart()
        self.best = _table(_("Best parameters"))
        self.settings = _table(_("Differences"))
        self._empty = label(
            _("Add two or more jobs on the left, or select them in the list of jobs."), "secondary"
        )
        self._arrange()

    def _arrange(self) -> None:
        top = QWidget()
        top.setObjectName("bar")
        top.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        head = row(label(_("Compare jobs"), "title"), self._empty, None, spacing=14)
        head.setContentsMargins(theme.PAGE_MARGIN, 14, theme.PAGE_MARGIN, 14)
        top.setLayout(head)
        best_card, settings = (
            Card(_("Best parameters"), _("bold where they differ")),
            Card(_("Differences"), _("settings that differ")),
        )
        best_card.body.addWidget(self.best)
        settings.body.addWidget(self.settings)
        for card in (best_card, settings):
            card.body.setContentsMargins(1, 0, 1, 4)
        inner = QWidget()
        inner.setLayout(column(self.curves, best_card, settings, None, spacing=theme.CARD_GAP))
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(inner)
        content = row(self.jobs, scroll, spacing=theme.CARD_GAP)
        content.setContentsMargins(theme.PAGE_MARGIN, theme.CARD_GAP, theme.PAGE_MARGIN, theme.CARD_GAP)
        content.setStretchFactor(scroll, 1)
        layout = column(top, spacing=0)
        layout.addLayout(content, 1)
        self.setLayout(layout)

    def show_rows(self, found: Sequence[JobRow], chosen: Sequence[str] = ()) -> None:
        """Compare the chosen jobs: one is added to those before, several replace them."""
        self.jobs.set_rows(found)
        if len(set(chosen)) > 1:
            self.jobs.replace_jobs(chosen)
        else:
            self.jobs.add_jobs(chosen)
        self._read()

    def _read(self) -> None:
        chosen = tuple(self.jobs.shown)

        def work() -> Found:
            with self._database.read() as connection:
                present = jobs.identifiers(connection)
                return [
                    (jobs.get(connection, i), trials.of_job(connection, i)) for i in chosen if i in present
                ]

        def show(found: Found) -> None:
            if chosen == tuple(self.jobs.shown):  # otherwise another reading is under way
                self._show(found)

        self._background.run(work, show)

    def _show(self, found: Found) -> None:
        marks = self.jobs.shown
        self._empty.setVisible(len(found) < 2)
        self.curves.show_jobs([Drawn(job, its, marks[job.id]) for job, its in found])
        for table, rows in ((self.best, best_rows(found)), (self.settings, difference_rows(found))):
            headings = [_heading(job.submission.name, job.id, marks[job.id].icon()) for job, _trials in found]
            _fill(table, headings, rows)


def _heading(name: str, identifier: str, icon: object) -> QTableWidgetItem:
    made = QTableWidgetItem(name)
    made.setToolTip(as_text(f"{name}\n{identifier}"))
    made.setData(Qt.ItemDataRole.DecorationRole, icon)
    return made


def _table(name: str) -> QTableWidget:
    made = QTableWidget()
    made.setAccessibleName(name)
    made.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    made.setShowGrid(False)
    made.setTabKeyNavigation(False)
    made.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    header = made.horizontalHeader()
    header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    header.setMinimumSectionSize(theme.px(_LEAST_COLUMN))
    header.setTextElideMode(Qt.TextElideMode.ElideRight)
    made.verticalHeader().hide()
    made.verticalHeader().setDefaultSectionSize(theme.px(_ROW_HEIGHT))
    return made


def _fill(table: QTableWidget, headings: Sequence[QTableWidgetItem], rows: Sequence[Row]) -> None:
    table.setColumnCount(len(headings) + 1)
    corner = QTableWidgetItem("")
    corner.setData(Qt.ItemDataRole.AccessibleTextRole, table.accessibleName())
    table.setHorizontalHeaderItem(0, corner)
    for c, heading in enumerate(headings, 1):
        table.setHorizontalHeaderItem(c, heading)
    table.setRowCount(len(rows))
    for r, shown in enumerate(rows):
        for c, words in enumerate([shown.name, *shown.values]):
            item = QTableWidgetItem(words)
            item.setToolTip(as_text(words))
            if c and shown.differs:
                font = QFont(table.font())
                font.setWeight(QFont.Weight.DemiBold)
                item.setFont(font)
            table.setItem(r, c, item)
    modes = QHeaderView.ResizeMode
    for c in range(len(headings) + 1):
        table.horizontalHeader().setSectionResizeMode(c, modes.Stretch if c else modes.ResizeToContents)
    table.setFixedHeight(
        table.horizontalHeader().sizeHint().height() + theme.px(_ROW_HEIGHT) * len(rows) + _SCROLL_BAR + 4
    )
