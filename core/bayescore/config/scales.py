"""On which scale the values of a numeric parameter are spread."""

from __future__ import annotations

import math
from functools import lru_cache
from itertools import pairwise
from statistics import fmean, pstdev

from bayescore.config.models import DiscreteSpec, DoubleSpec, IntegerSpec, Scale


def scale_of(spec: DoubleSpec | IntegerSpec | DiscreteSpec) -> Scale:
    """The scale of a range; of a list the one that spaces its numbers more evenly."""
    if not isinstance(spec, DiscreteSpec):
        return spec.scale_type
    return Scale.LOG if is_geometric(tuple(sorted(set(spec.discrete_values)))) else Scale.LINEAR


def range_of(spec: DoubleSpec | IntegerSpec | DiscreteSpec) -> tuple[float, float]:
    """Smallest and largest value."""
    if isinstance(spec, DiscreteSpec):
        return min(spec.discrete_values), max(spec.discrete_values)
    return spec.min_value, spec.max_value


@lru_cache(maxsize=256)
def is_geometric(ordered: tuple[float, ...]) -> bool:
    """Whether different numbers in ascending order are spaced more evenly on a logarithmic scale."""
    if len(ordered) < 2 or ordered[0] <= 0:
        return False
    linear = [b - a for a, b in pairwise(ordered)]
    logs = [math.log(b) - math.log(a) for a, b in pairwise(ordered)]
    return _variation(logs) < _variation(linear)


def _variation(steps: list[float]) -> float:
    mean = fmean(steps)
    return pstdev(steps) / mean if mean else math.inf
