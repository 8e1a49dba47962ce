"""Jobs beside each other: how fast they got better, their best sets, and in what they differ."""

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
from bayescore.results import best, differences
from bayescore.store import Database, Job, Trial, TrialState, jobs, trials
from bayesdesk.compare.curves import CurvesChart
from bayesdesk.jobs.words import number, state_word
from bayesdesk.services.background import Background
from bayesdesk.services.snapshot import JobRow
from bayesdesk.ui import theme
from bayesdesk.ui.plain import as_text
from bayesdesk.ui.widgets import Card, column, label, row

_ID = Qt.ItemDataRole.UserRole
_LIST_WIDTH = 250
_ROW_HEIGHT = 30
Found = list[tuple[Job, list[Trial]]]


class ComparePage(QWidget):
    """Ticked jobs of the list are compared; the page reads them anew when it is shown."""

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
        self.best = _table(_("Best sets"))
        self.settings = _table(_("Differences"))
        self._empty = label(_("Tick two jobs or more on the left."), "secondary")
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
            Card(_("Best sets")),
            Card(_("Differences"), _("settings that are not the same")),
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
        """Offer these jobs, and compare the chosen ones."""
        self._chosen = list(dict.fromkeys([*self._chosen, *chosen]))
        self.list.blockSignals(True)
        self.list.clear()
        for each in found:
            value = number(each.best.value) if each.best else state_word(each.job.state)
            item = QListWidgetItem(f"{each.job.submission.name}   {value}")
            item.setToolTip(
                as_text(f"{each.job.id} · {each.job.submission.project} · {each.job.submission.message}")
            )
            item.setData(_ID, each.job.id)
            ticked = each.job.id in self._chosen
            item.setCheckState(Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked)
            self.list.addItem(item)
        self.list.blockSignals(False)
        self._read()

    def _ticked(self, item: QListWidgetItem) -> None:
        identifier = item.data(_ID)
        self._chosen = [i for i in self._chosen if i != identifier]
        if item.checkState() is Qt.CheckState.Checked:
            self._chosen.append(identifier)
        self._read()

    def _read(self) -> None:
        wanted = tuple(self._chosen)

        def work() -> Found:
            with self._database.read() as connection:
                every = {job.id: job for job in jobs.every(connection)}
                return [(every[i], trials.of_job(connection, i)) for i in wanted if i in every]

        self._background.run(work, self._show)

    def _show(self, found: Found) -> None:
        if [job.id for job, _trials in found] != [i for i in self._chosen if i in {j.id for j, _t in found}]:
            return
        self._empty.setVisible(len(found) < 2)
        self.curves.show_jobs(found)
        headings = [f"{job.submission.name}\n{job.id}" for job, _trials in found]
        _fill(self.best, headings, _best_rows(found))
        different = differences([job for job, _trials in found]) if len(found) > 1 else ()
        _fill(self.settings, headings, [(d.setting, list(d.values)) for d in different])


def _best_rows(found: Found) -> list[tuple[str, list[str]]]:
    """What came out of each job, line by line, then the parameters of the best trials."""
    winners = [best(its, job.config.hyper_tuning.goal) for job, its in found]
    done = [sum(t.state.ended for t in its) for _job, its in found]
    failed = [sum(t.state in (TrialState.FAILED, TrialState.LOST) for t in its) for _job, its in found]
    rows = [
        (_("State"), [state_word(job.state) for job, _its in found]),
        (_("Trials"), [f"{d}" + (f" ({f} ✕)" if f else "") for d, f in zip(done, failed, strict=True)]),
        (_("Best"), [f"{number(w.value)}  #{w.number}" if w else "–" for w in winners]),
    ]
    names = dict.fromkeys(n for w in winners if w for n in w.parameters)
    for name in names:
        values = [number(w.parameters[name]) if w and name in w.parameters else "–" for w in winners]
        rows.append((name, values))
    return rows


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
