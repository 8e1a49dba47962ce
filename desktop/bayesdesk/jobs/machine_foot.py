"""Below the list of jobs: the engine, and the utilisation of each GPU."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QProgressBar, QVBoxLayout, QWidget

from bayescore.i18n import _
from bayesdesk.models.formatting import gpu_words
from bayesdesk.services.machine_watch import MachineWatch
from bayesdesk.ui import theme
from bayesdesk.ui.plain import as_text
from bayesdesk.ui.widgets import clear, label, row

_MOST_GPUS = 8


class MachineFoot(QWidget):
    """A line for the engine and one for each GPU."""

    def __init__(self, watch: MachineWatch) -> None:
        super().__init__()
        self._watch = watch
        self.engine = label("", "caption")
        self._bars: list[tuple[QProgressBar, QLabel]] = []
        self._gpus = QVBoxLayout()
        self._gpus.setContentsMargins(0, 0, 0, 0)
        self._gpus.setSpacing(6)
        layout = QVBoxLayout()
        layout.setContentsMargins(6, 2, 6, 2)
        layout.setSpacing(6)
        layout.addWidget(self.engine)
        layout.addLayout(self._gpus)
        self.setLayout(layout)
        watch.machine_changed.connect(self.show_machine)
        self.show_machine()

    def show_machine(self) -> None:
        """Show the newest state of this machine."""
        machine = self._watch.machine
        if machine is None:
            return
        self.engine.setText(_("Engine running") if machine.engine.running else _("Engine stopped"))
        gpus = machine.gpus[:_MOST_GPUS]
        if len(gpus) != len(self._bars):
            self._rebuild(len(gpus))
        for gpu, (bar, use) in zip(gpus, self._bars, strict=True):
            bar.setValue(gpu.use)
            use.setText(f"{gpu.use}%")
            bar.setToolTip(as_text(gpu_words(gpu, machine.holders.get(gpu.uuid, ()))))

    def _rebuild(self, count: int) -> None:
        clear(self._gpus)
        self._bars = []
        for index in range(count):
            bar, use = QProgressBar(), label("", "caption")
            bar.setTextVisible(False)
            bar.setAccessibleName(_("Utilisation of GPU {index}", index=index))
            use.setFixedWidth(theme.px(38))
            line = row(label(f"GPU {index}", "caption"), bar, use, spacing=8)
            line.setStretch(1, 1)
            self._gpus.addLayout(line)
            self._bars.append((bar, use))
