"""Small widgets and layouts that all pages use."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from bayesdesk.ui import theme
from bayesdesk.ui.icons import icon
from bayesdesk.ui.plain import as_text

_MIN_CAPTION_PX = 60
_ICON_PX = 16
_Box = TypeVar("_Box", QHBoxLayout, QVBoxLayout)
_Kind = TypeVar("_Kind")


def label(text: str = "", role: str = "", *, wrap: bool = False, selectable: bool = False) -> QLabel:
    """A text in one of the style sheet's roles: title, heading, secondary, caption, mono …"""
    made = QLabel(text)
    made.setObjectName(role)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(wrap)
    if selectable:
        made.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
    return made


def badge(text: str = "", tone: str = "") -> QLabel:
    """A short text on a tinted background; the tone is accent, good, warning, bad or empty."""
    made = label(text, "badge")
    set_tone(made, tone)
    made.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
    return made


def set_tone(widget: QLabel, tone: str) -> None:
    """Set the tone of a badge."""
    set_property(widget, "tone", tone)


def set_property(widget: QWidget, name: str, value: object) -> None:
    """Set a property that the style sheet uses."""
    if widget.property(name) != value:
        widget.setProperty(name, value)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def busy_bar(name: str) -> QProgressBar:
    """A bar that says that something is under way, without a share; the name is what a screen reader says."""
    made = QProgressBar()
    made.setRange(0, 0)
    made.setTextVisible(False)
    made.setAccessibleName(name)
    return made


def button(
    text: str,
    clicked: Callable[[], object],
    *,
    kind: str = "",
    meaning: str | None = None,
    tip: str | None = None,
) -> QPushButton:
    """A button; the kind is primary, danger, quiet or link, plain by default."""
    made = QPushButton(text)
    made.setObjectName(kind)
    made.setCursor(Qt.CursorShape.PointingHandCursor)
    if meaning is not None:
        colours = {"primary": theme.palette().on_accent, "danger": theme.palette().bad}
        made.setIcon(icon(meaning, colours.get(kind)))
        made.setIconSize(QSize(theme.px(_ICON_PX), theme.px(_ICON_PX)))
    if tip is not None:
        made.setToolTip(as_text(tip))
        made.setAccessibleName(text or tip)
    made.clicked.connect(lambda _checked=False: clicked())
    return made


def rule() -> QFrame:
    """A hairline."""
    made = QFrame()
    made.setObjectName("rule")
    return made


def row(*parts: QWidget | int | None, spacing: int = 8) -> QHBoxLayout:
    """Widgets side by side; a number is a gap, ``None`` a stretch."""
    return _filled(QHBoxLayout(), parts, spacing)


def column(*parts: QWidget | QLayout | int | None, spacing: int = 8) -> QVBoxLayout:
    """Widgets in a column; a number is a gap, ``None`` a stretch."""
    return _filled(QVBoxLayout(), parts, spacing)


def _filled(layout: _Box, parts: Sequence[QWidget | QLayout | int | None], spacing: int) -> _Box:
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(spacing)
    for part in parts:
        if part is None:
            layout.addStretch(1)
        elif isinstance(part, int):
            layout.addSpacing(part)
        elif isinstance(part, QWidget):
            layout.addWidget(part)
        else:
            layout.addLayout(part)
    return layout


class ElidedLabel(QLabel):
    """A caption that is shortened when there is no room; its tool tip has the full text."""

    def __init__(self, text: str = "") -> None:
        super().__init__(text)
        self.setObjectName("caption")
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(QColor(theme.palette().secondary))
        shown = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        if self.width() < _MIN_CAPTION_PX and shown != self.text():
            shown = ""  # a letter and an ellipsis are of no use
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
        self.setToolTip(as_text(self.text()) if shown != self.text() else "")


class Card(QFrame):
    """A titled panel: a header line with room for controls, and a body."""

    def __init__(self, title: str = "", caption: str = "") -> None:
        super().__init__()
        self.setObjectName("card")
        self.title = label(title, "heading")
        self.caption = ElidedLabel(caption)
        self.controls = row()
        self.body = column(spacing=0)
        header = row(self.title, self.caption)
        header.setStretchFactor(self.caption, 1)
        header.addLayout(self.controls)
        header.setContentsMargins(13, 9, 13, 5)
        whole = column(spacing=0)
        if title:
            whole.addLayout(header)
        whole.addLayout(self.body, 1)
        self.setLayout(whole)


class NoticeBar(Card):
    """A sentence across the page with actions; hidden until it is shown."""

    def __init__(self, *actions: QPushButton) -> None:
        super().__init__()
        self.words = label("", wrap=True)
        line = row(self.words, *actions)
        line.setStretch(0, 1)
        line.setContentsMargins(13, 6, 13, 6)
        self.body.addLayout(line)
        self.setVisible(False)

    def show_text(self, text: str) -> None:
        """Show the bar with a text."""
        self.words.setText(text)
        self.setVisible(True)


class Segmented(QWidget):
    """A choice between a few options, all of them visible."""

    chosen = Signal(str)

    def __init__(self, options: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self._group = QButtonGroup(self)
        self._buttons: dict[str, QPushButton] = {}
        layout = row(spacing=0)
        for i, (value, text) in enumerate(options):
            made = QPushButton(text)
            made.setObjectName("segment")
            made.setCheckable(True)
            place = "first" if i == 0 else "last" if i == len(options) - 1 else "middle"
            made.setProperty("place", place)
            made.clicked.connect(lambda _checked=False, v=value: self.chosen.emit(v))
            self._group.addButton(made)
            self._buttons[value] = made
            layout.addWidget(made)
        self.setLayout(layout)
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)  # no option is cut off

    def choose(self, value: str | None) -> None:
        """Show a value as chosen, without a signal; ``None`` shows none."""
        self._group.setExclusive(False)
        for name, made in self._buttons.items():
            made.setChecked(name == value)
        self._group.setExclusive(True)

    def value(self) -> str | None:
        """The chosen value."""
        return next((name for name, made in self._buttons.items() if made.isChecked()), None)


def clear(layout: QLayout) -> None:
    """Remove and delete everything in a layout."""
    while (item := layout.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            discard(widget)
        elif (inner := item.layout()) is not None:
            clear(inner)


def discard(widget: QWidget) -> None:
    """Take a widget out of its page, and delete it when Qt has handled its events.

    It is hidden first. A layout shows its new widgets a little later, and one that has lost its parent by
    then would become a window.
    """
    widget.hide()
    widget.setParent(None)
    widget.deleteLater()


def enclosing(widget: QWidget, kind: type[_Kind]) -> _Kind | None:
    """The nearest widget of a kind that a widget is in."""
    around = widget.parentWidget()
    while around is not None and not isinstance(around, kind):
        around = around.parentWidget()
    return around


def set_shown(part: QWidget, is_shown: bool) -> None:
    """Show or hide a part of a page, also before it has its place there, when Qt would make it a window."""
    if not is_shown or part.parentWidget() is not None:
        part.setVisible(is_shown)
    else:
        part.setAttribute(Qt.WidgetAttribute.WA_WState_ExplicitShowHide, False)  # its layout shows it
