"""One parameter of the search space in the form."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QLabel, QMenu, QToolButton, QWidget

from bayescore.config import ParameterSpec
from bayescore.config.yamltext import Path
from bayescore.i18n import _
from bayesdesk.editor.distribution import DistributionPicture
from bayesdesk.editor.fields import ChoiceField, Field, Labelled, ListField, TextField
from bayesdesk.editor.text_model import ConfigModel
from bayesdesk.ui import theme
from bayesdesk.ui.icons import icon
from bayesdesk.ui.widgets import button, column, label, row

SPECS: Path = ("hyper_tuning", "parameter_specs")
_TYPE_WIDTH = 100
_SCALE_WIDTH = 82
_NUMBER_WIDTH = 64
_RANGE_KEYS = ("min_value", "max_value", "scale_type")


def types() -> list[tuple[str, str]]:
    """Types of parameters and their words."""
    return [
        ("DOUBLE", _("Real")),
        ("INTEGER", _("Integer")),
        ("DISCRETE", _("Listed")),
        ("CATEGORICAL", _("Choice")),
    ]


def scales() -> list[tuple[str, str]]:
    """Scales of a range and their words."""
    return [("UNIT_LINEAR_SCALE", _("Linear")), ("UNIT_LOG_SCALE", _("Log"))]


def kind_of(model: ConfigModel, index: int) -> str:
    """Type of a parameter as the form shows it; a wrong one counts as a real number."""
    written = str(model.value((*SPECS, index, "type")) or "").upper()
    return written if written in {t for t, _ in types()} else "DOUBLE"


class _Handle(QLabel):
    """Dragged up or down to put its row elsewhere; tells where the pointer is on the screen."""

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
    """Name, type, the fields of the type, a picture, and what can be done with it."""

    def __init__(self, model: ConfigModel, index: int) -> None:
        super().__init__()
        self._model = model
        self.index = index
        at = (*SPECS, index)
        self.kind = kind_of(model, index)
        self.fields: list[Field] = [
            TextField(model, (*at, "name"), is_text=True),
            ChoiceField(model, (*at, "type"), types(), self.change_type),
        ]
        headings = [_("Name"), _("Type")]
        if self.kind in ("DOUBLE", "INTEGER"):
            self.fields += [TextField(model, (*at, "min_value")), TextField(model, (*at, "max_value"))]
            self.fields += [ChoiceField(model, (*at, "scale_type"), scales())]
            headings += [_("Smallest"), _("Largest"), _("Scale")]
            for field in self.fields[2:4]:
                field.setMinimumWidth(_NUMBER_WIDTH)
            self.fields[4].setFixedWidth(_SCALE_WIDTH)
        else:
            is_text = self.kind == "CATEGORICAL"
            self.fields.append(ListField(model, (*at, f"{self.kind.lower()}_values"), is_text=is_text))
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
        line.addWidget(self._more())
        line.setAlignment(Qt.AlignmentFlag.AlignBottom)
        self._problems = column(spacing=0)
        layout = column(line, self._problems, spacing=4)
        layout.setContentsMargins(13, 9, 8, 9)
        self.setLayout(layout)

    def _more(self) -> QToolButton:
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

    # ---- what can be done

    def change_type(self, kind: str) -> None:
        """Change the type; what still fits stays, what a type needs and lacks is added."""
        document = self._model.document
        at = (*SPECS, self.index)
        before = dict(self._model.value(at) or {})
        self._model.try_edit(document.set, at, retyped(before, kind))

    def duplicate(self) -> None:
        """Add a copy below, under a name of its own."""
        copy = dict(self._model.value((*SPECS, self.index)) or {})
        names = {str(s.get("name")) for s in self._model.value(SPECS) or [] if isinstance(s, dict)}
        copy["name"] = free_name(str(copy.get("name") or "parameter"), names)
        self._model.try_edit(self._model.document.insert, SPECS, self.index + 1, copy)

    def move_to(self, index: int) -> None:
        """Put it at another place in the list."""
        if 0 <= index < len(self._model.value(SPECS) or []):
            self._model.try_edit(self._model.document.move, (*SPECS, self.index), index)

    def remove(self) -> None:
        """Take it out of the search space."""
        self._model.try_edit(self._model.document.remove, (*SPECS, self.index))

    # ---- showing

    def refresh(self, spec: ParameterSpec | None) -> None:
        """Show what the text says now; ``spec`` is the parameter if it is sound."""
        problems = self._model.problems_at((*SPECS, self.index))
        for field in self.fields:
            field.refresh()
            field.show_problems(problems)
        self._picture.show_spec(spec)
        while (item := self._problems.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        for problem in problems:
            shown = label(str(problem.message), "problem", wrap=True)
            shown.setProperty("severity", problem.severity.value)
            line = row(shown, spacing=8)
            line.setStretch(0, 1)
            if problem.fix is not None:
                edit = problem.fix.edit
                line.addWidget(button(str(problem.fix.title), partial(self._model.apply, edit), kind="link"))
            holder = QWidget()
            holder.setLayout(line)
            self._problems.addWidget(holder)


def retyped(spec: dict[str, Any], kind: str) -> dict[str, Any]:
    """A spec of another type with as much of the old one as fits."""
    kept: dict[str, Any] = {"name": spec.get("name"), "type": kind}
    values = spec.get("discrete_values") or spec.get("categorical_values") or []
    numbers = [v for v in values if isinstance(v, int | float) and not isinstance(v, bool)]
    low, high = spec.get("min_value"), spec.get("max_value")
    if kind in ("DOUBLE", "INTEGER"):
        low = low if low is not None else min(numbers, default=0)
        high = high if high is not None else max(numbers, default=1)
        if kind == "INTEGER" and isinstance(low, int | float) and isinstance(high, int | float):
            low, high = int(low), max(int(low), int(high))
        kept |= {"min_value": low, "max_value": high}
        kept["scale_type"] = spec.get("scale_type") or "UNIT_LINEAR_SCALE"
    elif kind == "DISCRETE":
        kept["discrete_values"] = numbers or [v for v in (low, high) if v is not None] or [0, 1]
    else:
        kept["categorical_values"] = [str(v) for v in values] or ["a", "b"]
    known = {*kept, *_RANGE_KEYS, "discrete_values", "categorical_values"}
    return {**kept, **{k: v for k, v in spec.items() if k not in known}}


def free_name(wanted: str, taken: set[str]) -> str:
    """A name that is not taken: ``lr``, ``lr_2``, ``lr_3`` …"""
    if wanted not in taken:
        return wanted
    return next(name for n in range(2, 1000) if (name := f"{wanted}_{n}") not in taken)
