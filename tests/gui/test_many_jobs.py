"""Comparing jobs, deleting them, marking trials, and looking closely."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage
from PySide6.QtWidgets import QLineEdit

from bayescore.app import deletion
from bayescore.config import Goal
from bayescore.errors import ConfigError
from bayescore.files.tree import bytes_on_disk
from bayescore.results import surface
from bayescore.store import JobState, TrialState, trials
from bayesdesk.models.axes import Scale, axes_of, with_scale
from bayesdesk.models.curves import fences
from bayesdesk.plots.contour import ContourChart
from bayesdesk.services.ansi import Style, segments
from bayesdesk.window import MainWindow
from support.programs import wait_for
from support.stored_jobs import add_job
from support.window import TWO, WAIT_MS, ended_page, finished_job, job_page, open_editor
from support.workspace import REPORT_X, Workspace


def test_that_jobs_are_compared_by_curves_best_sets_and_settings(
    window: MainWindow, workspace: Workspace, qtbot
) -> None:
    workspace.write(specs=TWO, max_job_count=3)
    first = workspace.insert().id
    workspace.write(specs=TWO, max_job_count=5, algorithm="Bayesian")
    second = workspace.insert().id
    qtbot.waitUntil(lambda: len(window.rows) == 2, timeout=WAIT_MS)
    window.show_job(first)
    window.compare(second)
    page = window.comparison
    assert page is not None
    qtbot.waitUntil(lambda: page.best.columnCount() == 3, timeout=WAIT_MS)
    shown = {
        page.settings.item(r, 0).text(): [page.settings.item(r, c).text() for c in (1, 2)]
        for r in range(page.settings.rowCount())
    }
    assert shown["hyper_tuning.max_job_count"] == ["3", "5"]
    assert shown["hyper_tuning.algorithm"] == ["Random", "Bayesian"]
    assert "command" not in shown
    assert len(page.curves._plot.getPlotItem().listDataItems()) == 2
    page.list.item(0).setCheckState(Qt.CheckState.Unchecked)
    qtbot.waitUntil(lambda: page.best.columnCount() == 2, timeout=WAIT_MS)


def test_that_an_ended_job_is_deleted_with_its_files_and_leaves_the_window(
    window: MainWindow, workspace: Workspace, qtbot, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace.write(specs=TWO, max_job_count=2)
    job = workspace.tune()["id"]
    ended_page(window, qtbot, job)
    folder = workspace.data.job(job)
    assert bytes_on_disk(folder) > 0
    window.show_diagnostics()
    card = window.diagnostics.jobs
    qtbot.waitUntil(lambda: card.list.topLevelItemCount() == 1, timeout=WAIT_MS)
    card.list.topLevelItem(0).setCheckState(0, Qt.CheckState.Checked)
    assert card.remove.isEnabled()
    card.delete(card._ticked_ids())
    qtbot.waitUntil(lambda: not folder.exists(), timeout=WAIT_MS)
    qtbot.waitUntil(lambda: window.rows == () and window.job_page is None, timeout=WAIT_MS)
    assert workspace.run("show", job).code != 0
    qtbot.waitUntil(window.diagnostics._again.isEnabled, timeout=WAIT_MS)


def test_that_a_running_job_cannot_be_deleted_and_a_deleted_one_is_no_longer_history(
    workspace: Workspace, tmp_path: Path
) -> None:
    go = tmp_path / "go"
    workspace.write(REPORT_X + wait_for(go), max_job_count=1)
    job = workspace.begin()
    workspace.wait_running(job, 1)
    with pytest.raises(ConfigError, match="not ended"):
        deletion.delete(workspace.database(), [job])
    refused = workspace.run("delete", job)
    assert refused.code != 0
    assert "--yes" in refused.err
    go.touch()
    workspace.wait_ended(job)
    follow_up = workspace.begin("--history", job)
    workspace.wait_ended(follow_up)
    assert workspace.run("delete", job, "--yes").code == 0
    continued = workspace.run("continue", follow_up, "--trials", "1", "--json")
    assert continued.code == 0, continued.err
    assert len(workspace.trials(follow_up)) == 2


def test_that_trials_are_starred_noted_and_found_again(
    window: MainWindow, workspace: Workspace, qtbot
) -> None:
    page = finished_job(window, workspace, qtbot, max_job_count=4)
    page.tabs.setCurrentIndex(2)
    page.table.selectRow(1)
    numbers = [t.number for t in page.table.chosen_trials()]
    star = next(a for a in page.table.rows_menu().actions() if a.text() == "Mark with a star")
    star.trigger()
    qtbot.waitUntil(
        lambda: [t.number for t in page.model.view.trials if t.starred] == numbers, timeout=WAIT_MS
    )
    page.panel.note.setFocus()
    qtbot.keyClicks(page.panel.note, "looks stable")
    qtbot.keyClick(page.panel.note, Qt.Key.Key_Return)
    chosen = page.model.selected
    qtbot.waitUntil(
        lambda: any(t.note == "looks stable" and t.number == chosen.number for t in page.model.view.trials),
        timeout=WAIT_MS,
    )
    page.filter_bar.expression.setText("starred == 1")
    page.filter_bar.expression.editingFinished.emit()
    assert [t.number for t in page.model.shown] == numbers


def test_that_columns_are_chosen_and_stay_chosen(window: MainWindow, workspace: Workspace, qtbot) -> None:
    page = finished_job(window, workspace, qtbot, max_job_count=2)
    page.tabs.setCurrentIndex(2)
    column = page.table._rows.names.index("time")
    action = next(a for a in page.table.columns_menu().actions() if a.text() == "Time")
    action.trigger()
    assert page.table.isColumnHidden(column)
    page.table.selectAll()
    page.table.copy_rows()
    heading = QGuiApplication.clipboard().text().split("\n")[0].split("\t")
    assert "Time" not in heading
    assert "score" in heading
    window.switch_theme()
    assert window.job_page is not None
    assert window.job_page.table.isColumnHidden(column)


def test_that_several_trials_are_run_again_at_once(window: MainWindow, workspace: Workspace, qtbot) -> None:
    workspace.write(specs=TWO, max_job_count=3)
    page = ended_page(window, qtbot, workspace.tune()["id"])
    page.tabs.setCurrentIndex(2)
    page.table.selectAll()
    again = next(a for a in page.table.rows_menu().actions() if a.text() == "Re-run 3")
    again.trigger()
    qtbot.waitUntil(
        lambda: [t.attempt for t in page.model.view.trials] == [2, 2, 2] and page.model.view.job.state.ended,
        timeout=WAIT_MS,
    )


def test_that_the_contour_is_the_model_over_the_two_leading_parameters(
    window: MainWindow, workspace: Workspace, qtbot
) -> None:
    page = finished_job(window, workspace, qtbot, max_job_count=12, parallel_count=4)
    view = page.model.view
    specs = view.job.config.hyper_tuning.parameter_specs
    found = surface(specs, view.trials, Goal.MAXIMIZE, "x", "n")
    assert found is not None
    assert found.mean.shape == (len(found.x), len(found.y))
    by_x = found.mean.mean(axis=1)
    assert by_x[-1] > by_x[0] + 0.3  # the objective is x
    assert np.all(found.deviation >= 0)
    assert surface(specs, view.trials[:3], Goal.MAXIMIZE, "x", "n") is None
    page.tabs.setCurrentIndex(3)
    qtbot.waitUntil(lambda: page.analysis.findChild(ContourChart) is not None, timeout=WAIT_MS)
    contour = page.analysis.findChild(ContourChart)
    assert isinstance(contour, ContourChart)
    qtbot.waitUntil(lambda: contour._found is not None, timeout=WAIT_MS)
    assert "12 trials" in contour.caption.text()
    contour._y.setCurrentText("c")
    contour._y.activated.emit(contour._y.currentIndex())
    qtbot.waitUntil(lambda: contour._found is not None and len(contour._found.y) == 2, timeout=WAIT_MS)
    shown = (contour._x.currentText(), contour._y.currentText())
    contour._x.setCurrentText(shown[1])  # the same parameter twice: they change places
    contour._x.activated.emit(contour._x.currentIndex())
    assert (contour._x.currentText(), contour._y.currentText()) == (shown[1], shown[0])
    qtbot.waitUntil(lambda: contour._found is not None and len(contour._found.x) == 2, timeout=WAIT_MS)
    contour._what._buttons["deviation"].click()
    assert contour._image.image.min() >= 0


def test_that_far_values_are_clipped_with_a_mark_and_a_brush_to_the_end_holds_them(
    window: MainWindow, workspace: Workspace, qtbot
) -> None:
    workspace.write(specs=TWO, max_job_count=16, parallel_count=4)
    job = workspace.insert(metrics=lambda p: {"score": 1e9 if p["x"] > 0.7 else p["x"]})
    page = ended_page(window, qtbot, job.id)
    far = sum(t.value > 1e6 for t in page.model.view.trials)
    assert 0 < far < 5  # the seed's draws: enough of both kinds
    axis = axes_of(page.model.columns)[-1]
    assert axis.clipped == (0, far)
    assert axis.high < 1.0
    assert axis.value(1.2) == 1e9
    assert with_scale(axis, Scale.LOG).clipped == (0, 0)
    assert (
        f"{far} outlier" in page.charts.findChild(type(page.charts._grid.itemAt(0).widget())).caption.text()
    )


def test_that_fences_keep_every_value_of_a_calm_series() -> None:
    calm = np.linspace(0.0, 1.0, 50)
    assert fences(calm) == (0.0, 1.0)
    assert fences(np.array([1.0, 1e30])) == (1.0, 1e30)
    assert fences(np.concatenate([calm, [1e30]])) == (0.0, 1.0)


def test_that_colours_of_a_terminal_are_read_across_parts() -> None:
    found, style = segments("a\x1b[1;31mb\x1b[38;5;46mc", Style())
    assert found == [("a", Style()), ("b", Style("red", bold=True)), ("c", Style("green", bold=True))]
    again, style = segments("d\x1b[0me\x1b[38;2;120;120;120mf", style)
    assert again == [("d", Style("green", bold=True)), ("e", Style()), ("f", Style())]
    assert style == Style()


def test_that_files_of_a_trial_are_looked_into(window: MainWindow, workspace: Workspace, qtbot) -> None:
    workspace.write(
        REPORT_X
        + "open('notes.txt', 'w').write('训练 done')\n"
        + "open('weights.bin', 'wb').write(bytes(100))\n"
        + "import shutil; shutil.copy('seed.png', 'curve.png')\n",
        max_job_count=1,
    )
    picture = QImage(40, 20, QImage.Format.Format_RGB32)
    picture.fill(QColor("red"))
    picture.save(str(workspace.project / "seed.png"))
    job = workspace.tune()
    window.show_job(job["id"])
    page = job_page(window, qtbot)
    opened = page.trial_actions.open(page.model.selected)
    assert opened is not None
    files = opened.files
    qtbot.waitUntil(lambda: files.files.count() > 1, timeout=WAIT_MS)
    assert files.files.count() == 4  # the parameters of the trial are a file, too
    names = [files.files.item(i).text().split("    ")[0] for i in range(4)]
    files.files.setCurrentRow(names.index("notes.txt"))
    qtbot.waitUntil(lambda: files.text.toPlainText() == "训练 done", timeout=WAIT_MS)
    files.files.setCurrentRow(names.index("curve.png"))
    qtbot.waitUntil(lambda: files.preview.currentIndex() == 2, timeout=WAIT_MS)
    assert files.picture.pixmap().width() == 40
    files.files.setCurrentRow(names.index("weights.bin"))
    qtbot.waitUntil(lambda: files.preview.currentIndex() == 0, timeout=WAIT_MS)
    opened.close()


def test_that_the_engine_is_stopped_and_started_from_the_diagnostics_page(
    window: MainWindow, workspace: Workspace, qtbot
) -> None:
    window.show_diagnostics()
    card = window.diagnostics.engine
    qtbot.waitUntil(lambda: window.machine.machine is not None, timeout=WAIT_MS)
    qtbot.mouseClick(card.start, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: card._state.text() == "running", timeout=WAIT_MS)
    log = card.show_log()
    log.close()
    qtbot.waitUntil(card.stop.isEnabled, timeout=WAIT_MS)
    qtbot.mouseClick(card.stop, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: card._state.text() == "stopped", timeout=WAIT_MS)
    qtbot.waitUntil(window.diagnostics._again.isEnabled, timeout=WAIT_MS)


def test_that_the_shown_job_stays_live_and_selected_after_a_switch_and_a_search(
    window: MainWindow, workspace: Workspace, qtbot
) -> None:
    file = workspace.write(specs=TWO, max_job_count=2)
    job = add_job(window.database, TrialState.SUCCEEDED, ended=JobState.SUCCEEDED).id
    open_editor(window, qtbot, file)
    qtbot.waitUntil(lambda: len(window.rows) == 1, timeout=WAIT_MS)
    window.show_job(job)
    job_page(window, qtbot)

    def selected() -> str | None:
        item = window.sidebar.list.currentIndex().data(Qt.ItemDataRole.UserRole)
        return item.job.id if item is not None else None

    assert selected() == job
    window.switch_language()
    assert window.pages.currentWidget() is window.job_page
    assert selected() == job
    with window.database.write() as connection:
        trials.star(connection, job, 1, starred=True)
    qtbot.waitUntil(lambda: window.job_page.model.view.trials[0].starred, timeout=WAIT_MS)
    search = window.sidebar.findChild(QLineEdit)
    search.setText("no such job")
    search.setText("")
    assert selected() == job


def test_that_the_editor_stays_in_front_when_the_language_is_switched(
    window: MainWindow, workspace: Workspace, qtbot
) -> None:
    file = workspace.write(specs=TWO, max_job_count=2)
    job = add_job(window.database, TrialState.SUCCEEDED, ended=JobState.SUCCEEDED).id
    qtbot.waitUntil(lambda: len(window.rows) == 1, timeout=WAIT_MS)
    window.show_job(job)
    job_page(window, qtbot)
    open_editor(window, qtbot, file)
    window.switch_language()
    assert window.pages.currentWidget() is window.editor
    assert not window.sidebar.list.currentIndex().isValid()
