"""The menus of the window; the command palette offers the same actions."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtGui import QAction, QKeySequence

from bayescore.i18n import _

if TYPE_CHECKING:
    from bayesdesk.editor.editor_page import EditorPage
    from bayesdesk.window import MainWindow

Keys = QKeySequence.StandardKey | str | None


def make_menus(window: MainWindow) -> dict[str, QAction]:
    """Fill the menu bar anew; every action by its words."""
    window.menuBar().clear()
    actions: dict[str, QAction] = {}
    keys = QKeySequence.StandardKey

    def edit(do: Callable[[EditorPage], object]) -> Callable[[], object]:
        return lambda: do(window.editor) if window.editor else None

    menus: list[tuple[str, list[tuple[str, Callable[[], object], Keys]]]] = [
        (
            _("&File"),
            [
                (_("Open…"), window.beginnings.ask_for_file, keys.Open),
                (_("New file…"), window.beginnings.new_file, keys.New),
                (_("New from my program…"), window.beginnings.new_from_program, None),
                (_("Import…"), window.beginnings.import_results, None),
                (_("Import a folder…"), window.beginnings.import_folder, None),
                (_("Import the copied table"), window.beginnings.import_copied, None),
                (_("Save"), edit(lambda e: e.save()), keys.Save),
                (_("Start page"), window.show_start, "Ctrl+H"),
                (_("Quit"), window.close, keys.Quit),
            ],
        ),
        (
            _("&Edit"),
            [
                (_("Undo"), edit(lambda e: e.undo()), keys.Undo),
                (_("Redo"), edit(lambda e: e.redo()), keys.Redo),
                (_("Find and replace"), edit(lambda e: e.open_find()), keys.Find),
            ],
        ),
        (
            _("&Job"),
            [
                (_("Start job…"), edit(lambda e: e.start()), "Ctrl+Return"),
                (_("Try one trial"), edit(lambda e: e.try_one()), "Ctrl+Shift+Return"),
                (_("Run on OpenBayes…"), edit(lambda e: e.run_on_platform()), None),
                (_("Cancel job"), window.cancel_shown, None),
                (_("Compare jobs"), window.compare, "Ctrl+Shift+C"),
            ],
        ),
        (
            _("&View"),
            [
                (_("Environment"), window.show_environment, "Ctrl+E"),
                (_("Light or dark"), window.switch_theme, None),
                (_("中文"), window.switch_language, None),
                (_("Commands…"), window.show_palette, "Ctrl+Shift+P"),
            ],
        ),
        (
            _("&Help"),
            [
                (_("Manual"), window.help.show_manual, keys.HelpContents),
                (_("Keys, and where things are"), window.help.show_keys, "Ctrl+F1"),
                (_("Welcome"), window.welcome, None),
                (_("Licences"), window.help.show_licences, None),
            ],
        ),
    ]
    for title, entries in menus:
        menu = window.menuBar().addMenu(title)
        for words, do, shortcut in entries:
            action = QAction(words, window)
            if shortcut is not None:
                action.setShortcut(QKeySequence(shortcut))
            action.triggered.connect(_without_checked(do))
            menu.addAction(action)
            actions[words.replace("&", "")] = action
    return actions


def _without_checked(do: Callable[[], object]) -> Callable[[bool], object]:
    def triggered(_checked: bool = False) -> object:
        return do()

    return triggered
