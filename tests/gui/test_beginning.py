"""The first start, the manual, and the ways in and out: a program's options, results from elsewhere, the platform."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, Qt, QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel

from bayescore.config.gear import read_gear
from bayescore.i18n import language
from bayesdesk.import_dialog import ImportDialog
from bayesdesk.licences_dialog import LicencesDialog
from bayesdesk.manual import PAGES
from bayesdesk.new_file_dialog import NewFileDialog
from bayesdesk.ui.message_box import MessageBox
from bayesdesk.welcome import Welcome, is_first_start
from bayesdesk.window import MainWindow
from support import stand_in_platform as platform
from support.window import WAIT_MS, accept_new_files, open_editor
from support.workspace import Workspace


def the_box(window: MainWindow) -> MessageBox:
    (box,) = (box for box in window.findChildren(MessageBox) if box.isVisible())
    return box


def import_dialog(window: MainWindow, qtbot) -> ImportDialog:
    qtbot.waitUntil(lambda: bool(window.findChildren(ImportDialog)), timeout=WAIT_MS)
    return window.findChildren(ImportDialog)[-1]


SHOW_ERROR = MainWindow.show_error  # the fixture of the window puts another in its place


def test_that_the_welcome_comes_once_and_leads_to_an_example_that_could_start(
    window: MainWindow, qtbot
) -> None:
    QSettings().remove("welcome/seen")
    assert is_first_start()
    window.welcome()
    greeting = window.findChild(Welcome)
    qtbot.waitUntil(lambda: greeting.is_done, timeout=WAIT_MS)
    greeting._switch_language("zh")
    assert language() == "zh"
    assert greeting.windowTitle() == "欢迎使用 Bayesdesk"
    assert any("Python" in shown.text() for shown in greeting.findChildren(QLabel))
    greeting._run()
    assert not is_first_start()
    accept_new_files(window, qtbot)
    qtbot.waitUntil(
        lambda: window.editor is not None and window.editor.start_dialog is not None, timeout=WAIT_MS
    )
    dialog = window.editor.start_dialog
    qtbot.waitUntil(dialog._start.isEnabled, timeout=WAIT_MS)
    dialog.reject()


def test_that_the_manual_opens_where_one_is_and_is_searched_and_followed(window: MainWindow, qtbot) -> None:
    window.help.show_manual()
    qtbot.waitUntil(lambda: window.help.manual is not None, timeout=WAIT_MS)
    manual = window.help.manual
    assert manual.contents.count() == len(PAGES)
    assert manual.contents.currentItem().text() == "Your first job in ten minutes"
    window.show_diagnostics()
    window.help.show_manual()
    assert manual.contents.currentItem().text() == "Troubleshooting"
    manual._words.setText("haystack-that-is-nowhere")
    assert all(manual.contents.item(i).isHidden() for i in range(manual.contents.count()))
    manual._words.setText("sobol")
    assert [manual.contents.item(i).text() for i in range(len(PAGES)) if not manual.contents.item(i).isHidden()] == [
        "The window", "The Bayesian search", "Glossary",
    ]  # fmt: skip
    manual.page.anchorClicked.emit(QUrl("files.md"))
    assert manual.contents.currentItem().text() == "All keys of both files"
    assert "max_job_count" in manual.page.toPlainText()
    window.switch_language()
    window.help.show_manual("install")
    qtbot.waitUntil(lambda: window.help.manual is not None, timeout=WAIT_MS)
    assert window.help.manual.contents.currentItem().text() == "安装"
    qtbot.waitUntil(lambda: window.diagnostics is None or window.diagnostics.is_done, timeout=WAIT_MS)


def test_that_the_licences_of_what_is_shipped_are_read_in_the_window(window: MainWindow, qtbot) -> None:
    window.help.show_licences()
    qtbot.waitUntil(lambda: window.findChild(LicencesDialog) is not None, timeout=WAIT_MS)
    dialog = window.findChild(LicencesDialog)
    (scipy,) = dialog.table.findItems("scipy", Qt.MatchFlag.MatchExactly)
    dialog.table.setCurrentItem(scipy)
    assert "Redistribution and use in source and binary forms" in dialog.words.toPlainText()
    dialog.accept()


def test_that_a_programs_options_become_a_file_to_edit_once_it_was_shown(
    window: MainWindow, workspace: Workspace, qtbot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "mine" / "train.py"
    program.parent.mkdir()
    program.write_text(
        "import argparse\nparser = argparse.ArgumentParser()\n"
        "parser.add_argument('--lr', type=float, default=0.01)\n"
        "parser.add_argument('--verbose', action='store_true')\n"
        "from torch.utils.tensorboard import SummaryWriter\n"
        "SummaryWriter('logs').add_scalar('val/loss', 1)\n"
    )
    monkeypatch.setattr(
        "bayesdesk.new_project.QFileDialog.getOpenFileName", lambda *_a, **_k: (str(program), "")
    )

    def offered() -> NewFileDialog:
        window.new_project.new_from_program()
        qtbot.waitUntil(lambda: bool(window.findChildren(NewFileDialog)), timeout=WAIT_MS)
        return window.findChildren(NewFileDialog)[-1]

    dialog = offered()
    assert "name: lr" in dialog.view.toPlainText()
    assert "verbose" in dialog.remarks.text()
    assert "- tensorboard: logs" in dialog.local_view.toPlainText()
    dialog.reject()
    qtbot.waitUntil(lambda: not window.findChildren(NewFileDialog), timeout=WAIT_MS)
    assert [f.name for f in program.parent.iterdir()] == ["train.py"]
    offered().create_file.click()
    qtbot.waitUntil(lambda: window.editor is not None, timeout=WAIT_MS)
    (spec,) = window.editor.model.config.hyper_tuning.parameter_specs
    assert (spec.name, spec.min_value, spec.max_value) == ("lr", 0.0003, 0.3)
    settings = window.editor.local.settings
    assert settings is not None
    assert [str(source) for source in settings.metrics] == ["tensorboard: logs"]
    assert window.editor.model.config.hyper_tuning.hyperparameter_metric == "val/loss"


def test_that_imported_results_are_shown_and_cannot_be_continued(
    window: MainWindow, workspace: Workspace, qtbot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_editor(window, qtbot, workspace.write())
    table = tmp_path / "table.csv"
    table.write_text("x,score\n0.1,0.2\n0.9,0.8\n")
    monkeypatch.setattr("bayesdesk.imports.QFileDialog.getOpenFileName", lambda *_a, **_k: (str(table), ""))
    window.imports.ask_for_file()
    dialog = import_dialog(window, qtbot)
    assert "2 trials" in dialog.summary.text()
    dialog.reject()
    qtbot.waitUntil(lambda: not window.findChildren(ImportDialog), timeout=WAIT_MS)
    assert window.rows == ()
    window.imports.ask_for_file()
    import_dialog(window, qtbot).add.click()
    qtbot.waitUntil(lambda: window.job_page is not None, timeout=WAIT_MS)
    view = window.job_page.model.view
    assert [t.value for t in view.trials] == [0.2, 0.8]
    assert view.job.submission.is_imported
    assert window.job_page.header._more.isHidden()


def test_that_a_copied_table_becomes_a_job_of_the_open_project(
    window: MainWindow, workspace: Workspace, qtbot
) -> None:
    QGuiApplication.clipboard().setText("x\tscore\n0.25\t0.5\n")
    window.imports.read_copied()
    box = the_box(window)
    assert "openbayes.yaml" in box.words.text()
    box.accept()
    open_editor(window, qtbot, workspace.write())
    window.imports.read_copied()
    import_dialog(window, qtbot).add.click()
    qtbot.waitUntil(lambda: window.job_page is not None, timeout=WAIT_MS)
    assert [t.parameters for t in window.job_page.model.view.trials] == [{"x": 0.25}]


@pytest.fixture
def there(
    workspace: Workspace,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[platform.StandIn]:
    """The stand-in platform, with the official command line installed and signed in."""
    programs = platform.install(tmp_path_factory.mktemp("official"))
    (tmp_path / "user").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "user"))
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    workspace.write()
    with platform.running() as stand_in:
        for command in (["switch", "stand-in", "-e", stand_in.url], ["login", platform.TOKEN]):
            platform.bayes(*command, cwd=workspace.project, environment={})
        yield stand_in


def test_that_a_job_is_bound_and_sent_after_a_question(
    window: MainWindow, workspace: Workspace, there: platform.StandIn, qtbot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", os.environ["PATH"])
    editor = open_editor(window, qtbot, workspace.project / "openbayes.yaml")
    monkeypatch.setattr(
        "bayesdesk.editor.cloud_dialog.QInputDialog.getText", lambda *_a, **_k: ("digits", True)
    )
    editor.run_on_platform()
    qtbot.waitUntil(
        lambda: editor.cloud_dialog is not None and editor.cloud_dialog._bind.isEnabled(), timeout=WAIT_MS
    )
    dialog = editor.cloud_dialog
    assert not dialog._send.isEnabled()
    dialog.bind()
    qtbot.waitUntil(dialog._send.isEnabled, timeout=WAIT_MS)
    assert read_gear(workspace.project).id == "p1"
    dialog.send()
    question = dialog.question.words.text().replace("\u200b", "")
    qtbot.mouseClick(dialog.question.buttons["Cancel"], Qt.MouseButton.LeftButton)
    assert there.uploads == {}
    dialog.send()
    qtbot.mouseClick(dialog.question.buttons["Send"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: dialog._open.isVisible() and dialog._again.isEnabled(), timeout=WAIT_MS)
    assert len(there.jobs) == 1
    assert there.url in question
    assert "j1" in dialog._link
    assert "100%" in dialog._output.toPlainText()
    assert platform.TOKEN not in dialog._output.toPlainText()
    dialog.reject()


def test_that_a_second_start_shows_the_job_that_it_names(
    window: MainWindow, workspace: Workspace, qtbot
) -> None:
    workspace.write(max_job_count=1)
    job = workspace.insert()
    window.raise_and_open("job:last")
    qtbot.waitUntil(lambda: window.job_page is not None, timeout=WAIT_MS)
    assert window.job_page.model.view.job.id == job.id


def test_that_an_error_that_comes_again_is_said_once_until_it_was_read(window: MainWindow, qtbot) -> None:
    def boxes() -> list[MessageBox]:
        return [box for box in window.findChildren(MessageBox) if box.isVisible()]

    for _again in range(3):
        SHOW_ERROR(window, ValueError("odd"))
    SHOW_ERROR(window, ValueError("even"))
    assert sorted(box.words.text()[-4:] for box in boxes()) == [" odd", "even"]
    for box in boxes():
        box.accept()
    SHOW_ERROR(window, ValueError("odd"))
    (again,) = boxes()
    again.accept()
