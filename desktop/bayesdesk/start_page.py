"""The page before a project is open: open one, create one, or copy an example."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from bayescore.i18n import _
from bayesdesk.recent_files import RecentFiles
from bayesdesk.ui.widgets import Card, button, clear, column, label, row

_WIDTH = 620


class StartPage(QWidget):
    """Recent files and examples."""

    file_chosen = Signal(object)  # pathlib.Path
    open_requested = Signal()
    new_requested = Signal()
    program_requested = Signal()
    import_requested = Signal()
    example_chosen = Signal(str)

    def __init__(self, recent: RecentFiles) -> None:
        super().__init__()
        self.setObjectName("page")
        self._recent = recent
        self._files = Card(_("Recent"), "")
        self._lines = column(spacing=0)
        self._lines.setContentsMargins(0, 0, 0, 10)
        self._files.body.addLayout(self._lines)
        recent.changed.connect(self._show_recent)
        begin = Card(_("Open or create a project"), "")
        body = column(
            label(_("Open a project's openbayes.yaml, or drop it on this window."), "secondary"),
            row(
                button(_("Open…"), self.open_requested.emit, kind="primary", meaning="folder"),
                button(_("New from my program…"), self.program_requested.emit, meaning="new"),
                button(_("New file…"), self.new_requested.emit),
                button(_("Import…"), self.import_requested.emit),
                None,
            ),
            row(label(_("Or copy an example:"), "secondary"), *self._examples(), None, spacing=14),
            spacing=10,
        )
        body.setContentsMargins(13, 2, 13, 14)
        begin.body.addLayout(body)
        title = label(_("Tune on your own machine"), "title")
        inner = QWidget()
        inner.setFixedWidth(_WIDTH)
        inner.setLayout(column(None, title, 4, begin, 12, self._files, None, None, spacing=8))
        self.setLayout(row(None, inner, None))
        self._show_recent()

    def _examples(self) -> list[QWidget]:
        names = {"digits": _("Handwritten digits"), "guide": _("Tuning guide")}
        return [
            button(words, partial(self.example_chosen.emit, name), kind="link")
            for name, words in names.items()
        ]

    def _show_recent(self) -> None:
        files = self._recent.files()
        clear(self._lines)
        for file in files:
            shown = button(file.parent.name, partial(self.file_chosen.emit, file), kind="link")
            line = row(shown, label(str(file), "caption"), None, spacing=10)
            line.setContentsMargins(13, 3, 13, 3)
            self._lines.addLayout(line)
        self._files.setVisible(bool(files))
