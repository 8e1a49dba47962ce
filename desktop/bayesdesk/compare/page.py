"""Compares jobs: their best values so far, their best parameters, and the settings that differ."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QListWidget,
    QListWidgetItem,
    QScrollArea,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from bayescore.i18n import _
from bayescore.store import Database, Job, Trial, jobs, trials
from bayesdesk.compare.curves import CurvesChart
from bayesdesk.models.comparison import best_rows, difference_rows
from bayesdesk.models.formatting import number, state_word
from bayesdesk.models.snapshot import JobRow
from bayesdesk.services.background import Background
from bayesdesk.ui import theme
from bayesdesk.ui.plain import as_text
from bayesdesk.ui.widgets import Card, column, label, row

_ID = Qt.ItemDataRole.UserRole
_LIST_WIDTH = 250
_ROW_HEIGHT = 30
Found = list[tuple[Job, list[Trial]]]


class ComparePage(QWidget):
    """Compares the ticked jobs; the page reads them again each time it is shown."""

    def __init__(self, database: Database, background: Background) -> None:
        super().__init__()
        self.setObjectName("page")
        self._database, self._background = database, background
        self._chosen: list[str] = []
        self.list = QListWidget()
        self.list.setAccessibleName(_("Jobs"))
        self.list.setFixedWidth(_LIST_WIDTH)
        self.list.itemChanged.connect(self._ticked)
        self.curves = CurvesChart()
        self.best = _table(_("Best parameters"))
        self.settings = _table(_("Differences"))
        self._empty = label(_("Select two or more jobs on the left."), "secondary")
        self._arrange()

    def _arrange(self) -> None:
        top = QWidget()
        top.setObjectName("bar")
        top.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        head = row(label(_("Compare jobs"), "title"), self._empty, None, spacing=14)
        head.setContentsMargins(theme.PAGE_MARGIN, 14, theme.PAGE_MARGIN, 14)
        top.setLayout(head)
        chooser = Card(_("Jobs"))
        chooser.body.addWidget(self.list)
        chooser.body.setContentsMargins(1, 0, 1, 6)
        best_card, settings = (
            Card(_("Best parameters")),
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
        content = row(chooser, scroll, spacing=theme.CARD_GAP)
        content.setContentsMargins(theme.PAGE_MARGIN, theme.CARD_GAP, theme.PAGE_MARGIN, theme.CARD_GAP)
        content.setStretchFactor(scroll, 1)
        layout = column(top, spacing=0)
        layout.addLayout(content, 1)
        self.setLayout(layout)

    def show_rows(self, found: Sequence[JobRow], chosen: Sequence[str] = ()) -> None:
        """List these jobs, and compare the chosen ones too."""
        self._chosen = list(dict.fromkeys([*self._chosen, *chosen]))
        self.list.blockSignals(True)
        self.list.clear()
        for item in found:
            job, submission = item.job, item.job.submission
            value = number(item.best.value) if item.best else state_word(job.state)
            entry = QListWidgetItem(f"{submission.name}   {value}")
            entry.setToolTip(as_text(f"{job.id} · {submission.project} · {submission.message}"))
            entry.setData(_ID, job.id)
            is_ticked = job.id in self._chosen
            entry.setCheckState(Qt.CheckState.Checked if is_ticked else Qt.CheckState.Unchecked)
            self.list.addItem(entry)
        self.list.blockSignals(False)
        self._read()

    def _ticked(self, item: QListWidgetItem) -> None:
        identifier = item.data(_ID)
        self._chosen = [i for i in self._chosen if i != identifier]
        if item.checkState() is Qt.CheckState.Checked:
            self._chosen.append(identifier)
        self._read()

    def _read(self) -> None:
        chosen = tuple(self._chosen)

        def work() -> Found:
            with self._database.read() as connection:
                every = {job.id: job for job in jobs.every(connection)}
                return [(every[i], trials.of_job(connection, i)) for i in chosen if i in every]

        self._background.run(work, self._show)

    def _show(self, found: Found) -> None:
        if [job.id for job, _trials in found] != [i for i in self._chosen if i in {j.id for j, _t in found}]:
            return
        self._empty.setVisible(len(found) < 2)
        self.curves.show_jobs(found)
        headings = [f"{job.submission.name}\n{job.id}" for job, _trials in found]
        _fill(self.best, headings, best_rows(found))
        _fill(self.settings, headings, difference_rows(found))


def _table(name: str) -> QTableWidget:
    made = QTableWidget()
    made.setAccessibleName(name)
    made.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    made.setShowGrid(False)
    made.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    made.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    made.verticalHeader().hide()
    made.verticalHeader().setDefaultSectionSize(_ROW_HEIGHT)
    return made


def _fill(table: QTableWidget, headings: Sequence[str], rows: Sequence[tuple[str, list[str]]]) -> None:
    table.setColumnCount(len(headings) + 1)
    table.setHorizontalHeaderLabels(["", *headings])
    table.setRowCount(len(rows))
    for r, (name, values) in enumerate(rows):
        for c, words in enumerate([name, *values]):
            item = QTableWidgetItem(words)
            item.setToolTip(as_text(words))
            table.setItem(r, c, item)
    modes = QHeaderView.ResizeMode
    for c in range(len(headings) + 1):
        table.horizontalHeader().setSectionResizeMode(c, modes.Stretch if c else modes.ResizeToContents)
    table.setFixedHeight(table.horizontalHeader().sizeHint().height() + _ROW_HEIGHT * len(rows) + 6)
