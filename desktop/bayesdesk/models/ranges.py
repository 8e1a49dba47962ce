"""Turns brushes into the ranges of a follow-up job."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from bayescore.config import CategoricalSpec, DiscreteSpec, DoubleSpec, IntegerSpec, ParameterSpec
from bayescore.results import readable
from bayesdesk.models.filter import Brush

Brushes = Mapping[str, tuple[Brush, ...]]


def brushed_specs(specs: Sequence[ParameterSpec], brushes: Brushes) -> tuple[ParameterSpec, ...]:
    """Specs narrowed to the hull of their brushes; specs without brushes stay as they are."""
    return tuple(_narrowed(spec, brushes[spec.name]) if brushes.get(spec.name) else spec for spec in specs)


def _narrowed(spec: ParameterSpec, brushes: tuple[Brush, ...]) -> ParameterSpec:
    if isinstance(spec, CategoricalSpec):
        chosen = {b.low for b in brushes}
        kept = tuple(v for v in spec.categorical_values if v in chosen)
        return spec.model_copy(update={"categorical_values": kept or spec.categorical_values})
    if isinstance(spec, DiscreteSpec):
        inside = tuple(v for v in spec.discrete_values if any(b.low <= v <= b.high for b in brushes))
        return spec.model_copy(update={"discrete_values": inside or spec.discrete_values})
    low = _inside(spec, min(b.low for b in brushes))
    high = _inside(spec, max(b.high for b in brushes))
    if isinstance(spec, IntegerSpec):
        return spec.model_copy(update={"min_value": math.floor(low), "max_value": math.ceil(high)})
    return spec.model_copy(
        update={"min_value": readable(low, down=True), "max_value": readable(high, down=False)}
    )


def _inside(spec: IntegerSpec | DoubleSpec, value: float) -> float:
    """The value, or the nearest in the range: trials of known sets may lie outside."""
    return min(max(value, spec.min_value), spec.max_value)
