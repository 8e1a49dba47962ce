"""Chinese as it comes from other programs and input methods: encodings, and full-width lists in the form."""

from __future__ import annotations

from bayescore.i18n import _
from bayesdesk.ui.message_box import MessageBox
from bayesdesk.window import MainWindow
from support.window import WAIT_MS, open_editor, settle
from support.workspace import Workspace


def test_that_a_file_in_gb18030_is_opened_after_a_look_at_its_text(
    window: MainWindow, qtbot, workspace: Workspace
) -> None:
    file = workspace.write()
    yaml = f"# 训练集与验证集\n{file.read_text(encoding='utf-8')}"
    file.write_bytes(yaml.encode("gb18030"))
    window.open_file(file)
    qtbot.waitUntil(lambda: window.findChild(MessageBox) is not None, timeout=WAIT_MS)
    box = window.findChild(MessageBox)
    assert "# 训练集与验证集" in box.details.text().replace("\u200b", "")
    assert file.read_bytes() == yaml.encode("gb18030")
    box.buttons[_("Convert to UTF-8")].click()
    qtbot.waitUntil(lambda: window.editor is not None and window.editor.model.file == file, timeout=WAIT_MS)
    assert window.editor is not None
    assert window.editor.model.text == yaml
    assert file.read_text(encoding="utf-8") == yaml


def test_that_full_width_commas_separate_the_items_of_a_list_in_the_form(
    window: MainWindow, qtbot, workspace: Workspace
) -> None:
    editor = open_editor(window, qtbot, workspace.write())
    field = next(f for f in editor.form.findChildren(type(editor.form.parameters.row(0).values)) if f.is_text)
    field.setFocus()
    field.insert("训练，测试、验证；f1")
    field.textEdited.emit(field.text())
    settle(editor)
    assert editor.model.value(("hyper_tuning", "side_metrics")) == ["训练", "测试", "验证", "f1"]
