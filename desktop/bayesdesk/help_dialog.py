"""Help: the workflow, the keys, and where files are."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDialog, QGridLayout, QScrollArea, QWidget

from bayescore import __version__
from bayescore.i18n import _
from bayescore.store import DataFolder
from bayesdesk.ui import theme
from bayesdesk.ui.fitting import fit_to_screen
from bayesdesk.ui.widgets import Card, button, column, label, row


class HelpDialog(QDialog):
    """Opened by F1."""

    def __init__(self, parent: QWidget, actions: Mapping[str, QAction], folder: DataFolder) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Help"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        fit_to_screen(self, 720, 620)
        parts = [
            _card(_("Workflow"), [("", words) for words in _workflow()]),
            _card(_("Keys"), [*_keys(actions), *_other_keys()]),
            _card(
                _("Files"),
                [
                    (_("Data folder"), str(folder.root)),
                    (_("Engine log"), str(folder.engine_log)),
                    (_("Window log"), str(folder.root / "window.log")),
                    (_("Version"), __version__),
                ],
            ),
        ]
        inner = QWidget()
        inner.setLayout(column(*parts, None, spacing=theme.CARD_GAP))
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(inner)
        layout = column(
            label(_("Help"), "title"), scroll, row(None, button(_("Close"), self.accept)), spacing=12
        )
        layout.setContentsMargins(theme.PAGE_MARGIN, 16, theme.PAGE_MARGIN, 16)
        self.setLayout(layout)


def _workflow() -> list[str]:
    return [
        _("1. Open a project's openbayes.yaml, or copy an example."),
        _("2. Define the parameters to tune, in the form or in the YAML. Both edit the same text."),
        _("3. Try one trial to check that the program runs and reports its metric."),
        _("4. Start the job. It continues when the window is closed."),
        _("5. Brush the axes of the parallel coordinates and start a new job with these ranges."),
        _("6. Use the best trial as the result. Its values are written into the file."),
    ]


def _keys(actions: Mapping[str, QAction]) -> list[tuple[str, str]]:
    return [(a.shortcut().toString(), words) for words, a in actions.items() if not a.shortcut().isEmpty()]


def _other_keys() -> list[tuple[str, str]]:
    return [
        ("Ctrl+., Alt+Enter", _("YAML: quick fixes for the line")),
        ("Ctrl+Space, Alt+/", _("YAML: completions")),
        ("Ctrl+/", _("YAML: comment or uncomment lines")),
        ("Ctrl+C", _("Copy the selected trials as a table")),
        ("Tab", _("Next control, in reading order; Shift+Tab goes back")),
        ("Ctrl+Tab", _("YAML: next control; Ctrl+Shift+Tab goes back")),
        ("← → ↑ ↓", _("Plots: next point by place and by height, or next curve")),
        ("Home, End", _("Plots: first and last point")),
        ("Return", _("Plots and tables: open the trial")),
        ("← →", _("Parallel coordinates: next axis; with Ctrl, move the axis")),
        ("↑ ↓", _("Parallel coordinates: next trial on the axis; with Shift, size a brush")),
        ("Space", _("Parallel coordinates: begin or end a brush at the trial, or select its choice")),
        ("Delete", _("Parallel coordinates: remove the brushes of the axis")),
        ("Esc", _("Remove all brushes")),
    ]


def _card(title: str, lines: list[tuple[str, str]]) -> Card:
    card, grid = Card(title), QGridLayout()
    grid.setContentsMargins(13, 2, 13, 12)
    grid.setHorizontalSpacing(18)
    grid.setVerticalSpacing(6)
    for i, (left, right) in enumerate(lines):
        if left:
            grid.addWidget(label(left, "mono_small"), i, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(label(right, wrap=True, selectable=True), i, 1)
        else:
            grid.addWidget(label(right, wrap=True), i, 0, 1, 2)
    grid.setColumnStretch(1, 1)
    card.body.addLayout(grid)
    return card
