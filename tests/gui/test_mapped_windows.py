"""Nothing becomes a window that is not meant to be one; the fixture ``window`` checks it in every test, too."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from bayesdesk.ui.message_box import tell
from bayesdesk.ui.widgets import clear, discard, label, set_shown
from bayesdesk.window import MainWindow
from support.mapped import MappedWindows
from support.pointer import Pointer
from support.window import WAIT_MS, finished_job, open_editor, settle
from support.workspace import Workspace


@pytest.fixture
def only_meant(mapped: MappedWindows | None) -> MappedWindows:
    if mapped is None:
        pytest.skip("there is no X server")
    return mapped


def test_that_the_watch_sees_a_part_that_becomes_a_window(qapp, qtbot, only_meant: MappedWindows) -> None:
    stray = QLabel("a part")
    stray.show()
    qtbot.waitExposed(stray)
    assert only_meant.strays() == ["QLabel “”"]
    stray.close()


def test_that_a_widget_whose_showing_is_queued_is_discarded_without_a_window(
    window: MainWindow, qtbot, only_meant: MappedWindows
) -> None:
    page = QWidget(window)
    layout = QVBoxLayout(page)
    page.show()
    before = len(only_meant.mapped())
    for _round in range(20):
        for words in "abc":
            layout.addWidget(label(words))  # shown when the event loop runs
        clear(layout)
        alone = label("alone")
        layout.addWidget(alone)
        discard(alone)
    qtbot.waitUntil(lambda: not page.findChildren(QLabel), timeout=WAIT_MS)
    assert len(only_meant.mapped()) == before
    page.deleteLater()


def test_that_a_part_is_shown_with_its_page_and_not_before(
    window: MainWindow, qtbot, only_meant: MappedWindows
) -> None:
    page, part, hidden = QWidget(window), label("part"), label("hidden")
    set_shown(part, False)
    set_shown(part, True)
    set_shown(hidden, False)
    layout = QVBoxLayout(page)
    layout.addWidget(part)
    layout.addWidget(hidden)
    page.show()
    assert part.isVisible()
    assert not hidden.isVisible()
    assert only_meant.strays() == []
    page.deleteLater()


def test_that_the_arrow_keys_in_the_table_and_the_pages_of_a_job_map_no_window(
    window: MainWindow, workspace: Workspace, qtbot, pointer: Pointer, only_meant: MappedWindows
) -> None:
    page = finished_job(window, workspace, qtbot, max_job_count=12)
    page.tabs.setCurrentIndex(page.names.index("trials"))
    pointer.click(page.table.viewport(), QPoint(60, 12))
    before = len(only_meant.mapped())
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
        for _press in range(11):
            qtbot.keyClick(page.table, key)
    for index in range(page.tabs.count()):
        page.tabs.setCurrentIndex(index)
        pointer.move(page.stack)
    editor = open_editor(window, qtbot, workspace.project / "openbayes.yaml")
    editor.model.set(("hyper_tuning", "algorithm"), "Bayesian")
    editor.model.set(("hyper_tuning", "max_job_count"), "many")
    settle(editor)
    editor.model.set(("hyper_tuning", "max_job_count"), 4)
    settle(editor)
    assert len(only_meant.mapped()) == before
    box = tell(window, "A message", "with details")
    qtbot.waitExposed(box)
    assert len(only_meant.mapped()) == before + 1
    box.accept()
