"""What there is before there is a file: open one, or begin with an example."""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from bayescore.errors import ConfigError
from bayescore.i18n import _, text
from bayescore.resources import resource
from bayesdesk.ui.widgets import Card, button, column, label, row

_WIDTH = 620


class StartPage(QWidget):
    """Recent files and examples."""

    file_chosen = Signal(object)  # Path
    open_requested = Signal()
    example_chosen = Signal(str)

    def __init__(self, recent: list[Path]) -> None:
        super().__init__()
        self.setObjectName("page")
        begin = Card(_("Begin"), "")
        body = column(
            label(_("Open a project's openbayes.yaml, or drop it on this window."), "secondary"),
            row(
                button(_("Open…"), self.open_requested.emit, kind="primary", meaning="folder"),
                *self._examples(),
                None,
            ),
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
        names = {"digits": _("Example: handwritten digits"), "guide": _("Example: the tuning guide's")}
        return [
            button(words, partial(self.example_chosen.emit, name), meaning="new")
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

    @staticmethod
    def copy_example(name: str, target: Path) -> None:
        """Copy an example into a folder that does not exist yet.

        Raises
        ------
        ConfigError
            When it does.
        """
        if target.exists():
            raise ConfigError(
                text("There is a folder {folder} already.", folder=target), text("Choose another place.")
            )
        shutil.copytree(resource("examples", name), target, ignore=shutil.ignore_patterns("__pycache__"))
