"""Form, text and undo, in any order: the form always says what the text says."""

from __future__ import annotations

import functools
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QCoreApplication, QEvent, QObject
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QApplication, QComboBox

from bayesdesk.editor.edits import set_written
from bayesdesk.editor.form import Form
from bayesdesk.editor.text_model import ConfigModel
from bayesdesk.editor.yaml_editor import YamlEditor
from support.builders import FILE
from support.window import config_model, local_model, parameter_rows, settle

TEXT = (
    "# 训练 🚀\n"
    + FILE.replace("0, max", "0.1, max")
    + "    - name: opt  # kinds\n      type: CATEGORICAL\n      categorical_values: [a, b]\n"
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("type"), st.integers(0, 400), st.text("ab1:[]{}#\n '-", min_size=1, max_size=3)),
        st.tuples(st.just("delete"), st.integers(0, 400), st.integers(1, 4)),
        st.tuples(st.just("low"), st.sampled_from(["0.2", "1e-3", "5", "x", ""])),
        st.tuples(st.just("metric"), st.text("abc 分数:#'", max_size=4)),
        st.tuples(st.just("add")),
        st.tuples(st.just("remove"), st.integers(0, 3)),
        st.tuples(
            st.just("kind"),
            st.integers(0, 3),
            st.sampled_from(["DOUBLE", "INTEGER", "DISCRETE", "CATEGORICAL"]),
        ),
        st.tuples(st.just("undo")),
        st.tuples(st.just("redo")),
    ),
    max_size=12,
)


def do(step: tuple, model: ConfigModel, form: Form, editor: YamlEditor) -> None:
    match step:
        case ("type", at, words):
            cursor = QTextCursor(model.text_document)
            cursor.setPosition(min(at, model.text_document.characterCount() - 1))
            cursor.insertText(words)
        case ("delete", at, count):
            cursor = QTextCursor(model.text_document)
            last = model.text_document.characterCount() - 1
            cursor.setPosition(min(at, last))
            cursor.setPosition(min(at + count, last), QTextCursor.MoveMode.KeepAnchor)
            cursor.removeSelectedText()
        case ("undo",):
            editor.undo()
        case ("redo",):
            editor.redo()
        case _ if not model.is_valid or not len(form.parameters):
            return
        case ("low", words):
            row = form.parameters.row(0)
            if row.kind in ("DOUBLE", "INTEGER"):
                row.low.setText(words)
                row.low.textEdited.emit(words)
        case ("metric", words):
            form._fields[0].setText(words)
            form._fields[0].textEdited.emit(words)
        case ("add",):
            form.add_parameter()
        case ("remove", index):
            parameter_rows(form)[index % len(form.parameters)].remove()
        case ("kind", index, kind):
            parameter_rows(form)[index % len(form.parameters)].change_type(kind)


@pytest.fixture
def unstyled(qapp: QApplication) -> Iterator[None]:
    """Without the style sheet, whose rules take most of the time that a new form takes."""
    sheet = qapp.styleSheet()
    qapp.setStyleSheet("")
    yield
    qapp.setStyleSheet(sheet)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_that_any_order_of_edits_keeps_form_and_text_equal_and_undo_returns_the_first_text(
    unstyled: None, steps: list[tuple]
) -> None:
    model = config_model(TEXT)
    form, editor = Form(model, local_model("")), YamlEditor(model)
    for step in steps:
        do(step, model, form, editor)
        settle(model)
        if model.is_valid:
            assert shown(form) == shown_by_a_new_form(model.text)
    while model.text_document.isUndoAvailable():
        editor.undo()
    assert model.content() == TEXT.encode()
    delete(form, editor, model)


def shown(form: Form) -> list[str]:
    """The types of all parameters and the texts in all fields."""
    rows = parameter_rows(form)
    fields = [*form._fields, *(field for row in rows for field in row.fields)]
    texts = [f.currentText() if isinstance(f, QComboBox) else f.text().strip() for f in fields]
    return [row.kind for row in rows] + texts


@functools.cache
def shown_by_a_new_form(text: str) -> list[str]:
    model = config_model(text)
    form = Form(model, local_model(""))
    found = shown(form)
    delete(form, model)
    return found


def delete(*objects: QObject) -> None:
    """Delete now what Qt would keep until the event loop runs."""
    for each in objects:
        each.deleteLater()
        QCoreApplication.sendPostedEvents(each, QEvent.Type.DeferredDelete)


@pytest.mark.parametrize("written", ["1e-5", "0.10", "007", "1_000", "abc", "'x'", "", "true", "[1"])
def test_that_what_is_typed_stays_as_it_is_typed_or_is_quoted(qapp, written: str) -> None:
    model = config_model(TEXT)
    path = ("hyper_tuning", "max_job_count")
    model.edit(lambda document: set_written(document, path, written))
    settle(model)
    assert model.is_valid
    assert model.written(path) == written.strip()
