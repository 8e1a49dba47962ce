"""What the command palette finds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Protocol

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from bayesdesk.editor.editor_page import EditorPage
from bayesdesk.help import Help
from bayesdesk.manual import read_pages
from bayesdesk.models.job_list import status_line
from bayesdesk.models.snapshot import JobRow
from bayesdesk.pages import Pages
from bayesdesk.palette import CommandPalette, Item
from bayesdesk.recent_files import RecentFiles
from bayesdesk.services.background import Background

_HEADING = re.compile(r"^##? (.+)$", re.MULTILINE)


class Searched(Protocol):
    """Where the palette finds things: the main window."""

    actions_by_name: dict[str, QAction]
    rows: tuple[JobRow, ...]
    recent: RecentFiles
    pages: Pages
    help: Help
    background: Background

    @property
    def editor(self) -> EditorPage | None: ...
    def show_job(self, identifier: str) -> None: ...
    def open_file(self, path: Path) -> None: ...


def open_palette(parent: QWidget, window: Searched) -> None:
    """Open the command palette over a window; the manual is added when it has been read."""

    def show_parameter(name: str) -> None:
        if window.editor is not None:
            window.pages.return_to_editor()
            window.editor.show_parameter(name)

    palette = CommandPalette(
        parent,
        [
            *commands(window.actions_by_name),
            *jobs(window.rows, window.show_job),
            *files(window.recent.files(), window.open_file),
            *parameters(window.editor, show_parameter),
        ],
    )
    show_page = window.help.show_manual

    def add_manual(pages: dict[str, str]) -> None:
        if isValid(palette):
            palette.add(manual(pages, show_page))

    window.background.run(read_pages, add_manual)
    palette.open()


def commands(actions: Mapping[str, QAction]) -> list[Item]:
    """The actions of the menus that can be used now."""
    return [
        Item(name, "start", action.trigger, action.shortcut().toString())
        for name, action in actions.items()
        if action.isEnabled()
    ]


def jobs(rows: Sequence[JobRow], show: Callable[[str], object]) -> list[Item]:
    """Every job."""
    return [
        Item(
            row.job.name,
            "process",
            partial(show, row.job.id),
            f"{row.job.id} · {status_line(row)}",
            " ".join((row.job.project, row.job.note, *row.job.tags)),
        )
        for row in rows
    ]


def files(recent: Sequence[Path], open_file: Callable[[Path], object]) -> list[Item]:
    """The files that were opened last, by the name of their folder."""
    return [Item(f"{f.parent.name}/{f.name}", "file", partial(open_file, f), str(f.parent)) for f in recent]


def parameters(editor: EditorPage | None, show: Callable[[str], object]) -> list[Item]:
    """The parameters of the file that is open, unless it has errors."""
    if editor is None or editor.model.config is None:
        return []
    specs = editor.model.config.hyper_tuning.parameter_specs
    return [
        Item(spec.name, "parameter", partial(show, spec.name), editor.model.file.parent.name)
        for spec in specs
    ]


def manual(pages: Mapping[str, str], show: Callable[[str], object]) -> list[Item]:
    """The pages of the manual and the headings on them."""
    return [item for name, text in pages.items() for item in _of_page(name, text, show)]


def _of_page(name: str, text: str, show: Callable[[str], object]) -> Iterator[Item]:
    title, *headings = _HEADING.findall(text) or [name]
    yield Item(title, "help", partial(show, name), words=name)
    for heading in headings:
        yield Item(heading, "help", partial(show, name), title)
