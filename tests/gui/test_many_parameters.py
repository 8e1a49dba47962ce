"""A project with hundreds of parameters: what is out of sight costs nothing, and nothing is lost."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from bayescore.config import Edit
from bayesdesk.editor.editor_page import EditorPage
from bayesdesk.editor.mapping_rows import EntryRow
from bayesdesk.editor.parameter_row import ParameterRow
from bayesdesk.ui.following import followed
from bayesdesk.window import MainWindow
from support.pointer import Pointer
from support.window import open_editor, settle, type_into
from support.workspace import Workspace

COUNT = 330
SPECS = [{"name": f"p{i}", "type": "DOUBLE", "min_value": 0, "max_value": i + 1} for i in range(COUNT)]


@pytest.fixture
def editor(window: MainWindow, workspace: Workspace, qtbot) -> EditorPage:
    made = open_editor(window, qtbot, workspace.write(specs=SPECS))
    with qtbot.waitActive(window):
        window.activateWindow()
    return made


def in_sight(editor: EditorPage) -> list[ParameterRow]:
    """Rows whose upper edge is in the form's viewport."""
    viewport = editor.form.viewport()
    tops = ((made, made.mapTo(viewport, QPoint()).y()) for made in editor.form.parameters.made_rows())
    return [made for made, top in tops if 0 <= top < viewport.height()]


@pytest.mark.parametrize(
    ("before", "after", "places", "expected"),
    [
        ("abc", "abc", [0, 2], {0: 0, 2: 2}),
        ("abc", "bc", [0, 1, 2], {1: 0, 2: 1}),
        ("abc", "axbc", [0, 1, 2], {0: 0, 1: 2, 2: 3}),
        ("abc", "aXc", [1], {1: 1}),
        ("abcd", "bcad", [0, 1, 2, 3], {0: 2, 1: 0, 2: 1, 3: 3}),
        ("aaa", "aa", [0, 1, 2], {0: 0, 1: 1}),
        ("abc", "", [0, 1], {}),
        ("", "ab", [], {}),
    ],
)
def test_that_rows_follow_their_items(
    before: str, after: str, places: list[int], expected: dict[int, int]
) -> None:
    assert followed(before, after, places) == expected


def test_that_only_the_parameters_in_sight_are_widgets(editor: EditorPage) -> None:
    shown = in_sight(editor)
    assert 2 <= len(shown) < 30
    assert len(editor.form.parameters.made_rows()) <= len(shown) + 4
    assert len(editor.form.parameters) == COUNT


def test_that_the_wheel_brings_the_last_parameter_into_sight(editor: EditorPage, pointer: Pointer) -> None:
    row = editor.form.parameters.row(0)
    bar = editor.form.verticalScrollBar()
    bar.setValue(bar.maximum() * 9 // 10)
    empty = QPoint(4, editor.form.viewport().height() // 2)  # beside the cards
    while bar.value() < bar.maximum():
        before = bar.value()
        pointer.scroll(editor.form.viewport(), -5, empty)
        assert bar.value() > before
    assert editor.form.parameters.made_rows()[-1].name.text() == f"p{COUNT - 1}"
    assert row not in in_sight(editor) or row.name.text() != "p0"


def test_that_scrolling_uses_the_same_rows_again_and_shows_every_parameter(editor: EditorPage) -> None:
    bar = editor.form.verticalScrollBar()
    seen: dict[str, str] = {}
    rows: set[int] = set()
    for value in range(0, bar.maximum() + 1, 100):
        bar.setValue(value)
        for made in in_sight(editor):
            rows.add(id(made))
            seen[made.name.text()] = made.high.text()
    assert seen == {spec["name"]: str(spec["max_value"]) for spec in SPECS}
    assert len(rows) < 40


def test_that_tab_reaches_the_next_parameter_below_the_sight(editor: EditorPage) -> None:
    last = in_sight(editor)[-1]
    index = last.index
    last.name.setFocus()
    for _ in range(20):
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        focused = QApplication.focusWidget()
        row = next(r for r in editor.form.parameters.made_rows() if r.isAncestorOf(focused))
        if row.index == index + 2:
            break
    assert focused is row.name
    assert row in in_sight(editor)


def test_that_a_row_with_the_focus_keeps_it_and_its_text_out_of_sight(editor: EditorPage) -> None:
    row = editor.form.parameters.reveal(3)
    row.name.setFocus()
    row.name.setSelection(0, 1)
    bar = editor.form.verticalScrollBar()
    bar.setValue(bar.maximum())
    bar.setValue(0)
    assert QApplication.focusWidget() is row.name
    assert (row.index, row.name.text(), row.name.selectedText()) == (3, "p3", "p")


def test_that_focus_and_selection_stay_at_their_parameter_when_another_is_added_above(
    editor: EditorPage,
) -> None:
    row = editor.form.parameters.reveal(5)
    row.high.setFocus()
    row.high.setSelection(0, 1)
    editor.form.parameters.row(0).duplicate()
    settle(editor)
    assert QApplication.focusWidget() is row.high
    assert (row.index, row.name.text(), row.high.selectedText()) == (6, "p5", "6")


def test_that_what_is_typed_reaches_its_parameter_although_others_were_removed_meanwhile(
    editor: EditorPage, qtbot
) -> None:
    row = editor.form.parameters.reveal(5)
    type_into(qtbot, row.high, "7777")  # waits for a pause
    text = editor.model.text
    first = text[text.index('{"name": "p0"') : text.index('{"name": "p1"')]
    editor.model.apply(Edit(text.index(first), first, ""))
    settle(editor)
    specs = editor.model.value(("hyper_tuning", "parameter_specs"))
    assert [s["name"] for s in specs if s["max_value"] == 7777] == ["p5"]
    assert (row.index, row.name.text(), row.high.text()) == (4, "p5", "7777")


def test_that_a_change_of_type_keeps_every_row_and_the_focus(editor: EditorPage) -> None:
    rows = editor.form.parameters.made_rows()
    row = rows[1]
    row.type.setFocus()
    row.change_type("CATEGORICAL")
    settle(editor)
    assert editor.form.parameters.made_rows() == rows
    assert QApplication.focusWidget() is row.type
    assert row.values.isVisible()
    assert not row.low.isVisible()


def test_that_typing_in_two_parameters_that_one_row_has_shown_makes_two_undo_steps(
    editor: EditorPage, qtbot
) -> None:
    first = editor.model.text
    field = editor.form.parameters.reveal(0).high
    type_into(qtbot, field, "5")
    settle(editor)
    second = editor.model.text
    editor.yaml.setFocus()
    bar = editor.form.verticalScrollBar()
    bar.setValue(bar.maximum() // 2)
    (row,) = [r for r in editor.form.parameters.made_rows() if r.high is field]
    assert row.index > 100
    type_into(qtbot, field, "6")
    settle(editor)
    editor.undo()
    settle(editor)
    assert editor.model.text == second
    editor.undo()
    settle(editor)
    assert editor.model.text == first


def test_that_an_added_parameter_is_brought_into_sight_with_its_name_selected(editor: EditorPage) -> None:
    editor.form.add_parameter()
    settle(editor)
    row = editor.form.parameters.row(COUNT)
    assert row in in_sight(editor)
    assert QApplication.focusWidget() is row.name
    assert row.name.selectedText() == "parameter"


def test_that_only_the_fixed_parameters_in_sight_are_widgets_and_each_can_be_edited(
    window: MainWindow, workspace: Workspace, qtbot
) -> None:
    fixed = {f"f{i}": i for i in range(COUNT)} | {"token": {"is_secret": True, "source": "env", "env": "T"}}
    editor = open_editor(window, qtbot, workspace.write(root={"parameters": fixed}))
    rows = editor.form._fixed_rows
    assert len(rows.findChildren(EntryRow)) < 30
    type_into(qtbot, rows.row_of("f300").value, "7")
    settle(editor)
    rows.row_of("f0").name.setText("renamed")
    rows.row_of("f0").name.editingFinished.emit()
    settle(editor)
    assert editor.model.value(("parameters", "f300")) == 7
    assert editor.model.value(("parameters", "renamed")) == 0
    assert rows.row_of("token").value.text() == "T"
