"""Panels at the sides that are reduced to a strip, by hand or because the window is narrow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from PySide6.QtCore import QEvent, QObject, QSettings, Qt, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from bayesdesk.ui import theme
from bayesdesk.ui.widgets import button, row

NARROW_PX = 1200  # a window below this width has panels reduced until the user shows them
_STRIP_PX = 40
_GAP_PX = 26  # of a panel on the right: room for its button


class Collapsible(QWidget):
    """A panel and the strip that replaces it.

    The user's choice is remembered separately for narrow and for wide windows.

    Parameters
    ----------
    name
        Of the panel, for the settings.
    side
        Of the window.
    words
        What hiding and showing it are called.
    tools
        Further buttons of the strip.
    """

    toggled = Signal(bool)  # whether the panel is shown

    def __init__(
        self,
        name: str,
        content: QWidget,
        side: Literal["left", "right"],
        words: tuple[str, str],
        tools: Sequence[QPushButton] = (),
    ) -> None:
        super().__init__()
        self._name, self.content, self._side = name, content, side
        self._is_narrow: bool | None = None
        self._window: QWidget | None = None
        meaning = f"panel-{side}"
        self.hide_button, self.show_button = (self._made_button(meaning, tip) for tip in words)
        self.strip = self._made_strip(tools)
        layout = row(spacing=0)
        if side == "left":
            layout.addWidget(self.strip)
            layout.addWidget(content)
            self.hide_button.setParent(self)
        else:
            layout.addWidget(self.hide_button, 0, Qt.AlignmentFlag.AlignTop)
            layout.addWidget(content)
            layout.addWidget(self.strip)
        self.setLayout(layout)
        self._show(is_shown=True)

    def _made_button(self, meaning: str, words: str) -> QPushButton:
        made = button("", self.toggle, kind="quiet", meaning=meaning, tip=words)
        made.setFixedSize(theme.px(_GAP_PX), theme.px(_GAP_PX))
        made.setObjectName("panel")
        return made

    def _made_strip(self, tools: Sequence[QPushButton]) -> QWidget:
        strip = QWidget()
        strip.setObjectName("sidebar" if self._side == "left" else "")
        strip.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        strip.setFixedWidth(theme.px(_STRIP_PX if self._side == "left" else _GAP_PX))
        layout = QVBoxLayout()
        layout.setContentsMargins(0, theme.px(10) if self._side == "left" else 0, 0, 10)
        layout.setSpacing(8)
        for tool in (self.show_button, *tools):
            layout.addWidget(tool, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(1)
        strip.setLayout(layout)
        return strip

    @property
    def is_shown(self) -> bool:
        """Whether the panel is shown, and not the strip."""
        return not self.content.isHidden()

    def toggle(self) -> None:
        """Show or hide the panel, and remember it for windows of this width."""
        self._show(is_shown=not self.is_shown)
        QSettings().setValue(self._key(), "shown" if self.is_shown else "hidden")
        self.toggled.emit(self.is_shown)

    def _key(self) -> str:
        return f"panels/{self._name}/{'narrow' if self._is_narrow else 'wide'}"

    def _show(self, *, is_shown: bool) -> None:
        self.content.setVisible(is_shown)
        self.hide_button.setVisible(is_shown)
        self.strip.setVisible(not is_shown)
        self.hide_button.raise_()
        self.updateGeometry()  # also while the window is being built, when its layout would not notice

    def _follow(self) -> None:
        """Show or hide the panel when the window has become narrow or wide."""
        is_narrow = self.window().width() < theme.px(NARROW_PX)
        if is_narrow is not self._is_narrow:
            self._is_narrow = is_narrow
            default = "hidden" if is_narrow else "shown"
            self._show(is_shown=QSettings().value(self._key(), default) == "shown")

    def showEvent(self, event: QShowEvent) -> None:
        """Follow the width of the window from now on."""
        super().showEvent(event)
        if self._window is not self.window():
            self._window = self.window()
            self._window.installEventFilter(self)
        self._follow()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Look at each new width of the window."""
        if event.type() is QEvent.Type.Resize and watched is self._window:
            self._follow()
        return False

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the button of a panel on the left in its upper right corner."""
        super().resizeEvent(event)
        if self._side == "left":
            self.hide_button.move(self.width() - self.hide_button.width() - theme.px(8), theme.px(8))
