"""The window around the pages: menus, recent files, zoom, preferences, side panels, command palette, overview."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QSettings, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QMenu, QPushButton

from bayescore.config import RunnerChoice
from bayescore.store import JobState, TrialState, jobs, trials
from bayesdesk.editor.parameter_columns import columns
from bayesdesk.models.job_table import COLUMNS
from bayesdesk.palette import CommandPalette
from bayesdesk.preferences import Preferences
from bayesdesk.ui import theme
from bayesdesk.ui.message_box import MessageBox
from bayesdesk.ui.sparkline import Sparkline
from bayesdesk.window import MainWindow
from support.builders import a_submission
from support.window import WAIT_MS, accept_new_files, finished_job, open_editor, parameter_rows, settle
from support.workspace import Workspace


def recent_menu(window: MainWindow) -> QMenu:
    menu = next(m for m in window.menuBar().findChildren(QMenu) if m.title() == "Open recent")
    menu.aboutToShow.emit()
    return menu


def palette_of(window: MainWindow, qtbot, text: str) -> tuple[CommandPalette, list[str]]:
    window.show_palette()
    (palette,) = (p for p in window.findChildren(CommandPalette) if p.isVisible())
    qtbot.keyClicks(palette._field, text)
    return palette, [palette._list.item(i).text() for i in range(palette._list.count())]


# ---- files


def test_that_an_opened_file_is_recent_at_once_on_the_start_page_and_in_the_menu(
    window: MainWindow, workspace: Workspace, qtbot
) -> None:
    file = workspace.write()
    open_editor(window, qtbot, file)
    window.show_start()
    assert any(b.text() == "project" for b in window.pages.start.findChildren(QPushButton))
    first = recent_menu(window).actions()[0]
    assert first.text() == str(file)
    window.files.close()
    first.trigger()
    qtbot.waitUntil(lambda: window.pages.currentWidget() is window.editor, timeout=WAIT_MS)


def test_that_the_list_of_recent_files_can_be_cleared(
    window: MainWindow, workspace: Workspace, qtbot
) -> None:
    open_editor(window, qtbot, workspace.write())
    recent_menu(window).actions()[-1].trigger()
    assert window.recent.files() == []
    assert not recent_menu(window).actions()[0].isEnabled()


def test_that_save_as_writes_another_file_and_continues_with_it(
    window: MainWindow, workspace: Workspace, qtbot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = workspace.write()
    before = file.read_bytes()
    editor = open_editor(window, qtbot, file)
    editor.model.set(("command",), "python other.py")
    editor.local.set(("seed",), 7)
    target = tmp_path / "copy.yaml"
    monkeypatch.setattr(
        "bayesdesk.open_files.QFileDialog.getSaveFileName", lambda *_a, **_k: (str(target), "")
    )
    window.actions_by_name["Save as…"].trigger()
    qtbot.waitUntil(lambda: window.editor is not None and window.editor.model.file == target, timeout=WAIT_MS)
    assert "python other.py" in target.read_text()
    assert not window.editor.is_changed
    assert file.read_bytes() == before
    assert "seed: 7" in file.with_name("openbayes.local.yaml").read_text()  # it stays with its folder


def test_that_closing_a_changed_file_asks_first(window: MainWindow, workspace: Workspace, qtbot) -> None:
    editor = open_editor(window, qtbot, workspace.write())
    editor.model.set(("command",), "python other.py")
    window.actions_by_name["Close"].trigger()
    box = window.findChild(MessageBox)
    assert window.pages.currentWidget() is editor
    qtbot.mouseClick(box.buttons["Discard"], Qt.MouseButton.LeftButton)
    assert window.pages.currentWidget() is window.pages.start
    assert window.editor is None


# ---- clipboard


def test_that_the_menu_copies_and_pastes_in_the_field_that_has_the_focus(
    window: MainWindow, workspace: Workspace, qtbot
) -> None:
    editor = open_editor(window, qtbot, workspace.write())
    window.activateWindow()
    editor.yaml.setFocus()
    qtbot.waitUntil(editor.yaml.hasFocus, timeout=WAIT_MS)
    window.actions_by_name["Select all"].trigger()
    window.actions_by_name["Copy"].trigger()
    assert QGuiApplication.clipboard().text() == editor.model.text
    window.actions_by_name["Cut"].trigger()
    assert editor.yaml.toPlainText() == ""
    window.actions_by_name["Paste"].trigger()
    assert editor.yaml.toPlainText() == QGuiApplication.clipboard().text()


# ---- appearance


def test_that_the_zoom_scales_texts_and_controls_and_is_remembered(window: MainWindow, qtbot) -> None:
    before = _title_height(window)
    for _ in range(2):
        window.actions_by_name["Zoom in"].trigger()
    assert window.appearance.zoom == 125
    assert round(236 * 1.25) == theme.SIDEBAR_WIDTH
    assert _title_height(window) > before * 1.15
    assert str(QSettings().value("zoom")) == "125"
    window.actions_by_name["Reset the zoom"].trigger()
    assert _title_height(window) == before


@pytest.fixture
def normal_zoom(window: MainWindow) -> Iterator[None]:
    """The sizes of other tests again, also after an error."""
    yield
    window.appearance.reset_zoom()


@pytest.mark.usefixtures("normal_zoom")
def test_that_columns_and_fields_grow_with_the_zoom(window: MainWindow, workspace: Workspace, qtbot) -> None:
    page = finished_job(window, workspace, qtbot, max_job_count=3)
    window.resize(1440, 900)
    for _ in range(3):  # at once, as a key that is held down
        window.appearance.zoom_in()
    assert window.appearance.zoom == 150
    qtbot.waitUntil(lambda: window.pages.x() == theme.px(40), timeout=WAIT_MS)  # beside the strip
    window.show_jobs()
    assert window.pages.jobs is not None
    table = window.pages.jobs.table
    for column, words in enumerate(COLUMNS):
        if words in ("state", "best", "trials", "created"):
            text = str(table.model().index(0, column).data())
            assert table.fontMetrics().horizontalAdvance(text) < table.columnWidth(column), words
    editor = open_editor(window, qtbot, workspace.project / "openbayes.yaml")
    settle(editor)
    for row in parameter_rows(editor.form):
        for field in (row.type, row.scale):
            words = field.fontMetrics().horizontalAdvance(field.currentText())
            assert not field.isVisible() or words < field.width() - theme.px(24)
    assert page.model.view.job.state.ended


@pytest.mark.usefixtures("normal_zoom")
def test_that_a_parameter_is_as_high_as_its_fields_at_every_zoom(
    window: MainWindow, workspace: Workspace, qtbot
) -> None:
    editor = open_editor(window, qtbot, workspace.write())
    heights = set()
    for zoom in (80, 100, 150):
        window.appearance.set_zoom(zoom)
        heights.add(columns(900).height)
        assert columns(900).low.height() == theme.CONTROL_HEIGHT
    assert len(heights) == 3
    assert editor is not window.editor


def _title_height(window: MainWindow) -> int:
    return (
        next(w for w in window.pages.start.findChildren(QLabel) if w.objectName() == "title")
        .sizeHint()
        .height()
    )


def test_that_preferences_take_effect_at_once(window: MainWindow, qtbot) -> None:
    window.show_preferences()
    dialog = window.findChild(Preferences)
    qtbot.mouseClick(dialog.themes._buttons["dark"], Qt.MouseButton.LeftButton)
    assert theme.palette() is theme.DARK
    qtbot.mouseClick(dialog.languages._buttons["zh"], Qt.MouseButton.LeftButton)
    assert dialog.windowTitle() == "偏好设置"
    qtbot.mouseClick(dialog.themes._buttons["system"], Qt.MouseButton.LeftButton)
    assert window.appearance.theme == "system"
    qtbot.mouseClick(dialog.themes._buttons["light"], Qt.MouseButton.LeftButton)
    dialog.accept()


def test_that_a_new_project_gets_the_default_runner(
    window: MainWindow, tmp_path: Path, qtbot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.show_preferences()
    dialog = window.findChild(Preferences)
    qtbot.mouseClick(dialog.runner._buttons["process"], Qt.MouseButton.LeftButton)
    dialog.accept()
    folder = tmp_path / "new"
    folder.mkdir()
    monkeypatch.setattr(
        "bayesdesk.new_project.QFileDialog.getExistingDirectory", lambda *_a, **_k: str(folder)
    )
    window.new_project.new_file()
    accept_new_files(window, qtbot)
    qtbot.waitUntil(lambda: window.editor is not None, timeout=WAIT_MS)
    assert window.editor.local.settings.runner is RunnerChoice.PROCESS


# ---- panels at the sides


def test_that_panels_become_strips_in_a_narrow_window_and_by_their_keys(
    window: MainWindow, workspace: Workspace, qtbot
) -> None:
    page = finished_job(window, workspace, qtbot)
    window.resize(1440, 900)
    qtbot.waitUntil(lambda: window.sidebar.isVisible() and page.panel.isVisible(), timeout=WAIT_MS)
    window.resize(1024, 700)
    qtbot.waitUntil(lambda: not window.sidebar.isVisible() and not page.panel.isVisible(), timeout=WAIT_MS)
    window.actions_by_name["Show or hide the jobs"].trigger()
    window.actions_by_name["Show or hide the details"].trigger()
    assert window.sidebar.isVisible()
    assert page.panel.isVisible()
    window.resize(1440, 900)
    window.resize(1024, 700)
    qtbot.waitUntil(lambda: window.width() == 1024, timeout=WAIT_MS)
    assert window.sidebar.isVisible(), "what the user chose for a narrow window is remembered"


# ---- command palette


def test_that_the_palette_finds_jobs_files_parameters_and_manual_pages(
    window: MainWindow, workspace: Workspace, qtbot
) -> None:
    page = finished_job(window, workspace, qtbot)
    editor = open_editor(window, qtbot, workspace.project / "openbayes.yaml")
    qtbot.waitUntil(lambda: editor.model.config is not None, timeout=WAIT_MS)
    palette, names = palette_of(window, qtbot, "project")
    assert {"project", "project/openbayes.yaml"} <= set(names)
    palette.reject()
    palette, names = palette_of(window, qtbot, "c")
    assert "c" in names
    palette.reject()
    palette, _names = palette_of(window, qtbot, "glossary")
    qtbot.waitUntil(lambda: palette._list.count() > 0, timeout=WAIT_MS)
    assert palette._list.item(0).text() == "Glossary"
    palette._field.setText(page.model.view.job.id)
    qtbot.keyClick(palette._field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.pages.currentWidget() is window.job_page, timeout=WAIT_MS)


# ---- overview


def test_that_the_start_page_shows_running_jobs_with_their_curve_and_what_has_ended(
    window: MainWindow, workspace: Workspace, qtbot
) -> None:
    workspace.write(max_job_count=1)
    workspace.insert()
    with window.database.write() as connection:
        job = jobs.add(connection, a_submission(name="digits"))
        jobs.move(connection, job.id, JobState.RUNNING)
        for number, value in enumerate((0.2, 0.8, 0.5), start=1):
            trial = trials.add(connection, job.id, number, {"x": value}, "random")
            trial = trials.move(connection, trial, TrialState.STARTING)
            trial = trials.move(connection, trial, TrialState.RUNNING)
            trials.move(connection, trial, TrialState.SUCCEEDED, value=value, exit_code=0)
    overview = window.overview
    qtbot.waitUntil(lambda: len(window.rows) == 2, timeout=WAIT_MS)
    curve = overview.running.findChild(Sparkline)
    qtbot.waitUntil(lambda: curve._values == (0.2, 0.8, 0.8), timeout=WAIT_MS)
    assert any("3 of 10" in w.text() for w in overview.running.findChildren(QLabel))
    (ended,) = (b for b in overview.ended.findChildren(QPushButton))
    qtbot.mouseClick(ended, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.job_page is not None, timeout=WAIT_MS)
    assert window.job_page.model.view.job.submission.name == "project"


# ---- language and theme


def test_that_another_language_and_theme_leave_a_follow_up_job_a_follow_up_job(
    window: MainWindow, workspace: Workspace, qtbot
) -> None:
    page = finished_job(window, workspace, qtbot, max_job_count=3)
    job = page.model.view.job
    window.files.new_from(job, None, workspace.project)
    qtbot.waitUntil(lambda: window.editor is not None, timeout=WAIT_MS)
    for switch in (window.switch_theme, window.switch_language):
        switch()
        assert window.editor is not None
        assert window.pages.currentWidget() is window.editor
        assert window.editor.edited.follows is not None
        assert window.editor.edited.follows.id == job.id


def test_that_another_theme_leaves_the_page_that_is_shown(
    window: MainWindow, workspace: Workspace, qtbot
) -> None:
    page = finished_job(window, workspace, qtbot, max_job_count=3)
    other = workspace.insert().id
    qtbot.waitUntil(lambda: len(window.rows) == 2, timeout=WAIT_MS)
    open_editor(window, qtbot, workspace.project / "openbayes.yaml")
    for show, name in (
        (window.show_start, "start"),
        (window.show_jobs, "jobs"),
        (lambda: window.compare(page.model.view.job.id, other), "comparison"),
        (window.show_diagnostics, "diagnostics"),
        (window.pages.return_to_editor, "editor"),
    ):
        show()
        window.switch_theme()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)  # of the pages before
        assert window.pages.currentWidget() is getattr(window.pages, name), name
    window.compare(page.model.view.job.id, other)
    window.switch_theme()
    assert window.comparison is not None
    assert set(window.comparison.jobs.shown) == {page.model.view.job.id, other}


def test_that_no_key_or_menu_changes_a_text_that_is_out_of_sight(
    window: MainWindow, workspace: Workspace, qtbot
) -> None:
    editor = open_editor(window, qtbot, workspace.write(max_job_count=3))
    editor.model.set(("hyper_tuning", "max_job_count"), 5)
    settle(editor)
    text = editor.model.text
    window.show_jobs()
    for words in ("Undo", "Redo", "Find and replace"):
        window.actions_by_name[words].trigger()
        settle(editor)
        assert editor.model.text == text
        assert window.pages.currentWidget() is window.pages.jobs
    window.actions_by_name["Start job…"].trigger()
    assert window.pages.currentWidget() is editor
    qtbot.waitUntil(lambda: editor.start_dialog is not None, timeout=WAIT_MS)
    assert editor.start_dialog is not None
    editor.start_dialog.reject()
    window.actions_by_name["Undo"].trigger()
    settle(editor)
    assert editor.model.text != text
