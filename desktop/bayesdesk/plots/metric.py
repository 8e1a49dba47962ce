"""One metric by step: every trial in grey, the selected one in colour."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF

from bayescore.i18n import _
from bayescore.store import Trial
from bayesdesk.models.chart_words import metric_words
from bayesdesk.models.curves import Array, one_line, smoothed, thinned
from bayesdesk.models.forecast_band import Band, band_of
from bayesdesk.models.formatting import number
from bayesdesk.models.job import JobModel
from bayesdesk.models.snapshot import Change
from bayesdesk.plots.canvas import pen, plot
from bayesdesk.plots.forecast_bands import ForecastBands, legend_entries
from bayesdesk.plots.keyboard import PlotKeys
from bayesdesk.plots.legend import Legend
from bayesdesk.plots.walks import Curves
from bayesdesk.ui import theme
from bayesdesk.ui.redraw import Redraw
from bayesdesk.ui.speech import group
from bayesdesk.ui.wheel import Slider
from bayesdesk.ui.widgets import Card, Segmented, label

_MOST_SMOOTHING = 95  # percent
_BUCKETS = 130  # a chart is a few hundred pixels wide: more points of one curve cannot be told apart
_SELECTED_BUCKETS = 600
_MOST_SMOOTH = 60_000  # points that are drawn with antialiasing: about 8 ms
_DOT, _SELECTED_DOT = 5, 9  # pixels
_MARGIN = 0.03  # share of the whole around it
_MOST_BANDS = 8  # of trials that are not selected: more could not be told apart
_LEFT = 62  # pixels before the legend, which begins where the plot does
_PAUSE_MS = 500  # between two drawings of a running job


class MetricChart(Card):
    """Curves of one metric with smoothing and a logarithmic axis."""

    def __init__(self, model: JobModel, metric: str) -> None:
        caption = _("by step") if metric == model.view.job.metric else _("side metric, by step")
        super().__init__(metric, caption)
        self._model = model
        self._metric = metric
        self._smooth: dict[int, tuple[Array, int, Array]] = {}  # by trial: values, smoothing, curve
        self._plot = plot(counts=True)
        self._plot.setAccessibleName(metric)
        self._plot.set_extent(self._extent)
        self._dim, self._shown, self._selected = (pg.PlotDataItem(connect="finite") for _i in range(3))
        for item in (self._dim, self._shown, self._selected):
            self._plot.addItem(item)
        self._is_objective = metric == model.view.job.metric
        self._bands = ForecastBands(self._plot.box)
        self._legend = Legend(theme.px(_LEFT))
        curves = Curves(self._walked, self._points, self._words, lambda number: number, self._selected_number)
        PlotKeys(self._plot, curves, model.select, lambda: metric_words(model, metric))
        self._add_controls()
        self.body.addWidget(self._plot)
        self.body.addWidget(self._legend)
        self.body.setContentsMargins(1, 0, 10, 8)
        shown = Change.POINTS | Change.FILTER | Change.SELECTION
        if self._is_objective:
            shown |= Change.TRIALS | Change.FORECASTS
        self._redraw = Redraw(self, model, self._show_curves, shown, pause_ms=_PAUSE_MS)
        self._plot.getPlotItem().sigXRangeChanged.connect(lambda *_range: self._redraw.soon(Change.POINTS))

    def _add_controls(self) -> None:
        self._smoothing = Slider()
        self._smoothing.setRange(0, _MOST_SMOOTHING)
        self._smoothing.setFixedWidth(theme.px(70))
        self._smoothing.setToolTip(_("Smoothing: exponential moving average"))
        self._smoothing.setAccessibleName(_("Smoothing"))
        self._smoothing.valueChanged.connect(lambda _percent: self._show_curves())
        self._scale = Segmented([("linear", _("Linear")), ("log", _("Log"))])
        self._scale.choose("linear")
        group(self._scale, _("Scale"))
        self._scale.chosen.connect(self._set_scale)
        for part in (label(_("Smooth"), "caption"), self._smoothing, self._scale):
            self.controls.addWidget(part)

    # ---- drawing

    def _show_curves(self, _change: Change = Change.NONE) -> None:
        colours, model = theme.palette(), self._model
        hidden: list[Array] = []
        shown: list[Array] = []
        for trial, passes in zip(model.view.trials, model.mask.tolist(), strict=True):
            if (curve := self._curve(trial.id)) is not None:
                (shown if passes else hidden).append(curve)
        self._draw(self._dim, hidden, pen(theme.mixed(colours.line, colours.panel, 0.7)))
        self._draw(self._shown, shown, pen(theme.mixed(colours.faint, colours.panel, 0.55)))
        chosen = self._curve(model.selected.id) if model.selected is not None else None
        accent = [] if chosen is None else [chosen]
        self._draw(self._selected, accent, pen(colours.accent, 2), _SELECTED_BUCKETS, _SELECTED_DOT)
        if self._is_objective:
            self._show_forecasts()

    def _show_forecasts(self) -> None:
        others, chosen = self._found_bands()
        winner = self._model.view.best
        value = winner.value if winner is not None else None
        best = self._height(value)
        self._bands.show_bands(others, chosen, best)
        entries = legend_entries(has_chosen=chosen is not None, best=None if best is None else value)
        self._legend.show_entries(entries if others or chosen is not None else [])

    def _found_bands(self) -> tuple[list[Band], Band | None]:
        """Bands of the running trials that pass the filter, and that of the selected trial."""
        model, selected = self._model, self._model.selected
        running = [t for t in model.shown if not t.state.ended and t is not selected]
        others = [band for t in running if (band := self._band(t)) is not None]
        return others[-_MOST_BANDS:], self._band(selected) if selected is not None else None

    def _band(self, trial: Trial) -> Band | None:
        band = band_of(trial, self._curve(trial.id))
        return band.on_log_scale() if band is not None and self._is_log else band

    @property
    def _is_log(self) -> bool:
        return self._scale.value() == "log"

    def _height(self, value: float | None) -> float | None:
        """A value on the scale; ``None`` where a logarithmic scale has no place for it."""
        if value is None or not self._is_log:
            return value
        return math.log10(value) if value > 0 else None

    def _curve(self, trial: int) -> Array | None:
        values = self._model.view.series.get(trial, {}).get(self._metric)
        if values is None:
            return None
        weight = self._smoothing.value()
        if not weight:
            return values
        known = self._smooth.get(trial)
        if known is None or known[0] is not values or known[1] != weight:
            known = self._smooth[trial] = (values, weight, smoothed(values, weight / 100))
        return known[2]

    def _draw(
        self, item: Any, curves: list[Array], drawn_with: Any, buckets: int = _BUCKETS, dot: int = _DOT
    ) -> None:
        longest = max((len(c) for c in curves), default=0)
        first, last = self._plot.box.viewRange()[0] if self._plot.is_zoomed else (1.0, float(longest))
        if longest == 1:  # dots above one step: a few hundred heights can be told apart
            ends = np.sort(np.fromiter((c[0] for c in curves), dtype=np.float64, count=len(curves)))
            heights = thinned(ends, 1, len(ends), _SELECTED_BUCKETS)[1]
            x, y = one_line([(np.ones(1), heights[i : i + 1]) for i in range(len(heights))])
        else:
            x, y = one_line([thinned(c, first, last, buckets) for c in curves])
        item.setData(
            x=x,
            y=y,
            pen=drawn_with,
            antialias=len(x) <= _MOST_SMOOTH,
            symbol="o" if longest == 1 else None,
            symbolSize=dot,
            symbolBrush=drawn_with.color(),
            symbolPen=None,
        )

    # ---- keys

    def _walked(self) -> list[int]:
        """Numbers of the trials that pass the filter and have a curve."""
        trials = zip(self._model.view.trials, self._model.mask.tolist(), strict=True)
        return [t.number for t, passes in trials if passes and self._curve(t.id) is not None]

    def _selected_number(self) -> int | None:
        return None if self._model.selected is None else self._model.selected.number

    def _points(self, number: int) -> tuple[Array, Array]:
        """Steps and heights of a trial's curve; those that are drawn."""
        row = self._model.columns.row_of(number)
        curve = None if row is None else self._curve(self._model.view.trials[row].id)
        values = np.empty(0) if curve is None else np.asarray(curve, dtype=float)
        heights = np.log10(np.where(values > 0, values, np.nan)) if self._is_log else values
        known = np.flatnonzero(np.isfinite(heights))
        return (known + 1).astype(np.float64), heights[known].astype(np.float64)

    def _words(self, trial: int, step: float, height: float) -> str:
        value = 10.0**height if self._is_log else height
        return _(
            "Trial {number}, step {step}: {metric} {value}",
            number=trial,
            step=int(step),
            metric=self._metric,
            value=number(float(f"{value:.6g}")),
        )

    def _extent(self) -> QRectF | None:
        """The area of every curve: what is drawn are parts of them while the plot is zoomed."""
        if not self._plot.is_zoomed:
            return None
        found = [c for trial in self._model.view.trials if (c := self._curve(trial.id)) is not None]
        ends = [e for c in found if (e := self._ends(c)) is not None]
        if not ends:
            return None
        others, chosen = self._found_bands() if self._is_objective else ([], None)
        bands = others if chosen is None else [*others, chosen]
        ends += [(band.low, band.high) for band in bands]
        low, high = min(e[0] for e in ends), max(e[1] for e in ends)
        last = max([float(max(map(len, found))), *(band.end for band in bands)])
        height = (high - low) or 1.0
        beside, above = _MARGIN * (last - 1.0) or 0.5, _MARGIN * height
        return QRectF(1.0, low, last - 1.0, height).adjusted(-beside, -above, beside, above)

    def _ends(self, curve: Array) -> tuple[float, float] | None:
        """The lowest and the highest point of a curve on the scale."""
        known = curve[(curve > 0) & np.isfinite(curve)] if self._is_log else curve[np.isfinite(curve)]
        if not len(known):
            return None
        low, high = float(known.min()), float(known.max())
        return (math.log10(low), math.log10(high)) if self._is_log else (low, high)

    def _set_scale(self, name: str) -> None:
        self._plot.getPlotItem().setLogMode(x=False, y=name == "log")
        if self._is_objective:
            self._show_forecasts()
        self._plot.box.show_whole()
