"""How trials run on this machine: ``openbayes.local.yaml`` as a form."""

from __future__ import annotations

from functools import partial
from typing import TypeVar

from PySide6.QtWidgets import QWidget

from bayescore.config import LocalSettings
from bayescore.i18n import _
from bayesdesk.editor.early_stopping_field import EarlyStoppingField
from bayesdesk.editor.fields import ChoiceField, ComboField, Labelled, TextField, name_field
from bayesdesk.editor.gpu_choice import GpuChoice
from bayesdesk.editor.hours_field import HoursField
from bayesdesk.editor.image_state import image_in_effect, image_state
from bayesdesk.editor.in_place_field import PatternsField
from bayesdesk.editor.mapping_rows import MappingRows
from bayesdesk.editor.pull_dialog import PullDialog
from bayesdesk.editor.python_field import PythonField
from bayesdesk.editor.text_model import ConfigModel, LocalModel
from bayesdesk.services.background import Background
from bayesdesk.services.machine_watch import MachineWatch
from bayesdesk.ui import theme
from bayesdesk.ui.flow import Flow
from bayesdesk.ui.help_mark import help_mark
from bayesdesk.ui.plain import as_text
from bayesdesk.ui.widgets import Card, Segmented, badge, button, column, label, row, set_tone

_F = TypeVar("_F", bound=TextField | ChoiceField | ComboField | PatternsField)
_FIELD = 110  # pixels


class RunSettings(Card):
    """Runner, image and GPUs; limits, seed and environment variables behind “More settings”."""

    def __init__(
        self, model: ConfigModel, local: LocalModel, machine: MachineWatch, background: Background
    ) -> None:
        super().__init__(_("Runs on"), "openbayes.local.yaml")
        self.controls.addWidget(help_mark("files"))
        self._model, self._local = model, local
        self._machine, self._background = machine, background
        self._fields: list[TextField | ChoiceField | ComboField | PatternsField] = []
        self._runner = Segmented(
            [("auto", _("Automatic")), ("docker", "Docker"), ("process", _("Processes")), ("ray", "Ray")]
        )
        self._runner.chosen.connect(self._choose_runner)
        self._image = ComboField(local, ("image",))
        self._image_state = badge()
        self._python = PythonField(model, local, background)
        self._python_choice = Labelled("Python", self._python)
        self._pull = button(_("Pull…"), self.pull, kind="link")
        self._gpus = GpuChoice(local)
        self._gpu_choice = Labelled("GPU", self._gpus)
        self._more = button("", self._toggle_details, kind="link")
        self._variables = MappingRows(
            local, ("environment",), _("None, apart from those that Bayesdesk sets.")
        )
        self._details = self._made_details()
        self._cluster = self._made_cluster()
        self._details.setVisible(False)
        self._arrange()
        local.analysed.connect(self.refresh)
        model.analysed.connect(self._show_image)
        machine.machine_changed.connect(self._show_machine)
        machine.containers_changed.connect(self._show_image)
        machine.ask_containers()
        self._show_machine()
        self.refresh()

    # ---- parts

    def _field(self, field: _F) -> _F:
        self._fields.append(field)
        return field

    def _arrange(self) -> None:
        image = row(self._image, self._image_state, self._pull, spacing=8)
        image.setStretch(0, 1)
        holder = QWidget()
        holder.setLayout(image)
        explanation = _("Image of the containers; if empty, the image of the environment")
        name_field(self._image, _("Image"), explanation)
        self._field(self._image)
        name_field(self._python.line, "Python")
        self._field(self._python.line)
        first = Flow(
            (Labelled(_("Runner"), self._runner), 0, 0),
            (Labelled(_("Image"), holder), 1, 220),
            (self._python_choice, 1, 220),
        )
        share = TextField(self._local, ("trials_per_gpu",), optional=True, placeholder="1")
        share.setFixedWidth(theme.px(90))
        trials = Labelled(_("Trials per GPU"), self._field(share), _("Number of trials that share one GPU"))
        several = TextField(self._local, ("gpus_per_trial",), optional=True, placeholder="1")
        several.setFixedWidth(theme.px(90))
        number = Labelled(_("GPUs per trial"), self._field(several), _("Number of GPUs that one trial gets"))
        second = Flow((self._gpu_choice, 1, 220), (number, 0, 0), (trials, 0, 0))
        for line in (first, second):
            line.setContentsMargins(13, 4, 13, 8)
            self.body.addLayout(line)
        self.body.insertWidget(1, self._cluster)
        self.body.addWidget(self._details)
        foot = row(self._more, None)
        foot.setContentsMargins(13, 0, 13, 10)
        self.body.addLayout(foot)
        self._more.setText(_("More settings"))

    def _made_cluster(self) -> QWidget:
        """Address of the cluster, runner on its nodes, outputs that are copied back."""
        local = self._local
        runners = [("docker", "Docker"), ("process", _("Processes"))]
        address = TextField(local, ("ray", "address"), is_text=True, optional=True, placeholder="auto")
        outputs = TextField(local, ("ray", "outputs"), is_text=True, optional=True, placeholder="all")
        parts: list[tuple[str, TextField | ChoiceField]] = [
            (_("Ray cluster"), address),
            (_("Runner on the nodes"), ChoiceField(local, ("ray", "runner"), runners, default="docker")),
            (_("Outputs to copy back"), outputs),
            (_("Wait for a lost node"), _sized(local, ("ray", "patience"), "3m")),
        ]
        fields = Flow(*((Labelled(words, self._field(field)), 1, _FIELD) for words, field in parts))
        fields.setContentsMargins(13, 0, 13, 8)
        made = QWidget()
        made.setLayout(fields)
        return made

    def _made_details(self) -> QWidget:
        local = self._local
        rules = [("last", _("Last value")), ("best", _("Best value"))]
        lines: list[list[tuple[str, TextField | ChoiceField | PatternsField]]] = [
            [
                (_("CPUs of a trial"), TextField(local, ("cpus",), optional=True, placeholder=_("all"))),
                (_("Memory"), _sized(local, "memory", _("all"))),
                (_("Shared memory"), _sized(local, "shm_size", "64m")),
                (_("Time limit"), _sized(local, "trial_timeout", _("none, or 2h"))),
            ],
            [
                (_("Stop after failures"), TextField(local, ("max_failed_trials",), optional=True)),
                (_("Seed"), TextField(local, ("seed",), optional=True, placeholder=_("random"))),
                (_("Objective of a trial"), ChoiceField(local, ("objective",), rules, default="last")),
                (_("Registry mirror"), _sized(local, "registry_mirror", "")),
            ],
            [
                (_("Stop hopeless trials"), EarlyStoppingField(local)),
                (_("Longest job, in hours"), _limit(local, "max_hours")),
                (_("GPU hours at most"), _limit(local, "max_gpu_hours")),
                (_("Hours in which trials begin"), HoursField(local)),
            ],
            [
                (_("Used in place"), _patterns(local, "in_place", _("data, results: rw"))),
                (_("Always copied"), _patterns(local, "copy", "weights.pt")),
                (_("Sent to the nodes"), _patterns(local, "send", "")),
            ],
        ]
        whole = column(spacing=8)
        for line in lines:
            fields = Flow(*((Labelled(words, self._field(field)), 1, _FIELD) for words, field in line))
            fields.setContentsMargins(13, 0, 13, 0)
            whole.addLayout(fields)
        add = button(_("Add"), partial(self._variables.add, "NAME", ""), kind="link")
        heading = row(label(_("Environment variables"), "caption"), add, None, spacing=10)
        heading.setContentsMargins(13, 4, 13, 0)
        whole.addLayout(heading)
        whole.addWidget(self._variables)
        made = QWidget()
        made.setLayout(whole)
        return made

    def _toggle_details(self) -> None:
        shown = not self._details.isVisible()
        self._details.setVisible(shown)
        self._more.setText(_("Fewer settings") if shown else _("More settings"))

    # ---- actions

    def _choose_runner(self, runner: str) -> None:
        if runner == "auto":
            self._local.unset(("runner",))
        else:
            self._local.set(("runner",), runner)

    def pull(self) -> PullDialog | None:
        """Pull the image, with its progress in a dialog."""
        image, settings = self._image_in_effect(), self._local.settings
        if image is None or settings is None:
            return None
        dialog = PullDialog(self.window(), self._background, image, settings.registry_mirror)
        dialog.finished.connect(self._ask_again)
        dialog.open()
        return dialog

    def _ask_again(self, _result: int) -> None:
        self._machine.ask_containers()

    # ---- showing

    def refresh(self) -> None:
        """Show the analysed file."""
        local = self._local
        self.setEnabled(local.is_valid)
        if not local.is_valid:
            return
        self._runner.choose(str(local.value(("runner",)) or "auto"))
        for field in self._fields:
            field.refresh()
        self._python_choice.setVisible(self._runner.value() in ("auto", "process"))
        on_cluster = local.value(("runner",)) == "ray"
        self._cluster.setVisible(on_cluster)
        self._gpu_choice.setVisible(not on_cluster)  # the choice is about this machine's GPUs
        self._variables.refresh()
        self._gpus.refresh()
        self._show_image()

    def _image_in_effect(self) -> str | None:
        environment = str(self._model.value(("env",)) or "")
        return image_in_effect(self._model.config, self._local.settings, environment)

    def _show_image(self) -> None:
        containers = self._machine.containers
        state = image_state(self._image_in_effect(), self._local.settings or LocalSettings(), containers)
        self._image.set_options(state.options, state.image or _("image name"))
        self._image.setEnabled(state.is_used)
        self._image_state.setText(state.text)
        self._image_state.setToolTip(as_text(containers.problem) if containers else "")
        set_tone(self._image_state, state.tone)
        self._pull.setVisible(state.can_pull)

    def _show_machine(self) -> None:
        if self._machine.machine is not None:
            self._gpus.show_machine(self._machine.machine)


def _sized(local: LocalModel, key: str | tuple[str, ...], placeholder: str) -> TextField:
    path = (key,) if isinstance(key, str) else key
    return TextField(local, path, is_text=True, optional=True, placeholder=placeholder)


def _limit(local: LocalModel, key: str) -> TextField:
    return TextField(local, (key,), optional=True, placeholder=_("no limit"))


def _patterns(local: LocalModel, key: str, placeholder: str) -> PatternsField:
    made = PatternsField(local, (key,), is_text=True)
    made.setPlaceholderText(placeholder)
    return made
