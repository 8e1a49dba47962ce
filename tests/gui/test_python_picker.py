"""The Python of the trials, chosen from the interpreters of this machine."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QPushButton

from bayesdesk.editor.python_dialog import PythonDialog
from bayesdesk.new_file_dialog import NewFileDialog
from bayesdesk.ui.elided import ElidedText
from bayesdesk.window import MainWindow
from support.environments import a_conda_root, a_venv, add_package
from support.pointer import Pointer
from support.window import WAIT_MS, open_editor, settle, type_into
from support.workspace import REPORT_X, Workspace

PROGRAM = "import cv2\n" + REPORT_X.replace("type=float", "type=float, default=0.5")


@pytest.fixture
def root(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation of conda, one of whose environments has what the program imports."""
    home = workspace.root / "user"
    monkeypatch.setenv("HOME", str(home))
    made = a_conda_root(home, "speech", "vision")
    add_package(made / "envs" / "vision", "opencv-python", "4.9", "cv2")
    add_package(made / "envs" / "vision", "torch", "2.3.1")
    return made


def listed(dialog: PythonDialog, qtbot) -> list[str]:
    """What is said of each interpreter, once they have been found."""
    qtbot.waitUntil(lambda: dialog.list.count() > 0, timeout=WAIT_MS)
    return [dialog.list.item(i).data(Qt.ItemDataRole.AccessibleTextRole) for i in range(dialog.list.count())]


def test_that_an_interpreter_is_chosen_with_the_mouse_and_undone(
    window: MainWindow, workspace: Workspace, root: Path, qtbot, pointer: Pointer
) -> None:
    a_venv(workspace.project / ".venv")
    editor = open_editor(window, qtbot, workspace.write(PROGRAM))
    field = editor.run_settings._python
    dialog = field.choose()
    words = listed(dialog, qtbot)
    assert "of this project" in words[0]
    assert "lacks cv2" in words[0]
    at = next(i for i, said in enumerate(words) if said.startswith("conda:vision"))
    assert "torch 2.3.1" in words[at]
    assert "has all packages" in words[at]
    qtbot.waitUntil(dialog.windowHandle().isExposed, timeout=WAIT_MS)
    pointer.click(dialog.list.viewport(), dialog.list.visualItemRect(dialog.list.item(at)).center())
    qtbot.waitUntil(lambda: dialog.list.currentRow() == at, timeout=WAIT_MS)
    pointer.click(dialog.use)
    qtbot.waitUntil(lambda: editor.local.value(("python",)) == "conda:vision", timeout=WAIT_MS)
    settle(editor)
    assert field.line.text() == "conda:vision"
    editor.undo()
    settle(editor)
    assert (editor.local.value(("python",)), field.line.text()) == (None, "")


def test_that_what_an_interpreter_lacks_is_shown_with_the_command_that_installs_it(
    window: MainWindow, workspace: Workspace, root: Path, qtbot
) -> None:
    editor = open_editor(window, qtbot, workspace.write(PROGRAM, local={"python": "conda:speech"}))
    dialog = editor.run_settings._python.choose()
    listed(dialog, qtbot)
    assert dialog.candidate is not None
    assert dialog.candidate.written == "conda:speech"  # the one in use is current
    command = f"{root}/envs/speech/bin/python -m pip install opencv-python"
    assert command in [each.text() for each in dialog.findChildren(QLabel)]
    qtbot.keyClick(dialog.list, Qt.Key.Key_Down)
    qtbot.keyClick(dialog.list, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: editor.local.value(("python",)) == "conda:vision", timeout=WAIT_MS)


def test_that_the_default_is_chosen_by_removing_the_setting(
    window: MainWindow, workspace: Workspace, root: Path, qtbot
) -> None:
    editor = open_editor(window, qtbot, workspace.write(PROGRAM, local={"python": "conda:vision"}))
    dialog = editor.run_settings._python.choose()
    words = listed(dialog, qtbot)
    dialog.list.setCurrentRow(next(i for i, said in enumerate(words) if ", default" in said))
    dialog.use.click()
    settle(editor)
    assert editor.local.value(("python",)) is None


def test_that_a_file_is_chosen_and_written_relative_to_the_project(
    window: MainWindow, workspace: Workspace, root: Path, qtbot, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor = open_editor(window, qtbot, workspace.write(PROGRAM))
    for chosen, written in (
        (workspace.project / "tools" / "python", "tools/python"),
        (Path("/opt/own/bin/python"), "/opt/own/bin/python"),
    ):
        answer = (str(chosen), "")
        monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_args, answer=answer: answer)
        editor.run_settings._python.choose().choose_file()
        settle(editor)
        assert editor.local.value(("python",)) == written


def test_that_the_python_is_shown_where_trials_use_it(
    window: MainWindow, workspace: Workspace, root: Path, qtbot
) -> None:
    editor = open_editor(window, qtbot, workspace.write(PROGRAM))
    settings = editor.run_settings
    for runner, is_shown in (("docker", False), ("process", True), ("ray", False), ("auto", True)):
        settings._choose_runner(runner)
        settle(editor)
        assert settings._python_choice.isVisibleTo(settings) is is_shown
    type_into(qtbot, settings._python.line, "conda:speech")
    settle(editor)
    assert editor.local.settings is not None
    assert editor.local.settings.python == "conda:speech"


def test_that_a_new_file_from_a_program_proposes_the_interpreter_and_takes_another(
    window: MainWindow, workspace: Workspace, root: Path, qtbot
) -> None:
    workspace.project.mkdir()
    program = workspace.project / "main.py"
    program.write_text(PROGRAM)
    a_venv(workspace.project / ".venv")
    window.new_project.propose(program)
    qtbot.waitUntil(lambda: bool(window.findChildren(NewFileDialog)), timeout=WAIT_MS)
    dialog = window.findChildren(NewFileDialog)[-1]
    qtbot.waitUntil(lambda: dialog.proposal.local.startswith("python: .venv/bin/python\n"), timeout=WAIT_MS)
    assert "python: .venv/bin/python" in dialog.local_view.toPlainText()
    shown = [each.text() for each in dialog.interpreter.findChildren(QLabel)]
    assert "lacks cv2" in shown
    picker = dialog.interpreter.choose()
    words = listed(picker, qtbot)
    picker.list.setCurrentRow(next(i for i, said in enumerate(words) if said.startswith("conda:vision")))
    picker.use.click()
    qtbot.waitUntil(lambda: dialog.proposal.local.startswith("python: conda:vision\n"), timeout=WAIT_MS)
    dialog.create_file.click()
    qtbot.waitUntil(lambda: window.editor is not None, timeout=WAIT_MS)
    local = workspace.project / "openbayes.local.yaml"
    assert local.read_text().startswith("python: conda:vision\nbaseline: ")


def test_that_a_misspelt_environment_is_marked_while_it_is_typed_and_fixed(
    window: MainWindow, workspace: Workspace, root: Path, qtbot
) -> None:
    editor = open_editor(window, qtbot, workspace.write(PROGRAM))
    line = editor.run_settings._python.line
    type_into(qtbot, line, "conda:vison")
    settle(editor)
    (problem,) = (each for each in editor.local.problems if each.path == ("python",))
    assert line.property("wrong") == "true"
    editor.local.fix(problem)
    settle(editor)
    assert (line.text(), line.property("wrong")) == ("conda:vision", "false")


def test_that_enter_presses_only_the_button_that_uses_the_selected_interpreter(
    window: MainWindow, workspace: Workspace, root: Path, qtbot, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *args: (asked.append(args), ("", ""))[1])
    editor = open_editor(window, qtbot, workspace.write(PROGRAM, local={"python": "conda:gone"}))
    dialog = editor.run_settings._python.choose()
    used: list[str] = []
    dialog.chosen.connect(used.append)
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    words = listed(dialog, qtbot)
    assert dialog.candidate is None
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    qtbot.keyClick(dialog.list, Qt.Key.Key_Return)
    assert (dialog.isVisible(), asked, used) == (True, [], [])
    at = next(i for i, said in enumerate(words) if said.startswith("conda:speech"))
    dialog.list.setCurrentRow(at)  # the command to install what it lacks has a button, too
    assert [each for each in dialog.findChildren(QPushButton) if each.autoDefault()] == [dialog.use]
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert (dialog.isVisible(), asked, used) == (False, [], ["conda:speech"])


def test_that_the_interpreter_in_use_is_visible_however_much_it_lacks(
    window: MainWindow, workspace: Workspace, qtbot, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = workspace.root / "user"
    monkeypatch.setenv("HOME", str(home))
    a_conda_root(home, *(f"e{number:02}" for number in range(12)))
    modules = [f"package_with_a_long_name_{number}" for number in range(60)]
    program = "\n".join(f"import {module}" for module in modules) + "\n" + PROGRAM
    editor = open_editor(window, qtbot, workspace.write(program, local={"python": "conda:e11"}))
    dialog = editor.run_settings._python.choose()
    listed(dialog, qtbot)
    assert dialog.candidate is not None

    def is_whole() -> bool:
        shown = dialog.list.visualItemRect(dialog.list.currentItem())
        (command,) = (each for each in dialog.findChildren(QLabel) if "pip install" in each.text())
        is_laid_out = command.isVisible() and command.width() > 0
        return is_laid_out and dialog.list.viewport().rect().contains(shown)

    qtbot.waitUntil(is_whole, timeout=WAIT_MS)
    assert dialog.list.height() > dialog.height() / 3
    dialog.resize(dialog.width(), dialog.minimumSizeHint().height())
    qtbot.waitUntil(lambda: dialog.height() == dialog.minimumSizeHint().height(), timeout=WAIT_MS)
    qtbot.waitUntil(is_whole, timeout=WAIT_MS)
    for start in ("The program imports", f"{home}/miniconda3/envs/e11/bin/python"):
        (line,) = (each for each in dialog.findChildren(ElidedText) if each.text().startswith(start + " "))
        assert line.is_cut
        QApplication.sendEvent(line, QHelpEvent(QEvent.Type.ToolTip, QPoint(), QPoint()))
        assert modules[-1].replace("_", "-") in line.toolTip().replace("_", "-")


@pytest.mark.parametrize(
    ("python", "said"),
    [
        ("conda:gone", "The conda environment “gone” is not on this machine. Choose another interpreter."),
        ("gone/python", "There is no interpreter gone/python on this machine. Choose another interpreter."),
        ("own/python", "The interpreter in use, own/python, is not in this list."),
    ],
)
def test_that_an_interpreter_in_use_that_is_not_listed_is_named(
    window: MainWindow, workspace: Workspace, root: Path, qtbot, python: str, said: str
) -> None:
    editor = open_editor(window, qtbot, workspace.write(PROGRAM, local={"python": python}))
    own = workspace.project / "own" / "python"
    own.parent.mkdir()
    own.write_text("#!/bin/sh\n")
    own.chmod(0o755)
    settle(editor)
    dialog = editor.run_settings._python.choose()
    listed(dialog, qtbot)
    assert dialog.candidate is None
    assert said in [each.text() for each in dialog.findChildren(QLabel) if each.isVisible()]


def test_that_the_environment_in_use_is_selected_also_if_it_is_named_by_its_path(
    window: MainWindow, workspace: Workspace, root: Path, qtbot
) -> None:
    local = {"python": f"conda:{root / 'envs' / 'vision'}"}
    editor = open_editor(window, qtbot, workspace.write(PROGRAM, local=local))
    dialog = editor.run_settings._python.choose()
    listed(dialog, qtbot)
    assert dialog.candidate is not None
    assert dialog.candidate.written == "conda:vision"
