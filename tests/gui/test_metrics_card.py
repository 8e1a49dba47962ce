"""``metrics`` of the local file as rows of the form."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton

from bayescore.config import SourceKind, YamlDocument
from bayescore.metrics.marked_number import NUMBER
from bayesdesk.editor import metric_edits
from bayesdesk.editor.editor_page import EditorPage
from bayesdesk.editor.rename_field import RenameField
from bayesdesk.window import MainWindow
from support.window import WAIT_MS, local_model, open_editor, settle, type_into
from support.workspace import Workspace

LOCAL = """\
# of this machine
runner: process
metrics:  # all of them
  # printed
  - log: 'loss=(?P<loss>\\S+)'  # by main.py
  - tensorboard: runs
    rename: {val/acc: accuracy}  # the tag
gpus: none
"""


@pytest.fixture
def editor(window: MainWindow, workspace: Workspace, qtbot) -> EditorPage:
    """An editor of a project whose local file has two sources and comments."""
    file = workspace.write(hyperparameter_metric="loss", side_metrics=["accuracy"])
    file.with_name("openbayes.local.yaml").write_text(LOCAL)
    return open_editor(window, qtbot, file)


def metrics(editor: EditorPage) -> Any:
    settle(editor)
    return editor.local.value(("metrics",))


def undone(editor: EditorPage) -> bool:
    """Whether one undo step brings the first text back."""
    editor.undo()
    settle(editor)
    return editor.local.text == LOCAL


def test_that_the_sources_are_shown_in_the_order_of_the_file(editor: EditorPage) -> None:
    rows = [editor.metrics.row_of(i) for i in range(len(editor.metrics))]
    assert [row.kind.currentData() for row in rows] == [SourceKind.LOG, SourceKind.TENSORBOARD]
    assert [row.value.text() for row in rows] == [r"loss=(?P<loss>\S+)", "runs"]
    assert [row.rename.text() for row in rows] == ["", "val/acc: accuracy"]


def test_that_a_source_is_added_for_the_objective_and_undone_in_one_step(editor: EditorPage, qtbot) -> None:
    editor.metrics.add()
    assert metrics(editor)[2:] == [{"log": rf"""\bloss["'=: ]+(?P<loss>{NUMBER})"""}]
    assert editor.local.settings is not None
    assert "# printed" in editor.local.text
    value = editor.metrics.row_of(2).value
    qtbot.waitUntil(lambda: editor.window().focusWidget() is value, timeout=WAIT_MS)
    assert undone(editor)


def test_that_the_first_source_makes_the_key_and_the_last_one_takes_it_away(
    window: MainWindow, workspace: Workspace, qtbot
) -> None:
    editor = open_editor(window, qtbot, workspace.write())
    first = editor.local.text
    assert editor.metrics._empty.isVisibleTo(editor)
    editor.metrics.add()
    settle(editor)
    assert len(editor.metrics) == 1
    editor.metrics.row_of(0).remove()
    settle(editor)
    assert "metrics" not in YamlDocument.parse(editor.local.text).data
    assert YamlDocument.parse(editor.local.text).data == YamlDocument.parse(first).data


def test_that_what_is_typed_into_a_row_is_one_undo_step_and_comments_stay(editor: EditorPage, qtbot) -> None:
    row = editor.metrics.row_of(1)
    type_into(qtbot, row.value, "logs/a")
    assert metrics(editor)[1]["tensorboard"] == "logs/a"
    assert "# the tag" in editor.local.text
    assert undone(editor)
    type_into(qtbot, row.rename, "val/acc: accuracy, val/loss: loss")
    assert metrics(editor)[1]["rename"] == {"val/acc": "accuracy", "val/loss": "loss"}
    assert undone(editor)
    row.rename.setFocus()
    row.rename.selectAll()
    qtbot.keyClick(row.rename, Qt.Key.Key_Delete)
    assert metrics(editor)[1] == {"tensorboard": "runs"}
    assert undone(editor)


def test_that_a_source_is_removed_and_comes_back_with_its_comments(editor: EditorPage) -> None:
    editor.metrics.row_of(0).remove()
    assert [*metrics(editor)[0]] == ["tensorboard", "rename"]
    assert "# all of them" in editor.local.text
    assert undone(editor)


def test_that_another_kind_keeps_a_path_and_replaces_a_pattern(editor: EditorPage) -> None:
    row = editor.metrics.row_of(1)
    row.kind.setCurrentIndex(row.kind.findData(SourceKind.CSV))
    row.kind.activated.emit(row.kind.currentIndex())
    assert metrics(editor)[1] == {"csv": "runs", "rename": {"val/acc": "accuracy"}}
    assert undone(editor)
    first = editor.metrics.row_of(0)
    first.kind.activated.emit(first.kind.findData(SourceKind.JSON))
    assert metrics(editor)[0] == {"json": "**/trainer_state.json"}
    assert "# printed" in editor.local.text
    assert undone(editor)


def test_that_problems_of_a_source_are_shown_at_its_row(editor: EditorPage, qtbot) -> None:
    row = editor.metrics.row_of(0)
    type_into(qtbot, row.value, "loss=(")
    settle(editor)
    shown = [each.text() for each in row.findChildren(QLabel) if each.isVisibleTo(row)]
    assert [words for words in shown if "regular expression" in words]
    assert row.value.property("wrong") == "true"
    type_into(qtbot, row.value, "(?P<f1>.)")
    settle(editor)
    shown = [each.text() for each in row.findChildren(QLabel) if each.isVisibleTo(row)]
    assert [words for words in shown if "neither the objective" in words]
    type_into(qtbot, editor.metrics.row_of(1).value, "/output/runs")
    settle(editor)
    fixable = editor.metrics.row_of(1)
    (fix,) = [b for b in fixable.findChildren(QPushButton, "link") if b.isVisibleTo(fixable)]
    qtbot.mouseClick(fix, Qt.MouseButton.LeftButton)
    assert metrics(editor)[1]["tensorboard"] == "runs"


@pytest.mark.parametrize(
    "written", ["metrics: [5, {}, {csv: a, log: b}]\n", "metrics: none\n", "metrics:\n", "metrics: {a: b}\n"]
)
def test_that_a_list_that_is_none_can_be_shown_and_removed_in_parts(
    window: MainWindow, workspace: Workspace, qtbot, written: str
) -> None:
    file = workspace.write()
    file.with_name("openbayes.local.yaml").write_text(written)
    editor = open_editor(window, qtbot, file)
    settle(editor)
    for index in reversed(range(len(editor.metrics))):
        row = editor.metrics.row_of(index)
        assert row.kind.currentIndex() == -1
        assert not row.value.isEnabled()
        row.remove()
        settle(editor)
    assert len(editor.metrics) == 0


@pytest.mark.parametrize(
    ("value", "shown", "is_editable"),
    [
        ({"val/acc": "accuracy", "a:b": "c"}, "val/acc: accuracy, a:b: c", True),
        ({"a": "b: c"}, "a: b: c", False),
        ({"a, b": "c"}, "a, b: c", False),
        ({"a": None}, "a: None", False),
        (["a"], "", False),
    ],
)
def test_that_names_that_a_line_cannot_write_are_left_to_the_yaml(
    qapp, value: Any, shown: str, is_editable: bool
) -> None:
    model = local_model(yaml.safe_dump({"metrics": [{"csv": "a", "rename": value}]}, sort_keys=False))
    field = RenameField(model, ("metrics", 0, "rename"), is_text=True)
    assert field.isReadOnly() is not is_editable
    if shown:
        assert field.text() == shown
    assert not model.has_pending_edits


def test_that_a_kind_is_set_where_there_was_none() -> None:
    document = YamlDocument.parse("metrics:\n  - 5\n")
    edit = metric_edits.change_kind(document, 0, SourceKind.CSV, "loss")
    assert YamlDocument.parse(edit.apply(document.text)).data == {"metrics": [{"csv": "**/metrics.csv"}]}


def test_that_a_name_that_is_typed_twice_is_a_problem_of_its_row_and_nothing_is_lost(
    editor: EditorPage, qtbot
) -> None:
    row = editor.metrics.row_of(1)

    def problems() -> list[str]:
        return [each.text() for each in row.findChildren(QLabel) if each.isVisibleTo(row)]

    height = row.height()
    type_into(qtbot, row.rename, "val/acc: loss, val/acc: accuracy")
    settle(editor)
    assert editor.local.text == LOCAL
    assert row.rename.text() == "val/acc: loss, val/acc: accuracy"
    assert [words for words in problems() if "“val/acc” is given twice" in words]
    assert row.rename.property("wrong") == "true"
    assert row.height() > height
    type_into(qtbot, row.rename, "val/acc: loss, val/b: accuracy")
    assert metrics(editor)[1]["rename"] == {"val/acc": "loss", "val/b": "accuracy"}
    assert not [words for words in problems() if "twice" in words]
    assert row.rename.property("wrong") == "false"
    type_into(qtbot, row.rename, "a: loss, a: accuracy")
    settle(editor)
    assert undone(editor)
    assert row.rename.text() == "val/acc: accuracy"
    assert not [words for words in problems() if "twice" in words]


@pytest.mark.parametrize(
    ("written", "can_add"), [("- a\n", False), ("a\n", False), ("", True), ("# a\n", True)]
)
def test_that_a_source_can_be_added_only_to_a_file_with_keys(
    window: MainWindow, workspace: Workspace, qtbot, written: str, can_add: bool
) -> None:
    file = workspace.write()
    file.with_name("openbayes.local.yaml").write_text(written)
    editor = open_editor(window, qtbot, file)
    settle(editor)
    (add,) = [each for each in editor.metrics.findChildren(QPushButton) if each.text() == "Add"]
    assert add.isEnabled() is can_add
    assert bool(add.toolTip()) is not can_add
