"""When trials ran, and on which GPU."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg

from bayescore.i18n import _, n_
from bayescore.results import lanes
from bayesdesk.models.formatting import TONES, number
from bayesdesk.models.job import JobModel
from bayesdesk.plots.canvas import plot
from bayesdesk.plots.keyboard import walk_trials
from bayesdesk.plots.walks import Array
from bayesdesk.ui import theme
from bayesdesk.ui.widgets import Card

_LANE_HEIGHT = 30
_SHORTEST = 0.002  # share of the whole time: a shorter trial would be invisible


class TimelineChart(Card):
    """A bar for each trial from its start to its end, coloured by its state."""

    def __init__(self, model: JobModel) -> None:
        super().__init__(
            _("Timeline"), _("minutes since the first trial started; a lane for each GPU or slot")
        )
        self._model = model
        self._plot = plot()
        self._plot.setAccessibleName(_("Timeline"))
        self._plot.setMouseEnabled(x=True, y=False)
        walk_trials(self._plot, model, self._points, self._words)
        self.body.addWidget(self._plot)
        self.body.setContentsMargins(1, 0, 10, 8)

    def _points(self) -> tuple[Array, Array, list[int]]:
        """The beginnings of the bars, and the numbers of the trials."""
        _names, spans = lanes(self._model.view.trials)
        x, y = (np.array(v, dtype=float) for v in ([s.start / 60 for s in spans], [s.lane for s in spans]))
        return x, y, [s.trial.number for s in spans]

    def _words(self) -> str:
        names, spans = lanes(self._model.view.trials)
        minutes = number(round(max((s.end for s in spans), default=0.0) / 60, 1))
        return n_(
            "{count} trial in {minutes} minutes, on: {lanes}",
            "{count} trials in {minutes} minutes, on: {lanes}",
            len(spans),
            minutes=minutes,
            lanes=", ".join(names),
        )

    def show_trials(self) -> None:
        """Draw the trials."""
        names, spans = lanes(self._model.view.trials)
        self._plot.clear()
        self._plot.setFixedHeight(theme.px(60 + _LANE_HEIGHT * max(1, len(names))))
        whole = max((s.end for s in spans), default=1.0) / 60
        colours = theme.palette()
        for tone in ("good", "bad", "warning", "accent", "secondary"):
            of_tone = [s for s in spans if TONES.get(s.trial.state.value, "secondary") == tone]
            if of_tone:
                bars = pg.BarGraphItem(
                    x0=[s.start / 60 for s in of_tone],
                    y=[s.lane for s in of_tone],
                    width=[max((s.end - s.start) / 60, whole * _SHORTEST) for s in of_tone],
                    height=0.7,
                    brush=getattr(colours, tone),
                    pen=colours.panel,
                )
                self._plot.addItem(bars)
        short = [name if len(name) < 12 else f"…{name[-8:]}" for name in names]
        self._plot.getPlotItem().getAxis("left").setTicks([list(enumerate(short))])
