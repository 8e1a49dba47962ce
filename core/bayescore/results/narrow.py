"""Narrower ranges around selected trials, for a follow-up job."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from bayescore.config import (
    CategoricalSpec,
    DiscreteSpec,
    DoubleSpec,
    Goal,
    IntegerSpec,
    ParameterSpec,
    Scale,
)
from bayescore.results.best import counts
from bayescore.store import Trial

MARGIN = 0.1  # added at both ends, as a share of the range of the trials, on the parameter's scale
BEST_SHARE = 0.25
_LEAST = 3


def leading(trials: Sequence[Trial], goal: Goal) -> list[Trial]:
    """The best quarter of the trials, but at least three."""
    sign = -1.0 if goal is Goal.MAXIMIZE else 1.0
    ranked = sorted(filter(counts, trials), key=lambda t: (sign * (t.value or 0.0), t.number))
    return ranked[: max(_LEAST, math.ceil(len(ranked) * BEST_SHARE))]


def narrowed(
    specs: Sequence[ParameterSpec], points: Sequence[Mapping[str, Any]]
) -> tuple[ParameterSpec, ...]:
    """Specs that contain all points with a margin, within the given specs.

    Parameters
    ----------
    points
        Parameters of the selected trials; without any the specs do not change.
    """
    return tuple(_narrowed(s, [p[s.name] for p in points if s.name in p]) for s in specs)


def _narrowed(spec: ParameterSpec, values: Sequence[Any]) -> ParameterSpec:
    if not values:
        return spec
    if isinstance(spec, CategoricalSpec):
        kept = tuple(v for v in spec.categorical_values if v in {str(x) for x in values})
        return spec.model_copy(update={"categorical_values": kept or spec.categorical_values})
    if isinstance(spec, DiscreteSpec):
        low, high = min(values), max(values)
        inside = tuple(v for v in spec.discrete_values if low <= v <= high)
        return spec.model_copy(update={"discrete_values": inside or spec.discrete_values})
    low, high = _with_margin(spec, float(min(values)), float(max(values)))
    if isinstance(spec, IntegerSpec):
        return spec.model_copy(
            update={
                "min_value": max(spec.min_value, math.floor(low)),
                "max_value": min(spec.max_value, math.ceil(high)),
            }
        )
    return spec.model_copy(update={"min_value": low, "max_value": high})


def _with_margin(spec: DoubleSpec | IntegerSpec, low: float, high: float) -> tuple[float, float]:
    log = spec.scale_type is Scale.LOG
    old = (float(spec.min_value), float(spec.max_value))
    ends = [math.log(v) if log else v for v in (low, high, *old)]
    margin = MARGIN * ((ends[1] - ends[0]) or (ends[3] - ends[2]))
    widened = (ends[0] - margin, ends[1] + margin)
    new_low, new_high = (math.exp(v) for v in widened) if log else widened
    inside = (readable(max(new_low, old[0]), down=True), readable(min(new_high, old[1]), down=False))
    return max(inside[0], old[0]), min(inside[1], old[1])


def readable(value: float, *, down: bool, digits: int = 4) -> float:
    """Round to a number of significant digits, down or up, so that a range can be read easily."""
    if value == 0 or not math.isfinite(value):
        return value
    step = 10.0 ** (math.floor(math.log10(abs(value))) - digits + 1)
    units = value / step
    whole = math.floor(units + 1e-9) if down else math.ceil(units - 1e-9)
    return float(f"{whole * step:.{digits}g}")
