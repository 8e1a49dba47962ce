"""How long a job will take: so many trials, so many at a time, if one takes so long."""

from __future__ import annotations

from PySide6.QtWidgets import QLineEdit, QWidget

from bayescore.config import LocalSettings
from bayescore.config.local import parse_duration
from bayescore.i18n import _
from bayescore.results import planned_seconds
from bayescore.trials.gpus import Gpu, chosen
from bayesdesk.editor.text_model import ConfigModel, LocalModel
from bayesdesk.models.formatting import span
from bayesdesk.services.machine_watch import MachineWatch
from bayesdesk.ui.widgets import label, row

_WIDTH = 84
_DEFAULT_S = 600.0


class EstimateLine(QWidget):
    """The time that a trial takes can be typed; it begins with that of earlier jobs."""

    def __init__(self, model: ConfigModel, local: LocalModel, machine: MachineWatch) -> None:
        super().__init__()
        self._model, self._local, self._machine = model, local, machine
        self._words = label("", "secondary")
        self._span = QLineEdit(written_span(_DEFAULT_S))
        self._span.setObjectName("mono")
        self._span.setFixedWidth(_WIDTH)
        self._span.setToolTip(_("For example 90s, 5m, 2h"))
        self._span.setAccessibleName(_("Time of one trial"))
        self._span.textChanged.connect(self._changed)
        layout = row(self._words, self._span, None, spacing=8)
        layout.setContentsMargins(13, 0, 13, 10)
        self.setLayout(layout)
        model.changed.connect(self.refresh)
        local.changed.connect(self.refresh)
        machine.machine_changed.connect(self.refresh)
        self.refresh()

    def begin_with(self, seconds: float | None) -> None:
        """Take the time that trials of earlier jobs took, unless something was typed."""
        if seconds is not None and not self._span.isModified():
            self._span.setText(written_span(seconds))

    def _changed(self, _words: str) -> None:
        self.refresh()

    def refresh(self) -> None:
        """Show what the files and the machine come to."""
        config, settings = self._model.loaded.config, self._local.loaded.settings
        self.setVisible(config is not None)
        if config is None:
            return
        tuning = config.hyper_tuning
        gpus = self._machine.machine.gpus if self._machine.machine else ()
        at_a_time = side_by_side(tuning.parallel_count, settings or LocalSettings(), gpus)
        seconds = parse_duration(self._span.text())
        if not seconds:
            time = "?"
        else:
            time = span(planned_seconds(tuning.max_job_count, at_a_time, seconds))
        if tuning.max_job_count == 1:
            self._words.setText(_("One trial: about {time} if it takes", time=time))
            return
        self._words.setText(
            _(
                "{count} trials, {parallel} at a time: about {time} if a trial takes",
                count=tuning.max_job_count,
                parallel=at_a_time,
                time=time,
            )
        )


def side_by_side(wanted: int, settings: LocalSettings, gpus: tuple[Gpu, ...]) -> int:
    """Trials that can run at a time: as many as wanted, and no more than the GPUs carry."""
    usable = chosen(gpus, settings.gpus)
    return min(wanted, len(usable) * settings.trials_per_gpu) if usable else wanted


def written_span(seconds: float) -> str:
    """A length of time as :func:`parse_duration` reads it, in its largest unit."""
    if seconds >= 7200:
        return f"{seconds / 3600:.3g}h"
    if seconds >= 120:
        return f"{seconds / 60:.3g}m"
    return f"{max(seconds, 1):.3g}s"
