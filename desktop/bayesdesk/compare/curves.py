"""The best so far of several jobs, by trial."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt

from bayescore.i18n import _
from bayescore.results import best_so_far
from bayescore.store import Job, Trial
from bayesdesk.plots.canvas import pen, plot
from bayesdesk.ui import theme
from bayesdesk.ui.widgets import Card

_STYLES = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine, Qt.PenStyle.DotLine, Qt.PenStyle.DashDotLine)


class CurvesChart(Card):
    """A stair a job, told apart by colour and by stroke."""

    def __init__(self) -> None:
        super().__init__(_("Best so far"), " ")
        self._plot = plot(counts=True)
        self._plot.setMinimumHeight(300)
        self._plot.setAccessibleName(_("Best so far"))
        self._plot.getPlotItem().setLabel("bottom", _("trials"))
        self._legend = self._plot.getPlotItem().addLegend(
            offset=(-12, -12), labelTextColor=theme.palette().text, brush=theme.palette().panel
        )
        self.body.addWidget(self._plot)
        self.body.setContentsMargins(1, 0, 10, 8)

    def show_jobs(self, found: Sequence[tuple[Job, Sequence[Trial]]]) -> None:
        """Draw the jobs whose objective has the first one's name."""
        self._plot.clear()
        self._legend.clear()
        if not found:
            return
        metric = found[0][0].metric
        others = [job.submission.name for job, _trials in found if job.metric != metric]
        words = metric
        if others:
            words += " · " + _("not drawn, another objective: {names}", names=", ".join(others))
        self.caption.setText(words)
        colours = theme.palette().series
        for i, (job, its) in enumerate(found):
            if job.metric != metric:
                continue
            x, y = _stairs(best_so_far(its, job.config.hyper_tuning.goal), its)
            drawn: Any = pen(colours[i % len(colours)], 2)
            drawn.setStyle(_STYLES[i % len(_STYLES)])
            self._plot.plot(x, y, pen=drawn, name=html.escape(f"{job.submission.name} {job.id}"))


def _stairs(steps: Sequence[Trial], its: Sequence[Trial]) -> tuple[list[float], list[float]]:
    x: list[float] = []
    y: list[float] = []
    last = its[-1].number if its else 0
    for i, trial in enumerate(steps):
        value = trial.value if trial.value is not None else math.nan
        x += [trial.number, steps[i + 1].number if i + 1 < len(steps) else max(last, trial.number)]
        y += [value, value]
    return x, y
