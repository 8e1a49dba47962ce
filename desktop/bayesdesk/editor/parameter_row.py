"""One parameter of the search space in the form."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QMenu, QToolButton, QWidget

from bayescore.config import Belief, CategoricalSpec, Scale
from bayescore.config.beliefs import EXPECT
from bayescore.i18n import _
from bayesdesk.editor import belief_edits, edits
from bayesdesk.editor.analysis import SPEC_TYPES, ParameterView
from bayesdesk.editor.belief_line import BeliefLine
from bayesdesk.editor.belief_picture import BeliefPicture
from bayesdesk.editor.edits import SPECS
from bayesdesk.editor.fields import ChoiceField, ListField, TextField, name_field
from bayesdesk.editor.parameter_columns import columns
from bayesdesk.editor.problem_lines import ProblemLines
from bayesdesk.editor.text_model import ConfigModel, LocalModel, MakeEdit
from bayesdesk.ui import theme
from bayesdesk.ui.icons import icon
from bayesdesk.ui.lazy_rows import LazyRow

_RANGES = ("DOUBLE", "INTEGER")
_LEFT, _RIGHT, _BELOW = 31, 12, 6  # margins of the problems
ParameterField = TextField | ListField | ChoiceField


def type_options() -> list[tuple[str, str]]:
    """Types of parameters with their names."""
    return list(zip(SPEC_TYPES, (_("Real"), _("Integer"), _("Listed"), _("Choice")), strict=True))


def scale_options() -> list[tuple[str, str]]:
    """Scales of a range with their names."""
    return [(Scale.LINEAR.value, _("Linear")), (Scale.LOG.value, _("Log"))]


class _Handle(QLabel):
    """Dragged up or down to move its row; the signals carry the pointer's position on the screen."""

    dragged = Signal(int)
    dropped = Signal(int)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.is_held = False
        self.setPixmap(icon("drag", theme.palette().secondary).pixmap(16, 16))
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        self.setToolTip(_("Drag to reorder"))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.is_held = True
        self.setCursor(Qt.CursorShape.ClosedHandCursor)
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.dragged.emit(round(event.globalPosition().y()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.is_held = False
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        self.dropped.emit(round(event.globalPosition().y()))


class ParameterRow(LazyRow):
    """Name, type, the fields of the type, a picture of the distribution, and a menu."""

    def __init__(self, model: ConfigModel, local: LocalModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._model, self._local = model, local
        self.index = 0
        self.kind = SPEC_TYPES[0]
        self._shown: tuple[int, ParameterView] | None = None
        self._stands_for = QObject(self)  # the parameter, as the owner of its edits
        self._problems = ProblemLines(self, model.fix)
        at = (*SPECS, 0)
        self.name = TextField(model, (*at, "name"), is_text=True, parent=self)
        self.type = ChoiceField(model, (*at, "type"), type_options(), self.change_type, parent=self)
        self.low = TextField(model, (*at, "min_value"), parent=self)
        self.high = TextField(model, (*at, "max_value"), parent=self)
        self.scale = ChoiceField(
            model,
            (*at, "scale_type"),
            scale_options(),
            self.change_scale,
            default=Scale.LINEAR.value,
            parent=self,
        )
        self.values = ListField(model, (*at, "values"), is_text=False, parent=self)
        for field, heading in (
            (self.name, _("Name")),
            (self.type, _("Type")),
            (self.low, _("Smallest")),
            (self.high, _("Largest")),
            (self.scale, _("Scale")),
            (self.values, _("Values")),
        ):
            name_field(field, heading)
        for line in (self.low, self.high, self.values):
            line.setPlaceholderText(line.accessibleName())
        self.handle = _Handle(self)
        self.picture = BeliefPicture(self)
        self._belief: BeliefLine | None = None  # few parameters have one
        self.picture.added.connect(self.add_belief)
        self.picture.removed.connect(self.remove_belief)
        self.picture.moved.connect(self._set_belief)
        self.picture.stepped.connect(self._step_belief)
        self._more = self._menu_button()

    def _menu_button(self) -> QToolButton:
        made = QToolButton(self)
        made.setIcon(icon("more"))
        made.setAccessibleName(_("More"))
        made.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        made.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        made.setObjectName("more")
        menu = QMenu(made)
        menu.aboutToShow.connect(partial(self._fill_menu, menu))
        made.setMenu(menu)
        return made

    def _fill_menu(self, menu: QMenu) -> None:
        menu.clear()
        menu.addAction(_("Duplicate")).triggered.connect(self.duplicate)
        menu.addAction(_("Move up")).triggered.connect(lambda: self.move_to(self.index - 1))
        menu.addAction(_("Move down")).triggered.connect(lambda: self.move_to(self.index + 1))
        menu.addSeparator()
        if self._view is not None and self._view.has_belief:
            menu.addAction(_("Expect nothing")).triggered.connect(self.remove_belief)
        elif self._view is not None and self._view.spec is not None:
            menu.addAction(_("Say where you expect the best")).triggered.connect(self.add_belief)
        menu.addSeparator()
        menu.addAction(icon("remove"), _("Remove")).triggered.connect(self.remove)

    # ---- actions

    def change_type(self, kind: str) -> None:
        """Change the type: keep what fits, add what the type needs."""
        self._edit(lambda document: edits.change_type(document, self.index, kind))

    def change_scale(self, scale: str) -> None:
        """Write the scale into the text, also if it is the default."""
        self._model.set(self.scale.path, scale)

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
        self._model.edit(make, owner=self._stands_for)

    # ---- where the best is expected

    @property
    def _view(self) -> ParameterView | None:
        return None if self._shown is None else self._shown[1]

    @property
    def belief(self) -> BeliefLine | None:
        """The line about the expected value, if there is one."""
        return self._belief if self._belief is not None and not self._belief.isHidden() else None

    def add_belief(self) -> None:
        """Expect the best in the middle, to be moved from there."""
        if self._view is not None and self._view.spec is not None:
            self._set_belief(belief_edits.first_belief(self._view.spec))

    def remove_belief(self) -> None:
        """Expect nothing of the parameter."""
        if self._view is not None and self._view.spec is not None:
            name = self._view.spec.name
            self._local.edit(
                lambda document: belief_edits.remove_belief(document, name), owner=self._stands_for
            )

    def _set_belief(self, belief: Belief) -> None:
        if self._view is not None and self._view.spec is not None:
            name = self._view.spec.name
            self._local.edit(
                lambda document: belief_edits.set_belief(document, name, belief), owner=self._stands_for
            )

    def _step_belief(self, belief: Belief) -> None:
        """Consecutive key presses are one undo step."""
        if self._view is not None and self._view.spec is not None:
            name = self._view.spec.name
            self._local.edit(
                lambda document: belief_edits.set_belief(document, name, belief), typed_in=self._stands_for
            )

    def _choose(self, value: str) -> None:
        view = self._view
        if (
            view is not None
            and isinstance(view.spec, CategoricalSpec)
            and value in view.spec.categorical_values
        ):
            self._set_belief(Belief(around=value))

    def _show_belief(self, view: ParameterView) -> None:
        if not self._local.is_typed_in(self._stands_for):
            self.picture.show_belief(view.spec, view.belief)
        if view.has_belief and view.spec is not None:
            if self._belief is None:
                self._belief = BeliefLine(self._local, self)
                self._belief.removed.connect(self.remove_belief)
                self._belief.chosen.connect(self._choose)
            wrong = {p.path[-1] for p in view.problems if p.path[:1] == EXPECT}
            self._belief.show_belief(view.spec, view.belief, wrong)
        if self._belief is not None:
            self._belief.setVisible(view.has_belief)

    # ---- showing

    @property
    def fields(self) -> list[ParameterField]:
        """The fields of the parameter's type."""
        if self.kind in _RANGES:
            return [self.name, self.type, self.low, self.high, self.scale]
        return [self.name, self.type, self.values]

    @property
    def is_in_use(self) -> bool:
        is_held = self.handle.is_held or self.picture.is_held
        is_pending = self._belief is not None and self._belief.is_pending
        return super().is_in_use or is_held or is_pending or any(field.is_pending for field in self.fields)

    def show_item(self, index: int, item: Any) -> None:
        """Show a parameter at its place in the list, unless it is shown already."""
        view: ParameterView = item
        before, self._shown = self._shown, (index, view)
        if before == self._shown:
            return
        self.index, self.kind = index, view.kind
        at = (*SPECS, index)
        for field, key in (
            (self.name, "name"),
            (self.type, "type"),
            (self.low, "min_value"),
            (self.high, "max_value"),
            (self.scale, "scale_type"),
            (self.values, f"{view.kind.lower()}_values"),
        ):
            field.path = (*at, key)
        self.values.is_text = view.kind == "CATEGORICAL"
        is_range = view.kind in _RANGES
        for field in (self.low, self.high, self.scale):
            field.setVisible(is_range)
        self.values.setVisible(not is_range)
        for field in self.fields:
            field.refresh()
        self._show_belief(view)
        if before is None or before[1].problems != view.problems:
            self._problems.show_problems(view.problems)
        self._lay_out()

    def leave_item(self) -> None:
        """Forget the parameter and drop its waiting edits; what is typed next is another undo step."""
        self._shown = None
        self._stands_for.setParent(None)
        self._stands_for = QObject(self)
        for field in (self.name, self.low, self.high, self.values):
            field.leave_place()
        if self._belief is not None:
            self._belief.leave_item()

    def forget(self) -> None:
        """Show the parameter anew: a field has a value that the text did not take."""
        if self._shown is not None:
            shown, self._shown = self._shown, None
            self.show_item(*shown)

    # ---- layout

    @staticmethod
    def height_of(view: ParameterView, width: int) -> int:
        """Height of a parameter's row at a width."""
        inner = width - _LEFT - _RIGHT
        lines = ProblemLines.height_of(view.problems, inner)
        return columns(width).height + _belief_height(view) + lines + (_BELOW if view.problems else 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()

    def _lay_out(self) -> None:
        places = columns(self.width())
        for part, place in (
            (self.handle, places.handle),
            (self.name, places.name),
            (self.type, places.kind),
            (self.low, places.low),
            (self.high, places.high),
            (self.scale, places.scale),
            (self.values, places.values),
            (self.picture, places.picture),
            (self._more, places.menu),
        ):
            part.setGeometry(place)
        top, inner = places.height, self.width() - _LEFT - _RIGHT
        if self._belief is not None and self._view is not None and self._view.has_belief:
            self._belief.setGeometry(_LEFT, top, inner, theme.CONTROL_HEIGHT)
            top += _belief_height(self._view)
        self._problems.place(_LEFT, top, inner)


def _belief_height(view: ParameterView) -> int:
    return theme.CONTROL_HEIGHT + theme.px(_BELOW) if view.has_belief else 0
