"""The axis of one parameter in the coordinates of the search space: 0 to 1, or the index of a choice."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from bayescore.config import CategoricalSpec, DiscreteSpec, DoubleSpec, IntegerSpec, ParameterSpec, Scale
from bayescore.search.space import from_unit, to_unit
from bayesdesk.models.columns import TrialColumns
from bayesdesk.models.formatting import number
from bayesdesk.models.names import shortened
from bayesdesk.models.ticks import labels, log_values, round_values

Array = NDArray[np.float64]
_MARGIN = 0.04  # share of the axis beyond its ends
_CHOICE_MARGIN = 0.5  # beyond the first and the last choice
_DIGITS = 4  # of a value that is chosen with the mouse
_SHORTEST = 3  # characters of the name of a choice


def ends(spec: ParameterSpec) -> tuple[float, float]:
    """The part of the axis that is shown: all of it, with a margin."""
    if isinstance(spec, CategoricalSpec):
        return -_CHOICE_MARGIN, len(spec.categorical_values) - 1 + _CHOICE_MARGIN
    return -_MARGIN, 1.0 + _MARGIN


def units(spec: ParameterSpec, columns: TrialColumns) -> Array:
    """Coordinate of every trial, shape (n,); NaN without a value."""
    if isinstance(spec, CategoricalSpec):
        index = {name: float(i) for i, name in enumerate(spec.categorical_values)}
        return np.array([index.get(v, math.nan) for v in columns.texts(spec.name)], dtype=np.float64)
    values = columns.numbers(spec.name)
    known = {float(v): to_unit(spec, float(v)) for v in np.unique(values[np.isfinite(values)])}
    return np.array([known.get(v, math.nan) for v in values.tolist()], dtype=np.float64)


def value_at(spec: ParameterSpec, place: float) -> int | float | str:
    """The value nearest to a coordinate, rounded so that it can be read easily."""
    found = from_unit(spec, place)
    if not isinstance(spec, DoubleSpec):
        return found
    rounded = float(f"{found:.{_DIGITS}g}")
    return min(max(rounded, float(spec.min_value)), float(spec.max_value))


def ticks(
    spec: ParameterSpec, low: float, high: float, most: int, characters: int
) -> list[tuple[float, str]]:
    """Coordinates and labels of the ticks between two coordinates; no label twice.

    Parameters
    ----------
    most
        Largest number of ticks, for numbers.
    characters
        Room for all labels together, for choices.
    """
    if isinstance(spec, CategoricalSpec):
        return _choices(spec, low, high, characters)
    if isinstance(spec, DiscreteSpec):
        placed = sorted({(to_unit(spec, v), number(v)) for v in spec.discrete_values})
        inside = [p for p in placed if low - 1e-9 <= p[0] <= high + 1e-9]
        return _apart(inside, (high - low) / max(1, most))
    least, largest = float(spec.min_value), float(spec.max_value)
    if largest <= least:
        return [(0.5, number(spec.min_value))]
    first, last = max(low, 0.0), min(high, 1.0)
    if first >= last:
        return []
    if spec.scale_type is Scale.LOG:
        grows = math.log(largest / least)
        values = log_values(least * math.exp(first * grows), least * math.exp(last * grows), most)
    else:
        reach = largest - least
        whole = isinstance(spec, IntegerSpec)
        values = round_values(least + first * reach, least + last * reach, most, whole=whole)
    words = [number(float(f"{v:.6g}")) for v in values] if spec.scale_type is Scale.LOG else labels(values)
    return [(to_unit(spec, v), w) for v, w in zip(values, words, strict=True)]


def _choices(spec: CategoricalSpec, low: float, high: float, characters: int) -> list[tuple[float, str]]:
    names = spec.categorical_values
    shown = [i for i in range(len(names)) if low <= i <= high]
    each = max(_SHORTEST, characters // max(1, len(shown)) - 1)
    return [(float(i), word) for i, word in enumerate(shortened(names, each)) if i in shown]


def _apart(placed: list[tuple[float, str]], least: float) -> list[tuple[float, str]]:
    """Those of the ticks that are far enough from the one before; the last one always."""
    kept: list[tuple[float, str]] = []
    for place, word in placed:
        if not kept or place - kept[-1][0] >= least:
            kept.append((place, word))
    if placed and kept[-1] != placed[-1]:
        kept[-1 if len(kept) > 1 else len(kept) :] = [placed[-1]]
    return kept
