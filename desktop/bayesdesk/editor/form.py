"""The form side: shows the text field by field and edits it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TypeVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from bayescore.config import Algorithm
from bayescore.config.runtimes import runtime_names
from bayescore.i18n import _, n_
from bayesdesk.editor import edits
from bayesdesk.editor.fields import ChoiceField, ComboField, Field, Labelled, ListField, TextField
from bayesdesk.editor.mapping_rows import MappingRows
from bayesdesk.editor.parameter_row import ParameterRow
from bayesdesk.editor.text_model import ConfigModel
from bayesdesk.models.formatting import algorithm_word
from bayesdesk.ui import theme
from bayesdesk.ui.widgets import Card, Segmented, button, clear, label, row, rule

_F = TypeVar("_F", bound=TextField | ListField | ChoiceField | ComboField)
_TUNING = "hyper_tuning"
_FIXED = ("parameters",)


class Form(QScrollArea):
    """Tuning settings, a row for each parameter, fixed parameters and the program."""

    problem_chosen = Signal(object)  # Problem

    def __init__(
        self, model: ConfigModel, cards: Sequence[QWidget] = (), estimate: QWidget | None = None
    ) -> None:
        super().__init__()
        self._model = model
        self._fields: list[Field] = []
        self._rows: list[ParameterRow] = []
        self._banner = self._made_banner()
        self._content = QWidget()
        layout = QVBoxLayout()
        layout.setContentsMargins(theme.PAGE_MARGIN, 14, theme.PAGE_MARGIN, theme.PAGE_MARGIN)
        layout.setSpacing(theme.CARD_GAP)
        self._tuning_card = self._made_tuning()
        self._parameters = Card(_("Parameters"), " ")
        self._parameters.controls.addWidget(button(_("Add"), self.add_parameter, meaning="new"))
        self._parameter_rows = QVBoxLayout()
        self._parameter_rows.setSpacing(0)
        self._parameters.body.addLayout(self._parameter_rows)
        self._mark = QFrame(self._parameters)
        self._mark.setObjectName("mark")
        self._mark.hide()
        if estimate is not None:
            self._tuning_card.body.addWidget(estimate)
        self._basics = self._made_basics()
        self._fixed = self._made_fixed()
        for part in (
            self._banner,
            self._tuning_card,
            self._parameters,
            self._fixed,
            self._basics,
            *cards,
        ):
            layout.addWidget(part)
        layout.addStretch(1)
        self._content.setLayout(layout)
        self.setWidgetResizable(True)
        self.setWidget(self._content)
        self.setMinimumWidth(560)
        model.analysed.connect(self.refresh)
        model.refused.connect(self._forget_rows)
        self.refresh()

    # ---- parts

    def _made_banner(self) -> QWidget:
        made = Card()
        self._banner_words = label("", "problem", wrap=True)
        self._banner_words.setProperty("severity", "error")
        show = button(_("Show the error"), self._show_fault, kind="link")
        line = row(self._banner_words, show)
        line.setStretch(0, 1)
        line.setContentsMargins(13, 8, 13, 8)
        made.body.addLayout(line)
        return made

    def _show_fault(self) -> None:
        if self._model.problems:
            self.problem_chosen.emit(self._model.problems[0])

    def _field(self, field: _F) -> _F:
        self._fields.append(field)
        return field

    def _made_tuning(self) -> Card:
        card, model = Card(_("Tuning")), self._model
        self._goal = Segmented([("MINIMIZE", _("Minimize")), ("MAXIMIZE", _("Maximize"))])
        self._goal.chosen.connect(lambda goal: model.set((_TUNING, "goal"), goal))
        metric = TextField(model, (_TUNING, "hyperparameter_metric"), is_text=True)
        algorithms = [(each.value, algorithm_word(each)) for each in Algorithm]
        first = row(
            Labelled(
                _("Objective metric"), self._field(metric), _("The name that your code passes to log_metric")
            ),
            Labelled(_("Goal"), self._goal),
            Labelled(_("Algorithm"), self._field(ChoiceField(model, (_TUNING, "algorithm"), algorithms))),
            Labelled(
                _("Trials"),
                self._field(TextField(model, (_TUNING, "max_job_count"))),
                _("1 to 100"),
            ),
            Labelled(_("At a time"), self._field(TextField(model, (_TUNING, "parallel_count")))),
            spacing=10,
        )
        for i, stretch in enumerate((6, 4, 5, 2, 2)):
            first.setStretch(i, stretch)
        side = ListField(model, (_TUNING, "side_metrics"), is_text=True)
        side.setPlaceholderText(_("loss, f1"))
        second = row(Labelled(_("Side metrics (shown, not optimized)"), self._field(side)))
        for line in (first, second):
            line.setContentsMargins(13, 4, 13, 8)
            card.body.addLayout(line)
        return card

    def _made_basics(self) -> Card:
        card, model = Card(_("Program"), ""), self._model
        environment = ComboField(model, ("env",))
        environment.set_options(runtime_names())
        line = row(
            Labelled(
                _("Command"),
                self._field(TextField(model, ("command",), is_text=True)),
                _("Parameters are appended: --name=value"),
            ),
            Labelled(_("Environment"), self._field(environment), _("Selects the image of the containers")),
            spacing=10,
        )
        line.setStretch(0, 3)
        line.setStretch(1, 2)
        line.setContentsMargins(13, 4, 13, 12)
        card.body.addLayout(line)
        return card

    def _made_fixed(self) -> Card:
        card = Card(_("Fixed parameters"), _("passed to every trial unchanged"))
        self._fixed_rows = MappingRows(self._model, _FIXED, _("None. Trials get only the tuned parameters."))
        secret = {"is_secret": True, "source": "env", "env": "NAME"}
        add = partial(self._fixed_rows.add, "parameter", 0)
        add_secret = partial(self._fixed_rows.add, "secret", secret)
        card.controls.addWidget(button(_("Add secret"), add_secret, kind="link"))
        card.controls.addWidget(button(_("Add"), add, meaning="new"))
        card.body.addWidget(self._fixed_rows)
        return card

    # ---- parameters

    def add_parameter(self) -> None:
        """Add a parameter at the end of the search space."""
        self._model.edit(edits.add_parameter)

    def _target(self, y: int) -> int:
        """Place in the list at a height of the screen, 0 to the number of rows."""
        middles = (r.mapToGlobal(r.rect().center()).y() for r in self._rows)
        return sum(middle < y for middle in middles)

    def _show_target(self, y: int) -> None:
        """Draw a line where the dragged row would be dropped."""
        at = self._target(y)
        after = at == len(self._rows)
        near = self._rows[-1 if after else at]
        top = near.mapTo(self._parameters, near.rect().bottomLeft() if after else near.rect().topLeft())
        self._mark.setGeometry(1, top.y() - 1, self._parameters.width() - 2, 2)
        self._mark.raise_()
        self._mark.show()

    def _drop(self, index: int, y: int) -> None:
        self._mark.hide()
        at = self._target(y)
        target = at - 1 if at > index else at
        if target != index:
            self._rows[index].move_to(target)

    def _rebuild_rows(self) -> None:
        clear(self._parameter_rows)
        self._rows = []
        for index, view in enumerate(self._model.analysis.parameters):
            made = ParameterRow(self._model, index, view.kind)
            made.handle.dragged.connect(self._show_target)
            made.handle.dropped.connect(partial(self._drop, index))
            self._rows.append(made)
            self._parameter_rows.addWidget(rule())
            self._parameter_rows.addWidget(made)
        if not self._rows:
            empty = label(_("Nothing is tuned yet. Add a parameter."), "secondary")
            empty.setContentsMargins(13, 4, 13, 14)
            self._parameter_rows.addWidget(empty)

    def _forget_rows(self) -> None:
        for made in self._rows:
            made.forget()

    # ---- showing

    def refresh(self) -> None:
        """Show the analysed text; rows are rebuilt only when their number or types change."""
        model = self._model
        self._banner.setVisible(not model.is_valid)
        for card in (self._tuning_card, self._parameters, self._fixed, self._basics):
            card.setEnabled(model.is_valid)
        if not model.is_valid:
            self._banner_words.setText(str(model.problems[0].message) if model.problems else "")
            return
        views = model.analysis.parameters
        if [view.kind for view in views] != [r.kind for r in self._rows] or not self._rows:
            self._rebuild_rows()
        for field in self._fields:
            field.refresh()
        self._fixed_rows.refresh()
        self._goal.choose(str(model.value((_TUNING, "goal")) or "").upper())
        for made, view in zip(self._rows, views, strict=True):
            made.refresh(view)
        self._parameters.caption.setText(self._caption())

    def _caption(self) -> str:
        """Number of parameters and, if none has errors, the size of the search space."""
        analysis = self._model.analysis
        count = len(analysis.parameters)
        if not count or any(view.spec is None for view in analysis.parameters):
            return str(count)
        if analysis.combinations is None:
            return _("{count} · continuous search space", count=count)
        return n_(
            "{parameters} · {count} combination",
            "{parameters} · {count} combinations",
            analysis.combinations,
            parameters=count,
        )
