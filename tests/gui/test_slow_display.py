"""On a display that is reached over a slow line, only what looks different is painted."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QPaintEvent, QRegion
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from bayesdesk.editor.yaml_editor import YamlEditor
from bayesdesk.jobs.trial_table_model import TrialTableModel
from bayesdesk.models.filter import Brush
from bayesdesk.models.job import JobModel
from bayesdesk.plots.axis import RoundAxis
from bayesdesk.plots.frugal import FrugalPainting
from bayesdesk.plots.parallel.canvas import ParallelCanvas
from bayesdesk.plots.parallel.layout import margins
from bayesdesk.services.display_probe import is_display_slow
from bayesdesk.ui import slow_display, theme
from bayesdesk.ui.widgets import column
from support.builders import FILE
from support.slow_display import SlowDisplay
from support.views import a_trial, a_view
from support.virtual_screen import virtual_screen
from support.window import WAIT_MS, config_model

needs_xvfb = pytest.mark.skipif(shutil.which("Xvfb") is None, reason="there is no X server")


class Painted(QObject):
    """What of a widget has been painted on the screen."""

    def __init__(self, widget: QWidget, frugal: FrugalPainting | None = None) -> None:
        super().__init__(widget)
        self._frugal = frugal
        self.region = QRegion()
        widget.installEventFilter(self)

    @property
    def area(self) -> int:
        return sum(r.width() * r.height() for r in self.region)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        is_picture = self._frugal is not None and self._frugal.is_rendering
        if isinstance(event, QPaintEvent) and not is_picture:
            self.region += event.region()
        return False


@pytest.fixture
def slow(qapp: object) -> Iterator[None]:
    """A display that has been found to be slow."""
    slow_display.use(True)
    yield
    slow_display.use(False)


@pytest.fixture
def canvas(qtbot) -> Iterator[ParallelCanvas]:
    made, window = ParallelCanvas(JobModel(a_view([a_trial(n, n / 10) for n in range(1, 10)]))), QWidget()
    window.setLayout(column(made))
    qtbot.addWidget(window)
    window.resize(600, 300)
    with qtbot.waitExposed(window):
        window.show()
    qtbot.waitUntil(lambda: not made.item.is_busy, timeout=WAIT_MS)
    yield made
    window.close()


@needs_xvfb
@pytest.mark.parametrize(("is_remote", "found"), [(False, False), (True, True)])
def test_that_a_display_with_a_host_and_without_shared_memory_is_slow(
    monkeypatch: pytest.MonkeyPatch, is_remote: bool, found: bool
) -> None:
    with virtual_screen() as screen, SlowDisplay(screen) as display:
        monkeypatch.setenv("DISPLAY", display.name if is_remote else screen)
        assert is_display_slow() is found


def test_that_a_display_that_does_not_answer_is_not_taken_for_a_slow_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("", ":98765", "nonsense"):
        monkeypatch.setenv("DISPLAY", name)
        assert not is_display_slow()


def shown_editor(qtbot, position: int) -> YamlEditor:
    """An editor on the screen, with its text analysed and the cursor at a position."""
    model = config_model(FILE)
    editor = YamlEditor(model)
    qtbot.addWidget(editor)
    editor.resize(600, 600)
    with qtbot.waitExposed(editor):
        editor.show()
    cursor = editor.textCursor()
    cursor.setPosition(position)
    editor.setTextCursor(cursor)
    qtbot.waitUntil(lambda: model.is_current, timeout=WAIT_MS)
    return editor


def test_that_a_typed_letter_repaints_one_line(qtbot, qapp: object) -> None:
    editor = shown_editor(qtbot, FILE.index("main.py") + len("main.py"))
    QApplication.processEvents()  # paints what has been asked for until now
    painted = Painted(editor.viewport())
    QTest.keyClick(editor, Qt.Key.Key_A)
    qtbot.waitUntil(lambda: not painted.region.isEmpty(), timeout=WAIT_MS)
    assert painted.region.boundingRect().height() < 2 * editor.fontMetrics().lineSpacing()


def test_that_a_line_that_is_split_and_joined_is_laid_out(qtbot, qapp: object) -> None:
    editor = shown_editor(qtbot, FILE.index("main.py"))
    line = editor.fontMetrics().lineSpacing()
    top = editor.cursorRect().top()
    QTest.keyClick(editor, Qt.Key.Key_Return)
    assert editor.cursorRect().top() >= top + line
    QTest.keyClick(editor, Qt.Key.Key_Backspace)
    assert editor.cursorRect().top() == top


def test_that_a_table_reports_only_the_cells_that_say_something_else(qapp: object) -> None:
    trials = [a_trial(n, n / 10) for n in (1, 2, 3)]
    model = JobModel(a_view(trials))
    table = TrialTableModel(model)
    changed: list[tuple[int, str]] = []
    table.dataChanged.connect(lambda first, _last: changed.append((first.row(), table.names[first.column()])))
    model.set_view(replace(model.view, trials=(trials[0], replace(trials[1], note="odd"), trials[2])))
    table.refresh()
    assert changed == [(1, "note")]


def test_that_a_hovered_line_repaints_a_part_of_the_plot_on_a_slow_display(
    qtbot, slow: None, canvas: ParallelCanvas
) -> None:
    frugal = canvas.findChild(FrugalPainting)
    assert frugal is not None
    painted = Painted(canvas.viewport(), frugal)
    whole = canvas.viewport().width() * canvas.viewport().height()
    for row in (3, 5):  # the first one also sends what was painted when the window appeared
        qtbot.waitUntil(lambda: frugal.is_on and frugal.is_idle, timeout=WAIT_MS)
        painted.region = QRegion()
        canvas.item.hovered = row
        canvas.item.update()
        qtbot.waitUntil(lambda: painted.area > 0, timeout=WAIT_MS)
    assert painted.area < whole / 2


def test_that_a_slow_display_shows_what_a_fast_one_does(qtbot, slow: None, canvas: ParallelCanvas) -> None:
    if os.environ["QT_QPA_PLATFORM"] != "xcb":
        pytest.skip("there is no X server")
    model = canvas._model

    def is_shown() -> bool:
        frame = canvas.window().geometry()
        seen = canvas.screen().grabWindow(0, frame.x(), frame.y(), frame.width(), frame.height())
        wanted = canvas.grab().toImage()
        return seen.toImage().convertedTo(wanted.format()) == wanted

    for low in (0.2, 0.5, 0.1, 0.0):
        model.set_filter(model.filter.with_brushes("x", [Brush(low, 0.7)]))
        canvas.item.hovered = None if low == 0.5 else 2
        qtbot.waitUntil(is_shown, timeout=WAIT_MS)
    model.select(4)
    qtbot.waitUntil(is_shown, timeout=WAIT_MS)


def test_that_text_inside_plots_follows_the_zoom(qapp: object) -> None:
    sizes = []
    for zoom in (100, 200):
        theme.use_sizes(zoom, theme.DEFAULT_TEXT_PX)
        sizes.append((RoundAxis("left").style["tickFont"].pixelSize(), margins().head))
    theme.use_sizes(theme.DEFAULT_ZOOM, theme.DEFAULT_TEXT_PX)
    assert sizes[1] == (2 * sizes[0][0], 2 * sizes[0][1])
