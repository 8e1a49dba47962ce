"""The axes of parallel coordinates: the position of a value, and the value at a position.

A *position* is a height on an axis, from 0 at its bottom to 1 at its top.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bayescore.config import CategoricalSpec, DiscreteSpec, ParameterSpec
from bayescore.config import Scale as SpecScale
from bayesdesk.models.columns import TrialColumns
from bayesdesk.models.curves import fences
from bayesdesk.models.formatting import number

Array = NDArray[np.float64]
MISSING = -0.09  # position of the mark below the bottom, for trials without a value
_TICKS = 5


class Scale(StrEnum):
    """How values are spread over an axis."""

    LINEAR = "linear"
    LOG = "log"
    RANK = "rank"


class Kind(StrEnum):
    """What an axis shows."""

    PARAMETER = "parameter"
    METRIC = "metric"
    OBJECTIVE = "objective"


@dataclass(frozen=True)
class Axis:
    """One axis.

    Attributes
    ----------
    categories
        Names from bottom to top; empty for a numeric axis.
    low, high
        Ends of a numeric axis.
    least, most
        The smallest and largest value, where outliers are clipped to the ends of a linear axis.
    ordered
        Every finite value in ascending order, for the rank scale.
    """

    name: str
    kind: Kind
    categories: tuple[str, ...] = ()
    low: float = 0.0
    high: float = 1.0
    stops: tuple[float, ...] = ()
    scale: Scale = Scale.LINEAR
    inverted: bool = False
    least: float | None = None
    most: float | None = None
    ordered: Array = field(default_factory=lambda: np.empty(0), compare=False, repr=False)

    @property
    def can_log(self) -> bool:
        """Whether every value is positive."""
        return not self.categories and self.extremes[0] > 0

    @property
    def extremes(self) -> tuple[float, float]:
        """The smallest and largest value, clipped ones included: a brush past an end reaches them."""
        least = self.low if self.least is None else self.least
        return least, self.high if self.most is None else self.most

    @property
    def clipped(self) -> tuple[int, int]:
        """Numbers of values below the low end and above the high end."""
        return int((self.ordered < self.low).sum()), int((self.ordered > self.high).sum())

    def positions(self, columns: TrialColumns) -> Array:
        """Position of every trial, shape (n,); ``MISSING`` where it has no value."""
        if self.categories:
            texts = columns.texts(self.name)
            found = np.full(len(texts), np.nan)
            for i, category in enumerate(self.categories):
                found[texts == category] = self._category_position(i)
        else:
            values = columns.numbers(self.name)
            found = self._shares(values)
            found[~np.isfinite(values)] = np.nan
        if self.inverted:
            found = 1.0 - found
        return np.where(np.isfinite(found), np.clip(found, 0.0, 1.0), MISSING)

    def position(self, value: Any) -> float:
        """Position of one value."""
        if self.categories:
            names = list(self.categories)
            share = self._category_position(names.index(str(value))) if str(value) in names else 0.0
        else:
            share = float(self._shares(np.array([float(value)]))[0])
        share = min(max(share, 0.0), 1.0)
        return 1.0 - share if self.inverted else share

    def value(self, position: float) -> float:
        """Value at a position; past an end exactly the extreme value, on every scale."""
        share = 1.0 - position if self.inverted else position
        if share <= 0.0:
            return self.extremes[0]
        if share >= 1.0:
            return self.extremes[1]
        if self.scale is Scale.LOG:
            return math.exp(math.log(self.low) + share * (math.log(self.high) - math.log(self.low)))
        if self.scale is Scale.RANK and len(self.ordered) > 1:
            return float(np.interp(share, np.linspace(0, 1, len(self.ordered)), self.ordered))
        return self.low + share * (self.high - self.low)

    def category(self, position: float) -> str:
        """Category nearest to a position."""
        places = [self.position(name) for name in self.categories]
        return self.categories[int(np.argmin([abs(p - position) for p in places]))]

    def ticks(self) -> list[tuple[float, str]]:
        """Positions and labels of the ticks, from bottom to top."""
        if self.categories:
            return [(self.position(name), name) for name in self.categories]
        if self.kind is not Kind.PARAMETER and not len(self.ordered):
            return []  # a metric without values has no scale
        values: Sequence[float] = self.stops or self._tick_values()
        return [(self.position(v), number(v)) for v in values]

    def _tick_values(self) -> list[float]:
        if self.scale is Scale.RANK and len(self.ordered):
            return [float(v) for v in np.quantile(self.ordered, np.linspace(0, 1, _TICKS))]
        if self.scale is Scale.LOG:
            first, last = math.ceil(math.log10(self.low)), math.floor(math.log10(self.high))
            step = max(1, (last - first) // _TICKS + 1)
            inner = [10.0**e for e in range(first, last + 1, step)]
            return sorted({self.low, *inner, self.high})
        return _round_values(self.low, self.high)

    def _category_position(self, index: int) -> float:
        return (index + 0.5) / len(self.categories)

    def _shares(self, values: Array) -> Array:
        if self.scale is Scale.RANK and len(self.ordered) > 1:
            return np.interp(values, self.ordered, np.linspace(0, 1, len(self.ordered)))
        low, high = self.low, self.high
        if self.scale is Scale.LOG:
            values = np.log(np.where(values > 0, values, low))
            low, high = math.log(low), math.log(high)
        return (values - low) / (high - low) if high > low else np.full(len(values), 0.5)


def axes_of(columns: TrialColumns) -> tuple[Axis, ...]:
    """Every parameter in the order of the file, then the side metrics, then the objective."""
    view = columns.view
    found = [_of_spec(spec, columns) for spec in view.job.config.hyper_tuning.parameter_specs]
    found += [_of_metric(m, Kind.METRIC, columns) for m in view.metrics if m != view.job.metric]
    return (*found, _of_metric(view.job.metric, Kind.OBJECTIVE, columns))


def with_scale(axis: Axis, scale: Scale) -> Axis:
    """The axis on another scale; an axis that cannot be logarithmic stays as it is."""
    if scale is Scale.LOG and not axis.can_log:
        return axis
    if scale is not Scale.LINEAR:  # these two show outliers without squeezing the others
        axis = replace(axis, low=axis.extremes[0], high=axis.extremes[1])
    return replace(axis, scale=scale)


def _of_spec(spec: ParameterSpec, columns: TrialColumns) -> Axis:
    if isinstance(spec, CategoricalSpec):
        return Axis(spec.name, Kind.PARAMETER, categories=spec.categorical_values)
    ordered = _ordered(columns.numbers(spec.name))
    if isinstance(spec, DiscreteSpec):
        stops = tuple(float(v) for v in sorted(spec.discrete_values))
        even = len(stops) > 2 and stops[0] > 0 and stops[-1] / stops[0] > 8
        scale = Scale.LOG if even else Scale.LINEAR
        return _clipping(
            Axis(spec.name, Kind.PARAMETER, (), stops[0], stops[-1], stops, scale, ordered=ordered)
        )
    scale = Scale.LOG if spec.scale_type is SpecScale.LOG else Scale.LINEAR
    low, high = float(spec.min_value), float(spec.max_value)
    return _clipping(Axis(spec.name, Kind.PARAMETER, (), low, high, (), scale, ordered=ordered))


def _clipping(axis: Axis) -> Axis:
    """The axis, which ends where its range ends; values of known sets may lie outside."""
    if not len(axis.ordered):
        return axis
    least, most = min(axis.low, float(axis.ordered[0])), max(axis.high, float(axis.ordered[-1]))
    return replace(axis, least=least, most=most)


def _of_metric(name: str, kind: Kind, columns: TrialColumns) -> Axis:
    ordered = _ordered(columns.numbers(name))
    if not len(ordered):
        return Axis(name, kind)
    low, high = fences(ordered)
    if low == high:
        low, high = low - 0.5, high + 0.5
    least, most = min(low, float(ordered[0])), max(high, float(ordered[-1]))
    return Axis(name, kind, (), low, high, least=least, most=most, ordered=ordered)


def _round_values(low: float, high: float) -> list[float]:
    """Both ends, and between them round values that leave room for the labels of the ends."""
    rough = (high - low) / _TICKS
    if not rough > 0:
        return [low]
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(m * power for m in (1, 2, 5, 10) if m * power >= 0.999 * rough)
    inner = (k * step for k in range(math.ceil(low / step), math.floor(high / step) + 1))
    room = 0.4 * rough
    return [low, *(v for v in inner if low + room < v < high - room), high]


def _ordered(values: Array) -> Array:
    return np.sort(values[np.isfinite(values)])
