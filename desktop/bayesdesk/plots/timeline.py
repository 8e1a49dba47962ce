"""When trials ran, and on which GPU."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF

from bayescore.i18n import _, n_
from bayescore.results import Span, lanes
from bayescore.store import TrialState
from bayesdesk.models.formatting import TONES, number
from bayesdesk.models.job import JobModel
from bayesdesk.models.trial import summary_of
from bayesdesk.plots.canvas import pen, plot
from bayesdesk.plots.keyboard import walk_trials
from bayesdesk.plots.walks import Array
from bayesdesk.ui import theme
from bayesdesk.ui.plain import as_text
from bayesdesk.ui.widgets import Card

_LANE_HEIGHT = 30
_SHORTEST = 0.002  # share of the whole time: a shorter trial would be invisible


class TimelineChart(Card):
    """A bar for each trial from its start to its end, coloured by its state; hollow for one stopped early."""

    def __init__(self, model: JobModel) -> None:
        super().__init__(
            _("Timeline"), _("minutes since the first trial started; a lane for each GPU or slot")
        )
        self._model = model
        self._plot = plot()
        self._plot.setAccessibleName(_("Timeline"))
        self._plot.setMouseEnabled(x=True, y=False)
        walk_trials(self._plot, model, self._points, self._words)
        self._spans: Sequence[Span] = ()
        self._plot.scene().sigMouseMoved.connect(self._hover)
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

    def _add_bars(self, spans: Sequence[Span], whole: float, colour: str, outline: Any) -> None:
        if spans:
            bars = pg.BarGraphItem(
                x0=[s.start / 60 for s in spans],
                y=[s.lane for s in spans],
                width=[max((s.end - s.start) / 60, whole * _SHORTEST) for s in spans],
                height=0.7,
                brush=colour,
                pen=outline,
            )
            self._plot.addItem(bars)

    def _hover(self, at: QPointF) -> None:
        """Let the tool tip say what is known about the trial under the mouse."""
        point = self._plot.box.mapSceneToView(at)
        minute, lane = point.x(), round(point.y())
        under = (s for s in self._spans if s.lane == lane and s.start / 60 <= minute <= s.end / 60)
        span = next(under, None)
        self._plot.box.setToolTip("" if span is None else as_text(summary_of(self._model.view, span.trial)))

    def show_trials(self) -> None:
        """Draw the trials."""
        names, spans = lanes(self._model.view.trials)
        self._spans = spans
        self._plot.clear()
        self._plot.setFixedHeight(theme.px(60 + _LANE_HEIGHT * max(1, len(names))))
        whole = max((s.end for s in spans), default=1.0) / 60
        colours = theme.palette()
        for tone in ("good", "bad", "warning", "accent", "secondary"):
            of_tone = [s for s in spans if _tone(s) == tone]
            self._add_bars(of_tone, whole, getattr(colours, tone), pen(colours.panel))
        stopped = [s for s in spans if _tone(s) is None]
        self._add_bars(stopped, whole, colours.panel, pen(colours.secondary))
        short = [name if len(name) < 12 else f"…{name[-8:]}" for name in names]
        self._plot.getPlotItem().getAxis("left").setTicks([list(enumerate(short))])


def _tone(span: Span) -> str | None:
    """The colour of a trial's bar; ``None`` for a hollow one."""
    state = span.trial.state
    return None if state is TrialState.STOPPED_EARLY else TONES.get(state.value, "secondary")
