"""The dialog of the first start: language, checks of this machine, and an example."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSettings, Qt, Signal
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from bayescore.i18n import _, language
from bayesdesk.services.background import Background
from bayesdesk.ui import theme
from bayesdesk.ui.dialog import Dialog
from bayesdesk.ui.fitting import fit_to_screen
from bayesdesk.ui.speech import group
from bayesdesk.ui.widgets import Card, Segmented, busy_bar, button, column, label, row

if TYPE_CHECKING:  # loaded when the welcome is shown, which is once
    from bayescore.app.findings import Finding

_SEEN = "welcome/seen"


def is_first_start() -> bool:
    """Whether the welcome has never been closed."""
    return QSettings().value(_SEEN) is None


class Welcome(Dialog):
    """Shown once."""

    language_requested = Signal()
    example_requested = Signal()
    manual_requested = Signal()

    def __init__(self, parent: QWidget, background: Background) -> None:
        from bayescore.app.diagnostics import diagnose

        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        fit_to_screen(self, 720, 600)
        self._background = background
        self._findings: list[Finding] = []
        self._build()
        background.run(diagnose, self._show, self._failed)

    @property
    def is_done(self) -> bool:
        """Whether the checks have finished."""
        return bool(self._findings)

    def _build(self) -> None:
        self.setWindowTitle(_("Welcome to Bayesdesk"))
        self._rows = QVBoxLayout()
        self._rows.setSpacing(0)
        self._busy = busy_bar(_("Checking"))
        languages = Segmented([("zh", "中文"), ("en", "English")])
        languages.choose(language())
        group(languages, _("Language"))
        languages.chosen.connect(self._switch_language)
        inner = QWidget()
        inner.setLayout(self._rows)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(inner)
        card = Card(_("This machine"), _("the example runs in any case"))
        card.body.addWidget(self._busy)
        card.body.addWidget(scroll)
        card.body.setContentsMargins(1, 1, 1, 1)
        about = _(
            "Bayesdesk runs the hyper_tuning section of an openbayes.yaml on this machine. It suggests "
            "parameters, runs your program with them, and shows the results."
        )
        foot = row(
            button(_("Read the tutorial"), self._read, kind="link"),
            None,
            button(_("Close"), self.accept),
            button(_("Run the example"), self._run, kind="primary", meaning="start"),
        )
        layout = column(
            row(label(_("Welcome to Bayesdesk"), "title"), None, languages),
            label(about, "secondary", wrap=True),
            card,
            label(_("The example needs no GPU and no Docker and takes about a minute."), "secondary"),
            foot,
            spacing=12,
        )
        layout.setStretchFactor(card, 1)
        layout.setContentsMargins(theme.PAGE_MARGIN, 18, theme.PAGE_MARGIN, 16)
        old = self.layout()
        if old is not None:
            QWidget().setLayout(old)  # a widget's layout can only be replaced by giving it to another widget
        self.setLayout(layout)

    def _switch_language(self, language_code: str) -> None:
        if language_code == language():
            return
        self.language_requested.emit()
        self._build()
        if self._findings:
            self._show(self._findings)

    def _show(self, findings: list[Finding]) -> None:
        from bayesdesk.ui.findings import show_findings

        self._findings = findings
        self._busy.setVisible(False)
        show_findings(self._rows, findings, 150)

    def _failed(self, error: Exception) -> None:
        self._busy.setVisible(False)
        self._rows.addWidget(label(str(error), "problem", wrap=True))

    def _run(self) -> None:
        self.accept()
        self.example_requested.emit()

    def _read(self) -> None:
        self.accept()
        self.manual_requested.emit()

    def done(self, result: int) -> None:
        """Close, and do not show the welcome again."""
        QSettings().setValue(_SEEN, "yes")
        super().done(result)
