"""The GPUs that trials may use: a check box for each GPU, with its current use."""

from __future__ import annotations

from PySide6.QtWidgets import QCheckBox, QLabel, QVBoxLayout, QWidget

from bayescore.app.machine import Machine
from bayescore.i18n import _
from bayescore.trials.gpus import Gpu, chosen
from bayesdesk.editor.text_model import LocalModel
from bayesdesk.models.formatting import gpu_words
from bayesdesk.ui.widgets import clear, label, row

_PATH = ("gpus",)


class GpuChoice(QWidget):
    """Writes ``gpus`` of the local file: nothing for all GPUs, ``none``, or their numbers."""

    def __init__(self, model: LocalModel) -> None:
        super().__init__()
        self._model = model
        self._gpus: tuple[Gpu, ...] = ()
        self._boxes: list[QCheckBox] = []
        self._uses: list[QLabel] = []
        self._layout = QVBoxLayout()
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(5)
        self.setLayout(self._layout)
        self._rebuild()

    def show_machine(self, machine: Machine) -> None:
        """Show the GPUs of this machine and their use."""
        same = [g.uuid for g in machine.gpus] == [g.uuid for g in self._gpus]
        self._gpus = machine.gpus
        if not same:
            self._rebuild()
        for gpu, shown in zip(self._gpus, self._uses, strict=True):
            shown.setText(gpu_words(gpu, machine.holders.get(gpu.uuid, ())))
        self.refresh()

    def _rebuild(self) -> None:
        clear(self._layout)
        self._boxes, self._uses = [], []
        for gpu in self._gpus:
            box = QCheckBox(f"GPU {gpu.index} · {gpu.name}")
            box.clicked.connect(self._clicked)
            use = label("", "caption")
            self._boxes.append(box)
            self._uses.append(use)
            self._layout.addLayout(row(box, use, None, spacing=10))
        if not self._gpus:
            words = _("No GPU is visible; trials run on the CPU.")
            self._layout.addWidget(label(words, "secondary", wrap=True))

    def refresh(self) -> None:
        """Show the analysed text; while an edit is pending the boxes are newer than it."""
        settings = self._model.settings
        if settings is None or self._model.has_pending_edits:
            return
        used = {g.uuid for g in chosen(self._gpus, settings.gpus)}
        for gpu, box in zip(self._gpus, self._boxes, strict=True):
            box.setChecked(gpu.uuid in used)

    def _clicked(self, _checked: bool) -> None:
        indices = [g.index for g, box in zip(self._gpus, self._boxes, strict=True) if box.isChecked()]
        if len(indices) == len(self._gpus):
            self._model.unset(_PATH)
        else:
            self._model.set(_PATH, indices or "none")
