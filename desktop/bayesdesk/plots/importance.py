"""The importance of the parameters."""

from __future__ import annotations

import pyqtgraph as pg

from bayescore.i18n import _, n_
from bayescore.results import LEAST_TRIALS, Importance, importances
from bayesdesk.models.job import JobModel
from bayesdesk.plots.canvas import pen, plot
from bayesdesk.services.background import Background
from bayesdesk.ui import theme
from bayesdesk.ui.help_mark import help_mark
from bayesdesk.ui.widgets import Card, label


class ImportanceChart(Card):
    """A bar for each parameter, with the uncertainty of the model as a whisker."""

    def __init__(self, model: JobModel, background: Background) -> None:
        super().__init__(_("Importance"), " ")
        self._model = model
        self._background = background
        self._is_busy = self._is_stale = False
        self._plot = plot()
        self._plot.setAccessibleName(_("Importance"))
        self._plot.getPlotItem().getAxis("left").setWidth(120)
        self._plot.setMouseEnabled(x=False, y=False)
        self._empty = label(_("computing…"), "secondary")
        self._empty.setContentsMargins(13, 8, 13, 16)
        self.controls.addWidget(help_mark("search"))
        self.body.addWidget(self._empty)
        self.body.addWidget(self._plot)
        self._plot.setVisible(False)
        self.body.setContentsMargins(1, 0, 10, 8)

    def compute(self) -> None:
        """Fit the surrogate off the GUI thread, then draw."""
        if self._is_busy:
            self._is_stale = True
            return
        self._is_busy = True
        tuning, shown = self._model.view.job.config.hyper_tuning, self._model.shown
        self._background.run(
            lambda: importances(tuning.parameter_specs, shown, tuning.goal), self._draw, self._failed
        )

    def _failed(self, error: Exception) -> None:
        self.caption.setText(str(error))
        self._finish()

    def _finish(self) -> None:
        """Compute again if the trials have changed since."""
        self._is_busy = False
        if self._is_stale:
            self._is_stale = False
            self.compute()

    def _draw(self, found: tuple[Importance, ...]) -> None:
        self._empty.setText(
            n_(
                "The model needs at least {count} finished trial.",
                "The model needs at least {count} finished trials.",
                LEAST_TRIALS,
            )
        )
        self._empty.setVisible(not found)
        self._plot.setVisible(bool(found))
        self._plot.clear()
        count = sum(t.value is not None for t in self._model.shown)
        self.caption.setText(
            n_(
                "share of the variance, by the search's own model of {count} trial",
                "share of the variance, by the search's own model of {count} trials",
                count,
            )
        )
        colours, rows = theme.palette(), list(reversed(found))
        bars = pg.BarGraphItem(
            x0=0,
            y=range(len(rows)),
            height=0.55,
            width=[f.mean for f in rows],
            brush=colours.accent,
            pen=None,
        )
        self._plot.addItem(bars)
        for i, f in enumerate(rows):
            ends = (max(0.0, f.mean - f.deviation), f.mean + f.deviation)
            self._plot.plot(list(ends), [i, i], pen=pen(colours.text, 1.5))
        axis = self._plot.getPlotItem().getAxis("left")
        axis.setTicks([[(i, f.name) for i, f in enumerate(rows)]])
        self._finish()
