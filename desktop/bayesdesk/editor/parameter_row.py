"""One parameter of the search space in the form."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QLabel, QMenu, QToolButton, QWidget

from bayescore.config import Problem
from bayescore.i18n import _
from bayesdesk.editor import edits
from bayesdesk.editor.analysis import SPEC_TYPES, ParameterView
from bayesdesk.editor.distribution import DistributionPicture
from bayesdesk.editor.edits import SPECS
from bayesdesk.editor.fields import ChoiceField, Labelled, ListField, TextField
from bayesdesk.editor.text_model import ConfigModel, MakeEdit
from bayesdesk.ui import theme
from bayesdesk.ui.icons import icon
from bayesdesk.ui.widgets import button, clear, column, label, row

_TYPE_WIDTH = 100
_SCALE_WIDTH = 82
_NUMBER_WIDTH = 64


def type_options() -> list[tuple[str, str]]:
    """Types of parameters with their names."""
    return list(zip(SPEC_TYPES, (_("Real"), _("Integer"), _("Listed"), _("Choice")), strict=True))


def scale_options() -> list[tuple[str, str]]:
    """Scales of a range with their names."""
    return [("UNIT_LINEAR_SCALE", _("Linear")), ("UNIT_LOG_SCALE", _("Log"))]


class _Handle(QLabel):
    """Dragged up or down to move its row; the signals carry the pointer's position on the screen."""

    dragged = Signal(int)
    dropped = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setPixmap(icon("drag", theme.palette().secondary).pixmap(16, 16))
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        self.setToolTip(_("Drag to reorder"))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setCursor(Qt.CursorShape.ClosedHandCursor)
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.dragged.emit(round(event.globalPosition().y()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        self.dropped.emit(round(event.globalPosition().y()))


class ParameterRow(QWidget):
    """Name, type, the fields of the type, a picture of the distribution, and a menu."""

    def __init__(self, model: ConfigModel, index: int, kind: str) -> None:
        super().__init__()
        self._model = model
        self.index = index
        self.kind = kind
        self._shown: ParameterView | None = None
        at = (*SPECS, index)
        self.fields: list[TextField | ListField | ChoiceField] = [
            TextField(model, (*at, "name"), is_text=True),
            ChoiceField(model, (*at, "type"), type_options(), self.change_type),
        ]
        headings = [_("Name"), _("Type")]
        if kind in ("DOUBLE", "INTEGER"):
            self.fields += [TextField(model, (*at, "min_value")), TextField(model, (*at, "max_value"))]
            self.fields += [ChoiceField(model, (*at, "scale_type"), scale_options())]
            headings += [_("Smallest"), _("Largest"), _("Scale")]
            for field in self.fields[2:4]:
                field.setMinimumWidth(_NUMBER_WIDTH)
            self.fields[4].setFixedWidth(_SCALE_WIDTH)
        else:
            is_text = kind == "CATEGORICAL"
            self.fields.append(ListField(model, (*at, f"{kind.lower()}_values"), is_text=is_text))
            headings.append(_("Values"))
        self.fields[1].setFixedWidth(_TYPE_WIDTH)
        self._picture = DistributionPicture()
        self.handle = _Handle()
        line = row(self.handle, spacing=8)
        for heading, field in zip(headings, self.fields, strict=True):
            line.addWidget(Labelled(heading, field))
        stretches = (9, 0, 5, 5, 0) if len(self.fields) == 5 else (9, 0, 12)
        for i, stretch in enumerate(stretches, 1):
            line.setStretch(i, stretch)
        line.addWidget(self._picture)
        line.addWidget(self._menu_button())
        line.setAlignment(Qt.AlignmentFlag.AlignBottom)
        self._problems = column(spacing=0)
        layout = column(line, self._problems, spacing=4)
        layout.setContentsMargins(13, 9, 8, 9)
        self.setLayout(layout)

    def _menu_button(self) -> QToolButton:
        made = QToolButton()
        made.setIcon(icon("more"))
        made.setAccessibleName(_("More"))
        made.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        made.setStyleSheet("QToolButton::menu-indicator { image: none; }")
        menu = QMenu(made)
        menu.addAction(_("Duplicate")).triggered.connect(self.duplicate)
        menu.addAction(_("Move up")).triggered.connect(lambda: self.move_to(self.index - 1))
        menu.addAction(_("Move down")).triggered.connect(lambda: self.move_to(self.index + 1))
        menu.addSeparator()
        menu.addAction(icon("remove"), _("Remove")).triggered.connect(self.remove)
        made.setMenu(menu)
        return made

    # ---- actions

    def change_type(self, kind: str) -> None:
        """Change the type: keep what fits, add what the type needs."""
        self._edit(lambda document: edits.change_type(document, self.index, kind))

    def duplicate(self) -> None:
        """Add a copy below, with a free name."""
        self._edit(lambda document: edits.duplicate_parameter(document, self.index))

    def move_to(self, target: int) -> None:
        """Move the parameter to another place in the list."""
        self._edit(lambda document: edits.move_parameter(document, self.index, target))

    def remove(self) -> None:
        """Remove the parameter from the search space."""
        self._edit(lambda document: document.remove((*SPECS, self.index)))

    def _edit(self, make: MakeEdit) -> None:
        self._model.edit(make, owner=self)

    # ---- showing

    def refresh(self, view: ParameterView) -> None:
        """Show a parameter, unless it is shown already."""
        if view == self._shown:
            return
        self._shown = view
        for field in self.fields:
            field.refresh()
        self._picture.show_spec(view.spec)
        clear(self._problems)
        for problem in view.problems:
            self._problems.addWidget(self._problem_line(problem))

    def forget(self) -> None:
        """Show the parameter anew at the next refresh: a field has a value that the text did not take."""
        self._shown = None

    def _problem_line(self, problem: Problem) -> QWidget:
        shown = label(str(problem.message), "problem", wrap=True)
        shown.setProperty("severity", problem.severity.value)
        line = row(shown, spacing=8)
        line.setStretch(0, 1)
        if problem.fix is not None:
            fix = partial(self._model.fix, problem)
            line.addWidget(button(str(problem.fix.title), fix, kind="link"))
        holder = QWidget()
        holder.setLayout(line)
        return holder
