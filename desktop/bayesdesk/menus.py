"""The menus of the window; the command palette offers the same actions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar

from bayescore.i18n import _
from bayesdesk import clipboard
from bayesdesk.appearance import Appearance
from bayesdesk.recent_files import RecentFiles

if TYPE_CHECKING:  # loaded after the window is on the screen
    from bayesdesk.editor.editor_page import EditorPage
    from bayesdesk.help import Help
    from bayesdesk.imports import Imports
    from bayesdesk.jobs.job_page import JobPage
    from bayesdesk.new_project import NewProjectActions
    from bayesdesk.open_files import OpenFiles
    from bayesdesk.pages import Pages

Keys = QKeySequence.StandardKey
_SEPARATOR = None


class MenuTarget(Protocol):
    """What the menus act on: the main window."""

    help: Help
    new_project: NewProjectActions
    imports: Imports
    files: OpenFiles
    pages: Pages
    recent: RecentFiles
    appearance: Appearance
    actions_by_name: dict[str, QAction]

    @property
    def editor(self) -> EditorPage | None: ...
    @property
    def job_page(self) -> JobPage | None: ...
    def show_start(self) -> None: ...
    def show_diagnostics(self) -> None: ...
    def show_jobs(self) -> None: ...
    def show_palette(self) -> None: ...
    def show_preferences(self) -> None: ...
    def toggle_sidebar(self) -> None: ...
    def toggle_details(self) -> None: ...
    def next_pane(self) -> None: ...
    def previous_pane(self) -> None: ...
    def toggle_full_screen(self) -> None: ...
    def welcome(self) -> None: ...
    def compare(self) -> None: ...
    def close(self) -> bool: ...


@dataclass(frozen=True)
class Entry:
    """An action of a menu.

    Attributes
    ----------
    is_for_menu_only
        Whether its keys belong to the widget that has the focus; the menu only shows them.
    """

    words: str
    do: Callable[[], object]
    keys: Keys | str | None = None
    is_for_menu_only: bool = False


Entries = Sequence[Entry | QMenu | None]


def fill_menus(bar: QMenuBar, window: MenuTarget) -> dict[str, QAction]:
    """Replace the menus; returns every action by its name."""
    for menu in bar.findChildren(QMenu):
        menu.deleteLater()
    for action in bar.actions():
        bar.removeAction(action)
    bar.setAccessibleName(_("Menus"))
    actions: dict[str, QAction] = {}
    for title, entries in (
        (_("&File"), _file(bar, window)),
        (_("&Edit"), _edit(window)),
        (_("&Job"), _job(window)),
        (_("&View"), _view(window)),
        (_("&Help"), _help(window)),
    ):
        menu = QMenu(title, bar)
        bar.addMenu(menu)
        _fill(menu, entries, actions)
    return actions


def _fill(menu: QMenu, entries: Entries, actions: dict[str, QAction]) -> None:
    for entry in entries:
        if entry is _SEPARATOR:
            menu.addSeparator()
        elif isinstance(entry, QMenu):
            menu.addMenu(entry)
        else:
            action = QAction(entry.words, menu)
            if entry.keys is not None:
                action.setShortcut(QKeySequence(entry.keys))
            if entry.is_for_menu_only:
                action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            action.triggered.connect(partial(_call, entry.do))
            menu.addAction(action)
            actions[entry.words.replace("&", "")] = action


def _call(do: Callable[[], object], _checked: bool = False) -> None:
    do()


def _file(bar: QMenuBar, window: MenuTarget) -> Entries:
    def new(do: Callable[[NewProjectActions], object]) -> Callable[[], object]:
        return lambda: do(window.new_project)

    def imports(do: Callable[[Imports], object]) -> Callable[[], object]:
        return lambda: do(window.imports)

    def files(do: Callable[[OpenFiles], object]) -> Callable[[], object]:
        return lambda: do(window.files)

    return [
        Entry(_("Open…"), new(lambda n: n.ask_for_file()), Keys.Open),
        _recent(bar, window),
        Entry(_("New file…"), new(lambda n: n.new_file()), Keys.New),
        Entry(_("New from my program…"), new(lambda n: n.new_from_program())),
        _SEPARATOR,
        Entry(_("Save"), _in_editor(window, lambda e: e.save()), Keys.Save),
        Entry(_("Save as…"), files(lambda f: f.save_as()), "Ctrl+Shift+S"),
        Entry(_("Close"), files(lambda f: f.close()), "Ctrl+W"),
        _SEPARATOR,
        Entry(_("Import…"), imports(lambda i: i.ask_for_file())),
        Entry(_("Import a folder…"), imports(lambda i: i.ask_for_folder())),
        Entry(_("Import the copied table"), imports(lambda i: i.read_copied())),
        _SEPARATOR,
        Entry(_("Start page"), window.show_start, "Ctrl+H"),
        Entry(_("Preferences…"), window.show_preferences, "Ctrl+,"),
        Entry(_("Quit"), window.close, "Ctrl+Q"),
    ]


def _recent(bar: QMenuBar, window: MenuTarget) -> QMenu:
    """The files that were opened last; filled each time it is opened."""
    menu = QMenu(_("Open recent"), bar)

    def fill() -> None:
        menu.clear()
        for file in window.recent.files():
            action = menu.addAction(str(file).replace("&", "&&"))
            action.triggered.connect(partial(_call, partial(_open, window, file)))
        is_empty = menu.isEmpty()
        if is_empty:
            menu.addAction(_("No files yet")).setEnabled(False)
        menu.addSeparator()
        forget = menu.addAction(_("Clear the list"))
        forget.setEnabled(not is_empty)
        forget.triggered.connect(partial(_call, window.recent.clear))

    menu.aboutToShow.connect(fill)
    return menu


def _open(window: MenuTarget, file: Path) -> None:
    window.files.open(file)


def _on_job(window: MenuTarget, action: Callable[[JobPage], object]) -> Callable[[], None]:
    """Does something on the page of a job, if it is shown."""

    def run() -> None:
        page = window.job_page
        if page is not None and window.pages.currentWidget() is page:
            action(page)

    return run


def _in_editor(window: MenuTarget, do: Callable[[EditorPage], object]) -> Callable[[], object]:
    return lambda: do(window.editor) if window.editor else None


def _in_shown_editor(window: MenuTarget, do: Callable[[EditorPage], object]) -> Callable[[], object]:
    """On another page, nothing: a text that is out of sight must not change."""
    return _in_editor(window, lambda e: do(e) if e.isVisible() else None)


def _showing_editor(window: MenuTarget, do: Callable[[EditorPage], object]) -> Callable[[], object]:
    """On another page, show the editor first."""

    def act(editor: EditorPage) -> None:
        window.pages.return_to_editor()
        do(editor)

    return _in_editor(window, act)


def _edit(window: MenuTarget) -> Entries:
    return [
        Entry(_("Undo"), _in_shown_editor(window, lambda e: e.undo()), Keys.Undo),
        Entry(_("Redo"), _in_shown_editor(window, lambda e: e.redo()), Keys.Redo),
        _SEPARATOR,
        Entry(_("Cut"), partial(clipboard.apply, Keys.Cut), Keys.Cut, is_for_menu_only=True),
        Entry(_("Copy"), partial(clipboard.apply, Keys.Copy), Keys.Copy, is_for_menu_only=True),
        Entry(_("Paste"), partial(clipboard.apply, Keys.Paste), Keys.Paste, is_for_menu_only=True),
        Entry(
            _("Select all"), partial(clipboard.apply, Keys.SelectAll), Keys.SelectAll, is_for_menu_only=True
        ),
        _SEPARATOR,
        Entry(_("Find and replace"), _in_shown_editor(window, lambda e: e.open_find()), Keys.Find),
    ]


def _job(window: MenuTarget) -> Entries:
    return [
        Entry(_("Start job…"), _showing_editor(window, lambda e: e.start()), "Ctrl+Return"),
        Entry(_("Try one trial"), _showing_editor(window, lambda e: e.try_one()), "Ctrl+Shift+Return"),
        Entry(_("Run on OpenBayes…"), _showing_editor(window, lambda e: e.run_on_platform())),
        _SEPARATOR,
        Entry(_("Add trial…"), _on_job(window, lambda page: page.add_trial())),
        Entry(_("Change job…"), _on_job(window, lambda page: page.ask_change())),
        Entry(_("Pause job"), _on_job(window, lambda page: page.header.pause_requested.emit(False))),
        Entry(_("Resume job"), _on_job(window, lambda page: page.header.resume_requested.emit())),
        Entry(_("Cancel job"), _on_job(window, lambda page: page.header.cancel_requested.emit())),
        Entry(_("All jobs"), window.show_jobs, "Ctrl+J"),
        Entry(_("Compare jobs"), window.compare, "Ctrl+Shift+C"),
    ]


def _view(window: MenuTarget) -> Entries:
    look = window.appearance
    return [
        Entry(_("Commands…"), window.show_palette, "Ctrl+Shift+P"),
        _SEPARATOR,
        Entry(_("Show or hide the jobs"), window.toggle_sidebar, "Ctrl+B"),
        Entry(_("Show or hide the details"), window.toggle_details, "Ctrl+Shift+B"),
        Entry(_("Next pane"), window.next_pane, "F6"),
        Entry(_("Previous pane"), window.previous_pane, "Shift+F6"),
        Entry(_("Full screen"), window.toggle_full_screen, "F11"),
        _SEPARATOR,
        Entry(_("Zoom in"), look.zoom_in, "Ctrl++"),
        Entry(_("Zoom out"), look.zoom_out, "Ctrl+-"),
        Entry(_("Reset the zoom"), look.reset_zoom, "Ctrl+0"),
        _SEPARATOR,
        Entry(_("Light or dark"), look.switch_theme),
        Entry(_("中文"), look.switch_language),
        _SEPARATOR,
        Entry(_("Diagnostics"), window.show_diagnostics, "Ctrl+E"),
    ]


def _help(window: MenuTarget) -> Entries:
    def open_help(do: Callable[[Help], object]) -> Callable[[], object]:
        return lambda: do(window.help)

    return [
        Entry(_("Manual"), open_help(lambda h: h.show_manual()), Keys.HelpContents),
        Entry(_("Keys and files"), open_help(lambda h: h.show_keys(window.actions_by_name)), "Ctrl+F1"),
        Entry(_("Welcome"), window.welcome),
        Entry(_("Licences"), open_help(lambda h: h.show_licences())),
    ]
