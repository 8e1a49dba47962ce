"""The page before a project is open: open one, create one, or copy an example."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QScrollArea, QSizePolicy, QWidget

from bayescore.i18n import _
from bayesdesk.recent_files import RecentFiles
from bayesdesk.ui import theme
from bayesdesk.ui.widgets import Card, ElidedLabel, button, clear, column, label, row

_WIDTH = 620
_OVERVIEW_WIDTH = 960


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
        self._title = label(_("Tune on your own machine"), "title")
        self._top = column(spacing=0)
        inner = QWidget()
        inner.setLayout(column(None, self._title, 4, self._top, begin, 4, self._files, None, None, spacing=8))
        self._inner = inner
        inner.setMaximumWidth(theme.px(_WIDTH))
        inner.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        middle = row(None, inner, None, spacing=0)
        middle.setStretchFactor(inner, 100)
        middle.setContentsMargins(theme.PAGE_MARGIN, 16, theme.PAGE_MARGIN, 16)
        content = QWidget()
        content.setLayout(middle)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(content)
        self.setLayout(column(scroll, spacing=0))
        self._show_recent()

    def add_overview(self, overview: QWidget) -> None:
        """Show an overview of the jobs above the ways to begin, in a wider column."""
        self._top.addWidget(overview)
        self._top.addSpacing(4)

    def show_overview(self, *, has_jobs: bool) -> None:
        """Give the overview its room as soon as there are jobs."""
        self._title.setText(_("Overview") if has_jobs else _("Tune on your own machine"))
        self._inner.setMaximumWidth(theme.px(_OVERVIEW_WIDTH if has_jobs else _WIDTH))

    def _examples(self) -> list[QWidget]:
        names = {
            "digits": _("Handwritten digits"),
            "epochs": _("Early stopping"),
            "guide": _("Tuning guide"),
        }
        return [
            button(words, partial(self.example_chosen.emit, name), kind="link")
            for name, words in names.items()
        ]

    def _show_recent(self) -> None:
        files = self._recent.files()
        clear(self._lines)
        for file in files:
            shown = button(file.parent.name, partial(self.file_chosen.emit, file), kind="link")
            line = row(shown, ElidedLabel(str(file)), spacing=10)
            line.setStretch(1, 1)
            line.setContentsMargins(13, 3, 13, 3)
            self._lines.addLayout(line)
        self._files.setVisible(bool(files))
