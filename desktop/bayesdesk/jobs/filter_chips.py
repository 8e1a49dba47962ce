"""The brushes of a filter as chips, in one line of fixed height."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QMenu, QPushButton, QSizePolicy, QWidget

from bayescore.i18n import _
from bayesdesk.models.filter import Brush, TrialFilter
from bayesdesk.models.formatting import number
from bayesdesk.ui import theme
from bayesdesk.ui.plain import as_text
from bayesdesk.ui.widgets import button

_HEIGHT = 26
_GAP = 6
_LONGEST = 26  # characters of the name of an axis


class FilterChips(QWidget):
    """A chip for each brushed axis, as many as there is room for, and the others in a menu."""

    removed = Signal(str)  # name of the axis

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(theme.px(_HEIGHT))
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._chips: dict[str, QPushButton] = {}
        self._menu = QMenu(self)
        self._more = button("", lambda: None, kind="chip", tip=_("More brushes"))
        self._more.setParent(self)
        self._more.setMenu(self._menu)
        self._more.hide()

    def show_filter(self, shown: TrialFilter) -> None:
        """Show these brushes; a chip whose axis stays is changed, not made anew."""
        for axis in self._chips.keys() - shown.brushes.keys():
            self._chips.pop(axis).deleteLater()
        for axis, brushes in shown.brushes.items():
            chip = self._chips.get(axis) or self._made(axis)
            name = axis if len(axis) <= _LONGEST else f"{axis[: _LONGEST // 2]}…{axis[-_LONGEST // 2 + 1 :]}"
            chip.setText(f"{name} {words(brushes)}  ×")
            chip.setToolTip(as_text(_("Remove this brush") + f"\n{axis} {words(brushes)}"))
        self._place()

    def shown(self) -> list[str]:
        """Texts of the chips that there is room for."""
        return [chip.text() for chip in self._chips.values() if not chip.isHidden()]

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def _made(self, axis: str) -> QPushButton:
        chip = self._chips[axis] = button("", lambda: self.removed.emit(axis), kind="chip")
        chip.setParent(self)
        return chip

    def _place(self) -> None:
        widths = [chip.sizeHint().width() for chip in self._chips.values()]
        fitting = len(widths)
        self._more.setText(f"+{len(widths)}")
        room = self.width()
        while fitting and sum(widths[:fitting]) + _GAP * (fitting - 1) > room:
            if fitting == len(widths):
                room -= self._more.sizeHint().width() + _GAP
            fitting -= 1
        left = 0
        for index, chip in enumerate(self._chips.values()):
            chip.setVisible(index < fitting)
            if index < fitting:
                chip.setGeometry(left, 0, widths[index], _HEIGHT)
                left += widths[index] + _GAP
        self._show_more(list(self._chips)[fitting:], left)

    def _show_more(self, axes: Sequence[str], left: int) -> None:
        self._menu.clear()
        self._more.setVisible(bool(axes))
        self._more.setText(f"+{len(axes)}")
        self._more.setGeometry(left, 0, self._more.sizeHint().width(), _HEIGHT)
        for axis in axes:
            action = self._menu.addAction(self._chips[axis].text().replace("&", "&&"))
            action.triggered.connect(lambda _c=False, a=axis: self.removed.emit(a))


def words(brushes: Sequence[Brush]) -> str:
    """Brushes of one axis as text."""
    return ", ".join(
        number(b.low) if b.low == b.high else f"{number(b.low)} … {number(b.high)}" for b in brushes
    )
