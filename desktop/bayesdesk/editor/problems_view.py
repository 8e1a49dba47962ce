"""The list of problems below the text."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from bayescore.config import Problem, Severity
from bayescore.i18n import _, n_
from bayesdesk.editor.text_model import TextModel
from bayesdesk.ui import theme
from bayesdesk.ui.icons import icon
from bayesdesk.ui.plain import as_text
from bayesdesk.ui.widgets import button, clear, column, label, row

_TONES = {Severity.ERROR: "bad", Severity.WARNING: "warning", Severity.HINT: "secondary"}


class ProblemsView(QWidget):
    """Errors first, then warnings and hints, each with its place and its quick fix."""

    chosen = Signal(object, object)  # TextModel, Problem

    def __init__(self, *models: TextModel) -> None:
        super().__init__()
        self.setObjectName("bar")
        self._models = models
        self._shown: list[tuple[TextModel, Problem]] = []
        self._counts = row(spacing=12)
        self._rows = QVBoxLayout()
        self._rows.setContentsMargins(12, 0, 8, 8)
        self._rows.setSpacing(1)
        self._rows.addStretch(1)
        inner = QWidget()
        inner.setLayout(self._rows)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(inner)
        head = row(label(_("Problems"), "heading"), spacing=14)
        head.addLayout(self._counts)
        head.addStretch(1)
        head.setContentsMargins(12, 8, 12, 4)
        self.setLayout(column(head, scroll, spacing=0))
        for model in models:
            model.analysed.connect(self.show_problems)
        self.show_problems(force=True)

    def show_problems(self, *, force: bool = False) -> None:
        """Show the problems of the analysed texts; an unchanged list is not rebuilt."""
        order = list(Severity)
        found = [(model, problem) for model in self._models for problem in model.problems]
        found.sort(key=lambda f: (order.index(f[1].severity), self._models.index(f[0]), f[1].line))
        if found == self._shown and not force:
            return
        self._shown = found
        clear(self._counts)
        clear(self._rows)
        self._count([problem for _model, problem in found])
        for model, problem in found:
            self._rows.addWidget(self._row(model, problem))
        if not found:
            self._rows.addWidget(label(_("No problems."), "secondary"))
        self._rows.addStretch(1)

    def _count(self, found: list[Problem]) -> None:
        for severity in Severity:
            n = sum(p.severity is severity for p in found)
            if n:
                shown = label(_count_words(severity, n), "problem")
                shown.setProperty("severity", severity.value)
                self._counts.addWidget(shown)

    def _row(self, model: TextModel, problem: Problem) -> QWidget:
        made = QWidget()
        mark = QLabel()
        tone = getattr(theme.palette(), _TONES[problem.severity])
        mark.setPixmap(icon(problem.severity.value, tone).pixmap(16, 16))
        mark.setAccessibleName(problem.severity.value)
        message = label(str(problem.message), wrap=True)
        place = button(
            f"{problem.line}:{problem.column}", partial(self.chosen.emit, model, problem), kind="link"
        )
        place.setToolTip(as_text(model.file.name))
        layout: QHBoxLayout = row(mark, message, spacing=8)
        layout.setStretch(1, 1)
        if problem.fix is not None:
            layout.addWidget(button(str(problem.fix.title), partial(model.fix, problem), kind="link"))
        layout.addWidget(place)
        layout.setAlignment(mark, Qt.AlignmentFlag.AlignTop)
        made.setLayout(layout)
        return made


def _count_words(severity: Severity, n: int) -> str:
    if severity is Severity.ERROR:
        return n_("{count} error", "{count} errors", count=n)
    if severity is Severity.WARNING:
        return n_("{count} warning", "{count} warnings", count=n)
    return n_("{count} hint", "{count} hints", count=n)
