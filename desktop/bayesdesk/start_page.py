"""The page before a project is open: open one, create one, or copy an example."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from bayescore.i18n import _
from bayesdesk.ui.widgets import Card, button, column, label, row

_WIDTH = 620


class StartPage(QWidget):
    """Recent files and examples."""

    file_chosen = Signal(object)  # Path
    open_requested = Signal()
    new_requested = Signal()
    program_requested = Signal()
    import_requested = Signal()
    example_chosen = Signal(str)

    def __init__(self, recent: list[Path]) -> None:
        super().__init__()
        self.setObjectName("page")
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
        parts: list[QWidget | int | None] = [None, label(_("Tune on your own machine"), "title"), 4, begin]
        if recent:
            parts += [12, self._recent(recent)]
        inner = QWidget()
        inner.setFixedWidth(_WIDTH)
        inner.setLayout(column(*parts, None, None, spacing=8))
        self.setLayout(row(None, inner, None))

    def _examples(self) -> list[QWidget]:
        names = {"digits": _("Handwritten digits"), "guide": _("Tuning guide")}
        return [
            button(words, partial(self.example_chosen.emit, name), kind="link")
            for name, words in names.items()
        ]

    def _recent(self, files: list[Path]) -> Card:
        card = Card(_("Recent"), "")
        for file in files:
            shown = button(file.parent.name, partial(self.file_chosen.emit, file), kind="link")
            line = row(shown, label(str(file), "caption"), None, spacing=10)
            line.setContentsMargins(13, 3, 13, 3)
            card.body.addLayout(line)
        card.body.addSpacing(10)
        return card
