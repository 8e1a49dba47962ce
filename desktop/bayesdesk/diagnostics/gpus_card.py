"""The GPUs of this machine over the last two minutes."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QPushButton, QVBoxLayout

from bayescore.app.gpu_lending import free_text, leave_free, use_again
from bayescore.i18n import _
from bayescore.store import Database
from bayescore.times import utc
from bayescore.trials.gpus import Gpu
from bayesdesk.models.formatting import gpu_words
from bayesdesk.models.gpu_choices import choices
from bayesdesk.plots.canvas import pen
from bayesdesk.services.background import Background
from bayesdesk.services.machine_watch import MachineWatch
from bayesdesk.ui import theme
from bayesdesk.ui.widgets import Card, button, clear, column, label, row, set_shown

_HEIGHT = 44
_SAMPLES = 60


class GpusCard(Card):
    """A line a GPU: whose trials have it, its use and memory, and its use over time."""

    def __init__(self, watch: MachineWatch, database: Database, background: Background) -> None:
        super().__init__("GPU", _("last 2 minutes"))
        self._watch, self._database, self._background = watch, database, background
        self._shown: list[tuple[str, Any, Any, Any]] = []
        self.leave_free: dict[str, QPushButton] = {}  # by UUID
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
            until = machine.left_free.get(uuid)
            free = "" if until is None else f" · {free_text(until)}"
            words.setText(gpu_words(gpu, machine.holders.get(uuid, ())) + free)
            self.leave_free[uuid].setText(_("Leave free…") if until is None else _("Use again"))
            running = gpu.programs
            programs.setText(_("Processes: {names}", names=", ".join(running)) if running else "")
            set_shown(programs, bool(running))
            use = np.array(self._watch.use.get(uuid, ()), dtype=float)
            curve.setData(np.arange(_SAMPLES - len(use), _SAMPLES), use)

    def _rebuild(self, gpus: tuple[Gpu, ...]) -> None:
        clear(self._rows)
        self._shown, self.leave_free = [], {}
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
            leave = button("", partial(self._leave_or_use, gpu), kind="link")
            leave.setToolTip(_("Whether trials of your jobs begin on this GPU"))
            self.leave_free[gpu.uuid] = leave
            name = row(
                label(f"GPU {gpu.index}"), label(gpu.name, "secondary"), None, words, leave, spacing=10
            )
            programs = label("", "caption", wrap=True)
            programs.setVisible(False)
            self._rows.addLayout(column(name, plot, programs, spacing=2))
            self._shown.append((gpu.uuid, words, programs, curve))

    def _leave_or_use(self, gpu: Gpu) -> None:
        machine = self._watch.machine
        if machine is not None and gpu.uuid in machine.left_free:
            self._run(partial(use_again, self._database, gpu.uuid))
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for words, until in choices(utc()):
            menu.addAction(str(words), partial(self._leave, gpu, until))
        asked = self.leave_free[gpu.uuid]
        menu.popup(asked.mapToGlobal(asked.rect().bottomLeft()))

    def _leave(self, gpu: Gpu, until: str | None) -> None:
        self._run(partial(leave_free, self._database, gpu.uuid, until))

    def _run(self, change: Callable[[], object]) -> None:
        self._background.run_to_end(_("Leaving a GPU free"), change, lambda _found: self._watch.look())
