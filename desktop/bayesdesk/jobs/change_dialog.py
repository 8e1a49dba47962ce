"""Asks for other settings of a job that runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QFormLayout, QLineEdit, QWidget

from bayescore.app.steering import checked_change
from bayescore.config import JobChange
from bayescore.errors import ConfigError
from bayescore.i18n import _
from bayesdesk.models.changes import FIELDS, field_text
from bayesdesk.ui import theme
from bayesdesk.ui.dialog import Dialog
from bayesdesk.ui.fitting import fit_to_screen
from bayesdesk.ui.help_mark import help_mark
from bayesdesk.ui.widgets import button, column, label, row

_WIDTH, _HEIGHT = 480, 500  # px


class ChangeDialog(Dialog):
    """A field for each setting that can be changed while the job runs.

    Parameters
    ----------
    settings
        The settings in effect, as :func:`bayescore.results.job_changes.settings_of` has them.
    """

    chosen = Signal(object)  # JobChange

    def __init__(self, parent: QWidget, settings: Mapping[str, Any]) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Change the job"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._before = {name: field_text(name, settings[name]) for name in FIELDS}
        self._stops = bool(settings["early_stopping"])
        self.fields: dict[str, QLineEdit] = {}
        form = QFormLayout()
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        form.setHorizontalSpacing(14)
        form.setVerticalSpacing(8)
        for name, field in FIELDS.items():
            line = self.fields[name] = QLineEdit(self._before[name])
            line.setObjectName("mono")
            line.setPlaceholderText(field.placeholder())
            line.setAccessibleName(field.title())
            line.textChanged.connect(self._check)
            form.addRow(label(field.title()), line)
        self.early_stopping = QCheckBox(_("Stop trials that will not become the best"))
        self.early_stopping.setChecked(self._stops)
        self.early_stopping.toggled.connect(self._check)
        form.addRow("", self.early_stopping)
        self.problem = label("", "problem", wrap=True)
        self.problem.setProperty("severity", "error")
        self.change = button(_("Change"), self._accept, kind="primary", meaning="check")
        explanation = _("Running trials keep their GPUs and their time limit. Your files stay as they are.")
        foot = row(None, button(_("Cancel"), self.reject), self.change)
        layout = column(
            row(label(self.windowTitle(), "title"), None, help_mark("steering")),
            label(explanation, "secondary", wrap=True),
            form,
            self.problem,
            None,
            foot,
            spacing=12,
        )
        layout.setContentsMargins(theme.PAGE_MARGIN, 16, theme.PAGE_MARGIN, 16)
        self.setLayout(layout)
        fit_to_screen(self, _WIDTH, _HEIGHT)
        self.fields["count"].setFocus()
        self._check()

    def _asked(self) -> JobChange | None:
        """What differs from the settings in effect; ``None`` if nothing does."""
        written = {name: line.text().strip() for name, line in self.fields.items()}
        given: dict[str, Any] = {
            name: words or FIELDS[name].when_empty
            for name, words in written.items()
            if words != self._before[name]
        }
        if self.early_stopping.isChecked() != self._stops:
            given["early_stopping"] = self.early_stopping.isChecked()
        return checked_change(**given) if given else None

    def _check(self) -> None:
        """Say what is wrong while it is typed."""
        try:
            asked = self._asked()
        except ConfigError as error:
            self.problem.setText(f"{error.message} {error.hint or ''}".strip())
            self.change.setEnabled(False)
            return
        self.problem.setText("")
        self.change.setEnabled(asked is not None)

    def _accept(self) -> None:
        if (asked := self._asked()) is not None:
            self.chosen.emit(asked)
        self.accept()
