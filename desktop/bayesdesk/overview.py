"""The overview on the start page: running jobs, this machine, and what has ended since last time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

from PySide6.QtCore import QSettings, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from bayescore.i18n import _, n_
from bayescore.store import Database
from bayescore.times import now
from bayesdesk.models import overview as model
from bayesdesk.models.formatting import TONES, number, state_word
from bayesdesk.models.job_list import status_line
from bayesdesk.models.snapshot import JobRow
from bayesdesk.services.background import Background
from bayesdesk.services.machine_watch import MachineWatch
from bayesdesk.services.overview_facts import read_facts
from bayesdesk.ui import theme
from bayesdesk.ui.sparkline import Sparkline
from bayesdesk.ui.widgets import Card, ElidedLabel, badge, button, clear, column, label, row

_LAST_TIME = "overview/last_time"  # setting: when the window was closed


class Overview(QWidget):
    """Follows the store while it is shown; hidden while there are no jobs."""

    job_chosen = Signal(str)
    diagnostics_requested = Signal()

    def __init__(self, database: Database, background: Background, machine: MachineWatch) -> None:
        super().__init__()
        self._database, self._background, self._machine = database, background, machine
        self._since = str(QSettings().value(_LAST_TIME, ""))
        self._rows: tuple[JobRow, ...] = ()
        self._facts = model.Facts()
        self._is_reading = False
        self._lines: dict[str, _RunningLine] = {}
        self.running = Card(_("Running"))
        self._running = _body(self.running)
        self.ended = Card(_("Ended since last time") if self._since else _("Ended recently"))
        self._ended = _body(self.ended)
        self._shown_ended: list[str] = []
        self.machine = Card(_("This machine"))
        self._gpus, self._disk, self._engine = label(), label(), label()
        self._fill_machine()
        lower = row(self.ended, self.machine, spacing=theme.CARD_GAP)
        lower.setStretch(0, 3)
        lower.setStretch(1, 2)
        layout = column(self.running, spacing=theme.CARD_GAP)
        layout.addLayout(lower)
        self.setLayout(layout)
        self.setVisible(False)
        machine.machine_changed.connect(self._show_machine)
        self._show_machine()

    def _fill_machine(self) -> None:
        body = _body(self.machine)
        for words, value in (("GPU", self._gpus), (_("Disk"), self._disk), (_("Engine"), self._engine)):
            body.addLayout(row(label(words, "secondary"), None, value))
        body.addStretch(1)
        self.machine.controls.addWidget(
            button(_("Diagnostics"), self.diagnostics_requested.emit, kind="link")
        )

    def show_rows(self, rows: tuple[JobRow, ...]) -> None:
        """Show the newest state of the jobs."""
        self._rows = rows
        self.setVisible(bool(rows))
        self._show_running()
        self._show_ended()
        self._read()

    def showEvent(self, event: QShowEvent) -> None:
        """Read again what may have changed while another page was shown."""
        super().showEvent(event)
        self._read()

    # ---- what has to be read

    def _read(self) -> None:
        if self._is_reading or not self.isVisible():
            return
        self._is_reading = True
        jobs = [r.job for r in model.running(self._rows)[: model.MOST_RUNNING]]
        self._background.run(partial(read_facts, self._database, jobs), self._take, self._failed)

    def _take(self, facts: model.Facts) -> None:
        self._is_reading = False
        self._facts = facts
        self._disk.setText(model.free_space(facts))
        for identifier, line in self._lines.items():
            line.curve.show_values(facts.curves.get(identifier, ()))

    def _failed(self, _error: Exception) -> None:
        """Keep what was read last: the watcher of the store reports the error."""
        self._is_reading = False

    # ---- cards

    def _show_running(self) -> None:
        every = model.running(self._rows)
        shown = every[: model.MOST_RUNNING]
        self.running.setVisible(bool(shown))
        hidden = len(every) - len(shown)
        self.running.caption.setText(n_("and {count} more", "and {count} more", hidden) if hidden else "")
        if [r.job.id for r in shown] != list(self._lines):
            clear(self._running)
            self._lines = {r.job.id: _RunningLine(partial(self.job_chosen.emit, r.job.id)) for r in shown}
            for line in self._lines.values():
                self._running.addWidget(line)
        for item in shown:
            self._lines[item.job.id].show_row(item)
            self._lines[item.job.id].curve.show_values(self._facts.curves.get(item.job.id, ()))

    def _show_ended(self) -> None:
        shown = model.ended_since(self._rows, self._since)[: model.MOST_ENDED]
        if [r.job.id for r in shown] == self._shown_ended and self._ended.count():
            return
        self._shown_ended = [r.job.id for r in shown]
        clear(self._ended)
        for item in shown:
            self._ended.addWidget(self._ended_line(item))
        if not shown:
            self._ended.addWidget(label(_("No job has ended since then."), "secondary"))
        self._ended.addStretch(1)

    def _ended_line(self, item: JobRow) -> QWidget:
        line = QWidget()
        name = button(item.job.name, partial(self.job_chosen.emit, item.job.id), kind="link")
        state = badge(state_word(item.job.state), TONES.get(item.job.state.value, ""))
        said = ElidedLabel(model.outcome(item))
        at = label(model.clock(item.job.ended_at or now(), datetime.now().astimezone()), "caption")
        layout = row(name, state, said, at, spacing=10)
        layout.setStretch(2, 1)
        line.setLayout(layout)
        return line

    def _show_machine(self) -> None:
        machine = self._machine.machine
        if machine is not None:
            self._gpus.setText(model.gpus_in_use(machine))
            self._engine.setText(_("running") if machine.engine.running else _("stopped"))


class _RunningLine(QWidget):
    """One running job: its name, its curve, its best value and its progress."""

    def __init__(self, chosen: Callable[[], object]) -> None:
        super().__init__()
        self._name = button("", chosen, kind="link")
        self._progress = label("", "caption")
        self._best = label("", "mono")
        self.curve = Sparkline()
        layout = row(spacing=14)
        layout.addLayout(column(row(self._name, None), self._progress, spacing=0), 1)
        layout.addWidget(self.curve)
        layout.addWidget(self._best)
        self.setLayout(layout)

    def show_row(self, item: JobRow) -> None:
        """Show the newest state of the job."""
        self._name.setText(item.job.name)
        self._progress.setText(status_line(item))
        self._best.setText(number(item.best) if item.best is not None else "–")


def remember_visit() -> None:
    """Remember that the window was open until now."""
    QSettings().setValue(_LAST_TIME, now())


def _body(card: Card) -> QVBoxLayout:
    body = column(spacing=8)
    body.setContentsMargins(13, 4, 13, 13)
    card.body.addLayout(body)
    return body
