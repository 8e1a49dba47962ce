"""Every dialog fits a small screen, and what is in it can be reached."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QSize
from PySide6.QtWidgets import QApplication, QWidget

from bayescore.app.new_project import plan_project
from bayescore.app.study_import import read_text
from bayesdesk.help_dialog import HelpDialog
from bayesdesk.import_dialog import ImportDialog
from bayesdesk.new_file_dialog import NewFilesDialog
from bayesdesk.preferences import Preferences
from bayesdesk.ui import fitting
from bayesdesk.welcome import Welcome
from bayesdesk.window import MainWindow
from support.every_page import a_pattern_dialog
from support.layout import faults
from support.window import WAIT_MS, finished_job, open_editor, settle
from support.workspace import Workspace

SMALL = QSize(952, 500)  # 1080p at 200 %, without a panel and a frame


def _dialogs(window: MainWindow, workspace: Workspace, qtbot, folder: Path) -> Iterator[QWidget | None]:
    page = finished_job(window, workspace, qtbot, max_job_count=4)
    yield page.trial_actions.use(page.model.view.best)
    yield page.trial_actions.open(page.model.view.best)
    yield window.job_actions.tag(window.rows)
    editor = open_editor(window, qtbot, workspace.project / "openbayes.yaml")
    editor.model.set(("command",), "python other.py")
    settle(editor)
    editor.start()
    qtbot.waitUntil(lambda: editor.start_dialog is not None, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: editor.start_dialog._found is not None, timeout=WAIT_MS)
    yield editor.start_dialog
    for open_, kind in (
        (window.show_preferences, Preferences),
        (lambda: window.help.show_keys(window.actions_by_name), HelpDialog),
    ):
        open_()
        yield window.findChild(kind)
    window.welcome()
    greeting = window.findChild(Welcome)
    qtbot.waitUntil(lambda: greeting.is_done, timeout=WAIT_MS)
    yield greeting
    yield _opened(NewFilesDialog(window, plan_project(folder, "digits")))
    study = read_text("x\tn\tc\tscore\n0.5\t1\ta\t0.1\n", "copied", workspace.project)
    yield _opened(ImportDialog(window, study, workspace.project))
    pattern = a_pattern_dialog(window, workspace.project / "openbayes.yaml")
    pattern.open()
    qtbot.waitUntil(pattern.add.isEnabled, timeout=WAIT_MS)
    yield pattern
    window.help.show_manual("files")
    qtbot.waitUntil(lambda: window.help.manual is not None, timeout=WAIT_MS)
    yield window.help.manual


def _opened(dialog: NewFilesDialog | ImportDialog) -> QWidget:
    dialog.open()
    return dialog


@pytest.mark.timeout(300)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_that_every_dialog_fits_a_small_screen(
    window: MainWindow,
    workspace: Workspace,
    qtbot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    language: str,
) -> None:
    room: Callable[[QWidget], QSize] = lambda _widget: SMALL  # noqa: E731
    monkeypatch.setattr(fitting, "room", room)
    monkeypatch.setattr("bayesdesk.editor.start_dialog.room", room)
    window.appearance.set_language(language)
    found = []
    for dialog in _dialogs(window, workspace, qtbot, tmp_path / "new"):
        assert dialog is not None
        qtbot.waitExposed(dialog)
        for _round in range(2):
            QApplication.processEvents()
            QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
        name = type(dialog).__name__
        if dialog.width() > SMALL.width() or dialog.height() > SMALL.height():
            found.append(f"{name} is {dialog.width()} × {dialog.height()}")
        found += [f"{name}: {fault}" for fault in faults(dialog)]
        dialog.close()
    assert not found, "\n".join(found)
