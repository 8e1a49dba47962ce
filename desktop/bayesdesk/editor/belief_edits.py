"""Edits of ``expect`` in ``openbayes.local.yaml``, and beliefs moved along the scale of their parameter."""

from __future__ import annotations

import math
from typing import Any

from bayescore.config import (
    Belief,
    CategoricalSpec,
    DiscreteSpec,
    Edit,
    IntegerSpec,
    ParameterSpec,
    Scale,
    YamlDocument,
)
from bayescore.config.beliefs import AROUND, EXPECT, WITHIN, written_belief
from bayescore.config.scales import range_of, scale_of
from bayescore.config.yamltext import Path
from bayescore.config.yamltext.scalars import resolve
from bayescore.search.beliefs import hill
from bayescore.search.space import SearchSpace, from_unit, to_unit
from bayesdesk.editor import edits

_STEPS = 50  # of a range, on its scale
_FINENESS = 200  # of a range on a linear scale: numbers are rounded to less than a step of this many
_NARROWEST, _WIDEST = 0.01, 1.0  # shares of a range


def path_of(name: str) -> Path:
    """Path of a parameter's belief."""
    return (*EXPECT, name)


def set_belief(document: YamlDocument, name: str, belief: Belief) -> Edit:
    """Write a belief, in its shortest form."""
    return edits.set_value(document, path_of(name), written_belief(belief))


def remove_belief(document: YamlDocument, name: str) -> Edit:
    """Remove a belief; ``expect`` goes with the last one."""
    return edits.unset(document, path_of(name))


def around_path(document: YamlDocument, path: Path) -> Path:
    """Path of the expected value, which may be written alone."""
    return (*path, AROUND) if isinstance(edits.value_at(document, path), dict) else path


def set_around(document: YamlDocument, path: Path, typed: str) -> Edit:
    """Write the expected number as it was typed."""
    return edits.set_written(document, around_path(document, path), typed)


def set_within(document: YamlDocument, path: Path, typed: str) -> Edit:
    """Write how far the best may be from the expected number, as it was typed; nothing for the default."""
    around = edits.value_at(document, around_path(document, path))
    if not typed.strip():
        return document.set(path, around)
    if isinstance(edits.value_at(document, path), dict):
        if document.node((*path, WITHIN)) is None:
            return document.add(path, WITHIN, resolve(typed.strip()))
        return edits.set_written(document, (*path, WITHIN), typed)
    return document.set(path, {AROUND: around, WITHIN: resolve(typed.strip())})


def first_belief(spec: ParameterSpec) -> Belief:
    """A belief to begin with: the middle of a range, or the first choice."""
    if isinstance(spec, CategoricalSpec):
        return Belief(around=spec.categorical_values[0])
    return Belief(around=_number_at(spec, 0.5))


def place_of(spec: ParameterSpec, belief: Belief) -> tuple[float, float]:
    """Centre and width of a belief about a number, as shares of the range on its scale."""
    assert not isinstance(spec, CategoricalSpec)
    return hill(spec, belief)


def moved_to(spec: ParameterSpec, belief: Belief, centre: float, width: float | None = None) -> Belief:
    """A belief at another place of the range and, if given, of another width."""
    assert not isinstance(spec, CategoricalSpec)
    within = belief.within if width is None else _within(spec, min(max(width, _NARROWEST), _WIDEST))
    return Belief(around=_number_at(spec, min(max(centre, 0.0), 1.0)), within=within)


def stepped(spec: ParameterSpec, belief: Belief, sideways: int, wider: int) -> Belief:
    """A belief one step further to a side, or one step wider or narrower."""
    assert not isinstance(spec, CategoricalSpec)
    centre, width = place_of(spec, belief)
    if wider:
        return moved_to(spec, belief, centre, width * 1.25**wider)
    if isinstance(spec, DiscreteSpec):
        ordered = sorted(spec.discrete_values)
        nearest = min(range(len(ordered)), key=lambda i: abs(to_unit(spec, ordered[i]) - centre))
        at = ordered[min(max(nearest + sideways, 0), len(ordered) - 1)]
        return belief.model_copy(update={"around": at})
    step = max(1.0 / _STEPS, SearchSpace((spec,)).spacing(0))
    return moved_to(spec, belief, centre + sideways * step)


def default_within(spec: ParameterSpec) -> str:
    """What ``within`` is when it is not written, to two digits."""
    if isinstance(spec, CategoricalSpec):
        return ""
    _centre, width = place_of(spec, Belief(around=range_of(spec)[0]))
    return f"{_within(spec, width):g}"


def is_factor(spec: ParameterSpec) -> bool:
    """Whether ``within`` is a factor rather than a distance."""
    return not isinstance(spec, CategoricalSpec) and scale_of(spec) is Scale.LOG


def _number_at(spec: Any, centre: float) -> int | float:
    """The number at a place of the range, with few digits; a listed one of a list."""
    number = from_unit(spec, centre)
    assert isinstance(number, int | float)
    if isinstance(spec, DiscreteSpec | IntegerSpec):
        return number
    low, high = range_of(spec)
    if high <= low:
        return number
    step = (high - low) / _FINENESS
    if (scale_of(spec) is Scale.LOG and high / low > 10) or not math.isfinite(step) or not step:
        rounded = float(f"{number:.2g}")
    else:
        rounded = round(number, math.ceil(-math.log10(step)))
    return min(max(rounded, low), high)


def _within(spec: Any, width: float) -> float:
    low, high = range_of(spec)
    if scale_of(spec) is Scale.LOG:
        factor = (high / low) ** width
        return (
            max(float(f"{factor:.2g}"), float(f"{factor:.3g}"), 1.01)
            if factor < 2
            else float(f"{factor:.2g}")
        )
    return float(f"{width * (high - low):.2g}") or 1e-9
