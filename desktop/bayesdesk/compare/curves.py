"""The values of several jobs in one chart; what each line is stands in the list beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtWidgets import QVBoxLayout

from bayescore.i18n import _
from bayescore.store import Job, Trial
from bayesdesk.compare.marks import Mark
from bayesdesk.models.comparison import By, Curve, curve_of, has_gpus
from bayesdesk.models.formatting import number
from bayesdesk.plots.canvas import Plot, plot
from bayesdesk.plots.keyboard import PlotKeys
from bayesdesk.plots.walks import Array, Curves
from bayesdesk.ui import theme
from bayesdesk.ui.speech import group
from bayesdesk.ui.widgets import Card, Segmented, discard

_DOT = 7.0  # px


@dataclass(frozen=True)
class Drawn:
    """A job to be drawn."""

    job: Job
    trials: Sequence[Trial]
    mark: Mark


class CurvesChart(Card):
    """A line for each job with a dot at each value; a job with one value is a dot."""

    def __init__(self) -> None:
        super().__init__(_("Objective"), " ")
        self._found: Sequence[Drawn] = ()
        self.what = Segmented([("best", _("Best so far")), ("every", _("Every trial"))])
        self.what.choose("best")
        self.by = Segmented(
            [(By.TRIALS, _("Trials")), (By.HOURS, _("Hours")), (By.GPU_HOURS, _("GPU hours"))]
        )
        self.by.choose(By.TRIALS)
        for choice, name in ((self.what, _("Values")), (self.by, _("Scale"))):
            group(choice, name)
            choice.chosen.connect(lambda _value: self._draw())
            self.controls.addWidget(choice)
        self._place = QVBoxLayout()
        self._curves: dict[str, Curve] = {}  # that are drawn, by the id of the job
        self._plot = self._made_plot(By.TRIALS)
        self._place.addWidget(self._plot)
        self.body.addLayout(self._place)
        self.body.setContentsMargins(1, 0, 10, 8)

    def _made_plot(self, by: By) -> Plot:
        made = plot(counts=by is By.TRIALS)
        made.setMinimumHeight(theme.px(300))
        made.setAccessibleName(_("Objective"))
        walk = Curves(lambda: list(self._curves), self._points, self._words, lambda _job: None)
        PlotKeys(made, walk, lambda _trial: None, self._summary)
        return made

    def _points(self, job: str) -> tuple[Array, Array]:
        return self._curves[job].x, self._curves[job].y

    def _words(self, job: str, x: float, y: float) -> str:
        titles = {By.TRIALS: _("trials"), By.HOURS: _("hours"), By.GPU_HOURS: _("GPU hours")}
        by = By(self.by.value() or By.TRIALS)
        place = f"{titles[by]} {number(float(f'{x:.4g}'))}"
        return f"{self._name(job)} · {place} · {number(float(f'{y:.6g}'))}"

    def _name(self, job: str) -> str:
        return next((d.job.submission.name for d in self._found if d.job.id == job), job)

    def _summary(self) -> str:
        """The last value of each job."""
        return "; ".join(f"{self._name(job)} {number(float(c.y[-1]))}" for job, c in self._curves.items())

    def show_jobs(self, found: Sequence[Drawn]) -> None:
        """Draw the jobs whose objective has the same name as that of the first one."""
        self._found = found
        self._draw()

    def _draw(self) -> None:
        by = By(self.by.value() or By.TRIALS)
        self._replace_plot(by)
        self._curves = {}
        titles = {By.TRIALS: _("trials"), By.HOURS: _("hours"), By.GPU_HOURS: _("GPU hours")}
        self._plot.getPlotItem().setLabel("bottom", titles[by])
        if not self._found:
            self.caption.setText(" ")
            return
        metric = self._found[0].job.metric
        every = self.what.value() == "every"
        words, left_out = [metric], []
        for drawn in self._found:
            if drawn.job.metric != metric:
                left_out.append(drawn.job.submission.name)
            elif by is By.GPU_HOURS and not has_gpus(drawn.trials):
                words.append(_("{name} used no GPU", name=drawn.job.submission.name))
            else:
                self._add(drawn, by, every=every)
        if left_out:
            words.append(_("not drawn, another objective: {names}", names=", ".join(left_out)))
        self.caption.setText(" · ".join(words))

    def _replace_plot(self, by: By) -> None:
        """A new plot, because its axis counts whole trials or measures hours."""
        old, self._plot = self._plot, self._made_plot(by)
        self._place.replaceWidget(old, self._plot)
        discard(old)

    def _add(self, drawn: Drawn, by: By, *, every: bool) -> None:
        curve = curve_of(drawn.job, drawn.trials, by, every=every)
        if not len(curve.x):
            return
        self._curves[drawn.job.id] = curve
        x, y, sizes = curve.x, curve.y, np.full(len(curve.x), _DOT)
        if not every:
            x, y = curve.corners()
            sizes = np.tile([_DOT, 0.0], len(curve.x))  # at the beginning of each step
        self._plot.plot(
            x,
            y,
            pen=None if every else drawn.mark.pen(),
            symbol="o",
            symbolSize=sizes,
            symbolBrush=drawn.mark.colour,
            symbolPen=None,
        )
