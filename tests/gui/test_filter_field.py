"""The filter of a job: completion, recent conditions, and what a misspelt name does."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QStyle, QStyleOptionFrame

from bayesdesk.jobs.filter_field import MOST_RECENT, FilterField
from bayesdesk.jobs.job_page import JobPage
from bayesdesk.window import MainWindow
from support.popup_menus import choose_entry
from support.window import WAIT_MS, finished_job
from support.workspace import Workspace


@pytest.fixture
def page(window: MainWindow, workspace: Workspace, qtbot) -> JobPage:
    return finished_job(window, workspace, qtbot, max_job_count=6)


@pytest.fixture
def field(page: JobPage, qtbot) -> FilterField:
    field = page.filter_bar.expression
    page.window().activateWindow()
    field.setFocus()
    qtbot.waitUntil(field.hasFocus, timeout=WAIT_MS)
    return field


def type_and_enter(qtbot, field: FilterField, words: str) -> None:
    """Type a condition; close the list of completions before Enter, which would accept one."""
    field.selectAll()
    for letter in words:
        qtbot.keyClicks(_receiver(field), letter)
    if field.offered:
        qtbot.keyClick(_receiver(field), Qt.Key.Key_Escape)
    qtbot.keyClick(field, Qt.Key.Key_Return)


def _receiver(field: FilterField):
    """Where keys arrive: at the open list, which passes them on, or at the field."""
    return QApplication.activePopupWidget() or field


def test_that_a_misspelt_name_is_marked_and_one_click_corrects_it(
    page: JobPage, field: FilterField, qtbot, pointer
) -> None:
    top = page.stack.geometry()
    type_and_enter(qtbot, field, "scoer > -1")
    assert field.property("wrong") == "true"
    assert len(page.model.shown) == 6
    said = [w for w in page.findChildren(QLabel) if w.isVisible() and "scoer" in w.text()]
    assert [w.text() for w in said] == ["There is no column “scoer”; did you mean “score”?"]
    assert page.stack.geometry() == top
    (fix,) = [b for b in page.findChildren(QPushButton) if b.isVisible() and b.text() == "Change to score"]
    pointer.click(fix)
    qtbot.waitUntil(lambda: page.model.filter.expression == "score > -1", timeout=WAIT_MS)
    assert field.property("wrong") == "false"
    assert not fix.isVisible()


def test_that_typing_completes_names_and_then_values(page: JobPage, field: FilterField, qtbot) -> None:
    qtbot.keyClicks(field, "sta")
    assert field.offered == ["state", "starred"]
    qtbot.keyClick(_receiver(field), Qt.Key.Key_Return)
    assert field.text() == "state"
    qtbot.keyClicks(field, " == su")
    assert field.offered == ['"succeeded"']
    qtbot.keyClick(_receiver(field), Qt.Key.Key_Tab)
    assert field.text() == 'state == "succeeded"'
    assert field.hasFocus()
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert page.model.filter.expression == 'state == "succeeded"'
    assert len(page.model.shown) == 6


def test_that_a_click_on_a_completion_inserts_it(page: JobPage, field: FilterField, qtbot, pointer) -> None:
    qtbot.keyClicks(field, "sta")
    popup = field._popup
    qtbot.waitUntil(popup.isVisible, timeout=WAIT_MS)
    pointer.click(popup.viewport(), popup.visualRect(popup.model().index(1, 0)).center())
    qtbot.waitUntil(lambda: field.text() == "starred", timeout=WAIT_MS)


def test_that_the_last_ten_conditions_are_kept_and_used_again(
    page: JobPage, field: FilterField, qtbot
) -> None:
    for number in range(12):
        type_and_enter(qtbot, field, f"number > {number}")
    type_and_enter(qtbot, field, "number > 5")
    assert len(field.recent()) == MOST_RECENT
    assert field.recent()[:3] == ["number > 5", "number > 11", "number > 10"]
    QSettings().sync()
    field.clear()
    assert page.model.filter.is_empty
    qtbot.keyClick(field, Qt.Key.Key_Down)
    choose_entry("number > 11")
    assert page.model.filter.expression == "number > 11"
    assert len(page.model.shown) == 0


@pytest.mark.parametrize(("width", "height"), [(1024, 700), (1280, 800), (1600, 1000)])
def test_that_forty_characters_are_visible_at_every_size(
    window: MainWindow, field: FilterField, qtbot, width: int, height: int
) -> None:
    window.resize(width, height)
    field.setText("0" * 40)
    qtbot.wait(1)
    option = QStyleOptionFrame()
    field.initStyleOption(option)
    inside = field.style().subElementRect(QStyle.SubElement.SE_LineEditContents, option, field)
    buttons = 2 * field.style().pixelMetric(QStyle.PixelMetric.PM_LineEditIconSize, None, field)
    assert QFontMetrics(field.font()).horizontalAdvance("0" * 40) <= inside.width() - buttons
    assert field.mapTo(window, field.rect().topRight()).x() <= window.width()


def test_that_the_slider_and_the_clear_button_agree(page: JobPage) -> None:
    bar = page.filter_bar
    for percent in (90, 70, 50, 34):
        bar._share.setValue(percent)
    bar._clear.click()
    assert page.model.filter.is_empty
    assert bar._share.value() == 100
