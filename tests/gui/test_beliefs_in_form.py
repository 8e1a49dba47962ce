"""The hill on a parameter's range and the line below it write ``expect`` of the other file."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QLabel, QToolButton

from bayescore.config import Belief, CategoricalSpec, DoubleSpec, load_text
from bayescore.config.yamltext import YamlDocument
from bayesdesk.editor.belief_edits import (
    default_within,
    first_belief,
    moved_to,
    path_of,
    place_of,
    set_around,
    set_within,
    stepped,
)
from bayesdesk.editor.editor_page import EditorPage
from bayesdesk.editor.parameter_row import ParameterRow
from bayesdesk.jobs import beliefs_card
from bayesdesk.jobs.beliefs_card import BeliefsCard
from bayesdesk.window import MainWindow
from support.window import WAIT_MS, ended_page, open_editor, settle, type_into
from support.workspace import Workspace

SPECS = [
    {"name": "lr", "type": "DOUBLE", "min_value": 1e-4, "max_value": 1.0, "scale_type": "UNIT_LOG_SCALE"},
    {"name": "n", "type": "INTEGER", "min_value": 1, "max_value": 9},
    {"name": "size", "type": "DISCRETE", "discrete_values": [16, 64, 32]},
    {"name": "kind", "type": "CATEGORICAL", "categorical_values": ["a", "b"]},
]


@pytest.fixture
def editor(window: MainWindow, workspace: Workspace, qtbot) -> EditorPage:
    opened = open_editor(window, qtbot, workspace.write(specs=SPECS, local={}))
    settle(opened)
    return opened


def row_of(editor: EditorPage, index: int) -> ParameterRow:
    settle(editor)
    return editor.form.parameters.reveal(index)


def expected(editor: EditorPage) -> object:
    settle(editor)
    return editor.local.value(("expect",))


def undo(editor: EditorPage) -> None:
    settle(editor)
    editor.undo()
    settle(editor)


def test_that_enter_says_where_the_best_is_expected_and_delete_removes_it(editor: EditorPage, qtbot) -> None:
    before = editor.local.text
    row = row_of(editor, 0)
    assert row.belief is None
    row.picture.setFocus()
    qtbot.keyClick(row.picture, Qt.Key.Key_Return)
    assert expected(editor) == {"lr": 0.01}
    assert row.belief is not None
    assert row.belief.around.text() == "0.01"
    spoken = QAccessible.queryAccessibleInterface(row.picture)
    assert spoken is not None
    assert (spoken.text(QAccessible.Text.Name), spoken.text(QAccessible.Text.Description)) == (
        "lr", "The best is expected near 0.01.",
    )  # fmt: skip
    qtbot.keyClick(row.picture, Qt.Key.Key_Delete)
    assert expected(editor) is None
    assert row.belief is None
    undo(editor)
    assert expected(editor) == {"lr": 0.01}
    undo(editor)
    assert editor.local.text == before


def test_that_the_menu_of_a_parameter_adds_and_removes_a_belief(editor: EditorPage) -> None:
    row = row_of(editor, 2)
    for words, after in (("Say where you expect the best", {"size": 32}), ("Expect nothing", None)):
        menu = row.findChild(QToolButton, "more").menu()
        menu.aboutToShow.emit()
        next(action for action in menu.actions() if action.text() == words).trigger()
        assert expected(editor) == after


def test_that_arrow_keys_move_the_hill_and_are_one_undo_step(editor: EditorPage, qtbot) -> None:
    row = row_of(editor, 0)
    row.add_belief()
    settle(editor)
    for _ in range(5):
        qtbot.keyClick(row.picture, Qt.Key.Key_Right)
    assert expected(editor) == {"lr": pytest.approx(0.025, rel=0.1)}
    undo(editor)
    assert expected(editor) == {"lr": 0.01}
    qtbot.keyClick(row.picture, Qt.Key.Key_Up)
    assert expected(editor) == {"lr": {"around": 0.01, "within": 2.1}}


def test_that_a_drag_moves_the_hill_and_is_one_undo_step(editor: EditorPage, qtbot) -> None:
    row = row_of(editor, 0)
    row.add_belief()
    settle(editor)
    picture = row.picture
    middle = picture.rect().center().x()
    qtbot.mousePress(picture, Qt.MouseButton.LeftButton, pos=QPoint(middle, 8))
    for step in range(1, 11):
        qtbot.mouseMove(picture, QPoint(middle + step, 8))
    assert expected(editor) == {"lr": 0.01}
    qtbot.mouseRelease(picture, Qt.MouseButton.LeftButton, pos=QPoint(middle + 10, 8))
    moved = expected(editor)
    assert isinstance(moved, dict)
    assert 0.02 < moved["lr"] < 0.2
    undo(editor)
    assert expected(editor) == {"lr": 0.01}


def test_that_the_fields_write_what_is_typed(editor: EditorPage, qtbot) -> None:
    row = row_of(editor, 0)
    row.add_belief()
    settle(editor)
    assert row.belief is not None
    type_into(qtbot, row.belief.within, "3")
    assert expected(editor) == {"lr": {"around": 0.01, "within": 3}}
    type_into(qtbot, row.belief.around, "1e-3")
    assert expected(editor) == {"lr": {"around": 0.001, "within": 3}}
    assert "around: 1e-3" in editor.local.text
    type_into(qtbot, row.belief.around, "7")
    settle(editor)
    assert row.belief.around.property("wrong") == "true"
    assert row.belief.within.property("wrong") == "false"
    qtbot.mouseClick(row.belief.remove, Qt.MouseButton.LeftButton)
    assert expected(editor) is None


def test_that_a_choice_is_expected_from_a_list(editor: EditorPage, qtbot) -> None:
    row = row_of(editor, 3)
    row.add_belief()
    settle(editor)
    assert expected(editor) == {"kind": "a"}
    assert row.belief is not None
    row.belief.choice.setCurrentIndex(1)
    row.belief.choice.activated.emit(1)
    assert expected(editor) == {"kind": "b"}
    undo(editor)
    assert row.belief.choice.currentText() == "a"


TUNED = load_text(
    """\
command: python main.py
hyper_tuning:
  max_job_count: 3
  hyperparameter_metric: acc
  goal: MAXIMIZE
  algorithm: Bayesian
  parameter_specs:
    - {name: lr, type: DOUBLE, min_value: 1.0e-4, max_value: 1, scale_type: UNIT_LOG_SCALE}
    - {name: momentum, type: DOUBLE, min_value: 0.9, max_value: 0.999}
    - {name: n, type: INTEGER, min_value: 1, max_value: 9}
    - {name: size, type: DISCRETE, discrete_values: [16, 64, 32]}
    - {name: kind, type: CATEGORICAL, categorical_values: [a, b]}
"""
).config
assert TUNED is not None
LR, MOMENTUM, N, SIZE, KIND = TUNED.hyper_tuning.parameter_specs


def test_that_the_first_belief_is_in_the_middle() -> None:
    assert [first_belief(spec).around for spec in (LR, MOMENTUM, N, SIZE, KIND)] == [0.01, 0.9495, 5, 32, "a"]
    assert [default_within(spec) for spec in (LR, MOMENTUM, N, SIZE, KIND)] == [
        "2.5",
        "0.0099",
        "0.8",
        "1.41",
        "",
    ]


@pytest.mark.parametrize(
    "spec", [s for s in TUNED.hyper_tuning.parameter_specs if not isinstance(s, CategoricalSpec)]
)
def test_that_a_moved_belief_stays_in_the_range(spec) -> None:
    belief = first_belief(spec)
    for sideways in [*[1] * 60, *[-1] * 120]:
        belief = stepped(spec, belief, sideways, 0)
        assert 0.0 <= place_of(spec, belief)[0] <= 1.0
    assert place_of(spec, belief)[0] == 0.0
    narrow = moved_to(spec, belief, 0.3, 0.0)
    assert narrow.within is not None
    assert 0.0 < place_of(spec, narrow)[1] < 0.02
    assert moved_to(spec, Belief(around=belief.around), 7.0).within is None


@pytest.mark.parametrize(("low", "high"), [(-1.7e308, 1.7e308), (0.0, 1e-322)])
def test_that_a_belief_about_an_extreme_range_is_a_number_in_it(low: float, high: float) -> None:
    spec = DoubleSpec(name="x", type="DOUBLE", min_value=low, max_value=high)
    for around in (first_belief(spec).around, moved_to(spec, first_belief(spec), 0.9).around):
        assert low <= around <= high


@pytest.mark.parametrize(
    ("written", "around", "within", "result"),
    [
        ("expect: {lr: 0.01}\n", "0.1", "", "expect: {lr: 0.1}\n"),
        ("expect: {lr: {around: 0.01, within: 2}}\n", "", "", "expect: {lr: 0.01}\n"),
        ("expect:\n  lr: 0.01 # mine\n", "", "2", "expect:\n  lr: # mine\n    around: 0.01\n    within: 2\n"),
        ("expect: {lr: {around: 0.01}}\n", "", "2", "expect: {lr: {around: 0.01, within: 2}}\n"),
    ],
)
def test_that_an_edit_keeps_the_rest(written: str, around: str, within: str, result: str) -> None:
    document = YamlDocument.parse(written)
    path = path_of("lr")
    edit = set_around(document, path, around) if around else set_within(document, path, within)
    assert YamlDocument.parse(edit.apply(written)).data == YamlDocument.parse(result).data


def test_that_the_analysis_says_what_the_trials_say_of_a_belief(
    window: MainWindow, workspace: Workspace, qtbot, monkeypatch: pytest.MonkeyPatch
) -> None:
    x = {"name": "x", "type": "DOUBLE", "min_value": 0.0, "max_value": 1.0}
    workspace.write(specs=[x], algorithm="Random", max_job_count=12, local={"expect": {"x": 0.1}})
    page = ended_page(window, qtbot, workspace.insert().id)
    page.tabs.setCurrentIndex(page.names.index("analysis"))
    qtbot.waitUntil(lambda: bool(page.findChildren(BeliefsCard)), timeout=WAIT_MS)
    (card,) = page.findChildren(BeliefsCard)
    assert card.text.startswith("x: you expected 0.1; the best trials lie at 0.")
    monkeypatch.setattr(beliefs_card, "verdicts_of", lambda _job, _trials: ())
    card.show_trials()
    assert card.text.startswith("After 8 trials")
    assert [words.text() for words in card.findChildren(QLabel) if "expected 0.1" in words.text()] == []
