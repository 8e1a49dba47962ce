"""Axes with round ticks."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pyqtgraph as pg

from bayescore.config import ParameterSpec
from bayesdesk.models.formatting import number
from bayesdesk.models.parameter_axis import ticks
from bayesdesk.models.ticks import labels, log_values, round_values
from bayesdesk.plots.parallel.labels import font, small_px
from bayesdesk.ui import theme

_ROOM = {"bottom": 64, "left": 38}  # pixels between two ticks
_FEWEST = 4
_CHARACTER = 6.8  # pixels
_MOST_CHARACTERS, _MANY = 8, 100  # of a choice beside a vertical axis; more choices than there are


class RoundAxis(pg.AxisItem):  # type: ignore[misc]  # pyqtgraph has no types
    """Ticks at round values, and enough of them however small the plot is.

    Parameters
    ----------
    counts
        Whether the axis counts something: there is no trial 2.5.
    """

    def __init__(self, side: str, *, counts: bool = False) -> None:
        super().__init__(side)
        self._counts = counts
        style_axis(self)
        self.setStyle(tickLength=0, hideOverlappingLabels=False)  # labels of the ends reach beyond them

    def tickValues(self, low: float, high: float, size: float) -> list[tuple[float, list[float]]]:
        low, high = min(low, high), max(low, high)
        most = max(_FEWEST, int(size / theme.px(_ROOM[self.orientation])))
        if self.logMode:
            values = log_values(10.0**low, 10.0**high, most) if max(abs(low), abs(high)) < 300 else []
            return [(1.0, np.log10(values).tolist() if values else [])]
        values = round_values(low, high, most, whole=self._counts)
        return [(values[1] - values[0] if len(values) > 1 else 1.0, values)]

    def tickStrings(self, values: list[float], _scale: float, _spacing: float) -> list[str]:
        if self.logMode:
            return [number(float(f"{math.pow(10.0, v):.6g}")) for v in values]
        return labels(list(values))


def style_axis(axis: Any) -> None:
    """Give an axis of pyqtgraph the theme's colours and figures."""
    colours = theme.palette()
    axis.enableAutoSIPrefix(False)
    axis.setPen(pg.mkPen(colours.line))
    axis.setTextPen(pg.mkPen(colours.secondary))
    axis.setTickFont(font(theme.MONO[0], small_px()))


class ParameterTicks(RoundAxis):
    """Ticks of a parameter, on its own scale, where the plot's coordinates are those of the search space."""

    def __init__(self, side: str, spec: ParameterSpec | None = None) -> None:
        super().__init__(side)
        self._spec = spec
        self._words: dict[float, str] = {}

    def set_spec(self, spec: ParameterSpec) -> None:
        """Show another parameter."""
        self._spec = spec
        self.picture = None
        self.update()

    def tickValues(self, low: float, high: float, size: float) -> list[tuple[float, list[float]]]:
        if self._spec is None:
            return []
        most = max(_FEWEST, int(size / theme.px(_ROOM[self.orientation])))
        room = (
            int(size / (_CHARACTER * small_px() / 11))
            if self.orientation == "bottom"
            else _MOST_CHARACTERS * _MANY
        )
        self._words = dict(ticks(self._spec, min(low, high), max(low, high), most, room))
        return [(1.0, list(self._words))]

    def tickStrings(self, values: list[float], _scale: float, _spacing: float) -> list[str]:
        return [self._words.get(v, "") for v in values]
