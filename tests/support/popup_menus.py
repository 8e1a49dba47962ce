"""Chooses an entry of a menu by the keyboard.

Not by a synthetic click: Qt closes a menu without choosing when the mouse is released near the place where the
pointer was when the menu opened, and the tests before have left it anywhere.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from support.workspace import wait_until


def choose_entry(words: str) -> None:
    """Choose the entry with these words in the menu that is open, or opens soon."""
    wait_until(_open_menu, "no menu opens")
    menu = _open_menu()
    assert menu is not None
    (entry,) = [action for action in menu.actions() if action.text() == words]
    for _ in menu.actions():
        QTest.keyClick(menu, Qt.Key.Key_Down)
        if menu.activeAction() is entry:
            break
    assert menu.activeAction() is entry, f"{words} cannot be reached by keys"
    QTest.keyClick(menu, Qt.Key.Key_Return)


def _open_menu() -> QMenu | None:
    QApplication.processEvents()
    found = QApplication.activePopupWidget()
    return found if isinstance(found, QMenu) else None
