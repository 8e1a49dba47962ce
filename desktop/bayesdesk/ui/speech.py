"""What screen readers say about pictures: a name, a summary in words, and what the keys have chosen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from weakref import WeakKeyDictionary, WeakSet

from PySide6.QtCore import QObject
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QAccessibleInterface
from PySide6.QtWidgets import QAccessibleWidget, QWidget
from shiboken6 import isValid


@dataclass
class _Picture:
    """A widget that shows something drawn.

    Attributes
    ----------
    value
        What the keys have chosen in it.
    """

    summary: Callable[[], str]
    value: str = ""


_pictures: WeakKeyDictionary[QWidget, _Picture] = WeakKeyDictionary()
_groups: WeakSet[QWidget] = WeakSet()
_interfaces: list[QAccessibleInterface] = []  # Qt deletes them; Python must not do so earlier


def describe(picture: QWidget, summary: Callable[[], str]) -> None:
    """Give a widget that draws something a summary, which is computed when it is asked for."""
    _pictures[picture] = _Picture(summary)


def group(widget: QWidget, name: str) -> None:
    """Name the options of one choice, or the controls of one part of the window."""
    widget.setAccessibleName(name)
    _groups.add(widget)


def say(picture: QWidget, words: str) -> None:
    """Announce what the keys have chosen in a picture; it becomes the picture's value."""
    if (found := _pictures.get(picture)) is not None:
        found.value = words
    QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(picture, words))


def value_of(picture: QWidget) -> str:
    """What the keys have chosen in a picture."""
    found = _pictures.get(picture)
    return "" if found is None else found.value


def install() -> None:
    """Let screen readers know the pictures and the groups."""
    QAccessible.installFactory(_made)


class _PictureInterface(QAccessibleWidget):
    def __init__(self, picture: QWidget) -> None:
        super().__init__(picture, QAccessible.Role.Chart)
        self._picture = picture

    def text(self, what: QAccessible.Text) -> str:
        found = _pictures.get(self._picture)
        if found is not None and what is QAccessible.Text.Description:
            return found.summary()
        if found is not None and what is QAccessible.Text.Value:
            return found.value
        return str(super().text(what))


def _made(_kind: str, made_for: QObject) -> QAccessibleInterface | None:
    if not isinstance(made_for, QWidget):
        return None
    if made_for in _pictures:
        made: QAccessibleInterface = _PictureInterface(made_for)
    elif made_for in _groups:
        made = QAccessibleWidget(made_for, QAccessible.Role.Grouping)
    else:
        return None
    _interfaces[:] = [*(each for each in _interfaces if isValid(each)), made]
    return made
