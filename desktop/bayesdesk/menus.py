"""The menus of the window; the command palette offers the same actions."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenuBar

from bayescore.i18n import _
from bayesdesk.help import Help
from bayesdesk.new_project import NewProjectActions

if TYPE_CHECKING:  # loaded when it is first shown
    from bayesdesk.editor.editor_page import EditorPage

Keys = QKeySequence.StandardKey | str | None


class MenuTarget(Protocol):
    """What the menus act on: the main window."""

    help: Help
    new_project: NewProjectActions
    actions_by_name: dict[str, QAction]

    @property
    def editor(self) -> EditorPage | None: ...

    def show_start(self) -> None: ...
    def show_diagnostics(self) -> None: ...
    def show_palette(self) -> None: ...
    def switch_theme(self) -> None: ...
    def switch_language(self) -> None: ...
    def welcome(self) -> None: ...
    def compare(self) -> None: ...
    def cancel_shown(self) -> None: ...
    def close(self) -> bool: ...


def fill_menus(bar: QMenuBar, window: MenuTarget) -> dict[str, QAction]:
    """Replace the menus; returns every action by its name."""
    bar.clear()
    actions: dict[str, QAction] = {}
    keys = QKeySequence.StandardKey

    def edit(do: Callable[[EditorPage], object]) -> Callable[[], object]:
        return lambda: do(window.editor) if window.editor else None

    menus: list[tuple[str, list[tuple[str, Callable[[], object], Keys]]]] = [
        (
            _("&File"),
            [
                (_("Open…"), window.new_project.ask_for_file, keys.Open),
                (_("New file…"), window.new_project.new_file, keys.New),
                (_("New from my program…"), window.new_project.new_from_program, None),
                (_("Import…"), window.new_project.import_results, None),
                (_("Import a folder…"), window.new_project.import_folder, None),
                (_("Import the copied table"), window.new_project.import_copied, None),
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
                (_("Diagnostics"), window.show_diagnostics, "Ctrl+E"),
                (_("Light or dark"), window.switch_theme, None),
                (_("中文"), window.switch_language, None),
                (_("Commands…"), window.show_palette, "Ctrl+Shift+P"),
            ],
        ),
        (
            _("&Help"),
            [
                (_("Manual"), window.help.show_manual, keys.HelpContents),
                (
                    _("Keys and files"),
                    lambda: window.help.show_keys(window.actions_by_name),
                    "Ctrl+F1",
                ),
                (_("Welcome"), window.welcome, None),
                (_("Licences"), window.help.show_licences, None),
            ],
        ),
    ]
    for title, entries in menus:
        menu = bar.addMenu(title)
        for words, do, shortcut in entries:
            action = QAction(words, bar)
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
