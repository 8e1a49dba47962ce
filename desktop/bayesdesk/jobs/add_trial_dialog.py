"""Asks for the parameters of a trial that is added to a job by hand."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFormLayout, QLineEdit, QScrollArea, QWidget

from bayescore.app.parameter_values import parse_assignments
from bayescore.config import HyperTuning
from bayescore.errors import ConfigError
from bayescore.i18n import _
from bayescore.trials.parameters import as_text
from bayesdesk.models.formatting import range_words
from bayesdesk.ui import theme
from bayesdesk.ui.dialog import Dialog
from bayesdesk.ui.fitting import fit_to_screen
from bayesdesk.ui.help_mark import help_mark
from bayesdesk.ui.widgets import button, column, label, row

_WIDTH, _HEIGHT, _ROW = 520, 640, 40  # px


class AddTrialDialog(Dialog):
    """A field for each parameter; the search chooses the value of one that is left empty.

    Parameters
    ----------
    given
        Values that the fields begin with.
    """

    chosen = Signal(list)  # NAME=VALUE

    def __init__(self, parent: QWidget, tuning: HyperTuning, given: Mapping[str, object]) -> None:
        super().__init__(parent)
        self._tuning = tuning
        self.setWindowTitle(_("Add trial"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.fields: dict[str, QLineEdit] = {}
        form = QFormLayout()
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        form.setHorizontalSpacing(14)
        for spec in tuning.parameter_specs:
            field = self.fields[spec.name] = QLineEdit(as_text(given.get(spec.name, "")))
            field.setObjectName("mono")
            field.setPlaceholderText(range_words(spec))
            field.setAccessibleName(spec.name)
            field.textChanged.connect(self._check)
            form.addRow(label(spec.name), field)
        inner = QWidget()
        inner.setLayout(form)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(inner)
        self.problem = label("", "problem", wrap=True)
        self.problem.setProperty("severity", "error")
        self.add = button(_("Add"), self._accept, kind="primary", meaning="new")
        explanation = _("The search chooses what is left empty. Values outside the ranges are allowed.")
        foot = row(None, button(_("Cancel"), self.reject), self.add)
        layout = column(
            row(label(self.windowTitle(), "title"), None, help_mark("steering")),
            label(explanation, "secondary", wrap=True),
            scroll,
            self.problem,
            foot,
            spacing=12,
        )
        layout.setContentsMargins(theme.PAGE_MARGIN, 16, theme.PAGE_MARGIN, 16)
        self.setLayout(layout)
        fit_to_screen(self, _WIDTH, min(_HEIGHT, 220 + _ROW * len(self.fields)))
        next(iter(self.fields.values())).setFocus()
        self._check()

    def _written(self) -> list[str]:
        texts = {name: field.text().strip() for name, field in self.fields.items()}
        return [f"{name}={text}" for name, text in texts.items() if text]

    def _check(self) -> None:
        """Say what is wrong while it is typed."""
        try:
            found = parse_assignments(self._tuning, self._written())
        except ConfigError as error:
            self.problem.setText(str(error.message))
            self.add.setEnabled(False)
            return
        self.problem.setText("")
        self.add.setEnabled(bool(found))

    def _accept(self) -> None:
        self.chosen.emit(self._written())
        self.accept()
