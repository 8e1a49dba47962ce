"""Diagnostics: problems of this machine and how to fix them."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from bayescore.app.diagnostics import diagnose
from bayescore.app.findings import Finding, may_proceed
from bayescore.config import Severity
from bayescore.i18n import _, n_
from bayescore.store import Database
from bayesdesk.diagnostics.engine_card import EngineCard
from bayesdesk.diagnostics.gpus_card import GpusCard
from bayesdesk.diagnostics.images_card import ImagesCard
from bayesdesk.diagnostics.jobs_card import JobsCard
from bayesdesk.diagnostics.nodes_card import NodesCard
from bayesdesk.services.background import Background
from bayesdesk.services.machine_watch import MachineWatch
from bayesdesk.ui import theme
from bayesdesk.ui.findings import finding_line
from bayesdesk.ui.help_mark import help_mark
from bayesdesk.ui.widgets import Card, badge, button, clear, column, label, row, rule, set_tone


class DiagnosticsPage(QWidget):
    """The command line's ``doctor`` in the window."""

    def __init__(self, background: Background, database: Database, machine: MachineWatch) -> None:
        super().__init__()
        self.setObjectName("page")
        self._background = background
        self._findings: list[Finding] = []
        self._summary = badge()
        self._again = button(_("Check again"), self.check_again, kind="primary", meaning="again")
        copy = button(_("Copy report"), self._copy, meaning="copy")
        top = QWidget()
        top.setObjectName("bar")
        top.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        head = row(
            label(_("Diagnostics"), "title"),
            self._summary,
            None,
            help_mark("troubleshooting"),
            copy,
            self._again,
        )
        head.setContentsMargins(theme.PAGE_MARGIN, 11, theme.PAGE_MARGIN, 11)
        top.setLayout(head)
        card = Card(_("Checks"), "")
        self._rows = QVBoxLayout()
        self._rows.setSpacing(0)
        card.body.addLayout(self._rows)
        self._machine = machine
        self.gpus, self.images = GpusCard(machine, database, background), ImagesCard(machine)
        self.nodes = NodesCard(machine)
        self.engine = EngineCard(machine, background, database.folder)
        self.jobs = JobsCard(background, database)
        inner = QWidget()
        inside = row(spacing=theme.CARD_GAP)
        inside.addLayout(column(card, None), 3)
        right = column(
            self.engine, self.nodes, self.gpus, self.images, self.jobs, None, spacing=theme.CARD_GAP
        )
        inside.addLayout(right, 2)
        inside.setContentsMargins(theme.PAGE_MARGIN, 14, theme.PAGE_MARGIN, theme.PAGE_MARGIN)
        inner.setLayout(inside)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(inner)
        self.setLayout(column(top, scroll, spacing=0))

    @property
    def is_done(self) -> bool:
        """Whether the checks have finished."""
        return bool(self._findings) and self._again.isEnabled()

    def check_again(self) -> None:
        """Run the checks, off the GUI thread."""
        self._again.setEnabled(False)
        self._summary.setText(_("checking…"))
        set_tone(self._summary, "")
        self._background.run(diagnose, self._show, self._failed)
        self._machine.ask_containers()
        self.jobs.measure()

    def _show(self, findings: list[Finding]) -> None:
        self._findings = findings
        self._again.setEnabled(True)
        clear(self._rows)
        for finding in findings:
            self._rows.addWidget(rule())
            self._rows.addWidget(finding_line(finding, 130))
        wrong = sum(f.severity is not Severity.OK for f in findings)
        words = n_("{count} problem", "{count} problems", count=wrong) if wrong else _("no problems")
        self._summary.setText(words)
        set_tone(self._summary, "bad" if not may_proceed(findings) else "warning" if wrong else "good")

    def _failed(self, error: Exception) -> None:
        self._again.setEnabled(True)
        self._summary.setText(str(error))
        set_tone(self._summary, "bad")

    def _copy(self) -> None:
        lines = [f"{f.grade}: {f.message}" + (f" → {f.fix}" if f.fix else "") for f in self._findings]
        QGuiApplication.clipboard().setText("\n".join(lines))
