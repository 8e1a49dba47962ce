"""The list of problems below the text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QPushButton, QScrollArea, QWidget

from bayescore.config import Problem, Severity
from bayescore.i18n import _, n_
from bayesdesk.editor.text_model import TextModel
from bayesdesk.ui import theme
from bayesdesk.ui.icons import icon
from bayesdesk.ui.lazy_rows import LazyRow, LazyRows
from bayesdesk.ui.plain import as_text
from bayesdesk.ui.text_size import text_height, text_width
from bayesdesk.ui.widgets import button, clear, column, label, row

_TONES = {Severity.ERROR: "bad", Severity.WARNING: "warning", Severity.HINT: "secondary"}
_LEFT, _RIGHT, _PAD, _GAP = 12, 12, 3, 8
_ICON = 16
_INSET = 2  # pixels of a link beside its text
_LINE = 20
_LOWEST = 110  # pixels: a problem of five lines can be read

Found = tuple[TextModel, Problem]


class ProblemsView(QWidget):
    """Errors first, then warnings and hints, each with its place and its quick fix."""

    chosen = Signal(object, object)  # TextModel, Problem

    def __init__(self, *models: TextModel) -> None:
        super().__init__()
        self.setObjectName("bar")
        self._models = models
        self._shown: list[Found] = []
        self._counts = row(spacing=12)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._rows = LazyRows(self._made_row, ProblemRow.height_of, _identity)
        self._none = label(_("No problems."), "secondary")
        self._none.setContentsMargins(_LEFT, 0, 0, 0)
        inner = QWidget()
        inner.setLayout(column(self._rows, self._none, None, spacing=0))
        scroll.setWidget(inner)
        head = row(label(_("Problems"), "heading"), spacing=14)
        head.addLayout(self._counts)
        head.addStretch(1)
        head.setContentsMargins(12, 8, 12, 4)
        self.setLayout(column(head, scroll, spacing=0))
        self.setMinimumHeight(theme.px(_LOWEST))
        for model in models:
            model.analysed.connect(self.show_problems)
        self.show_problems(force=True)

    def show_problems(self, *, force: bool = False) -> None:
        """Show the problems of the analysed texts."""
        order = list(Severity)
        found = [(model, problem) for model in self._models for problem in model.problems]
        found.sort(key=lambda f: (order.index(f[1].severity), self._models.index(f[0]), f[1].line))
        if found == self._shown and not force:
            return
        before, self._shown = _counted(self._shown), found
        if before != _counted(found) or force:
            self._count()
        self._none.setVisible(not found)
        self._rows.setVisible(bool(found))
        self._rows.show_items(found)

    def rows(self) -> Sequence[LazyRow]:
        """The rows that are widgets now."""
        return self._rows.rows()

    def _made_row(self, parent: QWidget) -> LazyRow:
        made = ProblemRow(parent)
        made.chosen.connect(self.chosen)
        return made

    def _count(self) -> None:
        clear(self._counts)
        for severity, n in _counted(self._shown).items():
            if n:
                shown = label(_count_words(severity, n), "problem")
                shown.setProperty("severity", severity.value)
                self._counts.addWidget(shown)


class ProblemRow(LazyRow):
    """The whole message with its place beside it, and the quick fix below it."""

    chosen = Signal(object, object)  # TextModel, Problem

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._found: Found | None = None
        self._mark = QLabel(self)
        self._message = label("", wrap=True)
        self._place = button("", self._choose, kind="link")
        self._fix = button("", self._apply_fix, kind="link")
        for part in (self._message, self._place, self._fix):
            part.setParent(self)

    def show_item(self, index: int, item: Any) -> None:
        """Show a problem of a text."""
        self._found = item
        model, problem = self._found
        tone = getattr(theme.palette(), _TONES[problem.severity])
        self._mark.setPixmap(icon(problem.severity.value, tone).pixmap(_ICON, _ICON))
        self._mark.setAccessibleName(problem.severity.value)
        self._message.setText(str(problem.message))
        self._place.setText(_place(problem))
        self._place.setToolTip(as_text(model.file.name))
        self._fix.setVisible(problem.fix is not None)
        self._fix.setText(str(problem.fix.title) if problem.fix is not None else "")
        self._lay_out()

    def _choose(self) -> None:
        if self._found is not None:
            self.chosen.emit(*self._found)

    def _apply_fix(self) -> None:
        if self._found is not None:
            model, problem = self._found
            model.fix(problem)

    @staticmethod
    def height_of(found: Found, width: int) -> int:
        """Height of a problem's row at a width."""
        problem = found[1]
        message = text_height(str(problem.message), _message_width(problem, width))
        return max(message, _LINE) + (_LINE if problem.fix is not None else 0) + 2 * _PAD

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()

    def _lay_out(self) -> None:
        if self._found is None:
            return
        problem = self._found[1]
        width, left = _message_width(problem, self.width()), _LEFT + _ICON + _GAP
        height = max(text_height(str(problem.message), width), _LINE)
        self._mark.setGeometry(_LEFT, _PAD + 2, _ICON, _ICON)
        self._message.setGeometry(left, _PAD, width, height)
        self._place.setGeometry(left + width + _GAP, _PAD, _link_width(self._place), _LINE)
        self._fix.setGeometry(left - _INSET, _PAD + height, _link_width(self._fix), _LINE)


def _link_width(link: QPushButton) -> int:
    return text_width(link.text()) + 2 * _INSET


def _place(problem: Problem) -> str:
    return f"{problem.line}:{problem.column}"


def _message_width(problem: Problem, width: int) -> int:
    return width - _LEFT - _ICON - _GAP - _GAP - text_width(_place(problem)) - 2 * _INSET - _RIGHT


def _identity(found: Found) -> tuple[int, str, tuple[str | int, ...], str]:
    model, problem = found
    return id(model), problem.code, problem.path, str(problem.message)


def _counted(found: Sequence[Found]) -> dict[Severity, int]:
    return {severity: sum(p.severity is severity for _model, p in found) for severity in Severity}


def _count_words(severity: Severity, n: int) -> str:
    if severity is Severity.ERROR:
        return n_("{count} error", "{count} errors", count=n)
    if severity is Severity.WARNING:
        return n_("{count} warning", "{count} warnings", count=n)
    return n_("{count} hint", "{count} hints", count=n)
