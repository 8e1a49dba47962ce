"""The estimated time of a job: its trials, how many run at a time, and the time of one trial."""

from __future__ import annotations

from PySide6.QtWidgets import QLineEdit, QWidget

from bayescore.config import HyperTuning, LocalSettings
from bayescore.config.local import parse_duration
from bayescore.i18n import _
from bayescore.results import planned_seconds
from bayescore.trials.gpus import Gpu, chosen
from bayesdesk.editor.text_model import ConfigModel, LocalModel
from bayesdesk.models.formatting import span
from bayesdesk.services.machine_watch import MachineWatch
from bayesdesk.ui import theme
from bayesdesk.ui.widgets import label, row, set_shown

_WIDTH = 84
_DEFAULT_S = 600.0


class EstimateLine(QWidget):
    """The user can type the time of one trial; it starts with the usual time of earlier jobs."""

    def __init__(self, model: ConfigModel, local: LocalModel, machine: MachineWatch) -> None:
        super().__init__()
        self._model, self._local, self._machine = model, local, machine
        self._words = label("", "secondary")
        self._span = QLineEdit(written_span(_DEFAULT_S))
        self._span.setObjectName("mono")
        self._span.setFixedWidth(theme.px(_WIDTH))
        self._span.setToolTip(_("For example 90s, 5m, 2h"))
        self._span.setAccessibleName(_("Time of one trial"))
        self._span.textChanged.connect(self.refresh)
        layout = row(self._words, self._span, None, spacing=8)
        layout.setContentsMargins(13, 0, 13, 10)
        self.setLayout(layout)
        model.analysed.connect(self.refresh)
        local.analysed.connect(self.refresh)
        machine.machine_changed.connect(self.refresh)
        self.refresh()

    def suggest(self, seconds: float | None) -> None:
        """Use the usual time of earlier trials, unless the user has typed a time."""
        if seconds is not None and not self._span.isModified():
            self._span.setText(written_span(seconds))

    def refresh(self) -> None:
        """Show the estimate for the analysed files and this machine."""
        config = self._model.config
        set_shown(self, config is not None)
        if config is not None:
            gpus = self._machine.machine.gpus if self._machine.machine else ()
            settings = self._local.settings or LocalSettings()
            seconds = parse_duration(self._span.text())
            self._words.setText(estimate_text(config.hyper_tuning, settings, gpus, seconds))


def estimate_text(
    tuning: HyperTuning, settings: LocalSettings, gpus: tuple[Gpu, ...], seconds: float | None
) -> str:
    """The sentence before the field with the time of one trial, which may be missing."""
    parallel = parallel_trials(tuning.parallel_count, settings, gpus)
    time = span(planned_seconds(tuning.max_job_count, parallel, seconds)) if seconds else "?"
    if tuning.max_job_count == 1:
        return _("1 trial: about {time} if it takes", time=time)
    return _(
        "{count} trials, {parallel} at a time: about {time} if one trial takes",
        count=tuning.max_job_count,
        parallel=parallel,
        time=time,
    )


def parallel_trials(requested: int, settings: LocalSettings, gpus: tuple[Gpu, ...]) -> int:
    """Trials that run at a time: the requested number, limited by the GPUs."""
    usable = chosen(gpus, settings.gpus)
    if not usable or settings.gpus_per_trial == 0:
        return requested
    return max(1, min(requested, len(usable) * settings.trials_per_gpu // settings.gpus_per_trial))


def written_span(seconds: float) -> str:
    """A length of time as :func:`parse_duration` reads it, in its largest unit."""
    if seconds >= 7200:
        return f"{seconds / 3600:.3g}h"
    if seconds >= 120:
        return f"{seconds / 60:.3g}m"
    return f"{max(seconds, 1):.3g}s"
