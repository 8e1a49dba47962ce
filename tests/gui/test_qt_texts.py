"""Qt's own texts are in the language of the window."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QDialogButtonBox, QFileDialog, QLineEdit

from bayesdesk.window import MainWindow


@pytest.fixture
def chinese(window: MainWindow) -> Iterator[MainWindow]:
    window.appearance.set_language("zh")
    yield window
    window.appearance.set_language("en")


def texts(qtbot) -> set[str]:
    """What Qt writes on standard buttons, in a context menu and in a file dialog."""
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel)
    field, dialog = QLineEdit(), QFileDialog()
    dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
    for widget in (buttons, field, dialog):
        qtbot.addWidget(widget)
    menu = field.createStandardContextMenu()
    found = {button.text() for button in buttons.buttons()}
    found |= {action.text().partition("\t")[0] for action in menu.actions()}
    found.add(dialog.labelText(QFileDialog.DialogLabel.FileName))
    menu.deleteLater()
    return found


def test_that_buttons_menus_and_file_dialogs_of_qt_are_chinese(chinese: MainWindow, qtbot) -> None:
    assert {"保存", "取消", "粘贴(&P)", "全选", "文件名称(&N)："} <= texts(qtbot)


def test_that_they_are_english_again_after_a_switch(chinese: MainWindow, qtbot) -> None:
    chinese.switch_language()
    assert {"Save", "Cancel", "&Paste", "Select All", "File &name:"} <= texts(qtbot)
