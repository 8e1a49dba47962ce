"""Grid search and random search, and the random numbers of a trial."""

from __future__ import annotations

import numpy as np

from bayescore.config.models import CategoricalSpec, DiscreteSpec
from bayescore.search.beliefs import Beliefs
from bayescore.search.records import ExhaustedReason, Origin, Suggestion
from bayescore.search.space import Key, Point, SearchSpace, choices, count, draw

EXHAUSTED = Suggestion(None, exhausted=ExhaustedReason.ALL_COMBINATIONS)
_DRAWS = 200  # before the remaining combinations are enumerated
_MOST_SHUFFLED = 100_000  # combinations of listed values
_MOST_ENUMERATED = 1_000_000  # combinations of the whole space


def random_stream(seed: int, number: int, purpose: int = 0) -> np.random.Generator:
    """Random numbers of one trial, the same in every process."""
    return np.random.default_rng([seed & 0xFFFFFFFF, (seed >> 32) & 0xFFFFFFFF, number, purpose])


def next_on_grid(space: SearchSpace, used: set[Key]) -> Suggestion:
    """First unused combination in file order."""
    for point in space.grid():
        if space.key(point) not in used:
            return Suggestion(point, Origin.GRID)
    return EXHAUSTED


def next_random(
    space: SearchSpace, used: set[Key], seed: int, number: int, beliefs: Beliefs | None = None
) -> Suggestion:
    """Draw from the distributions of the specs, without repeating a point.

    DISCRETE and CATEGORICAL parameters follow a shuffled list of their combinations, so that every
    combination is used before one is repeated. Ranges are drawn independently.

    Every second trial, from the first, is drawn from the beliefs. Random search does not learn, so they
    cannot fade; a wrong one costs half of the trials.
    """
    believed = _believed_draw(space, used, seed, number, beliefs) if beliefs and number % 2 else None
    if believed is not None:
        return Suggestion(believed, Origin.RANDOM)
    point = unused_draw(space, used, random_stream(seed, number), seed)
    return EXHAUSTED if point is None else Suggestion(point, Origin.RANDOM)


def _believed_draw(
    space: SearchSpace, used: set[Key], seed: int, number: int, beliefs: Beliefs
) -> Point | None:
    """Draw a point from the beliefs, and from the specs of the other parameters, that is not used yet."""
    rng = random_stream(seed, number, purpose=2)
    for _ in range(_DRAWS):
        units, others = rng.random((2, 1, space.dimensions))
        rows = np.stack([space.draw_units(i, others[:, i]) for i in range(space.dimensions)], axis=1)
        point = space.point(beliefs.draw(units, rows)[0])
        if space.key(point) not in used:
            return point
    return None


def unused_draw(space: SearchSpace, used: set[Key], rng: np.random.Generator, seed: int) -> Point | None:
    """Draw a point that is not used yet; ``None`` when there is none."""
    if (total := space.combinations()) is not None and total <= len(_inside(space, used)):
        return None
    listed = _least_used_listed(space, used, seed)
    for _ in range(_DRAWS):
        point = {
            s.name: listed.get(s.name, draw(s, u))
            for s, u in zip(space.specs, rng.random(space.dimensions), strict=True)
        }
        if space.key(point) not in used:
            return point
    return _enumerate_unused(space, used, rng)


def _inside(space: SearchSpace, used: set[Key]) -> set[Key]:
    """Used keys inside the space. History may come from a wider one."""
    return {key for key in used if all(_allows(s, v) for s, v in zip(space.specs, key, strict=True))}


def _allows(spec: object, value: object) -> bool:
    if isinstance(spec, DiscreteSpec | CategoricalSpec):
        return value in choices(spec)
    low, high = getattr(spec, "min_value"), getattr(spec, "max_value")  # noqa: B009
    return bool(low <= value <= high)


def _least_used_listed(space: SearchSpace, used: set[Key], seed: int) -> Point:
    """Values of the listed parameters: of the least used combinations the first in shuffled order."""
    listed = [i for i, s in enumerate(space.specs) if isinstance(s, DiscreteSpec | CategoricalSpec)]
    if not listed:
        return {}
    sizes = [len(choices(space.specs[i])) for i in listed]
    uses: dict[tuple[object, ...], int] = {}
    for key in used:
        combination = tuple(key[i] for i in listed)
        uses[combination] = uses.get(combination, 0) + 1
    for index in _shuffled(int(np.prod(sizes, dtype=object)), seed, sum(uses.values())):
        digits = np.unravel_index(index, sizes)
        values = [choices(space.specs[i])[int(d)] for i, d in zip(listed, digits, strict=True)]
        if _is_least_used(tuple(values), uses, sizes):
            return {space.specs[i].name: v for i, v in zip(listed, values, strict=True)}
    return {}


def _is_least_used(values: tuple[object, ...], uses: dict[tuple[object, ...], int], sizes: list[int]) -> bool:
    total = int(np.prod(sizes, dtype=object))
    least = 0 if len(uses) < total else min(uses.values())
    key = tuple(float(v) if isinstance(v, int) else v for v in values)
    return uses.get(key, uses.get(values, 0)) <= least


def _shuffled(total: int, seed: int, used: int) -> list[int]:
    """Indices of combinations in an order that the seed fixes; only some of them in a huge space."""
    rng = random_stream(seed, 0, purpose=1)
    if total <= _MOST_SHUFFLED:
        return [int(i) for i in rng.permutation(total)]
    return [int(i) for i in rng.integers(0, min(total, 2**62), size=used + _DRAWS)]


def _enumerate_unused(space: SearchSpace, used: set[Key], rng: np.random.Generator) -> Point | None:
    """An unused point by enumeration, for spaces in which few are left."""
    total = space.combinations()
    if total is None or total > _MOST_ENUMERATED:
        return None
    ranges = [
        choices(s)
        if isinstance(s, DiscreteSpec | CategoricalSpec)
        else range(int(s.min_value), int(s.max_value) + 1)
        if count(s) != 1 or s.type == "INTEGER"
        else (s.min_value,)
        for s in space.specs
    ]
    names = [s.name for s in space.specs]
    for index in rng.permutation(total):
        digits = np.unravel_index(int(index), [len(r) for r in ranges])
        point: Point = {n: r[int(d)] for n, r, d in zip(names, ranges, digits, strict=True)}
        if space.key(point) not in used:
            return point
    return None
