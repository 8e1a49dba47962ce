"""The GPUs of this machine over the last two minutes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtWidgets import QVBoxLayout

from bayescore.i18n import _
from bayescore.trials.gpus import Gpu
from bayesdesk.models.formatting import gpu_words
from bayesdesk.plots.canvas import pen
from bayesdesk.services.machine_watch import MachineWatch
from bayesdesk.ui import theme
from bayesdesk.ui.widgets import Card, clear, column, label, row, set_shown

_HEIGHT = 44
_SAMPLES = 60


class GpusCard(Card):
    """A line a GPU: whose trials have it, its use and memory, and its use over time."""

    def __init__(self, watch: MachineWatch) -> None:
        super().__init__("GPU", _("last 2 minutes"))
        self._watch = watch
        self._shown: list[tuple[str, Any, Any, Any]] = []
        self._rows = QVBoxLayout()
        self._rows.setContentsMargins(13, 0, 13, 11)
        self._rows.setSpacing(10)
        self.body.addLayout(self._rows)
        watch.machine_changed.connect(self.show_machine)
        self._rebuild(())
        self.show_machine()

    def show_machine(self) -> None:
        """Show the latest state of the GPUs."""
        machine = self._watch.machine
        if machine is None:
            return
        if [g.uuid for g in machine.gpus] != [shown[0] for shown in self._shown]:
            self._rebuild(machine.gpus)
        for gpu, (uuid, words, programs, curve) in zip(machine.gpus, self._shown, strict=True):
            words.setText(gpu_words(gpu, machine.holders.get(uuid, ())))
            running = gpu.programs
            programs.setText(_("Processes: {names}", names=", ".join(running)) if running else "")
            set_shown(programs, bool(running))
            use = np.array(self._watch.use.get(uuid, ()), dtype=float)
            curve.setData(np.arange(_SAMPLES - len(use), _SAMPLES), use)

    def _rebuild(self, gpus: tuple[Gpu, ...]) -> None:
        clear(self._rows)
        self._shown = []
        if not gpus:
            self._rows.addWidget(label(_("No GPU is visible on this machine."), "secondary"))
        for gpu in gpus:
            words = label("", "caption")
            plot = pg.PlotWidget(background=theme.palette().panel)
            plot.setFixedHeight(theme.px(_HEIGHT))
            plot.setMouseEnabled(x=False, y=False)
            plot.setAccessibleName(_("Utilisation of GPU {index}", index=gpu.index))
            item = plot.getPlotItem()
            item.setMenuEnabled(False)
            item.hideButtons()
            item.hideAxis("left")
            item.hideAxis("bottom")
            item.setYRange(0, 100)
            item.setXRange(0, _SAMPLES - 1)
            curve = item.plot([], [], pen=pen(theme.palette().good, 1.5))
            name = row(label(f"GPU {gpu.index}"), label(gpu.name, "secondary"), None, words, spacing=10)
            programs = label("", "caption", wrap=True)
            programs.setVisible(False)
            self._rows.addLayout(column(name, plot, programs, spacing=2))
            self._shown.append((gpu.uuid, words, programs, curve))
