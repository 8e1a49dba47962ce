"""The parts of the window that F6 goes round: the jobs, the notices, then the parts of the page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

from bayesdesk.ui.reading_order import enter, stops


@runtime_checkable
class HasPanes(Protocol):
    """A page with several parts."""

    @property
    def panes(self) -> Sequence[QWidget]:
        """The parts in reading order."""
        ...


class Panes:
    """Moves the focus between panes; each remembers the control that had it."""

    def __init__(self) -> None:
        self._left_at: dict[QWidget, QWidget] = {}

    def move(self, beside: Sequence[QWidget], page: QWidget, *, forward: bool) -> None:
        """Go to the next pane or the previous one; those beside the page come first."""
        every = [*beside, *(page.panes if isinstance(page, HasPanes) else (page,))]
        found = [pane for pane in every if pane.isVisible() and stops(pane)]
        if not found:
            return
        focused = QApplication.focusWidget()
        index = next((i for i, p in enumerate(found) if focused and _contains(p, focused)), None)
        if index is None:
            target = found[0 if forward else -1]
        else:
            if focused is not None:
                self._left_at[found[index]] = focused
            target = found[(index + (1 if forward else -1)) % len(found)]
        enter(self._control_of(target), Qt.FocusReason.ShortcutFocusReason)

    def _control_of(self, pane: QWidget) -> QWidget:
        controls, last = stops(pane), self._left_at.get(pane)
        return last if last is not None and isValid(last) and last in controls else controls[0]


def _contains(pane: QWidget, widget: QWidget) -> bool:
    return pane is widget or pane.isAncestorOf(widget)
