"""Every page fits: no text is cut, nothing overlaps, nothing needs sideways scrolling."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication, QWidget

from bayesdesk.window import MainWindow
from support.layout import faults
from support.window import WAIT_MS, ended_page, open_editor
from support.workspace import Workspace

_SIZES = ((952, 500), (1024, 700), (1280, 800), (1920, 1080))  # the first: 1080p at 200 %, without a frame
_LOOKS = (("en", "light"), ("zh", "dark"))  # a theme changes colours only: no other pair has another layout
_SPECS = [
    {"name": "x", "type": "DOUBLE", "min_value": 0.1, "max_value": 1.0, "scale_type": "UNIT_LOG_SCALE"},
    {"name": "n", "type": "INTEGER", "min_value": 1, "max_value": 9},
    {"name": "activation", "type": "CATEGORICAL", "categorical_values": ["relu", "tanh"]},
    {"name": "transformer_encoder_dropout_rate", "type": "DOUBLE", "min_value": 0, "max_value": 0.5},
]


@pytest.mark.timeout(600)  # twenty seconds of work, on a machine that may be busy
def test_that_every_page_fits_at_every_size_in_both_languages_and_themes(
    window: MainWindow, workspace: Workspace, qtbot
) -> None:
    file = workspace.write(specs=_SPECS, max_job_count=6)
    jobs = [workspace.insert(points=3).id for _ in range(2)]
    qtbot.waitUntil(lambda: len(window.rows) == 2, timeout=WAIT_MS)
    window.setUpdatesEnabled(False)  # what is painted is not looked at
    found: dict[str, str] = {}
    for look in _LOOKS:
        window.appearance.set_language(look[0])
        window.appearance.set_theme(look[1])
        for name, page in _pages(window, qtbot, jobs, file):
            for size in _SIZES:
                window.resize(*size)
                _settle()
                for fault in faults(page()):
                    found.setdefault(f"{name}: {fault}", f"{size[0]} × {size[1]}, {look[0]}, {look[1]}")
    assert not found, "\n".join(f"{fault} ({where})" for fault, where in found.items())


def _settle() -> None:
    """Let layouts follow: some need a second round, after the first has changed the width of a text."""
    for _ in range(2):
        QApplication.processEvents()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)


def _pages(window: MainWindow, qtbot, jobs: list[str], file) -> Iterator[tuple[str, Callable[[], QWidget]]]:
    """Every page, shown; each as a name and what returns the window as it is then."""

    def whole() -> QWidget:
        return window.centralWidget()

    window.show_start()
    yield "start", whole
    page = ended_page(window, qtbot, jobs[0])
    for index, name in enumerate(page.names):
        page.tabs.setCurrentIndex(index)
        yield name, whole
    page.tabs.setCurrentIndex(0)
    window.show_jobs()
    yield "jobs", whole
    window.compare(*jobs)
    yield "compare", whole
    window.show_diagnostics()
    qtbot.waitUntil(lambda: window.diagnostics is not None and window.diagnostics.is_done, timeout=WAIT_MS)
    yield "diagnostics", whole
    if window.editor is None:
        open_editor(window, qtbot, file)
    window.pages.return_to_editor()
    editor = window.editor
    assert editor is not None
    qtbot.waitUntil(lambda: editor.model.is_current, timeout=WAIT_MS)
    for side in ("form", "yaml", "both"):
        editor.show_sides(side)
        yield f"editor, {side}", whole
