"""The best value so far of several jobs, by trial."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt

from bayescore.i18n import _
from bayescore.results import best_so_far
from bayescore.store import Job, Trial
from bayesdesk.models.curves import stairs
from bayesdesk.plots.canvas import pen, plot
from bayesdesk.ui import theme
from bayesdesk.ui.widgets import Card

_STYLES = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine, Qt.PenStyle.DotLine, Qt.PenStyle.DashDotLine)


class CurvesChart(Card):
    """A line for each job, told apart by colour and by dash pattern."""

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
        """Draw the jobs whose objective has the same name as that of the first one."""
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
        for i, (job, trials) in enumerate(found):
            if job.metric != metric:
                continue
            steps = best_so_far(trials, job.config.hyper_tuning.goal)
            x, y = stairs(steps, trials[-1].number if trials else 0)
            drawn: Any = pen(colours[i % len(colours)], 2)
            drawn.setStyle(_STYLES[i % len(_STYLES)])
            self._plot.plot(x, y, pen=drawn, name=html.escape(f"{job.submission.name} {job.id}"))
