"""Problems below the fields of a row of the form: the message of each, and its quick fix."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from bayescore.config import Problem
from bayesdesk.ui import theme
from bayesdesk.ui.text_size import text_height, text_width
from bayesdesk.ui.widgets import button, label, set_property

_LINE = 20
_GAP = 10
_INSET = 2  # pixels of a link beside its text


class ProblemLines:
    """The problems of what a row shows now; lines are used again.

    Parameters
    ----------
    fix
        Applies the quick fix of a problem.
    """

    def __init__(self, row: QWidget, fix: Callable[[Problem], object]) -> None:
        self._row, self._fix = row, fix
        self._lines: list[_ProblemLine] = []
        self._problems: Sequence[Problem] = ()

    def show_problems(self, problems: Sequence[Problem]) -> None:
        """Show other problems; they must be placed afterwards."""
        self._problems = problems
        while len(self._lines) < len(problems):
            self._lines.append(_ProblemLine(self._row, self._fix))
        for place, line in enumerate(self._lines):
            if place < len(problems):
                line.show_problem(problems[place])
            line.setVisible(place < len(problems))

    def place(self, left: int, top: int, width: int) -> None:
        """Place the lines below each other, from a point of the row."""
        for line, problem in zip(self._lines, self._problems, strict=False):
            height = _ProblemLine.height_of(problem, width)
            line.setGeometry(left, top, width, height)
            top += height

    @staticmethod
    def height_of(problems: Sequence[Problem], width: int) -> int:
        """Height of all lines at a width."""
        return sum(_ProblemLine.height_of(problem, width) for problem in problems)


class _ProblemLine(QWidget):
    """The fix stands beside the message, or below it if its title is long."""

    def __init__(self, parent: QWidget, fix: Callable[[Problem], object]) -> None:
        super().__init__(parent)
        self._problem: Problem | None = None
        self._apply = fix
        self._message = label("", "problem", wrap=True)
        self._fix = button("", self._apply_fix, kind="link")
        for part in (self._message, self._fix):
            part.setParent(self)

    def show_problem(self, problem: Problem) -> None:
        """Show another problem."""
        self._problem = problem
        set_property(self._message, "severity", problem.severity.value)
        self._message.setText(str(problem.message))
        self._fix.setVisible(problem.fix is not None)
        self._fix.setText(str(problem.fix.title) if problem.fix is not None else "")
        self._lay_out()

    def _apply_fix(self) -> None:
        if self._problem is not None:
            self._apply(self._problem)

    @staticmethod
    def height_of(problem: Problem, width: int) -> int:
        """Height at a width."""
        beside, fix_width = _fix_width(problem, width)
        message = _message_height(problem, width - beside)
        return message + _LINE if fix_width and not beside else max(message, _LINE)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()

    def _lay_out(self) -> None:
        if self._problem is None:
            return
        width = self.width()
        beside, fix_width = _fix_width(self._problem, width)
        height = _message_height(self._problem, width - beside)
        self._message.setGeometry(0, 0, width - beside, height)
        left, top = (width - fix_width, 0) if beside else (-_INSET, height)
        self._fix.setGeometry(left, top, fix_width, _LINE)


def _fix_width(problem: Problem, width: int) -> tuple[int, int]:
    """Width that the fix takes from the message, and its own width."""
    if problem.fix is None:
        return 0, 0
    own = min(text_width(str(problem.fix.title)) + 2 * _INSET, width)
    return (own + _GAP if own <= width // 3 else 0), own


def _message_height(problem: Problem, width: int) -> int:
    return max(text_height(str(problem.message), width, theme.SMALL_PX), _LINE)
