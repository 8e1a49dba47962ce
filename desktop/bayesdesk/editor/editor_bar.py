"""The bar above the editor: the file, its state, the buttons, and what has to be said about the file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from bayescore.i18n import _
from bayesdesk.ui import theme
from bayesdesk.ui.help_mark import help_mark
from bayesdesk.ui.plain import as_text
from bayesdesk.ui.speech import group
from bayesdesk.ui.widgets import ElidedLabel, Segmented, badge, button, column, label, row, set_tone

_NARROW = 940  # pixels: buttons that have an icon lose their words
_NARROWER = 820  # pixels: undo and redo are in the menu only
_FOLDER_STRETCH = 1000  # the folder gets its full width before the gap gets any


@dataclass(frozen=True)
class EditorActions:
    """What the buttons of the bar do."""

    undo: Callable[[], object]
    redo: Callable[[], object]
    save: Callable[[], object]
    run_on_platform: Callable[[], object]
    try_one: Callable[[], object]
    start: Callable[[], object]


class EditorBar(QWidget):
    """Its buttons lose their words when there is no room for them."""

    sides_chosen = Signal(str)  # form, yaml or both

    def __init__(self, file: Path, actions: EditorActions, notices: Sequence[QWidget]) -> None:
        super().__init__()
        self.setObjectName("bar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._state = badge()
        self.message = label("", "problem", wrap=True, selectable=True)
        self.message.setProperty("severity", "error")
        self.message.setContentsMargins(theme.PAGE_MARGIN, 0, theme.PAGE_MARGIN, 8)
        self.message.setVisible(False)
        self.sides = Segmented([("both", _("Both")), ("form", _("Form")), ("yaml", "YAML")])
        group(self.sides, _("Form and YAML"))
        self.sides.chosen.connect(self.sides_chosen)
        self.undo = button("", actions.undo, kind="quiet", meaning="undo", tip=_("Undo"))
        self.redo = button("", actions.redo, kind="quiet", meaning="redo", tip=_("Redo"))
        self.save = button(_("Save"), actions.save, meaning="save", tip=_("Save"))
        platform = _("Run on OpenBayes…")
        self.cloud = button("", actions.run_on_platform, kind="quiet", meaning="cloud", tip=platform)
        self.try_one = button(_("Try one trial"), actions.try_one, meaning="try", tip=_("Try one trial"))
        self.start = button(_("Start job…"), actions.start, kind="primary", meaning="start")
        self.setLayout(column(self._line(file), self.message, *notices, spacing=0))

    def _line(self, file: Path) -> QHBoxLayout:
        folder = ElidedLabel(str(file.parent))
        folder.setMaximumWidth(folder.fontMetrics().horizontalAdvance(folder.text()) + 2)
        line = row(
            label(file.name, "title"),
            folder,
            self._state,
            None,
            self.undo,
            self.redo,
            help_mark("files"),
            self.sides,
            self.save,
            self.cloud,
            self.try_one,
            self.start,
        )
        line.setStretchFactor(folder, _FOLDER_STRETCH)
        line.setContentsMargins(theme.PAGE_MARGIN, 11, theme.PAGE_MARGIN, 11)
        return line

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        width = event.size().width()
        for each, words in ((self.save, _("Save")), (self.try_one, _("Try one trial"))):
            each.setText("" if width < _NARROW else words)
        for each in (self.undo, self.redo):  # the menu has them too
            each.setVisible(width >= _NARROWER)

    def show_state(self, *, is_changed: bool, follows: bool, may_start: bool) -> None:
        """Show whether there is something to save, and whether a job can start."""
        self._state.setVisible(is_changed or follows)
        self._state.setText(_("edited") if is_changed else _("follow-up job"))
        set_tone(self._state, "warning" if is_changed else "accent")
        for each in (self.start, self.try_one):
            each.setEnabled(may_start)
            each.setToolTip(as_text(each.accessibleName() if may_start else _("Fix the errors first.")))

    def show_message(self, message: str) -> None:
        """Show what went wrong; an empty text removes it."""
        self.message.setText(message)
        self.message.setVisible(bool(message))
