"""The search space: parameter specs, and points as rows of the unit cube.

Notation: ``d`` is the number of parameters. A *point* maps names to values. A *row* is a point in the
unit cube, shape ``(d,)``: the coordinate of a number is in ``[0, 1]``, on the scale of its spec; that of
a choice is the index of its value.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TypeGuard

import numpy as np
from numpy.typing import NDArray

from bayescore.config.models import (
    CategoricalSpec,
    DiscreteSpec,
    DoubleSpec,
    IntegerSpec,
    NumericSpec,
    ParameterSpec,
    Scale,
)
from bayescore.config.scales import is_geometric

_EXACT = 2**53  # a float holds every integer up to this one
_MIXING = (
    0x9E3779B97F4A7C15  # 2**64 divided by the golden ratio (Knuth, The Art of Computer Programming, 6.4)
)
Value = float | int | str
Point = dict[str, Value]
Row = NDArray[np.float64]
Key = tuple[Value, ...]


@dataclass(frozen=True)
class SearchSpace:
    """The parameter specs of a job, in file order."""

    specs: tuple[ParameterSpec, ...]

    @property
    def dimensions(self) -> int:
        """Number of parameters."""
        return len(self.specs)

    @property
    def categorical(self) -> tuple[int, ...]:
        """Indices of the categorical parameters."""
        return tuple(i for i, s in enumerate(self.specs) if isinstance(s, CategoricalSpec))

    @property
    def numeric(self) -> tuple[int, ...]:
        """Indices of the numeric parameters."""
        return tuple(i for i in range(self.dimensions) if i not in self.categorical)

    def combinations(self) -> int | None:
        """Number of distinct points; ``None`` when a parameter is continuous."""
        total = 1
        for spec in self.specs:
            n = count(spec)
            if n is None:
                return None
            total *= n
        return total

    def key(self, point: Mapping[str, object]) -> Key:
        """Hashable form of a point, equal for equal points.

        Raises
        ------
        KeyError
            When a parameter is missing or has a value of the wrong type.
        """
        return tuple(canonical(spec, point[spec.name]) for spec in self.specs)

    def grid(self) -> Iterator[Point]:
        """All combinations in file order; the last parameter varies fastest.

        Raises
        ------
        ValueError
            When a parameter is continuous.
        """
        names = [spec.name for spec in self.specs]
        for values in product(*(choices(spec) for spec in self.specs)):
            yield dict(zip(names, values, strict=True))

    def row(self, point: Mapping[str, object]) -> Row:
        """Row of a point, shape (d,); NaN for a choice that the spec does not list."""
        return np.array([to_unit(s, point[s.name]) for s in self.specs], dtype=np.float64)

    def snap(self, index: int, units: Row) -> Row:
        """Coordinates of the legal values nearest to coordinates (m,) of one parameter, shape (m,)."""
        spec = self.specs[index]
        if isinstance(spec, DoubleSpec):
            return np.clip(units, 0.0, 1.0)
        if isinstance(spec, CategoricalSpec):
            return np.clip(np.round(units), 0, len(spec.categorical_values) - 1)
        if isinstance(spec, DiscreteSpec):
            levels = np.array(sorted(to_unit(spec, v) for v in spec.discrete_values))
            middles = (levels[1:] + levels[:-1]) / 2
            return np.asarray(levels[np.searchsorted(middles, units)])
        if _is_large(spec):
            size = spec.max_value - spec.min_value
            units = np.clip(units, 0.0, 1.0)
            return np.round(units * size) / size if 0 < size < _EXACT else units
        low, high = _bounds(spec)
        if high <= low:
            return np.full(len(units), 0.5)
        numbers = low + np.clip(units, 0.0, 1.0) * (high - low)
        if spec.scale_type is Scale.LOG:
            numbers = np.log(np.clip(np.round(np.exp(numbers)), spec.min_value, spec.max_value))
        else:
            numbers = np.clip(np.round(numbers), spec.min_value, spec.max_value)
        return np.asarray((numbers - low) / (high - low))

    def snap_rows(self, rows: Row) -> Row:
        """Legal rows nearest to rows (m, d), of the same shape."""
        return np.stack([self.snap(i, rows[:, i]) for i in range(self.dimensions)], axis=1)

    def draw_units(self, index: int, units: Row) -> Row:
        """Coordinates of the values that :func:`draw` returns for uniform draws (m,), shape (m,)."""
        spec = self.specs[index]
        if isinstance(spec, DiscreteSpec | CategoricalSpec):
            levels = np.array([to_unit(spec, value) for value in choices(spec)])
            return np.asarray(levels[np.minimum((units * len(levels)).astype(int), len(levels) - 1)])
        if isinstance(spec, IntegerSpec) and spec.scale_type is Scale.LINEAR:
            size = spec.max_value - spec.min_value + 1
            return self.snap(index, np.minimum(np.floor(units * size), size - 1) / max(size - 1, 1))
        return self.snap(index, units)

    def spacing(self, index: int) -> float:
        """Step that usually reaches the next value of a number, in units of the cube; 0 if continuous."""
        spec = self.specs[index]
        n = count(spec)
        return 0.0 if n is None or n < 2 else 0.7 / (n - 1)

    def point(self, row: Sequence[float] | Row) -> Point:
        """Legal point nearest to a row (d,)."""
        return {s.name: from_unit(s, float(u)) for s, u in zip(self.specs, row, strict=True)}


def count(spec: ParameterSpec) -> int | None:
    """Number of distinct values; ``None`` for a continuous range."""
    if isinstance(spec, DiscreteSpec | CategoricalSpec):
        return len(choices(spec))
    if isinstance(spec, IntegerSpec):
        return spec.max_value - spec.min_value + 1
    return 1 if spec.min_value == spec.max_value else None


def choices(spec: ParameterSpec) -> tuple[Value, ...]:
    """Listed values of a DISCRETE or CATEGORICAL spec."""
    if isinstance(spec, DiscreteSpec):
        return spec.discrete_values
    if isinstance(spec, CategoricalSpec):
        return spec.categorical_values
    raise ValueError(f"{spec.name} is continuous")


def allows(spec: ParameterSpec, value: object) -> bool:
    """Whether a spec allows a value: one of its choices, or a number within its range."""
    if isinstance(spec, CategoricalSpec):
        return str(value) in spec.categorical_values
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    if isinstance(spec, DiscreteSpec):
        return value in spec.discrete_values
    is_whole = not isinstance(spec, IntegerSpec) or value == round(value)
    return is_whole and spec.min_value <= value <= spec.max_value


def canonical(spec: ParameterSpec, value: object) -> Value:
    """A value in the type of its spec; raises ``KeyError`` for text where a number is needed."""
    if isinstance(spec, CategoricalSpec):
        return str(value)
    if not isinstance(value, int | float):
        raise KeyError(spec.name)
    return round(value) if isinstance(spec, IntegerSpec) else float(value)


def _bounds(spec: NumericSpec) -> tuple[float, float]:
    low, high = float(spec.min_value), float(spec.max_value)
    return (math.log(low), math.log(high)) if spec.scale_type is Scale.LOG else (low, high)


def to_unit(spec: ParameterSpec, value: object) -> float:
    """Coordinate of a value: the share of the range below it, on the scale of the spec."""
    if isinstance(spec, CategoricalSpec):
        values = spec.categorical_values
        return float(values.index(str(value))) if str(value) in values else float("nan")
    assert isinstance(value, int | float)
    if isinstance(spec, DiscreteSpec):
        return _discrete_unit(spec.discrete_values, float(value))
    if _is_large(spec):
        size = spec.max_value - spec.min_value
        return (round(value) - spec.min_value) / size if size else 0.5
    low, high = _bounds(spec)
    if high <= low:
        return 0.5
    number = float(value)
    if spec.scale_type is Scale.LOG:
        number = math.log(number) if number > 0 else low
    return (number - low) / (high - low)


def _discrete_unit(values: tuple[float, ...], value: float) -> float:
    """Coordinate of a number among listed ones, on the scale, linear or log, that spaces them more evenly."""
    ordered = sorted(set(values))
    low, high = ordered[0], ordered[-1]
    if high <= low:
        return 0.5
    if low > 0 and value > 0 and is_geometric(tuple(ordered)):
        return (math.log(value) - math.log(low)) / (math.log(high) - math.log(low))
    return (value - low) / (high - low)


def from_unit(spec: ParameterSpec, unit: float) -> Value:
    """Legal value nearest to a coordinate."""
    if isinstance(spec, CategoricalSpec):
        return spec.categorical_values[min(max(round(unit), 0), len(spec.categorical_values) - 1)]
    unit = min(max(unit, 0.0), 1.0)
    if isinstance(spec, DiscreteSpec):
        return min(
            spec.discrete_values, key=lambda v: abs(_discrete_unit(spec.discrete_values, float(v)) - unit)
        )
    if unit in (0.0, 1.0):  # the exponential of a logarithm is not exact
        return spec.max_value if unit else spec.min_value
    if _is_large(spec):
        return min(spec.min_value + _whole(unit * (spec.max_value - spec.min_value), unit), spec.max_value)
    low, high = _bounds(spec)
    number = low + unit * (high - low)
    if spec.scale_type is Scale.LOG:
        number = math.exp(number)
    if isinstance(spec, DoubleSpec):
        return min(max(number, spec.min_value), spec.max_value)
    return min(max(_whole(number, unit), spec.min_value), spec.max_value)


def _is_large(spec: ParameterSpec) -> TypeGuard[IntegerSpec]:
    """Whether a float cannot hold every integer of a linear range."""
    if not isinstance(spec, IntegerSpec) or spec.scale_type is not Scale.LINEAR:
        return False
    return max(abs(spec.min_value), abs(spec.max_value)) > _EXACT


def _whole(number: float, unit: float) -> int:
    """The nearest integer. Above 2**53, where floats are even, its last digits follow from the coordinate."""
    gap = int(math.ulp(number))
    if gap <= 1:
        return round(number)
    return int(number) + (int(unit * _EXACT) * _MIXING >> 32) % gap


def draw(spec: ParameterSpec, unit: float) -> Value:
    """Value of the spec's distribution for a uniform draw in ``[0, 1)``.

    Integers on a linear scale are equally likely, the ends included. Integers on a log scale are drawn
    on that scale and rounded.
    """
    if isinstance(spec, DiscreteSpec | CategoricalSpec):
        values = choices(spec)
        return values[min(int(unit * len(values)), len(values) - 1)]
    if isinstance(spec, IntegerSpec) and spec.scale_type is Scale.LINEAR:
        size = spec.max_value - spec.min_value + 1
        offset = _whole(unit * size, unit) if size > _EXACT else int(unit * size)
        return min(spec.min_value + offset, spec.max_value)
    return from_unit(spec, unit)


def midpoint(space: SearchSpace) -> Point:
    """Middle of every range, on its scale, and middle value of every list."""
    return {spec.name: draw(spec, 0.5) for spec in space.specs}
