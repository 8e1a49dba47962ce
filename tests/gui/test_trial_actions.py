"""Every table of a job's trials offers the same actions, and they work: by menu, by double click, by panel."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QLabel, QTableView, QWidget

from bayesdesk.jobs.add_trial_dialog import AddTrialDialog
from bayesdesk.jobs.job_page import JobPage
from bayesdesk.jobs.result_dialog import ResultDialog
from bayesdesk.jobs.trial_window import TrialWindow
from bayesdesk.plots.contour import ContourChart
from bayesdesk.plots.objective import ObjectiveChart
from bayesdesk.window import MainWindow
from support.popup_menus import choose_entry
from support.window import WAIT_MS, ended_page, finished_job, job_page
from support.workspace import REPORT_X, Workspace

TABLES = {"parallel-coordinates": lambda page: page.parallel.table, "trials": lambda page: page.table}


@pytest.fixture(params=list(TABLES))
def tab(request: pytest.FixtureRequest) -> str:
    """The pages that show a table of trials."""
    return request.param


def table_of(page: JobPage, tab: str, qtbot, *, rows: int) -> QTableView:
    page.tabs.setCurrentIndex(page.names.index(tab))
    table = TABLES[tab](page)
    qtbot.waitUntil(lambda: table.model().rowCount() == rows and table.isVisible(), timeout=WAIT_MS)
    return table


def middle_of(table: QTableView, row: int) -> QPoint:
    return table.visualRect(table.model().index(row, 0)).center()


def click(qtbot, table: QTableView, row: int) -> None:
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=middle_of(table, row))


def choose(qtbot, table: QTableView, row: int, words: str) -> None:
    """Open the context menu over a row and choose an entry."""
    context_menu(table.viewport(), middle_of(table, row))
    choose_entry(words)


def opened(window: MainWindow, kind: type[QWidget], qtbot) -> QWidget:
    qtbot.waitUntil(lambda: any(w.isVisible() for w in window.findChildren(kind)), timeout=WAIT_MS)
    return next(w for w in window.findChildren(kind) if w.isVisible())


def test_that_a_double_click_and_the_menu_of_any_table_open_a_trial(
    window: MainWindow, workspace: Workspace, qtbot, tab: str
) -> None:
    page = finished_job(window, workspace, qtbot, max_job_count=2)
    table = table_of(page, tab, qtbot, rows=2)
    click(qtbot, table, 1)
    qtbot.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, pos=middle_of(table, 1))
    shown = opened(window, TrialWindow, qtbot)
    assert "#2" in shown.windowTitle()
    shown.close()
    qtbot.waitUntil(lambda: not window.findChildren(TrialWindow), timeout=WAIT_MS)
    click(qtbot, table, 0)
    choose(qtbot, table, 0, "Log and files")
    shown = opened(window, TrialWindow, qtbot)
    assert "#1" in shown.windowTitle()
    shown.close()


def test_that_the_menu_of_any_table_uses_stars_and_runs_a_trial_again(
    window: MainWindow, workspace: Workspace, qtbot, tab: str
) -> None:
    workspace.write(max_job_count=2)
    page = ended_page(window, qtbot, workspace.tune()["id"])
    table = table_of(page, tab, qtbot, rows=2)
    click(qtbot, table, 1)
    choose(qtbot, table, 1, "Use as result…")
    dialog = opened(window, ResultDialog, qtbot)
    assert "#2" in dialog.windowTitle()
    dialog.close()
    choose(qtbot, table, 1, "Mark with a star")
    qtbot.waitUntil(lambda: [t.starred for t in page.model.view.trials] == [False, True], timeout=WAIT_MS)
    choose(qtbot, table, 1, "Re-run")
    qtbot.waitUntil(
        lambda: [t.attempt for t in page.model.view.trials] == [1, 2] and page.model.view.job.state.ended,
        timeout=WAIT_MS,
    )


def test_that_a_trial_becomes_the_baseline_of_every_view(
    window: MainWindow, workspace: Workspace, qtbot
) -> None:
    page = finished_job(window, workspace, qtbot, max_job_count=3)
    table = table_of(page, "trials", qtbot, rows=3)
    worst = min(page.model.view.trials, key=lambda t: t.value)
    row = table.model().row_of_trial(worst.number)
    assert "better than" not in page.header.best.value.text()
    click(qtbot, table, row)
    choose(qtbot, table, row, "Use as the baseline")
    qtbot.waitUntil(lambda: "better than trial" in page.header.best.value.text(), timeout=WAIT_MS)
    state = table.model().names.index("state")
    qtbot.waitUntil(lambda: table.model().index(row, state).data().endswith("baseline"), timeout=WAIT_MS)
    page.tabs.setCurrentIndex(page.names.index("charts"))
    legend = f"baseline: trial {worst.number}"
    chart = page.findChild(ObjectiveChart)
    qtbot.waitUntil(lambda: legend in [w.text() for w in chart.findChildren(QLabel)], timeout=WAIT_MS)
    table_of(page, "trials", qtbot, rows=3)
    choose(qtbot, table, row, "Do not use as the baseline")
    qtbot.waitUntil(lambda: "better than" not in page.header.best.value.text(), timeout=WAIT_MS)


def test_that_the_menu_of_any_table_stops_a_running_trial(
    window: MainWindow, workspace: Workspace, qtbot, tmp_path: Path, tab: str
) -> None:
    wait = (
        f"import pathlib, time\nwhile not pathlib.Path({str(tmp_path / 'go')!r}).exists(): time.sleep(0.02)\n"
    )
    workspace.write(REPORT_X + wait, max_job_count=2, parallel_count=2)
    job = workspace.begin()
    workspace.wait_running(job, 2)
    window.show_job(job)
    page = job_page(window, qtbot)
    table = table_of(page, tab, qtbot, rows=2)
    click(qtbot, table, 0)
    choose(qtbot, table, 0, "Stop")
    qtbot.waitUntil(lambda: page.model.view.trials[0].state == "cancelled", timeout=WAIT_MS)
    assert page.model.view.trials[1].state == "running"
    (tmp_path / "go").touch()
    workspace.wait_ended(job)


def test_that_a_trial_is_added_by_hand_like_another_one(
    window: MainWindow, workspace: Workspace, qtbot
) -> None:
    workspace.write(max_job_count=2)
    page = ended_page(window, qtbot, workspace.tune()["id"])
    table = table_of(page, "trials", qtbot, rows=2)
    number = table.model().index(0, 0).data()
    first = next(t for t in page.model.view.trials if str(t.number) == str(number).lstrip("#"))
    choose(qtbot, table, 0, "Add a trial like this…")
    dialog = opened(window, AddTrialDialog, qtbot)
    assert isinstance(dialog, AddTrialDialog)
    field = dialog.fields["x"]
    assert float(field.text()) == first.parameters["x"]
    field.selectAll()
    qtbot.keyClicks(field, "much")
    assert "must be a number" in dialog.problem.text()
    assert not dialog.add.isEnabled()
    field.selectAll()
    qtbot.keyClicks(field, "2.5")
    assert dialog.problem.text() == ""
    qtbot.mouseClick(dialog.add, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(
        lambda: len(page.model.view.trials) == 3 and page.model.view.job.state.ended, timeout=WAIT_MS
    )
    added = page.model.view.trials[2]
    assert (added.origin, added.parameters["x"], added.value) == ("by_hand", 2.5, 2.5)


def test_that_nothing_is_added_when_nothing_is_chosen(
    window: MainWindow, workspace: Workspace, qtbot
) -> None:
    page = finished_job(window, workspace, qtbot, max_job_count=2)
    page.add_trial()
    dialog = opened(window, AddTrialDialog, qtbot)
    assert isinstance(dialog, AddTrialDialog)
    assert not dialog.add.isEnabled()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert len(page.model.view.trials) == 2


def context_menu(widget: QWidget, at: QPoint) -> None:
    event = QContextMenuEvent(
        QContextMenuEvent.Reason.Mouse, at, widget.mapToGlobal(at), Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(widget, event)


def test_that_a_trial_is_added_from_a_line_and_from_a_place_of_the_contour(
    window: MainWindow, workspace: Workspace, qtbot
) -> None:
    page = finished_job(window, workspace, qtbot, max_job_count=8)
    page.tabs.setCurrentIndex(page.names.index("parallel-coordinates"))
    item, canvas = page.parallel.canvas.item, page.parallel.canvas
    qtbot.waitUntil(lambda: canvas.isVisible() and len(item._heights) == 8, timeout=WAIT_MS)
    between = QPoint(round(item.x_of(0) + item.layout.distance / 2), round(item._heights[3, :2].mean()))
    number = page.model.view.trials[item.trial_at(between.x(), between.y())].number
    context_menu(canvas.viewport(), between)
    choose_entry("Add a trial like this…")
    dialog = opened(window, AddTrialDialog, qtbot)
    given = next(t.parameters for t in page.model.view.trials if t.number == number)
    assert page.model.selected.number == number
    assert {n: f.text() for n, f in dialog.fields.items()} == {n: str(v) for n, v in given.items()}
    dialog.close()
    qtbot.waitUntil(lambda: not window.findChildren(AddTrialDialog), timeout=WAIT_MS)
    page.tabs.setCurrentIndex(page.names.index("analysis"))
    qtbot.waitUntil(lambda: page.findChild(ContourChart) is not None, timeout=WAIT_MS)
    contour = page.findChild(ContourChart)
    qtbot.waitUntil(contour._plot.isVisible, timeout=WAIT_MS)
    box = contour._plot.box
    lower_left = contour._plot.mapFromScene(box.mapViewToScene(QPointF(0.0, 0.0)))
    drawn = contour._pair()
    contour._x.setCurrentIndex(contour._x.findData(drawn[1].name))  # a choice that is not computed yet
    context_menu(contour._plot.viewport(), lower_left)
    choose_entry("Add a trial here…")
    dialog = opened(window, AddTrialDialog, qtbot)
    chosen = {spec.name: spec for spec in drawn}
    for name, field in dialog.fields.items():
        spec = chosen.get(name)
        if spec is None:
            assert field.text() == str(page.model.view.best.parameters[name])
        elif hasattr(spec, "min_value"):
            assert float(field.text()) == pytest.approx(spec.min_value, abs=0.05)
        else:
            assert field.text() == spec.categorical_values[0]
    dialog.close()
