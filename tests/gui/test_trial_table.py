"""The table of trials and the panel beside it, as a person uses them."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QHeaderView, QPushButton, QScrollArea

from bayescore.store import JobState, TrialState
from bayesdesk.jobs.job_page import JobPage
from bayesdesk.jobs.trial_window import TrialWindow
from bayesdesk.ui.elided import ElidedText
from bayesdesk.window import MainWindow
from support.stored_jobs import add_job
from support.window import WAIT_MS, ended_page, finished_job
from support.workspace import Workspace


def header_of(page: JobPage, qtbot) -> QHeaderView:
    page.tabs.setCurrentIndex(page.names.index("trials"))
    qtbot.waitUntil(page.table.isVisible, timeout=WAIT_MS)
    return page.table.horizontalHeader()


def click_on(pointer, header: QHeaderView, section: int, part: float = 0.5) -> None:
    """Click at a part of a section's width: two clicks at one place would be a double click."""
    at = header.sectionViewportPosition(section) + round(part * header.sectionSize(section))
    pointer.click(header.viewport(), QPoint(at, header.height() // 2))


@pytest.mark.parametrize("goal", ["MAXIMIZE", "MINIMIZE"])
def test_that_the_first_click_on_the_objective_sorts_the_best_first(
    window: MainWindow, workspace: Workspace, qtbot, pointer, goal: str
) -> None:
    page = finished_job(window, workspace, qtbot, max_job_count=6, goal=goal)
    header, table = header_of(page, qtbot), page.table
    section = table.model().names.index("score")
    best = page.model.view.best
    assert best is not None
    click_on(pointer, header, section)
    assert table.model().trials[0].number == best.number
    click_on(pointer, header, section, part=0.2)
    assert table.model().trials[-1].number == best.number


@pytest.mark.parametrize("name", ["score", "x", "state", "number"])
def test_that_the_arrow_stands_beside_the_text_of_the_header(
    window: MainWindow, workspace: Workspace, qtbot, pointer, name: str
) -> None:
    page = finished_job(window, workspace, qtbot, max_job_count=3)
    header = header_of(page, qtbot)
    section = page.table.model().names.index(name)
    width = header.sectionSize(section)
    click_on(pointer, header, section)
    assert header.sectionSize(section) == width
    arrow = header.arrow_area(section)
    text = header.fontMetrics().horizontalAdvance(
        str(header.model().headerData(section, Qt.Orientation.Horizontal))
    )
    left = header.sectionViewportPosition(section)
    assert left + 8 + text <= arrow.left()
    assert arrow.right() <= left + width


def panel_overlaps(page: JobPage) -> list[str]:
    """Widgets of the details panel that are not whole within what is visible of it."""
    (scroll,) = page.panel.findChildren(QScrollArea)
    view = scroll.viewport()
    inside = QRect(view.mapTo(page.panel, QPoint(0, 0)), view.size())
    wrong = []
    for widget in scroll.widget().findChildren(QPushButton) + scroll.widget().findChildren(ElidedText):
        area = QRect(widget.mapTo(page.panel, QPoint(0, 0)), widget.size())
        if widget.isVisible() and not (inside.left() <= area.left() and area.right() <= inside.right()):
            wrong.append(widget.text())
    return wrong


def test_that_long_names_and_values_fit_into_the_details_panel(
    window: MainWindow, workspace: Workspace, qtbot
) -> None:
    specs = [
        {
            "name": f"transformer_{i}_attention_dropout_rate",
            "type": "CATEGORICAL",
            "categorical_values": ["v" * 60],
        }
        for i in range(30)
    ]
    workspace.write(
        specs=[*specs, {"name": "x", "type": "DOUBLE", "min_value": 0, "max_value": 1}], max_job_count=2
    )
    page = ended_page(window, qtbot, workspace.insert().id)
    (scroll,) = page.panel.findChildren(QScrollArea)
    qtbot.waitUntil(scroll.verticalScrollBar().isVisible, timeout=WAIT_MS)
    assert panel_overlaps(page) == []
    texts = page.panel.findChildren(ElidedText)
    cut = [t for t in texts if t.is_cut]
    assert any(t.text() == "v" * 60 for t in cut)


@pytest.mark.parametrize("state", [TrialState.CANCELLED, TrialState.FAILED])
def test_that_the_log_is_the_first_action_on_a_trial_without_a_value(
    window: MainWindow, workspace: Workspace, qtbot, pointer, state: TrialState
) -> None:
    job = add_job(window.database, state, ended=JobState.CANCELLED)
    page = ended_page(window, qtbot, job.id)
    buttons = {b.text(): b for b in page.panel.findChildren(QPushButton) if b.text()}
    use, log = buttons["Use as result…"], buttons["Log and files"]
    assert (use.objectName(), use.isEnabled()) == ("", False)
    assert use.toolTip() == "The trial has no value of the objective."
    assert log.objectName() == "primary"
    assert log.y() < use.y()
    pointer.click(log)
    qtbot.waitUntil(lambda: bool(window.findChildren(TrialWindow)), timeout=WAIT_MS)
    window.findChildren(TrialWindow)[0].close()
    page.table.selectRow(0)
    (entry,) = [a for a in page.table.rows_menu().actions() if a.text() == "Use as result…"]
    assert not entry.isEnabled()


def test_that_a_trial_that_succeeded_offers_its_use_first(
    window: MainWindow, workspace: Workspace, qtbot
) -> None:
    page = finished_job(window, workspace, qtbot, max_job_count=2)
    (primary,) = [b for b in page.panel.findChildren(QPushButton) if b.objectName() == "primary"]
    assert primary.text() == "Use as result…"
    assert primary.isEnabled()
