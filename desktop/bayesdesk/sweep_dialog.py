"""Several projects at once: each is checked, then all are put into the queue, one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from bayescore.app.findings import Finding
from bayescore.app.options import Options
from bayescore.app.preflight import Preflight, preflight
from bayescore.config import Severity
from bayescore.config.gear import read_gear
from bayescore.config.load import project_file
from bayescore.errors import BayesdeskError
from bayescore.i18n import _, n_, text
from bayescore.store import Database
from bayesdesk.services.background import Background
from bayesdesk.services.commands import Commands
from bayesdesk.ui import theme
from bayesdesk.ui.consent import ConsentCard
from bayesdesk.ui.dialog import Dialog
from bayesdesk.ui.findings import show_findings, summarise
from bayesdesk.ui.fitting import fit_to_screen
from bayesdesk.ui.help_mark import help_mark
from bayesdesk.ui.widgets import Card, badge, busy_bar, button, column, label, row

_TOPIC_WIDTH = 110


class SweepDialog(Dialog):
    """Checks the projects one by one when it opens; all of them start, or none."""

    started = Signal(str)  # id of the first job

    def __init__(
        self, parent: QWidget | None, background: Background, database: Database, projects: Sequence[Path]
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Queue several projects"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        fit_to_screen(self, theme.px(680), theme.px(560))
        self._background, self._database = background, database
        self._cards = [_ProjectCard(path) for path in projects]
        self._busy = busy_bar(_("Checking"))
        self._error = label("", "problem", wrap=True, selectable=True)
        self._error.setProperty("severity", "error")
        self._error.setVisible(False)
        self._is_storing = False
        words = n_("Queue {count} job", "Queue {count} jobs", len(projects))
        self.start = button(words, self._start, kind="primary", meaning="start")
        self._cancel = button(_("Cancel"), self.reject)
        inner = QWidget()
        inner.setLayout(column(*self._cards, None, spacing=theme.px(12)))
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(inner)
        layout = column(
            row(label(self.windowTitle(), "title"), None, help_mark("steering")),
            label(_("They run one after the other, in this order."), "secondary"),
            self._busy,
            scroll,
            self._error,
            row(None, self._cancel, self.start),
            spacing=theme.px(12),
        )
        layout.setStretchFactor(scroll, 1)
        layout.setContentsMargins(theme.PAGE_MARGIN, 16, theme.PAGE_MARGIN, 16)
        self.setLayout(layout)
        self.start.setEnabled(False)
        self._check(0)

    def _check(self, index: int) -> None:
        """Check the project of this index, then those behind it."""
        if index == len(self._cards):
            self._checked()
            return
        card, folder = self._cards[index], self._database.folder.root

        def check() -> Preflight:
            name = read_gear(project_file(card.path).parent).name or None
            return preflight(card.path, Options(name=name), folder)

        def show(found: Preflight) -> None:
            card.show_found(found)
            self._check(index + 1)

        def failed(error: Exception) -> None:
            card.show_error(error)
            self._check(index + 1)

        self._background.run(check, show, failed)

    def _checked(self) -> None:
        self._busy.setVisible(False)
        found = [card.found for card in self._cards if card.found is not None]
        failing = sum(not each.may_start for each in found)
        self.start.setEnabled(not failing)
        if failing:
            self._refuse(
                n_("{count} project cannot start yet.", "{count} projects cannot start yet.", failing)
            )
        if any(each.unconfirmed for each in found):
            count = len(self._cards)
            self.start.setText(n_("Allow and queue {count} job", "Allow and queue {count} jobs", count))
            self._cancel.setFocus()  # the Enter key alone must not allow anything
        elif self.start.isEnabled():
            self.start.setFocus()

    def _start(self) -> None:
        found = [card.found for card in self._cards if card.found is not None]
        chosen = [(each.prepared, each.unconfirmed) for each in found if each.prepared is not None]
        self._is_storing = True
        self._error.setVisible(False)
        self._busy.setVisible(True)
        self.start.setEnabled(False)
        action = _("Queue several projects")
        store = partial(Commands(self._database).start_in_order, chosen)
        self._background.run_to_end(action, store, self._stored, self._failed)

    def _stored(self, jobs: list[str]) -> None:
        self._is_storing = False
        self.started.emit(jobs[0])
        self.accept()

    def _failed(self, error: Exception) -> None:
        self._is_storing = False
        self._busy.setVisible(False)
        self.start.setEnabled(True)
        self._refuse(str(error))

    def _refuse(self, words: str) -> None:
        self._error.setText(words)
        self._error.setVisible(True)

    def done(self, result: int) -> None:
        """Close; not while jobs are being stored."""
        if not self._is_storing:
            super().done(result)


class _ProjectCard(Card):
    """A project: what is wrong with it, and what it asks access to."""

    def __init__(self, path: Path) -> None:
        folder = path if path.suffix.lower() not in (".yaml", ".yml") else path.parent
        super().__init__(folder.name, str(path))
        self.path = path
        self.found: Preflight | None = None
        self._summary = badge(_("checking…"))
        self.controls.addWidget(self._summary)
        self._asks = ConsentCard()
        self._rows = QVBoxLayout()
        self._rows.setSpacing(0)
        self._rows.setContentsMargins(0, 0, 0, 6)
        asks = column(self._asks)
        asks.setContentsMargins(*map(theme.px, (13, 2, 13, 6)))
        self.body.addLayout(asks)
        self.body.addLayout(self._rows)

    def show_found(self, found: Preflight) -> None:
        """Show warnings and errors; what is in order needs no room."""
        self.found = found
        shown = [f for f in found.findings if f.severity in (Severity.WARNING, Severity.ERROR)]
        summarise(
            self._summary,
            found.findings,
            lambda n: n_("can start, {count} warning", "can start, {count} warnings", count=n),
        )
        show_findings(self._rows, shown, theme.px(_TOPIC_WIDTH))
        self._asks.show_asks(found.unconfirmed)

    def show_error(self, error: Exception) -> None:
        """Show why the project could not be checked."""
        if isinstance(error, BayesdeskError):
            finding = Finding.of_error("project", error)
        else:
            words = text("Unexpected error: {error}", error=f"{type(error).__name__}: {error}")
            finding = Finding("project", Severity.ERROR, words)
        self.show_found(Preflight(None, (finding,)))
