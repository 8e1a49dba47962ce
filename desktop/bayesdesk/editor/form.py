"""The form side: shows the text field by field and edits it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TypeVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from bayescore.config import Algorithm
from bayescore.config.runtimes import runtime_names
from bayescore.i18n import _, n_
from bayesdesk.editor import edits
from bayesdesk.editor.analysis import with_beliefs
from bayesdesk.editor.fields import ChoiceField, ComboField, Field, Labelled, ListField, TextField
from bayesdesk.editor.mapping_rows import MappingRows
from bayesdesk.editor.parameter_list import ParameterList
from bayesdesk.editor.text_model import ConfigModel, LocalModel
from bayesdesk.models.formatting import algorithm_word
from bayesdesk.ui import theme
from bayesdesk.ui.flow import Flow
from bayesdesk.ui.widgets import Card, Segmented, button, label, row

_F = TypeVar("_F", bound=TextField | ListField | ChoiceField | ComboField)
_TUNING = "hyper_tuning"
_NARROWEST = 470  # pixels, for what its cards need in both languages
_FIXED = ("parameters",)


class Form(QScrollArea):
    """Tuning settings, a row for each parameter, fixed parameters and the program."""

    problem_chosen = Signal(object)  # Problem

    def __init__(
        self,
        model: ConfigModel,
        local: LocalModel,
        cards: Sequence[QWidget] = (),
        estimate: QWidget | None = None,
    ) -> None:
        super().__init__()
        self._model, self._local = model, local
        self._fields: list[Field] = []
        self._banner = self._made_banner()
        self._content = QWidget()
        layout = QVBoxLayout()
        layout.setContentsMargins(theme.PAGE_MARGIN, 14, theme.PAGE_MARGIN, theme.PAGE_MARGIN)
        layout.setSpacing(theme.CARD_GAP)
        self._tuning_card = self._made_tuning()
        self._parameters = Card(_("Parameters"), " ")
        self._parameters.controls.addWidget(button(_("Add"), self.add_parameter, meaning="new"))
        self.parameters = ParameterList(model, local, self)
        self._parameters.body.addWidget(self.parameters)
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
        self.setMinimumWidth(theme.px(_NARROWEST))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        model.analysed.connect(self.refresh)
        local.analysed.connect(self._show_parameters)
        for each in (model, local):
            each.refused.connect(self.parameters.forget)
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
        algorithm = ChoiceField(model, (_TUNING, "algorithm"), algorithms)
        trials = TextField(model, (_TUNING, "max_job_count"))
        at_a_time = TextField(model, (_TUNING, "parallel_count"))
        explanation = _("The name that your code passes to log_metric")
        first = Flow(
            (Labelled(_("Objective metric"), self._field(metric), explanation), 6, 110),
            (Labelled(_("Goal"), self._goal), 0, 0),
            (Labelled(_("Algorithm"), self._field(algorithm)), 5, 110),
            (Labelled(_("Trials"), self._field(trials), _("1 to 100")), 2, 60),
            (Labelled(_("At a time"), self._field(at_a_time)), 2, 60),
        )
        side = ListField(model, (_TUNING, "side_metrics"), is_text=True)
        side.setPlaceholderText(_("loss, f1"))
        second = Flow((Labelled(_("Side metrics (shown, not optimised)"), self._field(side)), 1, 0))
        for line in (first, second):
            line.setContentsMargins(13, 4, 13, 8)
            card.body.addLayout(line)
        return card

    def _made_basics(self) -> Card:
        card, model = Card(_("Program"), ""), self._model
        environment = ComboField(model, ("env",))
        environment.set_options(runtime_names())
        command = self._field(TextField(model, ("command",), is_text=True))
        explanation = _("Selects the image of the containers")
        line = Flow(
            (Labelled(_("Command"), command, _("Parameters are appended: --name=value")), 3, 230),
            (Labelled(_("Environment"), self._field(environment), explanation), 2, 170),
        )
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
        """Add a parameter at the end of the search space, and show it."""
        self._model.edit(edits.add_parameter)
        self._model.after_edits(self._show_last)

    def _show_last(self) -> None:
        if len(self.parameters):
            name = self.parameters.reveal(len(self.parameters) - 1).name
            name.setFocus()
            name.selectAll()

    # ---- showing

    def refresh(self) -> None:
        """Show the analysed text."""
        model = self._model
        self._banner.setVisible(not model.is_valid)
        for card in (self._tuning_card, self._parameters, self._fixed, self._basics):
            card.setEnabled(model.is_valid)
        if not model.is_valid:
            self._banner_words.setText(str(model.problems[0].message) if model.problems else "")
            return
        for field in self._fields:
            field.refresh()
        self._fixed_rows.refresh()
        self._goal.choose(str(model.value((_TUNING, "goal")) or "").upper())
        self._show_parameters()
        self._parameters.caption.setText(self._caption())

    def _show_parameters(self) -> None:
        if self._model.is_valid:
            views = self._model.analysis.parameters
            self.parameters.show_views(with_beliefs(views, self._local.document))

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
