"""Common actions of tests in the window."""

from __future__ import annotations

import functools
from pathlib import Path

from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtWidgets import QLineEdit

from bayesdesk.editor.editor_page import EditorPage
from bayesdesk.editor.form import Form
from bayesdesk.editor.parameter_row import ParameterRow
from bayesdesk.editor.sources import config_source, local_source
from bayesdesk.editor.text_model import ConfigModel, LocalModel, TextModel
from bayesdesk.jobs.job_page import JobPage
from bayesdesk.new_file_dialog import NewFilesDialog
from bayesdesk.services.background import Background
from bayesdesk.window import MainWindow
from support.workspace import Workspace

WAIT_MS = 30_000
TWO = [
    {"name": "x", "type": "DOUBLE", "min_value": 0.1, "max_value": 1.0, "scale_type": "UNIT_LOG_SCALE"},
    {"name": "n", "type": "INTEGER", "min_value": 1, "max_value": 9},
    {"name": "c", "type": "CATEGORICAL", "categorical_values": ["a", "b"]},
]


def open_editor(window: MainWindow, qtbot, file: Path) -> EditorPage:
    window.open_file(file)
    qtbot.waitUntil(lambda: window.editor is not None and window.editor.model.file == file, timeout=WAIT_MS)
    assert window.editor is not None
    return window.editor


@functools.cache
def _background() -> Background:
    return Background()


def config_model(text: str) -> ConfigModel:
    """The model of an ``openbayes.yaml`` without a window."""
    return ConfigModel(config_source(Path("openbayes.yaml"), text.encode()), _background())


def local_model(text: str) -> LocalModel:
    """The model of an ``openbayes.local.yaml`` without a window."""
    return LocalModel(local_source(Path("openbayes.local.yaml"), text.encode()), _background())


def settle(*edited: EditorPage | TextModel) -> None:
    """Wait until texts contain what was typed and their analyses belong to them."""
    models = [m for e in edited for m in ((e.model, e.local) if isinstance(e, EditorPage) else (e,))]
    while not all(model.is_current for model in models):
        loop, late = QEventLoop(), QTimer()
        late.setSingleShot(True)
        late.timeout.connect(loop.quit)
        late.start(WAIT_MS)
        next(model for model in models if not model.is_current).when_current(loop.quit)
        if not all(model.is_current for model in models):
            loop.exec()
        assert late.isActive(), "the text was not analysed"


def parameter_rows(form: Form) -> list[ParameterRow]:
    """The rows of all parameters, also of those that are not in sight."""
    return [form.parameters.row(index) for index in range(len(form.parameters))]


def job_page(window: MainWindow, qtbot) -> JobPage:
    qtbot.waitUntil(lambda: window.job_page is not None, timeout=WAIT_MS)
    assert window.job_page is not None
    return window.job_page


def accept_new_files(window: MainWindow, qtbot) -> None:
    """Accept the files of a new project once they are shown."""
    qtbot.waitUntil(lambda: bool(window.findChildren(NewFilesDialog)), timeout=WAIT_MS)
    window.findChildren(NewFilesDialog)[-1].create_files.click()


def start_job(editor: EditorPage, qtbot) -> None:
    """Press Start, wait for the checks, and start."""
    qtbot.mouseClick(editor.bar.start, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: editor.start_dialog is not None, timeout=WAIT_MS)
    qtbot.waitUntil(editor.start_dialog._start.isEnabled, timeout=WAIT_MS)
    qtbot.mouseClick(editor.start_dialog._start, Qt.MouseButton.LeftButton)


def type_into(qtbot, field: QLineEdit, words: str) -> None:
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, words)


def finished_job(window: MainWindow, workspace: Workspace, qtbot, **tuning) -> JobPage:
    """The page of a job that is in the store as if it had run."""
    workspace.write(specs=TWO, **tuning)
    return ended_page(window, qtbot, workspace.insert().id)


def ended_page(window: MainWindow, qtbot, job: str) -> JobPage:
    """The page of a job, once it shows that the job has ended."""
    window.show_job(job)
    page = job_page(window, qtbot)
    qtbot.waitUntil(lambda: page.model.view.job.state.ended, timeout=WAIT_MS)
    return page
