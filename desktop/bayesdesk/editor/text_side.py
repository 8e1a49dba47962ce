"""The text side of the editor: a tab for each of the two files."""

from __future__ import annotations

import re
from collections.abc import Mapping

from PySide6.QtCore import QRegularExpression, Qt
from PySide6.QtWidgets import QStackedWidget, QWidget

from bayescore.config import Problem
from bayesdesk.editor.text_model import TextModel
from bayesdesk.editor.yaml_editor import YamlEditor
from bayesdesk.ui.wheel import TabBar
from bayesdesk.ui.widgets import column


class TextSide(QWidget):
    """Shows the editor of one file at a time."""

    def __init__(self, editors: Mapping[TextModel, YamlEditor]) -> None:
        super().__init__()
        self.setObjectName("bar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._editors = editors
        self._every = list(editors.values())
        self._tabs = TabBar()
        self._texts = QStackedWidget()
        for model, editor in editors.items():
            self._tabs.addTab(model.file.name)
            side = QWidget()
            side.setLayout(column(editor.find_bar, editor, spacing=0))
            self._texts.addWidget(side)
        self._tabs.setDrawBase(False)
        self._tabs.setExpanding(False)
        self._tabs.currentChanged.connect(self._texts.setCurrentIndex)
        self.setLayout(column(self._tabs, self._texts, spacing=0))

    @property
    def current(self) -> YamlEditor:
        """The editor that is shown."""
        return self._every[self._tabs.currentIndex()]

    def editor_of(self, model: TextModel) -> YamlEditor:
        """The editor of a text."""
        return self._editors[model]

    def go_to(self, model: TextModel, problem: Problem) -> None:
        """Move the caret to a problem of a text."""
        editor = self._editors[model]
        self._tabs.setCurrentIndex(self._every.index(editor))
        editor.go_to(problem)

    def show_parameter(self, name: str) -> None:
        """Move the caret of the first text to a parameter."""
        self._tabs.setCurrentIndex(0)
        editor = self._every[0]
        found = editor.document().find(QRegularExpression(rf"name:\s*[\"']?{re.escape(name)}\b"))
        if not found.isNull():
            editor.setTextCursor(found)
            editor.centerCursor()
            editor.setFocus()
